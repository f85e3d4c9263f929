"""What the Standard Model and its smallest extensions predict for the electromagnetic
properties of neutrinos.

Charge radii of the Standard Model (Bernabeu:2000hf), magnetic and electric moments of
massive neutrinos from one loop of a W and a charged lepton (Pal:1981rm,
Shrock:1982sc, as collected in Giunti:2014ixa; all equations unverified, read in the
2018 seminar of Giunti). They are some eight orders of magnitude below the experimental
limits.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.constants import G_FERMI, HBARC_MEV_CM, M_ELECTRON, M_MUON, M_TAU, M_W
from nuprobe.errors import InputError
from nuprobe.flavours import Flavour
from nuprobe.flavours import flavour as as_flavour
from nuprobe.models.mixing import mixing_matrix
from nuprobe.numerics import FloatArray, numbers

__all__ = ["dirac_moments", "majorana_moments", "standard_charge_radius"]

_LEPTONS = np.array([M_ELECTRON, M_MUON, M_TAU])


def standard_charge_radius(flavour: str | Flavour) -> float:
    """Charge radius of the Standard Model, −(G_F/2√2π²)[3 − 2 ln(m_ℓ²/m_W²)], in cm².

    −0.83, −0.48 and −0.30 × 10⁻³² cm² for e, μ, τ.
    ``StandardModel(scheme="radiative")`` contains it already.

    Parameters
    ----------
    flavour : neutrino or antineutrino, which have the same radius relative to their
        weak coupling.

    Examples
    --------
    >>> f"{standard_charge_radius('nu_mu'):.2g}"
    '-4.8e-33'
    """
    mass = _LEPTONS[as_flavour(flavour).index]
    bracket = 3 - 2 * math.log((mass / M_W) ** 2)
    return float(-G_FERMI / (2 * math.sqrt(2) * math.pi**2) * bracket * HBARC_MEV_CM**2)


def _loop(masses: ArrayLike, mixing: Any) -> tuple[FloatArray, NDArray[Any]]:
    """Masses, and (3G_F m_e/4√2π²) Σ_ℓ (2f(a_ℓ)/3) U*_ℓk U_ℓj in μ_B/MeV, a_ℓ =
    m_ℓ²/m_W²."""
    u = mixing_matrix(mixing)
    m = numbers("masses (MeV)", masses)
    if m.shape != (len(u),) or not np.all((m >= 0) & np.isfinite(m)):
        raise InputError(
            f"masses must be {len(u)} finite numbers in MeV, none negative (0.05 * eV),"
            f" got {masses!r:.60}"
        )
    a = (_LEPTONS / M_W) ** 2
    # f(a) = ¾[1 + 1/(1−a) − 2a/(1−a)² − 2a² ln a/(1−a)³]; the ³⁄₂ common to all leptons
    # cancels between different neutrinos (GIM) and is removed first, to avoid rounding
    # errors
    rest = 0.75 * (
        a / (1 - a) - 2 * a / (1 - a) ** 2 - 2 * a**2 * np.log(a) / (1 - a) ** 3
    )
    active = u[:3]
    common = np.eye(3) if len(u) == 3 else np.conj(active.T) @ active
    total = common + np.conj(active.T) @ (2 / 3 * rest[:, None] * active)
    return m, 3 * G_FERMI * M_ELECTRON / (4 * math.sqrt(2) * math.pi**2) * total


def dirac_moments(masses: ArrayLike, mixing: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Moments of Dirac neutrinos in the Standard Model with right-handed neutrinos,
    mass basis, in Bohr magnetons.

    μ_kj = (e G_F/8√2π²)(m_k + m_j) Σ_ℓ f(a_ℓ) U*_ℓk U_ℓj with f ≈ ³⁄₂(1 − m_ℓ²/2m_W²):
    diagonal 3.2e-19 μ_B m_k/eV, transitions −3.9e-23 μ_B (m_k + m_j)/eV Σ_ℓ U*_ℓk U_ℓj
    (m_ℓ/m_τ)². iε_kj has m_j − m_k in place of m_k + m_j: only then is the flip of a
    left-handed neutrino, μ − iε, proportional to the mass of the right-handed one, k,
    as in b → sγ. (The seminar prints m_k − m_j, which changes only the sign of ε.)

    Parameters
    ----------
    masses : of the mass states, MeV, shape (n,).
    mixing : `PMNS` or unitary matrix, n = 3 or 4; a sterile row takes no part in the
        loop.

    Returns
    -------
    array, array
        μ and ε, shape (n, n), hermitian: `magnetic_moment` and `electric_moment` of
        `Electromagnetic`.

    Raises
    ------
    InputError
        If a mass is negative or not finite, or the mixing matrix is not unitary.

    Examples
    --------
    >>> from nuprobe.models import PMNS
    >>> from nuprobe.units import eV
    >>> mu, _ = dirac_moments([0.0, 0.0, 1 * eV], PMNS())
    >>> f"{mu[2, 2].real:.1e}"
    '3.2e-19'
    """
    m, loop = _loop(masses, mixing)
    return (m[:, None] + m) / 2 * loop, -1j * (m - m[:, None]) / 2 * loop


def majorana_moments(
    masses: ArrayLike, mixing: Any
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Transition moments of Majorana neutrinos from the same loop, mass basis, in Bohr
    magnetons.

    They are the antisymmetric parts of the Dirac ones, doubled: with c = 7.8e-23
    μ_B/eV,

        μ_kj = −ic (m_k + m_j) Σ_ℓ Im[U*_ℓk U_ℓj] (m_ℓ/m_τ)²,  ε_kj = −ic (m_k − m_j)
        Σ_ℓ Re[U*_ℓk U_ℓj] (m_ℓ/m_τ)²

    where the sign of ε is that of `dirac_moments`. (The seminar prints m_ℓ²/m_W², with
    which 7.8e-23 would have to be 1.6e-19.) Scalars of the model that generates the
    masses can contribute much more.

    Parameters
    ----------
    masses, mixing : as in `dirac_moments`; Majorana phases of the mixing matter.

    Returns
    -------
    array, array
        μ and ε, shape (n, n), hermitian and antisymmetric.

    Raises
    ------
    InputError
        As `dirac_moments`.

    Examples
    --------
    >>> from nuprobe.models import PMNS
    >>> mu, _ = majorana_moments([0.0, 1e-8, 5e-8], PMNS())
    >>> bool(abs(mu + mu.T).max() == 0)
    True
    """
    mu, epsilon = dirac_moments(masses, mixing)
    return mu - mu.T, epsilon - epsilon.T
