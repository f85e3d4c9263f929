"""What processes with the same current share: neutral currents, quadratic in the
couplings of a model, and charged currents, which only need the electron flavour."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.flavours import FlavourState
from nuprobe.models import Couplings
from nuprobe.numerics import FloatArray
from nuprobe.processes.interface import Exchanges, Process

__all__ = ["ChargedCurrent", "NeutralCurrent", "electron_share"]


@quick_methods
class NeutralCurrent(Process):
    """A process whose coefficients are quadratic in a model's couplings: `_weights`
    returns them and their derivatives."""

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
        return self._weights(couplings, None, state, anti, exchanges)

    def coefficient_derivatives(
        self,
        couplings: Couplings,
        slope: Couplings,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> FloatArray:
        """Derivative of `coefficients` when the `couplings` change along `slope`.

        `state`, `anti`, `exchanges`: as in `Process.coefficients`.
        """
        return self._weights(couplings, slope, state, anti, exchanges)

    @abstractmethod
    def _weights(
        self,
        couplings: Couplings,
        slope: Couplings | None,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> FloatArray:
        """`coefficients`, or along a slope `coefficient_derivatives`."""


@quick_methods
class ChargedCurrent(Process):
    """A process by W exchange of the Standard Model, whatever the model: its only
    coefficient is the electron-flavour fraction."""

    @property
    @abstractmethod
    def antineutrino(self) -> bool:
        """Whether it takes antineutrinos."""

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
        """Share of electron neutrinos or antineutrinos, shape (1,).

        `couplings`, `state`, `anti`, `exchanges`: as in `Process.coefficients`.
        """
        return np.array([electron_share(state, anti, self.antineutrino)])


def electron_share(state: FlavourState, anti: bool, wanted_anti: bool) -> float:
    """ρ_ee of a state, or 0 if it is of antineutrinos instead of neutrinos or vice
    versa.

    Parameters
    ----------
    state : flavour of the neutrinos that arrive.
    anti : whether they are antineutrinos.
    wanted_anti : whether the reaction takes antineutrinos.

    Examples
    --------
    >>> from nuprobe.flavours import flavour
    >>> electron = FlavourState.pure(flavour("nubar_e"))
    >>> electron_share(electron, True, True), electron_share(electron, False, True)
    (1.0, 0.0)
    """
    if anti != wanted_anti:
        return 0.0
    return float((np.abs(state.vectors[0]) ** 2 * state.weights).sum())
