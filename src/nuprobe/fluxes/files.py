"""The flux file format: one folder with ``flux.toml`` and tables; adding one needs no
Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, PositiveFloat, model_validator

from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.flavours import flavour
from nuprobe.fluxes.formats import (
    FluxFormat,
    FluxTable,
    edges_of_centres,
    numbers,
    read_flux_file,
)
from nuprobe.fluxes.kinds import Components, Pinched
from nuprobe.fluxes.reactor import Reactor
from nuprobe.fluxes.reactor_flux import ReactorFlux
from nuprobe.fluxes.spectrum import (
    Flux,
    FluxComponent,
    Line,
    pion_decay_at_rest,
    tabulated,
)
from nuprobe.fluxes.timing import TimeProfile
from nuprobe.numerics import FloatArray
from nuprobe.schema import Folder, Strict, validate
from nuprobe.units import parse_quantity

__all__ = ["FluxFile", "read_flux"]


class TimeTable(Strict):
    """An arrival-time histogram: a table with bin edges and one probability per bin."""

    table: str
    column: str
    low: str = "low_us"
    high: str = "high_us"


class PionDecayAtRest(Strict):
    """π⁺ → μ⁺ ν_μ at rest, then μ⁺ → e⁺ ν̄_μ ν_e at rest."""

    kind: Literal["pion-decay-at-rest"]
    neutrinos_per_flavour: PositiveFloat = Field(
        description="number of each flavour per unit of `per`"
    )
    prompt: str | None = Field(default=None, description="time profile of pion decay")
    delayed: str | None = Field(default=None, description="time profile of muon decay")


class MonoenergeticFlavour(Strict):
    """One line."""

    flavour: str
    energy: str = Field(description="with its unit, e.g. '0.862 MeV'")
    intensity: PositiveFloat
    time: str | None = None

    @model_validator(mode="after")
    def _check(self) -> MonoenergeticFlavour:
        flavour(self.flavour)
        parse_quantity(self.energy, "energy")
        return self


class Monoenergetic(Strict):
    """Lines only."""

    kind: Literal["monoenergetic"]
    lines: list[MonoenergeticFlavour] = Field(min_length=1)


class Tabulated(Strict):
    """A table of dN/dE with one column per flavour, named after the flavour.

    Its rows are points (`energy_column`, linear between them) or the bins of a
    histogram (`low`, `high`; they touch).
    """

    kind: Literal["table"]
    table: str
    interpolation: Literal["linear", "histogram", "centres"] = Field(
        default="linear",
        description="linear between points; histogram: constant in bins with low and"
        " high; centres: the same, the points are centres of equal bins",
    )
    energy_column: str = Field(
        default="energy", description="column of the points (linear)"
    )
    low: str = Field(
        default="low", description="column of the lower bin edges (histogram)"
    )
    high: str = Field(
        default="high", description="column of the upper bin edges (histogram)"
    )
    energy_unit: Literal["keV", "MeV", "GeV"] = Field(
        description="unit of the energies; values are per this unit"
    )
    flavours: list[str] = Field(min_length=1)
    scale: PositiveFloat = Field(default=1.0, description="multiplies all values")
    area: Literal["cm2", "m2", "km2"] = Field(
        default="cm2", description="values of a beam are per this area"
    )
    time: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Tabulated:
        for name in self.flavours:
            flavour(name)
        alien = {"linear": ("low", "high"), "histogram": ("energy_column",)}[
            "linear" if self.interpolation == "centres" else self.interpolation
        ]
        for key in self.model_fields_set.intersection(alien):
            raise InputError(
                f"{key} cannot be combined with interpolation ="
                f" {self.interpolation!r}; remove it or change the interpolation"
            )
        return self


class ForeignFile(Strict):
    """An unmodified flux file of another program, or plain columns of numbers."""

    kind: Literal["file"]
    file: str = Field(description="its name in the folder")
    format: FluxFormat | None = Field(
        default=None,
        description="by default recognised: snewpy by its ending .npz, snowglobes and"
        " globes by seven columns; columns: any others, named in columns",
    )
    columns: list[str] = Field(
        default=[],
        description="of format columns: 'energy', names of flavours, '-' for one to"
        " skip",
    )
    energy_unit: Literal["keV", "MeV", "GeV"] | None = Field(
        default=None, description="of format columns; values are per this unit"
    )
    interpolation: Literal["linear", "centres"] | None = Field(
        default=None,
        description="of numbers in columns: linear between points (default), or centres"
        " of equal bins, constant in each",
    )
    scale: PositiveFloat = Field(default=1.0, description="multiplies all values")
    area: Literal["cm2", "m2", "km2"] | None = Field(
        default=None, description="values of a beam are per this area"
    )
    time: str | None = Field(default=None, description="arrival times, one of [times]")

    @model_validator(mode="after")
    def _check(self) -> ForeignFile:
        plain = self.format == "columns"
        if plain != bool(self.columns) or plain != (self.energy_unit is not None):
            raise InputError(
                "columns = ['energy', 'nu_e', …] and energy_unit are required for"
                " format = 'columns' and not allowed otherwise"
            )
        if plain and self.columns.count("energy") != 1:
            raise InputError(
                "columns: name exactly one column 'energy', and skipped columns '-'"
            )
        for name in self.columns:
            if name not in ("energy", "-"):
                flavour(name)
        return self


class FluxFile(Strict):
    """Contents of ``flux.toml``.

    Attributes
    ----------
    schema_version : of the format.
    name, title : of the flux.
    per : what one unit of the flux is.
    emission : ``"isotropic"`` into 4π, or a ``"beam"`` per cm² at the detector.
    source : the spectra, by kind.
    times : arrival-time histograms by name.
    references, notes : for the reader.
    """

    schema_version: Literal[1]
    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]*$",
        description="its own: lower-case letters, digits and hyphens",
    )
    title: str = Field(description="in words, for tables and figures")
    per: str = Field(
        description="what one unit of the flux is, e.g. 'proton on target'"
    )
    emission: Literal["isotropic", "beam"] = Field(
        description=(
            "isotropic: neutrinos into 4 pi per unit; beam: neutrinos per cm2 at the"
            " detector per unit"
        )
    )
    source: Annotated[
        PionDecayAtRest
        | Monoenergetic
        | Tabulated
        | ForeignFile
        | Reactor
        | Components
        | Pinched,
        Field(discriminator="kind"),
    ]
    times: dict[str, TimeTable] = {}
    references: list[str] = []
    notes: str = ""

    @model_validator(mode="after")
    def _check_area(self) -> FluxFile:
        area = getattr(self.source, "area", None)
        if self.emission == "isotropic" and "area" in self.source.model_fields_set:
            raise InputError(
                f"source.area = {area!r} requires emission = 'beam': an isotropic"
                " source is not per area"
            )
        return self


def read_flux(folder: Folder, options: Mapping[str, Any] | None = None) -> Flux:
    """Read and check one flux folder.

    Parameters
    ----------
    folder : with ``flux.toml`` in it.
    options : replace those of the file; `energy`, `mean_energy` and `alpha` may be
        given in part.

    Raises
    ------
    ExperimentFileError
        If the file is wrong: it names file, key and remedy.
    InputError
        If an option is unknown or not allowed.

    Examples
    --------
    >>> from importlib import resources
    >>> library = resources.files("nuprobe.fluxes").joinpath("library")
    >>> read_flux(Folder(library.joinpath("sns"), "flux.toml")).emission
    'isotropic'
    """
    raw = folder.load()
    file = validate(FluxFile, raw, folder.name)
    if options:
        file = _with_options(file, raw["source"].get("options", {}), options)
    try:
        times = {name: _time(folder, table) for name, table in file.times.items()}
        parts: dict[str, Any] = {
            "name": file.name,
            "components": _components(folder, file),
            "per": file.per,
            "title": file.title,
            "emission": file.emission,
            "times": times,
            "references": tuple(file.references),
            "notes": file.notes,
        }
        if not isinstance(file.source, Reactor):
            return Flux(**parts)
        given = dict(options or {})
        return ReactorFlux(
            **parts,
            fractions=file.source.fractions(),
            isotopes=tuple(file.source.isotopes),
            other=lambda more: read_flux(folder, {**given, **more}),
            energies={
                name: isotope.energy_per_fission
                for name, isotope in file.source.isotopes.items()
            },
        )
    except ExperimentFileError:
        raise
    except InputError as err:
        # the file itself is valid if it can be read without the options
        if options:
            read_flux(folder)
            raise InputError(f"options of flux {file.name}: {err}") from None
        raise ExperimentFileError(f"{folder.name}: {err}") from None


def _with_options(
    file: FluxFile, default: Mapping[str, Any], options: Mapping[str, Any]
) -> FluxFile:
    if not isinstance(file.source, Reactor | Components | Pinched):
        raise InputError(
            f"flux {file.name} takes no options, got {', '.join(options)}; remove them"
        )
    merged = {
        key: (
            {**default.get(key, {}), **value}
            if isinstance(value, Mapping) and key in _COMPLETED
            else value
        )
        for key, value in {**default, **options}.items()
    }
    try:
        chosen = validate(
            type(file.source.options), merged, f"options of flux {file.name}"
        )
    except ExperimentFileError as err:
        raise InputError(str(err)) from None
    return file.model_copy(
        update={"source": file.source.model_copy(update={"options": chosen})}
    )


_COMPLETED = ("energy", "mean_energy", "alpha")
"""Options that may be given in part."""


def _edges(folder: Folder, table: TimeTable | Tabulated, what: str) -> FloatArray:
    """Edges of the bins of a table, shape (rows + 1,)."""
    columns = folder.table(table.table, [table.low, table.high])
    low, high = columns[table.low], columns[table.high]
    if not np.allclose(low[1:], high[:-1], rtol=1e-9, atol=1e-9 * np.ptp(high)):
        raise ExperimentFileError(
            f"{folder.root}/{table.table}: the {what} bins must be contiguous; sort"
            " the rows"
        )
    return np.append(low, high[-1])


def _time(folder: Folder, table: TimeTable) -> TimeProfile:
    return TimeProfile(
        _edges(folder, table, "time"),
        folder.table(table.table, [table.column])[table.column],
    )


def _components(folder: Folder, file: FluxFile) -> tuple[FluxComponent, ...]:
    source = file.source
    if isinstance(source, Reactor):
        return source.build(folder, source.options)
    if isinstance(source, Components):
        return source.build(folder, source.options)
    if isinstance(source, Pinched):
        return source.build(source.options)
    if isinstance(source, PionDecayAtRest):
        return pion_decay_at_rest(
            source.neutrinos_per_flavour, source.prompt, source.delayed
        )
    if isinstance(source, Monoenergetic):
        return tuple(
            FluxComponent(
                f"{line.flavour} line {line.energy}",
                flavour(line.flavour),
                lines=(Line(parse_quantity(line.energy, "energy"), line.intensity),),
                time=line.time,
            )
            for line in source.lines
        )
    if isinstance(source, ForeignFile):
        return _foreign(folder, source, file.emission)
    if source.interpolation == "histogram":
        energies = _edges(folder, source, "energy")
    else:
        column = source.energy_column
        energies = folder.table(source.table, [column])[column]
    if source.interpolation == "centres":
        energies = edges_of_centres(energies, f"{folder.root}/{source.table}")
    columns = folder.table(source.table, source.flavours)
    unit = parse_quantity(f"1 {source.energy_unit}", "energy")
    joined: Literal["linear", "histogram"] = (
        "linear" if source.interpolation == "linear" else "histogram"
    )
    factor = source.scale / _CM2[source.area] / unit
    return tuple(
        replace(
            tabulated(name, name, energies * unit, columns[name] * factor, joined),
            time=source.time,
        )
        for name in source.flavours
    )


_CM2 = {"cm2": 1.0, "m2": 1e4, "km2": 1e10}
"""Areas in cm²."""


def _foreign(
    folder: Folder, source: ForeignFile, emission: str
) -> tuple[FluxComponent, ...]:
    """Components of a flux file of another program; columns of zeros are left out."""
    path = folder.file(source.file)
    if source.format == "columns":
        table = _named_columns(path, source)
    else:
        table = read_flux_file(path, source.format)
    if table.per_cm2 and (source.area is not None or emission == "isotropic"):
        raise InputError(
            f"{path}: the file already gives neutrinos per area: use emission ="
            " 'beam' without source.area"
        )
    if not table.per_cm2 and emission == "beam" and source.area is None:
        raise InputError(
            f"{path}: the file does not give the unit of area of its values: add"
            " source.area = 'm2' or 'cm2'"
        )
    energies, joined = table.energies, table.interpolation
    if source.interpolation == "centres":
        if joined == "histogram":
            raise InputError(f"{path} contains bin edges: remove source.interpolation")
        energies, joined = edges_of_centres(energies, path), "histogram"
    factor = source.scale / _CM2[source.area or "cm2"]
    found = tuple(
        replace(
            tabulated(name, name, energies, values * factor, joined), time=source.time
        )
        for name, values in table.values.items()
        if np.any(values)
    )
    if not found:
        raise InputError(f"{path}: all values are 0; correct the file")
    return found


def _named_columns(path: Traversable, source: ForeignFile) -> FluxTable:
    """Columns of numbers with the names given in the flux file."""
    table = numbers(path)
    if len(table) != len(source.columns):
        raise InputError(
            f"{path}: {len(table)} columns of numbers, but source.columns names"
            f" {len(source.columns)}; name each column, with '-' for those to skip"
        )
    unit = parse_quantity(f"1 {source.energy_unit}", "energy")
    named = dict(zip(source.columns, table, strict=True))
    energies = named.pop("energy") * unit
    named.pop("-", None)
    values = {name: column / unit for name, column in named.items()}
    return FluxTable(energies, values, "linear")
