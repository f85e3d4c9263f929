"""Counts at given points as sums of samples, each linear in the nuisances: what formats
of other programs represent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from nuprobe.errors import InputError
from nuprobe.experiments.counts import CountsPrediction
from nuprobe.inference import (
    CNPCost,
    Cost,
    CovarianceCost,
    GaussianCost,
    OnOffCost,
    PoissonCost,
    ProjectedCost,
    UnbinnedCost,
)
from nuprobe.inference.protocols import Expectation
from nuprobe.numerics import FloatArray

__all__ = [
    "Channel",
    "CountedSample",
    "channels_at",
    "check_counts",
    "check_points",
    "distinct_points",
]

_WHY: Final[Mapping[type, str]] = {
    CNPCost: (
        "whose errors follow the expectation but have no normalisation, which every"
        " distribution there has"
    ),
    OnOffCost: "which is a minimum over the backgrounds of control counts",
    ProjectedCost: "which is a minimum over the backgrounds of control counts",
}


@dataclass(frozen=True, eq=False)
class CountedSample:
    """Counts of one kind.

    Attributes
    ----------
    name : ``"signal"``, the name of a background, what a nuisance adds, or
        ``"expectation"`` where these are not known apart.
    counts : without nuisances, shape (bins,).
    moves : what one unit of each nuisance adds, shape (bins,), by its name.
    """

    name: str
    counts: FloatArray
    moves: Mapping[str, FloatArray]


@dataclass(frozen=True, eq=False)
class Channel:
    """Bins of one term of a cost.

    Attributes
    ----------
    name : of the term.
    data : observed counts, shape (bins,).
    samples : whose sum is expected.
    """

    name: str
    data: FloatArray
    samples: tuple[CountedSample, ...]


def check_counts(cost: Cost, tool: str, *, gaussian: bool = False) -> None:
    """Refuse what is not made of Poisson counts that are linear in the nuisances.

    Parameters
    ----------
    cost : what is exported.
    tool : for which it is.
    gaussian : whether it has Gaussian data, too.

    Examples
    --------
    >>> import nuprobe as nu
    >>> check_counts(nu.experiment("pandax-4t-8b").cost(), "pyhf")
    """
    instead = "export the likelihood itself (`nuprobe export likelihood`)"
    for term in cost.terms:
        if type(term) in (PoissonCost, UnbinnedCost):
            continue
        if gaussian and isinstance(term, GaussianCost | CovarianceCost):
            continue
        if gaussian and type(term) in _WHY:
            raise InputError(
                f"{term.name}: {tool} cannot represent a {type(term).__name__},"
                f" {_WHY[type(term)]}: {instead}"
            )
        raise InputError(
            f"{term.name}: {tool} has Poisson counts only, and this is a"
            f" {type(term).__name__}: choose an analysis with counts, or {instead}"
        )
    if cost.layout.morphing:
        raise InputError(
            f"the nuisance {cost.layout.morphing[0].name} morphs between anchors, which"
            f" {tool} cannot represent: {instead}"
        )


def check_points(points: Sequence[Mapping[str, float | str]], what: str) -> None:
    """Refuse no points, and points with values of different parameters.

    Parameters
    ----------
    points : values by name.
    what : is made of them.

    Examples
    --------
    >>> check_points([{"mass": 10.0}], "a patch set")
    """
    if not points or any(set(p) != set(points[0]) for p in points):
        raise InputError(
            f"{what} needs at least one point, and values of the same parameters"
            " at each"
        )


def distinct_points(
    cost: Cost, points: Sequence[Mapping[str, float | str]]
) -> Iterator[tuple[str, FloatArray, list[float]]]:
    """Points of a cost with their names, and their values in the order of the first.

    Parameters
    ----------
    cost : that has the parameters.
    points : values of the same parameters by name.

    Raises
    ------
    InputError
        If one is outside the ranges, or given twice.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("pandax-4t-8b").cost(free=["sin2_theta_w"])
    >>> [name for name, _, _ in distinct_points(cost, [{"sin2_theta_w": 0.24}])]
    ['point_1']
    """
    seen: list[list[float]] = []
    for point in points:
        at = cost.point(point)
        values = [float(at[cost.index(name)]) for name in points[0]]
        if values in seen:
            raise InputError(f"the point {point} is given twice: drop one")
        seen.append(values)
        yield f"point_{len(seen)}", at, values


def channels_at(cost: Cost, point: FloatArray) -> list[Channel]:
    """One channel for each term.

    Parameters
    ----------
    cost : that `check_counts` accepts.
    point : values of its parameters, shape (parameters,).

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("pandax-4t-8b").cost()
    >>> [sample.name for sample in channels_at(cost, cost.default)[0].samples][0]
    'signal'
    """
    found = []
    for term, columns, _ in cost.layout.places:
        at = point[None, columns]
        names = [n.name for n in term.nuisances]
        samples = _samples(term.prediction, at, term.expectation(at), names)
        found.append(Channel(term.name, term.data, tuple(samples)))
    return found


def _samples(
    prediction: Any, at: FloatArray, e: Expectation, names: Sequence[str]
) -> list[CountedSample]:
    if not isinstance(prediction, CountsPrediction):
        moves = {n: s[0] for n, s in zip(names, e.slopes, strict=True)}
        return [CountedSample("expectation", e.base[0], moves)]
    signal = prediction.signal(at)[0]
    of_signal = {
        effect.nuisance.name: prediction.signal_change(effect, at)[0]
        for effect in prediction.effects
    }
    found = [CountedSample("signal", signal, of_signal)]
    for name, counts in prediction.backgrounds.items():
        moved = {
            effect.nuisance.name: counts
            for effect in prediction.effects
            if name in effect.scales
        }
        found.append(CountedSample(name, counts, moved))
    for effect in prediction.effects:
        if effect.added is not None:
            name = effect.nuisance.name
            nothing = np.zeros(len(signal))
            found.append(
                CountedSample(f"{name} (added)", nothing, {name: effect.added})
            )
    return found
