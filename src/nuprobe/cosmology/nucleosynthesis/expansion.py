"""The expansion history used by nucleosynthesis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.constants import HBAR_MEV_S, PLANCK_MASS
from nuprobe.errors import InputError, shown
from nuprobe.numerics import FloatArray, number, numbers

__all__ = ["Expansion", "expansion"]

HOTTEST: Final = 10.0
"""MeV: an expansion must begin at least here, where n ↔ p is in equilibrium."""
COLDEST: Final = 0.008
"""MeV: it must reach below, where e⁺ and e⁻ are gone; T ∝ 1/a then."""
_ARRAYS: Final = ("t_gamma", "t_nu_e", "scale_factor", "hubble")
_NEUTRINO: Final = 7 / 8 * np.pi**2 / 15 * (4 / 11) ** (4 / 3)
"""Energy density of one neutrino that decoupled early, over T_γ⁴."""


@public
@dataclass(frozen=True, eq=False)
class Expansion:
    """Temperatures and expansion, from before the decoupling of neutrinos to after the
    annihilation of electrons.

    Attributes
    ----------
    t_gamma : temperature of photons and electrons in MeV, shape (times,), falling from
        10 MeV or more to 8 keV or less.
    t_nu_e : temperature of electron neutrinos in MeV, that shape.
    scale_factor : in any unit, that shape, rising.
    hubble : expansion rate in 1/s, that shape.
    n_eff : effective number of neutrinos after annihilation, or None.
    assumptions : what was assumed of decoupling, by name; results repeat it.

    Raises
    ------
    InputError
        For arrays of different lengths, values that are not positive, times out of
        order, or an expansion that does not reach from 10 MeV to 8 keV.
    """

    t_gamma: FloatArray
    t_nu_e: FloatArray
    scale_factor: FloatArray
    hubble: FloatArray
    n_eff: float | None = None
    assumptions: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in _ARRAYS:
            object.__setattr__(self, name, numbers(name, getattr(self, name)))
        n = self.t_gamma.size
        for name in _ARRAYS:
            values = getattr(self, name)
            if values.shape != (n,) or n < 20:
                raise InputError(
                    "an expansion needs arrays of equal length, with at least 20"
                    f" times; {name} has the shape {values.shape}"
                )
            good = (values > 0) & np.isfinite(values)
            if not np.all(good):
                raise InputError(
                    f"{name} must be positive, got {shown(float(values[~good][0]))}"
                )
        if np.any(np.diff(self.t_gamma) >= 0) or np.any(
            np.diff(self.scale_factor) <= 0
        ):
            raise InputError(
                "an expansion must run forward in time: t_gamma falling, scale_factor"
                " rising"
            )
        if self.t_gamma[0] < HOTTEST * (1 - 1e-9) or self.t_gamma[-1] > COLDEST:
            raise InputError(
                f"an expansion must reach from {HOTTEST:g} MeV down to"
                f" {1e3 * COLDEST:g} keV, got {self.t_gamma[0]:.4g} to"
                f" {self.t_gamma[-1]:.4g} MeV"
            )

    @public
    def with_radiation(self, delta_n: float) -> Expansion:
        """Return the expansion with additional radiation that only gravitates.

        Parameters
        ----------
        delta_n : its energy in units of one neutrino that decoupled early; may be
            negative as long as some energy is left. Its effect on decoupling itself is
            neglected.
        """
        scale = self.t_gamma[-1] * self.scale_factor[-1] / self.scale_factor
        density = number("delta_n", delta_n) * _NEUTRINO * scale**4
        square = self.hubble**2 + 8 * np.pi * density / (
            3 * (PLANCK_MASS * HBAR_MEV_S) ** 2
        )
        if not np.all(square > 0):
            raise InputError(
                f"delta_n = {delta_n:g} makes the energy density negative; give a"
                " larger value"
            )
        return replace(
            self,
            hubble=np.sqrt(square),
            n_eff=None if self.n_eff is None else self.n_eff + delta_n,
            assumptions={**self.assumptions, "extra radiation": float(delta_n)},
        )


def expansion(history: Any) -> Expansion:
    """Return the part of a decoupling history that nucleosynthesis needs.

    Parameters
    ----------
    history : an `Expansion`, or what `nuprobe.cosmology.decoupling` returns.

    Raises
    ------
    InputError
        For anything else.

    Examples
    --------
    >>> from nuprobe.cosmology import decoupling
    >>> round(expansion(decoupling()).n_eff, 4)
    3.0453
    """
    if isinstance(history, Expansion):
        return history
    wanted = ("t_gamma", "t_nu", "a", "hubble", "n_eff", "choices")
    if not all(hasattr(history, name) for name in wanted):
        raise InputError(
            "history must be an Expansion or the result of"
            f" nuprobe.cosmology.decoupling, got {shown(history)}"
        )
    moments = getattr(history, "moments", None)
    named = {} if moments is None else {"moments": moments.describe()}
    return Expansion(
        history.t_gamma,
        history.t_nu[:, 0],
        history.a,
        history.hubble,
        history.n_eff,
        {**named, "criterion": "energy exchange", **history.choices},
    )
