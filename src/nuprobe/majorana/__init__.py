"""Are neutrinos their own antiparticles? Tests: decays of heavy neutrinos, neutrinoless
double beta decay, capture of relic neutrinos."""

from nuprobe.majorana.decays import (
    CHANNELS,
    HeavyNeutrino,
    daughter_masses,
    events_to_tell,
    photon_width,
)
from nuprobe.majorana.double_beta import (
    ISOTOPES,
    MatrixElements,
    effective_mass,
    effective_mass_range,
    half_life,
    mass_from_half_life,
)
from nuprobe.majorana.relic import capture_rate
from nuprobe.majorana.tritium import TritiumElectrons, mean_velocity

__all__ = [
    "CHANNELS",
    "ISOTOPES",
    "HeavyNeutrino",
    "MatrixElements",
    "TritiumElectrons",
    "capture_rate",
    "daughter_masses",
    "effective_mass",
    "effective_mass_range",
    "events_to_tell",
    "half_life",
    "mass_from_half_life",
    "mean_velocity",
    "photon_width",
]
