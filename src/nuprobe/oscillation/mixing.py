"""Mixing of three neutrinos, or of three and a sterile one, and their masses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.numerics import FloatArray, number, numbers
from nuprobe.units import eV, keV

__all__ = ["NUFIT", "PMNS", "Splittings"]

# NuFIT 6.0 with the tabulated atmospheric data (Esteban:2024eli: not read in the paper;
# the numbers agree in several public copies of its table): sin² of the angles, δ_CP in
# degrees, Δm²₂₁ and Δm²₃₁ in eV² (inverted: from Δm²₃₂)
NUFIT: Final[dict[str, tuple[float, float, float, float, float, float]]] = {
    "normal": (0.308, 0.02215, 0.470, 212.0, 7.49e-5, 2.513e-3),
    "inverted": (0.308, 0.02231, 0.550, 274.0, 7.49e-5, -2.484e-3 + 7.49e-5),
}
"""Best fit by mass ordering: sin²θ₁₂, sin²θ₁₃, sin²θ₂₃, δ_CP/degree, Δm²₂₁/eV²,
Δm²₃₁/eV²."""

# a number beyond these was given without its unit
_LARGEST_SPLITTING: Final = keV**2


def _fit(ordering: str) -> tuple[float, float, float, float, float, float]:
    if not isinstance(ordering, str) or ordering not in NUFIT:
        raise UnknownNameError("mass ordering", ordering, NUFIT)
    return NUFIT[ordering]


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
    majorana : α₂₁, α₃₁ (and α₄₁), which drop out of oscillations but not out of the
        moments of Majorana neutrinos.

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
        s12, s13, s23, delta, _, _ = _fit(ordering)
        return cls(s12, s13, s23, math.radians(delta))

    @property
    def size(self) -> int:
        """3, or 4 with a sterile neutrino."""
        return 3 if self.sin2_14 is self.sin2_24 is self.sin2_34 is None else 4

    @property
    def matrix(self) -> NDArray[np.complex128]:
        """U, rows e, μ, τ (s), columns 1, 2, 3 (4)."""
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


@dataclass(frozen=True)
class Splittings:
    """Differences of squared masses, MeV² (``7.49e-5 * eV**2``). Defaults: NuFIT 6.0,
    normal ordering.

    Attributes
    ----------
    dm21, dm31 : m₂² − m₁² and m₃² − m₁², the latter negative for inverted ordering.
    dm41 : m₄² − m₁² of a sterile neutrino, or None.

    Examples
    --------
    >>> (Splittings().masses(0.01 * eV) / eV).round(4)
    array([0.01  , 0.0132, 0.0511])
    """

    dm21: float = NUFIT["normal"][4] * eV**2
    dm31: float = NUFIT["normal"][5] * eV**2
    dm41: float | None = None

    def __post_init__(self) -> None:
        for name in ("dm21", "dm31", "dm41"):
            value = getattr(self, name)
            if value is None and name == "dm41":
                continue
            if (
                abs(number(f"{name} in MeV²", value, "7.5e-5 * eV**2"))
                > _LARGEST_SPLITTING
            ):
                raise InputError(
                    f"{name} of {value:g} MeV² is too large for neutrinos: give it with"
                    f" its unit, {value:g} * eV**2"
                )

    @classmethod
    def nufit(cls, ordering: str = "normal") -> Splittings:
        """Best fit of NuFIT 6.0 for an `ordering`, ``"normal"`` or ``"inverted"``."""
        return cls(*(dm2 * eV**2 for dm2 in _fit(ordering)[4:]))

    def squares(self, size: int) -> FloatArray:
        """Return m_k² − m₁² (MeV²) of `size` = 3 or 4 states; raises `InputError` for
        any other number of states."""
        if (size == 4) != (self.dm41 is not None):
            raise InputError(
                "a sterile neutrino needs both its mixing (sin2_14 … of PMNS) and its"
                " mass (dm41 of Splittings), got "
                + ("only the mixing" if size == 4 else "only the mass")
            )
        return np.array(
            [0.0, self.dm21, self.dm31, *(() if self.dm41 is None else (self.dm41,))]
        )

    def masses(self, lightest: float = 0.0) -> FloatArray:
        """Masses in MeV, shape (3,) or (4,), for the mass of the `lightest` neutrino
        (MeV)."""
        if (
            number("the mass of the lightest neutrino in MeV", lightest, "0.01 * eV")
            < 0
        ):
            raise InputError(
                "the mass of the lightest neutrino must not be negative (MeV), got"
                f" {lightest}"
            )
        squares = self.squares(3 if self.dm41 is None else 4)
        result: FloatArray = np.sqrt(squares - squares.min() + lightest**2)
        return result


def check_mixing(mixing: Any, splittings: Any = None) -> None:
    """Check that both are what they should be and belong together.

    Parameters
    ----------
    mixing : a `PMNS`.
    splittings : `Splittings` of as many states, or None where they do not matter.

    Raises
    ------
    InputError
        If one is not, or only one of them has a sterile neutrino.
    """
    if not isinstance(mixing, PMNS):
        raise InputError(
            "mixing must be a PMNS, such as PMNS() or PMNS(sin2_12=0.31), got"
            f" {shown(mixing)}"
        )
    if splittings is None:
        return
    if not isinstance(splittings, Splittings):
        raise InputError(
            "splittings must be Splittings, such as Splittings(7.5e-5 * eV**2), got"
            f" {shown(splittings)}"
        )
    splittings.squares(mixing.size)
