"""Minima and interval ends from many starts at once: every step evaluates all of them in one batch.

A cost takes many points for little more than the price of one, so that steps of all starts together cost far less than
any method that asks for one point after the other.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.costs import Cost
from nuprobe.numerics import FloatArray

__all__ = ["descend", "interval_ends"]

BoolArray = NDArray[np.bool_]

_PUSH: Final = 0.3  # steps by which a start leaves a point of symmetry, where the slope says nothing


def descend(
    cost: Cost,
    columns: list[int],
    points: FloatArray,
    *,
    fixed: BoolArray | None = None,
    close: float = 1e-6,
    steps: int = 80,
) -> tuple[FloatArray, FloatArray]:
    """Go down from each point in some columns, the others fixed.

    Structured quasi-Newton steps inside a trust region and the parameters' ranges: the expected curvature, which comes
    with the gradient, plus a symmetric rank-one estimate of the rest, with its eigenvalues made positive.

    Parameters
    ----------
    columns : indices of the parameters that move.
    points : starts, shape (points, parameters).
    fixed : columns that a start keeps, shape (points, columns).
    close : expected fall of −2 ln L at which a start has arrived.

    Returns
    -------
    points, −2 ln L
        Local minima (inf where the data are impossible at the start), in the order of the starts.
    """
    points = np.array(points, dtype=float)
    if not columns:
        return points, cost.profiled(points).twice_nll
    d = len(columns)
    fixed = np.zeros((len(points), d), dtype=bool) if fixed is None else fixed
    width = _widths(cost, columns, points)
    low, high = (np.array([getattr(cost.parameters[c], end) for c in columns]) for end in ("lower", "upper"))

    def slopes(p: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        value, gradient, curvature = cost.profiled_slopes(p)
        return value, gradient[:, columns] * width, curvature[:, columns][:, :, columns] * width[:, None] * width

    value, gradient, expected = slopes(points)
    # where a parameter has no effect to first order (a symmetric point), start beside it
    blind = np.diagonal(expected, axis1=1, axis2=2) < 1e-12
    blind &= ~fixed
    if blind.any():
        moved = points.copy()
        room = np.where(points[:, columns] + _PUSH * width <= high, _PUSH, -_PUSH)
        moved[:, columns] = np.clip(points[:, columns] + blind * room * width, low, high)
        rows = np.flatnonzero(blind.any(1) & np.isfinite(value))
        new = slopes(moved[rows])
        points[rows] = moved[rows]
        value[rows], gradient[rows], expected[rows] = new
    rest = np.zeros_like(expected)
    radius = np.full(len(points), 3.0)
    active = np.isfinite(value)
    for _ in range(steps):
        rows = np.flatnonzero(active)
        if not rows.size:
            break
        x = points[rows][:, columns]
        g, h = gradient[rows], expected[rows] + rest[rows]
        # at a limit that the slope points across, that parameter stays
        held = fixed[rows] | ((x <= low) & (g > 0)) | ((x >= high) & (g < 0))
        g = np.where(held, 0.0, g)
        h = np.where(held[:, :, None] | held[:, None, :], 0.0, h)
        h[:, range(d), range(d)] += held
        unit = np.sqrt(np.maximum(np.abs(h[:, range(d), range(d)]), 1e-9))
        size, vectors = np.linalg.eigh(h / (unit[:, :, None] * unit[:, None, :]))
        along = np.einsum("pij,pi->pj", vectors, g / unit)
        size = np.maximum(np.abs(size), 1e-7)
        arrived = 0.5 * (along**2 / size).sum(1) < close
        move = -np.einsum("pij,pj->pi", vectors, along / size) / unit
        length = np.abs(move).max(1)
        move *= np.minimum(1.0, radius[rows] / np.maximum(length, 1e-300))[:, None]
        active[rows[arrived]] = False
        rows, x, move, length = rows[~arrived], x[~arrived], move[~arrived], length[~arrived]
        if not rows.size:
            continue
        trial = points[rows].copy()
        trial[:, columns] = np.clip(x + move * width, low, high)
        taken = (trial[:, columns] - x) / width
        f, g, h = slopes(trial)
        better = f < value[rows]
        # the secant holds whether or not the step is taken
        finite = np.isfinite(f)
        miss = g - gradient[rows] - np.einsum("pij,pj->pi", h + rest[rows], taken)
        scale = (miss * taken).sum(1)
        use = finite & (np.abs(scale) > 1e-8 * np.linalg.norm(miss, axis=1) * np.linalg.norm(taken, axis=1))
        rest[rows[use]] += miss[use][:, :, None] * miss[use][:, None, :] / scale[use][:, None, None]
        at = rows[better]
        reached = length >= 0.99 * radius[rows]
        radius[rows] = np.where(
            better, np.where(reached, 3.0, 1.0) * radius[rows], np.minimum(radius[rows], length) / 4
        )
        fell = value[at] - f[better]
        points[at], value[at], gradient[at], expected[at] = trial[better], f[better], g[better], h[better]
        stuck = radius[rows] < 1e-8
        active[rows[stuck]] = False
        active[at[(fell < close / 10) & (radius[at] < 1e-3)]] = False
    return points, value


def _widths(cost: Cost, columns: list[int], points: FloatArray) -> FloatArray:
    """Scale of each parameter: its step, or the error that the data give at the middle start if that is larger."""
    step = np.array([cost.parameters[c].step for c in columns])
    _, _, curvature = cost.profiled_slopes(points[[len(points) // 2]])
    found = np.diag(curvature[0])[columns]
    error = np.sqrt(np.divide(2.0, found, out=np.zeros(len(columns)), where=found > 0))
    span = np.array([cost.parameters[c].upper - cost.parameters[c].lower for c in columns])
    return np.asarray(np.clip(error, step, np.minimum(1e7 * step, span)))


def interval_ends(
    cost: Cost, columns: list[int], best: FloatArray, lowest: float, rise: float, sides: list[tuple[int, int]]
) -> tuple[list[float | None], list[bool], FloatArray | None]:
    """Where profiles of several parameters first cross ``lowest + rise``, all at once.

    Each end is bracketed by growing steps and narrowed by regula falsi in √(rise of −2 ln L), the other columns going
    down at each step from where they were.

    Parameters
    ----------
    columns : indices of all parameters that are free.
    best : the minimum, with value `lowest`.
    sides : (column, ±1) for each end wanted.

    Returns
    -------
    list, list, point or None
        Values; whether each end was settled (a value None that is settled: the range ends before the crossing); and the
        lowest point met if it lies below `best`.
    """
    n = len(sides)
    which = np.array([c for c, _ in sides])
    direction = np.array([float(s) for _, s in sides])
    limits = np.array([cost.parameters[c].upper if s > 0 else cost.parameters[c].lower for c, s in sides])
    step = np.array([cost.parameters[c].step for c in which])
    _, _, curvature = cost.profiled_slopes(best[None])
    inner = curvature[0][np.ix_(columns, columns)]
    unit = np.sqrt(np.maximum(np.diag(inner), 1e-300))
    variance = np.diag(np.linalg.pinv(inner / unit[:, None] / unit, hermitian=True)) / unit**2
    guess = dict(zip(columns, np.sqrt(2 * rise * np.maximum(variance, 0.0)), strict=True))
    reach = np.array([guess[c] for c in which])
    reach = np.where((reach > 0.01 * step) & (reach < 1e7 * step), reach, step)
    near, far = np.full(n, best[which]), best[which] + direction * reach
    f_near, f_far = np.full(n, -np.sqrt(rise)), np.full(n, -np.inf)
    others = np.tile(best, (n, 1))  # where the other columns were at `near`
    beyond = np.tile(best, (n, 1))
    deeper, floor = None, lowest - 1e-3 * rise
    bracketed, open_end, done = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    last = np.zeros(n)  # side that the last two steps fell on

    def evaluate(rows: NDArray[np.intp], at: FloatArray) -> FloatArray:
        nonlocal deeper, floor
        start = others[rows].copy()
        start[np.arange(len(rows)), which[rows]] = at
        beyond[rows], value = descend(
            cost, columns, start, fixed=which[rows, None] == np.array(columns), close=1e-4 * rise
        )
        if value.min() < floor:
            floor, deeper = float(value.min()), beyond[rows][np.argmin(value)].copy()
        excess = np.minimum(value, 1e30) - lowest
        return np.asarray(np.sqrt(np.maximum(excess, 0.0)) - np.sqrt(rise))

    for turn in range(80):
        rows = np.flatnonzero(~(done | open_end))
        if not rows.size or deeper is not None:
            break
        grow = ~bracketed[rows]
        inside = near[rows] - f_near[rows] * (far[rows] - near[rows]) / np.where(grow, 1.0, f_far[rows] - f_near[rows])
        if turn % 4 == 3:  # now and then halve: a profile may bend or jump
            inside = (near[rows] + far[rows]) / 2
        at = np.where(grow, far[rows], inside)
        at = np.where(
            grow, np.where(direction[rows] > 0, np.minimum(at, limits[rows]), np.maximum(at, limits[rows])), at
        )
        f = evaluate(rows, at)
        low = f < 0
        close = ~grow & (np.abs(f) < 2e-5 * np.sqrt(rise))
        # where the profile jumps, the jump is the end
        close |= ~grow & (np.abs(far[rows] - near[rows]) < 1e-6 * np.abs(far[rows] - best[which[rows]]))
        for i, row in enumerate(rows):
            if close[i]:
                near[row], done[row] = at[i], True
            elif low[i]:
                if grow[i]:
                    open_end[row] = at[i] == limits[row] or abs(at[i] - best[which[row]]) > 1e9 * step[row]
                    # aim a little beyond where a parabola through the best point would cross
                    ratio = np.sqrt(rise) / max(f[i] + np.sqrt(rise), 1e-3)
                    far[row] = best[which[row]] + (at[i] - best[which[row]]) * min(
                        max(1.1 * ratio, 1.3 if turn < 4 else 2.0), 8.0
                    )
                elif last[row] < 0:
                    f_far[row] /= 2  # Illinois: the far end has not moved twice
                near[row], f_near[row], others[row], last[row] = at[i], f[i], beyond[row], -1.0
            else:
                if not grow[i] and last[row] > 0:
                    f_near[row] /= 2
                far[row], f_far[row], bracketed[row], last[row] = at[i], f[i], True, 1.0
    ends = [float(near[i]) if done[i] else None for i in range(n)]
    return ends, list(done | open_end), deeper
