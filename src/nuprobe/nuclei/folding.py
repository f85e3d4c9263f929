"""Form factors of a nucleus for a vector current: nucleons folded into the
distributions of their centres."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError
from nuprobe.nuclei.form_factors import Describes, FormFactor, NucleonElectric
from nuprobe.nuclei.form_factors.base import length
from nuprobe.nuclei.form_factors.nucleon import DEFAULT_ELECTRIC, product
from nuprobe.nuclei.isotopes import Isotope, isotope
from nuprobe.numerics import FloatArray
from nuprobe.units import fm

__all__ = [
    "Folding",
    "describes",
    "physical_to_point",
    "point_to_physical",
]


@public
def describes(form_factor: FormFactor) -> Describes:
    """Whether a `form_factor` describes point nucleons or includes their extension;
    point nucleons are assumed for an object without that information.

    Examples
    --------
    >>> from nuprobe.nuclei.form_factors import FourierBessel
    >>> describes(FourierBessel.of("Ar40"))
    'physical'
    """
    found: Describes = getattr(form_factor, "describes", "point")
    return found


@public
@quick_methods
@dataclass(frozen=True)
class Folding:
    """Form factors of a nucleus for a vector current that couples to protons with g_p
    and to neutrons with g_n: g_p F_p + g_n F_n with

    F_p = Z f_p G_E^p + N f_n G_E^n,  F_n = N f_n G_E^p + Z f_p G_E^n

    for distributions f of point nucleons (charge symmetry, see
    `nuprobe.nuclei.form_factors.nucleon`). F_p is that of the charge. Where f_p (f_n)
    already includes the nucleons, it is F_p/Z (F_n/N) itself.

    Attributes
    ----------
    isotope : the nucleus.
    proton, neutron : form factors f_p, f_n.
    nucleon : electric form factors of the nucleons.
    kinds : whether f_p and f_n are ``"point"`` or ``"physical"``; None: as each
        declares.

    Examples
    --------
    >>> from nuprobe.nuclei.form_factors import Helm
    >>> argon = Folding(isotope("Ar40"), Helm(3.33 * fm), Helm(3.42 * fm))
    >>> proton, neutron = argon(0.0)
    >>> float(proton), float(neutron)
    (18.0, 22.0)
    """

    isotope: Isotope
    proton: FormFactor
    neutron: FormFactor
    nucleon: NucleonElectric = DEFAULT_ELECTRIC
    kinds: tuple[Describes, Describes] | None = None

    @property
    def physical(self) -> tuple[bool, bool]:
        """Whether f_p and f_n already include the nucleons."""
        kinds = self.kind_names
        return kinds[0] == "physical", kinds[1] == "physical"

    @property
    def kind_names(self) -> tuple[Describes, Describes]:
        """Whether f_p, f_n are ``"point"`` or ``"physical"``."""
        return self.kinds or (describes(self.proton), describes(self.neutron))

    def __call__(self, q2: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """F_p and F_n at `q2` = |q|² (MeV²), each of the shape of `q2`; Z and N at
        0."""
        protons = self.isotope.z * self.proton(q2)
        neutrons = self.isotope.n * self.neutron(q2)
        in_p, in_n = self.physical
        if (in_p and in_n) or self.nucleon.name == "point":
            return protons, neutrons
        own, other = self.nucleon(q2)
        # the small contribution of the other kind of nucleon, without its extension
        centres_p = protons / own if in_p else protons
        centres_n = neutrons / own if in_n else neutrons
        return (
            protons if in_p else np.asarray(protons * own + centres_n * other),
            neutrons if in_n else np.asarray(neutrons * own + centres_p * other),
        )

    @property
    def series(self) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        """Coefficients of 1, q² and q⁴ (1, MeV⁻², MeV⁻⁴) of F_p and F_n."""
        own, other = self.nucleon.series
        found = []
        pairs = (
            (self.isotope.z, self.proton, self.isotope.n, self.neutron),
            (self.isotope.n, self.neutron, self.isotope.z, self.proton),
        )
        physical = self.physical
        for i, (number, ff, others, ff_other) in enumerate(pairs):
            first, second = _series(ff), _series(ff_other)
            if not physical[i]:
                first = product(first, own)
            parts = [number * c for c in first]
            if not physical[i]:
                if physical[1 - i]:
                    second = product(second, _inverse(own))
                small = product(second, other)
                parts = [c + others * s for c, s in zip(parts, small, strict=True)]
            found.append((parts[0], parts[1], parts[2]))
        return found[0], found[1]

    @property
    def rms(self) -> tuple[float, float]:
        """Physical rms radii (MeV⁻¹) of F_p, the charge, and of F_n; 0 where there is
        no such nucleon or <r²> is negative."""
        found = [
            math.sqrt(max(-6 * s[1] / s[0], 0.0)) if s[0] else 0.0 for s in self.series
        ]
        return found[0], found[1]


def _series(ff: FormFactor) -> tuple[float, float, float]:
    return 1.0, -(ff.rms**2) / 6, ff.r4 / 120


def _inverse(a: tuple[float, float, float]) -> tuple[float, float, float]:
    return 1.0, -a[1], a[1] ** 2 - a[2]


def _added(of: Isotope, particle: str, nucleon: str) -> float:
    """Contribution of the nucleons to the mean squared radius (MeV⁻²) of point protons
    or neutrons."""
    if particle not in ("p", "n"):
        raise InputError(f"a nucleon must be 'p' or 'n', got {particle!r}")
    number, others = (of.z, of.n) if particle == "p" else (of.n, of.z)
    if number == 0:
        raise InputError(f"{of.name} has no neutrons, hence no neutron radius")
    own, other = NucleonElectric(nucleon).r2
    return own + others / number * other


@public
def point_to_physical(
    radius: float, of: str | Isotope, particle: str, nucleon: str = "kelly"
) -> float:
    """Physical rms radius (MeV⁻¹) of a nucleus for a vector current that couples only
    to protons, or only to neutrons.

    R² = R_point² + r_p² + (N/Z) r_n² for protons, R_point² + r_p² + (Z/N) r_n² for
    neutrons, with the mean squared charge radii r_p² (and the Darwin–Foldy term) and
    r_n² of the nucleons. That of protons is the charge radius.

    Parameters
    ----------
    radius : rms radius of the point nucleons, MeV⁻¹.
    of : the nucleus.
    particle : ``"p"`` or ``"n"``.
    nucleon : one of `form_factors.NUCLEON_NAMES`.

    Examples
    --------
    >>> f"{point_to_physical(5.01 * fm, 'Cs133', 'n') / fm:.3f} fm"
    '5.079 fm'
    """
    checked = length(radius, "the radius of point nucleons")
    return math.sqrt(checked**2 + _added(isotope(of), particle, nucleon))


@public
def physical_to_point(
    radius: float, of: str | Isotope, particle: str, nucleon: str = "kelly"
) -> float:
    """Rms radius (MeV⁻¹) of point nucleons: inverse of `point_to_physical`.

    Parameters
    ----------
    radius : physical rms radius, MeV⁻¹.
    of, particle, nucleon : as in `point_to_physical`.

    Raises
    ------
    InputError
        If the nucleons alone exceed the radius.

    Examples
    --------
    >>> f"{physical_to_point(5.08 * fm, 'Cs133', 'n') / fm:.2f} fm"
    '5.01 fm'
    """
    nucleus = isotope(of)
    added = _added(nucleus, particle, nucleon)
    if not (radius >= 0 and radius**2 >= added):
        raise InputError(
            f"a physical radius of {radius / fm:.6g} fm of {nucleus.name} is"
            f" impossible: its nucleons alone give {math.sqrt(max(added, 0)) / fm:.4g}"
            " fm; give a length, e.g. 5.1 * fm"
        )
    return math.sqrt(radius**2 - added)
