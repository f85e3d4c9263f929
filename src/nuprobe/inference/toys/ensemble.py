"""Toys: data drawn at random at one point, with the measurements that constrain the
nuisances.

Three ensembles differ in what varies from toy to toy:

- ``"unconditional"``: data fluctuate around the expectation at the true parameters and
  true nuisances, and so do the auxiliary measurements, the centres of the constraints,
  around the true nuisances. It is the ensemble of a frequentist: the experiment and its
  calibrations are repeated.
- ``"conditional"``: data fluctuate, auxiliary measurements stay as they were observed.
- ``"averaged"``: in each toy nature has other nuisances, drawn from their constraints,
  which stay centred as they were observed (the prior predictive ensemble).

A marginal nuisance, over which the likelihood is integrated, has no measurement that
could be repeated: its constraint is how nature is distributed. In all but the
conditional ensemble it is drawn anew in each toy and its constraint stays centred.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isinf
from typing import Final, Literal, get_args

import numpy as np

from nuprobe.errors import InputError, UnknownNameError
from nuprobe.inference.costs import Cost, Term
from nuprobe.inference.expectations import expected_counts
from nuprobe.inference.protocols import Expectation, Prediction
from nuprobe.numerics import FloatArray
from nuprobe.parameters import MorphingNuisance, Nuisance, Parameter
from nuprobe.reprs import readable

__all__ = ["Ensemble", "Toys", "draw", "shifted_cost"]

Ensemble = Literal["unconditional", "conditional", "averaged"]
"""What varies from toy to toy."""

_DRAWS: Final = 1000  # of nuisances, until the expectation is possible


@readable
@dataclass(frozen=True, eq=False)
class Toys:
    """Data of many toys.

    Attributes
    ----------
    data : one array a term of the cost, (toys, bins).
    auxiliary : centres of the constraints, (toys, nuisances).
    """

    data: tuple[FloatArray, ...]
    auxiliary: FloatArray

    def __len__(self) -> int:
        """Return the number of toys."""
        return len(self.auxiliary)


def check_ensemble(ensemble: str) -> None:
    """Refuse the name of an `ensemble` that there is not with `UnknownNameError`."""
    if ensemble not in get_args(Ensemble):
        raise UnknownNameError("ensemble", str(ensemble), list(get_args(Ensemble)))


def draw(
    cost: Cost,
    point: FloatArray,
    nuisances: FloatArray,
    number: int,
    rng: np.random.Generator,
    ensemble: Ensemble = "unconditional",
) -> Toys:
    """Draw toys at one point.

    Parameters
    ----------
    cost : gives the expectation, the statistic and the constraints.
    point : true parameters, shape (parameters,).
    nuisances : true nuisances, shape (nuisances,); what was observed of them is 0. The
        averaged ensemble draws them, the unconditional one those that are marginal.
    number : how many toys.
    rng : source of random numbers.
    ensemble : what varies from toy to toy, see the module.

    Raises
    ------
    InputError
        If data cannot be drawn there: an expectation below 0.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> rng = np.random.default_rng(1)
    >>> toys = draw(cost, cost.default, np.zeros(len(cost.nuisances)), 5, rng)
    >>> toys.data[0].shape, toys.auxiliary.shape
    ((5, 12), (5, 4))
    """
    sigma = np.array([0.0 if isinf(n.sigma) else n.sigma for n in cost.nuisances])
    auxiliary = np.zeros((number, len(sigma)))
    marginal = np.array([n.marginal for n in cost.nuisances], dtype=bool)
    if ensemble == "averaged":
        each = [_possible(cost, point, 0 * sigma, sigma, rng) for _ in range(number)]
    elif ensemble == "unconditional" and marginal.any():
        centre, width = np.where(marginal, 0.0, nuisances), np.where(marginal, sigma, 0)
        each = [_possible(cost, point, centre, width, rng) for _ in range(number)]
    else:
        expected = cost.expected(point, nuisances)
        if not _all_possible(cost, expected):
            raise InputError(
                f"{cost.name}: no data can be drawn at {cost.describe(point)}: the"
                " expectation is negative; choose another point"
            )
        each = [expected] * number
    data = tuple(
        np.array([term.draw(mu[i], rng) for mu in each]).reshape(number, -1)
        for i, term in enumerate(cost.terms)
    )
    if ensemble == "unconditional":
        # a free nuisance was not measured: its centre has no effect
        auxiliary = nuisances + sigma * rng.normal(size=auxiliary.shape)
        auxiliary[:, marginal] = 0.0
    return Toys(data, auxiliary)


def _all_possible(cost: Cost, expected: tuple[FloatArray, ...]) -> bool:
    return all(t.possible(mu) for t, mu in zip(cost.terms, expected, strict=True))


def _possible(
    cost: Cost,
    point: FloatArray,
    centre: FloatArray,
    sigma: FloatArray,
    rng: np.random.Generator,
) -> tuple[FloatArray, ...]:
    """Expectation at nuisances drawn around a centre."""
    for _ in range(_DRAWS):
        nuisances = rng.normal(centre, sigma)
        try:
            expected = cost.expected(point, nuisances)
        except InputError:  # beyond the anchors of a morphing nuisance
            continue
        if _all_possible(cost, expected):
            return expected
    raise InputError(
        f"{cost.name}: no data can be drawn at {cost.describe(point)}: the expectation"
        f" is negative at all {_DRAWS} draws of the nuisances; choose another point"
    )


@dataclass(frozen=True, eq=False)
class _Shifted:
    """A prediction whose nuisances are counted from the centres of their constraints.

    Attributes
    ----------
    inner : the prediction.
    linear, morphed : centres of its linear and of its morphing nuisances.
    """

    inner: Prediction
    linear: FloatArray
    morphed: FloatArray

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def unmoved(self) -> Prediction:
        """Counts where all nuisances are 0, as of the toys themselves."""
        return self.inner

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return self.inner.parameters

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        return self.inner.nuisances

    @property
    def morphing(self) -> tuple[MorphingNuisance, ...]:
        return tuple(getattr(self.inner, "morphing", ()))

    def expectation(self, points: FloatArray) -> Expectation:
        e = self.inner.expectation(points)
        nu = np.broadcast_to(self.linear, (len(e.base), len(self.linear)))
        return Expectation(expected_counts(e, nu), e.slopes)

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        base, slopes = self.inner.jacobian(points)
        moved = base
        for v, slope in zip(self.linear, slopes, strict=True):
            moved = moved + v * slope
        return moved, slopes


def shifted_cost(cost: Cost, toys: Toys, i: int) -> Cost:
    """The cost of one toy, for the ordinary fitter: its nuisances are counted from the
    centres of their constraints.

    Parameters
    ----------
    cost : of the data that were observed.
    toys : the toys.
    i : which of them.

    Raises
    ------
    InputError
        If a nuisance that morphs has another centre than 0: an ordinary cost has its
        anchors around it.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> nominal, rng = np.zeros(len(cost.nuisances)), np.random.default_rng(1)
    >>> toys = draw(cost, cost.default, nominal, 2, rng)
    >>> nu.fit(shifted_cost(cost, toys, 1)).twice_nll > 0
    True
    """
    names = [n.name for n in cost.nuisances]
    single: list[Cost] = []
    for term, data in zip(cost.terms, toys.data, strict=True):
        at = {n.name: toys.auxiliary[i, names.index(n.name)] for n in term.nuisances}
        linear = [at[n.name] for n in term.prediction.nuisances]
        morphed = [at[n.name] for n in getattr(term.prediction, "morphing", ())]
        if np.any(morphed):
            raise InputError(
                f"{cost.name}: a toy with shifted centres of its morphing nuisances"
                " cannot be fitted on its own; draw it with ensemble='conditional'"
            )
        inner = _Shifted(term.prediction, np.array(linear), np.array(morphed))
        single.append(_with_prediction(term, inner).with_data(data[i]))
    return sum(single[1:], single[0])


def _with_prediction(term: Term, prediction: Prediction) -> Term:
    """The same statistic for another prediction."""
    import copy

    other = copy.copy(term)
    # what was derived from the old prediction is derived anew
    for name in ("layout", "active", "spread"):
        other.__dict__.pop(name, None)
    other.prediction = prediction
    return other
