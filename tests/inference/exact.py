"""Minima over nuisances with 60 digits, from the same floating-point counts: Newton's
method on bins that are written out here one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from mpmath import inf, lu_solve, matrix, mp, mpf

from nuprobe.inference import (
    CNPCost,
    Cost,
    CovarianceCost,
    GaussianCost,
    OnOffCost,
    PoissonCost,
    ProjectedCost,
)
from nuprobe.numerics import FloatArray

DIGITS = 60
# cost of a bin and two derivatives at µ; infinite where the data are impossible
Bin = Callable[[Any], tuple[Any, Any, Any]]


@dataclass(frozen=True)
class Exact:
    """A minimum, and what rounding to 53 bits of the counts of bins moves it by."""

    value: float
    rounding: float


def numbers(values: FloatArray) -> list[Any]:
    return [mpf(float(x)) for x in values]


def _poisson(n: Any) -> Bin:
    def bin_(mu: Any) -> tuple[Any, Any, Any]:
        if mu < 0 or (n > 0 and mu == 0):
            return inf, 0, 0
        if n == 0:
            return 2 * mu, mpf(2), mpf(0)
        return 2 * (mu - n + n * mp.log(n / mu)), 2 - 2 * n / mu, 2 * n / mu**2

    return bin_


def _cnp(n: Any) -> Bin:
    def bin_(mu: Any) -> tuple[Any, Any, Any]:
        if mu < 0 or (n > 0 and mu == 0):
            return inf, 0, 0
        if n == 0:
            return 2 * mu, mpf(2), mpf(0)
        return (
            (n - mu) ** 2 * (1 / n + 2 / mu) / 3,
            2 * (mu / n - (n / mu) ** 2) / 3,
            2 * (1 / n + 2 * n**2 / mu**3) / 3,
        )

    return bin_


def _gaussian(d: Any, above: Any, below: Any) -> Bin:
    def bin_(mu: Any) -> tuple[Any, Any, Any]:
        s = below if mu < d else above
        return ((mu - d) / s) ** 2, 2 * (mu - d) / s**2, 2 / s**2

    return bin_


def _on_off(n: Any, m: Any, nominal: Any, tau: Any) -> Bin:
    """For n and m above 0."""

    def bin_(mu: Any) -> tuple[Any, Any, Any]:
        x = mu - nominal
        q = (1 + tau) * x - n - m
        b = (-q + mp.sqrt(q**2 + 4 * (1 + tau) * m * x)) / (2 * (1 + tau))
        if not (b > 0 and x + b > 0):
            return inf, 0, 0
        value = 2 * (x + b - n + n * mp.log(n / (x + b)))
        value += 2 * (tau * b - m + m * mp.log(m / (tau * b)))
        return value, 2 - 2 * n / (x + b), 2 / ((x + b) ** 2 / n + b**2 / m)

    return bin_


def _bins(term: Any) -> list[Bin]:
    data = numbers(term.data)
    if isinstance(term, OnOffCost):
        assert term.data.min() > 0
        assert term.control.min() > 0
        more = zip(data, numbers(term.control), numbers(term.nominal), strict=True)
        return [_on_off(n, m, b, mpf(term.ratio)) for n, m, b in more]
    if isinstance(term, GaussianCost):
        sides = zip(data, numbers(term.sigma), numbers(term.below), strict=True)
        return [_gaussian(*side) for side in sides]
    if isinstance(term, CovarianceCost):
        return [_gaussian(mpf(0), mpf(1), mpf(1))] * len(data)
    if isinstance(term, CNPCost):
        return [_cnp(n) for n in data]
    assert isinstance(term, PoissonCost)
    return [_poisson(n) for n in data]


def _counts(term: Any, rows: list[list[Any]]) -> list[list[Any]]:
    """Base and slopes; those of correlated data in independent combinations."""
    if not isinstance(term, CovarianceCost):
        return rows
    low = mp.cholesky(matrix(term.covariance.tolist()))
    rows[0] = [x - d for x, d in zip(rows[0], numbers(term.data), strict=True)]

    def turned(row: list[Any]) -> list[Any]:
        found: list[Any] = []
        for i, x in enumerate(row):
            found.append(
                (x - sum(low[i, j] * y for j, y in enumerate(found))) / low[i, i]
            )
        return found

    return [turned(row) for row in rows]


def exact(cost: Cost, point: FloatArray) -> Exact:
    """The minimum over the nuisances at one point at which ν = 0 is possible."""
    with mp.workdps(DIGITS):
        weights = numbers(cost.layout.weights)
        bins: list[tuple[Bin, Any, list[Any]]] = []
        sizes: list[float] = []
        places = cost.layout.places
        for (term, _, k), e in zip(
            places, cost.layout.expectations(point[None]), strict=True
        ):
            rows = [numbers(a[0]) for a in (e.base, *e.slopes)]
            base, *some = _counts(term, rows)
            slopes = [[mpf(0)] * len(weights) for _ in base]
            for j, row in zip(k, some, strict=True):
                for own, x in zip(slopes, row, strict=True):
                    own[j] += x
            sizes += [float(sum(map(abs, x))) for x in zip(base, *some, strict=True)]
            bins += zip(_bins(term), base, slopes, strict=True)
        value, nu = _minimum(bins, weights)
        steep = [f(_at(base, s, nu))[1] for f, base, s in bins]
        rounding = sum(abs(x) * size for x, size in zip(steep, sizes, strict=True))
        return Exact(float(value), 2.0**-52 * float(rounding))


def _at(base: Any, slopes: Sequence[Any], nu: Sequence[Any]) -> Any:
    return base + sum(s * x for s, x in zip(slopes, nu, strict=True) if s)


def _minimum(
    bins: list[tuple[Bin, Any, list[Any]]], weights: list[Any]
) -> tuple[Any, list[Any]]:
    size, every = len(weights), range(len(weights))
    nu = [mpf(0)] * size

    def value(at: list[Any]) -> Any:
        pulls = sum(w * x * x for w, x in zip(weights, at, strict=True))
        return pulls + sum(f(_at(base, s, at))[0] for f, base, s in bins)

    here = value(nu)
    for _ in range(500):
        gradient = matrix([2 * w * x for w, x in zip(weights, nu, strict=True)])
        hessian = mp.diag([2 * w for w in weights]) if size else matrix(0)
        for f, base, s in bins:
            _, first, second = f(_at(base, s, nu))
            own = [j for j in every if s[j]]
            for i in own:
                gradient[i] += first * s[i]
                for j in own:
                    hessian[i, j] += second * s[i] * s[j]
        step = lu_solve(hessian, -gradient)
        decrement = -(step.T * gradient)[0]
        if decrement < mpf(10) ** -25:
            return here, nu
        length = mpf(1)
        while True:
            new = [x + length * d for x, d in zip(nu, step, strict=True)]
            there = value(new)
            if there <= here - decrement * length / 10000:
                break
            length /= 2
        nu, here = new, there
    raise AssertionError("no minimum")


def exact_projected(cost: ProjectedCost, point: FloatArray) -> Exact:
    """The minimum over nuisances and all factors of the background together, from that
    which the cost has found."""
    best = cost.profiled(point)
    e = cost.layout.expectations(point[None])[0]
    rest = best.nuisances[0] @ np.concatenate(e.slopes) + e.base[0] - cost.nominal
    first, second = (
        f[:, 0] for f in cost.product.factors(cost.product.grid(rest[None]))
    )
    m = cost.control.reshape(cost.shape)
    with mp.workdps(DIGITS):
        sums = mpf(float(m.sum()))
        off = [mpf(float(a)) * mpf(float(b)) / sums for a in m.sum(1) for b in m.sum(0)]
        weights, tau = numbers(cost.layout.weights), mpf(cost.ratio)
        base = [x - y for x, y in zip(*map(numbers, (e.base[0], cost.nominal)))]  # noqa: B905
        slopes = [numbers(x) for x in np.concatenate(e.slopes).T]
        at = numbers(np.concatenate([best.nuisances[0], np.log(first), np.log(second)]))
        k, rows, columns = len(weights), *cost.shape
        data = numbers(cost.data)
        for _ in range(50):
            total = sum(w * x * x for w, x in zip(weights, at[:k], strict=True))
            rounding = mpf(0)
            size = k + rows + columns
            gradient, hessian = matrix(size, 1), matrix(size)
            for i in range(k):
                gradient[i], hessian[i, i] = 2 * weights[i] * at[i], 2 * weights[i]
            for b in range(rows * columns):
                own = [*range(k), k + b // columns, k + rows + b % columns]
                x = _at(base[b], slopes[b], at[:k])
                t = mp.exp(at[own[-2]] + at[own[-1]])
                n, c, mu = data[b], off[b], x + t
                total += _poisson(n)(mu)[0] + _poisson(c)(tau * t)[0]
                one = 2 - 2 * n / mu
                large = abs(base[b]) + sum(map(abs, slopes[b]))
                rounding += abs(one) * large
                down = [one * s for s in slopes[b]] + [one * t + 2 * (tau * t - c)] * 2
                across = [*slopes[b], t, t]
                for i, p in enumerate(own):
                    gradient[p] += down[i]
                    for j, q in enumerate(own):
                        hessian[p, q] += 2 * n / mu**2 * across[i] * across[j]
                        if i >= k and j >= k:
                            hessian[p, q] += one * t + 2 * tau * t
            # rows times and columns over the same are the same background
            hessian[size - 1, size - 1] += 1
            step = lu_solve(hessian, -gradient)
            if -(step.T * gradient)[0] < mpf(10) ** -25:
                return Exact(float(total), 2.0**-52 * float(rounding))
            at = [x + d for x, d in zip(at, step, strict=True)]
    raise AssertionError("no minimum")
