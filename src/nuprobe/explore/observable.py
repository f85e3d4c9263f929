"""A measured value as a parameter in addition to those that predict it.

The plane of a moment and the helium abundance shows both the prediction, with its
theoretical uncertainty, and the measurement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError
from nuprobe.inference import Expectation
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter

if TYPE_CHECKING:
    from nuprobe.inference import Cost, Prediction

__all__ = ["with_observable"]


@quick_methods
@dataclass(frozen=True, eq=False)
class _Both:
    """Two bins: the value in units of its measured error, and by how much the
    prediction differs from it, in units of the error of the theory.

    Attributes
    ----------
    inner : predicts the value in units of its measured error.
    own : the value as a parameter.
    error : measured.
    theory : error of the prediction.
    """

    inner: Prediction
    own: Parameter
    error: float
    theory: float

    @property
    def name(self) -> str:
        """That of the prediction."""
        return self.inner.name

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the prediction, then the value."""
        return (*self.inner.parameters, self.own)

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """None: they have become the theoretical error."""
        return ()

    def expectation(self, points: FloatArray) -> Expectation:
        """Both bins at `points`, shape (points, parameters)."""
        value = points[:, -1]
        predicted = self.error * self.inner.expectation(points[:, :-1]).base[:, 0]
        rows = [value / self.error, (predicted - value) / self.theory]
        return Expectation(np.stack(rows, axis=1), ())

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Derivatives at `points`, shape (points, parameters)."""
        base, _ = self.inner.jacobian(points[:, :-1])
        slopes = np.zeros((len(points), len(self.parameters), 2))
        slopes[:, :-1, 1] = self.error * base[:, :, 0] / self.theory
        slopes[:, -1] = 1 / self.error, -1 / self.theory
        return slopes, ()

    @property
    def observables(self) -> tuple[str, str]:
        """Names of the bins."""
        return self.own.name, f"theory - {self.own.name}"

    @property
    def sigma(self) -> FloatArray:
        """Errors used as units of the bins: of the measurement, of the theory."""
        return np.array([self.error, self.theory])


@public
def with_observable(cost: Cost, name: str) -> Cost:
    """The cost of one measured value, with the value itself as a further parameter.

    Minimised over the value, it equals the original cost with minimised nuisances,
    which become the Gaussian error of the prediction.

    Parameters
    ----------
    cost : of primordial abundances, with one of them.
    name : of the new parameter, whose default is the prediction.

    Raises
    ------
    InputError
        If the cost has another kind of data, or no theoretical error.

    Examples
    --------
    >>> import nuprobe as nu
    >>> majorana = nu.model("electromagnetic", kind="majorana")
    >>> helium = nu.experiment("primordial-abundances").cost(
    ...     majorana, ["magnetic_moment.emu"], "helium"
    ... )
    >>> [p.name for p in with_observable(helium, "Y_P").parameters]
    ['magnetic_moment.emu', 'Y_P']
    """
    from nuprobe.experiments.abundances import AbundancePrediction
    from nuprobe.inference import GaussianCost

    terms = cost.terms
    inner = terms[0].prediction
    if len(terms) > 1 or not isinstance(inner, AbundancePrediction):
        raise InputError(
            f"{cost.name} has no single abundance; take one analysis of"
            " primordial-abundances"
        )
    if len(inner.observables) != 1 or inner.sigma.shape != (1,):
        raise InputError(
            f"{cost.name} has {len(inner.observables)} values, and one can be a"
            " parameter: take the analysis helium"
        )
    (error,) = inner.sigma.tolist()
    sizes = np.array([n.sigma for n in inner.nuisances])
    theory = float(np.sqrt(((inner.moved[:, 0] * sizes) ** 2).sum()))
    if not (np.isfinite(theory) and theory > 0):
        raise InputError(f"{cost.name} has no error of the theory; none can be shown")
    (measured,) = terms[0].data.tolist()
    value, default = measured * error, np.array([[p.default for p in inner.parameters]])
    predicted = error * float(inner.expectation(default).base[0, 0])
    room = 50 * error + abs(predicted - value)
    own = Parameter(
        name,
        predicted,
        value - room,
        value + room,
        step=error,
        latex="Y_P" if name == "Y_P" else "",
    )
    both = _Both(inner, own, error, theory)
    made = GaussianCost(both, [measured, 0.0], [1.0, 1.0], cost.name)
    return made if terms[0].origin is None else made.of(terms[0].origin)
