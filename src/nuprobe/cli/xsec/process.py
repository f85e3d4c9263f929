"""``nuprobe xsec NAME``: cross sections of any process, also of installed packages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.options import key_values, target_spec
from nuprobe.cli.output import Output, output_options
from nuprobe.cli.specs import ModelSpec, SourceSpec, model_options, source_options
from nuprobe.cli.xsec.common import (
    RecoilSpec,
    differential_table,
    flux_columns,
    flux_flavours,
    recoil_options,
)
from nuprobe.errors import InputError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.fluxes import Flux
    from nuprobe.nuclei import TargetSpec
    from nuprobe.numerics import FloatArray
    from nuprobe.processes import Process


def process_command(name: str) -> click.Command:
    """Return the command of a process; the fields of the process are options.

    Parameters
    ----------
    name : one of `nuprobe.processes.process_names`.
    """
    from nuprobe.processes import process, process_options

    default = process(name)
    deposit = default.deposit.name

    @source_options("'30 MeV', '10, 20 MeV' or 'start:stop:count[:log] MeV'.")
    @recoil_options(f"deposits ({deposit})", "'0:10:11 MeV'", "nu_e")
    @model_options
    @output_options
    def command(
        target_text: str | None,
        source: SourceSpec,
        recoil: RecoilSpec,
        model: ModelSpec,
        out: Output,
        **options: Any,
    ) -> None:
        given = {key: value for key, value in options.items() if value is not None}
        setting = _Setting(
            process(name, **given),
            None if target_text is None else target_spec(target_text),
            model.build(),
            "one free particle" if target_text is None else target_text,
        )
        out.table(setting.table(source, recoil))

    for field in reversed(process_options(name)):
        command = _field_option(field, getattr(default, field, None))(command)
    command = click.option(
        "--target", "target_text", help="Such as Ar40, CsI, 'natural Xe'."
    )(command)
    return click.command(
        name,
        help=f"Cross sections of {name}: σ(E), dσ/dT with --recoil, or their means over"
        f" a flux. T is the {deposit}.",
        epilog=f'Example: nuprobe xsec {name} --target Ar40 --energy "10:50:5 MeV"',
    )(command)


def _field_option(name: str, default: object) -> Callable[[Any], Any]:
    """Option of a field of a process, typed as its default is."""
    flag = f"--{name.replace('_', '-')}"
    if isinstance(default, bool):
        return click.option(
            f"{flag}/--no-{flag[2:]}", name, default=None, help=f"[default: {default}]"
        )

    def value(_ctx: click.Context, _: click.Parameter, text: str | None) -> object:
        return None if text is None else key_values([f"{name}={text}"])[name]

    return click.option(flag, name, callback=value, help=f"[default: {default}]")


def _unit(deposits: FloatArray) -> str:
    return "MeV" if deposits.max() >= 1 else "keV"


@dataclass(frozen=True)
class _Setting:
    process: Process
    target: TargetSpec | None
    model: Any
    where: str

    def table(self, source: SourceSpec, recoil: RecoilSpec) -> Table:
        flux, recoils, floor = source.flux(), recoil.recoils(), recoil.floor()
        if recoils is not None and floor > 0:
            raise InputError(
                "--threshold applies to total cross sections and cannot be used with"
                " --recoil"
            )
        if flux is not None:
            return self.averages(flux, recoils, floor, recoil.flavour)
        energies, flavour = source.energies(), recoil.flavour or "nu_e"
        if recoils is None:
            return self.totals(energies, floor, flavour)
        from nuprobe.processes.cross_section import differential

        values = differential(
            self.process,
            energies[:, None],
            recoils,
            self.target,
            self.model,
            flavour,
        )
        at = [(float(e), v) for e, v in zip(energies, values, strict=True)]
        unit = _unit(recoils)
        title = self.title(flavour, f"cm2/{unit}")
        return differential_table(title, "E [MeV]", at, recoils, unit)

    def title(self, what: str, unit: str) -> str:
        return (
            f"{self.process.name} of {what} on {self.where}, {unit} per formula unit,"
            f" {self.model.name}"
        )

    def totals(self, energies: FloatArray, floor: float, flavour: str) -> Table:
        from nuprobe.processes.cross_section import total

        sigma = total(
            self.process, energies, self.target, self.model, flavour, threshold=floor
        )
        return Table(
            self.title(flavour, "cm2"),
            ("E [MeV]", "sigma [cm2]"),
            tuple((float(e), float(s)) for e, s in zip(energies, sigma, strict=True)),
            {"sigma [cm2]": ".6e"},
        )

    def averages(
        self, flux: Flux, recoils: FloatArray | None, floor: float, typed: str | None
    ) -> Table:
        from nuprobe.processes.cross_section import averaged, flux_averaged

        flavours = flux_flavours(flux, typed)
        if recoils is not None:
            at = [
                (
                    str(f),
                    averaged(self.process, flux, recoils, self.target, self.model, f),
                )
                for f in flavours
            ]
            unit = _unit(recoils)
            title = self.title(f"the flux {flux.name}", f"cm2/{unit}")
            return differential_table(title, "flavour", at, recoils, unit)

        rows = [
            (
                str(f),
                flux.total(f),
                flux_averaged(
                    self.process, flux, self.target, self.model, f, threshold=floor
                ),
            )
            for f in flavours
        ]
        return Table(
            self.title(f"the flux {flux.name}", "cm2"),
            (*flux_columns(flux), "sigma [cm2]"),
            tuple(rows),
            {"sigma [cm2]": ".6e"},
        )
