"""The density to sample."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from math import inf, isfinite

import numpy as np

from nuprobe.errors import ComputationError, InputError, shown
from nuprobe.inference.chain.files import FORMAT
from nuprobe.inference.chain.mixture import Modes
from nuprobe.inference.chain.priors import (
    Flat,
    LogFlat,
    Normal,
    Prior,
    ends_of,
    in_words,
)
from nuprobe.inference.chain.result import SampleResult
from nuprobe.inference.checkpoints import probe
from nuprobe.inference.costs import Cost
from nuprobe.numerics import FloatArray
from nuprobe.parameters import MorphingNuisance

__all__ = ["Target"]


@dataclass(frozen=True)
class Target:
    """The density to sample. Coordinates ("inside") are the columns, the
    logarithm of those with such a prior.

    Attributes
    ----------
    cost : −2 ln L.
    columns : of the free parameters in a point of the cost.
    point : values of the other parameters, shape (parameters,).
    priors : of the free parameters.
    sampled : whether the nuisances are sampled.
    lower, upper : ends of the prior, shape (columns,).
    """

    cost: Cost
    columns: list[int]
    point: FloatArray
    priors: tuple[Prior, ...]
    sampled: bool
    lower: FloatArray
    upper: FloatArray

    @classmethod
    def of(
        cls,
        cost: Cost,
        free: Iterable[str] | None,
        fixed: Mapping[str, float] | None,
        priors: dict[str, Prior],
        nuisances: str,
    ) -> Target:
        """The density of a cost; arguments as for `sample`.

        Parameters
        ----------
        cost, free, fixed, priors, nuisances : as for `sample`.

        Raises
        ------
        InputError
            If a name is invalid or a prior is outside its range.
        """
        fixed = dict(fixed or {})
        names = (
            [p.name for p in cost.parameters if p.name not in fixed]
            if free is None
            else list(free)
        )
        columns = [cost.index(name) for name in names]
        if not names or len(set(names)) < len(names):
            raise InputError(
                f"{cost.name}: name one or more different parameters to sample, got"
                f" {shown(names)}"
            )
        both = sorted(set(names) & fixed.keys())
        if both:
            raise InputError(
                f"{cost.name}: {both[0]} is both free and fixed; choose one"
            )
        if nuisances not in ("sampled", "profiled"):
            raise InputError(
                f"nuisances must be 'sampled' or 'profiled', got {nuisances!r}"
            )
        stray = sorted(priors.keys() - set(names))
        if stray:
            raise InputError(
                f"{cost.name}: a prior is given for {stray[0]}, which is not a"
                f" free parameter ({', '.join(names)}); the prior of a nuisance is its"
                " constraint"
            )
        chosen = tuple(priors.get(name, Flat()) for name in names)
        ends = [
            ends_of(cost.parameters[c], prior)
            for c, prior in zip(columns, chosen, strict=True)
        ]
        open_ended = [
            (n.anchors[0], n.anchors[-1])
            if isinstance(n, MorphingNuisance)
            else (-inf, inf)
            for n in (cost.nuisances if nuisances == "sampled" else ())
        ]
        low, high = np.array(ends + open_ended).T
        return cls(
            cost, columns, cost.point(fixed), chosen, nuisances == "sampled", low, high
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns: free parameters, then nuisances if sampled."""
        parameters = tuple(self.cost.parameters[c].name for c in self.columns)
        return parameters + tuple(n.name for n in self.cost.nuisances) * self.sampled

    @property
    def logarithmic(self) -> list[int]:
        """Columns whose coordinate is their logarithm."""
        return [i for i, prior in enumerate(self.priors) if isinstance(prior, LogFlat)]

    def inside(self, x: FloatArray) -> FloatArray:
        """Coordinates of columns `x`, shape (points, columns)."""
        z = np.array(x)
        z[:, self.logarithmic] = np.log(z[:, self.logarithmic])
        return z

    def outside(self, z: FloatArray) -> FloatArray:
        """Columns at coordinates `z`, shape (points, columns)."""
        x = np.array(z)
        # a large step of the logarithm must not overflow
        x[:, self.logarithmic] = np.exp(np.clip(x[:, self.logarithmic], -700.0, 700.0))
        return x

    def __call__(self, x: FloatArray) -> FloatArray:
        """Logarithm of the density in the coordinates at (points, columns), up to a
        constant; −inf outside."""
        density = np.full(len(x), -inf)
        there = np.flatnonzero(
            ((x >= self.lower) & (x <= self.upper) & np.isfinite(x)).all(axis=1)
        )
        if there.size:
            n = len(self.columns)
            points, nu = self.full(x[there, :n]), x[there, n:]
            value = (
                self.cost.twice_nll(points, nu)
                if self.sampled
                else self.cost.profiled(points).twice_nll
            )
            if np.isnan(value).any():
                where = self.cost.describe(points[np.isnan(value)][0])
                raise ComputationError(
                    f"{self.cost.name}: −2 ln L is not a number at {where}"
                )
            for i, prior in enumerate(self.priors):
                if isinstance(prior, Normal):
                    value = value + ((x[there, i] - prior.mean) / prior.sigma) ** 2
            density[there] = -0.5 * value
        return density

    def full(self, x: FloatArray) -> FloatArray:
        """Points of the cost at free parameters `x`, shape (points, free)."""
        points = np.tile(self.point, (len(x), 1))
        points[:, self.columns] = x
        return points

    def probe(self) -> FloatArray:
        """Expectations at points near the default, which identify a prediction."""
        points = np.tile(self.point, (2 * len(self.columns) + 1, 1))
        for i, c in enumerate(self.columns):
            p = self.cost.parameters[c]
            points[2 * i, c] = max(points[2 * i, c] - p.step, p.lower)
            points[2 * i + 1, c] = min(points[2 * i + 1, c] + p.step, p.upper)
        return probe(self.cost, points)

    def fingerprint(self, walkers: int, seed: int, start: str) -> str:
        """SHA-256 of the density and of `walkers`, `seed` and `start`."""
        run = (
            walkers,
            seed,
            start,
            self.names,
            self.priors,
            self.sampled,
            self.point.tolist(),
        )
        text = f"{FORMAT} {version('nuprobe')} {self.cost.digest()} {run!r}"
        return hashlib.sha256(text.encode()).hexdigest()

    def result(
        self,
        chain: FloatArray,
        posterior: FloatArray,
        burn: int,
        seed: int,
        fingerprint: str,
        modes: Modes | None,
    ) -> SampleResult:
        """A result of this density.

        Parameters
        ----------
        chain : columns, shape (steps, walkers, columns).
        posterior : logarithm of the density, shape (steps, walkers).
        burn, seed, fingerprint, modes : as in `SampleResult`.
        """
        free = [self.cost.parameters[c] for c in self.columns]
        nuisances = self.cost.nuisances if self.sampled else ()
        return SampleResult(
            cost=self.cost.name,
            names=self.names,
            latex=tuple(p.latex for p in free) + tuple(n.latex for n in nuisances),
            units=tuple(p.unit for p in free) + ("",) * len(nuisances),
            parameters=len(free),
            lower=self.lower,
            upper=self.upper,
            priors=tuple(
                in_words(p, a, b)
                for p, a, b in zip(self.priors, self.lower, self.upper, strict=False)
            )
            + tuple(
                f"normal 0 +- {n.sigma:g}" if isfinite(n.sigma) else "flat"
                for n in nuisances
            ),
            logarithmic=tuple(i in self.logarithmic for i in range(len(self.names))),
            fixed={
                p.name: float(v)
                for p, v in zip(self.cost.parameters, self.point, strict=True)
                if p not in free
            },
            treatment="sampled" if self.sampled else "profiled",
            chain=np.ascontiguousarray(chain.swapaxes(0, 1)),
            log_posterior=np.ascontiguousarray(posterior.T),
            burn=burn,
            seed=seed,
            fingerprint=fingerprint,
            modes=modes,
        )
