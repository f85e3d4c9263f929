"""Templates and coefficients of a model, contracted to what a file has."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.portable.compression import LARGE, factored
from nuprobe.portable.document import (
    AxisEntry,
    GroupEntry,
    PieceEntry,
    PropagatorEntry,
    SourceEntry,
)
from nuprobe.portable.polynomials import Polynomial
from nuprobe.prediction import Axis, Templates
from nuprobe.prediction.parts import Part

__all__ = [
    "axis_entry",
    "constant_group",
    "polynomial_group",
    "sizes_of",
    "source_of",
]

Kind = tuple[tuple[tuple[str, int], ...], tuple[tuple[float, float], ...]]
"""Monomial and propagators of a piece."""

Sizes = Mapping[Kind, FloatArray]
"""Largest counts of each kind of piece, (energy bins,)."""


def axis_entry(axis: Axis) -> AxisEntry:
    """An axis as a file has it.

    Parameters
    ----------
    axis : of templates.

    Examples
    --------
    >>> axis_entry(Axis(Parameter("rn", 5.0, 3.0, 7.0), nodes=3)).nodes
    array([3., 5., 7.])
    """
    return AxisEntry(
        name=axis.parameter.name,
        kind="linear" if axis.anchors else "chebyshev",
        log=axis.log and not axis.anchors,
        nodes=axis.grid,
    )


def polynomial_group(
    polynomial: Polynomial, parameters: Sequence[Parameter], templates: FloatArray
) -> GroupEntry:
    """A group without axes.

    Parameters
    ----------
    polynomial : gives the monomials.
    parameters : theirs.
    templates : of each monomial, shape (components, monomials, energy bins).

    Examples
    --------
    >>> one = Polynomial(np.zeros((1, 0), int), np.ones((1, 1)), np.ones(0))
    >>> polynomial_group(one, [], np.ones((1, 1, 2))).pieces[0].monomial
    {}
    """
    every = np.eye(len(polynomial.powers))
    pieces = [
        PieceEntry(monomial=_named(powers, parameters), table=row)
        for powers, row in zip(polynomial.powers, every, strict=True)
    ]
    return GroupEntry(pieces=pieces, templates=templates)


def constant_group(templates: FloatArray) -> GroupEntry:
    """A group that no parameter moves.

    Parameters
    ----------
    templates : shape (components, energy bins).

    Examples
    --------
    >>> constant_group(np.ones((1, 2))).templates.shape
    (1, 1, 2)
    """
    piece = PieceEntry(monomial={}, table=np.ones(1))
    return GroupEntry(pieces=[piece], templates=templates[:, None])


def source_of(
    name: str,
    templates: Templates,
    polynomial: Polynomial,
    parameters: Sequence[Parameter],
    beside: Sizes | None = None,
) -> SourceEntry:
    """A source: each part of templates times the coefficients of a model.

    Parameters
    ----------
    name : of the source.
    templates : any.
    polynomial : coefficients, of components × terms.
    parameters : those of the polynomial.
    beside : of the source to which it adds a part, whose sizes say how accurate that
        has to be.

    Examples
    --------
    >>> from nuprobe.prediction import build_templates
    >>> from nuprobe.prediction.examples import argon
    >>> templates = build_templates(argon())
    >>> shape = len(templates.components), len(templates.terms)
    >>> ones = Polynomial(np.zeros((1, 0), int), np.ones((1, shape[0] * shape[1])), [])
    >>> found = source_of("signal", templates, ones, [])
    >>> found.groups[0].templates.shape[:2]
    (3, 1)
    """
    contraction = _Contraction.of(templates, polynomial, parameters, beside or {})
    groups = [
        group
        for axes, values in templates.by_axis()
        for group in contraction.groups(Part("", axes, values))
    ]
    return SourceEntry(name=name, groups=groups)


def sizes_of(
    templates: Templates, polynomial: Polynomial, parameters: Sequence[Parameter]
) -> Sizes:
    """Largest counts of each kind of piece of a source in each bin.

    Parameters
    ----------
    templates, polynomial, parameters : as of `source_of`.

    Examples
    --------
    >>> from nuprobe.prediction import build_templates
    >>> from nuprobe.prediction.examples import argon
    >>> templates = build_templates(argon())
    >>> shape = len(templates.components), len(templates.terms)
    >>> ones = Polynomial(np.zeros((1, 0), int), np.ones((1, shape[0] * shape[1])), [])
    >>> [sizes.shape == templates.shape[:1] for sizes in sizes_of(
    ...     templates, ones, []).values()]
    [True]
    """
    contraction = _Contraction.of(templates, polynomial, parameters, {})
    found: dict[Kind, FloatArray] = {}
    for axes, values in templates.by_axis():
        smooth, linear = contraction.split(axes)
        for piece, own in contraction.pieces(Part("", axes, values), smooth + linear):
            moving = tuple(range(2, 2 + len(smooth)))
            size = np.abs(own).max(axis=(0, *moving))
            # what morphs may become as small as this
            size = size.reshape(len(size), -1).min(axis=1)
            kind = _kind(piece)
            found[kind] = np.maximum(found[kind], size) if kind in found else size
    return found


@dataclass(frozen=True, eq=False)
class _Contraction:
    """Templates with the coefficients of a model.

    Attributes
    ----------
    templates : any.
    polynomial, parameters : of the coefficients.
    table : coefficients, (monomials, components, terms).
    beside : sizes of what the source is added to.
    """

    templates: Templates
    polynomial: Polynomial
    parameters: tuple[Parameter, ...]
    table: FloatArray
    beside: Sizes

    @classmethod
    def of(
        cls,
        templates: Templates,
        polynomial: Polynomial,
        parameters: Sequence[Parameter],
        beside: Sizes,
    ) -> _Contraction:
        """With the table of coefficients."""
        shape = len(templates.components), len(templates.terms)
        table = polynomial.coefficients.reshape(-1, *shape)
        return cls(templates, polynomial, tuple(parameters), table, beside)

    def split(self, axes: Sequence[int]) -> tuple[list[int], list[int]]:
        """Smooth axes, and those of nuisances that morph."""
        every = self.templates.axes
        smooth = [a for a in axes if not every[a].anchors]
        return smooth, [a for a in axes if every[a].anchors]

    def groups(self, part: Part) -> list[GroupEntry]:
        """Groups of one part: what smooth axes move, and what they do not."""
        axes = self.templates.axes
        smooth, linear = self.split(part.axes)
        still: list[tuple[PieceEntry, FloatArray]] = []
        moved: list[tuple[PieceEntry, FloatArray]] = []
        for piece, values in self.pieces(part, [*smooth, *linear]):
            # (components, bins, smooth nodes..., linear nodes...) to nodes in front
            ends = range(2, 2 + len(smooth))
            table = np.moveaxis(values, ends, range(len(smooth)))
            shape = table.shape[: len(smooth)]
            number = math.prod(shape)
            rows = table.reshape(number, *table.shape[len(smooth) :])
            large = rows[0].size > LARGE
            (still if _constant(rows) and not large else moved).append((piece, rows))
        nodes = tuple(axes[a].nodes for a in smooth)
        return [
            *([_still(still, linear)] if still else []),
            *([self._moved(moved, smooth, linear, nodes)] if moved else []),
        ]

    def _moved(
        self,
        pieces: Sequence[tuple[PieceEntry, FloatArray]],
        smooth: list[int],
        linear: list[int],
        nodes: tuple[int, ...],
    ) -> GroupEntry:
        """What they move: a few templates, and factors over all nodes."""
        shape = pieces[0][1].shape[1:]
        rows = [values.reshape(len(values), -1) for _, values in pieces]
        beside = [self._sizes(piece, values).ravel() for piece, values in pieces]
        factors, templates = factored(rows, beside)
        return GroupEntry(
            smooth=smooth,
            linear=linear,
            pieces=[
                piece.model_copy(update={"table": own.reshape(*nodes, -1)})
                for (piece, _), own in zip(pieces, factors, strict=True)
            ],
            templates=np.moveaxis(templates.reshape(-1, *shape), 0, 1),
        )

    def _sizes(self, piece: PieceEntry, values: FloatArray) -> FloatArray:
        """Of what the numbers of a piece, (nodes, components, bins...), are added to:
        other components in the same bin, and the source beside which this one is."""
        sizes = np.abs(values).max(axis=(0, 1))
        other = self.beside.get(_kind(piece))
        if other is not None:
            sizes = np.maximum(sizes.T, other).T
        return np.broadcast_to(sizes, values.shape[1:])

    def pieces(
        self, part: Part, order: list[int]
    ) -> list[tuple[PieceEntry, FloatArray]]:
        """Each monomial and set of propagators, with its values (components, bins,
        nodes of the axes in that order...)."""
        places = [3 + part.axes.index(a) for a in order]
        values = part.values.transpose(0, 1, 2, *places)
        found = []
        for terms, propagators in self._propagators():
            for powers, table in zip(self.polynomial.powers, self.table, strict=True):
                chosen = table[:, terms]
                if not chosen.any():
                    continue
                own = np.einsum("cbt...,ct->cb...", values[:, :, terms], chosen)
                if own.any():
                    piece = PieceEntry(
                        monomial=_named(powers, self.parameters),
                        propagators=propagators,
                        table=np.zeros(0),
                    )
                    found.append((piece, own))
        return found

    def _propagators(self) -> list[tuple[list[int], list[PropagatorEntry]]]:
        """Terms that have the same factors, and these."""
        t = self.templates
        rows = [
            tuple(
                (axis, float(p), float(power))
                for axis, power in enumerate(powers)
                if power
            )
            for powers, p in zip(t.powers, t.momenta, strict=True)
        ]
        return [
            (
                [i for i, row in enumerate(rows) if row == one],
                [PropagatorEntry(axis=a, momentum=p, power=n) for a, p, n in one],
            )
            for one in dict.fromkeys(rows)
        ]


def _kind(piece: PieceEntry) -> Kind:
    """Pieces of this kind differ by numbers, not in parameters."""
    propagators = [(p.momentum, p.power) for p in piece.propagators]
    return tuple(sorted(piece.monomial.items())), tuple(propagators)


def _constant(rows: FloatArray) -> bool:
    """Whether all nodes have the same values, but for rounding."""
    size = np.abs(rows).max(axis=0)
    return bool((np.ptp(rows, axis=0) <= 4e-16 * size).all())


def _still(
    pieces: Sequence[tuple[PieceEntry, FloatArray]], linear: list[int]
) -> GroupEntry:
    """What the smooth axes leave alone: a factor for each piece."""
    every = np.eye(len(pieces))
    templates = np.stack([rows[0] for _, rows in pieces], axis=1)
    return GroupEntry(
        linear=linear,
        pieces=[
            piece.model_copy(update={"table": row})
            for (piece, _), row in zip(pieces, every, strict=True)
        ],
        templates=templates,
    )


def _named(powers: Sequence[int], parameters: Sequence[Parameter]) -> dict[str, int]:
    return {
        p.name: int(power) for p, power in zip(parameters, powers, strict=True) if power
    }
