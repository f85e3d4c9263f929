"""Cost functions: −2 ln L of binned data, with linear nuisances minimised exactly for
many points at once.

A statistic is one class that says how a bin's cost depends on its expectation µ;
everything else (nuisances, pulls, sums, gradients) is shared. Costs add with ``+`` and
share parameters and nuisances by name.

For a point p the expectation is µ(p, ν) = base(p) + Σ_k ν_k slope_k(p), so −2 ln L is
convex in ν and damped Newton finds its minimum; for Gaussian costs the first step is
exact. Points go through in blocks of `BLOCK`, counted from the first point, whatever
the number of threads: results do not depend, to the last bit, on how work is shared.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import inf, isinf
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.errors import ComputationError, InputError, UnknownNameError
from nuprobe.inference.protocols import CompiledPrediction, Expectation, Prediction
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter

__all__ = [
    "BLOCK",
    "COMPILED",
    "Cost",
    "CostSum",
    "GaussianCost",
    "PoissonCost",
    "Profiled",
]

BLOCK: Final = 512
"""Points evaluated together: small enough that a block of a few hundred bins stays in
cache."""

COMPILED: Final = 8192
"""Points asked for at once from which loading the compiled loops of `compiled` (half
a second) pays."""

# Newton decrements λ² below which the step just taken was the last one, or the next one
# (with the same Hessian) is. By self-concordance λ after a step is at most λ²/(1 − λ)²,
# so −2 ln L is then exact to 1e-9 even in the worst case.
_LAST, _LAST_BUT_ONE = 1e-6, 1e-3
_FEW: Final = 64  # points
# share of bins with counts from which the empty ones do not matter for a first step
_MOST: Final = 0.8
_PLAIN, _DAMPED = (
    15,
    500,
)  # iterations with a step to the boundary at most, then with self-concordant damping
_BARRIER: Final = tuple(
    10.0**k for k in range(18, -9, -2)
)  # pseudo-counts that keep expectations positive
_HUGE: Final = 1e-4 * 2.0**52  # smallest spreads of the data
_NEGLIGIBLE = (
    1e-9  # of −2 ln L; a smaller pseudo-count would drown in the rounding of µ
)

BoolArray = NDArray[np.bool_]
PointLike = Mapping[str, float] | ArrayLike


@dataclass(frozen=True)
class Profiled:
    """−2 ln L minimised over the nuisances.

    Attributes
    ----------
    twice_nll : shape (points,); ``inf`` where no value of the nuisances makes the data
        possible.
    nuisances : where the minimum lies, shape (points, nuisances); 0 where `twice_nll`
        is ``inf``.
    boundary : True where the minimum has an expectation of 0 in an empty bin.
    """

    twice_nll: FloatArray
    nuisances: FloatArray
    boundary: BoolArray


class Cost(ABC):
    """−2 ln L of data given physics parameters and nuisances.

    Attributes
    ----------
    name : shown in messages and tables.
    parameters : physics parameters, in the order of the columns of ``points``.
    nuisances : linear nuisances with Gaussian constraints, in the order of the columns
        of ``nuisances``.
    n_bins : number of data.
    terms : the single costs it consists of.
    """

    name: str
    parameters: tuple[Parameter, ...]
    nuisances: tuple[Nuisance, ...]
    n_bins: int
    terms: tuple[_Term, ...]

    def __add__(self, other: object) -> CostSum:
        """Add costs; parameters and nuisances of one name are shared."""
        return CostSum(self, other) if isinstance(other, Cost) else NotImplemented

    def __radd__(self, other: object) -> Cost:
        """Let ``sum([...])`` start from 0."""
        return self if isinstance(other, int) and other == 0 else NotImplemented

    def __repr__(self) -> str:
        """Name, size and what it depends on."""
        names = ", ".join(p.name for p in self.parameters)
        return (
            f"<{type(self).__name__} {self.name!r}: {self.n_bins} bins, ({names}),"
            f" {len(self.nuisances)} nuisances>"
        )

    @property
    def default(self) -> FloatArray:
        """The default point, shape (parameters,)."""
        return np.array([p.default for p in self.parameters])

    def index(self, name: str) -> int:
        """Column of the parameter `name`; raises `UnknownNameError`."""
        names = [p.name for p in self.parameters]
        if name not in names:
            raise UnknownNameError(
                "parameter", name, names, f"(parameters of {self.name})"
            )
        return names.index(name)

    def point(self, values: PointLike | None = None) -> FloatArray:
        """One point, shape (parameters,): from names to values (the others at their
        default), or from an array.

        Raises
        ------
        InputError
            If a value is outside the range of its parameter, or is no number.
        UnknownNameError
            If there is no parameter of that name.
        """
        if values is None:
            return self.default
        if isinstance(values, Mapping):
            point = self.default
            for name, value in values.items():
                point[self.index(name)] = value
        else:
            point = np.array(values, dtype=float)
            if point.shape != (len(self.parameters),):
                raise InputError(
                    f"{self.name}: a point has {len(self.parameters)} values, got shape"
                    f" {point.shape}"
                )
        return np.asarray(self._points(point)[0])

    def twice_nll(
        self, points: ArrayLike, nuisances: ArrayLike | None = None
    ) -> FloatArray:
        """−2 ln L, normalised to 0 for a prediction that equals the data, plus the
        pulls Σ(ν/σ)².

        Parameters
        ----------
        points : shape (points, parameters), or (parameters,) for one point.
        nuisances : shape (points, nuisances) or (nuisances,); 0 if not given.

        Returns
        -------
        array, shape (points,)
            ``inf`` where the data are impossible (an expectation below 0, or 0 where
            there are counts).

        Raises
        ------
        InputError
            If shapes do not fit, or a value is NaN or outside the range of its
            parameter.
        """
        p = self._points(points)
        nu = self._nu(nuisances, len(p))
        result = (nu**2 * self._weights).sum(axis=1)
        for term, columns, k in self._layout:
            for block in _blocks(len(p)):
                mu = _expected(term._expectation(p[block][:, columns]), nu[block][:, k])
                result[block] += term._value(mu)
        return np.asarray(result)

    def gradient(
        self, points: ArrayLike, nuisances: ArrayLike | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Derivatives of `twice_nll`, analytic: (points, parameters) and (points,
        nuisances).

        Raises
        ------
        InputError
            As `twice_nll`.
        ComputationError
            Where the data are impossible, so that there is no derivative.
        """
        p = self._points(points)
        nu = self._nu(nuisances, len(p))
        return self._gradient(p, nu, np.zeros(len(p)))

    def profiled(
        self, points: ArrayLike, *, threads: int = 1, compiled: bool | None = None
    ) -> Profiled:
        """−2 ln L minimised over all nuisances, for many points at once.

        Parameters
        ----------
        points : shape (points, parameters), or (parameters,) for one point.
        threads : threads to share the blocks of points; the result does not depend on
            it.
        compiled : use compiled loops where this cost has them (its terms are all
            Poisson), from `COMPILED` points on if not given; the results of the two
            ways agree to the accuracy of the minimum, not to the last bit.

        Raises
        ------
        InputError
            If shapes do not fit, or a value is NaN or outside the range of its
            parameter.
        ComputationError
            If the minimum of some point was not found; the worst point is named.
        """
        p = self._points(points)
        blocks = _blocks(len(p))
        compiled = len(p) >= COMPILED if compiled is None else compiled
        profile = (
            self._profile_compiled
            if compiled and self._compilable
            else self._profile_block
        )
        if threads > 1 and len(blocks) > 1:
            with ThreadPoolExecutor(threads) as pool:
                parts = list(pool.map(lambda block: profile(p[block]), blocks))
        else:
            parts = [profile(p[block]) for block in blocks]
        if not parts:
            return Profiled(
                np.empty(0), np.empty((0, len(self.nuisances))), np.empty(0, dtype=bool)
            )
        return Profiled(*(np.concatenate(part) for part in zip(*parts, strict=True)))

    def profiled_gradient(self, points: ArrayLike, *, threads: int = 1) -> FloatArray:
        """Derivatives of the profiled −2 ln L, (points, parameters): by the envelope
        theorem, those at its minimum."""
        p = self._points(points)
        best = self.profiled(p, threads=threads)
        return self._gradient(p, best.nuisances, _barrier_of(best))[0]

    def profiled_slopes(
        self, points: ArrayLike
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Profiled −2 ln L with its gradient and expected curvature: what a descent
        needs, in one pass.

        The curvature is that of a prediction linear around the point (2 J W Jᵀ, the
        nuisances eliminated): positive, and close to the Hessian where the fit is good.

        Returns
        -------
        arrays, shapes (points,), (points, parameters), (points, parameters, parameters)
            Gradient and curvature are 0 where the data are impossible (the value is
            inf).
        """
        return self.profiled_slopes_from(points, None)[:3]

    def profiled_slopes_from(
        self,
        points: ArrayLike,
        start: FloatArray | None,
        *,
        compiled: bool = False,
        bent: bool = True,
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """`profiled_slopes` and the nuisances, which are looked for from `start`,
        (points, nuisances), if it is given.

        Near the minimum that saves most of the work; the result is the same to the
        accuracy of the minimum. `compiled` loops, where there are some for this cost,
        pay for themselves after some hundred calls. Without `bent` the curvature may be
        left out (0).
        """
        compiled = compiled and self._compilable
        profile = self._profile_compiled if compiled else self._profile_block
        p = self._points(points)
        value, nuisances = np.empty(len(p)), np.empty((len(p), len(self.nuisances)))
        gradient, curvature = np.zeros(p.shape), np.zeros((*p.shape, p.shape[1]))
        for block in _blocks(len(p)):
            expectations = [
                term._expectation(p[block][:, columns])
                for term, columns, _ in self._layout
            ]
            best = Profiled(
                *profile(
                    p[block], expectations, None if start is None else start[block]
                )
            )
            value[block], nuisances[block] = best.twice_nll, best.nuisances
            good = np.flatnonzero(np.isfinite(best.twice_nll))
            if not good.size:
                continue
            if good.size < len(best.twice_nll):
                expectations = [_some(e, good) for e in expectations]
            rows = good + block.start
            barrier = _barrier_of(best)[good]
            slopes = self._slopes(
                p[rows], best.nuisances[good], barrier, expectations, compiled, bent
            )
            gradient[rows], curvature[rows] = slopes
        return value, gradient, curvature, nuisances

    def _slopes(
        self,
        p: FloatArray,
        nu: FloatArray,
        barrier: FloatArray,
        expectations: Sequence[Expectation],
        compiled: bool = False,
        bent: bool = True,
    ) -> tuple[FloatArray, FloatArray]:
        n, d, m = len(p), p.shape[1], nu.shape[1]
        bent = bent or not compiled or bool(barrier.any())
        gradient, hessian = np.zeros((n, d + m)), np.zeros((n, d + m, d + m))
        hessian[:, d + np.arange(m), d + np.arange(m)] += 2 * self._weights
        for (term, columns, k), expectation in zip(
            self._layout, expectations, strict=True
        ):
            if compiled and not barrier.any():
                from nuprobe.inference.compiled import add_curvature

                rows = [*columns, *(d + j for j in k)]
                part, both = (
                    np.empty((n, len(rows))),
                    np.empty((n if bent else 0, len(rows), len(rows))),
                )
                total = _total_jacobian(term.prediction, p[:, columns], nu[:, k])
                base, constant, varying, index = _arrays_of(expectation)
                add_curvature(
                    base,
                    constant,
                    varying,
                    index,
                    total,
                    nu[:, k].copy(),
                    term.data.copy(),
                    part,
                    both,
                )
                gradient[:, rows] += part
                if bent:
                    hessian[np.ix_(range(n), rows, rows)] += both
                continue
            mu = _expected(expectation, nu[:, k])
            slope = term._full_slope(
                mu,
                (
                    barrier[:, None] * _flexible(expectation)
                    if barrier.any()
                    else barrier[:, None]
                ),
            )
            slope = np.where(np.isfinite(slope), slope, 0.0)
            jacobian, d_slopes = term.prediction.jacobian(p[:, columns])
            jacobian = np.array(
                np.broadcast_to(jacobian, (n, len(columns), mu.shape[1]))
            )
            for v, along in zip(nu[:, k].T, d_slopes, strict=True):
                jacobian += v[:, None, None] * along
            rows = [*columns, *(d + j for j in k)]
            every = np.concatenate(
                [
                    jacobian,
                    *(
                        np.broadcast_to(s, mu.shape)[:, None]
                        for s in expectation.slopes
                    ),
                ],
                axis=1,
            )
            gradient[:, rows] += np.einsum("pib,pb->pi", every, slope)
            weighted = every * np.sqrt(term._information(mu))[:, None]
            hessian[np.ix_(range(n), rows, rows)] += weighted @ weighted.swapaxes(1, 2)
        if m and bent:
            inner, mixed = hessian[:, d:, d:], hessian[:, d:, :d]
            try:
                follows = np.linalg.solve(inner, mixed)
            except (
                np.linalg.LinAlgError
            ):  # an expectation near zero outweighs all else: rounding made it singular
                follows = np.linalg.pinv(inner, hermitian=True) @ mixed
            hessian = hessian[:, :d, :d] - mixed.swapaxes(1, 2) @ follows
        return gradient[:, :d], hessian[:, :d, :d]

    def nuisance_covariance(self, point: ArrayLike, nuisances: ArrayLike) -> FloatArray:
        """Covariance of the nuisances at a fixed point: twice the inverse Hessian of −2
        ln L, (nuisances, nuisances).

        Raises
        ------
        ComputationError
            If the data and constraints leave some combination of nuisances free.
        """
        p, nu = self._points(point)[:1], self._nu(nuisances, 1)
        parts = [
            term._part(term._expectation(p[:, columns]), k).shifted(nu.T)
            for term, columns, k in self._layout
        ]
        _gradient(
            parts, self._weights, nu.T
        )  # leaves the slopes that the Hessian needs
        hessian = _hessian(parts, self._weights, 1)[..., 0]
        try:
            return np.asarray(2 * np.linalg.inv(hessian), dtype=float)
        except np.linalg.LinAlgError:
            raise ComputationError(
                f"{self.name}: the data do not determine the nuisances; give them a"
                " finite sigma"
            ) from None

    @abstractmethod
    def with_data(self, data: ArrayLike | Sequence[ArrayLike]) -> Cost:
        """Same cost for other data; a sum takes a sequence, one entry a term."""

    def expected(
        self, point: PointLike, nuisances: ArrayLike | None = None
    ) -> tuple[FloatArray, ...]:
        """Expected counts at one point, one array (bins,) a term."""
        p = self.point(point)[None]
        nu = self._nu(nuisances, 1)
        return tuple(
            _expected(t._expectation(p[:, columns]), nu[:, k])[0]
            for t, columns, k in self._layout
        )

    def asimov(self, point: PointLike, nuisances: ArrayLike | None = None) -> Cost:
        """Same cost with the expectation at `point` as its data."""
        return self._with_terms_data(self.expected(point, nuisances))

    def simulate(
        self,
        point: PointLike,
        rng: np.random.Generator,
        nuisances: ArrayLike | None = None,
    ) -> Cost:
        """Same cost with data drawn at random at `point`.

        Parameters
        ----------
        point : true parameters.
        rng : source of random numbers.
        nuisances : true nuisances; drawn from their constraints if not given (those
            without one stay 0; a draw with a negative expectation is drawn again).

        Raises
        ------
        InputError
            If the expectation is negative at the given nuisances (or at every one of
            1000 draws).
        """
        sigma = np.array([0.0 if isinf(n.sigma) else n.sigma for n in self.nuisances])
        for _ in range(1000 if nuisances is None else 1):
            means = self.expected(
                point, rng.normal(0.0, sigma) if nuisances is None else nuisances
            )
            if all(
                term._possible(mu) for term, mu in zip(self.terms, means, strict=True)
            ):
                return self._with_terms_data(
                    [t._draw(m, rng) for t, m in zip(self.terms, means, strict=True)]
                )
        raise InputError(
            f"{self.name}: cannot simulate at {point!r}: the expectation is negative;"
            " choose another point"
        )

    def digest(self) -> str:
        """SHA-256 of data, errors, names and constraints: what, with the prediction,
        defines this cost."""
        state = hashlib.sha256()
        for term in self.terms:
            state.update(
                repr((type(term).__name__, term.name, term.prediction.name)).encode()
            )
            state.update(repr((term.parameters, term.nuisances)).encode())
            for array in term._arrays():
                state.update(repr(array.shape).encode() + array.tobytes())
        return state.hexdigest()

    @abstractmethod
    def _with_terms_data(self, data: Sequence[FloatArray]) -> Cost: ...

    def _describe(self, point: FloatArray) -> str:
        return ", ".join(
            f"{p.name}={v:.6g}{' ' + p.unit if p.unit else ''}"
            for p, v in zip(self.parameters, point, strict=True)
        )

    @property
    def _weights(self) -> FloatArray:
        return np.array([n.sigma**-2.0 for n in self.nuisances])

    @property
    def _layout(self) -> list[tuple[_Term, list[int], list[int]]]:
        """Each term with its columns of points and of nuisances."""
        par = [p.name for p in self.parameters]
        nui = [n.name for n in self.nuisances]
        return [
            (
                t,
                [par.index(p.name) for p in t.parameters],
                [nui.index(n.name) for n in t.nuisances],
            )
            for t in self.terms
        ]

    def _points(self, points: ArrayLike) -> FloatArray:
        p = np.atleast_2d(np.asarray(points, dtype=float))
        n = len(self.parameters)
        if p.ndim != 2 or p.shape[1] != n:
            names = ", ".join(q.name for q in self.parameters)
            raise InputError(
                f"{self.name}: points have shape (points, {n}) for ({names}), got"
                f" {p.shape}"
            )
        low, high = (
            np.array([(q.lower, q.upper) for q in self.parameters]).reshape(n, 2).T
        )
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

    def _nu(self, nuisances: ArrayLike | None, points: int) -> FloatArray:
        k = len(self.nuisances)
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
        return np.broadcast_to(nu, (points, k))

    def _gradient(
        self, p: FloatArray, nu: FloatArray, barrier: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        d_par, d_nu = np.zeros_like(p), 2 * nu * self._weights
        for term, columns, k in self._layout:
            for block in _blocks(len(p)):
                q, v = p[block][:, columns], nu[block][:, k]
                expectation = term._expectation(q)
                slope = term._full_slope(
                    _expected(expectation, v),
                    barrier[block, None] * _flexible(expectation),
                )
                if not np.isfinite(slope).all():
                    worst = ~np.isfinite(slope).all(axis=1)
                    where = self._describe(p[block][worst][0])
                    raise ComputationError(
                        f"{term.name}: no derivative where the data are impossible, at"
                        f" {where}"
                    )
                d_base, d_slopes = term.prediction.jacobian(q)
                for j, s in zip(k, expectation.slopes, strict=True):
                    d_nu[block, j] += (slope * s).sum(axis=1)
                total = np.einsum("pb,pib->pi", slope, d_base)
                for v_k, d in zip(v.T, d_slopes, strict=True):
                    total += v_k[:, None] * (slope[:, None] * d).sum(axis=2)
                d_par[block.start : block.stop, columns] += total
        return d_par, d_nu

    def _profile_block(
        self,
        p: FloatArray,
        expectations: Sequence[Expectation] | None = None,
        start: FloatArray | None = None,
    ) -> tuple[FloatArray, FloatArray, BoolArray]:
        """Minimise one block: Newton for all points at once, then one by one those that
        touch µ = 0."""
        weights, layout = self._weights, self._layout
        if expectations is None:
            expectations = [
                term._expectation(p[:, columns]) for term, columns, _ in layout
            ]
        parts = [
            term._part(e, k)
            for (term, _, k), e in zip(layout, expectations, strict=True)
        ]
        good = np.ones(len(p), dtype=bool)
        nu = np.zeros((len(weights), len(p)))
        first = None
        if start is not None:
            nu = start.T.copy()
            parts = [part.shifted(nu) for part in parts]
            huge = any(
                term._huge(e).any()
                for (term, _, _), e in zip(layout, expectations, strict=True)
            )
            if huge or not all(part.feasible().all() for part in parts):
                return self._profile_block(p, expectations)
        else:
            first = [
                term._first_part(e, k)
                for (term, _, k), e in zip(layout, expectations, strict=True)
            ]
            for part, (term, _, _), e in zip(parts, layout, expectations, strict=True):
                good &= part.feasible() & ~term._huge(e)
            if not good.all():
                rows = np.flatnonzero(good)
                parts = [part.take(rows) for part in parts]
                first = [None if part is None else part.take(rows) for part in first]
        nu[:, good], failed = _newton(parts, weights, nu[:, good], first)
        good[np.flatnonzero(good)[failed]] = False
        value = (nu**2 * weights[:, None]).sum(axis=0)
        for (term, _, k), e in zip(layout, expectations, strict=True):
            value += term._value(_expected(e, nu[k].T))
        good &= np.isfinite(value)
        boundary = np.zeros(len(p), dtype=bool)
        for row in np.flatnonzero(~good):
            value[row], nu[:, row], boundary[row] = self._profile_hard(p[row])
        return value, nu.T, boundary

    @property
    def _compilable(self) -> bool:
        """Whether there are compiled loops for this cost."""
        return all(type(term) is PoissonCost for term in self.terms)

    def _profile_compiled(
        self,
        p: FloatArray,
        expectations: Sequence[Expectation] | None = None,
        start: FloatArray | None = None,
    ) -> tuple[FloatArray, FloatArray, BoolArray]:
        """`_profile_block` by the compiled loops, which leave the hard points to it."""
        from nuprobe.inference.compiled import profile

        if expectations is None:
            expectations = [
                term._expectation(p[:, columns]) for term, columns, _ in self._layout
            ]
        data = np.concatenate([term.data for term in self.terms])
        order = np.argsort(data <= 0, kind="stable")
        counts = data[data > 0]
        most = _HUGE * min(float(term._spread.min(initial=1.0)) for term in self.terms)
        limits = np.array(
            [
                most,
                min(max(1e-10, counts.min(initial=1.0)), 1.0),
                _LAST,
                _LAST_BUT_ONE,
                _PLAIN,
            ]
        )
        value, nu = np.empty(len(p)), np.empty((len(p), len(self.nuisances)))
        start = nu[:0] if start is None else np.array(start, order="C")
        profile(
            *_arrays_of(self._joined(expectations)),
            order,
            counts,
            self._weights,
            start,
            limits,
            value,
            nu,
        )
        boundary = np.zeros(len(p), dtype=bool)
        left = np.flatnonzero(np.isnan(value))
        if left.size:
            value[left], nu[left], boundary[left] = self._profile_block(
                p[left], [_some(e, left) for e in expectations]
            )
        return value, nu, boundary

    def _joined(self, expectations: Sequence[Expectation]) -> Expectation:
        """Bins of all terms behind each other, with a slope for each nuisance of the
        cost."""
        if len(self.terms) == 1:
            return expectations[0]
        slopes: list[list[FloatArray]] = [[] for _ in self.nuisances]
        for (term, _, k), e in zip(self._layout, expectations, strict=True):
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

    def _profile_hard(self, point: FloatArray) -> tuple[float, FloatArray, bool]:
        """One point where ν = 0 is impossible, or an empty bin is driven to µ = 0:
        convex minimum with µ ≥ 0.

        Bins get at least a pseudo-count that shrinks to 0: the logarithmic barrier of
        interior-point methods, whose path leads to the minimum from far away. Newton's
        steps are taken in coordinates t along the principal axes of the slopes, ν =
        axes·t: where counts are huge and nuisances cancel them, the combination of
        nuisances that leaves them alone is then a coordinate and not a small
        difference. µ follows the steps for the same reason. Rounding of the expectation
        itself, as the prediction gave it, remains.
        """
        weights, layout = self._weights, self._layout
        count = len(weights)
        given = [term._expectation(point[None, columns]) for term, columns, _ in layout]
        plain = [
            term._part(e, k, _BARRIER[0])
            for (term, _, k), e in zip(layout, given, strict=True)
        ]
        nu = np.zeros(count)
        impossible = any(
            not t._possible_rigid(e) for (t, _, _), e in zip(layout, given, strict=True)
        )
        if not impossible and not all(part.feasible().all() for part in plain):
            start = _feasible_start(
                [part for part in plain if part.curve.floor], self.nuisances
            )
            impossible = start is None
            nu = nu if start is None else start
        if impossible:
            return inf, np.zeros(count), False

        slopes = [np.zeros((count, term.n_bins)) for term in self.terms]
        for matrix, (_, _, k), e in zip(slopes, layout, given, strict=True):
            for j, slope in zip(k, e.slopes, strict=True):
                matrix[j] = slope[0]
        axes = _principal_axes(slopes, self.terms, weights)
        along = [
            tuple(axes.T @ matrix) for matrix in slopes
        ]  # a bin that no nuisance moves stays exactly so
        every = list(range(count))
        mu = [
            _expected(e, nu[None, k])
            for (_, _, k), e in zip(layout, given, strict=True)
        ]
        t_now = np.asarray(np.linalg.solve(axes, nu)[:, None], dtype=float)
        pulls = (axes * np.sqrt(weights)[:, None]).T  # (t, nuisances)
        pulled = nu[None] * np.sqrt(weights)

        def value_now() -> float:
            return float(
                (pulled**2).sum()
                + sum(t._value(m)[0] for t, m in zip(self.terms, mu, strict=True))
            )

        value = value_now()
        for pseudo in _BARRIER:
            if pseudo > max(value, _BARRIER[-1]):
                continue
            now = [
                Expectation(m, tuple(s[None] for s in rows))
                for m, rows in zip(mu, along, strict=True)
            ]
            parts = [
                term._part(e, every, pseudo)
                for term, e in zip(self.terms, now, strict=True)
            ]
            pull = _Part(pulled, list(enumerate(pulls)), [], [], _PULL, touched=False)
            t_now, failed = _newton([*parts, pull], np.zeros(count), t_now)
            if failed.size:
                raise ComputationError(
                    f"{self.name}: the nuisances did not converge at"
                    f" {self._describe(point)}; look for a nuisance without effect, or"
                    " a prediction that is nearly 0"
                )
            for term, e, m, part in zip(self.terms, now, mu, parts, strict=True):
                m[:, term._used(e, pseudo)] = part.base
            pulled = pull.base
            value = value_now()
            if pseudo <= _NEGLIGIBLE * value:
                break
        return value, axes @ t_now[:, 0], any(part.touched for part in parts)


def _principal_axes(
    slopes: list[FloatArray], terms: Sequence[_Term], weights: FloatArray
) -> FloatArray:
    """Principal axes of slopes in units of the spread of the data and of the
    constraints, (nuisances, axes)."""
    rows = np.concatenate(
        [s / term._spread for s, term in zip(slopes, terms, strict=True)], axis=1
    )
    size = np.linalg.norm(rows, axis=1)
    free = 1 / np.where(size > 0, size, 1.0)
    unit = np.where(weights > 0, 1 / np.sqrt(np.where(weights > 0, weights, 1.0)), free)
    return np.asarray(
        unit[:, None]
        * np.linalg.svd(rows * unit[:, None], full_matrices=rows.shape[1] < len(rows))[
            0
        ]
    )


def _barrier_of(best: Profiled) -> FloatArray:
    """The pseudo-count with which `_profile_hard` ended at each point, 0 where it was
    not needed."""
    if not best.boundary.any():
        return np.zeros(len(best.boundary))
    last = np.full(len(best.boundary), _BARRIER[-1])
    for t in reversed(_BARRIER):
        last[t <= _NEGLIGIBLE * best.twice_nll] = t
    return np.where(best.boundary, last, 0.0)


class _Term(Cost):
    """One statistic for one prediction; a subclass says how a bin's cost depends on its
    expectation.

    The cost is ``linear * sum(mu)`` over all bins plus f(mu) over the active ones: for
    a Poisson cost an empty bin has no more than its linear part, which saves most of
    the work where data are sparse.
    """

    prediction: Prediction
    data: FloatArray
    linear: float
    positive: bool

    def __init__(self, prediction: Prediction, data: ArrayLike, name: str) -> None:
        self.prediction = prediction
        self.name = name or prediction.name
        self.parameters = tuple(prediction.parameters)
        self.nuisances = tuple(prediction.nuisances)
        self.terms = (self,)
        for kind, names in (
            ("parameters", [p.name for p in self.parameters]),
            ("nuisances", [n.name for n in self.nuisances]),
        ):
            if len(set(names)) < len(names):
                raise InputError(
                    f"{self.name}: two {kind} have one name in ({', '.join(names)})"
                )
        self.n_bins = self._checked_prediction()
        self.data = self._bins(data, "data")

    def _checked_prediction(self) -> int:
        e = self.prediction.expectation(self.default[None])
        if (
            e.base.ndim != 2
            or len(e.base) != 1
            or any(s.shape != e.base.shape for s in e.slopes)
        ):
            shapes = [s.shape for s in e.slopes]
            raise InputError(
                f"{self.name}: for one point base and slopes have shape (1, bins), got"
                f" {e.base.shape}, {shapes}"
            )
        if len(e.slopes) != len(self.nuisances):
            raise InputError(
                f"{self.name}: {len(self.nuisances)} nuisances but {len(e.slopes)}"
                " slopes"
            )
        return int(e.base.shape[1])

    def _bins(self, values: ArrayLike, what: str) -> FloatArray:
        array = np.array(values, dtype=float)
        if array.shape != (self.n_bins,):
            raise InputError(
                f"{self.name}: {what} has shape {array.shape}, the prediction has"
                f" {self.n_bins} bins"
            )
        if not np.isfinite(array).all():
            bad = int((~np.isfinite(array)).argmax())
            raise InputError(
                f"{self.name}: {what} of bin {bad} is {array[bad]}, not a finite"
                " number; correct or drop it"
            )
        array.flags.writeable = False
        return array

    def with_data(self, data: ArrayLike | Sequence[ArrayLike]) -> Cost:
        """Same cost for other data, shape (bins,)."""
        return self._with_terms_data([np.asarray(data, dtype=float)])

    def _expectation(self, points: FloatArray) -> Expectation:
        e = self.prediction.expectation(points)
        if not np.isfinite(e.base.sum()) or any(
            not np.isfinite(s.sum()) for s in e.slopes
        ):
            row = int((~np.isfinite(e.base).all(axis=1)).argmax())
            raise ComputationError(
                f"{self.name}: the prediction is not a finite number at or near"
                f" {self._describe(points[row])}"
            )
        return e

    def _part(self, e: Expectation, k: list[int], barrier: float = 0.0) -> _Part:
        """Cut to the bins in which the cost is not just linear; a barrier gives the
        empty ones a pseudo-count."""
        use = self._used(e, barrier)
        bins = np.flatnonzero(use)
        cut: Callable[[FloatArray], FloatArray] = (
            (lambda a: a) if use.all() else (lambda a: a.take(bins, axis=1))
        )
        return _Part(
            base=cut(e.base),
            constant=[
                (j, cut(s)[0]) for j, s in zip(k, e.slopes, strict=True) if len(s) == 1
            ],
            varying=[
                (j, cut(s)) for j, s in zip(k, e.slopes, strict=True) if len(s) > 1
            ],
            linear=[
                (j, self.linear * s.sum(axis=1))
                for j, s in zip(k, e.slopes, strict=True)
            ],
            curve=self._curve(use, barrier),
            touched=bool((use & ~self._active).any()),
        )

    def _huge(self, e: Expectation) -> BoolArray:
        """Points whose expectation is rounded to more than 1e-4 of the spread of the
        data: hard ones."""
        most = _HUGE * float(self._spread.min())
        # the sum is much cheaper than the maxima
        if abs(e.base).sum() < most:
            return np.zeros(len(e.base), dtype=bool)
        return np.asarray(np.abs(e.base).max(axis=1) > most)

    def _used(self, e: Expectation, barrier: float) -> BoolArray:
        return self._active | _flexible(e).any(axis=0) if barrier else self._active

    def _first_part(self, e: Expectation, k: list[int]) -> _Part | None:
        """All bins with the expected curvature: a first step from far lands much closer
        than with the actual one.

        None where the active bins with the expected curvature do as well.
        """
        return None

    def _possible_rigid(self, e: Expectation) -> bool:
        """Whether the bins that no nuisance moves (of one point) allow the data."""
        if not self.positive:
            return True
        return bool(
            np.isfinite(
                self._value(np.where(_flexible(e), np.maximum(self.data, 1.0), e.base))[
                    0
                ]
            )
        )

    @property
    @abstractmethod
    def _active(self) -> BoolArray:
        """Bins with a part beyond the linear one."""

    @property
    @abstractmethod
    def _spread(self) -> FloatArray:
        """Standard deviation to expect of the data, roughly, (bins,)."""

    @abstractmethod
    def _curve(self, use: BoolArray, barrier: float) -> _Curve:
        """How f depends on mu in the bins used."""

    @abstractmethod
    def _value(self, mu: FloatArray) -> FloatArray:
        """Cost without pulls, (points,)."""

    @abstractmethod
    def _full_slope(self, mu: FloatArray, barrier: FloatArray) -> FloatArray:
        """Derivative of the cost with respect to mu in all bins, (points, bins)."""

    @abstractmethod
    def _information(self, mu: FloatArray) -> FloatArray:
        """Expected second derivative of the cost with respect to mu, (points, bins)."""

    @abstractmethod
    def _draw(self, mu: FloatArray, rng: np.random.Generator) -> FloatArray: ...

    @abstractmethod
    def _possible(self, mu: FloatArray) -> bool: ...

    @abstractmethod
    def _arrays(self) -> tuple[FloatArray, ...]: ...


class GaussianCost(_Term):
    """χ² = Σ((d − µ)/σ)² + Σ(ν_k/σ_k)²; errors may differ on the two sides.

    With two normalisation nuisances this is the χ² of the COHERENT analyses
    (Cadeddu:2017etk, unverified).

    Parameters
    ----------
    prediction : the expectation µ.
    data, sigma : measured values d and their standard deviations, shape (bins,).
    name : shown in messages; that of the prediction if empty.
    below : standard deviations where µ < d, if they are others (those quoted as −σ).

    Raises
    ------
    InputError
        If shapes do not fit, a value is not finite or a sigma is not positive.
    """

    linear = 0.0
    positive = False

    def __init__(
        self,
        prediction: Prediction,
        data: ArrayLike,
        sigma: ArrayLike,
        name: str = "",
        *,
        below: ArrayLike | None = None,
    ) -> None:
        super().__init__(prediction, data, name)
        self.sigma = self._bins(sigma, "sigma")
        self.below = self.sigma if below is None else self._bins(below, "sigma below")
        for values in (self.sigma, self.below):
            if not (values > 0).all():
                bad = int((values <= 0).argmax())
                raise InputError(
                    f"{self.name}: sigma of bin {bad} is {values[bad]}, it must be"
                    " positive"
                )

    def _with_terms_data(self, data: Sequence[FloatArray]) -> Cost:
        return GaussianCost(
            self.prediction,
            data[0],
            self.sigma,
            self.name,
            below=None if self.below is self.sigma else self.below,
        )

    def _at(self, mu: FloatArray) -> FloatArray:
        """Return σ on the side of µ."""
        return np.where(mu < self.data, self.below, self.sigma)

    @property
    def _active(self) -> BoolArray:
        return np.ones(self.n_bins, dtype=bool)

    @property
    def _spread(self) -> FloatArray:
        return self.sigma

    def _curve(self, use: BoolArray, barrier: float) -> _Curve:
        weight, data = 2 / self.sigma[use] ** 2, self.data[use]
        if self.below is not self.sigma:
            other = 2 / self.below[use] ** 2
            return _Curve(
                slope=lambda mu, out: np.multiply(
                    mu - data, np.where(mu < data, other, weight), out=out
                ),
                curvature=lambda mu, slope, out: np.where(mu < data, other, weight),
                floor=None,
            )
        return _Curve(
            slope=lambda mu, out: np.multiply(
                np.subtract(mu, data, out=out), weight, out=out
            ),
            curvature=lambda mu, slope, out: weight[None],
            floor=None,
        )

    def _value(self, mu: FloatArray) -> FloatArray:
        return np.asarray((((mu - self.data) / self._at(mu)) ** 2).sum(axis=1))

    def _full_slope(self, mu: FloatArray, barrier: FloatArray) -> FloatArray:
        return np.asarray(2 * (mu - self.data) / self._at(mu) ** 2)

    def _information(self, mu: FloatArray) -> FloatArray:
        return np.broadcast_to(2 / self.sigma**2, mu.shape)

    def _draw(self, mu: FloatArray, rng: np.random.Generator) -> FloatArray:
        if self.below is self.sigma:
            return rng.normal(mu, self.sigma)
        # d < µ has the error above d, and each side the share of its width
        lower = rng.random(mu.shape) < self.sigma / (self.sigma + self.below)
        return np.asarray(
            mu
            + np.abs(rng.normal(size=mu.shape))
            * np.where(lower, -self.sigma, self.below)
        )

    def _possible(self, mu: FloatArray) -> bool:
        return True

    def _arrays(self) -> tuple[FloatArray, ...]:
        both = self.below is not self.sigma
        return (self.data, self.sigma, self.below) if both else (self.data, self.sigma)


class PoissonCost(_Term):
    """−2 ln of the Poisson likelihood ratio: 2Σ[µ − n + n ln(n/µ)] + Σ(ν_k/σ_k)²
    (Baker:1983tu).

    The counts need not be integers (Asimov data). An expectation below 0, or of 0 where
    n > 0, costs ``inf``; 0 expected and 0 seen cost 0.

    Parameters
    ----------
    prediction : the expectation µ.
    data : counts n, shape (bins,).
    name : shown in messages; that of the prediction if empty.

    Raises
    ------
    InputError
        If shapes do not fit or a count is negative or not finite.
    """

    linear = 2.0
    positive = True

    def __init__(self, prediction: Prediction, data: ArrayLike, name: str = "") -> None:
        super().__init__(prediction, data, name)
        if (self.data < 0).any():
            bad = int((self.data < 0).argmax())
            raise InputError(
                f"{self.name}: bin {bad} has {self.data[bad]} counts; Poisson counts"
                " are not negative (use GaussianCost for background-subtracted data)"
            )

    def _with_terms_data(self, data: Sequence[FloatArray]) -> Cost:
        return PoissonCost(self.prediction, data[0], self.name)

    @property
    def _active(self) -> BoolArray:
        return self.data > 0

    @property
    def _spread(self) -> FloatArray:
        return np.sqrt(np.maximum(self.data, 1.0))

    def _curve(self, use: BoolArray, barrier: float) -> _Curve:
        minus_twice = -2 * np.maximum(self.data, barrier)[use]
        return _Curve(
            slope=lambda mu, out: np.divide(minus_twice, mu, out=out),
            curvature=lambda mu, slope, out: np.negative(
                np.divide(slope, mu, out=out), out=out
            ),
            expected=_inverse,
            floor=max(
                1e-10, -0.5 * minus_twice.max(initial=-inf if use.any() else -2.0)
            ),
        )

    def _first_part(self, e: Expectation, k: list[int]) -> _Part | None:
        if self._active.mean() > _MOST:
            return None
        minus_twice = -2 * self.data
        # an infinite µ takes bins without expectation out
        return _Part(
            base=np.where(e.base > 0, e.base, inf),
            constant=[
                (j, s[0]) for j, s in zip(k, e.slopes, strict=True) if len(s) == 1
            ],
            varying=[(j, s) for j, s in zip(k, e.slopes, strict=True) if len(s) > 1],
            linear=[(j, 2 * s.sum(axis=1)) for j, s in zip(k, e.slopes, strict=True)],
            curve=_Curve(
                slope=lambda mu, out: np.divide(minus_twice, mu, out=out),
                curvature=_inverse,
                floor=1.0,
                expected=_inverse,
            ),
            touched=False,
        )

    def _value(self, mu: FloatArray) -> FloatArray:
        seen = np.flatnonzero(self.data > 0)
        everywhere = len(seen) == self.n_bins
        n = self.data[seen]
        occupied = mu if everywhere else mu.take(seen, axis=1)
        impossible = occupied.min(axis=1, initial=inf) <= 0
        if not everywhere:
            impossible |= mu.min(axis=1) < 0
        if impossible.any():
            occupied = np.where(impossible[:, None], n, occupied)
        # n ln(n/µ) + µ − n = n·g(µ/n): log of the ratio keeps the small difference of
        # large numbers
        value = 2 * (mu.sum(axis=1) - n.sum() - np.log(occupied / n) @ n)
        return np.where(impossible, inf, np.maximum(value, 0.0))

    def _full_slope(self, mu: FloatArray, barrier: FloatArray) -> FloatArray:
        n = np.where(self.data > 0, self.data, barrier)
        bad = (mu < 0) | ((mu == 0) & (self.data > 0))
        ratio = np.divide(n, mu, out=np.zeros_like(mu), where=(n > 0) & (mu > 0))
        return np.where(bad, inf, 2 - 2 * ratio)

    def _information(self, mu: FloatArray) -> FloatArray:
        return np.divide(2.0, mu, out=np.zeros_like(mu), where=mu > 0)

    def _draw(self, mu: FloatArray, rng: np.random.Generator) -> FloatArray:
        return rng.poisson(mu).astype(float)

    def _possible(self, mu: FloatArray) -> bool:
        return bool((mu >= 0).all())

    def _arrays(self) -> tuple[FloatArray, ...]:
        return (self.data,)


class CostSum(Cost):
    """Sum of costs: physics parameters and nuisances of one name are one, and each
    nuisance is constrained once.

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
        parameters: dict[str, tuple[Parameter, str]] = {}
        nuisances: dict[str, tuple[Nuisance, str]] = {}
        for term in self.terms:
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
                        f" {term.name} has {_parameter(p)}; give both one definition,"
                        " or one of them another name"
                    )
            for n in term.nuisances:
                m, owner = nuisances.setdefault(n.name, (n, term.name))
                if n.sigma != m.sigma:
                    raise InputError(
                        f"nuisance {n.name} differs: {owner} has sigma {m.sigma:g},"
                        f" {term.name} has {n.sigma:g}; give both one sigma, or one of"
                        " them another name"
                    )
            clash = parameters.keys() & nuisances.keys()
            if clash:
                raise InputError(
                    f"{min(clash)} is a parameter of one cost and a nuisance of"
                    " another; rename one"
                )
        self.parameters = tuple(p for p, _ in parameters.values())
        self.nuisances = tuple(n for n, _ in nuisances.values())

    def with_data(self, data: ArrayLike | Sequence[ArrayLike]) -> Cost:
        """Same costs for other data: a sequence with one array a term."""
        arrays = list(data) if isinstance(data, Iterable) else []
        if len(arrays) != len(self.terms):
            raise InputError(
                f"{self.name}: data for {len(self.terms)} terms are needed, got"
                f" {len(arrays)}"
            )
        return self._with_terms_data([np.asarray(a, dtype=float) for a in arrays])

    def _with_terms_data(self, data: Sequence[FloatArray]) -> Cost:
        return CostSum(
            *(
                term._with_terms_data([d])
                for term, d in zip(self.terms, data, strict=True)
            ),
            name=self.name,
        )


def _parameter(p: Parameter) -> str:
    return f"[{p.lower:g}, {p.upper:g}] {p.unit}".rstrip() + f" (default {p.default:g})"


def _blocks(points: int) -> list[slice]:
    return [slice(i, min(i + BLOCK, points)) for i in range(0, points, BLOCK)]


def _expected(e: Expectation, nu: FloatArray) -> FloatArray:
    """Counts (points, bins) at nuisances (points, nuisances)."""
    mu = np.array(e.base)
    room = np.empty_like(mu)
    for v, slope in zip(nu.T, e.slopes, strict=True):
        mu += np.multiply(v[:, None], slope, out=room)
    return mu


def _arrays_of(
    e: Expectation,
) -> tuple[FloatArray, FloatArray, FloatArray, NDArray[np.int64]]:
    """Base, slopes alike at all points, other slopes and the nuisance of each, as the
    compiled loops take them."""
    points, bins = e.base.shape
    fixed = [j for j, s in enumerate(e.slopes) if len(s) == 1]
    others = [j for j, s in enumerate(e.slopes) if len(s) > 1]
    constant, varying = (
        np.empty((len(fixed), bins)),
        np.empty((len(others), points, bins)),
    )
    for row, j in zip(constant, fixed, strict=True):
        row[:] = e.slopes[j][0]
    for rows, j in zip(varying, others, strict=True):
        rows[:] = e.slopes[j]
    base = np.require(e.base, requirements=["C", "W"])
    return base, constant, varying, np.array(fixed + others, dtype=np.int64)


def _total_jacobian(
    prediction: Prediction, p: FloatArray, nu: FloatArray
) -> FloatArray:
    """Derivatives of the expectation at some nuisances in the parameters, (points,
    parameters, bins)."""
    if isinstance(prediction, CompiledPrediction) and prediction.compiled:
        return prediction.total_jacobian(p, nu)
    base, slopes = prediction.jacobian(p)
    total = np.array(np.broadcast_to(base, (len(p), *base.shape[1:])), order="C")
    for v, along in zip(nu.T, slopes, strict=True):
        total += v[:, None, None] * along
    return total


def _some(e: Expectation, rows: NDArray[np.intp]) -> Expectation:
    """Expectation of some of the points."""
    return Expectation(
        e.base[rows], tuple(s[rows] if len(s) == len(e.base) else s for s in e.slopes)
    )


def _flexible(e: Expectation) -> BoolArray:
    """Bins that some nuisance moves, (points, bins)."""
    flexible = np.zeros(e.base.shape, dtype=bool)
    for slope in e.slopes:
        flexible |= slope != 0
    return flexible


@dataclass(frozen=True)
class _Curve:
    """The nonlinear part f(µ) of a cost, a bin; both functions may write into `out`."""

    slope: Callable[[FloatArray, FloatArray], FloatArray]  # (µ, out) -> f'
    curvature: Callable[
        [FloatArray, FloatArray, FloatArray], FloatArray
    ]  # (µ, f', out) -> f''
    expected: Callable[[FloatArray, FloatArray, FloatArray], FloatArray] | None = (
        None  # the same for data as expected
    )
    floor: float | None = (
        # smallest count if µ must stay positive; None if it need not, and f is
        # quadratic
        None
    )


_PULL: Final = _Curve(
    slope=lambda mu, out: np.multiply(mu, 2.0, out=out),
    curvature=lambda mu, slope, out: np.full_like(mu, 2.0),
    floor=None,
)


@dataclass
class _Part:
    """One term over one block, cut to its active bins; `base` follows the Newton
    steps."""

    base: FloatArray  # current µ, (points, bins)
    constant: list[tuple[int, FloatArray]]  # nuisance, slope (bins,)
    varying: list[tuple[int, FloatArray]]  # nuisance, slope (points, bins)
    linear: list[
        tuple[int, FloatArray]
    ]  # nuisance, constant part of the gradient (points,) or (1,)
    curve: _Curve
    touched: bool  # whether a barrier acts on some bins

    def __post_init__(self) -> None:
        self.order = [j for j, _ in self.constant]
        self.matrix = np.array([s for _, s in self.constant]).reshape(
            len(self.order), self.base.shape[1]
        )
        self.pairs = [(a, b) for a in range(len(self.order)) for b in range(a + 1)]
        self.products = np.array(
            [self.matrix[a] * self.matrix[b] for a, b in self.pairs]
        )
        # written again and again: fresh memory would cost more than the arithmetic
        self.base = self.base.copy()
        self.slope, self.room, self.change = (
            np.empty_like(self.base) for _ in range(3)
        )

    def feasible(self) -> BoolArray:
        if self.curve.floor is None:
            return np.ones(len(self.base), dtype=bool)
        return np.asarray(self.base.min(axis=1, initial=inf) > 0)

    def take(self, rows: NDArray[np.intp]) -> _Part:
        return _Part(
            self.base[rows],
            self.constant,
            [(j, s[rows]) for j, s in self.varying],
            [(j, c[rows] if len(c) > 1 else c) for j, c in self.linear],
            self.curve,
            self.touched,
        )

    def move(self, step: FloatArray) -> FloatArray:
        """Change of µ for a step of the nuisances (nuisances, points); valid until the
        next call."""
        if self.order:
            np.matmul(step[self.order].T, self.matrix, out=self.change)
        else:
            self.change.fill(0.0)
        for j, s in self.varying:
            self.change += np.multiply(step[j][:, None], s, out=self.room)
        return self.change

    def shifted(self, nu: FloatArray) -> _Part:
        self.base += self.move(nu)
        return self

    def add_gradient(self, gradient: FloatArray) -> None:
        slope = self.curve.slope(self.base, self.slope)
        for j, c in self.linear:
            gradient[j] += c
        if self.order:
            gradient[self.order] += (slope @ self.matrix.T).T
        for j, s in self.varying:
            gradient[j] += _dot(slope, s)

    def add_hessian(self, hessian: FloatArray, expected: bool) -> None:
        """Add to the lower triangle; uses the slope that `add_gradient` left."""
        bend = (
            self.curve.expected
            if expected and self.curve.expected
            else self.curve.curvature
        )
        curvature = bend(self.base, self.slope, self.room)
        if self.order:
            for column, (a, b) in zip(
                (curvature @ self.products.T).T, self.pairs, strict=True
            ):
                i, j = self.order[a], self.order[b]
                hessian[max(i, j), min(i, j)] += column
        for n, (i, s) in enumerate(self.varying):
            weighted = np.multiply(curvature, s, out=self.change)
            for j, other in self.varying[: n + 1]:
                hessian[max(i, j), min(i, j)] += _dot(weighted, other)
            if self.order:
                for j, column in zip(
                    self.order, (weighted @ self.matrix.T).T, strict=True
                ):
                    hessian[max(i, j), min(i, j)] += column


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """Row by row; twice as fast with numpy 2."""
    vecdot = getattr(np, "vecdot", None)
    return np.asarray(vecdot(a, b) if vecdot else np.einsum("pb,pb->p", a, b))


def _gradient(parts: list[_Part], weights: FloatArray, nu: FloatArray) -> FloatArray:
    gradient = 2 * weights[:, None] * nu
    for part in parts:
        part.add_gradient(gradient)
    return gradient


def _inverse(mu: FloatArray, slope: FloatArray, out: FloatArray) -> FloatArray:
    """Expected curvature 2/µ of a Poisson cost."""
    return np.divide(2.0, mu, out=out)


def _hessian(
    parts: list[_Part], weights: FloatArray, points: int, expected: bool = False
) -> FloatArray:
    """Symmetric, (nuisances, nuisances, points); needs the slopes of `_gradient`."""
    k = len(weights)
    hessian = np.zeros((k, k, points))
    hessian[range(k), range(k)] = 2 * weights[:, None]
    for part in parts:
        part.add_hessian(hessian, expected)
    for i in range(k):
        hessian[:i, i] = hessian[i, :i]
    return hessian


def _solve(hessian: FloatArray, gradient: FloatArray) -> FloatArray:
    """H⁻¹ g for every point by LDLᵀ over whole arrays of points; a direction that H
    does not see gives 0."""
    k = len(gradient)
    if (
        k and gradient.shape[1] <= _FEW
    ):  # so few points that LAPACK, matrix by matrix, costs less
        each = hessian.transpose(2, 0, 1)
        try:
            pivots = np.diagonal(np.linalg.cholesky(each), axis1=1, axis2=2) ** 2
        except np.linalg.LinAlgError:
            pivots = np.zeros((1, k))
        if np.all(pivots > 1e-13 * np.diagonal(each, axis1=1, axis2=2)):
            return np.asarray(np.linalg.solve(each, gradient.T[:, :, None])[:, :, 0].T)
    low: dict[tuple[int, int], FloatArray] = {}
    inverse: list[FloatArray] = []
    x = gradient.copy()
    for j in range(k):
        diagonal = hessian[j, j].copy()
        for m in range(j):
            scaled = low[j, m]
            diagonal -= scaled * scaled * inverse[m]
        seen = diagonal > 1e-13 * hessian[j, j]
        inverse.append(
            np.divide(1.0, diagonal, out=np.zeros_like(diagonal), where=seen)
        )
        for i in range(j + 1, k):
            entry = hessian[i, j].copy()
            for m in range(j):
                entry -= low[i, m] * low[j, m] * inverse[m]
            low[i, j] = entry  # L times D
    for j in range(k):
        for m in range(j):
            x[j] -= low[j, m] * inverse[m] * x[m]
    for j in range(k):
        x[j] *= inverse[j]
    for j in reversed(range(k)):
        for i in range(j + 1, k):
            x[j] -= low[i, j] * inverse[j] * x[i]
    return x


def _newton(
    parts: list[_Part],
    weights: FloatArray,
    nu: FloatArray,
    first: list[_Part | None] | None = None,
) -> tuple[FloatArray, NDArray[np.intp]]:
    """Minimise over the nuisances, from a possible start; the parts are at `nu` and
    move along.

    Full steps, shortened so that µ keeps a tenth of itself. Points that have not
    converged so go on with the damping 1/(1 + λ), which always converges for
    self-concordant functions such as µ/n − ln µ (Boyd & Vandenberghe §9.6): here λ² is
    the decrement over twice the smallest count n.

    Parameters
    ----------
    parts, weights, nu : terms at the start, 1/σ² and start of the nuisances,
        (nuisances, points).
    first : gives gradient and curvature of the first step, or (None) the curvature
        expected for a part does.

    Returns
    -------
    nu, failed : minimum (nuisances, points) and indices of points that did not
        converge.
    """
    result = nu.copy()
    rows = np.arange(nu.shape[1])
    floors = [part.curve.floor for part in parts if part.curve.floor is not None]
    exact, least = not floors, min(floors, default=1.0)
    floor = min(least, 1.0)
    last = False
    for iteration in range(_PLAIN + _DAMPED):
        begin = first is not None and iteration == 0
        source = (
            [f or p for f, p in zip(first, parts, strict=True)]
            if begin and first
            else parts
        )
        gradient = _gradient(source, weights, nu)
        if not last:
            hessian = _hessian(source, weights, len(rows), begin)
        step = -_solve(hessian, gradient)
        decrement = -(step * gradient).sum(axis=0)
        # inside λ² < floor no µ can change sign (the Dikin ellipsoid), so there is
        # nothing to check
        near = not begin and bool((decrement < floor).all())
        length = np.ones(len(rows))
        for part in parts:
            change = part.move(step)
            if part.curve.floor is not None and not near and change.size:
                # a step that removes the fraction r > 0.9 of some µ is shortened to
                # remove 0.9 of it
                lost = -np.divide(change, part.base, out=part.room).min(axis=1)
                length = np.minimum(length, 0.9 / np.maximum(lost, 0.9))
        if iteration >= _PLAIN:
            length = np.minimum(
                length,
                np.where(
                    decrement < 0.1 * least,
                    1.0,
                    1 / (1 + np.sqrt(np.maximum(decrement, 0) / (2 * least))),
                ),
            )
        full = bool((length == 1).all())
        nu = nu + (step if full else length * step)
        for part in parts:
            part.base += (
                part.change
                if full
                else np.multiply(length[:, None], part.change, out=part.room)
            )
        done = np.full(len(rows), exact or last)
        if not begin:
            done |= (decrement <= _LAST * floor) & (length == 1)
        if done.all():
            result[:, rows] = nu
            return result, rows[:0]
        last = not begin and full and bool((decrement <= _LAST_BUT_ONE * floor).all())
        if 2 * done.sum() > len(rows):
            result[:, rows] = nu
            left = np.flatnonzero(~done)
            rows, nu, hessian = rows[left], nu[:, left], hessian[:, :, left]
            parts = [part.take(left) for part in parts]
    result[:, rows] = nu
    return result, rows


def _feasible_start(
    parts: list[_Part], nuisances: tuple[Nuisance, ...]
) -> FloatArray | None:
    """Nuisances (of one point) with µ > 0 in all bins that they move, by linear
    programming; None if there are none."""
    from scipy.optimize import linprog

    slopes = np.zeros((sum(part.base.shape[1] for part in parts), len(nuisances)))
    first = 0
    for part in parts:
        last = first + part.base.shape[1]
        for j, s in part.constant:
            slopes[first:last, j] = s
        for j, s in part.varying:
            slopes[first:last, j] = s[0]
        first = last
    base = np.concatenate([part.base[0] for part in parts])
    flexible = (slopes != 0).any(axis=1)
    slopes, base = slopes[flexible], base[flexible]
    size = np.abs(slopes).max(axis=1) + np.abs(base)
    # the largest margin m <= 1 with base + slopes·nu >= m * size in every bin
    answer = linprog(
        np.append(np.zeros(len(nuisances)), -1.0),
        A_ub=np.column_stack([-slopes / size[:, None], np.ones(len(size))]),
        b_ub=base / size,
        bounds=[
            (None, None) if isinf(n.sigma) else (-100 * n.sigma, 100 * n.sigma)
            for n in nuisances
        ]
        + [(None, 1.0)],
    )
    if answer.status != 0:
        raise ComputationError(
            f"the search for possible nuisances failed: {answer.message}"
        )
    return np.asarray(answer.x[:-1]) if answer.x[-1] > 1e-12 else None
