"""Share of the electron flavour in what arrives: all that charged currents of low
energy ask of a neutrino."""

from __future__ import annotations

import numpy as np

from nuprobe.flavours import FlavourState

__all__ = ["electron_share"]


def electron_share(state: FlavourState, anti: bool, wanted_anti: bool) -> float:
    """ρ_ee of a state, or 0 if it is of the other kind.

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
