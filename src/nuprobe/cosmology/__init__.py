"""The early universe with neutrinos that have magnetic moments: plasma, scattering in
it, decoupling."""

from nuprobe.cosmology.collisions import collision_factor
from nuprobe.cosmology.history import History, decoupling
from nuprobe.cosmology.plasma import (
    debye_mass,
    density_derivative,
    electron_densities,
    plasma_pressure,
)
from nuprobe.cosmology.thermodynamics import baryon_density, chemical_potential

__all__ = [
    "History",
    "baryon_density",
    "chemical_potential",
    "collision_factor",
    "debye_mass",
    "decoupling",
    "density_derivative",
    "electron_densities",
    "plasma_pressure",
]
