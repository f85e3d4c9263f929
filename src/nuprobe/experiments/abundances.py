"""Abundances and N_eff over the moments of a model, as the inference floor wants
them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.cosmology.moments import read_moments
from nuprobe.cosmology.nucleosynthesis import OBSERVABLES
from nuprobe.inference import Expectation
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter

__all__ = ["AbundancePrediction", "Squares", "squares"]

_SIZE: Final = 1e-10  # μ_B, of the steps that find the squares


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
        # a sum of squares: what is negative is rounding
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
        If the model is of another kind (`nuprobe.cosmology.moments.read_moments`).

    Examples
    --------
    >>> from nuprobe.models import Electromagnetic
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
    # moduli cannot be negative: two steps on one side find both orders
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


@quick_methods
@dataclass(frozen=True, eq=False)
class AbundancePrediction:
    """Measured abundances and N_eff over moments, one bin each, in units of their
    measured errors, so that all are of one size.

    Attributes
    ----------
    name : of the experiment and analysis.
    parameters : those that are free, in the order of the columns of ``points``.
    form : S_i over them.
    surface : of `nuprobe.cosmology.nucleosynthesis.surfaces`.
    observables : names of the bins.
    sigma : measured errors, shape (bins,).
    nuisances : inputs of the prediction, each in standard deviations.
    moved : shift of each bin by one of them, shape (nuisances, bins), unscaled.
    """

    name: str
    parameters: tuple[Parameter, ...]
    form: Squares
    surface: Any
    observables: tuple[str, ...]
    sigma: FloatArray
    nuisances: tuple[Nuisance, ...]
    moved: FloatArray

    @property
    def _bins(self) -> list[int]:
        return [OBSERVABLES.index(name) for name in self.observables]

    def values(self, points: FloatArray) -> FloatArray:
        """Observables at `points`, shape (points, parameters); shape (points, bins)."""
        found = self.surface.at(self.form.at(np.asarray(points, dtype=float)))
        return np.asarray(found[:, self._bins])

    def expectation(self, points: FloatArray) -> Expectation:
        """Expectation at `points`, shape (points, parameters)."""
        slopes = tuple((shift / self.sigma)[None] for shift in self.moved)
        return Expectation(self.values(points) / self.sigma, slopes)

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Derivatives at `points`, shape (points, parameters); of the base (points,
        parameters, bins), of each slope zero."""
        at = np.asarray(points, dtype=float)
        outer = self.surface.slopes(self.form.at(at))[..., self._bins]
        base = np.einsum("pif,pfb->pib", self.form.slopes(at), outer) / self.sigma
        none = np.zeros((1, len(self.parameters), len(self.observables)))
        return base, tuple(none for _ in self.nuisances)
