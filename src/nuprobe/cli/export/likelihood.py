"""``nuprobe export likelihood``: a likelihood that can be evaluated without nuprobe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nuprobe.cli.experiments import ExperimentSpec, experiment_options
from nuprobe.cli.export.costs import cost_of, free_of_likelihood
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options
from nuprobe.cli.ranges import ranges_of, ranges_option
from nuprobe.cli.specs import ModelSpec, operators_options

if TYPE_CHECKING:
    from nuprobe.portable import Likelihood


@command(
    "likelihood",
    epilog="""\b
Examples:
  nuprobe export likelihood coherent-csi-2017 --free rn,sin2_theta_w -o csi.json
  nuprobe export likelihood coherent-csi-2017 conus-plus --model b-l -o b-l.json.gz
  nuprobe export likelihood ccfr-trident --model lmu-ltau -o ccfr.json
  nuprobe export likelihood prospect --free sin2_2theta_14,dm2_41 \
--range "dm2_41=0.1:20 eV2" -o prospect.json.gz
  nuprobe show csi.json""",
)
@experiment_options(several=True)
@free_of_likelihood
@operators_options
@ranges_option
@output_options
def likelihood_command(
    experiment: ExperimentSpec,
    free: str | None,
    model: ModelSpec,
    parts: tuple[str, ...],
    out: Output,
) -> None:
    """The exact likelihood of the EXPERIMENTS as JSON that other programs evaluate:
    templates, polynomials in the parameters, nuisances and data.

    The file is that of -o, compressed if its name ends in .gz; --json prints it.
    """
    from nuprobe.files import atomic_write
    from nuprobe.portable import portable_likelihood
    from nuprobe.portable.make import as_json, file_content

    cost = cost_of(experiment, model, free)
    made = portable_likelihood(cost, ranges=ranges_of(parts, cost.parameters))
    if out.output is None:
        return out.emit("\n".join(_lines(made)), as_json(made))
    path = atomic_write(out.output, file_content(made, out.output))
    click.echo(f"wrote {path}: {path.stat().st_size} bytes", err=True)


def _lines(made: Likelihood) -> list[str]:
    from nuprobe.portable.summary import lines_of

    return [*lines_of(made), "", "add -o FILE to write it, or --json to print it"]
