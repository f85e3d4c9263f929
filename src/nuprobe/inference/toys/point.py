"""How strongly toys exclude one point of a plane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, public_methods
from nuprobe.errors import InputError
from nuprobe.inference.costs import Cost
from nuprobe.inference.toys.asymptotic import gaussian_cls
from nuprobe.inference.toys.plane import (
    Problem,
    asimov,
    drawn,
    plane_axes,
    plane_points,
)
from nuprobe.inference.toys.quadratic import quadratic
from nuprobe.inference.toys.settings import ToySettings, settings_of
from nuprobe.inference.toys.truth import Values, observed
from nuprobe.numerics import FloatArray

__all__ = ["PointExclusion", "exclusion_at"]

_CHUNK = 500  # toys fitted at once
_EQUAL = 1e-7  # differences of χ² that rounding may make


@public_methods
@dataclass(frozen=True)
class PointExclusion:
    """What data say about one point of a plane.

    Attributes
    ----------
    point : values by name.
    rise : χ² there above the lowest of the grid.
    above_none : χ² there less that without a signal.
    wilks : p-value of `rise` by Wilks' theorem with 2 parameters.
    fc : share of toys at the point whose rise is at least that of the data (Feldman and
        Cousins).
    cls, cls_toys : CLs against no signal, Gaussian and by toys.
    median : Δχ² of the median data without a signal at the point.
    toys : their number.
    """

    point: Mapping[str, float]
    rise: float
    above_none: float
    wilks: float
    fc: float
    cls: float
    cls_toys: float
    median: float
    toys: int

    @property
    def fc_error(self) -> float:
        """Binomial error of `fc`, with one toy at least."""
        share = max(self.fc, 1 / self.toys)
        return sqrt(share * (1 - share) / self.toys)

    def sigma(self, method: str = "fc") -> float:
        """Two-sided Gaussian standard deviations of a p-value or CLs; of no toys at
        all that of one toy, which is a lower limit.

        Parameters
        ----------
        method : ``"wilks"``, ``"fc"``, ``"cls"`` or ``"cls_toys"``.
        """
        from scipy.stats import norm

        known = ("wilks", "fc", "cls", "cls_toys")
        if method not in known:
            raise InputError(f"method must be one of {', '.join(known)}, got {method}")
        least = 1e-300 if method in ("wilks", "cls") else 1 / self.toys
        return float(norm.isf(min(max(getattr(self, method), least), 1.0) / 2))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form, standard deviations too."""
        methods = ("wilks", "fc", "cls", "cls_toys")
        return {
            "point": dict(self.point),
            "rise": self.rise,
            "above_none": self.above_none,
            "p_values": {m: getattr(self, m) for m in methods},
            "fc_error": self.fc_error,
            "median": self.median,
            "toys": self.toys,
            "sigma": {m: self.sigma(m) for m in methods},
        }


@public
def exclusion_at(
    cost: Cost,
    point: Mapping[str, float],
    axes: Mapping[str, ArrayLike],
    null: float | str | None = None,
    fixed: Values | None = None,
    toys: int | ToySettings = 1000,
) -> PointExclusion:
    """Exclusion of one point of a plane, by toys fitted on the whole plane.

    Parameters
    ----------
    cost, axes, null, fixed : as in `exclusion_plane`.
    point : values of the two parameters by name, in their units; need not be one of the
        grid.
    toys : their number at the point and without a signal, or settings, of which number,
        seed, ensemble and nuisances count.

    Raises
    ------
    InputError
        As `exclusion_plane`; if `point` has other parameters than `axes`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("danss").cost(free=["sin2_2theta_14", "dm2_41"])
    >>> axes = {"sin2_2theta_14": [0.02, 0.1, 0.5], "dm2_41": [0.5, 1.0, 2.0]}
    >>> found = exclusion_at(cost, {"sin2_2theta_14": 0.3, "dm2_41": 1.0}, axes)
    >>> found.sigma("wilks") > 3
    True
    """
    names, values = plane_axes(cost, axes)
    if sorted(point) != sorted(names):
        raise InputError(
            f"the point needs {' and '.join(names)}, got {', '.join(point) or 'none'}"
        )
    place = {n: float(cost.parameters[cost.index(n)].read(point[n])) for n in names}
    points, _ = plane_points(cost, names, values, null, fixed)
    target = points[-1].copy()
    for name, value in place.items():
        target[cost.index(name)] = value
    cost.layout.checked_points(target[None])
    points = np.concatenate([points[:-1], target[None], points[-1:]])
    settings = settings_of(toys)
    grid, data = quadratic(cost, points), observed(cost)
    found = grid.value(data.data, data.auxiliary)[0]
    pair = quadratic(cost, points[-2:])
    nuisances = np.zeros((len(points), len(cost.nuisances)))
    if settings.nuisances == "profiled":
        nuisances[-2:] = cost.profiled(points[-2:]).nuisances
    forth, back = asimov(cost, pair, nuisances[-2:])
    problem = Problem(cost, grid, (1, 1), nuisances, np.zeros((2, 1)), settings)
    rise, above = float(found[-2] - found.min()), float(found[-2] - found[-1])
    signal, none = (_statistics(problem, k) for k in (-2, -1))
    reached, without = (float((s[1] >= above - _EQUAL).mean()) for s in (signal, none))
    return PointExclusion(
        place,
        rise,
        above,
        exp(-rise / 2),
        float((signal[0] >= rise - _EQUAL).mean()),
        float(gaussian_cls(np.array([above]), forth, back)[0]),
        reached / max(without, 1 / (2 * settings.number)),
        float(forth[0]),
        settings.number,
    )


def _statistics(problem: Problem, place: int) -> FloatArray:
    """Of toys made at one point: χ² at the signal above the lowest, and above no
    signal, shape (2, toys)."""
    data, auxiliary = drawn(problem, len(problem.grid.points) + place)
    parts = []
    for i in range(0, problem.settings.number, _CHUNK):
        rows = slice(i, i + _CHUNK)
        value = problem.grid.value([one[rows] for one in data], auxiliary[rows])
        parts.append([value[:, -2] - value.min(axis=1), value[:, -2] - value[:, -1]])
    return np.concatenate(parts, axis=1)
