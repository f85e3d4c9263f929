"""The tip of the red-giant branch: brightening by a moment, and the constraint from the
cluster M5.

Plasmon decay cools the core, so helium ignites later and the star becomes brighter.
Viaux et al. (Viaux:2013hca) give the I magnitude as

    M_I(μ) = M_I(0) − 0.23 [√(μ² + 0.80²) − 0.80 − 0.18 μ^1.5]     μ in 1e-12 μ_B.

The formula is from memory (unverified); it gives 0.315 mag at 3e-12 μ_B, compared with
35 % more luminosity, or 0.326 mag, in a later paper (arXiv:2504.05671).
Values and errors of M5, and the published limits, are from the abstract of Viaux et al.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.drawing import draws
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.numerics import FloatArray, number, numbers, panel_nodes
from nuprobe.reprs import readable

__all__ = [
    "LARGEST",
    "M5",
    "STATISTICS",
    "SYSTEMATIC",
    "Statistic",
    "Tip",
    "tip_brightening",
    "tip_limit",
    "tip_luminosity",
    "tip_slope",
    "tip_table",
]

Statistic = Literal["distance", "bayes", "one-sided"]
STATISTICS: Final[tuple[str, ...]] = get_args(Statistic)
LARGEST: Final = 9e-12
"""μ_B; the end of the formula, whose slope falls to zero at 14e-12."""
SYSTEMATIC: Final = 0.3e-12
"""μ_B by which limits may move: the errors of M5 are not Gaussian, so that no rule
gives both published limits."""

_UNIT: Final = 1e-12


@readable
@dataclass(frozen=True)
class Tip:
    """Brightness of the tip of a red-giant branch in the I band.

    Attributes
    ----------
    name : of the cluster.
    observed, observed_error : measured magnitude and its error.
    theory, theory_error : magnitude of stellar models without a moment, and its error.
    references : texkeys.

    Examples
    --------
    >>> round(M5.error, 4)
    0.1476
    """

    name: str
    observed: float
    observed_error: float
    theory: float
    theory_error: float
    references: tuple[str, ...] = ()

    plot = draws("plot_tip")

    def __post_init__(self) -> None:
        for name in ("observed", "theory"):
            number(name, getattr(self, name))
        for name in ("observed_error", "theory_error"):
            if number(name, getattr(self, name)) < 0:
                raise InputError(f"{name} cannot be negative")
        if not self.error > 0:
            raise InputError("one of observed_error and theory_error must be positive")

    @property
    def error(self) -> float:
        """Both errors in quadrature."""
        return float(np.hypot(self.observed_error, self.theory_error))

    @public
    def magnitude(self, moment: ArrayLike) -> FloatArray:
        """Predicted M_I.

        Parameters
        ----------
        moment : μ_ν in Bohr magnetons up to `LARGEST`, any shape.

        Examples
        --------
        >>> round(float(M5.magnitude(3e-12)), 3)
        -4.305
        """
        return np.asarray(self.theory - tip_brightening(moment))


M5: Final = Tip("M5", -4.17, 0.13, -3.99, 0.07, ("Viaux:2013hca",))
"""The globular cluster M5 (NGC 5904)."""


def _formula(mu: FloatArray) -> FloatArray:
    """Brightening, at μ in 1e-12 μ_B."""
    return np.asarray(0.23 * (np.sqrt(mu * mu + 0.64) - 0.80 - 0.18 * mu**1.5))


def _slope(mu: FloatArray) -> FloatArray:
    return np.asarray(0.23 * (mu / np.sqrt(mu * mu + 0.64) - 0.27 * np.sqrt(mu)))


def _moments(moment: ArrayLike) -> FloatArray:
    values = numbers("moment", moment)
    if not np.all(values >= 0):
        raise InputError("moments, in μ_B, are moduli and cannot be negative")
    return values / _UNIT


@public
def tip_brightening(moment: ArrayLike, *, extended: bool = False) -> FloatArray:
    """Brightening of the tip by a moment, in magnitudes.

    Parameters
    ----------
    moment : μ_ν in Bohr magnetons (`stellar_moment`), not negative, any shape.
    extended : continue the formula beyond `LARGEST` along its tangent. This is not a
        prediction; it keeps fits of moments far above the limit finite.

    Returns
    -------
    array
        In magnitudes.

    Raises
    ------
    InputError
        For a negative moment, or one above `LARGEST`.

    Examples
    --------
    >>> np.round(tip_brightening([0.0, 3e-12]), 3)
    array([0.   , 0.315])
    """
    mu, end = _moments(moment), np.asarray(LARGEST / _UNIT)
    over = mu > end
    if np.any(over) and not extended:
        raise InputError(
            f"the formula for the tip is valid for moments from 0 to {LARGEST:g}"
            f" mu_B; got {mu.max() * _UNIT:g} mu_B"
        )
    inside = _formula(np.minimum(mu, end))
    return inside + _slope(end) * np.where(over, mu - end, 0.0)


@public
def tip_luminosity(moment: ArrayLike, tip: Tip = M5) -> FloatArray:
    """Magnitude M_I of the tip of the red-giant branch.

    Parameters
    ----------
    moment : μ_ν in Bohr magnetons (`stellar_moment`), not negative, any shape.
    tip : the cluster, whose magnitude without a moment is `theory`.

    Returns
    -------
    array
        In magnitudes of the I band.

    Raises
    ------
    InputError
        For a negative moment, or one above `LARGEST`.

    Examples
    --------
    >>> np.round(tip_luminosity([0.0, 3e-12]), 3)
    array([-3.99 , -4.305])
    """
    return tip.magnitude(moment)


def tip_slope(moment: FloatArray) -> FloatArray:
    """Derivative of the extended `tip_brightening`, in magnitudes per μ_B.

    Parameters
    ----------
    moment : μ_ν in Bohr magnetons, not negative, any shape.

    Examples
    --------
    >>> float(tip_slope(np.array(0.0)))
    0.0
    """
    mu = _moments(moment)
    return _slope(np.minimum(mu, LARGEST / _UNIT)) / _UNIT


@public
def tip_limit(
    tip: Tip = M5, statistic: Statistic = "distance", cl: float = 0.95
) -> float:
    """Upper limit on the moment from the tip of a cluster.

    Parameters
    ----------
    tip : the cluster; default M5.
    statistic : ``"distance"``: where the prediction is brighter than the observed
        magnitude by the two-sided number of standard deviations for `cl` (1.96);
        ``"one-sided"``: the same on one side (1.645); ``"bayes"``: `cl` of the
        posterior with a flat prior in |μ| up to `LARGEST`.
    cl : confidence level between 0 and 1.

    Returns
    -------
    float
        In Bohr magnetons, without the additional uncertainty `SYSTEMATIC`.

    Raises
    ------
    InputError
        For a level out of range, or a limit beyond the formula or below zero.

    Examples
    --------
    >>> print(f"{tip_limit():.3g}")
    4.47e-12
    >>> print(f"{tip_limit(statistic='bayes', cl=0.68):.3g}")
    2.58e-12
    """
    from scipy.optimize import brentq
    from scipy.special import ndtri

    if not isinstance(tip, Tip):
        raise InputError("tip must be a nuprobe.stars.Tip, such as nuprobe.stars.M5")
    if statistic not in STATISTICS:
        raise UnknownNameError("statistic of the tip", statistic, STATISTICS)
    level = number("cl", cl)
    if not 0 < level < 1:
        raise InputError(f"cl must lie between 0 and 1; got {level:g}")
    end = LARGEST / _UNIT
    if statistic == "bayes":
        total = _evidence(tip, end)
        return _UNIT * float(
            brentq(lambda mu: _evidence(tip, mu) / total - level, 0.0, end, xtol=1e-10)
        )
    sides = (1 + level) / 2 if statistic == "distance" else level
    wanted = tip.theory - tip.observed + float(ndtri(sides)) * tip.error
    if not 0 < wanted < float(_formula(np.asarray(end))):
        raise InputError(
            f"{tip.name}: the limit would be a brightening of {wanted:.3g} mag, and"
            f" moments from 0 to {LARGEST:g} mu_B give 0 to"
            f" {float(_formula(np.asarray(end))):.3g} mag; choose another cl"
        )
    return _UNIT * float(
        brentq(
            lambda mu: float(_formula(np.asarray(mu))) - wanted, 0.0, end, xtol=1e-12
        )
    )


def _evidence(tip: Tip, end: float) -> float:
    """∫ likelihood dμ from 0 to `end`, in 1e-12 μ_B."""
    x, w = panel_nodes(np.linspace(0.0, max(end, 1e-12), 9), 12)
    pull = (tip.theory - _formula(x) - tip.observed) / tip.error
    return float(w @ np.exp(-pull * pull / 2))


@public
def tip_table(tip: Tip = M5) -> list[dict[str, Any]]:
    """Limits of a cluster by every statistic.

    Parameters
    ----------
    tip : the cluster; default M5, for which the published limits are included.

    Returns
    -------
    list of dict
        ``statistic``, ``cl``, ``limit`` in μ_B and ``published``, a number or None.

    Examples
    --------
    >>> [f"{row['limit'] * 1e12:.2f}" for row in tip_table()]
    ['4.47', '2.58', '4.22', '4.00']
    """
    asked: tuple[tuple[Statistic, float, float | None], ...] = (
        ("distance", 0.95, 4.5e-12),
        ("bayes", 0.68, 2.6e-12),
        ("bayes", 0.95, 4.5e-12),
        ("one-sided", 0.95, 4.5e-12),
    )
    return [
        {
            "statistic": name,
            "cl": cl,
            "limit": tip_limit(tip, name, cl),
            "published": published if tip == M5 else None,
        }
        for name, cl, published in asked
    ]
