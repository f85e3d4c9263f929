"""Functions of parameters as sparse polynomials, and templates as few of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.portable import compression
from nuprobe.portable.compression import factored
from nuprobe.portable.polynomials import polynomial_of, scale_of

X = Parameter("x", 0.2, 0.0, 1.0, step=0.02)
MU = Parameter("magnetic_moment.ee", 0.0, step=1e-11, unit="muB")
G = Parameter("coupling", 1e-3, 0.0, 10.0, step=1e-4)


def _terms(powers: Any, coefficients: FloatArray) -> dict[tuple[int, ...], list[float]]:
    return {
        tuple(map(int, p)): list(map(float, c))
        for p, c in zip(powers, coefficients, strict=True)
    }


def test_what_is_absent_is_absent() -> None:
    found = polynomial_of(
        lambda p: np.stack(
            [0.25 - p[:, 0] + 3 * p[:, 0] * p[:, 1] ** 2, p[:, 1] ** 4], 1
        ),
        [X, G],
        "y",
    )
    terms = _terms(found.powers, found.coefficients)
    assert set(terms) == {(0, 0), (1, 0), (1, 2), (0, 4)}
    np.testing.assert_allclose(terms[0, 0], [0.25, 0.0], rtol=1e-14)
    np.testing.assert_allclose(terms[1, 0], [-0.01, 0.0], rtol=1e-13)
    np.testing.assert_allclose(terms[1, 2], [3e-10, 0.0], rtol=1e-13)
    np.testing.assert_allclose(terms[0, 4], [0.0, 1e-16], rtol=1e-13)


def test_units_may_differ_by_many_powers_of_ten() -> None:
    """(0.2 + g)² + µ², with µ in Bohr magnetons."""

    def rate(p: FloatArray) -> FloatArray:
        return np.stack([(0.2 + p[:, 0]) ** 2, p[:, 1] ** 2], axis=1)

    found = polynomial_of(rate, [G, MU], "rate")
    assert set(_terms(found.powers, found.coefficients)) == {
        (0, 0), (1, 0), (2, 0), (0, 2)
    }  # fmt: skip
    for size in (1e-9, 1e-4, 1.0, 9.0):
        points = np.array([[size, size * 1e-10]])
        np.testing.assert_allclose(found(points), rate(points), rtol=1e-13)


def test_a_mediator_below_and_above_its_step() -> None:
    """Interference with a tiny strength, (a + b g²)²: all scales of g are exact."""

    def counts(p: FloatArray) -> FloatArray:
        return (1e-3 + 4e5 * p[:, :1] ** 2) ** 2

    found = polynomial_of(counts, [G], "counts")
    g = np.geomspace(1e-8, 10, 40)[:, None]
    np.testing.assert_allclose(found(g), counts(g), rtol=1e-13)
    assert found.powers.ravel().tolist() == [0, 2, 4]


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("x", lambda p: np.cos(6 * p[:, :1]) + p[:, 1:]),
        ("x", lambda p: p[:, :1] ** 5),
        ("x", lambda p: np.sqrt(p[:, :1] + 0.1)),
        ("coupling", lambda p: np.abs(p[:, 1:] - 1.0)),
    ],
)
def test_the_parameter_to_blame_is_named(name: str, function: object) -> None:
    with pytest.raises(InputError, match=rf"degree in {name}, so it cannot"):
        polynomial_of(function, [X, G], "y")  # type: ignore[arg-type]


def test_without_parameters_it_is_a_constant() -> None:
    found = polynomial_of(lambda p: np.full((len(p), 2), 3.0), [], "y")
    assert found.coefficients.tolist() == [[3.0, 3.0]]


def test_scales_are_powers_of_ten() -> None:
    assert [scale_of(p) for p in (X, MU, G)] == [0.01, 1e-11, 1e-4]
    assert scale_of(Parameter("y", 0.0, step=3.0)) == 1.0


def test_few_templates_make_all() -> None:
    """exp(−x E) at 60 masses is far from 60 shapes, and no shape is lost."""
    x = np.linspace(0.1, 3, 60)[:, None]
    energy = np.linspace(0, 2, 200)
    rows = [np.exp(-x * energy), 1e6 * x * np.exp(-2 * x * energy)]
    factors, templates = factored(rows)
    assert len(templates) < 30
    for own, table in zip(factors, rows, strict=True):
        np.testing.assert_allclose(
            own @ templates, table, rtol=0, atol=1e-12 * float(table.max())
        )
        lost = np.abs(own @ templates - table).max(axis=0)
        assert (lost <= 1e-12 * np.abs(table).max(axis=0)).all()


def test_what_has_no_structure_is_kept_whole() -> None:
    rows = [np.random.default_rng(1).normal(size=(9, 30)), np.zeros((9, 30))]
    factors, templates = factored(rows)
    for own, table in zip(factors, rows, strict=True):
        np.testing.assert_allclose(own @ templates, table, atol=1e-14)


def bits(values: FloatArray) -> float:
    """Mean number of bits up to the last that is not zero."""
    mantissa = np.frexp(values[values != 0])[0]
    whole = np.ldexp(mantissa, 53).astype(np.int64)
    return 53 - float(np.log2((whole & -whole).astype(float)).mean())


def test_later_shapes_have_fewer_bits() -> None:
    x = np.linspace(0.1, 3, 60)[:, None]
    table = np.exp(-x * np.linspace(0, 2, 200))
    (own,), templates = factored([table])
    sizes = np.abs(own).max(axis=0)
    assert (sizes[1:] < sizes[:-1]).all()
    assert bits(own[:, -1]) < bits(own[:, 1]) - 15
    assert bits(templates[-1]) < bits(templates[1]) - 15
    lost = np.abs(own @ templates - table).max(axis=0)
    assert (lost <= 1e-13 * table.max(axis=0)).all()


def test_large_templates_keep_less(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.linspace(0.1, 3, 40)[:, None]
    table = np.exp(-x * np.linspace(0, 2, 200))
    (all_own,), all_templates = factored([table])
    monkeypatch.setattr(compression, "LARGE", 100)
    (own,), templates = factored([table])
    lost = np.abs(own @ templates - table).max(axis=0)
    assert 1e-13 < lost.max() < 1e-11
    assert bits(templates[0]) < bits(all_templates[0]) - 5
    assert bits(own[:, 0]) < bits(all_own[:, 0]) - 5


@pytest.mark.parametrize("error", [1e-4, 1e-7])
def test_errors_of_interpolation_need_no_bits(error: float) -> None:
    x = np.linspace(0.1, 3, 40)[:, None]
    table = np.exp(-x * np.linspace(0, 2, 200))
    (own,), templates = factored([table], error=error)
    lost = np.abs(own @ templates - table).max()
    assert 1e-6 * error < lost < 1e-3 * error


def test_what_is_small_beside_others_has_fewer_bits() -> None:
    x = np.linspace(0.1, 3, 40)[:, None]
    small = 1e-6 * np.exp(-x * np.linspace(0, 2, 200))
    (own,), templates = factored([small], [np.ones(200)])
    assert np.abs(own @ templates - small).max() < 1e-13
    (_,), whole = factored([small])
    assert len(templates) < len(whole)


@pytest.mark.parametrize("falling", [True, False])
def test_nodes_that_fall_are_as_accurate(falling: bool) -> None:
    """Four orders of magnitude from the first node to the last."""
    x = np.linspace(0.1, 3, 40)[:, None]
    table = 10 ** (-4 * (x - 0.1) / 2.9) * np.exp(-x * np.linspace(0, 2, 200))
    (own,), templates = factored([table], falling=falling)
    lost = np.abs(own @ templates - table).max(axis=1) / table.max(axis=1)
    assert lost[:2].max() < 1e-13
    assert (lost[-2:].max() < 1e-13) == falling


@given(
    st.integers(1, 3),
    st.integers(2, 12),
    st.integers(1, 12),
    st.floats(-200, 200),
    st.integers(0, 2**31),
)
@example(tables=1, nodes=2, numbers=10, power=169.0, seed=1)
def test_tables_of_any_size_come_back(
    tables: int, nodes: int, numbers: int, power: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    scales = 10.0 ** rng.uniform(-abs(power), power, numbers)
    rows = [
        scales * (rng.normal(size=(nodes, 2)) @ rng.normal(size=(2, numbers)))
        if rng.random() < 0.5
        else scales * rng.normal(size=(nodes, numbers))
        for _ in range(tables)
    ]
    rows[0][:, 0] = 0.0
    factors, templates = factored(rows)
    for own, table in zip(factors, rows, strict=True):
        lost = np.abs(own @ templates - table).max(axis=0)
        assert (lost <= 1e-12 * np.abs(table).max(axis=0)).all()
