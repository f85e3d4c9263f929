"""Solar neutrinos through the Earth at night.

Densities are the polynomials of the Preliminary Reference Earth Model in the radius
(Dziewonski:1981xy; checked by the resulting mass and moment of inertia of the Earth),
with 0.4656 electrons per nucleon in the core (iron) and 0.4957 in the mantle
(unverified; silicates).

On a chord, two mass states evolve through short pieces of constant density. The
distribution of nadir angles follows from the latitude of the detector, averaged over
the year on a circular orbit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.constants import G_FERMI, HBARC_MEV_CM
from nuprobe.errors import InputError
from nuprobe.numerics import (
    FloatArray,
    barycentric_matrix,
    chebyshev_nodes,
    number,
    numbers,
)
from nuprobe.units import eV, km

__all__ = ["EARTH_RADIUS", "EarthModel", "night_exposure"]

EARTH_RADIUS: Final = 6371.0
"""km, of the reference model."""

_SHELLS: Final[tuple[tuple[float, tuple[float, ...], float], ...]] = (
    (1221.5, (13.0885, 0.0, -8.8381), 0.4656),
    (3480.0, (12.5815, -1.2638, -3.6426, -5.5281), 0.4656),
    (5701.0, (7.9565, -6.4761, 5.5283, -3.0807), 0.4957),
    (5771.0, (5.3197, -1.4836), 0.4957),
    (5971.0, (11.2494, -8.0298), 0.4957),
    (6151.0, (7.1089, -3.8045), 0.4957),
    (6346.6, (2.6910, 0.6924), 0.4957),
    (6356.0, (2.9,), 0.4957),
    (6371.0, (2.6,), 0.4957),
)
"""Outer radius (km), polynomial of r/R (g/cm³), electrons per nucleon. Water above the
crust is omitted."""

_OUTER: Final = np.array([shell[0] for shell in _SHELLS])
_AVOGADRO: Final = 6.02214076e23
_POTENTIAL: Final = float(np.sqrt(2) * G_FERMI * HBARC_MEV_CM**3 * _AVOGADRO)
_TILT: Final = 23.44
_PIECE: Final = 80.0  # km, the longest: oscillation lengths are some 300 km
_NADIRS: Final = 360
_STEP: Final = 0.04  # step of ln k between cached values
_KEPT: Final = 32  # cached values per block
_MIXINGS: Final = 12
_C13: Final = 0.978
_BLOCK: Final = 16_384  # chords times energies per block


def density(radius: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Density (g/cm³) and electrons per nucleon at a radius.

    Parameters
    ----------
    radius : km, any shape, at most that of the Earth.

    Examples
    --------
    >>> density(np.array([0.0, 6000.0]))[0].round(2)
    array([13.09,  3.53])
    """
    place = np.minimum(np.searchsorted(_OUTER, radius), len(_OUTER) - 1)
    x = np.asarray(radius) / EARTH_RADIUS
    rho = np.choose(place, [np.polynomial.Polynomial(s[1])(x) for s in _SHELLS])
    return np.asarray(rho), np.array([s[2] for s in _SHELLS])[place]


def night_exposure(latitude: float) -> tuple[FloatArray, FloatArray]:
    """Cosines of the nadir angle of the Sun at night, and the fraction of night time
    spent at each.

    Parameters
    ----------
    latitude : degrees.

    Returns
    -------
    arrays, shape (360,)
        Middles of equal bins of the cosine, and shares that sum to 1.

    Examples
    --------
    >>> cosines, shares = night_exposure(0.0)  # at the equator the Sun passes below
    >>> bool(shares[-1] > 0), round(float(shares.sum()), 6)
    (True, 1.0)
    """
    value = number("the latitude in degrees", latitude)
    if not -90 <= value <= 90:
        raise InputError(f"a latitude must lie between -90 and 90 degrees, got {value}")
    return _exposure(value)


@lru_cache(maxsize=16)
def _exposure(latitude: float) -> tuple[FloatArray, FloatArray]:
    season = 2 * np.pi * (np.arange(720) + 0.5) / 720
    hour = 2 * np.pi * (np.arange(1440) + 0.5) / 1440
    tilt, at = np.radians(_TILT), np.radians(latitude)
    declination = np.arcsin(np.sin(tilt) * np.sin(season))[:, None]
    height = np.sin(at) * np.sin(declination) + np.cos(at) * np.cos(
        declination
    ) * np.cos(hour)
    edges = np.linspace(0.0, 1.0, _NADIRS + 1)
    counts, _ = np.histogram(-height, edges)
    return (edges[1:] + edges[:-1]) / 2, counts / counts.sum()


@public
@quick_methods
@dataclass(frozen=True)
class EarthModel:
    """The Earth between the Sun and a detector at some latitude.

    Attributes
    ----------
    latitude : of the detector, degrees.

    Examples
    --------
    >>> earth = EarthModel(36.43)
    >>> earth.regeneration(10.0, 0.307, 7.5e-5).round(2)
    array([0.01])
    """

    latitude: float

    def __post_init__(self) -> None:
        night_exposure(self.latitude)

    def regeneration(
        self,
        e_nu: ArrayLike,
        sin2_12: float,
        dm2_21: float,
        sin2_13: float = 0.022,
    ) -> FloatArray:
        """f = P(ν₂ → ν_e) − sin²θ₁₂, averaged over the nights of a year.

        Parameters
        ----------
        e_nu : energies in MeV, shape (n,).
        sin2_12, dm2_21, sin2_13 : mixing, and Δm²₂₁ in eV².

        Returns
        -------
        array, shape (n,)
        """
        e = np.atleast_1d(numbers("energies in MeV", e_nu))
        wave = np.ravel(dm2_21 * eV**2 / (2 * e))
        found = _nights(self.latitude, wave, sin2_12, 1 - sin2_13)
        return np.asarray((found - sin2_12).reshape(e.shape))

    def interpolated(
        self,
        e_nu: FloatArray,
        sin2_12: FloatArray,
        dm2_21: FloatArray,
        sin2_13: FloatArray,
    ) -> FloatArray:
        """`regeneration` of many points from cached values, to about 5e-4: f is
        a spline of ln(Δm²/E), a polynomial of sin²θ₁₂ and proportional to cos²θ₁₃.

        Parameters
        ----------
        e_nu : energies in MeV, shape (m,).
        sin2_12, dm2_21, sin2_13 : mixing, and Δm²₂₁ in eV², shape (n,).

        Returns
        -------
        array, shape (n, m)
        """
        log = np.log(dm2_21[:, None] / e_nu)
        first = int(np.floor(log.min() / _STEP / _KEPT)) if log.size else 0
        last = int(np.floor((log.max() / _STEP + 1) / _KEPT)) if log.size else 0
        mixing = barycentric_matrix(chebyshev_nodes(0.0, 1.0, _MIXINGS), sin2_12)
        values = _spline(self.latitude, first, last)(log)
        found = np.einsum("nmj,nj->nm", values, mixing)
        return np.asarray(found * ((1 - sin2_13) / _C13)[:, None])


@lru_cache(maxsize=64)
def _spline(latitude: float, first: int, last: int) -> Any:
    """f over ln(Δm²/E) through the values of some blocks, for all mixings."""
    from scipy.interpolate import CubicSpline

    table = np.concatenate([_kept(latitude, block) for block in range(first, last + 1)])
    return CubicSpline(_STEP * (first * _KEPT + np.arange(len(table))), table)


@lru_cache(maxsize=64)
def _kept(latitude: float, block: int) -> FloatArray:
    """f at values of ln(Δm²/E) in eV²/MeV and all mixings, shape (32, 12)."""
    log = _STEP * (block * _KEPT + np.arange(_KEPT))
    wave, mixing = np.meshgrid(
        np.exp(log) * eV**2 / 2, chebyshev_nodes(0.0, 1.0, _MIXINGS), indexing="ij"
    )
    result = _nights(latitude, wave.ravel(), mixing.ravel(), _C13)
    return np.asarray(result.reshape(wave.shape) - mixing)


def chord(
    cosine: ArrayLike,
    wave: FloatArray,
    sin2_12: ArrayLike,
    c13: float,
    piece: float = _PIECE,
) -> FloatArray:
    """P(ν₂ → ν_e) along chords.

    The evolution is a unit quaternion, 1 − i v·σ for short times; that of the second
    half of a chord is the transpose of the first.

    Parameters
    ----------
    cosine : of nadir angles that cross the same shells, a number or shape (g,).
    wave : Δm²/2E in MeV, shape (n,).
    sin2_12 : mixing, a number or shape (n,).
    c13 : cos²θ₁₃, which multiplies the potential.
    piece : length in km of the longest piece of constant density.

    Returns
    -------
    array, shape (g, n), or (n,) for a number

    Examples
    --------
    >>> chord(0.5, np.array([1.0]), 0.3, 1.0).round(3)  # far too fast to be changed
    array([0.3])
    """
    lengths, potentials = _pieces(np.atleast_1d(cosine), piece)
    s12 = np.broadcast_to(np.asarray(sin2_12, dtype=float), wave.shape)
    off, vacuum = wave * np.sqrt(s12 * (1 - s12)), wave * (1 - 2 * s12) / 2
    shape = (len(lengths), wave.size)
    w, x, y, z = np.ones(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for length, potential in zip(lengths.T, potentials.T, strict=True):
        along = c13 * potential[:, None] / 2 - vacuum
        size = np.hypot(along, off)
        turned = size * length[:, None]
        c, s = np.cos(turned), np.sin(turned) / size
        a, b = s * off, s * along
        w, x, y, z = (
            c * w - a * x - b * z,
            c * x + a * w - b * y,
            c * y + b * x - a * z,
            c * z + b * w + a * y,
        )
    whole = w**2 - x**2 + y**2 - z**2
    across, beside = 2 * (w * x - y * z), 2 * (w * z + x * y)
    found = whole**2 * s12 + (beside * np.sqrt(s12) + across * np.sqrt(1 - s12)) ** 2
    return np.asarray(found[0] if np.ndim(cosine) == 0 else found)


def _pieces(cosine: FloatArray, piece: float) -> tuple[FloatArray, FloatArray]:
    """Lengths (MeV⁻¹) and mean potentials (MeV) of pieces of half a chord, from the
    surface inwards, each (chords, pieces)."""
    nearest = EARTH_RADIUS * np.sqrt(np.maximum(1 - cosine**2, 0.0))[:, None]
    radii = _OUTER[nearest.max() < _OUTER]
    crossed = np.sqrt(radii**2 - nearest**2)
    inner = np.concatenate([np.zeros_like(nearest), crossed[:, :-1]], axis=1)
    lengths, potentials = [], []
    for start, end in zip(inner.T[::-1], crossed.T[::-1], strict=True):
        number = max(2, int(np.ceil((end - start).max() / piece)))
        width = ((end - start) / number)[:, None]
        middle = end[:, None] - width * (np.arange(number) + 0.5)
        # two Gauss points in each piece
        at = middle[..., None] + width[..., None] * np.array([-0.5, 0.5]) / np.sqrt(3)
        rho, electrons = density(np.hypot(at, nearest[..., None]))
        lengths.append(np.broadcast_to(width * km, middle.shape))
        potentials.append(_POTENTIAL * (rho * electrons).mean(axis=-1))
    return np.concatenate(lengths, axis=1), np.concatenate(potentials, axis=1)


def _nights(
    latitude: float, wave: FloatArray, sin2_12: ArrayLike, c13: float
) -> FloatArray:
    """P(ν₂ → ν_e) averaged over the nights of a year, (n,), for `wave` and mixing."""
    cosines, shares = night_exposure(latitude)
    cosines, shares = cosines[shares > 0], shares[shares > 0]
    nearest = EARTH_RADIUS * np.sqrt(1 - cosines**2)
    shells = np.searchsorted(_OUTER, nearest, side="right")
    result = np.zeros(wave.size)
    for shell in np.unique(shells):
        own = np.flatnonzero(shells == shell)
        for part in np.array_split(own, max(1, own.size * wave.size // _BLOCK)):
            if part.size:
                result += shares[part] @ chord(cosines[part], wave, sin2_12, c13)
    return result
