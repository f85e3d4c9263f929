"""Spin precession in closed form: constant field and matter, and a resonance crossed at
a constant rate."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.constants import ALPHA_EM, M_ELECTRON
from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray, numbers

__all__ = ["BOHR_MAGNETON", "landau_zener", "rabi_probability"]

BOHR_MAGNETON: Final = float(np.sqrt(4 * np.pi * ALPHA_EM)) / (2 * M_ELECTRON)
"""μ_B = e/2m_e in MeV⁻¹: times a field in MeV² it is an energy in MeV."""


@public
def rabi_probability(
    moment: ArrayLike,
    strength: ArrayLike,
    length: ArrayLike,
    splitting: ArrayLike = 0.0,
) -> FloatArray:
    """Probability that the helicity flips in a constant field and constant matter.

    P = (2μB)²/[(2μB)² + Δ²] sin²(√[(2μB)² + Δ²] L/2), and sin²(μBL) for Δ = 0
    (textbook).

    Parameters
    ----------
    moment : μ in Bohr magnetons; all arguments broadcast.
    strength : field across the path in MeV² (``50e3 * gauss``).
    length : of the path, MeV⁻¹ (``1000 * km``).
    splitting : Δ in MeV, the energy of one helicity above that of the other without
        field: √2 G_F (n_e − n_n/2) for ν_eL → ν_eR of one flavour.

    Raises
    ------
    InputError
        If a number is not finite.

    Examples
    --------
    >>> from nuprobe.units import gauss, km
    >>> float(rabi_probability(1e-11, 50e3 * gauss, 1e5 * km).round(4))
    0.9892
    """
    mu, b, path, gap = (
        _finite(what, value)
        for what, value in (
            ("moments", moment),
            ("strengths", strength),
            ("lengths", length),
            ("splittings", splitting),
        )
    )
    with np.errstate(over="ignore", invalid="ignore"):
        twice = 2 * mu * BOHR_MAGNETON * b
        frequency = np.hypot(twice, gap)
        phase = frequency * path / 2
    if not np.all(np.isfinite(phase)):
        raise InputError(
            "moments, strengths, lengths or splittings are too large: the phase is not"
            " finite"
        )
    share = twice / np.where(frequency > 0, frequency, 1.0)
    return np.asarray((share * np.sin(phase)) ** 2)


@public
def landau_zener(
    moment: ArrayLike, strength: ArrayLike, slope: ArrayLike
) -> FloatArray:
    """Probability that the helicity flips at a resonance that is crossed completely.

    1 − exp(−2π (μB)²/|dΔ/dr|), Δ being the energy of one helicity above that of the
    other without field, in the linear approximation (textbook).

    Parameters
    ----------
    moment : μ in Bohr magnetons; all arguments broadcast.
    strength : field at the resonance, MeV².
    slope : dΔ/dr at the resonance in MeV², not 0.

    Raises
    ------
    InputError
        If a number is not finite, or a slope is 0.

    Examples
    --------
    >>> from nuprobe.units import eV, gauss, km
    >>> float(landau_zener(1e-11, 1e5 * gauss, 1e-12 * eV / (1e5 * km)).round(4))
    0.1012
    """
    mu, b, rate = (
        _finite(what, value)
        for what, value in (
            ("moments", moment),
            ("strengths", strength),
            ("slopes", slope),
        )
    )
    if np.any(rate == 0):
        raise InputError(
            "with a slope of 0 there is no resonance crossing: use rabi_probability"
            " for constant matter"
        )
    with np.errstate(over="ignore"):
        exponent = 2 * np.pi * (mu * BOHR_MAGNETON * b) ** 2 / np.abs(rate)
    return np.asarray(-np.expm1(-exponent))


def _finite(what: str, value: ArrayLike) -> FloatArray:
    result = numbers(what, value)
    if not np.all(np.isfinite(result)):
        raise InputError(
            f"{what} must be finite, got {result[~np.isfinite(result)][0]}"
        )
    return result
