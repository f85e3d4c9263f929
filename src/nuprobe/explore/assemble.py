"""A page of the explorer from its description: everything the browser needs."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from math import inf, isfinite
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nuprobe.errors import InputError, UnknownNameError
from nuprobe.explore.axes import plane_of
from nuprobe.explore.bibliography import bibtex_of
from nuprobe.explore.layers import layers_of
from nuprobe.explore.pages import PageFile, opened, page_cost
from nuprobe.explore.spectra import spectra_of
from nuprobe.explore.texts import command_text, python_text
from nuprobe.parameters import Parameter

if TYPE_CHECKING:
    from nuprobe.inference import Cost

__all__ = ["FORMAT", "VERSION", "built_page", "page_of"]

FORMAT: Final = "nuprobe-page"
VERSION: Final = 1

_CHECKS: Final = 4


def built_page(name: str, page: PageFile) -> dict[str, Any]:
    """Build a page from its description.

    Parameters
    ----------
    name : of the page.
    page : described.

    Raises
    ------
    NuprobeError
        If the experiments cannot be opened, or their likelihood is not portable.

    Examples
    --------
    >>> page = PageFile(title="CsI", experiments=["coherent-csi-2017"], free=["rn"])
    >>> made = built_page("csi", page)
    >>> made["plane"]["x"]["name"], made["document"]["format"]
    ('rn', 'nuprobe-likelihood')
    """
    return page_of(name, page, page_cost(page))


def page_of(
    name: str, page: PageFile, cost: Cost, command: str | None = None
) -> dict[str, Any]:
    """A page of a cost.

    Parameters
    ----------
    name : of the page.
    page : describes it.
    cost : its likelihood.
    command : command line for one point, with ``{name}`` for values; by default that of
        the description.

    Raises
    ------
    NuprobeError
        If the likelihood is not portable, or the description names a parameter that it
        does not have.

    Examples
    --------
    >>> import nuprobe as nu
    >>> page = PageFile(title="CsI", experiments=["coherent-csi-2017"])
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> sorted(page_of("csi", page, cost))[:5]
    ['bibtex', 'checks', 'command', 'document', 'format']
    """
    from nuprobe.portable import portable_likelihood
    from nuprobe.portable.make import as_json

    document = as_json(portable_likelihood(cost, ranges=page.ranges))
    parameters = [_part(p, page) for p in cost.parameters]
    _known_names(page, parameters)
    _inside(page, document["parameters"])
    plane = plane_of(page, parameters, cost)
    layers = layers_of(page, plane, parameters)
    keys = [*document.get("references", []), *(one["texkey"] for one in layers)]
    return {
        "format": FORMAT,
        "version": VERSION,
        "name": name,
        "title": page.title,
        "summary": page.summary,
        "document": document,
        "plane": plane,
        "presets": _presets(page, parameters),
        "layers": layers,
        "spectra": spectra_of(cost, opened(page)),
        # a scan minimises over the value and would compute something else
        "command": command
        or (command_text(page, parameters) if page.observable is None else None),
        "python": python_text(page, parameters),
        "bibtex": bibtex_of(filter(None, keys)),
        "checks": _checks(cost, parameters, plane),
    }


def _part(p: Parameter, page: PageFile) -> Parameter:
    """A parameter with the part of its range covered by the likelihood."""
    low, high = page.ranges.get(p.name, (p.lower, p.upper))
    default = min(max(p.default, low), high)
    return replace(p, lower=low, upper=high, default=default)


def _presets(page: PageFile, parameters: Sequence[Parameter]) -> list[dict[str, Any]]:
    """Named points in all parameters."""
    default = {p.name: float(p.default) for p in parameters}
    if not page.presets:
        return [{"name": "Default", "point": default}]
    return [{"name": one.name, "point": default | one.point} for one in page.presets]


def _known_names(page: PageFile, parameters: Sequence[Parameter]) -> None:
    known = [p.name for p in parameters]
    axes = [] if page.plane is None else [page.plane.x, page.plane.y]
    named = [axis.name for axis in axes if axis is not None]
    named += [key for preset in page.presets for key in preset.point]
    for name in named:
        if name not in known:
            raise UnknownNameError("parameter of the page", name, known)


def _inside(page: PageFile, parameters: Sequence[dict[str, Any]]) -> None:
    """Reject numbers outside the ranges, which the browser could not open."""
    ranges = {p["name"]: p for p in parameters}
    numbers = []
    for end, axis in () if page.plane is None else page.plane:
        if axis is not None:
            numbers.append((f"plane.{end}.lower", axis.name, axis.lower))
            numbers.append((f"plane.{end}.upper", axis.name, axis.upper))
    for i, preset in enumerate(page.presets):
        for name, value in preset.point.items():
            numbers.append((f"presets.{i}.point.{name}", name, value))
    for field, name, value in numbers:
        p = ranges[name]
        low, high = p.get("lower"), p.get("upper")
        low, high = -inf if low is None else low, inf if high is None else high
        if not (isfinite(value) and low <= value <= high):
            unit = f" {p['unit']}" if p.get("unit") else ""
            raise InputError(
                f"{field} is {value:g}{unit}, outside the range of {name}, {low:g} to"
                f" {high:g}{unit}; give a number inside it"
            )


def _checks(
    cost: Cost, parameters: Sequence[Parameter], plane: dict[str, Any]
) -> list[dict[str, Any]]:
    """Numbers of the package at points of the plane, with nuisances off centre."""
    rng = np.random.default_rng(1)
    names = [p.name for p in parameters]
    points = np.repeat([[p.default for p in parameters]], _CHECKS, axis=0)
    for axis in filter(None, (plane["x"], plane["y"])):
        share = (np.arange(1, _CHECKS) + rng.uniform(0, 1, _CHECKS - 1)) / (_CHECKS + 1)
        low, high = axis["lower"], axis["upper"]
        i = names.index(axis["name"])
        if axis["log"]:
            points[1:, i] = low * (high / low) ** share
        else:
            points[1:, i] = low + (high - low) * share
    nuisances = np.zeros((_CHECKS, len(cost.nuisances)))
    for i, n in enumerate(cost.nuisances):
        anchors = getattr(n, "anchors", None)
        size = 0.1 * (n.sigma if isfinite(n.sigma) else 1.0)
        if anchors:
            size = 0.1 * min(-anchors[0], anchors[-1])
        nuisances[1:, i] = size * rng.uniform(-1, 1, _CHECKS - 1)
    values = cost.twice_nll(points, nuisances)
    own = [n.name for n in cost.nuisances]
    return [
        {
            "point": dict(zip(names, point.tolist(), strict=True)),
            "nuisances": dict(zip(own, row.tolist(), strict=True)),
            "twice_nll": float(value),
        }
        for point, row, value in zip(points, nuisances, values, strict=True)
        if isfinite(value)
    ]


def packed(document: dict[str, Any]) -> dict[str, str]:
    """A document as stored in the file of a page: compressed, in base64.

    Parameters
    ----------
    document : of a likelihood.

    Examples
    --------
    >>> sorted(packed({}))
    ['gzip64']
    """
    raw = json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    small = gzip.compress(raw, 9, mtime=0)
    return {"gzip64": base64.b64encode(small).decode("ascii")}
