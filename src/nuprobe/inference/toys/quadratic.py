"""Gaussian costs on a fixed set of points as one matrix product: χ² of many data at
every point at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nuprobe.errors import InputError
from nuprobe.inference.costs import (
    Cost,
    CovarianceCost,
    GaussianCost,
    SharesCost,
    Term,
)
from nuprobe.inference.protocols import Expectation
from nuprobe.inference.toys.shares import SharesForm, shares_form
from nuprobe.numerics import FloatArray

__all__ = ["QuadraticCost", "quadratic"]


@dataclass(frozen=True, eq=False)
class _Plain:
    """Terms with a prediction for their values, nuisances minimised.

    With data and constraints in units of their errors, x, χ² is the distance of x from
    b_g + A_g ν, minimised over ν: |x − b_g|² − |Q_gᵀ(x − b_g)|² with orthonormal
    columns Q_g of A_g.

    Attributes
    ----------
    terms : numbers of the terms in the cost.
    whitening : of each term.
    pulls : 1/σ of each nuisance with a constraint, shape (constraints,).
    constrained : which nuisances these are.
    base : b_g, shape (points, numbers).
    columns : Q_g, shape (nuisances, points, numbers).
    """

    terms: tuple[int, ...]
    whitening: tuple[FloatArray, ...]
    pulls: FloatArray
    constrained: FloatArray
    base: FloatArray
    columns: FloatArray

    def value(self, data: Sequence[FloatArray], auxiliary: FloatArray) -> FloatArray:
        """χ² of data, (toys, bins) a term, and of centres of the constraints, (toys,
        nuisances); shape (toys, points)."""
        parts = [data[t] @ w.T for t, w in zip(self.terms, self.whitening, strict=True)]
        x = np.concatenate([*parts, auxiliary[:, self.constrained] * self.pulls], 1)
        found = -2 * x @ self.base.T
        found += (self.base**2).sum(axis=1)
        found += (x**2).sum(axis=1)[:, None]
        for q in self.columns:
            found -= (x @ q.T - (q * self.base).sum(axis=1)) ** 2
        return found

    def at(self, rows: list[int]) -> _Plain:
        """The same at some points."""
        return replace(self, base=self.base[rows], columns=self.columns[:, rows])


@dataclass(frozen=True, eq=False)
class QuadraticCost:
    """A cost at fixed points.

    Attributes
    ----------
    points : shape (points, parameters).
    parts : what the cost consists of.
    """

    points: FloatArray
    parts: tuple[_Plain | SharesForm, ...]

    def value(self, data: Sequence[FloatArray], auxiliary: FloatArray) -> FloatArray:
        """χ² at every point.

        Parameters
        ----------
        data : one array (toys, bins) a term.
        auxiliary : centres of the constraints of the nuisances, (toys, nuisances).

        Returns
        -------
        array, shape (toys, points)
        """
        found = self.parts[0].value(data, auxiliary)
        for part in self.parts[1:]:
            found += part.value(data, auxiliary)
        return found

    def at(self, rows: Sequence[int]) -> QuadraticCost:
        """The same at some of its points.

        Parameters
        ----------
        rows : their numbers.
        """
        chosen = list(rows)
        return QuadraticCost(
            self.points[chosen], tuple(part.at(chosen) for part in self.parts)
        )


def quadratic(cost: Cost, points: FloatArray) -> QuadraticCost:
    """A Gaussian cost at fixed points.

    Parameters
    ----------
    cost : of terms with Gaussian data.
    points : shape (points, parameters).

    Raises
    ------
    InputError
        If a term is not Gaussian with symmetric errors, or its nuisances cannot be
        minimised in closed form.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("danss").cost(free=["sin2_2theta_14", "dm2_41"])
    >>> found = quadratic(cost, np.array([[0.0, 1.0], [0.1, 1.0]]))
    >>> value = found.value([cost.data[None]], np.zeros((1, 0)))[0]
    >>> bool(np.allclose(value, cost.twice_nll(found.points)))
    True
    """
    p = cost.layout.checked_points(points)
    plain: list[tuple[int, Term, Expectation, list[int]]] = []
    parts: list[_Plain | SharesForm] = []
    for i, (one, columns, k) in enumerate(cost.layout.places):
        term = _checked(one)
        if isinstance(term, SharesCost):
            if k:
                raise InputError(
                    f"{term.name}: shares with nuisances have no closed form; use"
                    " nuprobe.inference.feldman_cousins, which fits each toy"
                )
            parts.append(
                shares_form(i, term, term.shares.expectation(p[:, columns]).base)
            )
        else:
            plain.append((i, term, term.expectation(p[:, columns]), k))
    whole = [_plain(cost, plain)] if plain else []
    return QuadraticCost(p, (*whole, *parts))


def _checked(term: Any) -> Term:
    """A term whose χ² has a closed form; raises `InputError` for any other."""
    symmetric = isinstance(term, GaussianCost) and np.array_equal(
        term.sigma, term.below
    )
    if not symmetric and not isinstance(term, CovarianceCost):
        raise InputError(
            f"{term.name}: the closed form for a plane of toys needs Gaussian data"
            f" with symmetric errors, but this is a {type(term).__name__}; use"
            " nuprobe.inference.feldman_cousins, which fits each toy"
        )
    found: Term = term
    if any(n.marginal for n in term.nuisances):
        raise InputError(
            f"{term.name}: marginal nuisances have no closed form on a plane; use"
            " nuprobe.inference.feldman_cousins"
        )
    return found


def _plain(cost: Cost, terms: list[tuple[int, Term, Expectation, list[int]]]) -> _Plain:
    whitening = [
        term.whitening if isinstance(term, CovarianceCost) else np.diag(1 / term.sigma)  # type: ignore[attr-defined]
        for _, term, _, _ in terms
    ]
    acting = sorted({j for *_, k in terms for j in k})
    sigma = np.array([cost.nuisances[j].sigma for j in acting])
    finite = np.isfinite(sigma)
    pulls = 1 / sigma[finite]
    ends = np.cumsum([0, *(len(w) for w in whitening)])
    count = len(terms[0][2].base)
    base = np.zeros((count, ends[-1] + len(pulls)))
    design = np.zeros((count, ends[-1] + len(pulls), len(acting)))
    for start, stop, w, (_, _, e, k) in zip(
        ends[:-1], ends[1:], whitening, terms, strict=True
    ):
        base[:, start:stop] = e.base @ w.T
        for j, slope in zip(k, e.slopes, strict=True):
            design[:, start:stop, acting.index(j)] = slope @ w.T
    design[:, ends[-1] :, np.flatnonzero(finite)] = np.diag(pulls)
    columns = np.linalg.qr(design)[0] if acting else design
    return _Plain(
        tuple(i for i, *_ in terms),
        tuple(whitening),
        pulls,
        np.array(acting, dtype=int)[finite],
        base,
        np.ascontiguousarray(np.moveaxis(columns, 2, 0)),
    )
