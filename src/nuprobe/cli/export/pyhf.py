"""``nuprobe export pyhf``: counts at given points as workspaces of pyhf."""

from __future__ import annotations

import json

import click

from nuprobe.cli.experiments import ExperimentSpec, experiment_options
from nuprobe.cli.export.costs import (
    at_points,
    cost_of,
    free_of_likelihood,
    read_points,
    write_json,
)
from nuprobe.cli.export.points import say_defaults
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, new_file, output_options, overwriting
from nuprobe.cli.specs import ModelSpec, operators_options
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
@at_points
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

    points = read_points(at)
    if len(points) > 1 and (out.output is None or hepdata is None):
        raise InputError(
            "several points make a patch set, which needs -o FILE and --hepdata RECORD,"
            " such as ins1234567"
        )
    beside = None if out.output is None else out.output.with_suffix(".patchset.json")
    if len(points) > 1:
        new_file(beside, overwriting())
    cost = cost_of(experiment, model, free)
    say_defaults(cost, points)
    workspace = pyhf_workspace(cost, points[0])
    if out.output is None:
        return click.echo(json.dumps(workspace, indent=1))
    patches = (
        pyhf_patchset(cost, points, hepdata) if len(points) > 1 and hepdata else {}
    )
    write_json(out.output, workspace)
    if beside is not None and patches:
        write_json(beside, patches)
    return None
