"""Predictions of every kind as blocks of bins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nuprobe.errors import InputError
from nuprobe.experiments.counts import CountsPrediction
from nuprobe.experiments.ratio import RatioPrediction
from nuprobe.experiments.scanned import Strength
from nuprobe.experiments.sites import SitePrediction
from nuprobe.inference import Prediction
from nuprobe.inference.protocols import morphing_of
from nuprobe.numerics import FloatArray, chebyshev_nodes
from nuprobe.portable.document import (
    AxisEntry,
    BackgroundEntry,
    BlockEntry,
    EffectEntry,
    GroupEntry,
    PieceEntry,
    PropagatorEntry,
    SourceEntry,
)
from nuprobe.portable.polynomials import Polynomial, polynomial_of, scale_of
from nuprobe.portable.sources import (
    axis_entry,
    constant_group,
    polynomial_group,
    sizes_of,
    source_of,
)
from nuprobe.prediction import Axis

__all__ = ["SIGNAL", "all_rows", "blocks_of", "refuse_morphing"]

SIGNAL = "signal"


def blocks_of(prediction: Prediction) -> list[BlockEntry]:
    """A prediction as a file has it.

    Parameters
    ----------
    prediction : counts of one or several sites, ratios of tridents over mass and
        coupling, or anything whose expectation is a polynomial in its parameters.

    Raises
    ------
    InputError
        If coefficients, or the expectation, are not polynomials.

    Examples
    --------
    >>> import nuprobe as nu
    >>> csi = nu.experiment("coherent-csi-2017").prediction(free=["rn"])
    >>> [block.bins for block in blocks_of(csi)]
    [(12, 1)]
    """
    if isinstance(prediction, SitePrediction):
        return [block for site in prediction.sites for block in blocks_of(site)]
    if isinstance(prediction, CountsPrediction):
        return [_counts(prediction)]
    if isinstance(prediction, RatioPrediction):
        return [_ratio(prediction)]
    return [_plain(prediction)]


# -- counts


def _counts(prediction: CountsPrediction) -> BlockEntry:
    templates, own = prediction.templates, prediction.parameters[: len(prediction.free)]

    def coefficients(points: FloatArray) -> FloatArray:
        if not own:
            found = templates.coefficients(prediction.model)[:, None]
        else:
            found = templates.coefficients(
                prediction.model.with_values(
                    {p.name: points[:, i] for i, p in enumerate(own)}
                )
            )
            found = found if found.ndim > 2 else found[:, None]
        size = found.shape[0], len(points), found.shape[2]
        rows = np.broadcast_to(found, size).transpose(1, 0, 2)
        return rows.reshape(len(points), -1)

    polynomial = polynomial_of(coefficients, own, prediction.name)
    signal = source_of(SIGNAL, templates, polynomial, own)
    sources = [signal]
    axes = [axis_entry(axis) for axis in templates.axes]
    sizes = None
    if any(effect.shape is not None for effect in prediction.effects):
        sizes = sizes_of(templates, polynomial, own)
    effects = []
    for effect in prediction.effects:
        shape, scales = None, list(effect.scales)
        if effect.shape is not None:
            shape = effect.nuisance.name
            source = source_of(shape, effect.shape, polynomial, own, sizes)
            source = _on_axes(source, effect.shape.axes, axes)
            rest = _less(source, signal)
            if rest is not None and SIGNAL not in scales:
                source, scales = rest, [SIGNAL, *scales]
            if source.groups:
                sources.append(source)
            else:
                shape = None
        effects.append(
            EffectEntry(
                nuisance=effect.nuisance.name,
                scales=scales,
                shape=shape,
                relative=effect.relative,
                added=effect.added,
            )
        )
    return BlockEntry(
        bins=templates.shape,
        axes=axes,
        components=list(templates.components),
        time=templates.time,
        weights=prediction.weights,
        sources=sources,
        backgrounds=_backgrounds(prediction),
        effects=effects,
    )


def _less(source: SourceEntry, signal: SourceEntry) -> SourceEntry | None:
    """A source less the signal, if most of it is part of the signal: that need not be
    written twice."""
    shared = [g for g in signal.groups if any(_same(g, own) for own in source.groups)]
    rest = [g for g in signal.groups if not any(g is one for one in shared)]
    if not shared or _numbers(shared) <= _numbers(rest):
        return None
    more = [g for g in source.groups if not any(_same(g, one) for one in shared)]
    less = [g.model_copy(update={"templates": -g.templates}) for g in rest]
    return source.model_copy(update={"groups": [*more, *less]})


def _same(one: GroupEntry, other: GroupEntry) -> bool:
    return one.model_dump_json() == other.model_dump_json()


def _numbers(groups: Sequence[GroupEntry]) -> int:
    return sum(
        group.templates.size + sum(piece.table.size for piece in group.pieces)
        for group in groups
    )


def _on_axes(
    source: SourceEntry, own: Sequence[Axis], axes: list[AxisEntry]
) -> SourceEntry:
    """A source whose templates have their `own` axes, among those of the block, to
    which an axis with other nodes is added."""
    places = []
    for entry in map(axis_entry, own):
        same = [
            i
            for i, axis in enumerate(axes)
            if axis.name == entry.name and np.array_equal(axis.nodes, entry.nodes)
        ]
        places.append(same[0] if same else len(axes))
        if not same:
            axes.append(entry)
    return source.model_copy(
        update={"groups": [_moved(group, places) for group in source.groups]}
    )


def _moved(group: GroupEntry, places: Sequence[int]) -> GroupEntry:
    """A group with its axes at other places."""
    return group.model_copy(
        update={
            "smooth": [places[a] for a in group.smooth],
            "linear": [places[a] for a in group.linear],
            "pieces": [
                piece.model_copy(
                    update={
                        "propagators": [
                            p.model_copy(update={"axis": places[p.axis]})
                            for p in piece.propagators
                        ]
                    }
                )
                for piece in group.pieces
            ],
        }
    )


def _backgrounds(prediction: CountsPrediction) -> list[BackgroundEntry]:
    first = len(prediction.templates.axes) - len(prediction.morphing)
    return [
        *(
            BackgroundEntry(name=name, counts=np.asarray(counts, dtype=float))
            for name, counts in prediction.backgrounds.items()
        ),
        *(
            BackgroundEntry(
                name=m.name,
                axes=[first + column for column in m.columns],
                counts=m.values,
            )
            for m in prediction.morphs
        ),
    ]


# -- ratios of tridents


def _ratio(prediction: RatioPrediction) -> BlockEntry:
    mass, coupling = prediction.parameters
    low, high = prediction.scanned.mass_range
    nodes = prediction.log_mediated.shape[-1]
    axis = AxisEntry(
        name=mass.name,
        kind="chebyshev",
        log=True,
        nodes=chebyshev_nodes(np.log(low), np.log(high), nodes),
    )
    channels = [str(channel) for channel in prediction.channels]
    scale = scale_of(coupling)
    pieces = [
        piece
        for i in range(len(channels))
        for piece in _channel(prediction, i, coupling.name, scale)
    ]
    fixed = np.array(
        [
            row @ [s.vector**2, s.axial**2, s.vector * s.axial]
            for row, s in zip(prediction.base, prediction.strengths, strict=True)
        ]
    )
    constant = [*fixed, prediction.beside] if prediction.beside else [*fixed]
    ones = np.zeros((len(constant), len(channels), 1))
    ones[: len(channels), :, 0] = np.eye(len(channels))
    groups = [
        constant_group(np.array(constant)[:, None] / prediction.standard),
        GroupEntry(smooth=[0], pieces=pieces, templates=ones / prediction.standard),
    ]
    beside = ["other neutrinos"] if prediction.beside else []
    return BlockEntry(
        bins=(1, 1),
        axes=[axis],
        components=[*channels, *beside],
        time=np.ones((len(constant), 1)),
        sources=[SourceEntry(name=SIGNAL, groups=groups)],
    )


def _channel(
    prediction: RatioPrediction, i: int, coupling: str, scale: float
) -> list[PieceEntry]:
    """Terms of the mediator in one channel: c (2V VVc + A VAc) + c² cc, and of an axial
    strength d (2A AAd + V VAc) + d² dd, with c and d polynomials in the coupling."""
    s, cross = prediction.strengths[i], prediction.cross_axial[i]
    logs = prediction.log_mediated[i]
    pieces: list[PieceEntry] = []

    def add(
        strength: Mapping[int, float], log: FloatArray, power: int, own: Any
    ) -> None:
        for degree, factor in strength.items():
            if not factor or not np.any(own):
                continue
            table = np.zeros((len(log), len(prediction.channels)))
            table[:, i] = factor * scale**degree * own
            pieces.append(
                PieceEntry(
                    monomial={coupling: degree},
                    propagators=[
                        PropagatorEntry(axis=0, momentum=prediction.scale, power=power)
                    ],
                    log=log,
                    table=table,
                )
            )

    c = {1: s.linear, 2: s.quadratic}
    add(c, logs[0], 1, 2 * s.vector + s.axial * cross)
    add(_squared(s), logs[1], 2, 1.0)
    if len(logs) > 2:
        d = {2: s.axial_quadratic}
        add(d, logs[2], 1, 2 * s.axial)
        add(d, logs[0], 1, s.vector * cross)
        add({4: s.axial_quadratic**2}, logs[3], 2, 1.0)
    return pieces


def _squared(s: Strength) -> dict[int, float]:
    return {2: s.linear**2, 3: 2 * s.linear * s.quadratic, 4: s.quadratic**2}


# -- all others


def refuse_morphing(prediction: Prediction) -> None:
    """Refuse nuisances that morph between anchors, of a prediction without templates.

    Parameters
    ----------
    prediction : any.

    Examples
    --------
    >>> import nuprobe as nu
    >>> refuse_morphing(nu.experiment("best").prediction(free=["sin2_2theta_14"]))
    """
    if morphing_of(prediction):
        raise InputError(
            f"{prediction.name}: the nuisance {morphing_of(prediction)[0].name} morphs"
            " between anchors of a prediction that has no templates, so it cannot be"
            " written as a portable likelihood: fix or drop it"
        )


def all_rows(prediction: Prediction, points: FloatArray) -> FloatArray:
    """Base and slopes of a prediction, shape (points, 1 + nuisances, bins).

    Parameters
    ----------
    prediction : any.
    points : shape (points, parameters).

    Examples
    --------
    >>> import nuprobe as nu
    >>> best = nu.experiment("best").prediction(free=["sin2_2theta_14"])
    >>> all_rows(best, np.array([[0.1], [0.2], [0.3]])).shape
    (3, 2, 2)
    """
    e = prediction.expectation(points)
    shape = len(points), e.base.shape[1]
    return np.stack([np.broadcast_to(x, shape) for x in (e.base, *e.slopes)], axis=1)


def _plain(prediction: Prediction) -> BlockEntry:
    """Base and slopes as polynomials in the parameters."""
    refuse_morphing(prediction)
    own = prediction.parameters

    def every(points: FloatArray) -> FloatArray:
        return all_rows(prediction, points).reshape(len(points), -1)

    polynomial = polynomial_of(every, own, prediction.name)
    zero = np.array([[p.default for p in own]])
    n_bins = prediction.expectation(zero).base.shape[1]
    names = [n.name for n in prediction.nuisances]
    tables = polynomial.coefficients.reshape(-1, 1 + len(names), n_bins)
    sources, effects = [_source(SIGNAL, polynomial, prediction, tables[:, 0])], []
    for name, table in zip(names, tables.transpose(1, 0, 2)[1:], strict=True):
        sources.append(_source(name, polynomial, prediction, table))
        effects.append(EffectEntry(nuisance=name, shape=name))
    return BlockEntry(
        bins=(n_bins, 1),
        components=["all"],
        time=np.ones((1, 1)),
        sources=sources,
        effects=effects,
    )


def _source(
    name: str, polynomial: Polynomial, prediction: Prediction, table: FloatArray
) -> SourceEntry:
    """Monomials with their bins, (monomials, bins)."""
    used = np.asarray(table.any(axis=1))
    used[0] |= not used.any()
    some = Polynomial(polynomial.powers[used], table[used], polynomial.scale)
    group = polynomial_group(some, prediction.parameters, table[used][None])
    return SourceEntry(name=name, groups=[group])
