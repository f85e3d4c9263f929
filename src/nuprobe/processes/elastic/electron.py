"""Elastic scattering of neutrinos off electrons: kernels, coefficients, cross sections.

With the amplitudes L = (g_V + g_A)/2 and R = (g_V − g_A)/2 of left- and right-handed
electrons (Giunti:2014ixa, equation unverified; checked against explicit Dirac traces)

    dσ/dT = (2G_F² m_e/π) [L² + R² (1 − T/E)² − L R m_e T/E²]

Antineutrinos have the axial coupling reversed, which exchanges L and R. Photon and
mediator exchange multiply the amplitudes by 1/(2m_e T + m²) and interfere with the weak
one; what flips the helicity does not:

    magnetic moment: (πα²/m_e²) (1/T − 1/E) |μ/μ_B|²
    scalar of mass m: (m_e² T/4πE²) (1 + T/2m_e) |C_e|²/(2m_e T + m²)²

Linear in terms such as LL, RR, LR, L/q2*R, magnetic, scalar:ee; a model gives their
coefficients. The couplings to electrons are those of the model, in the Standard Model
at tree level.

Electrons of atoms are free ones that an energy transfer T below their binding energy B
cannot move: Σ_shells n θ(T − B) (the stepping approximation, Giunti:2014ixa, equation
unverified).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.constants import G_FERMI, M_ELECTRON
from nuprobe.flavours import Flavour, FlavourState, columns, trace
from nuprobe.fluxes import Flux
from nuprobe.models import Couplings, Model, Propagator
from nuprobe.nuclei import Target, TargetSpec, shells
from nuprobe.nuclei import target as make_target
from nuprobe.numerics import FloatArray
from nuprobe.processes import cross_section
from nuprobe.processes.elastic import amplitudes as amp
from nuprobe.processes.elastic.recoil import Recoil, polynomial
from nuprobe.processes.inputs import deposits
from nuprobe.processes.interface import (
    CONTACT,
    ELECTRON_RECOIL,
    Deposit,
    Exchanges,
    KernelGroup,
    Process,
    Scatterer,
    Slot,
)

__all__ = [
    "Electron",
    "averaged",
    "coefficient_derivatives",
    "coefficients",
    "differential",
    "electrons",
    "kernel_groups",
    "kernels",
    "terms",
    "total",
]

_CHARGES: Final = ("e", "e_axial")
_CHIRALITIES: Final = ("LL", "RR", "LR")
_RECOIL: Final = Recoil(M_ELECTRON)
_SCALE: Final = 2 * G_FERMI**2 * M_ELECTRON / np.pi

Levels = tuple[tuple[float, float], ...]
"""Pairs (number of electrons, binding energy in MeV)."""
_FREE: Final[Levels] = ((1.0, 0.0),)
_Columns = dict[str, list[NDArray[Any] | None]]
"""M v_r by chirality of the electron and exchange."""


@dataclass(frozen=True)
class Electron(Process):
    """The process as cross sections and templates see it.

    Attributes
    ----------
    binding : whether the energy transfer must exceed the binding energy.

    Examples
    --------
    >>> import nuprobe as nu
    >>> [s.name for s in Electron().scatterers(nu.target("NaI"))]
    ['Na electrons', 'I electrons']
    """

    binding: bool = True

    @property
    def name(self) -> str:
        """Name in files and on the command line."""
        return "electron"

    @property
    def deposit(self) -> Deposit:
        """The energy transfer; for a free electron, its kinetic energy."""
        return ELECTRON_RECOIL

    @property
    def momentum(self) -> float:
        """A typical momentum transfer, MeV: √(2 m_e T) is 0.1 for T of 10 keV and 1 for
        1 MeV."""
        return 0.5

    @property
    def constituents(self) -> tuple[str, ...]:
        """Vector and axial coupling of the electron."""
        return _CHARGES

    def scatterers(self, target: Target | None) -> tuple[Scatterer, ...]:
        """Return one scatterer an element of the `target`, or one free electron for
        None; raises `InputError` for an element whose binding energies are not
        tabulated."""
        if target is None:
            return (_scatterer("free electron", 1.0, _FREE),)
        return tuple(
            _scatterer(f"{symbol} electrons", count, _levels(symbol, z, self.binding))
            for (symbol, z), count in _elements(target).items()
        )

    def terms(self, exchanges: Exchanges) -> tuple[str, ...]:
        """Return the names of the terms that `exchanges` need."""
        return terms(exchanges)

    def diverging(self, exchanges: Exchanges) -> tuple[str, ...]:
        """Return those of `exchanges` in which a photon is exchanged."""
        return amp.diverging(terms(exchanges))

    def coefficients(
        self,
        couplings: Couplings,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> FloatArray:
        """Coefficients of the terms, shape (terms,) or (points, terms).

        `couplings`, `state`, `anti`, `exchanges`: as in `Process.coefficients`.
        """
        return _coefficients(couplings, None, state, exchanges)

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
        return _coefficients(couplings, slope, state, exchanges)


def _scatterer(name: str, count: float, levels: Levels) -> Scatterer:
    return Scatterer(
        name,
        count,
        _RECOIL,
        partial(_groups, levels),
        tuple(sorted({b for _, b in levels if b > 0})),
        min(b for _, b in levels),
    )


def _elements(target: Target) -> dict[tuple[str, int], float]:
    """Atoms of each element (symbol, Z) in a formula unit."""
    counts: dict[tuple[str, int], list[float]] = {}
    for c in target.components:
        counts.setdefault((c.isotope.symbol, c.isotope.z), []).append(c.count)
    # abundances add up to one atom without rounding
    return {key: math.fsum(parts) for key, parts in counts.items()}


def _levels(symbol: str, z: int, binding: bool) -> Levels:
    if binding:
        return tuple((float(s.electrons), s.energy) for s in shells(symbol))
    return ((float(z), 0.0),)


def terms(exchanges: Exchanges = CONTACT) -> tuple[str, ...]:
    """Names of the terms, in the order of the last axis of `kernels` and
    `coefficients`.

    Parameters
    ----------
    exchanges : which exchanges, by default the weak interaction alone.

    Examples
    --------
    >>> terms()
    ('LL', 'RR', 'LR')
    """
    pairs = amp.pairs_of(_propagators(exchanges))
    vector = tuple(_name(kind, a, b) for kind in _CHIRALITIES for a, b in pairs)
    scalar = tuple("scalar:" + amp.pair_name(a, b) for a, b in _scalar_pairs(exchanges))
    return (*vector, *(("magnetic",) if exchanges.magnetic else ()), *scalar)


def _propagators(exchanges: Exchanges) -> list[Propagator]:
    """Propagators of what electrons exchange with neutrinos, helicity kept."""
    return [p for p, names in exchanges.vector if any(c in names for c in _CHARGES)]


def _scalar_pairs(exchanges: Exchanges) -> list[tuple[Slot, Slot]]:
    return amp.pairs_of(amp.slots(exchanges.scalar, ("e",)))


def _name(kind: str, a: Propagator, b: Propagator) -> str:
    if a.mass is None and b.mass is None:
        return kind
    return f"{kind[0]}{a.label}*{kind[1]}{b.label}"


def kernel_groups(
    exchanges: Exchanges = CONTACT, levels: Levels = _FREE
) -> tuple[KernelGroup, ...]:
    """Kernels, split into (energy, recoil) kinematics and propagators.

    Parameters
    ----------
    exchanges : which exchanges, by default the weak interaction alone.
    levels : pairs (number of electrons, binding energy in MeV); by default one free
        electron.

    Returns
    -------
    tuple of KernelGroup
        Their terms, in order, are those of ``terms(exchanges)``.

    Examples
    --------
    >>> [(g.terms, g.powers) for g in kernel_groups()]
    [(('LL',), (0,)), (('RR',), (0, 1, 2)), (('LR',), (2,))]
    """
    return _groups(levels, exchanges)


def _groups(levels: Levels, exchanges: Exchanges) -> tuple[KernelGroup, ...]:
    m = M_ELECTRON
    groups = []
    pairs = amp.pairs_of(_propagators(exchanges))
    if pairs:
        kinematics = (
            ((0,), polynomial(lambda t: 1.0)),
            ((0, 1, 2), polynomial(lambda t: 1.0, lambda t: -2 * t, lambda t: t**2)),
            ((2,), polynomial(lambda t: -m * t)),
        )
        response = partial(_response, levels, pairs, _SCALE)
        groups = [
            KernelGroup(
                tuple(_name(kind, a, b) for a, b in pairs),
                response,
                powers,
                amplitudes,
                positive=kind != "LR",
            )
            for kind, (powers, amplitudes) in zip(_CHIRALITIES, kinematics, strict=True)
        ]
    if exchanges.magnetic:
        movable = partial(_movable, levels)
        groups.append(
            KernelGroup(("magnetic",), movable, (0, 1), amp.magnetic_kinematics)
        )
    if scalars := _scalar_pairs(exchanges):
        groups.append(
            KernelGroup(
                tuple("scalar:" + amp.pair_name(a, b) for a, b in scalars),
                partial(_response, levels, [(a[0], b[0]) for a, b in scalars], 1.0),
                (2,),
                polynomial(lambda t: m**2 * t * (1 + t / (2 * m)) / (4 * np.pi)),
            )
        )
    return tuple(groups)


def _movable(levels: Levels, t: FloatArray) -> FloatArray:
    """Electrons that an energy transfer can move, shape (*t.shape, 1)."""
    number = sum((n * (t >= b) for n, b in levels), np.zeros(t.shape))
    return np.asarray(number)[..., None]


def _response(
    levels: Levels,
    pairs: list[tuple[Propagator, Propagator]],
    scale: float,
    t: FloatArray,
) -> FloatArray:
    """Products of propagators times the electrons that can be moved, terms last."""
    q2 = 2 * M_ELECTRON * t
    shapes = [amp.propagate(a, q2) * amp.propagate(b, q2) for a, b in pairs]
    return np.stack(shapes, axis=-1) * scale * _movable(levels, t)


def electrons(
    target: TargetSpec, t_e: ArrayLike, *, binding: bool = True
) -> FloatArray:
    """Number of electrons per formula unit that an energy transfer can move.

    Parameters
    ----------
    target : what `nuprobe.target` makes or accepts.
    t_e : energy transfer in MeV (array-like).
    binding : False counts all of them.

    Returns
    -------
    array
        Of the shape of `t_e`.

    Raises
    ------
    InputError
        If the binding energies of an element are not tabulated, or an energy is
        negative or not finite.

    Examples
    --------
    >>> electrons("Xe", [1e-3, 0.1])  # at 1 keV and 100 keV
    array([40., 54.])
    """
    t = deposits(t_e)
    result = np.zeros(t.shape)
    for (symbol, z), count in _elements(make_target(target)).items():
        result += count * _movable(_levels(symbol, z, binding), t)[..., 0]
    return result


def _coefficients(
    couplings: Couplings,
    slope: Couplings | None,
    state: FlavourState,
    exchanges: Exchanges,
) -> FloatArray:
    pairs = amp.pairs_of(range(len(_propagators(exchanges))))
    here = _chiral(couplings, exchanges, state)

    def traces(kind: str, x: _Columns, y: _Columns) -> list[FloatArray]:
        """Re Tr[A_a ρ B_b†] of each pair of exchanges, with the amplitudes A of `x` and
        B of `y`."""
        a_, b_ = kind[0], kind[1]
        return [
            trace(x[a_][a], y[b_][b], state)
            + (trace(x[a_][b], y[b_][a], state) if a != b else 0.0)
            for a, b in pairs
        ]

    result: list[FloatArray] = []
    along = None if slope is None else _chiral(slope, exchanges, state)
    for kind in _CHIRALITIES:
        if along is None:
            result += traces(kind, here, here)
        else:
            moved = zip(
                traces(kind, here, along), traces(kind, along, here), strict=True
            )
            result += [a + b for a, b in moved]
    result += amp.magnetic_coefficient(couplings, slope, state, exchanges)
    wanted = amp.slots(exchanges.scalar, ("e",))
    matrices = amp.amplitudes(couplings.scalar, wanted, ("e",), exchanges)
    moving = (
        None
        if slope is None
        else amp.amplitudes(slope.scalar, wanted, ("e",), exchanges)
    )
    result += amp.pair_coefficients(amp.pairs_of(wanted), matrices, state, moving)
    return amp.stack(result) if result else np.zeros(0)


def _chiral(
    couplings: Couplings, exchanges: Exchanges, state: FlavourState
) -> _Columns:
    """Columns of L = (V + A)/2 and R = (V − A)/2 by exchange, None where there is
    none."""
    wanted = amp.slots(exchanges.vector, _CHARGES)
    matrices = amp.amplitudes(couplings.vector, wanted, _CHARGES, exchanges)
    result: _Columns = {"L": [], "R": []}
    for p in _propagators(exchanges):
        v, a = (matrices.get((p, c)) for c in _CHARGES)
        for side, sign in (("L", 1), ("R", -1)):
            parts = [x for x in (v, None if a is None else sign * a) if x is not None]
            result[side].append(
                columns(np.asarray(sum(parts)) / 2, state) if parts else None
            )
    return result


def kernels(
    e_nu: ArrayLike, t_e: ArrayLike, *, exchanges: Exchanges = CONTACT
) -> FloatArray:
    """Kernels K(E, T) of one free electron: the cross section is
    ``kernels @ coefficients``.

    Parameters
    ----------
    e_nu, t_e : neutrino energy and kinetic energy of the electron in MeV, broadcast
        against each other.
    exchanges : as in `kernel_groups`.

    Returns
    -------
    array, shape (*broadcast shape, terms)
        In cm²/MeV per electron (times the dimension of the coefficients); exactly zero
        above the largest recoil.

    Examples
    --------
    >>> kernels(1.0, [0.5, 0.9])[1]
    array([0., 0., 0.])
    """
    (scatterer,) = Electron().scatterers(None)
    return cross_section.kernels(scatterer, e_nu, t_e, terms(exchanges), exchanges)


def coefficients(
    model: Model, flavour: str | Flavour | FlavourState, *, anti: bool | None = None
) -> FloatArray:
    """Coefficients of the terms that a model needs: (L², R², LR) for the weak part, and
    so on.

    Parameters
    ----------
    model : the couplings.
    flavour : ``"nu_e"`` … ``"nubar_tau"``, or a `FlavourState`.
    anti : of a `FlavourState`, whether it is one of antineutrinos.

    Returns
    -------
    array, shape (terms,) or (points, terms)
        Those of ``terms(exchanges)``; one row a parameter point if the model's fields
        are arrays.

    Examples
    --------
    >>> import nuprobe as nu
    >>> coefficients(nu.StandardModel(0.25), "nu_e")
    array([0.5625, 0.0625, 0.1875])
    """
    return cross_section.coefficients(Electron(), model, flavour, anti=anti)


def coefficient_derivatives(
    model: Model, flavour: str | Flavour | FlavourState, *, anti: bool | None = None
) -> Mapping[str, FloatArray]:
    """Analytic derivative of `coefficients` with respect to each of the model's
    parameters, same shapes.

    Parameters
    ----------
    model, flavour, anti : as in `coefficients`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> coefficient_derivatives(nu.StandardModel(0.25), "nu_e")["sin2_theta_w"]
    array([1.5, 0.5, 1. ])
    """
    return cross_section.coefficient_derivatives(Electron(), model, flavour, anti=anti)


def differential(
    e_nu: ArrayLike,
    t_e: ArrayLike,
    model: Model,
    flavour: str | Flavour | FlavourState,
    target: TargetSpec | None = None,
    *,
    binding: bool = True,
    anti: bool | None = None,
) -> FloatArray:
    """Differential cross section dσ/dT.

    What is hit stands last, unlike for nuclei, since it may be left out: one free
    electron.

    Parameters
    ----------
    e_nu, t_e : neutrino energy and energy transfer (for a free electron its kinetic
        energy) in MeV (array-like), broadcast against each other.
    model : the couplings.
    flavour : ``"nu_e"`` … ``"nubar_tau"``, or a `FlavourState`.
    target : None for one free electron; or what `nuprobe.target` makes or accepts: then
        the sum over the electrons of its formula unit (of the atom, for an element),
        each shell counted above its binding energy.
    binding : False counts all electrons of the target at every energy.
    anti : of a `FlavourState`, whether it is one of antineutrinos.

    Returns
    -------
    array
        In cm²/MeV per electron, or per formula unit of a target, of the broadcast
        shape; exactly 0 above the largest recoil energy.

    Raises
    ------
    InputError
        If an energy is negative, zero or not finite, a recoil negative or larger than
        the energy, the flavour or target unknown, or the binding energies of an element
        not tabulated.

    Examples
    --------
    >>> import nuprobe as nu
    >>> differential(1.0, 0.1, nu.StandardModel(), "nu_e")
    array(1.004e-44)
    """
    return cross_section.differential(
        Electron(binding), e_nu, t_e, target, model, flavour, anti=anti
    )


def averaged(
    flux: Flux,
    t_e: ArrayLike,
    model: Model,
    flavour: str | Flavour,
    target: TargetSpec | None = None,
    *,
    binding: bool = True,
) -> FloatArray:
    """Mean of dσ/dT over the normalised spectrum of one flavour of a flux.

    Parameters
    ----------
    flux : the source; lines are included.
    t_e, model, flavour, target, binding : as in `differential`.

    Returns
    -------
    array
        In cm²/MeV per electron, or per formula unit of a target, of the shape of `t_e`.

    Raises
    ------
    InputError
        As `differential`, and if the flux has no such flavour.

    Examples
    --------
    >>> import nuprobe as nu
    >>> averaged(nu.flux("sns"), 0.01, nu.StandardModel(), "nu_mu", "Ar")
    array(3.884e-44)
    """
    return cross_section.averaged(Electron(binding), flux, t_e, target, model, flavour)


def total(
    e_nu: ArrayLike,
    model: Model,
    flavour: str | Flavour,
    *,
    threshold: float = 0.0,
    target: TargetSpec | None = None,
    binding: bool = True,
    rtol: float = 1e-8,
) -> FloatArray:
    """Total cross section σ(E), optionally above a recoil threshold.

    Parameters
    ----------
    e_nu : neutrino energies in MeV.
    model, flavour, target, binding : as in `differential`.
    threshold : smallest energy transfer counted, MeV.
    rtol : accuracy asked of the quadrature; the difference between two orders is its
        estimate.

    Returns
    -------
    array
        In cm² per electron, or per formula unit of a target, of the shape of `e_nu`.

    Raises
    ------
    InputError
        As `differential`, and if photon exchange with free electrons makes the result
        infinite.
    ComputationError
        If the quadrature does not reach `rtol`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> total([1.0, 10.0], nu.StandardModel(), "nu_e")
    array([7.320e-45, 9.421e-44])
    """
    return cross_section.total(
        Electron(binding),
        e_nu,
        target,
        model,
        flavour,
        threshold=threshold,
        rtol=rtol,
    )
