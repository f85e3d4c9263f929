"""Disappearance of ν_e with a fourth neutrino, as kernels times coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError
from nuprobe.models.sterile import sterile_share
from nuprobe.numerics import FloatArray, numbers
from nuprobe.oscillation.mixing import PMNS, Splittings, check_mixing
from nuprobe.units import eV

__all__ = ["Wave", "disappearance", "known_waves", "sterile_waves"]


@public
@quick_methods
@dataclass(frozen=True)
class Wave:
    """A term weight·cos(Δm² L/2E) of a survival probability.

    Attributes
    ----------
    weight : its coefficient.
    dm2 : Δm² in eV².

    Examples
    --------
    >>> Wave(0.5, 1.0).weight
    0.5
    """

    weight: float
    dm2: float


@public
def disappearance(sin2_2theta_14: Any) -> tuple[FloatArray, FloatArray]:
    """Coefficients of the three kernels of P_ee and their derivatives.

    With x = |U_e4|² the survival probability of three and a sterile neutrino is

        P_ee = (1 − x)² P₃ + x² + 2x(1 − x) Σ_j |U_ej|² cos(Δm²₄ⱼ L/2E),

    P₃ and U_ej those of three neutrinos. It is linear in sin²2θ₁₄ = 4x(1 − x) where P₃
    is 1, at short distances: 1 − sin²2θ₁₄ Σ_j |U_ej|² sin²(Δm²₄ⱼ L/4E). This equals
    `nuprobe.oscillation.Vacuum` with four neutrinos.

    Parameters
    ----------
    sin2_2theta_14 : from 0 to 1, shape (points,).

    Returns
    -------
    arrays, shape (points, 3)
        Coefficients of P₃, 1 and the mean cosine, and their derivatives with respect to
        sin²2θ₁₄; at sin²2θ₁₄ = 1, where x has none, those just below.

    Raises
    ------
    InputError
        If the mixing is not between 0 and 1.

    Examples
    --------
    >>> disappearance([0.36])[0].round(4)
    array([[0.81, 0.01, 0.18]])
    """
    s = np.atleast_1d(numbers("sin2_2theta_14", sin2_2theta_14))
    x = sterile_share(s)
    slope = 0.25 / np.maximum(1 - 2 * x, 1e-8)
    values = np.stack([(1 - x) ** 2, x**2, 0.5 * s], axis=-1)
    slopes = np.stack(
        [-2 * (1 - x) * slope, 2 * x * slope, np.full_like(s, 0.5)], axis=-1
    )
    return values, slopes


@public
def known_waves(
    mixing: PMNS | None = None, splittings: Splittings | None = None
) -> tuple[float, tuple[Wave, ...]]:
    """P₃ of ν_e: its constant, and a term for each pair of masses.

    Parameters
    ----------
    mixing, splittings : of three neutrinos; default NuFIT 6.0, normal ordering.

    Examples
    --------
    >>> constant, waves = known_waves()
    >>> round(constant + sum(w.weight for w in waves), 12)
    1.0
    """
    shares, squares = _shares(mixing, splittings)
    waves = [
        Wave(float(2 * shares[k] * shares[j]), float(squares[k] - squares[j]))
        for k in range(3)
        for j in range(k)
    ]
    return float(np.sum(shares**2)), tuple(waves)


@public
def sterile_waves(
    mixing: PMNS | None = None, splittings: Splittings | None = None
) -> tuple[Wave, ...]:
    """Σ_j |U_ej|² cos(Δm²₄ⱼ L/2E): one term for each known mass, with Δm²₄ⱼ − Δm²₄₁ in
    place of Δm².

    Parameters
    ----------
    mixing, splittings : as in `known_waves`.

    Examples
    --------
    >>> [round(w.weight, 4) for w in sterile_waves()]
    [0.6767, 0.3012, 0.0221]
    """
    shares, squares = _shares(mixing, splittings)
    return tuple(
        Wave(float(c), -float(m2)) for c, m2 in zip(shares, squares, strict=True)
    )


def _shares(
    mixing: PMNS | None, splittings: Splittings | None
) -> tuple[FloatArray, FloatArray]:
    """|U_ej|², and m_j² − m_1² in eV², of the three known neutrinos."""
    u = PMNS() if mixing is None else mixing
    masses = Splittings() if splittings is None else splittings
    check_mixing(u, masses)
    if u.size != 3:
        raise InputError(
            "mixing must be that of the three known neutrinos; the fourth is set by"
            " sin2_2theta_14 and dm2_41"
        )
    return np.abs(u.matrix[0]) ** 2, masses.squares(3) / eV**2
