"""A detector response given as a table: probability of each bin as a function of the
true recoil energy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray
from nuprobe.units import keV

__all__ = ["TableResponse"]


@quick_methods
@dataclass(frozen=True, eq=False)
class TableResponse:
    """Response of one detector as published for monoenergetic recoils, without a
    model of light or charge.

    Attributes
    ----------
    edges : bin edges of the reconstructed quantity, shape (bins + 1,); it may simply be
        the bin number.
    recoil : tabulated recoil energies in MeV, increasing, shape (n,).
    probability : probability that a recoil is kept in each bin, shape (bins, n); linear
        between, 0 outside.
    factor : multiplies every probability; a free normalisation of the signal.
    """

    edges: FloatArray
    recoil: FloatArray
    probability: FloatArray
    factor: float = 1.0

    def __post_init__(self) -> None:
        recoil, p = (
            np.asarray(self.recoil, dtype=float),
            np.asarray(self.probability, dtype=float),
        )
        if (
            recoil.ndim != 1
            or recoil.size < 2
            or not (recoil[0] > 0 and np.all(np.diff(recoil) > 0))
        ):
            raise InputError(
                "a tabulated response needs at least two positive, increasing recoil"
                " energies"
            )
        if p.shape != (self.bins, recoil.size):
            raise InputError(
                f"a tabulated response has the shape {(self.bins, recoil.size)}, got"
                f" {p.shape}"
            )
        wrong = ~np.all(p >= 0, axis=0) | (p.sum(0) > 1 + 1e-9)
        if wrong.any():
            worst = int(wrong.argmax())
            raise InputError(
                f"at a recoil energy of {recoil[worst] / keV:.6g} keV the lowest"
                f" probability is {p[:, worst].min():.4g} and their sum is"
                f" {p[:, worst].sum():.4g}; none may be negative, and they must sum"
                " to at most 1"
            )
        if not (self.factor >= 0 and np.isfinite(self.factor)):
            raise InputError(
                f"the factor of a response must not be negative, got {self.factor}"
            )

    @property
    def bins(self) -> int:
        """Number of bins."""
        return int(np.asarray(self.edges).size - 1)

    def scaled(self, factor: float) -> TableResponse:
        """Return itself for a factor of 1; raises `InputError` for any other, which
        needs a model of the light."""
        if factor != 1:
            raise InputError(
                "a tabulated response has no light or charge to scale: leave out"
                " quenching shifts"
            )
        return self

    def matrix(self, t_nr: FloatArray) -> FloatArray:
        """Probability that a recoil of `t_nr` (MeV, shape (n,)) is kept and lands in
        each bin, shape (bins, n)."""
        return np.asarray(self.factor * self.probability @ self.shares(t_nr))

    def shares(self, t_nr: FloatArray) -> FloatArray:
        """Weight of each tabulated recoil energy at recoils of `t_nr` (MeV, shape
        (n,)), shape (energies, n): tables at the same energies share it."""
        t = np.asarray(t_nr, dtype=float)
        high = np.clip(np.searchsorted(self.recoil, t), 1, self.recoil.size - 1)
        share = (t - self.recoil[high - 1]) / (
            self.recoil[high] - self.recoil[high - 1]
        )
        inside = (t >= self.recoil[0]) & (t <= self.recoil[-1])
        result, column = np.zeros((self.recoil.size, t.size)), np.arange(t.size)
        result[high - 1, column] = np.where(inside, 1 - share, 0.0)
        result[high, column] = np.where(inside, share, 0.0)
        return result

    def breakpoints(self, t_max: float) -> FloatArray:
        """Tabulated recoil energies in (0, t_max)."""
        return self.recoil[(self.recoil > 0) & (self.recoil < t_max)]

    def window(self, t_max: float) -> tuple[float, float]:
        """Recoil energies in [0, t_max] outside which nothing is kept."""
        low, high = float(self.recoil[0]), float(self.recoil[-1])
        return (low, min(high, t_max)) if low < t_max else (0.0, t_max)

    def panels(self, t_max: float, points: int = 32) -> int:
        """A single panel for any `t_max` (MeV) and `points`, since the kinks are
        breakpoints."""
        return 1
