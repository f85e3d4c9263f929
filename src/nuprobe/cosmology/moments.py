"""Moments of a model relevant in the plasma: the sums over final states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from nuprobe.errors import InputError
from nuprobe.models import Electromagnetic, StandardModel
from nuprobe.models.properties import Frame, Kind
from nuprobe.numerics import FloatArray

__all__ = ["Moments", "Squares", "read_moments", "squares"]

_SIZE: Final = 1e-10  # μ_B, of the steps that find the squares
_OTHERS = ("charge", "charge_radius", "anapole")


@dataclass(frozen=True, eq=False)
class Moments:
    """Squares of moments in the flavour basis.

    Attributes
    ----------
    kind : ``"dirac"`` or ``"majorana"``; without moments either.
    sums : Σ_j |μ_ij − iε_ij|² of ν_e, ν_μ, ν_τ in μ_B², shape (3,): all that matters in
        the plasma.

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
    model : None or `StandardModel` (no moments) or `Electromagnetic` with only moments,
        in any basis, Dirac or Majorana, at one parameter point.
    where : purpose, for messages.

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
            f"in {where} only magnetic and electric moments are included: give an"
            " Electromagnetic model on top of the StandardModel, or None; got"
            f" {type(model).__name__}"
        )
    for name in _OTHERS:
        if np.any(getattr(model, name) if getattr(model, name) is not None else 0):
            raise InputError(
                f"in {where} only magnetic and electric moments are included, not"
                f" {name}: remove it"
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
        raise InputError(
            f"{where}: works for a single parameter point; loop over several"
        )
    return Moments(model.kind, sums)


@dataclass(frozen=True, eq=False)
class Squares:
    """S_i = Σ_j |μ_ij|² as the quadratic form of the free parameters θ that it is:
    S_i = c_i + b_i θ + θᵀ A_i θ.

    Attributes
    ----------
    constant : c, shape (3,).
    linear : b, shape (3, parameters).
    quadratic : A, symmetric, shape (3, parameters, parameters).
    """

    constant: FloatArray
    linear: FloatArray
    quadratic: FloatArray

    def at(self, points: FloatArray) -> FloatArray:
        """S at `points`, shape (points, parameters); shape (points, 3)."""
        square = np.einsum("pi,fij,pj->pf", points, self.quadratic, points)
        found = self.constant + points @ self.linear.T + square
        # a sum of squares: negative values are rounding errors
        return np.asarray(np.maximum(found, 0.0))

    def slopes(self, points: FloatArray) -> FloatArray:
        """dS_i/dθ at `points`, shape (points, parameters, 3)."""
        turned = 2 * np.einsum("fij,pj->pif", self.quadratic, points)
        return np.asarray(self.linear.T + turned)


def squares(model: Any, names: tuple[str, ...]) -> Squares:
    """Find the quadratic form of a model in some of its parameters.

    Parameters
    ----------
    model : `Electromagnetic` with moments.
    names : of the parameters.

    Raises
    ------
    InputError
        If the model is of another kind (`read_moments`).

    Examples
    --------
    >>> pair = Electromagnetic(magnetic_moment={"emu": 0.0}, kind="majorana")
    >>> squares(pair, ("magnetic_moment.emu",)).quadratic.ravel().tolist()
    [1.0, 1.0, 0.0]
    """
    start = dict.fromkeys(names, 0.0)

    def sums(**moved: float) -> FloatArray:
        values = start | {names[int(k[1:])]: v for k, v in moved.items()}
        at = model.with_values(values) if names else model
        return read_moments(at).sums

    n = len(names)
    constant = sums()
    linear, quadratic = np.zeros((3, n)), np.zeros((3, n, n))
    # moduli cannot be negative: two steps on one side determine both orders
    for i in range(n):
        one, two = sums(**{f"p{i}": _SIZE}), sums(**{f"p{i}": 2 * _SIZE})
        quadratic[:, i, i] = (two - 2 * one + constant) / (2 * _SIZE**2)
        linear[:, i] = (4 * one - two - 3 * constant) / (2 * _SIZE)
    for i in range(n):
        for j in range(i):
            both = sums(**{f"p{i}": _SIZE, f"p{j}": _SIZE})
            alone = [
                linear[:, k] * _SIZE + quadratic[:, k, k] * _SIZE**2 for k in (i, j)
            ]
            mixed = (both - constant - alone[0] - alone[1]) / (2 * _SIZE**2)
            quadratic[:, i, j] = quadratic[:, j, i] = mixed
    clean = np.where(np.abs(quadratic) < 1e-9, 0.0, quadratic)
    return Squares(constant, np.where(np.abs(linear) < 1e-19, 0.0, linear), clean)
