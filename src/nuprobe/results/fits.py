"""Fits from the JSON of ``nuprobe fit``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np

from nuprobe.inference import FitResult
from nuprobe.inference.construction import Construction
from nuprobe.inference.goodness import GoodnessOfFit
from nuprobe.inference.intervals import Interval
from nuprobe.inference.regions import Region
from nuprobe.inference.results import NuisanceResult, ParameterResult
from nuprobe.parameters import Nuisance, Parameter

__all__ = ["fit_of"]

Data = Mapping[str, Any]


def fit_of(data: Data, latex: Mapping[str, str]) -> FitResult:
    """A fit without its cost, which profiles and toys would need.

    Parameters
    ----------
    data : of `FitResult.to_dict`.
    latex : symbols of parameters and nuisances, by name.

    Examples
    --------
    >>> import nuprobe as nu
    >>> found = nu.experiment("coherent-csi-2017").fit(free=["rn"])
    >>> fit_of(found.to_dict(), {}).values == found.values
    True
    """
    free = tuple(_parameter(one, latex) for one in data["parameters"])
    fixed = tuple(
        (_named(one, latex, one["value"]), one["value"]) for one in data["fixed"]
    )
    nuisances = tuple(_nuisance(one, latex) for one in data["nuisances"])
    covariance, goodness = data["covariance"], data["goodness"]
    return FitResult(
        cost=data["cost"],
        free=free,
        fixed=fixed,
        nuisances=nuisances,
        covariance=None if covariance is None else np.array(covariance, dtype=float),
        twice_nll=data["twice_nll"],
        ndf=data["ndf"],
        goodness_of_fit=data["goodness_of_fit"],
        cl=data["cl"],
        point=np.array([*(p.value for p in free), *(v for _, v in fixed)], dtype=float),
        nuisance_values=np.array([n.value for n in nuisances], dtype=float),
        valid=data["valid"],
        notes=tuple(data["notes"]),
        method=data["method"],
        goodness=None if goodness is None else _goodness(goodness, data["ndf"]),
        construction=Construction.read(data.get("intervals")),
    )


def _goodness(one: Data, ndf: int) -> GoodnessOfFit:
    return GoodnessOfFit(
        one["p_value"],
        one["law"],
        ndf,
        one["mean"],
        one["sd"],
        one["skewness"],
        one["effective_parameters"],
        one["p_value_of_chi_square"],
        one["toys"],
    )


def _named(one: Data, latex: Mapping[str, str], value: float) -> Parameter:
    name = one["name"]
    return Parameter(name, value, unit=one["unit"], latex=latex.get(name, ""))


def _parameter(one: Data, latex: Mapping[str, str]) -> ParameterResult:
    low, high = one["minos_lower"], one["minos_upper"]
    computed, note = one["minos_note"] != "not computed", one["minos_note"]
    if not computed and one.get("toys") is not None:  # ends from toys
        low, high, note, computed = one["lower"], one["upper"], "", True
    value = one["value"]
    other = tuple((q["name"], q["value"] ** 2 - value**2) for q in one.get("also", ()))
    return ParameterResult(
        replace(_named(one, latex, value), also=other),
        value,
        one["error"],
        Interval(low, high, note) if computed else None,
        tuple(_region(region) for region in one["regions"]),
    )


def _region(one: Data) -> Region:
    ends = {
        "low": -inf if one["low"] is None else one["low"],
        "high": inf if one["high"] is None else one["high"],
    }
    return Region(**{**one, **ends})


def _nuisance(one: Data, latex: Mapping[str, str]) -> NuisanceResult:
    sigma, name = one["sigma"], one["name"]
    return NuisanceResult(
        Nuisance(name, inf if sigma is None else sigma, latex.get(name, "")),
        one["value"],
        one["error"],
        one["pull"],
    )
