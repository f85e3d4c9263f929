"""Backgrounds to trident dimuons: charged-current events with a meson that decays to a
muon or is misidentified as one.

A parametrised source, not an event generator of neutrino interactions: every number is
in the table of `nuprobe.events.assumptions`. A neutrino produces a muon and hadrons
(single pion, coherent pion, deep inelastic, charm); one meson at a time becomes the
second muon, weighted by the multiplicity and by the probability of decay or
misidentification. Nuclear motion, final-state interactions, polarisation, energy loss
and the detector's resolution are left out.
"""

from nuprobe.events.backgrounds.comparison import Comparison, compare, spectra
from nuprobe.events.backgrounds.interactions import (
    PROCESSES,
    Hadrons,
    charged_current,
    coherent_nuclei,
    hadrons,
)
from nuprobe.events.backgrounds.mesons import KINDS, multiplicities
from nuprobe.events.backgrounds.sample import MOST, Background, blocks, generate

__all__ = [
    "KINDS",
    "MOST",
    "PROCESSES",
    "Background",
    "Comparison",
    "Hadrons",
    "blocks",
    "charged_current",
    "coherent_nuclei",
    "compare",
    "generate",
    "hadrons",
    "multiplicities",
    "spectra",
]
