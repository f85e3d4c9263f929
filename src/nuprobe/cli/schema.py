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
    from nuprobe.experiments.baselines.files import BaselineFile
    from nuprobe.experiments.format import ExperimentFile
    from nuprobe.experiments.reactor.files import ReactorFile
    from nuprobe.experiments.solar_files import SolarFile
    from nuprobe.experiments.star_files import StarFile
    from nuprobe.experiments.trident_files import TridentFile
    from nuprobe.experiments.universe_files import UniverseFile

    schemas = {
        "cevns": ExperimentFile.json_schema,
        "trident": TridentFile.json_schema,
        "early-universe": UniverseFile.json_schema,
        "red-giants": StarFile.json_schema,
        "oscillation": BaselineFile.json_schema,
        "solar": SolarFile.json_schema,
        "reactor-rates": ReactorFile.json_schema,
        "catalogue": catalogue_schema,
    }
    emit("", schemas[process](), True, output)
