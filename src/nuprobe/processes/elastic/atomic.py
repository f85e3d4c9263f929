"""Kernels of electrons, free or in atoms: the terms, and the number of electrons that
can be ionised.

The formulas and their sources are in `nuprobe.processes.elastic.electron`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.border import public
from nuprobe.constants import ALPHA_EM, G_FERMI, M_ELECTRON, M_W
from nuprobe.errors import warn
from nuprobe.flavours import FlavourState, columns
from nuprobe.models import Couplings, Propagator
from nuprobe.nuclei import (
    Binding,
    Ionisation,
    Photoabsorption,
    Target,
    TargetSpec,
    check_binding,
    ionisation,
    photoabsorption,
    shells,
)
from nuprobe.nuclei import target as make_target
from nuprobe.numerics import FloatArray
from nuprobe.processes.elastic import amplitudes as amp
from nuprobe.processes.elastic.recoil import Recoil, polynomial
from nuprobe.processes.elastic.upscattering import PORTAL, upscatterer
from nuprobe.processes.inputs import deposits, energies
from nuprobe.processes.interface import CONTACT, Exchanges, KernelGroup, Scatterer, Slot

__all__ = [
    "CHARGES",
    "CHIRALITIES",
    "FREE",
    "Columns",
    "Levels",
    "Photons",
    "atom",
    "check_reach",
    "chiral",
    "electrons",
    "elements",
    "factor_of",
    "kernel_groups",
    "levels_of",
    "propagators",
    "scatterer",
    "terms",
    "upscattering_atom",
]

CHARGES: Final = ("e", "e_axial")
_RECOIL: Final = Recoil(M_ELECTRON)
CHIRALITIES: Final = ("LL", "RR", "LR")
_SCALE: Final = 2 * G_FERMI**2 * M_ELECTRON / np.pi


@dataclass(frozen=True)
class Photons:
    """Equivalent photons of the field of a charged neutrino.

    Attributes
    ----------
    absorption : of photons by the atom.
    neutrino_mass : MeV.
    """

    absorption: Photoabsorption
    neutrino_mass: float

    def number(self, e_nu: FloatArray, t: FloatArray) -> FloatArray:
        """ln(E/m_ν) at the neutrino energies `e_nu`, independent of the photon energy
        `t`."""
        log = np.log(np.maximum(e_nu, 1e-300) / self.neutrino_mass)
        return np.maximum(log, 0.0) + 0.0 * t


Columns = dict[str, list[NDArray[Any] | None]]
"""M v of each exchange, by chirality."""
Levels = tuple[tuple[float, float], ...]
"""Pairs (number of electrons, binding energy in MeV)."""
FREE: Final[Levels] = ((1.0, 0.0),)
"""One free electron."""


def elements(target: Target) -> dict[tuple[str, int], float]:
    """Atoms of each element (symbol, Z) in a formula unit of a `target`.

    Examples
    --------
    >>> elements(make_target("NaI"))
    {('Na', 11): 1.0, ('I', 53): 1.0}
    """
    counts: dict[tuple[str, int], list[float]] = {}
    for c in target.components:
        counts.setdefault((c.isotope.symbol, c.isotope.z), []).append(c.count)
    # make abundances add up to exactly one atom
    return {key: math.fsum(parts) for key, parts in counts.items()}


def levels_of(symbol: str, z: int, binding: Binding) -> Levels:
    """Levels of the electrons of an atom.

    Parameters
    ----------
    symbol, z : of the element.
    binding : how they are bound; False: all electrons are free.

    Examples
    --------
    >>> levels_of("Xe", 54, binding=False)
    ((54.0, 0.0),)
    """
    if check_binding(binding):
        return tuple((float(s.electrons), s.energy) for s in shells(symbol))
    return ((float(z), 0.0),)


def factor_of(symbol: str, binding: Binding) -> Ionisation | None:
    """Many-body factor on the electrons of an atom, None for the step function.

    Parameters
    ----------
    symbol : of the element.
    binding : how they are bound.

    Examples
    --------
    >>> factor_of("Xe", "rrpa").name
    'ionisation of Xe (rrpa)'
    >>> factor_of("Xe", True) is None
    True
    """
    name = check_binding(binding)
    return ionisation(symbol, name) if name == "rrpa" else None


def scatterer(
    name: str,
    count: float,
    levels: Levels,
    factor: Ionisation | None = None,
    photons: Photons | None = None,
) -> Scatterer:
    """Electrons of one element, or one free electron.

    Parameters
    ----------
    name : of the scatterer.
    count : atoms of the element in a formula unit.
    levels, factor, photons : as in `kernel_groups`.

    Examples
    --------
    >>> scatterer("free electron", 1.0, FREE).floor
    0.0
    """
    knots = () if factor is None else factor.energies
    if photons is not None:
        knots = (*knots, *photons.absorption.energies)
    return Scatterer(
        name,
        count,
        _RECOIL,
        partial(kernel_groups, levels=levels, factor=factor, photons=photons),
        tuple(sorted({*knots, *(b for _, b in levels if b > 0)})),
        min(b for _, b in levels),
    )


@lru_cache(maxsize=64)
def atom(
    symbol: str, z: int, count: float, binding: Binding, neutrino_mass: float = 1e-6
) -> Scatterer:
    """Electrons of one element of a target.

    Parameters
    ----------
    symbol, z : of the element.
    count : its atoms in a formula unit.
    binding : how they are bound.
    neutrino_mass : MeV, in the logarithm of equivalent photons.

    Examples
    --------
    >>> atom("Xe", 54, 1.0, True).name
    'Xe electrons'
    """
    levels, factor = levels_of(symbol, z, binding), factor_of(symbol, binding)
    photons = None
    if binding == "epa":
        photons = Photons(photoabsorption(symbol), neutrino_mass)
    return scatterer(f"{symbol} electrons", count, levels, factor, photons)


@lru_cache(maxsize=64)
def upscattering_atom(
    symbol: str, z: int, count: float, binding: Binding, exchanges: Exchanges
) -> tuple[Scatterer, ...]:
    """Scatterers that produce the heavy neutrino of some exchanges on electrons of one
    element.

    Parameters
    ----------
    symbol, z, count, binding : as in `atom`; the symbol ``""`` means one free electron.
    exchanges : with or without a portal.

    Examples
    --------
    >>> upscattering_atom("Xe", 54, 1.0, True, CONTACT)
    ()
    """
    levels, factor = FREE, None
    if symbol:
        levels, factor = levels_of(symbol, z, binding), factor_of(symbol, binding)
    plain = scatterer("", count, levels, factor)
    return upscatterer(
        f"{symbol} electrons" if symbol else "free electron",
        count,
        M_ELECTRON,
        exchanges,
        partial(_movable, levels, factor),
        half=True,
        breakpoints=plain.breakpoints,
        floor=plain.floor,
    )


@public
def terms(exchanges: Exchanges = CONTACT) -> tuple[str, ...]:
    """Names of the terms, in the order of the last axis of `kernels` and
    `coefficients`.

    Parameters
    ----------
    exchanges : which exchanges, by default only the weak interaction.

    Examples
    --------
    >>> terms()
    ('LL', 'RR', 'LR')
    """
    pairs = amp.pairs_of(propagators(exchanges))
    vector = tuple(_name(kind, a, b) for kind in CHIRALITIES for a, b in pairs)
    scalar = tuple("scalar:" + amp.pair_name(a, b) for a, b in _scalar_pairs(exchanges))
    flip = ("magnetic",) if exchanges.magnetic else ()
    return (*vector, *flip, *scalar, *(() if exchanges.portal is None else (PORTAL,)))


def propagators(exchanges: Exchanges) -> list[Propagator]:
    """Propagators of those `exchanges` with electrons that keep the helicity.

    Examples
    --------
    >>> propagators(CONTACT)
    [Propagator()]
    """
    return [p for p, names in exchanges.vector if any(c in names for c in CHARGES)]


def _scalar_pairs(exchanges: Exchanges) -> list[tuple[Slot, Slot]]:
    return amp.pairs_of(amp.slots(exchanges.scalar, ("e",)))


def _name(kind: str, a: Propagator, b: Propagator) -> str:
    if a.mass is None and b.mass is None:
        return kind
    return f"{kind[0]}{a.label}*{kind[1]}{b.label}"


@public
def kernel_groups(
    exchanges: Exchanges = CONTACT,
    levels: Levels = FREE,
    factor: Ionisation | None = None,
    photons: Photons | None = None,
) -> tuple[KernelGroup, ...]:
    """Kernels, split into (energy, recoil) kinematics and propagators.

    Parameters
    ----------
    exchanges : which exchanges, by default only the weak interaction.
    levels : pairs (number of electrons, binding energy in MeV); by default one free
        electron.
    factor : on their number, by the energy transfer.
    photons : absorption of equivalent photons, which replaces electron scattering in
        the term quadratic in the neutrino charge; the interference stays that of
        electrons.

    Returns
    -------
    tuple of KernelGroup
        Their terms, in order, are those of ``terms(exchanges)``.

    Examples
    --------
    >>> [(g.terms, g.powers) for g in kernel_groups()]
    [(('LL',), (0,)), (('RR',), (0, 1, 2)), (('LR',), (2,))]
    """
    m = M_ELECTRON
    groups: list[KernelGroup] = []
    movable = partial(_movable, levels, factor)
    every = amp.pairs_of(propagators(exchanges))
    pairs = [pair for pair in every if photons is None or not _photons(pair)]
    if photons is not None and len(pairs) < len(every):
        groups.append(_equivalent(photons))
    if pairs:
        kinematics = (
            ((0,), polynomial(lambda t: 1.0)),
            ((0, 1, 2), polynomial(lambda t: 1.0, lambda t: -2 * t, lambda t: t**2)),
            ((2,), polynomial(lambda t: -m * t)),
        )
        response = partial(_response, movable, pairs, _SCALE)
        groups += [
            KernelGroup(
                tuple(_name(kind, a, b) for a, b in pairs),
                response,
                powers,
                amplitudes,
                positive=kind != "LR",
            )
            for kind, (powers, amplitudes) in zip(CHIRALITIES, kinematics, strict=True)
        ]
    if exchanges.magnetic:
        groups.append(
            KernelGroup(
                ("magnetic",), movable, (0, 1), amp.magnetic_kinematics, infinite=True
            )
        )
    if scalars := _scalar_pairs(exchanges):
        groups.append(
            KernelGroup(
                tuple("scalar:" + amp.pair_name(a, b) for a, b in scalars),
                partial(_response, movable, [(a[0], b[0]) for a, b in scalars], 1.0),
                (2,),
                polynomial(lambda t: m**2 * t * (1 + t / (2 * m)) / (4 * np.pi)),
            )
        )
    return tuple(groups)


def _photons(pair: tuple[Propagator, Propagator]) -> bool:
    """Whether both exchanges are photon exchanges."""
    return all(p.mass == 0 for p in pair)


def _equivalent(photons: Photons) -> KernelGroup:
    """Scattering by a charge as absorption of equivalent photons.

    With a charge the amplitudes of both chiralities are equal, L = R, and the charge in
    units of e is √(_SCALE/4πα²m_e)|L|: LL and RR have half of it each.
    """
    pair = Propagator(0.0), Propagator(0.0)
    half = _SCALE / (8 * np.pi * ALPHA_EM**2 * M_ELECTRON)

    def response(t: FloatArray) -> FloatArray:
        per_charge = 2 * ALPHA_EM / np.pi * photons.absorption(t)
        value = half * np.divide(per_charge, t, out=np.zeros(t.shape), where=t > 0)
        return np.stack([value, value, np.zeros(t.shape)], axis=-1)

    return KernelGroup(
        tuple(_name(kind, *pair) for kind in CHIRALITIES),
        response,
        function=photons.number,
        positive=True,
    )


def _movable(levels: Levels, factor: Ionisation | None, t: FloatArray) -> FloatArray:
    """Electrons that an energy transfer can ionise, shape (*t.shape, 1)."""
    number = sum((n * (t >= b) for n, b in levels), np.zeros(t.shape))
    return np.asarray(number if factor is None else number * factor(t))[..., None]


def _response(
    movable: Callable[[FloatArray], FloatArray],
    pairs: list[tuple[Propagator, Propagator]],
    scale: float,
    t: FloatArray,
) -> FloatArray:
    """Products of propagators times the number of electrons that can be ionised, terms
    last."""
    q2 = 2 * M_ELECTRON * t
    shapes = [
        amp.propagate(a, q2, electrons=True) * amp.propagate(b, q2, electrons=True)
        for a, b in pairs
    ]
    return np.stack(shapes, axis=-1) * scale * movable(t)


@public
def electrons(
    target: TargetSpec, t_e: ArrayLike, *, binding: Binding = True
) -> FloatArray:
    """Number of electrons per formula unit that an energy transfer can ionise.

    Parameters
    ----------
    target : what `nuprobe.target` makes or accepts.
    t_e : energy transfer in MeV (array-like).
    binding : False counts all of them; ``"rrpa"`` includes the many-body factor.

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
    for (symbol, z), count in elements(make_target(target)).items():
        levels, factor = levels_of(symbol, z, binding), factor_of(symbol, binding)
        result += count * _movable(levels, factor, t)[..., 0]
    return result


def chiral(couplings: Couplings, exchanges: Exchanges, state: FlavourState) -> Columns:
    """Columns of L = (V + A)/2 and R = (V − A)/2 by exchange, None where there is none.

    Parameters
    ----------
    couplings : of the model, for neutrinos or antineutrinos.
    exchanges : those of the columns.
    state : of the neutrinos.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.flavours import flavour
    >>> muon = FlavourState.pure(flavour("nu_mu"))
    >>> found = chiral(nu.StandardModel().couplings(), CONTACT, muon)
    >>> {side: len(columns) for side, columns in found.items()}
    {'L': 1, 'R': 1}
    """
    wanted = amp.slots(exchanges.vector, CHARGES)
    matrices = amp.amplitudes(couplings.vector, wanted, CHARGES, exchanges)
    result: Columns = {"L": [], "R": []}
    for p in propagators(exchanges):
        v, a = (matrices.get((p, c)) for c in CHARGES)
        for side, sign in (("L", 1), ("R", -1)):
            parts = [x for x in (v, None if a is None else sign * a) if x is not None]
            result[side].append(
                columns(np.asarray(sum(parts)) / 2, state) if parts else None
            )
    return result


def check_reach(e_nu: ArrayLike) -> None:
    """Warn where the neglected W and Z propagators change the cross section.

    Parameters
    ----------
    e_nu : neutrino energies, MeV.

    Examples
    --------
    >>> check_reach([1.0, 1e6])
    """
    highest = float(np.max(energies(e_nu), initial=0.0))
    share = 2 * M_ELECTRON * highest / M_W**2
    if share > 0.01:
        warn(
            f"at {highest:.4g} MeV on electrons s/M_W² is {share:.2g}: the W and Z"
            " propagators and the production of W bosons (nubar_e at 6.3e9 MeV), not"
            " included here, change the cross section"
        )
