"""Disappearance over short baselines."""

from __future__ import annotations

from typing import Literal

import numpy as np

from nuprobe.errors import InputError
from nuprobe.experiments import BaselineExperiment
from nuprobe.experiments import experiment as open_experiment

__all__ = [
    "disappearance_best",
    "disappearance_chi2",
    "disappearance_exclusion",
    "disappearance_ratio",
]

_FREE = ("sin2_2theta_14", "dm2_41")


def disappearance_chi2(
    experiment: str,
    sin2_2theta_14: float = 0.0,
    dm2_41: float = 1.0,
    analysis: str | None = None,
    rise: bool = False,
) -> float:
    """χ² of a disappearance experiment at one point.

    Parameters
    ----------
    experiment : its name.
    sin2_2theta_14, dm2_41 : the point; Δm² in eV².
    analysis : default the first.
    rise : above that without a sterile neutrino.

    Examples
    --------
    >>> round(disappearance_chi2("danss", analysis="shape"), 2)
    33.18
    """
    cost = open_experiment(experiment, BaselineExperiment).cost(None, _FREE, analysis)
    value = cost.profiled([[sin2_2theta_14, dm2_41], [0.0, dm2_41]]).twice_nll
    return float(value[0] - value[1] if rise else value[0])


def disappearance_best(
    experiment: str, parameter: str = "", analysis: str | None = None
) -> float:
    """Lowest χ² of a disappearance experiment, or its position.

    Parameters
    ----------
    experiment : its name.
    parameter : ``sin2_2theta_14`` or ``dm2_41`` (eV²); χ² if empty.
    analysis : default the first.

    Examples
    --------
    >>> abs(disappearance_best("danss") - 21.3992) < 1e-3
    True
    """
    one = open_experiment(experiment, BaselineExperiment)
    found = one.fit(None, _FREE, analysis, minos=False)
    return float(found[parameter].value if parameter else found.twice_nll)


def disappearance_ratio(experiment: str, detector: str) -> float:
    """Measured over expected rate of one detector, without oscillations.

    Parameters
    ----------
    experiment : its name; its first analysis has one rate per detector.
    detector : name of the detector.

    Examples
    --------
    >>> round(disappearance_ratio("best", "inner"), 3)
    0.792
    """
    rates = open_experiment(experiment, BaselineExperiment).predict()
    if detector not in rates.detectors:
        raise InputError(
            f"{experiment} has the detectors {', '.join(rates.detectors)}, not"
            f" {detector}"
        )
    place = rates.detectors.index(detector)
    factor = 1.0
    for value in rates.normalisations.values():
        factor *= value
    return float(rates.data[place] / rates.total[place] * factor)


def disappearance_exclusion(
    experiment: str,
    sin2_2theta_14: float,
    dm2_41: float,
    method: Literal["wilks", "fc", "cls", "cls_toys"] = "fc",
    toys: int = 20_000,
) -> float:
    """Significance of the exclusion of a point, in two-sided standard deviations.

    Toys are fitted on 30 × 30 points, 0.01 to 1 and 0.1 to 20 eV², and without a
    sterile neutrino.

    Parameters
    ----------
    experiment : its name.
    sin2_2theta_14, dm2_41 : the point; Δm² in eV².
    method : as in `nuprobe.inference.exclusion_at`.
    toys : number of toys.

    Examples
    --------
    >>> 2 < disappearance_exclusion("danss", 0.14, 2.3, "wilks") < 5
    True
    """
    from nuprobe.inference import exclusion_at

    axes = dict(
        zip(_FREE, (np.geomspace(0.01, 1, 30), np.geomspace(0.1, 20, 30)), strict=True)
    )
    point = dict(zip(_FREE, (sin2_2theta_14, dm2_41), strict=True))
    cost = open_experiment(experiment, BaselineExperiment).cost(None, _FREE)
    few = 100 if method in ("wilks", "cls") else toys
    return exclusion_at(cost, point, axes, toys=few).sigma(method)
