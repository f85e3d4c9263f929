"""Many points of Wilson coefficients at once: a table, or a folder of WCxf files."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.models.contact import ContactOperators, Key
from nuprobe.models.standard import StandardModel
from nuprobe.models.vertex import LeptonModel
from nuprobe.models.wcxf import operators, read_wcxf
from nuprobe.numerics import FloatArray
from nuprobe.parsing import parse_csv, read_text
from nuprobe.reprs import readable

__all__ = ["WcxfPoints", "read_wcxf_points"]

_LARGEST: Final = 200_000_000
_ENDINGS: Final = (".json", ".yaml", ".yml")
_LABEL: Final = "point"


@readable
@dataclass(frozen=True, eq=False)
class WcxfPoints:
    """Points of Wilson coefficients.

    Attributes
    ----------
    labels : names of the files or the column ``point`` of the table, else the numbers
        of its rows, from 1.
    model : the operators of all points, with coefficients of shape (points,).
    """

    labels: tuple[str, ...]
    model: ContactOperators


@public
def read_wcxf_points(
    path: str | os.PathLike[str], base: LeptonModel | None = None
) -> WcxfPoints:
    """Read many points of Wilson coefficients.

    Parameters
    ----------
    path : a folder of WCxf files (``.json``, ``.yaml``), or a CSV table with one row
        per point, whose columns are coefficients of the WET in its JMS or flavio basis
        (``VnueLL_2222`` in GeV⁻², ``CVLL_numunumumumu``; see `read_wcxf`) and, if
        wanted, ``point`` with a name.
    base : what the coefficients are added to; None for `StandardModel()`.

    Raises
    ------
    InputError
        A folder without files, a table without rows or with an entry that is not a
        finite number, or anything `read_wcxf` rejects.
    UnknownNameError
        A column that is not a trident coefficient.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "scan.csv"
    ...     _ = file.write_text("VnueLL_2222,VnueLR_2222\\n1e-6,0\\n2e-6,1e-6\\n")
    ...     found = read_wcxf_points(file)
    >>> found.labels, len(found.model.left[1, 1, 1, 1])
    (('1', '2'), 2)
    """
    path = Path(path)
    below = StandardModel() if base is None else base
    return _of_folder(path, below) if path.is_dir() else _of_table(path, below)


def _of_folder(folder: Path, base: LeptonModel) -> WcxfPoints:
    files = sorted(f for f in folder.iterdir() if f.suffix.lower() in _ENDINGS)
    if not files:
        raise InputError(
            f"{folder} has no WCxf file ({', '.join(_ENDINGS)}): name another folder"
        )
    every = [read_wcxf(file, base) for file in files]

    def together(parts: list[dict[Key, float]]) -> dict[Key, FloatArray]:
        keys = dict.fromkeys(key for part in parts for key in part)
        return {key: np.array([part.get(key, 0.0) for part in parts]) for key in keys}

    left = together([dict(one.left) for one in every])  # type: ignore[arg-type]
    right = together([dict(one.right) for one in every])  # type: ignore[arg-type]
    model = ContactOperators(left, right, base)
    return WcxfPoints(tuple(f.name for f in files), model)


def _of_table(path: Path, base: LeptonModel) -> WcxfPoints:
    rows = parse_csv(read_text(path, "the table of points", _LARGEST), str(path))
    if not rows:
        raise InputError(f"{path} has a header but no rows: give one row per point")
    (jms, jms_twice), (flavio, flavio_twice) = map(operators, ("JMS", "flavio"), (3, 3))
    known, redundant = jms | flavio, jms_twice | flavio_twice
    left: dict[Key, FloatArray] = {}
    right: dict[Key, FloatArray] = {}
    names = [name for name in rows[0] if name != _LABEL]
    if not names:
        raise InputError(f"{path} has no column with a coefficient, e.g. VnueLL_2222")
    for name in names:
        if name in redundant:
            raise InputError(
                f"{path}: {name} is the hermitian conjugate of {redundant[name]}: use"
                " the latter"
            )
        if name not in known:
            raise UnknownNameError(
                f"column of {path}",
                name,
                [_LABEL, *known],
                "(columns are coefficients of tridents, and one may be called point)",
            )
        operator = known[name]
        values = operator.unit * _column(path, name, [row[name] for row in rows])
        where = left if operator.left else right
        for key in {
            (v.nu_in, v.nu_out, v.minus, v.plus)
            for v in (operator.vertex, operator.conjugate)
        }:
            if key in where:
                raise InputError(
                    f"{path}: {name} is also given by another column in the other"
                    " basis: remove one of them"
                )
            where[key] = values
    if _LABEL in rows[0]:
        labels = tuple(row[_LABEL] for row in rows)
    else:
        labels = tuple(str(i) for i in range(1, len(rows) + 1))
    return WcxfPoints(labels, ContactOperators(left, right, base))


def _column(path: Path, name: str, cells: list[str]) -> FloatArray:
    values = np.empty(len(cells))
    for i, cell in enumerate(cells):
        try:
            values[i] = float(cell)
        except ValueError:
            values[i] = math.nan
        if not math.isfinite(values[i]):
            raise InputError(
                f"{path}: {name} of point {i + 1} must be a finite number, got"
                f" {shown(cell)}"
            )
    return values
