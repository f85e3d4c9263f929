"""A sum of costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.errors import InputError
from nuprobe.inference.costs.base import Cost
from nuprobe.inference.costs.layout import shared_names
from nuprobe.numerics import FloatArray

__all__ = ["CostSum"]


class CostSum(Cost):
    """Sum of costs: physics parameters and nuisances of one name are one, and each
    nuisance is constrained once.

    Parameters
    ----------
    costs : one or more; a sum among them is taken apart.
    name : shown in messages; the names of the terms if empty.

    Raises
    ------
    InputError
        If two costs define a name differently (range, default or unit of a parameter,
        sigma of a nuisance), or the same cost is added twice.
    """

    def __init__(self, *costs: Cost, name: str = "") -> None:
        self.terms = tuple(term for cost in costs for term in cost.terms)
        if not self.terms:
            raise InputError("a sum of costs needs at least one cost")
        if len({id(term) for term in self.terms}) < len(self.terms):
            raise InputError("a cost is added twice: its data would count twice")
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
        return self._with_all_data([np.asarray(a, dtype=float) for a in arrays])

    def _with_all_data(self, data: Sequence[FloatArray]) -> Cost:
        terms = zip(self.terms, data, strict=True)
        return CostSum(*(term.with_data(d) for term, d in terms), name=self.name)
