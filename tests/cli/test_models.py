"""Models on the command line and in files are those of the library; limits of counting
experiments."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.command_line import Run

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.models import (
    LMuLTau,
    ScalarCharges,
    StandardModel,
    VectorCharges,
    build,
    model_from_file,
    model_names,
)

VECTOR = "{light-vector: {mass: 10 MeV, coupling: 1e-4}}"
MOMENT = "{electromagnetic: {magnetic_moment: {mumu: 1e-10}}}"


def _params(**values: str) -> list[str]:
    return [
        x
        for key, value in values.items()
        for x in ("--param", f"{key.replace('__', '.')}={value}")
    ]


@pytest.mark.parametrize(
    ("arguments", "model"),
    [
        (
            ["light-vector", *_params(mass="10 MeV", coupling="1e-4", charges="b-l")],
            nu.LightVector(10, 1e-4, "b-l"),
        ),
        (
            [
                "light-vector",
                *_params(
                    mass="1 GeV",
                    coupling="1e-2",
                    charges__u="0.5",
                    charges__d="0.2",
                    mixing="0.1",
                ),
            ],
            nu.LightVector(1e3, 1e-2, VectorCharges(u=0.5, d=0.2), 0.1),
        ),
        (
            ["light-scalar", *_params(mass="5 MeV", coupling="1e-4", charges__p="0.5")],
            nu.LightScalar(5, 1e-4, ScalarCharges(p=0.5)),
        ),
        (
            [
                "light-scalar",
                *_params(mass="5 MeV", coupling="1e-4", charges="universal"),
            ],
            nu.LightScalar(5, 1e-4, "universal"),
        ),
        (
            ["lmu-ltau", *_params(mass="5 MeV", coupling="1e-3", mixing="loop")],
            LMuLTau(5, 1e-3, "loop"),
        ),
        (
            ["nsi", *_params(epsilon_u__mumu="0.1", epsilon_d__emu="0.1+0.2j")],
            nu.NSI(epsilon_u={"mumu": 0.1}, epsilon_d={"emu": 0.1 + 0.2j}),
        ),
        (
            ["electromagnetic", *_params(charge_radius__mumu="-3e-32")],
            nu.Electromagnetic(charge_radius={"mumu": -3e-32}),
        ),
        (
            ["sm-radiative", *_params(strange_axial="0.1")],
            StandardModel(scheme="radiative", strange_axial=0.1),
        ),
    ],
)
def test_models_of_the_command_line(run: Run, arguments: list[str], model: Any) -> None:
    code, out, err = run(
        "xsec",
        "cevns",
        "--target",
        "Cs133",
        "--energy",
        "30 MeV",
        "--json",
        "--model",
        *arguments,
    )
    assert code == 0, err
    expected = float(nu.cevns.total(30.0, "Cs133", model, "nu_mu"))
    assert json.loads(out)["rows"][0]["sigma [cm2]"] == pytest.approx(
        expected, rel=1e-12, abs=0
    )


def test_a_model_file_stacks(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_text(
        "model:\n  - standard: {scheme: radiative, sin2_theta_w: 0.24}\n"
        "  - nsi: {epsilon_u: {ee: 0.1, emu: 0.05j}}\n"
        "  - light-vector: {mass: 10 MeV, coupling: 1e-5,"
        " charges: {neutrinos: [1, 2, 3], u: 0.5}}\n"
        "  - light-scalar: {mass: 3 MeV, coupling: 1e-5, label: scalar.}\n"
    )
    below = nu.NSI(
        epsilon_u={"ee": 0.1, "emu": 0.05j}, base=StandardModel(0.24, "radiative")
    )
    vector = nu.LightVector(
        10.0, 1e-5, VectorCharges(neutrinos=(1, 2, 3), u=0.5), base=below
    )
    expected = nu.LightScalar(3.0, 1e-5, base=vector, label="scalar.")
    found: Any = model_from_file(path)
    assert [p.name for p in found.parameters] == [p.name for p in expected.parameters]
    assert [p.name for p in found.mass_parameters] == ["mass", "scalar.mass"]
    np.testing.assert_array_equal(
        nu.cevns.total([10.0, 30.0], "CsI", found, "nu_e"),
        nu.cevns.total([10.0, 30.0], "CsI", expected, "nu_e"),
    )
    code, out, _ = run("rate", "coherent-csi-2017", "--model-file", str(path), "--json")
    assert code == 0
    signal = nu.experiment("coherent-csi-2017").predict(expected).signal.sum()
    assert json.loads(out)["signal"] == pytest.approx(float(signal), rel=1e-9)
    code, out, _ = run(
        "fit",
        "coherent-csi-2017",
        "--model-file",
        str(path),
        "--free",
        "epsilon_u.mumu",
        "--json",
    )
    assert code == 0
    assert "epsilon_u.mumu" in out


@pytest.mark.parametrize(
    ("text", "model"),
    [
        (
            (
                "electromagnetic: {magnetic_moment: {12: 3e-11j}, kind: majorana,"
                " basis: mass, mixing: inverted}"
            ),
            lambda: nu.Electromagnetic(
                magnetic_moment={"12": 3e-11j},
                kind="majorana",
                basis="mass",
                mixing=nu.PMNS.nufit("inverted"),
            ),
        ),
        (
            (
                "electromagnetic: {charge_radius: {mumu: -3e-31}, antineutrino_flip:"
                " true, mixing: {sin2_12: 0.31}}"
            ),
            lambda: nu.Electromagnetic(
                charge_radius={"mumu": -3e-31},
                antineutrino_flip=True,
                mixing=nu.PMNS(sin2_12=0.31),
            ),
        ),
        (
            "light-vector: {mass: 10 MeV, coupling: 1e-4, mass_range: [1 MeV, 1 GeV]}",
            lambda: nu.LightVector(10.0, 1e-4, mass_range=(1.0, 1e3)),
        ),
        (
            (
                "lmu-ltau: {mass: 10 MeV, coupling: 1e-3, mixing: 0.1, lepton_charges:"
                " [1, -1, 0]}"
            ),
            lambda: LMuLTau(10.0, 1e-3, 0.1, lepton_charges=(1.0, -1.0, 0.0)),
        ),
    ],
)
def test_keys_of_a_model_file_are_the_arguments(
    tmp_path: Path, text: str, model: Callable[[], Any]
) -> None:
    (tmp_path / "model.yaml").write_text(f"model: [{{{text}}}]")
    found, expected = model_from_file(tmp_path / "model.yaml"), model()
    assert found.mass_parameters == expected.mass_parameters
    for flavour in ("nu_mu", "nubar_mu"):
        one, other = (
            nu.cevns.total([10.0, 30.0], "CsI", m, flavour, threshold=1e-3)
            for m in (found, expected)
        )
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("model: [", ["model.yaml"]),
        ("model: [{electromagnetic: {basis: mass}}]", ["needs the mixing matrix"]),
        ("model: [{electromagnetic: {basis: weak}}]", ["basis", "'mass'"]),
        ("model: [{electromagnetic: {mixing: {sin2_12: 1.2}}}]", ["sin2_12", "1.2"]),
        ("model: [{electromagnetic: {mixing: {s12: 0.3}}}]", ["s12", "sin2_12"]),
        (
            "model: [{electromagnetic: {antineutrino_flip: perhaps}}]",
            ["antineutrino_flip"],
        ),
        ("model: [{light-vector: {mass: 10, coupling: 1e-4}}]", ["mass", "'10 MeV'"]),
        ("[1, 2]", ["model.yaml"]),
        ("models: []", ["models", "model"]),
        ("model: []", ["model"]),
        ("model: [standard]", ["model"]),
        ("model: [{nsi: {}, standard: {}}]", ["one name"]),
        ("model: [{standrd: {}}]", ["standrd", "standard"]),
        ("model: [{nsi: {}}, {standard: {}}]", ["first"]),
        ("model: [{nsi: {w: {ee: 1}}}]", ["'w'"]),
        ("model: [{nsi: {epsilon_u: {ee: big}}}]", ["big"]),
        ("model: [{nsi: {epsilon_u: {ee: .nan}}}]", ["nsi", "u.ee"]),
        (
            "model: [{light-vector: {mass: 10, coupling: 1e-4}}]",
            ["light-vector", "mass"],
        ),
        ("model: [{light-vector: {mass: 10 keVV, coupling: 1e-4}}]", ["keVV"]),
        (
            f"model: [{VECTOR}, {VECTOR}]",
            ["label"],
        ),
        (
            (
                "model: [{light-scalar: {mass: 10 MeV, coupling: 1e-4, interference:"
                " vector}}]"
            ),
            ["cannot interfere"],
        ),
        (
            f"model: [{MOMENT}, {{light-scalar: {{mass: 1 MeV, coupling: 1e-4}}}}]",
            ["interfere"],
        ),
    ],
)
def test_a_bad_model_file_is_one_line(
    run: Run, tmp_path: Path, text: str, words: list[str]
) -> None:
    path = tmp_path / "model.yaml"
    path.write_text(text)
    code, out, err = run("rate", "coherent-csi-2017", "--model-file", str(path))
    assert code == 2
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    for word in words:
        assert word in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            (
                "--energy",
                "30 MeV",
                "--model",
                "light-vector",
                "--param",
                "mass=10",
                "--param",
                "coupling=1e-4",
            ),
            "'10 MeV'",
        ),
        (("--energy", "10 fm"), "this is an energy"),
        (("--flux", "solar", "--flux-option", "components=8B"), "components=['8B']"),
        (
            ("--flux", "reactor", "--flux-option", "fractions={U235:1.0}"),
            "fractions={U235=0.6",
        ),
    ],
)
def test_messages_show_how_to_write_it(
    run: Run, arguments: tuple[str, ...], words: str
) -> None:
    code, _, err = run("xsec", "cevns", "--target", "Ar40", *arguments)
    assert code == 2
    assert len(err.strip().splitlines()) == 1
    assert words in err


def test_a_file_excludes_other_options_and_python_objects(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "model.yaml"
    path.write_text("model: [{standard: }]")
    assert model_from_file(path) == StandardModel()
    code, _, err = run(
        "rate", "coherent-csi-2017", "--model-file", str(path), "--sin2-theta-w", "0.2"
    )
    assert code == 2
    assert "drop --model" in err
    path.write_text("model: !!python/object/apply:os.getcwd []")
    with pytest.raises(InputError, match="cannot read"):
        model_from_file(path)
    with pytest.raises(InputError, match="exclude each other"):
        build([("nsi", {"epsilon_d": 1, "epsilon_d.ee": 2})], "here")
    assert {
        "standard",
        "electromagnetic",
        "nsi",
        "light-vector",
        "light-scalar",
    } <= set(model_names())


@pytest.mark.filterwarnings("ignore::nuprobe.errors.ValidityWarning")
def test_limits_of_counting_experiments(run: Run, tmp_path: Path) -> None:
    plot, scan = tmp_path / "plane.png", tmp_path / "plane.h5"
    grid = ("--grid", "mass=1e-3:1e2 GeV:6,coupling=1e-6:1:9")
    code, out, err = run(
        "limit",
        "coherent-csi-2017",
        "--family",
        "b-l",
        *grid,
        "--plot",
        str(plot),
        "--json",
    )
    assert code == 0, err
    record = json.loads(out)
    direct = nu.limit(
        [nu.experiment("coherent-csi-2017")],
        "b-l",
        mass=np.geomspace(1, 1e5, 6),
    )
    np.testing.assert_allclose(
        record["curves"][0]["coupling"], direct.curves[0].coupling, rtol=1e-6
    )
    assert plot.read_bytes()[:4] == b"\x89PNG"
    code, out, err = run(
        "limit",
        "coherent-csi-2017",
        "ccfr-trident",
        "--mixing",
        "loop",
        *grid,
        "-o",
        str(scan),
    )
    assert code == 0, err
    assert "combined" in out
    stored = nu.inference.ScanResult.load(scan)
    assert stored.twice_nll.shape == (6, 9)
    code, out, _ = run(
        "limit", "coherent-csi-2017", "--family", "universal-vector", *grid
    )
    assert "allowed again" in out
    scalar = (
        "limit",
        "coherent-csi-2017",
        "--family",
        "universal-scalar",
        *grid,
        "--plot",
        str(plot),
    )
    code, _, err = run(*scalar)
    assert code == 2
    assert "exists already" in err
    code, out, _ = run(*scalar, "--overwrite")
    assert code == 0
    assert "universal-scalar" in out


@pytest.mark.nightly
def test_a_mass_that_the_data_do_not_determine_is_named(run: Run) -> None:
    parameters = _params(mass="10 MeV", coupling="1e-5")
    arguments = (
        "fit",
        "coherent-csi-2017",
        "--model",
        "light-vector",
        *parameters,
        "--free",
        "coupling,mass",
    )
    code, out, err = run(*arguments)
    assert code == 0, err
    assert "mass: undetermined: the data allow all of its range" in out
