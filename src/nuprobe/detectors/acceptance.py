"""Acceptance as a function of the reconstructed quantity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray

__all__ = [
    "Acceptance",
    "FullAcceptance",
    "LogisticAcceptance",
    "TableAcceptance",
    "ThresholdAcceptance",
]


class Acceptance(Protocol):
    """Reconstructed quantity → probability to be kept."""

    def __call__(self, x: FloatArray) -> FloatArray:
        """Probability at x."""

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """Places where it is not smooth."""


@quick_methods
@dataclass(frozen=True)
class FullAcceptance:
    """Everything is kept."""

    def __call__(self, x: FloatArray) -> FloatArray:
        """One."""
        return np.ones_like(np.asarray(x, dtype=float))

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """None."""
        return ()


@quick_methods
@dataclass(frozen=True)
class LogisticAcceptance:
    """a / (1 + exp(−k (x − x0))) + offset, 0 where that is negative, times a step
    function.

    Attributes
    ----------
    a, k, x0, offset : height, slope, midpoint and offset; the plateau is a + offset.
    steps : (position, factor) pairs with increasing positions: below the first the
        acceptance is 0, from each position on it is multiplied by that factor; empty
        for no steps.
    """

    a: float
    k: float
    x0: float
    steps: tuple[tuple[float, float], ...] = ()
    offset: float = 0.0

    def __post_init__(self) -> None:
        plateau = self.a + self.offset
        if not (
            self.a > 0
            and 0 < plateau <= 1
            and 0 < self.k < np.inf
            and np.isfinite(self.x0)
            and self.offset < 1
        ):
            raise InputError(
                "a logistic acceptance needs a > 0, 0 < a + offset <= 1, k > 0 and a"
                f" finite x0, got a = {self.a}, k = {self.k}, x0 = {self.x0}, offset ="
                f" {self.offset}"
            )
        positions = [p for p, _ in self.steps]
        if sorted(set(positions)) != positions or any(
            not 0 <= f <= 1 for _, f in self.steps
        ):
            raise InputError(
                "the steps of an acceptance need increasing positions and factors"
                " between 0 and 1"
            )

    def __call__(self, x: FloatArray) -> FloatArray:
        """Probability at x."""
        x = np.asarray(x, dtype=float)
        # no overflow far above the midpoint, no cancellation far below
        value = self.a * np.exp(-np.logaddexp(0.0, -self.k * (x - self.x0)))
        if self.offset:
            value = np.maximum(value + self.offset, 0.0)
        if self.steps:
            factors = np.array([0.0, *(f for _, f in self.steps)])
            value = (
                value
                * factors[np.searchsorted([p for p, _ in self.steps], x, side="right")]
            )
        return np.asarray(value)

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """The positions of the steps, and the point where it becomes positive."""
        zero = (
            ()
            if self.offset >= 0
            else (self.x0 - float(np.log(-self.a / self.offset - 1)) / self.k,)
        )
        return tuple(sorted((*(p for p, _ in self.steps), *zero)))


@quick_methods
@dataclass(frozen=True, eq=False)
class TableAcceptance:
    """Linear between tabulated points, zero below the first and constant above the
    last.

    Attributes
    ----------
    x : increasing values of the variable of the acceptance, shape (n,).
    efficiency : probability to be kept there, shape (n,).
    """

    x: FloatArray
    efficiency: FloatArray

    def __post_init__(self) -> None:
        x, y = np.asarray(self.x, float), np.asarray(self.efficiency, float)
        ordered = (
            x.shape == y.shape
            and x.ndim == 1
            and x.size > 1
            and bool(np.all(np.diff(x) > 0))
        )
        if not ordered or not (np.all((y >= 0) & (y <= 1)) and np.isfinite(x).all()):
            raise InputError(
                "an acceptance table needs increasing positions and efficiencies"
                " between 0 and 1"
            )
        object.__setattr__(self, "x", x)
        object.__setattr__(self, "efficiency", y)

    def __call__(self, x: FloatArray) -> FloatArray:
        """Probability at x."""
        return np.asarray(np.interp(x, self.x, self.efficiency, left=0.0))

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """The tabulated positions."""
        return tuple(map(float, self.x))


@quick_methods
@dataclass(frozen=True)
class ThresholdAcceptance:
    """Another acceptance above a threshold, zero below it.

    Attributes
    ----------
    threshold : of the reconstructed quantity.
    above : the acceptance from there on.
    """

    threshold: float
    above: Acceptance = FullAcceptance()

    def __post_init__(self) -> None:
        if not np.isfinite(self.threshold):
            raise InputError(
                f"a threshold must be a finite number, got {self.threshold}"
            )

    def __call__(self, x: FloatArray) -> FloatArray:
        """Probability at x."""
        x = np.asarray(x, dtype=float)
        return np.where(x < self.threshold, 0.0, self.above(x))

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """The threshold, and those of the other acceptance above it."""
        more = (x for x in self.above.breakpoints if x > self.threshold)
        return (self.threshold, *more)
