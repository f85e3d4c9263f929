"""Processes: model-free kernels and the coefficients that a model gives them."""

from nuprobe.processes import cevns, electron, trident
from nuprobe.processes.kernels import KernelGroup

__all__ = ["KernelGroup", "cevns", "electron", "trident"]
