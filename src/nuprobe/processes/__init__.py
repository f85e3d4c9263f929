"""Processes: model-free kernels and the coefficients that a model gives them.

`interface` says what a process is, `cross_section` computes cross sections of any of
them, `library` finds them by name.
"""

from nuprobe.processes import cross_section, trident
from nuprobe.processes.constants import WithConstants, with_constants
from nuprobe.processes.elastic import cevns, electron
from nuprobe.processes.library import process, process_names
from nuprobe.processes.interface import (
    CONTACT,
    Deposit,
    DepositRange,
    Exchanges,
    KernelGroup,
    Process,
    Scatterer,
    exchanges_of,
)

__all__ = [
    "CONTACT",
    "Deposit",
    "DepositRange",
    "Exchanges",
    "KernelGroup",
    "Process",
    "Scatterer",
    "WithConstants",
    "cevns",
    "cross_section",
    "electron",
    "exchanges_of",
    "process",
    "process_names",
    "trident",
    "with_constants",
]
