"""Amplitudes of elastic scattering: which terms a model needs, and their coefficients.

A rate is Σ_ab s_a(T) s_b(T) Re Tr[M_a ρ M_b†] over the shapes s of the amplitude (one a
constituent and propagator), with the flavour matrices M of the model and the flavour
state ρ of the neutrinos [Kouzakov:2017hbc, eq. unverified]. The shapes are kernels, the
traces coefficients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from nuprobe.constants import ALPHA_EM, M_ELECTRON
from nuprobe.errors import InputError
from nuprobe.flavours import FlavourState, columns, trace
from nuprobe.models import Couplings, Propagator
from nuprobe.models.loops import loop_share
from nuprobe.numerics import FloatArray
from nuprobe.processes.interface import Exchange, Exchanges, Slot

__all__ = [
    "MAGNETIC",
    "amplitudes",
    "diverging",
    "magnetic_coefficient",
    "magnetic_kinematics",
    "pair_coefficients",
    "pair_name",
    "pairs_of",
    "propagate",
    "slots",
    "stack",
]

T = TypeVar("T")
MAGNETIC: Final = np.pi * ALPHA_EM**2 / M_ELECTRON**2
"""πα²/m_e² in MeV⁻²: the scale of scattering by a moment of one Bohr magneton."""


def pair_coefficients(
    pairs: Sequence[tuple[Slot, Slot]],
    matrices: Mapping[Slot, NDArray[Any]],
    state: FlavourState,
    slope: Mapping[Slot, NDArray[Any]] | None = None,
) -> list[FloatArray]:
    """Coefficient of each pair of shapes (twice the interference), or its derivative.

    Parameters
    ----------
    pairs : which shapes, by slot.
    matrices : flavour matrices by slot.
    state : flavour of the neutrinos.
    slope : direction in which the matrices change; then the result is the derivative.

    Examples
    --------
    >>> from nuprobe.processes.inputs import as_state
    >>> p, n = (Propagator(), "p"), (Propagator(), "n")
    >>> matrices = {p: 0.05 * np.eye(3), n: -0.5 * np.eye(3)}
    >>> pairs = [(p, p), (p, n), (n, n)]
    >>> coefficients = pair_coefficients(pairs, matrices, as_state("nu_e"))
    >>> [round(float(c), 4) for c in coefficients]
    [0.0025, -0.05, 0.25]
    """
    left = {slot: columns(m, state) for slot, m in matrices.items()}
    if slope is None:
        return [
            (1 if a == b else 2) * trace(left.get(a), left.get(b), state)
            for a, b in pairs
        ]
    right = {slot: columns(m, state) for slot, m in slope.items()}
    return [
        (1 if a == b else 2)
        * (
            trace(left.get(a), right.get(b), state)
            + trace(right.get(a), left.get(b), state)
        )
        for a, b in pairs
    ]


def slots(entries: Sequence[Exchange], charges: Sequence[str]) -> tuple[Slot, ...]:
    """Slots of the amplitudes of some constituents, contact terms first.

    Parameters
    ----------
    entries : exchanges of one kind.
    charges : names of the constituents.

    Examples
    --------
    >>> [name for _, name in slots([(Propagator(), ("p", "n", "e"))], ("p", "n"))]
    ['p', 'n']
    """
    return tuple((p, c) for p, names in entries for c in charges if c in names)


def amplitudes(
    given: Sequence[Any],
    wanted: Sequence[Slot],
    allowed: Sequence[str],
    exchanges: Exchanges,
) -> dict[Slot, NDArray[Any]]:
    """Flavour matrices of a model by slot.

    Parameters
    ----------
    given : exchanges of the model (`VectorExchange` or `ScalarExchange`).
    wanted : slots of the kernels.
    allowed : constituents of the process; others are left out.
    exchanges : those of the kernels, with the masses that are fixed in them.

    Raises
    ------
    InputError
        For an exchange that the kernels lack, or one of a different mass.

    Examples
    --------
    >>> from nuprobe.models import StandardModel
    >>> from nuprobe.processes.interface import CONTACT
    >>> wanted = slots(CONTACT.vector, ("n",))
    >>> given = StandardModel().couplings().vector
    >>> (matrix,) = amplitudes(given, wanted, ("n",), CONTACT).values()
    >>> np.diag(matrix)
    array([-0.5, -0.5, -0.5])
    """
    result: dict[Slot, NDArray[Any]] = {}
    for exchange in given:
        for charge, matrix in exchange.charges.items():
            if charge not in allowed:
                continue
            slot = exchanges.slot(wanted, exchange.propagator, charge)
            if slot is None:
                raise InputError(_lacking(exchange.propagator, charge, wanted))
            # two mediators of equal mass are one exchange for the kernels
            result[slot] = result[slot] + matrix if slot in result else matrix
    return result


def _lacking(propagator: Propagator, charge: str, wanted: Sequence[Slot]) -> str:
    """Why the kernels cannot take the exchange of a model."""
    name = propagator.parameter
    masses = [
        p.mass
        for p, c in wanted
        if name and p.parameter == name and c == charge and p.loops == propagator.loops
    ]
    if masses and masses[0] is not None and propagator.mass is not None:
        return (
            f"these templates are for a mediator with {name} = {masses[0]:.10g} MeV,"
            f" but the model has {propagator.mass:.10g} MeV: rebuild them with this"
            f" model, or with {name} free"
        )
    return (
        f"these templates lack the exchange '{charge}{propagator.label}' of this model:"
        " rebuild them with this model"
    )


def magnetic_coefficient(
    couplings: Couplings,
    slope: Couplings | None,
    state: FlavourState,
    exchanges: Exchanges,
) -> list[FloatArray]:
    """|μ|² of a flavour state in units of μ_B², or its derivative; empty if the kernels
    have no such term.

    Parameters
    ----------
    couplings : of the model.
    slope : direction in which they change; then the result is the derivative.
    state : flavour of the neutrinos.
    exchanges : those of the kernels.

    Examples
    --------
    >>> from nuprobe.models import StandardModel
    >>> from nuprobe.processes.inputs import as_state
    >>> from nuprobe.processes.interface import CONTACT
    >>> couplings = StandardModel().couplings()
    >>> magnetic_coefficient(couplings, None, as_state("nu_e"), CONTACT)
    []
    """
    if couplings.magnetic is not None and couplings.scalar:
        raise InputError(
            "a magnetic moment and a scalar both flip the helicity and interfere,"
            " which is not implemented: use only one of them"
        )
    if not exchanges.magnetic:
        if couplings.magnetic is not None:
            raise InputError(
                "these templates lack a magnetic-moment term, which this model needs:"
                " rebuild them with this model"
            )
        return []
    moment: NDArray[Any] | None = (
        None if couplings.magnetic is None else columns(couplings.magnetic, state)
    )
    if slope is None:
        return [trace(moment, moment, state)]
    along = None if slope.magnetic is None else columns(slope.magnetic, state)
    return [2 * trace(moment, along, state)]


def magnetic_kinematics(t: FloatArray) -> FloatArray:
    """Amplitudes of the powers 0 and 1 of 1/E of (πα²/m_e²) (1/T − 1/E); 0 at T = 0,
    where they are infinite.

    Parameters
    ----------
    t : recoil energies in MeV, any shape.

    Examples
    --------
    >>> magnetic_kinematics(np.array([0.5])) / MAGNETIC
    array([[ 2., -1.]])
    """
    moved = t > 0
    inverse = np.where(moved, 1 / np.where(moved, t, 1.0), 0.0)
    return MAGNETIC * np.stack([inverse, np.where(moved, -1.0, 0.0)], axis=-1)


def propagate(
    propagator: Propagator, q2: FloatArray, *, electrons: bool = False
) -> FloatArray:
    """1 for a contact term, else 1/(|q²| + m²) in MeV⁻², of loops times their mixing
    over that at zero.

    Parameters
    ----------
    propagator : of the exchange.
    q2 : |q²| in MeV², any shape.
    electrons : with electrons. If they have a charge of their own the mixing, a per
        cent of it, is taken at zero.

    Examples
    --------
    >>> propagate(Propagator(2.0), np.array([0.0, 1.0]))
    array([0.25, 0.2 ])
    """
    if propagator.mass is None:
        return np.ones_like(q2)
    loops = propagator.loops
    if loops is None or (electrons and loops[0]):
        share: float | FloatArray = 1.0
    else:
        share = loop_share(loops, q2)
    return np.asarray(share / (q2 + propagator.mass**2))


def pair_name(a: Slot, b: Slot) -> str:
    """Name of a term: ``"pn"`` for contact terms, else e.g. ``"p*p/q2"``.

    Parameters
    ----------
    a, b : the two slots.

    Examples
    --------
    >>> pair_name((Propagator(), "p"), (Propagator(0.0), "n"))
    'p*n/q2'
    """
    if a[0].mass is None and b[0].mass is None:
        return a[1] + b[1]
    return f"{a[1]}{a[0].label}*{b[1]}{b[0].label}"


def pairs_of(items: Sequence[T]) -> list[tuple[T, T]]:
    """All pairs of `items`, each once.

    Examples
    --------
    >>> pairs_of("pn")
    [('p', 'p'), ('p', 'n'), ('n', 'n')]
    """
    return [(a, b) for i, a in enumerate(items) for b in items[i:]]


def diverging(terms: Sequence[str]) -> tuple[str, ...]:
    """Which of the `terms` contain the exchange of a photon, so that their integral
    down to zero recoil is infinite.

    Examples
    --------
    >>> diverging(("pp", "p*p/q2", "p*p/(q2+mass^2)", "magnetic"))
    ('p*p/q2', 'magnetic')
    """
    return tuple(name for name in terms if name == "magnetic" or "/q2" in name)


def stack(values: Sequence[FloatArray]) -> FloatArray:
    """Broadcast coefficients `values`, one per term, into one array with the terms
    last.

    Examples
    --------
    >>> stack([np.array(1.0), np.array([2.0, 3.0])]).shape
    (2, 2)
    """
    return np.stack(np.broadcast_arrays(*values), axis=-1)
