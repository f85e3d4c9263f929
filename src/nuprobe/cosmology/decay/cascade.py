"""The electromagnetic cascade of one photon in the plasma: a Volterra equation for the
spectra of photons and electrons, from the injected energy downwards.

In the steady state (collisions are faster than the expansion by ten orders) the spectra
N of photons and electrons obey

    Γ_γ(E) N_γ(E) = S(E) + ∫_E dE′ [K_γγ(E, E′) N_γ(E′) + K_γe(E, E′) N_e(E′)]

and the same for electrons and positrons together. Both are expanded in hat functions of
a logarithmic grid whose last node is the injected energy, so that the line is exact and
number and energy are conserved; the equation is then triangular. Soft losses of
electrons in inverse Compton scattering need no finer grid: an electron drifts through a
cell with the mean of the rates at its ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from nuprobe.constants import M_ELECTRON
from nuprobe.cosmology.decay.processes import (
    Medium,
    bethe_heitler,
    bethe_heitler_spectrum,
    compton,
    compton_spectrum,
    inverse_compton,
    pair_production,
    pair_spectrum,
    photon_scattering,
    photon_spectrum_scattered,
)
from nuprobe.numerics import FloatArray, gauss_legendre

__all__ = ["LOWEST", "Cascade", "cascade", "grid", "loss_rate"]

LOWEST: Final = 1.5
"""MeV: the spectrum ends just below the lowest threshold."""
_STEP: Final = 0.04
"""Of ln E on the grid."""
_ORDER: Final = 4
_COMPTON: Final = 64
"""Gaussian points in a cell, and in ln of a scattered photon."""
_SOFT: Final = (1e-6, 120.0)
"""Of u = ε/T in inverse Compton scattering."""


@dataclass(frozen=True, eq=False)
class Cascade:
    """Steady state for one injected photon per unit time and volume.

    Attributes
    ----------
    energy : nodes in MeV, (n,), rising to the injected energy.
    photons, electrons : coefficients of the hat functions at the nodes, 1/MeV, (n,);
        the last one of photons contains the line.
    line : photons that have not yet collided, 1/MeV.
    """

    energy: FloatArray
    photons: FloatArray
    electrons: FloatArray
    line: float


def loss_rate(energy: FloatArray, medium: Medium) -> FloatArray:
    """Collision rate of a photon, MeV.

    Parameters
    ----------
    energy : in MeV, any shape.
    medium : plasma.

    Examples
    --------
    >>> rate = loss_rate(np.array([2.0, 200.0]), Medium(1e-3, 6e-10, 0.25))
    >>> bool(rate[1] > 1e6 * rate[0])
    True
    """
    rate = pair_production(energy, medium) + photon_scattering(energy, medium)
    return rate + compton(energy, medium) + bethe_heitler(energy, medium)


def grid(top: float, refine: int = 1) -> FloatArray:
    """Nodes from `LOWEST` to an energy, an odd number.

    Parameters
    ----------
    top : last node in MeV.
    refine : factor on the number of intervals.

    Examples
    --------
    >>> nodes = grid(2.0)
    >>> nodes.size, float(nodes[-1])
    (17, 2.0)
    """
    half = max(int(np.ceil(np.log(top / LOWEST) / _STEP / 2)), 8)
    nodes = np.geomspace(LOWEST, top, 2 * half * refine + 1)
    nodes[-1] = top
    return nodes


@lru_cache(maxsize=4)
def _soft(step: float) -> FloatArray:
    low, high = np.log(_SOFT)
    return np.exp(np.linspace(low, high, int(np.ceil((high - low) / step)) + 1))


def _deposit(kernel: FloatArray, share: FloatArray, n: int) -> FloatArray:
    """∫ of a spectrum over the hat functions: from its values at Gaussian points of the
    cells, (cells, points, sources), including weights, to (n, sources)."""
    found = np.zeros((n, kernel.shape[-1]))
    found[1:] += (kernel * share[:, :, None]).sum(axis=1)
    found[:-1] += (kernel * (1 - share)[:, :, None]).sum(axis=1)
    return found


def _transfers(
    energy: FloatArray, medium: Medium
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Rates from hat to hat, (n, sources): photons to photons, photons to electrons,
    electrons to photons, electrons to electrons, and losses of electrons (n,)."""
    from nuprobe.cosmology.decay.compiled import scattered

    n = energy.size
    x, w = gauss_legendre(_ORDER)
    share = np.broadcast_to(x, (n - 1, _ORDER))
    width = np.diff(energy)[:, None]
    out = (energy[:-1, None] + width * share)[:, :, None]
    weights = (width * w)[:, :, None]
    below = np.broadcast_to(out <= energy, (n - 1, _ORDER, n))
    where = np.broadcast_to(out, below.shape)[below]
    e = np.broadcast_to(energy, below.shape)[below]
    weight = np.broadcast_to(weights, below.shape)[below]

    def hats(values: FloatArray) -> FloatArray:
        kernel = np.zeros(below.shape)
        kernel[below] = values * weight
        return _deposit(kernel, share, n)

    photons = compton_spectrum(where, e, medium)
    photons = photons + photon_spectrum_scattered(where, e, medium)
    pairs = bethe_heitler_spectrum(where, e, medium)
    pairs = pairs + pair_spectrum(where, e, medium)
    step = np.log(energy[1] / energy[0]) / 3
    soft = _soft(round(step, 12))
    taken, rate = inverse_compton(energy, soft, medium)
    rate = rate * np.log(soft[1] / soft[0])
    made = scattered(energy, energy[:, None] * taken, rate)
    kept = scattered(energy, energy[:, None] * (1 - taken), rate)
    np.fill_diagonal(kept, 0.0)
    cell = energy[:, None] - _below(energy)
    far = energy[:, None] * taken > cell
    hard = np.where(far, rate, 0.0).sum(axis=1)
    drift = np.where(far, 0.0, rate * energy[:, None] * taken / cell).sum(axis=1)
    electrons = hats(pairs) + _struck(energy, medium)
    return hats(photons), electrons, *_along(energy, made, kept, drift, hard)


def _struck(energy: FloatArray, medium: Medium) -> FloatArray:
    """Electrons of Compton scattering, (n, sources). Those with more than the energy of
    the photon (by up to m/2, because of their mass) are counted at that energy."""
    from nuprobe.cosmology.decay.compiled import scattered

    x, w = gauss_legendre(_COMPTON)
    depth = np.log1p(2 * energy / M_ELECTRON)[:, None]
    source = np.broadcast_to(energy[:, None], (energy.size, _COMPTON))
    photon = source * np.exp(-depth * x)
    rate = compton_spectrum(photon, source, medium) * photon * depth * w
    out = np.minimum(source + M_ELECTRON - photon, source)
    return scattered(energy, out, rate)


def _below(energy: FloatArray) -> FloatArray:
    """The node below each, continued with the same ratio below the first, (n, 1)."""
    first = energy[0] ** 2 / energy[1]
    return np.concatenate([[first], energy[:-1]])[:, None]


def _along(
    energy: FloatArray,
    made: FloatArray,
    kept: FloatArray,
    drift: FloatArray,
    hard: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean rates while an electron drifts from a node to the one below, without which
    soft losses would only be accurate to first order in the step: photons produced,
    electrons left over, and the rate at which electrons leave their hat."""
    n = energy.size
    cell = energy - _below(energy)[:, 0]
    half = np.zeros(n)
    half[1:] = drift[1:] / (drift[1:] + hard[1:]) / 2
    before = np.concatenate([drift[:1], drift[:-1]]) * np.concatenate(
        [[1.0], cell[:-1] / cell[1:]]
    )
    mean = drift + half * (before - drift)
    made = made.copy()
    made[:, 1:] += half[1:] * (made[:, :-1] - made[:, 1:])
    kept = kept.copy()
    index = np.arange(1, n)
    kept[index - 1, index] += (mean - drift)[1:]
    return made, kept, mean + hard


def cascade(energy: FloatArray, medium: Medium) -> Cascade:
    """Solve for the spectra.

    Parameters
    ----------
    energy : nodes in MeV, (n,), from `grid`; one photon of the last is injected.
    medium : plasma.

    Returns
    -------
    Cascade

    Examples
    --------
    >>> found = cascade(grid(10.0), Medium(1e-4, 6.1e-10, 0.247))
    >>> bool(np.all(found.photons > 0))
    True
    """
    to_photons, to_electrons, made, kept, left = _transfers(energy, medium)
    n = energy.size
    lost = loss_rate(energy, medium)
    photons, electrons = np.zeros(n), np.zeros(n)
    source_p, source_e = np.zeros(n), np.zeros(n)
    source_p[-1] = 1.0
    for j in range(n - 1, -1, -1):
        a, b = lost[j] - to_photons[j, j], -made[j, j]
        c, d = -to_electrons[j, j], left[j]
        determinant = a * d - b * c
        photons[j] = (d * source_p[j] - b * source_e[j]) / determinant
        electrons[j] = (a * source_e[j] - c * source_p[j]) / determinant
        source_p[:j] += to_photons[:j, j] * photons[j] + made[:j, j] * electrons[j]
        source_e[:j] += to_electrons[:j, j] * photons[j] + kept[:j, j] * electrons[j]
    return Cascade(energy, photons, electrons, float(1 / lost[-1]))
