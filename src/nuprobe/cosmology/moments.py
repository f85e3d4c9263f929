"""Moments of a model as the plasma sees them: the sums over final states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nuprobe.errors import InputError
from nuprobe.models import Electromagnetic, StandardModel
from nuprobe.models.properties import Frame, Kind
from nuprobe.numerics import FloatArray

__all__ = ["Moments", "read_moments"]

_OTHERS = ("charge", "charge_radius", "anapole")


@dataclass(frozen=True, eq=False)
class Moments:
    """Squares of moments in the flavour basis.

    Attributes
    ----------
    kind : ``"dirac"`` or ``"majorana"``; without moments either.
    sums : Σ_j |μ_ij − iε_ij|² of ν_e, ν_μ, ν_τ in μ_B², shape (3,): all that the
        plasma feels.

    Examples
    --------
    >>> Moments("majorana", np.array([0.0, 1e-22, 1e-22])).any
    True
    """

    kind: Kind
    sums: FloatArray

    @property
    def any(self) -> bool:
        """Whether there are moments."""
        return bool(np.any(self.sums > 0))

    def describe(self) -> str:
        """In words, for titles."""
        if not self.any:
            return "no moments"
        roots = ", ".join(
            f"{name} {root:.3g}"
            for name, root in zip(("e", "mu", "tau"), np.sqrt(self.sums), strict=True)
        )
        kind = self.kind.capitalize()
        return f"{kind} moments, (sum_j |mu_ij|^2)^1/2 = {roots} mu_B"


def read_moments(model: Any, where: str = "the early universe") -> Moments:
    """Sums of squared moments of a model.

    Parameters
    ----------
    model : None or `StandardModel` (no moments) or `Electromagnetic` with moments
        alone, in any basis, Dirac or Majorana, at one parameter point.
    where : what they are read for, for messages.

    Raises
    ------
    InputError
        For another model, for charges and charge radii, many parameter points or a
        fourth neutrino.

    Examples
    --------
    >>> model = Electromagnetic(magnetic_moment={"emu": 1e-10}, kind="majorana")
    >>> read_moments(model).sums.tolist()
    [1e-20, 1e-20, 0.0]
    """
    if model is None or isinstance(model, StandardModel):
        return Moments("majorana", np.zeros(3))
    if not isinstance(model, Electromagnetic) or not isinstance(
        model.base, StandardModel
    ):
        raise InputError(
            f"in {where} only moments are computed: give an Electromagnetic"
            f" model on top of the StandardModel, or None; got {type(model).__name__}"
        )
    for name in _OTHERS:
        if np.any(getattr(model, name) if getattr(model, name) is not None else 0):
            raise InputError(
                f"in {where} only moments are computed, not {name}: leave it out"
            )
    frame = Frame(model.basis, model.kind, model.mixing)
    if frame.size != 3:
        raise InputError(
            f"in {where} there are three neutrinos: give a 3×3 mixing matrix"
        )
    if model.mu_eff is not None:
        sums = np.asarray(model.mu_eff, dtype=float) ** 2
    else:
        flips = np.zeros((3, 3), dtype=complex)
        for name, phase in (("magnetic_moment", 1.0), ("electric_moment", -1j)):
            matrix = getattr(model, name)
            if matrix is not None:
                flips = flips + phase * frame.rotated(name, matrix)
        # [final, initial]
        sums = (np.abs(flips) ** 2).sum(axis=-2)
    if sums.shape != (3,):
        raise InputError(f"{where}: computed at one parameter point; loop over them")
    return Moments(model.kind, sums)
