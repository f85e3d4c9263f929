"""Charge radii of neutrinos: their effect on the weak couplings, and the conventions in
which they are published."""

from __future__ import annotations

import math
from typing import Final, Literal

from numpy.typing import ArrayLike

from nuprobe.constants import ALPHA_EM, G_FERMI, M_W, SIN2_THETA_W_LOW
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.models.base import finite
from nuprobe.numerics import FloatArray
from nuprobe.units import cm2

__all__ = [
    "CHARGE_RADIUS_CONVENTIONS",
    "PHOTON",
    "RADIUS",
    "charge_radius_convention",
    "sin2_theta_w_shift",
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
        Giunti:2014ixa); ``"half"`` for a radius half as large, for which sin²θ_W →
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


def sin2_theta_w_shift(
    charge_radius: ArrayLike,
    coefficient: Literal["alpha", "mw2"] = "alpha",
    sin2_theta_w: float = SIN2_THETA_W_LOW,
) -> FloatArray:
    """Shift of sin²θ_W with the same effect as a diagonal charge radius in
    neutral-current scattering on protons, neutrons and electrons.

    Parameters
    ----------
    charge_radius : ⟨r²⟩ in cm², convention q²⟨r²⟩/6.
    coefficient : ``"alpha"`` for √2πα⟨r²⟩/6G_F, which this package uses; ``"mw2"`` for
        sin²θ_W m_W²⟨r²⟩/3, as the literature often writes (Cadeddu:2018dux). Both agree
        if G_F, m_W and α obey the tree-level relation; with measured values the second
        is 1.075 times the first at 0.23122 and 1.109 times at 0.23863.
    sin2_theta_w : weak mixing angle of ``"mw2"``.

    Returns
    -------
    array
        Shape of `charge_radius`.

    Raises
    ------
    InputError
        If a number is not finite, or the angle not between 0 and 1.
    UnknownNameError
        If the coefficient is unknown.

    Examples
    --------
    >>> both = [sin2_theta_w_shift(-8.2e-33, c) for c in ("alpha", "mw2")]
    >>> [f"{float(shift):.5f}" for shift in both]
    ['-0.00976', '-0.01082']
    """
    radius = finite("a charge radius", charge_radius)
    if not 0 < float(finite("sin2_theta_w", sin2_theta_w)) < 1:
        raise InputError(f"sin2_theta_w must be between 0 and 1, got {sin2_theta_w!r}")
    known = {"alpha": RADIUS / 2, "mw2": sin2_theta_w * M_W**2 * cm2 / 3}
    if coefficient not in known:
        raise UnknownNameError("coefficient of a charge radius", coefficient, known)
    return radius * known[coefficient]
