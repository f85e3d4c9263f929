"""Charge radii of neutrinos: what they add to weak couplings, and the conventions in
which they are published."""

from __future__ import annotations

import math
from typing import Final

from numpy.typing import ArrayLike

from nuprobe.constants import ALPHA_EM, G_FERMI
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.models.base import finite
from nuprobe.numerics import FloatArray
from nuprobe.units import cm2

__all__ = [
    "CHARGE_RADIUS_CONVENTIONS",
    "PHOTON",
    "RADIUS",
    "charge_radius_convention",
]

PHOTON: Final = 2 * math.sqrt(2) * math.pi * ALPHA_EM / G_FERMI
"""Coupling of a neutrino of charge e to a proton, MeV²; the exchange is this over
|q²|."""
RADIUS: Final = math.sqrt(2) * math.pi * ALPHA_EM / (3 * G_FERMI) * cm2
"""Shift of −g_V^p per cm² of charge radius."""

CHARGE_RADIUS_CONVENTIONS: Final[dict[str, float]] = {"giunti": 1.0, "half": 2.0}
"""Factor that turns a charge radius of another convention into that of this package."""


def charge_radius_convention(
    value: ArrayLike, convention: str | None = None
) -> FloatArray:
    """Turn a published charge radius into the convention of this package, F_Q =
    q²⟨r²⟩/6.

    Parameters
    ----------
    value : ⟨r²⟩ as published, any unit.
    convention : ``"giunti"`` for F_Q = q²⟨r²⟩/6 (the limits of Cadeddu:2018dux and
        Giunti:2014ixa); ``"half"`` for a radius half as large, with which sin²θ_W →
        sin²θ_W + (√2πα/3G_F)⟨r²⟩ (TEXONO, LSND and other experiments as published,
        Papoulias:2017qdn, and the listings of the Particle Data Group). There is no
        default: a number without its convention is uncertain by a factor of two.

    Returns
    -------
    array
        In the unit of `value`.

    Raises
    ------
    InputError
        If the convention is missing, or the radius is not finite.
    UnknownNameError
        If it is unknown.

    Examples
    --------
    >>> float(charge_radius_convention(-2.1e-32, "half"))
    -4.2e-32
    """
    if convention is None:
        raise InputError(
            'a charge radius needs its convention: "giunti" (q²⟨r²⟩/6) or "half" (radii'
            " half as large)"
        )
    if not isinstance(convention, str) or convention not in CHARGE_RADIUS_CONVENTIONS:
        raise UnknownNameError(
            "charge-radius convention", convention, CHARGE_RADIUS_CONVENTIONS
        )
    return finite("a charge radius", value) * CHARGE_RADIUS_CONVENTIONS[convention]
