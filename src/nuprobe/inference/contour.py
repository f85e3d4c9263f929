"""Contours of Δ(−2 ln L) over two parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.border import public
from nuprobe.drawing import Exported, draws
from nuprobe.errors import InputError, shown
from nuprobe.inference.costs import Cost, check_cost
from nuprobe.inference.levels import delta_threshold
from nuprobe.inference.minimum import swept
from nuprobe.inference.surface import Surface
from nuprobe.markup import table
from nuprobe.numerics import FloatArray, numbers
from nuprobe.parameters import Parameter
from nuprobe.reprs import readable

__all__ = ["Contour", "PlaneRegion", "contour"]


@readable
@dataclass(frozen=True, eq=False)
class PlaneRegion:
    """An allowed region of two parameters, in their units.

    Attributes
    ----------
    outline : closed polygon, its last point the first, shape (points, 2).
    holes : excluded areas in it, closed polygons.
    best : whether the best point is in it.
    open : whether it reaches an edge of the grid, along the first and along the second
        parameter: it may extend beyond.
    rise : lowest −2 ln L of the grid points in it above the best; inf if it contains no
        grid point.
    """

    outline: FloatArray
    holes: tuple[FloatArray, ...]
    best: bool
    open: tuple[bool, bool]
    rise: float

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "outline": self.outline.tolist(),
            "holes": [hole.tolist() for hole in self.holes],
            "best": self.best,
            "open": list(self.open),
            "rise": self.rise if isfinite(self.rise) else None,
        }


@readable
@dataclass(frozen=True)
class Contour(Exported):
    """Δ(−2 ln L) over a grid of two parameters.

    Attributes
    ----------
    parameters : the two parameters, in the order of the axes.
    axes : their values, in their units.
    delta : −2 ln L above its minimum, shape (len of the first, len of the second).
    thresholds : confidence level to Δ, for two parameters together.
    best : values of the two at the minimum (not limited to the grid points).
    best_twice_nll : −2 ln L there.
    """

    parameters: tuple[Parameter, Parameter]
    axes: tuple[FloatArray, FloatArray]
    delta: FloatArray
    thresholds: dict[float, float]
    best: tuple[float, float]
    best_twice_nll: float

    def __repr__(self) -> str:
        names, points = self._best(), "×".join(map(str, self.delta.shape))
        return f"<contour of {names}; {points} points>"

    def _repr_html_(self) -> str:
        rows = [("best fit", self._best()), ("−2 ln L", f"{self.best_twice_nll:.5g}")]
        for p, axis in zip(self.parameters, self.axes, strict=True):
            low, high = p.shown(axis.min()), p.shown(axis.max())
            rows.append((p.name, f"{low:.5g} to {high:.5g} {p.shown_unit}".rstrip()))
        rows += [
            (f"{100 * cl:.4g} %", f"Δ(−2 ln L) < {delta:.4g}")
            for cl, delta in self.thresholds.items()
        ]
        return table("contour", rows)

    def _best(self) -> str:
        return ", ".join(
            f"{p.name} = {p.shown(x):.5g} {p.shown_unit}".rstrip()
            for p, x in zip(self.parameters, self.best, strict=True)
        )

    plot = draws("plot_regions")

    @public
    def regions(self, cl: float | None = None) -> tuple[PlaneRegion, ...]:
        """All regions in which Δ(−2 ln L) is below the threshold, with linear
        interpolation between the points of the grid; along its edges where a region is
        open.

        Parameters
        ----------
        cl : confidence level for the two together, one of those in `thresholds` or
            another; the first of them if not given.
        """
        from contourpy import FillType, contour_generator

        if cl is None:
            cl = next(iter(self.thresholds))
        x, y = self.axes
        # impossible data: a value far above, so that lines can end next to it
        known = np.isfinite(self.delta)
        most = float(self.delta[known].max(initial=0.0))
        surface = np.where(known, self.delta, 1e3 + 10 * most)
        generator = contour_generator(
            x, y, surface.T, fill_type=FillType.OuterOffset, corner_mask=False
        )
        lowest = min(float(surface.min()), 0.0) - 1.0
        found = generator.filled(lowest, delta_threshold(cl, 2))
        regions = []
        for points, offsets in zip(*found, strict=True):
            lines = [points[a:b] for a, b in pairwise(offsets.tolist())]
            regions.append(self._region(lines))
        return tuple(sorted(regions, key=lambda r: (not r.best, r.rise)))

    def _region(self, lines: list[FloatArray]) -> PlaneRegion:
        """A region with its outline first, then its holes."""
        x, y = self.axes
        every = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
        inside = _within(lines, every)
        # narrower than the grid: located by its outline
        rise = float(self.delta.reshape(-1)[inside].min(initial=inf))
        outline = lines[0]
        edges = (
            (outline[:, 0] == x[0]) | (outline[:, 0] == x[-1]),
            (outline[:, 1] == y[0]) | (outline[:, 1] == y[-1]),
        )
        best = bool(_within(lines, np.array([self.best]))[0])
        return PlaneRegion(
            outline=outline,
            holes=tuple(lines[1:]),
            best=best,
            open=(bool(edges[0].any()), bool(edges[1].any())),
            rise=0.0 if best else rise,
        )

    @public
    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data with the regions at each level, but not the grid; None for an
        unknown `rise`."""
        return {
            "parameters": [
                {"name": p.name, "unit": p.unit, "best": value}
                for p, value in zip(self.parameters, self.best, strict=True)
            ],
            "best_twice_nll": self.best_twice_nll,
            "regions": [
                {
                    "cl": cl,
                    "delta": rise,
                    "regions": [r.to_dict() for r in self.regions(cl)],
                }
                for cl, rise in self.thresholds.items()
            ],
        }


def _within(lines: Sequence[FloatArray], points: FloatArray) -> NDArray[np.bool_]:
    """Whether points, (points, 2), lie inside closed lines, by the number of crossings
    of a ray."""
    crossed = np.zeros(len(points), dtype=bool)
    for line in lines:
        for (x0, y0), (x1, y1) in pairwise(line):
            if y0 == y1:
                continue
            beside = (points[:, 1] >= min(y0, y1)) & (points[:, 1] < max(y0, y1))
            at = x0 + (points[:, 1] - y0) * ((x1 - x0) / (y1 - y0))
            crossed ^= beside & (points[:, 0] < at)
    return crossed


def _axes(
    names: tuple[str, str], grid: Sequence[ArrayLike] | Mapping[str, ArrayLike]
) -> list[FloatArray]:
    """Values of both parameters, in order."""
    if isinstance(grid, Mapping):
        missing = [n for n in names if n not in grid]
        given = [grid[n] for n in names if n in grid]
    else:
        missing, given = [], list(grid)
    if missing or len(given) != 2:
        raise InputError(
            "the grid of a contour must give values for its two parameters"
            f" {', '.join(names)}, got {shown(grid)}"
        )
    return [
        np.atleast_1d(numbers(f"values of {name}", values))
        for name, values in zip(names, given, strict=True)
    ]


@public
def contour(
    cost: Cost,
    names: tuple[str, str],
    grid: Sequence[ArrayLike] | Mapping[str, ArrayLike],
    cl: float | Iterable[float] = (0.68, 0.9, 0.95),
    free: Iterable[str] = (),
    fixed: Mapping[str, float] | Mapping[str, float | str] | None = None,
) -> Contour:
    """Δ(−2 ln L) over two parameters, minimised over the nuisances and `free`, with
    thresholds for two parameters.

    Parameters
    ----------
    cost : to profile.
    names : the two parameters.
    grid : values of the two, in their units, in order or by name.
    cl : one confidence level or several.
    free : other parameters to minimise at each point.
    fixed : values of parameters that stay fixed; the others keep their default.

    Raises
    ------
    InputError, ComputationError
        As `profile`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn", "sin2_theta_w"])
    >>> plane = contour(
    ...     cost, ("rn", "sin2_theta_w"), ([4.0, 5.0, 6.0], [0.2, 0.25]), cl=0.9
    ... )
    >>> plane.delta.shape, plane.thresholds
    ((3, 2), {0.9: 4.605})
    """
    check_cost(cost)
    if len(set(names)) != 2:
        raise InputError(
            f"a contour needs two different parameters, got {shown(names)}"
        )
    surface = Surface(cost, tuple(free))
    pair = [cost.index(n) for n in names]
    if set(pair) & set(surface.columns) or set(fixed or {}) & {*names, *surface.free}:
        raise InputError(
            f"{cost.name}: {', '.join(names)}, free and fixed parameters must be"
            " different from each other"
        )
    given = cl if isinstance(cl, int | float) else list(cl)
    levels = np.atleast_1d(numbers("confidence levels", given))
    thresholds = {float(c): delta_threshold(float(c), 2) for c in levels}
    x, y = (np.unique(axis) for axis in _axes(names, grid))
    if len(x) < 2 or len(y) < 2:
        raise InputError(
            f"a contour needs at least 2 values per axis, got {len(x)} and {len(y)}"
        )
    points = np.tile(cost.point(fixed), (len(x) * len(y), 1))
    points[:, pair] = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    twice_nll = cost.profiled(points).twice_nll
    if surface.columns:
        for k in range(len(x)):
            row = slice(k * len(y), (k + 1) * len(y))
            points[row], twice_nll[row] = swept(surface, points[row])
    i = int(np.argmin(twice_nll))
    if not isfinite(twice_nll[i]):
        raise InputError(
            f"{cost.name}: the data are impossible at every point of the grid; widen it"
        )
    every = Surface(cost, (*names, *surface.free), points[i])
    best, value = _lowest(every, float(twice_nll[i]))
    return Contour(
        parameters=(cost.parameters[pair[0]], cost.parameters[pair[1]]),
        axes=(x, y),
        delta=(twice_nll - value).reshape(len(x), len(y)),
        thresholds=thresholds,
        best=(float(best[pair[0]]), float(best[pair[1]])),
        best_twice_nll=value,
    )


def _lowest(surface: Surface, lowest: float) -> tuple[FloatArray, float]:
    """Minimum from the lowest point of a grid, by L-BFGS-B."""
    from scipy.optimize import minimize

    columns, steps = surface.columns, surface.step
    answer = minimize(
        lambda z: min(surface.height(surface.moved(z * steps)), 1e30),
        surface.at[columns] / steps,
        jac=lambda z: surface.gradient(surface.moved(z * steps)) * steps,
        bounds=list(zip(surface.lower / steps, surface.upper / steps, strict=True)),
        method="L-BFGS-B",
        options={"ftol": 1e-14, "gtol": 1e-9},
    )
    if answer.fun < lowest:
        return surface.moved(answer.x * steps), float(answer.fun)
    return surface.at, lowest
