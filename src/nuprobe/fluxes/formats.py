"""Unmodified flux files of other programs: columns of numbers, GLoBES, SNOwGLoBES and
snewpy."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, Literal, get_args

import numpy as np

from nuprobe.decimals import parse_numbers
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.numerics import FloatArray
from nuprobe.parsing import LARGEST_TABLE, read_text
from nuprobe.units import GeV, MeV, eV, keV

__all__ = [
    "FORMATS",
    "FluxFormat",
    "FluxTable",
    "edges_of_centres",
    "numbers",
    "read_flux_file",
]

FluxFormat = Literal["columns", "globes", "snowglobes", "snewpy"]
FORMATS: Final[tuple[str, ...]] = get_args(FluxFormat)
SEVEN: Final = ("nu_e", "nu_mu", "nu_tau", "nubar_e", "nubar_mu", "nubar_tau")
"""Order of the columns behind the energy in files of GLoBES and SNOwGLoBES."""
_SNEWPY: Final = ("nu_e", "nubar_e", "nu_mu", "nubar_mu", "nu_tau", "nubar_tau")
_SNOWGLOBES_BIN: Final = 0.2 * MeV
_ENERGIES: Final = {"eV": eV, "keV": keV, "MeV": MeV, "GeV": GeV}
_UNITS: Final = {**_ENERGIES, "cm": 1.0, "m": 100.0, "km": 1e5, "s": 1.0}
_LARGEST_ARRAY: Final = 100_000_000


@dataclass(frozen=True, eq=False)
class FluxTable:
    """Contents of a flux file.

    Attributes
    ----------
    energies : in MeV, shape (n,) of points, or (n + 1,) of bin edges.
    values : by column, per MeV if the file says so, shape (n,).
    interpolation : ``"linear"`` or ``"histogram"``.
    per_cm2 : whether the file gives values per cm²; False if it does not say.
    """

    energies: FloatArray
    values: dict[str, FloatArray]
    interpolation: Literal["linear", "histogram"]
    per_cm2: bool = False


def read_flux_file(path: Traversable | Path, kind: str | None = None) -> FluxTable:
    """Read a flux file of GLoBES, SNOwGLoBES or snewpy.

    Parameters
    ----------
    path : of the file.
    kind : one of `FORMATS` but ``"columns"``; by default ``"snewpy"`` if it ends in
        ``.npz``, ``"snowglobes"`` if there are seven columns, of which the first ends
        at 0.2 GeV or below, else ``"globes"``.

    Returns
    -------
    FluxTable
        GLoBES: energies in GeV, values per GeV, in the units used by its author.
        SNOwGLoBES: energies in GeV, values per cm² and 0.2 MeV. snewpy: arrays
        (flavour, time, energy) with their units, summed over time bins.

    Raises
    ------
    InputError
        If the file is not of that format; the message names the line.

    Notes
    -----
    Columns and units of SNOwGLoBES are those of its manual, version 1.3 (sections 4 and
    8.1); those of GLoBES follow common usage (unverified in its manual); arrays of
    snewpy are those saved by its `flux.Container`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "beam.txt")
    ...     _ = path.write_text("1 0 2 0 0 1 0\\n2 0 4 0 0 2 0\\n")
    ...     read_flux_file(path).values["nu_mu"]
    array([0.002, 0.004])
    """
    if kind not in (None, *FORMATS):
        raise UnknownNameError("format of a flux file", kind, FORMATS)
    if kind == "snewpy" or (kind is None and path.name.endswith(".npz")):
        return _snewpy(path)
    table = numbers(path)
    if table.shape[0] != len(SEVEN) + 1:
        raise InputError(
            f"{path}: {table.shape[0]} columns; files of GLoBES and SNOwGLoBES have"
            " seven, the energy and nu_e, nu_mu, nu_tau, nubar_e, nubar_mu,"
            " nubar_tau; for other files name the columns with format = 'columns'"
            " and columns = [...]"
        )
    energies = table[0] * GeV
    known = kind or ("snowglobes" if energies[-1] <= 0.2 * GeV else "globes")
    width = _SNOWGLOBES_BIN if known == "snowglobes" else GeV
    values = {name: table[i] / width for i, name in enumerate(SEVEN, 1)}
    return FluxTable(energies, values, "linear", known == "snowglobes")


def numbers(path: Traversable | Path) -> FloatArray:
    """Columns of numbers, separated by spaces, tabs, commas or semicolons.

    Parameters
    ----------
    path : of the file; ``#``, ``!`` and ``%`` begin comments, and a first line of names
        is ignored.

    Returns
    -------
    array, shape (columns, rows)

    Raises
    ------
    InputError
        If a row has a different number of columns, or a cell is not a finite number.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "flux.dat")
    ...     _ = path.write_text("E nu_e\\n1 2\\n3 4\\n")
    ...     numbers(path).tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    rows: list[list[float]] = []
    for number, line in enumerate(_lines(path), 1):
        body = re.split(r"[#!%]", line, maxsplit=1)[0].strip()
        cells = [c for c in re.split(r"[\s,;]+", body) if c]
        if not cells:
            continue
        try:
            row = list(parse_numbers(cells))
        except InputError as err:
            if not rows and re.search(r"[A-Za-z]{2}", body):
                continue  # names of the columns
            place, _, problem = str(err).partition(": ")
            raise InputError(
                f"{path}:{number}: column {place}: {problem}; correct it, or start"
                " comments with #"
            ) from None
        if rows and len(row) != len(rows[0]):
            raise InputError(
                f"{path}:{number}: {len(row)} columns, but {len(rows[0])} above; give"
                " each row the same"
            )
        rows.append(row)
    if len(rows) < 2:
        raise InputError(f"{path}: {len(rows)} rows of numbers; at least 2 are needed")
    return np.array(rows).T


def edges_of_centres(centres: FloatArray, path: object) -> FloatArray:
    """Edges of bins of one width from their centres, shape (n + 1,).

    Parameters
    ----------
    centres : shape (n,).
    path : of the file, for the message.

    Raises
    ------
    InputError
        If the centres are not equidistant.

    Examples
    --------
    >>> edges_of_centres(np.array([0.5, 1.5, 2.5]), "flux.dat")
    array([0., 1., 2., 3.])
    """
    steps = np.diff(centres)
    step = float(steps.mean())
    if not step > 0 or np.any(abs(steps - step) > 1e-3 * step):
        raise InputError(
            f"{path}: bin centres must be equidistant; give the edges (interpolation"
            " = 'histogram' with low and high), or interpolate linearly between the"
            " points (interpolation = 'linear')"
        )
    first = float(centres[0]) - step / 2
    edges = first + (float(centres[-1]) + step / 2 - first) * np.linspace(
        0, 1, centres.size + 1
    )
    edges[0] = 0.0 if abs(edges[0]) < 1e-6 * step else edges[0]
    return np.asarray(edges)


def _lines(path: Traversable | Path) -> list[str]:
    text = read_text(path, "the flux file", LARGEST_TABLE)
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


# -- snewpy


def _snewpy(path: Traversable | Path) -> FluxTable:
    """An array of `snewpy.flux.Container.save`; pickled content is never read."""
    arrays = _arrays(path)
    values, time, energy = (arrays[name] for name in ("array", "time", "energy"))
    if values.ndim != 3 or values.shape[0] != len(_SNEWPY):
        raise InputError(
            f"{path}: an array of shape {values.shape}; expected are six flavours (a"
            " ThreeFlavor container of snewpy), times and energies"
        )
    unit = _unit(str(arrays["_array_unit"]), path)
    points = energy.ravel() * _unit(str(arrays["_energy_unit"]), path).value
    if time.size != values.shape[1] + 1 and values.shape[1] > 1:
        raise InputError(
            f"{path}: values at {time.size} times; integrate over time in snewpy, e.g."
            " flux.integrate('time')"
        )
    binned = points.size == values.shape[2] + 1
    if binned == unit.per_energy:
        raise InputError(
            f"{path}: give values per energy at points, or bin contents with bin"
            " edges, as flux.integrate('energy') does"
        )
    whole = values.sum(axis=1) * unit.value
    if binned:
        whole = whole / np.diff(points)
    table = {name: whole[i] for i, name in enumerate(_SNEWPY)}
    return FluxTable(points, table, "histogram" if binned else "linear", per_cm2=True)


@dataclass(frozen=True)
class _Unit:
    """A unit parsed from text: its value with MeV, cm and s as 1."""

    value: float
    per_energy: bool


def _unit(text: str, path: object) -> _Unit:
    value, energy = 1.0, 0
    above, _, below = text.replace("(", " ").replace(")", " ").partition("/")
    parts = [(p, 1) for p in above.split()] + [(p, -1) for p in below.split()]
    for part, sign in parts:
        match = re.fullmatch(r"([A-Za-z]+)(-?\d+)?", part)
        if part == "1":
            continue
        name, power = (match[1], sign * int(match[2] or 1)) if match else (part, 1)
        if name not in _UNITS:
            raise InputError(
                f"{path}: unit {text!r} is not understood; convert to '1 / (MeV cm2)'"
            )
        value *= _UNITS[name] ** power
        energy += power if name in _ENERGIES else 0
    return _Unit(value, energy == -1)


def _arrays(path: Traversable | Path) -> dict[str, FloatArray]:
    wanted = ("array", "time", "energy", "_array_unit", "_energy_unit")
    try:
        data = path.read_bytes()
        if len(data) > _LARGEST_ARRAY:
            raise InputError(f"{path} is larger than {_LARGEST_ARRAY:,} bytes")
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return {name: np.asarray(file[name]) for name in wanted}
    except InputError:
        raise
    except (OSError, ValueError, KeyError, EOFError) as err:
        raise InputError(
            f"{path}: not a snewpy file ({' '.join(str(err).split())}); write one"
            " with fluence.save('file.npz')"
        ) from None
    except Exception as err:  # zipfile has its own errors
        raise InputError(f"{path}: not a snewpy file ({err})") from None
