"""Student-t densities around the minima of −2 ln L, for jumps between regions.

The proposal does not depend on the position of the walker; it is drawn from the mixture
q. With the factor of Hastings (1970), q(old)/q(new), the chain converges to the density
p however badly q resembles it: only the acceptance suffers. Tails of Student's t are
heavier than those of p, so that no walker is stuck where q is too small.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log, pi
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.numerics import FloatArray

__all__ = ["Mixture", "Modes"]

IntArray = NDArray[np.intp]

_FREEDOM: Final = 6.0  # degrees of freedom of each component
_LEAST: Final = 0.01  # smallest weight of a component
_WIDE: Final = 0.03  # weight of the last component, which covers what the others miss
_HEAVY: Final = 8.0  # weight of a draw relative to the mean that indicates a gap
_MISSING: Final = 0.01  # share of the density in such draws that justifies a component
_NEW: Final = 0.1  # initial weight of a new component
_TRUST: Final = 5.0  # weight of the previous shape of a component, in draws per column


@dataclass(frozen=True)
class Mixture:
    """Mixture of multivariate Student-t densities.

    The last component is as wide as a density may be and keeps its shape and weight, so
    that the mixture is nowhere too small.

    Attributes
    ----------
    weights : of the components, shape (components,); their sum is 1.
    means : shape (components, columns).
    roots : lower triangles whose product with their transpose is the scale matrix of
        each component, shape (components, columns, columns).

    Examples
    --------
    >>> means = np.array([[0.0], [9.0]])
    >>> two = Mixture(np.array([0.5, 0.5]), means, np.ones((2, 1, 1)))
    >>> two.log_density(np.array([[0.0], [9.0]]))
    array([-1.65..., -1.65...])
    """

    weights: FloatArray
    means: FloatArray
    roots: FloatArray

    @classmethod
    def of(cls, means: FloatArray, covariances: FloatArray) -> Mixture:
        """Mixture with equal weights, except for the last component.

        Parameters
        ----------
        means : shape (components, columns).
        covariances : shape (components, columns, columns).
        """
        count = len(means)
        weights = np.full(count, (1 - _WIDE) / max(count - 1, 1))
        weights[-1] = _WIDE if count > 1 else 1.0
        return cls(weights, means, np.asarray(np.linalg.cholesky(covariances)))

    def _parts(self, z: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Logarithm of each weighted component, and the squared distance from its mean,
        both (points, components)."""
        d = self.means.shape[1]
        distance = np.empty((len(z), len(self.weights)))
        for k, (mean, root) in enumerate(zip(self.means, self.roots, strict=True)):
            inverse = np.linalg.inv(root)
            distance[:, k] = (((z - mean) @ inverse.T) ** 2).sum(axis=1)
        norm = (
            lgamma((_FREEDOM + d) / 2)
            - lgamma(_FREEDOM / 2)
            - d / 2 * log(_FREEDOM * pi)
        )
        size = np.log(np.abs(np.diagonal(self.roots, axis1=1, axis2=2))).sum(axis=1)
        shape = -(_FREEDOM + d) / 2 * np.log1p(distance / _FREEDOM)
        return np.log(self.weights) + norm - size + shape, distance

    def log_density(self, z: FloatArray) -> FloatArray:
        """Logarithm of the density at `z`, shape (points, columns)."""
        return _log_sum(self._parts(z)[0])

    def nearest(self, z: FloatArray) -> IntArray:
        """Component that is largest at `z`, shape (points, columns)."""
        return np.asarray(self._parts(z)[0].argmax(axis=1))

    def draw(
        self, which: IntArray, random: np.random.Generator | np.random.RandomState
    ) -> FloatArray:
        """Positions drawn from components, shape (points, columns).

        Parameters
        ----------
        which : number of the component of each, (points,).
        random : source of random numbers.
        """
        noise = random.standard_normal((len(which), self.means.shape[1]))
        noise *= np.sqrt(_FREEDOM / random.chisquare(_FREEDOM, len(which)))[:, None]
        move = np.einsum("nij,nj->ni", self.roots[which], noise)
        return np.asarray(self.means[which] + move)

    def sample(
        self, n: int, random: np.random.Generator | np.random.RandomState
    ) -> FloatArray:
        """`n` positions, drawn with `random`, shape (n, columns)."""
        ends = np.cumsum(self.weights)
        return self.draw(
            np.searchsorted(ends / ends[-1], random.uniform(size=n)), random
        )

    def propose(
        self, z: FloatArray, random: np.random.RandomState
    ) -> tuple[FloatArray, FloatArray]:
        """Proposals for walkers at `z`, shape (walkers, columns), drawn with `random`,
        and the logarithms of Hastings' factors, (walkers,)."""
        new = self.sample(len(z), random)
        return new, self.log_density(z) - self.log_density(new)

    def extended(self, z: FloatArray, log_weights: FloatArray) -> Mixture:
        """A mixture with one more component where this one is too small.

        Parameters
        ----------
        z, log_weights : as for `refined`.

        Returns
        -------
        Mixture
            The same one if no draws are much heavier than the others.
        """
        weight = np.exp(log_weights - log_weights.max())
        weight /= weight.mean()
        heavy = np.flatnonzero(weight > _HEAVY)
        if len(heavy) < 2 or weight[heavy].sum() < _MISSING * len(z):
            return self
        chosen, own = z[heavy], np.minimum(weight[heavy], len(z) ** 0.5)
        mean = own @ chosen / own.sum()
        offset = chosen - mean
        scatter = (own[:, None] * offset).T @ offset / own.sum()
        near = self.roots[int(self.nearest(mean[None])[0])]
        covariance = scatter + near @ near.T / len(heavy)
        share = self.weights[:-1] * (1 - _NEW)
        added = _NEW * self.weights[:-1].sum()
        weights = np.concatenate([share, [added], self.weights[-1:]])
        means = np.insert(self.means, -1, mean, axis=0)
        root = np.linalg.cholesky(covariance)
        return Mixture(weights, means, np.insert(self.roots, -1, root, axis=0))

    def refined(self, z: FloatArray, log_weights: FloatArray) -> Mixture:
        """A mixture closer to the density represented by weighted draws.

        One step of expectation and maximisation with the weights of population Monte
        Carlo (Cappé et al. 2004); the weights of the few heaviest draws are limited.

        Parameters
        ----------
        z : draws of this mixture, shape (draws, columns).
        log_weights : logarithm of the target density minus that of this one, (draws,).
        """
        n, d = z.shape
        weight = np.exp(log_weights - log_weights.max())
        weight = np.minimum(weight, weight.mean() * n**0.5)
        parts, distance = self._parts(z)
        share = (
            np.exp(parts - _log_sum(parts)[:, None]) * (weight / weight.sum())[:, None]
        )
        pull = share * (_FREEDOM + d) / (_FREEDOM + distance)
        means, roots = self.means.copy(), self.roots.copy()
        for k in range(len(self.weights) - 1):
            total = share[:, k].sum()
            if not total > 0:
                continue
            count = total**2 / (share[:, k] ** 2).sum()  # effective draws
            trust = count / (count + _TRUST * d)
            mean = pull[:, k] @ z / pull[:, k].sum()
            offset = z - mean
            scatter = (pull[:, k, None] * offset).T @ offset / total
            old = self.roots[k] @ self.roots[k].T
            means[k] += trust * (mean - means[k])
            roots[k] = np.linalg.cholesky(trust * scatter + (1 - trust) * old)
        weights = np.maximum(share.sum(axis=0)[:-1], _LEAST)
        weights *= (1 - self.weights[-1]) / weights.sum()
        return Mixture(np.append(weights, self.weights[-1]), means, roots)


def _log_sum(parts: FloatArray) -> FloatArray:
    """Logarithm of the sum over components."""
    top = parts.max(axis=1)
    return np.asarray(top + np.log(np.exp(parts - top[:, None]).sum(axis=1)))


@dataclass(frozen=True)
class Modes:
    """A mixture, and the shares of its components in the integral of a density.

    A position belongs to the component that is largest there.

    Attributes
    ----------
    mixture : for the jumps of walkers.
    shares : of the components, from weighted draws of the mixture, shape (components,).
    errors : of the shares, (components,).
    draws : effective number of those draws.
    """

    mixture: Mixture
    shares: FloatArray
    errors: FloatArray
    draws: float
