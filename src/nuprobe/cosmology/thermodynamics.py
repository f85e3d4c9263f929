"""Tabulated equation of state of the electromagnetic plasma at zero chemical potential,
the baryon density and the chemical potential of electrons.

P/T⁴ is tabulated on a uniform grid of ln T and joined by splines of fifth degree; the
energy density ρ = T dP/dT − P and its slope are derivatives of the same splines, so
that the first law is satisfied to rounding.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.constants import M_ELECTRON
from nuprobe.cosmology.plasma import (
    LARGEST_TEMPERATURE,
    SMALLEST_TEMPERATURE,
    Qed,
    charge_density,
    checked_qed,
    checked_temperature,
    plasma_pressure,
)
from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray, number

__all__ = [
    "EquationOfState",
    "baryon_density",
    "chemical_potential",
    "equation_of_state",
]

INTERVALS: Final = 600
"""Of the table, uniform in ln T."""
_ZETA3: Final = 1.2020569031595942


@dataclass(frozen=True, eq=False)
class EquationOfState:
    """P/T⁴ of photons, electrons and positrons over ln T.

    Attributes
    ----------
    qed : order of the corrections.
    start, step : of the uniform grid of ln(T/MeV).
    coefficients : of the splines in (ln T − knot), lowest power first, shape
        (intervals, 6).

    Examples
    --------
    >>> table = equation_of_state("none")
    >>> round(float(table.entropy(20.0) / 20.0**3), 3)  # 11π²/45
    2.412
    """

    qed: Qed
    start: float
    step: float
    coefficients: FloatArray

    def _derivatives(self, t: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
        x = np.log(checked_temperature(t)) - self.start
        last = len(self.coefficients) - 1
        k = np.clip((x / self.step).astype(int), 0, last)
        d = x - k * self.step
        c = np.moveaxis(self.coefficients[k], -1, 0)
        value = slope = bend = np.zeros_like(d)
        for one in c[::-1]:
            bend, slope, value = (
                bend * d + 2 * slope,
                slope * d + value,
                value * d + one,
            )
        return value, slope, bend

    def pressure(self, t: ArrayLike) -> FloatArray:
        """P in MeV⁴ at temperatures `t` in MeV."""
        return np.asarray(self._derivatives(t)[0] * np.asarray(t) ** 4)

    def energy(self, t: ArrayLike) -> FloatArray:
        """ρ in MeV⁴ at temperatures `t` in MeV."""
        value, slope, _ = self._derivatives(t)
        return np.asarray((3 * value + slope) * np.asarray(t) ** 4)

    def entropy(self, t: ArrayLike) -> FloatArray:
        """(ρ + P)/T in MeV³ at temperatures `t` in MeV."""
        value, slope, _ = self._derivatives(t)
        return np.asarray((4 * value + slope) * np.asarray(t) ** 3)


@lru_cache(maxsize=4)
def equation_of_state(qed: Qed = "e3") -> EquationOfState:
    """Cached table of the equation of state.

    Parameters
    ----------
    qed : corrections to order ``"none"``, ``"e2"`` or ``"e3"``.

    Examples
    --------
    >>> len(equation_of_state("e3").coefficients)
    600
    """
    from scipy.interpolate import PPoly, make_interp_spline

    checked_qed(qed)
    ends = math.log(SMALLEST_TEMPERATURE), math.log(LARGEST_TEMPERATURE)
    x = np.linspace(*ends, INTERVALS + 1)
    # exp(log(limit)) may lie a rounding beyond the limit
    t = np.clip(np.exp(x), SMALLEST_TEMPERATURE, LARGEST_TEMPERATURE)
    spline: Any = make_interp_spline(x, plasma_pressure(t, qed=qed) / t**4, k=5)
    pieces = PPoly.from_spline(spline)
    # the knots of a spline of fifth degree skip the two nodes next to each end
    step = x[1] - x[0]
    local = np.stack([pieces(x[:-1], k) / math.factorial(k) for k in range(6)], axis=-1)
    local.flags.writeable = False
    return EquationOfState(qed, float(x[0]), float(step), local)


@public
def baryon_density(temperature: ArrayLike, eta: float = 6.13744e-10) -> FloatArray:
    """Baryon density in the early universe.

    It falls as a⁻³ while electrons and positrons heat the photons: n_b = η
    n_γ, η today's ratio, times the entropy of the plasma over that of the photons alone
    (neutrinos decoupled: 2.74 at 3 MeV, 1 below 10 keV).

    Parameters
    ----------
    temperature : of the photons, in MeV, any shape.
    eta : baryons per photon today, 1e-12 to 1e-6.

    Returns
    -------
    array
        In MeV³.

    Raises
    ------
    InputError
        For a temperature outside the tables or η out of range.

    Examples
    --------
    >>> float(baryon_density(0.01) / 0.01**3)
    1.4950e-10
    """
    if not 1e-12 <= number("eta", eta) <= 1e-6:
        raise InputError(
            f"eta, baryons per photon, must lie between 1e-12 and 1e-6; got {eta:g}"
        )
    t = checked_temperature(temperature)
    share = equation_of_state("e3").entropy(t) / (4 * math.pi**2 / 45 * t**3)
    return np.asarray(eta * 2 * _ZETA3 / math.pi**2 * t**3 * share)


@public
def chemical_potential(
    temperature: ArrayLike, eta: float = 6.13744e-10, y_p: float = 0.247
) -> FloatArray:
    """Chemical potential of electrons in a neutral plasma, n₋ − n₊ = n_b (1 − Y_P/2).

    Parameters
    ----------
    temperature : of the photons, in MeV, any shape.
    eta : baryons per photon today, 1e-12 to 1e-6.
    y_p : helium mass fraction of baryons, 0 to 1.

    Returns
    -------
    array
        In MeV; tiny against T while there are pairs (1e-9 T at 3 MeV), the mass of the
        electron below 15 keV.

    Raises
    ------
    InputError
        For a temperature outside the tables, η or Y_P out of range.

    Examples
    --------
    >>> round(float(chemical_potential(0.015) / 0.015), 1)
    8.0
    """
    if not 0 <= number("y_p", y_p) <= 1:
        raise InputError(f"y_p must lie between 0 and 1, got {y_p:g}")
    t = checked_temperature(temperature)
    wanted = np.log(baryon_density(t, eta) * (1 - y_p / 2))
    return _neutral(t, wanted)


def _neutral(t: FloatArray, wanted: FloatArray) -> FloatArray:
    """Root of ln(n₋ − n₊) = `wanted` by bisection in ln(μ/T)."""
    from scipy.optimize import elementwise

    def gap(x: FloatArray, t: FloatArray, wanted: FloatArray) -> FloatArray:
        return np.log(charge_density(t, np.exp(x))) - wanted

    ends = np.full_like(t, math.log(1e-16)), np.log(M_ELECTRON / t + 5)
    found: Any = elementwise.find_root(
        gap, ends, args=(t, wanted), tolerances={"xatol": 1e-12, "fatol": 0.0}
    )
    if not np.all(found.success):  # pragma: no cover - the range above has the root
        raise InputError("no chemical potential gives a neutral plasma")
    return np.asarray(np.exp(found.x) * t)
