"""Costs: −2 ln L of data given physics parameters and nuisances.

Points are processed in blocks of `BLOCK`, counted from the first point, whatever the
number of threads: results do not depend, to the last bit, on how the work is divided.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from math import isinf
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public_methods
from nuprobe.errors import ComputationError, InputError, UnknownNameError, shown
from nuprobe.inference.costs.blocks import minimum_of, slopes_of
from nuprobe.inference.costs.layout import Layout
from nuprobe.inference.costs.loops import profile_compiled
from nuprobe.inference.costs.marginal import shape_slopes
from nuprobe.inference.costs.morphing import (
    between_anchors,
    full_points,
    linear_part,
    morphed_information,
)
from nuprobe.inference.costs.nuisances import Profiled, profile_block
from nuprobe.inference.costs.origin import Origin
from nuprobe.inference.costs.slopes import exact_gradient
from nuprobe.inference.covariances import nuisance_covariance
from nuprobe.inference.expectations import blocks_of, expected_counts
from nuprobe.markup import table
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter

if TYPE_CHECKING:
    from nuprobe.inference.costs.term import Term
    from nuprobe.inference.costs.total import CostSum

__all__ = ["COMPILED", "Cost", "PointLike"]

COMPILED: Final = 8192
"""Number of points from which loading the compiled loops (half a second) pays off."""

PointLike = Mapping[str, float | str] | Mapping[str, float] | ArrayLike


@public_methods
class Cost(ABC):
    """−2 ln L of data given physics parameters and nuisances.

    Attributes
    ----------
    name : shown in messages and tables.
    parameters : physics parameters, in the order of the columns of ``points``.
    nuisances : nuisances with Gaussian constraints, in the order of the columns of
        ``nuisances``: linear ones, then those that morph between anchors.
    n_bins : number of data.
    terms : the individual costs it consists of.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> cost
    <GaussianCost 'coherent-csi-2017/energy': 12 bins, (rn), 4 nuisances>
    >>> cost.profiled([[5.0], [5.5]]).twice_nll.shape
    (2,)
    """

    name: str
    parameters: tuple[Parameter, ...]
    nuisances: tuple[Nuisance, ...]
    n_bins: int
    terms: tuple[Term, ...]

    def __add__(self, other: object) -> CostSum:
        """Add costs; parameters and nuisances with the same name are shared."""
        from nuprobe.inference.costs.total import CostSum

        return CostSum(self, other) if isinstance(other, Cost) else NotImplemented

    def __radd__(self, other: object) -> Cost:
        """Let ``sum([...])`` start from 0."""
        return self if isinstance(other, int) and other == 0 else NotImplemented

    def __repr__(self) -> str:
        """Name, size, parameters and nuisances."""
        names = ", ".join(p.name for p in self.parameters)
        return (
            f"<{type(self).__name__} {self.name!r}: {self.n_bins} bins, ({names}),"
            f" {len(self.nuisances)} nuisances>"
        )

    def _repr_html_(self) -> str:
        rows = [
            (p.name, f"{p.shown(p.default):.5g}", p.shown_unit) for p in self.parameters
        ]
        rows += [
            (n.name, "0", f"nuisance, sigma {n.sigma:.4g}") for n in self.nuisances
        ]
        title = f"{type(self).__name__} {self.name}: {self.n_bins} bins"
        return table(title, rows, ("parameter", "default", ""))

    @cached_property
    def layout(self) -> Layout:
        """Parameters and nuisances of the terms."""
        return Layout.of(self.name, self.parameters, self.nuisances, self.terms)

    @property
    def default(self) -> FloatArray:
        """The default point, shape (parameters,)."""
        return np.array([p.default for p in self.parameters])

    def index(self, name: str) -> int:
        """Column of the parameter `name`; raises `UnknownNameError`."""
        names = [p.name for p in self.parameters]
        if name not in names:
            raise UnknownNameError("parameter", name, names, owner=self.name)
        return names.index(name)

    def point(self, values: PointLike | None = None) -> FloatArray:
        """One point, shape (parameters,).

        Parameters
        ----------
        values : values by name (the others at their default), numbers in the unit of
            the parameter or texts with a unit, or an array (parameters,); the default
            point if not given.

        Raises
        ------
        InputError
            If a value is outside the range of its parameter, or is not a number.
        UnknownNameError
            If there is no parameter of that name.
        """
        if values is None:
            return self.default
        if isinstance(values, Mapping):
            point = self.default
            for name, value in values.items():
                i = self.index(name)
                point[i] = self.parameters[i].read(value)
        else:
            point = np.array(values, dtype=float)
            if point.shape != (len(self.parameters),):
                raise InputError(
                    f"{self.name}: a point has {len(self.parameters)} values, got shape"
                    f" {point.shape}"
                )
        return np.asarray(self.layout.checked_points(point)[0])

    def describe(self, point: FloatArray) -> str:
        """Values of one `point`, shape (parameters,), with units, for messages."""
        return self.layout.describe(point)

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
        p = self.layout.checked_points(points)
        nu = self.layout.checked_nuisances(nuisances, len(p))
        result = (nu**2 * self.layout.all_weights).sum(axis=1)
        p = full_points(self.layout, p, nu)
        for term, columns, k in self.layout.places:
            for block in blocks_of(len(p)):
                e = term.expectation(p[block][:, columns])
                result[block] += term.value(expected_counts(e, nu[block][:, k]))
        return np.asarray(result)

    def gradient(
        self, points: ArrayLike, nuisances: ArrayLike | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Derivatives of `twice_nll`, analytic.

        Parameters
        ----------
        points : shape (points, parameters), or (parameters,) for one point.
        nuisances : shape (points, nuisances) or (nuisances,); 0 if not given.

        Returns
        -------
        arrays, shapes (points, parameters) and (points, nuisances)

        Raises
        ------
        InputError
            As `twice_nll`.
        ComputationError
            If the data are impossible, so that there is no derivative.
        """
        p = self.layout.checked_points(points)
        nu = self.layout.checked_nuisances(nuisances, len(p))
        d, k = len(self.parameters), len(self.layout.nuisances)
        q = full_points(self.layout, p, nu)
        both, linear = exact_gradient(self.layout, q, nu[:, :k], np.zeros(len(p)))
        pulls = 2 * nu[:, k:] * self.layout.all_weights[k:]
        return both[:, :d], np.concatenate([linear, both[:, d:] + pulls], axis=1)

    @property
    def independent(self) -> tuple[Cost, ...]:
        """Costs without common nuisances that add up to this one; only a sum has
        several. They may have fewer parameters."""
        return (self,)

    def profiled(
        self, points: ArrayLike, *, threads: int = 1, compiled: bool | None = None
    ) -> Profiled:
        """−2 ln L minimised over all nuisances, for many points at once; marginal ones
        are integrated over, which adds the logarithm of their remaining volume.

        Parameters
        ----------
        points : shape (points, parameters), or (parameters,) for one point.
        threads : threads to share the blocks of points; the result does not depend on
            it.
        compiled : use compiled loops if this cost has them (all terms are Poisson);
            default: from `COMPILED` points on. Results agree to the accuracy of the
            minimum, not to the last bit.

        Raises
        ------
        InputError
            If shapes do not fit, or a value is NaN or outside the range of its
            parameter.
        ComputationError
            If the minimum was not found for some point; the worst point is named.
        """
        p = self.layout.checked_points(points)
        blocks = blocks_of(len(p))
        compiled = len(p) >= COMPILED if compiled is None else compiled
        minimise = (
            profile_compiled if compiled and self.layout.compilable else profile_block
        )

        def profile(block: slice) -> Profiled:
            return minimum_of(self.layout, p[block], minimise)

        if threads > 1 and len(blocks) > 1:
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(threads) as pool:
                parts = list(pool.map(profile, blocks))
        else:
            parts = [profile(block) for block in blocks]
        if len(parts) == 1:
            return parts[0]
        if not parts:
            nothing = np.empty((0, len(self.nuisances)))
            return Profiled(np.empty(0), nothing, np.empty(0, dtype=bool))
        return Profiled(
            np.concatenate([part.twice_nll for part in parts]),
            np.concatenate([part.nuisances for part in parts]),
            np.concatenate([part.boundary for part in parts]),
            np.concatenate([part.shapes for part in parts if part.shapes is not None])
            if self.layout.marginal
            else None,
        )

    def profiled_gradient(self, points: ArrayLike, *, threads: int = 1) -> FloatArray:
        """Derivatives of the profiled −2 ln L, shape (points, parameters).

        By the envelope theorem they are the partial derivatives at the minimum, plus
        those of the integral over marginal nuisances.

        Parameters
        ----------
        points, threads : as in `profiled`.
        """
        p = self.layout.checked_points(points)
        return self.gradient_at(p, self.profiled(p, threads=threads))

    def gradient_at(self, points: ArrayLike, best: Profiled) -> FloatArray:
        """`profiled_gradient` for a known minimum over the nuisances.

        Parameters
        ----------
        points : shape (points, parameters).
        best : result of `profiled` for them.
        """
        p = self.layout.checked_points(points)
        q, inner = (
            full_points(self.layout, p, best.nuisances),
            linear_part(self.layout, best),
        )
        every = exact_gradient(self.layout, q, inner.nuisances, inner.barrier)[0]
        return every[:, : p.shape[1]] + shape_slopes(self.layout, p)

    def profiled_slopes(
        self, points: ArrayLike
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Profiled −2 ln L with its gradient and expected curvature in one pass, for
        descents.

        The curvature is that of a prediction linear around the point (2 J W Jᵀ, the
        nuisances eliminated): positive, and close to the Hessian where the fit is good.

        Parameters
        ----------
        points : shape (points, parameters).

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
        """`profiled_slopes` and the nuisances, minimised from `start`.

        Near the minimum this saves most of the work and the result is the same. Where
        morphing nuisances leave several minima, it is the one below `start`.

        Parameters
        ----------
        points : shape (points, parameters).
        start : initial nuisances, shape (points, nuisances), or None.
        compiled : use compiled loops if this cost has them; they pay off after a few
            hundred calls.
        bent : whether the curvature is needed (otherwise it may be 0).
        """
        compiled = compiled and self.layout.compilable
        minimise = profile_compiled if compiled else profile_block
        p = self.layout.checked_points(points)
        self.layout.check_start(start, len(p))
        value, nuisances = np.empty(len(p)), np.empty((len(p), len(self.nuisances)))
        gradient, curvature = np.zeros(p.shape), np.zeros((*p.shape, p.shape[1]))
        for block in blocks_of(len(p)):
            begin = None if start is None else start[block]
            best, gradient[block], curvature[block] = slopes_of(
                self.layout, p[block], minimise, begin, compiled, bent
            )
            value[block], nuisances[block] = best.twice_nll, best.nuisances
        return value, gradient, curvature, nuisances

    def nuisance_covariance(self, point: ArrayLike, nuisances: ArrayLike) -> FloatArray:
        """Covariance of the nuisances at a fixed point, shape (nuisances, nuisances):
        twice the inverse Hessian of −2 ln L.

        Parameters
        ----------
        point : shape (parameters,).
        nuisances : shape (nuisances,), or (1, nuisances).

        Raises
        ------
        ComputationError
            If some combination of nuisances is not constrained by data or constraints.
        """
        layout = self.layout
        p = layout.checked_points(point)[:1]
        nu = layout.checked_nuisances(nuisances, 1)
        try:
            if layout.morphing:
                hessian = morphed_information(layout, p, nu)
                return np.asarray(2 * np.linalg.inv(hessian), dtype=float)
            parts = [
                term.moving(term.expectation(p[:, columns]), k).shifted(nu.T)
                for term, columns, k in layout.places
            ]
            return nuisance_covariance(parts, layout.weights, nu.T)
        except np.linalg.LinAlgError:
            raise ComputationError(
                f"{self.name}: the data do not determine the nuisances; give them a"
                " finite sigma"
            ) from None

    @abstractmethod
    def with_data(self, data: ArrayLike | Sequence[ArrayLike]) -> Cost:
        """Same cost for other `data`: (bins,), or one array per term of a sum."""

    @abstractmethod
    def of(self, origin: Origin) -> Cost:
        """The same cost with the `origin` of its data."""

    @abstractmethod
    def _with_all_data(self, data: Sequence[FloatArray]) -> Cost:
        """Same cost for other data, one array per term."""

    def expected(
        self, point: PointLike, nuisances: ArrayLike | None = None
    ) -> tuple[FloatArray, ...]:
        """Expected counts at one point, one array (bins,) per term.

        Parameters
        ----------
        point : values by name, or an array (parameters,).
        nuisances : shape (nuisances,); 0 if not given.
        """
        p = self.point(point)[None]
        nu = self.layout.checked_nuisances(nuisances, 1)
        p = full_points(self.layout, p, nu)
        return tuple(
            expected_counts(term.expectation(p[:, columns]), nu[:, k])[0]
            for term, columns, k in self.layout.places
        )

    def asimov(self, point: PointLike, nuisances: ArrayLike | None = None) -> Cost:
        """Same cost with the expectation as its data.

        Parameters
        ----------
        point, nuisances : as in `expected`.
        """
        return self._with_all_data(self.expected(point, nuisances))

    def simulate(
        self,
        point: PointLike,
        rng: np.random.Generator,
        nuisances: ArrayLike | None = None,
    ) -> Cost:
        """Same cost with data drawn at random at `point`.

        The true nuisances vary and their constraints are fixed (the prior predictive
        ensemble); `nuprobe.inference.toys` has the ensemble of repeated experiments,
        for which intervals of the profile likelihood are made.

        Parameters
        ----------
        point : true parameters.
        rng : source of random numbers.
        nuisances : true nuisances; drawn from their constraints if not given (those
            without one stay 0; a draw with a negative expectation is repeated).

        Raises
        ------
        InputError
            If the expectation is negative at the given nuisances (or at every one of
            1000 draws).
        """
        sigma = np.array([0.0 if isinf(n.sigma) else n.sigma for n in self.nuisances])
        for _ in range(1000 if nuisances is None else 1):
            random = rng.normal(0.0, sigma)
            drawn = random if nuisances is None else nuisances
            if nuisances is None and not between_anchors(self.layout, random):
                continue
            terms = list(zip(self.terms, self.expected(point, drawn), strict=True))
            if all(term.possible(mu) for term, mu in terms):
                return self._with_all_data([t.draw(mu, rng) for t, mu in terms])
        raise InputError(
            f"{self.name}: cannot simulate at {shown(point)}: the expectation is"
            " negative; choose another point"
        )

    def digest(self) -> str:
        """SHA-256 of data, errors, names and constraints, which together with the
        prediction define this cost."""
        state = hashlib.sha256()
        for term in self.terms:
            state.update(
                repr((type(term).__name__, term.name, term.prediction.name)).encode()
            )
            state.update(repr((term.parameters, term.nuisances)).encode())
            for array in term.arrays():
                state.update(repr(array.shape).encode() + array.tobytes())
        return state.hexdigest()
