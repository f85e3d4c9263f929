"""Predictions of solar experiments for inference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.errors import InputError
from nuprobe.experiments.solar_mixing import L_1A, SolarState, state_of
from nuprobe.inference import Expectation
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter

__all__ = ["SolarPrediction", "SolarResponse"]

_STEP: Final = 0.02  # of derivatives, in steps of the parameter


class SolarResponse(Protocol):
    """Response of a measurement to points."""

    def terms(self, state: SolarState) -> dict[str, FloatArray]:
        """Parts of the values at points `state`, each (points, values): by the kind of
        neutrino whose flux they are proportional to, "" for none."""


@quick_methods
@dataclass(frozen=True, eq=False)
class SolarPrediction:
    """Values of one analysis as a function of mixing, fluxes and L_1A; fluxes that are
    not parameters are nuisances of the solar model.

    Attributes
    ----------
    name : of the experiment and analysis.
    response : computes the values.
    parameters : those that are free, in the order of the columns of ``points``.
    fixed : values of all others by name.
    pulls : nuisances that multiply the flux of a kind by 1 + ν, by kind.
    changes : nuisances, and the relative change of each part per unit of them, by kind,
        each (values,).

    Examples
    --------
    >>> from nuprobe.experiments import experiment
    >>> gallium = experiment("gallium-2009").prediction(free=["tan2_12"])
    >>> gallium.expectation(np.array([[0.44]])).base.round(1)
    array([[65.6]])
    """

    name: str
    response: Any
    parameters: tuple[Parameter, ...]
    fixed: Mapping[str, float]
    pulls: Mapping[str, Nuisance]
    changes: tuple[tuple[Nuisance, Mapping[str, FloatArray]], ...] = ()

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """Fluxes first, then systematics."""
        return (*self.pulls.values(), *(n for n, _ in self.changes))

    def expectation(self, points: FloatArray) -> Expectation:
        """Values at `points`, shape (points, parameters)."""
        terms = self.response.terms(self.state(points))
        base = np.asarray(sum(terms.values()))
        zero = np.zeros((1, base.shape[1]))
        slopes = [terms.get(kind, zero) for kind in self.pulls]
        for _, change in self.changes:
            parts = [terms[k] * x for k, x in change.items() if k in terms]
            slopes.append(np.asarray(sum(parts, zero)))
        return Expectation(base, tuple(slopes))

    def state(self, points: FloatArray) -> SolarState:
        """The `points`, shape (points, parameters), as a state."""
        n = len(self._checked(points))
        values = {k: np.full(n, v) for k, v in self.fixed.items()}
        values |= {
            p.name: np.asarray(x, dtype=float)
            for p, x in zip(self.parameters, points.T, strict=True)
        }
        scheme = "relative"
        values.setdefault("l1a", np.zeros(n))
        for name in L_1A:
            if name in values:
                scheme, values["l1a"] = name.partition(".")[2], values.pop(name)
        return state_of(values, scheme)

    def _checked(self, points: FloatArray) -> FloatArray:
        """The points, after checking their shape."""
        wanted = len(self.parameters)
        if np.ndim(points) != 2 or np.shape(points)[1] != wanted:
            raise InputError(
                f"points have the shape (points, {wanted}), one column for each free"
                f" parameter; got {np.shape(points)}"
            )
        return points

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Derivatives at `points`, shape (points, parameters), by differences of fourth
        order, to about 1e-9: of the base, (points, parameters, values), and of each
        slope."""
        n, d = self._checked(points).shape
        if not d:
            empty = np.zeros((n, 0, self.expectation(points).base.shape[1]))
            return empty, (empty,) * len(self.nuisances)
        values = self.expectation(self._moved(points).reshape(-1, d))
        every = [values.base, *values.slopes]
        shape = (d, 4, n, values.base.shape[1])
        steps = _STEP * np.array([p.step for p in self.parameters])
        slopes = []
        for one in every:
            table = np.broadcast_to(one, values.base.shape).reshape(shape)
            change = table[:, 0] - 8 * table[:, 1] + 8 * table[:, 2] - table[:, 3]
            slope = change / (12 * steps[:, None, None])
            slopes.append(slope.transpose(1, 0, 2))
        return slopes[0], tuple(slopes[1:])

    def _moved(self, points: FloatArray) -> FloatArray:
        """Points around each point along each parameter, (parameters, 4, points,
        parameters)."""
        n, d = points.shape
        moved = np.broadcast_to(points, (d, 4, n, d)).copy()
        for i, parameter in enumerate(self.parameters):
            step = _STEP * parameter.step
            low, high = parameter.lower + 2 * step, parameter.upper - 2 * step
            middle = np.clip(points[:, i], low, high)
            moved[i, :, :, i] = middle + step * np.array([[-2], [-1], [1], [2]])
        return moved
