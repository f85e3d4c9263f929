"""Limits on couplings, to compare with published curves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from nuprobe.errors import ComputationError
from nuprobe.experiments import experiment as open_experiment
from nuprobe.experiments import limit
from nuprobe.parsing import parse_json
from nuprobe.units import parse_quantity

__all__ = ["coupling_limit"]


def coupling_limit(
    experiment: str,
    family: str,
    mass: str,
    cl: float = 0.9,
    analysis: str | None = None,
    changes: Mapping[str, Any] | None = None,
) -> float:
    """Largest coupling of a boson or of a heavy neutrino that an experiment allows, in
    the unit of the model; expected for a projection.

    Parameters
    ----------
    experiment : its name.
    family : model with a mass and a coupling, e.g. ``"b-l"``.
    mass : e.g. ``"10 MeV"``.
    cl : confidence level, two-sided.
    analysis : default the first of the file.
    changes : of the experiment's file, by key.

    Raises
    ------
    ComputationError
        If the experiment sets no limit at this mass.

    Examples
    --------
    >>> 5e-5 < coupling_limit("coherent-csi-2021", "b-l", "100 MeV") < 2e-4
    True
    """
    text = json.dumps(dict(changes or {}), sort_keys=True)
    found = _limits(
        experiment, family, parse_quantity(mass, "energy"), cl, analysis, text
    )
    if not np.isfinite(found):
        raise ComputationError(f"{experiment} sets no limit on {family} at {mass}")
    return found


@lru_cache(maxsize=64)
def _limits(
    name: str, family: str, mass: float, cl: float, analysis: str | None, changes: str
) -> float:
    chosen = open_experiment(name)
    keys = parse_json(changes)
    if keys:
        chosen = chosen.with_changes(keys)
    found = limit(
        [chosen],
        family,
        mass=[mass],
        cl=cl,
        analyses=None if analysis is None else {name: analysis},
    )
    return float(found[name].coupling[0])
