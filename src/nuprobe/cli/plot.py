"""``nuprobe plot``: figures of results from their files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import check_plot, overwrite_option, save_plot
from nuprobe.cli.values import key_values
from nuprobe.errors import InputError

_OWN = ("ax", "cl", "files", "labels", "methods", "title")


@command(
    "plot",
    epilog="""\b
Examples:
  nuprobe plot scan.h5 -o scan.pdf
  nuprobe plot csi.h5 argon.h5 --label CsI --label Ar -o both.png
  nuprobe plot limit.h5 --style linewidth=2 --style color=black -o limit.svg""",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Figure (pdf, png, svg) [default: the first FILE, as .pdf].",
)
@overwrite_option
@click.option(
    "--label",
    "labels",
    multiple=True,
    help="Name of a file in the legend, in the order of FILE; repeatable.",
)
@click.option("--title", default="", help="Above the legend.")
@click.option(
    "--cl",
    type=float,
    multiple=True,
    help="Confidence level; repeatable for contours and profiles.",
)
@click.option(
    "--method",
    "methods",
    multiple=True,
    help="Of an exclusion plane: wilks, fc, cls, ...; repeatable.",
)
@click.option(
    "--style",
    "styles",
    multiple=True,
    metavar="KEY=VALUE",
    help="Property of the main artists in Matplotlib's words, e.g. color=black,"
    " linewidth=2, alpha=0.5; repeatable.",
)
def plot_command(
    files: tuple[Path, ...],
    output: Path | None,
    labels: tuple[str, ...],
    title: str,
    cl: tuple[float, ...],
    methods: tuple[str, ...],
    styles: tuple[str, ...],
) -> None:
    """Draw the result in each FILE, HDF5 or JSON that nuprobe wrote; several of one
    kind in one figure: scans, profiles, planes, limits, rates of one experiment."""
    path = files[0].with_suffix(".pdf") if output is None else output
    check_plot(path)
    artist: dict[str, Any] = key_values(styles, "--style", "linewidth=2")
    for key in artist:
        if key in _OWN:
            raise InputError(f"--style {key}: give --{key.removesuffix('s')} instead")
    from nuprobe.plotting import plot_results

    save_plot(
        lambda: plot_results(
            files, labels, cl=cl, methods=methods, title=title, **artist
        ),
        path,
    )
    click.echo(f"wrote {path}", err=True)
