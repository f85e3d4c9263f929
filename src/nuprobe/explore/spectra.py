"""How the bins of each term are drawn: edges or names, and labels of the axes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from math import log10, prod
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from nuprobe.experiments import AnyExperiment
    from nuprobe.inference import Cost
    from nuprobe.inference.costs.term import Term

__all__ = ["spectra_of"]

_WIDE: Final = 30.0
"""Ratio of the ends of an axis from which it is logarithmic."""

_FEW: Final = 8
"""Number of rates up to which each is shown as a separate measurement."""

_RAISED: Final = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
_FLUX: Final = "phi"

_SYMBOLS: Final = {
    "y_p": "Y_P",
    "d_h": r"\mathrm{D/H}",
    "n_eff": r"N_{\mathrm{eff}}",
    "Y_P": "Y_P",
    "theory - Y_P": r"\mathrm{theory} - Y_P",
    _FLUX: r"\phi_{\mathrm{B}}",
    "c0": "c_0",
    "c1": "c_1",
    "c2": "c_2",
    "a0": "a_0",
    "a1": "a_1",
    "7Be": r"^7\mathrm{Be}",
    "8B above 3 MeV": r"^8\mathrm{B} above 3 MeV",
    "M_I of the tip": r"M_I \text{ of the tip}",
}
"""Of measured values that experiments name."""


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
        has ``labels``, and edges around whole numbers. Values
        that are measured each for itself have ``quantities``: what a value of the
        likelihood is multiplied by, and the ``latex`` and ``unit`` of what it then is.

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
        panels = [*_panels(known[name], analysis, term)] if name in known else []
        first = 0
        for panel in panels:
            panel["first"] = first
            first += prod(len(axis["edges"]) - 1 for axis in panel["axes"])
        if first != len(term.data):
            title = known[name].file.title if name in known else term.name
            panels = [_numbered(title, len(term.data))]
        found += [{"term": term.name, **panel} for panel in panels]
    return found


def _panels(
    one: AnyExperiment, analysis: str | None, term: Term
) -> Iterator[dict[str, Any]]:
    """Those of an experiment of any kind; abundances have names."""
    from nuprobe.experiments import (
        BaselineExperiment,
        Experiment,
        ReactorExperiment,
        SitesExperiment,
        SolarExperiment,
        StarExperiment,
        TridentExperiment,
        UniverseExperiment,
    )

    title = one.file.title
    if isinstance(one, Experiment):
        yield _counts(one, analysis, title)
    elif isinstance(one, SitesExperiment):
        # a term for each site
        place = "" if term.origin is None else term.origin.part
        yield _counts(one.sites[place], analysis, f"{title}, {place}")
    elif isinstance(one, BaselineExperiment):
        yield from _detectors(title, one.predict(analysis=analysis))
    elif isinstance(one, SolarExperiment):
        rates = one.predict(analysis=analysis)
        panel = _named(title, rates.names, _of(rates.unit, "value"))
        few = len(rates.names) <= _FEW
        flux = getattr(one.file.measurement, "flux_unit", 0.0)
        units = [_per_area(flux) if n == _FLUX else rates.unit for n in rates.names]
        yield _measured(panel, units) if few else panel
    elif isinstance(one, ReactorExperiment):
        rows = one.predict(analysis=analysis).rows
        panel = _named(title, rows, "rate / prediction without oscillations")
        few = len(rows) <= _FEW
        yield _measured(panel, [""] * len(rows)) if few else panel
    elif isinstance(one, StarExperiment):
        (observable,) = one.predict(analysis=analysis).observables
        name, _, unit = observable.rstrip("]").partition(" [")
        yield _measured(_named(title, [name], observable), [unit])
    elif isinstance(one, UniverseExperiment):
        names = getattr(term.prediction, "observables", ())
        panel = _named(title, names, "value / measured error")
        errors = getattr(term.prediction, "sigma", None)
        units = [""] * len(names)
        yield panel if errors is None else _measured(panel, units, errors.tolist())
    elif isinstance(one, TridentExperiment):
        panel = _named(title, ["ratio"], "cross section / Standard Model")
        yield _measured(panel, [""], latex=[r"\sigma/\sigma_{\mathrm{SM}}"])


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


def _measured(
    panel: dict[str, Any],
    units: Sequence[str],
    scales: Sequence[float] | None = None,
    latex: Sequence[str] | None = None,
) -> dict[str, Any]:
    """A panel of individually measured values."""
    (axis,) = panel["axes"]
    names = axis["labels"]
    axis["quantities"] = [
        {"latex": symbol, "unit": "" if unit == "1" else unit, "scale": scale}
        for symbol, unit, scale in zip(
            latex or [_SYMBOLS.get(name, rf"\text{{{name}}}") for name in names],
            units,
            scales or [1.0] * len(names),
            strict=True,
        )
    ]
    return panel


def _per_area(flux: float) -> str:
    """A power of ten per cm² and s."""
    power = str(round(log10(flux))).translate(str.maketrans("-0123456789", _RAISED))
    return f"10{power} cm⁻² s⁻¹"


def _numbered(title: str, bins: int) -> dict[str, Any]:
    """Bins of which only the order is known."""
    axis = _axis("bin", "", np.arange(bins + 1) + 0.5) | {"log": False}
    return {"title": title, "first": 0, "ylabel": "value", "axes": [axis]}


def _of(unit: str, what: str) -> str:
    return f"{what} [{unit}]" if unit and unit != "1" else what
