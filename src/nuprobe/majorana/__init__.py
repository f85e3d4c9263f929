"""Are neutrinos their own antiparticles? What tells: decays of heavy neutrinos, double
beta decay without neutrinos, capture of relic neutrinos."""

from nuprobe.majorana.decays import (
    CHANNELS,
    HeavyNeutrino,
    events_to_tell,
    photon_width,
)
from nuprobe.majorana.double_beta import (
    ISOTOPES,
    effective_mass,
    effective_mass_range,
    half_life,
    mass_from_half_life,
)
from nuprobe.majorana.relic import capture_rate

__all__ = [
    "CHANNELS",
    "ISOTOPES",
    "HeavyNeutrino",
    "capture_rate",
    "effective_mass",
    "effective_mass_range",
    "events_to_tell",
    "half_life",
    "mass_from_half_life",
    "photon_width",
]
