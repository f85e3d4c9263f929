"""Tables of ``nuprobe majorana double-beta``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nuprobe.errors import InputError
from nuprobe.tables import Cell, Table

if TYPE_CHECKING:
    from nuprobe.majorana.double_beta import MatrixElements
    from nuprobe.numerics import FloatArray

_UNVERIFIED = (
    "phase space of Kotila:2012zza and ranges of matrix elements second-hand,"
    " unverified"
)


def _isotopes(asked: tuple[str, ...], nucleus: MatrixElements) -> tuple[str, ...]:
    """Isotopes requested, or all with a matrix element."""
    from nuprobe.majorana import ISOTOPES
    from nuprobe.majorana.double_beta import isotope_table

    for name in asked:
        if asked.count(name) > 1:
            raise InputError(f"--isotope {name} is given twice")
    return asked or tuple(
        name
        for name in ISOTOPES
        if nucleus.element is not None or isotope_table()[name].matrix_elements
    )


def notes_on(nucleus: MatrixElements) -> tuple[str, ...]:
    """Return the assumptions on a `nucleus`, in words."""
    return nucleus.words(), _UNVERIFIED


def mass_table(
    isotopes: tuple[str, ...], years: float, nucleus: MatrixElements
) -> Table:
    """Return the range of m_ββ for a half-life.

    Parameters
    ----------
    isotopes : as typed.
    years : half-life.
    nucleus : matrix elements.
    """
    from nuprobe.units import eV

    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name, *(float(m / eV) for m in nucleus.mass(name, years)))
        for name in _isotopes(isotopes, nucleus)
    )
    return Table(
        f"m_bb of a half-life of {years:g} yr",
        ("isotope", "m_bb from [eV]", "to [eV]"),
        rows,
        None,
        notes_on(nucleus),
    )


def half_life_table(
    isotopes: tuple[str, ...], masses: FloatArray, nucleus: MatrixElements
) -> Table:
    """Return the range of half-lives for effective masses.

    Parameters
    ----------
    isotopes : as typed.
    masses : m_ββ in MeV.
    nucleus : matrix elements.
    """
    from nuprobe.units import eV

    rows = []
    for name in _isotopes(isotopes, nucleus):
        for m, ends in zip(masses, nucleus.half_life(name, masses), strict=True):
            # an infinite half-life is an empty cell
            cells = (float(t) if t < float("inf") else None for t in ends)
            rows.append((name, float(m / eV), *cells))
    return Table(
        "Half-lives of double beta decay without neutrinos",
        ("isotope", "m_bb [eV]", "T1/2 from [yr]", "to [yr]"),
        tuple(rows),
        None,
        notes_on(nucleus),
    )


def band_table(
    masses: FloatArray,
    orderings: tuple[str, ...],
    isotopes: tuple[str, ...],
    nucleus: MatrixElements,
) -> Table:
    """Return the bands of m_ββ over the lightest mass, and of half-lives of the
    isotopes requested.

    Parameters
    ----------
    masses : of the lightest neutrino, MeV.
    orderings : of the masses.
    isotopes : as typed.
    nucleus : matrix elements.
    """
    from nuprobe.majorana import effective_mass_range
    from nuprobe.oscillation import PMNS, Splittings
    from nuprobe.units import eV

    columns = ["ordering", "lightest [eV]", "m_bb from [eV]", "to [eV]"]
    columns += [f"T1/2({name}) above [yr]" for name in isotopes]
    rows: list[tuple[Cell, ...]] = []
    for ordering in orderings:
        bands = effective_mass_range(
            masses, PMNS.nufit(ordering), Splittings.nufit(ordering)
        )
        for m, band in zip(masses, bands, strict=True):
            above = (float(nucleus.half_life(n, band[1])[0]) for n in isotopes)
            rows.append((ordering, float(m / eV), *map(float, band / eV), *above))
    notes = (
        "over all Majorana phases; mixing and splittings at the best fit of NuFIT 6.0",
    )
    return Table(
        "Effective mass of double beta decay",
        tuple(columns),
        tuple(rows),
        None,
        notes + (notes_on(nucleus) if isotopes else ()),
    )
