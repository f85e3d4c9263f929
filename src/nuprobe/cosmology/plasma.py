"""The plasma of electrons, positrons and photons: densities, pressure with the
corrections of QED, chemical potential and Debye mass.

With g = 2 and the chemical potential μ of electrons (positrons: −μ)

    n∓ = (1/π²) ∫ p² dp f(E ∓ μ)              P = (1/3π²) ∫ p⁴/E dp (f₋ + f₊)
    m_D² = 1/λ_D² = e² ∂(n₋ − n₊)/∂μ = e² ∂²P/∂μ²          e² = 4πα.

(The talk of Balantekin 2019 prints ρ_a = −(e/π²) ∫d³p […]: 4π too large.)

Corrections of QED to the pressure, J = ∫ p²/E dp (f₋ + f₊); the term with a logarithm
of the momenta, of relative size 1e-5, is dropped:

    P⁽²⁾ = −e²T²J/12π² − e²J²/8π⁴              P⁽³⁾ = T m_D³/12π.

The massless limits −5e²T⁴/288 and e³T⁴/36√3π, and the dependence of both on μ, are
those of the textbooks; the same identity then gives the Debye mass to that order,
m_D² = (e²T²/3)[1 − 3e²/8π² + √3e³/4π³] without electron mass.
"""

from __future__ import annotations

import math
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.constants import ALPHA_EM, M_ELECTRON
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.numerics import FloatArray, numbers, panel_nodes

__all__ = [
    "LARGEST_TEMPERATURE",
    "SMALLEST_TEMPERATURE",
    "Qed",
    "charge_density",
    "checked_qed",
    "checked_temperature",
    "debye_mass",
    "density_derivative",
    "electron_densities",
    "plasma_pressure",
    "transverse_mass",
]

Qed = Literal["none", "e2", "e3"]
Route = Literal["density", "pressure"]

SMALLEST_TEMPERATURE: Final = 1e-3
"""MeV; end of the tables."""
LARGEST_TEMPERATURE: Final = 100.0
"""MeV; above it muons and pions are as abundant as electrons."""

_E2: Final = 4 * math.pi * ALPHA_EM
_EDGES: Final = (0.0, 0.4, 1.0, 2.0, 3.5, 5.0, 7.5)
_NODES: Final = 20


def checked_qed(qed: str) -> None:
    """Reject an unknown order of the corrections.

    Parameters
    ----------
    qed : ``"none"``, ``"e2"`` or ``"e3"``.

    Examples
    --------
    >>> checked_qed("e3")
    """
    if qed not in get_args(Qed):
        raise UnknownNameError("order of the QED corrections", qed, get_args(Qed))


def checked_temperature(temperature: ArrayLike) -> FloatArray:
    """Temperatures in MeV as an array; rejected outside the tables.

    Parameters
    ----------
    temperature : in MeV, any shape.

    Examples
    --------
    >>> checked_temperature(1.0)
    array(1.)
    """
    values = numbers("temperature", temperature)
    low, high = SMALLEST_TEMPERATURE, LARGEST_TEMPERATURE
    bad = values[~((values >= low) & (values <= high))]
    if bad.size:
        raise InputError(
            f"temperature must lie between {low:g} and {high:g} MeV, the range of"
            f" the plasma tables; got {bad.ravel()[0]:g} MeV"
        )
    return values


def _nodes(t: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Kinetic energy over T, E, p, and the weight of dE at the nodes, shape (...,
    nodes): with E = m + T v², p is a smooth function of v."""
    v, w = panel_nodes(_EDGES, _NODES)
    t = np.asarray(t, dtype=float)[..., None]
    kinetic = v * v
    energy = M_ELECTRON + t * kinetic
    momentum = v * np.sqrt(t * (2 * M_ELECTRON + t * kinetic))
    return kinetic, energy, momentum, 2 * t * v * w


def _fermi(exponent: FloatArray, derivative: int) -> FloatArray:
    """Fermi function 1/(eˣ + 1), or a derivative with respect to −x."""
    f = 1 / (np.exp(np.minimum(exponent, 600.0)) + 1)
    if derivative == 0:
        return f
    slope = f * (1 - f)
    if derivative == 1:
        return slope
    if derivative == 2:
        return slope * (1 - 2 * f)
    return slope * (1 - 6 * f + 6 * f * f)


def _moment(
    t: FloatArray, mu: FloatArray, kind: str, derivative: int = 0, sign: int = 1
) -> FloatArray:
    """Integral over p of f₋ + `sign` f₊, or of their `derivative` by μ, with the weight
    p² (n), p⁴/E (p), p²/E (j) or p²E (rho)."""
    t, mu = np.broadcast_arrays(np.asarray(t, float), np.asarray(mu, float))
    _, energy, p, weight = _nodes(t)
    x, m = energy / t[..., None], (mu / t)[..., None]
    both = _fermi(x - m, derivative) + sign * (-1) ** derivative * _fermi(
        x + m, derivative
    )
    # p dp = E dE
    factor = {"n": p * energy, "p": p**3, "j": p, "rho": p * energy**2}[kind]
    return np.asarray((factor * both * weight).sum(axis=-1) / t**derivative)


def charge_density(t: FloatArray, mu_over_t: FloatArray) -> FloatArray:
    """Electrons less positrons per volume, in MeV³; exact also where they almost
    cancel.

    Parameters
    ----------
    t : temperature in MeV.
    mu_over_t : chemical potential of electrons over the temperature, positive;
        broadcasts with `t`.

    Examples
    --------
    >>> float(charge_density(np.array(3.0), np.array(1e-9)) / 3.0**3 * 1e9)
    0.3319
    """
    t, m = np.broadcast_arrays(np.asarray(t, float), np.asarray(mu_over_t, float))
    _, energy, p, weight = _nodes(t)
    x, m = energy / t[..., None], m[..., None]
    # 1/(e^(x−m) + 1) − 1/(e^(x+m) + 1), multiplied by e^−x above and below
    less = np.exp(m - x)
    both = -np.expm1(-2 * m) * less / (1 + less + np.exp(-m - x) + np.exp(-2 * x))
    return np.asarray((p * energy * both * weight).sum(axis=-1) / math.pi**2)


def _chemical(t: FloatArray, mu: ArrayLike) -> FloatArray:
    """Chemical potentials within the range of the quadrature: |μ| up to m + 12 T."""
    values = numbers("chemical_potential", mu)
    if not np.all(np.abs(values) <= M_ELECTRON + 12 * t):
        raise InputError(
            "chemical_potential must lie within m_e + 12 T of zero (stronger degeneracy"
            f" is not computed); got {np.ravel(values)[0]:g} MeV"
        )
    return values


@public
def electron_densities(
    temperature: ArrayLike, chemical_potential: ArrayLike = 0.0
) -> tuple[FloatArray, FloatArray]:
    """Number densities of electrons and of positrons.

    Parameters
    ----------
    temperature : in MeV, any shape.
    chemical_potential : of electrons, in MeV; broadcasts with the temperature.

    Returns
    -------
    electrons, positrons : arrays
        In MeV³.

    Raises
    ------
    InputError
        For a temperature outside the tables or strong degeneracy.

    Examples
    --------
    >>> electrons, positrons = electron_densities(1.0)
    >>> round(float(electrons), 4)
    0.1741
    """
    t = checked_temperature(temperature)
    mu = _chemical(t, chemical_potential)
    return tuple(  # type: ignore[return-value]
        _moment(t, s * mu, "n", sign=0) / math.pi**2 for s in (1.0, -1.0)
    )


def _masses(t: FloatArray, mu: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """m_D² without corrections, and its first two derivatives by μ."""
    scale = _E2 / math.pi**2
    first = _moment(t, mu, "n", 1, -1) * scale
    second = _moment(t, mu, "n", 2, -1) * scale
    third = _moment(t, mu, "n", 3, -1) * scale
    return first, second, third


@public
def plasma_pressure(
    temperature: ArrayLike,
    chemical_potential: ArrayLike = 0.0,
    *,
    photons: bool = True,
    qed: Qed = "e3",
) -> FloatArray:
    """Pressure of electrons, positrons and photons.

    Parameters
    ----------
    temperature : in MeV, any shape.
    chemical_potential : of electrons, in MeV; broadcasts with the temperature.
    photons : include the pressure of photons.
    qed : corrections to order ``"none"``, ``"e2"`` or ``"e3"``.

    Returns
    -------
    array
        In MeV⁴.

    Raises
    ------
    InputError
        For a temperature outside the tables, strong degeneracy or an unknown order.

    Examples
    --------
    >>> free, full = (plasma_pressure(10.0, qed=q) for q in ("none", "e3"))
    >>> round(float(full / free), 5)
    0.9976
    """
    checked_qed(qed)
    t = checked_temperature(temperature)
    mu = _chemical(t, chemical_potential)
    result = _moment(t, mu, "p") / (3 * math.pi**2)
    if photons:
        result = result + math.pi**2 / 45 * t**4
    if qed != "none":
        j = _moment(t, mu, "j")
        result = result - _E2 * j * (t**2 / (12 * math.pi**2) + j / (8 * math.pi**4))
    if qed == "e3":
        mass2 = _E2 / math.pi**2 * _moment(t, mu, "n", 1, -1)
        result = result + t * mass2**1.5 / (12 * math.pi)
    return np.asarray(result)


@public
def debye_mass(
    temperature: ArrayLike,
    chemical_potential: ArrayLike = 0.0,
    *,
    route: Route = "density",
    qed: Qed = "none",
) -> FloatArray:
    """Debye mass m_D = 1/λ_D of a static charge in the plasma.

    Parameters
    ----------
    temperature : in MeV, any shape.
    chemical_potential : of electrons, in MeV; broadcasts with the temperature. Below
        some 30 keV in the early universe it is essential, see `chemical_potential`.
    route : from the first derivative of the density or the second of the pressure by
        the chemical potential: two integrals, one result.
    qed : corrections to the pressure of order ``"none"``, ``"e2"`` or ``"e3"``; with
        corrections the route is that of the pressure.

    Returns
    -------
    array
        In MeV.

    Raises
    ------
    InputError
        For a temperature outside the tables, strong degeneracy or an unknown route.

    Examples
    --------
    >>> round(float(debye_mass(1.0)), 7)
    0.1714262
    """
    checked_qed(qed)
    if route not in get_args(Route):
        raise UnknownNameError("route to the Debye mass", route, get_args(Route))
    t = checked_temperature(temperature)
    mu = _chemical(t, chemical_potential)
    if route == "density" and qed == "none":
        result = _moment(t, mu, "n", 1, -1) / math.pi**2
    else:
        result = _moment(t, mu, "p", 2) / (3 * math.pi**2)
    if qed != "none":
        j, dj, ddj = (_moment(t, mu, "j", k) for k in range(3))
        result = result - _E2 * (
            t**2 * ddj / (12 * math.pi**2) + (dj**2 + j * ddj) / (4 * math.pi**4)
        )
    if qed == "e3":
        m2, dm2, ddm2 = _masses(t, mu)
        bend = 1.5 * np.sqrt(m2) * ddm2 + 0.75 * dm2**2 / np.sqrt(m2)
        result = result + t * bend / (12 * math.pi)
    return np.asarray(np.sqrt(_E2 * result))


def transverse_mass(t: FloatArray) -> FloatArray:
    """Mass of transverse photons of large momentum, (e²J/π²)^½, in MeV.

    Parameters
    ----------
    t : temperature in MeV, any shape.

    Examples
    --------
    >>> float(transverse_mass(np.array(100.0))) / 100.0  # e/√6
    0.12363
    """
    return np.asarray(np.sqrt(_E2 / math.pi**2 * _moment(t, np.zeros_like(t), "j")))


@public
def density_derivative(
    temperature: ArrayLike, chemical_potential: ArrayLike = 0.0, order: int = 1
) -> FloatArray:
    """Derivative ∂ᵏ(n₋ − n₊)/∂μᵏ, a nonlinear coefficient of the Poisson equation in
    the plasma.

    Parameters
    ----------
    temperature : in MeV, any shape.
    chemical_potential : of electrons, in MeV; broadcasts with the temperature.
    order : k, 1 to 3.

    Returns
    -------
    array
        In MeV³⁻ᵏ.

    Raises
    ------
    InputError
        For a temperature outside the tables, strong degeneracy or another order.

    Examples
    --------
    >>> round(float(density_derivative(50.0, order=3)), 4)  # 2/π²
    0.2026
    """
    if order not in (1, 2, 3):
        raise InputError(f"order must be 1, 2 or 3, got {order!r}")
    t = checked_temperature(temperature)
    mu = _chemical(t, chemical_potential)
    return _moment(t, mu, "n", order, -1) / math.pi**2
