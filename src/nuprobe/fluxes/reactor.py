"""Reactor fluxes: fissioning isotopes, their fractions, and models of the spectra."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from pydantic import (
    BeforeValidator,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    model_validator,
)

from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.flavours import flavour
from nuprobe.fluxes.kinds import Energy, energy
from nuprobe.fluxes.reactor_parts import (
    BurnUp,
    CaptureTable,
    SpentDecay,
    SpentFuel,
    capture_components,
    folder_of,
    fractions_at,
    off_equilibrium,
    spent_components,
)
from nuprobe.fluxes.shapes import exp_polynomial
from nuprobe.fluxes.spectrum import FluxComponent, tabulated
from nuprobe.numerics import FloatArray
from nuprobe.schema import Folder, Strict

__all__ = ["Reactor", "ReactorOptions"]

_JOIN = 2.0
"""Where the polynomials start, MeV."""
_POLYNOMIALS_END = 8.0
"""Where they end, MeV."""
_CONTINUED = 12.0
"""Largest energy of the extrapolation of a polynomial, MeV."""
_TOLERANCE = 1e-3
_Density = Callable[[FloatArray], FloatArray]


class Bump(Strict):
    """The excess over the prediction: the spectrum above 2 MeV times 1 + amplitude ·
    exp(−(E − centre)²/2width²)."""

    amplitude: float = Field(default=0.1, gt=-1)
    centre: Energy = 5.8
    width: Energy = 0.6


def _switch(value: object) -> object:
    """Parameters of an effect that true and false switch on and off."""
    return {} if value is True else None if value is False else value


class ReactorOptions(Strict):
    """What `flux` takes for a reactor."""

    fractions: dict[str, NonNegativeFloat] = Field(
        description="share of each isotope in the fissions; they sum to 1"
    )
    model: str | None = Field(
        default=None,
        description="the spectra of the isotopes: a name of the file's models",
    )
    table: str | None = Field(
        default=None,
        description=(
            "path of a table with the spectra instead of a model: columns energy (MeV)"
            " and one for each isotope, per fission and MeV"
        ),
    )
    scale: dict[str, NonNegativeFloat] = Field(
        default={}, description="multiplies the spectra, by isotope"
    )
    low_energy: str = Field(
        default="none",
        description=(
            "spectrum below 2 MeV: a name of the file, 'none', or 'model' for what the"
            " table of the model has there"
        ),
    )
    bump: Annotated[Bump | None, BeforeValidator(_switch)] = Field(
        default=None, description="true, or its parameters"
    )
    burnup: BurnUp | None = Field(
        default=None,
        description="fractions from a table over burn-up or time, instead of fractions",
    )
    captures: NonNegativeFloat | None = Field(
        default=None,
        description=(
            "neutron captures on U238 per fission (about 0.6), each followed by two"
            " decays below 1.3 MeV"
        ),
    )
    off_equilibrium: bool | str = Field(
        default=False,
        description=(
            "true: correction for 450 days of irradiation, relative to the irradiation"
            " at which electron spectra were measured; or the path of a table of"
            " relative excesses"
        ),
    )
    spent_fuel: Annotated[SpentFuel | None, BeforeValidator(_switch)] = Field(
        default=None,
        description="true, or a description of the stored fuel: fuel kept"
        " near the reactor",
    )
    lowest: Annotated[float, BeforeValidator(energy)] = Field(
        default=_JOIN,
        ge=1.8,
        le=2,
        description=(
            "the spectra above start here, and low_energy ends; polynomials, valid from"
            " 2 MeV, are continued down to it; '1.8 MeV'"
        ),
    )
    highest: Annotated[float, BeforeValidator(energy)] | None = Field(
        default=None,
        ge=_POLYNOMIALS_END,
        description=(
            "the spectra end here: polynomials at 8 MeV unless continued, tables with"
            " their last row; '10 MeV'"
        ),
    )


class ReactorIsotope(Strict):
    """ν̄_e per fission and MeV from 2 to 8 MeV: exp(Σ a_k E^k)."""

    energy_per_fission: Energy
    coefficients: list[float] | None = Field(default=None, min_length=1)


class SpectrumModel(Strict):
    """Spectra of the isotopes: the polynomials, or a table (columns energy in MeV and
    the isotopes, per fission and MeV)."""

    title: str
    table: str | None = Field(
        default=None, description="instead of the coefficients of the isotopes"
    )
    scale: dict[str, PositiveFloat] = Field(
        default={}, description="multiplies the spectra, by isotope"
    )


class LowEnergyTable(Strict):
    """ν̄_e per fission and MeV below 2 MeV: a column for each isotope, or one, `all`,
    for the whole reactor."""

    table: str
    isotopes: list[str]
    captures: bool = Field(
        default=False, description="whether decays after captures on U238 are in it"
    )


class Reactor(Strict):
    """Fissions: spectra from a model above 2 MeV, and from a table below.

    Attributes
    ----------
    kind : ``"reactor"``.
    isotopes : fissioning isotopes, with energies and optionally polynomials.
    models : spectra by name, the first is the default; without them, the polynomials.
    low_energy : tables below 2 MeV, by name.
    captures : decays after neutron captures.
    off_equilibrium : table of the relative excess after long irradiation.
    spent_fuel : long-lived fission products, by name of the daughter.
    options : defaults of the file.
    """

    kind: Literal["reactor"]
    isotopes: dict[str, ReactorIsotope] = Field(min_length=1)
    models: dict[str, SpectrumModel] = {}
    low_energy: dict[str, LowEnergyTable] = {}
    captures: CaptureTable | None = None
    off_equilibrium: str | None = None
    spent_fuel: dict[str, SpentDecay] = {}
    options: ReactorOptions

    @model_validator(mode="after")
    def _check(self) -> Reactor:
        for name, model in self.models.items():
            for isotope in model.scale:
                if isotope not in self.isotopes:
                    raise UnknownNameError(
                        f"isotope in the scale of {name}", isotope, self.isotopes
                    )
        return self

    def build(
        self, folder: Folder, options: ReactorOptions
    ) -> tuple[FluxComponent, ...]:
        """One component for each isotope above 2 MeV, and those below 2 MeV.

        Parameters
        ----------
        folder : where the tables are.
        options : to use.
        """
        share = self.shares(self.fractions(options))
        for name in options.scale:
            if name not in self.isotopes:
                raise UnknownNameError("isotope in scale", name, self.isotopes)
        spectra = self._spectra(folder, options, share)
        if options.off_equilibrium is not False:
            spectra = self._long(folder, options, spectra)
        bump = options.bump or Bump(amplitude=0.0)
        parts = [
            _above(name, number * options.scale.get(name, 1.0), bump, *spectra[name])
            for name, number in share.items()
        ]
        if options.table is None and self._model(options).table is None:
            parts = [replace(part, known_to=_POLYNOMIALS_END) for part in parts]
        if options.low_energy not in ("none", "model"):
            parts += self._below(folder, options, share)
        return (*parts, *self._beside(folder, options, share))

    def fractions(self, options: ReactorOptions | None = None) -> dict[str, float]:
        """Fraction of fissions of each isotope according to `options`, or to those of
        the file."""
        chosen = options or self.options
        fuel = chosen.burnup
        return dict(
            fractions_at(fuel, tuple(self.isotopes)) if fuel else chosen.fractions
        )

    def _beside(
        self, folder: Folder, options: ReactorOptions, share: Mapping[str, float]
    ) -> list[FluxComponent]:
        """Decays after captures, and spent fuel."""
        parts: list[FluxComponent] = []
        if options.captures:
            low = self.low_energy.get(options.low_energy)
            if low is not None and low.captures:
                raise InputError(
                    f"low_energy = {options.low_energy!r} already includes the decays"
                    " after captures: drop captures, or choose another low_energy"
                )
            if self.captures is None:
                raise InputError("captures: the flux has no table of these decays")
            parts += capture_components(folder, self.captures, options.captures)
        if options.spent_fuel is not None:
            if not self.spent_fuel:
                raise InputError("spent_fuel: the flux has no list of its decays")
            lowest = options.lowest if options.low_energy == "none" else 0.0
            parts += spent_components(
                self.spent_fuel, options.spent_fuel, share, lowest
            )
        return parts

    def _long(
        self,
        folder: Folder,
        options: ReactorOptions,
        spectra: Mapping[str, tuple[_Density, FloatArray]],
    ) -> dict[str, tuple[_Density, FloatArray]]:
        """Spectra with the excess after long irradiation, from `lowest` on."""
        file = options.off_equilibrium
        if isinstance(file, str):
            either = "true (450 days of irradiation), false or "
            folder = folder_of(file, "off_equilibrium", either)
            file = folder.main
        elif self.off_equilibrium is None:
            raise InputError(
                "off_equilibrium: the flux has no table; give the path of one"
            )
        else:
            file = self.off_equilibrium
        energies, excess = off_equilibrium(folder, file, tuple(spectra))

        def longer(spectrum: _Density, more: FloatArray) -> _Density:
            def factor(e: FloatArray) -> FloatArray:
                inside = (e >= options.lowest) & (e <= energies[-1])
                return 1 + np.where(inside, np.interp(e, energies, more), 0.0)

            return lambda e: spectrum(e) * factor(e)

        ends = [e for e in (options.lowest, *energies) if e >= options.lowest]
        return {
            name: (
                longer(spectrum, excess[name]),
                np.union1d(edges, [e for e in ends if edges[0] < e < edges[-1]]),
            )
            for name, (spectrum, edges) in spectra.items()
        }

    def _below(
        self, folder: Folder, options: ReactorOptions, share: Mapping[str, float]
    ) -> list[FluxComponent]:
        if options.low_energy not in self.low_energy:
            raise UnknownNameError(
                "low_energy", options.low_energy, [*self.low_energy, "model", "none"]
            )
        table = self.low_energy[options.low_energy]
        columns = (
            {n: x for n, x in share.items() if n in table.isotopes}
            if table.isotopes
            else {"all": 1.0}
        )
        if table.isotopes and len(columns) < len(share):
            raise InputError(
                f"low_energy = {options.low_energy!r} has no"
                f" {', '.join(set(share) - set(columns))}"
            )
        values = folder.table(table.table, ["energy", *columns])
        # the spectrum above starts at `lowest` itself
        end = np.nextafter(options.lowest, 0)
        inside = values["energy"] < end
        energies = np.append(values["energy"][inside], end)
        name = f"below {options.lowest:g} MeV"
        return [
            tabulated(
                f"{n} {name}",
                "nubar_e",
                energies,
                x * np.interp(energies, values["energy"], values[n]),
            )
            for n, x in columns.items()
        ]

    def shares(self, fractions: Mapping[str, float]) -> dict[str, float]:
        """The nonzero `fractions`; raises `InputError` if an isotope is
        unknown or they do not sum to 1."""
        for name, share in fractions.items():
            if name not in self.isotopes:
                raise UnknownNameError("isotope in fractions", name, self.isotopes)
            if not share >= 0:
                raise InputError(
                    f"the fraction of {name} must not be negative, got {shown(share)}"
                )
        total = sum(fractions.values())
        if not abs(total - 1) <= _TOLERANCE:
            raise InputError(
                f"the fractions sum to {total:.6g}, not to 1 within {_TOLERANCE:g}:"
                " give the share of every isotope in the fissions (of"
                f" {', '.join(self.isotopes)})"
            )
        return {name: share for name, share in fractions.items() if share > 0}

    def _spectra(
        self, folder: Folder, options: ReactorOptions, isotopes: Mapping[str, float]
    ) -> dict[str, tuple[_Density, FloatArray]]:
        """Spectrum and edges of its panels, by isotope."""
        model = self._model(options)
        if options.table is not None:
            own = folder_of(options.table)
            return _tables(own, own.main, {}, options, isotopes)
        if model.table is not None:
            return _tables(folder, model.table, model.scale, options, isotopes)
        return self._polynomials(model, options, isotopes)

    def _model(self, options: ReactorOptions) -> SpectrumModel:
        models = self.models or {"polynomials": SpectrumModel(title="polynomials")}
        name = options.model
        if name is None:
            return next(iter(models.values()))
        if options.table is not None:
            raise InputError(
                f"model = {name!r} and table = {shown(options.table)}: give only one"
                " of them"
            )
        if name not in models:
            raise UnknownNameError("model", name, models)
        return models[name]

    def _polynomials(
        self,
        model: SpectrumModel,
        options: ReactorOptions,
        isotopes: Mapping[str, float],
    ) -> dict[str, tuple[_Density, FloatArray]]:
        highest = _POLYNOMIALS_END if options.highest is None else options.highest
        if highest > _CONTINUED:
            raise InputError(
                f"highest = {highest:g} MeV: polynomials, valid to"
                f" {_POLYNOMIALS_END:g} MeV, are not extrapolated above"
                f" {_CONTINUED:g} MeV (a summation spectrum extends further)"
            )
        if options.low_energy == "model":
            raise InputError(
                "low_energy = 'model': the polynomials are valid above 2 MeV; name"
                f" a table ({', '.join(self.low_energy)}) or a model that has one"
            )
        ends = (options.lowest, highest)
        edges = np.union1d(np.arange(_JOIN, highest, 0.5), ends)
        return {
            name: (self._polynomial(name, model.scale.get(name, 1.0)), edges)
            for name in isotopes
        }

    def _polynomial(self, name: str, scale: float) -> _Density:
        coefficients = self.isotopes[name].coefficients
        if coefficients is None:
            raise InputError(
                f"isotopes.{name} has no coefficients, and the model has no table:"
                " give one"
            )
        return lambda e: scale * exp_polynomial(e, coefficients)


def _tables(
    folder: Folder,
    file: str,
    scale: Mapping[str, float],
    options: ReactorOptions,
    isotopes: Mapping[str, float],
) -> dict[str, tuple[_Density, FloatArray]]:
    """Spectra of a table from `lowest` (or its first row) to `highest`."""
    columns = folder.table(file, ["energy", *isotopes])
    energies = columns["energy"]
    for name in isotopes:
        tabulated(f"{file}: {name}", "nubar_e", energies, columns[name])  # checks
    first, last = float(energies[0]), float(energies[-1])
    highest = last if options.highest is None else options.highest
    if highest > last or first > options.lowest:
        wanted = f"from {options.lowest:g} to {highest:g} MeV"
        raise InputError(
            f"{file} covers {first:g} to {last:g} MeV, but the range needed is"
            f" {wanted}: it is not extrapolated; change lowest or highest"
        )
    if options.low_energy == "model" and first > _MODEL_START:
        raise InputError(
            f"low_energy = 'model': {file} starts at {first:g} MeV; name a table for"
            " low energies instead"
        )
    start = first if options.low_energy == "model" else options.lowest
    inside = (energies > start) & (energies < highest)
    edges = np.concatenate([[start], energies[inside], [highest]])

    def joined(name: str) -> _Density:
        values = columns[name] * scale.get(name, 1.0)
        return lambda e: np.interp(e, energies, values)

    return {name: (joined(name), edges) for name in isotopes}


_MODEL_START = 0.5
"""A table that starts above this energy has no low-energy spectrum, MeV."""


def _above(
    name: str, share: float, bump: Bump, spectrum: _Density, edges: FloatArray
) -> FluxComponent:
    def density(e: FloatArray) -> FloatArray:
        excess = bump.amplitude * np.exp(-(((e - bump.centre) / bump.width) ** 2) / 2)
        return np.asarray(share * spectrum(e) * (1 + excess))

    # panels of tables are narrow, and straight in each
    order = 24 if np.diff(edges).max() > 0.3 else 6
    return FluxComponent(
        name,
        flavour("nubar_e"),
        density=density,
        edges=tuple(map(float, edges)),
        order=order,
    )
