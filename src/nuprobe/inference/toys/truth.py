"""Where toys are thrown: parameters, and the nuisances that go with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from nuprobe.errors import InputError, shown
from nuprobe.inference.costs import Cost, check_cost
from nuprobe.inference.toys.ensemble import Toys
from nuprobe.inference.toys.fits import BestFits, fit_toys
from nuprobe.inference.toys.sample import Hypothesis
from nuprobe.inference.toys.settings import ToySettings
from nuprobe.numerics import FloatArray

__all__ = ["hypothesis_at", "names_of", "observed", "observed_fits"]

Values = Mapping[str, float] | Mapping[str, float | str]


def names_of(
    cost: Cost, parameter: str, free: Iterable[str]
) -> tuple[list[str], list[str]]:
    """Names of all free parameters, and of those that are not of interest.

    Parameters
    ----------
    cost : defines them.
    parameter : of interest.
    free : further free parameters.

    Raises
    ------
    InputError
        If a name occurs twice, or `cost` is not a cost.
    UnknownNameError
        If there is no parameter of that name.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> names_of(cost, "rn", [])
    (['rn'], [])
    """
    check_cost(cost)
    others = list(free)
    names = [parameter, *others]
    for name in names:
        cost.index(name)
    if len(set(names)) < len(names):
        raise InputError(
            f"{cost.name}: name different parameters to free, got {shown(names)}"
        )
    return names, others


def observed(cost: Cost) -> Toys:
    """The data that were observed, as one toy.

    Parameters
    ----------
    cost : has them.

    Examples
    --------
    >>> import nuprobe as nu
    >>> len(observed(nu.experiment("coherent-csi-2017").cost(free=["rn"])))
    1
    """
    data = tuple(term.measured[None] for term in cost.terms)
    return Toys(data, np.zeros((1, len(cost.nuisances))))


def observed_fits(
    cost: Cost, points: FloatArray, free: Sequence[str]
) -> list[BestFits]:
    """Fits of the observed data at some points, each from its own.

    Parameters
    ----------
    cost : has the data.
    points : give the parameters that are not free, shape (points, parameters).
    free : names of the parameters that move; nuisances always do.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> (best,) = observed_fits(cost, cost.default[None], ["rn"])
    >>> bool(abs(best.twice_nll[0] - nu.fit(cost).twice_nll) < 1e-6)
    True
    """
    data, nominal = observed(cost), np.zeros(len(cost.nuisances))
    return [fit_toys(cost, data, free, point, nominal) for point in points]


def hypothesis_at(
    cost: Cost,
    point: FloatArray,
    others: Sequence[str],
    settings: ToySettings,
    tested: FloatArray | None = None,
) -> Hypothesis:
    """Where toys are drawn for one value of the parameters of interest.

    Parameters
    ----------
    cost : of the data that were observed.
    point : all parameters, shape (parameters,).
    others : names of further free parameters: their truth is where the data put them.
    settings : say which nuisances are true.
    tested : values tested, shape (parameters,); the truth if not given.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> settings = ToySettings(nuisances="nominal")
    >>> hypothesis_at(cost, cost.default, [], settings).nuisances
    array([0., 0., 0., 0.])
    """
    if settings.nuisances == "nominal":
        truth, nuisances = point, np.zeros(len(cost.nuisances))
    else:
        (best,) = observed_fits(cost, point[None], others)
        truth, nuisances = best.points[0], best.nuisances[0]
    return Hypothesis(truth, nuisances, truth if tested is None else tested)
