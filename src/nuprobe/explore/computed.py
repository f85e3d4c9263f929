"""Layers of a plane computed when its page is made: limits of experiments, and
couplings favoured by the anomalous moment of the muon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray

if TYPE_CHECKING:
    from nuprobe.explore.pages import BandLayer, ExclusionLayer, PageFile

__all__ = [
    "band",
    "couplings",
    "exclusion",
    "mass_ends",
    "needs_couplings",
    "outline",
]

_MASSES: Final = 80
_SPLITTINGS: Final = 80
_MIXINGS: Final = 60
_LEAST: Final = 1e-3
"""Smallest mixing at which a limit is searched."""

_MIXING: Final = ("sin2_2theta_14", "dm2_41")


def exclusion(
    one: ExclusionLayer, page: PageFile, plane: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """The limit of one experiment, in the axes of the plane.

    Parameters
    ----------
    one : with the name of the experiment.
    page : with the model.
    plane : of mass and coupling, or of the mixing with a sterile neutrino.

    Yields
    ------
    dict
        A layer, or several with the same name if some masses have no limit.

    Raises
    ------
    NuprobeError
        If the plane has other axes.

    Examples
    --------
    >>> from nuprobe.explore.pages import ExclusionLayer, PageFile
    >>> name = "ccfr-trident"
    >>> layer = ExclusionLayer(kind="exclusion", experiment=name, title="CCFR")
    >>> page = PageFile(title="Z'", experiments=[name], model="lmu-ltau")
    >>> ends = {"lower": 10.0, "upper": 20.0, "log": True}
    >>> plane = {"x": {"name": "mass", **ends}, "y": {"name": "coupling", **ends}}
    >>> (curve,) = exclusion(layer, page, plane)
    >>> curve["cl"], curve["computed"], len(curve["points"])
    (0.95, True, 80)
    """
    from nuprobe.experiments import experiment

    axes = {axis["name"]: axis for axis in (plane["x"], plane["y"]) if axis is not None}
    opened = experiment(one.experiment)
    keys = list(opened.file.references)
    about = {
        "name": f"{one.experiment}-limit",
        "title": one.title,
        "texkey": keys[0] if keys else "",
        "doi": "",
        "kind": "curve",
        "cl": one.cl,
        "verified": True,
        "computed": True,
        **({} if one.shown else {"shown": False}),
    }
    if {*axes} == {*_MIXING}:
        yield from _mixings(one, opened, axes, about)
        return
    needs_couplings(plane, one.experiment)
    yield _couplings(one, opened, page, plane, about)


def _couplings(
    one: ExclusionLayer,
    opened: Any,
    page: PageFile,
    plane: Mapping[str, Any],
    about: Mapping[str, Any],
) -> dict[str, Any]:
    """The smallest excluded coupling as a function of the masses of the plane."""
    from nuprobe.experiments import limit
    from nuprobe.explore.pages import family_of

    mass = np.geomspace(*mass_ends(plane), _MASSES)
    found = limit([opened], family_of(page), mass=mass, cl=one.cl)
    (curve,) = found.curves
    some = np.isfinite(curve.coupling)
    projected = "projection; " if curve.projected else ""
    return {
        **about,
        "note": f"{projected}computed by nuprobe: {found.statistic}",
        **couplings(curve.mass[some], curve.coupling[some]),
    }


def _mixings(
    one: ExclusionLayer,
    opened: Any,
    axes: Mapping[str, Any],
    about: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    """The largest allowed mixing at each difference of squared masses."""
    from nuprobe.inference import exclusion_plane

    mixing, splitting = _MIXING
    ends = axes[splitting]["lower"], axes[splitting]["upper"]
    nodes = {
        mixing: np.geomspace(_LEAST, 1.0, _MIXINGS),
        splitting: np.geomspace(*ends, _SPLITTINGS),
    }
    cost = opened.cost(free=list(_MIXING))
    found = exclusion_plane(cost, nodes, toys=0).limits("raster", one.cl)
    largest = np.array([np.nan if x is None else x for x in found])
    limits = np.isfinite(largest)
    by_name = {mixing: largest, splitting: nodes[splitting]}
    x, y = axes  # in the order of the plane
    for piece in np.split(np.arange(len(largest)), np.flatnonzero(np.diff(limits)) + 1):
        if limits[piece[0]] and len(piece) > 1:
            points = np.stack([by_name[x][piece], by_name[y][piece]], axis=1)
            yield {
                **about,
                "note": (
                    "computed by nuprobe: CLs for each Δm² by itself, asymptotic, which"
                    " is not what collaborations publish"
                ),
                "x": x,
                "y": y,
                "points": points.tolist(),
            }


def band(one: BandLayer, plane: Mapping[str, Any]) -> dict[str, Any]:
    """Two standard deviations around a discrepancy of the muon's moment, or a limit.

    Parameters
    ----------
    one : with the name of the result.
    plane : of mass and coupling.

    Examples
    --------
    >>> from nuprobe.explore.pages import BandLayer
    >>> ends = {"lower": 10.0, "upper": 20.0, "log": True}
    >>> plane = {"x": {"name": "mass", **ends}, "y": {"name": "coupling", **ends}}
    >>> band(BandLayer(kind="muon-g2", result="2021"), plane)["kind"]
    'region'
    """
    from nuprobe.bounds import muon_g2

    needs_couplings(plane, "muon-g2")
    mass = np.geomspace(*mass_ends(plane), _MASSES)
    result = muon_g2.layer(one.result)
    about = {
        "name": f"muon-g2-{result.name}",
        "texkey": result.experiment,
        "doi": "",
        "note": (
            f"a_μ measured minus predicted ({result.theory}):"
            f" {result.delta:.3g} ± {result.sigma:.2g}"
        ),
        "verified": result.verified,
        "computed": True,
    }
    if result.role == "discrepancy":
        title = f"(g − 2) of the muon, {result.name}, 2σ"
        lower, upper = muon_g2.band(result, mass)
        return {**about, "title": title, "cl": 0.9545, **outline(mass, lower, upper)}
    title = f"(g − 2) of the muon, {result.name}"
    upper = muon_g2.upper_limit(result, mass)
    return {
        **about,
        "title": title,
        "cl": 0.95,
        "kind": "curve",
        **couplings(mass, upper),
    }


# -- shapes in the plane of mass and coupling


def needs_couplings(plane: Mapping[str, Any], what: str) -> None:
    """Reject a plane of parameters other than mass and coupling.

    Parameters
    ----------
    plane : of the page.
    what : name of the layer, for the message.

    Raises
    ------
    InputError
        If it has others.

    Examples
    --------
    >>> needs_couplings({"x": {"name": "rn"}, "y": None}, "CCFR")
    Traceback (most recent call last):
    nuprobe.errors.InputError: layer CCFR: a coupling over a mass needs the plane ...
    """
    names = {axis["name"] for axis in (plane["x"], plane["y"]) if axis is not None}
    if names != {"mass", "coupling"}:
        raise InputError(
            f"layer {what}: a coupling over a mass needs the plane of mass and"
            " coupling; leave it out"
        )


def mass_ends(plane: Mapping[str, Any]) -> tuple[float, float]:
    """Ends of the axis of the mass, MeV.

    Parameters
    ----------
    plane : of mass and coupling.

    Examples
    --------
    >>> axis = {"lower": 1.0, "upper": 10.0}
    >>> mass_ends({"x": {"name": "mass", **axis}, "y": {"name": "coupling", **axis}})
    (1.0, 10.0)
    """
    axes = {axis["name"]: axis for axis in (plane["x"], plane["y"])}
    return axes["mass"]["lower"], axes["mass"]["upper"]


def couplings(mass: FloatArray, coupling: FloatArray) -> dict[str, Any]:
    """Points of a curve.

    Parameters
    ----------
    mass, coupling : of the points, in MeV and dimensionless, shape (points,).

    Examples
    --------
    >>> couplings(np.array([1.0, 2.0]), np.array([0.1, 0.2]))["points"]
    [[1.0, 0.1], [2.0, 0.2]]
    """
    return {
        "x": "mass",
        "y": "coupling",
        "points": np.stack([mass, coupling], axis=1).tolist(),
    }


def outline(mass: FloatArray, lower: FloatArray, upper: FloatArray) -> dict[str, Any]:
    """A band as a closed region.

    Parameters
    ----------
    mass : MeV, shape (points,).
    lower, upper : couplings of both edges, shape (points,).

    Examples
    --------
    >>> mass = np.array([1.0, 2.0])
    >>> outline(mass, mass / 10, mass)["points"]
    [[1.0, 1.0], [2.0, 2.0], [2.0, 0.2], [1.0, 0.1]]
    """
    x = np.concatenate([mass, mass[::-1]])
    y = np.concatenate([upper, lower[::-1]])
    return {"kind": "region", **couplings(x, y)}
