"""The page of an explorer as typed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.belonging import shared_out
from nuprobe.cli.experiments import ExperimentSpec
from nuprobe.cli.options import grouped
from nuprobe.cli.output import JSON
from nuprobe.cli.ranges import ranges_of
from nuprobe.cli.specs import ModelSpec, names
from nuprobe.cli.values import bin_edges, key_values
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.explore import PageFile


@dataclass(frozen=True)
class MakingSpec:
    """The pages to make, and their destination.

    Attributes
    ----------
    pages : names of shipped pages, or YAML files.
    folder : destination.
    overwrite : whether an earlier explorer may be replaced.
    workers : processes.
    quiet : no progress bar.
    opened : serve the pages, and open them in a browser.
    as_json : sizes as JSON.
    """

    pages: tuple[str, ...]
    folder: Path
    overwrite: bool
    workers: int | None
    quiet: bool
    opened: bool
    as_json: bool


making_options = grouped(
    "making",
    MakingSpec,
    click.option(
        "--page",
        "pages",
        multiple=True,
        metavar="NAME|FILE",
        help=(
            "Pages instead of EXPERIMENT: shipped ones by name, or YAML files;"
            " repeatable [default: all that are shipped]."
        ),
    ),
    click.option(
        "-o",
        "--output",
        "folder",
        type=click.Path(path_type=Path),
        required=True,
        help="Folder to write (atomically).",
    ),
    click.option("--overwrite", is_flag=True, help="Replace an earlier explorer."),
    click.option(
        "--workers", type=click.IntRange(1), help="Processes that make pages."
    ),
    click.option("--quiet", is_flag=True, help="No progress bar."),
    click.option(
        "--open",
        "opened",
        is_flag=True,
        help="Serve it on 127.0.0.1 and open a browser.",
    ),
    JSON,
)
"""Add these options, as `MakingSpec` ``making``."""


def page_as_typed(
    experiment: ExperimentSpec,
    model: ModelSpec,
    free: str | None,
    parts: Sequence[str] = (),
) -> dict[str, PageFile]:
    """A single page by its name.

    Parameters
    ----------
    experiment, model : as typed.
    free : names of parameters as typed, or None.
    parts : of their ranges, as typed.

    Raises
    ------
    InputError
        If an experiment is unknown, or nothing is free.
    """
    from nuprobe.experiments import experiment as experiment_of
    from nuprobe.experiments.scanned import mediator_names
    from nuprobe.explore.pages import PageFile, page_cost

    opened = [experiment_of(name) for name in experiment.experiments]
    asked = names(free or "")
    plane = not asked or sorted(asked) == ["coupling", "mass"]
    mediator = model.model in mediator_names() or model.model_file is not None
    params = key_values(model.params, "--param", "mass='10 MeV'")
    if plane and mediator and not {"mass", "coupling"} & set(params):
        asked = []
    elif not asked:
        raise InputError(
            "no parameters: name some with --free (see `nuprobe list parameters`), or"
            " give --model one with a mediator, such as b-l, without its mass and"
            " coupling"
        )
    aliases = dict(
        zip(experiment.experiments, [one.name for one in opened], strict=True)
    )
    changes = shared_out("--set", experiment.changes, aliases)
    bins = shared_out("--bins", experiment.bins, aliases)
    page = PageFile(
        title=", ".join(one.file.title for one in opened),
        experiments=list(experiment.experiments),
        analyses=experiment.by_experiment(),
        changes={k: key_values(v) for k, v in changes.items() if v},
        bins={k: bin_edges(v) for k, v in bins.items() if v},
        model=str(model.model_file or model.model),
        params=params,
        sin2_theta_w=model.sin2_theta_w,
        free=asked,
        with_projections=experiment.with_projections,
    )
    if parts:
        ranges = ranges_of(parts, page_cost(page).parameters)
        page = page.model_copy(update={"ranges": ranges})
    return {_slug("-".join(one.name for one in opened)): page}


def _slug(text: str) -> str:
    """A name suitable for files and addresses."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-") or "page"
