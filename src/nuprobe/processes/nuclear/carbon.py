"""Transitions of nuclei between levels, as those of carbon: ν_e by charged currents to
levels of the product, ν of every flavour by neutral currents to levels of the target.

Levels and strengths are tables (`nuprobe.processes.nuclear.levels`), the kernels are in
`nuprobe.processes.nuclear.allowed`:

- ``"carbon13"``: allowed transitions alone, no weak magnetism, forbidden parts, form
  factors or radiative corrections (which are +1.5 % at 10 MeV); good to about 2 % below
  10 MeV, 3 to 5 % at 20 MeV.
- ``"carbon12"``: ground state of ¹²N and ¹²C*(15.11 MeV), with form factor and weak
  magnetism; some 5 %, and within the errors of what was measured with muon decays.
- ``"carbon12-inclusive"``: the excited states of ¹²N too, as one first forbidden level
  whose strength is normalised to one measurement.

The deposit is the total energy of the electron, or the energy that the neutrino hands
over. Neutral currents follow the isovector axial couplings of a model, their weak
magnetism the vector ones too: neutrinos and antineutrinos differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.constants import M_ELECTRON
from nuprobe.errors import InputError, warn
from nuprobe.flavours import Flavour, FlavourState
from nuprobe.flavours import flavour as as_flavour
from nuprobe.fluxes import Flux, FluxComponent
from nuprobe.fluxes import flux as as_flux
from nuprobe.inverse_beta import TwoBody
from nuprobe.models import Couplings, Model, StandardModel
from nuprobe.nuclei import Target, isotope
from nuprobe.numerics import FloatArray, converged
from nuprobe.processes import cross_section
from nuprobe.processes.inputs import deposits, energies
from nuprobe.processes.interface import (
    Deposit,
    Exchanges,
    KernelGroup,
    Process,
    Scatterer,
)
from nuprobe.processes.nuclear import allowed
from nuprobe.processes.nuclear.common import count_of, isovector, within
from nuprobe.processes.nuclear.electron_flavour import electron_share
from nuprobe.processes.nuclear.levels import Level, Levels, levels
from nuprobe.processes.nuclear.one_level import one_level
from nuprobe.processes.nuclear.two_body import LeptonEnergy, Transfer
from nuprobe.processes.nuclear.written import Current, Known, written

__all__ = [
    "CarbonCharged",
    "CarbonNeutral",
    "Current",
    "by_level",
    "flux_averaged",
    "total",
]

_KNOWN: Final[Known] = {
    "nu_e C13 -> e- N13": ("cc", "nu_e"),
    "{nu} C13 -> {nu} C13*": ("nc", None),
    "{nubar} C13 -> {nubar} C13*": ("nc", None),
    "nu_e C12 -> e- N12": ("cc", "nu_e"),
    "nubar_e C12 -> e+ B12": ("cc", "nubar_e"),
    "{nu} C12 -> {nu} C12*": ("nc", None),
    "{nubar} C12 -> {nubar} C12*": ("nc", None),
}
_LEPTON: Final = Deposit("electron energy", r"E_e")
_TRANSFER: Final = Deposit("energy transfer", r"\omega")


def _one(t: FloatArray) -> FloatArray:
    return np.ones((*t.shape, 1))


def _count(target: Target | None, table: Levels) -> float:
    return count_of(target, table.target, f"give '{table.target}' or no target")


def _checked(table: Levels, e: FloatArray) -> None:
    within(e, table.valid_to, f"transitions of {table.target} between levels are")


@public
@quick_methods
@dataclass(frozen=True)
class CarbonCharged(Process):
    """Transitions by charged currents, ν_e to e⁻ or, of a table that says so, ν̄_e to
    e⁺.

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
        """Share of electron neutrinos (or antineutrinos), shape (1,).

        `couplings`, `state`, `anti`, `exchanges`: as in `Process.coefficients`.
        """
        table = levels(self.levels)
        assert table.charged is not None  # __post_init__
        return np.array([electron_share(state, anti, table.charged.antineutrino)])


def _charged(
    table: Levels,
    reaction: TwoBody,
    level: Level,
    product: tuple[int, int],
    e: FloatArray,
    t: FloatArray,
) -> FloatArray:
    _checked(table, e)
    return allowed.charged(reaction, level, product, e, t)


def _charged_groups(kernel: Any, exchanges: Exchanges) -> tuple[KernelGroup, ...]:
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
        has it, whatever the `exchanges`: other vector ones and magnetic moments do not
        reach these levels, or hardly."""
        return self._terms

    def coefficients(
        self,
        couplings: Couplings,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> FloatArray:
        """Isovector axial couplings squared, 1 in the Standard Model, and times vector
        ones, shape (..., terms).

        `couplings`, `state`, `anti`, `exchanges`: as in `Process.coefficients`.
        """
        return self._weights(isovector(couplings, None, state, anti))

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
        return self._weights(isovector(couplings, slope, state, anti))

    def _weights(self, pair: tuple[FloatArray, FloatArray]) -> FloatArray:
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
        _checked(table, e)
        return allowed.neutral(reaction, level, e, t)[part]

    return tuple(
        KernelGroup((term,), _one, function=partial(kernel, part), positive=True)
        for part, term in enumerate(terms)
    )


@public
def total(
    e_nu: ArrayLike,
    reaction: str,
    flavour: str | Flavour | None = None,
    model: Model | None = None,
    *,
    levels: str | None = None,
    level: str | None = None,
    rtol: float = 1e-8,
) -> FloatArray:
    """Total cross section σ(E) of one nucleus.

    Parameters
    ----------
    e_nu : neutrino energies in MeV.
    reaction : ``"cc"``, ``"nc"``, or written out: ``"nu_e C13 -> e- N13"``,
        ``"nu C13 -> nu C13*"``, ``"nu_e C12 -> e- N12"``, ``"nubar_e C12 -> e+ B12"``,
        ``"nu C12 -> nu C12*"`` (also with ``nubar``, or a flavour).
    flavour : ``"nu_e"`` … ``"nubar_tau"``; not needed where the reaction says it.
    model : the couplings to nucleons, for neutral currents; None for the Standard
        Model.
    levels : name of a table of levels, or path of a TOML file; None for the one of
        the reaction, ``"carbon13"`` if it is not written out.
    level : name of one level of it, or a part that only one has, such as ``"g.s."``;
        None for all together.
    rtol : accuracy asked of the quadrature over the deposit.

    Returns
    -------
    array
        In cm², of the shape of `e_nu`; exactly 0 below the threshold.

    Raises
    ------
    InputError
        If an energy is none, or above what the table is valid to (60 MeV of those that
        come with the package).
    ComputationError
        If the quadrature does not reach `rtol`.

    Examples
    --------
    >>> total([2.0, 10.0], "nu_e C13 -> e- N13", level="g.s.")
    array([0.000e+00, 1.72...e-42])
    """
    e = energies(e_nu)
    current, flavour, levels = _asked(reaction, flavour, levels)
    process = _process(current, levels, level)
    _reached(levels, float(e.max(initial=0.0)))
    sigma = cross_section.total(
        process, e, None, model or StandardModel(), flavour, rtol=rtol
    )
    return np.asarray(sigma)


@public
def by_level(
    e_nu: ArrayLike,
    reaction: str,
    flavour: str | Flavour | None = None,
    model: Model | None = None,
    *,
    levels: str | None = None,
) -> dict[str, FloatArray]:
    """Total cross sections of one nucleus, level by level.

    Parameters
    ----------
    e_nu, reaction, flavour, model, levels : as in `total`.

    Returns
    -------
    dict of arrays
        Name of the level → cm², of the shape of `e_nu`, in the order of the table.

    Raises
    ------
    InputError
        As `total`.

    Examples
    --------
    >>> found = by_level(10.0, "cc", "nu_e")
    >>> {name: f"{sigma:.3g}" for name, sigma in found.items()}
    {'1/2- g.s.': '1.72e-42', '3/2- 3.502': '7.41e-43'}
    """
    current, flavour, levels = _asked(reaction, flavour, levels)
    e, process = energies(e_nu), _process(current, levels, None)
    _reached(levels, float(e.max(initial=0.0)))
    chosen = model or StandardModel()
    return {
        name: np.asarray(
            cross_section.total(one_level(process, name), e, None, chosen, flavour)
        )
        for name in (s.name.partition(" ")[2] for s in process.scatterers(None))
    }


def _asked(
    reaction: str, flavour: str | Flavour | None, levels: str | None
) -> tuple[Current, Flavour, str]:
    """Current, flavour and table of levels of a reaction."""
    key, current, kind = written(reaction, flavour, _KNOWN)
    if levels is not None:
        return current, kind, levels
    light = "carbon12-nubar" if "B12" in key else "carbon12"
    return current, kind, light if "C12" in key else "carbon13"


def _process(current: Current, name: str, level: str | None) -> Process:
    process = CarbonCharged(name) if current == "cc" else CarbonNeutral(name)
    return process if level is None else one_level(process, level)


def _reached(name: str, highest: float) -> None:
    """Refuse energies beyond the table, warn where what it leaves out counts."""
    table = levels(name)
    _checked(table, np.asarray(highest))
    if highest > table.accurate_to:
        warn(
            f"above {table.accurate_to:g} MeV {table.left_out} count that are left out"
            f" of {name}, got {highest:g} MeV"
        )


@public
def flux_averaged(
    flux: Flux | str,
    reaction: str,
    flavour: str | Flavour | None = None,
    model: Model | None = None,
    *,
    levels: str | None = None,
    level: str | None = None,
    lowest: float = 0.0,
    rtol: float = 1e-6,
) -> float:
    """Mean of the cross section of one nucleus over the neutrinos of a flux above an
    energy.

    Parameters
    ----------
    flux : the source, or its name; lines are included.
    reaction, flavour, model, levels, level : as in `total`.
    lowest : only neutrinos above this energy count, in MeV, in the mean and in the
        number that it is divided by.
    rtol : accuracy asked of the quadrature over the flux; the difference between two
        orders is its estimate.

    Returns
    -------
    float
        In cm².

    Raises
    ------
    InputError
        As `total`; if the flux has no such neutrinos above `lowest`, or some beyond
        what the table is valid to.
    ComputationError
        If the quadrature does not reach `rtol`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> boron = nu.flux("solar", components=["8B"])
    >>> flux_averaged(boron, "cc", "nu_e", level="1/2- g.s.", lowest=7.0)
    1.468e-42
    """
    current, flavour, levels = _asked(reaction, flavour, levels)
    source, floor = as_flux(flux), float(deposits(lowest))
    process, found = _process(current, levels, level), source.of(flavour)
    number = sum(float(c.integrate(np.ones_like, floor)) for c in found)
    if number == 0:
        raise InputError(
            f"flux {source.name} has no {as_flavour(flavour)} above {floor:g} MeV"
        )
    _reached(levels, max(c.e_max for c in found))
    chosen = model or StandardModel()

    def integral(n: int) -> FloatArray:
        return np.asarray(_folded(process, found, chosen, flavour, floor, n // 24))

    def name(_: int) -> str:
        return f"mean of {process.name} over {source.name}"

    return float(converged(integral, rtol, name)) / number


def _folded(
    process: Process,
    components: Sequence[FluxComponent],
    model: Model,
    flavour: str | Flavour,
    floor: float,
    refine: int,
) -> float:
    """∫ φ σ dE in cm² of the unit of the flux, level by level from its threshold on."""
    result = 0.0
    for scatterer in process.scatterers(None):
        bounds = scatterer.range
        assert isinstance(bounds, LeptonEnergy | Transfer)
        start = max(floor, bounds.reaction.threshold)
        alone = one_level(process, scatterer.name.partition(" ")[2])

        def sigma(e: FloatArray, alone: Process = alone) -> FloatArray:
            return cross_section.total(alone, e, None, model, flavour)

        result += sum(float(c.integrate(sigma, start, refine)) for c in components)
    return result
