"""Form factors with the radii of the trident literature, by name in every command.

They describe the charge: they include the nucleons, nothing is folded into them, and
their radius cannot be changed. As collected in the talk on neutrino tridents (from
Brown:1973ih): dipole and exponential with R0 = 1.21 A^(1/3) fm (B there) and 1.3
A^(1/3) fm (C), and a Fermi density with R = 1.07 A^(1/3) fm and b = 0.57 fm. The dipole
(1 − 1.21 q²/M_p²)⁻², which does not depend on the nucleus, is ``"nucleon-dipole"``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NoReturn

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError
from nuprobe.nuclei.form_factors.base import Describes, Shape
from nuprobe.nuclei.form_factors.dipole import Dipole
from nuprobe.nuclei.form_factors.exponential import Exponential
from nuprobe.nuclei.form_factors.fermi import Fermi
from nuprobe.nuclei.isotopes import Isotope, isotope
from nuprobe.units import fm

__all__ = [
    "LiteratureDipole",
    "LiteratureDipoleC",
    "LiteratureExponential",
    "LiteratureExponentialC",
    "LiteratureFermi",
]


class _Fixed(Shape):
    """A shape whose name fixes its radius."""

    free_radius: ClassVar[bool] = False
    describes: ClassVar[Describes] = "physical"

    @classmethod
    def from_rms(cls, rms: float, *_: float) -> NoReturn:
        """Raise `InputError`: the name fixes the radius, so no `rms` can be set."""
        raise InputError(
            f"the form factor {cls.name!r} has no free radius: drop the radius, or"
            f" use the plain shape, {cls.name.split('-')[1]!r}"
        )


def _radius(nucleus: str | Isotope, r0: float) -> float:
    """R0 = r0 A^(1/3) fm, in MeV⁻¹."""
    return float(r0 * isotope(nucleus).a ** (1 / 3) * fm)


@public
@quick_methods
@dataclass(frozen=True)
class LiteratureDipole(_Fixed, Dipole):
    """Dipole with R0 = 1.21 A^(1/3) fm.

    Examples
    --------
    >>> f"{LiteratureDipole.of('Fe56').rms / fm:.3f} fm"
    '3.586 fm'
    """

    name: ClassVar[str] = "literature-dipole"
    scale: ClassVar[float] = 1.21

    @classmethod
    def of(cls, nucleus: str | Isotope) -> LiteratureDipole:
        """Build for a `nucleus`."""
        return cls(_radius(nucleus, cls.scale))


@public
@quick_methods
@dataclass(frozen=True)
class LiteratureDipoleC(LiteratureDipole):
    """Dipole with R0 = 1.3 A^(1/3) fm.

    Examples
    --------
    >>> f"{LiteratureDipoleC.of('Fe56').rms / fm:.3f} fm"
    '3.853 fm'
    """

    name: ClassVar[str] = "literature-dipole-1.3"
    scale: ClassVar[float] = 1.3


@public
@quick_methods
@dataclass(frozen=True)
class LiteratureExponential(_Fixed, Exponential):
    """Exponential of q² with R0 = 1.21 A^(1/3) fm.

    Examples
    --------
    >>> shape = LiteratureExponential.of("Fe56")
    >>> f"{shape.rms / fm:.3f} fm, {shape(100.0**2):.4f}"
    '3.586 fm, 0.5767'
    """

    name: ClassVar[str] = "literature-exponential"
    scale: ClassVar[float] = 1.21

    @classmethod
    def of(cls, nucleus: str | Isotope) -> LiteratureExponential:
        """Build for a `nucleus`."""
        return cls(_radius(nucleus, cls.scale))


@public
@quick_methods
@dataclass(frozen=True)
class LiteratureExponentialC(LiteratureExponential):
    """Exponential of q² with R0 = 1.3 A^(1/3) fm.

    Examples
    --------
    >>> f"{LiteratureExponentialC.of('Fe56').rms / fm:.3f} fm"
    '3.853 fm'
    """

    name: ClassVar[str] = "literature-exponential-1.3"
    scale: ClassVar[float] = 1.3


@public
@quick_methods
@dataclass(frozen=True)
class LiteratureFermi(_Fixed, Fermi):
    """Fermi density with R = 1.07 A^(1/3) fm and b = 0.57 fm, analytic (`Fermi`).

    Examples
    --------
    >>> shape = LiteratureFermi.of("Fe56")
    >>> f"{shape.rms / fm:.3f} fm, {shape.describes}"
    '3.814 fm, physical'
    """

    name: ClassVar[str] = "literature-fermi"

    @classmethod
    def of(
        cls, nucleus: str | Isotope, diffuseness: float | None = None
    ) -> LiteratureFermi:
        """Build for a `nucleus`, with another `diffuseness` (MeV⁻¹) if one is given."""
        b = 0.57 * fm if diffuseness is None else diffuseness
        return cls(_radius(nucleus, 1.07), b)
