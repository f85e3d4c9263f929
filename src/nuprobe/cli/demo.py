"""``nuprobe demo``: the main workflow, from the CsI 2017 folder to a fit, with plots
and tables."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import new_folder


def _gallery(clone: Path) -> str:
    """Tell where the gallery is: in a clone its scripts and, once built, its page; for
    an installed package the address of the documentation, if there is one."""
    what = "The gallery draws each figure of the founding documents:"
    scripts = clone / "examples"
    if (scripts / "GALLERY_HEADER.rst").is_file():
        page = clone / "docs" / "_build" / "html" / "auto_examples" / "index.html"
        built = page if page.is_file() else "`make docs` runs them"
        return f"{what} scripts in {scripts}; {built}"
    from importlib.metadata import metadata

    urls = dict(
        url.split(", ", 1) for url in metadata("nuprobe").get_all("Project-URL") or ()
    )
    where = urls.get("Documentation", "folder examples of the repository")
    return f"{what} {where}"


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
    click.echo(_gallery(Path(__file__).parents[3]))
    if result.failed:
        click.echo(
            f"nuprobe: {result.failed} numbers outside their tolerance", err=True
        )
        sys.exit(1)
