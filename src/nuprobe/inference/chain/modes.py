"""The regions of a posterior, with weights from an integral independent of the
chain."""

from __future__ import annotations

from typing import Final

import numpy as np

from nuprobe.inference.chain.minima import minima, mixture_of
from nuprobe.inference.chain.mixture import Mixture, Modes
from nuprobe.inference.chain.target import Target
from nuprobe.numerics import FloatArray

__all__ = ["modes_of"]

_DRAWS: Final = 300  # draws per column in each adaptation of the mixture
_LEAST: Final = 1500  # minimum number of draws
_FEWEST: Final = 4  # adaptations
_TIMES: Final = 16  # at most
_GOOD: Final = 0.6  # effective fraction of the draws at which adaptation stops
_CHECK: Final = 4000  # draws for the weights of regions


def modes_of(target: Target, seed: int) -> Modes | None:
    """Mixture for jumps between the regions of a density, and their weights.

    The mixture starts from the curvatures at the minima of −2 ln L and is adapted with
    draws weighted by the density; the last draws give the share of each component in
    the integral of the density.

    Parameters
    ----------
    target : the density.
    seed : of the random numbers.

    Returns
    -------
    Modes or None
        None if there is no minimum and the priors have no ends.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> target = Target.of(cost, ["rn"], None, {}, "sampled")
    >>> bool(abs(modes_of(target, seed=1).shares.sum() - 1) < 1e-9)
    True
    """
    rng = np.random.default_rng([seed, 2])
    points, _ = minima(target)
    mixture = mixture_of(target, points)
    if mixture is None:
        return None
    draws = max(_LEAST, _DRAWS * len(target.names))
    for number in range(_TIMES):
        z, weights = _weighed(target, mixture, draws, rng)
        if not np.isfinite(weights).any():
            break
        if number >= _FEWEST and _effective(weights) > _GOOD:
            break
        mixture = mixture.extended(z, weights).refined(z, weights)
    z, weights = _weighed(target, mixture, _CHECK, rng)
    return _shares(mixture, z, weights)


def _weighed(
    target: Target, mixture: Mixture, n: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Draws, and logarithms of the density minus that of the mixture."""
    z = mixture.sample(n, rng)
    return z, target(target.outside(z)) - mixture.log_density(z)


def _effective(log_weights: FloatArray) -> float:
    """Effective fraction of weighted draws."""
    weight = np.exp(log_weights - log_weights.max())
    return float(weight.sum() ** 2 / (weight**2).sum() / len(weight))


def _shares(mixture: Mixture, z: FloatArray, log_weights: FloatArray) -> Modes:
    """Shares of the components in the integral, with their errors."""
    count = len(mixture.weights)
    top = log_weights.max()
    if not np.isfinite(top):
        return Modes(mixture, np.zeros(count), np.ones(count), 0.0)
    weight = np.exp(log_weights - top)
    weight /= weight.sum()
    there = mixture.nearest(z)[:, None] == np.arange(count)
    shares = weight @ there
    errors = np.sqrt(weight**2 @ (there - shares) ** 2)
    return Modes(mixture, shares, errors, float(1 / (weight**2).sum()))
