"""Targets: detector materials by name, as nuclei with a proton and a neutron form
factor each."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.markup import table
from nuprobe.nuclei.folding import Folding, describes
from nuprobe.nuclei.form_factors import (
    DEFAULT_NUCLEON,
    Describes,
    FormFactor,
    NucleonElectric,
    SurfaceShape,
    named,
    nucleon_electric,
    shape_named,
)
from nuprobe.nuclei.form_factors.nucleon import DEFAULT_ELECTRIC
from nuprobe.nuclei.given_radii import RadiusSpec, check_radii, chosen_radius
from nuprobe.nuclei.isotopes import (
    Isotope,
    check_molecule,
    elements,
    isotope,
    isotopes,
    natural,
)
from nuprobe.nuclei.mixtures import MIXTURES, named_mixture
from nuprobe.nuclei.radii import point_to_charge
from nuprobe.reprs import readable
from nuprobe.units import fm

__all__ = [
    "Component",
    "Target",
    "TargetSpec",
    "charge_distribution",
    "target",
    "with_form_factors",
]


@readable
@dataclass(frozen=True)
class Component:
    """One isotope of a target.

    Attributes
    ----------
    isotope : the nucleus.
    count : number per formula unit.
    ff_p, ff_n : form factors of the distributions of protons and neutrons.
    nucleon : electric form factors of the nucleons, folded into those of point
        nucleons.
    kinds : whether ff_p and ff_n are ``"point"`` or ``"physical"``; None: as each
        declares.
    named : (shape, r_p, surface parameter) of a proton form factor given by name, as
        `charge_distribution` takes them; None for an object or a shape whose radius
        cannot be set.
    """

    isotope: Isotope
    count: float
    ff_p: FormFactor
    ff_n: FormFactor
    named: tuple[str, float | None, float | None] | None = None
    nucleon: NucleonElectric = DEFAULT_ELECTRIC
    kinds: tuple[Describes, Describes] | None = None

    @cached_property
    def shapes(self) -> Folding:
        """Form factors of a vector current, with the nucleons folded in: ``shapes(q2)``
        gives those of protons and of neutrons, Z and N at q2 = 0."""
        return Folding(self.isotope, self.ff_p, self.ff_n, self.nucleon, self.kinds)

    @cached_property
    def charge(self) -> FormFactor:
        """Form factor of the charge, which a photon probes in tridents: a named shape
        with the charge radius instead of the point-proton radius, otherwise `ff_p`. No
        nucleon is folded into it."""
        if self.named is None:
            return self.ff_p
        shape, r_p, s = self.named
        return charge_distribution(shape, self.isotope, r_p, s)


@readable
@dataclass(frozen=True)
class Target:
    """A nucleus, a molecule or a mixture, per formula unit.

    Attributes
    ----------
    name : as given.
    components : one per isotope; counts are per formula unit (per atom for a natural
        element).
    """

    name: str
    components: tuple[Component, ...]

    def __repr__(self) -> str:
        return f"<target {self.name}>"

    def _repr_html_(self) -> str:
        rows = [
            (
                c.isotope.name,
                f"{c.count:.5g}",
                type(c.ff_p).__name__,
                f"{c.ff_p.rms / fm:.4g}",
                type(c.ff_n).__name__,
                f"{c.ff_n.rms / fm:.4g}",
            )
            for c in self.components
        ]
        header = ("isotope", "count", "F_p", "R_p [fm]", "F_n", "R_n [fm]")
        return table(f"target {self.name}", rows, header, [f"per {self.unit}"])

    @property
    def mass(self) -> float:
        """Mass of a formula unit with its electrons, MeV: a detector of mass m contains
        ``m / mass`` of them."""
        return sum(c.count * c.isotope.atomic_mass for c in self.components)

    @property
    def is_single(self) -> bool:
        """Whether this is one nucleus of one isotope."""
        return len(self.components) == 1 and self.components[0].count == 1

    @property
    def unit(self) -> str:
        """What its cross sections refer to: a ``"nucleus"``, an ``"atom"`` of one
        element or a ``"formula unit"``."""
        if self.is_single:
            return "nucleus"
        elements = {c.isotope.z for c in self.components}
        atoms = sum(c.count for c in self.components)
        one = len(elements) == 1 and math.isclose(atoms, 1)
        return "atom" if one else "formula unit"

    def __str__(self) -> str:
        """Return the name."""
        return self.name


TargetSpec = str | Isotope | Target | Mapping[str, float]
FormFactorSpec = str | FormFactor | tuple[str | FormFactor, str | FormFactor]

_TOKEN: Final = re.compile(r"([A-Z][a-z]?)(\d*)|(\()|\)(\d*)")
_ALIASES: Final = {"D": "H2"}


@public
def target(
    spec: TargetSpec,
    *,
    r_p: RadiusSpec = None,
    r_n: RadiusSpec = None,
    form_factor: FormFactorSpec = "helm",
    surface_thickness: float | None = None,
    nucleon: str | NucleonElectric = DEFAULT_NUCLEON,
) -> Target:
    """Build a target from its usual name.

    Parameters
    ----------
    spec : an isotope ("Ar40", "40Ar", an `Isotope`); an element in its natural
        composition ("Xe", "natural Xe"); a formula ("CsI", "CaWO4", "Ca(OH)2", "D2O"),
        whose elements are natural; a mixture by number, ``{"Si28": 1, "O16": 2}``, of
        any of these; a `Target` passes through (with no other argument). A symbol with
        a number is an isotope where that number can be a mass number ("H2" is the
        deuteron), else a molecule ("O2").
    r_p, r_n : rms radii (MeV⁻¹, e.g. ``3.4 * fm``) of the point-proton and
        point-neutron distributions: one for all nuclei, or by isotope or element name;
        the default applies to those not named. In place of a length, the name of a
        nuclear model or measurement (`radius_names`): ``"NL-Z2"``, ``{"Pb208":
        "PREX"}``. Default r_p: the measured charge radius
        less the nucleon's size (`point_proton_radius`). Default r_n: EQUAL to r_p,
        given or default, so the neutron skin is zero, since no measurement is assumed.
        Where no charge radius has been measured, see `default_charge_radius`.
    form_factor : name or object for both distributions, or a pair (proton, neutron).
        "dipole" and "exponential" take their radius from the literature's R0 = 1.21
        A^(1/3) fm unless r_p, r_n are given; "fourier-bessel" is the measured charge
        density, "nucleon-dipole" and "point" have no radius, "literature-dipole",
        "literature-fermi" and the like have that fixed by their name.
    surface_thickness : Helm s, Klein–Nystrand a_k, or Fermi diffuseness (MeV⁻¹); None
        for the default of the shape. In a pair it goes to whichever has a surface.
    nucleon : electric form factors of the nucleons, folded into point protons and
        neutrons for vector currents (`Folding`): "kelly", "dipole", or "point" for
        nucleons without extension. Nothing is folded into "fourier-bessel", "point" and
        "nucleon-dipole", nor into "dipole" and "exponential" with the radius of their
        literature; objects are taken to describe point nucleons unless their
        ``describes`` is "physical".

    A nucleus whose default radius is too small for the shape (H1 and He4 for Helm; some
    more of the lightest for the others) gets a Gaussian of the same rms radius, which
    is what Helm becomes for R0 → 0; for H1, a point proton, that is F = 1. An explicit
    radius that is too small is an error.

    Returns
    -------
    Target
        With counts per formula unit. Where a photon couples to the charge, as in
        tridents, a shape given by name has the rms charge radius: the measured one, or
        the one corresponding to `r_p`.

    Raises
    ------
    UnknownNameError
        Unknown isotope, element or form factor; the nearest names are offered.
    InputError
        A formula that cannot be read, a count that is not positive, a radius that the
        shape cannot have.

    Examples
    --------
    >>> from nuprobe.units import fm
    >>> csi = target("CsI")
    >>> [(part.isotope.name, part.count) for part in csi.components]
    [('Cs133', 1.0), ('I127', 1.0)]
    >>> argon = target("Ar40", r_p=3.33 * fm, r_n=3.42 * fm, form_factor="helm")
    >>> f"{argon.components[0].ff_n.rms / fm:.2f} fm"
    '3.42 fm'
    """
    if isinstance(spec, Target):
        if (
            r_p is None
            and r_n is None
            and form_factor == "helm"
            and surface_thickness is None
            and nucleon == DEFAULT_NUCLEON
        ):
            return spec
        name, counts = spec.name, {c.isotope: c.count for c in spec.components}
    else:
        name, counts = _composition(spec)
    if isinstance(form_factor, tuple):
        if len(form_factor) != 2:
            raise InputError(
                "form_factor must be a single form factor or a pair (proton,"
                f" neutron), got {len(form_factor)} of them"
            )
        shape_p, shape_n = form_factor
    else:
        shape_p = shape_n = form_factor
    for what, radius in (("r_p", r_p), ("r_n", r_n)):
        check_radii(what, radius, counts)
    s_p = s_n = surface_thickness
    if _has_surface(shape_p) != _has_surface(shape_n):
        s_p, s_n = (s_p, None) if _has_surface(shape_p) else (None, s_n)
    folded = nucleon_electric(nucleon)
    components = []
    for nucleus, count in counts.items():
        rms_p = chosen_radius(r_p, nucleus, "p")
        rms_n = chosen_radius(r_n, nucleus, "n")
        if (
            rms_n is None
            and isinstance(shape_n, str)
            and shape_named(shape_n).free_radius
        ):
            rms_n = rms_p
        ff_p = named(shape_p, nucleus, rms=rms_p, s=s_p)
        ff_n = named(shape_n, nucleus, rms=rms_n, s=s_n)
        kept = None
        if isinstance(shape_p, str) and nucleus.a > 1:
            kept = (shape_p, rms_p, s_p) if shape_named(shape_p).free_radius else None
        kinds = _kind(shape_p, ff_p, rms_p), _kind(shape_n, ff_n, rms_n)
        components.append(Component(nucleus, count, ff_p, ff_n, kept, folded, kinds))
    return Target(name, tuple(components))


def _kind(spec: str | FormFactor, made: FormFactor, rms: float | None) -> Describes:
    """What a form factor describes: one with its literature radius, rather than a
    point-nucleon radius, includes the nucleons."""
    if isinstance(spec, str) and rms is None and not _has_surface(spec):
        return "physical"
    return describes(made)


def _has_surface(spec: str | FormFactor) -> bool:
    if not isinstance(spec, str):
        return False
    shape = shape_named(spec)
    return issubclass(shape, SurfaceShape) and shape.free_radius


def charge_distribution(
    shape: str, isotope: Isotope, r_p: float | None = None, s: float | None = None
) -> FormFactor:
    """Form factor of the charge of a nucleus for a shape given by name.

    Parameters
    ----------
    shape : one of `form_factors.shapes`. One whose radius can be set gets the measured
        rms charge radius, the others are unchanged.
    isotope : the nucleus.
    r_p : rms radius (MeV⁻¹) of the point protons: then the charge radius is the
        corresponding one.
    s : surface parameter, MeV⁻¹; None for the default of the shape.

    A nucleus that is too small for the shape gets a Gaussian of the same rms radius.

    Examples
    --------
    >>> from nuprobe.nuclei import isotope
    >>> argon = isotope("Ar40")
    >>> charge_distribution("helm", argon).rms == argon.r_charge
    True
    """
    rms = None
    if r_p is not None and shape_named(shape).free_radius:
        rms = point_to_charge(r_p, isotope)
    return named(shape, isotope, "charge", rms=rms, s=s)


def _composition(
    spec: str | Isotope | Mapping[str, float],
) -> tuple[str, dict[Isotope, float]]:
    """Name and counts by isotope."""
    if isinstance(spec, Isotope):
        return spec.name, {spec: 1.0}
    if isinstance(spec, Mapping):
        if not spec:
            raise InputError(
                'a mixture needs at least one component, e.g. {"Si28": 1, "O16": 2}'
            )
        mixture: dict[Isotope, float] = {}
        for key, number in spec.items():
            if not (math.isfinite(number) and number > 0):
                raise InputError(
                    f"the count of {key} in a mixture must be positive, got {number}"
                )
            _add(mixture, _composition(key)[1], float(number))
        return " + ".join(f"{number:g} {key}" for key, number in spec.items()), mixture
    if not isinstance(spec, str):
        raise InputError(
            "a target must be a name, an isotope, a mixture or a Target; got"
            f" {type(spec).__name__}"
        )
    text = spec.strip()
    if len(text) > 200:
        raise InputError(
            f"the name of a target has {len(text)} characters: {shown(text)}"
        )
    known = named_mixture(text)
    if known is not None:
        return text.lower(), _composition(known.counts)[1]
    words = text.split()
    if len(words) == 2 and words[0].lower() == "natural":
        return text, dict(natural(words[1]))
    plain = re.fullmatch(r"\d+[-_ ]?[A-Za-z]{1,2}|([A-Za-z]{1,2})([-_ ]?)(\d+)", text)
    if plain is not None and (
        plain[1] is None or plain[2] or _can_be_mass_number(plain[1], int(plain[3]))
    ):
        nucleus = isotope(text)
        return nucleus.name, {nucleus: 1.0}
    # CO2 is not Co2
    if plain is not None and plain[1] and plain[1] == plain[1].capitalize():
        check_molecule(plain[1], int(plain[3]), text)
    return text, dict(_formula(text))


def _can_be_mass_number(symbol: str, number: int) -> bool:
    charge = {nucleus.symbol: nucleus.z for nucleus in isotopes()}.get(
        symbol.capitalize()
    )
    # no molecule of one element has more than eight atoms (S8); a larger number is a
    # misspelt isotope
    return charge is not None and (
        number > charge or number > 8 or number == charge == 1
    )


def _formula(text: str) -> dict[Isotope, float]:
    """Counts by isotope of a chemical formula with parentheses; elements are
    natural."""
    if not text:
        raise InputError(
            "the name of a target is empty: give an isotope, an element or a formula,"
            " e.g. 'CsI'"
        )
    unreadable = f"cannot read the formula {shown(text)}"
    stack: list[dict[Isotope, float]] = [{}]
    for symbol, digits, opening, closing in _tokens(text):
        number = int(digits or closing or 1)
        if number == 0:
            raise InputError(f"{unreadable}: a count is zero")
        if opening:
            stack.append({})
        elif symbol:
            parts = (
                {isotope(_ALIASES[symbol]): 1.0}
                if symbol in _ALIASES
                else dict(_element(symbol, text))
            )
            _add(stack[-1], parts, number)
        else:
            if len(stack) == 1:
                raise InputError(
                    f"cannot read the formula {shown(text)}: ')' without '('"
                )
            group = stack.pop()
            if not group:
                raise InputError(
                    f"cannot read the formula {shown(text)}: '()' is empty"
                )
            _add(stack[-1], group, number)
    if len(stack) > 1:
        raise InputError(f"{unreadable}: '(' without ')'")
    return stack[0]


def _tokens(text: str) -> Iterator[tuple[str, str, str, str]]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            if re.fullmatch(r"[A-Za-z]+", text):
                raise UnknownNameError(
                    "target",
                    text,
                    [*elements(), *MIXTURES],
                    "(formulas start with a capital letter, e.g. 'CsI')",
                )
            raise InputError(
                f"cannot read the formula {shown(text)} at {shown(text[position:])}:"
                " write element symbols, counts and parentheses, e.g. 'CaWO4'"
            )
        yield match[1] or "", match[2] or "", match[3] or "", match[4] or ""
        position = match.end()


def _element(symbol: str, text: str) -> tuple[tuple[Isotope, float], ...]:
    try:
        return natural(symbol)
    except UnknownNameError:
        raise UnknownNameError(
            "element", symbol, elements(), f"(in {shown(text)})"
        ) from None


def _add(
    total: dict[Isotope, float], part: Mapping[Isotope, float], factor: float
) -> None:
    for nucleus, count in part.items():
        total[nucleus] = total.get(nucleus, 0.0) + factor * count


def with_form_factors(of: Target, ff_p: FormFactor, ff_n: FormFactor) -> Target:
    """Return the same target with other form factors on every nucleus.

    Parameters
    ----------
    of : the target.
    ff_p, ff_n : form factors of protons and neutrons, e.g. `Point` for the
        full-coherence curve.

    Examples
    --------
    >>> from nuprobe.nuclei.form_factors import Point
    >>> with_form_factors(target("Ar40"), Point(), Point()).components[0].ff_p.rms
    0.0
    """
    return replace(
        of,
        components=tuple(
            replace(c, ff_p=ff_p, ff_n=ff_n, named=None, kinds=None)
            for c in of.components
        ),
    )
