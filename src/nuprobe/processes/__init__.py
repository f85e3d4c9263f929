"""Processes: model-free kernels and the coefficients that a model gives them."""

from nuprobe.processes import (
    anomalous_moment,
    cevns,
    electron,
    monophoton,
    relic_absorption,
    trident,
)
from nuprobe.processes.kernels import KernelGroup

__all__ = [
    "KernelGroup",
    "anomalous_moment",
    "cevns",
    "electron",
    "monophoton",
    "relic_absorption",
    "trident",
]
