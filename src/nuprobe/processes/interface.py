"""Protocol of a process: scatterers with their kinematics, model-independent kernels,
and the coefficients that a model assigns to them.

A rate is linear in the coefficients c of a model,

    dN/dT = Σ_t c_t S_t(T) ∫ dE φ(E) k_t(E, T),

where T is the energy that the process deposits, k the kinematics and S the response of
the nucleus or atom. `cross_section` and `nuprobe.prediction` work for anything that
implements `Process` below; neither contains the kinematics of a particular process.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol, Self

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError
from nuprobe.flavours import FlavourState
from nuprobe.models import Couplings, Propagator
from nuprobe.nuclei import Target
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.processes.deposit import (
    ELECTRON_ENERGY,
    ELECTRON_RECOIL,
    ENERGY_TRANSFER,
    NUCLEAR_RECOIL,
    POSITRON_ENERGY,
    VISIBLE_ENERGY,
    Deposit,
)
from nuprobe.processes.pieces import EnergyPiece

__all__ = [
    "CONTACT",
    "ELECTRON_ENERGY",
    "ELECTRON_RECOIL",
    "ENERGY_TRANSFER",
    "NUCLEAR_RECOIL",
    "POSITRON_ENERGY",
    "VISIBLE_ENERGY",
    "Deposit",
    "DepositRange",
    "Exchanges",
    "KernelGroup",
    "Process",
    "Scatterer",
    "exchanges_of",
    "no_response",
]

Exchange = tuple[Propagator, tuple[str, ...]]
"""A propagator and the constituents it couples to."""
Slot = tuple[Propagator, str]
"""Position of an amplitude: propagator and constituent."""


class DepositRange(Protocol):
    """Combinations of neutrino energy E and deposit T allowed by energy conservation.

    Subclass it (a frozen dataclass) and define `t_max` and `e_min`; the rest has
    defaults for elastic scattering: any deposit from 0, any energy above `e_min`.

    All functions broadcast, take and return MeV."""

    @abstractmethod
    def t_max(self, e_nu: FloatArray) -> FloatArray:
        """Largest deposit at neutrino energies `e_nu`; 0 below the threshold."""

    def t_min(self, e_nu: FloatArray) -> FloatArray:
        """Smallest deposit at neutrino energies `e_nu`; 0 below the threshold."""
        return np.zeros_like(e_nu)

    @abstractmethod
    def e_min(self, t: FloatArray) -> FloatArray:
        """Smallest neutrino energy that can deposit `t`."""

    def e_max(self, t: FloatArray) -> FloatArray:
        """Largest neutrino energy that can deposit `t`; infinite by default."""
        return np.full(np.shape(t), np.inf)

    def turns(self, e_nu: FloatArray) -> tuple[FloatArray, ...]:
        """Deposits inside the range at which the kernels are not smooth, for `e_nu`,
        increasing."""
        return ()

    @property
    def steep(self) -> float:
        """Distance (MeV) from the ends and turns within which kernels are steep."""
        return math.inf

    def pieces(self, t: FloatArray) -> tuple[EnergyPiece, ...]:
        """Pieces of the energies that can deposit `t`, between which kernels are not
        smooth; empty by default."""
        return ()

    def t_at(self, q: float) -> float:
        """Deposit at which the momentum transfer is `q` (MeV); infinite by default."""
        return np.inf


@quick_methods
@dataclass(frozen=True)
class KernelGroup:
    """Terms that share their dependence on the neutrino energy.

    Provide either `powers` and `amplitudes`, if the kinematics is a polynomial in 1/E
    (then moments of the flux replace integrals over energy), or `function`.

    Attributes
    ----------
    terms : names of the terms, in the order of the last axis of `response`.
    response : T (MeV) → array of shape (*T.shape, terms), dimensionless.
    powers : n of the powers E⁻ⁿ, or None.
    amplitudes : T → a_n(T), shape (*T.shape, powers): the kinematics is Σ_n a_n(T) E⁻ⁿ,
        in MeV⁻³ (a cross section per energy deposited).
    function : (E, T) → kinematics in MeV⁻³ of their broadcast shape.
    positive : the kinematics cannot be negative; negative rounding errors at the end of
        its range are set to zero.
    infinite : the kinematics are infinite at T = 0; `amplitudes` or `function` give 0
        there.

    All are valid only inside the allowed region of the scatterer;
    `Scatterer.kinematics` is zero outside.

    Examples
    --------
    >>> group = KernelGroup(
    ...     terms=("LL",),
    ...     response=lambda t: np.ones((*t.shape, 1)),
    ...     powers=(0, 1),
    ...     amplitudes=lambda t: np.stack([np.ones_like(t), -t], axis=-1),
    ... )
    >>> float(group.kinematics(np.array(10.0), np.array(2.0)))
    0.8
    """

    terms: tuple[str, ...]
    response: Callable[[FloatArray], FloatArray]
    powers: tuple[int, ...] | None = None
    amplitudes: Callable[[FloatArray], FloatArray] | None = None
    function: Callable[[FloatArray, FloatArray], FloatArray] | None = None
    positive: bool = False
    infinite: bool = False

    def __post_init__(self) -> None:
        if (self.powers is None) != (self.amplitudes is None) or (
            self.powers is None
        ) != (self.function is not None):
            raise InputError(
                f"the kernels of {', '.join(self.terms)} need powers and amplitudes, or"
                " a function of energy and deposit"
            )

    def kinematics(self, e_nu: FloatArray, t: FloatArray) -> FloatArray:
        """Kinematics inside the allowed region.

        Parameters
        ----------
        e_nu, t : neutrino energy and deposit in MeV, broadcast against each other.

        Returns
        -------
        array
            MeV⁻³, of the broadcast shape.
        """
        if self.function is not None:
            value = self.function(e_nu, t)
        else:
            assert self.powers is not None  # __post_init__
            assert self.amplitudes is not None
            amplitudes, inverse = self.amplitudes(t), 1 / e_nu
            value = np.zeros(np.broadcast_shapes(np.shape(e_nu), np.shape(t)))
            for i, n in enumerate(self.powers):
                value = value + amplitudes[..., i] * inverse**n
        return np.maximum(value, 0.0) if self.positive else value


def no_response(t: FloatArray) -> FloatArray:
    """Response 1 of one term, for a `KernelGroup` whose function contains everything.

    Parameters
    ----------
    t : deposits.

    Examples
    --------
    >>> no_response(np.array([1.0, 2.0]))
    array([[1.],
           [1.]])
    """
    return np.ones((*t.shape, 1))


@quick_methods
@dataclass(frozen=True)
class Exchanges:
    """Which exchanges the kernels of a process cover.

    Attributes
    ----------
    vector, scalar : propagators and the constituents they couple to.
    magnetic : whether the neutrinos have a magnetic moment.
    portal : mass (MeV) of a heavy neutrino produced by photon exchange, or None.
    free : names of the mediator masses that the templates interpolate; all other masses
        are fixed inside the kernels.
    """

    vector: tuple[Exchange, ...]
    scalar: tuple[Exchange, ...] = ()
    magnetic: bool = False
    free: frozenset[str] = frozenset()
    portal: float | None = None

    @property
    def masses(self) -> tuple[float, ...]:
        """Masses of the mediators in MeV, contact terms and the photon left out."""
        return tuple(p.mass for p, _ in (*self.vector, *self.scalar) if p.mass)

    def at(self, values: Mapping[str, float]) -> Exchanges:
        """Return the same with the masses (MeV) of the mediators that `values` names.

        Examples
        --------
        >>> heavy = Exchanges(((Propagator(1.0, "mass"), ("p", "n")),))
        >>> heavy.at({"mass": 50.0}).masses
        (50.0,)
        """

        def moved(p: Propagator) -> Propagator:
            return replace(p, mass=values[p.parameter]) if p.parameter in values else p

        def move(entries: tuple[Exchange, ...]) -> tuple[Exchange, ...]:
            return tuple((moved(propagator), names) for propagator, names in entries)

        return replace(self, vector=move(self.vector), scalar=move(self.scalar))

    def slot(
        self, wanted: Iterable[Slot], propagator: Propagator, name: str
    ) -> Slot | None:
        """The one of the `wanted` (propagator, constituent) that describes exchange of
        `propagator` with the constituent `name`; None if there is none. A free mass is
        identified by its parameter's name, a fixed one by its value.
        """
        loops = propagator.loops
        candidates = [s for s in wanted if s[1] == name and s[0].loops == loops]
        same_name = [s for s in candidates if s[0].parameter == propagator.parameter]
        if propagator.parameter in self.free:
            return next(iter(same_name), None)
        for slot in (*same_name, *candidates):
            if slot[0].mass == propagator.mass:
                return slot
        return None


CONTACT: Final = Exchanges(((Propagator(), ("p", "n", "e", "e_axial")),))
"""Only the weak interaction."""


@public
def exchanges_of(couplings: Couplings) -> Exchanges:
    """Exchanges that a model needs.

    Parameters
    ----------
    couplings : what ``model.couplings()`` returns.

    Examples
    --------
    >>> from nuprobe.models import LightVector
    >>> exchanges_of(LightVector(10.0, 1e-4).couplings()).masses
    (10.0,)
    """
    return Exchanges(
        _told_apart((x.propagator, tuple(x.charges)) for x in couplings.vector),
        _told_apart((x.propagator, tuple(x.charges)) for x in couplings.scalar),
        couplings.magnetic is not None,
        portal=None if couplings.portal is None else couplings.portal.mass,
    )


def _told_apart(entries: Iterable[Exchange]) -> tuple[Exchange, ...]:
    """Two mediators with the same parameter name are distinguished by their masses."""
    known: set[str] = set()
    result = []
    for propagator, names in entries:
        if propagator.parameter and propagator.parameter in known:
            propagator = replace(propagator, parameter="")
        known.add(propagator.parameter)
        result.append((propagator, names))
    return tuple(result)


@quick_methods
@dataclass(frozen=True)
class Scatterer:
    """One constituent of a target that takes part.

    Attributes
    ----------
    name : isotope, or e.g. ``"Xe electrons"``.
    count : number per formula unit.
    range : allowed deposits and neutrino energies.
    groups : exchanges → kernels.
    breakpoints : deposits (MeV) at which the kernels jump.
    floor : deposit (MeV) below which the kernels vanish.
    """

    name: str
    count: float
    range: DepositRange
    groups: Callable[[Exchanges], tuple[KernelGroup, ...]]
    breakpoints: tuple[float, ...] = ()
    floor: float = 0.0

    def t_max(self, e_nu: FloatArray) -> FloatArray:
        """Largest deposit at neutrino energies `e_nu`, both MeV."""
        return self.range.t_max(e_nu)

    def t_min(self, e_nu: FloatArray) -> FloatArray:
        """Smallest deposit at neutrino energies `e_nu`, both MeV."""
        return self.range.t_min(e_nu)

    def e_min(self, t: FloatArray) -> FloatArray:
        """Smallest neutrino energy that can deposit `t`, both MeV."""
        return self.range.e_min(t)

    def e_max(self, t: FloatArray) -> FloatArray:
        """Largest neutrino energy that can deposit `t`, both MeV."""
        return self.range.e_max(t)

    def kinks(self, energies: Iterable[float]) -> list[float]:
        """Deposits (MeV) at which a rate is not smooth, if the flux has an edge or a
        line at `energies` (MeV)."""
        e = np.array([x for x in energies if x > 0])
        turns = self.range.turns(e)
        ends = np.concatenate([self.range.t_max(e), self.range.t_min(e), *turns])
        return [*np.unique(ends[ends > 0]).tolist(), *self.breakpoints]

    def kinematics(
        self, group: KernelGroup, e_nu: FloatArray, t: FloatArray
    ) -> FloatArray:
        """Kinematics of one of the `groups`, exactly zero outside the allowed region.

        Parameters
        ----------
        group : one of `groups`.
        e_nu, t : neutrino energy and deposit in MeV, broadcast against each other.

        Returns
        -------
        array
            MeV⁻³, of the broadcast shape.
        """
        low, high = self.range.t_min(e_nu), self.range.t_max(e_nu)
        inside = (low < high) & (low <= t) & (t <= high)
        if inside.all():
            return group.kinematics(e_nu, t)
        e, t = np.broadcast_arrays(e_nu, t)
        result = np.zeros(inside.shape)
        result[inside] = group.kinematics(e[inside], t[inside])
        return result


class Process(Protocol):
    """A scattering process: subclass it as a frozen dataclass whose fields are options.

    `name`, `deposit`, `scatterers`, `terms` and `coefficients` must be defined; the
    rest has defaults. A process is found by name if it is a subclass of this protocol
    in a subpackage of `nuprobe.processes`, or if an installed package provides it
    through the entry-point group ``nuprobe.processes``.
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """Name in files and on the command line, such as ``"cevns"``."""

    @property
    @abstractmethod
    def deposit(self) -> Deposit:
        """What T is."""

    @property
    def momentum(self) -> float:
        """A typical momentum transfer, MeV: the scale at which a mediator's mass
        matters."""
        return 10.0

    @property
    def constituents(self) -> tuple[str, ...]:
        """Charges of `nuprobe.models.Couplings` that enter, such as ``("p", "n")``;
        empty for a process that depends only on the neutrino flavour."""
        return ()

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Constants of the process that a fit may free, like parameters of a model."""
        return ()

    @property
    def accurate_to(self) -> float:
        """Neutrino energy in MeV above which `left_out` matters; infinite by default.
        Rates and fits with a flux above it issue a warning."""
        return math.inf

    @property
    def left_out(self) -> str:
        """The neglected effect that matters above `accurate_to`, in a few words."""
        return ""

    def with_values(self, values: Mapping[str, FloatArray]) -> Self:
        """Return the same process at other `values` of its `parameters` (by name;
        arrays give many points)."""
        return replace(self, **values) if values else self  # type: ignore[type-var]

    @abstractmethod
    def scatterers(self, target: Target | None) -> tuple[Scatterer, ...]:
        """Return the scatterers in a `target`; None is one free particle, if the
        process supports it, otherwise an `InputError`."""

    def upscatterers(
        self, target: Target | None, exchanges: Exchanges
    ) -> tuple[Scatterer, ...]:
        """Return the scatterers that produce the heavy neutrino of `exchanges`, with
        their own kinematics, in a `target` as in `scatterers`; none by default."""
        return ()

    def taking_part(
        self, target: Target | None, exchanges: Exchanges
    ) -> tuple[Scatterer, ...]:
        """Return all scatterers of a `target` that `exchanges` need."""
        return (*self.scatterers(target), *self.upscatterers(target, exchanges))

    @abstractmethod
    def terms(self, exchanges: Exchanges) -> tuple[str, ...]:
        """Return the names of the terms that `exchanges` need, in the order of
        `coefficients`."""

    def diverging(self, exchanges: Exchanges) -> tuple[str, ...]:
        """Return those of the `terms` of `exchanges` whose integral down to T = 0 is
        infinite."""
        return ()

    @abstractmethod
    def coefficients(
        self,
        couplings: Couplings,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> FloatArray:
        """Coefficients of the terms.

        Parameters
        ----------
        couplings : of a model, for antineutrinos if `anti`.
        state : flavour of the neutrinos that arrive.
        anti : whether they are antineutrinos.
        exchanges : those of the kernels.

        Returns
        -------
        array, shape (terms,) or (points, terms)
        """

    def coefficient_derivatives(
        self,
        couplings: Couplings,
        slope: Couplings,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> FloatArray:
        """Derivative of `coefficients` when the `couplings` change along `slope`; zero
        by default, for processes without `constituents`.

        `state`, `anti` and `exchanges` are those of `coefficients`.
        """
        return np.zeros(len(self.terms(exchanges)))

    def constant_derivatives(
        self,
        couplings: Couplings,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> Mapping[str, FloatArray]:
        """Derivative of `coefficients` with respect to each of `parameters`, by name.

        `couplings`, `state`, `anti` and `exchanges` are those of `coefficients`.
        """
        return {}
