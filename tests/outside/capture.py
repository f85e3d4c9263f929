"""A process outside the package, in one file: ν_e + A → e⁻ + B.

The visible energy is T = E − Δ − r, where the threshold Δ is 5 MeV and up to 40 % of
E − Δ is lost as r, with a density that falls linearly:

    d²σ/dT = (2G_F²/π) (E − Δ)² p(r) S(T) [g_F² + g_A² (1 + T/E)]

It is no polynomial in 1/E, and the range of T is nothing like that of a recoil.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuprobe.constants import G_FERMI
from nuprobe.errors import InputError
from nuprobe.flavours import FlavourState
from nuprobe.models import Couplings
from nuprobe.nuclei import Target
from nuprobe.parameters import Parameter
from nuprobe.processes import (
    Deposit,
    DepositRange,
    Exchanges,
    KernelGroup,
    Process,
    Scatterer,
)

Array = NDArray[np.float64]
THRESHOLD, LOST = 5.0, 0.4
SCALE = 2 * G_FERMI**2 / np.pi


@dataclass(frozen=True)
class Visible(DepositRange):
    """From 60 % of what exceeds the threshold up to all of it."""

    def t_max(self, e_nu: Array) -> Array:
        return np.maximum(e_nu - THRESHOLD, 0.0)

    def t_min(self, e_nu: Array) -> Array:
        return (1 - LOST) * self.t_max(e_nu)

    def e_min(self, t: Array) -> Array:
        return t + THRESHOLD

    def e_max(self, t: Array) -> Array:
        return t / (1 - LOST) + THRESHOLD


def lost(e: Array, t: Array) -> Array:
    """Kinematics of the isotropic part: (E − Δ)² times the density of what is lost."""
    free = e - THRESHOLD
    share = (free - t) / (LOST * free)
    return np.asarray(SCALE * free**2 * 2 * (1 - share) / (LOST * free))


def strength(t: Array) -> Array:
    """Response of the nucleus."""
    return np.asarray(np.exp(-t / 40))


@dataclass(frozen=True)
class Capture(Process):
    """The process; `g_a` is a constant that a fit may free."""

    g_a: Any = 1.27
    g_f: float = 1.0

    @property
    def name(self) -> str:
        return "capture"

    @property
    def deposit(self) -> Deposit:
        return Deposit("visible energy", r"E_\mathrm{vis}")

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return (Parameter("g_a", float(np.ravel(self.g_a)[0]), 0.0, 5.0, step=0.1),)

    def scatterers(self, target: Target | None) -> tuple[Scatterer, ...]:
        if target is None:
            raise InputError("capture needs a target")
        return tuple(
            Scatterer(c.isotope.name, c.count, Visible(), self.groups)
            for c in target.components
        )

    def groups(self, exchanges: Exchanges) -> tuple[KernelGroup, ...]:
        def response(t: Array) -> Array:
            return strength(t)[..., None]

        def angular(e: Array, t: Array) -> Array:
            return lost(e, t) * (1 + t / e)

        return (
            KernelGroup(("fermi",), response, function=lost),
            KernelGroup(("gamow-teller",), response, function=angular),
        )

    def terms(self, exchanges: Exchanges) -> tuple[str, ...]:
        return ("fermi", "gamow-teller")

    def coefficients(
        self,
        couplings: Couplings,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> Array:
        electron = self._electron(state, anti)
        pieces = np.broadcast_arrays(self.g_f**2, np.square(self.g_a))
        return electron * np.stack(pieces, axis=-1)

    def constant_derivatives(
        self,
        couplings: Couplings,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> Mapping[str, Array]:
        pieces = np.broadcast_arrays(0.0, 2 * np.asarray(self.g_a))
        return {"g_a": self._electron(state, anti) * np.stack(pieces, axis=-1)}

    @staticmethod
    def _electron(state: FlavourState, anti: bool) -> float:
        """Share of ν_e."""
        share = (np.abs(state.vectors[0]) ** 2 * state.weights).sum()
        return 0.0 if anti else float(share)
