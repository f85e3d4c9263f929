"""Goodness of fit by simulated experiments: the law of −2 ln L without approximation.

In each, the data are drawn at the best fit and the auxiliary measurement of each
nuisance around its best value, with its own sigma; then all is fitted again.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

import numpy as np

from nuprobe.errors import InputError, shown
from nuprobe.inference.costs import Cost, CostSum, Term
from nuprobe.inference.descent import descend
from nuprobe.inference.goodness import GoodnessOfFit
from nuprobe.inference.protocols import Expectation, Prediction, morphing_of
from nuprobe.inference.surface import Surface
from nuprobe.numerics import FloatArray
from nuprobe.parameters import MorphingNuisance, Nuisance, Parameter

__all__ = ["toy_goodness"]

_MOST = 1_000_000
_TRIES = 1000


@dataclass(frozen=True, eq=False)
class _Moved:
    """A prediction whose linear nuisances count from another value.

    Attributes
    ----------
    inner : counts them from 0.
    by : what a value of 0 stands for, shape (nuisances,).
    """

    inner: Prediction
    by: FloatArray

    @property
    def name(self) -> str:
        """As of the prediction."""
        return self.inner.name

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """As of the prediction."""
        return self.inner.parameters

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """As of the prediction."""
        return self.inner.nuisances

    @property
    def morphing(self) -> tuple[MorphingNuisance, ...]:
        """As of the prediction."""
        return morphing_of(self.inner)

    def expectation(self, points: FloatArray) -> Expectation:
        """Counts at `points`, shape (points, parameters)."""
        e = self.inner.expectation(points)
        base = np.array(e.base)
        for v, slope in zip(self.by, e.slopes, strict=True):
            base += v * slope
        return Expectation(base, e.slopes)

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Derivatives of `expectation` at `points`, shape (points, parameters)."""
        base, slopes = self.inner.jacobian(points)
        total = np.array(
            np.broadcast_to(base, (len(points), *base.shape[1:])), dtype=float
        )
        for v, slope in zip(self.by, slopes, strict=True):
            total += v * slope
        return total, slopes


def toy_goodness(
    surface: Surface,
    point: FloatArray,
    known: GoodnessOfFit,
    toys: int = 1000,
    seed: int = 1,
) -> GoodnessOfFit:
    """Probability of a worse fit from simulated experiments.

    Morphing nuisances, which have no other value to count from, keep their best value
    and the centre of their constraint.

    Parameters
    ----------
    surface : what was minimised.
    point : the best fit, shape (parameters,).
    known : the same from the moments.
    toys : how many experiments, from 10 to a million.
    seed : of the random numbers.

    Raises
    ------
    InputError
        If the number or the seed is not allowed, or no data can be drawn at the best
        fit.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.inference import fit
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> result = fit(cost)
    >>> result.goodness_from_toys(20).law
    'toys'
    """
    for name, given, low, high in (
        ("toys", toys, 10, _MOST),
        ("seed", seed, 0, 2**63 - 1),
    ):
        whole = isinstance(given, int | np.integer) and not isinstance(given, bool)
        if not whole or not low <= given <= high:
            raise InputError(
                f"{name} must be a whole number from {low} to {high}, got"
                f" {shown(given)}"
            )
    rng = np.random.default_rng(seed)
    best = surface.minimum(point)
    value = float(best.twice_nll[0])
    values = np.array(
        [_one(surface, point, best.nuisances[0], rng) for _ in range(toys)]
    )
    worse = float((values >= value - 1e-9).mean())
    sd = float(values.std(ddof=1))
    away = values - values.mean()
    return GoodnessOfFit(
        worse,
        "toys",
        known.ndf,
        float(values.mean()),
        sd,
        float((away**3).mean()) / sd**3 if sd else 0.0,
        known.effective,
        known.chi_square,
        toys,
    )


def _one(
    surface: Surface, point: FloatArray, nuisances: FloatArray, rng: np.random.Generator
) -> float:
    """−2 ln L of one simulated experiment at its own minimum."""
    cost = surface.cost
    linear = len(cost.layout.nuisances)
    sigma = np.array([n.sigma for n in cost.nuisances[:linear]])
    for _ in range(_TRIES):
        moved = np.where(np.isfinite(sigma), rng.normal(size=linear) * sigma, 0.0)
        # auxiliary measurements at `aside`: nuisances count from there
        aside = np.where(np.isfinite(sigma), nuisances[:linear] + moved, 0.0)
        toy = _drawn(cost, point, nuisances, aside, rng)
        if toy is not None:
            break
    else:
        raise InputError(
            f"{cost.name}: no data can be drawn at {cost.describe(point)}: the"
            " expectation is negative there; fit fewer parameters"
        )
    values = descend(Surface(toy, surface.free, point), point[None])[1]
    return float(values[0])


def _drawn(
    cost: Cost,
    point: FloatArray,
    nuisances: FloatArray,
    aside: FloatArray,
    rng: np.random.Generator,
) -> Cost | None:
    """The cost of data drawn at a point, its linear nuisances counted from `aside`;
    None if the expectation is not possible."""
    expected = cost.expected(point, nuisances)
    terms: list[Term] = []
    for term, mu, (_, _, own) in zip(
        cost.terms, expected, cost.layout.places, strict=True
    ):
        if not term.possible(mu):
            return None
        other = copy(term)
        other.prediction = _Moved(term.prediction, aside[own])
        drawn = other.with_data(term.draw(mu, rng))
        terms += drawn.terms
    return terms[0] if len(terms) == 1 else CostSum(*terms)
