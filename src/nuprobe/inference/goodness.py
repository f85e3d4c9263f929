"""Goodness of fit: probability of a worse −2 ln L, also for few counts.

The saturated −2 ln L of N bins follows a χ² distribution only if every bin expects many
counts: its mean is 0.47 for a bin with expectation 0.1, and 1.15 for expectation 1. Its
mean, variance and third cumulant at the fitted expectation are exact sums over the
terms of the Poisson laws (`nuprobe.inference.costs.moments`).

The fit absorbs part of it. With u the standardised slopes of bins and constraints and P
the projection on the directions of parameters and nuisances (the Fisher information
weighs both), −2 ln L falls by uᵀPu: on average by the number of free parameters and
unconstrained nuisances. A constrained nuisance adds the 1 of its constraint and takes 1
away, its effective degrees of freedom from the bins and the rest from its own pull. A
normalisation of the prediction to the data absorbs 1 as a free nuisance does. The
ensemble is that of repetitions of the experiment, in which data and the auxiliary
measurements behind the constraints fluctuate.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Any, Final, Literal

import numpy as np

from nuprobe.inference.costs.moments import Moments, normal_moments
from nuprobe.inference.costs.morphing import full_points
from nuprobe.inference.expectations import expected_counts
from nuprobe.inference.levels import survival
from nuprobe.inference.surface import Surface
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable

__all__ = ["GoodnessOfFit", "goodness_of_fit", "law_tail"]

Law = Literal["chi-square", "moments", "toys", "none"]

_ALIKE: Final = 0.02  # of a standard deviation: closer laws are the same
_SYMMETRIC: Final = 1e-6  # skewness below which the law is normal
_RANK: Final = 1e-10


@readable
@dataclass(frozen=True)
class GoodnessOfFit:
    """Probability of a worse fit, and the distribution used.

    Attributes
    ----------
    p_value : None if no law is known.
    law : ``"chi-square"``: the χ² distribution with `ndf`, if the expectations allow it
        (always for Gaussian data); ``"moments"``: a scaled and shifted χ² with mean,
        variance and skewness of −2 ln L at the fitted expectation; ``"toys"``:
        simulated experiments, each fitted; ``"none"``.
    ndf : bins minus free parameters, unconstrained nuisances and normalisations to the
        data.
    mean, sd, skewness : of −2 ln L under the law.
    effective : degrees of freedom absorbed by the fit, of parameters and nuisances
        together; None without moments.
    chi_square : the p-value of the χ² distribution, whether valid or not; None if ndf <
        1.
    toys : number of simulated experiments, for that law.
    """

    p_value: float | None
    law: Law
    ndf: int
    mean: float | None
    sd: float | None
    skewness: float | None
    effective: float | None
    chi_square: float | None
    toys: int = 0

    def __str__(self) -> str:
        """One clause on the p-value."""
        if self.p_value is None or self.mean is None or self.sd is None:
            return (
                "no degrees of freedom"
                if self.ndf < 1
                else "no p-value (too few counts are expected)"
            )
        p = f"p = {self.p_value:.3g}"
        if self.law == "chi-square":
            return f"{p} (chi-square law)"
        if self.law == "toys":
            error = sqrt(max(self.p_value * (1 - self.p_value), 0.25 / self.toys))
            error /= sqrt(self.toys)
            return f"{p} ± {error:.1g} ({self.toys} toys: {self._expected()})"
        return f"{p} (few counts: {self._expected()}, not a chi-square law)"

    def _expected(self) -> str:
        return f"{self.mean:.4g} ± {self.sd:.3g} expected"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "p_value": self.p_value,
            "law": self.law,
            "mean": self.mean,
            "sd": self.sd,
            "skewness": self.skewness,
            "effective_parameters": self.effective,
            "p_value_of_chi_square": self.chi_square,
            "toys": self.toys,
        }


def goodness_of_fit(surface: Surface, point: FloatArray, ndf: int) -> GoodnessOfFit:
    """Goodness of a fit from the moments of −2 ln L.

    Parameters
    ----------
    surface : minimised.
    point : the best fit, shape (parameters,).
    ndf : bins minus free parameters, unconstrained nuisances and normalisations to the
        data.

    Examples
    --------
    An expectation of less than one count in most bins, where the χ² law does not apply:

    >>> import nuprobe as nu
    >>> csi = nu.experiment("coherent-csi-2017")
    >>> surface = Surface(csi.cost(free=["rn"], analysis="energy-time"), ["rn"])
    >>> found = goodness_of_fit(surface, np.array([5.6]), 143)
    >>> found.law, found.p_value > found.chi_square + 0.1
    ('moments', True)
    """
    value = float(surface.minimum(point).joint[0])
    plain = survival(value, ndf) if ndf > 0 else None
    found = _cumulants(surface, point)
    if found is None:
        # a statistic whose law is unknown
        return GoodnessOfFit(
            plain,
            "chi-square" if plain is not None else "none",
            ndf,
            float(ndf),
            sqrt(2 * max(ndf, 0)),
            None,
            None,
            plain,
        )
    mean, variance, third, effective = found
    if ndf < 1 or not (mean > 0 and variance > 0):
        return GoodnessOfFit(None, "none", ndf, None, None, None, effective, plain)
    sd = sqrt(variance)
    usual = sqrt(2 * ndf)
    alike = abs(mean - ndf) < _ALIKE * usual and abs(sd / usual - 1) < _ALIKE
    p = plain if alike else law_tail(value, mean, variance, third)
    return GoodnessOfFit(
        p,
        "chi-square" if alike else "moments",
        ndf,
        mean,
        sd,
        third / sd**3,
        effective,
        plain,
    )


def law_tail(value: float, mean: float, variance: float, third: float) -> float:
    """Probability above a value for the law a + b χ²_ν of three cumulants.

    Parameters
    ----------
    value : the value.
    mean, variance, third : first three cumulants; without a third one the law is
        normal.

    Examples
    --------
    The χ² law itself:

    >>> abs(law_tail(12.0, 10.0, 20.0, 80.0) - survival(12.0, 10)) < 1e-12
    True
    """
    from scipy.special import chdtr, chdtrc, ndtr

    if abs(third) < _SYMMETRIC * variance**1.5:
        return float(ndtr((mean - value) / sqrt(variance)))
    b = third / (4 * variance)
    nu = 8 * variance**3 / third**2
    x = (value - mean) / b + nu
    if x <= 0:
        return 1.0 if b > 0 else 0.0
    return float(chdtrc(nu, x) if b > 0 else chdtr(nu, x))


def _cumulants(
    surface: Surface, point: FloatArray
) -> tuple[float, float, float, float] | None:
    """First three cumulants of −2 ln L at its minimum, and the degrees of freedom
    absorbed by the fit; None if a statistic lacks moments."""
    layout = surface.cost.layout
    nuisances = surface.minimum(point).nuisances
    k = len(layout.nuisances)
    q = full_points(layout, point[None], nuisances)
    free = [*surface.columns, *range(len(point), q.shape[1])]
    sigmas = [n.sigma for n in (*layout.morphing, *layout.nuisances)]
    fixed = sum(term.constraints for term in surface.cost.terms)
    size = fixed + len(free) + k
    pieces: list[Moments] = []
    rows: list[FloatArray] = []
    done = 0
    for term, columns, own in layout.places:
        e = term.expectation(q[:, columns])
        mu = expected_counts(e, nuisances[:, own])
        found = term.moments(mu[0])
        if found is None:
            return None
        jacobian, along = term.prediction.jacobian(q[:, columns])
        total = np.array(np.broadcast_to(jacobian, (1, len(columns), mu.shape[1])))
        for v, each in zip(nuisances[0, own], along, strict=True):
            total += v * each
        moved = np.zeros((1, size, mu.shape[1]))
        for i, c in enumerate(free):
            if c in columns:
                moved[0, fixed + i] = total[0, columns.index(c)]
        for j, s in zip(own, e.slopes, strict=True):
            moved[0, fixed + len(free) + j] = s[0]
        moved[0, done : done + term.constraints] = term.normalised(mu[0])
        done += term.constraints
        rows.append(term.weighted(moved, mu)[0] / sqrt(2))
        pieces.append(found)
    n_bins = sum(piece.mean.size for piece in pieces)
    constrained = [i for i, s in enumerate(sigmas) if isfinite(s)]
    pulls = np.zeros((size, len(constrained)))
    first = size - len(sigmas)
    for column, i in enumerate(constrained):
        pulls[first + i, column] = 1 / sigmas[i]
    pieces.append(normal_moments(len(constrained)))
    mean, variance, third, absorbed = _after_fit(
        np.hstack([*rows, pulls]), Moments.behind(pieces), n_bins
    )
    return mean, variance, third, absorbed - fixed


def _after_fit(
    directions: FloatArray, m: Moments, n_bins: int
) -> tuple[float, float, float, float]:
    """Cumulants of ΣC − uᵀPu with P the projection on `directions`, (directions, bins
    and constraints), and the part of its trace in the bins."""
    scale = np.linalg.norm(directions, axis=1)
    unit = directions[scale > 0] / scale[scale > 0, None]
    _, size, axes = np.linalg.svd(unit, full_matrices=False)
    axes = axes[size > _RANK * size.max(initial=0.0)]
    weight = (axes**2).sum(axis=0)
    # covariance of the components of u along the axes
    inner = (axes * m.square) @ axes.T
    fall = float((weight * m.square).sum())
    variance_of_fall = 2 * float((inner**2).sum()) + float(
        (weight**2 * (m.spread - 2 * m.square**2)).sum()
    )
    variance = m.variance.sum() + variance_of_fall - 2 * (weight * m.together).sum()
    return (
        float(m.mean.sum()) - fall,
        float(variance),
        float(m.third.sum()) - 8 * fall,
        float(weight[:n_bins].sum()),
    )
