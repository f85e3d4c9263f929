"""Trident events: generation, files, distributions and the backgrounds that look like them."""

from nuprobe.events.sample import MOMENTA, Chunk, Events, Process, concatenate

__all__ = ["MOMENTA", "Chunk", "Events", "Process", "concatenate"]
