"""Likelihoods of counts at given points in the HEP Statistics Serialization Standard.

What a nuisance adds is a sample of its own, scaled by the nuisance: linear everywhere,
whatever interpolation a program prefers for other modifiers. Constraints are Gaussians
beside the channels. Gaussian data have observables instead of channels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from math import isinf
from typing import Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.inference import Cost, CovarianceCost, GaussianCost
from nuprobe.numerics import FloatArray
from nuprobe.portable.hs3_gaussian import GaussianParts, gaussian_parts
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
_MOST: Final = 10.0
"""As far as the strength of the signal is said to go."""
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
    cost : of counts with Poisson statistics or of Gaussian data, whose nuisances are
        linear.
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
    check_counts(cost, "HS3", gaussian=True)
    check_points(points, "a document of HS3")
    _check_names(cost)
    terms = _Terms(cost)
    at = {name: one for name, one, _ in distinct_points(cost, points)}
    channels = {name: channels_at(cost, one) for name, one in at.items()}
    made = [terms.made(i, channels) for i in range(len(cost.terms))]
    scaled = any(
        s.name == "signal" for own in channels.values() for c in own for s in c.samples
    )
    functions = [one for parts in made for one in parts.functions]
    return {
        "metadata": _metadata(cost, points),
        "distributions": [
            *(
                one
                for name in at
                for parts in made
                for one in parts.distributions[name]
            ),
            *(_constraint(name) for name in terms.bound),
        ],
        **({"functions": functions} if functions else {}),
        "data": [one for parts in made for one in parts.data],
        "likelihoods": [_likelihood(name, made, terms.bound) for name in at],
        "domains": [_domain(terms.ends, scaled)],
        "parameter_points": [
            {"name": name, "parameters": _values(cost, one, scaled)}
            for name, one in at.items()
        ],
        "analyses": [_analysis(name, scaled) for name in at],
    }


class _Terms:
    """Terms of a cost, and what their parts of a document share.

    Parameters
    ----------
    cost : with the nuisances.

    Attributes
    ----------
    scales : units of the nuisances by name.
    bound : names of those with a constraint.
    ends : how far each parameter of the document goes.
    """

    def __init__(self, cost: Cost) -> None:
        self.terms = [term for term, _, _ in cost.layout.places]
        free = {n.name: isinf(n.sigma) for n in cost.nuisances}
        self.scales = {n.name: 1.0 if free[n.name] else n.sigma for n in cost.nuisances}
        self.bound = [name for name, one in free.items() if not one]
        self.ends = {_POI: _MOST} | {
            name: _FREE if one else _WIDE for name, one in free.items()
        }

    def made(self, i: int, channels: Mapping[str, Sequence[Channel]]) -> GaussianParts:
        """Functions, distributions and data of a term at all points."""
        term, own = self.terms[i], {name: every[i] for name, every in channels.items()}
        if isinstance(term, GaussianCost | CovarianceCost):
            return gaussian_parts(term, own, self.ends, self.scales, _POI)
        found = GaussianParts(data=[_data(next(iter(own.values())))])
        for name, channel in own.items():
            found.distributions[name] = [_distribution(channel, name, self.scales)]
        return found


def _likelihood(
    name: str, made: Sequence[GaussianParts], bound: Sequence[str]
) -> dict[str, Any]:
    return {
        "name": name,
        "distributions": [
            one["name"] for parts in made for one in parts.distributions[name]
        ],
        "data": [one["name"] for parts in made for one in parts.data],
        "aux_distributions": [f"{n}_constraint" for n in bound],
    }


def _analysis(name: str, scaled: bool) -> dict[str, Any]:
    return {
        "name": name,
        "likelihood": name,
        "domains": ["parameters"],
        "init": name,
        "parameters_of_interest": [_POI] if scaled else [],
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


def _domain(ends: Mapping[str, float], scaled: bool) -> dict[str, Any]:
    axes = [
        {"name": name, "min": 0.0 if name == _POI else -most, "max": most}
        for name, most in ends.items()
        if scaled or name != _POI
    ]
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
