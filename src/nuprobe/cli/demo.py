"""``nuprobe demo``: the main job, from the CsI 2017 folder to a fit, with plots and
tables."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import new_folder


@command("demo", epilog="Example: nuprobe demo -o demo")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("demo"),
    show_default=True,
)
@click.option(
    "--overwrite", is_flag=True, help="Replace files in a folder that is not empty."
)
@click.option("--quiet", is_flag=True, help="No progress bar.")
def demo_command(output: Path, overwrite: bool, quiet: bool) -> None:
    """Predict, fit and plot COHERENT CsI 2017, and compare with the published results.

    Leaves figures (pdf and png), tables (txt and json) and the list of published and
    computed numbers in a folder. Exit code 1 if a number lies outside its stated
    tolerance.
    """
    from nuprobe.demo import run

    new_folder(output, overwrite)
    start = time.perf_counter()
    result = run(output, progress=not quiet and sys.stderr.isatty())
    click.echo(result.text)
    click.echo(
        f"\n{len(result.files)} files in {output} after"
        f" {time.perf_counter() - start:.1f} s"
    )
    if result.failed:
        click.echo(
            f"nuprobe: {result.failed} numbers outside their tolerance", err=True
        )
        sys.exit(1)
