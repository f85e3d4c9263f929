"""Allowed transitions of nuclei, as those of carbon-13: ν_e by charged currents to
levels of the product, ν of every flavour by neutral currents to levels of the target.

    dσ/dcos θ = (G_F² X/2π) k E_l F(Z, E_l) [B(F) (1 + β cos θ) + g_A² B(GT)
    (1 − β cos θ/3)]/J

with X = V_ud² for charged and ¼ for neutral currents, where only B(GT) counts, and the
recoil J of the nucleus. Left out: weak magnetism, forbidden parts and nuclear form
factors; good to about 1 % below 10 MeV, 3 to 5 % at 20 MeV.

The deposit is the total energy of the electron, or the energy that the neutrino hands
over. Levels and strengths are tables (`nuprobe.processes.nuclear.levels`). Neutral
currents follow the isovector axial couplings of a model.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.constants import G_A, G_FERMI, M_ELECTRON, V_UD
from nuprobe.errors import InputError, UnknownNameError, warn
from nuprobe.flavours import Flavour, FlavourState, columns, trace
from nuprobe.models import Couplings, Model, StandardModel
from nuprobe.nuclei import Target, isotope
from nuprobe.numerics import FloatArray
from nuprobe.processes import cross_section
from nuprobe.processes.inputs import energies
from nuprobe.processes.interface import (
    Deposit,
    Exchanges,
    KernelGroup,
    Process,
    Scatterer,
)
from nuprobe.processes.nuclear.common import count_of, isovector_axial
from nuprobe.processes.nuclear.electron_flavour import electron_share
from nuprobe.processes.nuclear.fermi import fermi_function
from nuprobe.processes.nuclear.levels import Level, Levels, levels
from nuprobe.processes.nuclear.two_body import LeptonEnergy, Transfer, TwoBody

__all__ = ["CarbonCharged", "CarbonNeutral", "total"]

Current = Literal["cc", "nc"]
_REACH: Final = 20.0
_HIGHEST: Final = 60.0
_SCALE: Final = G_FERMI**2 / (2 * np.pi)
_LEPTON: Final = Deposit("electron energy", r"E_e")
_TRANSFER: Final = Deposit("energy transfer", r"\omega")


def _one(t: FloatArray) -> FloatArray:
    return np.ones((*t.shape, 1))


def _count(target: Target | None, table: Levels) -> float:
    return count_of(target, table.target, f"give '{table.target}' or no target")


@public
@quick_methods
@dataclass(frozen=True)
class CarbonCharged(Process):
    """Allowed transitions by charged currents, ν_e to e⁻.

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
            raise InputError(f"{self.levels} has no transitions by charged currents")

    @property
    def name(self) -> str:
        """Name in files and on the command line."""
        return "carbon-cc"

    @property
    def deposit(self) -> Deposit:
        """The total energy of the electron."""
        return _LEPTON

    def scatterers(self, target: Target | None) -> tuple[Scatterer, ...]:
        """Return one scatterer a level of the product, for the nuclei of a `target` or
        for one nucleus."""
        table = levels(self.levels)
        count, initial = _count(target, table), isotope(table.target)
        assert table.charged is not None  # __post_init__
        result = []
        for level in table.charged.levels:
            # of a nuclear mass, though Q is of atoms
            mass = initial.mass + table.charged.q - M_ELECTRON + level.energy
            reaction = TwoBody(initial.mass, mass, M_ELECTRON)
            charge = table.charged.product_charge
            result.append(
                Scatterer(
                    f"{table.target} {level.name}",
                    count,
                    LeptonEnergy(reaction),
                    partial(_groups, reaction, level, charge, initial.a),
                )
            )
        return tuple(result)

    def terms(self, exchanges: Exchanges) -> tuple[str, ...]:
        """Return the one term, whatever the `exchanges`: that of the W boson."""
        return ("w",)

    def coefficients(
        self,
        couplings: Couplings,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> FloatArray:
        """Share of electron neutrinos, shape (1,).

        `couplings`, `state`, `anti`, `exchanges`: as in `Process.coefficients`.
        """
        return np.array([electron_share(state, anti, False)])


def _groups(
    reaction: TwoBody, level: Level, charge: int, a: int, exchanges: Exchanges
) -> tuple[KernelGroup, ...]:
    """Kernel of a transition by charged currents."""

    def kernel(e: FloatArray, t: FloatArray) -> FloatArray:
        radius = 1.2 * a ** (1 / 3)
        k = np.maximum(reaction.momentum(t), 1e-9)
        along = reaction.cosine(e, t) * k / t
        angular = level.fermi * (1 + along)
        angular = angular + G_A**2 * level.gamow_teller * (1 - along / 3)
        common = _SCALE * V_UD**2 * reaction.target / e
        return np.asarray(common * t * fermi_function(t, k, charge, radius) * angular)

    return (KernelGroup(("w",), _one, function=kernel, positive=True),)


@public
@quick_methods
@dataclass(frozen=True)
class CarbonNeutral(Process):
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
            raise InputError(f"{self.levels} has no transitions by neutral currents")

    @property
    def name(self) -> str:
        """Name in files and on the command line."""
        return "carbon-nc"

    @property
    def deposit(self) -> Deposit:
        """The energy that the neutrino hands over: excitation and recoil."""
        return _TRANSFER

    @property
    def constituents(self) -> tuple[str, ...]:
        """Proton and neutron."""
        return ("p", "n")

    def scatterers(self, target: Target | None) -> tuple[Scatterer, ...]:
        """Return one scatterer a level, for the nuclei of a `target` or for one
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
                    partial(_neutral_groups, reaction, level),
                    floor=(reaction.product**2 - mass**2) / (2 * mass),
                )
            )
        return tuple(result)

    def terms(self, exchanges: Exchanges) -> tuple[str, ...]:
        """Return the one term, of axial currents, whatever the `exchanges`: vector ones
        and magnetic moments do not reach these levels, or hardly."""
        return ("axial",)

    def coefficients(
        self,
        couplings: Couplings,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> FloatArray:
        """Isovector axial couplings squared, 1 in the Standard Model, shape (..., 1).

        `couplings`, `state`, `anti`, `exchanges`: as in `Process.coefficients`.
        """
        along = columns(isovector_axial(couplings), state)
        return np.asarray(trace(along, along, state))[..., None]

    def coefficient_derivatives(
        self,
        couplings: Couplings,
        slope: Couplings,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> FloatArray:
        """Derivative of `coefficients` where the `couplings` move along `slope`.

        `state`, `anti`, `exchanges`: as in `Process.coefficients`.
        """
        here, moved = (columns(isovector_axial(c), state) for c in (couplings, slope))
        return np.asarray(2 * trace(moved, here, state))[..., None]


def _neutral_groups(
    reaction: TwoBody, level: Level, exchanges: Exchanges
) -> tuple[KernelGroup, ...]:
    """Kernel of a transition by neutral currents."""

    def kernel(e: FloatArray, t: FloatArray) -> FloatArray:
        out = e - t
        angular = G_A**2 * level.gamow_teller * (1 - reaction.cosine(e, out) / 3)
        return np.asarray(_SCALE / 4 * reaction.target / e * out * angular)

    return (KernelGroup(("axial",), _one, function=kernel, positive=True),)


@public
def total(
    e_nu: ArrayLike,
    current: Current,
    flavour: str | Flavour,
    model: Model | None = None,
    *,
    levels: str = "carbon13",
    level: str | None = None,
    rtol: float = 1e-8,
) -> FloatArray:
    """Total cross section σ(E) of one nucleus.

    Parameters
    ----------
    e_nu : neutrino energies in MeV.
    current : ``"cc"`` or ``"nc"``.
    flavour : ``"nu_e"`` … ``"nubar_tau"``.
    model : the couplings to nucleons, for neutral currents; None for the Standard
        Model.
    levels : name of a table of levels, or path of a TOML file.
    level : name of one level of it; None for all together.
    rtol : accuracy asked of the quadrature over the deposit.

    Returns
    -------
    array
        In cm², of the shape of `e_nu`; exactly 0 below the threshold.

    Raises
    ------
    InputError
        If an energy is none, or above 60 MeV.
    ComputationError
        If the quadrature does not reach `rtol`.

    Examples
    --------
    >>> total([2.0, 10.0], "cc", "nu_e", level="1/2- g.s.")
    array([0.000e+00, 1.72...e-42])
    """
    e = energies(e_nu)
    highest = float(e.max(initial=0.0))
    if highest > _HIGHEST:
        raise InputError(
            f"allowed transitions are computed up to {_HIGHEST:g} MeV, got"
            f" {highest:g} MeV"
        )
    if highest > _REACH:
        warn(
            f"above {_REACH:g} MeV form factors, weak magnetism and forbidden"
            f" transitions count that are left out, got {highest:g} MeV"
        )
    process: Process
    if current == "cc":
        process = CarbonCharged(levels)
    elif current == "nc":
        process = CarbonNeutral(levels)
    else:
        raise UnknownNameError("current", current, ("cc", "nc"))
    if level is not None:
        process = _OneLevel(process, level)
    sigma = cross_section.total(
        process, e, None, model or StandardModel(), flavour, rtol=rtol
    )
    return np.asarray(sigma)


@dataclass(frozen=True)
class _OneLevel(Process):
    """One level of another process."""

    process: Process
    level: str

    @property
    def name(self) -> str:
        return self.process.name

    @property
    def deposit(self) -> Deposit:
        return self.process.deposit

    def scatterers(self, target: Target | None) -> tuple[Scatterer, ...]:
        every = {s.name.partition(" ")[2]: s for s in self.process.scatterers(target)}
        if self.level not in every:
            raise UnknownNameError("level", self.level, every)
        return (every[self.level],)

    def terms(self, exchanges: Exchanges) -> tuple[str, ...]:
        return self.process.terms(exchanges)

    def coefficients(
        self,
        couplings: Couplings,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> FloatArray:
        return self.process.coefficients(couplings, state, anti, exchanges)
