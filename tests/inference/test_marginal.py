"""Shapes over which the likelihood is integrated: the determinant beside the profile,
against integrals by other means.

For Gaussian data the integral is known (a normal density whose covariance has the
shapes in it); for counts it is done by quadrature over the shapes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss
from scipy.stats import multivariate_normal
from tests.inference.synthetic import Synthetic
from tests.nightly import few

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.experiments import Experiment
from nuprobe.experiments.limit_terms import points_of
from nuprobe.experiments.limits import family_cost
from nuprobe.inference import (
    CNPCost,
    Cost,
    CovarianceCost,
    GaussianCost,
    PoissonCost,
    coverage,
    fit,
)
from nuprobe.inference.costs import Along
from nuprobe.inference.toys import ToySettings, draw, fit_toys, shifted_cost
from nuprobe.numerics import FloatArray
from nuprobe.parameters import MorphingNuisance, Nuisance

SHAPES = ("lar-2020-f90", "lar-2020-signal-time")
STRENGTHS = np.array([0.3, 0.7, 1.0, 1.4, 2.0])


@dataclass(frozen=True)
class Shaped(Synthetic):
    """The synthetic prediction, its signal shape and background tilt marginal."""

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        return tuple(
            replace(n, marginal=n.name.startswith(("signal shape", "background tilt")))
            for n in super().nuisances
        )


def points() -> FloatArray:
    return np.column_stack([STRENGTHS, np.full(len(STRENGTHS), 5.0)])


def of_kind(kind: str) -> Cost:
    p = Shaped(sigmas=(0.28, 1.0, 0.25, 0.4))
    mu = p.expectation(np.array([[1.0, 5.0]])).base[0]
    error = np.sqrt(mu)
    if kind == "gaussian":
        return GaussianCost(p, 1.1 * mu, error)
    if kind == "covariance":
        correlated = np.diag(mu) + 0.3 * np.outer(error, error)
        return CovarianceCost(p, 1.1 * mu, correlated)
    if kind == "cnp":
        return CNPCost(p, mu)
    if kind == "sum":
        other = Shaped(bins=10, signal=60.0, suffix=" b", sigmas=p.sigmas)
        counts = other.expectation(np.array([[1.0, 5.0]])).base[0]
        return PoissonCost(p, mu) + GaussianCost(other, counts, np.sqrt(counts))
    return PoissonCost(p, mu)


@pytest.mark.parametrize("kind", ["gaussian", "covariance"])
def test_gaussian_data_have_the_density_with_the_shapes_in_their_covariance(
    kind: str,
) -> None:
    """All nuisances marginal: ln of the density of the data itself, exactly, up to a
    constant."""

    @dataclass(frozen=True)
    class Every(Synthetic):
        @property
        def nuisances(self) -> tuple[Nuisance, ...]:
            return tuple(replace(n, marginal=True) for n in super().nuisances)

    p = Every()
    mu = p.expectation(np.array([[1.0, 5.0]])).base[0]
    noise = np.diag(mu)
    if kind == "covariance":
        noise = noise + 0.3 * np.outer(np.sqrt(mu), np.sqrt(mu))
        cost: Cost = CovarianceCost(p, 1.1 * mu, noise)
    else:
        cost = GaussianCost(p, 1.1 * mu, np.sqrt(mu))
    e = p.expectation(points())
    expected = []
    for i, base in enumerate(e.base):
        total = noise.copy()
        for n, s in zip(p.nuisances, e.slopes, strict=True):
            along = n.sigma * (s[i] if len(s) > 1 else s[0])
            total += np.outer(along, along)
        expected.append(-2 * multivariate_normal(base, total).logpdf(1.1 * mu))
    wanted = np.array(expected)
    found = cost.profiled(points()).twice_nll
    np.testing.assert_allclose(found - found[0], wanted - wanted[0], rtol=0, atol=1e-8)


@cache
def argon(shapes: str = "marginal") -> Experiment:
    return nu.experiment("coherent-lar-2020", Experiment).with_changes(
        {"analyses.energy-shape-time.shapes": shapes}
    )


def integrated(cost: Cost, x: float, nodes: int = 12) -> float:
    """−2 ln of the integral over both shapes of argon by Gauss and Hermite, the other
    nuisances where −2 ln L has its minimum."""
    columns = [[n.name for n in cost.nuisances].index(name) for name in SHAPES]
    best = cost.profiled([x])
    nuisances = np.tile(best.nuisances[0], (nodes**2, 1))
    root = np.linalg.cholesky(
        cost.nuisance_covariance([x], best.nuisances[0])[np.ix_(columns, columns)]
    )
    z, w = hermegauss(nodes)
    pairs = np.stack(np.meshgrid(z, z), axis=-1).reshape(-1, 2)
    weight = np.outer(w, w).reshape(-1)
    nuisances[:, columns] += pairs @ root.T
    value = cost.twice_nll(np.full((nodes**2, 1), x), nuisances)
    inside = weight * np.exp((pairs**2).sum(axis=1) / 2 - (value - value.min()) / 2)
    sigma = np.array([cost.nuisances[c].sigma for c in columns])
    density = inside.sum() * np.linalg.det(root) / (2 * np.pi * sigma.prod())
    return float(value.min() - 2 * np.log(density))


def test_argon_without_fluctuations_against_quadrature() -> None:
    """At the expectation itself the information is the one expected: 0.01 of −2 ln L is
    what the shapes of few counts are not Gaussian."""
    real = argon().cost(free=["cevns_scale"])
    for x in (0.5, 1.0, 2.0):
        cost = real.asimov([x])
        found = cost.profiled([x])
        assert found.shapes is not None
        assert found.joint[0] == pytest.approx(0, abs=1e-9)
        assert found.twice_nll[0] == pytest.approx(integrated(cost, x), abs=0.01)


def test_argon_as_observed_against_quadrature() -> None:
    """The information of the data is not quite the one expected: over a change of 3.4
    in the integral they differ by 0.1."""
    cost = argon().cost(free=["cevns_scale"])
    x = np.array([0.4, 0.8, 1.2, 1.6, 2.0, 2.4])
    found = cost.profiled(x[:, None])
    wanted = np.array([integrated(cost, float(v)) for v in x])
    assert np.abs(found.twice_nll - wanted).max() < 0.11
    assert (wanted - found.joint)[-1] > 3.4


@pytest.mark.parametrize("kind", ["poisson", "gaussian", "covariance", "cnp", "sum"])
def test_slopes_are_those_of_differences(kind: str) -> None:
    cost, p = of_kind(kind), points()
    value, gradient, _ = cost.profiled_slopes(p)
    assert value == pytest.approx(cost.profiled(p).twice_nll, rel=1e-12)
    np.testing.assert_allclose(gradient, cost.profiled_gradient(p), rtol=1e-7)
    for i, h in enumerate((1e-4, 1e-3)):
        step = h * np.eye(2)[i]
        ends = [cost.profiled(p + side * step).twice_nll for side in (1, -1)]
        np.testing.assert_allclose(
            gradient[:, i], (ends[0] - ends[1]) / (2 * h), rtol=1e-5, atol=1e-5
        )


def test_where_there_is_no_signal_the_slope_is_that_to_the_right() -> None:
    """Bins of argon without background have no counts at all there."""
    cost = argon().cost(free=["cevns_scale"])
    slope = cost.profiled_gradient([0.0])[0, 0]
    h = 1e-5
    at = cost.profiled([[0.0], [h], [2 * h]]).twice_nll
    assert cost.profiled([0.0]).shapes == pytest.approx(0, abs=1e-14)
    assert slope == pytest.approx((4 * at[1] - at[2] - 3 * at[0]) / (2 * h), rel=1e-5)


@pytest.mark.parametrize("family", ["b-l", "universal-scalar"])
def test_along_a_coupling(family: str) -> None:
    cost = family_cost(argon(), family)
    rows, at = np.array([[0.0, 10.0], [0.0, 300.0]]), np.array([3e-5, 1e-4])
    line = Along.of(cost, 0, rows, 1.0)
    assert line is not None
    assert len(cost.layout.marginal) == 2
    p = rows.copy()
    p[:, 0] = at
    value, slope, _ = line.heights(np.arange(2), at)
    direct = cost.profiled_slopes(p)
    np.testing.assert_allclose(value, direct[0], rtol=1e-10)
    np.testing.assert_allclose(slope, direct[1][:, 0], rtol=1e-6)


def test_an_upper_limit_solves_the_integrated_likelihood() -> None:
    """Scanned densely with the cost itself; with profiled shapes it is another one."""
    limits = {}
    for shapes in ("marginal", "profiled"):
        one = argon(shapes)
        curve = nu.limit([one], "universal-scalar", mass=[100.0], cl=0.9).curves[0]
        g = float(curve.coupling[0])
        cost = family_cost(one, "universal-scalar")
        shares = [np.linspace(0, 1.5, 151), np.linspace(0.95, 1.05, few(201, 2001))]
        couplings = g * np.unique(np.concatenate(shares))
        masses = np.full(couplings.size, 100.0)
        value = cost.profiled(points_of(cost, couplings, masses))
        above = value.twice_nll - value.twice_nll.min() > 2.7055434540954146
        limits[shapes] = g
        assert g == pytest.approx(couplings[~above].max(), rel=1e-3)
    assert limits["marginal"] < 0.995 * limits["profiled"]


def test_toys_are_those_of_the_ordinary_fitter() -> None:
    cost = of_kind("poisson")
    nominal = np.zeros(4)
    toys = draw(cost, cost.default, nominal, 6, np.random.default_rng(3))
    marginal = cost.layout.marginal
    assert not toys.auxiliary[:, marginal].any()
    assert toys.auxiliary[:, [0, 2]].all()
    for free in ([], ["strength"], ["strength", "radius"]):
        best = fit_toys(cost, toys, free, cost.default, nominal)
        assert best.single == 0
        fixed = {p.name: p.default for p in cost.parameters if p.name not in free}
        for i in range(len(toys)):
            one = shifted_cost(cost, toys, i)
            if free:
                value = fit(one, free=free, fixed=fixed, minos=False).twice_nll
            else:
                value = float(one.profiled(cost.default).twice_nll[0])
            assert best.twice_nll[i] == pytest.approx(value, abs=1e-6)


def test_true_shapes_vary_in_repeated_experiments() -> None:
    """Their spread adds to that of the counts, in a combination of bins that only the
    shape moves."""
    cost = of_kind("poisson")
    e = cost.terms[0].prediction.expectation(cost.default[None])
    along = 1.0 * e.slopes[1][0]  # sigma 1
    mu = e.base[0]
    toys = draw(cost, cost.default, np.zeros(4), 4000, np.random.default_rng(1))
    tilt = 0.4 * e.slopes[3][0]
    combination = (toys.data[0] - mu) @ (along / mu)
    wanted = (
        (along**2 / mu).sum()
        + (along**2 / mu).sum() ** 2
        + ((tilt * along / mu).sum()) ** 2
    )
    assert combination.var() == pytest.approx(wanted, rel=0.15)  # 3.5 errors of itself
    rng = np.random.default_rng(1)
    same = draw(cost, cost.default, np.zeros(4), 2000, rng, "conditional")
    fixed = ((same.data[0] - mu) @ (along / mu)).var()
    assert fixed == pytest.approx((along**2 / mu).sum(), rel=0.15)


def test_goodness_is_that_of_the_distance() -> None:
    """What the volume of the shapes adds is no distance from the data."""
    result = argon().fit(free=["cevns_scale"])
    cost = argon().cost(free=["cevns_scale"])
    best = cost.profiled([result["cevns_scale"].value])
    assert result.twice_nll == pytest.approx(best.twice_nll[0], abs=1e-9)
    assert best.joint[0] < result.twice_nll - 1
    plain = argon("profiled").cost(free=["cevns_scale"])
    same = plain.profiled([result["cevns_scale"].value]).twice_nll[0]
    assert best.joint[0] == pytest.approx(same, abs=1e-9)
    profiled = argon("profiled").fit(free=["cevns_scale"])
    assert result.goodness_of_fit == pytest.approx(profiled.goodness_of_fit, abs=0.003)


def test_what_cannot_be_integrated_is_refused() -> None:
    with pytest.raises(InputError, match="a finite sigma"):
        Nuisance("shape", float("inf"), marginal=True)
    with pytest.raises(InputError, match="they cannot be marginal"):
        MorphingNuisance("shape", 1.0, marginal=True)
    mu = np.ones(24)
    with pytest.raises(InputError, match="treat both alike"):
        PoissonCost(Shaped(), mu) + PoissonCost(Synthetic(), mu)
    with pytest.raises(InputError, match=r"shapes.*marginal"):
        argon().with_changes({"analyses.published.shapes": "ignored"})


@pytest.mark.nightly
@pytest.mark.parametrize("ensemble", ["unconditional", "averaged"])
@pytest.mark.parametrize("analysis", ["energy-shape-time", "published-shapes"])
def test_intervals_of_argon_cover(analysis: str, ensemble: str) -> None:
    """4000 toys: 3.5 standard errors; profiled, the bias is a quarter of the spread."""
    cost = argon().cost(free=["cevns_scale"], analysis=analysis)
    settings = ToySettings(4000, seed=7, ensemble=ensemble, nuisances="nominal")  # type: ignore[arg-type]
    found = coverage(cost, "cevns_scale", toys=settings)
    for share, error, level in zip(
        found.covered, found.errors, found.levels, strict=True
    ):
        assert share == pytest.approx(level, abs=3.5 * error)
    assert abs(found.bias[0]) < 0.08 * found.best.std()
