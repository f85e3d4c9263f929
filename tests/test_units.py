"""Units: quantities written by people come back as the numbers they are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuprobe import units
from nuprobe.constants import ATOMIC_MASS_UNIT
from nuprobe.errors import UnitError, UnknownNameError
from nuprobe.units import DIMENSIONS, parse_grid, parse_quantity

UNITS = {
    "energy": {"eV": 1e-6, "keV": 1e-3, "MeV": 1.0, "GeV": 1e3, "TeV": 1e6, "PeV": 1e9},
    "length": {"fm": units.fm, "cm": units.cm, "m": units.m, "km": units.km},
    "time": {
        "ns": units.ns,
        "us": units.us,
        "µs": units.us,
        "s": units.s,
        "min": units.minute,
        "yr": units.year,
    },
    "mass": {"g": units.g, "kg": units.kg, "t": units.tonne},
    "dimensionless": {"": 1.0, "%": 0.01},
}
WRITTEN = st.sampled_from(
    [(d, u, f) for d, table in UNITS.items() for u, f in table.items()]
)
NUMBERS = st.floats(1e-30, 1e30) | st.floats(-1e30, -1e-30) | st.just(0.0)


def test_natural_units_agree_with_independent_numbers() -> None:
    assert units.fm == pytest.approx(1 / 197.3269804)
    assert units.s == pytest.approx(
        1 / 6.582119569e-22, rel=1e-9, abs=0
    )  # 1/hbar in 1/(MeV s)
    assert units.kg * 1.66053906660e-27 == pytest.approx(
        ATOMIC_MASS_UNIT, rel=1e-9, abs=0
    )
    assert units.joule * 1.602176634e-13 == pytest.approx(1.0, rel=1e-12, abs=0)
    assert units.cm2 == pytest.approx(1e26 * units.fm**2, rel=1e-12, abs=0)
    assert units.day * 365.25 == pytest.approx(units.year)


@given(NUMBERS, WRITTEN, st.sampled_from(["", " ", "  "]))
def test_a_written_quantity_comes_back(
    number: float, written: tuple[str, str, float], space: str
) -> None:
    dimension, unit, factor = written
    assert parse_quantity(f" {number!r}{space}{unit} ", dimension) == pytest.approx(
        number * factor, rel=1e-14, abs=0
    )


@given(NUMBERS, WRITTEN)
def test_a_grid_of_one_value_is_that_quantity(
    number: float, written: tuple[str, str, float]
) -> None:
    dimension, unit, _ = written
    text = f"{number!r} {unit}"
    np.testing.assert_allclose(
        parse_grid(text, dimension), [parse_quantity(text, dimension)], rtol=1e-14
    )


@given(
    st.lists(st.floats(1e-12, 1e12), min_size=1, max_size=6),
    st.sampled_from(list(UNITS["energy"])),
)
def test_a_list_keeps_order_and_values(values: list[float], unit: str) -> None:
    text = ", ".join(map(repr, values)) + f" {unit}"
    np.testing.assert_allclose(
        parse_grid(text, "energy"), np.array(values) * UNITS["energy"][unit], rtol=1e-14
    )


@given(st.floats(1e-6, 1e3), st.floats(1.01, 1e4), st.integers(2, 50), st.booleans())
def test_a_grid_holds_both_ends_and_even_steps(
    start: float, ratio: float, count: int, log: bool
) -> None:
    grid = (
        parse_grid(
            f"{start!r}:{start * ratio!r}:{count}{':log' if log else ''} keV", "energy"
        )
        / units.keV
    )
    assert grid.shape == (count,)
    np.testing.assert_allclose(grid[[0, -1]], [start, start * ratio], rtol=1e-12)
    steps = np.diff(np.log(grid) if log else grid)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1e3 eV", [1e-3]),
        ("1e-3GeV", [1.0]),
        ("1e1,2E+1 MeV", [10, 20]),
        ("1e-3:1e1:5:log MeV", [1e-3, 1e-2, 0.1, 1, 10]),
        ("1:100:3: logkeV", [1e-3, 1e-2, 0.1]),
        ("1:3:3:lin MeV", [1, 2, 3]),
    ],
)
def test_exponents_are_not_units(text: str, expected: list[float]) -> None:
    np.testing.assert_allclose(parse_grid(text, "energy"), expected, rtol=1e-12)


@pytest.mark.parametrize("word", ["geom MeV", "geomMeV", "logarithmic GeV", " MeV"])
def test_an_unknown_spacing_is_not_taken_for_a_unit(word: str) -> None:
    with pytest.raises(UnitError, match="the spacing of a grid is lin or log") as told:
        parse_grid(f"1:10:4:{word}", "energy")
    assert f"got '{word.split()[0]}'" in str(told.value)


def test_light_yield_is_per_energy() -> None:
    assert parse_quantity(
        "13.348 PE/keVee", "light yield"
    ) * 10 * units.keV == pytest.approx(133.48)
    assert parse_quantity("7 1/keVee", "light yield") * 2e-3 == pytest.approx(14.0)
    assert parse_quantity("0.5 1/MeV", "inverse energy") == 0.5


@pytest.mark.parametrize("parse", [parse_quantity, parse_grid])
@pytest.mark.parametrize(
    ("text", "dimension", "hint"),
    [
        ("14.57", "mass", "no unit"),
        ("14.57 kgs", "mass", "did you mean kg"),
        ("14.57 kg", "energy", "unit of mass"),
        ("MeV", "energy", "write"),
        ("", "energy", "write"),
        ("ten MeV", "energy", "write"),
        ("1e400 MeV", "energy", "finite"),
        ("1e308 GeV", "energy", "finite"),
        ("3 MeV MeV", "energy", "unknown unit"),
    ],
)
def test_what_cannot_be_read_is_one_line_with_a_remedy(
    parse: object, text: str, dimension: str, hint: str
) -> None:
    assert callable(parse)
    with pytest.raises(UnitError) as caught:
        parse(text, dimension)
    assert hint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["nan MeV", "inf MeV", "-inf MeV", "NaN", "Infinity MeV"]
)
def test_no_quantity_is_infinite_or_nan(text: str) -> None:
    with pytest.raises(UnitError, match="finite"):
        parse_quantity(text, "energy")


@pytest.mark.parametrize(
    "text",
    [
        "1:2:0 MeV",
        "1:2 MeV",
        "1:2:3:geom MeV",
        "0:2:3:log MeV",
        "1,,2 MeV",
        "1:2:3.5 MeV",
        "1:2:-3 MeV",
        "nan MeV",
    ],
)
def test_a_grid_that_is_empty_or_ill_formed_is_refused(text: str) -> None:
    with pytest.raises(UnitError) as caught:
        parse_grid(text, "energy")
    assert "\n" not in str(caught.value)


def test_an_unknown_dimension_is_named() -> None:
    with pytest.raises(UnknownNameError, match="did you mean energy"):
        parse_quantity("3 MeV", "enrgy")
    assert set(UNITS) < set(DIMENSIONS)
    assert math.isfinite(parse_quantity(0.25, "dimensionless"))
