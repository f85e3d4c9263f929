"""Electron antineutrinos from the Sun: production by precession, and limits on μ B from
their absence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from nuprobe.border import public
from nuprobe.constants import M_ELECTRON, M_NEUTRON, M_PROTON
from nuprobe.errors import ComputationError, InputError, shown
from nuprobe.fluxes import flux
from nuprobe.numerics import FloatArray, gauss_legendre, number, numbers
from nuprobe.oscillation.precession import SpinFlavour
from nuprobe.reprs import readable
from nuprobe.units import gauss

__all__ = ["PrecessionLimit", "antineutrino_share", "precession_limit"]

_POINTS: Final = 6
_TRIES: Final = 12
_CLOSE: Final = 1e-3
_SMALLEST: Final = 1e-30


@readable
@dataclass(frozen=True)
class PrecessionLimit:
    """Largest magnetic moment that a bound on solar ν̄_e allows.

    Attributes
    ----------
    moment : of the largest element, in Bohr magnetons.
    field : largest strength of the field, MeV².
    moment_field : their product in Bohr magnetons times gauss: what the bound limits
        for a field of this shape, however strong.
    probability : mean conversion probability with that moment: that of the bound.
    model : with that moment.
    """

    moment: float
    field: float
    moment_field: float
    probability: float
    model: SpinFlavour


@public
def antineutrino_share(model: SpinFlavour, window: tuple[float, float]) -> float:
    """Mean probability ν_e → ν̄_e of ⁸B neutrinos, weighted as in a detector.

    Weighted with the spectrum of ⁸B and with the cross section of inverse beta decay to
    zeroth order, p_e E_e (textbook), over the neutrino energies of the window: the
    ratio of events to complete conversion, which experiments quote for an undistorted
    spectrum.

    Parameters
    ----------
    model : Majorana neutrinos in the Sun.
    window : lowest and highest neutrino energy, MeV.

    Raises
    ------
    InputError
        If the neutrinos are Dirac, or the window contains no ⁸B neutrino above the
        threshold of 1.8 MeV.

    Examples
    --------
    >>> from nuprobe.oscillation import SOLAR_RADIUS
    >>> sun = SpinFlavour({"ex": 1e-11}, production=0.05 * SOLAR_RADIUS)
    >>> f"{antineutrino_share(sun, (8.3, 15.0)):.1e}"
    '2.0e-07'
    """
    if model.kind != "majorana":
        raise InputError(
            'Dirac neutrinos do not turn into antineutrinos: use kind="majorana"'
        )
    e, weights = _energies(window)
    return float(weights @ model.probabilities(e)[:, 2])


@public
def precession_limit(
    model: SpinFlavour, probability: float, window: tuple[float, float]
) -> PrecessionLimit:
    """Turn a bound on the conversion of solar ν_e to ν̄_e into one on μ B.

    All moments of the model are scaled until `antineutrino_share` equals the bound.

    Parameters
    ----------
    model : field, matter and mixing; its moments set the start.
    probability : the bound, such as 5.3e-5 (KamLAND:2011bnd, abstract).
    window : neutrino energies of the experiment, MeV.

    Raises
    ------
    InputError
        If the bound is not between 0 and 1, or as for `antineutrino_share`.
    ComputationError
        If no moment gives that many antineutrinos, for example without a field.

    Examples
    --------
    >>> from nuprobe.oscillation import SOLAR_RADIUS
    >>> sun = SpinFlavour({"ex": 1e-10}, production=0.05 * SOLAR_RADIUS)
    >>> found = precession_limit(sun, 5.3e-5, (8.3, 15.0))
    >>> f"{found.moment:.1e}", f"{found.moment_field:.1e}"
    ('1.6e-10', '8.1e-06')
    """
    if not 0 < number("the bound on the probability", probability) < 1:
        raise InputError(
            f"the bound on the probability must lie between 0 and 1, got {probability}"
        )
    factor, seen = 1.0, antineutrino_share(model, window)
    for _ in range(_TRIES):
        if abs(seen / probability - 1) < _CLOSE:
            return _result(model.times(factor), seen)
        if seen < _SMALLEST:
            break
        # exact while the conversion is rare
        factor *= math.sqrt(probability / seen)
        if factor * max(map(abs, model.moments.values())) > 1:
            break
        seen = antineutrino_share(model.times(factor), window)
    raise ComputationError(
        f"no moment gives a conversion probability of {probability:g} in this field:"
        " give a stronger field, or a moment to start from"
    )


def _result(model: SpinFlavour, seen: float) -> PrecessionLimit:
    largest = max(map(abs, model.moments.values()))
    field = model.magnetic_field.peak
    return PrecessionLimit(largest, field, largest * field / gauss, seen, model)


def _energies(window: tuple[float, float]) -> tuple[FloatArray, FloatArray]:
    """Energies of the window and weights that sum to 1."""
    ends = numbers("the window of neutrino energies in MeV", window)
    threshold = ((M_NEUTRON + M_ELECTRON) ** 2 - M_PROTON**2) / (2 * M_PROTON)
    boron = flux("solar", components=["8B"])
    top = max(c.e_max for c in boron.components)
    if ends.shape != (2,) or not max(ends[0], threshold) < min(ends[1], top):
        raise InputError(
            "the window must run from a lower to a higher neutrino energy in MeV"
            f" and overlap the range from {threshold:.2f} and {top:.2f}, got"
            f" {shown(window)}"
        )
    low, high = max(ends[0], threshold), min(ends[1], top)
    x, w = gauss_legendre(_POINTS)
    e = low + (high - low) * x
    positron = e - (M_NEUTRON - M_PROTON)
    cross_section = positron * np.sqrt(np.clip(positron**2 - M_ELECTRON**2, 0.0, None))
    weights = w * boron.spectrum("nu_e", e) * cross_section
    return e, np.asarray(weights / weights.sum())
