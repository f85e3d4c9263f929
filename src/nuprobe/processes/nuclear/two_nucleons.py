"""Break-up of the deuteron from ³S₁ to ¹S₀ by the isovector axial current, in the
effective-range ("Bethe") form.

With the binding momentum γ, the residue A_s² = 2γ/(1 − γρ_d) of the deuteron's pole and
κ = p cot δ = −1/a + r₀p²/2,

    |T|² = 4π A_s² b²/(p² + κ²),
    b = (κ + γ)/(p² + γ²) − (r₀ + ρ_d)/4 + L_1A d,  d = (μ − γ)(μ − 1/a)/(4π g_A),

for np and nn. Two protons have the wave function C (G₀ + cot δ F₀) outside of the
range, which is 1 at the origin; with η = αM/2p, h = Re ψ(iη) − ln η and
C² = 2πη/(e^{2πη} − 1),

    C² p cot δ + 2pηh = −1/a_C + r_C p²/2,
    b = ∫ e^{−γr} C (G₀ + cot δ F₀) dr − (r_C + ρ_d)/4 + L_1A d,
    |T|² = 4π A_s² sin²δ b²/(p² C²);

both Laplace transforms are known in closed form. L_1A is the two-body axial current at
μ = m_π; its value depends on the scheme.

``"resummed"``: as above. ``"nnlo"``: the residue expanded to second order in γρ_d, and
the contact term as in pionless effective field theory,

    −(r₀ + ρ_d)/4 → d [−πg_A (r₀/(μ − 1/a)² + ρ_d/(μ − γ)²)],

which is the same for μ → ∞ (Butler:2000zp, whose formulas were not checked; the
matching was done here, and L_1A is about 5 fm³ larger there for the same cross
section).

Butler:2000zp, Kong:1999sf (strong scattering length of two protons at μ = m_π) and
Holstein for the whole were not checked; numbers are compared with an independent code,
the Coulomb integrals with arbitrary-precision Coulomb functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, get_args

import numpy as np

from nuprobe.constants import ALPHA_EM, G_A, HBARC_MEV_FM, M_NEUTRON, M_PROTON
from nuprobe.numerics import FloatArray, gauss_legendre

__all__ = ["BINDING", "PAIRS", "SCHEMES", "Pair", "Scheme", "strengths"]

Scheme = Literal["resummed", "nnlo"]
SCHEMES: Final[tuple[str, ...]] = get_args(Scheme)
Pair = Literal["np", "nn", "pp"]
PAIRS: Final[tuple[str, ...]] = get_args(Pair)

BINDING: Final = 2.224566
"""Binding energy of the deuteron, MeV."""
_NUCLEON: Final = (M_PROTON + M_NEUTRON) / 2
_GAMMA: Final = float(np.sqrt(_NUCLEON * BINDING)) / HBARC_MEV_FM
_RANGE_D: Final = 1.764
_SCALE: Final = 0.694
"""Renormalisation scale μ = m_π, 1/fm, of published values of L_1A."""


@dataclass(frozen=True)
class _Channel:
    """Effective-range parameters in fm; `strong` is the scattering length that the
    contact term is renormalised with."""

    length: float
    range: float
    strong: float


_CHANNELS: Final[dict[str, _Channel]] = {
    "np": _Channel(-23.71, 2.73, -23.71),
    "nn": _Channel(-18.9, 2.75, -18.9),
    "pp": _Channel(-7.806, 2.794, -29.9),
}
_WEAKEST: Final = 40.0
"""η above which two protons do not overlap: C² < 1e-107."""


def strengths(p: FloatArray, pair: Pair, scheme: Scheme) -> tuple[FloatArray, ...]:
    """|T|² = t₀ + L_1A t₁ + L_1A² t₂ with L_1A in fm³.

    Parameters
    ----------
    p : half the relative momentum of the two nucleons, MeV.
    pair : ``"np"``, ``"nn"`` or ``"pp"``.
    scheme : in which L_1A is defined.

    Returns
    -------
    tuple of three arrays
        In MeV⁻³ (fm⁻³ and fm⁻⁶ of L_1A), of the shape of `p`.

    Examples
    --------
    >>> t0, t1, _ = strengths(np.array([10.0, 50.0]), "np", "resummed")
    >>> t1 / t0
    array([0.01115032, 0.02185779])
    """
    inverse = p / HBARC_MEV_FM
    channel = _CHANNELS[pair]
    if scheme == "resummed":
        residue = 2 * _GAMMA / (1 - _GAMMA * _RANGE_D)
    else:
        residue = 2 * _GAMMA * (1 + _GAMMA * _RANGE_D + (_GAMMA * _RANGE_D) ** 2)
    scattered, outside = _pp(inverse) if pair == "pp" else _uncharged(inverse, channel)
    current = (_SCALE - _GAMMA) * (_SCALE - 1 / channel.strong) / (4 * np.pi * G_A)
    b = outside + _contact(channel, current, scheme)
    common = 4 * np.pi * residue * scattered / HBARC_MEV_FM**3
    return common * b**2, common * 2 * b * current, common * current**2


def _contact(channel: _Channel, current: float, scheme: Scheme) -> float:
    if scheme == "resummed":
        return -(channel.range + _RANGE_D) / 4
    at_two = channel.range / (_SCALE - 1 / channel.strong) ** 2
    at_deuteron = _RANGE_D / (_SCALE - _GAMMA) ** 2
    return -np.pi * G_A * current * (at_two + at_deuteron)


def _uncharged(p: FloatArray, channel: _Channel) -> tuple[FloatArray, FloatArray]:
    """1/(p² + κ²) and the overlap outside the range, in powers of fm."""
    kappa = -1 / channel.length + channel.range * p**2 / 2
    outside = (kappa + _GAMMA) / (p**2 + _GAMMA**2)
    return 1 / (p**2 + kappa**2), np.asarray(outside)


def _pp(p: FloatArray) -> tuple[FloatArray, FloatArray]:
    """sin²δ/(p² C²) and the overlap outside the range for two protons."""
    lowest = ALPHA_EM * M_PROTON / HBARC_MEV_FM / 2 / _WEAKEST
    q = np.maximum(p, lowest)
    eta = ALPHA_EM * M_PROTON / HBARC_MEV_FM / (2 * q)
    barrier = 2 * np.pi * eta / np.expm1(2 * np.pi * eta)
    tabulated = _coulomb_table()
    irregular, h = tabulated(np.log(q))
    channel = _CHANNELS["pp"]
    cotangent = -1 / channel.length + channel.range * q**2 / 2 - 2 * q * eta * h
    regular = q / (_GAMMA**2 + q**2) * np.exp(2 * eta * np.arctan(q / _GAMMA))
    outside = irregular + cotangent / q * regular
    scattered = barrier / (q**2 * barrier**2 + cotangent**2)
    return np.where(p >= lowest, scattered, 0.0), outside


@lru_cache(maxsize=1)
def _coulomb_table() -> Callable[[FloatArray], tuple[FloatArray, FloatArray]]:
    """∫ e^{−γr} C G₀ dr (fm) and h(η) between points in ln p (p in 1/fm)."""
    from scipy.interpolate import CubicSpline
    from scipy.special import digamma

    lowest = ALPHA_EM * M_PROTON / HBARC_MEV_FM / 2 / _WEAKEST
    log_p = np.linspace(np.log(lowest * 0.999), np.log(5.0), 600)
    eta = ALPHA_EM * M_PROTON / HBARC_MEV_FM / 2 * np.exp(-log_p)
    h = np.real(digamma(1j * eta)) - np.log(eta)
    values = np.stack([_irregular(np.exp(log_p), eta), h], axis=-1)
    spline = CubicSpline(log_p, values)

    def at(x: FloatArray) -> tuple[FloatArray, FloatArray]:
        found = spline(np.minimum(x, log_p[-1]))
        return found[..., 0], found[..., 1]

    return at


def _irregular(p: FloatArray, eta: FloatArray) -> FloatArray:
    """Laplace transform of C G₀: that of a Whittaker function, a hypergeometric one,
    whose integral over y runs along a ray on which it neither grows nor oscillates
    quickly."""
    x = (1 - 1j * _GAMMA / p) / 2
    u, w = gauss_legendre(300)
    turn = np.exp(-0.25j * np.pi)
    end = 60 * np.sqrt(2) / (1 + eta)
    y = end[:, None] * u * turn
    decay = np.exp(-y * (1 + 1j * eta[:, None]))
    transform = decay / (1 - x[:, None] + x[:, None] * np.exp(-y)) ** 2 @ w
    return np.asarray(np.real(transform * end * turn / (-2j * p)))
