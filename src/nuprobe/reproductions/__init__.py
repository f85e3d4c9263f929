"""Published numbers compared with computed ones: one YAML file per publication.

A file names the quantity, its published value, how to recompute it (a recipe of
`nuprobe.reproductions.recipes` with its keywords) and the tolerance within which the
two are called compatible. Numbers in the catalogue are not repeated: a file names the
entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.numerics import number
from nuprobe.reprs import readable
from nuprobe.tables import Table

__all__ = [
    "Reproduction",
    "published_table",
    "reproduce",
    "reproduction_keys",
    "reproduction_titles",
]


@readable
@dataclass(frozen=True)
class Reproduction:
    """One row: a published value and the computed one.

    Attributes
    ----------
    key, quantity, unit : of the number.
    published, plus, minus : value and errors as published; the errors are None if there
        are none.
    computed : value from this package.
    pull : (computed − published) over the published error on that side, or None without
        an error.
    difference : computed − published.
    tolerance : in words.
    agrees : whether it is within the tolerance; None for a known difference that is
        shown but not judged.
    note : reason for a possible difference.
    """

    key: str
    quantity: str
    unit: str
    published: float
    plus: float | None
    minus: float | None
    computed: float
    pull: float | None
    difference: float
    tolerance: str
    agrees: bool | None
    note: str

    @property
    def ratio(self) -> float | None:
        """Computed over published, or None if that is zero."""
        return self.computed / self.published if self.published else None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {**asdict(self), "ratio": self.ratio}


def _files() -> dict[str, Any]:
    from nuprobe.parsing import parse_yaml, read_text
    from nuprobe.reproductions.files import ReproductionFile
    from nuprobe.schema import validate

    library = resources.files(__name__).joinpath("library")
    result = {}
    for entry in sorted(library.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".yaml"):
            file = validate(
                ReproductionFile,
                parse_yaml(read_text(entry)),
                entry.name,
            )
            result[file.key] = file
    return result


def reproduction_keys() -> tuple[str, ...]:
    """Keys of `reproduce`: INSPIRE texkeys, or names of reference calculations.

    Examples
    --------
    >>> "Cadeddu:2017etk" in reproduction_keys()
    True
    """
    return tuple(_files())


def reproduction_titles() -> tuple[tuple[str, str, int], ...]:
    """Key, title and number of published values of everything `reproduce` can compare.

    Examples
    --------
    >>> "Cadeddu:2017etk" in {key for key, title, numbers in reproduction_titles()}
    True
    """
    from nuprobe.catalogue import catalogue

    known = catalogue()
    return tuple(
        (
            f.key,
            f.title,
            len(f.entries) + sum(len(known[name].code) for name in f.catalogue),
        )
        for f in _files().values()
    )


@public
def reproduce(keys: str | Iterable[str] | None = None) -> list[Reproduction]:
    """Recompute published numbers.

    Parameters
    ----------
    keys : one key, several, or None for all; the id of a catalogue entry with a code
        link is also a key.

    Returns
    -------
    list of Reproduction

    Raises
    ------
    UnknownNameError
        If a key is not known.

    Examples
    --------
    >>> all(row.agrees is not False for row in reproduce("Mishra:1991bv"))
    True
    """
    from nuprobe.catalogue import catalogue
    from nuprobe.reproductions.files import catalogue_rows, rows

    files = _files()
    chosen = (
        list(files) if keys is None else [keys] if isinstance(keys, str) else list(keys)
    )
    linked = catalogue() if set(chosen) - set(files) else {}
    for key in chosen:
        if key not in files and not (key in linked and linked[key].code):
            raise UnknownNameError(
                "reproduction",
                key,
                [*files, *(e.id for e in linked.values() if e.code)],
            )
    return [
        Reproduction(**r)
        for key in chosen
        for r in (rows(files[key]) if key in files else catalogue_rows(linked[key]))
    ]


@public
def published_table(
    rows: Sequence[tuple[str, str, float, float, float]], *, notes: Sequence[str] = ()
) -> Table:
    """Return a table of published numbers and ones that you have computed, with
    differences.

    Parameters
    ----------
    rows : source, quantity with its unit, published value, computed value, and largest
        allowed difference, one tuple per row.
    notes : lines below the table, such as the cause of a difference.

    Raises
    ------
    InputError
        If a row has not five values, a number is not finite, or a tolerance is
        negative.

    Examples
    --------
    >>> table = published_table([("Cadeddu:2017etk", "R_n [fm]", 5.5, 5.64, 0.35)])
    >>> [row[-1] for row in table.rows]
    [True]
    """
    lines = []
    for n, row in enumerate(rows, 1):
        if len(row) != 5:
            raise InputError(
                f"row {n} has {len(row)} values; give source, quantity, published,"
                " computed and tolerance"
            )
        source, quantity, published, computed, tolerance = row
        label = f"{source}, {quantity}"
        theirs, ours, allowed = (
            number(f"{label}, {what}", value)
            for what, value in (
                ("published", published),
                ("computed", computed),
                ("tolerance", tolerance),
            )
        )
        if allowed < 0:
            raise InputError(f"{label}: the tolerance is {allowed:g}; it must be >= 0")
        difference = ours - theirs
        agrees = abs(difference) <= allowed
        lines.append((source, quantity, theirs, ours, difference, allowed, agrees))
    columns = ("source", "quantity", "published", "computed", "difference")
    return Table(
        "Published and computed",
        (*columns, "tolerance", "agrees"),
        tuple(lines),
        formats={"difference": "+.2g", "tolerance": ".2g"},
        notes=tuple(notes),
    )
