"""``nuprobe schema``: JSON Schemas of the files that users write and exchange."""

from __future__ import annotations

from pathlib import Path

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import emit


@command("schema", epilog="Example: nuprobe schema cevns -o experiment.schema.json")
@click.argument(
    "process",
    type=click.Choice(
        [
            "cevns",
            "trident",
            "oscillation",
            "reactor-rates",
            "early-universe",
            "red-giants",
            "solar",
            "catalogue",
            "likelihood",
        ]
    ),
    default="cevns",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Write there instead of printing.",
)
def schema_command(process: str, output: Path | None) -> None:
    """JSON Schema of ``experiment.toml`` for PROCESS (cevns, the default, trident,
    oscillation, reactor-rates, early-universe, red-giants, solar), of a
    catalogue entry, or of a portable likelihood."""
    from nuprobe.catalogue.entry import json_schema as catalogue_schema
    from nuprobe.experiments import kind_of

    if process == "catalogue":
        return emit("", catalogue_schema(), True, output)
    if process == "likelihood":
        from nuprobe.portable.document import json_schema

        return emit("", json_schema(), True, output)
    return emit("", kind_of({"process": process}).FORMAT.json_schema(), True, output)
