"""Mixing of three neutrinos, or of three and a sterile one, and their masses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError, shown
from nuprobe.models.mixing import NUFIT, PMNS, nufit_values
from nuprobe.numerics import FloatArray, number
from nuprobe.units import eV, keV

__all__ = ["NUFIT", "PMNS", "Splittings"]

# larger numbers must lack their unit
_LARGEST_SPLITTING: Final = keV**2


@public
@quick_methods
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
        return cls(*(dm2 * eV**2 for dm2 in nufit_values(ordering)[4:]))

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
    """Check that both are valid and consistent.

    Parameters
    ----------
    mixing : a `PMNS`.
    splittings : `Splittings` of the same number of states, or None if not needed.

    Raises
    ------
    InputError
        If one is invalid, or only one of them has a sterile neutrino.
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
