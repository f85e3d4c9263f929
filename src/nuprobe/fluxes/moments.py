"""Moments of a spectrum above a limit, which are all that elastic scattering needs from
a flux.

Where a kernel is a polynomial in 1/E, Σ_n a_n(T) E⁻ⁿ, the integral over the flux is
Σ_n a_n(T) ∫_{E_min(T)} φ(E) E⁻ⁿ dE. The moments depend on neither nucleus nor model,
and all limits come from one pass over the spectrum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError, shown
from nuprobe.numerics import FloatArray, gauss_legendre, numbers

__all__ = ["FluxMoments"]

_BLOCK: Final = 2**15
"""Nodes processed at a time, so that their powers stay in cache."""
_SHARES: Final = (1 / 256, 1 / 64, 1 / 16, 1 / 4)
"""Shares of a panel up to which 1/6, 1/4, 1/3 and 1/2 of its nodes suffice."""
_LOWEST: Final = 1e-14
"""Fraction of the highest energy at which the ladder begins."""
_STEEP: Final = 1.05
_RUNG: Final = 1.25
"""Ratio of energies over which six nodes integrate E⁻² to 1e-14."""


class _Line(Protocol):
    @property
    def energy(self) -> float: ...
    @property
    def intensity(self) -> float: ...


class _Spectrum(Protocol):
    """What moments need of a `FluxComponent`."""

    @property
    def lines(self) -> Sequence[_Line]: ...
    @property
    def density(self) -> Callable[[FloatArray], FloatArray] | None: ...
    @property
    def edges(self) -> tuple[float, ...]: ...
    @property
    def order(self) -> int: ...
    @property
    def polynomial(self) -> tuple[int, int] | None: ...
    @property
    def e_max(self) -> float: ...


def _ladder(low: float, high: float) -> FloatArray:
    """Energies in steps of `_RUNG`, so that E⁻ⁿ is smooth between two of them."""
    low = max(low, _LOWEST * high)
    rungs = int(np.ceil(np.log(high / low) / np.log(_RUNG))) if low < high else 0
    return np.asarray(low * (high / low) ** (np.arange(1, rungs) / max(rungs, 1)))


@public
@quick_methods
@dataclass(frozen=True, eq=False)
class FluxMoments:
    """∫ φ(E) f_i(E) E⁻ⁿ dE above any limit, lines included.

    Attributes
    ----------
    component : the spectrum φ, a `FluxComponent`.
    powers : the n, not negative, in the order of the last axis of what a call returns.
    functions : E (MeV, any shape) → the f_i, shape (*E.shape, i), such as oscillation
        factors; None for 1.
    refine : multiplies the number of nodes per panel; compare two values for an error
        estimate.

    Raises
    ------
    InputError
        For a power that is negative or not whole.

    Examples
    --------
    The number of neutrinos above 30 MeV, and their mean of 1/E (per MeV):

    >>> import nuprobe as nu
    >>> delayed = nu.flux("sns").of("nu_e")[0]
    >>> number, inverse = FluxMoments(delayed, (0, 1))([30.0])[0, 0]
    >>> float(number), float(inverse / number)
    (0.0463..., 0.0260...)
    """

    component: _Spectrum
    powers: tuple[int, ...]
    functions: Callable[[FloatArray], FloatArray] | None = None
    refine: int = 1

    def __post_init__(self) -> None:
        if any(not isinstance(n, int) or n < 0 for n in self.powers):
            raise InputError(
                "powers of 1/E must be non-negative integers, got"
                f" {', '.join(map(str, self.powers))}"
            )
        if not isinstance(self.refine, int) or self.refine < 1:
            raise InputError(
                f"refine must be a positive integer, got {shown(self.refine)}"
            )

    def __call__(self, e_min: ArrayLike) -> FloatArray:
        """Moments above each limit.

        Parameters
        ----------
        e_min : lower limits in MeV, any shape.

        Returns
        -------
        array, shape (*e_min.shape, functions, powers)
            In neutrinos per unit of the flux times MeV⁻ⁿ; functions is 1 without any.
        """
        low = numbers("limits in MeV", e_min)
        if np.isnan(low).any():
            raise InputError("limits in MeV must not be NaN")
        flat = low.ravel()
        result = self._lines(flat)
        if self.component.density is not None and flat.size:
            result += self._continuum(flat)
        return result.reshape(*low.shape, *result.shape[1:])

    def _continuum(self, low: FloatArray) -> FloatArray:
        """Moments of the continuum: pieces between sorted limits and knots, summed
        from above."""
        edges = np.array(self.component.edges)
        start = np.clip(low, edges[0], edges[-1])
        polynomial = self.component.polynomial
        if (
            polynomial is not None
            and self.functions is None
            and max(self.powers, default=0) <= polynomial[0]
        ):
            # φ E⁻ⁿ is also a polynomial, which this number of points integrates exactly
            points = polynomial[1] // 2 + 1
            return self._between(start, np.full(start.shape, edges[-1]), points)
        lowest = start.min()
        ladder = _ladder(float(lowest), float(edges[-1]))
        knots = np.unique(np.concatenate([start, edges[edges > lowest], ladder]))
        left, right = knots[:-1], knots[1:]
        panel = np.searchsorted(edges, left, "right") - 1
        nodes = self._nodes((right - left) / (edges[panel + 1] - edges[panel]))
        with np.errstate(divide="ignore"):
            steep = right / left > _STEEP
        nodes = np.where(steep, np.maximum(nodes, 6 * self.refine), nodes)
        pieces = np.zeros((knots.size, self._width, len(self.powers)))
        for n in np.unique(nodes):
            rows = np.flatnonzero(nodes == n)
            for block in np.array_split(rows, 1 + rows.size * int(n) // _BLOCK):
                pieces[block] = self._between(left[block], right[block], int(n))
        above = np.cumsum(pieces[::-1], axis=0)[::-1]
        return np.asarray(above[np.searchsorted(knots, start)])

    def _nodes(self, share: FloatArray) -> NDArray[np.int64]:
        """Nodes for a share of a panel.

        Where `order` nodes resolve a whole panel, fewer do for a part of it: the
        function's nearest singularity, in units of the part's width, is further away.
        """
        full = self.component.order * self.refine
        least = min(full, 4 * self.refine)
        fewer = [max(least, -(-full // part)) for part in (6, 4, 3, 2, 1)]
        return np.asarray(np.array(fewer)[np.searchsorted(_SHARES, share)])

    @cached_property
    def _width(self) -> int:
        """Number of functions."""
        if self.functions is None:
            return 1
        return int(self.functions(np.array([self.component.e_max])).shape[-1])

    def _between(self, left: FloatArray, right: FloatArray, n: int) -> FloatArray:
        """Integrals from `left` to `right`, each inside one panel, with n nodes."""
        density = self.component.density
        assert density is not None  # callers
        x, w = gauss_legendre(n)
        width = (right - left)[:, None]
        e = left[:, None] + width * x
        return self._summed(e, density(e) * (width * w))

    def _lines(self, low: FloatArray) -> FloatArray:
        lines = self.component.lines
        energy = np.array([line.energy for line in lines])
        number = np.array([line.intensity for line in lines])
        weight = np.where(low[:, None] <= energy, number, 0.0)
        return self._summed(np.broadcast_to(energy, weight.shape), weight)

    def _summed(self, e: FloatArray, weight: FloatArray) -> FloatArray:
        """Σ weight f_i(e) e⁻ⁿ over the last axis, (limits, functions, powers)."""
        if self.functions is None:
            weights = weight[:, None, :]
        else:
            weights = np.swapaxes(self.functions(e), -1, -2) * weight[:, None, :]
        result = np.empty((*weights.shape[:2], len(self.powers)))
        inverse = 1 / e if any(self.powers) else e
        for column, n in enumerate(self.powers):
            result[..., column] = (
                weights.sum(-1)
                if n == 0
                else (weights @ (inverse**n)[:, :, None])[..., 0]
            )
        return result
