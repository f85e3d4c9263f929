"""``nuprobe catalogue export``, ``plot`` and ``site``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.catalogue.library import LIBRARY, open_library
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, check_plot, new_folder, output_options
from nuprobe.errors import UnknownNameError

if TYPE_CHECKING:
    from nuprobe.catalogue.entry import Entry
    from nuprobe.plotting.sheets import Drawn


@command("export", epilog="Example: nuprobe catalogue export bibtex -o constraints.bib")
@click.argument("form", metavar="hepdata|bibtex|latex|csv")
@click.argument("names", nargs=-1, metavar="[ID]...")
@LIBRARY
@output_options
def export_entries(
    form: str,
    names: tuple[str, ...],
    library: Path | None,
    out: Output,
) -> None:
    """All entries, or those named, as a HEPData submission (one YAML file), BibTeX,
    a LaTeX table or CSV.

    With --json the entries themselves in full, in the units of the files.
    """
    from nuprobe.catalogue.export import export

    known = open_library(library)
    entries = (
        [known[name] for name in dict.fromkeys(names)] if names else known.search()
    )
    out.emit(
        export(entries, form),
        [e.model_dump(mode="json", exclude_defaults=True) for e in entries],
    )


@command("plot", epilog="Example: nuprobe catalogue plot charge-radii radii.png")
@click.argument("what", metavar="magnetic-moments|charge-radii|plane")
@click.argument("path", type=click.Path(path_type=Path))
@LIBRARY
@click.option("--overwrite", is_flag=True, help="Replace an existing figure.")
def plot_entries(what: str, path: Path, library: Path | None, overwrite: bool) -> None:
    """Summary figure of the entries that are not superseded: bars as published,
    diamonds as recomputed.

    The plane shows the limits of the shipped trident measurements with the curves of
    the catalogue.
    """
    from nuprobe.catalogue.ladder import shown
    from nuprobe.plotting import plot_charge_radii, plot_magnetic_moments, save

    ladders = {
        "magnetic-moments": ("magnetic_moment", plot_magnetic_moments),
        "charge-radii": ("charge_radius", plot_charge_radii),
    }
    if what not in (*ladders, "plane"):
        raise UnknownNameError("figure", what, [*ladders, "plane"])
    check_plot(path, overwrite)
    if what in ladders:
        quantity, draw = ladders[what]
        figure: Drawn = draw(shown(quantity, open_library(library).search()))
    else:
        couplings = shown("coupling", open_library(library).search())
        figure = _plane([e for e in couplings if e.topic == "lmu_ltau"])
    save(figure, path)
    click.echo(f"wrote {path}", err=True)


@command("site", epilog="Example: nuprobe catalogue site public")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@LIBRARY
@click.option("--overwrite", is_flag=True, help="Replace an earlier site.")
def write_site_pages(folder: Path, library: Path | None, overwrite: bool) -> None:
    """Write a website to the folder DIR: a filterable index and a page per entry, with
    JSON for each.

    They work offline. DIR is new or empty or, with --overwrite, an earlier site.
    """
    from nuprobe.catalogue.site import write_site

    new_folder(folder, overwrite)
    known = open_library(library)
    index = write_site(folder, known)
    click.echo(f"wrote {len(known)} entries; open {index}")


def _plane(entries: list[Entry]) -> Drawn:
    from nuprobe.experiments import TridentExperiment, experiment, limit
    from nuprobe.plotting import plot_limits

    measured = [experiment(name) for name in ("ccfr-trident", "charm2-trident")]
    tridents = [e for e in measured if isinstance(e, TridentExperiment)]
    return plot_limits(limit(tridents), tridents, entries=entries)
