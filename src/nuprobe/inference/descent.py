"""Minima and interval ends from many starts at once: every step evaluates all of them
in one batch.

A cost takes many points for little more than the price of one, so that steps of all
starts together cost far less than any method that asks for one point after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.costs import Cost
from nuprobe.numerics import FloatArray

__all__ = ["descend", "interval_ends"]

BoolArray = NDArray[np.bool_]

_TURNS: Final = 80  # tries at most for each end
_FACTOR: Final = 10.0  # between lengths tried for the scale of a parameter
_LEARN: Final = 10  # steps after which the curvature is measured anew
_SMALL: Final = 1e-3  # scales of each parameter over which it is
_END: Final = 4e-7  # of √(rise), to which an end of an interval is found
_SPREAD: Final = 64  # points between the ends among which such starts are
_VALLEYS: Final = 8  # starts from which an end of an interval is looked at once more
_MANY: Final = (
    6  # columns from which a descent has so many steps that compiled loops pay
)
# steps by which a start leaves a point of symmetry, where the slope says nothing
_PUSH: Final = 0.3


Again = Callable[
    [NDArray[np.intp], FloatArray, FloatArray], tuple[BoolArray, FloatArray]
]


def descend(
    cost: Cost,
    columns: list[int],
    points: FloatArray,
    *,
    fixed: BoolArray | None = None,
    close: float = 1e-6,
    steps: int = 80,
    again: Again | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Go down from each point in some columns, the others fixed.

    Structured quasi-Newton steps inside a trust region and the parameters' ranges: the
    expected curvature, which comes with the gradient, plus a symmetric rank-one
    estimate of the rest (now and then measured, from differences of the gradient), with
    its eigenvalues made positive.

    Parameters
    ----------
    columns : indices of the parameters that move.
    points : starts, shape (points, parameters).
    fixed : columns that a start keeps, shape (points, columns).
    close : expected fall of −2 ln L at which a start has arrived.
    steps : taken at most from each start.
    again : takes the numbers of the starts that have just arrived, their points and −2
        ln L; returns which of them go on, and from where. Each keeps what it has learnt
        of the curvature, and nobody waits for the slowest.

    Returns
    -------
    points, −2 ln L
        Local minima (inf where the data are impossible at the start), in the order of
        the starts.
    """
    points = np.array(points, dtype=float)
    n, d = len(points), len(columns)
    if not columns and again is None:
        return points, cost.profiled(points).twice_nll
    fixed = np.zeros((n, d), dtype=bool) if fixed is None else fixed
    width = _widths(cost, columns, points)
    low, high = (
        np.array([getattr(cost.parameters[c], end) for c in columns])
        for end in ("lower", "upper")
    )
    value, nuisances = np.full(n, np.inf), np.zeros((n, len(cost.nuisances)))
    gradient, expected, rest = (
        np.zeros((n, d)),
        np.zeros((n, d, d)),
        np.zeros((n, d, d)),
    )
    radius, left = np.full(n, 3.0), np.full(n, steps)
    # a start is first evaluated; if it lies on a point of symmetry, where a parameter
    # has no effect to first order, it is moved beside it and evaluated again
    fresh, moved, known = np.ones(n, dtype=bool), np.zeros(n, dtype=bool), False
    active, taken_in_all = np.ones(n, dtype=bool), np.zeros(n, dtype=int)
    while active.any():
        rows = np.flatnonzero(active)
        slow = rows[
            (taken_in_all[rows] % _LEARN == _LEARN - 1)
            & ~fresh[rows]
            & np.isfinite(value[rows])
        ]
        if slow.size:
            state = (points[slow], gradient[slow], nuisances[slow])
            seen = _differences(cost, columns, width, high, *state)
            known_now = np.isfinite(seen).all((1, 2))
            rest[slow[known_now]] = seen[known_now] - expected[slow[known_now]]
        taken_in_all[rows] += 1
        trial = points[rows].copy()
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
        stop = 0.5 * (along**2 / size).sum(1) < close
        stop |= (left[rows] <= 0) | (radius[rows] < 1e-8) | ~np.isfinite(value[rows])
        stop &= ~fresh[rows]
        move, length = _step(along, size, vectors, unit, radius[rows])
        predicted = -(g * move).sum(1) - 0.5 * np.einsum("pi,pij,pj->p", move, h, move)
        move[fresh[rows]] = 0.0
        if stop.any():
            ended = rows[stop]
            active[ended] = False
            if again is not None:
                on, starts = again(ended, points[ended], value[ended])
                ended = ended[on]
                points[ended] = starts[on]
                active[ended] = fresh[ended] = True
                moved[ended] = False
                taken_in_all[ended] = 0
                radius[ended], left[ended] = 3.0, steps
                keep = active[rows]
                move[np.isin(rows, ended)] = 0.0
                rows, move, length, predicted = (
                    rows[keep],
                    move[keep],
                    length[keep],
                    predicted[keep],
                )
                x, trial = points[rows][:, columns], points[rows].copy()
            else:
                keep = ~stop
                rows, move, length, predicted = (
                    rows[keep],
                    move[keep],
                    length[keep],
                    predicted[keep],
                )
                x, trial = x[keep], trial[keep]
            if not rows.size:
                continue
        trial[:, columns] = np.clip(x + move * width, low, high)
        taken = (trial[:, columns] - x) / width
        f, g, h, nu = cost.profiled_slopes_from(
            trial, nuisances[rows] if known else None, compiled=d >= _MANY
        )
        known = True
        g, h = (
            g[:, columns] * width,
            h[:, columns][:, :, columns] * width[:, None] * width,
        )
        begun = fresh[rows]
        better = (f < value[rows]) | begun
        # the secant holds whether or not the step is taken
        miss = g - gradient[rows] - np.einsum("pij,pj->pi", h + rest[rows], taken)
        scale = (miss * taken).sum(1)
        use = np.isfinite(f) & ~begun
        use &= np.abs(scale) > 1e-8 * np.linalg.norm(miss, axis=1) * np.linalg.norm(
            taken, axis=1
        )
        rest[rows[use]] += (
            miss[use][:, :, None] * miss[use][:, None, :] / scale[use][:, None, None]
        )
        reached = length >= 0.99 * radius[rows]
        poor = np.zeros(len(rows), dtype=bool)
        tried = better & ~begun & np.isfinite(value[rows])
        poor[tried] = value[rows[tried]] - f[tried] < 0.1 * predicted[tried]
        size_now = np.where(reached & ~poor, 3.0, 1.0) * radius[rows]
        size_now = np.where(better & poor, np.minimum(radius[rows], length), size_now)
        size_now = np.where(better, size_now, np.minimum(radius[rows], length) / 4)
        radius[rows] = np.where(begun, radius[rows], size_now)
        fell = np.where(begun, np.inf, value[rows]) - np.where(np.isfinite(f), f, 0.0)
        at = rows[better]
        points[at], value[at], gradient[at], expected[at] = (
            trial[better],
            f[better],
            g[better],
            h[better],
        )
        nuisances[at] = nu[better]
        left[rows] -= 1
        # so small a step for so small a gain: arrived
        left[rows[better & (fell < close / 10) & (radius[rows] < 1e-3)]] = 0
        fresh[rows] = False
        first = rows[begun & ~moved[rows] & np.isfinite(f)]
        if first.size:
            blind = (np.diagonal(expected[first], axis1=1, axis2=2) < 1e-12) & ~fixed[
                first
            ]
            room = np.where(
                points[first][:, columns] + _PUSH * width <= high, _PUSH, -_PUSH
            )
            beside = np.clip(
                points[first][:, columns] + blind * room * width, low, high
            )
            points[first[:, None], columns] = beside
            fresh[first] = moved[first] = blind.any(1)
    return points, value


def _step(
    along: FloatArray,
    size: FloatArray,
    vectors: FloatArray,
    unit: FloatArray,
    radius: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Newton's step, bent towards the slope where it is longer than the radius
    (Levenberg and Marquardt).

    A step that is only shortened would go along the flattest direction alone.
    """

    def at(
        damping: FloatArray, rows: NDArray[np.intp]
    ) -> tuple[FloatArray, FloatArray]:
        within = along[rows] / (size[rows] + damping[:, None])
        move = -np.einsum("pij,pj->pi", vectors[rows], within) / unit[rows]
        return move, np.abs(move).max(1, initial=0.0)

    move, length = at(np.zeros(len(along)), np.arange(len(along)))
    rows = np.flatnonzero(length > radius)
    if rows.size:
        low, high = np.full(rows.size, -9.0), np.full(rows.size, 9.0)  # decades
        for _ in range(12):
            middle = (low + high) / 2
            beyond = at(10.0**middle, rows)[1] > radius[rows]
            low, high = np.where(beyond, middle, low), np.where(beyond, high, middle)
        move[rows], length[rows] = at(10.0**high, rows)
    shorter = np.minimum(1.0, radius / np.maximum(length, 1e-300))
    return move * shorter[:, None], np.maximum(
        length, np.where(length > 0.8 * radius, radius, 0.0)
    )


def _differences(
    cost: Cost,
    columns: list[int],
    width: FloatArray,
    high: FloatArray,
    points: FloatArray,
    gradient: FloatArray,
    nuisances: FloatArray,
) -> FloatArray:
    """Hessian at each point in units of `width` from differences of the gradient,
    (points, columns, columns)."""
    n, d = len(points), len(columns)
    trial = np.repeat(points, d, axis=0)
    rows, which = np.arange(n * d), np.tile(np.array(columns), n)
    move = np.tile(_SMALL * width, n)
    move = np.where(trial[rows, which] + move <= np.tile(high, n), move, -move)
    trial[rows, which] += move
    there = cost.profiled_slopes_from(
        trial, np.repeat(nuisances, d, axis=0), compiled=d >= _MANY, bent=False
    )
    change = there[1][:, columns] * width - np.repeat(gradient, d, axis=0)
    change[~np.isfinite(there[0])] = np.nan
    hessian = (change / (move / np.tile(width, n))[:, None]).reshape(n, d, d)
    return np.asarray((hessian + hessian.swapaxes(1, 2)) / 2)


def _widths(cost: Cost, columns: list[int], points: FloatArray) -> FloatArray:
    """Scale of each parameter: how far from its default −2 ln L leaves its tangent by
    1, to a factor of ten.

    Inside that factor it is the error of the data, which alone says nothing where rates
    go with the square of a parameter (at zero it is infinite), nor where rates are so
    high that nuisances take any of them away.
    """
    start = points[[len(points) // 2]]
    start[:, columns] = cost.default[columns]
    known: dict[object, FloatArray] = cost.__dict__.setdefault("_known_widths", {})
    key = (tuple(columns), start.tobytes())
    if key not in known:
        known[key] = _new_widths(cost, np.array(columns), start)
    return known[key]


def _new_widths(cost: Cost, columns: NDArray[np.intp], start: FloatArray) -> FloatArray:
    step, low, high = (
        np.array([getattr(cost.parameters[c], x) for c in columns])
        for x in ("step", "lower", "upper")
    )
    value, slope, curvature = cost.profiled_slopes(start)
    found = np.diag(curvature[0])[columns]
    error = np.sqrt(
        np.divide(2.0, found, out=np.full(len(columns), np.inf), where=found > 0)
    )
    most = np.minimum(1e7 * step, high - low)
    width = np.minimum(step, most)
    grow = (
        np.flatnonzero(width < most)
        if np.isfinite(value[0])
        else np.zeros(0, dtype=int)
    )
    while grow.size:
        at = start[0, columns[grow]]
        # to the side that is open
        to = np.where(
            at + width[grow] <= high[grow],
            at + width[grow],
            np.maximum(at - width[grow], low[grow]),
        )
        trial = np.repeat(start, grow.size, axis=0)
        trial[np.arange(grow.size), columns[grow]] = to
        rise = (
            cost.profiled(trial).twice_nll
            - value[0]
            - slope[0, columns[grow]] * (to - at)
        )
        grow = grow[np.abs(rise) < 1]
        width[grow] = np.minimum(_FACTOR * width[grow], most[grow])
        grow = grow[width[grow] < most[grow]]
    return np.asarray(
        np.clip(error, np.maximum(width / _FACTOR, np.minimum(step, most)), width)
    )


def _between(
    default: FloatArray, best: FloatArray, which: NDArray[np.intp], near: FloatArray
) -> FloatArray:
    """Points of an additive recurrence that fill the box of the ends known so far and
    the default."""
    columns = np.unique(which)
    ends = [np.append(near[which == c], default[c]) for c in columns]
    low, high = np.array([e.min() for e in ends]), np.array([e.max() for e in ends])
    unit = (
        np.arange(1, _SPREAD + 1)[:, None] * np.sqrt(np.arange(2.0, 2 + columns.size))
    ) % 1
    points = np.tile(best, (_SPREAD, 1))
    points[:, columns] = low + (high - low) * unit
    return points


def interval_ends(
    cost: Cost,
    columns: list[int],
    best: FloatArray,
    lowest: float,
    rise: float,
    sides: list[tuple[int, int]],
) -> tuple[list[float | None], list[bool], FloatArray | None]:
    """Where profiles of several parameters first cross ``lowest + rise``, all at once.

    Each end is bracketed by growing steps and narrowed by regula falsi in √(rise of −2
    ln L), the other columns going down at each step from where they were.

    Parameters
    ----------
    columns : indices of all parameters that are free.
    best : the minimum, with value `lowest`.
    sides : (column, ±1) for each end wanted.

    Returns
    -------
    list, list, point or None
        Values; whether each end was settled (a value None that is settled: the range
        ends before the crossing); and the lowest point met if it lies below `best`.
    """
    n = len(sides)
    which = np.array([c for c, _ in sides])
    direction = np.array([float(s) for _, s in sides])
    limits = np.array(
        [
            cost.parameters[c].upper if s > 0 else cost.parameters[c].lower
            for c, s in sides
        ]
    )
    step = np.array([cost.parameters[c].step for c in which])
    _, _, curvature = cost.profiled_slopes(best[None])
    inner = curvature[0][np.ix_(columns, columns)]
    unit = np.sqrt(np.maximum(np.diag(inner), 1e-300))
    variance = (
        np.diag(np.linalg.pinv(inner / unit[:, None] / unit, hermitian=True)) / unit**2
    )
    guess = dict(
        zip(columns, np.sqrt(2 * rise * np.maximum(variance, 0.0)), strict=True)
    )
    reach = np.array([guess[c] for c in which])
    wide = dict(zip(columns, _widths(cost, columns, best[None]), strict=True))
    most = _FACTOR * np.array(
        [wide[c] for c in which]
    )  # beyond it the curvature at the minimum says nothing
    reach = np.where(reach > 0.01 * step, np.minimum(reach, most), step)
    near, far = np.full(n, best[which]), best[which] + direction * reach
    f_near, f_far = np.full(n, -np.sqrt(rise)), np.full(n, -np.inf)
    others = np.tile(best, (n, 1))  # where the other columns were at `near`
    deeper: FloatArray | None = None
    floor = lowest - 1e-3 * rise
    checked = np.zeros(n, dtype=bool)
    bracketed, open_end, done = (
        np.zeros(n, dtype=bool),
        np.zeros(n, dtype=bool),
        np.zeros(n, dtype=bool),
    )
    last = np.zeros(n)  # side that the last two steps fell on

    turns = np.zeros(n, dtype=int)
    at = np.empty(n)
    root = np.sqrt(rise)

    def ask(rows: NDArray[np.intp]) -> FloatArray:
        """Next value at which each profile is wanted, with the others where they
        were."""
        grow = ~bracketed[rows]
        inside = near[rows] - f_near[rows] * (far[rows] - near[rows]) / np.where(
            grow, 1.0, f_far[rows] - f_near[rows]
        )
        # now and then halve: a profile may bend or jump
        inside = np.where(turns[rows] % 4 == 3, (near[rows] + far[rows]) / 2, inside)
        ahead = np.where(
            direction[rows] > 0,
            np.minimum(far[rows], limits[rows]),
            np.maximum(far[rows], limits[rows]),
        )
        at[rows] = np.where(grow, ahead, inside)
        turns[rows] += 1
        start = others[rows].copy()
        start[np.arange(len(rows)), which[rows]] = at[rows]
        return start

    def answer(
        rows: NDArray[np.intp], points: FloatArray, values: FloatArray
    ) -> tuple[BoolArray, FloatArray]:
        nonlocal deeper, floor
        if values.min() < floor:
            floor, deeper = float(values.min()), points[np.argmin(values)].copy()
        for row, point, value in zip(rows, points, values, strict=True):
            f = np.sqrt(max(min(value, 1e30) - lowest, 0.0)) - root
            grow = not bracketed[row]
            distance = at[row] - best[which[row]]
            # where the profile jumps, the jump is the end
            jump = abs(far[row] - near[row]) < 1e-6 * abs(far[row] - best[which[row]])
            if not grow and (abs(f) < _END * root or jump):
                near[row], done[row] = at[row], True
            elif f < 0:
                if grow:
                    open_end[row] = (
                        at[row] == limits[row] or abs(distance) > 1e9 * step[row]
                    )
                    # aim a little beyond where a parabola through the best point would
                    # cross
                    ratio = 1.1 * root / max(f + root, 1e-3)
                    far[row] = best[which[row]] + distance * min(
                        max(ratio, 1.3 if turns[row] < 5 else 2.0), 8.0
                    )
                elif last[row] < 0:
                    f_far[row] /= 2  # Illinois: the far end has not moved twice
                near[row], f_near[row], others[row], last[row] = at[row], f, point, -1.0
            else:
                if not grow and last[row] > 0:
                    f_near[row] /= 2
                far[row], f_far[row], bracketed[row], last[row] = at[row], f, True, 1.0
        on = ~(done[rows] | open_end[rows]) & (turns[rows] < _TURNS)
        if deeper is not None:
            on[:] = False
        return on, ask(rows)

    def settle(rows: NDArray[np.intp]) -> None:
        held = which[rows, None] == np.array(columns)
        tolerance = 1e-4 * rise
        descend(
            cost,
            columns,
            ask(rows),
            fixed=held,
            close=tolerance,
            again=lambda r, p, v: answer(rows[r], p, v),
        )

    settle(np.arange(n))
    for _ in range(_TURNS):
        # a profile that was followed may lie in a valley beside the lowest one: look
        # once more, from the best point from where the other profiles were, and between
        # the ends
        rows = np.flatnonzero(done & ~checked)
        if not rows.size or deeper is not None:
            break
        checked[rows] = True
        every = np.concatenate(
            [best[None], others, -others, _between(cost.default, best, which, near)]
        )
        every = np.clip(
            every,
            [p.lower for p in cost.parameters],
            [p.upper for p in cost.parameters],
        )
        start = np.tile(every, (rows.size, 1, 1))
        start[np.arange(rows.size), :, which[rows]] = near[rows, None]
        height = cost.profiled(start.reshape(-1, len(best))).twice_nll.reshape(
            rows.size, -1
        )
        height[:, 0] = -np.inf  # always
        height[np.arange(rows.size), 1 + n + rows] = -np.inf
        height[np.arange(rows.size), 1 + rows] = np.inf  # where it came from
        chosen = np.argsort(height, axis=1, kind="stable")[:, :_VALLEYS]
        start = (
            np.take_along_axis(start, chosen[:, :, None], axis=1)
            .swapaxes(0, 1)
            .reshape(-1, len(best))
        )
        many = np.tile(rows, chosen.shape[1])
        held = which[many, None] == np.array(columns)
        found, value = descend(
            cost, columns, start, fixed=held, close=1e-3 * rise, steps=30
        )
        lowest_of = np.arange(rows.size) + rows.size * value.reshape(
            -1, rows.size
        ).argmin(0)
        found, held = found[lowest_of], held[lowest_of]
        # so close that the way does not end on the ridge between two equal valleys
        found, value = descend(cost, columns, found, fixed=held, close=1e-7 * rise)
        if value.min() < floor:
            deeper = found[np.argmin(value)].copy()
            break
        f = np.sqrt(np.maximum(np.minimum(value, 1e30) - lowest, 0.0)) - root
        lower = f < -1e-4 * root
        rows, f = rows[lower], f[lower]
        if not rows.size:
            break
        others[rows], f_near[rows], f_far[rows] = found[lower], f, -np.inf
        far[rows] = near[rows] + 0.1 * (near[rows] - best[which[rows]])
        done[rows] = bracketed[rows] = checked[rows] = False
        last[rows] = turns[rows] = 0
        settle(rows)
    ends = [float(near[i]) if done[i] else None for i in range(n)]
    return ends, list(done | open_end), deeper
