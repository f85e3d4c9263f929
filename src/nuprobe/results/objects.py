"""Objects from the JSON of commands, where it is complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Any, Final

import numpy as np

from nuprobe.errors import InputError
from nuprobe.experiments import Limit, LimitCurve
from nuprobe.experiments.scanned import Scanned
from nuprobe.inference import (
    CLs,
    ExclusionPlane,
    FeldmanCousins,
    Sensitivity,
)
from nuprobe.inference.construction import Construction
from nuprobe.inference.toys.settings import ToySettings
from nuprobe.inference.toys.thresholds import ToyInterval
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.results.fits import fit_of
from nuprobe.results.planes import decays_of, moments_of, solar_of
from nuprobe.results.rates import rates_of

__all__ = ["object_of"]

Data = Mapping[str, Any]
Symbols = Mapping[str, str]


def object_of(kind: str, data: Data, latex: Symbols) -> Any:
    """The object that this JSON represents.

    Parameters
    ----------
    kind : the command that wrote it.
    data : what it wrote.
    latex : symbols of parameters, by name.

    Raises
    ------
    InputError
        If the data do not contain the whole object; the text follows the name of the
        file.

    Examples
    --------
    >>> import nuprobe as nu
    >>> found = nu.limit(["ccfr-trident"], mass=[10.0, 100.0])
    >>> object_of("limit", found.to_dict(), {})["ccfr-trident"].coupling.round(5)
    array([0.00092, 0.00122])
    """
    make = _MAKERS.get(kind)
    if make is None:
        more = f": take the HDF5 file of `nuprobe {kind} -o`" if kind in _HDF5 else ""
        raise InputError(f"JSON of `nuprobe {kind}` has numbers alone{more}")
    return make(data, latex)


def array(values: Any, missing: float = inf) -> FloatArray:
    """An array from JSON, where null stands for a value that is not finite.

    Parameters
    ----------
    values : lists of numbers.
    missing : value that null stands for.

    Examples
    --------
    >>> array([1.0, None])
    array([ 1., inf])
    """
    found = np.array(values, dtype=float)
    return np.where(np.isnan(found), missing, found)


def _parameter(name: str, unit: str, latex: Symbols, value: float) -> Parameter:
    return Parameter(name, value, unit=unit, latex=latex.get(name, ""))


# -- toys and sensitivities --------------------------------------------------


def _toys(data: Data, latex: Symbols) -> Any:
    if "covered" in data:
        raise InputError("coverages are numbers alone")
    return _cls(data, latex) if "asymptotic" in data else _thresholds(data, latex)


def _thresholds(data: Data, latex: Symbols) -> FeldmanCousins:
    grid = array(data["values"])
    levels = data["levels"]
    parameter = _parameter(data["parameter"], data["unit"], latex, float(grid[0]))
    known = tuple(
        tuple(
            ToyInterval(
                -inf if one["lower"] is None else one["lower"],
                inf if one["upper"] is None else one["upper"],
                one["lower_error"],
                one["upper_error"],
            )
            for one in level["intervals"]
        )
        for level in levels
    )
    return FeldmanCousins(
        parameter=parameter,
        grid=grid,
        levels=tuple(level["cl"] for level in levels),
        thresholds=array([level["thresholds"] for level in levels]),
        errors=array([level["errors"] for level in levels]),
        delta=array(data["delta"]),
        p_values=array(data["p_values"]),
        best=data["best"],
        best_twice_nll=float("nan"),
        cost=None,
        others=(),
        sample=None,
        settings=ToySettings(data["toys"], data["seed"], data["ensemble"]),
        known=known,
    )


def _cls(data: Data, latex: Symbols) -> CLs:
    grid, toys = array(data["values"]), data["number"] > 0
    settings = ToySettings(data["number"], data["seed"], data["ensemble"])
    return CLs(
        _parameter(data["parameter"], data["unit"], latex, float(grid[0])),
        grid,
        data["null"],
        array(data["statistic"]),
        array(data["asimov"]),
        array(data["asymptotic"]),
        array(data["expected"]),
        array(data["with_signal"]) if toys else None,
        array(data["without_signal"]) if toys else None,
        settings if toys else None,
    )


def _sensitivity(data: Data, latex: Symbols) -> Any:
    if "curves" in data:
        return limit_of(data)
    name = data["parameter"]
    # a file of an earlier version has limits by CLs
    made = Construction.read(data.get("intervals"))
    return Sensitivity(
        _parameter(name, data["unit"], latex, data["null"]),
        data["null"],
        data["cl"],
        tuple(data["expected"].values()),
        tuple(data["limits"]),
        **({} if made is None else {"construction": made}),
    )


def _plane(data: Data, latex: Symbols) -> ExclusionPlane:
    if data["toys"]:
        raise InputError(
            "the JSON of a plane with toys has not the single toys, which the figure"
            " needs: take the HDF5 file of `nuprobe plane -o`, or compute it with"
            " --toys 0"
        )
    values = [array(data[key]["values"]) for key in ("x", "y")]
    first, second = (
        _parameter(data[key]["parameter"], unit, latex, float(x[0]))
        for key, unit, x in zip(("x", "y"), data["units"], values, strict=True)
    )
    return ExclusionPlane(
        (first, second),
        values[0],
        values[1],
        data["null"],
        array(data["chi2"]),
        data["without_signal"],
        (data["best"][0], data["best"][1]),
        array(data["chi2_asimov"]),
        array(data["chi2_of_signal"]),
        None,
        None,
        None,
        None,
    )


# -- limits ------------------------------------------------------------------


def limit_of(data: Data, curves: Mapping[str, LimitCurve] | None = None) -> Limit:
    """A limit from its JSON.

    Parameters
    ----------
    data : of `Limit.to_dict`.
    curves : by label, instead of those in the data.

    Raises
    ------
    InputError
        If its mediator is a user-defined model.
    """
    if "family" not in data:
        raise InputError("limits on a mixing or on a factor are numbers alone")
    name, mixing = data["family"], data.get("mixing")
    try:
        family = Scanned.of(name, 0.0 if mixing is None else mixing).model
    except InputError:
        raise InputError(
            f"its mediator {name} is not a model of `nuprobe list models`"
        ) from None
    made = (
        [_curve(one) for one in data["curves"]] if curves is None else curves.values()
    )
    how = Construction.read(data.get("intervals"))
    about = data["cl"], data["sides"], tuple(made), data["statistic"]
    return Limit(family, *about, construction=how)


def _curve(data: Data) -> LimitCurve:
    again, excluded = data["allowed_again"], data["excluded"]
    return LimitCurve(
        data["label"],
        array(data["mass"]),
        array(data["coupling"]),
        None if again is None else array(again),
        data["standard_excluded"],
        tuple(data["experiments"]),
        data["projected"],
        None
        if excluded is None
        else tuple(
            tuple((a, inf if b is None else b) for a, b in each) for each in excluded
        ),
        inf if data["largest_coupling"] is None else data["largest_coupling"],
    )


_HDF5: Final = ("sample", "scan")
"""Commands whose HDF5 file is complete, unlike their JSON."""

_MAKERS: Final[Mapping[str, Callable[[Data, Symbols], Any]]] = {
    "cosmology contour": moments_of,
    "cosmology decay-plane": decays_of,
    "fit": fit_of,
    "limit": lambda data, latex: limit_of(data),
    "plane": _plane,
    "rate": rates_of,
    "sensitivity": _sensitivity,
    "solar plane": solar_of,
    "toys": _toys,
}
"""By command that wrote the JSON."""
