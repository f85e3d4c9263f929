"""Mediator terms of a flux average: the flux is folded once for all mediator masses.

A mediator multiplies each moment of VV by the mean of 1/(K² + M²), or of its square,
which is a smooth, purely leptonic function g(δ, Q²; M). The flux, the currents and the
integral over Q² define a measure in (δ, Q²) that is independent of M. Its Chebyshev
moments are computed once; with the values of g on a grid, shared by all beams and
targets, they give the result for any mass in one product.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.numerics import FloatArray
from nuprobe.processes.trident.tables import (
    PLANS,
    W_RANGE,
    chebyshev,
    chebyshev_roots,
    kappa2_of,
    load,
)

__all__ = ["FluxMeasure"]

_NOTHING: Final = 1e-10  # fraction of VV that may lie below the smallest δ of a grid
_TINY: Final = 1e-13  # fraction of VV below which a point is dropped
_CONTACT: Final = 1e-6  # K²/M² below which a propagator is taken as 1/M²
_ANCHORS: Final = tuple(np.linspace(W_RANGE[0], W_RANGE[0] + 3, 13))
"""ln(M/κ) in the tables that fix the form below them."""
_DIVERGING: Final = (0, 1, 2)
"""Moments of AA whose distribution of K² begins with a constant."""
_LIGHTEST: Final = -40.0
"""Smallest ln(M/κ) of the continuation: 1e-4 accurate to −14; errors of the
tables grow with it."""
_DROPPED: Final = 4  # coefficients, to measure the error
_BLOCK: Final = 1024  # points


@dataclass(frozen=True)
class _Box:
    """Range of a grid, in units of the lepton's mass: δ uniform in its logarithm, Q² in
    that of 1 + Q²."""

    table: str
    delta: tuple[float, float]
    q2: float

    @property
    def nodes(self) -> tuple[int, int]:
        """Nodes in δ and Q², with equal resolution in every e-fold."""
        span = math.log(self.delta[1] / self.delta[0])
        return 15 + round(2.2 * span), 13 + round(3.2 * math.log1p(self.q2))

    def mapped(
        self, delta: FloatArray, q2: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Both axes between −1 and 1."""
        low, high = self.delta
        u = 2 * np.log(np.maximum(delta, low) / low) / math.log(high / low) - 1
        return u, 2 * np.log1p(q2) / math.log1p(self.q2) - 1

    def points(self) -> tuple[FloatArray, FloatArray]:
        """δ and Q² of the nodes."""
        n_u, n_v = self.nodes
        low, high = self.delta
        share = (chebyshev_roots(n_u) + 1) / 2
        delta = low * np.exp(share * math.log(high / low))
        share = (chebyshev_roots(n_v) + 1) / 2
        return delta, np.expm1(share * math.log1p(self.q2))


@lru_cache(maxsize=8)
def _propagators(box: _Box, masses: tuple[float, ...], axial: bool) -> FloatArray:
    """Means of 1/(K² + M²) and of its square on the grid of a box, for each moment of
    VV, or AA if `axial`, shape (2, 6, δ, Q², masses)."""
    table, mass = load(box.table, True, axial), np.array(masses)
    train = table.axial if axial else table.mediator
    assert train is not None  # equal masses
    a, b, c = train
    delta, q2 = box.points()
    u, _ = table.axes(delta, np.zeros(delta.size))
    _, v = table.axes(np.full(q2.size, delta[0]), q2)
    of_v = np.tensordot(chebyshev(v, b.shape[1]), b, (1, 1))
    third = np.tensordot(chebyshev(u, a.shape[0]) @ a, of_v, (1, 1))
    series = third.reshape(-1, c.shape[0]) @ c.reshape(c.shape[0], -1)
    kappa2 = kappa2_of(delta, 1.0)[:, None]
    w = 0.5 * np.log(mass**2 / kappa2)
    low, high = W_RANGE
    series = series.reshape(delta.size, -1, c.shape[2])
    logs = np.matmul(series, np.swapaxes(_basis(np.clip(w, low, high), c), 1, 2))
    means = np.exp(logs).reshape(delta.size, q2.size, 2, 6, mass.size)
    means = np.where((w > high)[:, None, None, None], 1.0, means)
    if w.min() < low:
        ends = np.exp(series @ _basis(np.array(_ANCHORS), c).T)
        ends = ends.reshape(delta.size, q2.size, 2, 6, -1)
        for power in range(2):
            for moment in range(6):
                steep = axial and power == 1 and moment in _DIVERGING
                light = _continued(w, ends[:, :, power, moment], steep)
                known = means[:, :, power, moment]
                known[...] = np.where((w < low)[:, None], light, known)
    shrink = 1 / (kappa2 + mass**2)
    means[:, :, 0] *= shrink[:, None, None]
    means[:, :, 1] *= (shrink**2)[:, None, None]
    return np.ascontiguousarray(means.transpose(2, 3, 0, 1, 4))


def _basis(w: FloatArray, train: FloatArray) -> FloatArray:
    """Chebyshev polynomials of the last axis of the tables, shape (*w.shape, n)."""
    low, high = W_RANGE
    at = 2 * (w - low) / (high - low) - 1
    return chebyshev(at.ravel(), train.shape[2]).reshape(*w.shape, -1)


def _continued(w: FloatArray, ends: FloatArray, steep: bool) -> FloatArray:
    """Means below the tables, where the mass is small compared with any K², from their
    asymptotic form.

    The distribution of K² is smooth at K² = 0 and starts as K² for vector currents,
    whose divergence vanishes, and with a constant for some moments of axial ones. So
    the means are α + βw + (γ + δw) e^{2w}, with w = ln(M/κ), up to e^{4w}, and that of
    the square of the propagator in those is `steep`: αe^{−2w} + β + γw + δw e^{2w}.

    Parameters
    ----------
    w : shape (δ, masses).
    ends : means at `_ANCHORS`, shape (δ, Q², anchors).
    steep : whether it is the mean of the squared propagator.

    Returns
    -------
    array, shape (δ, Q², masses)
    """

    def form(at: FloatArray) -> FloatArray:
        e = np.exp(2 * at)
        flat = np.ones_like(at)
        parts = [1 / e, flat, at, at * e] if steep else [flat, at, e, at * e]
        return np.stack(parts, axis=-1)

    anchors = np.array(_ANCHORS)
    # scaled so that least squares compares quantities of similar size
    size = np.exp(2 * anchors) if steep else np.ones_like(anchors)
    numbers = (ends * size) @ np.linalg.pinv(form(anchors) * size[:, None]).T
    return np.asarray(numbers @ np.swapaxes(form(w), 1, 2))


@lru_cache(maxsize=32)
def _to_coefficients(n: int) -> FloatArray:
    """Matrix from values at the roots to Chebyshev coefficients."""
    matrix = 2 / n * chebyshev(chebyshev_roots(n), n).T
    matrix[0] /= 2
    return matrix


def _round(value: float, up: bool) -> float:
    """Next power of 10, so that beams and targets share grids."""
    power = math.log10(value)
    return float(10.0 ** (math.ceil(power) if up else math.floor(power)))


@dataclass
class FluxMeasure:
    """VV, or AA, of a flux average, resolved in δ and Q².

    Parameters
    ----------
    mass : of the two equal leptons, MeV.
    weights : of the energies, for each component of the flux, shape (components,
        energies).
    rougher : weights of fewer energies, to measure the error, same shape.
    axial : whether it is AA.
    """

    mass: float
    weights: FloatArray
    rougher: FloatArray
    axial: bool = False
    _pieces: list[tuple[FloatArray, ...]] = field(default_factory=list)

    def add(
        self,
        number: float,
        which: NDArray[np.intp],
        q2: FloatArray,
        x_max: FloatArray,
        parts: FloatArray,
    ) -> None:
        """Add the contribution of a current to VV or AA.

        Parameters
        ----------
        number : of such currents.
        which : indices of the energies, shape (n,).
        q2, x_max : MeV², shape (n, nodes).
        parts : VV and AA by moment, shape (6, 2, n, nodes).
        """
        parts = parts[:, 1 if self.axial else 0]
        q2, x_max = q2 / self.mass**2, x_max / self.mass**2
        delta = (x_max - q2) / 4 - 1
        live = (parts != 0).any(0) & (delta > 1e-10)
        energy = np.broadcast_to(which[:, None], q2.shape)[live]
        self._pieces.append((delta[live], q2[live], number * parts[:, live], energy))

    def _points(self) -> tuple[FloatArray, ...]:
        delta, q2, energy = (
            np.concatenate([piece[i] for piece in self._pieces]) for i in (0, 1, 3)
        )
        parts = np.concatenate([piece[2] for piece in self._pieces], axis=1)
        return delta, q2, parts, energy.astype(int)

    def fits(self, masses: Sequence[float]) -> NDArray[np.bool_]:
        """Which masses (MeV) the tables cover.

        Parameters
        ----------
        masses : shape (masses,).
        """
        mass = np.array(masses) / self.mass
        delta, q2, *_ = self._points()
        plans = [p for p in PLANS.values() if p.masses == (1.0, 1.0)]
        if not delta.size:
            return np.zeros(mass.shape, dtype=bool)
        if delta.max() > max(p.delta[1] for p in plans) / 10 or q2.max() > min(
            p.q_max / 10 for p in plans
        ):
            return np.zeros(mass.shape, dtype=bool)
        # κ is largest at large δ; the contact limit is hardest at small δ, where κ² ~ δ
        heavy = (_round(float(q2.max()) + 1, True) + 8) / math.exp(2 * W_RANGE[1])
        contact = heavy < _CONTACT
        top = math.exp(W_RANGE[1]) * math.sqrt(float(kappa2_of(delta.min(), 1.0)))
        good = mass > math.exp(_LIGHTEST)
        return np.asarray(good & (contact | (mass < top)))

    def terms(self, masses: tuple[float, ...]) -> tuple[FloatArray, FloatArray]:
        """VVc and cc of mediators, or AAd and dd.

        Parameters
        ----------
        masses : MeV, all of which `fits`.

        Returns
        -------
        sums, errors : shape (components, masses, 2), cm² MeV⁻² and MeV⁻⁴ times the
            unit of the weights.
        """
        delta, q2, parts, energy = self._points()
        scaled = tuple(m / self.mass for m in masses)
        weights, change = (
            self.weights[:, energy],
            (self.weights - self.rougher)[:, energy],
        )
        size = np.abs(weights).sum(0) * np.abs(parts).sum(0)
        much = size > _TINY * size.sum()
        delta, q2, size, parts = delta[much], q2[much], size[much], parts[:, much]
        weights, change = weights[:, much], change[:, much]
        order = np.argsort(delta)
        below = np.cumsum(size[order]) <= _NOTHING * size.sum()
        low = _round(float(delta[order][np.argmin(below)]), False)
        q_top = _round(float(q2.max()) + 1, True)
        sums = np.zeros((2, len(weights), len(masses)))
        errors, shifts = sums.copy(), sums.copy()
        for name, plan in PLANS.items():
            if plan.masses != (1.0, 1.0):
                continue
            first, last = max(low, plan.delta[0]), plan.delta[1]
            here = (delta <= last) & ((delta > plan.delta[0]) | (plan.delta[0] == 0))
            # the contribution below the smallest δ is negligible
            if not here.any() or first >= last:
                continue
            top = max(float(delta[here].max()), 1.1 * first)
            box = _Box(name, (first, min(last, _round(top, True))), q_top)
            at = box.mapped(delta[here], q2[here])
            values = _propagators(box, scaled, self.axial)
            products = _products(
                box, at, parts[:, here], weights[:, here], change[:, here], values
            )
            for t, (total, grid_error, shift) in enumerate(products):
                sums[t] += total
                errors[t] += grid_error
                # relative to one box alone it would be large; the kernels of both
                # together are smooth
                shifts[t] += shift
        errors += np.abs(shifts)
        # in units of the lepton's mass until here
        units = np.array([self.mass**-2, self.mass**-4])[:, None, None]
        return (
            np.moveaxis(sums * units, 0, -1),
            np.moveaxis(errors * units, 0, -1),
        )


def _products(
    box: _Box,
    at: tuple[FloatArray, FloatArray],
    parts: FloatArray,
    weights: FloatArray,
    change: FloatArray,
    values: FloatArray,
) -> list[tuple[FloatArray, FloatArray, FloatArray]]:
    """Sums for VVc and cc over the points of one box, errors of the grid, and the
    effect of a `change` of the weights, each of shape (components, masses)."""
    n_u, n_v = box.nodes
    few = 2 * n_u // 3, 2 * n_v // 3
    rows, count = len(weights), at[0].size
    moments = np.zeros((n_u, 6 * rows * n_v))
    changes = np.zeros((few[0], 6 * rows * few[1]))
    for start in range(0, count, _BLOCK):
        block = slice(start, start + _BLOCK)
        of_u, of_v = chebyshev(at[0][block], n_u), chebyshev(at[1][block], n_v)
        weighted = (weights[None, :, block] * parts[:, None, block]).reshape(
            6 * rows, -1
        )
        moments += of_u.T @ (weighted.T[:, :, None] * of_v[:, None]).reshape(
            len(of_v), -1
        )
        weighted = (change[None, :, block] * parts[:, None, block]).reshape(
            6 * rows, -1
        )
        changes += of_u[:, : few[0]].T @ (
            weighted.T[:, :, None] * of_v[:, None, : few[1]]
        ).reshape(len(of_v), -1)
    by_row = moments.reshape(n_u, 6, rows, n_v).transpose(2, 1, 0, 3)
    moved = changes.reshape(few[0], 6, rows, few[1]).transpose(2, 1, 0, 3)
    tails = by_row.copy()
    tails[..., : n_u - _DROPPED, : n_v - _DROPPED] = 0.0
    to_u, to_v = _to_coefficients(n_u), _to_coefficients(n_v)
    grids = [to_u.T @ m @ to_v for m in (by_row, tails)]
    grids.append(to_u[: few[0]].T @ moved @ to_v[: few[1]])
    flat = np.stack(grids).reshape(3 * rows, -1)
    result = []
    for value in values:
        found, tail, shift = (flat @ value.reshape(flat.shape[1], -1)).reshape(
            3, rows, -1
        )
        result.append((found, np.abs(tail), shift))
    return result
