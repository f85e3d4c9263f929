"""Starting positions of the walkers of a chain."""

from __future__ import annotations

from math import isfinite, log
from typing import Final

import numpy as np

from nuprobe.errors import ComputationError, InputError
from nuprobe.inference.chain.mixture import Modes
from nuprobe.inference.chain.priors import Flat, LogFlat, Normal
from nuprobe.inference.chain.target import Target
from nuprobe.numerics import FloatArray

__all__ = ["start"]

_PATIENCE: Final = 50  # draws from the prior before the rest is placed around minima
_TIMES: Final = 100  # redraws of impossible positions


def start(
    target: Target,
    modes: Modes | None,
    walkers: int,
    how: str,
    rng: np.random.Generator,
) -> FloatArray:
    """Possible positions of walkers, shape (walkers, columns).

    Parameters
    ----------
    target : the density.
    modes : its regions; None if none was found.
    walkers : their number.
    how : ``"both"``, ``"fit"`` or ``"prior"``, as for `sample`.
    rng : random numbers.

    Raises
    ------
    InputError
        If the data are impossible at too many positions, or walkers are to be drawn
        from a prior without ends.
    ComputationError
        If there is neither a minimum nor a prior with ends.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> target = Target.of(cost, ["rn"], None, {}, "sampled")
    >>> start(target, None, 8, "prior", np.random.default_rng(1)).shape
    (8, 5)
    """
    endless = _endless(target)
    if how == "prior" and endless:
        raise InputError(f"start='prior' needs a bounded prior for {endless}: add one")
    if modes is None and (how == "fit" or endless):
        raise ComputationError(
            f"{target.cost.name}: the data are impossible at all points searched for"
            " a minimum; give bounded priors that cover the possible region"
        )
    drawn = 0 if how == "fit" or endless else walkers
    if how == "both" and modes is not None and drawn:
        drawn = walkers // 2
    x = np.empty((walkers, len(target.names)))
    left = np.arange(walkers)
    for number in range(_TIMES):
        if number == _PATIENCE and how == "both" and modes is not None:
            drawn = 0  # the data are impossible in most of the prior
        from_prior = left < drawn
        if from_prior.any():
            x[left[from_prior]] = _from_prior(target, int(from_prior.sum()), rng)
        rest = left[~from_prior]
        if rest.size and modes is not None:
            which = rest % len(modes.shares)  # equal numbers at each minimum
            x[rest] = target.outside(modes.mixture.draw(which, rng))
        left = left[~np.isfinite(target(x[left]))]
        if not left.size:
            return x
    raise InputError(
        f"{target.cost.name}: the data are impossible at {len(left)} of {walkers}"
        " starting points tried for walkers; restrict the priors to the possible"
        " region"
    )


def _endless(target: Target) -> str:
    """First parameter whose prior has an open side; empty if there is none."""
    for i, prior in enumerate(target.priors):
        ends = isfinite(target.lower[i]) and isfinite(target.upper[i])
        if isinstance(prior, Flat) and not ends:
            return target.names[i]
    return ""


def _from_prior(target: Target, n: int, rng: np.random.Generator) -> FloatArray:
    """Positions drawn from the priors, with nuisances around their best fit, (n,
    columns)."""
    x = np.full((n, len(target.names)), np.nan)
    d = len(target.columns)
    for i, prior in enumerate(target.priors):
        low, high = target.lower[i], target.upper[i]
        if isinstance(prior, Normal):
            # redraw outside the limits
            x[:, i] = rng.normal(prior.mean, prior.sigma, n)
        elif isinstance(prior, LogFlat):
            x[:, i] = np.clip(np.exp(rng.uniform(log(low), log(high), n)), low, high)
        else:
            x[:, i] = rng.uniform(low, high, n)
    x[:, :d] = np.clip(x[:, :d], target.lower[:d], target.upper[:d])
    if target.sampled and target.cost.nuisances:
        points = target.full(x[:, :d])
        best = target.cost.profiled(points)
        at = int(best.twice_nll.argmin())
        if isfinite(best.twice_nll[at]):
            noise = _noise(target, points[at], best.nuisances[at], n, rng)
            x[:, d:] = best.nuisances + noise
    return x


def _noise(
    target: Target,
    point: FloatArray,
    best: FloatArray,
    n: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Scatter of the nuisances of walkers, (n, nuisances): according to the data at a
    point, or a fraction of the constraints where that cannot be computed."""
    sigma = np.array([nuisance.sigma for nuisance in target.cost.nuisances])
    covariance = np.diag(np.where(np.isfinite(sigma), 0.01 * sigma, 0.01) ** 2)
    try:
        # far from the data an expectation may be 0 to rounding
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            covariance = target.cost.nuisance_covariance(point, best)
    except ComputationError:
        pass  # any position will do: a walker leaves it in its first steps
    return rng.multivariate_normal(np.zeros(len(sigma)), covariance, n)
