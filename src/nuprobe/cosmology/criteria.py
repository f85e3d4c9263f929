"""Decoupling temperature of neutrinos, which depends on the criterion.

``"energy"``: Γ_E = H, where their temperature stops following that of the plasma.
``"number"``: Γ = H, where a neutrino scatters for the last time. Magnetic scattering is
twenty times more important there, so moments of 1e-10 μ_B change this temperature but
not the other.

Both rates fall faster than H: the weak one by T³, the magnetic one by T. Neutrinos are
coupled *above* the crossing; a rate that never reaches H (no weak interactions, a small
moment) leaves them without one.
"""

from __future__ import annotations

import math
from typing import Any, Final, Literal, get_args

import numpy as np

from nuprobe.border import public
from nuprobe.cosmology import tables
from nuprobe.cosmology.moments import Moments, read_moments
from nuprobe.cosmology.plasma import LARGEST_TEMPERATURE
from nuprobe.cosmology.rates import FLAVOURS, Flavour, Rates, interaction_rates
from nuprobe.cosmology.screening import Screening, ScreeningName
from nuprobe.cosmology.thermodynamics import equation_of_state
from nuprobe.errors import ComputationError, UnknownNameError
from nuprobe.numerics import FloatArray, flag

__all__ = [
    "Criterion",
    "decoupling_temperature",
    "instantaneous_n_eff",
]

Criterion = Literal["energy", "number"]
_NU_ENTROPY: Final = 7 * math.pi**2 / 90
_GRID: Final = 60


def _excess(rates: Rates, criterion: Criterion, weak: bool) -> FloatArray:
    """Γ/H."""
    if criterion == "energy":
        total = rates.magnetic_energy + (rates.weak_energy if weak else 0.0)
    else:
        total = rates.magnetic_number + (rates.weak_number if weak else 0.0)
    return np.asarray(total / rates.expansion)


@public
def decoupling_temperature(
    model: Any,
    flavour: Flavour,
    criterion: Criterion = "energy",
    *,
    screening: Screening = "debye",
    exchange_screening: ScreeningName = "none",
    weak: bool = True,
) -> float:
    """Temperature below which a flavour is decoupled, without oscillations.

    Parameters
    ----------
    model : None, `StandardModel` or `Electromagnetic` with moments.
    flavour : ``"nu_e"``, ``"nu_mu"`` or ``"nu_tau"``.
    criterion : ``"energy"`` or ``"number"``.
    screening : of the photon in the number of scatterings.
    exchange_screening : of the photon in the exchange of energy.
    weak : include the weak interaction; False: only moments.

    Returns
    -------
    float
        In MeV.

    Raises
    ------
    InputError
        For another model, flavour, criterion or screening.
    ComputationError
        If the flavour is decoupled, or coupled, all the way from 100 to 0.03 MeV.

    Examples
    --------
    >>> [round(decoupling_temperature(None, f), 3) for f in ("nu_e", "nu_mu")]
    [1.489, 2.464]
    """
    if criterion not in get_args(Criterion):
        raise UnknownNameError("criterion", criterion, get_args(Criterion))
    flag("weak", weak)
    moments = model if isinstance(model, Moments) else read_moments(model)

    def gap(x: Any) -> FloatArray:
        t = np.clip(np.exp(x), tables.COLDEST, LARGEST_TEMPERATURE)
        rates = interaction_rates(
            moments,
            flavour,
            t,
            screening=screening,
            exchange_screening=exchange_screening,
        )
        # where both have vanished, far below H
        return np.log(np.maximum(_excess(rates, criterion, weak), 1e-300))

    x = np.linspace(math.log(tables.COLDEST), math.log(LARGEST_TEMPERATURE), _GRID)
    above = gap(x) > 0
    if above.all() or not above.any():
        where = "coupled" if above.all() else "decoupled"
        raise ComputationError(
            f"{flavour} is {where} from {tables.COLDEST:g} to"
            f" {LARGEST_TEMPERATURE:g} MeV by the criterion {criterion!r}: no"
            " decoupling temperature in the tables"
        )
    # the coldest crossing; below it neutrinos stay free
    k = int(np.argmax(above))
    if not above[k:].all():
        raise ComputationError(
            f"{flavour} couples and decouples more than once by the criterion"
            f" {criterion!r}"
        )
    from scipy.optimize import brentq

    return float(math.exp(brentq(gap, x[k - 1], x[k], xtol=1e-12, rtol=1e-12)))


@public
def instantaneous_n_eff(
    model: Any = None,
    criterion: Criterion = "number",
    *,
    screening: Screening = "debye",
    exchange_screening: ScreeningName = "none",
) -> float:
    """N_eff if each flavour decoupled instantaneously at its decoupling temperature
    with conserved entropy, as in older plots; `decoupling` follows the evolution
    instead.

    Parameters
    ----------
    model : None, `StandardModel` or `Electromagnetic` with moments.
    criterion : ``"number"`` or ``"energy"``.
    screening : of the photon in the number of scatterings.
    exchange_screening : of the photon in the exchange of energy.

    Returns
    -------
    float

    Raises
    ------
    InputError, ComputationError
        As `decoupling_temperature`.

    Examples
    --------
    >>> round(instantaneous_n_eff(), 3)
    3.033
    """
    moments = model if isinstance(model, Moments) else read_moments(model)
    last = sorted(
        decoupling_temperature(
            moments,
            flavour,
            criterion,
            screening=screening,
            exchange_screening=exchange_screening,
        )
        for flavour in FLAVOURS
    )
    gas = equation_of_state("e3")
    coldest = 0.002
    cooled = total = 0.0
    below, coupled = coldest, 0
    # backwards from today: ln(a_end/a) at each decoupling, with the flavours still
    # coupled
    for t in last:
        hot, cold = (
            float(gas.entropy(one)) + coupled * _NU_ENTROPY * one**3
            for one in (t, below)
        )
        cooled += math.log(hot / cold) / 3
        below, coupled = t, coupled + 1
        total += (t * math.exp(-cooled) / coldest) ** 4
    return float(total * (11 / 4) ** (4 / 3))
