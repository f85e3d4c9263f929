"""CLs: exclusion of a signal, by asymptotic formulae and by toys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.drawing import Exported, draws
from nuprobe.errors import InputError, shown
from nuprobe.inference.costs import Cost
from nuprobe.inference.levels import check_level
from nuprobe.inference.toys.asymptotic import asymptotic_cls, expected_cls
from nuprobe.inference.toys.ensemble import Toys
from nuprobe.inference.toys.fits import fit_toys
from nuprobe.inference.toys.sample import Hypothesis, ToySample, throw
from nuprobe.inference.toys.settings import ToySettings, settings_of
from nuprobe.inference.toys.truth import (
    Values,
    hypothesis_at,
    names_of,
    observed,
    observed_fits,
)
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.reprs import readable

__all__ = ["CLs", "cls", "null_of", "statistics_of"]


@readable
@dataclass(frozen=True, eq=False)
class CLs(Exported):
    """How strongly values of a parameter are excluded.

    Attributes
    ----------
    parameter : of interest.
    grid : values tested, increasing, shape (n,).
    null : its value without a signal.
    statistic : q̃ of the observed data at each value, shape (n,).
    asimov : q̃ of data that equal the expectation without a signal, shape (n,).
    asymptotic : CLs of the observed data by the asymptotic formulae, shape (n,).
    expected : the same for the median without a signal, and one and two standard
        deviations about it, shape (5, n), from −2σ to +2σ.
    with_signal, without_signal : share of toys with and without the signal whose
        statistic is at least the observed one (CLs+b and CLb), shape (n,), or None.
    settings : how the toys were thrown, or None.
    """

    parameter: Parameter
    grid: FloatArray
    null: float
    statistic: FloatArray
    asimov: FloatArray
    asymptotic: FloatArray
    expected: FloatArray
    with_signal: FloatArray | None
    without_signal: FloatArray | None
    settings: ToySettings | None

    plot = draws("plot_cls")

    @property
    def toys(self) -> FloatArray | None:
        """CLs by toys, shape (n,), or None."""
        if self.with_signal is None or self.without_signal is None:
            return None
        return self.with_signal / np.maximum(self.without_signal, 1e-300)

    @property
    def errors(self) -> FloatArray | None:
        """Monte Carlo errors of `toys`, shape (n,), or None."""
        if self.with_signal is None or self.without_signal is None or not self.settings:
            return None
        n, ratio = self.settings.number, self.toys
        assert ratio is not None
        parts = [
            (1 - p) / (n * np.maximum(p, 1 / n))
            for p in (self.with_signal, self.without_signal)
        ]
        return np.asarray(np.maximum(ratio, 1 / n) * np.sqrt(parts[0] + parts[1]))

    @public
    def limit(self, cl: float = 0.95, method: str = "asymptotic") -> float | None:
        """Smallest value from which all values of the grid are excluded at `cl`.

        Between points of the grid ln CLs is linear. None if the last one is not
        excluded, or all are: the grid must contain the limit.

        Parameters
        ----------
        cl : confidence level: a value is excluded where CLs < 1 − cl.
        method : ``"asymptotic"``, ``"toys"`` or ``"expected"`` (the median without a
            signal).
        """
        check_level(cl)
        curves = {
            "asymptotic": self.asymptotic,
            "toys": self.toys,
            "expected": self.expected[2],
        }
        if curves.get(method) is None:
            known = [name for name, curve in curves.items() if curve is not None]
            raise InputError(f"method must be one of {known}, got {shown(method)}")
        curve = np.log(np.maximum(np.asarray(curves[method]), 1e-300))
        wanted = np.log1p(-cl)
        allowed = np.flatnonzero(curve >= wanted)
        if not allowed.size or allowed[-1] == len(self.grid) - 1:
            return None
        i = int(allowed[-1])
        share = (curve[i] - wanted) / (curve[i] - curve[i + 1])
        return float(self.grid[i] + share * (self.grid[i + 1] - self.grid[i]))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        toys, errors = self.toys, self.errors
        return {
            "parameter": self.parameter.name,
            "unit": self.parameter.unit,
            "null": self.null,
            "sides": 1,
            "method": "cls",
            "values": self.grid.tolist(),
            "statistic": self.statistic.tolist(),
            "asymptotic": self.asymptotic.tolist(),
            "expected": self.expected.tolist(),
            "toys": _listed(toys),
            "toys_errors": _listed(errors),
            "asimov": self.asimov.tolist(),
            "with_signal": _listed(self.with_signal),
            "without_signal": _listed(self.without_signal),
            "number": self.settings.number if self.settings else 0,
            "seed": self.settings.seed if self.settings else None,
            "ensemble": self.settings.ensemble if self.settings else None,
        }


def _listed(values: FloatArray | None) -> list[float] | None:
    return None if values is None else values.tolist()


@public
def cls(
    cost: Cost,
    parameter: str,
    grid: ArrayLike,
    null: float | str | None = None,
    free: Iterable[str] = (),
    fixed: Values | None = None,
    toys: int | ToySettings = 0,
) -> CLs:
    """CLs of values of a parameter above the one without a signal.

    The statistic is q̃: the rise of −2 ln L at the tested value above its minimum within
    the range of the parameter, and 0 where the best value is above the tested one
    (Cowan:2010js; CLs of Read:2002hq).

    Parameters
    ----------
    cost : of the observed data.
    parameter : name of the parameter of interest; more of it is more signal.
    grid : values to test, in its unit, above `null`.
    null : value without a signal; the lower limit of its range if not given.
    free : names of further parameters that are fitted.
    fixed : values of parameters that stay fixed; the others keep their default.
    toys : their number at each value with and without the signal, or all settings; 0
        for the asymptotic formulae alone.

    Raises
    ------
    InputError
        If a name or value is not possible.

    Examples
    --------
    >>> import nuprobe as nu
    >>> argon = nu.experiment("coherent-lar-2020")
    >>> cost = argon.cost(free=["cevns_scale"], analysis="published")
    >>> found = cls(cost, "cevns_scale", [1.0, 1.5, 2.0, 2.5])
    >>> 1 < found.limit(0.95) < 2.5
    True
    """
    names, others = names_of(cost, parameter, free)
    column = cost.index(parameter)
    p = cost.parameters[column]
    start = cost.point(dict(fixed or {}))
    start[column] = null_of(p, null)
    values = np.unique(np.asarray(p.read(grid), dtype=float))
    if not len(values) or not (values > start[column]).all():
        raise InputError(
            f"values of {parameter} to test must be above {start[column]:g}, its value"
            f" without a signal; got {shown(grid)}"
        )
    points = np.tile(start, (len(values), 1))
    points[:, column] = values
    cost.layout.checked_points(points)
    # without a signal, nuisances and other parameters where the data put them
    (without,) = observed_fits(cost, start[None], others)
    nominal = without.points[0], without.nuisances[0]
    data = cost.expected(*nominal)
    pair = Toys(
        tuple(
            np.stack([a[0], b]) for a, b in zip(observed(cost).data, data, strict=True)
        ),
        np.stack([np.zeros(len(nominal[1])), nominal[1]]),
    )
    statistic = statistics_of(cost, pair, names, others, points, nominal)
    found = CLs(
        p,
        values,
        float(start[column]),
        statistic[0],
        statistic[1],
        asymptotic_cls(statistic[0], statistic[1]),
        expected_cls(statistic[1]),
        None,
        None,
        None if isinstance(toys, int) and not toys else settings_of(toys),
    )
    if found.settings is None:
        return found
    return _with_toys(found, cost, points, nominal, (names, others), found.settings)


def null_of(p: Parameter, null: float | str | None) -> float:
    """Value of a parameter without a signal, by default the lower end of its range.

    Parameters
    ----------
    p : the parameter.
    null : as given.

    Examples
    --------
    >>> null_of(Parameter("scale", 1.0, lower=0.0), None)
    0.0
    """
    if null is not None:
        return float(p.read(null))
    if not np.isfinite(p.lower):
        raise InputError(
            f"{p.name} has no lower limit: give its value without a signal (null)"
        )
    return p.lower


def statistics_of(
    cost: Cost,
    toys: Toys,
    names: list[str],
    others: list[str],
    points: FloatArray,
    nominal: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """q̃ of some toys at the points, shape (toys, points).

    Parameters
    ----------
    cost : of the data.
    toys : data and auxiliary measurements.
    names, others : all free parameters, of which the first is of interest, and the
        others alone.
    points : tested, shape (points, parameters).
    nominal : where fits begin: all parameters, all nuisances.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> data, names = observed(cost), (["rn"], [])
    >>> points, start = np.array([[5.5]]), (cost.default, np.zeros(4))
    >>> statistics_of(cost, data, *names, points, start).shape
    (1, 1)
    """
    column = cost.index(names[0])
    best = fit_toys(cost, toys, names, *nominal)
    if len(toys) == 1 and not others:  # all points at once
        copies = Toys(
            tuple(np.repeat(data, len(points), axis=0) for data in toys.data),
            np.repeat(toys.auxiliary, len(points), axis=0),
        )
        held = fit_toys(cost, copies, others, points, nominal[1]).twice_nll[:, None]
    else:
        held = np.array(
            [fit_toys(cost, toys, others, p, nominal[1]).twice_nll for p in points]
        )
    lowest = np.minimum(best.twice_nll, held.min(axis=0))
    q = np.maximum(held.T - lowest[:, None], 0.0)
    above = best.points[:, [column]] > points[:, column]
    return np.where(above, 0.0, q)


def _with_toys(
    found: CLs,
    cost: Cost,
    points: FloatArray,
    nominal: tuple[FloatArray, FloatArray],
    names: tuple[list[str], list[str]],
    settings: ToySettings,
) -> CLs:
    """The same with the shares of toys with and without the signal at least as far as
    the data."""
    column = cost.index(names[0][0])
    signal = [hypothesis_at(cost, p, names[1], settings) for p in points]
    truth, nuisances = nominal
    if settings.nuisances == "nominal":
        nuisances = np.zeros_like(nuisances)
    nothing = [Hypothesis(truth, nuisances, h.tested) for h in signal]
    tested = np.tile(points[:, column], 2)

    def made(sample: ToySample) -> CLs:
        # the statistic is 0 in many toys: rounding must not decide
        least = np.tile(found.statistic, 2) - 1e-7
        reached = np.empty(len(tested))
        for i, rise in enumerate(sample.rises()):
            q = np.where(sample.best[i, :, column] > tested[i], 0.0, rise)
            reached[i] = (q >= least[i]).mean()
        with_signal, without_signal = np.split(reached, 2)
        return replace(found, with_signal=with_signal, without_signal=without_signal)

    return made(
        throw(cost, [*signal, *nothing], *names, settings, lambda s: made(s).to_dict())
    )
