"""Tables of results, with dependent and independent variables: the same columns for
HEPData, pandas, LaTeX and CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import isfinite
from typing import Any, TypeAlias

from nuprobe.errors import InputError, shown
from nuprobe.inference.fit_tables import rounded
from nuprobe.latex import escaped, number, power, tabular
from nuprobe.latex import unit as typeset_unit
from nuprobe.reprs import readable
from nuprobe.tables import Cell, Table

__all__ = ["Bin", "DataTable", "Errors", "Value", "Variable", "bins", "values"]

Bin: TypeAlias = tuple[float, float]
"""Lower and upper edge."""
Value: TypeAlias = float | str | Bin | None
"""A number, a text or a bin; None for a missing value."""


def values(numbers: Sequence[Any] | Any) -> tuple[float | None, ...]:
    """Numbers of a list or an array of any shape, flattened; None for None, NaN and ±∞.

    Parameters
    ----------
    numbers : the list or array.

    Examples
    --------
    >>> values([[1, float("inf")], [None, 2.5]])
    (1.0, None, None, 2.5)
    """
    nested = numbers.tolist() if hasattr(numbers, "tolist") else numbers
    return tuple(_flat(nested))


def _flat(nested: Any) -> Iterator[float | None]:
    if isinstance(nested, list | tuple):
        for one in nested:
            yield from _flat(one)
    elif nested is None or not isfinite(nested):
        yield None
    else:
        yield float(nested)


def bins(edges: Sequence[float]) -> tuple[Bin, ...]:
    """Bins between edges.

    Parameters
    ----------
    edges : one more than the number of bins.

    Examples
    --------
    >>> bins([1, 2, 4])
    ((1.0, 2.0), (2.0, 4.0))
    """
    return tuple((float(a), float(b)) for a, b in pairwise(edges))


def _is_value(x: object) -> bool:
    """Whether it is a `Value`: numbers are finite, bins have two ends."""
    if isinstance(x, tuple):
        return len(x) == 2 and all(
            isinstance(e, int | float) and isfinite(e) for e in x
        )
    return (
        x is None
        or isinstance(x, str)
        or (isinstance(x, float) and isfinite(x))
        or (isinstance(x, int) and abs(x) < 1 << 53)
    )


def _check_texts(what: str, *texts: object) -> None:
    wrong = [text for text in texts if not isinstance(text, str)]
    if wrong:
        raise InputError(
            f"names and words of {what} must be texts, got {shown(wrong[0])}"
        )


def _check_all(what: str, every: object, kind: type) -> None:
    if not isinstance(every, tuple) or not all(isinstance(x, kind) for x in every):
        raise InputError(
            f"{what} must be a tuple of {kind.__name__}, got {shown(every)}"
        )


@readable
@dataclass(frozen=True)
class Errors:
    """Errors of a column from one source.

    Attributes
    ----------
    label : source, such as ``"stat"``.
    above, below : sizes, one per row; None where there is none.
    """

    label: str
    above: Sequence[float | None]
    below: Sequence[float | None]

    def __post_init__(self) -> None:
        _check_texts("errors", self.label)
        for sizes in (self.above, self.below):
            if not isinstance(sizes, list | tuple) or not all(
                x is None or (_is_value(x) and isinstance(x, int | float))
                for x in sizes
            ):
                raise InputError(
                    f"errors {shown(self.label)} must be finite numbers or None, in a"
                    f" list; got {shown(sizes)}"
                )

    @classmethod
    def symmetric(cls, label: str, sizes: Sequence[Any]) -> Errors:
        """Return errors of equal size on both sides.

        Parameters
        ----------
        label : source.
        sizes : one per row.
        """
        found = values(sizes)
        return cls(label, found, found)

    @property
    def same(self) -> bool:
        """Whether both sides are equal everywhere."""
        return list(self.above) == list(self.below)


@readable
@dataclass(frozen=True)
class Variable:
    """A column of a table.

    Attributes
    ----------
    name : of the quantity.
    values : one per row: number, text, bin or None.
    unit : of the numbers; empty if none.
    errors : by source.
    about : qualifiers of the whole column by name, such as a confidence level or a
        model.
    symbol : in LaTeX, without dollar signs; empty if none.
    """

    name: str
    values: Sequence[Value]
    unit: str = ""
    errors: tuple[Errors, ...] = ()
    about: Mapping[str, Cell] = field(default_factory=dict)
    symbol: str = ""

    def __post_init__(self) -> None:
        _check_texts("a column", self.name, self.unit, self.symbol)
        if not isinstance(self.values, list | tuple) or not all(
            map(_is_value, self.values)
        ):
            raise InputError(
                f"the values of {shown(self.name)} must be finite numbers, texts, bins"
                f" or None, in a list; got {shown(self.values)}"
            )
        _check_all(f"errors of {shown(self.name)}", self.errors, Errors)
        if not isinstance(self.about, Mapping):
            raise InputError(
                f"what is said about {shown(self.name)} must be a mapping, got"
                f" {shown(self.about)}"
            )
        for error in self.errors:
            if {len(error.above), len(error.below)} != {len(self.values)}:
                raise InputError(
                    f"{self.name} has {len(self.values)} values, and its errors"
                    f" {error.label!r} {len(error.above)} and {len(error.below)}"
                )

    @property
    def binned(self) -> bool:
        """Whether its values are bins."""
        return any(isinstance(v, tuple) for v in self.values)

    def columns(self) -> list[tuple[str, Sequence[Cell]]]:
        """Columns of plain cells with their names: bins become two columns, errors one
        or two more."""
        unit = f" [{self.unit}]" if self.unit else ""
        if self.binned:
            pairs = [v if isinstance(v, tuple) else (None, None) for v in self.values]
            sides = zip(("low", "high"), zip(*pairs, strict=True), strict=True)
            found: list[tuple[str, Sequence[Cell]]] = [
                (f"{self.name} {side}{unit}", edges) for side, edges in sides
            ]
        else:
            plain = [None if isinstance(v, tuple) else v for v in self.values]
            found = [(f"{self.name}{unit}", plain)]
        for error in self.errors:
            base = f"{self.name} error ({error.label})"
            if error.same:
                found.append((f"{base}{unit}", error.above))
            else:
                found.append((f"{base} above{unit}", error.above))
                found.append((f"{base} below{unit}", error.below))
        return found


@readable
@dataclass(frozen=True)
class DataTable:
    """A table of a result, as columns of equal length.

    Attributes
    ----------
    name : short.
    description : a sentence or two, as the caption of a figure.
    independent : the independent variables.
    dependent : measured, computed or excluded quantities.
    observables : keywords of HEPData, such as ``"N"`` for counts and ``"CLS"`` for
        confidence limits.
    phrases : further keywords.

    Raises
    ------
    InputError
        If the columns differ in length, or there is no dependent one.

    Examples
    --------
    >>> mass = Variable("mass", (1.0, 10.0), "MeV")
    >>> limit = Variable("coupling", (1e-4, None), about={"Confidence level": 0.95})
    >>> table = DataTable("limit", "Upper limits.", (mass,), (limit,))
    >>> print("\\n".join(table.flat().csv_lines()))
    # limit
    # Upper limits.
    mass [MeV],coupling
    1.0,0.0001
    10.0,
    """

    name: str
    description: str
    independent: tuple[Variable, ...]
    dependent: tuple[Variable, ...]
    observables: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_texts("a table", self.name, self.description)
        for words in (self.observables, self.phrases):
            _check_all("keywords of a table", words, str)
        for columns in (self.independent, self.dependent):
            _check_all(f"columns of the table {shown(self.name)}", columns, Variable)
        sizes = {v.name: len(v.values) for v in (*self.independent, *self.dependent)}
        if not self.dependent or len(set(sizes.values())) != 1:
            raise InputError(
                f"the columns of the table {self.name!r} must have one length, and one"
                f" at least must be dependent; got {sizes}"
            )

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.dependent[0].values)

    @property
    def about(self) -> dict[str, dict[str, Cell]]:
        """Qualifiers of whole columns, by name."""
        return {v.name: dict(v.about) for v in self.dependent if v.about}

    def flat(self) -> Table:
        """The same with plain cells: bins and errors have separate columns."""
        columns = [c for v in (*self.independent, *self.dependent) for c in v.columns()]
        rows = tuple(zip(*(cells for _, cells in columns), strict=True))
        notes = (self.description,) if self.description else ()
        return Table(self.name, tuple(name for name, _ in columns), rows, notes=notes)

    def to_frame(self) -> Any:
        """A pandas ``DataFrame``: units are in the names of the columns and in
        ``attrs["units"]``, ``attrs["about"]`` has the qualifiers of whole columns.
        Raises `InputError` if pandas is not installed."""
        frame = self.flat().to_frame()
        frame.attrs["about"] = self.about
        return frame

    def to_latex(self) -> str:
        """A LaTeX ``tabular``: bins are ranges, errors follow their values."""
        every = (*self.independent, *self.dependent)
        header = [_heading(v) for v in every]
        rows = [[_cell(v, i) for v in every] for i in range(self.rows)]
        about = f"% {' '.join(f'{self.name}: {self.description}'.split())}"
        return f"{about}\n{tabular(header, rows)}"


def _heading(v: Variable) -> str:
    name = f"${v.symbol}$" if v.symbol else escaped(v.name)
    return f"{name} [{typeset_unit(v.unit)}]" if v.unit else name


def _cell(v: Variable, row: int) -> str:
    value = v.values[row]
    if value is None:
        return "--"
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, tuple):
        return "--".join(number(edge) for edge in value)
    pairs = [(e.above[row], e.below[row]) for e in v.errors]
    smallest = min((e for pair in pairs for e in pair if e), default=None)
    text = power(rounded(value, smallest)[0])
    for above, below in pairs:
        if above is None and below is None:
            continue
        up, down = (_size(value, e, smallest) for e in (above, below))
        text += rf" \pm {up}" if up == down else rf"\,^{{+{up}}}_{{-{down}}}"
    return f"${text}$"


def _size(value: float, error: float | None, smallest: float | None) -> str:
    """An error with the precision of the smallest one."""
    if error is None:
        return r"\mathrm{open}"
    return power(rounded(error, smallest)[0])
