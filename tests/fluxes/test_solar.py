"""Solar neutrinos: shapes against published tables and means, normalisations,
options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

import nuprobe as nu
from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.fluxes import FluxComponent
from nuprobe.fluxes.shapes import allowed_positron_decay
from nuprobe.nuclei import isotope

# Vinyoles:2016djt, per cm² and second
NUMBERS = {
    "B16-GS98": {
        "pp": 5.98e10,
        "pep": 1.44e8,
        "hep": 7.98e3,
        "7Be": 4.93e9,
        "8B": 5.46e6,
        "13N": 2.78e8,
    }
    | {"15O": 2.05e8, "17F": 5.29e6},
    "B16-AGSS09met": {
        "pp": 6.03e10,
        "pep": 1.46e8,
        "hep": 8.25e3,
        "7Be": 4.50e9,
        "8B": 4.50e6,
        "13N": 2.04e8,
    }
    | {"15O": 1.44e8, "17F": 3.26e6},
}
# mean energies in MeV; Bahcall:1987jc, Bahcall:1997eg; 8B: 6.735 ± 0.036 of earlier
# data
MEANS = {
    "pp": 0.2668,
    "pep": 1.442,
    "hep": 9.628,
    "8B": 6.735,
    "13N": 0.7063,
    "15O": 0.9964,
    "17F": 0.9977,
}


def _components(**options: Any) -> dict[str, FluxComponent]:
    return {c.name: c for c in nu.flux("solar", **options).components}


@pytest.mark.parametrize("model", NUMBERS)
def test_each_component_has_the_number_of_the_model(model: str) -> None:
    found = {
        name: float(c.integrate(np.ones_like))
        for name, c in _components(model=model).items()
    }
    assert found == pytest.approx(NUMBERS[model], rel=1e-9, abs=0)
    assert nu.flux("solar", model=model).total("nu_e") == pytest.approx(
        sum(NUMBERS[model].values()), rel=1e-9, abs=0
    )


@pytest.mark.parametrize("name", MEANS)
def test_mean_energies(name: str) -> None:
    component = _components()[name]
    mean = component.integrate(lambda e: e) / component.integrate(np.ones_like)
    assert mean == pytest.approx(MEANS[name], rel=6e-3 if name == "8B" else 3e-4, abs=0)


def test_the_boron_table_is_whole_and_has_no_slip() -> None:
    file = Path(nu.__file__).parent / "fluxes/library/solar/b8.csv"
    energy, value = np.loadtxt(file, delimiter=",", skiprows=4).T
    np.testing.assert_allclose(np.diff(energy), 0.1)
    assert np.trapezoid(value, energy) == pytest.approx(
        1000, abs=0.05
    )  # normalised to 1000 decays by its authors
    # smooth: a wrong digit would show
    assert np.abs(np.diff(value, 3))[4:].max() < 0.03


# endpoint MeV, daughter, tabulated dN/dE per MeV of the normalised spectrum at an
# energy
SHAPES = [
    (
        0.42341,
        1,
        2,
        [(0.05041, 0.3094), (0.20162, 2.9766), (0.30244, 4.0605), (0.40325, 2.2589)],
    ),  # Bahcall:1997eg
    (
        18.784,
        2,
        4,
        [
            (0.93919, 3.3443e-3),
            (3.7567, 3.8338e-2),
            (9.3919, 9.7258e-2),
            (12.209, 8.4034e-2),
        ],
    ),
    (
        1.1990,
        6,
        13,
        [(0.1199, 0.11157), (0.5995, 1.2636), (0.89925, 1.2955), (1.1031, 0.69927)],
    ),  # Bahcall:1987jc
    (
        1.7400,
        8,
        17,
        [(0.174, 0.086305), (0.522, 0.52933), (1.218, 0.91886), (1.566, 0.47848)],
    ),
]


@pytest.mark.parametrize(("endpoint", "z", "a", "table"), SHAPES)
def test_allowed_spectra_agree_with_tables(
    endpoint: float, z: int, a: int, table: list[tuple[float, float]]
) -> None:
    norm = quad(
        lambda e: float(allowed_positron_decay(np.array(e), endpoint, z, a)),
        0,
        endpoint,
        epsrel=1e-8,
    )[0]
    e, published = np.array(table).T
    np.testing.assert_allclose(
        allowed_positron_decay(e, endpoint, z, a) / norm, published, rtol=1.2e-3
    )


@given(endpoint=st.floats(0.05, 20.0), z=st.integers(1, 20), x=st.floats(0, 1))
def test_allowed_spectra_are_finite_and_vanish_at_both_ends(
    endpoint: float, z: int, x: float
) -> None:
    values = allowed_positron_decay(
        np.array([0.0, x * endpoint, endpoint]), endpoint, z, 2 * z
    )
    assert np.all(np.isfinite(values))
    assert np.all(values >= 0)
    assert values[0] == 0
    assert values[2] < 1e-12 * allowed_positron_decay(
        np.array(endpoint / 2), endpoint, z, 2 * z
    )


def test_beryllium_lines_follow_from_the_masses() -> None:
    lines = _components()["7Be"].lines
    # Q of electron capture from the atomic mass excesses 15.7690 and 14.9071 MeV
    # (Wang:2021xhn), less the recoil
    q = 15.7690 - 14.9071
    recoil = q**2 / (2 * isotope("Li7").mass)
    assert lines[0].energy == pytest.approx(q - recoil, abs=2e-4)
    assert lines[1].energy == pytest.approx(q - 0.4776, abs=2e-4)
    assert lines[0].intensity / lines[1].intensity == pytest.approx(0.897 / 0.103)


def test_only_electron_neutrinos_and_nothing_beyond_the_ends() -> None:
    flux = nu.flux("solar")
    assert [str(f) for f in flux.flavours] == ["nu_e"]
    assert flux.emission == "beam"
    assert flux.spectrum("nu_e", 18.79) == 0
    assert flux.spectrum("nu_e", 18.0) > 0
    assert nu.flux("solar", components=["pp"]).spectrum("nu_e", 0.424) == 0


@given(
    scale=st.dictionaries(
        st.sampled_from(sorted(NUMBERS["B16-GS98"])), st.floats(0, 3), max_size=3
    )
)
def test_scale_multiplies_components(scale: dict[str, float]) -> None:
    numbers = NUMBERS["B16-GS98"]
    expected = sum(x * scale.get(n, 1.0) for n, x in numbers.items())
    assert nu.flux("solar", scale=scale).total("nu_e") == pytest.approx(
        expected, rel=1e-9, abs=0
    )


def test_chosen_components() -> None:
    assert list(_components(components=["8B", "hep"])) == [
        "hep",
        "8B",
    ]  # the order of the file


def test_nuclides_in_either_spelling() -> None:
    one = _components(components=["B8", "7Be"], scale={"B8": 2.0})
    other = _components(components=["8B", "7Be"], scale={"8B": 2.0})
    assert list(one) == list(other) == ["7Be", "8B"]
    assert float(one["8B"].integrate(np.ones_like)) == float(
        other["8B"].integrate(np.ones_like)
    )


@pytest.mark.parametrize(
    ("options", "hints"),
    [
        ({"model": "B16-GS89"}, ["model", "did you mean B16-GS98"]),
        ({"components": ["B9"]}, ["component", "B9"]),
        ({"components": []}, ["components", "at least 1"]),
        ({"scale": {"Be9": 1.1}}, ["component", "Be9"]),
        ({"scale": {"Be7": 1.1, "7Be": 1.1}}, ["twice"]),
        ({"scale": {"7Be": -1}}, ["scale.7Be", "-1"]),
        ({"flavours": 3}, ["unknown key"]),
    ],
)
def test_wrong_options_are_told(options: dict[str, Any], hints: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        nu.flux("solar", **options)
    for hint in ["solar", *hints]:
        assert hint in str(caught.value)


OWN = """schema_version = 1
name = "mine"
title = "Mine"
per = "second"
emission = "beam"
[source]
kind = "components"
options = { model = "a" }
[source.models.a]
x = 2.0
[source.components.x]
flavour = "nu_mu"
shape = SHAPE
"""


def test_components_of_ones_own(tmp_path: Path) -> None:
    def write(shape: str, text: str = OWN) -> Path:
        (tmp_path / "flux.toml").write_text(
            text.replace("SHAPE", shape), encoding="utf-8"
        )
        return tmp_path

    lines = '{ kind = "lines", lines = [["1 MeV", 0.25], ["3 MeV", 0.75]] }'
    assert nu.flux(write(lines)).average(lambda e: e, "nu_mu") == pytest.approx(2.5)
    with pytest.raises(ExperimentFileError, match="must sum to 1"):
        nu.flux(write(lines.replace("0.75", "0.5")))
    with pytest.raises(ExperimentFileError, match="no number for x"):
        nu.flux(write(lines, OWN.replace("x = 2.0", "")))
    with pytest.raises(ExperimentFileError, match="unknown component 'y'"):
        nu.flux(write(lines, OWN.replace("x = 2.0", "x = 2.0\ny = 1.0")))
    table = '{ kind = "table", table = "t.csv", column = "y", energy_unit = "keV" }'
    (tmp_path / "t.csv").write_text("energy,y\n0,0\n1000,5\n2000,0\n", encoding="utf-8")
    assert nu.flux(write(table)).total("nu_mu") == pytest.approx(2.0)
    (tmp_path / "t.csv").write_text("energy,y\n0,0\n1000,0\n", encoding="utf-8")
    with pytest.raises(
        ExperimentFileError, match="component x: its table is 0 everywhere"
    ):
        nu.flux(write(table))
