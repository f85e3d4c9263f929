"""The free parameters of a cost in one object, and descents on it step by step."""

from __future__ import annotations

import numpy as np
import pytest
from tests.inference.synthetic import Synthetic

from nuprobe.errors import UnknownNameError
from nuprobe.inference import (
    Cost,
    PoissonCost,
    Profiled,
    Surface,
    contour,
    fit,
    profile,
)
from nuprobe.inference.descent import Descent, descend
from nuprobe.inference.surface import positive
from nuprobe.numerics import FloatArray


@pytest.fixture
def cost() -> PoissonCost:
    p = Synthetic(signal=300.0)
    return PoissonCost(p, p.expectation(np.array([[0.7, 4.0]])).base[0].round() + 3)


def numeric(surface: Surface, point: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Gradient and Hessian in the free columns by central differences of values."""
    d = len(surface.columns)
    h = 1e-3 * surface.step

    def at(*moves: tuple[int, float]) -> float:
        x = np.array(point)
        for i, sign in moves:
            x[surface.columns[i]] += sign * h[i]
        return float(surface.cost.profiled(x).twice_nll[0])

    gradient = np.array([(at((i, 1)) - at((i, -1))) / (2 * h[i]) for i in range(d)])
    hessian = np.empty((d, d))
    for i in range(d):
        for j in range(d):
            corners = [((i, a), (j, b)) for a in (1, -1) for b in (1, -1)]
            signs = [1, -1, -1, 1]
            total = sum(s * at(*c) for s, c in zip(signs, corners, strict=True))
            hessian[i, j] = total / (4 * h[i] * h[j])
    return gradient, hessian


def test_columns_bounds_and_points(cost: PoissonCost) -> None:
    names = [p.name for p in cost.parameters]
    at = cost.default + 0.01
    surface = Surface(cost, names[1:], at)
    assert surface.columns == [1]
    assert surface.parameters == cost.parameters[1:]
    p = cost.parameters[1]
    assert (surface.lower[0], surface.upper[0], surface.step[0]) == (
        p.lower,
        p.upper,
        p.step,
    )
    np.testing.assert_array_equal(surface.moved([4.5]), [at[0], 4.5])
    assert surface.moved([1e9])[1] == p.upper
    at[0] = np.nan  # the surface has its own copy
    assert np.isfinite(surface.moved([4.5])).all()
    assert Surface(cost, names).without([0], cost.default).free == (names[1],)
    with pytest.raises(UnknownNameError, match="missing"):
        Surface(cost, ["missing"])


@pytest.mark.parametrize("free", [(0,), (1,), (0, 1), (1, 0)])
def test_derivatives_against_differences(
    cost: PoissonCost, free: tuple[int, ...]
) -> None:
    surface = Surface(cost, [cost.parameters[c].name for c in free])
    point = fit(cost).point
    for shift in (0.0, 0.3):
        here = point + shift * np.array([p.step for p in cost.parameters])
        gradient, hessian = numeric(surface, here)
        scale = np.abs(hessian).max()
        exact = surface.gradient(here)
        np.testing.assert_allclose(exact, gradient, rtol=1e-4, atol=1e-5 * scale)
        slopes = surface.slopes(here[None])
        np.testing.assert_allclose(slopes.gradient[0], exact, rtol=1e-7, atol=1e-7)
        assert slopes.value[0] == pytest.approx(surface.height(here), rel=1e-12)
        np.testing.assert_allclose(
            surface.curvature(here)[0], hessian, rtol=1e-2, atol=1e-3 * scale
        )


def test_what_was_asked_for_is_not_computed_again(
    cost: PoissonCost, monkeypatch: pytest.MonkeyPatch
) -> None:
    surface = Surface(cost, [p.name for p in cost.parameters])
    point = fit(cost).point
    asked: list[int] = []
    original = Cost.profiled

    def counted(self: Cost, points: FloatArray, **options: bool) -> Profiled:
        asked.append(len(np.atleast_2d(points)))
        return original(self, points, **options)

    monkeypatch.setattr(Cost, "profiled", counted)
    first = surface.height(point), surface.gradient(point), surface.curvature(point)
    count = len(asked)
    second = surface.height(point), surface.gradient(point), surface.curvature(point)
    assert len(asked) == count
    assert first[0] == second[0]
    np.testing.assert_array_equal(first[1], second[1])
    scales = surface.scales(point[None])
    count = len(asked)
    assert surface.scales(point[None]) is scales
    assert len(asked) == count
    # points that were asked for long ago are forgotten, and give the same
    for k in range(10):
        surface.height(point + 1e-6 * k)
    assert surface.height(point) == first[0]
    assert not vars(cost).get("_known_widths")


def test_a_step_goes_down_and_stays_in_the_trust_region(cost: PoissonCost) -> None:
    surface = Surface(cost, [p.name for p in cost.parameters])
    start = cost.default + np.array([[0.2, 0.3], [-0.1, -0.2]])
    descent = Descent(surface, start)
    rows = np.arange(2)
    step, stop = descent.step(rows)
    assert not stop.any()
    assert (step.move == 0).all()  # a start is first evaluated
    descent.accept(step)
    values = descent.value.copy()
    np.testing.assert_allclose(values, surface.value(start), rtol=1e-12)
    step, stop = descent.step(rows)
    assert (np.abs(step.move) <= descent.radius[:, None] * (1 + 1e-12)).all()
    assert (step.predicted > 0).all()
    descent.accept(step)
    assert (descent.value < values).all()
    points, lowest = descent.run()
    np.testing.assert_allclose(lowest, fit(cost).twice_nll, atol=1e-6)
    np.testing.assert_allclose(points[0], points[1], atol=1e-2)


def test_starts_that_go_on_learn_from_where_they_were(cost: PoissonCost) -> None:
    """`again` sends each start on twice, from a new place."""
    surface = Surface(cost, [p.name for p in cost.parameters])
    visits = np.zeros(2, dtype=int)

    def again(
        rows: np.ndarray, points: FloatArray, values: FloatArray
    ) -> tuple[np.ndarray, FloatArray]:
        visits[rows] += 1
        assert np.isfinite(values).all()
        return visits[rows] < 3, points + 0.05

    points, values = descend(surface, cost.default + np.zeros((2, 1)), again=again)
    assert (visits == 3).all()
    np.testing.assert_allclose(values, fit(cost).twice_nll, atol=1e-5)
    assert points.shape == (2, 2)


def test_a_surface_without_free_parameters_is_its_points(cost: PoissonCost) -> None:
    points, values = descend(Surface(cost, []), cost.default[None])
    np.testing.assert_array_equal(points, cost.default[None])
    assert values[0] == cost.profiled(cost.default).twice_nll[0]


def test_positive_is_free_of_units() -> None:
    assert positive(np.diag([1e-30, 1e30]))
    assert not positive(np.array([[1.0, 2.0], [2.0, 1.0]]))
    assert not positive(np.array([[np.nan]]))
    assert not positive(np.zeros((1, 1)))


def test_errors_are_one_line_however_much_was_given(cost: PoissonCost) -> None:
    a = cost.parameters[0].name
    many = [f"{i:09d}" for i in range(1000)]
    for question in (
        lambda: fit(cost, cl=np.arange(1000.0)[1:].sum()),
        lambda: fit(cost, start=dict.fromkeys(many, 1.0)),
        lambda: cost.profiled(np.full((1000, 2), np.nan)),
        lambda: cost.with_data(np.full(7, np.nan)),
        lambda: cost.simulate({a: -1e3}, np.random.default_rng(1), np.full(2, -1e3)),
        lambda: profile(cost, a, [1.0]),
        lambda: fit(cost, [a] * 1000),
        lambda: contour(cost, (a, a), ([1.0], [1.0])),
        lambda: contour(cost, tuple(many), ([1.0], [1.0])),  # type: ignore[arg-type]
    ):
        with pytest.raises((ValueError, LookupError)) as caught:
            question()
        text = str(caught.value)
        assert "\n" not in text
        assert len(text) < 400, text
