"""``nuprobe xsec NAME``: cross sections of any process, including those of installed
packages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.options import command, target_spec
from nuprobe.cli.output import table_options
from nuprobe.cli.specs import ModelSpec, SourceSpec, models_options, source_options
from nuprobe.cli.values import key_values
from nuprobe.cli.xsec.common import RecoilSpec, recoil_options
from nuprobe.cli.xsec.each import each
from nuprobe.cli.xsec.process_tables import ProcessTables, alone, default_flavour
from nuprobe.errors import NuprobeError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.processes import Process


def process_command(name: str) -> click.Command:
    """Return the command of a process; the fields of the process are options.

    Parameters
    ----------
    name : one of `nuprobe.processes.process_names`.
    """
    from nuprobe.processes import process, process_options
    from nuprobe.processes.constants import check_units

    default = process(name)
    deposit = default.deposit.name

    @each
    @source_options("'30 MeV', '10, 20 MeV' or 'start:stop:count[:lin|:log] MeV'.")
    @recoil_options(f"deposits ({deposit})", "'0:10:11 MeV'", default_flavour(default))
    @models_options
    @table_options
    def cross_sections(
        target_text: str | None,
        source: SourceSpec,
        recoil: RecoilSpec,
        model: ModelSpec,
        **options: Any,
    ) -> Table:
        given = {key: value for key, value in options.items() if value is not None}
        made = process(name, **given)
        check_units(made, given)
        setting = ProcessTables(
            made,
            None if target_text is None else target_spec(target_text),
            model.build(),
            alone(made) if target_text is None else target_text,
        )
        return setting.table(source, recoil)

    for field in reversed(process_options(name)):
        cross_sections = _field_option(field, getattr(default, field, None))(
            cross_sections
        )
    cross_sections = click.option(
        "--target",
        "target_text",
        multiple=True,
        help="Such as Ar40, CsI, 'natural Xe'; repeatable.",
    )(cross_sections)
    return command(
        name,
        help=f"Cross sections of {name}: σ(E), dσ/dT with --recoil, or their means over"
        f" a flux. T is the {deposit}.",
        epilog=f'Example: nuprobe xsec {name} {_target(default)}--energy "10:50:5 MeV"',
    )(cross_sections)


def _target(process: Process) -> str:
    """Target option of an example; empty if the process has its own."""
    try:
        process.scatterers(None)
    except NuprobeError:
        return "--target Ar40 "
    return ""


def _field_option(name: str, default: object) -> Callable[[Any], Any]:
    """Option of a field of a process, with the type of its default."""
    flag = f"--{name.replace('_', '-')}"
    if isinstance(default, bool):
        return click.option(
            f"{flag}/--no-{flag[2:]}", name, default=None, help=f"[default: {default}]"
        )

    def value(_ctx: click.Context, _: click.Parameter, text: str | None) -> object:
        return None if text is None else key_values([f"{name}={text}"])[name]

    return click.option(flag, name, callback=value, help=f"[default: {default}]")
