"""Expected counts of one analysis for inference: linear in nuisances, analytic in
parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.errors import InputError
from nuprobe.experiments.morphing import MorphedBackground
from nuprobe.experiments.quadratic import Quadratic
from nuprobe.inference import Expectation
from nuprobe.models import Model
from nuprobe.numerics import FloatArray, product, sum_arrays
from nuprobe.parameters import MorphingNuisance, Nuisance, Parameter
from nuprobe.prediction import Templates, stacked

__all__ = ["CountsPrediction", "Effect"]


@dataclass(frozen=True, eq=False)
class Effect:
    """Effect of one nuisance: it scales sources, or adds a template shape per standard
    deviation.

    Attributes
    ----------
    nuisance : name and constraint.
    scales : names of the sources whose normalisation it multiplies by (1 + ν).
    shape : templates added once per unit of ν to the signal, or None.
    relative : change of the signal per unit of ν relative to itself, shape (bins,), or
        None.
    added : counts added per unit of ν, shape (bins,), or None.
    """

    nuisance: Nuisance
    scales: tuple[str, ...] = ()
    shape: Templates | None = None
    relative: FloatArray | None = None
    added: FloatArray | None = None


@quick_methods
@dataclass(frozen=True, eq=False)
class CountsPrediction:
    """Counts in the bins of one analysis.

    Attributes
    ----------
    name : name of the experiment and analysis.
    templates : of the signal, with one axis per free kernel parameter.
    model : gives the coefficients.
    free : names of the model's parameters that are parameters of the prediction.
    backgrounds : counts by name, shape (bins,).
    effects : nuisances.
    weights : factor on the signal of each bin, shape (bins,), or None.
    morphing : nuisances that are the last axes of the templates; as columns of points
        they stand behind the parameters, and may be left out at 0.
    morphs : backgrounds that they move.
    """

    name: str
    templates: Templates
    model: Model
    free: tuple[str, ...]
    backgrounds: Mapping[str, FloatArray]
    effects: tuple[Effect, ...]
    weights: FloatArray | None = None
    morphing: tuple[MorphingNuisance, ...] = ()
    morphs: tuple[MorphedBackground, ...] = ()

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Model parameters first, then those inside the integrals."""
        own = {p.name: p for p in self.model.parameters}
        return (
            *(own[name] for name in self.free),
            *(axis.parameter for axis in self.templates.axes[: self._fitted]),
        )

    @property
    def _fitted(self) -> int:
        """Axes that are parameters; those of morphing nuisances come last."""
        return len(self.templates.axes) - len(self.morphing)

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """One for each effect: the linear ones."""
        return tuple(effect.nuisance for effect in self.effects)

    def expectation(self, points: FloatArray) -> Expectation:
        """Counts for parameter points of shape (points, parameters), or (points,
        parameters + morphing nuisances)."""
        points = self._padded(points)
        if self._direct is not None and self._quadratic is not None:
            t = (points - self._quadratic.centre) / self._quadratic.step
            signal, *shapes = self._split(
                product(self._quadratic.monomials(t), self._direct[0]), self._direct[1]
            )
        else:
            signal, *shapes = self._all_counts(self._coefficients(points), points)
        signal = np.broadcast_to(signal, (points.shape[0], signal.shape[1]))
        moved = {m.name: m.counts(self._morphed(points)) for m in self.morphs}
        base = signal + sum(self.backgrounds.values()) + sum(moved.values())
        rows = {n: b[None, :] for n, b in self.backgrounds.items()} | moved
        shape = iter(shapes)
        return Expectation(
            base,
            tuple(self._slope(effect, signal, shape, rows) for effect in self.effects),
        )

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Analytic derivatives of `expectation` with respect to the parameters.

        Parameters
        ----------
        points : as of `expectation`.

        Returns
        -------
        array, tuple of arrays
            Of the base, shape (points, parameters, bins), and of each slope, shape
            (points or 1, parameters, bins), morphing nuisances after the parameters.
        """
        return self._moves(self._padded(points), 0)

    def morphing_jacobian(
        self, points: FloatArray
    ) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """The columns of `jacobian` that belong to the morphing nuisances.

        Parameters
        ----------
        points : as of `expectation`.
        """
        points = self._padded(points)
        return self._moves(points, points.shape[1] - len(self.morphing))

    def _moves(
        self, points: FloatArray, first: int
    ) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Derivatives with respect to the columns of points from `first` on: 0, or that
        of the first morphing nuisance."""
        coefficients = self._coefficients(points)
        along: list[FloatArray] = []
        if self.free and first == 0:
            if self._quadratic is not None:
                along = self._quadratic.derivatives(points[:, : len(self.free)])
            else:
                at = self._at(points)
                along = self.templates.coefficient_derivatives(at, self.free)
        axis = 0 if first == 0 else self._fitted
        signal, *shapes = self._all_jacobians(points, coefficients, along, axis)
        moved = {m.name: self._morph_jacobian(m, points, first) for m in self.morphs}
        base = sum_arrays([signal, *moved.values()])
        shape = iter(shapes)
        slopes = []
        for effect in self.effects:
            pieces = [signal] if "signal" in effect.scales else []
            pieces += [moved[name] for name in effect.scales if name in moved]
            if effect.shape is not None:
                pieces.append(next(shape))
            if effect.relative is not None:
                pieces.append(signal * effect.relative)
            slopes.append(
                sum_arrays(pieces) if pieces else np.zeros((1, *signal.shape[1:]))
            )
        return base, tuple(slopes)

    def _morph_jacobian(
        self, background: MorphedBackground, points: FloatArray, first: int
    ) -> FloatArray:
        """Derivatives of a background in the columns of points from the first one
        wanted on, (points, columns, bins)."""
        columns = points.shape[1] - first
        rows = np.zeros((len(points), columns, background.values.shape[-1]))
        for i in range(-len(self.morphing), 0):
            own = len(self.morphing) + i
            rows[:, i] = background.counts(self._morphed(points), own)
        return rows

    def _morphed(self, points: FloatArray) -> FloatArray:
        """Values of the morphing nuisances, (points, morphing)."""
        return points[:, points.shape[1] - len(self.morphing) :]

    def _padded(self, points: FloatArray) -> FloatArray:
        """Points with the morphing nuisances, at 0 if they are left out."""
        points = np.asarray(points, dtype=float)
        if points.ndim != 2:
            raise InputError(
                f"{self.name}: points have the shape (points, parameters), got"
                f" {points.shape}"
            )
        width = len(self.free) + len(self.templates.axes)
        if not self.morphing or points.shape[1] == width:
            return points
        return np.hstack([points, np.zeros((len(points), len(self.morphing)))])

    @property
    def compiled(self) -> bool:
        """Whether `total_jacobian` is available: nuisances scale or add templates, each
        with at most one axis."""
        return self._layers is not None

    def total_jacobian(self, points: FloatArray, nuisances: FloatArray) -> FloatArray:
        """Derivatives of the expectation at some nuisances with respect to the
        parameters, by a compiled loop.

        Parameters
        ----------
        points, nuisances : shapes (points, parameters) and (points, nuisances).

        Returns
        -------
        array, shape (points, parameters, bins)

        Raises
        ------
        InputError
            If there is no compiled loop for this prediction.
        """
        from nuprobe.experiments.compiled import total_jacobian

        if self._layers is None or self._quadratic is None:
            raise InputError(
                f"{self.name}: no compiled derivatives for this prediction; ask for"
                " `jacobian`"
            )
        ((templates, number),) = self._together
        segments, shape = self._layers
        axis_values, x = self._axis_values(points), points[:, : len(self.free)]
        layers = np.zeros((1 + len(templates.axes), len(points), int(np.prod(shape))))
        for axis, table in segments:
            if axis is None:
                layers[0] += table
            else:
                layers[0] += templates.weighted(axis, axis_values, table)
                layers[1 + axis] += templates.weighted(
                    axis, axis_values, table, derivative=True
                )
        factors = np.zeros((len(points), number))
        factors[:, 0] = 1.0
        shapes = iter(range(1, number))
        for effect, v in zip(self.effects, nuisances.T, strict=True):
            if "signal" in effect.scales:
                factors[:, 0] += v
            if effect.shape is not None:
                factors[:, next(shapes)] += v
        coefficients = np.ascontiguousarray(self._quadratic(x).transpose(1, 0, 2))
        time = np.array(templates.time)
        result = np.empty((len(points), points.shape[1], shape[-1] * time.shape[1]))
        layers = layers.reshape(layers.shape[:2] + shape)
        total_jacobian(
            layers, coefficients, self._quadratic.slopes(x), factors, time, result
        )
        return result if self.weights is None else result * self.weights

    @cached_property
    def _layers(
        self,
    ) -> tuple[list[tuple[int | None, FloatArray]], tuple[int, ...]] | None:
        """Axis and values of each part, (nodes or 1, numbers), and their shape
        (templates, components, terms, bins)."""
        if (
            self._quadratic is None
            or self.morphing
            or len(self._together) > 1
            or any(e.relative is not None for e in self.effects)
        ):
            return None
        ((templates, number),) = self._together
        parts = templates.by_axis()
        if templates.powers.any() or any(len(axes) > 1 for axes, _ in parts):
            return None
        segments: list[tuple[int | None, FloatArray]] = []
        for axes, values in parts:
            table = (
                values if axes else values[..., None]
            )  # (components, templates × bins, terms, nodes)
            components, rows, terms, nodes = table.shape
            table = table.reshape(
                components, number, rows // number, terms, nodes
            ).transpose(4, 1, 0, 3, 2)
            shape = table.shape[1:]
            segments.append(
                (
                    axes[0] if axes else None,
                    np.ascontiguousarray(table).reshape(nodes, -1),
                )
            )
        return segments, shape

    def signal(self, points: FloatArray) -> FloatArray:
        """Only the signal counts, shape (points, bins); `points` as of
        `expectation`."""
        points = self._padded(points)
        counts = self._counts(self.templates, self._coefficients(points), points)
        return np.broadcast_to(counts, (points.shape[0], counts.shape[1]))

    def signal_change(self, effect: Effect, points: FloatArray) -> FloatArray:
        """Change of the signal per unit of the nuisance of an `effect` at `points` of
        shape (points, parameters): (points or 1, bins)."""
        points = self._padded(points)
        coefficients = self._coefficients(points)
        signal = self._counts(self.templates, coefficients, points)
        pieces = [signal] if "signal" in effect.scales else []
        if effect.shape is not None:
            pieces.append(self._counts(effect.shape, coefficients, points))
        if effect.relative is not None:
            pieces.append(signal * effect.relative)
        return sum_arrays(pieces) if pieces else np.zeros_like(signal)

    def _counts(
        self,
        templates: Templates,
        coefficients: FloatArray,
        points: FloatArray,
        derivative: int | None = None,
    ) -> FloatArray:
        counts = templates.counts(coefficients, self._axis_values(points), derivative)
        return counts if self.weights is None else counts * self.weights

    def _axis_values(self, points: FloatArray) -> FloatArray:
        return points[:, len(self.free) :]

    def _at(self, points: FloatArray) -> Model:
        return self.model.with_values(
            {name: points[:, i] for i, name in enumerate(self.free)}
        )

    def _coefficients(self, points: FloatArray) -> FloatArray:
        if not self.free:  # (components, terms): contracted once for all points
            return self.templates.coefficients(self.model)
        if self._quadratic is not None:
            return self._quadratic(points[:, : len(self.free)])
        return self._at_points(points)

    def _at_points(self, points: FloatArray) -> FloatArray:
        found = self.templates.coefficients(self._at(points))
        return found if found.ndim > 2 else np.repeat(found[:, None], len(points), 1)

    @cached_property
    def _quadratic(self) -> Quadratic | None:
        if not self.free:
            return None
        own = self.parameters[: len(self.free)]
        return Quadratic.of(self._at_points, own)

    @cached_property
    def _direct(self) -> tuple[FloatArray, int] | None:
        """Counts of each monomial of the coefficients, (monomials, bins of all
        templates); None with axes."""
        if self._quadratic is None or self.templates.axes or len(self._together) > 1:
            return None
        ((templates, number),) = self._together
        return templates.counts(self._quadratic.shaped(self._quadratic.table)), number

    def _slope(
        self,
        effect: Effect,
        signal: FloatArray,
        shapes: Iterator[FloatArray],
        backgrounds: Mapping[str, FloatArray],
    ) -> FloatArray:
        pieces = [backgrounds[name] for name in effect.scales if name != "signal"]
        if "signal" in effect.scales:
            pieces.append(signal)
        if effect.shape is not None:
            pieces.append(next(shapes))
        if effect.relative is not None:
            pieces.append(signal * effect.relative)
        if effect.added is not None:
            pieces.append(effect.added[None, :])
        return sum_arrays(pieces) if pieces else np.zeros((1, signal.shape[1]))

    @cached_property
    def _together(self) -> list[tuple[Templates, int]]:
        """Templates of the signal and of the effects' shapes, with the number of sets
        in each: if possible, all in one."""
        every = [
            self.templates,
            *(e.shape for e in self.effects if e.shape is not None),
        ]
        one = stacked(every)
        return [(t, 1) for t in every] if one is None else [(one, len(every))]

    def _all_counts(
        self, coefficients: FloatArray, points: FloatArray
    ) -> list[FloatArray]:
        """Counts of the signal and of each shape, (points or 1, bins)."""
        found: list[FloatArray] = []
        for templates, number in self._together:
            counts = templates.counts(coefficients, self._axis_values(points))
            found += self._split(counts, number)
        return found

    def _all_jacobians(
        self,
        points: FloatArray,
        coefficients: FloatArray,
        along: list[FloatArray],
        first: int,
    ) -> list[FloatArray]:
        """Derivatives of the counts of the signal and of each shape along coefficients
        and then in axes from the first one wanted on, (points, derivatives, bins)."""
        axis_values = self._axis_values(points)
        found: list[FloatArray] = []
        for templates, number in self._together:
            rows = templates.counts_each(along, axis_values)
            rows += [
                templates.counts(coefficients, axis_values, derivative=i)
                for i in range(first, len(templates.axes))
            ]
            bins = templates.shape[0] * templates.shape[1]
            every = np.empty((points.shape[0], len(rows), bins))
            for i, row in enumerate(rows):
                every[:, i] = row
            found += self._split(every, number)
        return found

    def _split(self, counts: FloatArray, number: int) -> list[FloatArray]:
        pieces = np.split(counts, number, axis=-1) if number > 1 else [counts]
        return (
            pieces
            if self.weights is None
            else [piece * self.weights for piece in pieces]
        )
