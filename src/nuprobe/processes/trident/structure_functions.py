"""Inelastic electromagnetic structure functions of nucleons, from real photons to deep
inelastic scattering.

=============  =====================================================================
W² < 3 GeV²    `resonances`: Christy:2007ve (proton); twice the average of
               Bosted:2007xd less the proton for the neutron, with the R of the proton
W² > 4 GeV²    F₂ of the proton of Abramowicz:1997ms (ALLM97, fitted for W² > 3 GeV²
               and Q² from 0 to 5000 GeV²), R of Abe:1998ym; neutron: F₂ⁿ = (1 − 0.8x)
               F₂ᵖ, same R
between        both, mixed by a smooth step in W²
=============  =====================================================================

R of Abe:1998ym (R1998) is valid above Q² = 0.34 GeV²; below, its value there is
multiplied by (3u − u³)/2, u = Q²/0.34 GeV², so that real photons are transverse. Beyond
Q² = 8 GeV² the resonances are made to fall as Q⁻⁸; they are negligible there.

Accuracy: the fits describe their data to about 3 %. The Δ peak for real photons on the
proton is 480 µb, compared with about 530 measured. The two parametrisations differ by
up to 7 % where they meet at Q² < 1 GeV². The neutron is known to 5 or 10 %. Nucleons in
a nucleus are treated as free: no shadowing (which reduces F₂ of heavy nuclei by some 10
to 20 % at x < 0.05 and Q² of a few GeV² and below) and no Fermi motion.

The papers were not checked. The numbers of ALLM97 are those of two Fortran codes (Hall
C's radiative corrections, Milou); CepGen has 3.4924 for the exponent 3.4942 and 0.06526
GeV² for 0.06527, which changes F₂ by at most 7e-4. Those of R1998 agree between CepGen
and an event generator of Jefferson Lab. The neutron ratio was found in only one code
(Hall C's): unverified.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from nuprobe.constants import ALPHA_EM, HBARC_MEV_CM, M_PROTON
from nuprobe.numerics import FloatArray
from nuprobe.processes.trident.resonances import (
    W_THRESHOLD,
    nucleon_transverse,
    proton_cross_sections,
)

__all__ = ["photoabsorption", "structure_functions"]

_GEV: Final = 1e3  # MeV
_M2: Final = (M_PROTON / _GEV) ** 2
_MIX: Final = (3.0, 4.0)  # GeV²: range of W² in which both are mixed
_FIT_END: Final = 8.0  # GeV²: Q² where the fits of resonances end
_R_LOW: Final = 0.34  # GeV²
# µb GeV²: F₁ = σ_T (W² − M²) over this
_FLUX: Final = 8 * math.pi**2 * ALPHA_EM * (HBARC_MEV_CM / _GEV) ** 2 * 1e30


def _allm97(w2: FloatArray, q2: FloatArray) -> FloatArray:
    """F₂/Q² of the proton, GeV⁻² [Abramowicz:1997ms]."""
    scale, start = 0.06527, 0.52544
    t = np.log(np.log((q2 + start) / scale) / math.log(start / scale))
    more = w2 - _M2
    x = q2 / (q2 + more)

    def rising(p: tuple[float, float, float]) -> FloatArray:
        return np.asarray(p[0] + p[1] * t ** p[2])

    def falling(p: tuple[float, float, float]) -> FloatArray:
        return np.asarray(p[0] + (p[0] - p[1]) * (1 / (1 + t ** p[2]) - 1))

    def pole(mass2: float) -> FloatArray:
        return np.asarray((q2 + mass2) / (q2 + mass2 + more))

    pomeron = falling((0.28067, 0.22291, 2.1979)) * pole(49.457) ** falling(
        (-0.0808, -0.44812, 1.1709)
    )
    pomeron *= (1 - x) ** rising((0.60243**2, 1.3754**2, 1.8439))
    reggeon = rising((0.80107, 0.97307, 3.4942)) * pole(0.15052) ** rising(
        (0.58400, 0.37888, 2.6063)
    )
    reggeon *= (1 - x) ** rising((0.10711**2, 1.9386**2, 0.49338))
    return np.asarray((pomeron + reggeon) / (q2 + 0.31985))


def _r1998(x: FloatArray, q2: FloatArray) -> FloatArray:
    """σ_L/σ_T, the mean of three forms [Abe:1998ym]; falls to 0 below their range."""
    u = np.minimum(q2 / _R_LOW, 1.0)
    q2 = np.maximum(q2, _R_LOW)
    theta = 1 + 12 * q2 / (1 + q2) * 0.125**2 / (0.125**2 + x**2)
    logs = theta / np.log(q2 / 0.04)

    def shape(a: float, b: float, c: float) -> FloatArray:
        return np.asarray((1 + x * (a + x * b)) * x**c)

    first = 0.5470 / (q2**4 + 2.0621**4) ** 0.25 * shape(-0.3804, 0.5090, -0.0285)
    second = 0.6114 / q2 - 0.3509 / (q2**2 + 0.09)
    second *= shape(-0.4611, 0.7172, -0.0317)
    middle = x * (12.3708 + x * (-43.1043 + x * 41.7415))
    third = 0.4644 / np.hypot(q2 - middle, 1.8288)
    mean = ((0.0485 + 0.0481 + 0.0577) * logs + first + second + third) / 3
    return np.asarray(mean * (3 * u - u**3) / 2)


def _continuum(
    kind: str, w2: FloatArray, q2: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """σ_T and σ_L above the resonances, µb."""
    more = w2 - _M2
    # R1998 has powers of x; at Q² = 0 its low-Q² factor vanishes
    x = np.maximum(q2, 1e-12) / (q2 + more)
    f2 = _allm97(w2, q2)
    if kind == "neutron":
        f2 = f2 * (1 - 0.8 * x)
    both = _FLUX / 2 * f2 * (q2 + more + 4 * _M2 * q2 / (q2 + more)) / more
    ratio = _r1998(x, q2)
    return both / (1 + ratio), both * ratio / (1 + ratio)


def _resonant(
    kind: str, w2: FloatArray, q2: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """σ_T and σ_L of the fits of the resonance region, µb."""
    inside = np.minimum(q2, _FIT_END)
    transverse, longitudinal = proton_cross_sections(w2, inside)
    if kind == "neutron":
        ratio = longitudinal / transverse
        transverse = 2 * nucleon_transverse(w2, inside) - transverse
        longitudinal = ratio * transverse
    fall = (inside / np.maximum(q2, inside)) ** 4 if q2.max() > _FIT_END else 1.0
    return transverse * fall, longitudinal * fall


def photoabsorption(
    kind: str, w: FloatArray, q2: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Cross sections σ_T and σ_L of virtual photons on a nucleon (flux of Hand), cm².

    Parameters
    ----------
    kind : ``"proton"`` or ``"neutron"``.
    w : mass of the hadrons, MeV, any shape; nothing is absorbed below M + m_π.
    q2 : Q² in MeV², 0 for real photons, of a shape that goes with `w`.

    Examples
    --------
    >>> transverse, longitudinal = photoabsorption("proton", np.array([10e3]), 0.0)
    >>> bool(110e-30 < transverse[0] < 120e-30), float(longitudinal[0])
    (True, 0.0)
    """
    w2, q2 = np.broadcast_arrays(
        (np.asarray(w, dtype=float) / _GEV) ** 2, np.asarray(q2, dtype=float) / _GEV**2
    )
    result = np.zeros((2, *w2.shape))
    open_ = w2 > W_THRESHOLD**2
    low, high = open_ & (w2 < _MIX[1]), w2 > _MIX[0]
    step = np.clip((w2 - _MIX[0]) / (_MIX[1] - _MIX[0]), 0.0, 1.0)
    step = step * step * (3 - 2 * step)
    if low.any():
        result[:, low] = _resonant(kind, w2[low], q2[low]) * (1 - step[low])
    if high.any():
        result[:, high] += _continuum(kind, w2[high], q2[high]) * step[high]
    result *= 1e-30
    return result[0], result[1]


def structure_functions(
    kind: str, w: FloatArray, q2: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Structure functions F₂ and F_L = (1 + 4M²x²/Q²) F₂ − 2xF₁ of a nucleon.

    Parameters
    ----------
    kind : ``"proton"`` or ``"neutron"``.
    w : mass of the hadrons, MeV, any shape; both are 0 below M + m_π.
    q2 : Q² in MeV², of a shape that goes with `w`; both are 0 at Q² = 0.

    Examples
    --------
    >>> f2, f_l = structure_functions("proton", np.array([10e3]), np.array([10e6]))
    >>> bool(0.3 < f2[0] < 0.4), bool(0 < f_l[0] < f2[0])
    (True, True)
    """
    transverse, longitudinal = photoabsorption(kind, w, q2)
    more, q2 = (np.asarray(w) / _GEV) ** 2 - _M2, np.asarray(q2) / _GEV**2
    x = q2 / (q2 + more)
    scale = 2 * x * more / (_FLUX * 1e-30)
    f_l = scale * longitudinal
    return (scale * transverse + f_l) / (1 + 4 * _M2 * q2 / (q2 + more) ** 2), f_l
