"""Likelihoods of counts at given points as workspaces of pyhf.

At a point the expectation is linear in the nuisances: a ``histosys`` with symmetric
ends is the same, its constraint the pull. pyhf knows no templates over parameters; a
patch set has the signal at each of several points.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from math import isinf
from typing import Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError, shown
from nuprobe.inference import Cost
from nuprobe.numerics import FloatArray
from nuprobe.portable.samples import (
    channels_at,
    check_counts,
    check_points,
    distinct_points,
)

__all__ = ["pyhf_patchset", "pyhf_workspace"]

_POI: Final = "mu"


@public
def pyhf_workspace(cost: Cost, point: Mapping[str, float | str]) -> dict[str, Any]:
    """A workspace of pyhf: the likelihood of a cost at one point.

    Parameters
    ----------
    cost : of counts with Poisson statistics, whose nuisances are linear and
        constrained.
    point : values by name, numbers in the unit of the parameter or texts with a unit;
        others are at their defaults.

    Returns
    -------
    dict
        JSON-ready. A nuisance ν is the parameter of pyhf times its sigma; where signal
        and backgrounds are known apart the signal is scaled by ``mu``, which is 1 in
        the likelihood of the cost.

    Raises
    ------
    InputError
        If another statistic, free nuisances or nuisances that morph are needed, or the
        point is outside the ranges.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("pandax-4t-8b").cost(free=["sin2_theta_w"])
    >>> made = pyhf_workspace(cost, {"sin2_theta_w": 0.24})
    >>> [sample["name"] for sample in made["channels"][0]["samples"]][0]
    'signal'
    """
    check_counts(cost, "pyhf")
    for n in cost.nuisances:
        if isinf(n.sigma):
            raise InputError(
                f"the nuisance {n.name} is free, and a histosys of pyhf is constrained:"
                " export the likelihood itself (`nuprobe export likelihood`)"
            )
    channels = _channels(cost, cost.point(point))
    parts = [term.name for term in cost.terms]
    scaled = any(
        m["type"] == "normfactor"
        for channel in channels
        for sample in channel["samples"]
        for m in sample["modifiers"]
    )
    config = [{"name": _POI, "inits": [1.0], "bounds": [[0.0, 10.0]]}] if scaled else []
    return {
        "channels": channels,
        "observations": [
            {"name": name, "data": term.data.tolist()}
            for name, term in zip(parts, cost.terms, strict=True)
        ],
        "measurements": [
            {
                "name": cost.name,
                "config": {"poi": _POI if scaled else "", "parameters": config},
            }
        ],
        "version": "1.0.0",
    }


@public
def pyhf_patchset(
    cost: Cost, points: Sequence[Mapping[str, float | str]], record: str
) -> dict[str, Any]:
    """A patch set of pyhf: what takes the workspace of the first of some points to each
    of them.

    Parameters
    ----------
    cost : as of `pyhf_workspace`.
    points : at least one, each with values of the same parameters.
    record : of HEPData where the workspace is published, ``"ins"`` and seven digits,
        which the format of patch sets asks for.

    Raises
    ------
    InputError
        As `pyhf_workspace`, or if points have different parameters or are equal, or the
        record is not one.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("pandax-4t-8b").cost(free=["sin2_theta_w"])
    >>> points = [{"sin2_theta_w": 0.22}, {"sin2_theta_w": 0.24}]
    >>> made = pyhf_patchset(cost, points, "ins1234567")
    >>> [patch["metadata"]["values"] for patch in made["patches"]]
    [[0.22], [0.24]]
    """
    check_points(points, "a patch set")
    if re.fullmatch(r"ins[0-9]{7}", record) is None:
        raise InputError(
            f"a record of HEPData is ins and seven digits, got {shown(record)}"
        )
    labels = list(points[0])
    workspace = pyhf_workspace(cost, points[0])
    patches = [
        {
            "metadata": {"name": name, "values": values},
            "patch": [
                {
                    "op": "replace",
                    "path": f"/channels/{i}/samples",
                    "value": channel["samples"],
                }
                for i, channel in enumerate(_channels(cost, at))
            ],
        }
        for name, at, values in distinct_points(cost, points)
    ]
    text = json.dumps(workspace, sort_keys=True, ensure_ascii=False)
    return {
        "metadata": {
            "references": {"hepdata": record},
            "description": f"{cost.name} over {', '.join(labels)}",
            "digests": {"sha256": hashlib.sha256(text.encode()).hexdigest()},
            "labels": labels,
        },
        "patches": patches,
        "version": "1.0.0",
    }


def _channels(cost: Cost, point: FloatArray) -> list[dict[str, Any]]:
    """One for each term."""
    sigma = {n.name: n.sigma for n in cost.nuisances}
    return [
        {
            "name": channel.name,
            "samples": [
                _sample(one.name, one.counts, one.moves, sigma)
                for one in channel.samples
            ],
        }
        for channel in channels_at(cost, point)
    ]


def _sample(
    name: str,
    counts: FloatArray,
    moves: Mapping[str, FloatArray],
    sigma: Mapping[str, float],
) -> dict[str, Any]:
    modifiers: list[dict[str, Any]] = [
        {
            "name": nuisance,
            "type": "histosys",
            "data": {
                "hi_data": (counts + sigma[nuisance] * move).tolist(),
                "lo_data": (counts - sigma[nuisance] * move).tolist(),
            },
        }
        for nuisance, move in moves.items()
        if np.any(move)
    ]
    if name == "signal":
        modifiers.insert(0, {"name": _POI, "type": "normfactor", "data": None})
    return {"name": name, "data": counts.tolist(), "modifiers": modifiers}
