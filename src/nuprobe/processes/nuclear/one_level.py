"""One level of a process with several."""

from __future__ import annotations

from dataclasses import dataclass

from nuprobe.errors import UnknownNameError
from nuprobe.flavours import FlavourState
from nuprobe.models import Couplings
from nuprobe.nuclei import Target
from nuprobe.numerics import FloatArray
from nuprobe.processes.currents import NeutralCurrent
from nuprobe.processes.interface import Deposit, Exchanges, Process, Scatterer

__all__ = ["one_level"]


def one_level(process: Process, level: str) -> Process:
    """Return a process restricted to one of its levels.

    Parameters
    ----------
    process : with scatterers that are named isotope and level.
    level : name of the level that is kept, or a unique word of it; an unknown name is
        rejected when it is used.

    Examples
    --------
    >>> from nuprobe.processes.nuclear.carbon import CarbonCharged
    >>> [s.name for s in one_level(CarbonCharged(), "3/2- 3.502").scatterers(None)]
    ['C13 3/2- 3.502']
    """
    return _OneLevel(process, level)


# not available by name: the library lists classes without an underscore
@dataclass(frozen=True)
class _OneLevel(NeutralCurrent):
    """The process of one level; everything else is that of the whole.

    Attributes
    ----------
    process : with scatterers that are named isotope and level.
    level : name of the one that is kept.
    """

    process: Process
    level: str

    @property
    def name(self) -> str:
        """Name of the process."""
        return self.process.name

    @property
    def deposit(self) -> Deposit:
        """Deposit of the process."""
        return self.process.deposit

    @property
    def constituents(self) -> tuple[str, ...]:
        """Constituents of the process."""
        return self.process.constituents

    def scatterers(self, target: Target | None) -> tuple[Scatterer, ...]:
        """Return the one scatterer of a `target`; raises `UnknownNameError` if the
        process has no such level."""
        every = {s.name.partition(" ")[2]: s for s in self.process.scatterers(target)}
        # "g.s." or "3.502" suffice if only one level contains the word
        found = [n for n in every if self.level == n or self.level in n.split()]
        if len(found) != 1:
            raise UnknownNameError("level", self.level, every)
        return (every[found[0]],)

    def terms(self, exchanges: Exchanges) -> tuple[str, ...]:
        """Return the terms of the process, for `exchanges`."""
        return self.process.terms(exchanges)

    def _weights(
        self,
        couplings: Couplings,
        slope: Couplings | None,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> FloatArray:
        """Those of the process."""
        if slope is None:
            return self.process.coefficients(couplings, state, anti, exchanges)
        return self.process.coefficient_derivatives(
            couplings, slope, state, anti, exchanges
        )
