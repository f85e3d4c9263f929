"""Mixing of neutrinos: the matrix U between flavours and masses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.models.base import complex_numbers
from nuprobe.numerics import number, numbers

__all__ = ["NUFIT", "PMNS", "mixing_matrix", "nufit_values"]

# NuFIT 6.0 with the tabulated atmospheric data (Esteban:2024eli: not checked in the
# paper; several public copies of its table agree): sin² of the angles, δ_CP in
# degrees, Δm²₂₁ and Δm²₃₁ in eV² (inverted: from Δm²₃₂)
NUFIT: Final[dict[str, tuple[float, float, float, float, float, float]]] = {
    "normal": (0.308, 0.02215, 0.470, 212.0, 7.49e-5, 2.513e-3),
    "inverted": (0.308, 0.02231, 0.550, 274.0, 7.49e-5, -2.484e-3 + 7.49e-5),
}
"""Best fit by mass ordering: sin²θ₁₂, sin²θ₁₃, sin²θ₂₃, δ_CP/degree, Δm²₂₁/eV²,
Δm²₃₁/eV²."""


def nufit_values(ordering: str) -> tuple[float, float, float, float, float, float]:
    """Row of `NUFIT`.

    Parameters
    ----------
    ordering : ``"normal"`` or ``"inverted"``; `UnknownNameError` for any other.

    Examples
    --------
    >>> nufit_values("normal")[0]
    0.308
    """
    if not isinstance(ordering, str) or ordering not in NUFIT:
        raise UnknownNameError("mass ordering", ordering, NUFIT)
    return NUFIT[ordering]


@public
@quick_methods
@dataclass(frozen=True)
class PMNS:
    """Mixing matrix U, ν_α = Σ_k U_αk ν_k, of three neutrinos or of three and a sterile
    one.

    U = R₃₄(δ₃₄) R₂₄ R₁₄(δ₁₄) R₂₃ R₁₃(δ) R₁₂ diag(1, e^{iα₂₁/2}, e^{iα₃₁/2},
    e^{iα₄₁/2}), where R_jk(δ) has sin θ_jk e^{−iδ} in the row j and column k. Defaults:
    NuFIT 6.0, normal ordering (`NUFIT`).

    Attributes
    ----------
    sin2_12, sin2_13, sin2_23 : sin² of the angles.
    delta_cp : δ in radians.
    sin2_14, sin2_24, sin2_34 : of the sterile neutrino; None in all three means that
        there is none.
    delta_14, delta_34 : its phases.
    majorana : α₂₁, α₃₁ (and α₄₁), which drop out of oscillations but not of the moments
        of Majorana neutrinos.

    Examples
    --------
    >>> abs(PMNS().matrix[0]).round(2)
    array([0.82, 0.55, 0.15])
    >>> PMNS(sin2_14=0.02).size
    4
    """

    sin2_12: float = NUFIT["normal"][0]
    sin2_13: float = NUFIT["normal"][1]
    sin2_23: float = NUFIT["normal"][2]
    delta_cp: float = math.radians(NUFIT["normal"][3])
    sin2_14: float | None = None
    sin2_24: float | None = None
    sin2_34: float | None = None
    delta_14: float = 0.0
    delta_34: float = 0.0
    majorana: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        for name in ("sin2_12", "sin2_13", "sin2_23", "sin2_14", "sin2_24", "sin2_34"):
            value = getattr(self, name)
            if (value is not None or "4" not in name) and not 0 <= number(
                name, value
            ) <= 1:
                raise InputError(f"{name} must lie between 0 and 1, got {value}")
        for name in ("delta_cp", "delta_14", "delta_34"):
            number(f"{name} in radians", getattr(self, name))
        phases = numbers("majorana", self.majorana)
        if (
            phases.ndim != 1
            or len(phases) >= self.size
            or not np.isfinite(phases).all()
        ):
            raise InputError(
                f"majorana must contain at most {self.size - 1} finite phases, such as"
                f" (0.3, 0.0), got {shown(self.majorana)}"
            )

    @classmethod
    def nufit(cls, ordering: str = "normal") -> PMNS:
        """Best fit of NuFIT 6.0 for an `ordering`, ``"normal"`` or ``"inverted"``."""
        s12, s13, s23, delta, _, _ = nufit_values(ordering)
        return cls(s12, s13, s23, math.radians(delta))

    @property
    def size(self) -> int:
        """3, or 4 with a sterile neutrino."""
        return 3 if self.sin2_14 is self.sin2_24 is self.sin2_34 is None else 4

    @property
    def matrix(self) -> NDArray[np.complex128]:
        """U with rows e, μ, τ (s) and columns 1, 2, 3 (4)."""
        u = np.eye(self.size, dtype=complex)
        rotations: list[tuple[int, int, float | None, float]] = [
            (1, 2, self.sin2_23, 0.0),
            (0, 2, self.sin2_13, self.delta_cp),
            (0, 1, self.sin2_12, 0.0),
        ]
        if self.size == 4:
            sterile = [
                (2, 3, self.sin2_34, self.delta_34),
                (1, 3, self.sin2_24, 0.0),
                (0, 3, self.sin2_14, self.delta_14),
            ]
            rotations = sterile + rotations
        for j, k, sin2, phase in rotations:
            s, c = math.sqrt(sin2 or 0.0), math.sqrt(1 - (sin2 or 0.0))
            r = np.eye(self.size, dtype=complex)
            r[j, j] = r[k, k] = c
            r[j, k], r[k, j] = s * np.exp(-1j * phase), -s * np.exp(1j * phase)
            u = u @ r
        phases = np.zeros(self.size)
        phases[1 : 1 + len(self.majorana)] = self.majorana
        return np.asarray(u * np.exp(0.5j * phases))


def mixing_matrix(mixing: Any) -> NDArray[Any]:
    """Unitary matrix of an array, or of an object that has one as `matrix`.

    Parameters
    ----------
    mixing : `PMNS`, or an array of shape (3, 3) or (4, 4); `InputError` if it is not
        unitary.

    Examples
    --------
    >>> mixing_matrix(PMNS()).shape
    (3, 3)
    """
    matrix = complex_numbers("mixing", getattr(mixing, "matrix", mixing))
    if matrix.ndim != 2 or matrix.shape not in ((3, 3), (4, 4)):
        raise InputError(
            "mixing must be a 3×3 or 4×4 matrix (PMNS(...) makes one), got shape"
            f" {matrix.shape}"
        )
    error = np.abs(matrix @ np.conj(matrix.T) - np.eye(len(matrix))).max()
    if error > 1e-9:
        raise InputError(
            f"mixing must be unitary, but U U† differs from 1 by {error:.2g}"
        )
    return matrix
