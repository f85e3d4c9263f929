"""Screening, in the plasma, of the photon exchanged between neutrinos and e±.

Without a plasma the number of soft scatterings diverges as ∫d|t|/|t|. Static charges
are screened at the Debye mass m_D, and how to implement this in the cross section is a
choice; without the full propagator of the hot plasma, the choices differ by about 1 in
a logarithm of about 5:

    debye    1/|t| → |t|/(|t| + m_D²)²     the screened Coulomb potential
    linear   1/|t| → 1/(|t| + m_D²)        one factor of two screened; the whole bracket
                                           of the cross section takes the weight
    cut      |t| > m_D²
    talk     |t| > |t_m|, t_m = −2m(√(m² + m_D²) − m) (the talk; Vassh:2015yza)
    none     bare; finite for energy exchange alone

|t_m| is the transfer to an electron at rest from a photon of momentum m_D: m_D² for a
heavy electron, 2 m m_D for a light one, so that in a hot plasma, where electrons are
not at rest, it cuts off too little (0.44 m_D² at 10 MeV).
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import numpy as np

from nuprobe.constants import M_ELECTRON
from nuprobe.errors import UnknownNameError
from nuprobe.numerics import FloatArray

__all__ = [
    "SCREENINGS",
    "Screening",
    "ScreeningName",
    "checked_screening",
    "smallest_transfer",
    "weight",
]

Screening = Literal["debye", "talk", "cut", "linear"]
ScreeningName = Literal["none", "debye", "talk", "cut", "linear"]
SCREENINGS: Final[tuple[Screening, ...]] = get_args(Screening)


def checked_screening(screening: str, bare: bool = False) -> None:
    """Reject an unknown screening.

    Parameters
    ----------
    screening : its name.
    bare : whether ``"none"`` is allowed.

    Examples
    --------
    >>> checked_screening("debye")
    """
    if screening == "none" and not bare:
        raise UnknownNameError(
            "screening",
            screening,
            SCREENINGS,
            "Without screening the number of soft scatterings is infinite.",
        )
    if screening not in get_args(ScreeningName):
        raise UnknownNameError(
            "screening", screening, get_args(ScreeningName)[1 - bare :]
        )


def smallest_transfer(
    mass2: FloatArray | float, screening: ScreeningName, m: float = M_ELECTRON
) -> FloatArray:
    """Smallest |t| in MeV² for prescriptions with a cut, 0 for the others.

    Parameters
    ----------
    mass2 : m_D² in MeV² (or in the square of the unit of `m`).
    screening : its name.
    m : mass of the electron.

    Examples
    --------
    >>> float(smallest_transfer(0.04, "cut"))
    0.04
    """
    squared = np.asarray(mass2, dtype=float)
    if screening == "cut":
        return squared
    if screening == "talk":
        # 2m(√(m² + m_D²) − m) without the cancellation
        return 2 * m * squared / (np.sqrt(m * m + squared) + m)
    return np.zeros_like(squared)


def weight(
    t: FloatArray,
    mass2: FloatArray | float,
    screening: ScreeningName,
    m: float = M_ELECTRON,
) -> FloatArray:
    """Replacement of 1/|t|, in MeV⁻²; 0 below a cut.

    Parameters
    ----------
    t : |t| in MeV², positive.
    mass2 : m_D² in MeV², broadcasts with `t`.
    screening : its name.
    m : mass of the electron.

    Examples
    --------
    >>> float(weight(np.array(0.1), 0.1, "debye"))
    2.5
    """
    if screening == "debye":
        return np.asarray(t / (t + mass2) ** 2)
    if screening == "linear":
        return np.asarray(1 / (t + mass2))
    return np.asarray(np.where(t >= smallest_transfer(mass2, screening, m), 1 / t, 0.0))
