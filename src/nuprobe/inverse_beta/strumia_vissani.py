"""Full tree-level cross section of ν̄_e + p → e⁺ + n (Strumia:2003zx).

    dσ/dE_e = 2 m_p G_F² V_ud² [A − (s − u) B + (s − u)² C] / (2π (s − m_p²)²)

with A, B, C of four form factors of the nucleon: the vector and the magnetic one of
dipole form (mass² 0.71 GeV²), the axial one a dipole of mass 1 GeV, the pseudoscalar
one by partial conservation of the axial current. Radiative corrections for positrons of
energy E_e, including soft photons (same article):

    1 + (α/π) [6.00 + 3/2 ln(m_p/2E_e) + 1.2 (m_e/E_e)^1.5]

The article was not checked; the formulas are those of public codes. The tests square
the current with explicit Dirac traces.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from nuprobe.constants import (
    ALPHA_EM,
    G_A,
    G_FERMI,
    M_ELECTRON,
    M_NEUTRON,
    M_PION,
    M_PROTON,
    V_UD,
)
from nuprobe.numerics import FloatArray

__all__ = ["differential", "form_factors", "radiative"]

MAGNETIC: Final = 3.70589
"""ξ = κ_p − κ_n, the isovector anomalous moment of the nucleon."""
_NUCLEON: Final = (M_PROTON + M_NEUTRON) / 2
_SPLIT: Final = M_NEUTRON - M_PROTON
_VECTOR_MASS2: Final = 0.71e6  # MeV²
_AXIAL_MASS2: Final = 1.0e6  # MeV²


def form_factors(
    t: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Vector, magnetic, axial and pseudoscalar form factors f₁, f₂, g₁, g₂.

    Parameters
    ----------
    t : squared momentum transfer, MeV² (negative).

    Examples
    --------
    >>> f1, f2, g1, g2 = form_factors(np.array(0.0))
    >>> float(f1), float(f2), float(g1)
    (1.0, 3.70589, -1.2754)
    """
    tau = -t / (4 * _NUCLEON**2)
    dipole = 1 / (1 - t / _VECTOR_MASS2) ** 2 / (1 + tau)
    f1 = (1 + (1 + MAGNETIC) * tau) * dipole
    g1 = -G_A / (1 - t / _AXIAL_MASS2) ** 2
    return f1, MAGNETIC * dipole, g1, 2 * _NUCLEON**2 * g1 / (M_PION**2 - t)


def radiative(e_e: FloatArray) -> FloatArray:
    """Factor of the radiative corrections.

    Parameters
    ----------
    e_e : total energy of the positron, MeV.

    Examples
    --------
    >>> float(radiative(np.array(4.0)))
    1.030665
    """
    logarithm = 1.5 * np.log(M_PROTON / (2 * e_e))
    soft = 1.2 * (M_ELECTRON / e_e) ** 1.5
    return np.asarray(1 + ALPHA_EM / np.pi * (6.00 + logarithm + soft))


def differential(e_nu: FloatArray, e_e: FloatArray) -> FloatArray:
    """dσ/dE_e without radiative corrections.

    Parameters
    ----------
    e_nu, e_e : energies of the antineutrino and of the positron (total) in MeV,
        broadcast against each other; inside the allowed region.

    Returns
    -------
    array
        In MeV⁻³.

    Examples
    --------
    >>> float(differential(np.array(5.0), np.array(3.69)) * 1e20)
    8.065736
    """
    m2, mass2 = M_ELECTRON**2, _NUCLEON**2
    t = M_NEUTRON**2 - M_PROTON**2 - 2 * M_PROTON * (e_nu - e_e)
    s_u = 2 * M_PROTON * (e_nu + e_e) - m2
    f1, f2, g1, g2 = form_factors(t)
    a = (t - m2) * (
        4 * f1**2 * (4 * mass2 + t + m2)
        + 4 * g1**2 * (-4 * mass2 + t + m2)
        + f2**2 * (t**2 / mass2 + 4 * t + 4 * m2)
        + 4 * m2 * t * g2**2 / mass2
        + 8 * f1 * f2 * (2 * t + m2)
        + 16 * m2 * g1 * g2
    )
    a -= _SPLIT**2 * (
        (4 * f1**2 + t * f2**2 / mass2) * (4 * mass2 + t - m2)
        + 4 * g1**2 * (4 * mass2 - t + m2)
        + 4 * m2 * g2**2 * (t - m2) / mass2
        + 8 * f1 * f2 * (2 * t - m2)
        + 16 * m2 * g1 * g2
    )
    a -= 32 * m2 * _NUCLEON * _SPLIT * g1 * (f1 + f2)
    b = 16 * t * g1 * (f1 + f2)
    b += 4 * m2 * _SPLIT * (f2**2 + f1 * f2 + 2 * g1 * g2) / _NUCLEON
    c = 4 * (f1**2 + g1**2) - t * f2**2 / mass2
    squared = (a - s_u * b + s_u**2 * c) / 16
    flux = 2 * np.pi * (2 * M_PROTON * e_nu) ** 2
    return np.asarray(2 * M_PROTON * (G_FERMI * V_UD) ** 2 * squared / flux)
