"""Photoabsorption on a nucleon in the resonance region: fits to inclusive electron
scattering.

Proton: transverse and longitudinal cross sections of Christy:2007ve, for Q² from 0 to 8
GeV² and W from 1.1 to 3.1 GeV, which describe data to 3 %. Average of proton and
neutron, transverse: Bosted:2007xd, from electrons on deuterium with Fermi motion
unfolded, for Q² from 0 to 10 GeV² and W from 1.1 to 3.2 GeV, mean deviation of data
3 %. Seven resonances, threshold-dependent Breit–Wigner forms in pion, two-pion and eta
decays, on a smooth background.

The parameters are those of the Fortran routines published by the authors (F1F209.f, as
kept in the Hall C simulation of Jefferson Lab), whose printed numbers are reproduced by
this independent implementation. GENIE, whose code names the equations and tables of
both papers, has the same parameters; CepGen differs in two heights of the proton
(46.213 instead of 462.13 for the P11, 1.8951 instead of 11.0 for the F37). The papers
themselves were not checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from nuprobe.numerics import FloatArray

__all__ = ["W_THRESHOLD", "nucleon_transverse", "proton_cross_sections"]

_M: Final = 0.9382727  # GeV, of the fits
_M_PI: Final = 0.135
_M_ETA: Final = 0.547
W_THRESHOLD: Final = _M + _M_PI
"""Smallest W with absorption in the fits, GeV."""
_SCALE: Final = 0.91  # GeV², of the transition form factors
_DAMPING: Final = 0.215  # GeV


@dataclass(frozen=True)
class _Resonance:
    """Mass and width (GeV), orbital momentum of its decay, damping (GeV), shares of
    pion, two-pion and eta decays, and its heights.

    The transverse amplitude is h₀ (1 + h₁Q²/(1 + h₂Q²))/(1 + Q²/0.91)^h₃, the
    longitudinal one l₀ Q²/(1 + l₁Q²) exp(−l₂Q²); cross sections go with their squares.
    """

    mass: float
    width: float
    orbital: int
    shares: tuple[float, float, float]
    transverse: tuple[float, float, float, float]
    longitudinal: tuple[float, float, float] = (0.0, 0.0, 0.0)
    damping: float = _DAMPING


_PROTON: Final = (
    _Resonance(
        1.2298, 0.13573, 1, (1.0, 0.0, 0.0), (7.7805, 4.2291, 1.2598, 2.1242),
        (29.414, 19.910, 0.22587), 0.14462,
    ),
    _Resonance(
        1.5304, 0.22, 0, (0.45, 0.1, 0.45), (6.3351, 6823.2, 33521.0, 2.5686)
    ),
    _Resonance(
        1.5057, 0.082956, 2, (0.65, 0.35, 0.0), (0.60347, 21.240, 0.055746, 2.4886),
        (157.92, 97.046, 0.31042),
    ),
    _Resonance(
        1.6980, 0.095782, 3, (0.65, 0.35, 0.0), (2.3305, -0.28789, 0.18607, 0.063534),
        (4.2160, 0.038200, 1.2182),
    ),
    _Resonance(
        1.6650, 0.10936, 0, (0.4, 0.5, 0.1), (1.9790, -0.56175, 0.38964, 0.54883),
        (13.764, 0.31393, 2.9997),
    ),
    _Resonance(
        1.4333, 0.37944, 1, (0.65, 0.35, 0.0), (0.022506, 462.13, 0.19221, 1.9141),
        (5.5124, 0.053743, 1.3091),
    ),
    _Resonance(
        1.9341, 0.38, 3, (0.5, 0.5, 0.0), (3.4187, 0.0, 0.0, 1.0),
        (11.0, 1.8951, 0.51376),
    ),
)  # fmt: skip
"""Of the proton: P33(1232), S11(1535), D13(1520), F15(1680), S11(1650), P11(1440) and
F37(1950)."""
_AVERAGE: Final = (
    _Resonance(
        1.2298,
        0.13573,
        1,
        (1.0, 0.0, 0.0),
        (8.122, 5.189, 3.290, 1.870),
        damping=0.1446,
    ),
    _Resonance(1.5304, 0.22, 0, (0.5, 0.0, 0.5), (6.110, -34.64, 900.0, 1.717)),
    _Resonance(1.5057, 0.082956, 2, (0.65, 0.35, 0.0), (0.04335, 191.5, 0.2232, 2.119)),
    _Resonance(
        1.6980, 0.095782, 3, (0.65, 0.35, 0.0), (2.088, -0.3029, 0.2012, 0.001104)
    ),
    _Resonance(1.6650, 0.10936, 0, (0.4, 0.6, 0.0), (0.02276, -0.4562, 0.2397, 1.204)),
    _Resonance(1.4333, 0.37944, 1, (0.65, 0.35, 0.0), (0.02321, 541.9, 0.2247, 2.168)),
    _Resonance(1.9341, 0.38, 3, (0.6, 0.4, 0.0), (3.319, 0.0, 0.0, 2.0)),
)
"""Of the average of proton and neutron, in the same order."""
# strength, scale of Q² (GeV²), then the power of (Q² + scale) as a polynomial in Q²
_PROTON_SMOOTH: Final = (
    (246.06, 0.067469, (1.3501, 0.12054, -0.0038495)),
    (-89.360, 0.20977, (1.5715, 0.090736, 0.010362)),
)
_AVERAGE_SMOOTH: Final = (
    (226.6, 0.07649, (1.457, 0.1318, -0.005596)),
    (-75.34, 0.1776, (1.636, 0.1350, 0.005883)),
)


def _momentum(w2: FloatArray | float, mass: float) -> FloatArray:
    """Momentum of a meson that recoils against the nucleon at W², 0 below threshold."""
    w = np.sqrt(w2)
    energy = (w2 + mass**2 - _M**2) / (2 * w)
    return np.sqrt(np.maximum(energy**2 - mass**2, 0.0))


def _shape(one: _Resonance, w2: FloatArray) -> FloatArray:
    """Breit–Wigner form of a resonance without its height, GeV⁻²."""
    w = np.sqrt(w2)
    damping2, top = one.damping**2, one.mass**2
    width = np.zeros_like(w2)
    # power of the momentum beside 2L, more of the damping, one power of W
    for share, mass, extra, more in (
        (one.shares[0], _M_PI, 1, 0),
        (one.shares[1], 2 * _M_PI, 4, 2),
        (one.shares[2], _M_ETA, 1, 0),
    ):
        if not share:
            continue
        p, p_r = _momentum(w2, mass), float(_momentum(top, mass))
        part = (p / p_r) ** (2 * one.orbital + extra)
        part *= ((p_r**2 + damping2) / (p**2 + damping2)) ** (one.orbital + more)
        if more:
            part *= w / one.mass
        width += share * one.width * part
    k, k_r = (w2 - _M**2) / (2 * w), (top - _M**2) / (2 * one.mass)
    photon = (k / k_r) ** 2 * (k_r**2 + damping2) / (k**2 + damping2)
    peak = width * photon / ((w2 - top) ** 2 + top * width**2)
    # ratios of the photon's momenta in the laboratory and the centre of mass
    return np.asarray(peak * (top - _M**2) / (w2 - _M**2) * k_r / k)


def _transverse(
    resonances: tuple[_Resonance, ...],
    smooth: tuple[tuple[float, float, tuple[float, float, float]], ...],
    shapes: list[FloatArray],
    w2: FloatArray,
    q2: FloatArray,
) -> FloatArray:
    """σ_T in µb."""
    w = np.sqrt(w2)
    peaks = np.zeros_like(w2)
    for one, shape in zip(resonances, shapes, strict=True):
        h = one.transverse
        height = h[0] * (1 + h[1] * q2 / (1 + h[2] * q2)) / (1 + q2 / _SCALE) ** h[3]
        peaks += height**2 * shape
    above = np.maximum(w - W_THRESHOLD, 0.0)
    background = np.zeros_like(w2)
    for i, (strength, scale, power) in enumerate(smooth):
        falls = power[0] + q2 * (power[1] + q2 * power[2])
        background += strength * above ** (1.5 + i) / (q2 + scale) ** falls
    near = (q2 + 0.05) / (q2 + 0.05 + np.maximum(w2 - W_THRESHOLD**2, 0.0))
    return np.asarray(w * peaks + background * near)


def _longitudinal(
    shapes: list[FloatArray], w2: FloatArray, q2: FloatArray
) -> FloatArray:
    """σ_L of the proton in µb."""
    peaks = np.zeros_like(w2)
    for one, shape in zip(_PROTON, shapes, strict=True):
        a = one.longitudinal
        peaks += (a[0] * q2 / (1 + a[1] * q2) * np.exp(-a[2] * q2)) ** 2 * shape
    scale, soft = 0.33**2, 0.125
    start = 4.2802
    t = np.log(np.log((q2 + start) / scale) / np.log(start / scale))
    near = (q2 + soft) / (q2 + soft + np.maximum(w2 - W_THRESHOLD**2, 0.0))
    x = q2 / (q2 + w2 - _M**2)
    background = 86.746 * (1 - near) ** (4.0294 + 4.0864e-5 * t) / (1 - x)
    background *= (q2 / (q2 + soft)) ** 3.1285 / (q2 + soft)
    background *= near ** (0.33403 + 4.9623 * t)
    return np.asarray(np.sqrt(w2) * peaks + background)


def proton_cross_sections(
    w2: FloatArray, q2: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """σ_T and σ_L of virtual photons on the proton, µb [Christy:2007ve].

    Parameters
    ----------
    w2 : squared mass of the hadrons, GeV², above `W_THRESHOLD` squared, any shape.
    q2 : Q² in GeV², same shape.

    Examples
    --------
    >>> total, none = proton_cross_sections(np.array([1.22**2]), np.array([0.0]))
    >>> bool(450 < total[0] < 500), float(none[0])  # real photons, peak of the Δ
    (True, 0.0)
    """
    shapes = [_shape(one, w2) for one in _PROTON]
    transverse = _transverse(_PROTON, _PROTON_SMOOTH, shapes, w2, q2)
    return transverse, _longitudinal(shapes, w2, q2)


def nucleon_transverse(w2: FloatArray, q2: FloatArray) -> FloatArray:
    """σ_T averaged over proton and neutron, µb [Bosted:2007xd].

    Parameters
    ----------
    w2, q2 : as in `proton_cross_sections`.

    Examples
    --------
    >>> average = nucleon_transverse(np.array([1.22**2]), np.array([0.0]))
    >>> bool(450 < average[0] < 560)
    True
    """
    shapes = [_shape(one, w2) for one in _AVERAGE]
    return _transverse(_AVERAGE, _AVERAGE_SMOOTH, shapes, w2, q2)
