"""Counts with a background measured by control counts: on and off, bin by bin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from math import inf
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.errors import InputError
from nuprobe.inference.costs.base import Cost
from nuprobe.inference.costs.moments import Moments, counts_around, moments_of
from nuprobe.inference.costs.term import Term
from nuprobe.inference.expectations import flexible_bins
from nuprobe.inference.newton import Curve, MovingBins
from nuprobe.inference.protocols import Expectation, Prediction
from nuprobe.numerics import FloatArray

__all__ = ["OnOffCost"]

BoolArray = NDArray[np.bool_]

# keeps steps of nuisances off the end of the range; changes −2 ln L by less than 1e-9
_EDGE: Final = 1e-10
_CHUNK: Final = 8  # bins summed over both counts at a time


class OnOffCost(Term):
    """−2 ln L of counts n = signal + background and of control counts m of that
    background alone, the background b of every bin minimised exactly.

    The cost of a bin is the minimum over b ≥ 0 of

        2 [x + b − n + n ln(n/(x + b))] + 2 [τb − m + m ln(m/(τb))],

    where x is the rest of its expectation and τ the exposure of the control counts over
    that of the data: the on/off problem (Rolke:2004mj, equation unverified). The best b
    solves (1 + τ) b² + ((1 + τ) x − n − m) b − m x = 0; without control counts it is
    max(0, n/(1 + τ) − x). Nuisances keep their pulls Σ(ν_k/σ_k)².

    If both counts are 0 the cost is 2x, and x < 0 makes the data impossible, as in a
    `PoissonCost`; otherwise the background compensates, down to x = −m/τ − 1.

    Parameters
    ----------
    prediction : the expectation µ = x + `nominal`.
    data : counts n, shape (bins,).
    control : counts m of the background alone, shape (bins,).
    nominal : background contained in the prediction, shape (bins,), for display and
        simulation; the cost subtracts it.
    ratio : τ, positive.
    name : shown in messages; that of the prediction if empty.

    Raises
    ------
    InputError
        If shapes do not fit, a count is negative or not finite, or the ratio is not
        positive.

    Examples
    --------
    Anticoincidences of each bin:

    >>> import nuprobe as nu
    >>> csi = nu.experiment("coherent-csi-2017").with_changes(
    ...     {"analyses.energy-time.counted": {"steady-state": "bins"}}
    ... )
    >>> cost = csi.cost(free=["rn"], analysis="energy-time")
    >>> type(cost).__name__, int(cost.control.sum())
    ('OnOffCost', 405)
    """

    linear = 2.0
    positive = True

    def __init__(
        self,
        prediction: Prediction,
        data: ArrayLike,
        control: ArrayLike,
        nominal: ArrayLike,
        ratio: float = 1.0,
        name: str = "",
    ) -> None:
        super().__init__(prediction, data, name)
        self.control = self._bins(control, "control")
        self.nominal = self._bins(nominal, "nominal background")
        for values, what in (
            (self.data, "counts"),
            (self.control, "control counts"),
            (self.nominal, "background counts"),
        ):
            if (values < 0).any():
                bad = int((values < 0).argmax())
                raise InputError(
                    f"{self.name}: bin {bad} has {values[bad]} {what}; counts must"
                    " not be negative"
                )
        if not (ratio > 0 and np.isfinite(ratio)):
            raise InputError(
                f"{self.name}: the exposure of the control counts over that of the data"
                f" must be positive, got {ratio}"
            )
        self.ratio = float(ratio)

    def with_data(self, data: ArrayLike | Sequence[ArrayLike]) -> Cost:
        """Same cost for other `data`, shape (bins,), or followed by control counts, (2
        bins,) or (2, bins)."""
        on, off = self._on_and_off(data)
        return OnOffCost(self.prediction, on, off, self.nominal, self.ratio, self.name)

    def _on_and_off(
        self, data: ArrayLike | Sequence[ArrayLike]
    ) -> tuple[FloatArray, FloatArray]:
        """Counts and control counts; those of this cost if not given."""
        values = np.asarray(data, dtype=float)
        if values.size == 2 * self.n_bins and values.ndim <= 2:
            on, off = values.reshape(2, self.n_bins)
            return on, off
        return values, self.control

    @property
    def measured(self) -> FloatArray:
        """Counts, then control counts, shape (2 bins,)."""
        return np.concatenate([self.data, self.control])

    def _with_all_data(self, data: Sequence[FloatArray]) -> Cost:
        """Data without control counts are expectations; the control counts are then
        also set to their expectations."""
        values = np.asarray(data[0])
        if values.ndim == 1:
            values = np.stack([values, self.ratio * self.nominal])
        return super()._with_all_data([values])

    @cached_property
    def active(self) -> BoolArray:
        """Bins with a part beyond the linear one, shape (bins,)."""
        return (self.data > 0) | (self.control > 0)

    @cached_property
    def spread(self) -> FloatArray:
        """Expected standard deviation of the data, shape (bins,)."""
        both = self.data + self.control / self.ratio**2
        return np.sqrt(np.maximum(both, 1.0))

    @cached_property
    def room(self) -> FloatArray:
        """How far the rest of the expectation may fall below 0, shape (bins,): beyond
        the minimum of the cost of a bin, and 0 without any count."""
        return np.where(self.active, self.control / self.ratio + 1, 0.0)

    def moving(self, e: Expectation, k: list[int], barrier: float = 0.0) -> MovingBins:
        """As `Statistic.moving`, with `e`, `k` and `barrier`, for a shifted x."""
        shifted = replace(e, base=e.base - self.nominal + self.room)
        bins = super().moving(shifted, k, barrier)
        bins.curve = self._curve(self.used(e, barrier), barrier, self.room)
        return bins

    def moved(self, mu: FloatArray, after: FloatArray, use: BoolArray) -> FloatArray:
        """As `Statistic.moved`, with `mu`, `after` and `use`."""
        result = mu.copy()
        result[:, use] = after + (self.nominal - self.room)[use]
        return result

    def curve(self, use: BoolArray, barrier: float) -> Curve:
        """As `Statistic.curve`, with `use` and `barrier`."""
        return self._curve(use, barrier, self.nominal)

    def _curve(self, use: BoolArray, barrier: float, shift: FloatArray) -> Curve:
        """The same for y = x + `shift`, (bins,)."""
        n, m, by, tau = self.data[use], self.control[use], shift[use], self.ratio
        width = (self.nominal * (1 + 1 / tau))[use]
        counted = self.active[use]

        def slope(y: FloatArray, out: FloatArray) -> FloatArray:
            slopes = on_off_slope(y - by, n, m, tau) - self.linear
            out[...] = np.where(counted, slopes - _EDGE / y, -2 * barrier / y)
            return out

        def curvature(y: FloatArray, slope: FloatArray, out: FloatArray) -> FloatArray:
            bend = on_off_curvature(y - by, n, m, tau)
            return np.where(counted, bend + _EDGE / y**2, 2 * barrier / y**2)

        def expected(y: FloatArray, slope: FloatArray, out: FloatArray) -> FloatArray:
            return np.divide(2.0, np.maximum(y - by + width, 1e-3), out=out)

        some = np.concatenate([n[n > 0], m[m > 0], [barrier] if barrier else []])
        return Curve(
            slope=slope,
            curvature=curvature,
            expected=expected,
            floor=max(1e-10, float(some.min(initial=inf if use.any() else 1.0))),
        )

    def value(self, mu: FloatArray) -> FloatArray:
        """As `Statistic.value` at `mu`."""
        x = mu - self.nominal
        impossible = self._impossible(x).any(axis=1)
        each = on_off_value(x, self.data, self.control, self.ratio)
        return np.where(impossible, inf, each.sum(axis=1))

    def slope(self, mu: FloatArray, barrier: FloatArray) -> FloatArray:
        """As `Statistic.slope` at `mu`, with `barrier`."""
        x = mu - self.nominal
        slopes = on_off_slope(x, self.data, self.control, self.ratio)
        pseudo = np.where(self.active | (x <= 0), 0.0, barrier)
        slopes -= 2 * np.divide(pseudo, x, out=np.zeros_like(x), where=pseudo > 0)
        return np.where(self._impossible(x), inf, slopes)

    def _impossible(self, x: FloatArray) -> BoolArray:
        """Bins in which no background makes the data possible, shape of `x`; x = 0
        without counts is possible."""
        return np.asarray(np.where(self.active, x <= -self.room, x < 0))

    def possible_rigid(self, e: Expectation) -> bool:
        """As `Statistic.possible_rigid`, with `e`."""
        bad = self._impossible(e.base - self.nominal) & ~flexible_bins(e)
        return not bad.any()

    def information(self, mu: FloatArray) -> FloatArray:
        """As `Statistic.information` at `mu`: the variance of n − m/τ is in it."""
        variance = mu + self.nominal / self.ratio
        return np.divide(2.0, variance, out=np.zeros_like(mu), where=variance > 0)

    def draw(self, mu: FloatArray, rng: np.random.Generator) -> FloatArray:
        """As `Statistic.draw` at `mu`, by `rng`: data and control counts, (2, bins)."""
        both = np.stack([mu, self.ratio * self.nominal])
        return rng.poisson(both).astype(float)

    def moments(self, mu: FloatArray) -> Moments:
        """As `Statistic.moments` at `mu`: sums over both counts, with the background of
        each bin minimised for every outcome."""
        pieces = [
            self._moments(mu[i : i + _CHUNK], self.nominal[i : i + _CHUNK])
            for i in range(0, len(mu), _CHUNK)
        ]
        return Moments.behind(pieces)

    def _moments(self, mu: FloatArray, nominal: FloatArray) -> Moments:
        off = self.ratio * nominal
        seen = mu > 0
        n, _, p = counts_around(np.where(seen, mu, 1.0))
        m, _, q = counts_around(np.where(off > 0, off, 1.0))
        m, q = (np.where(off[:, None] > 0, a, b) for a, b in ((m, 0.0), (q, 0.0)))
        q[off <= 0, 0] = 1.0
        on, control = n[:, :, None], m[:, None, :]
        x = (mu - nominal)[:, None, None]
        root = np.sqrt(mu + nominal / self.ratio)[:, None, None]
        value = on_off_value(x, on, control, self.ratio)
        slope = on_off_slope(x, on, control, self.ratio) * root / 2
        chance = p[:, :, None] * q[:, None, :]
        flat = (len(mu), -1)
        return moments_of(
            value.reshape(flat), (slope**2).reshape(flat), chance.reshape(flat), seen
        )

    def possible(self, mu: FloatArray) -> bool:
        """As `Statistic.possible` at `mu`."""
        return bool((mu >= 0).all())

    def arrays(self) -> tuple[FloatArray, ...]:
        """As `Statistic.arrays`."""
        return (self.data, self.control, self.nominal, np.array([self.ratio]))


def best_background(
    x: FloatArray, n: FloatArray, m: FloatArray, ratio: float
) -> FloatArray:
    """The background that maximises the likelihood of the counts, ≥ 0 and ≥ −x.

    Parameters
    ----------
    x : the rest of the expectation.
    n, m : counts and control counts, of shapes that broadcast with `x`.
    ratio : exposure of the control counts over that of the data.

    Examples
    --------
    Without signal all counts tell of the background:

    >>> best_background(np.array([0.0]), np.array([4.0]), np.array([5.0]), 2.0)
    array([3.])
    """
    total = 1 + ratio
    q = total * x - n - m
    root = np.sqrt((total * x - n + m) ** 2 + 4 * n * m)
    direct = (root - q) / (2 * total)
    # avoids cancellation for large x
    far = np.divide(2 * m * x, q + root, out=np.zeros_like(root), where=q + root > 0)
    return np.asarray(np.where(q > 0, far, direct))


def on_off_value(
    x: FloatArray,
    n: FloatArray,
    m: FloatArray,
    ratio: float,
    best: FloatArray | None = None,
) -> FloatArray:
    """Cost of bins at the best background.

    Parameters
    ----------
    x, n, m, ratio : as in `best_background`.
    best : the best background, if known.

    Examples
    --------
    Nothing is lost where both counts agree:

    >>> on_off_value(np.array([0.0]), np.array([4.0]), np.array([8.0]), 2.0)
    array([0.])
    """
    b = best_background(x, n, m, ratio) if best is None else best
    on = _likelihood_ratio(x + b, n)
    off = _likelihood_ratio(ratio * b, m)
    # the best background is 0 without counts
    return np.where((n > 0) | (m > 0), on + off, 2 * x)


def _likelihood_ratio(mu: FloatArray, n: FloatArray) -> FloatArray:
    some = (n > 0) & (mu > 0)
    log = np.log(np.divide(mu, n, out=np.ones(np.broadcast(mu, n).shape), where=some))
    return np.asarray(2 * (mu - n - n * log))


def on_off_slope(
    x: FloatArray,
    n: FloatArray,
    m: FloatArray,
    ratio: float,
    best: FloatArray | None = None,
) -> FloatArray:
    """Derivative of the cost of bins in x; that at fixed background, by the envelope.

    Parameters
    ----------
    x, n, m, ratio : as in `best_background`.
    best : the best background, if known.

    Examples
    --------
    >>> on_off_slope(np.array([0.0]), np.array([4.0]), np.array([8.0]), 2.0)
    array([0.])
    """
    b = best_background(x, n, m, ratio) if best is None else best
    one = np.ones(np.broadcast(b, n, m).shape)
    counted = 2 - 2 * np.divide(n, x + b, out=0 * one, where=(n > 0) & (x + b > 0))
    # without counts the background may have to compensate a negative x
    held = 2 * np.divide(m, b, out=(1 + ratio) * one, where=(m > 0) & (b > 0)) - (
        2 * ratio
    )
    return np.where(n > 0, counted, held)


def on_off_curvature(
    x: FloatArray,
    n: FloatArray,
    m: FloatArray,
    ratio: float,
    best: FloatArray | None = None,
) -> FloatArray:
    """Second derivative of the cost of bins in x.

    Parameters
    ----------
    x, n, m, ratio : as in `best_background`.
    best : the best background, if known.

    Examples
    --------
    Variances of both counts add:

    >>> on_off_curvature(np.array([0.0]), np.array([4.0]), np.array([4.0]), 1.0)
    array([0.25])
    """
    b = best_background(x, n, m, ratio) if best is None else best
    shape = np.broadcast(b, n, m).shape
    variance = np.zeros(shape)
    for mean, counts in ((x + b, n), (b, m)):
        # a bin without counts has no curvature away from its limit
        loose = np.where(mean > 1e-12 * (1 + np.abs(x)), inf, 0.0)
        rest = np.array(np.broadcast_to(loose, shape))
        variance += np.divide(mean**2, counts, out=rest, where=counts > 0)
    return np.divide(2.0, variance, out=np.zeros(shape), where=variance > 0)
