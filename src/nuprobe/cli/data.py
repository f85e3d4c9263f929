"""``nuprobe data``: full public data releases with checked content."""

from __future__ import annotations

from pathlib import Path

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options
from nuprobe.tables import Table


@click.group("data")
def data_command() -> None:
    """Full data releases, fetched by DOI or taken from a folder; a file with a wrong
    checksum is rejected."""


@command("list")
@output_options
def list_releases(out: Output) -> None:
    """Releases that can be fetched."""
    from nuprobe.data import WITHOUT_CHECKSUMS, release, release_names

    rows = tuple((r.name, r.doi, len(r.sha256)) for r in map(release, release_names()))
    notes = tuple(
        f"{name}: doi:{doi}, to be downloaded by hand: its checksum is unknown"
        for name, doi in WITHOUT_CHECKSUMS.items()
    )
    table = Table("data releases", ("release", "doi", "files"), rows, notes=notes)
    out.table(table)


@command(
    "fetch", epilog="Example: nuprobe data fetch coherent-lar-2020 --from ./downloads"
)
@click.argument("name")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    help="Take the files from this folder.",
)
@click.option(
    "--cache",
    type=click.Path(path_type=Path),
    help="Keep them here [default: $NUPROBE_DATA or ~/.cache].",
)
def fetch_release(name: str, source: Path | None, cache: Path | None) -> None:
    """Fetch the release NAME and print the folder that contains it."""
    from nuprobe.data import fetch

    click.echo(str(fetch(name, source=source, cache=cache)))


for _command in (list_releases, fetch_release):
    data_command.add_command(_command)
