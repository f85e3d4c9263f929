"""A sterile neutrino that mixes with ν_e, so that neutrinos disappear."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError, shown
from nuprobe.models.fields import ModelName, setting
from nuprobe.models.mixing import PMNS
from nuprobe.models.stack import Stacked, base_of, check_base
from nuprobe.models.standard import StandardModel
from nuprobe.numerics import FloatArray, numbers
from nuprobe.parameters import Parameter

__all__ = [
    "DM2_41_RANGE",
    "SterileNeutrino",
    "check_splitting",
    "sterile_of",
    "sterile_share",
]

DM2_41_RANGE: Final = (1e-2, 1e2)
"""eV²: range of Δm²₄₁ in fits, as in published scans. Above it no reactor experiment
resolves the oscillation; below it the oscillation is as slow as the known ones."""
_ANGLES: Final = (0.0, 0.4)  # range in which a fit looks for a start


def sterile_share(sin2_2theta_14: Any) -> FloatArray:
    """|U_e4|² = sin²θ₁₄ from sin²2θ₁₄ = 4|U_e4|²(1 − |U_e4|²), the smaller solution.

    Parameters
    ----------
    sin2_2theta_14 : from 0 to 1, any shape; `InputError` outside.

    Examples
    --------
    >>> sterile_share([0.0, 0.36, 1.0]).round(12)
    array([0. , 0.1, 0.5])
    """
    s = numbers("sin2_2theta_14", sin2_2theta_14)
    wrong = ~((s >= 0) & (s <= 1))
    if wrong.any():
        raise InputError(
            "sin2_2theta_14 must lie between 0 and 1 (it is 4|U_e4|²(1 − |U_e4|²)), got"
            f" {s[wrong].flat[0]:g}"
        )
    # avoids the cancellation in 1 - sqrt(1 - s)
    return np.asarray(0.5 * s / (1 + np.sqrt(1 - s)))


def check_splitting(dm2_41: Any) -> FloatArray:
    """Return Δm²₄₁ as an array.

    Parameters
    ----------
    dm2_41 : eV², any shape; `InputError` unless positive and finite.

    Examples
    --------
    >>> check_splitting(-1.0)
    Traceback (most recent call last):
    nuprobe.errors.InputError: dm2_41 must be positive and finite (eV2), got -1
    """
    d = numbers("dm2_41 in eV2", dm2_41)
    wrong = ~((d > 0) & np.isfinite(d))
    if wrong.any():
        raise InputError(
            f"dm2_41 must be positive and finite (eV2), got {d[wrong].flat[0]:g}"
        )
    return d


@public
@quick_methods
@dataclass(frozen=True)
class SterileNeutrino(Stacked):
    """A fourth, sterile neutrino that mixes with ν_e.

    It changes how many neutrinos arrive as ν_e, not how they scatter: experiments with
    ``process = "oscillation"`` depend on it, others see only the base. The
    disappearance is that of `nuprobe.oscillation.Vacuum` with |U_e4|² = sin²θ₁₄; ν_μ
    and ν_τ do not mix with it (θ₂₄ = θ₃₄ = 0), and P_ee does not depend on them.

    Attributes
    ----------
    sin2_2theta_14 : sin²2θ₁₄ = 4|U_e4|²(1 − |U_e4|²), from 0 to 1, with |U_e4|² ≤ ½;
        publications on reactors call it sin²2θ_ee or sin²2θ_new. May be an array over
        parameter points.
    dm2_41 : Δm²₄₁ in eV², positive.
    mixing : of the three known neutrinos.
    base : the interactions; default the Standard Model.

    Raises
    ------
    InputError
        If the mixing is not between 0 and 1, or Δm² not positive.

    Examples
    --------
    >>> SterileNeutrino(0.36, 7.25).pmns.size
    4
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "sterile": ModelName("a sterile neutrino that mixes with nu_e (3+1)")
    }

    sin2_2theta_14: float | FloatArray = 0.0
    dm2_41: float | FloatArray = setting(1.0, unit="eV2")
    mixing: PMNS = field(default_factory=PMNS)
    base: Any = field(default_factory=StandardModel)
    name = "sterile"

    def __post_init__(self) -> None:
        check_base(self.base)
        sterile_share(self.sin2_2theta_14)
        check_splitting(self.dm2_41)
        if not isinstance(self.mixing, PMNS) or self.mixing.size != 3:
            raise InputError(
                "mixing must be a PMNS of the three known neutrinos, such as PMNS();"
                f" the fourth is set by sin2_2theta_14, got {shown(self.mixing)}"
            )

    @property
    def pmns(self) -> PMNS:
        """Mixing of all four, for one value of sin²2θ₁₄."""
        share = sterile_share(self.sin2_2theta_14)
        if share.ndim:
            raise InputError(
                f"a mixing matrix needs a single sin2_2theta_14, got {share.size}"
                " values"
            )
        p = self.mixing
        return PMNS(p.sin2_12, p.sin2_13, p.sin2_23, p.delta_cp, float(share), 0.0, 0.0)

    def own_parameters(self) -> tuple[Parameter, ...]:
        """sin²2θ₁₄ and Δm²₄₁."""
        angle = float(np.ravel(self.sin2_2theta_14)[0])
        splitting = float(np.ravel(self.dm2_41)[0])
        low, high = DM2_41_RANGE
        return (
            Parameter(
                "sin2_2theta_14",
                angle,
                0.0,
                1.0,
                step=0.02,
                latex=r"\sin^2 2\theta_{14}",
                search=_ANGLES,
            ),
            Parameter(
                "dm2_41",
                splitting,
                min(low, splitting),
                max(high, splitting),
                step=0.1 * math.fabs(splitting),
                unit="eV2",
                latex=r"\Delta m^2_{41}",
                log=True,
            ),
        )

    def moved(self, values: Mapping[str, FloatArray]) -> Mapping[str, Any]:
        """Fields at other `values` of `own_parameters`."""
        return dict(values)


def sterile_of(model: Any) -> SterileNeutrino | None:
    """The sterile neutrino of a model, if it has one.

    Parameters
    ----------
    model : any model, or None.

    Examples
    --------
    >>> sterile_of(StandardModel()) is None
    True
    """
    found = base_of(model, SterileNeutrino)
    return found if isinstance(found, SterileNeutrino) else None
