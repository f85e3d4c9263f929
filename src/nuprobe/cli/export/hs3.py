"""``nuprobe export hs3``: counts at given points in the HEP Statistics Serialization
Standard."""

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
from nuprobe.cli.output import Output, output_options
from nuprobe.cli.specs import ModelSpec, operators_options


@command(
    "hs3",
    epilog="""\b
Examples:
  nuprobe export hs3 coherent-lar-2020 --free sin2_theta_w --at sin2_theta_w=0.25 \
-o lar.json
  nuprobe export hs3 coherent-csi-2021 --model b-l --at "mass=10 MeV,coupling=1e-4" \
--at "mass=20 MeV,coupling=1e-4" -o b-l.json""",
)
@experiment_options(several=True)
@free_of_likelihood
@operators_options
@at_points
@output_options
def hs3_command(
    experiment: ExperimentSpec,
    free: str | None,
    model: ModelSpec,
    at: tuple[str, ...],
    out: Output,
) -> None:
    """The likelihood of the EXPERIMENTS at points in the HEP Statistics Serialization
    Standard (HS3), of counts with Poisson statistics and of Gaussian data.

    Each point has a likelihood and an analysis of its own, point_1, point_2 and so on.
    """
    from nuprobe.portable import hs3_document

    cost, points = cost_of(experiment, model, free), read_points(at)
    say_defaults(cost, points)
    made = hs3_document(cost, points)
    if out.output is None:
        click.echo(json.dumps(made, indent=1))
    else:
        write_json(out.output, made)
