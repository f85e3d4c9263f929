"""Transitions of nuclei between levels, as cross sections and templates see them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.constants import M_ELECTRON
from nuprobe.errors import InputError
from nuprobe.flavours import FlavourState
from nuprobe.inverse_beta import TwoBody
from nuprobe.models import Couplings
from nuprobe.nuclei import Target, isotope
from nuprobe.numerics import FloatArray
from nuprobe.processes.currents import ChargedCurrent, NeutralCurrent
from nuprobe.processes.interface import (
    ELECTRON_ENERGY,
    ENERGY_TRANSFER,
    Deposit,
    Exchanges,
    KernelGroup,
    Scatterer,
    no_response,
)
from nuprobe.processes.nuclear import allowed
from nuprobe.processes.nuclear.common import count_of, isovector, within
from nuprobe.processes.nuclear.levels import Level, Levels, levels
from nuprobe.processes.nuclear.two_body import LeptonEnergy, Transfer

__all__ = ["CarbonCharged", "CarbonNeutral", "checked"]


def _count(target: Target | None, table: Levels) -> float:
    return count_of(target, table.target, f"give '{table.target}' or no target")


def checked(table: Levels, e: FloatArray) -> None:
    """Reject energies beyond the range of a table.

    Parameters
    ----------
    table : of levels.
    e : energies of the neutrino, MeV.

    Raises
    ------
    InputError
        With the range of the table.

    Examples
    --------
    >>> checked(levels("carbon13"), np.array(10.0))
    """
    within(e, table.valid_to, f"transitions of {table.target} between levels are")


@public
@quick_methods
@dataclass(frozen=True)
class CarbonCharged(ChargedCurrent):
    """Transitions by charged currents, ν_e to e⁻ or, if the table says so, ν̄_e to e⁺.

    Attributes
    ----------
    levels : name of a table of levels, or path of a TOML file.

    Examples
    --------
    >>> [s.name for s in CarbonCharged().scatterers(None)]
    ['C13 1/2- g.s.', 'C13 3/2- 3.502']
    """

    levels: str = "carbon13"

    def __post_init__(self) -> None:
        if levels(self.levels).charged is None:
            raise InputError(f"{self.levels} has no charged-current transitions")

    @property
    def name(self) -> str:
        """Name in files and on the command line."""
        return "carbon-cc"

    @property
    def deposit(self) -> Deposit:
        """The total energy of the electron."""
        return ELECTRON_ENERGY

    @property
    def accurate_to(self) -> float:
        """Energy in MeV given by the table of levels."""
        return levels(self.levels).accurate_to

    @property
    def left_out(self) -> str:
        """As given by the table of levels."""
        return levels(self.levels).left_out

    def scatterers(self, target: Target | None) -> tuple[Scatterer, ...]:
        """Return one scatterer per level of the product, for the nuclei of a `target`
        or for one nucleus."""
        table = levels(self.levels)
        count, initial = _count(target, table), isotope(table.target)
        assert table.charged is not None  # __post_init__
        result = []
        for level in table.charged.levels:
            # nuclear masses, although Q refers to atoms
            electron = -M_ELECTRON if table.charged.antineutrino else M_ELECTRON
            mass = initial.mass + table.charged.q - electron + level.energy
            reaction = TwoBody(initial.mass, mass, M_ELECTRON)
            charge = table.charged.product_charge
            product = (-charge if table.charged.antineutrino else charge, initial.a)
            kernel = partial(_charged, table, reaction, level, product)
            result.append(
                Scatterer(
                    f"{table.target} {level.name}",
                    count,
                    LeptonEnergy(reaction),
                    partial(_charged_groups, kernel),
                    (M_ELECTRON,),
                    M_ELECTRON,
                )
            )
        return tuple(result)

    @property
    def antineutrino(self) -> bool:
        """Whether the table is of antineutrinos."""
        table = levels(self.levels)
        assert table.charged is not None  # __post_init__
        return table.charged.antineutrino


def _charged(
    table: Levels,
    reaction: TwoBody,
    level: Level,
    product: tuple[int, int],
    e: FloatArray,
    t: FloatArray,
) -> FloatArray:
    checked(table, e)
    return allowed.charged(reaction, level, product, e, t)


def _charged_groups(kernel: Any, exchanges: Exchanges) -> tuple[KernelGroup, ...]:
    return (KernelGroup(("w",), no_response, function=kernel, positive=True),)


@public
@quick_methods
@dataclass(frozen=True)
class CarbonNeutral(NeutralCurrent):
    """Allowed transitions by neutral currents, of every flavour.

    Attributes
    ----------
    levels : name of a table of levels, or path of a TOML file.

    Examples
    --------
    >>> [s.name for s in CarbonNeutral().scatterers(None)]
    ['C13 3/2- 3.684']
    """

    levels: str = "carbon13"

    def __post_init__(self) -> None:
        if levels(self.levels).neutral is None:
            raise InputError(f"{self.levels} has no neutral-current transitions")

    @property
    def name(self) -> str:
        """Name in files and on the command line."""
        return "carbon-nc"

    @property
    def deposit(self) -> Deposit:
        """The energy transfer: excitation and recoil."""
        return ENERGY_TRANSFER

    @property
    def constituents(self) -> tuple[str, ...]:
        """Proton and neutron."""
        return ("p", "n")

    @property
    def accurate_to(self) -> float:
        """Energy in MeV given by the table of levels."""
        return levels(self.levels).accurate_to

    @property
    def left_out(self) -> str:
        """As given by the table of levels."""
        return levels(self.levels).left_out

    def scatterers(self, target: Target | None) -> tuple[Scatterer, ...]:
        """Return one scatterer per level, for the nuclei of a `target` or for one
        nucleus."""
        table = levels(self.levels)
        count, mass = _count(target, table), isotope(table.target).mass
        assert table.neutral is not None  # __post_init__
        result = []
        for level in table.neutral.levels:
            reaction = TwoBody(mass, mass + level.energy, 0.0)
            result.append(
                Scatterer(
                    f"{table.target} {level.name}",
                    count,
                    Transfer(reaction),
                    partial(_neutral_groups, table, reaction, level, self._terms),
                    floor=(reaction.product**2 - mass**2) / (2 * mass),
                )
            )
        return tuple(result)

    @property
    def _terms(self) -> tuple[str, ...]:
        table = levels(self.levels)
        assert table.neutral is not None  # __post_init__
        known = any(level.magnetic for level in table.neutral.levels)
        return ("axial", "magnetic") if known else ("axial",)

    def terms(self, exchanges: Exchanges) -> tuple[str, ...]:
        """Return the term of axial currents, and that of weak magnetism if the table
        has it, whatever the `exchanges`: other vector ones and magnetic moments
        contribute little or nothing to these levels."""
        return self._terms

    def _weights(
        self,
        couplings: Couplings,
        slope: Couplings | None,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> FloatArray:
        """Isovector axial couplings squared, 1 in the Standard Model, and times vector
        ones, shape (..., terms)."""
        pair = isovector(couplings, slope, state, anti)
        used = pair[: len(self._terms)]
        return np.stack(np.broadcast_arrays(*used), axis=-1)


def _neutral_groups(
    table: Levels,
    reaction: TwoBody,
    level: Level,
    terms: tuple[str, ...],
    exchanges: Exchanges,
) -> tuple[KernelGroup, ...]:
    """Kernels of a transition by neutral currents."""

    def kernel(part: int, e: FloatArray, t: FloatArray) -> FloatArray:
        checked(table, e)
        return allowed.neutral(reaction, level, e, t)[part]

    return tuple(
        KernelGroup((term,), no_response, function=partial(kernel, part), positive=True)
        for part, term in enumerate(terms)
    )
