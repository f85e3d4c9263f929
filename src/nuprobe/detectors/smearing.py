"""Distributions of the reconstructed quantity around its mean, integrated over bins and
acceptance.

Everything that does not depend on the mean is prepared once per response; the means of
many recoils then need a single pass over arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from nuprobe.detectors.acceptance import Acceptance
from nuprobe.errors import ComputationError
from nuprobe.numerics import FloatArray, gauss_legendre, panel_nodes

__all__ = [
    "COUNT_CELLS",
    "AcceptancePoint",
    "CountCell",
    "Gamma",
    "Gaussian",
    "Poisson",
    "bin_acceptance",
    "gaussian_width",
]

AcceptancePoint = Literal["integrated", "centre", "lower", "upper"]
CountCell = Literal["from", "centred", "to"]
COUNT_CELLS: Final[dict[str, float]] = {"from": 0.0, "centred": -0.5, "to": -1.0}
"""Where the cell of a count starts, relative to the count."""


@dataclass(frozen=True, eq=False)
class Poisson:
    """Whole numbers n, each spread uniformly over a cell of width one.

    Attributes
    ----------
    counts : n, shape (counts,).
    weights : probability that a count n is kept and lies in each bin, shape (bins,
        counts).
    """

    counts: FloatArray
    weights: FloatArray

    @classmethod
    def of(
        cls,
        edges: FloatArray,
        acceptance: Acceptance,
        at: AcceptancePoint,
        start: float,
    ) -> Poisson:
        """Prepare the bins between whole `edges`.

        Parameters
        ----------
        edges : of the bins, shape (bins + 1,).
        acceptance : of the reconstructed quantity.
        at : where in a cell it is evaluated.
        start : of a cell, relative to its count.
        """
        n = np.arange(
            max(np.floor(edges[0] - start - 1), 0.0), np.ceil(edges[-1] - start)
        )
        if at != "integrated":
            kept = acceptance(n + {"centre": 0.5, "lower": 0.0, "upper": 1.0}[at])
            inside = (n >= edges[:-1, None]) & (n < edges[1:, None])
            return cls(n, np.where(inside, kept, 0.0))
        # a cell that straddles an edge is shared by the two bins
        cuts = np.unique(np.concatenate([n + start, n + start + 1, edges]))
        pieces = bin_acceptance(acceptance, cuts) * np.diff(cuts)
        middle = (cuts[:-1] + cuts[1:]) / 2
        owner_bin = (middle >= edges[:-1, None]) & (middle < edges[1:, None])
        owner_cell = (middle >= (n + start)[:, None]) & (
            middle < (n + start + 1)[:, None]
        )
        return cls(n, (owner_bin * pieces) @ owner_cell.T.astype(float))

    def matrix(self, mean: FloatArray) -> FloatArray:
        """Probability of each bin, (bins, n), for each of n values of the `mean`."""
        n = self.counts
        log_factorial = np.concatenate(
            [[0.0], np.cumsum(np.log(np.arange(1, n[-1] + 1)))]
        )[n.astype(int)]
        with np.errstate(divide="ignore"):
            log_mean = np.log(mean)
        # n log 0 is 0 for n = 0, -inf otherwise
        exponent = np.where(
            n[:, None] == 0, 0.0, n[:, None] * np.maximum(log_mean, -1e300)
        )
        return np.asarray(
            self.weights @ np.exp(exponent - mean - log_factorial[:, None])
        )


def gaussian_width(
    resolution: tuple[float, float, float], mean: FloatArray, linear: bool = False
) -> FloatArray:
    """Standard deviation around the mean.

    Parameters
    ----------
    resolution : (a, b, c).
    mean : x̄, any shape.
    linear : a + b√x̄ + cx̄ in place of √(a² + b²x̄ + c²x̄²).

    Examples
    --------
    >>> gaussian_width((0.0, 3.0, 4.0), np.array(1.0))
    array(5.)
    >>> gaussian_width((0.0, 3.0, 4.0), np.array(1.0), linear=True)
    array(7.)
    """
    a, b, c = resolution
    if linear:
        return np.asarray(a + b * np.sqrt(mean) + c * mean)
    return np.asarray(np.sqrt(a**2 + b**2 * mean + c**2 * mean**2))


@dataclass(frozen=True, eq=False)
class Gaussian:
    """Standard deviation √(a² + b²x̄ + c²x̄²), or a + b√x̄ + cx̄, around the mean x̄.

    Attributes
    ----------
    resolution : (a, b, c).
    edges : of the bins, shape (bins + 1,).
    pieces : edges between which the acceptance is a cubic.
    acceptance : of the reconstructed quantity.
    linear : whether the parts of the width add linearly.
    """

    resolution: tuple[float, float, float]
    edges: FloatArray
    pieces: FloatArray
    acceptance: Acceptance
    linear: bool = False

    @classmethod
    def of(
        cls,
        edges: FloatArray,
        acceptance: Acceptance,
        resolution: tuple[float, float, float],
        linear: bool = False,
    ) -> Gaussian:
        """Split the bins between `edges` until the `acceptance` is a cubic in each
        piece, for a Gaussian of that `resolution`; with `linear` its parts add
        linearly."""
        pieces = _smooth_pieces(edges, acceptance)
        return cls(resolution, edges, pieces, acceptance, linear)

    def width(self, mean: FloatArray) -> FloatArray:
        """Standard deviation around the `mean`, never 0."""
        sigma = gaussian_width(self.resolution, mean, self.linear)
        return np.maximum(sigma, 1e-12 * max(1.0, float(self.edges[-1])))

    def matrix(self, mean: FloatArray) -> FloatArray:
        """Probability of each bin, (bins, n), for each of n values of the `mean`."""
        sigma = self.width(mean)
        weights = _gaussian_moments(self.pieces, mean, sigma, self.acceptance)
        return _in_bins(self.edges, self.pieces, weights)

    def density(self, x: FloatArray, mean: FloatArray) -> FloatArray:
        """Probability density of kept events at each `x`, (values, n), for each of n
        values of the `mean`."""
        sigma = self.width(mean)
        z = (x[:, None] - mean) / sigma
        density = np.exp(-0.5 * np.minimum(z**2, 1400)) / (np.sqrt(2 * np.pi) * sigma)
        return np.asarray(self.acceptance(x)[:, None] * density)


@dataclass(frozen=True, eq=False)
class Gamma:
    """A gamma distribution of mean x̄ and shape k₀ + k₁x̄.

    Attributes
    ----------
    shape : (k₀, k₁).
    edges : of the bins, shape (bins + 1,).
    pieces : edges of the panels of the quadrature.
    nodes, weights : of the quadrature, the acceptance included, shape (panels ×
        points,).
    small : acceptance in the middle of the first pieces, which are so close to 0 that
        the distribution function itself is used, shape (small pieces,).
    acceptance : of the reconstructed quantity.
    """

    shape: tuple[float, float]
    edges: FloatArray
    pieces: FloatArray
    nodes: FloatArray
    weights: FloatArray
    small: FloatArray
    acceptance: Acceptance

    @classmethod
    def of(
        cls, edges: FloatArray, acceptance: Acceptance, shape: tuple[float, float]
    ) -> Gamma:
        """Prepare the bins between `edges` with an `acceptance` for a gamma
        distribution of that `shape`."""
        k0, k1 = shape
        pieces = _smooth_pieces(edges, acceptance)
        # panels of at most half the standard deviation there; below `tiny` the
        # distribution function itself
        tiny = 1e-4 * edges[-1]
        grid = [tiny]
        while grid[-1] < edges[-1]:
            grid.append(grid[-1] * (1 + 0.5 / np.sqrt(k0 + k1 * grid[-1])))
        inner = [g for g in grid if edges[0] < g < edges[-1]]
        pieces = np.unique(np.concatenate([pieces, inner]))
        # 1e-16 of a panel, also beside the singularity at 0
        x, w = gauss_legendre(_GAMMA_POINTS)
        low, step = pieces[:-1], np.diff(pieces)
        nodes = (low[:, None] + step[:, None] * x).ravel()
        weights = (step[:, None] * w).ravel() * acceptance(nodes)
        small = pieces[1:] <= tiny * (1 + 1e-12)
        middle = acceptance((low + step / 2)[small])
        return cls(shape, edges, pieces, nodes, weights, middle, acceptance)

    def matrix(self, mean: FloatArray) -> FloatArray:
        """Probability of each bin, (bins, n), for each of n values of the `mean`."""
        from scipy.special import gammainc

        k0, k1 = self.shape
        mean = np.maximum(mean, 1e-9 * self.edges[-1])
        k = k0 + k1 * mean
        density = self._plain(self.nodes, mean)
        density *= self.weights[:, None]
        pieces = density.reshape(-1, _GAMMA_POINTS, mean.size).sum(1)
        if self.small.size:
            ends = self.pieces[: self.small.size + 1, None]
            cumulative = gammainc(k, k * ends / mean)
            pieces[: self.small.size] = (
                np.diff(cumulative, axis=0) * self.small[:, None]
            )
        return _in_bins(self.edges, self.pieces, pieces)

    def density(self, x: FloatArray, mean: FloatArray) -> FloatArray:
        """Probability density of kept events at each `x`, (values, n), for each of n
        values of the `mean`."""
        mean = np.maximum(mean, 1e-9 * self.edges[-1])
        return np.asarray(self.acceptance(x)[:, None] * self._plain(x, mean))

    def _plain(self, x: FloatArray, mean: FloatArray) -> FloatArray:
        """Density without the acceptance, (values, n)."""
        from scipy.special import gammaln

        k0, k1 = self.shape
        k = k0 + k1 * mean
        rate = k / mean
        density = np.multiply.outer(np.log(x), k - 1)
        density -= np.multiply.outer(x, rate)
        density += k * np.log(rate) - gammaln(k)
        return np.exp(density, out=density)


_GAMMA_POINTS: Final = 8  # per panel


def _smooth_pieces(edges: FloatArray, acceptance: Acceptance) -> FloatArray:
    """Bin edges and intermediate points where the acceptance is not a cubic."""
    inner = [p for p in acceptance.breakpoints if edges[0] < p < edges[-1]]
    return _cubic_pieces(acceptance, np.unique(np.concatenate([edges, inner])))


def _in_bins(edges: FloatArray, pieces: FloatArray, contents: FloatArray) -> FloatArray:
    """Sum the contents of pieces in bins, (pieces, n) → (bins, n)."""
    return np.asarray(np.add.reduceat(contents, np.searchsorted(pieces, edges[:-1])))


def _gaussian_moments(
    pieces: FloatArray, mean: FloatArray, sigma: FloatArray, acceptance: Acceptance
) -> FloatArray:
    """∫ A(x) N(x; mean, sigma) dx over each piece: moments where N is narrow,
    quadrature where it is wide."""
    from scipy.special import ndtr

    lo, hi = pieces[:-1], pieces[1:]
    half, middle = (hi - lo) / 2, (hi + lo) / 2
    s = sigma / half[:, None]
    m = (mean - middle[:, None]) / half[:, None]

    # narrow: moments of the Gaussian on the piece
    power = _cubic(acceptance, middle, half)
    u_lo, u_hi = (-1 - m) / s, (1 - m) / s
    phi_lo, phi_hi = (
        np.exp(-0.5 * np.minimum(u**2, 1400)) / np.sqrt(2 * np.pi) for u in (u_lo, u_hi)
    )
    moments = [ndtr(u_hi) - ndtr(u_lo)]
    moments.append(m * moments[0] - s * (phi_hi - phi_lo))
    for k in (2, 3):
        boundary = phi_hi - (-1.0) ** (k - 1) * phi_lo
        moments.append(
            m * moments[k - 1] + (k - 1) * s**2 * moments[k - 2] - s * boundary
        )
    narrow = sum(power[:, k, None] * moments[k] for k in range(4))

    # wide: the recursion above loses digits as s⁴, and the Gaussian is smooth on the
    # piece
    piece, event = np.nonzero(s > 3)
    y, w = gauss_legendre(8)
    x = lo[:, None] + (hi - lo)[:, None] * y
    weight = acceptance(x) * w * (hi - lo)[:, None]
    z = (x[piece] - mean[event, None]) / sigma[event, None]
    result: FloatArray = np.asarray(narrow)
    result[piece, event] = (np.exp(-0.5 * np.minimum(z**2, 1400)) * weight[piece]).sum(
        -1
    )
    result[piece, event] /= np.sqrt(2 * np.pi) * sigma[event]
    return result


# Chebyshev points strictly inside, so that a step at the end of a piece stays on its
# side
_NODES: Final = np.cos(np.pi * (2 * np.arange(4) + 1) / 8)
_PROBES: Final = np.array([-0.99, -np.sqrt(0.5), 0.0, np.sqrt(0.5), 0.99])


def _cubic(acceptance: Acceptance, middle: FloatArray, half: FloatArray) -> FloatArray:
    """Coefficients of the cubic through the acceptance on each piece, in powers of (x −
    middle)/half."""
    values = acceptance(middle[:, None] + half[:, None] * _NODES)
    return np.asarray(
        np.linalg.solve(np.vander(_NODES, 4, increasing=True), values.T).T
    )


def _cubic_pieces(acceptance: Acceptance, edges: FloatArray) -> FloatArray:
    """Halve the pieces between `edges` until `_cubic` reproduces the acceptance to
    1e-8."""
    pieces = edges
    powers = np.vander(_PROBES, 4, increasing=True).T
    for _ in range(24):
        half, middle = np.diff(pieces) / 2, (pieces[1:] + pieces[:-1]) / 2
        truth = acceptance(middle[:, None] + half[:, None] * _PROBES)
        error = np.abs(_cubic(acceptance, middle, half) @ powers - truth).max(axis=1)
        coarse = error > 1e-8 * np.abs(truth).max(axis=1) + 1e-14
        if not coarse.any():
            return pieces
        pieces = np.union1d(pieces, middle[coarse])
    raise ComputationError(
        "the acceptance jumps inside a bin: list the position of the jump in its"
        " breakpoints"
    )


def bin_acceptance(acceptance: Acceptance, edges: FloatArray) -> FloatArray:
    """Mean acceptance over each bin, by quadrature between the places where it is not
    smooth.

    Parameters
    ----------
    acceptance : function of the reconstructed quantity.
    edges : bin edges, shape (bins + 1,).

    Returns
    -------
    array, shape (bins,)

    Raises
    ------
    ComputationError
        If the acceptance jumps at a point that is not one of its breakpoints.

    Examples
    --------
    >>> from nuprobe.detectors import TableAcceptance
    >>> rising = TableAcceptance(np.array([0.0, 4.0]), np.array([0.0, 1.0]))
    >>> bin_acceptance(rising, np.array([0.0, 2.0, 4.0]))
    array([0.25, 0.75])
    """
    pieces = np.union1d(
        edges, [p for p in acceptance.breakpoints if edges[0] < p < edges[-1]]
    )
    previous = np.full(edges.size - 1, np.inf)
    for _ in range(12):
        x, w = panel_nodes(pieces, 24)
        values = (acceptance(x) * w).reshape(-1, 24).sum(axis=1)
        result: FloatArray = np.add.reduceat(
            values, np.searchsorted(pieces, edges[:-1])
        ) / np.diff(edges)
        if np.all(np.abs(result - previous) <= 1e-11 * np.abs(result)):
            return result
        previous, pieces = result, np.union1d(pieces, (pieces[1:] + pieces[:-1]) / 2)
    raise ComputationError(
        "the acceptance jumps inside a bin: list the position of the jump in its"
        " breakpoints"
    )
