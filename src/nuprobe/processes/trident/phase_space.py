"""Points in Q², K² and s for a spectrum: one of the three is divided into panels that
end at the bin edges, the others cover the exact remaining range."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.processes.trident.cross_section import q_range
from nuprobe.processes.trident.currents import Current
from nuprobe.processes.trident.inelastic import q_ends

__all__ = ["Points", "Region"]

_SHORT: Final = 0.35  # panels shorter than this in the logarithm need half the points


@dataclass(frozen=True)
class Points:
    """Points in Q², K² and s.

    Attributes
    ----------
    q2, k2, s : MeV², shape (points,).
    weight : dQ² dK² ds, MeV⁶, same shape.
    bin : index of the bin of each.
    x_max : largest x there, MeV².
    """

    q2: FloatArray
    k2: FloatArray
    s: FloatArray
    weight: FloatArray
    bin: Indices
    x_max: FloatArray

    def __getitem__(self, part: slice) -> Points:
        """Some of the points."""
        return Points(
            self.q2[part],
            self.k2[part],
            self.s[part],
            self.weight[part],
            self.bin[part],
            self.x_max[part],
        )


Indices = np.ndarray[tuple[int, ...], np.dtype[np.intp]]
Panels = tuple[FloatArray, FloatArray, Indices]
Nodes = tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]


def _largest_x(q: FloatArray, mass: float, energy: float) -> FloatArray:
    return np.asarray(4 * energy * mass * q / (q + np.hypot(q, 2 * mass)))


def _panels(
    edges: FloatArray, cuts: Sequence[float], low: float, high: float
) -> Panels:
    """Panels of a variable: lower ends, upper ends and the bin of each, all inside the
    bins and the range."""
    inside = [low, high, *(e for e in (*edges, *cuts) if low < e < high)]
    ends = np.unique(inside)
    which = np.searchsorted(edges, (ends[1:] + ends[:-1]) / 2, side="right") - 1
    good = (which >= 0) & (which < edges.size - 1)
    return ends[:-1][good], ends[1:][good], which[good]


def _q_nodes(
    low: FloatArray, high: FloatArray, cuts: Sequence[float], n: int
) -> tuple[FloatArray, FloatArray]:
    """Nodes in Q, uniform in its logarithm in panels between `low` and `high`, and
    weights dQ²: (*low, nodes)."""
    ends = np.log(
        np.stack([low, *(np.clip(c, low, high) for c in sorted(cuts)), high], axis=-1)
    )
    t, w = gauss_legendre(n)
    width = np.diff(ends, axis=-1)[..., None]
    q = np.exp(ends[..., :-1, None] + width * t)
    return q.reshape(*low.shape, -1), (2 * q**2 * width * w).reshape(*low.shape, -1)


def _rough(current: Current, low: float) -> bool:
    """Whether Q starts where the form factor oscillates (with period 1.6 q_soft);
    elsewhere the oscillation does not matter."""
    return low > current.q_soft / 2


def _cuts(current: Current, low: float, high: float) -> list[float]:
    """|Q| where panels end, to resolve the form factor and to limit their length."""
    ends = [
        c
        for c in (
            *current.kinks,
            current.q_soft,
            math.sqrt(current.q_soft * current.q_end),
        )
        if math.isfinite(c)
    ]
    if _rough(current, low):
        ends += list(np.arange(low, high, current.q_soft / 2))
    ends = sorted([low, *(c for c in ends if low < c < high), high])
    more = [
        np.geomspace(a, b, max(2, math.ceil(math.log(b / a) / 1.7) + 1))
        for a, b in pairwise(ends)
    ]
    return sorted(set(np.concatenate(more)[1:-1]))


def _steps(low: float, high: float) -> list[float]:
    """Cuts that keep panels short in the logarithm."""
    return list(
        np.geomspace(low, high, max(2, math.ceil(math.log(high / low) / 1.2) + 1))[1:-1]
    )


def _q_range_of(
    pair: FloatArray, mass: float, energy: float
) -> tuple[FloatArray, FloatArray]:
    """Return `q_range` for an array of masses of the pair."""
    ends = [q_range(np.array([energy]), mass, float(m), 0.0) for m in pair]
    return np.array([e[0][0] for e in ends]), np.array([e[1][0] for e in ends])


class Region:
    """Phase space of one channel on one current at one energy.

    Parameters
    ----------
    masses : of ℓ⁻ and ℓ⁺, MeV.
    current : of the target.
    energy : of the neutrino, MeV; the largest one of a continuum.
    soft2 : squared mass (MeV²) below which nothing varies in K².
    orders : points in a panel of the outer variable or ln Q, in K² and in s.
    """

    def __init__(
        self,
        masses: tuple[float, float],
        current: Current,
        energy: float,
        soft2: float,
        orders: tuple[int, int, int],
    ) -> None:
        self.s_min, self.mass, self.energy = sum(masses) ** 2, current.mass, energy
        self.soft2, (self.n_q, self.n_k, self.n_s) = soft2, orders
        # mass of the hadrons that it breaks into; None: it stays intact
        self.w = math.sqrt(self.mass**2 + current.grown) if current.grown else None
        low, high = (float(q[0]) for q in self._ends(np.array([sum(masses)])))
        end = max((16 if _rough(current, low) else 2) * low, current.q_end)
        self.low, self.high = low, min(high, end)
        self.cuts = _cuts(current, self.low, self.high)

    def _ends(self, pair: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Smallest and largest Q for masses of the pair."""
        if self.w is None:
            return _q_range_of(pair, self.mass, self.energy)
        return q_ends(np.full(pair.shape, self.energy), self.w, self.mass, pair)

    def _x(self, q: FloatArray) -> FloatArray:
        """Largest x at Q."""
        if self.w is None:
            return _largest_x(q, self.mass, self.energy)
        h = (self.w**2 - self.mass**2 + q**2) / (2 * q)
        return np.asarray(
            2 * self.energy * self.mass * q / (h + np.hypot(h, self.mass))
        )

    def points(self, variable: str, bounds: FloatArray) -> Iterator[Points]:
        """Points of the panels, starting with the short ones, which need few.

        Parameters
        ----------
        variable : of `SPECTRA`; empty for panels in Q without bins.
        bounds : edges of the bins, shape (bins + 1,).
        """
        nodes, panels, lengths = self._plan(variable, bounds)
        short = lengths < _SHORT
        for picked, n in ((short, (self.n_q + 1) // 2), (~short, self.n_q)):
            if picked.any():
                q, k2, s, weight, x = nodes(panels[0][picked], panels[1][picked], n)
                bins = panels[2][picked].reshape(-1, *(1,) * (weight.ndim - 1))
                live = weight > 0
                q2_, k2_, s_, x_ = (
                    np.broadcast_to(a, weight.shape)[live] for a in (q**2, k2, s, x)
                )
                bins = np.broadcast_to(bins, weight.shape)[live]
                yield Points(q2_, k2_, s_, weight[live], bins, x_)

    def _plan(
        self, variable: str, bounds: FloatArray
    ) -> tuple[Callable[[FloatArray, FloatArray, int], Nodes], Panels, FloatArray]:
        """Rule, panels and their lengths for a variable."""
        mass, energy = self.mass, self.energy
        if variable == "k2":
            panels = self._k_panels(bounds)
            lengths = np.log((panels[1] + self.soft2) / (panels[0] + self.soft2))
            return self._of_k2, panels, lengths
        if variable == "m_pair":
            root = math.sqrt(mass**2 + 2 * energy * mass)
            top = (energy * mass * 2 / (root + mass)) ** 2
            if self.w is not None:
                top = (root - self.w) ** 2
            steps = _steps(self.s_min, top)
            panels = _panels(bounds**2, steps, self.s_min, top)
            return self._of_s, panels, np.log(panels[1] / panels[0])
        edges = np.array([self.low, self.high])
        if variable:
            edges = np.sqrt(bounds if variable == "q2" else 2 * mass * bounds)
        panels = _panels(edges, self.cuts, self.low, self.high)
        return self._of_q, panels, np.log(panels[1] / panels[0])

    def _k_nodes(self, k_max: FloatArray) -> tuple[FloatArray, FloatArray]:
        t, w = gauss_legendre(self.n_k)
        span = np.log1p(np.maximum(k_max, 0.0) / self.soft2)[..., None]
        k2 = self.soft2 * np.expm1(span * t)
        return k2, (k2 + self.soft2) * span * w

    def _s_nodes(self, top: FloatArray) -> tuple[FloatArray, FloatArray]:
        # quadratic at the lower end, where β ~ √(s − s_min)
        t, w = gauss_legendre(self.n_s)
        log = np.log(np.maximum(top / self.s_min, 1.0))[..., None]
        s = self.s_min * np.exp(log * t**2)
        return s, s * log * 2 * t * w

    def _of_q(self, start: FloatArray, end: FloatArray, n: int) -> Nodes:
        q, weight = _q_nodes(start, end, [], n)
        x = self._x(q)
        k2, w_2 = self._k_nodes(x * (1 - self.s_min / (x - q**2)))
        s, w_3 = self._s_nodes((x - q**2)[..., None] * (1 - k2 / x[..., None]))
        outer = weight[..., None, None] * w_2[..., None]
        return q[..., None, None], k2[..., None], s, outer * w_3, x[..., None, None]

    def _of_k2(self, start: FloatArray, end: FloatArray, n: int) -> Nodes:
        t, w = gauss_legendre(n)
        soft2 = self.soft2
        first, last = np.log1p(start / soft2)[:, None], np.log1p(end / soft2)[:, None]
        k2 = soft2 * np.expm1(first + (last - first) * t)
        outer = (k2 + soft2) * (last - first) * w
        q, w_q = _q_nodes(*self._q_range_at(k2), self.cuts, self.n_q)
        x, k2 = self._x(q), k2[..., None]
        s, w_3 = self._s_nodes((x - q**2) * (1 - k2 / x))
        weight = (outer[..., None] * w_q)[..., None] * w_3
        return q[..., None], k2[..., None], s, weight, x[..., None]

    def _of_s(self, start: FloatArray, end: FloatArray, n: int) -> Nodes:
        t, w = gauss_legendre(n)
        first, last = np.log(start)[:, None], np.log(end)[:, None]
        # quadratic in every panel, because the first needs it
        s = np.exp(first + (last - first) * t**2)
        outer = s * (last - first) * 2 * t * w
        ends = self._ends(np.sqrt(s.ravel()))
        q_low, q_high = (f.reshape(s.shape) for f in ends)
        q_high = np.minimum(q_high, np.maximum(2 * q_low, self.high))
        q, w_q = _q_nodes(q_low, q_high, self.cuts, self.n_q)
        x = self._x(q)
        k2, w_2 = self._k_nodes(x * (1 - s[..., None] / (x - q**2)))
        weight = (outer[..., None] * w_q)[..., None] * w_2
        return q[..., None], k2, s[..., None, None], weight, x[..., None]

    def _k_panels(self, bounds: FloatArray) -> Panels:
        _, top = self._summit()
        length = math.log1p(top / self.soft2)
        steps = self.soft2 * np.expm1(
            np.linspace(0, length, max(3, math.ceil(length / 1.2)))
        )
        return _panels(bounds, list(steps[1:-1]), 0.0, top)

    def _largest_k2(self, q: FloatArray) -> FloatArray:
        x = self._x(q)
        return np.asarray(x * (1 - self.s_min / (x - q**2)))

    def _summit(self) -> tuple[float, float]:
        """Return the Q at which the largest K² is reached, and that K²."""
        a, b = math.log(self.low), math.log(self.high)
        q = np.zeros(1)
        for _ in range(8):
            grid = np.linspace(a, b, 101)
            q = np.exp(grid)
            i = int(np.argmax(self._largest_k2(q[1:-1]))) + 1
            a, b = float(grid[i - 1]), float(grid[i + 1])
            q = q[i : i + 1]
        return float(q[0]), float(self._largest_k2(q)[0])

    def _q_range_at(self, k2: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Range of Q at K², by bisection on both sides of the summit."""
        middle = math.log(self._summit()[0])
        ends = []
        for outside in (math.log(self.low), math.log(self.high)):
            out, inside = np.full(k2.shape, outside), np.full(k2.shape, middle)
            for _ in range(50):
                half = (out + inside) / 2
                reached = self._largest_k2(np.exp(half)) >= k2
                out = np.where(reached, out, half)
                inside = np.where(reached, half, inside)
            whole = self._largest_k2(np.exp(out)) >= k2
            ends.append(np.exp(np.where(whole, out, inside)))
        return ends[0], ends[1]
