"""Spectrum of the photons injected by a decay, and the disintegrations they cause."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from nuprobe.border import public
from nuprobe.constants import HBAR_MEV_S, HBARC_MEV_CM, M_ELECTRON
from nuprobe.cosmology.decay.cascade import LOWEST, Cascade, cascade, grid, loss_rate
from nuprobe.cosmology.decay.disintegration import cross_sections
from nuprobe.cosmology.decay.processes import Medium
from nuprobe.cosmology.nucleosynthesis import baryon_to_photon
from nuprobe.errors import ComputationError, InputError
from nuprobe.numerics import FloatArray, gauss_legendre, number
from nuprobe.reprs import readable

__all__ = [
    "COLDEST",
    "HIGHEST",
    "HOTTEST",
    "PhotonSpectrum",
    "cutoff",
    "photon_spectrum",
    "strengths",
]

HIGHEST: Final = 1000.0
"""MeV: muons and hadrons of harder photons are not followed."""
HOTTEST: Final = 0.01
"""MeV: above, pairs of the plasma count, and nuclei still burn."""
COLDEST: Final = 1e-6
"""MeV: below, electrons recombine."""
_WORST: Final = 0.05
_FINER: Final = (4, 8)
_POINTS: Final = 8  # of a Gaussian rule in a cell
_C: Final = HBARC_MEV_CM / HBAR_MEV_S  # cm/s


@readable
@dataclass(frozen=True, eq=False)
class PhotonSpectrum:
    """Photons present per injected photon per second.

    Attributes
    ----------
    energy : in MeV, (n,), rising to the injected energy.
    density : dN/dE in s/MeV, (n,), without the line.
    line : photons of the injected energy that have not collided, s.
    electrons : dN/dE of electrons and positrons in s/MeV, (n,).
    temperature : of the plasma in MeV.
    error : largest relative difference that a finer grid makes to the rates of
        disintegration.
    strengths : for each of `DISINTEGRATIONS`, disintegrations of one nucleus per
        injected photon per cm³, in cm³, (17,).
    """

    energy: FloatArray
    density: FloatArray
    line: float
    electrons: FloatArray
    temperature: float
    error: float
    strengths: FloatArray

    @property
    def cutoff(self) -> float:
        """E_C = m²/22T in MeV, above which pairs are produced on the black body."""
        return cutoff(self.temperature)

    def universal(self) -> FloatArray:
        """Return the universal spectrum of the cascade at the energies, s/MeV (n,).

        Berezinskii's shape E^−1.5 up to m²/80T and E^−2 up to E_C with the energy
        injected, over the rate of collisions (Kawasaki:1994sc, Cyburt:2002uv).
        """
        low, top = M_ELECTRON**2 / (80 * self.temperature), self.cutoff
        size = self.energy[-1] / (low**2 * (2 + np.log(top / low)))
        shape = size * (low / self.energy) ** np.where(self.energy < low, 1.5, 2.0)
        rate = loss_rate(self.energy, self._medium) / HBAR_MEV_S
        return np.where(self.energy <= top, shape / rate, 0.0)

    @property
    def _medium(self) -> Medium:
        return Medium(self.temperature, self._eta, self._y_p)

    _eta: float = 0.0
    _y_p: float = 0.0


@public
def cutoff(temperature: float) -> float:
    """E_C = m²/22T, above which photons produce pairs on the black body, in MeV.

    Parameters
    ----------
    temperature : in MeV.

    Raises
    ------
    InputError
        If the temperature is not positive.

    Examples
    --------
    >>> round(cutoff(1e-3), 2)
    11.87
    """
    if not number("temperature", temperature) > 0:
        raise InputError(f"temperature must be positive (MeV), got {temperature:g}")
    return float(M_ELECTRON**2 / (22 * temperature))


@public
def photon_spectrum(
    energy: float, temperature: float, *, omega_b: float = 0.02242, y_p: float = 0.247
) -> PhotonSpectrum:
    """Spectrum of photons in the plasma while photons of one energy are injected.

    Parameters
    ----------
    energy : of the injected photons, 1.5 to 1000 MeV.
    temperature : of the plasma in MeV, 1e-6 to 0.01.
    omega_b : Ω_b h².
    y_p : helium mass fraction of baryons.

    Returns
    -------
    PhotonSpectrum

    Raises
    ------
    InputError
        Outside these ranges.
    ComputationError
        If a finer grid changes the rates of disintegration by more than 5 %.

    Examples
    --------
    >>> found = photon_spectrum(2.0, 1e-3)
    >>> found.error < 1e-3
    True
    """
    top = number("energy", energy)
    if not 1.01 * LOWEST <= top <= HIGHEST:
        raise InputError(
            f"the energy of the photons must lie between {1.01 * LOWEST:g} and"
            f" {HIGHEST:g} MeV, got {top:g}"
        )
    t = number("temperature", temperature)
    if not COLDEST <= t <= HOTTEST:
        raise InputError(
            f"temperature must lie between {COLDEST:g} MeV (electrons recombine) and"
            f" {HOTTEST:g} MeV (nuclei still burn), got {t:g}"
        )
    if not 0 <= number("y_p", y_p) < 1:
        raise InputError(f"y_p must lie between 0 and 1, got {y_p:g}")
    return _spectrum(float(top), float(t), baryon_to_photon(omega_b), float(y_p))


def _spectrum(top: float, t: float, eta: float, y_p: float) -> PhotonSpectrum:
    medium = Medium(t, eta, y_p)
    coarse, fine = cascade(grid(top), medium), cascade(grid(top, 2), medium)
    best, error = _extrapolated(coarse, fine)
    # at the onset of pair production on the thermal tail, absorption is too steep for
    # the first grid
    for refine in _FINER:
        if error < _WORST:
            break
        coarse, fine = fine, cascade(grid(top, refine), medium)
        best, error = _extrapolated(coarse, fine)
    if not error < _WORST:
        raise ComputationError(
            f"the spectrum of photons at T = {t:.4g} MeV is not resolved: a finer grid"
            f" changes rates by {error:.1%}"
        )
    a, b = (_density(c, "photons") for c in (coarse, fine))
    density = np.maximum(b[::2] + (b[::2] - a) / 3, 0.0) * HBAR_MEV_S
    electrons = _density(fine, "electrons")[::2] * HBAR_MEV_S
    line = fine.line * HBAR_MEV_S
    sizes = best * HBAR_MEV_S * _C
    return PhotonSpectrum(
        coarse.energy, density, line, electrons, t, error, sizes, eta, y_p
    )


def _extrapolated(coarse: Cascade, fine: Cascade) -> tuple[FloatArray, float]:
    """Strengths extrapolated to zero step, and the largest relative change."""
    found = _sections(fine.energy) @ fine.photons
    rough = _sections(coarse.energy) @ coarse.photons
    best = np.maximum(found + (found - rough) / 3, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.where(best > 0, np.abs(found / best - 1), 0.0)
    return best, float(off.max())


def _sections(energy: FloatArray) -> FloatArray:
    """Cross sections averaged over the hats of the photons, (17, n), the last at the
    energy of the line.

    Their values at the nodes would be off by a tenth where few photons are left above a
    threshold: what counts then is how far it is to the next node.
    """
    x, w = gauss_legendre(_POINTS)
    cell = np.diff(energy)
    section = cross_sections((energy[:-1, None] + cell[:, None] * x).ravel())
    section = section.reshape(-1, cell.size, _POINTS) * cell[:, None]
    mean = np.zeros((section.shape[0], energy.size))
    mean[:, 1:] += section @ (w * x)
    mean[:, :-1] += section @ (w * (1 - x))
    mean[:, 0] /= cell[0] / 2
    mean[:, 1:-1] /= (cell[1:] + cell[:-1]) / 2
    mean[:, -1:] = cross_sections(energy[-1:])
    return mean


def _density(found: Cascade, name: str) -> FloatArray:
    """Coefficients of hats over their widths, without the line; the last value, half a
    hat of particles that have hardly lost energy, is extrapolated linearly."""
    e = found.energy
    width = np.empty_like(e)
    width[1:-1] = (e[2:] - e[:-2]) / 2
    width[0], width[-1] = (e[1] - e[0]) / 2, (e[-1] - e[-2]) / 2
    values = getattr(found, name) / width
    values[-1] = 2 * values[-2] - values[-3]
    values[0] = values[1] ** 2 / values[2]
    return np.asarray(values)


@lru_cache(maxsize=4096)
def strengths(top: float, t: float, eta: float, y_p: float) -> tuple[FloatArray, float]:
    """Disintegrations of a nucleus per injected photon per cm³, in cm³, (17,), and
    their relative error.

    Parameters
    ----------
    top : energy of the photons in MeV.
    t : temperature in MeV.
    eta : baryons per photon.
    y_p : helium mass fraction of baryons.

    Examples
    --------
    >>> strengths(2.0, 1e-3, 6.1e-10, 0.247)[0].shape
    (17,)
    """
    found = _spectrum(top, t, eta, y_p)
    return found.strengths, found.error
