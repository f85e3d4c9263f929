"""The potential of a charge in the plasma, beyond linear screening.

Electrons and positrons in a potential φ have the density for chemical potential μ + eφ,
so that in powers of ψ = eφ (Balantekin 2019, slide 29; n = n₋ − n₊)

    ∇²ψ = ψ/λ_D² + 2πα ∂²n/∂μ² ψ² + (2πα/3) ∂³n/∂μ³ ψ³ − 4πZα δ³(r).

The quadratic term is odd in μ and vanishes without chemical potential; the first
correction in the early universe is the cubic one, ∂³n/∂μ³ → 2/π². Close to the charge,
where ψ exceeds T, the series is not valid: the cubic term makes the charge run with ln
r there. Z is therefore defined by the field at an inner radius.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, public_methods
from nuprobe.constants import ALPHA_EM
from nuprobe.cosmology.plasma import debye_mass, density_derivative
from nuprobe.errors import ComputationError, InputError
from nuprobe.numerics import FloatArray, number, numbers

__all__ = ["ScreenedPotential", "screened_potential"]

_OUTER: Final = 30.0  # Debye lengths
_TOLERANCE: Final = 1e-9


@public_methods
@dataclass(frozen=True, eq=False)
class ScreenedPotential:
    """Potential energy ψ = eφ of a positron around a charge.

    Attributes
    ----------
    charge : Z, whose field is that of linear order at `inner`.
    temperature, chemical_potential : of the plasma in MeV.
    order : of the equation, 1 to 3.
    debye_mass : 1/λ_D in MeV.
    inner : smallest radius in 1/MeV.

    Examples
    --------
    >>> cloud = screened_potential(1.0, 1.0, order=1)
    >>> r = 1 / cloud.debye_mass  # λ_D
    >>> round(float(cloud(r) / cloud.linear(r)), 6)
    1.0
    """

    charge: float
    temperature: float
    chemical_potential: float
    order: int
    debye_mass: float
    inner: float
    _ratio: Any = field(repr=False)

    def _checked(self, r: ArrayLike) -> FloatArray:
        values = numbers("r", r)
        if not np.all((values >= self.inner) & (values <= _OUTER / self.debye_mass)):
            raise InputError(
                f"r must lie between {self.inner:.4g} and"
                f" {_OUTER / self.debye_mass:.4g} 1/MeV (thirty Debye lengths)"
            )
        return values

    def linear(self, r: ArrayLike) -> FloatArray:
        """Zα e^(−r/λ_D)/r, of a point charge in linear order, in MeV at radii `r` in
        1/MeV."""
        values = self._checked(r)
        decay = np.exp(-values * self.debye_mass)
        return np.asarray(self.charge * ALPHA_EM * decay / values)

    def __call__(self, r: ArrayLike) -> FloatArray:
        """Return the solution in MeV at radii `r` in 1/MeV."""
        x = np.log(self._checked(r) * self.debye_mass)
        return np.asarray(self.linear(r) * self._ratio(x))


@public
def screened_potential(
    temperature: float,
    charge: float = 1.0,
    *,
    chemical_potential: float = 0.0,
    order: int = 3,
    inner: float = 1e-3,
) -> ScreenedPotential:
    """Solve the nonlinear Poisson equation around a charge.

    Parameters
    ----------
    temperature : of the plasma in MeV.
    charge : Z, in units of e.
    chemical_potential : of electrons in MeV.
    order : 1 (linear), 2 or 3: the highest power of ψ.
    inner : radius at which the field is that of the charge, screened in linear order;
        in Debye lengths, 1e-6 to 1.

    Returns
    -------
    ScreenedPotential
        The solution as a function of the radius.

    Raises
    ------
    InputError
        For a temperature outside the tables, an order other than 1 to 3, or another
        inner radius.
    ComputationError
        If no solution is found: the charge is too large for the series.

    Examples
    --------
    >>> cloud = screened_potential(1.0, 50.0)
    >>> r = 1 / cloud.debye_mass
    >>> round(1 - float(cloud(r) / cloud.linear(r)), 4)
    0.0022
    """
    if order not in (1, 2, 3):
        raise InputError(f"order must be 1, 2 or 3, got {order!r}")
    if not 1e-6 <= number("inner", inner) <= 1:
        raise InputError(
            f"inner, in Debye lengths, must lie between 1e-6 and 1; got {inner:g}"
        )
    number("charge", charge)
    mass = float(debye_mass(temperature, chemical_potential))
    if not mass > 1e-30:
        raise InputError(
            "there is no screening at this temperature without a chemical potential;"
            " see nu.cosmology.chemical_potential"
        )
    bends = [0.0, 0.0]
    if order > 1:
        second = density_derivative(temperature, chemical_potential, 2)
        bends[0] = float(2 * math.pi * ALPHA_EM * second / mass) * charge * ALPHA_EM
    if order > 2:
        third = density_derivative(temperature, chemical_potential, 3)
        size = (charge * ALPHA_EM) ** 2
        bends[1] = float(2 * math.pi * ALPHA_EM / 3 * third) * size
    ratio = _solution(bends[0], bends[1], inner)
    return ScreenedPotential(
        charge, temperature, chemical_potential, order, mass, inner / mass, ratio
    )


def _solution(second: float, third: float, inner: float) -> Any:
    """v(ln x), the potential over the linear one of a point charge, x = r/λ_D.

    With ψ = Zα e^(−x) v/r: v″ − 2v′ = b v² e^(−x)/x + c v³ e^(−2x)/x². The field at the
    inner radius is that of the linear one, (1 + x) v − x v′ = 1 + x; far out v is
    constant.
    """
    from scipy.integrate import solve_bvp

    def slopes(y: FloatArray, state: FloatArray) -> FloatArray:
        x, (v, w) = np.exp(y), state  # w = dv/dln x
        small = np.exp(-x)
        source = second * v * v * small * x + third * v**3 * small**2
        return np.vstack([w, w + 2 * x * w + source])

    def ends(near: FloatArray, far: FloatArray) -> FloatArray:
        return np.array([(1 + inner) * (near[0] - 1.0) - near[1], far[1]])

    y = np.linspace(math.log(inner), math.log(_OUTER), 400)
    start = np.vstack([np.ones_like(y), np.zeros_like(y)])
    # the solver may overflow in trial steps that it then rejects
    with np.errstate(over="ignore", invalid="ignore"):
        found: Any = solve_bvp(slopes, ends, y, start, tol=_TOLERANCE, max_nodes=50_000)
    if not found.success or not np.all(np.isfinite(found.y)):
        raise ComputationError(
            "no solution for the potential: the charge is too large for a series in the"
            " potential; lower the charge or the order, or increase the inner radius"
        )
    return lambda y: found.sol(y)[0]
