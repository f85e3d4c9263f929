"""Layers drawn over a plane: published curves and constants of the catalogue, curves
computed when a page is built, and straight lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nuprobe.errors import InputError, UnknownNameError
from nuprobe.explore.computed import (
    band,
    couplings,
    exclusion,
    mass_ends,
    needs_couplings,
    outline,
)
from nuprobe.explore.pages import (
    BandLayer,
    CatalogueLayer,
    ExclusionLayer,
    LineLayer,
    PageFile,
    PointLayer,
    RangeLayer,
)
from nuprobe.parameters import Parameter

if TYPE_CHECKING:
    from nuprobe.catalogue import Catalogue
    from nuprobe.catalogue.entry import Entry

__all__ = ["layers_of"]

_UNVERIFIED: Final = "transcribed"
"""Verification level of a catalogue number not compared with a second source."""

_VETO: Final = 1.0
"""Coupling above which a published curve means no limit at that mass."""

_CONVENTIONS: Final = ("charge-one", "lagrangian")


def layers_of(
    page: PageFile, plane: Mapping[str, Any], parameters: Sequence[Parameter]
) -> list[dict[str, Any]]:
    """Layers of a page, in the units of its parameters.

    Parameters
    ----------
    page : names them.
    plane : of the page, as the browser gets it.
    parameters : of the likelihood.

    Returns
    -------
    list of dict
        ``name``, ``title``, ``texkey``, ``doi``, ``kind`` (``"curve"``, ``"region"``,
        ``"line"``, ``"point"``), the parameters ``x`` and ``y`` of its ``points``,
        ``cl``, ``note`` and ``verified``, and ``shown``, false, if it is hidden at
        first; ``computed``, true, for an unpublished curve that nuprobe computed from
        published numbers. A line has the parameter ``along`` at which it has ``value``;
        both ends of an interval, and the pieces of a curve, share a name.

    Raises
    ------
    NuprobeError
        If an entry is unknown, or does not fit the plane.

    Examples
    --------
    >>> page = PageFile(
    ...     title="CCFR",
    ...     experiments=["ccfr-trident"],
    ...     layers=[{"kind": "muon-g2", "result": "2021"}],
    ... )
    >>> axis = {"lower": 10.0, "upper": 1e3, "log": True}
    >>> plane = {"x": {"name": "mass", **axis}, "y": {"name": "coupling", **axis}}
    >>> [one["title"] for one in layers_of(page, plane, [])]
    ['(g − 2) of the muon, 2021, 2σ']
    """
    found: list[dict[str, Any]] = []
    for one in page.layers:
        if isinstance(one, CatalogueLayer):
            known = {layer["name"] for layer in found}
            layers = _published(one, plane, parameters)
            found += [layer for layer in layers if layer["name"] not in known]
        elif isinstance(one, PointLayer):
            found += _best_fits(one, plane)
        elif isinstance(one, RangeLayer):
            found.append(_over_a_range(one, plane))
        elif isinstance(one, ExclusionLayer):
            found += exclusion(one, page, plane)
        elif isinstance(one, BandLayer):
            found.append(band(one, plane))
        else:
            found.append(_line(one, plane, parameters))
    return found


# -- the catalogue


def _published(
    one: CatalogueLayer, plane: Mapping[str, Any], parameters: Sequence[Parameter]
) -> Iterator[dict[str, Any]]:
    from nuprobe.catalogue import catalogue

    known = catalogue()
    for name in one.entries:
        for e in _entries(known, name):
            if e.curve is not None:
                yield from _curve(e, plane, one)
            elif one.parameter is None:
                raise InputError(
                    f"{e.id} has no curve: give the parameter that it limits"
                )
            else:
                yield from _constant(e, one, plane, parameters)


def _entries(known: Catalogue, name: str) -> list[Entry]:
    """One entry, or all curves of a topic that are not superseded."""
    if name in known:
        return [known[name]]
    every = [e for e in known.search() if e.topic == name]
    if not every:
        topics = sorted({e.topic for e in known.search()})
        raise UnknownNameError("entry or topic of the catalogue", name, topics)
    return [e for e in every if e.curve is not None and e.status != "superseded"]


def _about(e: Entry, note: str, shown: bool) -> dict[str, Any]:
    from nuprobe.catalogue.export import citation_key

    caveat = e.notes.caveat.strip().removesuffix(".")
    said = [note, "projection" if e.kind == "projection" else "", caveat]
    return {
        "name": e.id,
        "title": f"{e.experiment} {e.year}",
        "texkey": citation_key(e.source),
        "doi": e.source.doi or "",
        "cl": e.cl if isinstance(e.cl, float) else None,
        "note": "; ".join(filter(None, said)),
        "verified": e.verification.level != _UNVERIFIED,
        **({} if shown else {"shown": False}),
    }


def _curve(
    e: Entry, plane: Mapping[str, Any], one: CatalogueLayer
) -> Iterator[dict[str, Any]]:
    """A coupling as a function of mass, in several pieces where masses were left
    out."""
    from nuprobe.catalogue.quantities import unit_factor

    assert e.curve is not None
    if e.convention not in _CONVENTIONS or e.curve.x.quantity != "mass":
        raise InputError(
            f"{e.id} is not a coupling over a mass in a convention of the plane; leave"
            " it out"
        )
    needs_couplings(plane, e.id)
    points = np.array(e.curve.points, dtype=float)
    x = points[:, 0] * unit_factor(e.curve.x.unit, "mass")
    y = points[:, 1:] * unit_factor(e.curve.y.unit, e.curve.y.quantity)
    found = _about(e, one.note, one.shown)
    if e.curve.shape == "band":
        yield {**found, **outline(x, y[:, 0], y[:, 1])}
    elif e.curve.shape == "region":
        yield {**found, "kind": "region", **couplings(x, y[:, 0])}
    else:
        limits = y[:, 0] < _VETO
        for piece in np.split(np.arange(len(x)), np.flatnonzero(np.diff(limits)) + 1):
            if limits[piece[0]] and len(piece) > 1:
                yield {**found, "kind": "curve", **couplings(x[piece], y[piece, 0])}


def _constant(
    e: Entry,
    one: CatalogueLayer,
    plane: Mapping[str, Any],
    parameters: Sequence[Parameter],
) -> Iterator[dict[str, Any]]:
    """Both ends of an interval, or a limit."""
    from nuprobe.catalogue.ladder import common_factor, rung_of

    assert one.parameter is not None
    factor = common_factor(e)
    if factor is None:
        raise InputError(
            f"{e.id}: nothing converts its convention, {e.convention}; leave it out"
        )
    rung = rung_of(e, factor * one.factor)
    ends = {} if rung is None else {"lower": rung.lower, "upper": rung.upper}
    if all(value is None for value in ends.values()):
        raise InputError(f"{e.id} has no number that a line could show; leave it out")
    about = _about(e, one.note, one.shown)
    for side, value in ends.items():
        if value is None or (side == "upper" and value == ends["lower"]):
            continue
        line = _along(one.parameter, float(value), plane, parameters)
        if line is not None:
            yield {**about, **line}


def _best_fits(one: PointLayer, plane: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Points of two parameters, which are the axes of the plane."""
    from nuprobe.catalogue import catalogue

    names = [axis["name"] for axis in (plane["x"], plane["y"]) if axis is not None]
    if {*names} != {one.parameter, one.other}:
        raise InputError(
            f"layer {one.entries[0]}: a point of {one.parameter} and {one.other} needs"
            " the plane of both; leave it out"
        )
    known = catalogue()
    for name in one.entries:
        e = known[name]
        if e.value is None or one.number not in e.numbers:
            raise InputError(f"{e.id} has no value and {one.number}; leave it out")
        at = {one.parameter: e.value * e.factor, one.other: e.numbers[one.number].value}
        about = _about(e, "best fit", True)
        point = [at[name] for name in names]
        x, y = names
        yield {**about, "cl": None, "kind": "point", "x": x, "y": y, "points": [point]}


def _over_a_range(one: RangeLayer, plane: Mapping[str, Any]) -> dict[str, Any]:
    """One number as a curve, two as a region."""
    from nuprobe.catalogue import catalogue
    from nuprobe.catalogue.quantities import unit_factor

    needs_couplings(plane, one.entry)
    e = catalogue()[one.entry]
    ends = mass_ends(plane)
    mass = np.array([one.lower or ends[0], one.upper or ends[1]])
    rows = []
    for name in one.numbers:
        value, unit = _number(e, name)
        if one.over_coupling:
            rows.append(mass / (value * unit_factor(unit, "mass")))
        else:
            rows.append(np.full(2, value))
    about = _about(e, one.note, one.shown)
    if len(rows) == 2:
        return {**about, **outline(mass, rows[0], rows[1])}
    return {**about, "kind": "curve", **couplings(mass, rows[0])}


def _number(e: Entry, name: str) -> tuple[float, str]:
    """The value of an entry, or one of its further numbers, with its unit."""
    if name == "value" and e.value is not None:
        return e.value * e.factor, "1"
    if name not in e.numbers:
        known = [*e.numbers, *(["value"] if e.value is not None else [])]
        raise UnknownNameError(f"number of {e.id}", name, known)
    return e.numbers[name].value, e.numbers[name].unit


def _line(
    one: LineLayer, plane: Mapping[str, Any], parameters: Sequence[Parameter]
) -> dict[str, Any]:
    line = _along(one.parameter, one.value, plane, parameters)
    if line is None:
        raise InputError(
            f"layer {one.title}: {one.value:g} lies outside the range of"
            f" {one.parameter}"
        )
    return {
        "name": one.title.lower().replace(" ", "-"),
        "title": one.title,
        "texkey": one.texkey,
        "doi": "",
        "cl": one.cl,
        "note": one.note,
        "verified": one.verified,
        **line,
    }


# -- shapes


def _along(
    name: str,
    value: float,
    plane: Mapping[str, Any],
    parameters: Sequence[Parameter],
) -> dict[str, Any] | None:
    """A line at one value of a parameter, over the other axis of the plane; None if
    the parameter cannot have it."""
    known = {p.name: p for p in parameters}
    if name not in known:
        raise UnknownNameError("parameter of the page", name, list(known))
    p = known[name]
    if not (isfinite(value) and p.lower <= value <= p.upper):
        return None
    x, y = plane["x"], plane["y"]
    line = {"kind": "line", "along": name, "value": value}
    if y is None or name not in (x["name"], y["name"]):
        return {**line, "x": name, "y": "", "points": []}
    if name == x["name"]:
        points = [[value, y["lower"]], [value, y["upper"]]]
    else:
        points = [[x["lower"], value], [x["upper"], value]]
    return {**line, "x": x["name"], "y": y["name"], "points": points}
