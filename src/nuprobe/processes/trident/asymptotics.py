"""Asymptotic formulas to compare with computed cross sections; the inclusive charged
current.

The formulas are those of a talk (T. Shimomura on Kaneta:2016uyt), for V−A, without
coefficients of order one:

    mumu      Z²α²G_F² (E/R0) ln(E/(R0 m_μ²))       coherent, ν_μ → ν_μ μ⁺μ⁻
    ee        Z²α²G_F² (E/R0) ln(E R0)              coherent, ν_e → ν_e e⁺e⁻
    nucleon   α²G_F² E M_p ln(E M_p/m_μ²) (0.5 Z + 0.1 N)   ν_μ → ν_μ μ⁺μ⁻ on nucleons
    electron  α²G_F² E m_e ln²(E/m_e)               ν_e → ν_e e⁺e⁻ on a free electron

with R0 = 1.21 A^(1/3) fm.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.constants import (
    ALPHA_EM,
    G_FERMI,
    HBARC_MEV_CM,
    M_ELECTRON,
    M_MUON,
    M_PROTON,
)
from nuprobe.errors import InputError, UnknownNameError, warn
from nuprobe.flavours import flavour as as_flavour
from nuprobe.models import VMinusA
from nuprobe.nuclei import Isotope
from nuprobe.nuclei import isotope as as_isotope
from nuprobe.numerics import FloatArray, numbers
from nuprobe.processes.trident.options import TridentOptions
from nuprobe.processes.trident.totals import total
from nuprobe.reprs import readable
from nuprobe.units import GeV, fm

__all__ = ["ASYMPTOTICS", "Asymptotic", "asymptotic", "charged_current"]

_STRENGTH: Final = (ALPHA_EM * G_FERMI * HBARC_MEV_CM) ** 2
_RADIUS: Final = 1.21 * fm
# GeV⁻¹ cm² per nucleon, mean over 30 to 200 GeV [ParticleDataGroup:2024cfk, review
# "Neutrino Cross Section Measurements"; the numbers are from memory of it: unverified]
_CHARGED: Final = {False: 0.677e-38, True: 0.334e-38}
_MEASURED: Final = (30 * GeV, 350 * GeV)


@readable
@dataclass(frozen=True)
class Asymptotic:
    """One formula, and what it is compared with.

    Attributes
    ----------
    channel, options : of the computed cross section; nucleons are not blocked and have
        dipole form factors, as when the formulas were derived.
    prefactor : MeV and the nucleus → cm², what multiplies the logarithm.
    logarithm : of the formula, at an energy (MeV) and a nucleus.
    text : the formula.
    follows : whether computed cross section and formula have a constant ratio, and in
        which range.
    """

    channel: str
    options: TridentOptions
    prefactor: Callable[[FloatArray, Isotope], FloatArray]
    logarithm: Callable[[FloatArray, Isotope], FloatArray]
    text: str
    follows: str


def _radius(nucleus: Isotope) -> float:
    return _RADIUS * math.cbrt(nucleus.a)


_MUMU: Final = "nu_mu -> nu_mu mu+ mu-"
_EE: Final = "nu_e -> nu_e e+ e-"


def _coherent(e: FloatArray, nucleus: Isotope) -> FloatArray:
    return np.asarray(_STRENGTH * nucleus.z**2 * e / _radius(nucleus))


def _nucleons(e: FloatArray, nucleus: Isotope) -> FloatArray:
    weight = 0.5 * nucleus.z + 0.1 * nucleus.n
    return np.asarray(_STRENGTH * e * M_PROTON * weight)


ASYMPTOTICS: Final[dict[str, Asymptotic]] = {
    "mumu": Asymptotic(
        _MUMU,
        TridentOptions("coherent"),
        _coherent,
        lambda e, nucleus: np.log(e / (_radius(nucleus) * M_MUON**2)),
        "Z^2 alpha^2 G_F^2 (E/R0) ln(E/(R0 m_mu^2))",
        "no: the ratio still rises by 11 % a decade at 1 PeV; computed is 0.0352 (ln -"
        " 3.6) of the prefactor from 1 TeV on, so the formula lacks a constant next to"
        " the logarithm",
    ),
    "ee": Asymptotic(
        _EE,
        TridentOptions("coherent"),
        _coherent,
        lambda e, nucleus: np.log(e * _radius(nucleus)),
        "Z^2 alpha^2 G_F^2 (E/R0) ln(E R0)",
        "yes, with 0.03 as its coefficient: the ratio rises by 7 % from 160 GeV to 1"
        " PeV; the slope in the logarithm is that of muons, 0.0352",
    ),
    "nucleon": Asymptotic(
        _MUMU,
        TridentOptions("incoherent", pauli=False, nucleon_form_factors="dipole"),
        _nucleons,
        lambda e, _: np.log(e * M_PROTON / M_MUON**2),
        "alpha^2 G_F^2 E M_p ln(E M_p/m_mu^2) (0.5 Z + 0.1 N)",
        "no: the ratio still rises by 7 to 18 % a decade; computed is 0.0172 (ln - 5.9)"
        " of the prefactor from 160 GeV on",
    ),
    "electron": Asymptotic(
        _EE,
        TridentOptions("electron"),
        lambda e, _: np.asarray(_STRENGTH * e * M_ELECTRON),
        lambda e, _: np.log(e / M_ELECTRON) ** 2,
        "alpha^2 G_F^2 E m_e ln^2(E/m_e)",
        "yes, with 0.004 as its coefficient: the ratio rises by 13 % from 160 GeV to 1"
        " PeV",
    ),
}
"""By name."""


@public
def asymptotic(
    name: str, e_nu: ArrayLike, isotope: str | Isotope, *, computed: bool = False
) -> FloatArray:
    """An asymptotic formula from the literature, or the computed cross section that it
    approximates.

    Parameters
    ----------
    name : ``"mumu"``, ``"ee"``, ``"nucleon"`` or ``"electron"``.
    e_nu : neutrino energies, MeV, any shape.
    isotope : the nucleus; not used for an electron.
    computed : return σ of V−A in the four-fermion theory instead, at any energy, which
        the formula approximates.

    Returns
    -------
    array of cm² per nucleus (per electron for ``"electron"``), shape of `e_nu`
        Zero where the logarithm is negative, or below threshold.

    Raises
    ------
    UnknownNameError
        If there is no formula of that name.

    Examples
    --------
    >>> found = asymptotic("ee", 160e3, "Fe56", computed=True)
    >>> float(found / asymptotic("ee", 160e3, "Fe56"))
    0.0311
    """
    if name not in ASYMPTOTICS:
        raise UnknownNameError("asymptotic formula", name, ASYMPTOTICS)
    chosen, nucleus = ASYMPTOTICS[name], as_isotope(isotope)
    e = numbers("neutrino energies (MeV)", e_nu)
    if not np.all(e > 0):
        raise InputError("neutrino energies must be positive (MeV)")
    if computed:
        hit = None if name == "electron" else nucleus.name
        return total(e, chosen.channel, hit, VMinusA(), chosen.options)
    logarithm = np.where(e > 2 * M_ELECTRON, chosen.logarithm(e, nucleus), 0.0)
    return np.asarray(chosen.prefactor(e, nucleus) * np.maximum(logarithm, 0.0))


@public
def charged_current(
    e_nu: ArrayLike, flavour: str = "nu_mu", nucleons: float = 1.0
) -> FloatArray:
    """Inclusive charged-current cross section of a muon neutrino, linear in the energy.

    σ/E = 0.677e-38 cm²/GeV for ν_μ and 0.334e-38 for ν̄_μ, per nucleon of a target with
    as many neutrons as protons: the mean of measurements from 30 to 200 GeV
    [ParticleDataGroup:2024cfk; unverified here].

    Parameters
    ----------
    e_nu : neutrino energies, MeV, any shape.
    flavour : ``"nu_mu"`` or ``"nubar_mu"``, or the same for electrons, whose mass does
        not matter there; not for τ.
    nucleons : number of nucleons, A of a nucleus.

    Returns
    -------
    array of cm², shape of `e_nu`

    Raises
    ------
    InputError
        For a τ neutrino, energies or numbers that are not positive.

    Warns
    -----
    ValidityWarning
        Outside 30 to 350 GeV: below, quasi-elastic scattering and resonances make
        σ/E of ν_μ larger by up to 20 %, above the propagator of the W makes it
        smaller.

    Examples
    --------
    >>> float(charged_current(100e3) / 100)
    6.77e-39
    """
    kind = as_flavour(flavour)
    if kind.index == 2:
        raise InputError(
            "sigma/E of charged currents is measured for nu_mu, nubar_mu, nu_e and"
            f" nubar_e, not for {kind.name}: for it the threshold matters at all"
            " energies"
        )
    e = numbers("neutrino energies (MeV)", e_nu)
    if not np.all((e > 0) & np.isfinite(e)) or not nucleons > 0:
        raise InputError("energies (MeV) and the number of nucleons must be positive")
    low, high = _MEASURED
    outside = (e < low) | (e > high)
    if outside.any():
        warn(
            "sigma/E of charged currents is the measured mean of 30 to 200 GeV, good"
            f" from {low / GeV:.0f} to {high / GeV:.0f} GeV and extrapolated to"
            f" {float(e[outside].flat[0]) / GeV:.4g} GeV: below it is up to 20 % too"
            " small, above too large"
        )
    return np.asarray(_CHARGED[kind.anti] * e / GeV * nucleons)
