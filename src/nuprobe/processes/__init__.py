"""Processes: model-independent kernels, and the coefficients that a model assigns to
them.

`interface` defines a process, `cross_section` computes cross sections of any of them,
`library` finds them by name.
"""

import sys
from types import ModuleType

from nuprobe.processes import cross_section, trident
from nuprobe.processes.constants import (
    WithConstants,
    constants_of,
    with_constants,
)
from nuprobe.processes.elastic import cevns, electron
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
from nuprobe.processes.library import process, process_names, process_options
from nuprobe.processes.nuclear import bump, carbon, deuteron, ibd
from nuprobe.processes.side_by_side import charged_currents

__all__ = [
    "CONTACT",
    "Deposit",
    "DepositRange",
    "Exchanges",
    "KernelGroup",
    "Process",
    "Scatterer",
    "WithConstants",
    "bump",
    "carbon",
    "cevns",
    "charged_currents",
    "constants_of",
    "cross_section",
    "deuteron",
    "electron",
    "exchanges_of",
    "ibd",
    "process",
    "process_names",
    "process_options",
    "trident",
    "with_constants",
]


class _Callable(ModuleType):
    """``nuprobe.processes`` is this package; calling it lists its names."""

    def __call__(self) -> tuple[str, ...]:
        return process_names()


sys.modules[__name__].__class__ = _Callable
