"""Neutrinos in the magnetic field of the Sun, as typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from nuprobe.cli.options import grouped
from nuprobe.cli.values import in_unit
from nuprobe.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from nuprobe.oscillation import MagneticField, SpinFlavour


@dataclass(frozen=True)
class PrecessionSpec:
    """Neutrinos, field and matter as typed.

    Attributes
    ----------
    moment : ``name=value`` pairs, or one number for the transition moment.
    kind : of neutrino.
    field : largest strength.
    profile : name of a shape, or a CSV file with the field.
    density : CSV file of the matter, or None for the standard Sun.
    production : kind of solar neutrino, or a radius in solar radii.
    sin2_theta, dm2 : of the two flavours, or None for the defaults.
    """

    moment: tuple[str, ...]
    kind: Literal["majorana", "dirac"]
    field: str | None
    profile: str
    density: Path | None
    production: str
    sin2_theta: float | None
    dm2: float | None

    def build(self) -> SpinFlavour:
        """Return the neutrinos."""
        from nuprobe.oscillation import SOLAR_RADIUS, Matter, SpinFlavour, standard_sun
        from nuprobe.units import eV

        where: str | float = self.production
        if re.fullmatch(r"\d*\.?\d+([eE]-?\d+)?", self.production):
            where = float(self.production) * SOLAR_RADIUS
        mixing: dict[str, float] = {}
        if self.sin2_theta is not None:
            mixing["sin2_theta"] = self.sin2_theta
        if self.dm2 is not None:
            mixing["dm2"] = self.dm2 * eV**2
        return SpinFlavour(
            self._moments(),
            self._field(),
            standard_sun() if self.density is None else Matter.from_csv(self.density),
            kind=self.kind,
            production=where,
            **mixing,
        )

    def _moments(self) -> dict[str, float]:
        from nuprobe.units import value_in

        found: dict[str, float] = {}
        for text in self.moment:
            name, equals, value = text.rpartition("=")
            name = name.strip() if equals else "ex"
            if name in found:
                raise InputError(f"--moment gives {name} twice: give a single value")
            found[name] = value_in(value, "muB")
        return found

    def _field(self) -> MagneticField:
        from nuprobe.oscillation import FIELDS, MagneticField
        from nuprobe.units import parse_quantity

        strength = parse_quantity(self.field or "50 kG", "magnetic field")
        if self.profile in FIELDS:
            return MagneticField.named(self.profile, strength)
        if not self.profile.endswith(".csv"):
            raise UnknownNameError(
                "shape of the field (or a CSV file with columns radius, field)",
                self.profile,
                FIELDS,
            )
        read = MagneticField.from_csv(self.profile)
        if self.field is None:
            return read
        if read.peak == 0:
            raise InputError(f"{self.profile} has no field for --field to scale")
        return read.times(strength / read.peak)


sun_options = grouped(
    "sun",
    PrecessionSpec,
    click.option(
        "--moment",
        multiple=True,
        default=("1e-11",),
        show_default=True,
        help="In Bohr magnetons: the transition moment, or ee=1e-11, xx=… of Dirac"
        " neutrinos; repeatable.",
    ),
    click.option(
        "--kind",
        type=click.Choice(["majorana", "dirac"]),
        default="majorana",
        show_default=True,
        help="Whether the flipped states are antineutrinos or sterile.",
    ),
    click.option(
        "--field", help="Maximum transverse field, e.g. '100 kG' [default: 50 kG]."
    ),
    click.option(
        "--profile",
        default="core",
        show_default=True,
        help="Shape: core, convective, everywhere, or a CSV file (radius, field).",
    ),
    click.option(
        "--density",
        type=click.Path(path_type=Path),
        help="CSV file (radius, electrons, neutrons) [default: solar model B16-GS98].",
    ),
    click.option(
        "--production",
        default="B8",
        show_default=True,
        help="Kind of solar neutrino, or a radius in solar radii.",
    ),
    click.option(
        "--sin2-theta", type=float, help="Mixing of two flavours [default: theta12]."
    ),
    click.option(
        "--dm2",
        callback=in_unit("eV2"),
        metavar="DM2",
        help="Splitting, in eV2 without a unit [default: dm2_21 of NuFIT 6.0].",
    ),
)
"""Add the options of neutrinos, field and matter, as `PrecessionSpec` ``sun``."""
