"""A sum of costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.errors import InputError
from nuprobe.inference.costs.base import Cost
from nuprobe.inference.costs.layout import shared_names
from nuprobe.inference.costs.origin import Origin, check_origins
from nuprobe.numerics import FloatArray

__all__ = ["CostSum"]


class CostSum(Cost):
    """Sum of costs: physics parameters and nuisances of one name are one, and each
    nuisance is constrained once.

    Parameters
    ----------
    costs : one or more; a sum among them is taken apart.
    name : shown in messages; the names of the terms if empty.
    with_projections : assumed data may be added to measured ones; also if one of the
        `costs` is such a sum already.

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

    def with_data(self, data: ArrayLike | Sequence[ArrayLike]) -> Cost:
        """Same costs for other `data`: a sequence with one array a term."""
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
        """The same costs; `origin` is that of all, each a part of its own."""
        made = [
            term.of(replace(origin, part=f"{origin.part}.{i}"))
            for i, term in enumerate(self.terms)
        ]
        return CostSum(*made, name=self.name, with_projections=self.with_projections)

    def _with_all_data(self, data: Sequence[FloatArray]) -> Cost:
        # a sum that mixes real and assumed data has assumed data only from here on
        made = [t._with_all_data([d]) for t, d in zip(self.terms, data, strict=True)]
        return CostSum(*made, name=self.name, with_projections=True)
