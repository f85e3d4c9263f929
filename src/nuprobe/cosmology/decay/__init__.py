"""Decay of a sterile neutrino after nucleosynthesis, N → ν γ: the cascade of its photon
in the plasma, photodisintegration of light nuclei, heat and neutrinos."""

from nuprobe.cosmology.decay.disintegration import (
    CAUTION,
    DISINTEGRATIONS,
    NUCLEI,
    Disintegration,
    disintegration_cross_section,
    threshold,
)
from nuprobe.cosmology.decay.evolution import (
    DecayedAbundances,
    lifetime_of,
    sterile_decay,
)
from nuprobe.cosmology.decay.planes import (
    THRESHOLD,
    DecayPlane,
    PlaneRun,
    decay_plane,
    with_thresholds,
)
from nuprobe.cosmology.decay.spectrum import PhotonSpectrum, cutoff, photon_spectrum

__all__ = [
    "CAUTION",
    "DISINTEGRATIONS",
    "NUCLEI",
    "THRESHOLD",
    "DecayPlane",
    "DecayedAbundances",
    "Disintegration",
    "PhotonSpectrum",
    "PlaneRun",
    "cutoff",
    "decay_plane",
    "disintegration_cross_section",
    "lifetime_of",
    "photon_spectrum",
    "sterile_decay",
    "threshold",
    "with_thresholds",
]
