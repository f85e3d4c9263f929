"""Rates of n ↔ p in the early universe: n ν ↔ p e⁻, n e⁺ ↔ p ν̄, n ↔ p e⁻ ν̄.

With energies in units of m_e, q = (m_n − m_p)/m_e, s = +1 for n → p and −1 for p → n
and E the energy of the electron (−E for an absorbed positron), the sum of the
three processes is one integral over the electron's momentum (Pitrou:2018cgg, eq. 79),

    Γ_s = (1/τ_n λ₀) ∫ dp p² [χ_s(E) + χ_s(−E)],
    χ_s(E) = E_ν² g(E_ν/T_ν) g(−E/T),   E_ν = E − s q,   g(y) = 1/(e^y + 1),

and λ₀ is the same integral for a neutron at rest in vacuum, so that the measured
lifetime sets the scale and common factors cancel. Corrections are

- the outer radiative corrections of Sirlin, resummed, and the Fermi function where
  electron and proton are on one side (eqs. 100–104, B32–B36);
- the finite mass of the nucleon, its thermal motion and weak magnetism to first order
  in 1/m_N (eqs. 115–118, B23–B26). At T_ν = T they must satisfy detailed balance,
  Γ_pn/Γ_np = (m_n/m_p)^{3/2} e^{−q/T}, which the tests check.

Thermal radiative corrections (−1.2e-5 in Y_P) and distortions of the neutrino spectra
are neglected. The equation numbers are from the documentation of another code
(Giovanetti:2024zce), which agrees with this one; the derivation was not repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, get_args

import numpy as np

from nuprobe.border import public
from nuprobe.constants import (
    ALPHA_EM,
    G_A,
    HBARC_MEV_FM,
    M_ELECTRON,
    M_NEUTRON,
    M_PROTON,
    PROTON_CHARGE_RADIUS_FM,
)
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.numerics import FloatArray, gauss_legendre, numbers

__all__ = ["WEAK_CORRECTIONS", "WeakCorrections", "neutron_proton_rates"]

WeakCorrections = Literal["born", "finite mass", "full"]
WEAK_CORRECTIONS: Final = get_args(WeakCorrections)
"""Corrections to the rates: none, nucleon mass, or also radiative corrections."""

GAP: Final = (M_NEUTRON - M_PROTON) / M_ELECTRON
"""q = (m_n − m_p)/m_e."""
_END: Final = float(np.sqrt(GAP**2 - 1))  # momentum of the electron where E = q
_PROTON: Final = M_PROTON / M_ELECTRON
_NEUTRON: Final = M_NEUTRON / M_ELECTRON
_MAGNETISM: Final = 3.7058
"""κ_p − κ_n, the isovector anomalous magnetic moment of the nucleon."""
_FIRST: Final = 48  # nodes where E < q, by steps of p = sinh v
_REST: Final = 132  # nodes from there to the largest momentum
_LARGEST: Final = 35.0  # the largest momentum in units of the temperature
# Inner corrections that do not cancel between rates and lifetime only because the
# outer ones multiply them: Pitrou:2018cgg, eqs. B30 and B36.
_C: Final = 0.891
_A_G: Final = -0.34
_M_A: Final = 1.2e3
_L: Final = 1.02094
_S: Final = 1.02248
_DELTA: Final = -0.00043
_NLL: Final = -1e-4
_ALPHA_PROTON: Final = 1 / 134.0


@public
def neutron_proton_rates(
    t_gamma: FloatArray,
    t_nu_e: FloatArray,
    tau_n: float,
    corrections: WeakCorrections = "full",
) -> tuple[FloatArray, FloatArray]:
    """Rates of n → p and p → n by all weak processes together, in 1/s.

    Parameters
    ----------
    t_gamma : temperature of photons and electrons in MeV, any shape.
    t_nu_e : temperature of electron neutrinos in MeV, of that shape.
    tau_n : lifetime of the neutron in s.
    corrections : ``"born"``, ``"finite mass"`` (with weak magnetism) or ``"full"``
        (radiative corrections too).

    Returns
    -------
    tuple
        Γ(n → p), Γ(p → n), each of the shape of `t_gamma`.

    Raises
    ------
    InputError
        For temperatures that are not positive or not finite, or above 100 MeV.

    Examples
    --------
    >>> import numpy as np
    >>> forth, back = neutron_proton_rates(np.array([1.0]), np.array([1.0]), 878.4)
    >>> round(float(back[0] / forth[0] * np.exp(1.29333236)), 4)
    1.0021
    """
    if corrections not in WEAK_CORRECTIONS:
        raise UnknownNameError("weak correction", corrections, WEAK_CORRECTIONS)
    hot, cold = numbers("t_gamma", t_gamma), numbers("t_nu_e", t_nu_e)
    if hot.shape != cold.shape:
        raise InputError(
            f"t_gamma and t_nu_e must have the same shape, got {hot.shape} and"
            f" {cold.shape}"
        )
    for what, values in (("t_gamma", hot), ("t_nu_e", cold)):
        bad = ~((values > 0) & (values <= 100.0))
        if np.any(bad):
            raise InputError(
                f"{what} must lie in (0, 100] MeV, got {shown(float(values[bad][0]))}"
            )
    if not tau_n > 0:
        raise InputError(f"the neutron lifetime must be positive, got {tau_n:g} s")
    x, x_nu = M_ELECTRON / hot.ravel(), M_ELECTRON / cold.ravel()
    # The nodes are shared by all temperatures, the largest of which sets their range.
    reach = max(7.0, _LARGEST * float(max(1 / x.min(), 1 / x_nu.min())))
    grid = _grid(float(2 ** np.ceil(np.log2(reach))), corrections != "full")
    scale = 1 / (tau_n * vacuum_decay(corrections))
    finite = corrections != "born"
    forth = scale * _rate(x, x_nu, +1, grid, finite)
    back = scale * _rate(x, x_nu, -1, grid, finite)
    return forth.reshape(hot.shape), back.reshape(hot.shape)


@dataclass(frozen=True)
class _Grid:
    """Nodes in the electron's momentum p and energy, and weights with p² and the
    radiative corrections of (s = ±1, sign of E = ±1)."""

    momentum: FloatArray
    energy: FloatArray
    weights: dict[tuple[int, int], FloatArray]


@lru_cache(maxsize=32)
def _grid(reach: float, plain: bool) -> _Grid:
    middle, top = np.arcsinh(_END), np.arcsinh(reach)
    panels = [(0.0, middle, _FIRST), (middle, top, _REST)]
    v, w = (
        np.concatenate(parts)
        for parts in zip(*(_panel(a, b, n) for a, b, n in panels), strict=True)
    )
    p, energy = np.sinh(v), np.cosh(v)
    weight = w * energy * p**2
    weights = {}
    for s in (1, -1):
        for sign in (1, -1):
            factor = (
                np.ones_like(p) if plain else radiative(p, abs(s * GAP - sign * energy))
            )
            if not plain and s * sign > 0:
                factor = factor * fermi(p)
            weights[s, sign] = weight * factor
    return _Grid(p, energy, weights)


def _panel(low: float, high: float, n: int) -> tuple[FloatArray, FloatArray]:
    x, w = gauss_legendre(n)
    return low + (high - low) * x, (high - low) * w


def _rate(
    x: FloatArray, x_nu: FloatArray, s: int, grid: _Grid, finite: bool
) -> FloatArray:
    """∫ dp p² [χ_s(E) + χ_s(−E)] at each temperature."""
    total = np.zeros_like(x)
    for sign in (1, -1):
        e = sign * grid.energy
        e_nu = e - s * GAP
        g_nu = _fermi_dirac(x_nu[:, None] * e_nu)
        g_e = _fermi_dirac(-x[:, None] * e)
        chi = e_nu**2 * g_nu
        if finite:
            chi = chi + _finite_mass(
                s, e, grid.momentum, x[:, None], x_nu[:, None], g_nu
            )
        total += (chi * g_e) @ grid.weights[s, sign]
    return total


def _fermi_dirac(y: FloatArray) -> FloatArray:
    from scipy.special import expit

    return np.asarray(expit(-y))


def _shares(s: int) -> tuple[float, float, float]:
    """f₁, f₂, f₃ of the finite-mass corrections (eqs. B24), weak magnetism included."""
    norm = 1 + 3 * G_A**2
    magnetism = 2 * _MAGNETISM * s * G_A
    return (
        ((1 + s * G_A) ** 2 + magnetism) / norm,
        ((1 - s * G_A) ** 2 - magnetism) / norm,
        (G_A**2 - 1) / norm,
    )


def _finite_mass(
    s: int,
    e: FloatArray,
    p: FloatArray,
    x: FloatArray,
    x_nu: FloatArray,
    g: FloatArray,
) -> FloatArray:
    """Corrections of order 1/m_N to χ_s/g(−E/T) (eq. B23).

    G(n, k) is the k-th derivative of E_νⁿ g(E_ν/T_ν) in E_ν. The mass is that of the
    nucleon in the final state.
    """
    f1, f2, f3 = _shares(s)
    mass = _PROTON if s > 0 else _NEUTRON
    e_nu = e - s * GAP
    first = -x_nu * g * (1 - g)
    second = -x_nu * first * (1 - 2 * g)

    def derivative(n: int, k: int) -> FloatArray:
        if k == 0:
            return np.asarray(e_nu**n * g)
        if k == 1:
            return np.asarray(n * e_nu ** (n - 1) * g + e_nu**n * first)
        return np.asarray(
            n * (n - 1) * e_nu ** (n - 2) * g
            + 2 * n * e_nu ** (n - 1) * first
            + e_nu**n * second
        )

    p2, p2_e = p**2, p**2 / e
    g20, g21, g31 = derivative(2, 0), derivative(2, 1), derivative(3, 1)
    both = f1 + f2 + f3
    recoil = f1 * g20 * p2_e - f2 * derivative(3, 0)
    recoil = recoil + both / 2 * (derivative(4, 1) + g21 * p2) + f3 / 3 * g31 * p2_e
    thermal = both / 2 * (derivative(4, 2) + derivative(2, 2) * p2)
    thermal = thermal - (f1 + f2) * (g31 - g21 * p2_e) - 3 * f3 * g20
    thermal = thermal + f3 / 3 * derivative(3, 2) * p2_e
    unequal = 1.5 * both * (1 - (_NEUTRON / _PROTON) ** s) * g21
    return np.asarray(recoil / mass + thermal / (x * mass) - unequal / x)


@lru_cache(maxsize=8)
def vacuum_decay(corrections: WeakCorrections = "full") -> float:
    """λ₀, the integral of the decay of a neutron in vacuum.

    Parameters
    ----------
    corrections : as in `neutron_proton_rates`.

    Examples
    --------
    >>> round(vacuum_decay("born"), 4)
    1.6361
    """
    v, w = _panel(0.0, float(np.arcsinh(_END)), 200)
    p, e = np.sinh(v), np.cosh(v)
    e_nu = GAP - e
    chi = e_nu**2
    if corrections != "born":
        f1, f2, f3 = _shares(1)
        chi = chi + (
            f1 * e_nu**2 * p**2 / e
            + f2 * e_nu**3
            - (f1 + f2 + f3) * (2 * e_nu**3 + e_nu * p**2)
            + f3 * e_nu**2 * p**2 / e
        ) / (_NEUTRON)
    if corrections == "full":
        chi = chi * radiative(p, e_nu) * fermi(p)
    return float(np.sum(w * e * p**2 * chi))


def fermi(p: FloatArray) -> FloatArray:
    """Fermi function of an electron near a proton (eq. 100).

    Parameters
    ----------
    p : momentum of the electron in units of m_e, any shape.

    Examples
    --------
    >>> [round(float(x), 4) for x in fermi(np.array([0.5, 2.0]))]
    [1.0526, 1.0262]
    """
    from scipy.special import gamma, loggamma

    shift = np.sqrt(1 - ALPHA_EM**2) - 1
    beta = p / np.sqrt(1 + p**2)
    radius = PROTON_CHARGE_RADIUS_FM * M_ELECTRON / HBARC_MEV_FM
    modulus = np.exp(2 * np.real(loggamma(1 + shift + 1j * ALPHA_EM / beta)))
    return np.asarray(
        (1 + shift / 2)
        * 4
        * (2 * radius * p) ** (2 * shift)
        / gamma(3 + 2 * shift) ** 2
        * np.exp(np.pi * ALPHA_EM / beta)
        * modulus
    )


def sirlin(p: FloatArray, k_max: FloatArray) -> FloatArray:
    """Universal function of Sirlin (eq. B32).

    Parameters
    ----------
    p : momentum of the electron in units of m_e, any shape.
    k_max : largest energy of a photon in units of m_e, of that shape; the energy of
        the neutrino.

    Examples
    --------
    >>> round(float(sirlin(np.array([1.0]), np.array([1.0]))[0]), 3)
    14.27
    """
    from scipy.special import spence

    e = np.sqrt(1 + p**2)
    beta = p / e
    rapidity = np.arcsinh(p) / beta
    return np.asarray(
        3 * np.log(_PROTON)
        - 0.75
        + 4 * (rapidity - 1) * (k_max / (3 * e) - 1.5 + np.log(2 * k_max))
        + rapidity * (2 * (1 + beta**2) + k_max**2 / (6 * e**2) - 4 * beta * rapidity)
        - 4 / beta * spence(1 - 2 * beta / (1 + beta))
    )


def radiative(p: FloatArray, k_max: FloatArray) -> FloatArray:
    """Resummed radiative corrections at T = 0 (eqs. 103 and B35).

    Parameters
    ----------
    p : momentum of the electron in units of m_e, any shape.
    k_max : largest energy of a photon in units of m_e, of that shape.

    Examples
    --------
    >>> round(float(radiative(np.array([1.0]), np.array([1.0]))[0]), 3)
    1.041
    """
    outer = sirlin(p, k_max) - 3 * np.log(_PROTON / (2 * GAP))
    first = 1 + ALPHA_EM / (2 * np.pi) * outer
    second = _L + ALPHA_EM / np.pi * _C + _DELTA
    third = _S + _ALPHA_PROTON / (2 * np.pi) * (np.log(M_PROTON / _M_A) + _A_G) + _NLL
    return np.asarray(first * second * third)
