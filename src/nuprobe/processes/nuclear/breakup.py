"""Kinematics and cross sections of the break-up of the deuteron by neutrinos.

For ν + d → ℓ + N N, with E_e, k and β of the lepton at the angle θ, relative momentum p
of the nucleons and q² = E² + k² − 2Ek cos θ,

    dσ/dcos θ = (G_F² g_A²/π) X ∫ 4πp² dp/(2π)³ |T(p)|² k E_e F(Z, E_e)
                × ½ {1 − (β/3) cos θ ± (2μ_V/3g_A M)[E + E_e β² − (E + E_e) β cos θ]}/J

where X = 2V_ud² for charged currents and 1 for neutral ones, J = dE_e/d(energy of the
nucleons) inverted, and + for neutrinos, − for antineutrinos (weak magnetism; of neutral
currents the isovector part, 1 − 2 sin²θ_W of it). The nucleons share p²/M + q²/4M.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.constants import (
    G_A,
    G_FERMI,
    M_ELECTRON,
    M_NEUTRON,
    M_PROTON,
    V_UD,
)
from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.processes.interface import DepositRange
from nuprobe.processes.nuclear import radiative
from nuprobe.processes.nuclear.fermi import fermi_function
from nuprobe.processes.nuclear.two_nucleons import BINDING, Pair, Scheme, strengths
from nuprobe.processes.pieces import EnergyPiece

__all__ = [
    "NN",
    "NP",
    "PP",
    "Breakup",
    "BreakupEnergy",
    "BreakupTransfer",
    "by_angle",
    "spectrum",
]

_DEUTERON: Final = M_PROTON + M_NEUTRON - BINDING
_MAGNETIC: Final = 4.7059
"""μ_V = μ_p − μ_n in nuclear magnetons."""
_RADIUS: Final = 1.2 * 2 ** (1 / 3)
"""Radius at which the Fermi function is evaluated, fm; its effect is 1e-4 of the cross
section."""
_POLE: Final = 8.0
"""Inverse scattering length of two nucleons, MeV: below, |T|² falls steeply with p."""
_STEEP: Final = _POLE**2 / M_NEUTRON
"""The same as an energy, MeV."""
_SMALLEST: Final = 1e-9
_STEPS: Final = 40


@dataclass(frozen=True)
class Breakup:
    """One final state.

    Attributes
    ----------
    pair : the nucleons.
    mass : of both, MeV.
    lepton : mass of the lepton, MeV.
    charge : of the nucleons, for the electron's Fermi function; 0 if there is none or
        its repulsion is below 0.1 %.
    factor : X.
    """

    pair: Pair
    mass: float
    lepton: float
    charge: int
    factor: float

    @property
    def released(self) -> float:
        """Energy of the lepton minus that of the neutrino if the nucleons were at rest,
        MeV (negative)."""
        return _DEUTERON - self.mass

    @property
    def threshold(self) -> float:
        """Smallest energy of the neutrino, MeV."""
        products = self.mass + self.lepton
        return (products**2 - _DEUTERON**2) / (2 * _DEUTERON)


PP: Final = Breakup("pp", 2 * M_PROTON, M_ELECTRON, 2, 2 * V_UD**2)
NN: Final = Breakup("nn", 2 * M_NEUTRON, M_ELECTRON, 0, 2 * V_UD**2)
NP: Final = Breakup("np", M_PROTON + M_NEUTRON, 0.0, 0, 1.0)


def _momentum(state: Breakup, e_l: FloatArray) -> FloatArray:
    return np.sqrt(np.maximum(e_l**2 - state.lepton**2, _SMALLEST**2))


def _factors(
    state: Breakup,
    e: FloatArray,
    e_l: FloatArray,
    k: FloatArray,
    cos: FloatArray,
    outer: bool,
) -> tuple[FloatArray, FloatArray]:
    """Axial part, and weak magnetism at the full isovector strength, of k E_e F times
    the bracket, in MeV²; with outer radiative corrections of a charged lepton."""
    beta = k / e_l
    common = 0.5 * k * e_l * fermi_function(e_l, k, state.charge, _RADIUS)
    if outer and state.lepton:
        common = common * radiative.outer(e_l)
    moment = 4 * _MAGNETIC / (3 * G_A * state.mass)
    magnetic = e + e_l * beta**2 - (e + e_l) * beta * cos
    return common * (1 - beta / 3 * cos), common * moment * magnetic


def spectrum(
    state: Breakup,
    e_nu: FloatArray,
    e_l: FloatArray,
    scheme: Scheme,
    nodes: int = 16,
    outer: bool = False,
) -> FloatArray:
    """dσ/dE of the lepton's total energy E, integrated over its angle.

    Parameters
    ----------
    state : final state.
    e_nu, e_l : energies of the neutrino and of the lepton in MeV, same shape; inside
        the allowed region.
    scheme : in which L_1A is defined.
    nodes : of the quadrature over the angle.
    outer : include outer radiative corrections; `e_l` then contains the photons.

    Returns
    -------
    array, shape (2, 3, *shape)
        In MeV⁻³: axial part and weak magnetism; powers of L_1A (fm³).

    Examples
    --------
    >>> e_nu, e_l = np.array([10.0]), np.array([7.0])
    >>> parts = spectrum(PP, e_nu, e_l, "resummed")
    >>> parts.shape, bool(parts[1, 0, 0] < 0.1 * parts[0, 0, 0])
    ((2, 3, 1), True)
    """
    e, energy = e_nu[..., None], e_l[..., None]
    k = _momentum(state, energy)
    half, product = state.mass / 2, e * k
    # p² = at_rest + E k cos θ/2
    at_rest = half * (e + state.released - energy) - (e**2 + k**2) / 4
    x, w = gauss_legendre(nodes)
    # cos θ varies as p²; the peak of two nucleons near zero energy is flat in
    # arsinh(p/κ)
    first, last = (
        np.arcsinh(np.sqrt(np.maximum(at_rest + sign * product / 2, 0.0)) / _POLE)
        for sign in (-1.0, 1.0)
    )
    grown = first + (last - first) * x
    p = _POLE * np.sinh(grown)
    cos = np.clip(2 * (p**2 - at_rest) / product, -1.0, 1.0)
    weight = 4 * p**2 / product * _POLE * np.cosh(grown) * (last - first) * w
    squares = strengths(p, state.pair, scheme)
    scale = (G_FERMI * G_A) ** 2 / np.pi * state.factor * half / (4 * np.pi**2)
    parts = _factors(state, e, energy, k, cos, outer)
    return scale * np.array(
        [[(weight * part * t).sum(-1) for t in squares] for part in parts]
    )


def by_angle(
    state: Breakup,
    e_nu: FloatArray,
    cos: FloatArray,
    scheme: Scheme,
    nodes: int = 48,
    outer: bool = False,
) -> FloatArray:
    """dσ/dcos θ of the lepton, integrated over its energy.

    Parameters
    ----------
    state : final state.
    e_nu : energy of the neutrino in MeV, above the threshold.
    cos : cosine of the angle, of the same shape.
    scheme : in which L_1A is defined.
    nodes : of the quadrature over the relative momentum.
    outer : include outer radiative corrections as a function of energy, the same at
        every angle; correct only after integration over angles.

    Returns
    -------
    array, shape (2, 3, *shape)
        In MeV⁻²: axial part and weak magnetism; powers of L_1A (fm³).

    Examples
    --------
    >>> by_angle(NP, np.array([10.0]), np.array([0.5]), "resummed").shape
    (2, 3, 1)
    """
    e, c = e_nu[..., None], cos[..., None]
    x, w = gauss_legendre(nodes)
    angle = np.pi / 2 * x
    largest = np.sqrt(np.maximum(_excess(state, e, c), 0.0))
    p = largest * np.sin(angle)
    e_l = _lepton_energy(state, e, c, p)
    k = _momentum(state, e_l)
    jacobian = 1 + (e_l - e * e_l * c / k) / state.mass
    weight = np.pi / 2 * w * largest * np.cos(angle) * p**2 / jacobian
    squares = strengths(p, state.pair, scheme)
    scale = (G_FERMI * G_A) ** 2 / np.pi * state.factor / (2 * np.pi**2)
    parts = _factors(state, e, e_l, k, c, outer)
    return scale * np.array(
        [[(weight * part * t).sum(-1) for t in squares] for part in parts]
    )


def _excess(state: Breakup, e: FloatArray, cos: FloatArray) -> FloatArray:
    """Largest p² (MeV²): that of a lepton almost at rest, for which lepton and motion
    of the nucleons take the least energy."""
    k = np.zeros(np.broadcast_shapes(e.shape, cos.shape))
    if state.lepton:
        for _ in range(4):
            slow = np.hypot(k, state.lepton)
            k = np.maximum(e * cos, 0.0) * slow / (slow + state.mass)
    return state.mass / 2 * (e + state.released - _taken(state, e, cos, k))


def _taken(state: Breakup, e: FloatArray, cos: FloatArray, k: FloatArray) -> FloatArray:
    """Energy of a lepton of momentum k plus that of the motion of the nucleons."""
    q2 = e**2 + k**2 - 2 * e * k * cos
    return np.asarray(np.hypot(k, state.lepton) + q2 / (2 * state.mass))


def _lepton_energy(
    state: Breakup, e: FloatArray, cos: FloatArray, p: FloatArray
) -> FloatArray:
    """Energy of the lepton at relative momentum p: the larger of two, if there are two.

    Newton's method from above, where the energy is convex in k.
    """
    free = e + state.released - 2 * p**2 / state.mass
    k = np.sqrt(np.maximum(free**2 - state.lepton**2, _SMALLEST**2))
    for _ in range(_STEPS):
        excess = _taken(state, e, cos, k) - free
        total = np.hypot(np.maximum(k, _SMALLEST), state.lepton)
        slope = k / total + (k - e * cos) / state.mass
        step = np.where(slope > 0, excess / np.where(slope > 0, slope, 1.0), 0.0)
        k = np.maximum(k - np.maximum(step, 0.0), 0.0)
        if np.all(step <= 1e-13 * (k + state.lepton)):
            break
    return np.hypot(np.maximum(k, _SMALLEST), state.lepton)


@quick_methods
@dataclass(frozen=True)
class BreakupEnergy(DepositRange):
    """Total energies of the electron or positron, from its mass on.

    Attributes
    ----------
    state : final state.

    Examples
    --------
    >>> electron = BreakupEnergy(PP)
    >>> electron.t_max(np.array([1.0, 10.0]))
    array([0.   , 9.06...])
    """

    state: Breakup

    def t_max(self, e_nu: FloatArray) -> FloatArray:
        """Largest energy of the lepton at neutrino energies `e_nu`, MeV; 0 below the
        threshold."""
        e = np.maximum(e_nu, self._lowest)
        energy = _lepton_energy(self.state, e, np.ones(()), np.zeros(()))
        return np.where(e_nu > self._lowest, energy, 0.0)

    def t_min(self, e_nu: FloatArray) -> FloatArray:
        """Mass of the lepton above the threshold, else 0, for `e_nu` in MeV."""
        return np.where(e_nu > self._lowest, self.state.lepton, 0.0)

    def turns(self, e_nu: FloatArray) -> tuple[FloatArray, ...]:
        """Energy of backward leptons with nucleons at relative rest, for `e_nu` in
        MeV."""
        e = np.maximum(e_nu, self._lowest)
        energy = _lepton_energy(self.state, e, -np.ones(()), np.zeros(()))
        return (np.where(e_nu > self._lowest, energy, 0.0),)

    @property
    def steep(self) -> float:
        """Energy scale of the final-state interaction of the nucleons, MeV."""
        return _STEEP

    def pieces(self, t: FloatArray) -> tuple[EnergyPiece, ...]:
        """Pieces that start at the energies for which nucleons are at relative rest
        with a forward and with a backward lepton, for lepton energies `t` in MeV."""
        k = np.sqrt(np.maximum(t**2 - self.state.lepton**2, 0.0))
        low = self.e_min(t)
        taken = (t - self.state.released + k) / self.state.mass
        # with momentum transfer q = E + k the nucleons carry q²/2m
        q = self.state.mass * (1 - np.sqrt(np.maximum(1 - 2 * taken, 0.0)))
        turn = np.where(np.isfinite(low), np.maximum(q - k, low), np.inf)
        scale = np.full(np.shape(t), _STEEP)
        above = np.full(np.shape(t), np.inf)
        first = EnergyPiece(low, turn, low, scale)
        return first, EnergyPiece(turn, above, turn, scale)

    @property
    def _lowest(self) -> float:
        """Threshold with slowly moving nucleons."""
        return float(self.e_min(np.array(self.state.lepton)))

    def e_min(self, t: FloatArray) -> FloatArray:
        """Smallest neutrino energy that can produce leptons of energy `t`, MeV."""
        k = np.sqrt(np.maximum(t**2 - self.state.lepton**2, 0.0))
        taken = (t - self.state.released - k) / self.state.mass
        # with momentum transfer q = E − k the nucleons carry q²/2m
        q = self.state.mass * (1 - np.sqrt(np.maximum(1 - 2 * taken, 0.0)))
        return np.where(t >= self.state.lepton, q + k, np.inf)


@quick_methods
@dataclass(frozen=True)
class BreakupTransfer(DepositRange):
    """Energy transfers, from the binding energy upwards.

    Examples
    --------
    >>> BreakupTransfer().t_min(np.array([2.0, 10.0]))
    array([0.        , 2.2258...])
    """

    def t_max(self, e_nu: FloatArray) -> FloatArray:
        """Whole energy above the threshold, else 0, for `e_nu` in MeV."""
        return np.where(e_nu > self._lowest, e_nu, 0.0)

    def t_min(self, e_nu: FloatArray) -> FloatArray:
        """Smallest transfer, or 0 below the threshold, for `e_nu` in MeV."""
        return np.where(e_nu > self._lowest, self._lowest, 0.0)

    def turns(self, e_nu: FloatArray) -> tuple[FloatArray, ...]:
        """Transfer with backward neutrinos and nucleons at relative rest, for `e_nu` in
        MeV."""
        e = np.maximum(e_nu, self._lowest)
        energy = _lepton_energy(NP, e, -np.ones(()), np.zeros(()))
        with np.errstate(invalid="ignore"):  # infinite energies
            turn = np.where(np.isfinite(e_nu), e - energy, np.inf)
        return (np.where(e_nu > self._lowest, turn, 0.0),)

    @property
    def steep(self) -> float:
        """Energy scale of the final-state interaction of the nucleons, MeV."""
        return _STEEP

    def pieces(self, t: FloatArray) -> tuple[EnergyPiece, ...]:
        """Pieces below and above the energy at which backward neutrinos leave nucleons
        at relative rest, for transfers `t` in MeV."""
        low = self.e_min(t)
        momentum = np.sqrt(2 * NP.mass * np.maximum(t + NP.released, 0.0))
        turn = np.where(np.isfinite(low), np.maximum((t + momentum) / 2, low), np.inf)
        # p² = (2E_turn − t)(E_turn − E) close to the turn
        scale = _POLE**2 / np.maximum(momentum, _POLE)
        above = np.full(np.shape(t), np.inf)
        return EnergyPiece(low, turn, turn, scale), EnergyPiece(
            turn, above, turn, scale
        )

    @property
    def _lowest(self) -> float:
        """Binding energy plus the motion of the nucleons for an equal momentum
        transfer."""
        return float(BreakupEnergy(NP).e_min(np.zeros(())))

    def e_min(self, t: FloatArray) -> FloatArray:
        """Smallest neutrino energy that can transfer `t`, MeV."""
        return np.where(t >= self._lowest, t, np.inf)
