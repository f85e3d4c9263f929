"""Any spherical density, by numerical Fourier transform."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.errors import ComputationError, InputError
from nuprobe.nuclei.form_factors.base import length, momentum2
from nuprobe.nuclei.form_factors.functions import sinc
from nuprobe.numerics import FloatArray, panel_nodes
from nuprobe.units import fm

__all__ = ["DensityFormFactor"]


@public
@quick_methods
@dataclass(frozen=True)
class DensityFormFactor:
    """Form factor of any spherical density, by numerical Fourier transform.

    F(q) = ∫ 4πr² sin(qr)/(qr) ρ(r) dr / ∫ 4πr² ρ(r) dr over 0 < r < `cutoff`, by
    Gauss–Legendre panels.

    Attributes
    ----------
    profile : density as a function of r (MeV⁻¹), any normalisation, vectorised and
        smooth within each panel.
    cutoff : radius (MeV⁻¹) beyond which it is negligible.
    scale : length (MeV⁻¹) over which it varies: the widest panel.
    tolerance : absolute accuracy demanded of F; `ComputationError` if the error
        estimate exceeds it.

    Examples
    --------
    >>> from nuprobe.units import fm
    >>> gaussian = DensityFormFactor(lambda r: np.exp(-((r / fm) ** 2)), 8 * fm, fm)
    >>> f"{gaussian.rms / fm:.6f} fm, F = {gaussian(100.0**2):.6f}"
    '1.224745 fm, F = 0.937813'
    """

    profile: Callable[[FloatArray], ArrayLike]
    cutoff: float
    scale: float
    tolerance: float = 1e-10

    def __post_init__(self) -> None:
        length(self.cutoff, "the cutoff of a density", zero=False)
        length(self.scale, "the scale of a density", zero=False)

    def _rule(self, q_max: float, n: int) -> tuple[FloatArray, FloatArray]:
        """Radii and weights 4πr²ρ dr; at most eight radians of sin(qr) per panel."""
        width = min(self.scale, 8 / q_max) if q_max > 0 else self.scale
        panels = math.ceil(self.cutoff / width)
        if panels > 20_000:
            raise ComputationError(
                f"|q| = {q_max:.6g} MeV is too large for a numerical transform with"
                f" the cutoff {self.cutoff / fm:.4g} fm"
            )
        r, w = panel_nodes(np.linspace(0, self.cutoff, panels + 1), n)
        weights = 4 * np.pi * r**2 * w * np.asarray(self.profile(r), dtype=float)
        total = weights.sum()
        if not (np.isfinite(weights).all() and total > 0):
            raise InputError("a density must be finite and have a positive integral")
        return r, weights

    def _transform(self, q: FloatArray, n: int) -> FloatArray:
        r, weights = self._rule(float(q.max(initial=0.0)), n)
        block = max(1, 2_000_000 // r.size)
        parts = [
            sinc(q[i : i + block, None] * r) @ weights for i in range(0, q.size, block)
        ]
        return np.asarray(np.concatenate([np.empty(0), *parts]) / weights.sum())

    def error_estimate(self, q2: ArrayLike) -> FloatArray:
        """Difference between the 16-point result at `q2` = |q|² (MeV²) and a 24-point
        one, shape of `q2`."""
        q2 = momentum2(q2)
        q = np.sqrt(q2).ravel()
        return np.abs(self._transform(q, 16) - self._transform(q, 24)).reshape(q2.shape)

    def __call__(self, q2: ArrayLike) -> FloatArray:
        """F at `q2` = |q|² (MeV²), shape of `q2`; `ComputationError` if the error
        estimate at the largest |q|² exceeds the tolerance."""
        q2 = momentum2(q2)
        q = np.sqrt(q2).ravel()
        if q.size:
            # panels shrink as 1/q, so the error of the rule is largest where sin(qr)
            # oscillates fastest
            error = float(self.error_estimate(q2.max()))
            if error > self.tolerance:
                raise ComputationError(
                    f"the Fourier transform is accurate to {error:.1e}, not"
                    f" {self.tolerance:.1e}: set a smaller scale"
                )
        return self._transform(q, 16).reshape(q2.shape)

    def _moment(self, power: int) -> float:
        r, weights = self._rule(0.0, 16)
        return float(weights @ r**power / weights.sum())

    @property
    def rms(self) -> float:
        """Root-mean-square radius, MeV⁻¹."""
        return math.sqrt(self._moment(2))

    @property
    def r4(self) -> float:
        """Mean of r⁴, MeV⁻⁴."""
        return self._moment(4)

    def density(self, r: ArrayLike) -> FloatArray:
        """Density at `r` (MeV⁻¹), MeV³, shape of `r`, normalised; 0 beyond the
        cutoff."""
        r = np.asarray(r, dtype=float)
        norm = float(self._rule(0.0, 16)[1].sum())
        return np.asarray(
            np.where(r <= self.cutoff, np.asarray(self.profile(r), dtype=float), 0.0)
            / norm
        )
