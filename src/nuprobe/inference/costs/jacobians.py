"""Derivatives of the expectation of one term at given nuisances."""

from __future__ import annotations

import numpy as np

from nuprobe.inference.costs.statistic import Statistic
from nuprobe.inference.protocols import (
    CompiledPrediction,
    MorphingDerivatives,
    morphing_of,
)
from nuprobe.numerics import FloatArray

__all__ = ["total_jacobian"]


def total_jacobian(
    term: Statistic,
    p: FloatArray,
    nu: FloatArray,
    wanted: list[int],
    compiled: bool = False,
) -> FloatArray:
    """Derivatives of the expectation in some columns of points, a new (points, wanted,
    bins).

    Parameters
    ----------
    term : with the expectation.
    p, nu : its points and linear nuisances, shapes (points, columns) and (points,
        nuisances).
    wanted : columns, in order.
    compiled : use compiled loops if the prediction has them; loading them takes half a
        second.

    Examples
    --------
    >>> import nuprobe as nu
    >>> (term,) = nu.experiment("coherent-csi-2017").cost(free=["rn"]).terms
    >>> nuisances = np.zeros((1, len(term.nuisances)))
    >>> total_jacobian(term, np.array([[5.0]]), nuisances, [0]).shape
    (1, 1, 12)
    """
    columns, prediction = p.shape[1], term.prediction
    if not wanted:
        return np.empty((len(p), 0, term.n_bins))
    every = len(wanted) == columns
    if compiled and isinstance(prediction, CompiledPrediction) and prediction.compiled:
        moves = prediction.total_jacobian(p, nu)
        return moves if every else np.ascontiguousarray(moves[:, wanted])
    morphing = list(range(columns - len(morphing_of(prediction)), columns))
    if wanted == morphing and isinstance(prediction, MorphingDerivatives):
        base, slopes = prediction.morphing_jacobian(p)
    else:
        base, slopes = prediction.jacobian(p)
        if not every:
            base, slopes = base[:, wanted], tuple(s[:, wanted] for s in slopes)
    total = np.array(np.broadcast_to(base, (len(p), *base.shape[1:])), order="C")
    # nuisances that scale the same quantity share one array, which is added once
    factors: dict[int, FloatArray] = {}
    for v, along in zip(nu.T, slopes, strict=True):
        factors[id(along)] = factors.get(id(along), 0.0) + v
    for along in {id(s): s for s in slopes}.values():
        if len(along) > 1 or along.any():
            total += factors[id(along)][:, None, None] * along
    return total
