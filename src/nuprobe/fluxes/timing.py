"""Arrival-time distributions as histograms: exact integrals over any bins, after any
Gaussian resolution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray

__all__ = ["TimeProfile"]


@public
@quick_methods
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
                f"a time profile needs one probability per bin: got {edges.size}"
                f" edges, {probability.size} probabilities"
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
        finite = np.isfinite(x)
        total = self.probability.sum()
        cumulative = np.where(x > 0, total, 0.0)
        cumulative[finite] = self._cumulative(x[finite], resolution)
        return np.asarray(np.diff(cumulative))

    def _cumulative(self, x: FloatArray, sigma: float) -> FloatArray:
        """Probability of an arrival before each x, smeared by `sigma`."""
        if sigma == 0:
            sums = np.concatenate([[0.0], np.cumsum(self.probability)])
            return np.asarray(np.interp(x, self.edges, sums))
        from scipy.special import ndtr

        # a sum of ramps that start at the edges with the jumps of the density, each
        # max(x − e, 0) convolved with a Gaussian
        density = self.probability / np.diff(self.edges)
        jumps = np.diff(np.concatenate([[0.0], density, [0.0]]))
        late = x[:, None] - self.edges
        z = late / sigma
        ramps = late * ndtr(z) + sigma * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
        return np.asarray(ramps @ jumps)
