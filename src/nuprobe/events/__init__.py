"""Trident events: generation, files, distributions and the backgrounds that look like them."""

from nuprobe.events.generator import Generator, Sample, trident
from nuprobe.events.sample import MOMENTA, Chunk, Events, Process, concatenate

__all__ = ["MOMENTA", "Chunk", "Events", "Generator", "Process", "Sample", "concatenate", "trident"]
