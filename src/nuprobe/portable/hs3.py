"""Likelihoods of counts at given points in the HEP Statistics Serialization Standard.

What a nuisance adds is a sample of its own, scaled by the nuisance: linear everywhere,
whatever interpolation a program prefers for other modifiers. Constraints are Gaussians
beside the channels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from math import isinf
from typing import Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.inference import Cost
from nuprobe.numerics import FloatArray
from nuprobe.portable.samples import (
    Channel,
    CountedSample,
    channels_at,
    check_counts,
    check_points,
    distinct_points,
)

__all__ = ["hs3_document"]

_POI: Final = "mu"
_VERSION: Final = "0.2.0"
"""Of the standard, in whose text the names of the components were read."""
_WIDE: Final = 10.0
"""Sigmas to which a constrained nuisance is said to go, either side."""
_FREE: Final = 1e6
"""As far as one without a constraint is said to go, in its own unit."""


@public
def hs3_document(
    cost: Cost, points: Sequence[Mapping[str, float | str]]
) -> dict[str, Any]:
    """A document of HS3: the likelihood of a cost at some points.

    Parameters
    ----------
    cost : of counts with Poisson statistics, whose nuisances are linear.
    points : at least one, each with values of the same parameters by name, numbers in
        the unit of the parameter or texts with a unit; others are at their defaults.

    Returns
    -------
    dict
        JSON-ready. Each point has a likelihood, an analysis and a parameter point of
        its name, ``point_1`` and so on; they share data and constraints. Values of the
        point are constants of the parameter point, in the unit of the parameter. A
        nuisance is the parameter of the document times its sigma, or the parameter
        itself where it is free. Where signal and backgrounds are known apart the signal
        is scaled by ``mu``, which is 1 in the likelihood of the cost.

    Raises
    ------
    InputError
        If another statistic or nuisances that morph are needed, points have different
        parameters, are equal or outside the ranges, or a name is taken.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("pandax-4t-8b").cost(free=["sin2_theta_w"])
    >>> made = hs3_document(cost, [{"sin2_theta_w": 0.22}, {"sin2_theta_w": 0.24}])
    >>> [one["name"] for one in made["likelihoods"]]
    ['point_1', 'point_2']
    """
    check_counts(cost, "HS3")
    check_points(points, "a document of HS3")
    _check_names(cost)
    scales = {n.name: 1.0 if isinf(n.sigma) else n.sigma for n in cost.nuisances}
    bound = [n.name for n in cost.nuisances if not isinf(n.sigma)]
    distributions: list[dict[str, Any]] = []
    likelihoods, analyses, values = [], [], []
    scaled = False
    channels: list[Channel] = []
    for name, at, _ in distinct_points(cost, points):
        channels = channels_at(cost, at)
        made = [_distribution(channel, name, scales) for channel in channels]
        distributions += made
        scaled |= any(s.name == "signal" for c in channels for s in c.samples)
        likelihoods.append(
            {
                "name": name,
                "distributions": [one["name"] for one in made],
                "data": [_data_name(channel) for channel in channels],
                "aux_distributions": [f"{n}_constraint" for n in bound],
            }
        )
        analyses.append(
            {
                "name": name,
                "likelihood": name,
                "domains": ["parameters"],
                "init": name,
                "parameters_of_interest": [_POI] if scaled else [],
            }
        )
        values.append({"name": name, "parameters": _values(cost, at, scaled)})
    return {
        "metadata": _metadata(cost, points),
        "distributions": distributions + [_constraint(name) for name in bound],
        "data": [_data(channel) for channel in channels],
        "likelihoods": likelihoods,
        "domains": [_domain(cost, scaled)],
        "parameter_points": values,
        "analyses": analyses,
    }


def _check_names(cost: Cost) -> None:
    taken = [n.name for n in cost.nuisances] + [p.name for p in cost.parameters]
    twice = [n for i, n in enumerate((*taken, _POI)) if n in taken[:i]]
    if twice:
        raise InputError(
            f"{twice[0]} names two parameters, which HS3 would take for one: rename the"
            " nuisance in the folder of the experiment"
        )


def _distribution(
    channel: Channel, point: str, scales: Mapping[str, float]
) -> dict[str, Any]:
    samples = [one for sample in channel.samples for one in _samples(sample, scales)]
    return {
        "name": f"{channel.name}_{point}",
        "type": "histfactory_dist",
        "axes": [_axis(channel)],
        "samples": samples,
    }


def _samples(
    sample: CountedSample, scales: Mapping[str, float]
) -> list[dict[str, Any]]:
    """A sample without nuisances, then what each of them adds."""
    common = [_POI] if sample.name == "signal" else []
    found = []
    if sample.counts.any() or not sample.moves:
        found.append(_scaled(sample.name, sample.counts, common))
    found += [
        _scaled(f"{sample.name}: {name}", scales[name] * move, [*common, name])
        for name, move in sample.moves.items()
        if np.any(move)
    ]
    return found


def _scaled(name: str, counts: FloatArray, factors: Sequence[str]) -> dict[str, Any]:
    """A sample that some parameters scale."""
    return {
        "name": name,
        "data": {"contents": counts.tolist(), "errors": [0.0] * len(counts)},
        "modifiers": [
            {"name": factor, "type": "normfactor", "parameter": factor}
            for factor in factors
        ],
    }


def _axis(channel: Channel) -> dict[str, Any]:
    """Bins by their number: those of several quantities are behind each other."""
    n = len(channel.data)
    return {"name": f"{channel.name}_bin", "min": 0.0, "max": float(n), "nbins": n}


def _data_name(channel: Channel) -> str:
    return f"{channel.name}_data"


def _data(channel: Channel) -> dict[str, Any]:
    return {
        "name": _data_name(channel),
        "type": "binned",
        "contents": channel.data.tolist(),
        "axes": [_axis(channel)],
    }


def _constraint(name: str) -> dict[str, Any]:
    return {
        "name": f"{name}_constraint",
        "type": "gaussian_dist",
        "x": name,
        "mean": 0.0,
        "sigma": 1.0,
    }


def _values(cost: Cost, at: FloatArray, scaled: bool) -> list[dict[str, Any]]:
    fixed = [
        {"name": p.name, "value": float(x), "const": True}
        for p, x in zip(cost.parameters, at, strict=True)
    ]
    moving = [{"name": n.name, "value": 0.0} for n in cost.nuisances]
    return [*([{"name": _POI, "value": 1.0}] if scaled else []), *moving, *fixed]


def _domain(cost: Cost, scaled: bool) -> dict[str, Any]:
    axes = [{"name": _POI, "min": 0.0, "max": 10.0}] if scaled else []
    for n in cost.nuisances:
        most = _FREE if isinf(n.sigma) else _WIDE
        axes.append({"name": n.name, "min": -most, "max": most})
    return {"name": "parameters", "type": "product_domain", "axes": axes}


def _metadata(
    cost: Cost, points: Sequence[Mapping[str, float | str]]
) -> dict[str, Any]:
    units = ", ".join(
        f"{p.name} [{p.unit}]" if p.unit else p.name
        for p in cost.parameters
        if p.name in points[0]
    )
    over = f" at {len(points)} points of {units}" if units else ""
    return {
        "hs3_version": _VERSION,
        "packages": [{"name": "nuprobe", "version": version("nuprobe")}],
        "description": f"{cost.name}{over}",
    }
