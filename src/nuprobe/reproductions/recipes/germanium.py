"""Germanium: quenching required by a count, and distance of a count from its
expectation."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq

from nuprobe.errors import ComputationError
from nuprobe.experiments import Experiment
from nuprobe.experiments import experiment as open_experiment

__all__ = ["expected_distance", "lindhard_k"]

_RANGE = (0.08, 0.6)


def lindhard_k(
    experiment: str,
    analysis: str | None = None,
    counts: float | None = None,
    times: float | None = None,
) -> float:
    """Lindhard's k at which the Standard Model predicts a number of counts.

    Parameters
    ----------
    experiment, analysis : as in `signal`.
    counts : the number; or
    times : ratio of the number to that with the quenching of the experiment.

    Raises
    ------
    ComputationError
        If there is no such k between 0.08 and 0.6.

    Examples
    --------
    >>> round(lindhard_k("texono-2024", times=1.0), 3)
    0.162
    """
    chosen = open_experiment(experiment, Experiment)

    def signal(changes: dict[str, object]) -> float:
        changed = chosen.with_changes(changes) if changes else chosen
        return float(changed.predict(None, analysis).signal.sum())

    wanted = counts if counts is not None else (times or 1.0) * signal({})

    def excess(k: float) -> float:
        return signal({"quenching": {"kind": "lindhard", "k": k, "z": 32}}) - wanted

    if excess(_RANGE[0]) * excess(_RANGE[1]) > 0:
        raise ComputationError(
            f"no k between {_RANGE[0]} and {_RANGE[1]} gives {wanted:.4g} counts in"
            f" {experiment}"
        )
    return float(brentq(excess, *_RANGE, xtol=1e-4))


def expected_distance(
    experiment: str, analysis: str | None = None, parameter: str = "cevns_scale"
) -> float:
    """Standard deviations between a count and its expectation: √(−2Δln L) of a scale of
    1.

    Parameters
    ----------
    experiment, analysis : as in `signal`.
    parameter : the scale of the signal.

    Examples
    --------
    >>> 0.3 < expected_distance("conus-plus", "rate") < 0.5
    True
    """
    chosen = open_experiment(experiment, Experiment)
    best = chosen.fit(None, [parameter], analysis)
    cost = chosen.cost(None, [parameter], analysis)
    there = float(cost.profiled(np.ones((1, 1))).twice_nll[0])
    return math.sqrt(max(there - best.twice_nll, 0.0))
