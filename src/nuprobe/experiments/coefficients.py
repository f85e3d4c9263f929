"""Ratio of a trident cross section to that of the Standard Model as a function of
parameters of couplings: coefficients of operators, C_V and C_A, couplings of
mediators."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.experiments.quadratic import Quadratic
from nuprobe.inference import Expectation
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter
from nuprobe.processes import trident

__all__ = ["CouplingPrediction", "one_value"]

_STENCIL: Final = np.arange(-2.0, 3.0)
_STEP: Final = 0.1  # spacing of its points, in steps of the parameter
_FELT: Final = 1e-12  # relative change of the ratio


@quick_methods
@dataclass(frozen=True, eq=False)
class CouplingPrediction:
    """σ/σ_SM for inference: one bin, no nuisance.

    The cross section is quadratic in V and A, with averaged kernels that do not depend
    on parameters, so any number of points is a single product. V and A are linear in
    coefficients of operators and neutrino properties: there the ratio is a polynomial
    of second degree, determined once. In the coupling of a mediator they are quadratic:
    derivatives are then those of the polynomial of fourth order through five points.

    Attributes
    ----------
    name : of the experiment and analysis.
    model : at the values of what is not free.
    parameters : those that are free, in the order of the columns of ``points``.
    part : averaged kernels.
    standard : σ_SM in cm².

    Examples
    --------
    >>> from nuprobe.experiments import experiment
    >>> from nuprobe.models import PairCouplings
    >>> ccfr = experiment("ccfr-trident")
    >>> ratio = ccfr.coefficients(PairCouplings(), ["c_v", "c_a"])
    >>> round(float(ratio.expectation(np.array([[0.96244, 0.5]])).base[0, 0]), 6)
    1.0
    """

    name: str
    model: Any
    parameters: tuple[Parameter, ...]
    part: trident.Averaged
    standard: float

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """None: the error of the ratio is in the measurement."""
        return ()

    def ratio(self, points: FloatArray) -> FloatArray:
        """Ratio at `points`, shape (points, parameters); shape (points,)."""
        if self._quadratic is not None:
            return self._quadratic(points)[0, :, 0]
        return self._direct(points)

    @cached_property
    def _quadratic(self) -> Quadratic | None:
        """The ratio as a polynomial of second degree; None if it is not one."""
        if not self.parameters:
            return None
        return Quadratic.of(lambda x: self._direct(x)[None, :, None], self.parameters)

    def _direct(self, points: FloatArray) -> FloatArray:
        """The ratio from couplings."""
        model = self.model
        if self.parameters:
            columns = zip(self.parameters, points.T, strict=True)
            model = model.with_values({p.name: x for p, x in columns})
        found = self.part.observed(model) / self.standard
        return np.array(np.broadcast_to(found, points.shape[:1]))

    def ratio_of_model(self) -> FloatArray:
        """Ratio of the model as it is, shape () or that of its points."""
        return np.asarray(self.part.observed(self.model) / self.standard)

    def expectation(self, points: FloatArray) -> Expectation:
        """Ratio at `points`, shape (points, parameters)."""
        return Expectation(self.ratio(points)[:, None], ())

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Derivatives at `points`, shape (points, parameters); shape (points,
        parameters, 1)."""
        if self._quadratic is not None:
            return self._quadratic.slopes(points)[:, :, 0], ()
        slopes = [self._slope(points, i) for i in range(len(self.parameters))]
        shape = (len(points), len(self.parameters), 1)
        return np.stack(slopes, axis=1).reshape(shape) if slopes else np.zeros(
            shape
        ), ()

    def _slope(self, points: FloatArray, column: int) -> FloatArray:
        """Derivative in one parameter, (points,)."""
        parameter = self.parameters[column]
        step = _STEP * parameter.step
        low, high = parameter.lower + 2 * step, parameter.upper - 2 * step
        at = points[:, column]
        middle = np.clip(at, low, high) if low < high else at
        moved = np.repeat(points[None], _STENCIL.size, axis=0)
        moved[:, :, column] = middle + step * _STENCIL[:, None]
        values = self.ratio(moved.reshape(-1, points.shape[1]))
        # coefficients of the polynomial through the five points
        powers = np.linalg.solve(
            np.vander(_STENCIL, increasing=True), values.reshape(_STENCIL.size, -1)
        )
        place = (at - middle) / step
        orders = np.arange(1, _STENCIL.size)[:, None]
        return np.asarray((orders * powers[1:] * place ** (orders - 1)).sum(0) / step)

    def moves_with(self, parameter: str) -> bool:
        """Whether the ratio depends on a `parameter`, one of `parameters`."""
        names = [p.name for p in self.parameters]
        if parameter not in names:
            raise UnknownNameError(f"parameter of {self.name}", parameter, names)
        i = names.index(parameter)
        chosen = self.parameters[i]
        start = np.array([p.default for p in self.parameters])
        moved = np.repeat(start[None], 3, axis=0)
        tried = chosen.default + chosen.step * np.array([-1.0, 0.0, 1.0])
        moved[:, i] = np.clip(tried, chosen.lower, chosen.upper)
        found = self.ratio(moved)
        return bool(np.ptp(found) > _FELT * np.abs(found).max())


def one_value(cross_section: FloatArray) -> float:
    """Cross section of a model with one value of each parameter.

    Parameters
    ----------
    cross_section : of any shape; `InputError` if it has more than one element.

    Examples
    --------
    >>> one_value(np.array([2.0]))
    2.0
    """
    if cross_section.size != 1:
        raise InputError(
            "a prediction needs a model with one value of each parameter, but this"
            f" one has arrays over {cross_section.size} points: use verdict, which"
            " accepts many"
        )
    return float(cross_section.ravel()[0])
