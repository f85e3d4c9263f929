"""Published limits on half-lives of double beta decay, from the catalogue, with
effective masses for the package's matrix elements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nuprobe.cli.majorana.double_beta_tables import notes_on
from nuprobe.errors import InputError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.majorana.double_beta import MatrixElements

_TOPIC = "double_beta"


@dataclass(frozen=True)
class _Limit:
    """A limit.

    Attributes
    ----------
    name : experiment and year.
    isotope : as in `nuprobe.majorana.ISOTOPES`.
    years : lower limit on the half-life.
    published : smallest and largest published upper limit on m_ββ, eV, or None.
    cl : confidence level, or None.
    said : level and sides, as published.
    verified : how the numbers were verified.
    entry : id of the entry.
    """

    name: str
    isotope: str
    years: float
    published: tuple[float, float] | None
    cl: float | None
    said: str
    verified: str
    entry: str


def _published(isotopes: tuple[str, ...] = ()) -> list[_Limit]:
    """Return the current limits of the catalogue, the longest half-life of each isotope
    first.

    Parameters
    ----------
    isotopes : those wanted, or empty for all.
    """
    from nuprobe.catalogue import catalogue

    found = []
    for entry in catalogue().values():
        # double_beta.<isotope>/<experiment>-<year>
        isotope = entry.id.partition("/")[0].rpartition(".")[2].capitalize()
        if entry.topic != _TOPIC or entry.value is None or entry.status != "current":
            continue
        if isotopes and isotope not in isotopes:
            continue
        numbers = entry.named_numbers()
        ends = [numbers.get(f"mass_{side}") for side in ("lower", "upper")]
        published = None
        if ends[0] is not None and ends[1] is not None:
            published = ends[0].value / 1e3, ends[1].value / 1e3
        found.append(
            _Limit(
                f"{entry.experiment} {entry.year}",
                isotope,
                entry.value,
                published,
                entry.cl if isinstance(entry.cl, float) else None,
                entry.confidence,
                entry.verification.level,
                entry.id,
            )
        )
    return sorted(found, key=lambda limit: (limit.isotope, -limit.years))


def limit_table(isotopes: tuple[str, ...], nucleus: MatrixElements) -> Table:
    """Return published limits, with published and computed masses.

    Parameters
    ----------
    isotopes : as typed.
    nucleus : matrix elements.
    """
    from nuprobe.units import eV

    rows = []
    for limit in _published(isotopes):
        ours = nucleus.mass(limit.isotope, limit.years) / eV
        theirs = limit.published or (None, None)
        rows.append(
            (
                *(limit.isotope, limit.name, limit.years, limit.cl),
                *(*theirs, float(ours[0]), float(ours[1]), limit.verified),
            )
        )
    if not rows:
        raise InputError(
            f"the catalogue has no limits for {', '.join(isotopes)}: see `nuprobe"
            " catalogue search double_beta`"
        )
    return Table(
        "Published limits on half-lives, and on m_bb as published and with our matrix"
        " elements",
        (
            *("isotope", "experiment", "T1/2 above [yr]", "CL"),
            *("published from [eV]", "to [eV]", "ours from [eV]", "ours to [eV]"),
            "verified",
        ),
        tuple(rows),
        None,
        (
            *notes_on(nucleus),
            "limits as published: "
            + "; ".join(dict.fromkeys(one.said for one in _published(isotopes))),
        ),
    )


def published_bounds(
    isotopes: tuple[str, ...], nucleus: MatrixElements
) -> list[tuple[str, float, float]]:
    """Return the strongest published limit of each isotope as a range of m_ββ (MeV)
    with the package's matrix elements.

    Parameters
    ----------
    isotopes : as typed.
    nucleus : matrix elements.
    """
    bounds: dict[str, tuple[str, float, float]] = {}
    for limit in _published(isotopes):
        low, high = nucleus.mass(limit.isotope, limit.years)
        label = f"{limit.name} ({limit.isotope}), {limit.said}".rstrip(", ")
        bounds.setdefault(limit.isotope, (label, float(low), float(high)))
    return list(bounds.values())
