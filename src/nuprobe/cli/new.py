"""``nuprobe new``: a new folder to start from."""

from __future__ import annotations

from pathlib import Path

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import new_folder, overwrite_option, overwriting

_FOLDER = click.argument("folder", type=click.Path(path_type=Path))


@click.group("new")
def new_command() -> None:
    """Create a commented folder from one that is shipped with nuprobe: change its
    numbers, then run `nuprobe check`."""


@command("experiment", epilog="Example: nuprobe new experiment ./ge --like conus-plus")
@_FOLDER
@click.option(
    "--like",
    required=True,
    help="Experiment to copy, see `nuprobe list experiments`.",
)
@click.option(
    "--projection",
    is_flag=True,
    help="Leave out the data and what belongs to them, for a detector without data.",
)
@overwrite_option
def experiment_command(folder: Path, like: str, projection: bool) -> None:
    """Write FOLDER with experiment.toml, in which a comment explains each key, the
    tables and a README to fill in. It gives the same counts as the original; the name
    of the folder becomes that of the experiment. With --projection it has no data: the
    detector, source, systematics and flat backgrounds of the original, for `nuprobe
    limit` and `nuprobe sensitivity` (experiments that count recoils in bins)."""
    from nuprobe.experiments import new_experiment

    new_folder(folder, overwriting())
    _say(new_experiment(folder, like, projection), folder, "rate")


@command("flux", epilog="Example: nuprobe new flux ./myflux --like sns")
@_FOLDER
@click.option(
    "--like",
    required=True,
    help="Flux to copy, see `nuprobe list fluxes`.",
)
@overwrite_option
def flux_command(folder: Path, like: str) -> None:
    """Write FOLDER with flux.toml, in which a comment explains each key, its tables and
    a README to fill in."""
    from nuprobe.experiments import new_flux

    new_folder(folder, overwriting())
    _say(new_flux(folder, like), folder, None)


def _say(made: Path, folder: Path, then: str | None) -> None:
    given = str(folder) if "/" in str(folder) else f"./{folder}"
    files = sorted(p.name for p in made.iterdir() if not p.name.startswith("."))
    more = f", nuprobe {then} {given}" if then else ""
    click.echo(f"wrote {given} ({', '.join(files)})")
    click.echo(f"next: nuprobe check {given}{more}")


new_command.add_command(experiment_command)
new_command.add_command(flux_command)
