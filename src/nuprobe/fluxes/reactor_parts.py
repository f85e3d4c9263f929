"""Reactor emission other than from fission products in equilibrium: decays after
neutron capture, long-lived products, spent fuel; and the evolution of the fuel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import numpy as np
from pydantic import BeforeValidator, Field, PositiveFloat, PositiveInt, model_validator

from nuprobe.errors import InputError, shown
from nuprobe.flavours import flavour
from nuprobe.fluxes.kinds import Energy
from nuprobe.fluxes.shapes import allowed_electron_decay
from nuprobe.fluxes.spectrum import FluxComponent, tabulated
from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.schema import Folder, Strict

__all__ = [
    "BurnUp",
    "CaptureTable",
    "SpentDecay",
    "SpentFuel",
    "capture_components",
    "folder_of",
    "fractions_at",
    "off_equilibrium",
    "spent_components",
]

_ROW: Final = 1e-3
"""Allowed deviation from 1 of the sum of fractions in a row of a burn-up table."""
_NODES: Final = 200


class CaptureTable(Strict):
    """ν̄_e per MeV and decay; each capture leads to one of each decay.

    Attributes
    ----------
    table : with the columns low and high (bin edges, MeV), and one for each decay.
    decays : names of these columns.
    """

    table: str
    decays: list[str] = Field(min_length=1)


class SpentDecay(Strict):
    """A long-lived fission product whose daughter decays at once, with ν̄_e above the
    threshold of inverse beta decay.

    Attributes
    ----------
    half_life_days : of the parent.
    branches : endpoint in MeV and share of each branch of the daughter.
    daughter_z, daughter_a : charge and mass number of the nucleus that the daughter
        decays to.
    yields : cumulative, per fission, by isotope.
    """

    half_life_days: PositiveFloat = Field(description="of the parent")
    branches: list[tuple[Energy, PositiveFloat]] = Field(
        min_length=1, description="[endpoint, share] of the daughter's beta decay"
    )
    daughter_z: int = Field(ge=1, description="charge of what the daughter decays to")
    daughter_a: int = Field(ge=1)
    yields: dict[str, float] = Field(description="cumulative, per fission, by isotope")


class SpentFuel(Strict):
    """Fuel in storage at a reactor that is refuelled batch by batch."""

    cycle_days: PositiveFloat = Field(default=540.0, description="between refuellings")
    batches: PositiveInt = Field(
        default=3, description="of the core, one replaced each time"
    )
    stored: PositiveInt = Field(default=10, description="batches in storage")


class BurnUp(Strict):
    """Fractions from a table as a function of burn-up or time."""

    table: str = Field(description="path of a table: column, and one for each isotope")
    column: str = Field(default="burnup", description="burn-up or time, any unit")
    at: (
        float
        | Annotated[
            tuple[float, float],
            BeforeValidator(
                lambda x: tuple(x) if isinstance(x, list) and len(x) == 2 else x
            ),
        ]
    ) = Field(description="a value of that column, or two: the mean between them")

    @model_validator(mode="after")
    def _check(self) -> BurnUp:
        if isinstance(self.at, tuple) and not self.at[0] < self.at[1]:
            raise InputError(f"at = {list(self.at)} must increase")
        return self


def folder_of(file: str, key: str = "table", else_: str = "") -> Folder:
    """Folder of a table that a user names by its path.

    Parameters
    ----------
    file : the path; `InputError` if there is no such file.
    key : the option that it was given for, for the message.
    else_ : other allowed values of the option, for the message: "true, false or ".

    Examples
    --------
    >>> folder_of("nowhere.csv")
    Traceback (most recent call last):
    nuprobe.errors.InputError: table = 'nowhere.csv': there is no such file; ...
    """
    path = Path(file)
    try:
        exists = path.is_file()
    except (OSError, ValueError):  # too long, or contains a NUL
        exists = False
    if not exists:
        raise InputError(
            f"{key} = {shown(file)}: there is no such file; give {else_}the path of a"
            " table"
        )
    return Folder(path.parent, path.name)


def fractions_at(fuel: BurnUp, isotopes: Sequence[str]) -> dict[str, float]:
    """Fractions at a burn-up, linear between the rows, or their mean over a range.

    Parameters
    ----------
    fuel : the table, and where.
    isotopes : its columns; one that is missing has no share.

    Raises
    ------
    InputError
        If a row does not sum to 1, the column does not increase, or `at` lies outside
        it.

    Examples
    --------
    >>> fractions_at(BurnUp(table="nowhere.csv", at=1.0), ["U235"])
    Traceback (most recent call last):
    nuprobe.errors.InputError: table = 'nowhere.csv': there is no such file; ...
    """
    folder = folder_of(fuel.table)
    there = [n for n in isotopes if n in folder.columns(folder.main)]
    columns = folder.table(folder.main, [fuel.column, *there])
    x = columns[fuel.column]
    rows = np.array([columns[n] for n in there]).reshape(len(there), -1)
    if x.size < 2 or np.any(np.diff(x) <= 0):
        raise InputError(
            f"{fuel.table}: {fuel.column} must increase over at least two rows"
        )
    wrong = (np.abs(rows.sum(axis=0) - 1) > _ROW) | (rows < 0).any(axis=0)
    if not there or wrong.any():
        row = int(np.argmax(wrong))
        total = float(rows[:, row].sum())
        raise InputError(
            f"{fuel.table}: the fractions of row {row + 1} sum to {total:.6g}; they"
            f" must not be negative and sum to 1 within {_ROW:g} (columns"
            f" {', '.join(isotopes)})"
        )
    ends = fuel.at if isinstance(fuel.at, tuple) else (fuel.at, fuel.at)
    if not x[0] <= ends[0] <= ends[1] <= x[-1]:
        raise InputError(
            f"{fuel.table} covers {x[0]:g} to {x[-1]:g} in {fuel.column}, asked for"
            f" {fuel.at}: it is not extrapolated"
        )
    inside = np.unique(np.concatenate([ends, x[(x > ends[0]) & (x < ends[1])]]))
    values = np.array([np.interp(inside, x, row) for row in rows])
    if inside.size > 1:
        # exact for lines
        steps = np.diff(inside)
        values = ((values[:, 1:] + values[:, :-1]) / 2 * steps) / steps.sum()
    return dict(zip(there, values.sum(axis=1).tolist(), strict=True))


def capture_components(
    folder: Folder, section: CaptureTable, captures: float
) -> list[FluxComponent]:
    """Spectra of the decays after neutron captures.

    Parameters
    ----------
    folder : of the table.
    section : the table and its decays.
    captures : per fission.

    Examples
    --------
    >>> library = Path(__file__).parent / "library" / "reactor"
    >>> table = CaptureTable(table="captures.csv", decays=["U239", "Np239"])
    >>> parts = capture_components(Folder(library, "flux.toml"), table, 0.6)
    >>> [round(float(p.integrate(np.ones_like)), 6) for p in parts]
    [0.6, 0.6]
    """
    columns = folder.table(section.table, ["low", "high", *section.decays])
    edges = np.append(columns["low"], columns["high"][-1])
    return [
        tabulated(
            f"{name} after capture",
            "nubar_e",
            edges,
            captures * columns[name],
            "histogram",
        )
        for name in section.decays
    ]


def off_equilibrium(
    folder: Folder, file: str, isotopes: Sequence[str]
) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Relative excess of the spectra after long irradiation, by isotope.

    Parameters
    ----------
    folder, file : the table: energy in MeV and a column for each isotope.
    isotopes : names; one without a column has no excess.

    Returns
    -------
    energies : MeV, shape (n,).
    excess : by isotope, shape (n,) each.

    Examples
    --------
    >>> library = Path(__file__).parent / "library" / "reactor"
    >>> folder = Folder(library, "flux.toml")
    >>> float(off_equilibrium(folder, "off_equilibrium.csv", ["U235"])[1]["U235"][0])
    0.057
    """
    there = folder.columns(file)
    columns = folder.table(file, ["energy", *(n for n in isotopes if n in there)])
    energies = columns["energy"]
    if energies.size < 2 or np.any(np.diff(energies) <= 0):
        raise InputError(f"{file}: energy must increase over at least two rows")
    none = np.zeros(energies.size)
    return energies, {n: columns.get(n, none) for n in isotopes}


def _stored(decay: SpentDecay, fuel: SpentFuel) -> float:
    """Decays in storage per fission of the running core, for one product made in each
    fission.

    A batch holds 1/batches of the fissions for `batches` cycles; those in storage were
    discharged j cycles and a fraction of a cycle ago, averaged over that fraction.
    """
    rate = np.log(2) / decay.half_life_days * fuel.cycle_days
    made = -np.expm1(-rate * fuel.batches) / fuel.batches
    return float(made * -np.expm1(-rate * fuel.stored) / rate)


def spent_components(
    decays: Mapping[str, SpentDecay],
    fuel: SpentFuel,
    share: Mapping[str, float],
    lowest: float,
) -> list[FluxComponent]:
    """Spectra of spent fuel per fission of the running core.

    Parameters
    ----------
    decays : long-lived products, by name of the daughter.
    fuel : what is stored.
    share : of each isotope in the fissions, of the spent fuel too.
    lowest : energy in MeV below which nothing is needed.

    Examples
    --------
    >>> yttrium = SpentDecay(
    ...     half_life_days=10519,
    ...     branches=[("2.279 MeV", 1.0)],
    ...     daughter_z=40,
    ...     daughter_a=90,
    ...     yields={"U235": 0.0578},
    ... )
    >>> (part,) = spent_components({"Y90": yttrium}, SpentFuel(), {"U235": 1.0}, 0.0)
    >>> round(float(part.integrate(np.ones_like)), 4)
    0.0164
    """
    parts = []
    for name, decay in decays.items():
        made = sum(x * decay.yields.get(n, 0.0) for n, x in share.items())
        number = made * _stored(decay, fuel)
        ends = [(end, part) for end, part in decay.branches if end > lowest]
        if number > 0 and ends:
            parts.append(_beta_minus(f"{name} in spent fuel", decay, number, lowest))
    return parts


def _beta_minus(
    name: str, decay: SpentDecay, number: float, lowest: float
) -> FluxComponent:
    z, a = decay.daughter_z, decay.daughter_a
    x, w = gauss_legendre(_NODES)
    total = sum(part for _, part in decay.branches)
    scaled = []
    for end, part in decay.branches:
        area = end * float(allowed_electron_decay(end * x, end, z, a) @ w)
        scaled.append((end, part / total / area))

    def density(e: FloatArray) -> FloatArray:
        return np.asarray(
            number
            * sum(
                np.where(e < end, c * allowed_electron_decay(e, end, z, a), 0.0)
                for end, c in scaled
            )
        )

    edges = {lowest, *(end for end, _ in scaled if end > lowest)}
    return FluxComponent(
        name, flavour("nubar_e"), density=density, edges=tuple(sorted(edges)), order=32
    )
