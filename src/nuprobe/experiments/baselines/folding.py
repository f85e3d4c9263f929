"""Survival probabilities averaged over distances, energies and the response."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.oscillation import Wave
from nuprobe.units import eV, m

__all__ = ["PhaseFolding", "Segments"]

_PHASE: Final = float(eV**2 * m / 2)  # of 1 eV² over 1 m at 1 MeV: 2 × 1.26693
_STEP: Final = 3e-3  # of the grid in ln(L/E)
_SLOW: Final = 1.0  # phase per step above which a wave is damped
_FAST: Final = 3.0
_BOX: Final = 16  # points of a box of distances, where energies average the waves
_LINES: Final = 16  # with so few energies boxes must resolve every wave
_FASTEST: Final = 100.0  # eV², largest Δm² that they resolve
_MOST: Final = 400


@dataclass(frozen=True, eq=False)
class Segments:
    """Distances from sources to parts of detectors.

    Attributes
    ----------
    baseline : m, shape (segments,).
    weight : relative number of events without oscillations, shape (segments,).
    spreads : half widths in m of boxes over which each distance is spread, shape
        (segments, boxes); 0 for none.
    row : which row of `PhaseFolding.response` a segment has, shape (segments,).
    detector : to which detector it belongs, shape (segments,).
    """

    baseline: FloatArray
    weight: FloatArray
    spreads: FloatArray
    row: NDArray[np.intp]
    detector: NDArray[np.intp]

    def points(self, i: int, phase: float = 0.0) -> tuple[FloatArray, FloatArray]:
        """Distances over which a segment is spread, and their weights.

        Parameters
        ----------
        i : its number.
        phase : of the fastest wave that quadrature must resolve, over 1 m.

        Returns
        -------
        m, shape (points,); relative number of events, shape (points,)
        """
        far, weight = np.array([self.baseline[i]]), np.array([self.weight[i]])
        for half in self.spreads[i]:
            if half:
                count = min(_BOX + int(phase * half / 2), _MOST)
                x, w = gauss_legendre(count)
                far = (far[:, None] + half * (2 * x - 1)).ravel()
                weight = (weight[:, None] * w).ravel()
        return far, weight


@dataclass(frozen=True, eq=False)
class PhaseFolding:
    """Folds functions of L/E into the bins of detectors.

    Oscillations in vacuum depend only on L/E. Its distribution in each bin, over
    distances, energies and the response, is computed once, on a grid of equal steps in
    ln(L/E) to which every contribution is assigned such that cubic polynomials are
    exact; a survival probability is then a single product. Waves of more than a radian
    per step, 300 radians in total, are damped: energy resolution and source sizes
    average them out before.

    Attributes
    ----------
    segments : distances.
    energy : neutrino energies in MeV, shape (energies,).
    weight : events at each of them without oscillations, shape (energies,).
    response : share of each energy, or of each of `subdivide` neighbouring ones, that
        is measured in a bin, shape (rows, bins, energies/subdivide).
    detectors : their number.
    subdivide : energies that share one column of the response.
    """

    segments: Segments
    energy: FloatArray
    weight: FloatArray
    response: FloatArray
    detectors: int
    subdivide: int = 1

    @property
    def constant(self) -> FloatArray:
        """Events without oscillations, shape (detectors, bins)."""
        return np.asarray(self._shares.sum(axis=2))

    def average(self, constant: float, waves: Sequence[Wave]) -> FloatArray:
        """Events weighted with a constant and Σ w cos(Δm² L/2E), shape (detectors,
        bins).

        Parameters
        ----------
        constant : added to the waves.
        waves : terms of the sum.
        """
        x = self.phases
        total = sum(
            (one.weight * np.cos(one.dm2 * x) for one in waves), constant + 0 * x
        )
        return np.asarray(self._shares @ total)

    def folded(self, values: FloatArray) -> FloatArray:
        """Events weighted with functions of L/E.

        Parameters
        ----------
        values : at `phases`, shape (functions, phases).

        Returns
        -------
        array, shape (functions, detectors, bins)
        """
        shape = self._shares.shape
        found = values @ self._shares.reshape(-1, shape[2]).T
        return np.asarray(found.reshape(len(values), *shape[:2]))

    def kept(self, dm2: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Factor on waves at `phases`, 1 or less where they advance by more than a
        radian per step, and its derivative with respect to Δm²; shape (nodes, phases).

        Parameters
        ----------
        dm2 : Δm² in eV², positive, shape (nodes,).
        """
        speed = self.phases * (_STEP / (_FAST - _SLOW))
        fast = np.clip(dm2[:, None] * speed - _SLOW / (_FAST - _SLOW), 0.0, 1.0)
        kept = np.cos(0.5 * np.pi * fast) ** 2
        return kept, -0.5 * np.pi * np.sin(np.pi * fast) * speed

    @cached_property
    def phases(self) -> FloatArray:
        """Δm² L/2E at 1 eV² on the grid, shape (phases,)."""
        first, count = self._ends
        return np.asarray(np.exp(first + _STEP * np.arange(count)))

    @cached_property
    def _ends(self) -> tuple[float, int]:
        """First ln of the phase at 1 eV², and the number of steps of the grid."""
        s = self.segments
        box = s.spreads.sum(axis=1)
        low = np.log(_PHASE * (s.baseline - box).min() / self.energy.max())
        high = np.log(_PHASE * (s.baseline + box).max() / self.energy.min())
        return float(low) - 3 * _STEP, int((high - low) / _STEP) + 8

    @cached_property
    def _shares(self) -> FloatArray:
        """Events by detector, bin and point of the grid."""
        s, count = self.segments, self._ends[1]
        columns = self.response.shape[2]
        result = np.zeros((self.detectors, self.response.shape[1], count))
        whole: dict[tuple[int, int], FloatArray] = {}
        for i in range(len(s.baseline)):
            key = int(s.detector[i]), int(s.row[i])
            dealt = self._dealt(i, columns, count)
            whole[key] = whole[key] + dealt if key in whole else dealt
        for (detector, row), dealt in whole.items():
            result[detector] += self.response[row] @ dealt
        return result

    def _dealt(self, i: int, columns: int, count: int) -> FloatArray:
        """Events of segment `i` on the grid, shape (columns of the response, grid)."""
        few = len(self.energy) <= _LINES
        fastest = _PHASE * _FASTEST / self.energy.min() if few else 0.0
        far, share = self.segments.points(i, fastest)
        place = (np.log(_PHASE * far / self.energy[:, None]) - self._ends[0]) / _STEP
        left = np.floor(place).astype(np.intp)
        t = place - left
        weight = self.weight[:, None] * share
        column = np.repeat(np.arange(columns), self.subdivide)[:, None] * count
        # weights of four neighbours that keep polynomials of third order
        corners = (
            -t * (t - 1) * (t - 2) / 6,
            (t + 1) * (t - 1) * (t - 2) / 2,
            -(t + 1) * t * (t - 2) / 2,
            (t + 1) * t * (t - 1) / 6,
        )
        total = np.zeros(columns * count)
        for k, corner in enumerate(corners):
            index = (column + left + (k - 1)).ravel()
            total += np.bincount(
                index, (weight * corner).ravel(), minlength=columns * count
            )
        return total.reshape(columns, count)
