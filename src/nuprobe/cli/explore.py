"""``nuprobe explore``: likelihoods in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.experiments import ExperimentSpec, experiment_options
from nuprobe.cli.options import command
from nuprobe.cli.output import emit, new_folder
from nuprobe.cli.pages import MakingSpec, making_options, page_as_typed
from nuprobe.cli.ranges import ranges_option
from nuprobe.cli.specs import ModelSpec, model_options
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.explore import PageFile
    from nuprobe.explore.site import PageSize


@command(
    "explore",
    epilog="""\b
Examples:
  nuprobe explore -o site
  nuprobe explore --page weak-angle -o site
  nuprobe explore coherent-csi-2021 --free rn,sin2_theta_w -o site
  nuprobe explore conus-plus --model b-l -o site --json""",
)
@experiment_options(several=True, required=False)
@model_options
@click.option(
    "--free",
    help=(
        "Parameters of the page, separated by commas; see `nuprobe list parameters`"
        " [default: mass and coupling of the model's mediator]."
    ),
)
@ranges_option
@making_options
def explore_command(
    experiment: ExperimentSpec,
    model: ModelSpec,
    free: str | None,
    parts: tuple[str, ...],
    making: MakingSpec,
) -> None:
    """Write an explorer to a folder: likelihoods with sliders, spectra and contours in
    the browser, without a server and without a network.

    One page for EXPERIMENT, several add; without it the pages that are shipped.
    """
    from nuprobe.explore.building import built_pages
    from nuprobe.explore.site import MADE_BY, library_files, write_explorer
    from nuprobe.files import refuse_foreign

    folder = making.folder
    # checked before anything is computed
    new_folder(folder, making.overwrite)
    refuse_foreign(folder, MADE_BY)
    library_files()
    asked = _asked(experiment, model, (free, parts), making.pages)
    files = {Path(p).stem: p for p in making.pages if Path(p).stem != p}
    made = built_pages(
        asked, workers=making.workers, progress=not making.quiet, files=files
    )
    sizes = write_explorer(folder, made)
    data = [one.to_dict() for one in sizes]
    emit(_text(folder, sizes), {"folder": str(folder), "pages": data}, making.as_json)
    if making.opened:
        _open(folder)


def _asked(
    experiment: ExperimentSpec,
    model: ModelSpec,
    parameters: tuple[str | None, tuple[str, ...]],
    pages: tuple[str, ...],
) -> dict[str, PageFile]:
    """Pages by name."""
    from nuprobe.explore.pages import named_pages

    if experiment.experiments:
        if pages:
            raise InputError("give EXPERIMENT or --page, not both")
        return page_as_typed(experiment, model, *parameters)
    nothing = ExperimentSpec(()), ModelSpec(), (None, ())
    if (experiment, model, parameters) != nothing:
        raise InputError(
            "--model, --free, --range and options on experiments require an EXPERIMENT,"
            " e.g. nuprobe explore coherent-csi-2021 --free rn -o site"
        )
    return named_pages(pages)


def _text(folder: Path, sizes: list[PageSize]) -> str:
    """Sizes of the pages, and the file to open."""
    from nuprobe.tables import Table

    rows = [(one.name, one.title, _kb(one.document), _kb(one.whole)) for one in sizes]
    columns = ("page", "title", "likelihood [kB]", "all that is loaded [kB]")
    table = Table("explorer", columns, rows)
    return "\n".join([*table.lines(), "", f"open {folder / 'index.html'}"])


def _kb(size: int) -> str:
    return f"{size / 1000:.0f}"


def _open(folder: Path) -> None:
    """Serve and open, until Ctrl-C."""
    import webbrowser

    from nuprobe.explore import serve

    def started(address: str) -> None:
        click.echo(f"serving {address}, until Ctrl-C", err=True)
        if not webbrowser.open(address):
            click.echo("no browser was found: open the address yourself", err=True)

    serve(folder, started=started)
