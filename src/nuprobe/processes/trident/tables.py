"""Shipped interpolants of the moments: tensor Chebyshev series, compressed by singular
values.

Tables for equal masses (masses scale out: e, μ and τ share them) and for each pair of
different leptons, each in one or two panels of δ. Axes

    u ~ ln(δ + δ0),  δ = (x_max − Q²)/s_min − 1,  δ0 = m₁m₂/s_min,   s_min = (m₁ + m₂)²
    v ~ ln(1 + Q²/m₁²),   m₁ the lighter mass
    w = ln(M/κ),  κ² = m²δ/(1 + δ),   M the mass of a mediator (equal masses only)

Interpolated are the logarithms of the VV and AA moments with their power at threshold
(and Q² for the longitudinal ones) factored out, the ratio VA/(VV + AA), and the
logarithms of the means over K², weighted with the VV moments, of (κ² + M²)/(K² + M²)
and of its square. With logarithms the measured error is a relative one everywhere.

Nothing is extrapolated: outside the range of a table `evaluate` does the integrals.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.constants import M_ELECTRON, M_MUON, M_TAU
from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray
from nuprobe.processes.trident.moments import Orders
from nuprobe.processes.trident.quadrature import direct, weighted

__all__ = ["PLANS", "W_RANGE", "Plan", "Table", "evaluate", "load"]

MASSES: Final = (M_ELECTRON, M_MUON, M_TAU)


# points whose intermediate arrays stay in the cache of the processor
_BLOCK: Final = 256
_MEDIATOR_BLOCK: Final = 128
_FEW: Final = 256  # points


@dataclass(frozen=True)
class Plan:
    """Range and resolution of a table.

    Attributes
    ----------
    masses : lighter and heavier, MeV; (1, 1) for equal masses.
    delta : range of δ.
    q_max : largest Q²/m₁².
    nodes : Chebyshev nodes in u, v and w (0 without mediators).
    orders : quadrature orders of the node values.
    """

    masses: tuple[float, float]
    delta: tuple[float, float]
    q_max: float
    nodes: tuple[int, int, int]
    orders: Orders


_E, _MU, _TAU = MASSES
W_RANGE: Final = (-7.0, 12.0)
"""Range of ln(M/κ)."""
# covers 1 TeV on nucleons and nuclei with |Q| < 10 GeV
PLANS: Final = {
    "equal-low": Plan(
        (1.0, 1.0), (0.0, 30.0), 4e8, (28, 64, 72), Orders(56, 20, 14, 20)
    ),
    "equal-high": Plan(
        (1.0, 1.0), (30.0, 1e10), 4e8, (44, 58, 72), Orders(64, 40, 14, 44)
    ),
    "e-mu-low": Plan((_E, _MU), (0.0, 5.0), 4e8, (28, 84, 0), Orders(26, 22, 10, 24)),
    "e-mu-high": Plan((_E, _MU), (5.0, 7e5), 4e8, (28, 60, 0), Orders(32, 30, 12, 40)),
    "e-tau-low": Plan((_E, _TAU), (0.0, 1.0), 4e8, (28, 72, 0), Orders(26, 22, 10, 24)),
    "e-tau-high": Plan(
        (_E, _TAU), (1.0, 2.5e3), 4e8, (26, 56, 0), Orders(30, 26, 10, 32)
    ),
    "mu-tau": Plan((_MU, _TAU), (0.0, 2.5e3), 1e4, (36, 40, 0), Orders(28, 22, 10, 24)),
}
"""The tables by name."""


@lru_cache(maxsize=8)
def _plans(masses: tuple[float, float]) -> tuple[tuple[str, Plan], ...]:
    """Plans of a pair of masses, by name, lower panel first."""
    return tuple((name, p) for name, p in PLANS.items() if p.masses == masses)


# powers of δ at threshold: phase space gives 4.5, r − 1 one more (and a longitudinal
# photon, for VV of equal masses)
_POWERS: Final = np.array([4.5, 5.5, 5.5, 4.5, 4.5, 4.5])


@dataclass(frozen=True)
class Table:
    """Chebyshev coefficients of one mass pair in one panel of δ.

    Attributes
    ----------
    masses : lighter and heavier, MeV; (1, 1) for equal masses.
    delta, q_max : validity range of δ and of Q²/m₁².
    left, right : coefficients, shape (n_u, r) and (r, functions, n_v).
    mediator : coefficients of the mediator functions, shapes (n_u, r), (r, n_v, p) and
        (p, 12, n_w); None without.
    error, mediator_error : largest relative error measured against the integrals at
        random points of the range.
    axial, axial_error : the same of AA; None without.
    """

    masses: tuple[float, float]
    delta: tuple[float, float]
    q_max: float
    left: FloatArray
    right: FloatArray
    mediator: tuple[FloatArray, FloatArray, FloatArray] | None
    error: float
    mediator_error: float
    axial: tuple[FloatArray, FloatArray, FloatArray] | None = None
    axial_error: float = math.nan

    def axes(self, delta: FloatArray, q2: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Axes u and v mapped to [−1, 1].

        Parameters
        ----------
        delta, q2 : shape (points,); Q² in the units of the masses.
        """
        _, d_0, q_0 = scales(*self.masses)
        low, high = self.delta
        u = (
            2
            * np.log((np.maximum(delta, low) + d_0) / (low + d_0))
            / math.log((high + d_0) / (low + d_0))
            - 1
        )
        v = 2 * np.log1p(q2 / q_0) / math.log1p(self.q_max) - 1
        return u, v

    def logarithms(self, u: FloatArray, v: FloatArray) -> FloatArray:
        """Interpolated functions, shape (functions, points).

        Parameters
        ----------
        u, v : mapped points, shape (points,).
        """
        if u.size > _BLOCK:
            cuts = [slice(i, i + _BLOCK) for i in range(0, u.size, _BLOCK)]
            return np.concatenate([self.logarithms(u[i], v[i]) for i in cuts], axis=1)
        return self.contracted(
            chebyshev(u, self.left.shape[0]), chebyshev(v, self.right.shape[2])
        )

    def contracted(self, of_u: FloatArray, of_v: FloatArray) -> FloatArray:
        """Interpolated functions, shape (functions, points).

        Parameters
        ----------
        of_u, of_v : Chebyshev polynomials, shape (points, more than the table has).
        """
        n_u, n = self.left.shape[0], self.right.shape[2]
        first = of_u[:, :n_u] @ self.left
        second = first @ self.right.reshape(first.shape[1], -1)
        return np.asarray(
            np.matmul(second.reshape(first.shape[0], -1, n), of_v[:, :n, None])[
                ..., 0
            ].T
        )

    def mediator_logarithms(
        self, u: FloatArray, v: FloatArray, w: FloatArray, axial: bool = False
    ) -> FloatArray:
        """Interpolated mediator functions, shape (12, points, masses).

        Parameters
        ----------
        u, v : mapped points, shape (points,).
        w : ln(M/κ), shape (points, masses).
        axial : those of AA instead of VV.
        """
        train = self.axial if axial else self.mediator
        if train is None:
            raise InputError("this table has no mediator functions")
        if u.size > _MEDIATOR_BLOCK:
            cuts = [
                slice(i, i + _MEDIATOR_BLOCK) for i in range(0, u.size, _MEDIATOR_BLOCK)
            ]
            return np.concatenate(
                [self.mediator_logarithms(u[i], v[i], w[i], axial) for i in cuts],
                axis=1,
            )
        a, b, c = train
        first = chebyshev(u, a.shape[0]) @ a
        r, n, p = b.shape
        second = (first @ b.reshape(r, -1)).reshape(-1, n, p)
        third = np.matmul(chebyshev(v, n)[:, None, :], second)[:, 0]
        series = (third @ c.reshape(p, -1)).reshape(-1, 12, c.shape[2])
        low, high = W_RANGE
        basis = chebyshev(
            (2 * (w - low) / (high - low) - 1).ravel(), c.shape[2]
        ).reshape(*w.shape, -1)
        return np.asarray(
            np.moveaxis(np.matmul(series, np.swapaxes(basis, 1, 2)), 1, 0)
        )


def scales(m_1: float, m_2: float) -> tuple[float, float, float]:
    s_min = (m_1 + m_2) ** 2
    return s_min, m_1 * m_2 / s_min, m_1**2


def chebyshev(x: FloatArray, n: int) -> FloatArray:
    """T_0 … T_{n−1} at x in [−1, 1], shape (points, n)."""
    result = np.empty((n, x.size))
    result[0], result[1] = 1.0, x
    known = 1
    while known < n - 1:
        # T_{k+j} = 2 T_k T_j − T_{k−j} doubles the number of known polynomials at each
        # step
        more = min(known, n - 1 - known)
        new = result[known + 1 : known + 1 + more]
        np.multiply(result[1 : 1 + more], 2 * result[known], out=new)
        new -= result[known - more : known][::-1]
        known += more
    return result.T


def chebyshev_roots(n: int) -> FloatArray:
    """Roots of T_n, increasing."""
    return np.asarray(np.cos(np.pi * (np.arange(n)[::-1] + 0.5) / n))


@lru_cache(maxsize=2)
def threshold_powers(equal: bool) -> FloatArray:
    """Powers of δ at threshold of the VV and AA moments, shape (6, 2)."""
    powers = np.stack([_POWERS, _POWERS], axis=1)
    if equal:
        powers[3:, 0] += 1
    return powers


def kappa2_of(delta: FloatArray, m_1: float) -> FloatArray:
    """Scale κ² of the mediator axis: m₁², smaller at threshold, where it bounds K²."""
    return np.asarray(m_1**2 * delta / (1 + delta))


def _k2_max(delta: FloatArray, q2: FloatArray, m_1: float, m_2: float) -> FloatArray:
    return np.asarray((q2 + (m_1 + m_2) ** 2 * (1 + delta)) * delta / (1 + delta))


@lru_cache(maxsize=3 * len(PLANS))
def load(name: str, mediators: bool = True, axial: bool = False) -> Table:
    """Read a shipped table.

    Parameters
    ----------
    name : one of `PLANS`.
    mediators : also the mediator functions, nine tenths of the file.
    axial : also those of AA, which are in a separate file.

    Examples
    --------
    >>> load("equal-low", False).mediator is None
    True
    """
    if axial:
        table = load(name, mediators)
        train, worst = (None, math.nan) if table.mediator is None else _axial(name)
        return replace(table, axial=train, axial_error=worst)
    content = (files("nuprobe.processes.trident") / "data" / f"{name}.npz").read_bytes()
    with np.load(io.BytesIO(content), allow_pickle=False) as data:
        low, high, q_max = (float(x) for x in data["ranges"])
        train = None
        if mediators and "train_u" in data:
            train = (
                data["train_u"].astype(float),
                data["train_v"].astype(float),
                data["train_w"].astype(float),
            )
        m_1, m_2 = (float(x) for x in data["masses"])
        error, other = (float(x) for x in data["errors"])
        return Table(
            (m_1, m_2),
            (low, high),
            q_max,
            data["left"],
            data["right"],
            train,
            error,
            other,
        )


def _axial(name: str) -> tuple[tuple[FloatArray, FloatArray, FloatArray], float]:
    """Functions of AA in a table with mediators, and their error."""
    file = files("nuprobe.processes.trident") / "data" / f"{name}-axial.npz"
    with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as data:
        first, second, third = (data[f"train_{x}"].astype(float) for x in "uvw")
        return (first, second, third), float(data["error"])


def _means(
    table: Table, delta: FloatArray, q2: FloatArray, masses: FloatArray, axial: bool
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Means of 1/(K² + M²) and of its square over VV, or AA if `axial`, for the masses
    that the table covers at all points, shape (2, 6, points, these masses), and their
    indices."""
    kappa2 = kappa2_of(delta, table.masses[0])[:, None]
    w = 0.5 * np.log(masses**2 / kappa2)
    # heavier than the range is fine where K²_max < 1e-8 M²
    contact = _k2_max(delta, q2, *table.masses)[:, None] < 1e-8 * masses**2
    fits = np.full(masses.size, table.mediator is not None)
    fits &= ((w >= W_RANGE[0]) & ((w <= W_RANGE[1]) | contact)).all(0)
    if not fits.any():
        return np.zeros((2, 6, delta.size, 0)), fits
    wide, axes = w[:, fits], table.axes(delta, q2)
    logs = table.mediator_logarithms(*axes, np.minimum(wide, W_RANGE[1]), axial)
    means = np.exp(logs).reshape(2, 6, delta.size, -1)
    # beyond the range, for K² < 1e-8 M², the propagator is just 1/M²
    means = np.where(wide > W_RANGE[1], 1.0, means)
    shrink = 1 / (kappa2 + masses[fits] ** 2)
    return means * np.stack([shrink, shrink**2])[:, None], fits


def _exchanged(
    table: Table,
    at: tuple[FloatArray, FloatArray, float, float],
    base: FloatArray,
    masses: FloatArray,
    axial: bool,
) -> tuple[FloatArray, float]:
    """Moments weighted with propagators, as `evaluate` returns them, at points x_max
    and Q² of one table, from VV and AA there; and the error of the table."""
    x_max, q2, *_ = at
    delta = (x_max - q2) / sum(table.masses) ** 2 - 1
    found = np.zeros((6, weighted(axial), q2.size, masses.size))
    means, fits = _means(table, delta, q2, masses, False)
    error = 0.0
    if fits.any():
        vv, aa = base[:, 0, :, None], base[:, 1, :, None]
        found[:, 0][..., fits], found[:, 2][..., fits] = vv * means[0], vv * means[1]
        error = table.mediator_error
        if axial:
            means, _ = _means(table, delta, q2, masses, True)
            found[:, 3][..., fits], found[:, 4][..., fits] = aa * means
            error = max(error, table.axial_error)
    if not fits.all():
        found[..., ~fits] = direct(*at, masses[~fits], axial=axial)[1]
    return found, error


def _logarithms(
    panels: list[tuple[Table, NDArray[np.intp]]], delta: FloatArray, q2: FloatArray
) -> FloatArray:
    """Interpolated functions at the points of each table, one table after the other."""
    axes = [table.axes(delta[at], q2[at]) for table, at in panels]
    if delta.size >= _FEW:
        parts = [t.logarithms(*pair) for (t, _), pair in zip(panels, axes, strict=True)]
    else:
        # one series for all axes, because calls are more expensive than arithmetic here
        n = max(max(t.left.shape[0], t.right.shape[2]) for t, _ in panels)
        rows = chebyshev(np.concatenate([x for pair in axes for x in pair]), n)
        parts, start = [], 0
        for table, at in panels:
            middle, end = start + at.size, start + 2 * at.size
            parts.append(table.contracted(rows[start:middle], rows[middle:end]))
            start = end
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)


def evaluate(
    x_max: FloatArray,
    q2: FloatArray,
    m_minus: float,
    m_plus: float,
    mediators: FloatArray | None = None,
    *,
    axial: bool = False,
) -> tuple[FloatArray, FloatArray, float]:
    """Moments from the tables where they are valid, from the integrals elsewhere.

    Parameters
    ----------
    x_max, q2 : shape (points,), MeV².
    m_minus, m_plus : masses of ℓ⁻ and ℓ⁺, MeV, from the three charged leptons.
    mediators : masses M of t-channel mediators, MeV, shape (masses,).
    axial : also weight AA.

    Returns
    -------
    moments : shape (6, 3, points), structures VV, AA, VA; zero where the pair cannot be
        produced.
    mediated : shape (6, 3, points, masses): VV and VA weighted with 1/(K² + M²), VV
        with its square; if `axial` (6, 5, points, masses), with AA weighted with both
        behind them.
    error : relative error: the largest of the tables used.

    Examples
    --------
    >>> x, q2, mass = np.array([5e4]), np.array([1e3]), np.array([50.0])
    >>> base, mediated, error = evaluate(x, q2, M_MUON, M_MUON, mass)
    >>> bool(mediated[0, 0, 0, 0] < base[0, 0, 0] / mass[0] ** 2)
    True
    """
    equal = m_minus == m_plus
    unit, pair = (
        (m_minus, (1.0, 1.0))
        if equal
        else (1.0, (min(m_minus, m_plus), max(m_minus, m_plus)))
    )
    x_max, q2 = x_max / unit**2, q2 / unit**2
    masses = np.zeros(0) if mediators is None else mediators / unit
    delta = (x_max - q2) / (pair[0] + pair[1]) ** 2 - 1
    base = np.zeros((6, 3, x_max.size))
    mediated = np.zeros((6, weighted(axial), x_max.size, masses.size))
    rest = delta > 1e-10
    error = 0.0
    panels: list[tuple[Table, NDArray[np.intp]]] = []
    for name, plan in _plans(pair):
        here = rest & (delta <= plan.delta[1]) & (q2 <= plan.q_max * pair[0] ** 2)
        if here.any():
            rest &= ~here
            heavy = masses.size > 0
            table = load(name, True, True) if axial and heavy else load(name, heavy)
            panels.append((table, np.flatnonzero(here)))
            error = max(error, panels[-1][0].error)
    if panels:
        at = np.concatenate([i for _, i in panels]) if panels[1:] else panels[0][1]
        d = delta[at]
        logs = _logarithms(panels, delta, q2)
        even = logs[:12].reshape(6, 2, -1)
        even = np.exp(even + threshold_powers(equal)[..., None] * np.log(d / (1 + d)))
        even[3:] *= q2[at]
        base[:, :2, at] = even
        if not equal:
            base[:, 2, at] = logs[12:] * even.sum(1) * (1 if m_minus < m_plus else -1)
    for table, some in panels if masses.size else ():
        place = x_max[some], q2[some], m_minus / unit, m_plus / unit
        found, worst = _exchanged(table, place, base[:, :2, some], masses, axial)
        mediated[:, :, some] = found
        error = max(error, worst)
    if rest.any():
        base[:, :, rest], mediated[:, :, rest] = direct(
            x_max[rest],
            q2[rest],
            m_minus / unit,
            m_plus / unit,
            masses if masses.size else None,
            axial=axial,
        )
    base *= unit**6
    if masses.size:
        powers = [-2.0, -2.0, -4.0, *([-2.0, -4.0] if axial else [])]
        mediated *= unit**6 * (unit ** np.array(powers))[:, None, None]
    return base, mediated, error
