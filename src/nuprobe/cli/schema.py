"""``nuprobe schema``: JSON Schemas of the files that users write."""

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
    oscillation, reactor-rates, early-universe, red-giants, solar), or of a
    catalogue entry."""
    from nuprobe.catalogue.entry import json_schema as catalogue_schema
    from nuprobe.experiments.baselines.files import baseline_json_schema
    from nuprobe.experiments.format import json_schema
    from nuprobe.experiments.reactor.files import reactor_json_schema
    from nuprobe.experiments.solar_files import solar_json_schema
    from nuprobe.experiments.star_files import star_json_schema
    from nuprobe.experiments.trident_files import trident_json_schema
    from nuprobe.experiments.universe_files import universe_json_schema

    schemas = {
        "cevns": json_schema,
        "trident": trident_json_schema,
        "early-universe": universe_json_schema,
        "red-giants": star_json_schema,
        "oscillation": baseline_json_schema,
        "solar": solar_json_schema,
        "reactor-rates": reactor_json_schema,
        "catalogue": catalogue_schema,
    }
    emit("", schemas[process](), True, output)
