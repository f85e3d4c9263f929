"""Yields of isotopes per fission, in cells of neutrino energy, and oscillations in
them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from nuprobe.errors import InputError
from nuprobe.fluxes import Flux
from nuprobe.numerics import FloatArray, panel_nodes
from nuprobe.processes.nuclear import ibd
from nuprobe.units import eV, m

__all__ = ["Bump", "IsotopeYields", "Places", "isotope_yields"]

_PHASE: Final = float(eV**2 * m / 2)
"""Phase Δm²L/2E of 1 eV² over 1 m at 1 MeV."""
_BLOCK: Final = 1024
_ORDER: Final = 6
"""Nodes in each part of a cell."""
_STEP: Final = 0.125
"""Between the nodes of mean cosines, eV² m: phases there are at most 0.18 apart."""
_REACH: Final = 3000.0
"""eV² m, above which a mean cosine is less than 1e-4, over a box of 1 % of the distance
less than 1e-5, and taken as 0."""
_NARROW: Final = 1e-4
"""Boxes narrower than this many eV² m are points."""


@dataclass(frozen=True)
class Bump:
    """A Gaussian excess exp(−(E − centre)²/2width²).

    Attributes
    ----------
    centre, width : in neutrino energy, MeV.
    """

    centre: float
    width: float

    def at(self, e_nu: FloatArray) -> FloatArray:
        """The excess for unit amplitude at energies `e_nu` in MeV."""
        return np.asarray(np.exp(-(((e_nu - self.centre) / self.width) ** 2) / 2))


@dataclass(frozen=True, eq=False)
class Places:
    """Where rates are measured.

    Attributes
    ----------
    baseline : distances in m, shape (rows,).
    spread : half widths in m of the boxes over which they are spread, shape (rows,).
    """

    baseline: FloatArray
    spread: FloatArray


@dataclass(frozen=True, eq=False)
class IsotopeYields:
    """Spectrum times cross section of each isotope, integrated over cells.

    Attributes
    ----------
    isotopes : names.
    energy, width : centre and width of the cells in MeV, shape (cells,).
    weight : cm² per fission, shape (isotopes, cells).
    excess : the same times a bump of unit amplitude.
    """

    isotopes: tuple[str, ...]
    energy: FloatArray
    width: FloatArray
    weight: FloatArray
    excess: FloatArray

    @property
    def total(self) -> FloatArray:
        """Yields in cm² per fission, shape (isotopes,)."""
        return np.asarray(self.weight.sum(axis=1))

    def folded(self, factor: FloatArray) -> FloatArray:
        """Yields times a factor of each cell, `factor` of shape (..., rows, cells), and
        those of the excess: shape (2, ..., rows, isotopes)."""
        return np.stack([factor @ self.weight.T, factor @ self.excess.T])

    @cached_property
    def _means(self) -> tuple[Any, Any]:
        """Yields times cos(Δm² L/2E) as a spline in Δm² L (eV² m), and its integral."""
        from scipy.interpolate import CubicSpline

        nodes = np.arange(0.0, _REACH + 2 * _STEP, _STEP)
        weights = np.concatenate([self.weight, self.excess])
        values = np.empty((nodes.size, len(weights)))
        for start in range(0, nodes.size, _BLOCK):
            part = slice(start, start + _BLOCK)
            per = _PHASE * nodes[part, None] / self.energy
            half = per * (0.5 * self.width / self.energy)
            cells = np.cos(per) * np.sinc(half / np.pi)
            values[part] = cells @ weights.T
        # even in Δm² L
        ends = ((1, np.zeros(len(weights))), "not-a-knot")
        spline = CubicSpline(nodes, values, bc_type=ends)
        return spline, spline.antiderivative()

    def surviving(
        self, dm2: FloatArray, places: Places
    ) -> tuple[FloatArray, FloatArray]:
        """Yields times cos(Δm² L/2E) averaged over energies and boxes, and their
        derivatives in Δm².

        Interpolated: within 2e-6 of the yield where Δm² L is below 100 eV² m, within
        2e-5 (with boxes) above.

        Parameters
        ----------
        dm2 : Δm² in eV², shape (points,).
        places : distances.

        Returns
        -------
        arrays, shape (2, points, rows, isotopes)
            The first half plain, the second times the bump.
        """
        spline, integral = self._means
        centre = np.abs(dm2)[:, None] * places.baseline
        half = np.abs(dm2)[:, None] * places.spread
        box = half > _NARROW
        # boxes extending beyond the nodes contribute nothing more
        low, high = (np.clip(centre + s * half, 0.0, _REACH) for s in (-1, 1))
        ends = [np.where((x < _REACH)[..., None], spline(x), 0.0) for x in (low, high)]
        size = np.where(box, 2 * half, 1.0)[..., None]
        mean = (integral(high) - integral(low)) / size
        edge = (
            (places.baseline + places.spread)[:, None] * ends[1]
            - (places.baseline - places.spread)[:, None] * ends[0]
        ) / size
        square = np.maximum(np.abs(dm2), 1e-300)[:, None, None]
        slope = edge - mean / square
        inside = np.minimum(centre, _REACH)
        alive = (centre < _REACH)[..., None]
        point = np.where(alive, spline(inside), 0.0)
        turn = np.where(alive, spline(inside, 1), 0.0) * places.baseline[:, None]
        value = np.where(box[..., None], mean, point)
        slope = np.where(box[..., None], slope, turn) * np.sign(dm2)[:, None, None]
        n = len(self.isotopes)
        return (
            np.stack([value[..., :n], value[..., n:]]),
            np.stack([slope[..., :n], slope[..., n:]]),
        )

    def cosine(self, dm2: float, places: Places) -> tuple[FloatArray, FloatArray]:
        """cos(Δm² L/2E) averaged over cells and boxes, and its derivative in Δm²,
        shape (rows, cells) each.

        The phase is linear in each cell and in each box, so the averages have a closed
        form, and oscillations too fast for the cells average to zero.

        Parameters
        ----------
        dm2 : Δm² in eV².
        places : distances.
        """
        per = _PHASE * places.baseline[:, None] / self.energy
        value, slope = np.cos(per * dm2), -per * np.sin(per * dm2)
        boxes = (
            per * (0.5 * self.width / self.energy),
            _PHASE * places.spread[:, None] / self.energy,
        )
        for box in boxes:
            x = box * dm2
            factor = np.sinc(x / np.pi)
            small = np.abs(x) < 1e-3
            turn = np.where(
                small, -x / 3, (np.cos(x) - factor) / np.where(small, 1.0, x)
            )
            slope = slope * factor + value * turn * box
            value = value * factor
        return value, slope


def isotope_yields(
    sources: Mapping[str, Flux], form: ibd.Version, cell: float, bump: Bump
) -> IsotopeYields:
    """Fold the spectra of isotopes with the cross section of inverse beta decay.

    Parameters
    ----------
    sources : flux of each single isotope, per fission.
    form : of the cross section.
    cell : width of the cells, MeV.
    bump : shape of the excess.

    Raises
    ------
    InputError
        If a flux has no antineutrinos above the threshold, or has lines.

    Examples
    --------
    >>> import nuprobe as nu
    >>> pure = {"U235": nu.flux("reactor", fractions={"U235": 1.0})}
    >>> found = isotope_yields(pure, "vogel-beacom", 0.1, Bump(5.8, 0.6))
    >>> f"{found.total[0]:.3e}"
    '6.619e-43'
    """
    start = ibd.REACTION.threshold
    ends: set[float] = set()
    for name, source in sources.items():
        for component in source.of("nubar_e"):
            if component.lines:
                raise InputError(f"flux {source.name} of {name} has lines: remove them")
            ends |= {e for e in component.edges if e > start}
    if not ends:
        raise InputError(
            f"the flux of {', '.join(sources)} has no nubar_e above the threshold of"
            f" inverse beta decay, {start:.4f} MeV"
        )
    last = max(ends)
    edges = np.linspace(start, last, max(2, int(np.ceil((last - start) / cell)) + 1))
    # in u = √(E − threshold), where the cross section is smooth
    u, weight = panel_nodes(np.sqrt(np.union1d(edges, sorted(ends)) - start), _ORDER)
    e = start + u**2
    sigma = ibd.total(e, version=form) * 2 * u * weight
    index = np.clip(np.searchsorted(edges, e, side="right") - 1, 0, edges.size - 2)

    def binned(values: FloatArray) -> FloatArray:
        sums = np.bincount(index, values, minlength=edges.size - 1)
        return np.asarray(sums, dtype=float)

    spectra = [source.spectrum("nubar_e", e) * sigma for source in sources.values()]
    excess = bump.at(e)
    return IsotopeYields(
        tuple(sources),
        (edges[1:] + edges[:-1]) / 2,
        np.diff(edges),
        np.array([binned(s) for s in spectra]),
        np.array([binned(s * excess) for s in spectra]),
    )
