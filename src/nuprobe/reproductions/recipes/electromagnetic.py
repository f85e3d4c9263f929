"""Electromagnetic properties of neutrinos: charge radii, moments and charges."""

from __future__ import annotations

import numpy as np

from nuprobe.constants import M_ELECTRON, M_MUON, M_TAU
from nuprobe.errors import InputError, shown
from nuprobe.flavours import flavour as as_flavour
from nuprobe.models.predictions import dirac_moments, majorana_moments
from nuprobe.models.predictions import standard_charge_radius as charge_radius
from nuprobe.oscillation import PMNS, Averaged, Solar
from nuprobe.oscillation import moment_limits as limits_on_moments
from nuprobe.reproductions.charge_radii import charge_radius_fit
from nuprobe.reproductions.electromagnetic import (
    angle_limit,
    electromagnetic_limit,
    equal_recoil,
    nearest_limit,
)
from nuprobe.units import eV, parse_quantity

__all__ = [
    "angle_limit",
    "charge_radius_fit",
    "dirac_moment",
    "electromagnetic_limit",
    "equal_recoil",
    "millicharge",
    "moment_limit",
    "nearest_limit",
    "standard_charge_radius",
    "transition_moment_scale",
]


def standard_charge_radius(flavour: str) -> float:
    """⟨r²⟩ of the Standard Model in cm².

    Parameters
    ----------
    flavour : such as ``"nu_e"``.

    Examples
    --------
    >>> f"{standard_charge_radius('nu_e'):.2e} cm2"
    '-8.3e-33 cm2'
    """
    return charge_radius(flavour)


def dirac_moment(mass: str) -> float:
    """Diagonal magnetic moment, in Bohr magnetons, of a Dirac neutrino in the Standard
    Model with right-handed neutrinos.

    Parameters
    ----------
    mass : of the neutrino, e.g. ``"1 eV"``.

    Examples
    --------
    >>> f"{dirac_moment('1 eV'):.1e}"
    '3.2e-19'
    """
    masses = [0.0, 0.0, parse_quantity(mass, "energy")]
    return float(dirac_moments(masses, PMNS())[0][2, 2].real)


def transition_moment_scale(kind: str) -> float:
    """Magnetic transition moment over its masses and mixing, in Bohr magnetons per eV.

    μ_12/[(m_1 + m_2) Σ_ℓ U*_ℓ1 U_ℓ2 (m_ℓ/m_τ)²] for ``"dirac"``, with Im of the product
    in the sum and divided by i for ``"majorana"``.

    Parameters
    ----------
    kind : ``"dirac"`` or ``"majorana"``.

    Examples
    --------
    >>> f"{transition_moment_scale('dirac'):.1e}"
    '-3.9e-23'
    """
    masses, u = np.array([0.01, 0.02, 0.03]) * eV, PMNS().matrix
    product = (
        np.conj(u[:, 0])
        * u[:, 1]
        * (np.array([M_ELECTRON, M_MUON, M_TAU]) / M_TAU) ** 2
    )
    if kind == "dirac":
        scale = dirac_moments(masses, u)[0][0, 1] / product.sum()
    elif kind == "majorana":
        scale = majorana_moments(masses, u)[0][0, 1] / (1j * product.imag.sum())
    else:
        raise InputError(f'kind must be "dirac" or "majorana", got {shown(kind)}')
    return float((scale / ((masses[0] + masses[1]) / eV)).real)


def moment_limit(
    mu: float, element: str, energy: str | None = None, component: str = "Be7"
) -> float:
    """Limit on a moment of mass states, in Bohr magnetons, from one on the effective
    moment of solar neutrinos.

    Parameters
    ----------
    mu : limit on the effective moment, in Bohr magnetons.
    element : name in `nuprobe.oscillation.moment_limits`, e.g. ``"mu_11"``.
    energy, component : for the fractions of the mass states in the Sun; without an
        energy they are those in vacuum.

    Examples
    --------
    >>> f"{moment_limit(3.1e-11, 'lambda_1', '0.862 MeV'):.1e}"
    '5.0e-11'
    """
    if energy is None:
        shares = Averaged().states(as_flavour("nu_e"))[0].weights
    else:
        shares = Solar(component).functions(np.array(parse_quantity(energy, "energy")))
    return limits_on_moments(mu, shares)[element]


def millicharge(moment: float, threshold: str) -> float:
    """Charge, in e, for which the scattering on electrons at the threshold equals that
    of a magnetic moment.

    dσ_q/dσ_μ = (2 m_e/T)(q/e)²(μ_B/μ)² where T ≪ E.

    Parameters
    ----------
    moment : in Bohr magnetons.
    threshold : T, e.g. ``"2.8 keV"``.

    Examples
    --------
    >>> f"{millicharge(2.9e-11, '2.8 keV'):.1e}"
    '1.5e-12'
    """
    return float(
        moment * np.sqrt(parse_quantity(threshold, "energy") / (2 * M_ELECTRON))
    )
