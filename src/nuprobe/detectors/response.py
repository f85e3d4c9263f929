"""Detector response as a matrix: true recoil energy → probability of each bin of the
reconstructed quantity.

The reconstructed quantity x is in photoelectrons (or any unit of the light yield): its
mean for a recoil T is light_yield · E_ee(T), plus the half count by which integers are
spread over cells (see `Response.count_cell`). Acceptance and smearing are integrated
over each bin, never evaluated at one point of it, unless the user asks for one of the
conventions found in the literature.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from nuprobe.border import quick_methods
from nuprobe.detectors.acceptance import Acceptance, FullAcceptance
from nuprobe.detectors.cells import Cells
from nuprobe.detectors.quenching import (
    ConstantQuenching,
    Quenching,
    TableQuenching,
)
from nuprobe.detectors.smearing import (
    COUNT_CELLS,
    AcceptancePoint,
    CountCell,
    Gamma,
    Gaussian,
    Poisson,
    gaussian_width,
)
from nuprobe.errors import ComputationError, InputError, UnknownNameError
from nuprobe.numerics import FloatArray
from nuprobe.units import keV

__all__ = [
    "ACCEPTANCE_POINTS",
    "ACCEPTANCE_QUANTITIES",
    "SMEARINGS",
    "AcceptanceQuantity",
    "Response",
    "Smearing",
]

Smearing = Literal["poisson", "gaussian", "gamma", "none"]
SMEARINGS: Final[tuple[str, ...]] = get_args(Smearing)
ACCEPTANCE_POINTS: Final[tuple[str, ...]] = get_args(AcceptancePoint)
_SMOOTH: Final = ("gaussian", "gamma")
_EXPONENT: Final = 44.0  # e^-44 = 8e-20
AcceptanceQuantity = Literal["reconstructed", "recoil"]
ACCEPTANCE_QUANTITIES: Final[tuple[str, ...]] = get_args(AcceptanceQuantity)


@cache
def _ladder() -> FloatArray:
    """Deposits, as fractions of the largest, at which the window is searched for."""
    steps = np.concatenate([[0.0], np.geomspace(1e-9, 1.0, 4001)])
    steps.flags.writeable = False
    return steps


@quick_methods
@dataclass(frozen=True, eq=False)
class Response:
    """Response of one detector to nuclear recoils.

    Attributes
    ----------
    edges : bin edges of the reconstructed quantity x, increasing, shape (bins + 1,).
    light_yield : mean of x per MeV of electron-equivalent energy.
    quenching : recoil energy → electron-equivalent energy.
    acceptance : probability that an event reconstructed at x is kept.
    smearing : ``"poisson"``: x is a count n, spread uniformly over a cell of width one
        (edges must be integers); ``"gaussian"``: standard deviation √(a² + b²x̄ +
        c²x̄²) around the mean x̄; ``"gamma"``: a gamma distribution of mean x̄ and
        shape k₀ + k₁x̄, hence of variance x̄²/(k₀ + k₁x̄); ``"none"``: x is its mean.
    resolution : (a, b, c) of the Gaussian smearing.
    gamma_shape : (k₀, k₁) of the gamma smearing; k₀ ≥ 1.
    count_cell : where a count n lies among the bins: ``"from"``: in [n, n + 1), a
        histogram of whole numbers (default); ``"centred"``: in [n − ½, n + ½);
        ``"to"``: in [n − 1, n), the n-th bin of width one. The mean of x is light_yield
        · E_ee plus ½, 0 or −½.
    acceptance_at : where within a one-count cell [n, n + 1) the acceptance is evaluated
        for Poisson smearing: ``"integrated"`` over the cell (default), or at its
        ``"centre"``, ``"lower"`` or ``"upper"`` edge.
    acceptance_of : what the acceptance is a function of: the ``"reconstructed"``
        quantity x (default), or the true ``"recoil"`` energy in keV.
    factor : multiplies every probability; a free normalisation of the signal.
    floor : electron-equivalent energy (MeV) below which a recoil gives no signal that
        noise could lift into the bins: one electron–hole pair or quantum.
    cells : around individual events; their rows follow those of the bins, from which
        they are excluded.
    linear : the standard deviation of the Gaussian smearing is a + b√x̄ + cx̄.
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
    floor: float = 0.0
    cells: Cells | None = None
    linear: bool = False

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
        if not (self.factor >= 0 and np.isfinite(self.factor)):
            raise InputError(
                f"the factor of a response must not be negative, got {self.factor}"
            )
        if not (self.floor >= 0 and np.isfinite(self.floor)):
            raise InputError(
                "the floor of a response must be a non-negative energy in MeV, e.g."
                f" 3*eV; got {self.floor}"
            )
        self._check_acceptance()
        self._check_smearing()

    def _check_acceptance(self) -> None:
        """Reject unknown or incompatible conventions of the acceptance."""
        if self.acceptance_at not in ACCEPTANCE_POINTS:
            raise UnknownNameError(
                "acceptance convention", self.acceptance_at, ACCEPTANCE_POINTS
            )
        if self.acceptance_at != "integrated" and self.smearing != "poisson":
            raise InputError(
                f"acceptance_at = {self.acceptance_at!r} is available for Poisson"
                " smearing only"
            )
        if self.acceptance_of not in ACCEPTANCE_QUANTITIES:
            raise UnknownNameError(
                "quantity of the acceptance", self.acceptance_of, ACCEPTANCE_QUANTITIES
            )
        if self.acceptance_of == "recoil" and self.acceptance_at != "integrated":
            raise InputError(
                "an acceptance in the recoil energy needs acceptance_at = 'integrated'"
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

    def _check_smearing(self) -> None:
        """Reject a smearing whose width or bins make no sense."""
        if self.smearing not in SMEARINGS:
            raise UnknownNameError("smearing", self.smearing, SMEARINGS)
        edges = self.edges
        falling = isinstance(self.quenching, TableQuenching) and self.quenching.may_fall
        if falling and self.smearing == "none":
            raise InputError(
                "this quenching table may fall with the recoil energy, so several"
                " recoils have one signal: it needs smearing = 'gaussian', 'gamma' or"
                " 'poisson'"
            )
        if self.smearing == "poisson" and (
            np.any(edges != np.round(edges)) or edges[0] < 0
        ):
            raise InputError(
                "Poisson smearing counts photoelectrons: bin edges must be"
                " non-negative integers"
            )
        if self.cells is not None and self.smearing not in _SMOOTH:
            raise InputError(
                "single events need a density, which a response with smearing ="
                f" {self.smearing!r} does not have: use 'gaussian' or 'gamma', or count"
                " the events in bins (statistic = 'poisson')"
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
        """Mean of the reconstructed quantity for recoil energies `t_nr` in MeV."""
        return self.light_yield * self.quenching(np.asarray(t_nr, dtype=float))

    def scaled(self, factor: float) -> Response:
        """Return the response with the light per recoil energy multiplied by `factor`
        (a quenching or yield shift)."""
        return (
            self
            if factor == 1
            else replace(
                self, light_yield=self.light_yield * factor, floor=self.floor / factor
            )
        )

    def matrix(self, t_nr: FloatArray) -> FloatArray:
        """Probability that a recoil is kept and lands in each bin.

        Parameters
        ----------
        t_nr : recoil energies in MeV, shape (n,).

        Returns
        -------
        array, shape (bins, n), or (bins + cells, n)
            With full acceptance and bins that cover everything each column sums to
            `factor`.
        """
        matrix = self._smeared(self.mean(t_nr))
        if self.factor != 1:
            matrix = self.factor * matrix
        if self.acceptance_of == "recoil":
            matrix = matrix * self.acceptance(np.asarray(t_nr, dtype=float) / keV)
        if self.floor > 0:
            seen = self.quenching(np.asarray(t_nr, dtype=float)) >= self.floor
            matrix = np.where(seen, matrix, 0.0)
        return matrix

    def _smeared(self, mean: FloatArray) -> FloatArray:
        distribution = self._distribution
        if self.cells is not None and isinstance(distribution, (Gaussian, Gamma)):
            density = distribution.density(self.cells.positions, mean)
            return self.cells.divided(distribution.matrix(mean), density)
        if distribution is not None:
            return distribution.matrix(mean)
        index = np.searchsorted(self.edges, mean, side="right") - 1
        inside = (index == np.arange(self.bins)[:, None]) & (mean < self.edges[-1])
        return np.where(inside, self._of_bins(mean), 0.0)

    @property
    def _of_bins(self) -> Acceptance:
        """Acceptance as a function of the reconstructed quantity."""
        return FullAcceptance() if self.acceptance_of == "recoil" else self.acceptance

    @cached_property
    def _distribution(self) -> Poisson | Gaussian | Gamma | None:
        """Distribution around the mean; None without smearing."""
        if self.smearing == "poisson":
            start = COUNT_CELLS[self.count_cell]
            return Poisson.of(self.edges, self._of_bins, self.acceptance_at, start)
        if self.smearing == "gaussian":
            return Gaussian.of(self.edges, self._of_bins, self.resolution, self.linear)
        if self.smearing == "gamma":
            return Gamma.of(self.edges, self._of_bins, self.gamma_shape)
        return None

    def breakpoints(self, t_max: float) -> FloatArray:
        """Recoil energies in (0, t_max) where the matrix is not smooth; an integral
        over T needs panels there."""
        points = [t for t in self.quenching.breakpoints if 0 < t < t_max]
        points += self._lowest(t_max)
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
        """Recoil energies in [0, t_max] outside which nothing reaches the bins (to
        1e-19, 9 σ); for counts and gamma distributions, only from above."""
        if t_max not in self._windows:
            least = max(self._lowest(t_max), default=0.0)
            low, high = (0.0, t_max) if self.smearing == "none" else self._window(t_max)
            self._windows[t_max] = max(low, least), high
        return self._windows[t_max]

    @cached_property
    def _windows(self) -> dict[float, tuple[float, float]]:
        """Cached windows, since each order of a quadrature asks again."""
        return {}

    def _window(self, t_max: float) -> tuple[float, float]:
        counted = self.smearing != "gaussian"
        if counted and self._reaches(self.mean(np.array([t_max])))[0]:
            return 0.0, t_max
        t = _ladder() * t_max
        inside = np.flatnonzero(self._reaches(self.mean(t)))
        if inside.size == 0:
            return 0.0, t_max
        low = 0.0 if counted else t[max(inside[0] - 1, 0)]
        return float(low), float(t[min(inside[-1] + 1, t.size - 1)])

    def _reaches(self, mean: FloatArray) -> NDArray[np.bool_]:
        """Whether a mean of the reconstructed quantity can contribute to a bin."""
        if self.smearing == "gaussian":
            reach = 9 * gaussian_width(self.resolution, mean, self.linear)
            return np.asarray(
                (mean + reach >= self.edges[0]) & (mean - reach <= self.edges[-1])
            )
        # Chernoff's bound on the lower tail: exp(-shape (r - 1 - ln r)), where r is
        # the last edge over the mean
        edge = self.edges[-1] + (1 if self.smearing == "poisson" else 0)
        ratio = np.minimum(edge / np.maximum(mean, edge), 1.0)
        if self.smearing == "poisson":
            exponent = mean - edge - edge * np.log(1 / ratio)
        else:
            k0, k1 = self.gamma_shape
            exponent = (k0 + k1 * mean) * (ratio - 1 - np.log(ratio))
        return np.asarray((mean <= edge) | (exponent <= _EXPONENT))

    def panels(self, t_max: float, points: int = 32) -> int:
        """Panels in √T that resolve the narrowest feature of the response between 0 and
        `t_max` (MeV) with `points` nodes each.

        Raises `ComputationError` if the smearing is narrower than any quadrature can
        resolve.
        """
        top = float(self.mean(np.array([t_max]))[0])
        if self.smearing in ("gaussian", "gamma"):
            k0, k1 = self.gamma_shape
            # width of the smearing relative to its mean, where it is narrowest inside
            # the bins
            x = np.linspace(
                max(self.edges[0], 1e-3 * top),
                max(min(self.edges[-1], top), 2e-3 * top),
                64,
            )
            relative = gaussian_width(self.resolution, x, self.linear)
            relative = relative / np.maximum(x, 1e-300)
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
            # the square root of a count has σ = ½: panels of 12 σ, or 4 σ
            width = 6.25 if points >= 32 else 2.0
            return int(np.ceil(np.sqrt(max(top, 1.0)) / width))
        return 1

    def _lowest(self, t_max: float) -> list[float]:
        """Recoil energy at the floor, if there is one below `t_max` (MeV)."""
        if self.floor == 0:
            return []
        return self._invert([self.light_yield * self.floor], t_max)

    def _invert(self, targets: Iterable[float], t_max: float) -> list[float]:
        """Recoil energies with a given mean, by bisection (the mean increases with
        T)."""
        low, high = np.zeros(len(x := np.array(list(targets)))), np.full(len(x), t_max)
        for _ in range(200):
            middle = (low + high) / 2
            if np.all((middle == low) | (middle == high)):
                break  # nothing lies between
            below = self.mean(middle) < x
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return [float(t) for t in high if 0 < t < t_max * (1 - 1e-12)]
