"""Gaussian data in documents of HS3: an observable for each bin, whose mean is a sum of
products of numbers and parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from nuprobe.inference import CovarianceCost, GaussianCost
from nuprobe.numerics import FloatArray
from nuprobe.portable.samples import Channel, CountedSample

__all__ = ["GaussianParts", "gaussian_parts"]

_MARGIN: Final = 8.0
"""Sigmas of an observable beyond its means: a Gaussian is normalised over the range of
its observable, and loses 1e-15 there."""
_TAIL: Final = 1000.0
"""Sigmas from which a Gaussian of two sides has tails that are powers."""


@dataclass(frozen=True, eq=False)
class GaussianParts:
    """What a document has of one term.

    Attributes
    ----------
    functions : means of the bins at all points.
    distributions : of each point.
    data : which the points share.
    """

    functions: list[dict[str, Any]] = field(default_factory=list)
    distributions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    data: list[dict[str, Any]] = field(default_factory=list)


def gaussian_parts(
    term: GaussianCost | CovarianceCost,
    channels: Mapping[str, Channel],
    ends: Mapping[str, float],
    scales: Mapping[str, float],
    poi: str,
) -> GaussianParts:
    """Functions, distributions and data of a term with Gaussian data.

    Parameters
    ----------
    term : the term.
    channels : its channel at each point, by the name of the point.
    ends : how far each parameter of the document goes, either side, by name.
    scales : units of the nuisances by name.
    poi : parameter that scales the signal.

    Returns
    -------
    GaussianParts
        Uncorrelated bins have a ``gaussian_dist`` each, or a ``crystalball_dist`` whose
        tails are out of reach where the errors of the two sides differ; a covariance
        makes them one ``multivariate_normal_dist``.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.portable.samples import channels_at
    >>> cost = nu.experiment("conus-plus").cost()
    >>> (channel,) = channels_at(cost, cost.default)
    >>> ends = {n.name: 10.0 for n in cost.nuisances} | {"mu": 10.0}
    >>> units = {n.name: n.sigma for n in cost.nuisances}
    >>> parts = gaussian_parts(cost.terms[0], {"point": channel}, ends, units, "mu")
    >>> {one["type"] for one in parts.distributions["point"]}
    {'gaussian_dist'}
    """
    found = GaussianParts()
    low = np.full(len(term.data), np.inf)
    high = -low
    for point, channel in channels.items():
        names = [f"{name}_{point}" for name in _variables(term)]
        for b, name in enumerate(names):
            found.functions.extend(_mean(name, channel.samples, b, scales, poi))
        middle, reach = _means(channel.samples, ends, scales, poi)
        low, high = np.minimum(low, middle - reach), np.maximum(high, middle + reach)
        found.distributions[point] = _distributions(term, point, names)
    found.data.extend(_data(term, low, high))
    return found


def _mean(
    name: str,
    samples: Sequence[CountedSample],
    b: int,
    scales: Mapping[str, float],
    poi: str,
) -> list[dict[str, Any]]:
    """A sum, and products behind it."""
    products = []
    for sample in samples:
        common = [poi] if sample.name == "signal" else []
        parts = {sample.name: (sample.counts[b], common)} | {
            f"{sample.name}: {n}": (scales[n] * move[b], [*common, n])
            for n, move in sample.moves.items()
        }
        products += [
            {
                "name": f"{name}: {part}",
                "type": "product",
                "factors": [float(value), *factors],
            }
            for part, (value, factors) in parts.items()
            if value or part == samples[0].name
        ]
    total = {"name": f"{name}_mean", "type": "sum"}
    return [*products, {**total, "summands": [one["name"] for one in products]}]


def _means(
    samples: Sequence[CountedSample],
    ends: Mapping[str, float],
    scales: Mapping[str, float],
    poi: str,
) -> tuple[FloatArray, FloatArray]:
    """Where means are at zero, and how far they go from there, (bins,)."""
    middle = np.zeros_like(samples[0].counts)
    reach = np.zeros_like(middle)
    for sample in samples:
        moved = sum(
            (np.abs(scales[n] * move) * ends[n] for n, move in sample.moves.items()),
            np.zeros_like(middle),
        )
        if sample.name == "signal":
            reach = reach + ends[poi] * (np.abs(sample.counts) + moved)
        else:
            middle, reach = middle + sample.counts, reach + moved
    return middle, reach


def _distributions(
    term: GaussianCost | CovarianceCost, point: str, names: Sequence[str]
) -> list[dict[str, Any]]:
    variables = _variables(term)
    means = [f"{name}_mean" for name in names]
    if isinstance(term, CovarianceCost):
        matrix = np.asarray(term.covariance, dtype=float)
        return [
            {
                "name": f"{term.name}_{point}",
                "type": "multivariate_normal_dist",
                "x": variables,
                "mean": means,
                "covariances": matrix.tolist(),
            }
        ]
    if term.below is term.sigma:
        return [
            {
                "name": name,
                "type": "gaussian_dist",
                "x": x,
                "mean": mean,
                "sigma": float(sigma),
            }
            for name, x, mean, sigma in zip(
                names, variables, means, term.sigma, strict=True
            )
        ]
    return [
        {
            "name": name,
            "type": "crystalball_dist",
            "m": x,
            "m0": mean,
            # the left side has data below the mean
            "sigma_L": float(sigma),
            "sigma_R": float(below),
            "alpha": _TAIL,
            "n": 2.0,
        }
        for name, x, mean, sigma, below in zip(
            names, variables, means, term.sigma, term.below, strict=True
        )
    ]


def _variables(term: GaussianCost | CovarianceCost) -> list[str]:
    return [f"{term.name}_bin_{b}" for b in range(len(term.data))]


def _data(
    term: GaussianCost | CovarianceCost, low: FloatArray, high: FloatArray
) -> list[dict[str, Any]]:
    """Entries whose observables reach beyond all means."""
    if isinstance(term, CovarianceCost):
        width = np.sqrt(np.diag(term.covariance))
    else:
        width = np.maximum(term.sigma, term.below)
    low = np.minimum(low, term.data) - _MARGIN * width
    high = np.maximum(high, term.data) + _MARGIN * width
    axes: list[dict[str, Any]] = [
        {"name": name, "min": float(a), "max": float(b)}
        for name, a, b in zip(_variables(term), low, high, strict=True)
    ]
    values = [float(x) for x in term.data]
    if isinstance(term, CovarianceCost):
        return [_entry(term.name, axes, values)]
    return [
        _entry(axis["name"], [axis], [x]) for axis, x in zip(axes, values, strict=True)
    ]


def _entry(
    name: str, axes: list[dict[str, Any]], values: list[float]
) -> dict[str, Any]:
    return {
        "name": f"{name}_data",
        "type": "unbinned",
        "entries": [values],
        "axes": axes,
    }
