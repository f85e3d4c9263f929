"""Parts of a sum of costs without common nuisances.

At given parameters their minima over the nuisances are independent: the minimum of the
sum is the sum of the minima, and each is a much smaller problem.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from nuprobe.inference.costs.base import Cost
from nuprobe.inference.costs.nuisances import Profiled
from nuprobe.inference.costs.term import Term
from nuprobe.numerics import FloatArray

__all__ = ["Component", "connected", "joined_minima", "joined_slopes"]

T = TypeVar("T", bound=Term)

Slopes = tuple[FloatArray, FloatArray, FloatArray, FloatArray]
"""Value, gradient, curvature and nuisances, as from `Cost.profiled_slopes_from`."""


@dataclass(frozen=True)
class Component:
    """Terms of a sum linked by common nuisances.

    Attributes
    ----------
    cost : their sum.
    columns : of its parameters among those of the whole.
    nuisances : columns of its nuisances among those of the whole.
    """

    cost: Cost
    columns: list[int]
    nuisances: list[int]

    @classmethod
    def of(cls, cost: Cost, whole: Cost) -> Component:
        """Position of a cost in the `whole` sum."""
        parameters = [p.name for p in whole.parameters]
        nuisances = [n.name for n in whole.nuisances]
        return cls(
            cost,
            [parameters.index(p.name) for p in cost.parameters],
            [nuisances.index(n.name) for n in cost.nuisances],
        )


def connected(terms: Sequence[T]) -> list[list[T]]:
    """Groups of terms without common nuisances between groups, in the order of their
    first terms.

    Parameters
    ----------
    terms : the individual costs of a sum.

    Examples
    --------
    >>> import nuprobe as nu
    >>> names = ("coherent-csi-2021", "conus-plus", "coherent-lar-2020")
    >>> costs = [nu.experiment(n).cost(free=["sin2_theta_w"]) for n in names]
    >>> [[term.name for term in group] for group in connected(costs)]
    [['coherent-csi-2021/energy-time', 'coherent-lar-2020/...'], ['conus-plus/rate']]
    """
    groups: list[tuple[set[str], list[int]]] = []
    for i, term in enumerate(terms):
        names, members = {n.name for n in term.nuisances}, [i]
        apart = []
        for others, indices in groups:
            if others & names:
                names, members = names | others, members + indices
            else:
                apart.append((others, indices))
        groups = [*apart, (names, members)]
    ordered = sorted(sorted(members) for _, members in groups)
    return [[terms[i] for i in members] for members in ordered]


def joined_minima(
    parts: Sequence[Component],
    points: FloatArray,
    minimise: Callable[[Cost, FloatArray], Profiled],
    nuisances: int,
) -> Profiled:
    """Minimum of the whole over its nuisances from those of its parts.

    Parameters
    ----------
    parts : of the whole.
    points : of the whole, shape (points, parameters).
    minimise : function for one part at its points.
    nuisances : number of those of the whole.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("texono-csi").cost(free=["sin2_theta_w"])
    >>> part = Component.of(cost, cost)
    >>> points = np.array([[0.23], [0.24]])
    >>> found = joined_minima([part, part], points, lambda c, p: c.profiled(p), 0)
    >>> bool(np.allclose(found.twice_nll, 2 * cost.profiled(points).twice_nll))
    True
    """
    n = len(points)
    value, nu = np.zeros(n), np.zeros((n, nuisances))
    boundary, shapes = np.zeros(n, dtype=bool), np.zeros(n)
    marginal = False
    for part in parts:
        best = minimise(part.cost, points[:, part.columns])
        value += best.twice_nll
        nu[:, part.nuisances] = best.nuisances
        boundary |= best.boundary
        if best.shapes is not None:
            marginal = True
            shapes += best.shapes
    nu[~np.isfinite(value)] = 0.0
    return Profiled(value, nu, boundary, shapes if marginal else None)


def joined_slopes(
    parts: Sequence[Component],
    points: FloatArray,
    slopes: Callable[[Cost, FloatArray, list[int]], Slopes],
    nuisances: int,
) -> Slopes:
    """Value, gradient and curvature of the whole at the minimum over its nuisances, and
    the nuisances, from those of its parts.

    Parameters
    ----------
    parts, points, nuisances : as for `joined_minima`.
    slopes : of one part at its points, with the columns of its nuisances.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("texono-csi").cost(free=["sin2_theta_w"])
    >>> part = Component.of(cost, cost)
    >>> points = np.array([[0.23], [0.24]])
    >>> found = joined_slopes(
    ...     [part], points, lambda c, p, _: c.profiled_slopes_from(p, None), 0
    ... )
    >>> found[1].shape
    (2, 1)
    """
    n, d = points.shape
    value, nu = np.zeros(n), np.zeros((n, nuisances))
    gradient, curvature = np.zeros((n, d)), np.zeros((n, d, d))
    for part in parts:
        c = part.columns
        height, slope, bend, best = slopes(part.cost, points[:, c], part.nuisances)
        value += height
        gradient[:, c] += slope
        curvature[np.ix_(range(n), c, c)] += bend
        nu[:, part.nuisances] = best
    impossible = ~np.isfinite(value)
    for array in (gradient, curvature, nu):
        array[impossible] = 0.0
    return value, gradient, curvature, nu
