"""Whether a rate is finite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from nuprobe.errors import InputError
from nuprobe.prediction.setup import Setup

__all__ = ["check_convergence", "reaches_nothing"]

_SMALL = 1e-9  # of the largest deposit
# negligible probability of the bins at zero recoil, by the power of 1/T (a logarithm is
# never large)
_NOTHING = {1: 1e-12, 2: 1e-19}


def check_convergence(setup: Setup, values: Mapping[str, float]) -> None:
    """Reject a setup whose rate is infinite.

    Photon exchange diverges at zero deposit as 1/T (moments, interference) or 1/T²
    (charges). The rate is finite if the detection probability falls fast enough there,
    or vanishes below some deposit.

    Parameters
    ----------
    setup : the ingredients.
    values : of the axes.

    Raises
    ------
    InputError
        The message names the divergence and the remedy.

    Examples
    --------
    >>> from nuprobe.prediction.examples import argon
    >>> check_convergence(argon(), {})
    """
    exchanges = setup.exchanges_at(values)
    names = setup.process.diverging(exchanges)
    if not names:
        return
    power = 2 if any(name.count("/q2") == 2 for name in names) else 1
    for name, low, high in _near_nothing(setup, values):
        if low > _NOTHING[power] and np.log10(high / low) < power - 0.99:
            raise InputError(
                f"the rate of {name} is infinite: photon exchange (a charge or a moment"
                f" of the neutrino) grows as 1/T{'²' * (power - 1)} at small recoil,"
                " and recoils without a signal reach the bins; give the response a"
                " floor (the smallest signal, one electron-hole pair or quantum:"
                " response.floor = '3 eV'), or start the bins at a higher value"
            )


def reaches_nothing(setup: Setup, values: Mapping[str, float]) -> bool:
    """Whether recoils without signal reach the bins through noise.

    Parameters
    ----------
    setup : the ingredients.
    values : of the axes.

    Examples
    --------
    >>> from nuprobe.prediction.examples import argon
    >>> reaches_nothing(argon(), {})
    False
    """
    return any(low > _NOTHING[2] for _, low, _ in _near_nothing(setup, values))


def _near_nothing(
    setup: Setup, values: Mapping[str, float]
) -> Iterator[tuple[str, float, float]]:
    """Scatterers with arbitrarily small deposits, and the probability of the bins at
    two such deposits, a factor of ten apart."""
    response = setup.response_at(values)
    energies = [e for c in setup.flux.components for e in c.edges]
    energies += [line.energy for c in setup.flux.components for line in c.lines]
    for scatterer in setup.process.scatterers(setup.target_at(values)):
        top = float(scatterer.t_max(np.array(energies)).max(initial=0.0))
        if scatterer.floor > 0 or not top > 0 or response.window(top)[0] > 0:
            continue
        near = _SMALL * top
        low, high = response.matrix(np.array([near, 10 * near])).sum(axis=0)
        yield scatterer.name, float(low), float(high)
