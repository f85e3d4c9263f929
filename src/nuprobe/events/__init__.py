"""Trident events: generation, files, distributions and backgrounds."""

from nuprobe.events.cuts import Cut, parse_cuts
from nuprobe.events.distribution import CutFlow, Distribution, Distributions
from nuprobe.events.distributions import distributions, expected, histogram
from nuprobe.events.generator import SMALL, Generator, Sample, trident
from nuprobe.events.observables import OBSERVABLES, Observable, observable
from nuprobe.events.sample import MOMENTA, Chunk, EventProcess, Events, concatenate
from nuprobe.events.store import read_events, write_events

__all__ = [
    "MOMENTA",
    "OBSERVABLES",
    "SMALL",
    "Chunk",
    "Cut",
    "CutFlow",
    "Distribution",
    "Distributions",
    "EventProcess",
    "Events",
    "Generator",
    "Observable",
    "Sample",
    "concatenate",
    "distributions",
    "expected",
    "histogram",
    "observable",
    "parse_cuts",
    "read_events",
    "trident",
    "write_events",
]
