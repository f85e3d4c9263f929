"""Layout of the parameters and nuisances of the terms of a cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.errors import InputError, shown
from nuprobe.inference.costs.statistic import Statistic, described
from nuprobe.inference.protocols import Expectation
from nuprobe.numerics import FloatArray
from nuprobe.parameters import MorphingNuisance, Nuisance, Parameter

__all__ = ["Layout", "shared_names"]


@dataclass(frozen=True, eq=False)
class Layout:
    """Terms of a cost, each with its columns of points and of nuisances.

    Attributes
    ----------
    name : of the cost, for messages.
    parameters, nuisances : in the order of the columns; the nuisances are the linear
        ones.
    terms : the individual costs.
    morphing : nuisances on which the expectation depends nonlinearly; their columns
        follow those of the parameters.
    """

    name: str
    parameters: tuple[Parameter, ...]
    nuisances: tuple[Nuisance, ...]
    terms: tuple[Statistic, ...]
    morphing: tuple[MorphingNuisance, ...] = ()

    @classmethod
    def of(
        cls,
        name: str,
        parameters: tuple[Parameter, ...],
        nuisances: tuple[Nuisance, ...],
        terms: tuple[Statistic, ...],
    ) -> Layout:
        """Layout of a cost with all its `nuisances`; `name`, `parameters` and `terms`
        as the attributes."""
        morphing = tuple(n for n in nuisances if isinstance(n, MorphingNuisance))
        linear = nuisances[: len(nuisances) - len(morphing)]
        return cls(name, parameters, linear, terms, morphing)

    @cached_property
    def weights(self) -> FloatArray:
        """1/σ² of the linear nuisances, shape (nuisances,)."""
        return np.array([n.sigma**-2.0 for n in self.nuisances])

    @cached_property
    def morphing_weights(self) -> FloatArray:
        """1/σ² of the morphing nuisances, shape (morphing,)."""
        return np.array([n.sigma**-2.0 for n in self.morphing])

    @cached_property
    def all_weights(self) -> FloatArray:
        """1/σ² of all nuisances, linear ones first, shape (nuisances + morphing,)."""
        return np.concatenate([self.weights, self.morphing_weights])

    @cached_property
    def marginal(self) -> list[int]:
        """Columns of the linear nuisances that are integrated over."""
        return [i for i, n in enumerate(self.nuisances) if n.marginal]

    @cached_property
    def places(self) -> tuple[tuple[Statistic, list[int], list[int]], ...]:
        """Each term with its columns of points, those of morphing nuisances last, and
        of linear nuisances."""
        par = [p.name for p in self.parameters] + [n.name for n in self.morphing]
        nui = [n.name for n in self.nuisances]
        bent = {n.name for n in self.morphing}
        return tuple(
            (
                t,
                [par.index(p.name) for p in t.parameters]
                + [par.index(n.name) for n in t.nuisances if n.name in bent],
                [nui.index(n.name) for n in t.nuisances if n.name not in bent],
            )
            for t in self.terms
        )

    @cached_property
    def limits(self) -> tuple[FloatArray, FloatArray]:
        """Lower and upper end of each range, two arrays (parameters,)."""
        return (
            np.array([p.lower for p in self.parameters]),
            np.array([p.upper for p in self.parameters]),
        )

    @property
    def compilable(self) -> bool:
        """Whether there are compiled loops for all terms."""
        return all(term.compiled for term in self.terms)

    def expectations(self, p: FloatArray) -> list[Expectation]:
        """Expectation of each term at points `p`, shape (points, parameters)."""
        return [term.expectation(p[:, columns]) for term, columns, _ in self.places]

    def joined(self, expectations: Sequence[Expectation]) -> Expectation:
        """Bins of all terms in sequence, with a slope for each nuisance.

        `expectations` has one entry per term.
        """
        if len(self.terms) == 1:
            return expectations[0]
        slopes: list[list[FloatArray]] = [[] for _ in self.nuisances]
        for (term, _, k), e in zip(self.places, expectations, strict=True):
            known = dict(zip(k, e.slopes, strict=True))
            for j, row in enumerate(slopes):
                row.append(known.get(j, np.zeros((1, term.n_bins))))
        points = len(expectations[0].base)
        joined = []
        for row in slopes:
            length = points if any(len(s) > 1 for s in row) else 1
            joined.append(
                np.concatenate(
                    [np.broadcast_to(s, (length, s.shape[1])) for s in row], axis=1
                )
            )
        return Expectation(
            np.concatenate([e.base for e in expectations], axis=1), tuple(joined)
        )

    def describe(self, point: FloatArray) -> str:
        """Values of one `point`, shape (parameters,) or with morphing nuisances behind,
        with units, for a message; raises `InputError` for another shape."""
        most = len(self.parameters) + len(self.morphing)
        if np.shape(point) not in ((len(self.parameters),), (most,)):
            raise InputError(
                f"a point has {len(self.parameters)} values, got {shown(point)}"
            )
        return described(self.parameters, point[: len(self.parameters)])

    def checked_points(self, points: ArrayLike) -> FloatArray:
        """`points` as an array (points, parameters) inside the ranges.

        Raises
        ------
        InputError
            If the shape does not fit, or a value is NaN or outside its range.
        """
        p = np.atleast_2d(np.asarray(points, dtype=float))
        n = len(self.parameters)
        if p.ndim != 2 or p.shape[1] != n:
            names = ", ".join(q.name for q in self.parameters)
            raise InputError(
                f"{self.name}: points have shape (points, {n}) for ({names}), got"
                f" {p.shape}"
            )
        low, high = self.limits
        if ((p >= low) & (p <= high) & (np.abs(p) < inf)).all():
            return p
        for column, q in zip(p.T, self.parameters, strict=True):
            bad = ~((column >= q.lower) & (column <= q.upper) & np.isfinite(column))
            if bad.any():
                unit = f" {q.unit}" if q.unit else ""
                raise InputError(
                    f"{q.name} = {column[bad.argmax()]:.6g}{unit} is outside its range"
                    f" [{q.lower:.6g}, {q.upper:.6g}]{unit} (point {bad.argmax()} of"
                    f" {len(p)})"
                )
        return p

    def check_start(self, start: ArrayLike | None, points: int) -> None:
        """Reject initial nuisances `start` unless they are None or have shape (points,
        nuisances).

        Raises
        ------
        InputError
            If the shape does not fit.
        """
        shape = points, len(self.nuisances) + len(self.morphing)
        if start is not None and np.shape(start) != shape:
            raise InputError(
                f"{self.name}: start has shape {shape} (points, nuisances), got"
                f" {shown(start)}"
            )

    def checked_nuisances(self, nuisances: ArrayLike | None, points: int) -> FloatArray:
        """`nuisances` as an array (points, nuisances); 0 if not given.

        `points` is the number of points; morphing nuisances come last.

        Raises
        ------
        InputError
            If the shape does not fit or a value is not finite, or outside the anchors
            of a morphing nuisance.
        """
        k = len(self.nuisances) + len(self.morphing)
        if nuisances is None:
            return np.zeros((points, k))
        nu = np.asarray(nuisances, dtype=float)
        if nu.shape not in ((points, k), (k,)):
            raise InputError(
                f"{self.name}: nuisances have shape ({points}, {k}) or ({k},), got"
                f" {nu.shape}"
            )
        if not np.isfinite(nu).all():
            raise InputError(f"{self.name}: a nuisance is not a finite number")
        for column, n in zip(
            np.atleast_2d(nu).T[len(self.nuisances) :], self.morphing, strict=True
        ):
            if ((column < n.anchors[0]) | (column > n.anchors[-1])).any():
                raise InputError(
                    f"{self.name}: {n.name} is outside its anchors, {n.anchors[0]:g} to"
                    f" {n.anchors[-1]:g}"
                )
        return np.broadcast_to(nu, (points, k))


def shared_names(
    terms: tuple[Statistic, ...],
) -> tuple[tuple[Parameter, ...], tuple[Nuisance, ...]]:
    """Parameters and nuisances of several terms, each name once.

    Parameters
    ----------
    terms : the individual costs.

    Raises
    ------
    InputError
        If two terms define a name differently.

    Examples
    --------
    >>> shared_names(())
    ((), ())
    """
    parameters: dict[str, tuple[Parameter, str]] = {}
    nuisances: dict[str, tuple[Nuisance, str]] = {}
    for term in terms:
        for p in term.parameters:
            q, owner = parameters.setdefault(p.name, (p, term.name))
            if (p.lower, p.upper, p.unit, p.default) != (
                q.lower,
                q.upper,
                q.unit,
                q.default,
            ):
                raise InputError(
                    f"parameter {p.name} differs: {owner} has {_parameter(q)},"
                    f" {term.name} has {_parameter(p)}; give both the same"
                    " definition, or rename one"
                )
        for n in term.nuisances:
            m, owner = nuisances.setdefault(n.name, (n, term.name))
            anchors = (getattr(x, "anchors", None) for x in (n, m))
            if len(set(anchors)) > 1:
                raise InputError(
                    f"nuisance {n.name} differs: {owner} and {term.name} have"
                    " different anchors, or only one of them is linear in it; give"
                    " both the same definition, or rename one"
                )
            if n.marginal != m.marginal:
                raise InputError(
                    f"nuisance {n.name} is integrated over in one of {owner} and"
                    f" {term.name} and profiled in the other; treat both alike"
                )
            if n.sigma != m.sigma:
                raise InputError(
                    f"nuisance {n.name} differs: {owner} has sigma {m.sigma:g},"
                    f" {term.name} has {n.sigma:g}; give both the same sigma, or"
                    " rename one"
                )
        clash = parameters.keys() & nuisances.keys()
        if clash:
            raise InputError(
                f"{min(clash)} is a parameter of one cost and a nuisance of"
                " another; rename one"
            )
    return (
        tuple(p for p, _ in parameters.values()),
        tuple(sorted((n for n, _ in nuisances.values()), key=_morphs)),
    )


def _morphs(nuisance: Nuisance) -> bool:
    return isinstance(nuisance, MorphingNuisance)


def _parameter(p: Parameter) -> str:
    return f"[{p.lower:g}, {p.upper:g}] {p.unit}".rstrip() + f" (default {p.default:g})"
