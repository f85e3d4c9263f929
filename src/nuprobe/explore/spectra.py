"""How the bins of each term are drawn: edges or names, and labels of the axes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from nuprobe.experiments import AnyExperiment
    from nuprobe.inference import Cost

__all__ = ["spectra_of"]

_WIDE: Final = 30.0
"""Ratio of the ends of an axis from which it is logarithmic."""


def spectra_of(
    cost: Cost, experiments: Sequence[AnyExperiment]
) -> list[dict[str, Any]]:
    """Panels of each term, which together have all of its bins, in their order.

    Parameters
    ----------
    cost : of a page.
    experiments : whose data it has.

    Returns
    -------
    list of dict
        ``term``, ``title``, ``ylabel``, the ``first`` bin, and ``axes`` from slow to
        fast, each with ``label``, ``unit``, ``edges`` and ``log``; a categorical axis
        has ``labels``, and edges around whole numbers.

    Examples
    --------
    >>> import nuprobe as nu
    >>> csi = nu.experiment("coherent-csi-2017")
    >>> (panel,) = spectra_of(csi.cost(free=["rn"]), [csi])
    >>> panel["axes"][0]["label"], panel["axes"][0]["edges"][:2]
    ('photoelectrons', [6.0, 8.0])
    """
    known = {one.name: one for one in experiments}
    found = []
    for term in cost.terms:
        origin = term.origin
        name = "" if origin is None else origin.experiment
        analysis = None if origin is None else origin.made_of.get("analysis")
        names = getattr(term.prediction, "observables", ())
        panels = [*_panels(known[name], analysis, names)] if name in known else []
        first = 0
        for panel in panels:
            panel["first"] = first
            first += prod(len(axis["edges"]) - 1 for axis in panel["axes"])
        if first != len(term.data):
            panels = [_numbered(term.name, len(term.data))]
        found += [{"term": term.name, **panel} for panel in panels]
    return found


def _panels(
    one: AnyExperiment, analysis: str | None, names: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Those of an experiment of any kind; abundances have names."""
    from nuprobe.experiments import (
        BaselineExperiment,
        Experiment,
        SitesExperiment,
        SolarExperiment,
        TridentExperiment,
        UniverseExperiment,
    )

    title = one.file.title
    if isinstance(one, Experiment):
        yield _counts(one, analysis, title)
    elif isinstance(one, SitesExperiment):
        for place, site in one.sites.items():
            yield _counts(site, analysis, f"{title}, {place}")
    elif isinstance(one, BaselineExperiment):
        yield from _detectors(title, one.predict(analysis=analysis))
    elif isinstance(one, SolarExperiment):
        rates = one.predict(analysis=analysis)
        yield _named(title, rates.names, _of(rates.unit, "value"))
    elif isinstance(one, UniverseExperiment):
        yield _named(title, names, "value / measured error")
    elif isinstance(one, TridentExperiment):
        yield _named(title, [one.name], "cross section / Standard Model")


def _counts(one: Any, analysis: str | None, title: str) -> dict[str, Any]:
    """A spectrum, and distributions in a third quantity and in time if it has them."""
    chosen = one.file.analyses[analysis or next(iter(one.file.analyses))]
    edges, times = one.bins.edges(chosen)
    response, third = one.file.response, one.file.binning.shape
    axes = [_axis(response.observable, response.unit, edges)]
    if third is not None and one.shape_edges is not None:
        axes.append(_axis(third.observable, third.unit, one.shape_edges))
    if times is not None and chosen.time_bins:
        axes.append(_axis("arrival time", "µs", times))
    return {"title": title, "ylabel": "counts", "axes": axes}


def _detectors(about: str, rates: Any) -> Iterator[dict[str, Any]]:
    """Consecutive rows of one detector."""
    start = 0
    for name, rows in itertools.groupby(rates.detectors):
        stop = start + len([*rows])
        title = f"{about}, {name}" if name else about
        ylabel = _of(rates.unit, rates.kind)
        low, high = (
            None if x is None else x[start:stop] for x in (rates.low, rates.high)
        )
        if low is None or high is None:
            yield _named(
                title, [f"{name} {i + 1}" for i in range(stop - start)], ylabel
            )
        elif np.array_equal(low[1:], high[:-1]):
            axis = _axis("energy", "MeV", np.append(low, high[-1]))
            yield {"title": title, "ylabel": ylabel, "axes": [axis]}
        else:
            ends = zip(low.tolist(), high.tolist(), strict=True)
            yield _named(title, [f"{a:g} to {b:g} MeV" for a, b in ends], ylabel)
        start = stop


def _axis(label: str, unit: str, edges: Any) -> dict[str, Any]:
    wide = edges[0] > 0 and edges[-1] > _WIDE * edges[0]
    return {"label": label, "unit": unit, "edges": edges.tolist(), "log": bool(wide)}


def _named(title: str, labels: Sequence[str], ylabel: str) -> dict[str, Any]:
    """Categorical bins with names."""
    axis = _axis("", "", np.arange(len(labels) + 1) + 0.5)
    axis |= {"log": False, "labels": list(labels)}
    return {"title": title, "ylabel": ylabel, "axes": [axis]}


def _numbered(title: str, bins: int) -> dict[str, Any]:
    """Bins of which only the order is known."""
    axis = _axis("bin", "", np.arange(bins + 1) + 0.5) | {"log": False}
    return {"title": title, "first": 0, "ylabel": "value", "axes": [axis]}


def _of(unit: str, what: str) -> str:
    return f"{what} [{unit}]" if unit and unit != "1" else what
