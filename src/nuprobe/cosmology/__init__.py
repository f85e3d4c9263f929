"""The early universe with neutrino magnetic moments: plasma, scattering in it,
decoupling, primordial abundances; decays of sterile neutrinos in `decay`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nuprobe.cosmology.collisions import collision_factor
from nuprobe.cosmology.criteria import decoupling_temperature, instantaneous_n_eff
from nuprobe.cosmology.curves import (
    DecouplingCurve,
    Plasma,
    decoupling_curve,
    plasma_state,
)
from nuprobe.cosmology.dirac import RightHanded, effective_degrees, right_handed
from nuprobe.cosmology.history import History, decoupling
from nuprobe.cosmology.magnetic import (
    annihilation_cross_section,
    magnetic_cross_section,
    magnetic_differential,
    plasmon_loss,
    screening_spread,
)
from nuprobe.cosmology.nucleosynthesis import Abundances, Nucleosynthesis, abundances
from nuprobe.cosmology.plasma import (
    debye_mass,
    density_derivative,
    electron_densities,
    plasma_pressure,
)
from nuprobe.cosmology.poisson import ScreenedPotential, screened_potential
from nuprobe.cosmology.rates import Rates, interaction_rates, number_factor
from nuprobe.cosmology.screening import SCREENINGS
from nuprobe.cosmology.thermodynamics import baryon_density, chemical_potential

if TYPE_CHECKING:
    from nuprobe.cosmology import decay as decay

__all__ = [
    "SCREENINGS",
    "Abundances",
    "DecouplingCurve",
    "History",
    "Nucleosynthesis",
    "Plasma",
    "Rates",
    "RightHanded",
    "ScreenedPotential",
    "abundances",
    "annihilation_cross_section",
    "baryon_density",
    "chemical_potential",
    "collision_factor",
    "debye_mass",
    "decoupling",
    "decoupling_curve",
    "decoupling_temperature",
    "density_derivative",
    "effective_degrees",
    "electron_densities",
    "instantaneous_n_eff",
    "interaction_rates",
    "magnetic_cross_section",
    "magnetic_differential",
    "number_factor",
    "plasma_pressure",
    "plasma_state",
    "plasmon_loss",
    "right_handed",
    "screened_potential",
    "screening_spread",
]


def __getattr__(name: str) -> Any:
    """Import rarely used names on demand."""
    if name == "decay":
        return import_module("nuprobe.cosmology.decay")
    raise AttributeError(f"module 'nuprobe.cosmology' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "decay"})
