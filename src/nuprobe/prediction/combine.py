"""Templates built from others: sums of processes, concatenated bins, shapes of
systematics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray
from nuprobe.prediction.templates import Templates

__all__ = ["half_difference", "joined", "stacked", "weighted"]


def joined(templates: Sequence[Templates]) -> Templates:
    """Add the counts of several processes in the same bins.

    Parameters
    ----------
    templates : one per process, with the same flux components, axes and bins.

    Returns
    -------
    Templates
        Their terms are those of each process, preceded by its name ("cevns:pp");
        coefficients and counts are used as for one process. A single one is returned
        unchanged.

    Raises
    ------
    InputError
        If the flux components, axes or bins differ, or a process occurs twice.

    Examples
    --------
    >>> from nuprobe.prediction import build_templates
    >>> from nuprobe.prediction.examples import argon
    >>> setups = [argon("cevns"), argon("electron")]
    >>> both = joined([build_templates(setup) for setup in setups])
    >>> both.terms[:4]
    ('cevns:pp', 'cevns:pn', 'cevns:nn', 'electron:LL')
    """
    first = templates[0]
    if len(templates) == 1:
        return first
    reactions = tuple(r for t in templates for r in t.reactions)
    names = [r.process.name for r in reactions]
    double = next((n for n in names if names.count(n) > 1), None)
    if double is not None:
        raise InputError(f"process {double!r} is given twice, and would count twice")
    for other in templates[1:]:
        for what, same in (
            ("flux components", other.components == first.components),
            ("axes", other.axes == first.axes),
            ("bins", other.shape == first.shape),
            ("arrival times", np.array_equal(other.time, first.time)),
            ("propagations", other.propagation == first.propagation),
        ):
            if not same:
                raise InputError(
                    "the processes of an experiment must share its flux and bins,"
                    f" but their {what} differ"
                )
    sizes = [len(t.terms) for t in templates]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    parts = []
    for t, start in zip(templates, starts[:-1], strict=True):
        for part in t.parts:
            shape = list(part.values.shape)
            shape[2] = starts[-1]
            values = np.zeros(shape)
            values[:, :, start : start + len(t.terms)] = part.values
            parts.append(replace(part, values=values))
    return replace(
        first,
        terms=tuple(_prefixed(name, t) for t, name in _blocks(templates)),
        parts=tuple(parts),
        error=max(t.error for t in templates),
        axis_error=tuple(np.max([t.axis_error for t in templates], axis=0).tolist()),
        reactions=reactions,
        powers=np.concatenate([t.powers for t in templates]),
        momenta=np.concatenate([t.momenta for t in templates]),
    )


def _blocks(templates: Sequence[Templates]) -> list[tuple[Templates, str]]:
    return [(t, name) for t in templates for name in t.terms]


def _prefixed(name: str, templates: Templates) -> str:
    """A term with the name of its process, unless it has that already."""
    if len(templates.reactions) > 1:
        return name
    return f"{templates.reactions[0].process.name}:{name}"


def stacked(templates: Sequence[Templates]) -> Templates | None:
    """Concatenate the bins of several templates.

    Parameters
    ----------
    templates : of one setup with other responses or factors.

    Returns
    -------
    Templates or None
        None if they differ in more than their values.

    Examples
    --------
    >>> from nuprobe.prediction import build_templates
    >>> from nuprobe.prediction.examples import argon
    >>> one = build_templates(argon())
    >>> stacked([one, one.scale(2.0)]).shape, one.shape
    ((4, 1), (2, 1))
    """
    first = templates[0]
    if len(templates) == 1:
        return first
    for other in templates[1:]:
        if [(p.axes, p.isotope) for p in first.parts] != [
            (p.axes, p.isotope) for p in other.parts
        ]:
            return None
        if (
            first.axes != other.axes
            or first.terms != other.terms
            or not np.array_equal(first.time, other.time)
        ):
            return None
    parts = zip(*(t.parts for t in templates), strict=True)
    return replace(
        first,
        parts=tuple(
            replace(group[0], values=np.concatenate([p.values for p in group], 1))
            for group in parts
        ),
    )


def half_difference(up: Templates, down: Templates) -> Templates:
    """Half the difference of two templates: the linear shape of a systematic per
    standard deviation.

    Parameters
    ----------
    up, down : templates one standard deviation above and below.

    Examples
    --------
    >>> from nuprobe.prediction import build_templates
    >>> from nuprobe.prediction.examples import argon
    >>> one = build_templates(argon())
    >>> shape = half_difference(one.scale(1.1), one.scale(0.9))
    >>> float(shape.parts[0].values.sum() / one.parts[0].values.sum())
    0.1
    """
    parts = tuple(
        replace(a, values=(a.values - b.values) / 2)
        for a, b in zip(up.parts, down.parts, strict=True)
    )
    return replace(up, parts=parts)


def weighted(templates: Templates, process: str, weights: FloatArray) -> Templates:
    """Multiply the counts of one process in each bin.

    Parameters
    ----------
    templates : of one process or several.
    process : name of the one that is multiplied.
    weights : a factor for each bin of energy and time (time varies fastest), shape
        (bins,); or (nodes of the last axes, bins) if it depends on them.

    Returns
    -------
    Templates
        With the time bins merged into the energy bins, and a single time bin.

    Examples
    --------
    >>> from nuprobe.prediction import build_templates
    >>> from nuprobe.prediction.examples import argon
    >>> both = build_templates([argon("cevns"), argon("electron")])
    >>> twice = weighted(both, "cevns", np.array([2.0, 2.0]))
    >>> counts = [t.of_process("cevns").parts[0].values.sum() for t in (twice, both)]
    >>> float(counts[0] / counts[1])
    2.0
    """
    one = len(templates.reactions) == 1
    mine = np.array([one or t.startswith(f"{process}:") for t in templates.terms])
    *nodes, bins = weights.shape
    last = set(range(len(templates.axes) - len(nodes), len(templates.axes)))
    rows = np.moveaxis(weights, -1, 0).reshape(bins, 1, *nodes)
    kept = mine.reshape(-1, *(1,) * len(nodes))
    factor = np.where(kept, rows, 1.0)  # (bins, terms, nodes)
    time = templates.time
    parts = []
    for part in templates.parts:
        values = part.values  # (components, energy bins, terms, nodes...)
        spread = time.reshape(len(time), 1, -1, *(1,) * (values.ndim - 2))
        every = values[:, :, None] * spread
        every = every.reshape(len(time), bins, *values.shape[2:])
        if last <= set(part.axes):  # else it is of another process
            between = (1,) * (len(part.axes) - len(nodes))
            every = every * factor.reshape(bins, len(mine), *between, *nodes)
        parts.append(replace(part, values=every))
    return replace(templates, parts=tuple(parts), time=np.ones((len(time), 1)))
