"""Elastic scattering off anything: which terms a model needs, and their coefficients.

A rate is Σ_ab s_a(T) s_b(T) Re Tr[M_a ρ M_b†] over the shapes s of the amplitude (one a
constituent and propagator), with the flavour matrices M of the model and the flavour
state ρ of the neutrinos [Kouzakov:2017hbc, eq. unverified]. The shapes are kernels, the
traces coefficients.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.errors import InputError
from nuprobe.flavours import Flavour, FlavourState, columns
from nuprobe.flavours import flavour as as_flavour
from nuprobe.flavours import trace as product
from nuprobe.models import Couplings, Propagator
from nuprobe.nuclei import Target
from nuprobe.numerics import FloatArray
from nuprobe.processes.kernels import KernelGroup

__all__ = [
    "CONTACT",
    "Process",
    "Scatterer",
    "Sectors",
    "as_state",
    "columns",
    "energies",
    "pair_coefficients",
    "product",
    "recoils",
    "sectors_of",
]

T = TypeVar("T")
Slot = tuple[Propagator, str]  # where an amplitude sits: propagator and constituent


@dataclass(frozen=True)
class Sectors:
    """Which exchanges the kernels of a process cover.

    Attributes
    ----------
    vector, scalar : propagators and the constituents they couple to.
    magnetic : whether the neutrinos have a magnetic moment.
    axial : whether the axial response of nuclei with spin is counted.
    """

    vector: tuple[tuple[Propagator, tuple[str, ...]], ...]
    scalar: tuple[tuple[Propagator, tuple[str, ...]], ...] = ()
    magnetic: bool = False
    axial: bool = False

    def at(self, values: Mapping[str, float]) -> Sectors:
        """Return the same with the masses of mediators that `values` name."""

        def move(
            entries: tuple[tuple[Propagator, tuple[str, ...]], ...],
        ) -> tuple[tuple[Propagator, tuple[str, ...]], ...]:
            return tuple(
                (
                    (
                        replace(p, mass=values[p.parameter])
                        if p.parameter in values
                        else p
                    ),
                    names,
                )
                for p, names in entries
            )

        return replace(self, vector=move(self.vector), scalar=move(self.scalar))


CONTACT: Final = Sectors(((Propagator(), ("p", "n", "e", "e_axial")),))
"""The weak interaction alone."""


def sectors_of(couplings: Couplings, axial: bool = False) -> Sectors:
    """Sectors that a model needs."""
    return Sectors(
        tuple((x.propagator, tuple(x.charges)) for x in couplings.vector),
        tuple((x.propagator, tuple(x.charges)) for x in couplings.scalar),
        couplings.magnetic is not None,
        axial,
    )


@dataclass(frozen=True)
class Scatterer:
    """One thing in a target that recoils.

    Attributes
    ----------
    name : isotope, or e.g. ``"Xe electrons"``.
    count : how many there are per formula unit.
    mass : of what recoils, MeV.
    groups : sectors → kernels.
    breakpoints : recoil energies (MeV) at which the kernels jump.
    """

    name: str
    count: float
    mass: float
    groups: Callable[[Sectors], tuple[KernelGroup, ...]]
    breakpoints: tuple[float, ...] = ()


class Process(Protocol):
    """Elastic scattering off nuclei or electrons."""

    @property
    def momentum(self) -> float:
        """A typical momentum transfer, MeV: where a mediator's mass begins to
        matter."""

    def scatterers(self, target: Target) -> tuple[Scatterer, ...]:
        """Return what recoils in a target."""

    def terms(self, sectors: Sectors) -> tuple[str, ...]:
        """Return names of the terms, in the order of `coefficients`."""

    def coefficients(
        self, couplings: Couplings, state: FlavourState, sectors: Sectors
    ) -> FloatArray:
        """Coefficients, shape (terms,) or (points, terms)."""

    def coefficient_derivatives(
        self,
        couplings: Couplings,
        slope: Couplings,
        state: FlavourState,
        sectors: Sectors,
    ) -> FloatArray:
        """Derivative of `coefficients` where the couplings move along `slope`."""


def as_state(flavour: str | Flavour | FlavourState) -> FlavourState:
    """Flavour state of a flavour by name."""
    return (
        flavour
        if isinstance(flavour, FlavourState)
        else FlavourState.pure(as_flavour(flavour))
    )


def pair_coefficients(
    pairs: Sequence[tuple[Slot, Slot]],
    found: Mapping[Slot, NDArray[Any]],
    state: FlavourState,
    slope: Mapping[Slot, NDArray[Any]] | None = None,
) -> list[FloatArray]:
    """Coefficient of each pair of shapes (twice the interference), or its derivative
    along `slope`."""
    left = {slot: columns(m, state) for slot, m in found.items()}
    if slope is None:
        return [
            (1 if a == b else 2) * product(left.get(a), left.get(b), state)
            for a, b in pairs
        ]
    right = {slot: columns(m, state) for slot, m in slope.items()}
    return [
        (1 if a == b else 2)
        * (
            product(left.get(a), right.get(b), state)
            + product(right.get(a), left.get(b), state)
        )
        for a, b in pairs
    ]


def slots(
    entries: Sequence[tuple[Propagator, tuple[str, ...]]], charges: Sequence[str]
) -> tuple[Slot, ...]:
    """Where amplitudes of these constituents sit, contact terms first."""
    return tuple((p, c) for p, names in entries for c in charges if c in names)


def amplitudes(
    exchanges: Sequence[Any], wanted: Sequence[Slot], allowed: Sequence[str]
) -> dict[Slot, NDArray[Any]]:
    """Flavour matrices of a model by slot; raises `InputError` for an exchange that the
    templates do not hold."""
    result: dict[Slot, NDArray[Any]] = {}
    for exchange in exchanges:
        for charge, matrix in exchange.charges.items():
            if charge not in allowed:
                continue
            slot = next(
                (
                    s
                    for s in wanted
                    if s[1] == charge and s[0].same(exchange.propagator)
                ),
                None,
            )
            if slot is None:
                raise InputError(
                    "the templates hold no exchange"
                    f" '{charge}{exchange.propagator.label}' that this model has: build"
                    " them for this model"
                )
            result[slot] = matrix
    return result


def propagate(propagator: Propagator, q2: FloatArray) -> FloatArray:
    """1 for a contact term, else 1/(|q²| + m²) in MeV⁻²."""
    if propagator.mass is None:
        return np.ones_like(q2)
    return np.asarray(1 / (q2 + propagator.mass**2))


def pair_name(a: Slot, b: Slot) -> str:
    """Name of a term: ``"pn"`` for contact terms, else e.g. ``"p*p/q2"``."""
    if a[0].mass is None and b[0].mass is None:
        return a[1] + b[1]
    return f"{a[1]}{a[0].label}*{b[1]}{b[0].label}"


def pairs_of(items: Sequence[T]) -> list[tuple[T, T]]:
    """All pairs, each once."""
    return [(a, b) for i, a in enumerate(items) for b in items[i:]]


def stack(values: Sequence[FloatArray]) -> FloatArray:
    """Broadcast coefficients into one array with the terms last."""
    return np.stack(np.broadcast_arrays(*values), axis=-1)


def _floats(values: ArrayLike, what: str) -> FloatArray:
    if np.iscomplexobj(values):
        raise InputError(f"{what} must be real numbers in MeV, got complex ones")
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise InputError(
            f"{what} must be numbers in MeV (30 * MeV, 10 * keV), got {values!r}"
        ) from None


def energies(e_nu: ArrayLike) -> FloatArray:
    """Neutrino energies as an array; raises `InputError` unless all are positive and
    finite."""
    e = _floats(e_nu, "neutrino energies")
    if not np.all((e > 0) & np.isfinite(e)):
        raise InputError(
            "neutrino energies must be positive and finite (MeV), got"
            f" {_first_bad(e, e > 0)}"
        )
    return e


def recoils(t_nr: ArrayLike) -> FloatArray:
    """Recoil energies as an array; raises `InputError` unless all are finite and not
    negative."""
    t = _floats(t_nr, "recoil energies")
    if not np.all((t >= 0) & np.isfinite(t)):
        raise InputError(
            "recoil energies must be finite and not negative (MeV), got"
            f" {_first_bad(t, t >= 0)}"
        )
    return t


def _first_bad(values: FloatArray, good: NDArray[np.bool_]) -> float:
    flat = np.ravel(values)
    bad = ~np.ravel(good) | ~np.isfinite(flat)
    return float(flat[bad][0])
