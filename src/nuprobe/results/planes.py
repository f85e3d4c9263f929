"""Planes of the Sun and of the early universe from the JSON of their commands."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

import numpy as np

from nuprobe.cosmology.decay import DecayPlane
from nuprobe.cosmology.nucleosynthesis import MomentPlane
from nuprobe.experiments.solar_plane import SolarPlane
from nuprobe.numerics import FloatArray

__all__ = ["decays_of", "moments_of", "solar_of"]

Data = Mapping[str, Any]


def _array(values: Any) -> FloatArray:
    found = np.array(values, dtype=float)
    return np.where(np.isnan(found), inf, found)


def solar_of(data: Data, latex: Mapping[str, str] | None = None) -> SolarPlane:
    """A plane of mixing at values of L_1A.

    Parameters
    ----------
    data : of `SolarPlane.to_dict`.
    latex : not used.

    Examples
    --------
    >>> x = np.array([0.4, 0.5])
    >>> found = SolarPlane(("a",), "nnlo", "free", x, x, x, np.ones((2, 2, 2)))
    >>> float(solar_of(found.to_dict()).twice_nll.min())
    1.0
    """
    delta, above = _array(data["delta"]), data["delta_above"]
    lowest = _array([one["twice_nll"] for one in data["best"]])
    if above == "all":
        lowest = np.full_like(lowest, lowest.min())
    return SolarPlane(
        tuple(data["experiments"]),
        data["l1a"]["scheme"],
        data["flux_8B"],
        _array(data["l1a"]["values"]),
        _array(data["tan2_12"]),
        _array(data["dm2_21_eV2"]),
        delta + lowest[:, None, None],
        above,
    )


def moments_of(data: Data, latex: Mapping[str, str] | None = None) -> MomentPlane:
    """Abundances over two moments.

    Parameters
    ----------
    data : of `MomentPlane.to_dict`.
    latex : not used.

    Examples
    --------
    >>> x, none = np.array([-1e-10, 0.0, 1e-10]), np.zeros(5)
    >>> names = ("magnetic_moment.emu", "magnetic_moment.etau")
    >>> tops, values = (1e-10, 1e-10), np.ones((3, 3, 5))
    >>> found = MomentPlane(names, tops, (x, x), values, none, 9, {})
    >>> moments_of(found.to_dict()).tops
    (1e-10, 1e-10)
    """
    first, second = (_array(nodes) for nodes in data["nodes"])
    errors = data["interpolation_errors"]
    return MomentPlane(
        (data["parameters"][0], data["parameters"][1]),
        (float(first.max()), float(second.max())),
        (first, second),
        _array(data["values"]),
        _array([errors[name] for name in data["observables"]]),
        data["points_computed"],
        data["assumptions"],
        data["stretch"],
    )


def decays_of(data: Data, latex: Mapping[str, str] | None = None) -> DecayPlane:
    """Abundances over mass and lifetime of a sterile neutrino.

    Parameters
    ----------
    data : of `DecayPlane.to_dict`.
    latex : not used.

    Examples
    --------
    >>> names = ("y_p", "d_h", "he3_d", "li7_h", "n_eff")
    >>> m, tau, ones = np.array([4.0, 6.0]), np.ones((2, 1)), dict.fromkeys(names, 1.0)
    >>> seen = {"d_h": (1.0, 0.1)}
    >>> values = {name: tau for name in names}
    >>> one = DecayPlane(m, tau, tau[0], "lifetime", values, ones, seen, ones, 1, {})
    >>> decays_of(one.to_dict()).masses
    array([4., 6.])
    """
    by = "lifetime" if "lifetimes" in data else "moment"
    return DecayPlane(
        _array(data["masses [MeV]"]),
        _array(data["lifetimes [s]"]),
        _array(data[f"{by}s"]),
        by,
        {name: _array(data[name]) for name in data["without decay"]},
        data["without decay"],
        {name: (pair[0], pair[1]) for name, pair in data["measured"].items()},
        data["theory errors"],
        data["abundance"],
        data["assumptions"],
    )
