"""Whether the entries of a document fit together: shapes, names and ranges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import inf

import numpy as np

from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray
from nuprobe.portable.document import (
    AxisEntry,
    BlockEntry,
    GroupEntry,
    Likelihood,
    PieceEntry,
    TermEntry,
)

__all__ = ["check_document"]


@contextmanager
def _in(place: str) -> Iterator[None]:
    try:
        yield
    except InputError as err:
        raise InputError(f"{place}.{err}") from None


def check_document(document: Likelihood) -> None:
    """Refuse a document whose entries do not fit together.

    Parameters
    ----------
    document : each of whose entries is valid.

    Raises
    ------
    InputError
        In one line: which entry, what it has and what it needs.

    Examples
    --------
    >>> from nuprobe import experiment
    >>> from nuprobe.portable import portable_likelihood
    >>> check_document(portable_likelihood(experiment("conus-plus").cost()))
    """
    ranges: dict[str, tuple[float, float]] = {}
    for i, p in enumerate(document.parameters):
        low = -inf if p.lower is None else p.lower
        high = inf if p.upper is None else p.upper
        _once(f"parameters.{i}", p.name, ranges)
        ranges[p.name] = low, high
        if not low <= p.default <= high:
            raise InputError(
                f"parameters.{i}.default: {p.default:g} lies outside [{low:g},"
                f" {high:g}]"
            )
    parameters = set(ranges)
    for i, n in enumerate(document.nuisances):
        _once(f"nuisances.{i}", n.name, ranges)
        ranges[n.name] = (n.anchors[0], n.anchors[-1]) if n.anchors else (-inf, inf)
        if n.sigma is not None and not n.sigma > 0:
            raise InputError(f"nuisances.{i}.sigma: must be positive, got {n.sigma:g}")
        if n.anchors and np.any(np.diff(n.anchors) <= 0):
            raise InputError(f"nuisances.{i}.anchors: must increase")
    linear = {n.name for n in document.nuisances if not n.anchors}
    if not document.terms:
        raise InputError("terms: a likelihood needs at least one")
    for i, term in enumerate(document.terms):
        with _in(f"terms.{i}"):
            _check_term(term, ranges, parameters, linear)


def _once(place: str, name: str, known: Mapping[str, object]) -> None:
    if name in known:
        raise InputError(f"{place}.name: {name} is used twice; rename one")


def _check_term(
    term: TermEntry,
    ranges: Mapping[str, tuple[float, float]],
    parameters: set[str],
    linear: set[str],
) -> None:
    bins = sum(block.bins[0] * block.bins[1] for block in term.blocks)
    s = term.statistic
    shapes = {
        "data": (bins,),
        **dict.fromkeys(("sigma", "below", "control", "nominal"), (bins,)),
        "covariance": (bins, bins),
    }
    for key, shape in shapes.items():
        _has_shape(f"statistic.{key}", getattr(s, key, None), shape)
    for key in ("sigma", "below"):
        value = getattr(s, key, None)
        if value is not None and not (value > 0).all():
            raise InputError(f"statistic.{key}: must be positive")
    for key in ("data", "control", "nominal"):
        value = getattr(s, key, None)
        counted = s.kind not in ("gaussian", "covariance")
        if counted and value is not None and (value < 0).any():
            raise InputError(f"statistic.{key}: counts must not be negative")
    if s.kind == "covariance":
        _check_covariance(s.covariance)
        if s.constraints is not None and s.constraints >= bins:
            raise InputError(
                f"statistic.constraints: {s.constraints} leave none of {bins} bins free"
            )
    if s.kind == "projected" and s.shape[0] * s.shape[1] != bins:
        raise InputError(f"statistic.shape: {s.shape} does not match {bins} bins")
    for i, block in enumerate(term.blocks):
        with _in(f"blocks.{i}"):
            _check_block(block, ranges, parameters, linear)


def _check_covariance(matrix: FloatArray) -> None:
    size = np.sqrt(np.abs(np.outer(np.diag(matrix), np.diag(matrix))))
    if np.any(np.abs(matrix - matrix.T) > 1e-9 * size):
        raise InputError("statistic.covariance: must be symmetric")
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        raise InputError("statistic.covariance: must be positive definite") from None


def _has_shape(
    place: str, array: FloatArray | None, shape: Sequence[int], what: str = ""
) -> None:
    if array is not None and array.shape != tuple(shape):
        raise InputError(
            f"{place}: has the shape {array.shape} and needs {tuple(shape)}{what}"
        )


def _check_block(
    block: BlockEntry,
    ranges: Mapping[str, tuple[float, float]],
    parameters: set[str],
    linear: set[str],
) -> None:
    bins = block.bins[0] * block.bins[1]
    if min(block.bins) < 1 or not block.components:
        raise InputError("bins: at least one bin and one component are needed")
    for i, axis in enumerate(block.axes):
        with _in(f"axes.{i}"):
            _check_axis(axis, ranges)
    _has_shape("time", block.time, (len(block.components), block.bins[1]))
    _has_shape("weights", block.weights, (bins,))
    sources = [source.name for source in block.sources]
    backgrounds = [background.name for background in block.backgrounds]
    for i, name in enumerate([*sources, *backgrounds]):
        _once("sources", name, dict.fromkeys([*sources, *backgrounds][:i]))
    if "signal" not in sources:
        raise InputError("sources: one must be called signal")
    if block.over is not None and block.over not in {*sources} - {"signal"}:
        raise InputError(f"over: there is no source {block.over} beside the signal")
    for i, source in enumerate(block.sources):
        for j, group in enumerate(source.groups):
            with _in(f"sources.{i}.groups.{j}"):
                _check_group(group, block, parameters, ranges)
    for i, b in enumerate(block.backgrounds):
        nodes = _nodes(f"backgrounds.{i}.axes", b.axes, block, "linear")
        _has_shape(f"backgrounds.{i}.counts", b.counts, (*nodes, bins))
    for i, effect in enumerate(block.effects):
        place = f"effects.{i}"
        if effect.nuisance not in linear:
            raise InputError(
                f"{place}.nuisance: {effect.nuisance} is no nuisance without anchors"
            )
        known = ["signal", *backgrounds]
        for name in effect.scales:
            if name not in known:
                raise InputError(
                    f"{place}.scales: {name} is unknown: known: {', '.join(known)}"
                )
        if effect.shape is not None and effect.shape not in sources:
            raise InputError(f"{place}.shape: there is no source {effect.shape}")
        _has_shape(f"{place}.relative", effect.relative, (bins,))
        _has_shape(f"{place}.added", effect.added, (bins,))


def _check_axis(axis: AxisEntry, ranges: Mapping[str, tuple[float, float]]) -> None:
    nodes = axis.nodes
    if axis.name not in ranges:
        raise InputError(f"name: {axis.name} is neither a parameter nor a nuisance")
    if nodes.ndim != 1 or len(nodes) < 2 or (np.diff(nodes) <= 0).any():
        raise InputError("nodes: at least two numbers are needed, increasing")
    low, high = ranges[axis.name]
    if axis.log and not low > 0:
        raise InputError(f"log: {axis.name} must be positive")
    ends = np.log([low, high]) if axis.log else np.array([low, high])
    width = nodes[-1] - nodes[0]
    if not (np.abs(nodes[[0, -1]] - ends) <= 1e-9 * width).all():
        raise InputError(
            f"nodes: run from {nodes[0]:g} to {nodes[-1]:g}, and the range of"
            f" {axis.name} is {ends[0]:g} to {ends[1]:g} there"
        )
    if axis.kind == "chebyshev":
        angle = np.pi * np.arange(len(nodes)) / (len(nodes) - 1)
        wanted = nodes[0] + width * (1 - np.cos(angle)) / 2
        if (np.abs(nodes - wanted) > 1e-12 * max(width, *np.abs(nodes))).any():
            raise InputError("nodes: are not Chebyshev points of the second kind")


def _nodes(
    place: str, axes: Sequence[int], block: BlockEntry, kind: str
) -> tuple[int, ...]:
    """Numbers of nodes of some axes of a block, which are of one kind."""
    for axis in axes:
        if not 0 <= axis < len(block.axes) or block.axes[axis].kind != kind:
            raise InputError(f"{place}: {axis} is not the position of a {kind} axis")
    return tuple(len(block.axes[axis].nodes) for axis in axes)


def _check_group(
    group: GroupEntry,
    block: BlockEntry,
    parameters: set[str],
    ranges: Mapping[str, tuple[float, float]],
) -> None:
    smooth = _nodes("smooth", group.smooth, block, "chebyshev")
    linear = _nodes("linear", group.linear, block, "linear")
    if not group.pieces or group.pieces[0].table.ndim != 1 + len(smooth):
        raise InputError("pieces: one table is needed, with one axis behind the smooth")
    number = group.pieces[0].table.shape[-1]
    shape = len(block.components), number, block.bins[0], *linear
    _has_shape("templates", group.templates, shape)
    for i, piece in enumerate(group.pieces):
        with _in(f"pieces.{i}"):
            _check_piece(piece, block, smooth, number, parameters)
            for name in piece.complement:
                if name not in parameters or not ranges[name][1] <= 1:
                    raise InputError(
                        f"complement: {name} is not a parameter whose range ends at 1"
                    )


def _check_piece(
    piece: PieceEntry,
    block: BlockEntry,
    smooth: tuple[int, ...],
    number: int,
    parameters: set[str],
) -> None:
    _has_shape("table", piece.table, (*smooth, number))
    _has_shape("log", piece.log, smooth)
    for name, power in piece.monomial.items():
        if name not in parameters:
            raise InputError(f"monomial: {name} is not a parameter")
        if power < 1:
            raise InputError(f"monomial: the power of {name} must be 1 or more")
    for propagator in piece.propagators:
        if propagator.axis >= len(block.axes):
            raise InputError(f"propagators: there is no axis {propagator.axis}")
