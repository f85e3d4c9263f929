"""Flux kinds with options: named components with models (the Sun) and pinched spectra
(supernovae); reactors are in `nuprobe.fluxes.reactor`."""

from __future__ import annotations

from math import sqrt
from typing import Annotated, Literal

import numpy as np
from pydantic import (
    BeforeValidator,
    Field,
    NonNegativeFloat,
    PositiveFloat,
)

from nuprobe.errors import InputError, UnknownNameError
from nuprobe.flavours import flavour
from nuprobe.fluxes.shapes import allowed_positron_decay, pinched
from nuprobe.fluxes.spectrum import FluxComponent, Line, tabulated
from nuprobe.nuclei.isotopes import as_spelt
from nuprobe.schema import Folder, Strict
from nuprobe.units import parse_quantity

__all__ = ["Components", "Energy", "Pinched", "energy"]


def energy(value: object) -> object:
    """An energy in MeV if `value` is a text with a unit, otherwise unchanged.

    Examples
    --------
    >>> energy("1 keV"), energy(2.0)
    (0.001, 2.0)
    """
    return parse_quantity(value, "energy") if isinstance(value, str) else value


Energy = Annotated[
    PositiveFloat,
    BeforeValidator(energy),
    Field(description="'5 MeV', or a number of MeV"),
]


# -- named components with models


class BetaPlus(Strict):
    """Allowed β⁺ decay."""

    kind: Literal["beta-plus"]
    endpoint: Energy
    daughter_z: int = Field(ge=1)
    daughter_a: int = Field(ge=1)


class Lines(Strict):
    """Lines and their shares, which sum to 1."""

    kind: Literal["lines"]
    lines: list[tuple[Energy, PositiveFloat]] = Field(
        min_length=1, description="[energy, share]"
    )


class Column(Strict):
    """A column of a table, linear between its points and scaled to 1."""

    kind: Literal["table"]
    table: str
    column: str
    energy_column: str = "energy"
    energy_unit: Literal["keV", "MeV", "GeV"]


class Component(Strict):
    """One source of neutrinos, whose intensity is given by the models."""

    flavour: str
    shape: BetaPlus | Lines | Column = Field(discriminator="kind")


class ComponentOptions(Strict):
    """What `flux` takes for named components."""

    model: str = Field(description="the normalisations: a name of the file's models")
    components: list[str] | None = Field(
        default=None, min_length=1, description="only these"
    )
    scale: dict[str, NonNegativeFloat] = Field(
        default={}, description="multiplies components, by name"
    )


class Components(Strict):
    """Named components; a model has one number for each.

    Attributes
    ----------
    kind : ``"components"``.
    components : by name, with their spectra.
    models : numbers of neutrinos by model and component.
    options : defaults of the file.
    """

    kind: Literal["components"]
    components: dict[str, Component] = Field(min_length=1)
    models: dict[str, dict[str, NonNegativeFloat]] = Field(min_length=1)
    options: ComponentOptions

    def build(
        self, folder: Folder, options: ComponentOptions
    ) -> tuple[FluxComponent, ...]:
        """Build the components requested, in the order of the file.

        Parameters
        ----------
        folder : where the tables are.
        options : to use.
        """
        if options.model not in self.models:
            raise UnknownNameError("model", options.model, self.models)
        numbers = self.models[options.model]
        chosen = [
            as_spelt(name, self.components)
            for name in options.components or self.components
        ]
        scale = {
            as_spelt(name, self.components): x for name, x in options.scale.items()
        }
        if len(scale) < len(options.scale):
            raise InputError(
                f"scale names a component twice, got {', '.join(options.scale)}:"
                " give a single factor for each"
            )
        for name in (*chosen, *scale, *numbers):
            if name not in self.components:
                raise UnknownNameError("component", name, self.components)
        if missing := [name for name in self.components if name not in numbers]:
            raise InputError(
                f"model {options.model} has no number for {', '.join(missing)}; add"
                " it (0 if absent)"
            )
        return tuple(
            self._component(folder, name, numbers[name] * scale.get(name, 1.0))
            for name in self.components
            if name in chosen
        )

    def _component(self, folder: Folder, name: str, number: float) -> FluxComponent:
        kind, shape = (
            flavour(self.components[name].flavour),
            self.components[name].shape,
        )
        if isinstance(shape, Lines):
            if abs(sum(x for _, x in shape.lines) - 1) > 1e-6:
                raise InputError(
                    f"component {name}: the shares of its lines must sum to 1"
                )
            return FluxComponent(
                name, kind, lines=tuple(Line(e, number * x) for e, x in shape.lines)
            )
        if isinstance(shape, Column):
            columns = folder.table(shape.table, [shape.energy_column, shape.column])
            energies = columns[shape.energy_column] * parse_quantity(
                f"1 {shape.energy_unit}", "energy"
            )
            whole = float(
                tabulated(name, kind, energies, columns[shape.column]).integrate(
                    np.ones_like
                )
            )
            if whole <= 0:
                raise InputError(
                    f"component {name}: its table is 0 everywhere; correct the column"
                )
            return tabulated(
                name, kind, energies, columns[shape.column] * (number / whole)
            )
        end, z, a = shape.endpoint, shape.daughter_z, shape.daughter_a
        # the positron's square-root behaviour at the end of the spectrum needs small
        # panels there
        edges = tuple(end * x for x in (0.0, 0.5, 0.8, 0.95, 0.99, 0.999, 0.9999, 1.0))
        plain = FluxComponent(
            name,
            kind,
            density=lambda e: allowed_positron_decay(e, end, z, a),
            edges=edges,
        )
        norm = number / float(plain.integrate(np.ones_like))
        return FluxComponent(
            name,
            kind,
            density=lambda e: norm * allowed_positron_decay(e, end, z, a),
            edges=edges,
        )


# -- supernova


class SpeciesEnergies(Strict):
    """An energy for ν_e, ν̄_e and each of the four others."""

    nu_e: Energy
    nubar_e: Energy
    nu_x: Energy


class SpeciesNumbers(Strict):
    """A number ≥ 0 for ν_e, ν̄_e and each of the four others."""

    nu_e: NonNegativeFloat
    nubar_e: NonNegativeFloat
    nu_x: NonNegativeFloat


class PinchedOptions(Strict):
    """What `flux` takes for a supernova."""

    energy: SpeciesEnergies = Field(description="energy carried away by each flavour")
    mean_energy: SpeciesEnergies
    alpha: SpeciesNumbers = Field(
        description="pinching: 2 is Maxwell-Boltzmann, larger is narrower"
    )


class Pinched(Strict):
    """Pinched spectra of six flavours, integrated over time.

    Attributes
    ----------
    kind : ``"pinched"``.
    options : defaults of the file.
    """

    kind: Literal["pinched"]
    options: PinchedOptions

    def build(self, options: PinchedOptions) -> tuple[FluxComponent, ...]:
        """Six components with these `options`, named as their flavours."""
        return tuple(
            _pinched(
                name,
                getattr(options.energy, s),
                getattr(options.mean_energy, s),
                float(getattr(options.alpha, s)),
            )
            for name in ("nu_e", "nubar_e", "nu_mu", "nubar_mu", "nu_tau", "nubar_tau")
            for s in (name if name.endswith("_e") else "nu_x",)
        )


def _pinched(name: str, energy: float, mean: float, alpha: float) -> FluxComponent:
    # beyond this many times ⟨E⟩/(α + 1) less than 1e-9 of the neutrinos is left
    last = (alpha + 1) + 10 * sqrt(alpha + 1) + 15
    edges = np.linspace(0.0, last * mean / (alpha + 1), 13)
    return FluxComponent(
        name,
        flavour(name),
        density=lambda e: energy / mean * pinched(e, mean, alpha),
        edges=tuple(map(float, edges)),
    )
