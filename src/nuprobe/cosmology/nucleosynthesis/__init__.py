"""Big-bang nucleosynthesis on the history of decoupling: rates of n ↔ p, a nuclear
network of twelve reactions, abundances, surfaces over moments, tables for Boltzmann
codes."""

from nuprobe.cosmology.nucleosynthesis.abundances import (
    OBSERVABLES,
    Abundances,
    abundances,
    uncertainties,
)
from nuprobe.cosmology.nucleosynthesis.boltzmann import (
    BoltzmannTable,
    boltzmann_table,
)
from nuprobe.cosmology.nucleosynthesis.expansion import Expansion
from nuprobe.cosmology.nucleosynthesis.instantaneous import instantaneous_expansion
from nuprobe.cosmology.nucleosynthesis.network import Evolution, evolution
from nuprobe.cosmology.nucleosynthesis.options import (
    Nucleosynthesis,
    baryon_to_photon,
    omega_baryon,
)
from nuprobe.cosmology.nucleosynthesis.planes import MomentPlane, moment_plane
from nuprobe.cosmology.nucleosynthesis.reactions import (
    RATE_SETS,
    SPECIES,
    Evaluation,
    Reaction,
    evaluations,
    nuclear_rates,
    reactions,
)
from nuprobe.cosmology.nucleosynthesis.weak_rates import neutron_proton_rates

__all__ = [
    "OBSERVABLES",
    "RATE_SETS",
    "SPECIES",
    "Abundances",
    "BoltzmannTable",
    "Evaluation",
    "Evolution",
    "Expansion",
    "MomentPlane",
    "Nucleosynthesis",
    "Reaction",
    "abundances",
    "baryon_to_photon",
    "boltzmann_table",
    "evaluations",
    "evolution",
    "instantaneous_expansion",
    "moment_plane",
    "neutron_proton_rates",
    "nuclear_rates",
    "omega_baryon",
    "reactions",
    "uncertainties",
]
