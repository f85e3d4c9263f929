"""Solar ⁸B neutrinos on nuclei: their flux from one or several detectors, and the
significance of their events."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from nuprobe.errors import ComputationError
from nuprobe.experiments import experiment as open_experiment
from nuprobe.experiments import joint_cost
from nuprobe.inference import FitResult, fit
from nuprobe.reproductions.recipes.experiments import no_signal

__all__ = ["boron_flux", "significance"]

_FLUX = "phi_8B"


def boron_flux(analyses: Mapping[str, str], side: str | None = None) -> float:
    """⁸B flux of all flavours, in 1e6/cm²/s, that best fits one or several experiments.

    Parameters
    ----------
    analyses : analysis by name of experiment; all have the parameter ``phi_8B``.
    side : ``"upper"`` or ``"lower"`` for the signed error instead.

    Raises
    ------
    ComputationError
        If the error is open inside the allowed range.

    Examples
    --------
    >>> round(boron_flux({"pandax-4t-8b": "flux"}), 1)
    6.1
    """
    estimate = _fitted(tuple(sorted(analyses.items())))[_FLUX]
    if side is None:
        return estimate.value / 1e6
    edge = None if estimate.interval is None else getattr(estimate.interval, side)
    if edge is None:
        raise ComputationError(f"the {side} error of the 8B flux is open")
    return float(edge - estimate.value) / 1e6


@lru_cache(maxsize=16)
def _fitted(analyses: tuple[tuple[str, str], ...]) -> FitResult:
    """The fit that gives the flux and its errors."""
    experiments = [open_experiment(name) for name, _ in analyses]
    return fit(joint_cost(experiments, None, [_FLUX], dict(analyses)))


def significance(
    experiment: str, analysis: str | None = None, parameter: str = "cevns_scale"
) -> float:
    """√(−2Δln L) between no signal and the best scale of the signal.

    Parameters
    ----------
    experiment, analysis : as in `nuprobe.reproductions.recipes.signal`.
    parameter : the scale.

    Examples
    --------
    >>> round(significance("pandax-4t-8b", "counts"), 1)
    1.8
    """
    return float(np.sqrt(max(no_signal(experiment, analysis, parameter), 0.0)))
