"""Arrival-time distributions as histograms: exact integrals over any bins, after any
Gaussian resolution."""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, exp, pi, sqrt

import numpy as np

from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray

__all__ = ["TimeProfile"]


@dataclass(frozen=True, eq=False)
class TimeProfile:
    """A probability density in time, constant inside each of its own bins.

    Attributes
    ----------
    edges : bin edges in µs, shape (n + 1,), increasing.
    probability : probability in each bin, shape (n,); the sum is 1, or less if some
        lies outside the edges.
    """

    edges: FloatArray
    probability: FloatArray

    def __post_init__(self) -> None:
        edges, probability = (
            np.asarray(self.edges, float),
            np.asarray(self.probability, float),
        )
        if edges.ndim != 1 or probability.shape != (edges.size - 1,) or edges.size < 2:
            raise InputError(
                f"a time profile needs one probability a bin: got {edges.size} edges,"
                f" {probability.size} probabilities"
            )
        if not np.all(np.isfinite(edges)) or np.any(np.diff(edges) <= 0):
            raise InputError("the edges of a time profile must be finite and increase")
        total = float(probability.sum())
        if not np.all(probability >= 0) or not 0 < total <= 1 + 1e-6:
            raise InputError(
                "the probabilities of a time profile must be positive and sum to at"
                f" most 1, got {total}"
            )
        object.__setattr__(self, "edges", edges)
        object.__setattr__(self, "probability", probability)

    def fraction(
        self, edges: FloatArray, resolution: float = 0.0, offset: float = 0.0
    ) -> FloatArray:
        """Probability in each bin of `edges`.

        Parameters
        ----------
        edges : increasing bin edges in µs, shape (m + 1,); may be infinite.
        resolution : Gaussian standard deviation in µs that smears the arrival.
        offset : shift of the arrival in µs.

        Returns
        -------
        array, shape (m,)
        """
        x = np.asarray(edges, dtype=float) - offset
        density = self.probability / np.diff(self.edges)
        # the cumulative is a sum of ramps that start at the edges with the jumps of the
        # density
        jumps = np.diff(np.concatenate([[0.0], density, [0.0]]))
        cumulative = np.array(
            [
                sum(
                    j * _ramp(v - e, resolution)
                    for j, e in zip(jumps, self.edges, strict=True)
                )
                for v in x
            ]
        )
        cumulative = np.where(
            x == np.inf, self.probability.sum(), np.where(x == -np.inf, 0.0, cumulative)
        )
        result: FloatArray = np.diff(cumulative)
        return result


def _ramp(x: float, sigma: float) -> float:
    """max(x, 0) convolved with a Gaussian."""
    if not np.isfinite(x):
        return 0.0  # replaced by the caller
    if sigma == 0:
        return max(x, 0.0)
    z = x / sigma
    return x * 0.5 * (1 + erf(z / sqrt(2))) + sigma * exp(-z * z / 2) / sqrt(2 * pi)
