"""Form factors by name, discovered from one file per shape.

Every file of this package may define shapes; other packages offer theirs through the
entry point group ``nuprobe.form_factors``, whose entries are subclasses of `Shape`
under their names.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.nuclei.form_factors.base import FormFactor, Shape, SurfaceShape
from nuprobe.nuclei.form_factors.exponential import Exponential
from nuprobe.nuclei.isotopes import Isotope
from nuprobe.nuclei.isotopes import isotope as as_isotope
from nuprobe.nuclei.radii import default_charge_radius, default_radius

__all__ = [
    "Distribution",
    "make_form_factor",
    "minimal_rms",
    "named",
    "shape_named",
    "shapes",
]

GROUP: Final = "nuprobe.form_factors"

Distribution = Literal["point", "charge"]
"""Distribution described by a form factor: that of point-like nucleons, or the
charge."""


@lru_cache(maxsize=1)
def own_shapes() -> Mapping[str, type[Shape]]:
    """Shapes of this package by name, from its files."""
    package = __name__.rpartition(".")[0]
    modules = pkgutil.iter_modules([str(Path(__file__).parent)])
    collected: dict[str, type[Shape]] = {}
    for info in modules:
        module = import_module(f"{package}.{info.name}")
        for item in vars(module).values():
            if (
                isinstance(item, type)
                and issubclass(item, Shape)
                and item.__module__ == module.__name__
                and "name" in vars(item)
            ):
                _add(collected, item.name, item)
    return MappingProxyType(collected)


@lru_cache(maxsize=1)
def shapes() -> Mapping[str, type[Shape]]:
    """All shapes by name: those of this package and of other installed packages.

    Raises
    ------
    InputError
        If two have the same name, or another package provides something other than a
        subclass of `Shape`.

    Examples
    --------
    >>> shapes()["helm"].__name__
    'Helm'
    """
    from importlib.metadata import entry_points

    collected = dict(own_shapes())
    for entry in entry_points(group=GROUP):
        offered = entry.load()
        if not (isinstance(offered, type) and issubclass(offered, Shape)):
            raise InputError(
                f"the entry point {entry.value!r} of {GROUP!r} must be a subclass of"
                f" nuprobe.form_factors.Shape, got {shown(offered)}"
            )
        _add(collected, entry.name, offered)
    return MappingProxyType(collected)


def _add(collected: dict[str, type[Shape]], name: str, shape: type[Shape]) -> None:
    name = canonical(name)
    if name in collected:
        places = [f"{x.__module__}.{x.__name__}" for x in (collected[name], shape)]
        raise InputError(
            f"two form factors have the name {name!r}: {places[0]} and {places[1]};"
            " rename one of them"
        )
    collected[name] = shape


def canonical(name: str) -> str:
    """Canonical spelling of a `name`: lower case, with hyphens."""
    return name.strip().lower().replace("_", "-")


@public
def shape_named(name: str) -> type[Shape]:
    """Class of a shape.

    Parameters
    ----------
    name : one of `shapes`, in any case, with hyphens or underscores.

    Raises
    ------
    UnknownNameError
        With the nearest names.

    Examples
    --------
    >>> shape_named("klein_nystrand").minimal_rms() > shape_named("helm").minimal_rms()
    True
    """
    key = canonical(name)
    # entry points are read (some 40 ms) only if the name is not in this package
    found = own_shapes().get(key) or shapes().get(key)
    if found is None:
        raise UnknownNameError("form factor", name, shapes())
    return found


@public
def make_form_factor(
    spec: str | FormFactor,
    *,
    rms: float | None,
    isotope: str | Isotope,
    s: float | None = None,
) -> FormFactor:
    """Build a form factor from its name, or pass an object through.

    Parameters
    ----------
    spec : one of `shapes`, or an object that is a `FormFactor` (then `rms` and `s` must
        be None).
    rms : rms radius, MeV⁻¹; None for the parametrisation of the literature,
        ``.of(isotope)``, which Helm does not have.
    isotope : the nucleus.
    s : surface parameter, MeV⁻¹: Helm s, Klein–Nystrand a_k, Fermi and Woods–Saxon
        diffuseness; None for the default.

    Raises
    ------
    UnknownNameError
        If the name is unknown, or there is no Fourier–Bessel analysis of the isotope.
    InputError
        If the radius is too small for the shape, or is given for a shape that has none.

    Examples
    --------
    >>> from nuprobe.units import fm
    >>> make_form_factor("helm", rms=3.4 * fm, isotope="Ar40").name
    'helm'
    """
    if not isinstance(spec, str):
        if not isinstance(spec, FormFactor):
            raise InputError(
                "a form factor must be a callable object with rms and r4, or one of"
                f" {', '.join(shapes())}; got {shown(spec)}"
            )
        if rms is not None or s is not None:
            raise InputError(
                f"{shown(spec)} already has a radius: drop the radius and the"
                " surface thickness, or give the shape by name"
            )
        return spec
    shape = shape_named(spec)
    if s is None:
        return shape.of(isotope) if rms is None else shape.from_rms(rms)
    if not issubclass(shape, SurfaceShape):
        raise InputError(
            f"the form factor {canonical(spec)!r} has no surface parameter: drop the"
            " surface thickness, or choose another shape, e.g. 'helm'"
        )
    return shape.of(isotope, s) if rms is None else shape.from_rms(rms, s)


@public
def named(
    spec: str | FormFactor,
    isotope: str | Isotope,
    which: Distribution = "point",
    *,
    rms: float | None = None,
    s: float | None = None,
) -> FormFactor:
    """Build the form factor of a nucleus from its name, with the radius of the nucleus
    unless one is given.

    A name stands for two radii, because two distributions are probed: the weak
    interaction probes point-like nucleons, a photon the charge, whose radius contains
    the size of the proton (in Ar40 3.427 fm instead of 3.339 fm). `which` selects one.

    Parameters
    ----------
    spec : one of `shapes`, or an object, which is returned as it is.
    isotope : the nucleus.
    which : ``"point"``: shapes with a surface get `radii.default_radius`, dipole and
        exponential the radius of their literature. ``"charge"``: every shape whose
        radius can be set gets `radii.default_charge_radius`. The others are unchanged.
    rms : rms radius, MeV⁻¹, in place of these.
    s : surface parameter, MeV⁻¹; None for the default of the shape.

    Returns
    -------
    FormFactor
        A Gaussian of the same radius where the nucleus is too small for the shape (H1
        and He4 for Helm; some more of the lightest for the others).

    Raises
    ------
    UnknownNameError
        If the name is unknown, or there is no Fourier–Bessel analysis of the isotope.
    InputError
        If a radius that is given is too small for the shape.

    Examples
    --------
    >>> from nuprobe.units import fm
    >>> for which in ("point", "charge"):
    ...     print(which, f"{named('helm', 'Ar40', which).rms / fm:.3f} fm")
    point 3.339 fm
    charge 3.427 fm
    """
    if which not in ("point", "charge"):
        raise UnknownNameError("distribution", which, ("point", "charge"))
    if isinstance(spec, str) and rms is None:
        shape, nucleus = shape_named(spec), as_isotope(isotope)
        surface = issubclass(shape, SurfaceShape) and shape.free_radius
        if surface if which == "point" else shape.free_radius:
            rms = (default_radius if which == "point" else default_charge_radius)(
                nucleus
            )
            if rms < _smallest(shape, s):
                return Exponential.from_rms(rms)
    return make_form_factor(spec, rms=rms, isotope=isotope, s=s)


def _smallest(shape: type[Shape], s: float | None) -> float:
    if s is not None and issubclass(shape, SurfaceShape):
        return shape.minimal_rms(s)
    return shape.minimal_rms()


@public
def minimal_rms(name: str, s: float | None = None) -> float:
    """Smallest rms radius of a named shape.

    Parameters
    ----------
    name : one of `shapes`.
    s : surface parameter, MeV⁻¹; None for the default of the shape.

    Returns
    -------
    float
        In MeV⁻¹; 0 for shapes without a surface.

    Examples
    --------
    >>> from nuprobe.units import fm
    >>> f"{minimal_rms('helm') / fm:.3f} fm"
    '1.559 fm'
    """
    return _smallest(shape_named(name), s)
