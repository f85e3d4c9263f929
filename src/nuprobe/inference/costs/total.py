"""A sum of costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public_methods
from nuprobe.errors import InputError
from nuprobe.inference.costs.base import COMPILED, Cost
from nuprobe.inference.costs.components import (
    Component,
    connected,
    joined_minima,
    joined_slopes,
)
from nuprobe.inference.costs.layout import shared_names
from nuprobe.inference.costs.nuisances import Profiled
from nuprobe.inference.costs.origin import Origin, check_origins
from nuprobe.numerics import FloatArray

__all__ = ["CostSum"]


@public_methods
class CostSum(Cost):
    """Sum of costs: parameters and nuisances with the same name are shared, and each
    nuisance is constrained once.

    Parameters
    ----------
    costs : one or more; sums among them are split into terms.
    name : shown in messages; the names of the terms if empty.
    with_projections : assumed data may be added to measured ones; also allowed if one
        of the `costs` is already such a sum.

    Raises
    ------
    InputError
        If two costs define a name differently (range, default or unit of a parameter,
        sigma of a nuisance), the same cost is added twice, two have data of one
        experiment or of experiments that share data, or a projection is added to
        measured data without `with_projections`.
    """

    def __init__(
        self, *costs: Cost, name: str = "", with_projections: bool = False
    ) -> None:
        self.terms = tuple(term for cost in costs for term in cost.terms)
        if not self.terms:
            raise InputError("a sum of costs needs at least one cost")
        if len({id(term) for term in self.terms}) < len(self.terms):
            raise InputError("a cost is added twice: its data would count twice")
        self.with_projections: bool = with_projections or any(
            isinstance(cost, CostSum) and cost.with_projections for cost in costs
        )
        check_origins([term.origin for term in self.terms], self.with_projections)
        self.name = name or " + ".join(term.name for term in self.terms)
        self.n_bins = sum(term.n_bins for term in self.terms)
        self.parameters, self.nuisances = shared_names(self.terms)

    @cached_property
    def _parts(self) -> tuple[Component, ...]:
        """Its parts without common nuisances; empty if it cannot be split."""
        groups = connected(self.terms)
        if len(groups) == 1:
            return ()
        made = [
            g[0] if len(g) == 1 else CostSum(*g, with_projections=True) for g in groups
        ]
        return tuple(Component.of(cost, self) for cost in made)

    @property
    def independent(self) -> tuple[Cost, ...]:
        """As `Cost.independent`."""
        return tuple(part.cost for part in self._parts) or (self,)

    def profiled(
        self, points: ArrayLike, *, threads: int = 1, compiled: bool | None = None
    ) -> Profiled:
        """As `Cost.profiled`, separately for each part of the sum without common
        nuisances.

        Parameters
        ----------
        points, threads, compiled : as for `Cost.profiled`.
        """
        if not self._parts:
            return super().profiled(points, threads=threads, compiled=compiled)
        p = self.layout.checked_points(points)
        loops = len(p) >= COMPILED if compiled is None else compiled
        return joined_minima(
            self._parts,
            p,
            lambda cost, q: cost.profiled(q, threads=threads, compiled=loops),
            len(self.nuisances),
        )

    def gradient_at(self, points: ArrayLike, best: Profiled) -> FloatArray:
        """As `Cost.gradient_at`.

        Parameters
        ----------
        points, best : as for `Cost.gradient_at`.
        """
        if not self._parts:
            return super().gradient_at(points, best)
        p = self.layout.checked_points(points)
        gradient = np.zeros_like(p)
        for part in self._parts:
            q, nu = p[:, part.columns], best.nuisances[:, part.nuisances]
            # the value matters only for a minimum on a boundary
            value = np.zeros(len(p))
            if best.boundary.any():
                value = part.cost.twice_nll(q, nu)
            there = Profiled(value, nu, best.boundary & np.isfinite(value))
            gradient[:, part.columns] += part.cost.gradient_at(q, there)
        return gradient

    def profiled_slopes_from(
        self,
        points: ArrayLike,
        start: FloatArray | None,
        *,
        compiled: bool = False,
        bent: bool = True,
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """As `Cost.profiled_slopes_from`.

        Parameters
        ----------
        points, start, compiled, bent : as for `Cost.profiled_slopes_from`.
        """
        if not self._parts:
            return super().profiled_slopes_from(
                points, start, compiled=compiled, bent=bent
            )
        p = self.layout.checked_points(points)
        self.layout.check_start(start, len(p))

        def slopes(
            cost: Cost, q: FloatArray, own: list[int]
        ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
            begin = None if start is None else start[:, own]
            return cost.profiled_slopes_from(q, begin, compiled=compiled, bent=bent)

        return joined_slopes(self._parts, p, slopes, len(self.nuisances))

    def with_data(self, data: ArrayLike | Sequence[ArrayLike]) -> Cost:
        """Same costs for other `data`: a sequence with one array per term."""
        arrays = list(data) if isinstance(data, Iterable) else []
        if len(arrays) != len(self.terms):
            raise InputError(
                f"{self.name}: data for {len(self.terms)} terms are needed, got"
                f" {len(arrays)}"
            )
        terms = zip(self.terms, arrays, strict=True)
        made = [term.with_data(np.asarray(a, dtype=float)) for term, a in terms]
        return CostSum(*made, name=self.name)

    def of(self, origin: Origin) -> Cost:
        """The same costs with a common `origin`, each as a separate part."""
        made = [
            term.of(replace(origin, part=f"{origin.part}.{i}"))
            for i, term in enumerate(self.terms)
        ]
        return CostSum(*made, name=self.name, with_projections=self.with_projections)

    def _with_all_data(self, data: Sequence[FloatArray]) -> Cost:
        # a sum that mixes real and assumed data has assumed data only from here on
        made = [t._with_all_data([d]) for t, d in zip(self.terms, data, strict=True)]
        return CostSum(*made, name=self.name, with_projections=True)
