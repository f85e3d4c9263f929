"""The energies that processes deposit in a detector, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nuprobe.reprs import readable

__all__ = [
    "ELECTRON_ENERGY",
    "ELECTRON_RECOIL",
    "ENERGY_TRANSFER",
    "NUCLEAR_RECOIL",
    "POSITRON_ENERGY",
    "VISIBLE_ENERGY",
    "Deposit",
]


@readable
@dataclass(frozen=True)
class Deposit:
    """The energy T that a process deposits in a detector.

    Attributes
    ----------
    name : in words, for tables and axis labels.
    symbol : LaTeX without dollar signs.
    """

    name: str
    symbol: str

    def __str__(self) -> str:
        return self.name


NUCLEAR_RECOIL: Final = Deposit("nuclear recoil", r"T_\mathrm{nr}")
ELECTRON_RECOIL: Final = Deposit("electron recoil", r"T_e")
POSITRON_ENERGY: Final = Deposit("positron energy", r"E_{e^+}")
ELECTRON_ENERGY: Final = Deposit("electron energy", r"E_e")
ENERGY_TRANSFER: Final = Deposit("energy transfer", r"\omega")
VISIBLE_ENERGY: Final = Deposit("visible energy", r"E_\mathrm{vis}")
