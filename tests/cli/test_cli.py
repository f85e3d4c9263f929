"""The command line as a user meets it: results, files, JSON, and one-line errors with
exit code 2."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.command_line import Run, found_in

import nuprobe as nu
import nuprobe.inference
from nuprobe.reproductions.studies import nuclear_models
from nuprobe.units import fm, keV

if TYPE_CHECKING:
    from nuprobe.plotting.sheets import Drawn


def test_python_dash_m_is_the_command_line() -> None:
    command = [
        sys.executable,
        "-m",
        "nuprobe",
        "xsec",
        "cevns",
        "--target",
        "Ar40",
        "--energy",
    ]
    good = subprocess.run(
        [*command, "30 MeV", "--json"], capture_output=True, text=True
    )
    assert good.returncode == 0
    assert json.loads(good.stdout)["rows"][0]["E [MeV]"] == 30
    bad = subprocess.run([*command, "30 ells"], capture_output=True, text=True)
    assert bad.returncode == 2
    assert bad.stderr.startswith("nuprobe: ")


def test_xsec_prints_what_the_library_computes(run: Run) -> None:
    code, out, _ = run(
        "xsec", "cevns", "--target", "Ar40", "--energy", "10:50:3 MeV", "--json"
    )
    assert code == 0
    rows = json.loads(out)["rows"]
    expected = nu.cevns.total(
        [10.0, 30.0, 50.0], nu.target("Ar40"), nu.StandardModel(), "nu_mu"
    )
    assert [row["E [MeV]"] for row in rows] == [10, 30, 50]
    np.testing.assert_allclose(
        [row["sigma [cm2]"] for row in rows], expected, rtol=1e-12
    )


@pytest.mark.parametrize(
    ("target", "cevns", "electrons"),
    [
        ("Xe", "per atom", "per atom"),
        ("Xe132", "per nucleus", "per atom"),
        ("CsI", "per formula unit", "per formula unit"),
    ],
)
def test_xsec_says_per_what(run: Run, target: str, cevns: str, electrons: str) -> None:
    """Counts of the isotopes of natural xenon add up to one atom."""
    for command, per in (("cevns", cevns), ("electron", electrons)):
        _, out, _ = run("xsec", command, "--target", target, "--energy", "3 MeV")
        assert per in out.splitlines()[0]


def test_xsec_takes_radii_mixtures_and_recoils(run: Run) -> None:
    code, out, _ = run(
        *(
            "xsec",
            "cevns",
            "--target",
            "Si28=1,O16=2",
            "--energy",
            "30 MeV",
            "--recoil",
            "5, 10 keV",
        ),
        *(
            "--form-factor",
            "klein-nystrand",
            "--sin2-theta-w",
            "0.24",
            "--flavour",
            "nubar_e",
            "--json",
        ),
    )
    assert code == 0
    quartz = nu.target({"Si28": 1, "O16": 2}, form_factor="klein-nystrand")
    expected = (
        nu.cevns.differential(
            30.0, np.array([5.0, 10.0]) * keV, quartz, nu.StandardModel(0.24), "nubar_e"
        )
        * keV
    )
    np.testing.assert_allclose(
        [r["dsigma/dT [cm2/keV]"] for r in json.loads(out)["rows"]],
        expected,
        rtol=1e-12,
    )

    code, out, _ = run(
        "xsec",
        "cevns",
        "--target",
        "Ar40",
        "--energy",
        "30 MeV",
        "--r-p",
        "3.33 fm",
        "--r-n",
        "3.42 fm",
    )
    assert code == 0
    sigma = float(
        nu.cevns.total(
            30.0,
            nu.target("Ar40", r_p=3.33 * fm, r_n=3.42 * fm),
            nu.StandardModel(),
            "nu_mu",
        )
    )
    assert f"{sigma:.6e}" in out


def test_rate_fit_and_files(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "rate.json"
    code, out, err = run(
        "rate",
        "coherent-csi-2017",
        "--model",
        "sm-radiative",
        "--json",
        "-o",
        str(target),
    )
    assert (code, out) == (0, "")
    assert str(target) in err
    written = json.loads(target.read_text())
    assert written["signal"] == pytest.approx(
        nu.experiment("coherent-csi-2017")
        .predict(nu.StandardModel(scheme="radiative"))
        .signal.sum(),
        rel=1e-12,
        abs=0,
    )
    assert [p.name for p in tmp_path.iterdir()] == ["rate.json"]

    plot = tmp_path / "profile.png"
    code, out, _ = run(
        "fit", "coherent-csi-2017", "--free", "rn", "--json", "--plot", str(plot)
    )
    assert code == 0
    assert plot.read_bytes()[:4] == b"\x89PNG"
    (parameter,) = json.loads(out)["parameters"]
    assert parameter["name"] == "rn"
    assert parameter["minos_lower"] < parameter["value"] < parameter["minos_upper"]


def test_fit_tells_all_regions_at_the_level_asked_for(run: Run, tmp_path: Path) -> None:
    plot = tmp_path / "radius.png"
    chosen = ("--model", "electromagnetic", "--free", "charge_radius.mumu")
    ask = ("fit", "coherent-csi-2017", *chosen, "--cl", "0.9")
    code, out, _ = run(*ask, "--json", "--plot", str(plot))
    assert code == 0
    assert plot.read_bytes()[:4] == b"\x89PNG"
    found = json.loads(out)
    assert found["cl"] == 0.9
    (radius,) = found["parameters"]
    below, above = radius["regions"]
    assert (below["best"], above["best"]) == (False, True)
    # of the data of 2017 in energy alone, from a scan of the cost
    cost = nu.experiment("coherent-csi-2017").cost(
        nu.Electromagnetic(), ["charge_radius.mumu"]
    )
    x = np.linspace(-80e-32, 30e-32, 2201)
    height = cost.profiled(x[:, None]).twice_nll
    inside = height <= height.min() + 2.7055
    edges = x[1:][inside[1:] != inside[:-1]]
    ends = [region[key] for region in (below, above) for key in ("low", "high")]
    np.testing.assert_allclose(ends, edges, atol=6e-34)
    code, out, _ = run(*ask)
    lines = [line for line in out.splitlines() if line.startswith("charge_radius")]
    assert len(lines) == 2
    assert "90 % interval" in out
    code, _, err = run(*ask[:-1], "90")
    assert code == 2
    assert "confidence level" in err


def test_fit_of_several_experiments(run: Run, tmp_path: Path) -> None:
    plot = tmp_path / "joint.png"
    both = ("coherent-csi-2021", "coherent-lar-2020")
    code, out, _ = run(
        "fit",
        *both,
        "--free",
        "sin2_theta_w",
        "--no-minos",
        "--json",
        "--plot",
        str(plot),
    )
    assert code == 0
    assert plot.read_bytes()[:4] == b"\x89PNG"
    found = json.loads(out)
    assert [n["name"] for n in found["nuisances"]].count("sns-flux") == 1
    assert found["ndf"] == 8 * 14 + 960 - 1
    code, _, err = run(
        "fit", *both, "--free", "sin2_theta_w", "--analysis", "published"
    )
    assert code == 2
    assert "--analysis" in err


def test_data_fetch(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("data", "list", "--json")
    assert code == 0
    assert {row["release"] for row in json.loads(out)["rows"]} == {
        "coherent-csi-2017",
        "coherent-lar-2020",
    }
    code, _, err = run(
        "data",
        "fetch",
        "coherent-lar-2020",
        "--from",
        str(tmp_path),
        "--cache",
        str(tmp_path / "c"),
    )
    assert code == 2
    assert "give a folder that contains it" in err
    code, _, err = run("data", "fetch", "coherent-lar-2021")
    assert code == 2
    assert "did you mean coherent-lar-2020" in err


def test_a_detector_of_ones_own_without_data_or_time(run: Run) -> None:
    folder = str(Path(__file__).parents[2] / "examples" / "argon-detector")
    code, out, _ = run("rate", folder)
    assert code == 0
    assert "all arrival times" in out
    code, out, _ = run("rate", folder, "--json")
    assert code == 0
    rates = json.loads(out)
    assert (rates["data"], rates["time_edges_us"]) == (None, None)
    assert rates["signal"] > 0
    code, _, err = run("fit", folder, "--free", "sin2_theta_w")
    assert code == 2
    assert "no data" in err


def test_set_changes_one_choice(run: Run) -> None:
    _, before, _ = run("rate", "coherent-csi-2017", "--json")
    _, after, _ = run(
        "rate", "coherent-csi-2017", "--json", "--set", "response.smearing.kind=none"
    )
    assert json.loads(after)["signal"] < 0.95 * json.loads(before)["signal"]


def test_scan_resumes_and_refuses(run: Run, tmp_path: Path) -> None:
    path = str(tmp_path / "rn.h5")
    arguments = (
        "scan",
        "coherent-csi-2017",
        "--grid",
        "rn=3:8 fm:21",
        "-o",
        path,
        "--json",
    )
    code, out, _ = run(*arguments, "--plot", str(tmp_path / "rn.pdf"))
    assert code == 0
    first = found_in(out)
    assert first["points"] == 21
    ((region,),) = first["regions"].values()
    assert region["low"] < first["best"]["rn"] < region["high"]
    assert (first["cl"], region["best"]) == (pytest.approx(0.6827, abs=1e-4), True)
    assert (tmp_path / "rn.pdf").read_bytes()[:4] == b"%PDF"
    assert run(*arguments)[0] == 2  # exists
    assert found_in(run(*arguments, "--resume")[1]) == first
    code, _, err = run(
        "scan", "coherent-csi-2017", "--grid", "rn=3:8 fm:22", "-o", path, "--resume"
    )
    assert code == 2
    assert "another scan" in err


@pytest.mark.parametrize(
    "what", ["targets", "fluxes", "models", "form-factors", "experiments", "parameters"]
)
def test_list(run: Run, what: str) -> None:
    code, out, _ = run("list", what, "--json")
    assert code == 0
    (rows,) = json.loads(out).values()
    assert rows
    known = {"targets": "Ar40", "fluxes": "sns", "models": "sm", "form-factors": "helm"}
    known |= {"experiments": "coherent-csi-2017", "parameters": "coherent-csi-2017"}
    assert known[what] in {next(iter(row.values())) for row in rows}


def test_list_all_names_every_kind(run: Run) -> None:
    _, out, _ = run("list")
    for word in (
        "sns",
        "sm-radiative",
        "coherent-csi-2017",
        "Cadeddu:2017etk",
        "klein-nystrand",
        "rn",
    ):
        assert word in out


def test_reproduce_exits_1_when_a_number_disagrees(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = run("reproduce", "COHERENT:2020iec", "--json")
    assert code == 0
    assert json.loads(out)[0]["agrees"] is True
    code, out, _ = run("reproduce", "trident-code-a")
    assert code == 0
    assert out.count("not judged:") == 2
    monkeypatch.setattr(
        "nuprobe.reproductions.recipes.flux_averaged", lambda **_: 9e-39
    )
    code, out, err = run("reproduce", "COHERENT:2020iec")
    assert code == 1
    assert "no" in out.split()
    assert "outside" in err


@pytest.mark.parametrize(
    ("process", "file"),
    [
        *(("cevns", "experiment"), ("trident", "trident"), ("catalogue", "catalogue")),
        *(("oscillation", "oscillation"), ("early-universe", "early-universe")),
        *(("red-giants", "red-giants"), ("likelihood", "likelihood")),
    ],
)
def test_schema_is_the_published_one(run: Run, process: str, file: str) -> None:
    code, out, _ = run("schema", process)
    assert code == 0
    published = Path(__file__).parents[2] / "docs" / f"{file}.schema.json"
    current = json.loads(out)
    # the wording depends on the version of pydantic, sections and keys do not
    for schema in (json.loads(published.read_text(encoding="utf-8")), current):
        assert schema["properties"].keys() == current["properties"].keys()
        for name, part in current["$defs"].items():
            assert (
                schema["$defs"][name].get("properties", {}).keys()
                == part.get("properties", {}).keys()
            )


TRIDENT = ("xsec", "trident", "--energy", "20 GeV", "--channel")
MUONS = "nu_mu -> nu_mu mu+ mu-"
VECTOR = ("--model", "light-vector", "--param", "coupling=1e-4")
CEVNS = ("xsec", "cevns", "--target")
SCAN = ("scan", "coherent-csi-2017", "-o", "x.h5", "--grid")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*CEVNS, "Ar41", "--energy", "30 MeV"), ["Ar41", "Ar40"]),
        ((*CEVNS, "Ar40", "--energy", "30"), ["unit", "MeV"]),
        ((*CEVNS, "Ar40", "--energy", "-30 MeV"), ["positive", "-30"]),
        ((*CEVNS, "Ar40", "--energy", "30 kg"), ["mass", "energy"]),
        ((*CEVNS, "Ar40", "--energy", "1 MeV", "--recoil", "2 MeV"), ["exceeds"]),
        ((*CEVNS, "Ar40", "--energy", "1:2:0 MeV"), ["empty"]),
        ((*CEVNS, "Ar40", "--energy", "1 MeV", "--r-n", "1 fm"), ["1.55885 fm"]),
        ((*CEVNS, "Ar40", "--energy", "1 MeV", "--flavour", "nu_m"), ["nu_mu"]),
        ((*CEVNS, "Ar40", "--energy", "1 MeV", "--form-factor", "helmm"), ["helm"]),
        ((*CEVNS, "Ar40", "--energy", "1 MeV", "--model", "SM"), ["sm"]),
        (
            (*CEVNS, "Ar40", "--energy", "1 MeV", "-o", "no-such-folder/x.txt"),
            ["no-such-folder"],
        ),
        ((*CEVNS, "Ar40", "--energy", "1 MeV", "--plot", "x.doc"), [".doc", "pdf"]),
        ((*CEVNS, "Ar40"), ["--energy"]),
        (("rate", "coherent-csi-2071"), ["coherent-csi-2017"]),
        (("rate", "./no-such-folder"), ["no-such-folder", "experiment.toml"]),
        (("rate", "coherent-csi-2017", "--analysis", "enrgy"), ["energy"]),
        (
            ("rate", "coherent-csi-2017", "--set", "target.mas=3 kg"),
            ["target.mas", "mass"],
        ),
        (
            ("rate", "coherent-csi-2017", "--set", "target.mass=3"),
            ["target.mass", "unit"],
        ),
        (("fit", "coherent-csi-2017", "--free", "r_n"), ["rn"]),
        (("fit", "coherent-csi-2017", "--free", ","), ["nothing to fit"]),
        (("fit", "coherent-csi-2017", "--free", "rn,rn_cs"), ["same isotope"]),
        ((*SCAN, "rn=2:9:20"), ["unit", "fm"]),
        ((*SCAN, "rn=2:9 fm:0"), ["empty"]),
        ((*SCAN, ""), ["empty"]),
        ((*SCAN, "rn=2:90 fm:10"), ["10"]),
        ((*SCAN, "radius=2:9 fm:10"), ["rn"]),
        ((*SCAN, "rn=2:9 fm:10", "--workers", "2", "--dask", "tcp://x"), ["--workers"]),
        (("reproduce", "Cadeddu:2017"), ["Cadeddu:2017etk"]),
        (("reproduce", "--study", "choices"), ["csi-choices"]),
        (
            (*TRIDENT, "nu_mu -> nu_e mu+ mu-", "--target", "Ar40"),
            ["lepton number", "nu_mu -> nu_e e+ mu-"],
        ),
        ((*TRIDENT, "nu_mu to muons", "--target", "Ar40"), ["nu_mu -> nu_mu mu+ mu-"]),
        ((*TRIDENT, MUONS), ["target"]),
        ((*TRIDENT, MUONS, "--target", "Ar40", "--mass", "1 MeV"), ["lmu-ltau"]),
        (
            (*TRIDENT, MUONS, "--target", "Ar40", "--model", "lmu-ltau"),
            ["mass", "coupling", "--param"],
        ),
        (
            (*TRIDENT, MUONS, "--target", "Xe132", "--form-factor", "fourier-bessel"),
            ["Xe132"],
        ),
        (
            (
                *TRIDENT,
                MUONS,
                "--target",
                "Ar40",
                "--model",
                "lmu-ltau",
                "--mass",
                "-1 MeV",
                "--coupling",
                "1",
            ),
            ["mass", "positive"],
        ),
        (("limit", "ccfr-tridnt"), ["ccfr-trident"]),
        (
            ("limit", "coherent-csi-2017", "--family", "lmu-ltau"),
            ["b-l", "does not couple to nuclei", "mixing"],
        ),
        (
            ("limit", "coherent-csi-2017", "--family", "scalar", "--mixing", "loop"),
            ["--mixing"],
        ),
        (
            ("limit", "coherent-csi-2017", "--family", "scalar", "--mixing", "0"),
            ["--mixing requires a vector"],
        ),
        (("limit", "bugey-3", "--mixing", "0"), ["drop the options for mediators"]),
        (
            ("limit", "coherent-csi-2017", "ccfr-trident", "--family", "scalar"),
            ["trident"],
        ),
        (
            ("rate", "coherent-csi-2017", "--model", "light-vector"),
            ["mass", "--param"],
        ),
        (("rate", "coherent-csi-2017", "--model", "light-vektor"), ["light-vector"]),
        (("rate", "coherent-csi-2017", "--model", "v-a"), ["tridents"]),
        (
            (*CEVNS, "Ar40", "--energy", "1 MeV", "--param", "mass"),
            ["--param", "key=value"],
        ),
        (
            (*CEVNS, "Ar40", "--energy", "1 MeV", *VECTOR, "--param", "mass=10"),
            ["mass"],
        ),
        (
            (*CEVNS, "Ar40", "--energy", "1 MeV", *VECTOR, "--param", "mass=-1 MeV"),
            ["positive"],
        ),
        (
            (*CEVNS, "Ar40", "--energy", "1 MeV", *VECTOR, "--param", "masss=1 MeV"),
            ["masss", "mass"],
        ),
        (
            (
                *CEVNS,
                "Ar40",
                "--energy",
                "1 MeV",
                "--model",
                "nsi",
                "--param",
                "epsilon_u.ee=1j",
            ),
            ["epsilon_u", "hermitian"],
        ),
        (
            (
                *CEVNS,
                "Ar40",
                "--energy",
                "1 MeV",
                "--model",
                "light-scalar",
                "--param",
                "interference=true",
            ),
            ["cannot interfere with a vector"],
        ),
        (
            ("rate", "coherent-csi-2017", "--model-file", "nowhere.yaml"),
            ["nowhere.yaml"],
        ),
        (
            (
                "rate",
                "ccfr-trident",
                "--model",
                "electromagnetic",
                "--param",
                "magnetic_moment.ee=1e-10",
            ),
            ["magnetic_moment", "tridents"],
        ),
        (("limit", "ccfr-trident", "--mixing", "tree"), ["loop"]),
        (("limit", "ccfr-trident", "--cl", "95"), ["between 0 and 1"]),
        (("limit", "ccfr-trident", "--masses", "1:2:0 GeV"), ["empty"]),
        (("limit", "ccfr-trident", "--family", "b-k"), ["b-l"]),
        (("limit", "ccfr-trident", "--grid", "mass=1:2 GeV:3"), ["mass and coupling"]),
        (("limit", "ccfr-trident", "--scan", "x.h5"), ["--grid"]),
        (
            ("limit", "ccfr-trident", "--every", "5"),
            ["--every require a file", "--checkpoint"],
        ),
        (("limit", "ccfr-trident", "ccfr-trident"), ["count twice"]),
        (("limit", "ccfr-trident", "--analysis", "charm2-trident=x"), ["ccfr-trident"]),
        (
            ("limit", "ccfr-trident", "--masses", "10 MeV, 1 TeV"),
            ["one unit at the end"],
        ),
        (("rate", "ccfr-trident", "--model", "foo"), ["lmu-ltau"]),
        ((*TRIDENT, MUONS, "--target", "Ar40", "--model", "foo"), ["lmu-ltau"]),
        (
            ("xsec", "trident", "--channel", MUONS, "--energy", "1e300 GeV"),
            ["1e+09 MeV"],
        ),
        (("fit", "ccfr-trident", "--free", "mass"), ["nuprobe limit"]),
        (("lsit",), ["list"]),
        (("demo", "-o", "/dev/null/demo"), ["/dev/null/demo"]),
    ],
)
def test_bad_input_is_one_line_with_a_remedy(
    run: Run,
    arguments: tuple[str, ...],
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("nuprobe: ")
    for word in words:
        assert word in err
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_kept(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "h.txt"
    path.write_text("precious")
    arguments = (
        *TRIDENT,
        MUONS,
        "--target",
        "Ar40",
        "--regime",
        "coherent",
        "-o",
        str(path),
    )
    code, _, err = run(*arguments)
    assert (code, path.read_text()) == (2, "precious")
    assert "--overwrite" in err
    assert run(*arguments, "--overwrite")[0] == 0
    assert "sigma" in path.read_text()
    scan = tmp_path / "h.h5"
    scan.write_text("precious")
    code, _, err = run(
        "limit",
        "ccfr-trident",
        "--grid",
        "mass=1:2 GeV:2,coupling=1e-4:1:3",
        "-o",
        str(scan),
    )
    assert (code, scan.read_text()) == (2, "precious")
    assert "--resume" in err


def test_a_given_mixing_angle_is_used(run: Run) -> None:
    """Also the default of low energies: σ ∝ V² + A² roughly, with V = ½ + 2 sin²θ_W."""
    ratio = json.loads(
        run("rate", "ccfr-trident", "--sin2-theta-w", "0.23863", "--json")[1]
    )["ratio"]
    near = json.loads(
        run("rate", "ccfr-trident", "--sin2-theta-w", "0.238631", "--json")[1]
    )["ratio"]
    assert ratio == pytest.approx(near, rel=1e-5)
    assert ratio == pytest.approx(1.024, abs=0.002)


def test_a_file_of_an_experiment_is_no_folder(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "experiment.toml"
    path.write_text("")
    code, _, err = run("rate", str(path))
    assert code == 2
    assert f"give the folder that contains it, {tmp_path}" in err


def test_xsec_trident(run: Run) -> None:
    channel = ("xsec", "trident", "--channel", "nu_mu -> nu_mu mu+ mu-", "--json")
    code, out, _ = run(
        *channel, "--target", "Fe56", "--energy", "0.1, 20 GeV", "--regime", "coherent"
    )
    assert code == 0
    below, above = json.loads(out)["rows"]
    assert (below["sigma [cm2]"], below["below threshold"]) == (0.0, True)
    assert above["sigma [cm2]"] == pytest.approx(3.456e-41, rel=3e-3, abs=0)
    assert above["ratio to SM"] == 1.0
    assert 0 < above["error [cm2]"] < 1e-3 * above["sigma [cm2]"]
    mediator = ("--model", "lmu-ltau", "--mass", "10 MeV", "--coupling", "1e-3")
    code, out, _ = run(
        *channel,
        "--target",
        "Ar40",
        "--energy",
        "1 GeV",
        "--regime",
        "coherent",
        *mediator,
    )
    assert json.loads(out)["rows"][0]["ratio to SM"] == pytest.approx(
        29.7, rel=0.02, abs=0
    )
    code, out, _ = run(*channel, "--energy", "60 GeV", "--regime", "electron")
    assert code == 0
    assert "per electron" in json.loads(out)["title"]


def test_rate_and_limit_of_trident_experiments(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("rate", "dune-nd-trident", "--json")
    assert code == 0
    assert json.loads(out)["events"]["coherent"] == pytest.approx(290, rel=0.03, abs=0)
    plot = tmp_path / "plane.png"
    arguments = (
        "limit",
        "ccfr-trident",
        "charm2-trident",
        "--masses",
        "1e-3:1e3:30:log GeV",
        "--json",
    )
    code, out, _ = run(*arguments, "--plot", str(plot))
    assert code == 0
    curves = {c["label"]: c for c in json.loads(out)["curves"]}
    assert set(curves) == {"ccfr-trident", "charm2-trident", "combined"}
    assert curves["ccfr-trident"]["heavy_m_over_g_MeV"] == pytest.approx(
        540e3, rel=0.01, abs=0
    )
    assert plot.read_bytes()[:4] == b"\x89PNG"
    scan = tmp_path / "plane.h5"
    grid = ("--grid", "mass=1e-3:1e2 GeV:7,coupling=1e-5:1:9", "--scan", str(scan))
    code, out, _ = run("limit", "ccfr-trident", "nutev-trident", *grid, "--json")
    assert code == 0
    assert [round(m) for m in json.loads(out)["curves"][0]["mass"]][:2] == [1, 7]
    stored = nu.inference.ScanResult.load(scan)
    assert stored.twice_nll.shape == (7, 9)
    assert found_in(
        run("limit", "ccfr-trident", "nutev-trident", *grid, "--resume", "--json")[1]
    ) == found_in(out)
    code, out, _ = run(
        "limit", "ccfr-trident", "--mixing", "loop", "--sides", "1", "--cl", "0.9"
    )
    assert code == 0
    assert "one-sided, upper 90 % CL" in out


def test_help_of_every_command_shows_an_example(run: Run) -> None:
    for command in (
        ["xsec", "cevns"],
        ["xsec", "electron"],
        ["xsec", "trident"],
        ["limit"],
        ["rate"],
        ["fit"],
        ["scan"],
        ["reproduce"],
        ["list"],
        ["schema"],
        ["demo"],
    ):
        code, out, _ = run(*command, "--help")
        assert code == 0
        assert "nuprobe" in out.split("Example", 1)[1]


def test_help_imports_no_numerics() -> None:
    code = (
        "import sys; sys.argv = ['nuprobe', '--help']\nfrom nuprobe.cli import"
        " main\ntry: main()\nexcept SystemExit: pass\nprint(sorted({'numpy', 'scipy',"
        " 'pydantic', 'matplotlib', 'h5py', 'iminuit'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines()[-1] == "[]"


def _drawn(drawn: Drawn, path: Path) -> Path:
    """A figure that has something to save, without saving it."""
    from nuprobe.plotting import figure_of

    assert any(ax.has_data() for ax in figure_of(drawn).axes)
    path.touch()
    return path


@pytest.mark.parametrize(
    "whole", [False, pytest.param(True, marks=pytest.mark.nightly)]
)
def test_demo_leaves_plots_tables_and_scan(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    folder = tmp_path / "demo"
    if not whole:
        # other tests save figures and take the table of choices, both for seconds
        from nuprobe import demo

        monkeypatch.setattr(demo, "save", _drawn)
        models = nuclear_models()
        monkeypatch.setattr(demo, "csi_choices", lambda: models)
        monkeypatch.setattr(demo, "nuclear_models", lambda: models)
        monkeypatch.setattr(demo, "_REPRODUCED", ("Mishra:1991bv",))
        monkeypatch.setattr(demo._Demo, "tridents", lambda _: None)
    code, out, _ = run("demo", "-o", str(folder), "--quiet")
    assert code == 0
    names = {p.name for p in folder.iterdir()}
    plots = (
        "csi-2017-spectrum",
        "csi-2017-rn-profile",
        "cevns-total",
        "cevns-differential",
        "form-factors-ar40",
    )
    for stem in (*plots, "cevns-millicharge", "csi-2017-charge-radii"):
        assert {f"{stem}.pdf", f"{stem}.png"} <= names
    for stem in (
        "csi-2017-fit",
        "csi-2017-charge-radii",
        "csi-2017-choices",
        "nuclear-models",
        "published-and-computed",
    ):
        assert {f"{stem}.txt", f"{stem}.json"} <= names
    assert "csi-2017-rn-scan.h5" in names
    assert {"trident-plane.pdf", "trident-plane.png", "trident-limits.json"} <= names
    fit = json.loads((folder / "csi-2017-fit.json").read_text())
    assert 5.2 < fit["parameters"][0]["value"] < 6.0
    assert "R_n" in out


def test_xsec_averages_over_a_flux_with_options(run: Run) -> None:
    arguments = (
        "xsec",
        "cevns",
        "--target",
        "Ge",
        "--threshold",
        "0.2 keV",
        "--flux",
        "reactor",
        "--json",
    )
    means = {}
    for isotope in ("U235", "Pu239"):
        options = (
            "--flux-option",
            f"fractions={{{isotope}=1.0}}",
            "--flux-option",
            "low_energy=none",
        )
        code, out, _ = run(*arguments, *options)
        assert code == 0
        (row,) = json.loads(out)["rows"]
        assert row["flavour"] == "nubar_e"
        flux = nu.flux("reactor", fractions={isotope: 1.0}, low_energy="none")
        assert row["neutrinos [in 4 pi per fission]"] == pytest.approx(
            flux.total("nubar_e")
        )
        # the same mean on a fine grid of energies
        e = np.linspace(2, 8, 2001)
        sigma = nu.cevns.total(
            e, nu.target("Ge"), nu.StandardModel(), "nubar_e", threshold=0.2 * keV
        )
        weight = flux.spectrum("nubar_e", e)
        mean = np.trapezoid(weight * sigma, e) / np.trapezoid(weight, e)
        assert row["sigma [cm2]"] == pytest.approx(mean, rel=1e-4, abs=0)
        means[isotope] = row["sigma [cm2]"]
    assert means["Pu239"] < means["U235"]


def test_xsec_trident_over_a_flux(run: Run) -> None:
    channel = "nu_mu -> nu_mu mu+ mu-"
    code, out, _ = run(
        "xsec",
        "trident",
        "--channel",
        channel,
        "--target",
        "Ar40",
        "--flux",
        "dune-nd-fhc",
        "--regime",
        "coherent",
        "--json",
    )
    assert code == 0
    expected = nu.trident.flux_averaged(
        "dune-nd-fhc", channel, "Ar40", regime="coherent"
    )
    table = json.loads(out)
    assert table["rows"][0]["sigma [cm2]"] == pytest.approx(expected, rel=1e-12, abs=0)
    # what was used is written
    assert "coherent" in table["title"]
    notes = " ".join(table["notes"])
    assert "sin2 theta_W = 0.23122" in notes
    assert "FourierBessel, rms charge radius 3.42" in notes


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["--energy", "30 MeV", "--flux", "sns"], "either --energy or --flux"),
        ([], "either --energy or --flux"),
        (["--energy", "30 MeV", "--flux-option", "a=1"], "requires --flux"),
        (["--flux", "solar", "--flux-option", "model"], "key=value"),
        (["--flux", "solar", "--flux-option", "model=B16"], "unknown model 'B16'"),
        (["--flux", "reactor", "--flux-option", "fractions={U235=0.3}"], "sum to 0.3"),
        (["--flux", "sns", "--flavour", "nu_tau"], "no nu_tau"),
    ],
)
def test_xsec_over_a_flux_tells_what_is_wrong(
    run: Run, arguments: list[str], hint: str
) -> None:
    code, _, error = run("xsec", "cevns", "--target", "Ar40", *arguments)
    assert code == 2
    assert hint in error


def test_xsec_electron_prints_what_the_library_computes(
    run: Run, tmp_path: Path
) -> None:
    code, out, _ = run(
        "xsec", "electron", "--energy", "1, 3 MeV", "--flavour", "nubar_e", "--json"
    )
    assert code == 0
    sigma = nu.electron.total([1.0, 3.0], nu.StandardModel(), "nubar_e")
    np.testing.assert_allclose(
        [row["sigma [cm2]"] for row in json.loads(out)["rows"]], sigma, rtol=1e-12
    )

    figure = tmp_path / "electron.svg"
    code, out, _ = run(
        *(
            "xsec",
            "electron",
            "--target",
            "Ge",
            "--energy",
            "3 MeV",
            "--recoil",
            "1, 5, 20 keV",
        ),
        *(
            "--magnetic-moment",
            "2.9e-11",
            "--flavour",
            "nubar_e",
            "--json",
            "--plot",
            str(figure),
        ),
    )
    assert code == 0
    assert "<svg" in figure.read_text()
    model = nu.Electromagnetic(mu_eff={"e": 2.9e-11})
    exact = (
        nu.electron.differential(
            3.0, np.array([1, 5, 20]) * keV, model, "nubar_e", "Ge"
        )
        * keV
    )
    np.testing.assert_allclose(
        [r["dsigma/dT [cm2/keV]"] for r in json.loads(out)["rows"]], exact, rtol=1e-12
    )


def test_xsec_electron_over_a_flux(run: Run) -> None:
    code, out, _ = run(
        "xsec",
        "electron",
        "--flux",
        "solar",
        "--recoil",
        "1, 30 keV",
        "--target",
        "Xe",
        "--json",
    )
    assert code == 0
    exact = (
        nu.electron.averaged(
            nu.flux("solar"), [1 * keV, 30 * keV], nu.StandardModel(), "nu_e", "Xe"
        )
        * keV
    )
    np.testing.assert_allclose(
        [r["dsigma/dT [cm2/keV]"] for r in json.loads(out)["rows"]], exact, rtol=1e-12
    )
    code, out, _ = run(
        "xsec", "electron", "--flux", "solar", "--threshold", "50 keV", "--json"
    )
    assert code == 0
    mean = nu.flux("solar").average(
        lambda e: nu.electron.total(e, nu.StandardModel(), "nu_e", threshold=0.05),
        "nu_e",
    )
    assert json.loads(out)["rows"][0]["sigma [cm2]"] == pytest.approx(
        mean, rel=1e-4, abs=0
    )


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (
            ["--energy", "1 MeV", "--target", "Pb"],
            "no electron binding energies for Pb",
        ),
        (["--energy", "1 MeV", "--magnetic-moment", "1e-10"], "give a threshold"),
        (
            ["--energy", "1 MeV", "--free-electrons"],
            "--free-electrons requires --target",
        ),
        (
            ["--energy", "1 MeV", "--recoil", "1 keV", "--threshold", "1 keV"],
            "--threshold applies to",
        ),
        ([], "give either --energy or --flux"),
    ],
)
def test_xsec_electron_tells_what_is_wrong(
    run: Run, arguments: list[str], hint: str
) -> None:
    code, out, error = run("xsec", "electron", *arguments)
    assert (code, out) == (2, "")
    assert hint in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "asked",
    [
        ("cevns", "--target", "Ar40", "--flux", "sns", "--recoil", "0:50:11 keV"),
        ("cevns", "--target", "Ar40", "--flux", "sns", "--threshold", "5 keV"),
        ("electron", "--target", "Xe", "--flux", "solar", "--flavour", "nu_e"),
        ("electron", "--flux", "reactor", "--recoil", "1, 10 keV", "--json"),
    ],
)
def test_xsec_draws_means_over_a_flux(
    run: Run, tmp_path: Path, asked: tuple[str, ...]
) -> None:
    plot = tmp_path / "mean.svg"
    code, with_plot, _ = run("xsec", *asked, "--plot", str(plot))
    assert (code, plot.exists()) == (0, True)
    # JSON says by which command it was made
    alone = run("xsec", *asked)[1]
    assert with_plot.replace(f" --plot {plot}", "") == alone
    drawn = plot.read_text()
    assert ("threshold" in drawn) == ("--threshold" in asked)


def test_xsec_trident_says_which_weak_angle_it_used(run: Run) -> None:
    command = (
        "xsec",
        "trident",
        "--channel",
        "nu_mu -> nu_mu mu+ mu-",
        "--target",
        "Ar40",
        "--energy",
        "5 GeV",
        "--json",
    )
    for arguments, expected in (
        ((), "couplings of sm: V = 0.96244, A = 0.5, sin2 theta_W = 0.23122;"),
        (
            ("--sin2-theta-w", "0.24"),
            "couplings of sm: V = 0.98, A = 0.5, sin2 theta_W = 0.24;",
        ),
        (("--model", "v-a"), "V = 1, A = 1;"),
        (
            ("--model", "lmu-ltau", "--mass", "10 MeV", "--coupling", "1e-3"),
            "sin2 theta_W = 0.23122;",
        ),
    ):
        code, out, _ = run(*command, *arguments)
        assert code == 0
        note = json.loads(out)["notes"][1]
        assert expected in note
        assert note.endswith("SM of the ratio: sin2 theta_W = 0.23122")


def test_xsec_cevns_over_a_flux_at_recoils(run: Run) -> None:
    """The mean of the prompt line is dσ/dT at its energy."""
    code, out, _ = run(
        "xsec", "cevns", "--target", "Ar40", "--flux", "sns",
        "--flavour", "nu_mu", "--recoil", "5, 20 keV", "--json",
    )  # fmt: skip
    assert code == 0
    rows = json.loads(out)["rows"]
    line = (139.57039**2 - 105.6583755**2) / (2 * 139.57039)
    exact = nu.cevns.differential(
        line, [0.005, 0.020], "Ar40", nu.StandardModel(), "nu_mu"
    )
    got = [list(row.values())[-1] if isinstance(row, dict) else row[-1] for row in rows]
    np.testing.assert_allclose(got, exact * 1e-3, rtol=1e-6)
