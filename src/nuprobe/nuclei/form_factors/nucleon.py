"""Form factors of a nucleon itself.

A vector current that couples to protons with g_p and to neutrons with g_n (at zero
momentum transfer) couples to one proton in a nucleus with g_p G_E^p + g_n G_E^n and to
one neutron with g_n G_E^p + g_p G_E^n, by the charge symmetry of u and d quarks. With
the weak couplings g_p = (1 − 4 sin²θ_W)/2, g_n = −1/2 these are half of
(1 − 4 sin²θ_W) G_E^p − G_E^n and (1 − 4 sin²θ_W) G_E^n − G_E^p, reportedly those of
Tomalak:2020zfh (only the abstract was read), and with the couplings 1 and 0 of a photon
the charge. Strange quarks and the spin–orbit current are neglected.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.constants import M_NEUTRON, M_PROTON
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.nuclei.form_factors.base import Describes, Shape, momentum2
from nuprobe.nuclei.isotopes import Isotope
from nuprobe.numerics import FloatArray

__all__ = [
    "DEFAULT_NUCLEON",
    "NUCLEON_NAMES",
    "NucleonDipole",
    "NucleonElectric",
    "NucleonName",
    "kelly",
    "nucleon_electric",
]

NucleonName = Literal["kelly", "dipole", "point"]
NUCLEON_NAMES: Final[tuple[str, ...]] = get_args(NucleonName)
"""Names of the electric form factors of nucleons."""
DEFAULT_NUCLEON: Final[NucleonName] = "kelly"
"""Default if none is named."""

_DIPOLE_MASS2: Final = 0.71e6  # MeV²
_Series = tuple[float, float, float]
_KELLY: Final = {  # (1 + a τ)/(1 + b τ + c τ² + d τ³), τ = Q²/4M²
    "proton electric": (-0.24, 10.98, 12.82, 21.97),
    "proton magnetic": (0.12, 10.97, 18.86, 6.55),
    "neutron magnetic": (2.33, 14.72, 24.20, 84.1),
}
_GALSTER: Final = (1.70, 3.30)  # A τ/(1 + B τ) times a dipole: neutron electric


@public
def kelly(form: str, q2: ArrayLike) -> FloatArray:
    """Form factors of free nucleons by the fits of Kelly:2004hm.

    The coefficients are those of four independent codes (the event generators Achilles
    and, for the proton, CepGen, simulations of GlueX and of the SBS in Hall A, which
    also has the errors of the fit); not checked in the paper.

    Parameters
    ----------
    form : ``"proton electric"``, ``"neutron electric"``, or ``"proton magnetic"`` and
        ``"neutron magnetic"``, over the magnetic moment.
    q2 : Q² = |q|² (MeV²), any shape.

    Returns
    -------
    array, shape of `q2`

    Raises
    ------
    UnknownNameError
        If there is no such form factor.

    Examples
    --------
    >>> kelly("proton electric", [0.0, 1e6]).round(3)
    array([1.   , 0.165])
    """
    if form != "neutron electric" and form not in _KELLY:
        raise UnknownNameError(
            "form factor of nucleons", shown(form), [*_KELLY, "neutron electric"]
        )
    q2 = momentum2(q2)
    mass = M_PROTON if form.startswith("proton") else M_NEUTRON
    tau = q2 / (4 * mass**2)
    if form == "neutron electric":
        dipole = (1 + q2 / _DIPOLE_MASS2) ** -2.0
        return np.asarray(_GALSTER[0] * tau / (1 + _GALSTER[1] * tau) * dipole)
    a, b, c, d = _KELLY[form]
    return np.asarray((1 + a * tau) / (1 + tau * (b + tau * (c + tau * d))))


@public
@quick_methods
@dataclass(frozen=True)
class NucleonDipole(Shape):
    """Dipole (1 + |q|²/Λ²)⁻² with Λ = M_p/1.1 = 853 MeV, a nucleon's: (1 + 1.21
    |q|²/M_p²)⁻² [Brown:1973ih].

    Attributes
    ----------
    mass : Λ, MeV.

    Examples
    --------
    >>> f"{NucleonDipole()(300.0**2):.3f}"
    '0.792'
    """

    name: ClassVar[str] = "nucleon-dipole"
    free_radius: ClassVar[bool] = False
    describes: ClassVar[Describes] = "physical"

    mass: float = M_PROTON / 1.1

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mass) and self.mass > 0):
            raise InputError(f"the dipole mass must be positive (MeV), got {self.mass}")

    @classmethod
    def of(cls, nucleus: str | Isotope) -> NucleonDipole:
        """Build with the mass of the literature, whatever the `nucleus`."""
        return cls()

    @property
    def rms(self) -> float:
        """Root-mean-square radius, MeV⁻¹."""
        return math.sqrt(12) / self.mass

    @property
    def r4(self) -> float:
        """Mean of r⁴, MeV⁻⁴."""
        return 360 / self.mass**4

    def __call__(self, q2: ArrayLike) -> FloatArray:
        """F at `q2` = |q|² (MeV²), shape of `q2`."""
        return np.asarray((1 + momentum2(q2) / self.mass**2) ** -2.0)

    def density(self, r: ArrayLike) -> FloatArray:
        """Density Λ³/8π e^(−Λr) at `r` (MeV⁻¹), MeV³."""
        return np.asarray(
            self.mass**3 / (8 * np.pi) * np.exp(-self.mass * np.asarray(r, dtype=float))
        )


@public
@quick_methods
@dataclass(frozen=True)
class NucleonElectric:
    """Electric form factors of nucleons in a nucleus.

    G_E^p and G_E^n over sqrt(1 + Q²/4M_p²), the Darwin–Foldy term that
    `point_proton_radius` subtracts from a charge radius [Ong:2010gf]; without it for
    ``"point"``.

    Attributes
    ----------
    name : ``"kelly"``: the rational fits of Kelly:2004hm, see `kelly`; ``"dipole"``:
        G_E^p = (1 + Q²/0.71 GeV²)⁻², G_E^n = 0; ``"point"``: 1 and 0, nucleons without
        extension.

    Raises
    ------
    UnknownNameError
        If there is no such name.

    Examples
    --------
    >>> proton, neutron = NucleonElectric("kelly")(100.0**2)
    >>> f"{proton:.4f}, {neutron:.4f}"
    '0.9676, 0.0046'
    """

    name: str = DEFAULT_NUCLEON

    def __post_init__(self) -> None:
        if not (isinstance(self.name, str) and self.name in NUCLEON_NAMES):
            raise UnknownNameError(
                "electric form factor of nucleons", shown(self.name), NUCLEON_NAMES
            )

    def __call__(self, q2: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """G_E^p and G_E^n at `q2` = |q|² (MeV²), each of the shape of `q2`."""
        q2 = momentum2(q2)
        if self.name == "point":
            return np.ones_like(q2), np.zeros_like(q2)
        foldy = 1 / np.sqrt(1 + q2 / (4 * M_PROTON**2))
        if self.name == "dipole":
            dipole = (1 + q2 / _DIPOLE_MASS2) ** -2.0
            return np.asarray(foldy * dipole), np.zeros_like(q2)
        return (
            np.asarray(foldy * kelly("proton electric", q2)),
            np.asarray(foldy * kelly("neutron electric", q2)),
        )

    @property
    def series(self) -> tuple[_Series, _Series]:
        """Coefficients of 1, q² and q⁴ (1, MeV⁻², MeV⁻⁴) of both."""
        if self.name == "point":
            return (1.0, 0.0, 0.0), (0.0, 0.0, 0.0)
        tau, d = 1 / (4 * M_PROTON**2), 1 / _DIPOLE_MASS2
        foldy = (1.0, -tau / 2, 3 / 8 * tau**2)
        if self.name == "dipole":
            return product(foldy, (1.0, -2 * d, 3 * d**2)), (0.0, 0.0, 0.0)
        a, b, c, _ = _KELLY["proton electric"]
        proton = (1.0, (a - b) * tau, (b**2 - c - a * b) * tau**2)
        t = 1 / (4 * M_NEUTRON**2)
        galster, fall = _GALSTER
        neutron = (0.0, galster * t, -galster * t * (fall * t + 2 * d))
        return product(foldy, proton), product(foldy, neutron)

    @property
    def r2(self) -> tuple[float, float]:
        """Contributions of a proton and a neutron to the mean squared charge radius of
        a nucleus (MeV⁻²), with the Darwin–Foldy term in that of the proton."""
        proton, neutron = self.series
        return -6 * proton[1], -6 * neutron[1]


def product(a: _Series, b: _Series) -> _Series:
    """Product of two series `a` and `b` in q², to q⁴."""
    return (
        a[0] * b[0],
        a[0] * b[1] + a[1] * b[0],
        a[0] * b[2] + a[1] * b[1] + a[2] * b[0],
    )


DEFAULT_ELECTRIC: Final = NucleonElectric()
"""The default as an object."""


@public
def nucleon_electric(spec: str | NucleonElectric) -> NucleonElectric:
    """Read electric form factors of nucleons.

    Parameters
    ----------
    spec : one of `NUCLEON_NAMES`, or an object, which is returned unchanged.

    Examples
    --------
    >>> nucleon_electric("dipole").name
    'dipole'
    """
    return spec if isinstance(spec, NucleonElectric) else NucleonElectric(spec)
