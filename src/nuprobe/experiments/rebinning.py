"""Wider bins, given by edges, a number, or another binning of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from nuprobe.errors import InputError, shown
from nuprobe.experiments.changes import changed
from nuprobe.experiments.format import Analysis, ExperimentFile
from nuprobe.numerics import FloatArray
from nuprobe.units import parse_quantity, us

__all__ = ["wider_bins", "with_wider_bins"]

_QUANTITIES: Final = ("energy", "time")


def wider_bins(
    experiment: Any,
    energy: int | Sequence[float] | None,
    time: int | Sequence[str] | None,
    analysis: str,
) -> dict[str, Any]:
    """Changes of a file that combine neighbouring bins of an analysis.

    Parameters
    ----------
    experiment : with `bins`; other kinds are rejected.
    energy, time : edges, or a number of bins that each combine equally many.
    analysis : its name.

    Raises
    ------
    InputError
        If there are no bins, or they cannot be divided equally.

    Examples
    --------
    >>> import nuprobe as nu
    >>> wider_bins(nu.experiment("coherent-csi-2017"), 2, None, "energy")
    {'analyses.energy.energy_edges': [6.0, 18.0, 30.0]}
    """
    bins = getattr(experiment, "bins", None)
    if bins is None:
        raise InputError(f"{experiment.name} {experiment.NO_BINS}")
    edges = bins.edges(experiment.file.analyses[analysis])
    changes: dict[str, Any] = {}
    for quantity, wanted, own in zip(_QUANTITIES, (energy, time), edges, strict=True):
        if wanted is None:
            continue
        if own is None:
            raise InputError(f"{experiment.name} has no bins of the arrival time")
        key = f"analyses.{analysis}.{quantity}_edges"
        if isinstance(wanted, (int, np.integer)) and not isinstance(wanted, bool):
            kept = _shared_out(own, int(wanted), quantity)
            changes[key] = [f"{t!r} us" for t in kept] if quantity == "time" else kept
        elif isinstance(wanted, str) or not isinstance(wanted, (Sequence, np.ndarray)):
            raise InputError(
                f"{quantity} must be a list of edges or a number of bins, got"
                f" {shown(wanted)}"
            )
        else:
            changes[key] = [v if isinstance(v, str) else float(v) for v in wanted]
    return changes


def _shared_out(edges: FloatArray, number: int, quantity: str) -> list[float]:
    """Edges of a number of bins that each combine equally many of those with
    `edges`."""
    bins = edges.size - 1
    if number < 1 or bins % number:
        allowed = [str(n) for n in range(1, bins + 1) if bins % n == 0]
        raise InputError(
            f"{quantity}: {bins} bins cannot be merged into {number} of equal size;"
            f" ask for {' or '.join(allowed)}, or give edges"
        )
    return [float(e) for e in edges[:: bins // number]]


def with_wider_bins(
    file: ExperimentFile,
    raw: Mapping[str, Any],
    changes: Mapping[str, Any],
    source: str,
) -> dict[str, Any]:
    """Changes of a file for which another [binning] means combining bins of its tables.

    Parameters
    ----------
    file : validated contents of ``experiment.toml``.
    raw : the same before validation.
    changes : dotted key → value. Those of [binning] become edges of every analysis if
        the file has tables in its bins and these are not changed too; one that has
        wider bins already keeps them.
    source : name of the file, for messages.

    Raises
    ------
    ExperimentFileError
        If a key or value is not allowed.
    InputError
        If the range of an analysis does not end at an edge of the new bins.

    Examples
    --------
    >>> import nuprobe as nu
    >>> csi = nu.experiment("coherent-csi-2017")
    >>> wider = {"binning.energy.start": 2, "binning.energy.bins": 12}
    >>> new = with_wider_bins(csi.file, csi.raw, wider, "experiment.toml")
    >>> new["analyses.energy.energy_edges"]
    [6.0, 10.0, 14.0, 18.0, 22.0, 26.0, 30.0]
    """
    counted = file.data is not None and file.data.events is None
    counted = counted or any(b.kind == "table" for b in file.backgrounds)
    tables = counted or file.response.matrix is not None
    tables = tables or file.binning.shape is not None
    asked = {
        quantity: {k: v for k, v in changes.items() if _is_of(k, quantity)}
        for quantity in _QUANTITIES
    }
    other = any(key.startswith(("data", "response.matrix")) for key in changes)
    if not tables or other or not any(asked.values()):
        return dict(changes)
    kept = {k: v for k, v in changes.items() if not any(k in a for a in asked.values())}
    for quantity, own in asked.items():
        section = getattr(file.binning, quantity)
        if not own or section is None:
            kept |= own
            continue
        new = _new_edges(raw, own, quantity, source)
        for name, analysis in file.analyses.items():
            kept = dict(_of_analysis(quantity, new, name, analysis, changes)) | kept
    return kept


def _is_of(key: str, quantity: str) -> bool:
    """Whether a dotted key belongs to the bins of a quantity."""
    return f"{key}.".startswith(f"binning.{quantity}.")


def _new_edges(
    raw: Mapping[str, Any], changes: Mapping[str, Any], quantity: str, source: str
) -> list[float]:
    """Edges of a changed section of [binning]: in the unit of the quantity, µs of a
    time."""
    from nuprobe.experiments.format.data import EnergyBinning, TimeBinning
    from nuprobe.schema import validate

    place = f"binning.{quantity}"
    base = {"binning": {quantity: dict(raw["binning"][quantity])}}
    if f"{place}.edges" in changes:  # in place of start, stop and bins
        base["binning"][quantity] = {}
    section = changed(base, changes, source)["binning"][quantity]
    if quantity == "energy":
        return validate(EnergyBinning, section, f"{source}: {place}").values()
    times = validate(TimeBinning, section, f"{source}: {place}").values()
    return [float(np.round(t / us, 12)) for t in times]


def _of_analysis(
    quantity: str,
    edges: Sequence[float],
    name: str,
    analysis: Analysis,
    changes: Mapping[str, Any],
) -> Iterator[tuple[str, Any]]:
    """The new edges inside the range of one analysis."""
    time = quantity == "time"
    if time and not analysis.time_bins:
        return
    if getattr(analysis, f"{quantity}_edges") is not None:  # has its own bins
        return
    place = f"analyses.{name}.{quantity}_range"
    given = changes.get(place, getattr(analysis, f"{quantity}_range"))
    kept = list(edges)
    if given is not None:
        ends = [parse_quantity(v, "time") / us if time else float(v) for v in given]
        close = 1e-6 * (edges[-1] - edges[0])
        for end in ends:
            nearest = min(edges, key=lambda e: abs(e - end))
            if abs(nearest - end) > close:
                raise InputError(
                    f"{place}: {end:g} is not an edge of the new bins, the nearest"
                    f" is {nearest:g}; change the range as well, or only the bins of"
                    " one analysis (--bins)"
                )
        kept = [e for e in edges if ends[0] - close <= e <= ends[1] + close]
    yield (
        f"analyses.{name}.{quantity}_edges",
        [f"{t!r} us" for t in kept] if time else [float(e) for e in kept],
    )
