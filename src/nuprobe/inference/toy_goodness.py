"""Goodness of fit from simulated experiments: the distribution of −2 ln L without
approximation.

In each, the data are drawn at the best fit and the auxiliary measurement of each
nuisance around its best value, with its own sigma; then everything is fitted again.
"""

from __future__ import annotations

import numpy as np

from nuprobe.errors import InputError, shown
from nuprobe.inference.costs.marginal import shape_term
from nuprobe.inference.goodness import GoodnessOfFit
from nuprobe.inference.surface import Surface
from nuprobe.inference.toys.sample import Hypothesis, throw
from nuprobe.inference.toys.settings import ToySettings
from nuprobe.numerics import FloatArray

__all__ = ["toy_goodness"]

_MOST = 1_000_000


def toy_goodness(
    surface: Surface,
    point: FloatArray,
    known: GoodnessOfFit,
    toys: int = 1000,
    seed: int = 1,
) -> GoodnessOfFit:
    """Probability of a worse fit from simulated experiments.

    Parameters
    ----------
    surface : minimised.
    point : the best fit, shape (parameters,).
    known : the result from the moments.
    toys : number of experiments, from 10 to a million.
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
    best = surface.minimum(point)
    value = float(best.joint[0])
    at = Hypothesis(point, best.nuisances[0], point)
    free = surface.free
    sample = throw(surface.cost, [at], free, free, ToySettings(int(toys), int(seed)))
    # as in the fit: only the distance, without the volume of the shapes
    values = sample.twice_nll[0] - shape_term(surface.cost.layout, sample.best[0])
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
