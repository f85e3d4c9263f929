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

from nuprobe.constants import ALPHA_EM, G_FERMI, HBARC_MEV_CM, M_ELECTRON
from nuprobe.errors import ComputationError, InputError
from nuprobe.flavours import Flavour, FlavourState
from nuprobe.flavours import flavour as as_flavour
from nuprobe.fluxes import Flux
from nuprobe.models import Couplings, Model, Propagator, check_model
from nuprobe.nuclei import Target, TargetSpec, shells
from nuprobe.nuclei import target as make_target
from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.processes import elastic
from nuprobe.processes.cevns import magnetic_coefficient, recoil_maximum
from nuprobe.processes.elastic import (
    CONTACT,
    Scatterer,
    Sectors,
    energies,
    recoils,
    sectors_of,
)
from nuprobe.processes.kernels import KernelGroup

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

_HBARC2: Final = HBARC_MEV_CM**2  # MeV⁻² -> cm²
_MAGNETIC: Final = np.pi * ALPHA_EM**2 / M_ELECTRON**2  # MeV⁻²
_CHARGES: Final = ("e", "e_axial")
_CHIRALITIES: Final = ("LL", "RR", "LR")

Levels = tuple[tuple[float, float], ...]  # (electrons, binding energy)
_Columns = dict[
    str, list[NDArray[Any] | None]
]  # M v_r by chirality of the electron and exchange


def terms(sectors: Sectors = CONTACT) -> tuple[str, ...]:
    """Names of the terms, in the order of the last axis of `kernels` and
    `coefficients`."""
    pairs = elastic.pairs_of(_propagators(sectors))
    vector = tuple(_name(kind, a, b) for kind in _CHIRALITIES for a, b in pairs)
    scalar = tuple(
        "scalar:" + elastic.pair_name(a, b) for a, b in _scalar_pairs(sectors)
    )
    return (*vector, *(("magnetic",) if sectors.magnetic else ()), *scalar)


def _propagators(sectors: Sectors) -> list[Propagator]:
    """Propagators of what electrons exchange with neutrinos, helicity kept."""
    return [p for p, names in sectors.vector if any(c in names for c in _CHARGES)]


def _scalar_pairs(sectors: Sectors) -> list[tuple[elastic.Slot, elastic.Slot]]:
    return elastic.pairs_of(elastic.slots(sectors.scalar, ("e",)))


def _name(kind: str, a: Propagator, b: Propagator) -> str:
    return (
        kind
        if a.mass is None and b.mass is None
        else f"{kind[0]}{a.label}*{kind[1]}{b.label}"
    )


def kernel_groups(
    sectors: Sectors = CONTACT, levels: Levels = ((1.0, 0.0),)
) -> tuple[KernelGroup, ...]:
    """Kernels, split into (energy, recoil) kinematics and propagators.

    Parameters
    ----------
    sectors : which exchanges, by default the weak interaction alone.
    levels : pairs (number of electrons, binding energy in MeV); by default one free
        electron.

    Returns
    -------
    tuple of KernelGroup
        Their terms, in order, are those of ``terms(sectors)``.
    """
    m = M_ELECTRON

    def count(t: FloatArray) -> FloatArray:
        return np.asarray(sum((n * (t >= b) for n, b in levels), np.zeros(t.shape)))[
            ..., None
        ]

    def inside(e: FloatArray, t: FloatArray, value: FloatArray) -> FloatArray:
        return np.where(t <= recoil_maximum(e, m), value, 0.0)

    def left(e: FloatArray, t: FloatArray) -> FloatArray:
        return inside(e, t, np.ones(np.broadcast_shapes(e.shape, t.shape)))

    def right(e: FloatArray, t: FloatArray) -> FloatArray:
        return inside(e, t, (1 - t / e) ** 2)

    def mixed(e: FloatArray, t: FloatArray) -> FloatArray:
        return inside(e, t, -m * t / e**2)

    def flip(e: FloatArray, t: FloatArray) -> FloatArray:
        return inside(
            e,
            t,
            np.where(t > 0, _MAGNETIC * (1 / np.where(t > 0, t, 1.0) - 1 / e), 0.0),
        )

    def scalar(e: FloatArray, t: FloatArray) -> FloatArray:
        return inside(e, t, m**2 * t * (1 + t / (2 * m)) / (4 * np.pi * e**2))

    def response(
        pairs: list[tuple[Propagator, Propagator]], scale: float, t: FloatArray
    ) -> FloatArray:
        q2 = 2 * m * t
        shapes = [elastic.propagate(a, q2) * elastic.propagate(b, q2) for a, b in pairs]
        return np.stack(shapes, axis=-1) * scale * count(t)

    pairs = elastic.pairs_of(_propagators(sectors))
    groups = []
    if pairs:
        weak = partial(response, pairs, 2 * G_FERMI**2 * m / np.pi)
        for kind, kinematics in zip(_CHIRALITIES, (left, right, mixed), strict=True):
            groups.append(
                KernelGroup(
                    tuple(_name(kind, a, b) for a, b in pairs), kinematics, weak
                )
            )
    if sectors.magnetic:
        groups.append(KernelGroup(("magnetic",), flip, count))
    if found := _scalar_pairs(sectors):
        names = tuple("scalar:" + elastic.pair_name(a, b) for a, b in found)
        groups.append(
            KernelGroup(
                names, scalar, partial(response, [(a[0], b[0]) for a, b in found], 1.0)
            )
        )
    return tuple(groups)


@dataclass(frozen=True)
class Electron:
    """The process as the prediction floor sees it.

    Attributes
    ----------
    binding : whether the energy transfer must exceed the binding energy.
    """

    binding: bool = True

    @property
    def momentum(self) -> float:
        """A typical momentum transfer, MeV: √(2 m_e T) is 0.1 for T of 10 keV and 1 for
        1 MeV."""
        return 0.5

    def scatterers(self, target: Target) -> tuple[Scatterer, ...]:
        """Return one scatterer an element; raises `InputError` for one whose binding
        energies are not tabulated."""
        found = []
        for (symbol, z), count in _elements(target).items():
            levels = _levels(symbol, z, self.binding)
            breakpoints = tuple(sorted({b for _, b in levels if b > 0}))
            groups = partial(kernel_groups, levels=levels)
            found.append(
                Scatterer(f"{symbol} electrons", count, M_ELECTRON, groups, breakpoints)
            )
        return tuple(found)

    def terms(self, sectors: Sectors) -> tuple[str, ...]:
        """Return names of the terms."""
        return terms(sectors)

    def coefficients(
        self, couplings: Couplings, state: FlavourState, sectors: Sectors
    ) -> FloatArray:
        """Coefficients of the terms, shape (terms,) or (points, terms)."""
        return _coefficients(couplings, None, state, sectors)

    def coefficient_derivatives(
        self,
        couplings: Couplings,
        slope: Couplings,
        state: FlavourState,
        sectors: Sectors,
    ) -> FloatArray:
        """Derivative of `coefficients` where the couplings move along `slope`."""
        return _coefficients(couplings, slope, state, sectors)


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
    """
    t = recoils(t_e)
    result = np.zeros(t.shape)
    for (symbol, z), count in _elements(make_target(target)).items():
        result += count * sum(n * (t >= b) for n, b in _levels(symbol, z, binding))
    return result


def _coefficients(
    couplings: Couplings, slope: Couplings | None, state: FlavourState, sectors: Sectors
) -> FloatArray:
    propagators = _propagators(sectors)
    pairs = elastic.pairs_of(range(len(propagators)))
    here = _chiral(couplings, sectors, propagators, state)

    def traces(kind: str, x: _Columns, y: _Columns) -> list[FloatArray]:
        """Re Tr[A_a ρ B_b†] of each pair of exchanges, with the amplitudes A of `x` and
        B of `y`."""
        a_, b_ = kind[0], kind[1]
        return [
            elastic.product(x[a_][a], y[b_][b], state)
            + (elastic.product(x[a_][b], y[b_][a], state) if a != b else 0.0)
            for a, b in pairs
        ]

    result: list[FloatArray] = []
    along = None if slope is None else _chiral(slope, sectors, propagators, state)
    for kind in _CHIRALITIES:
        if along is None:
            result += traces(kind, here, here)
        else:
            moved = zip(
                traces(kind, here, along), traces(kind, along, here), strict=True
            )
            result += [a + b for a, b in moved]
    result += magnetic_coefficient(couplings, slope, state, sectors)
    wanted = elastic.slots(sectors.scalar, ("e",))
    found = elastic.amplitudes(couplings.scalar, wanted, ("e",))
    moving = None if slope is None else elastic.amplitudes(slope.scalar, wanted, ("e",))
    result += elastic.pair_coefficients(elastic.pairs_of(wanted), found, state, moving)
    return elastic.stack(result) if result else np.zeros(0)


def _chiral(
    couplings: Couplings,
    sectors: Sectors,
    propagators: list[Propagator],
    state: FlavourState,
) -> _Columns:
    """Columns of L = (V + A)/2 and R = (V − A)/2 by exchange, None where there is
    none."""
    wanted = elastic.slots(sectors.vector, _CHARGES)
    found = elastic.amplitudes(couplings.vector, wanted, _CHARGES)
    result: _Columns = {"L": [], "R": []}
    for p in propagators:
        v, a = (found.get((p, c)) for c in _CHARGES)
        for side, sign in (("L", 1), ("R", -1)):
            parts = [x for x in (v, None if a is None else sign * a) if x is not None]
            result[side].append(
                elastic.columns(np.asarray(sum(parts)) / 2, state) if parts else None
            )
    return result


def kernels(
    e_nu: ArrayLike, t_e: ArrayLike, *, sectors: Sectors = CONTACT
) -> FloatArray:
    """Kernels K(E, T) of one free electron: the cross section is
    ``kernels @ coefficients``.

    Parameters
    ----------
    e_nu, t_e : neutrino energy and kinetic energy of the electron in MeV, broadcast
        against each other.
    sectors : as in `kernel_groups`.

    Returns
    -------
    array, shape (*broadcast shape, terms)
        In cm²/MeV per electron (times the dimension of the coefficients); exactly zero
        above the largest recoil.
    """
    e, t = np.broadcast_arrays(energies(e_nu), recoils(t_e))
    columns = [
        g.kinematics(e, t)[..., None] * g.response(t) for g in kernel_groups(sectors)
    ]
    return (
        np.concatenate(columns, axis=-1) * _HBARC2
        if columns
        else np.zeros((*e.shape, 0))
    )


def coefficients(
    model: Model, flavour: str | Flavour | FlavourState, *, anti: bool | None = None
) -> FloatArray:
    """Coefficients of the terms that a model needs: (L², R², LR) for the weak part, and
    so on.

    Parameters
    ----------
    model : the couplings.
    flavour : ``"nu_e"`` … ``"nubar_tau"``, or a `FlavourState` (then `anti` says
        whether of antineutrinos).

    Returns
    -------
    array, shape (terms,) or (points, terms)
        Those of ``terms(sectors)``; one row a parameter point if the model's fields are
        arrays.
    """
    check_model(model)
    couplings = model.couplings(_anti(flavour, anti))
    return _coefficients(
        couplings, None, elastic.as_state(flavour), sectors_of(couplings)
    )


def coefficient_derivatives(
    model: Model, flavour: str | Flavour | FlavourState, *, anti: bool | None = None
) -> Mapping[str, FloatArray]:
    """Analytic derivative of `coefficients` with respect to each of the model's
    parameters, same shapes."""
    check_model(model)
    couplings = model.couplings(_anti(flavour, anti))
    sectors, state = sectors_of(couplings), elastic.as_state(flavour)
    return {
        name: _coefficients(couplings, slope, state, sectors)
        for name, slope in model.coupling_derivatives(_anti(flavour, anti)).items()
    }


def _anti(flavour: str | Flavour | FlavourState, anti: bool | None) -> bool:
    return bool(anti) if isinstance(flavour, FlavourState) else as_flavour(flavour).anti


def _weights(model: Model, flavour: str | Flavour) -> tuple[FloatArray, Sectors]:
    weights = coefficients(model, flavour)
    if weights.ndim != 1:
        raise InputError(
            "a cross section needs a model with scalar parameters; use the templates"
            " for many points"
        )
    return weights, sectors_of(model.couplings(as_flavour(flavour).anti))


def differential(
    e_nu: ArrayLike,
    t_e: ArrayLike,
    model: Model,
    flavour: str | Flavour,
    target: TargetSpec | None = None,
    *,
    binding: bool = True,
) -> FloatArray:
    """Differential cross section dσ/dT.

    Parameters
    ----------
    e_nu, t_e : neutrino energy and energy transfer (for a free electron its kinetic
        energy) in MeV (array-like), broadcast against each other.
    model : the couplings.
    flavour : ``"nu_e"`` … ``"nubar_tau"``.
    target : None for one free electron; or what `nuprobe.target` makes or accepts: then
        the sum over the electrons of its formula unit (of the atom, for an element),
        each shell counted above its binding energy.
    binding : False counts all electrons of the target at every energy.

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
    """
    weights, sectors = _weights(model, flavour)
    e, t = np.broadcast_arrays(energies(e_nu), recoils(t_e))
    if np.any(t > e):
        worst = int(np.argmax(np.ravel(t - e)))
        raise InputError(
            f"a recoil of {np.ravel(t)[worst]:g} MeV exceeds the neutrino energy of"
            f" {np.ravel(e)[worst]:g} MeV: check the units (recoils are in MeV here, 10"
            " keV is 10*keV)"
        )
    result = kernels(e, t, sectors=sectors) @ weights
    return np.asarray(
        result if target is None else result * electrons(target, t, binding=binding)
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
    """
    weights, sectors = _weights(model, flavour)
    t = recoils(t_e)
    number = flux.total(flavour)
    if number == 0:
        raise InputError(
            f"flux {flux.name} has no {flavour}: it has"
            f" {', '.join(map(str, flux.flavours))}"
        )

    def cross_section(e: FloatArray) -> FloatArray:
        return np.asarray(kernels(e, t[..., None], sectors=sectors) @ weights)

    # the smallest energy that can transfer T
    least = (t + np.sqrt(t**2 + 2 * M_ELECTRON * t)) / 2
    result = sum(c.integrate(cross_section, least) for c in flux.of(flavour)) / number
    return np.asarray(
        result if target is None else result * electrons(target, t, binding=binding)
    )


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
    """
    e = energies(e_nu)
    weights, sectors = _weights(model, flavour)
    floor = float(recoils(threshold))
    levels: dict[float, float] = {}  # smallest energy transfer -> electrons
    if target is None:
        levels[floor] = 1.0
    else:
        for (symbol, z), count in _elements(make_target(target)).items():
            for n, b in _levels(symbol, z, binding):
                start = max(b, floor)
                levels[start] = levels.get(start, 0.0) + count * n
    names = terms(sectors)
    photon = any(
        w != 0 and (name == "magnetic" or "/q2" in name)
        for w, name in zip(weights, names, strict=True)
    )
    if photon and min(levels) == 0:
        raise InputError(
            "photon exchange makes the total cross section of free electrons infinite:"
            " give a threshold, e.g. threshold=0.1*keV, or a target"
        )
    top = recoil_maximum(e, M_ELECTRON)
    # in ln(T + c) a propagator 1/(2 m T + M²) with c = M²/2m is an exponential
    masses = [p.mass for p, _ in (*sectors.vector, *sectors.scalar) if p.mass] + [
        0.0
    ] * photon
    c = np.minimum(top, min(masses) ** 2 / (2 * M_ELECTRON)) if masses else top
    result = np.zeros(e.shape)
    for start, count in levels.items():
        low = np.log(np.minimum(start, top) + c)
        width = np.log(top + c) - low

        def integral(
            n: int, low: FloatArray = low, width: FloatArray = width
        ) -> FloatArray:
            x, w = gauss_legendre(n)
            shifted = np.exp(low[..., None] + width[..., None] * x)
            t = np.clip(shifted - c[..., None], 0.0, top[..., None])
            values = kernels(e[..., None], t, sectors=sectors) @ weights
            return np.asarray((values * shifted * w).sum(-1) * width)

        n, coarse = 24, integral(24)
        while True:
            n *= 2
            fine = integral(n)
            error = np.abs(fine - coarse)
            if np.all(error <= rtol * np.abs(fine)):
                break
            if n >= 1500:
                worst = np.ravel(e)[
                    int(np.argmax(np.ravel(error / np.maximum(np.abs(fine), 1e-300))))
                ]
                raise ComputationError(
                    f"total cross section on electrons at {worst:.6g} MeV does not"
                    f" converge to {rtol:g}: ask for a larger rtol or a lower energy"
                )
            coarse = fine
        result += count * fine
    return result
