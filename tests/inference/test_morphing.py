"""Nuisances that morph between anchors: the minimum against brute force, derivatives
against differences, fits against MIGRAD."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from tests.nightly import mostly_nightly

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.experiments import family_cost
from nuprobe.hats import hat_contracted, hat_interpolated, hat_matrix, hat_weights
from nuprobe.inference import Expectation, GaussianCost, PoissonCost, Prediction
from nuprobe.inference.costs import Cost, Tabulated
from nuprobe.numerics import FloatArray
from nuprobe.parameters import MorphingNuisance, Nuisance, Parameter

ANCHORS = (-3.0, -1.0, 0.0, 0.5, 3.0)
BINS = 12


def table(seed: int = 3) -> FloatArray:
    """Signal at all pairs of anchors, bent at each of them."""
    rng = np.random.default_rng(seed)
    x = np.linspace(0, 1, BINS)
    a = np.array(ANCHORS)[:, None, None]
    b = np.array(ANCHORS)[None, :, None]
    smooth = 6 * np.exp(-3 * x) * (1 + 0.12 * a + 0.1 * b * x + 0.02 * a * b)
    return np.asarray(smooth + 0.15 * rng.random((5, 5, BINS)))


@dataclass(frozen=True, eq=False)
class Bent:
    """A signal with a free scale and two morphing nuisances, and a background with a
    linear one."""

    values: FloatArray
    morphing: tuple[MorphingNuisance, ...] = (
        MorphingNuisance("light", 1.0, anchors=ANCHORS),
        MorphingNuisance("charge", 0.8, anchors=ANCHORS),
    )
    name: str = "bent"
    parameters: tuple[Parameter, ...] = (Parameter("scale", 1.0, 0.0, 10.0),)
    nuisances: tuple[Nuisance, ...] = (Nuisance("background", 0.2),)

    def _signal(self, points: FloatArray, which: int | None = None) -> FloatArray:
        a, b = (
            hat_matrix(np.array(ANCHORS), points[:, i + 1], derivative=which == i)
            for i in range(2)
        )
        return np.asarray(np.einsum("pa,pb,abx->px", a, b, self.values))

    def expectation(self, points: FloatArray) -> Expectation:
        flat = np.full((1, BINS), 2.0)
        return Expectation(points[:, :1] * self._signal(points) + flat, (flat,))

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        scale = points[:, :1]
        rows = [
            self._signal(points),
            *(scale * self._signal(points, i) for i in (0, 1)),
        ]
        return np.stack(rows, axis=1), (np.zeros((1, 3, BINS)),)


def by_hand(cost: Cost, scale: float) -> tuple[float, FloatArray]:
    """Brute force: every cell between anchors on its own, with scipy."""
    prediction: Any = cost.terms[0].prediction
    data = cost.terms[0].data

    def twice_nll(v: FloatArray) -> float:
        e = prediction.expectation(np.array([[scale, v[1], v[2]]]))
        mu = e.base[0] + v[0] * e.slopes[0][0]
        if isinstance(cost, GaussianCost):
            value = (((data - mu) / 2.0) ** 2).sum()
        else:
            seen = data > 0
            value = (
                2 * (mu - data).sum()
                + 2 * (data[seen] * np.log(data[seen] / mu[seen])).sum()
            )
        return float(value + (v[0] / 0.2) ** 2 + v[1] ** 2 + (v[2] / 0.8) ** 2)

    best, place = np.inf, np.zeros(3)
    for lo, hi in itertools.pairwise(ANCHORS):
        for low, high in itertools.pairwise(ANCHORS):
            found = minimize(
                twice_nll,
                [0.0, (lo + hi) / 2, (low + high) / 2],
                bounds=[(-0.9, 3), (lo, hi), (low, high)],
                method="L-BFGS-B",
                options={"ftol": 1e-15, "gtol": 1e-9},
            )
            if found.fun < best:
                best, place = float(found.fun), found.x
    return best, place


def cost_of(kind: str, seed: int) -> Cost:
    prediction: Prediction = Bent(table())
    rng = np.random.default_rng(seed)
    mu = prediction.expectation(np.array([[1.0, *rng.normal(0, 0.8, 2)]])).base[0]
    if kind == "poisson":
        return PoissonCost(prediction, rng.poisson(mu).astype(float))
    return GaussianCost(prediction, rng.normal(mu, 2.0), np.full(BINS, 2.0))


@pytest.mark.parametrize("kind", ["poisson", "gaussian"])
@pytest.mark.parametrize("seed", mostly_nightly(range(6), [0]))
def test_minimum_is_that_of_every_cell(kind: str, seed: int) -> None:
    cost = cost_of(kind, seed)
    scales = [0.0, 0.4, 1.0, 1.7, 3.0]
    found = cost.profiled(np.array(scales)[:, None])
    for i, scale in enumerate(scales):
        value, place = by_hand(cost, scale)
        assert found.twice_nll[i] == pytest.approx(value, abs=1e-6)
        assert found.nuisances[i] == pytest.approx(place, abs=2e-3)
    # one by one, from nearby and by compiled loops it is the same
    alone = [cost.profiled([[s]]).twice_nll[0] for s in scales]
    assert found.twice_nll == pytest.approx(alone, abs=1e-9)
    again = cost.profiled(np.array(scales)[:, None], compiled=True)
    assert again.twice_nll == pytest.approx(found.twice_nll, abs=1e-8)
    points = np.array(scales)[:, None]
    nearby = cost.profiled_slopes_from(points, found.nuisances + 0.01)
    assert nearby[0] == pytest.approx(found.twice_nll, abs=1e-8)
    # from elsewhere it may be another minimum, but it is one
    start = np.tile([0.1, 0.4, -0.6], (5, 1))
    from_there, _, _, place = cost.profiled_slopes_from(points, start)
    assert (from_there > found.twice_nll - 1e-8).all()
    for step in np.vstack([np.eye(3), -np.eye(3)]) * 0.01:
        beside = np.clip(place + step, ANCHORS[0], ANCHORS[-1])
        assert (cost.twice_nll(points, beside) > from_there - 1e-9).all()


def test_a_nuisance_rests_at_an_anchor() -> None:
    """Where the slopes of both sides point away from it, −2 ln L has its minimum in the
    kink; there are such data."""
    rests = 0
    for seed in range(6):
        best = cost_of("poisson", seed).profiled([[1.0]]).nuisances[0, 1:]
        rests += int(np.isin(best, ANCHORS).any())
    assert rests > 0


@pytest.mark.parametrize("kind", ["poisson", "gaussian"])
def test_derivatives(kind: str) -> None:
    cost = cost_of(kind, 1)
    nu_ = np.array([[0.1, 0.3, -0.4]])  # not at an anchor
    here = np.array([[1.2]])
    parameters, nuisances = cost.gradient(here, nu_)
    h = 1e-6
    for i in range(3):
        step = h * np.eye(3)[i]
        up, down = (cost.twice_nll(here, nu_ + s * step)[0] for s in (1, -1))
        assert nuisances[0, i] == pytest.approx((up - down) / (2 * h), rel=1e-5, abs=0)
    up, down = (cost.twice_nll(here + s * h, nu_)[0] for s in (1, -1))
    assert parameters[0, 0] == pytest.approx((up - down) / (2 * h), rel=1e-5, abs=0)
    points = np.array([[0.3], [1.0], [2.0]])
    slopes = cost.profiled_gradient(points)
    differences = (
        cost.profiled(points + 1e-5).twice_nll - cost.profiled(points - 1e-5).twice_nll
    ) / 2e-5
    assert slopes[:, 0] == pytest.approx(differences, rel=1e-4, abs=1e-4)
    value, gradient, curvature = cost.profiled_slopes(points)
    assert gradient == pytest.approx(slopes, rel=1e-6, abs=1e-6)
    assert value == pytest.approx(cost.profiled(points).twice_nll, abs=1e-9)
    assert (curvature[:, 0, 0] > 0).all()


@pytest.mark.parametrize("seed", mostly_nightly(range(4), [0]))
def test_fit_agrees_with_migrad(seed: int) -> None:
    cost = cost_of("poisson", seed)
    fast, migrad = nu.fit(cost), nu.fit(cost, method="migrad")
    assert fast.valid
    assert migrad.valid
    assert fast.twice_nll == pytest.approx(migrad.twice_nll, abs=1e-5)
    ends = [r["scale"].interval for r in (fast, migrad)]
    assert ends[0] is not None
    assert ends[1] is not None
    for side in ("lower", "upper"):
        a, b = (getattr(end, side) for end in ends)
        assert a == pytest.approx(b, abs=2e-3)
    # the ends are where the profile has risen by 1
    assert ends[0].upper is not None
    level = cost.profiled([[ends[0].upper]]).twice_nll[0] - fast.twice_nll
    assert level == pytest.approx(1.0, abs=2e-3)


def test_errors_of_nuisances_are_their_constraints_without_data() -> None:
    cost = PoissonCost(Bent(np.full((5, 5, BINS), 4.0)), np.full(BINS, 6.0))
    result = nu.fit(cost)
    errors = {n.nuisance.name: n.error for n in result.nuisances}
    assert errors["light"] == pytest.approx(1.0, rel=1e-3)
    assert errors["charge"] == pytest.approx(0.8, rel=1e-3)


def test_costs_share_a_morphing_nuisance() -> None:
    """Two halves of the bins are the whole."""
    whole = cost_of("poisson", 2)
    data = whole.terms[0].data

    @dataclass(frozen=True, eq=False)
    class Half(Bent):
        part: slice = field(default_factory=lambda: slice(0, 6))

        def expectation(self, points: FloatArray) -> Expectation:
            e = super().expectation(points)
            slopes = tuple(s[:, self.part] for s in e.slopes)
            return Expectation(e.base[:, self.part], slopes)

        def jacobian(
            self, points: FloatArray
        ) -> tuple[FloatArray, tuple[FloatArray, ...]]:
            base, slopes = super().jacobian(points)
            return base[..., self.part], tuple(s[..., self.part] for s in slopes)

    halves = [
        PoissonCost(Half(table(), part=part, name=f"half {part.start}"), data[part])
        for part in (slice(0, 6), slice(6, 12))
    ]
    total = halves[0] + halves[1]
    assert [n.name for n in total.nuisances] == ["background", "light", "charge"]
    points = np.array([[0.5], [1.0], [2.0]])
    for compiled in (False, True):
        assert total.profiled(points, compiled=compiled).twice_nll == pytest.approx(
            whole.profiled(points).twice_nll, abs=1e-8
        )
    other = replace(
        Bent(table()),
        morphing=(
            MorphingNuisance("light", 1.0, anchors=(-1.0, 0.0, 1.0)),
            Bent(table()).morphing[1],
        ),
    )
    with pytest.raises(InputError, match=r"light differs.*anchors"):
        _ = halves[0] + PoissonCost(other, data)
    linear = replace(Bent(table()), nuisances=(Nuisance("light", 1.0),), morphing=())
    with pytest.raises(InputError, match=r"light differs.*linear"):
        _ = halves[0] + PoissonCost(_NoMorph(linear), data)


@dataclass(frozen=True, eq=False)
class _NoMorph:
    """Without columns of morphing nuisances."""

    inner: Bent

    @property
    def name(self) -> str:
        return "linear"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return self.inner.parameters

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        return self.inner.nuisances

    def expectation(self, points: FloatArray) -> Expectation:
        return self.inner.expectation(np.hstack([points, np.zeros((len(points), 2))]))

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        base, slopes = self.inner.jacobian(
            np.hstack([points, np.zeros((len(points), 2))])
        )
        return base[:, :1], tuple(s[:, :1] for s in slopes)


def test_asimov_data_give_back_the_nuisances() -> None:
    cost = cost_of("poisson", 0)
    truth = [0.05, 0.0, 0.0]
    asimov = cost.asimov({"scale": 1.3}, truth)
    best = asimov.profiled([[1.3]])
    assert best.twice_nll[0] <= (0.05 / 0.2) ** 2 + 1e-9
    drawn = cost.simulate({"scale": 1.0}, np.random.default_rng(1))
    assert drawn.terms[0].data.sum() > 0
    with pytest.raises(InputError, match="light is outside its anchors, -3 to 3"):
        cost.twice_nll([1.0], [0.0, 3.5, 0.0])


def test_scan_profile_and_sample(tmp_path: Any) -> None:
    cost = cost_of("poisson", 1)
    grid = np.linspace(0.2, 2.0, 7)
    found = nu.scan(cost, {"scale": grid})
    assert found.twice_nll == pytest.approx(
        cost.profiled(grid[:, None]).twice_nll, abs=1e-8
    )
    profile = nu.inference.profile(cost, "scale", grid)
    assert profile.nuisances.shape[1] == 3


@pytest.mark.parametrize(
    "anchors", [(0.0, 1.0, 2.0), (-1.0, 1.0), (-1.0, 0.0, 0.0), (-1.0, 0.0, np.inf)]
)
def test_anchors_are_checked(anchors: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="anchors must increase"):
        MorphingNuisance("light", 1.0, anchors=anchors)


def test_hats_are_linear_between_anchors() -> None:
    anchors = np.array(ANCHORS)
    x = np.array([-3.0, -2.0, 0.2, 0.5, 3.0])
    values = np.array([2.0, -1.0, 4.0, 0.0, 7.0])
    assert hat_matrix(anchors, x) @ values == pytest.approx(
        np.interp(x, anchors, values), abs=1e-14
    )
    slopes = hat_matrix(anchors, x, derivative=True) @ values
    assert slopes == pytest.approx([-1.5, -1.5, -8.0, 2.8, 2.8], abs=1e-13)
    with pytest.raises(InputError, match=r"3.1 lies outside \[-3, 3\]"):
        hat_matrix(anchors, np.array([3.1]))


@pytest.mark.parametrize("derivative", [None, 0, 1])
def test_many_points_between_anchors_are_a_sum_over_all_of_them(
    derivative: int | None,
) -> None:
    rng = np.random.default_rng(5)
    axes = np.array(ANCHORS), np.array([-1.0, 0.5, 2.0])
    table = rng.normal(size=(axes[0].size, axes[1].size, 4, 6))
    # on anchors, at both ends, many between the same anchors, and in no order
    x = rng.permutation(np.concatenate([axes[0], rng.uniform(-3, 3, 40)]))
    y = np.concatenate([axes[1], rng.uniform(-1, 2, x.size - 3)])
    factors = rng.normal(size=(x.size, 2, 4))
    matrices = [
        hat_matrix(a, v, derivative == i)
        for i, (a, v) in enumerate(zip(axes, (x, y), strict=True))
    ]
    hats = [
        hat_weights(a, v, derivative == i)
        for i, (a, v) in enumerate(zip(axes, (x, y), strict=True))
    ]
    between = np.einsum("pi,pj,ijtb->ptb", *matrices, table)
    assert hat_interpolated(table, hats) == pytest.approx(between, rel=0, abs=1e-12)
    assert hat_contracted(table, hats, factors) == pytest.approx(
        np.einsum("pst,ptb->psb", factors, between), rel=0, abs=1e-12
    )


def test_derivatives_in_morphing_nuisances_alone() -> None:
    """They are the last columns of all derivatives: of templates, and of tables."""
    cost = family_cost(nu.experiment("xenonnt-8b"), "b-l")
    masses = np.array([[0.0, 1.0], [0.0, 30.0]])
    table = Tabulated.of(cost, cost.index("coupling"), masses, 1.0)
    assert table is not None
    t = np.array([[0.3, -0.7], [1.0, 0.0], [-2.5, 2.9]])
    every = (
        (cost.terms[0].prediction, [[2e-5, 10.0]] * 3),
        (table.cost.terms[0].prediction, [[0.0, 2e-5], [1.0, 1e-5], [1.0, 0.0]]),
    )
    for prediction, points in every:
        at = np.hstack([points, t])
        base, slopes = prediction.jacobian(at)
        own, others = prediction.morphing_jacobian(at)  # type: ignore[attr-defined]
        np.testing.assert_allclose(own, base[:, 2:], rtol=1e-12)
        for one, other in zip(others, slopes, strict=True):
            np.testing.assert_allclose(one, other[:, 2:], rtol=1e-12)
