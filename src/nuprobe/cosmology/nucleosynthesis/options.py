"""Assumptions of a prediction of primordial abundances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.constants import (
    ATOMIC_MASS_UNIT,
    HBARC_MEV_CM,
    M_ELECTRON,
    M_PROTON,
    TAU_NEUTRON_S,
)
from nuprobe.cosmology.nucleosynthesis.reactions import RATE_SETS, reactions
from nuprobe.cosmology.nucleosynthesis.weak_rates import (
    WEAK_CORRECTIONS,
    WeakCorrections,
)
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.numerics import flag, number

__all__ = ["OMEGA_B", "Nucleosynthesis", "baryon_to_photon", "omega_baryon"]

OMEGA_B: Final = 0.02242
"""Ω_b h² of Planck 2018 with baryon acoustic oscillations."""
_T_CMB: Final = 2.7255 * 8.617333262e-11  # MeV
_RHO_CRITICAL: Final = 1.0536722e-2
"""Critical density for h = 1, MeV/cm³: 3 (100 km/s/Mpc)²/8πG with G of CODATA 2018."""
_HELIUM: Final = 0.247
"""Mass fraction in the mean mass of a baryon; 0.001 of it moves η by 7e-6."""
_OMEGA_RANGE: Final = (0.005, 0.1)
_TAU_RANGE: Final = (500.0, 1500.0)


def _eta_per_omega() -> float:
    hydrogen = M_PROTON + M_ELECTRON
    helium = 4.0026032541 * ATOMIC_MASS_UNIT / 4
    baryon = (1 - _HELIUM) * hydrogen + _HELIUM * helium
    photons = 2 * 1.2020569031595942 / np.pi**2 * (_T_CMB / HBARC_MEV_CM) ** 3
    return float(_RHO_CRITICAL / baryon / photons)


@public
def baryon_to_photon(omega_b: float = OMEGA_B) -> float:
    """η, the number of baryons per photon today.

    Parameters
    ----------
    omega_b : Ω_b h², between 0.005 and 0.1.

    Examples
    --------
    >>> f"{baryon_to_photon(0.02242):.4e}"
    '6.1374e-10'
    """
    return _omega(omega_b) * _eta_per_omega()


@public
def omega_baryon(eta: float) -> float:
    """Ω_b h² for a number of baryons per photon.

    Parameters
    ----------
    eta : between 1.4e-10 and 2.7e-9.

    Examples
    --------
    >>> round(omega_baryon(6.13744e-10), 5)
    0.02242
    """
    low, high = (limit * _eta_per_omega() for limit in _OMEGA_RANGE)
    if not low <= number("eta", eta) <= high:
        raise InputError(f"eta must lie between {low:.3g} and {high:.3g}, got {eta:g}")
    return float(eta / _eta_per_omega())


def _omega(value: float) -> float:
    low, high = _OMEGA_RANGE
    if not low <= number("omega_b", value) <= high:
        raise InputError(
            f"omega_b (Ω_b h²) must lie between {low:g} and {high:g}, got {value:g}"
        )
    return float(value)


@public
@dataclass(frozen=True)
class Nucleosynthesis:
    """Options of a prediction of primordial abundances.

    Attributes
    ----------
    omega_b : Ω_b h².
    tau_n : lifetime of the neutron in s.
    rates : nuclear rate set, one of `RATE_SETS`.
    weak : corrections of n ↔ p: ``"born"``, ``"finite mass"`` or ``"full"``.
    nuclear_qed : include electron pairs in addition to the photons of captures.
    shifts : shift of each reaction rate in standard deviations.

    Raises
    ------
    InputError
        If `omega_b` lies outside 0.005 to 0.1 or `tau_n` outside 500 to 1500 s.

    Examples
    --------
    >>> Nucleosynthesis(tau_n=880.2).weak
    'full'
    """

    omega_b: float = OMEGA_B
    tau_n: float = TAU_NEUTRON_S
    rates: str = "primat-2023"
    weak: WeakCorrections = "full"
    nuclear_qed: bool = False
    shifts: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _omega(self.omega_b)
        low, high = _TAU_RANGE
        if not low <= number("tau_n", self.tau_n) <= high:
            raise InputError(
                f"tau_n, the lifetime of the neutron, must lie between {low:g} and"
                f" {high:g} s, got {self.tau_n:g}"
            )
        if self.rates not in RATE_SETS:
            raise UnknownNameError("rate set", self.rates, RATE_SETS)
        if self.weak not in WEAK_CORRECTIONS:
            raise UnknownNameError("weak correction", self.weak, WEAK_CORRECTIONS)
        flag("nuclear_qed", self.nuclear_qed)
        names = [r.name for r in reactions()]
        for name, shift in self.shifts.items():
            if name not in names:
                raise UnknownNameError("reaction", name, names)
            if abs(number(f"shift of {name}", shift)) > 10:
                raise InputError(
                    "a rate can be shifted by at most 10 standard deviations, got"
                    f" {shift:g} for {name}"
                )

    def changed(self, **values: Any) -> Nucleosynthesis:
        """Return the options with other values of some of them.

        Parameters
        ----------
        values : attributes by name.
        """
        return replace(self, **values)

    def assumptions(self) -> dict[str, Any]:
        """Return the assumptions stated with results: Ω_b h², τ_n, rate set and
        corrections by name."""
        named: dict[str, Any] = {
            "omega_b": self.omega_b,
            "tau_n [s]": self.tau_n,
            "rates": self.rates,
            "weak rates": self.weak,
            "nuclear QED": "yes" if self.nuclear_qed else "no",
        }
        if self.shifts:
            named["shifted rates"] = dict(self.shifts)
        return named
