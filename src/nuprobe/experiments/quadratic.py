"""Coefficients of a model as polynomials of second degree in its free parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nuprobe.numerics import FloatArray, product
from nuprobe.parameters import Parameter

__all__ = ["Quadratic"]


@dataclass(frozen=True, eq=False)
class Quadratic:
    """Coefficients as a polynomial of second degree in the free parameters: exact where
    amplitudes are linear.

    Attributes
    ----------
    centre, step : x = centre + step·t.
    pairs : indices i ≤ j of the quadratic monomials t_i t_j, two arrays.
    table : of the monomials 1, t, t t, shape (1 + d + d(d+1)/2, components × terms).
    shape : components, terms.
    """

    centre: FloatArray
    step: FloatArray
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]]
    table: FloatArray
    shape: tuple[int, int]

    @classmethod
    def of(
        cls,
        coefficients: Callable[[FloatArray], FloatArray],
        parameters: tuple[Parameter, ...],
    ) -> Quadratic | None:
        """Determine the polynomial and check it at other points; None if the
        coefficients are not such polynomials."""
        d = len(parameters)
        centre = np.array([p.default for p in parameters])
        step = np.array([p.step for p in parameters])
        low = np.array([p.lower for p in parameters])
        high = np.array([p.upper for p in parameters])
        zero = np.where((low <= 0) & (high >= 0), 0.0, centre)
        if np.any(zero != centre):
            # what vanishes without a coupling must do so exactly there, and not leave
            # the rounding of a large default
            there, here = coefficients(zero[None]), coefficients(centre[None])
            if np.any((there == 0) & (here != 0)):
                step = np.where(
                    zero == centre, step, np.maximum(step, np.abs(centre) / 5)
                )
                centre = zero
        step = np.where(centre + 2 * step <= high, step, -step)
        if np.any((centre + 2 * step < low) | (centre + 2 * step > high)):
            return None
        first, second = np.triu_indices(d)
        unit = np.eye(d)
        nodes = np.concatenate([np.zeros((1, d)), unit, unit[first] + unit[second]])
        values = coefficients(centre + step * nodes)
        shape = (values.shape[0], values.shape[2])
        result = cls(centre, step, (first, second), np.zeros(0), shape)
        rows = values.transpose(1, 0, 2).reshape(len(nodes), -1)
        table: FloatArray = np.asarray(
            np.linalg.solve(result.monomials(nodes), rows), dtype=float
        )
        result = replace(result, table=table)
        # points of an additive recurrence, up to five steps away
        t = 10 * ((np.arange(1, 17)[:, None] * np.sqrt(np.arange(2.0, 2 + d))) % 1) - 5
        x = np.clip(centre + step * t, low, high)
        exact = coefficients(x)
        scale = np.abs(exact).max(axis=(0, 1))
        return result if np.all(np.abs(result(x) - exact) <= 1e-11 * scale) else None

    def __call__(self, x: FloatArray) -> FloatArray:
        """Coefficients at x of shape (points, d), shape (components, points, terms)."""
        return self.shaped(
            product(self.monomials((x - self.centre) / self.step), self.table)
        )

    def derivatives(self, x: FloatArray) -> list[FloatArray]:
        """Derivative in each parameter, of the shape of the coefficients."""
        rows = self.slopes(x)
        return [rows[:, i].transpose(1, 0, 2) for i in range(x.shape[1])]

    def slopes(self, x: FloatArray) -> FloatArray:
        """Derivatives, (points, d, components, terms)."""
        t = (x - self.centre) / self.step
        n, d = t.shape
        rows = (
            product(t, self._slopes[1:].reshape(d, -1)).reshape(n, d, -1)
            + self._slopes[0]
        )
        return np.asarray(rows.reshape(n, d, *self.shape))

    @cached_property
    def _slopes(self) -> FloatArray:
        """Derivatives, linear in t: the constant and the factor of each t, shape (1 +
        d, d, components × terms)."""
        d = len(self.step)
        result = np.zeros((1 + d, d, self.table.shape[1]))
        result[0] = self.table[1 : 1 + d]
        for i, j, row in zip(*self.pairs, self.table[1 + d :], strict=True):
            result[1 + j, i] += row
            result[1 + i, j] += row
        return result / self.step[:, None]

    def monomials(self, t: FloatArray) -> FloatArray:
        """Monomials at `t`, (points, d), shape (points, monomials)."""
        first, second = self.pairs
        return np.concatenate(
            [np.ones((len(t), 1)), t, t[:, first] * t[:, second]], axis=1
        )

    def shaped(self, rows: FloatArray) -> FloatArray:
        """Return `rows` of a product with the table, (points, components × terms), as
        coefficients."""
        return rows.reshape(len(rows), *self.shape).transpose(1, 0, 2)
