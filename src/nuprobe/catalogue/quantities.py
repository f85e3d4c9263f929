"""Quantities of catalogue entries: permitted units, and conventions that must be
named."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from nuprobe.constants import ALPHA_EM, M_ELECTRON
from nuprobe.errors import UnitError, UnknownNameError
from nuprobe.models.charge_radius import CHARGE_RADIUS_CONVENTIONS
from nuprobe.units import GeV

__all__ = ["QUANTITIES", "UNCOMPARED", "Quantity", "unit_factor"]

UNCOMPARED: Final = frozenset({"other", "unknown"})
"""Conventions that cannot be converted."""


@dataclass(frozen=True)
class Quantity:
    """A kind of number.

    Attributes
    ----------
    units : unit → factor to the first unit.
    conventions : name → meaning; if there are any, an entry must name one.
    """

    units: Mapping[str, float]
    conventions: Mapping[str, str] = field(default_factory=dict)


_ONE: Final = {"1": 1.0, "%": 0.01}
_OTHER: Final = {"other": "written out in notes.convention"}
_UNKNOWN: Final = {
    "unknown": "not said where the number was read: giunti, or half (twice as much)"
}
_RADIUS: Final = {
    "giunti": "F_Q(q²) = q²⟨r²⟩/6; ⟨r²⟩_SM(ν_μ) = −0.48e-32 cm²",
    "half": "half of that: F_Q(q²) = q²⟨r²⟩/3, as the PDG lists some results",
}
assert set(_RADIUS) == set(CHARGE_RADIUS_CONVENTIONS)

_HALF_MUB: Final = math.sqrt(4 * math.pi * ALPHA_EM) / (4 * M_ELECTRON) * GeV
"""μ_B/2 = e/(4 m_e) in 1/GeV."""

QUANTITIES: Final[dict[str, Quantity]] = {
    "ratio": Quantity(_ONE),
    "accuracy": Quantity(_ONE),
    "events": Quantity({"1": 1.0}),
    "significance": Quantity({"sigma": 1.0}),
    "cross_section": Quantity({"cm2": 1.0, "pb": 1e-36, "fb": 1e-39}),
    "cross_section_over_energy": Quantity({"cm2/GeV": 1.0, "cm2/MeV": 1e3}),
    "rate": Quantity({"1/s": 1.0, "1/d": 1 / 86400, "1/yr": 1 / 31557600}),
    "flux": Quantity({"1/cm2/s": 1.0}),
    "magnetic_moment": Quantity({"muB": 1.0}),
    "anomalous_moment": Quantity({"1": 1.0}),
    "charge": Quantity({"e": 1.0}),
    "charge_radius": Quantity(
        {"cm2": 1.0, "fm2": 1e-26, "1/GeV2": 0.3893793721e-27},
        {**_RADIUS, **_UNKNOWN, **_OTHER},
    ),
    "anapole": Quantity(
        {"cm2": 1.0, "fm2": 1e-26},
        {"minus-sixth": "a = −⟨r²⟩/6 acts like the charge radius ⟨r²⟩", **_OTHER},
    ),
    "nsi": Quantity(
        _ONE,
        {
            "vector": "L = −2√2 G_F ε^{fV} (ν̄γP_Lν)(f̄γf), ε^V = ε^L + ε^R",
            "axial": "as vector, with ε^A = ε^L − ε^R, which adds to g_A",
            "chiral": "L = −2√2 G_F ε^{fP} (ν̄γP_Lν)(f̄γPf), P = L or R",
            "matter": "ε as felt in matter, Σ_f (N_f/N_e) ε^{fV}",
            **_OTHER,
        },
    ),
    "coupling": Quantity(
        {"1": 1.0},
        {
            "charge-one": (
                "L = g′ Q Z′_α f̄γ^αf with the charges Q of `model`, unit charge for at"
                " least one field"
            ),
            "product": (
                "square root of the product of two couplings (detector times neutrino)"
            ),
            **_OTHER,
        },
    ),
    "mass_over_coupling": Quantity(
        {"GeV": 1.0, "MeV": 1e-3, "TeV": 1e3}, {"charge-one": "m_Z′/g′", **_OTHER}
    ),
    "kinetic_mixing": Quantity(
        {"1": 1.0}, {"electron": "electron coupling −εe", **_OTHER}
    ),
    "dipole_coupling": Quantity(
        {"1/GeV": 1.0, "muB": _HALF_MUB},
        {
            "lagrangian": (
                "L = d ν̄ σ^{αβ} N F_{αβ}; a transition moment is μ = 2d, so 1 muB"
                " corresponds to 148 /GeV"
            ),
            **_OTHER,
        },
    ),
    "yukawa_coupling": Quantity({"1": 1.0}, {"scalar": "L = g φ f̄f", **_OTHER}),
    "contact_coupling": Quantity(
        {"1": 1.0}, {"va": "g_V, g_A or shifts of V, A normalised to G_F/√2", **_OTHER}
    ),
    "weak_mixing_angle": Quantity(
        {"1": 1.0},
        {s: s for s in ("on-shell", "msbar", "low-energy", "effective", "other")},
    ),
    "weak_coupling": Quantity({"1": 1.0}),
    "nuclear_radius": Quantity({"fm": 1.0}),
    "neutron_skin": Quantity({"fm": 1.0}),
    "nuclear_response": Quantity({"1": 1.0, "fm3": 1.0}),
    "quenching": Quantity(_ONE),
    "mass": Quantity({"MeV": 1.0, "eV": 1e-6, "keV": 1e-3, "GeV": 1e3}),
    "mass_squared_difference": Quantity({"eV2": 1.0}),
    "mixing": Quantity({"1": 1.0}),
    "conversion_probability": Quantity(_ONE),
    "lifetime": Quantity({"s": 1.0, "yr": 31557600.0}),
    "lifetime_over_mass": Quantity({"s/eV": 1.0}),
    "n_eff": Quantity({"1": 1.0}),
    "helium_fraction": Quantity({"1": 1.0}),
}
"""Quantities by name. Confidence levels, luminosities and energies are not included:
they have their own keys."""

_UNIT = re.compile(r"(?:(1e[+-]?\d{1,3})(?: +|$))?(.*)")


def unit_factor(unit: str, quantity: str) -> float:
    """Factor from `unit` (such as ``"cm2"`` or ``"1e-32 cm2"``) to the first unit of
    the quantity.

    Parameters
    ----------
    unit : with an optional power of ten in front.
    quantity : name of a quantity.

    Raises
    ------
    UnknownNameError, UnitError
        If the quantity is unknown, or the unit does not fit it.

    Examples
    --------
    >>> unit_factor("1e-32 cm2", "charge_radius")
    1e-32
    """
    if quantity not in QUANTITIES:
        raise UnknownNameError("quantity", quantity, QUANTITIES)
    units = QUANTITIES[quantity].units
    match = _UNIT.fullmatch(unit.strip())
    assert match is not None  # the last group matches everything
    base = match[2] or ("1" if match[1] else "")
    if base not in units:
        raise UnitError(
            f"unit {unit!r} does not fit a {quantity}: use {', '.join(units)}, or a"
            f" multiple such as '1e-3 {next(iter(units))}'"
        )
    return float(match[1] or 1) * units[base]
