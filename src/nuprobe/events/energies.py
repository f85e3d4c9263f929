"""Energies of a flux in short bins, and cross sections between two energies."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np

from nuprobe.fluxes import FluxComponent
from nuprobe.numerics import FloatArray, barycentric_matrix, chebyshev_nodes

__all__ = ["Interpolant", "energy_bins"]

# largest step of ln E over which flux times cross section is taken as constant
_STEP: Final = 0.02
_NODES: Final = 40  # points of a cross section in ln E


class Interpolant:
    """Cross section over E² interpolated in ln E between two energies; zero below.

    Parameters
    ----------
    sigma : cross section, any unit, at energies in MeV, shape (energies,).
    low, high : ends, MeV.
    """

    def __init__(
        self, sigma: Callable[[FloatArray], FloatArray], low: float, high: float
    ) -> None:
        self.grid = chebyshev_nodes(math.log(low), math.log(high * (1 + 1e-9)), _NODES)
        energies = np.exp(self.grid)
        self.low, self.values = low, sigma(energies) / energies**2

    def __call__(self, e: FloatArray) -> FloatArray:
        """Cross section at energies `e` (MeV), same shape."""
        log = np.clip(np.log(np.maximum(e, self.low)), self.grid[0], self.grid[-1])
        value = np.maximum(barycentric_matrix(self.grid, log) @ self.values, 0.0) * e**2
        return np.where(e >= self.low, value, 0.0)


def _cut(edges: FloatArray) -> FloatArray:
    """Divide the intervals between edges (MeV) into equal steps of ln E, none longer
    than `_STEP`."""
    floor = edges[-1] * 1e-6  # a flux may begin at 0
    low, high = np.maximum(edges[:-1], floor), edges[1:]
    parts = np.array(
        [
            max(1, math.ceil(math.log(b / a) / _STEP)) if b > floor else 1
            for a, b in zip(low.tolist(), high.tolist(), strict=True)
        ]
    )
    last = np.cumsum(parts) - 1
    where = np.repeat(np.arange(parts.size), parts)
    i = np.arange(where.size) - (last - parts)[where]
    start = np.log10(low)
    step = (np.log10(high) - start) / parts
    points = 10.0 ** (i * step[where] + start[where])
    points[last] = high
    return np.concatenate([edges[:1], points])


def energy_bins(component: FluxComponent, low: float) -> FloatArray:
    """Divide a continuum above `low` into short bins in which it is linear.

    Parameters
    ----------
    component : of a flux, with a continuum.
    low : MeV.

    Returns
    -------
    array, shape (bins, 4): low end and width (MeV), flux times width at the low end,
    and its rise over the bin.

    Examples
    --------
    >>> from nuprobe.fluxes import tabulated
    >>> flat = tabulated("flat", "nu_mu", [100.0, 200.0], [1.0, 1.0])
    >>> float(energy_bins(flat, 150.0)[:, 2].sum())  # half of the flux
    50.0
    """
    edges = np.array(
        [
            max(low, component.edges[0]),
            *(e for e in component.edges if e > max(low, component.edges[0])),
        ]
    )
    points = _cut(edges)
    width = np.diff(points)
    quarter, three_quarters = (
        component.continuum(points[:-1] + f * width) * width for f in (0.25, 0.75)
    )
    start = 1.5 * quarter - 0.5 * three_quarters
    rise = 2 * (three_quarters - quarter)
    return np.stack([points[:-1], width, start, rise], axis=-1)
