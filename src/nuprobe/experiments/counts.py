"""Expected counts of one analysis as the inference floor wants them: linear in nuisances, analytic in parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nuprobe.inference import Expectation
from nuprobe.models import Model
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter
from nuprobe.prediction import Templates, sum_arrays

__all__ = ["CountsPrediction", "Effect"]


@dataclass(frozen=True, eq=False)
class Effect:
    """What one nuisance does: it scales sources, or adds the shape of a template per standard deviation.

    Attributes
    ----------
    nuisance : name and constraint.
    scales : names of the sources whose normalisation it multiplies by (1 + ν).
    shape : templates added once per unit of ν to the signal, or None.
    relative : change of the signal per unit of ν relative to itself, shape (bins,), or None.
    added : counts added per unit of ν, shape (bins,), or None.
    """

    nuisance: Nuisance
    scales: tuple[str, ...] = ()
    shape: Templates | None = None
    relative: FloatArray | None = None
    added: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class CountsPrediction:
    """Counts in the bins of one analysis.

    Attributes
    ----------
    name : name of the experiment and analysis.
    templates : of the signal, with one axis a free kernel parameter.
    model : gives the coefficients.
    free : names of the model's parameters that are parameters of the prediction.
    backgrounds : counts by name, shape (bins,).
    effects : nuisances.
    weights : factor on the signal of each bin, shape (bins,), or None.
    """

    name: str
    templates: Templates
    model: Model
    free: tuple[str, ...]
    backgrounds: Mapping[str, FloatArray]
    effects: tuple[Effect, ...]
    weights: FloatArray | None = None

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Model parameters first, then those inside the integrals."""
        own = {p.name: p for p in self.model.parameters}
        return (*(own[name] for name in self.free), *(axis.parameter for axis in self.templates.axes))

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """One for each effect."""
        return tuple(effect.nuisance for effect in self.effects)

    def expectation(self, points: FloatArray) -> Expectation:
        """Counts for parameter points of shape (points, parameters)."""
        points = np.asarray(points, dtype=float)
        coefficients = self._coefficients(points)
        signal = self._counts(self.templates, coefficients, points)
        signal = np.broadcast_to(signal, (points.shape[0], signal.shape[1]))
        base = signal + sum(self.backgrounds.values())
        return Expectation(base, tuple(self._slope(effect, signal, coefficients, points) for effect in self.effects))

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Analytic derivatives of `expectation` with respect to the parameters.

        Parameters
        ----------
        points : shape (points, parameters).

        Returns
        -------
        array, tuple of arrays
            Of the base, shape (points, parameters, bins), and of each slope, shape (points or 1, parameters, bins).
        """
        points = np.asarray(points, dtype=float)
        signal = self._signal_jacobian(self.templates, points)
        slopes = []
        for effect in self.effects:
            slope = np.zeros_like(signal)
            if "signal" in effect.scales:
                slope = slope + signal
            if effect.shape is not None:
                slope = slope + self._signal_jacobian(effect.shape, points)
            if effect.relative is not None:
                slope = slope + signal * effect.relative
            slopes.append(slope)
        return signal, tuple(slopes)

    def signal(self, points: FloatArray) -> FloatArray:
        """Signal counts alone, shape (points, bins)."""
        points = np.asarray(points, dtype=float)
        counts = self._counts(self.templates, self._coefficients(points), points)
        return np.broadcast_to(counts, (points.shape[0], counts.shape[1]))

    def signal_change(self, effect: Effect, points: FloatArray) -> FloatArray:
        """Change of the signal per unit of one nuisance, shape (points or 1, bins)."""
        points = np.asarray(points, dtype=float)
        coefficients = self._coefficients(points)
        signal = self._counts(self.templates, coefficients, points)
        pieces = [signal] if "signal" in effect.scales else []
        if effect.shape is not None:
            pieces.append(self._counts(effect.shape, coefficients, points))
        if effect.relative is not None:
            pieces.append(signal * effect.relative)
        return sum_arrays(pieces) if pieces else np.zeros_like(signal)

    def _counts(
        self, templates: Templates, coefficients: FloatArray, points: FloatArray, derivative: int | None = None
    ) -> FloatArray:
        counts = templates.counts(coefficients, self._axis_values(points), derivative)
        return counts if self.weights is None else counts * self.weights

    def _axis_values(self, points: FloatArray) -> FloatArray:
        return points[:, len(self.free) :]

    def _at(self, points: FloatArray) -> Model:
        return self.model.with_values({name: points[:, i] for i, name in enumerate(self.free)})

    def _coefficients(self, points: FloatArray) -> FloatArray:
        # a model without free parameters keeps (components, terms): the terms are then spent once for all points
        return self.templates.coefficients(self._at(points) if self.free else self.model)

    def _slope(self, effect: Effect, signal: FloatArray, coefficients: FloatArray, points: FloatArray) -> FloatArray:
        pieces = [self.backgrounds[name][None, :] for name in effect.scales if name != "signal"]
        if "signal" in effect.scales:
            pieces.append(signal)
        if effect.shape is not None:
            pieces.append(self._counts(effect.shape, coefficients, points))
        if effect.relative is not None:
            pieces.append(signal * effect.relative)
        if effect.added is not None:
            pieces.append(effect.added[None, :])
        return sum_arrays(pieces)

    def _signal_jacobian(self, templates: Templates, points: FloatArray) -> FloatArray:
        model = self._at(points) if self.free else self.model
        rows = [self._counts(templates, templates.coefficient_derivatives(model, name), points) for name in self.free]
        coefficients = templates.coefficients(model)
        rows += [self._counts(templates, coefficients, points, i) for i in range(len(templates.axes))]
        bins = templates.shape[0] * templates.shape[1]
        if not rows:
            return np.zeros((points.shape[0], 0, bins))
        return np.stack([np.broadcast_to(row, (points.shape[0], bins)) for row in rows], axis=1)
