"""Detector response as a matrix: true recoil energy → probability in each bin of the
reconstructed quantity.

The reconstructed quantity x is in photoelectrons (or any unit of the light yield): its
mean for a recoil T is light_yield · E_ee(T), plus the half count that a whole number is
spread by (see `Response.count_cell`). Acceptance and smearing are integrated over each
bin, never evaluated at one point of it, unless the user asks for one of the conventions
found in the literature.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Literal, get_args

import numpy as np

from nuprobe.detectors.acceptance import Acceptance, FullAcceptance
from nuprobe.detectors.quenching import ConstantQuenching, Quenching
from nuprobe.errors import ComputationError, InputError, UnknownNameError
from nuprobe.numerics import FloatArray, gauss_legendre, panel_nodes
from nuprobe.units import keV

__all__ = [
    "ACCEPTANCE_POINTS",
    "ACCEPTANCE_QUANTITIES",
    "COUNT_CELLS",
    "SMEARINGS",
    "AcceptancePoint",
    "Response",
    "Smearing",
    "bin_acceptance",
]

Smearing = Literal["poisson", "gaussian", "gamma", "none"]
SMEARINGS: Final[tuple[str, ...]] = get_args(Smearing)
AcceptancePoint = Literal["integrated", "centre", "lower", "upper"]
CountCell = Literal["from", "centred", "to"]
COUNT_CELLS: Final[dict[str, float]] = {"from": 0.0, "centred": -0.5, "to": -1.0}
"""Where the cell of a count starts, relative to the count."""
ACCEPTANCE_POINTS: Final[tuple[str, ...]] = get_args(AcceptancePoint)
AcceptanceQuantity = Literal["reconstructed", "recoil"]
ACCEPTANCE_QUANTITIES: Final[tuple[str, ...]] = get_args(AcceptanceQuantity)


@dataclass(frozen=True, eq=False)
class Response:
    """Response of one detector to nuclear recoils.

    Attributes
    ----------
    edges : bin edges of the reconstructed quantity x, increasing, shape (bins + 1,).
    light_yield : mean of x per MeV of electron-equivalent energy.
    quenching : recoil energy → electron-equivalent energy.
    acceptance : probability to keep an event reconstructed at x.
    smearing : ``"poisson"``: x is a count n, spread uniformly over a cell of width one
        (edges must be integers); ``"gaussian"``: standard deviation √(a² + b²x̄ +
        c²x̄²) around the mean x̄; ``"gamma"``: a gamma distribution of mean x̄ and
        shape k₀ + k₁x̄, so of variance x̄²/(k₀ + k₁x̄); ``"none"``: x is its mean.
    resolution : (a, b, c) of the Gaussian smearing.
    gamma_shape : (k₀, k₁) of the gamma smearing; k₀ ≥ 1.
    count_cell : where a count n lies among the bins: ``"from"``: in [n, n + 1), a
        histogram of whole numbers (default); ``"centred"``: in [n − ½, n + ½);
        ``"to"``: in [n − 1, n), the n-th bin of one count. The mean of x is light_yield
        · E_ee plus ½, 0 or −½.
    acceptance_at : where the acceptance of a one-count cell [n, n + 1) is taken with
        Poisson smearing: ``"integrated"`` over the cell (default), or at its
        ``"centre"``, ``"lower"`` or ``"upper"`` edge.
    acceptance_of : what the acceptance is a function of: the ``"reconstructed"``
        quantity x (default), or the true ``"recoil"`` energy in keV.
    factor : multiplies every probability; a free normalisation of the signal.
    """

    edges: FloatArray
    light_yield: float
    quenching: Quenching = field(default_factory=lambda: ConstantQuenching(1.0))
    acceptance: Acceptance = field(default_factory=FullAcceptance)
    smearing: Smearing = "poisson"
    resolution: tuple[float, float, float] = (0.0, 1.0, 0.0)
    acceptance_at: AcceptancePoint = "integrated"
    count_cell: CountCell = "from"
    gamma_shape: tuple[float, float] = (1.0, 1.0)
    acceptance_of: AcceptanceQuantity = "reconstructed"
    factor: float = 1.0

    def __post_init__(self) -> None:
        edges = np.asarray(self.edges, dtype=float)
        if (
            edges.ndim != 1
            or edges.size < 2
            or not np.all(np.isfinite(edges))
            or np.any(np.diff(edges) <= 0)
        ):
            raise InputError(
                "bin edges must be at least two finite, increasing numbers"
            )
        object.__setattr__(self, "edges", edges)
        if not (self.light_yield > 0 and np.isfinite(self.light_yield)):
            raise InputError(
                f"the light yield must be positive, got {self.light_yield}"
            )
        if self.smearing not in SMEARINGS:
            raise UnknownNameError("smearing", self.smearing, SMEARINGS)
        if self.acceptance_at not in ACCEPTANCE_POINTS:
            raise UnknownNameError(
                "acceptance convention", self.acceptance_at, ACCEPTANCE_POINTS
            )
        if self.acceptance_at != "integrated" and self.smearing != "poisson":
            raise InputError(
                f"acceptance_at = {self.acceptance_at!r} is a convention of Poisson"
                " smearing only"
            )
        if self.count_cell not in COUNT_CELLS:
            raise UnknownNameError("count cell", self.count_cell, COUNT_CELLS)
        if self.count_cell != "from" and (
            self.smearing != "poisson" or self.acceptance_at != "integrated"
        ):
            raise InputError(
                f"count_cell = {self.count_cell!r} needs Poisson smearing and"
                " acceptance_at = 'integrated'"
            )
        if self.smearing == "poisson" and (
            np.any(edges != np.round(edges)) or edges[0] < 0
        ):
            raise InputError(
                "Poisson smearing counts photoelectrons: bin edges must be whole"
                " numbers from 0 on"
            )
        if self.acceptance_of not in ACCEPTANCE_QUANTITIES:
            raise UnknownNameError(
                "quantity of the acceptance", self.acceptance_of, ACCEPTANCE_QUANTITIES
            )
        if self.acceptance_of == "recoil" and self.acceptance_at != "integrated":
            raise InputError(
                "an acceptance in the recoil energy needs acceptance_at = 'integrated'"
            )
        if not (self.factor >= 0 and np.isfinite(self.factor)):
            raise InputError(
                f"the factor of a response must not be negative, got {self.factor}"
            )
        k0, k1 = self.gamma_shape
        if self.smearing == "gamma" and not (
            1 <= k0 < np.inf and 0 <= k1 < np.inf and edges[0] >= 0
        ):
            raise InputError(
                "gamma smearing needs a shape (k0, k1) with k0 >= 1, k1 >= 0 and bin"
                f" edges from 0 on, got {(k0, k1)}"
            )
        resolution = np.array(self.resolution)
        sensible = np.all((resolution >= 0) & np.isfinite(resolution)) and np.any(
            resolution > 0
        )
        if self.smearing == "gaussian" and not sensible:
            raise InputError(
                "Gaussian smearing needs a resolution (a, b, c) with a positive entry,"
                f" got {self.resolution}"
            )

    @property
    def bins(self) -> int:
        """Number of bins."""
        return self.edges.size - 1

    def mean(self, t_nr: FloatArray) -> FloatArray:
        """Mean of the reconstructed quantity for recoil energies in MeV."""
        return self.light_yield * self.quenching(np.asarray(t_nr, dtype=float))

    def scaled(self, factor: float) -> Response:
        """Return the response with the light per recoil energy multiplied by `factor`
        (a quenching or yield shift)."""
        return replace(self, light_yield=self.light_yield * factor)

    def matrix(self, t_nr: FloatArray) -> FloatArray:
        """Probability that a recoil is kept and lands in each bin.

        Parameters
        ----------
        t_nr : recoil energies in MeV, shape (n,).

        Returns
        -------
        array, shape (bins, n)
            With full acceptance and bins that cover everything each column sums to
            `factor`.
        """
        if self.acceptance_of == "recoil":
            smeared = replace(
                self,
                acceptance=FullAcceptance(),
                acceptance_of="reconstructed",
                factor=1.0,
            )
            return (
                self.factor
                * smeared.matrix(t_nr)
                * self.acceptance(np.asarray(t_nr, dtype=float) / keV)
            )
        matrix = self._matrix(self.mean(t_nr))
        return matrix if self.factor == 1 else self.factor * matrix

    def _matrix(self, mean: FloatArray) -> FloatArray:
        if self.smearing == "poisson":
            return self._poisson(mean)
        if self.smearing == "gaussian":
            return self._gaussian(mean)
        if self.smearing == "gamma":
            return self._gamma(mean)
        index = np.searchsorted(self.edges, mean, side="right") - 1
        inside = (index == np.arange(self.bins)[:, None]) & (mean < self.edges[-1])
        return np.where(inside, self.acceptance(mean), 0.0)

    def breakpoints(self, t_max: float) -> FloatArray:
        """Recoil energies in (0, t_max) where the matrix is not smooth; an integral
        over T needs panels there."""
        points = [t for t in self.quenching.breakpoints if 0 < t < t_max]
        recoil = self.acceptance_of == "recoil"
        if recoil:
            points += [
                t * keV for t in self.acceptance.breakpoints if 0 < t * keV < t_max
            ]
        if self.smearing == "none":
            inner = () if recoil else self.acceptance.breakpoints
            points += self._invert(
                [x for x in {*self.edges.tolist(), *inner} if x > 0], t_max
            )
        return np.array(sorted(points))

    def window(self, t_max: float) -> tuple[float, float]:
        """Recoil energies in [0, t_max] outside which nothing Gaussian-smeared reaches
        the bins (beyond 9 σ: 1e-19)."""
        if self.smearing != "gaussian":
            return 0.0, t_max
        a, b, c = self.resolution
        t = np.concatenate([[0.0], np.geomspace(1e-9 * t_max, t_max, 4001)])
        mean = self.mean(t)
        reach = 9 * np.sqrt(a**2 + b**2 * mean + c**2 * mean**2)
        inside = np.flatnonzero(
            (mean + reach >= self.edges[0]) & (mean - reach <= self.edges[-1])
        )
        if inside.size == 0:
            return 0.0, t_max
        return float(t[max(inside[0] - 1, 0)]), float(
            t[min(inside[-1] + 1, t.size - 1)]
        )

    def panels(self, t_max: float) -> int:
        """Panels in √T that resolve the narrowest feature of the response between 0 and
        `t_max` (MeV).

        Raises `ComputationError` if the smearing is narrower than any quadrature can
        resolve.
        """
        top = float(self.mean(np.array([t_max]))[0])
        if self.smearing in ("gaussian", "gamma"):
            a, b, c = self.resolution
            k0, k1 = self.gamma_shape
            # width of the smearing relative to its mean, where it is narrowest inside
            # the bins
            x = np.linspace(
                max(self.edges[0], 1e-3 * top),
                max(min(self.edges[-1], top), 2e-3 * top),
                64,
            )
            relative = np.sqrt(a**2 + b**2 * x + c**2 * x**2) / np.maximum(x, 1e-300)
            if self.smearing == "gamma":
                relative = 1 / np.sqrt(k0 + k1 * x)
            fraction = np.sqrt(np.clip(x / top, 0, None)) * relative / 2
            if fraction.min() < 1e-4:
                raise ComputationError(
                    f"the {self.smearing} smearing is too narrow to be integrated; use"
                    " smearing = 'none' or a wider resolution"
                )
            return int(np.ceil(0.2 / float(fraction.min())))
        if self.smearing == "poisson":
            return int(np.ceil(0.4 * np.sqrt(max(top, 1.0)) / 2.5))
        return 1

    def _invert(self, targets: Iterable[float], t_max: float) -> list[float]:
        """Recoil energies with a given mean, by bisection (the mean increases with
        T)."""
        low, high = np.zeros(len(x := np.array(list(targets)))), np.full(len(x), t_max)
        for _ in range(200):
            middle = (low + high) / 2
            below = self.mean(middle) < x
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return [float(t) for t in high if 0 < t < t_max * (1 - 1e-12)]

    def _count_weights(self) -> tuple[FloatArray, FloatArray]:
        """Counts n, and the probability that a count n is kept and lies in each bin,
        shape (bins, counts)."""
        start = COUNT_CELLS[self.count_cell]
        n = np.arange(
            max(np.floor(self.edges[0] - start - 1), 0.0),
            np.ceil(self.edges[-1] - start),
        )
        if self.acceptance_at != "integrated":
            at = self.acceptance(
                n + {"centre": 0.5, "lower": 0.0, "upper": 1.0}[self.acceptance_at]
            )
            inside = (n >= self.edges[:-1, None]) & (n < self.edges[1:, None])
            return n, np.where(inside, at, 0.0)
        # a cell that straddles an edge is shared by the two bins
        cuts = np.unique(np.concatenate([n + start, n + start + 1, self.edges]))
        pieces = bin_acceptance(self.acceptance, cuts) * np.diff(cuts)
        middle = (cuts[:-1] + cuts[1:]) / 2
        owner_bin = (middle >= self.edges[:-1, None]) & (middle < self.edges[1:, None])
        owner_cell = (middle >= (n + start)[:, None]) & (
            middle < (n + start + 1)[:, None]
        )
        return n, (owner_bin * pieces) @ owner_cell.T.astype(float)

    def _poisson(self, mean: FloatArray) -> FloatArray:
        n, weights = self._count_weights()
        log_factorial = np.concatenate(
            [[0.0], np.cumsum(np.log(np.arange(1, n[-1] + 1)))]
        )[n.astype(int)]
        with np.errstate(divide="ignore"):
            log_mean = np.log(mean)
        # n log 0 is 0 for n = 0, -inf otherwise
        exponent = np.where(
            n[:, None] == 0, 0.0, n[:, None] * np.maximum(log_mean, -1e300)
        )
        return np.asarray(weights @ np.exp(exponent - mean - log_factorial[:, None]))

    def _gaussian(self, mean: FloatArray) -> FloatArray:
        a, b, c = self.resolution
        sigma = np.sqrt(a**2 + b**2 * mean + c**2 * mean**2)
        sigma = np.maximum(sigma, 1e-12 * max(1.0, float(self.edges[-1])))
        x_low, x_high = self.edges[0], self.edges[-1]
        inner = [p for p in self.acceptance.breakpoints if x_low < p < x_high]
        edges = np.unique(np.concatenate([self.edges, inner]))
        # split until the acceptance is a cubic in each piece, then integrate that
        # exactly against the Gaussian
        pieces = _cubic_pieces(self.acceptance, edges)
        weights = _gaussian_moments(pieces, mean, sigma, self.acceptance)
        owner = (
            np.searchsorted(self.edges, (pieces[:-1] + pieces[1:]) / 2, side="right")
            - 1
        )
        result = np.zeros((self.bins, mean.size))
        np.add.at(result, owner, weights)
        return result

    def _gamma(self, mean: FloatArray) -> FloatArray:
        from scipy.special import gammainc, gammaln

        k0, k1 = self.gamma_shape
        mean = np.maximum(mean, 1e-9 * self.edges[-1])
        k = k0 + k1 * mean
        inner = [
            p for p in self.acceptance.breakpoints if self.edges[0] < p < self.edges[-1]
        ]
        edges = _cubic_pieces(
            self.acceptance, np.unique(np.concatenate([self.edges, inner]))
        )
        # panels of at most half the standard deviation there; below `tiny` the
        # distribution function itself
        tiny = 1e-4 * self.edges[-1]
        grid = [tiny]
        while grid[-1] < self.edges[-1]:
            grid.append(grid[-1] * (1 + 0.5 / np.sqrt(k0 + k1 * grid[-1])))
        edges = np.unique(
            np.concatenate(
                [edges, [g for g in grid if self.edges[0] < g < self.edges[-1]]]
            )
        )
        x, w = gauss_legendre(12)
        low, step = edges[:-1], np.diff(edges)
        nodes = (low[:, None] + step[:, None] * x).ravel()
        weights = (step[:, None] * w).ravel() * self.acceptance(nodes)
        log_density = (
            (k - 1) * np.log(nodes[:, None])
            - nodes[:, None] * (k / mean)
            + k * np.log(k / mean)
            - gammaln(k)
        )
        pieces = (
            (np.exp(log_density) * weights[:, None])
            .reshape(low.size, x.size, -1)
            .sum(1)
        )
        small = edges[1:] <= tiny * (1 + 1e-12)
        if small.any():
            cumulative = gammainc(k, k * edges[: small.sum() + 1, None] / mean)
            pieces[small] = (
                np.diff(cumulative, axis=0)
                * self.acceptance((low + step / 2)[small])[:, None]
            )
        result = np.zeros((self.bins, mean.size))
        np.add.at(
            result,
            np.searchsorted(self.edges, low + step / 2, side="right") - 1,
            pieces,
        )
        return result


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
    """Halve the pieces between `edges` until the cubic of `_cubic` is the acceptance to
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
        "the acceptance jumps inside a bin: give the place among its breakpoints"
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
        If the acceptance jumps where it names no breakpoint.
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
        "the acceptance jumps inside a bin: give the place among its breakpoints"
    )
