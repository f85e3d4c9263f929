"""The gauge boson of L_μ − L_τ on its mass shell: couplings, kinetic mixing by loops,
decay widths.

Couplings are to vector currents, L = Z′_α [Σ_ℓ (Q_ℓ g′ − ε e) ℓ̄γ^αℓ + g′(ν̄_μγ^αP_Lν_μ
− ν̄_τγ^αP_Lν_τ)] with Q_μ = +1, Q_τ = −1, Q_e = 0. Here ε is the mixing with the
*photon*; a mixing ε_B with the hypercharge boson (Kaneta:2016uyt) is ε = ε_B cos θ_W.

Loops of μ and τ give

    ε(q²) = (e g′/2π²) ∫₀¹dx x(1−x) ln{[m_τ² − x(1−x)q²] / [m_μ² − x(1−x)q²]}
    ε(0) = (e g′/12π²) ln(m_τ²/m_μ²) ≈ g′/69

(Araki:2017wyg, not checked there; derived here, and |ε| agrees with the closed form in
DARKCAST, which integrates eq. 7 of Amaral:2020tga; a test compares them). With the
couplings above it is positive: the muons, lighter, are polarised further out than the
taus, so that a charge +1 of L_μ − L_τ is surrounded by μ⁺ and attracts electrons; the
coupling of the electron is then opposite in sign to that of the muon. Where the mixing
is written with ln(m_μ²/m_τ²), the sign of ε or of e is opposite.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import pi
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.constants import ALPHA_EM, M_ELECTRON, M_MUON, M_PION, M_TAU
from nuprobe.errors import InputError, UnknownNameError, shown, warn
from nuprobe.numerics import FloatArray

__all__ = [
    "ELECTRIC_CHARGE",
    "Mixing",
    "lepton_couplings",
    "loop_mixing",
    "mixing_on_shell",
    "neutrino_fraction",
    "nonnegative",
    "partial_widths",
    "positive",
]

ComplexArray = NDArray[np.complex128]
Mixing = float | FloatArray | Literal["loop"]
"""A kinetic mixing ε with the photon, or ``"loop"`` for that induced by loops of μ and
τ."""

ELECTRIC_CHARGE: Final = (4 * pi * ALPHA_EM) ** 0.5
"""e = √(4πα)."""
_LEPTONS: Final = (("e", 0, M_ELECTRON), ("mu", 1, M_MUON), ("tau", -1, M_TAU))
_R_HADRONS: Final = 4.0  # typical e⁺e⁻ → hadrons over μ⁺μ⁻; only sizes a warning
_SERIES_TERMS: Final = 30  # the series in q²/m² converges like 4^-n at |q²/m²| = 1


def nonnegative(name: str, value: ArrayLike) -> FloatArray:
    """View numbers as a float array.

    Parameters
    ----------
    name : of the quantity, for the message.
    value : any shape.

    Raises
    ------
    InputError
        If a number is negative or not finite.

    Examples
    --------
    >>> nonnegative("mass", [0, 1])
    array([0., 1.])
    """
    array = np.asarray(value, dtype=float)
    if not np.all(np.isfinite(array) & (array >= 0)):
        raise InputError(f"{name} must be finite and not negative, got {shown(value)}")
    return array


def positive(name: str, value: ArrayLike) -> FloatArray:
    """View numbers as a float array.

    Parameters
    ----------
    name : of the quantity, for the message.
    value : any shape.

    Raises
    ------
    InputError
        If a number is not positive and finite.

    Examples
    --------
    >>> positive("mass", 10)
    array(10.)
    """
    array = nonnegative(name, value)
    if not np.all(array > 0):
        raise InputError(f"{name} must be positive, got {shown(value)}")
    return array


def _polarisation(t: FloatArray) -> ComplexArray:
    """6 ∫₀¹dx x(1−x) ln(1 − x(1−x)t − i0), the vacuum polarisation of a fermion at t =
    q²/m²."""
    small = np.abs(t) < 1
    series = np.zeros_like(t)
    power, moment = np.ones_like(t), 1 / 6  # tⁿ and ∫₀¹dx [x(1−x)]ⁿ⁺¹
    for n in range(1, _SERIES_TERMS + 1):
        moment *= (n + 1) / (2 * (2 * n + 3))
        power = power * np.where(small, t, 0.0)
        series -= 6 * moment * power / n
    large = np.where(small, 4.0, t).astype(complex)
    root = np.sqrt(1 - 4 / large)
    # (root + 1)/(root − 1) without the cancellation at large t
    closed = (
        -5 / 3
        - 4 / large
        + (1 + 2 / large) * root * np.log(-((root + 1) ** 2) * large / 4)
    )
    # the imaginary part is zero below threshold, and −i0 fixes its sign above
    imaginary = np.where(large.real > 4, -np.abs(closed.imag), 0.0)
    return np.asarray(np.where(small, series, closed.real + 1j * imaginary))


def loop_mixing(q2: ArrayLike, coupling: ArrayLike) -> ComplexArray:
    """Kinetic mixing ε(q²) with the photon from loops of μ and τ.

    Parameters
    ----------
    q2 : squared four-momentum of the boson in MeV², positive if timelike.
    coupling : g′, any shape that broadcasts with `q2`.

    Returns
    -------
    complex array
        Positive at q² = 0; with an imaginary part above q² = 4m_μ². Hadrons do not
        enter at this order.

    Examples
    --------
    >>> loop_mixing(0.0, 1.0)
    array(0.01443+0.j)
    """
    q2_array = np.asarray(q2, dtype=float)
    g = nonnegative("coupling", coupling)
    if not np.all(np.isfinite(q2_array)):
        raise InputError(f"q2 must be finite, got {shown(q2)}")
    bracket = (
        2 * np.log(M_TAU / M_MUON)
        + _polarisation(q2_array / M_TAU**2)
        - _polarisation(q2_array / M_MUON**2)
    )
    return np.asarray(ELECTRIC_CHARGE * g / (12 * pi**2) * bracket)


def mixing_on_shell(
    mass: FloatArray, coupling: FloatArray, mixing: Mixing
) -> ComplexArray:
    """Return the mixing ε with the photon at q² = M².

    Parameters
    ----------
    mass : M in MeV.
    coupling : g′, broadcasts with `mass`.
    mixing : a number, an array or ``"loop"``.

    Examples
    --------
    >>> import numpy as np
    >>> mixing_on_shell(np.array(10.0), np.array(1e-3), 1e-5)
    array(1.e-05+0.j)
    """
    if isinstance(mixing, str):
        if mixing != "loop":
            raise UnknownNameError(
                "kinetic mixing", mixing, ["loop"], "(or give a number)"
            )
        return loop_mixing(mass**2, coupling)
    value = np.asarray(mixing, dtype=float)
    if not np.all(np.isfinite(value)):
        raise InputError(f"mixing must be finite, got {shown(mixing)}")
    return value.astype(complex)


def lepton_couplings(
    mass: ArrayLike, coupling: ArrayLike, mixing: Mixing = "loop"
) -> Mapping[str, ComplexArray]:
    """Vector couplings Q_ℓ g′ − ε e of e, μ, τ to a boson on its mass shell.

    Parameters
    ----------
    mass : mass of the boson in MeV.
    coupling : g′, broadcasts with `mass`.
    mixing : ε with the photon, or ``"loop"``.

    Examples
    --------
    >>> complex(lepton_couplings(10.0, 1e-3, 0.0)["mu"])
    (0.001+0j)
    """
    m, g = nonnegative("mass", mass), nonnegative("coupling", coupling)
    shift = ELECTRIC_CHARGE * mixing_on_shell(m, g, mixing)
    return {name: charge * g - shift for name, charge, _ in _LEPTONS}


def partial_widths(
    mass: ArrayLike, coupling: ArrayLike, mixing: Mixing = 0.0
) -> Mapping[str, FloatArray]:
    """Partial widths in MeV: ``neutrinos`` (ν_μ and ν_τ together), ``e``, ``mu``,
    ``tau``.

    Γ(νν̄) = g′²M/24π per flavour, Γ(ℓℓ̄) = |g_ℓ|²(M/12π)(1 + 2m²/M²)√(1 − 4m²/M²).
    Hadrons, which couple only through ε, are neglected: |ε e/g′|² R relative to the
    muons, of the order of 1e-4 for the loop-induced mixing.

    Parameters
    ----------
    mass : MeV, positive.
    coupling : g′, broadcasts with `mass`.
    mixing : ε with the photon, or ``"loop"``.

    Examples
    --------
    >>> float(partial_widths(500.0, 1e-3)["mu"])
    1.309e-05
    """
    m, g = positive("mass", mass), nonnegative("coupling", coupling)
    widths = {"neutrinos": g**2 * m / (12 * pi)}
    couplings = lepton_couplings(m, g, mixing)
    for name, _, lepton in _LEPTONS:
        ratio = (lepton / m) ** 2
        open_ = np.sqrt(np.maximum(1 - 4 * ratio, 0.0)) * (1 + 2 * ratio)
        widths[name] = np.abs(couplings[name]) ** 2 * m / (12 * pi) * open_
    return widths


def neutrino_fraction(
    mass: ArrayLike, coupling: ArrayLike, mixing: Mixing = 0.0
) -> FloatArray:
    """Branching fraction into neutrinos (dimensionless).

    Parameters
    ----------
    mass : MeV, positive.
    coupling : g′, positive; broadcasts with `mass`.
    mixing : ε with the photon, or ``"loop"``.

    Warns
    -----
    ValidityWarning
        Above 2m_π, if the mixing is so large that the neglected hadrons could take more
        than 5 %.

    Examples
    --------
    >>> neutrino_fraction(500.0, 1e-3)
    array(0.5032)
    """
    m, g = positive("mass", mass), positive("coupling", coupling)
    widths = partial_widths(m, g, mixing)
    total = np.asarray(sum(widths.values()))
    hadrons = (
        _R_HADRONS
        * np.abs(ELECTRIC_CHARGE * mixing_on_shell(m, g, mixing)) ** 2
        * m
        / (12 * pi)
    )
    share = np.max(np.where(m > 2 * M_PION, hadrons / total, 0.0), initial=0.0)
    if share > 0.05:
        warn(
            "decays to hadrons through kinetic mixing are not included; they could be"
            f" {share:.0%} of the others"
        )
    return np.asarray(widths["neutrinos"] / total)
