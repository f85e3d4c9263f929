"""The early universe: plasma, scattering of neutrinos with moments, decoupling."""

from __future__ import annotations

import math
from typing import Any, Literal

from nuprobe.cosmology import (
    chemical_potential,
    collision_factor,
    debye_mass,
    decoupling,
    density_derivative,
    instantaneous_n_eff,
    magnetic_cross_section,
    number_factor,
    right_handed,
)
from nuprobe.cosmology.collisions import CollisionKind
from nuprobe.cosmology.criteria import Criterion
from nuprobe.cosmology.history import FlavourMixing
from nuprobe.cosmology.plasma import Qed
from nuprobe.cosmology.rates import Flavour
from nuprobe.cosmology.screening import Screening, ScreeningName
from nuprobe.models import Electromagnetic
from nuprobe.units import cm2, parse_quantity

__all__ = [
    "collision_ratio",
    "debye_over_temperature",
    "decoupled_at",
    "density_bend",
    "effective_neutrinos",
    "magnetic_bracket",
    "magnetic_number_factor",
    "qed_in_debye_mass",
    "right_handed_neutrinos",
]


def _temperature(text: str) -> float:
    return parse_quantity(text, "energy")


def _universal(moment: float) -> Electromagnetic:
    elements = dict.fromkeys(("emu", "etau", "mutau"), moment)
    return Electromagnetic(magnetic_moment=elements, kind="majorana")


def debye_over_temperature(
    temperature: str, *, neutral: bool = False, massless: bool = False
) -> float:
    """m_D/T of the plasma.

    Parameters
    ----------
    temperature : e.g. ``"1 MeV"``.
    neutral : include the chemical potential of a neutral plasma, η = 6.1e-10 and Y_P =
        0.247.
    massless : extrapolate to a massless electron, from this temperature and half of it
        (the difference falls as T⁻²).

    Examples
    --------
    >>> round(debye_over_temperature("1 MeV"), 6)
    0.171426
    """
    t = _temperature(temperature)
    mu = chemical_potential(t, 6.1e-10, 0.247) if neutral else 0.0
    ratio = float(debye_mass(t, mu) / t)
    if massless:
        ratio += (ratio - float(debye_mass(t / 2) / (t / 2))) / 3
    return ratio


def qed_in_debye_mass(temperature: str, qed: Qed) -> float:
    """Relative change of m_D² by QED.

    Parameters
    ----------
    temperature : e.g. ``"100 MeV"``.
    qed : to order ``"e2"`` or ``"e3"``.

    Examples
    --------
    >>> round(qed_in_debye_mass("100 MeV", "e3"), 6)
    -0.003096
    """
    t = _temperature(temperature)
    return float((debye_mass(t, qed=qed) / debye_mass(t)) ** 2 - 1)


def density_bend(temperature: str, order: int) -> float:
    """∂ᵏ(n₋ − n₊)/∂μᵏ in MeV³⁻ᵏ.

    Parameters
    ----------
    temperature : e.g. ``"100 MeV"``.
    order : k.

    Examples
    --------
    >>> round(density_bend("100 MeV", 3), 6)
    0.202642
    """
    return float(density_derivative(_temperature(temperature), order=order))


def magnetic_bracket(
    s: float, temperature: str, screening: Screening, *, over: float | None = None
) -> float:
    """Cross section of a neutrino with a moment of 1 μ_B on e±.

    Parameters
    ----------
    s : in MeV².
    temperature : of the plasma, e.g. ``"1 MeV"``.
    screening : its name.
    over : unit of the result, in cm²; None: πα²/m_e².

    Examples
    --------
    >>> round(magnetic_bracket(10.0, "1 MeV", "talk"), 4)
    4.8329
    """
    from nuprobe.cosmology.magnetic import MAGNETIC_UNIT

    sigma = magnetic_cross_section(s, _temperature(temperature), 1.0, screening)
    return float(sigma) / (MAGNETIC_UNIT / cm2 if over is None else over)


def magnetic_number_factor(temperature: str, screening: Screening) -> float:
    """Rate of magnetic scattering over A μ² T³.

    Parameters
    ----------
    temperature : e.g. ``"1 MeV"``.
    screening : its name.

    Examples
    --------
    >>> round(magnetic_number_factor("1 MeV", "talk"), 3)
    1.899
    """
    return float(number_factor(_temperature(temperature), screening))


def collision_ratio(
    kind: CollisionKind,
    temperature: str = "1 MeV",
    *,
    massless: bool = False,
    quantum: bool = True,
    coefficient: bool = False,
) -> float:
    """Energy exchange over that with Boltzmann statistics and massless electrons.

    Parameters
    ----------
    kind : of the collision, as in `nuprobe.cosmology.collision_factor`.
    temperature : e.g. ``"1 MeV"``.
    massless : without the mass of the electron.
    quantum : with Fermi–Dirac statistics and blocking.
    coefficient : of magnetic scattering, times 12/π⁴.

    Examples
    --------
    >>> round(collision_ratio("weak annihilation", massless=True), 4)
    0.8841
    """
    factor = collision_factor(
        kind, _temperature(temperature), massless=massless, quantum=quantum, order=32
    )
    return factor * (12 / math.pi**4 if coefficient else 1.0)


def effective_neutrinos(
    moment: float = 0.0,
    *,
    flavour_mixing: FlavourMixing = "full",
    qed: Qed = "e3",
    exchange_screening: ScreeningName = "none",
    instantaneous: Literal["", "energy", "number"] = "",
    screening: Screening = "debye",
) -> float:
    """N_eff with one Majorana moment for all three pairs.

    Parameters
    ----------
    moment : in Bohr magnetons.
    flavour_mixing, qed, exchange_screening, screening : as in
        `nuprobe.cosmology.decoupling`.
    instantaneous : criterion of instantaneous decoupling, or ``""`` to evolve.

    Examples
    --------
    >>> round(effective_neutrinos(flavour_mixing="none"), 4)
    3.0443
    """
    model = _universal(moment)
    if instantaneous:
        return instantaneous_n_eff(model, instantaneous, screening=screening)
    return decoupling(
        model,
        flavour_mixing=flavour_mixing,
        qed=qed,
        exchange_screening=exchange_screening,
    ).n_eff


def decoupled_at(
    flavour: Flavour,
    criterion: Criterion,
    moment: float = 0.0,
    screening: Screening = "debye",
) -> float:
    """Decoupling temperature in MeV with one Majorana moment for all three pairs.

    Parameters
    ----------
    flavour : ``"nu_e"``, ``"nu_mu"`` or ``"nu_tau"``.
    criterion : ``"energy"`` or ``"number"``.
    moment : in Bohr magnetons.
    screening : its name.

    Examples
    --------
    >>> round(decoupled_at("nu_e", "energy"), 3)
    1.489
    """
    history = decoupling(_universal(moment), screening=screening)
    return history.temperature(flavour, criterion)


def right_handed_neutrinos(moment: float, t_max: str) -> float:
    """ΔN_eff for the same diagonal Dirac moment of three flavours.

    Parameters
    ----------
    moment : in Bohr magnetons.
    t_max : highest temperature, e.g. ``"100 GeV"``.

    Examples
    --------
    >>> round(right_handed_neutrinos(2.7e-12, "100 GeV"), 2)
    0.18
    """
    elements: dict[str, Any] = dict.fromkeys(("ee", "mumu", "tautau"), moment)
    model = Electromagnetic(magnetic_moment=elements)
    return right_handed(model, _temperature(t_max)).delta_n_eff
