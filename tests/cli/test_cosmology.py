"""``nuprobe cosmology``: abundances, contours, tables for Boltzmann codes, mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.command_line import Run

COMMAND = ("cosmology",)


def test_abundances_name_what_they_assume(run: Run, tmp_path: Path) -> None:
    figure = tmp_path / "nuclei.png"
    code, out, _ = run("abundances", "--flavour-mixing", "none", "--plot", str(figure))
    assert code == 0
    assert figure.stat().st_size > 10_000
    (line,) = [x for x in out.splitlines() if x.startswith("Y_P")]
    assert float(line.split()[-1]) == pytest.approx(0.246855, abs=1e-5)
    for text in (
        *("criterion: energy exchange", "screening: debye", "flavour mixing: none"),
        *("rates: primat-2023", "tau n [s]: 878.4", "omega b: 0.02242"),
    ):
        assert text in out


def test_moments_and_errors_as_json(run: Run) -> None:
    code, out, _ = run(
        *("abundances", "--moment", "emu=1e-9", "--moment", "etau=1e-9 muB"),
        *("--moment", "mutau=1e-9", "--flavour-mixing", "none", "--errors", "--json"),
    )
    assert code == 0
    table = json.loads(out)
    values = {row["quantity"]: row for row in table["rows"]}
    assert values["N_eff"]["value"] == pytest.approx(3.1938, abs=1.5e-3)
    helium = values["Y_P = 4 n(4He)/n_b"]
    assert helium["value"] == pytest.approx(0.247466, abs=1e-5)
    assert helium["error from tau_n"] == pytest.approx(1.03e-4, rel=0.03)


def test_eta_instead_of_omega(run: Run) -> None:
    _, one, _ = run("abundances", "--eta", "6.13744e-10")
    _, other, _ = run("abundances", "--omega-b", "0.02242")
    assert one.splitlines()[3:6] == other.splitlines()[3:6]


def test_contours(run: Run, tmp_path: Path) -> None:
    figure = tmp_path / "plane.png"
    code, out, _ = run(
        *("contour", "emu", "mutau", "--nodes", "5", "--flavour-mixing", "none"),
        *("--levels", "0.24695,0.24705", "--json", "--plot", str(figure)),
    )
    assert code == 0
    assert figure.stat().st_size > 10_000
    found = json.loads(out)
    assert found["interpolation_errors"]["y_p"] < 1e-6
    assert [c["level"] for c in found["contours"]] == [0.24695, 0.24705]
    line = found["contours"][0]["lines"][0]
    assert max(x for x, _ in line) == pytest.approx(7.55e-10, rel=0.01)
    assert max(y for _, y in line) == pytest.approx(5.42e-10, rel=0.01)


def test_contours_as_text_say_the_error(run: Run) -> None:
    code, out, _ = run("contour", "emu", "etau", "--of", "n_eff", "--nodes", "5")
    assert code == 0
    assert "interpolation error" in out
    assert "25 points computed" in out


def test_a_table_for_class(run: Run) -> None:
    code, out, _ = run(
        *("table", "class", "--omega-b-grid", "0.02:0.025:3"),
        *("--n-eff-grid", "3.046:4.046:2", "--moment", "emu=1e-9"),
    )
    assert code == 0
    rows = [x.split() for x in out.splitlines() if not x.startswith("#")]
    assert rows[0] == ["3", "2"]
    assert [r[1] for r in rows[1:]] == ["0"] * 3 + ["1"] * 3
    assert "emu" in out or "Majorana moments" in out


DIRAC = ("--kind", "dirac", "--t-max", "100 GeV")


def test_dirac_neutrinos_everywhere(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("abundances", *DIRAC, "--moment", "ee=3e-12", "--json")
    assert code == 0
    table = json.loads(out)
    n_eff = {row["quantity"]: row["value"] for row in table["rows"]}["N_eff"]
    assert "t max: 100000 MeV" in table["notes"][0]
    figure = tmp_path / "plane.png"
    code, out, _ = run(
        *("contour", "ee", "mutau", *DIRAC, "--of", "n_eff"),
        *("--levels", f"{n_eff}", "--json", "--plot", str(figure)),
    )
    assert code == 0
    assert figure.stat().st_size > 10_000
    found = json.loads(out)
    assert found["interpolation_errors"]["n_eff"] < 1e-6
    (line,) = found["contours"][0]["lines"]
    assert max(x for x, _ in line) == pytest.approx(3e-12, rel=1e-4)
    code, out, _ = run(
        *("table", "class", *DIRAC, "--moment", "ee=3e-12", "--omega-b-grid"),
        *("0.02242:0.025:2", "--n-eff-grid", f"{n_eff}:4:2", "--json"),
    )
    assert code == 0
    helium = {row["quantity"]: row["value"] for row in table["rows"]}
    assert json.loads(out)["y_p"][0][0] == pytest.approx(
        helium["Y_P = 4 n(4He)/n_b"], abs=1e-8
    )


def test_degrees_of_freedom_from_a_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "g.csv"
    rows = ["temperature,entropy", "20,10.8", "100,17", "1e3,75", "2e5,106"]
    path.write_text("\n".join(rows), encoding="utf-8")
    dirac = ("neff", *DIRAC, "--moment", "ee=1e-11", "--json")
    own, given = (json.loads(run(*dirac, *x)[1]) for x in ((), ("--g-s", str(path))))
    assert "g entropy: given" in given["notes"]
    assert given["rows"][1]["value"] == pytest.approx(own["rows"][1]["value"], rel=0.3)
    assert given["rows"][1]["value"] != own["rows"][1]["value"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (("abundances", "--kind", "dirac", "--moment", "ee=1e-12"), "requires --t-max"),
        (("contour", "ee", "emu", "--kind", "dirac"), "requires --t-max"),
        (("table", "class", "--kind", "dirac", "--moment", "ee=1e-12"), "--t-max"),
        (("abundances", "--t-max", "3 GeV"), "requires --kind dirac"),
        (("neff", "--g-s", "x.csv"), "--g-s requires --kind dirac"),
        (("neff", *DIRAC, "--g-s", "nowhere.csv"), "nowhere.csv"),
        (
            ("contour", "ee", "emu", *DIRAC, "--criterion", "number"),
            "Majorana moments only",
        ),
        (("table", "camb", "--n-eff-grid", "3:4:3"), "CAMB needs at least 4 values"),
        (("abundances", "--moment", "ee=1e-10"), "antisymmetric"),
        (("abundances", "--moment", "emu=1e-3"), "moments this large"),
        (("abundances", "--tau-n", "0"), "lifetime of the neutron"),
        (("abundances", "--eta", "1e-5"), "eta must lie"),
        (("abundances", "--eta", "6e-10", "--omega-b", "0.02"), "not both"),
        (("abundances", "--rates", "nacre"), "unknown rate set"),
        (("abundances", "--weak", "tree"), "unknown weak correction"),
        (("abundances", "--criterion", "number"), "flavour_mixing='none'"),
        (("table", "camb", "--criterion", "number"), "drop --criterion"),
        (("contour", "emu", "emu"), "two different moments"),
        (("contour", "ee", "emu"), "unknown moment"),
        (("contour", "emu", "etau", "--of", "helium"), "unknown observable"),
        (("contour", "emu", "etau", "--nodes", "1"), "2 to 65 nodes"),
        (("contour", "emu", "etau", "--top", "1"), "largest magnetic_moment.emu"),
        (("contour", "emu", "etau", "--top", "1e-9,1e-9,1e-9"), "one or two"),
        (("table", "camb", "--omega-b", "0.02"), "--omega-b-grid"),
        (("table", "camb", "--n-eff-grid", "5:3:4"), "increasing"),
    ],
)
def test_mistakes_are_one_line(run: Run, line: tuple[str, ...], message: str) -> None:
    code, out, err = run(*line)
    assert code == 2
    assert out == ""
    assert message in err
    assert err.count("\n") == 1


DECAY = ("decay", "--lifetime", "1e5 s", "--abundance", "1e-5")


def test_the_window_in_which_only_beryllium_goes(run: Run) -> None:
    """Photons of 2 MeV are above the threshold of 7Be, below that of deuterium."""
    found = {}
    for mass in ("3 MeV", "4 MeV"):
        code, out, _ = run(*DECAY, "--mass", mass, "--json")
        assert code == 0
        found[mass] = json.loads(out)
    below, window = found["3 MeV"], found["4 MeV"]
    assert window["d_h"] == pytest.approx(below["d_h"], rel=1e-3)
    assert window["li7_h"] < 0.5 * below["li7_h"]
    _, out, _ = run(*DECAY, "--mass", "4 MeV")
    lines = [x.split() for x in out.splitlines() if x.startswith("7Li/H")]
    assert float(lines[0][-1]) == pytest.approx(window["li7_h"], rel=1e-4)
    assert "abundance: 1e-05 of photons at 10 MeV" in out


def test_a_moment_gives_the_lifetime(run: Run) -> None:
    """5.307 κ² (m/eV)³ 1/s of a channel, two channels of a Majorana N."""
    known = ("decay", "--mass", "2 MeV", "--moment", "1e-12", "--abundance", "1e-9")
    for nature, channels in (("dirac", 1), ("majorana", 2)):
        code, out, _ = run(*known, "--nature", nature, "--json")
        assert code == 0
        seconds = 1 / (channels * 5.30725 * 1e-24 * (2e6) ** 3)
        assert json.loads(out)["lifetime [s]"] == pytest.approx(seconds, rel=1e-5)


def test_a_plane_of_decays_goes_on(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "plane.json"
    known = (
        *("decay-plane", "--masses", "4:5:2 MeV", "--lifetimes", "1e5:1e6:2:log"),
        *("--abundance", "1e-5", "--quiet", "-o", str(file)),
    )
    code, out, _ = run(*known)
    assert code == 0
    rows = [x.split() for x in out.splitlines() if x.split()[:1] in (["4"], ["5"])]
    # deuterium stays at 4 MeV and goes at 5
    assert [row[-2:] for row in rows] == [["0", "2"], ["2", "2"]]
    code, out, _ = run(*known, "--resume", "--json")
    assert code == 0
    found = json.loads(out)
    # and at 4.445 MeV, below the threshold of deuterium; those of 7Li are beside
    assert found["masses [MeV]"] == pytest.approx(
        [4, 4.445, 4.454, 4.929, 4.939, 5], rel=1e-3
    )
    assert found["excluded"][:2] == [[False, False]] * 2
    assert found["excluded"][3:] == [[True, True]] * 3


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--lifetimes", "1e5:1e6:2:log", "--moments", "1e-13:1e-12:2:log"), "either"),
        (("--lifetimes", "1e5:1e6:2:log", "--measured", "d_h=1e-5"), "value,error"),
        (("--lifetimes", "1e5:1e6:2:log", "--measured", "c12=1,2"), "c12"),
    ],
)
def test_planes_of_decays_that_are_none(
    run: Run, arguments: tuple[str, ...], told: str
) -> None:
    plane = ("decay-plane", "--masses", "4:5:2 MeV", "--abundance", "1e-5", "--quiet")
    code, _, err = run(*plane, *arguments)
    assert code == 2
    assert told in err
