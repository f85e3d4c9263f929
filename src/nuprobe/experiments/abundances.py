"""Abundances and N_eff as a function of the moments of a model, for inference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.cosmology.moments import Squares
from nuprobe.cosmology.nucleosynthesis import OBSERVABLES
from nuprobe.inference import Expectation
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter

__all__ = ["AbundancePrediction"]


@quick_methods
@dataclass(frozen=True, eq=False)
class AbundancePrediction:
    """Measured abundances and N_eff as a function of moments, one bin each, in units of
    their measured errors, so that all are of similar size.

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
