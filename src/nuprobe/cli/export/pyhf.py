"""``nuprobe export pyhf``: counts at given points as workspaces of pyhf."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from nuprobe.cli.experiments import ExperimentSpec, experiment_options
from nuprobe.cli.export.costs import cost_of, free_of_likelihood
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, new_file, output_options, overwriting
from nuprobe.cli.specs import ModelSpec, operators_options
from nuprobe.cli.values import key_values
from nuprobe.errors import InputError


@command(
    "pyhf",
    epilog="""\b
Examples:
  nuprobe export pyhf coherent-lar-2020 --free sin2_theta_w --at sin2_theta_w=0.25 \
-o lar.json
  nuprobe export pyhf coherent-csi-2021 --model b-l --at "mass=10 MeV,coupling=1e-4" \
--at "mass=20 MeV,coupling=1e-4" --hepdata ins1234567 -o b-l.json""",
)
@experiment_options(several=True)
@free_of_likelihood
@operators_options
@click.option(
    "--at",
    multiple=True,
    metavar="NAME=VALUE,...",
    help="Point; several make a patch set; repeatable [default: default values].",
)
@click.option(
    "--hepdata", help="Record where the workspace is published, for patch sets."
)
@output_options
def pyhf_command(
    experiment: ExperimentSpec,
    free: str | None,
    model: ModelSpec,
    at: tuple[str, ...],
    hepdata: str | None,
    out: Output,
) -> None:
    """A pyhf workspace of the EXPERIMENTS at a point, of counts with Poisson
    statistics.

    With several points the workspace in the file of -o is that of the first, and a
    patch set beside it, NAME.patchset.json, leads to each.
    """
    from nuprobe.portable import pyhf_patchset, pyhf_workspace

    points: list[dict[str, Any]] = [
        key_values(tuple(text.split(",")), "--at", "mass='10 MeV'") for text in at
    ] or [{}]
    if len(points) > 1 and (out.output is None or hepdata is None):
        raise InputError(
            "several points make a patch set, which needs -o FILE and --hepdata RECORD,"
            " such as ins1234567"
        )
    beside = None if out.output is None else out.output.with_suffix(".patchset.json")
    if len(points) > 1:
        new_file(beside, overwriting())
    cost = cost_of(experiment, model, free)
    workspace = pyhf_workspace(cost, points[0])
    if out.output is None:
        return click.echo(json.dumps(workspace, indent=1))
    patches = (
        pyhf_patchset(cost, points, hepdata) if len(points) > 1 and hepdata else {}
    )
    _write(out.output, workspace)
    if beside is not None and patches:
        _write(beside, patches)
    return None


def _write(path: Path, data: dict[str, Any]) -> None:
    from nuprobe.files import atomic_write

    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)
    click.echo(f"wrote {atomic_write(path, text)}", err=True)
