"""``nuprobe sensitivity``: the expected exclusion by an experiment without a signal, or
by tridents at several beam energies."""

from __future__ import annotations

from pathlib import Path

import click

from nuprobe.cli.beams import BeamSpec, beam_options, print_beams
from nuprobe.cli.expected import ExpectedSpec, expected_options, print_expected
from nuprobe.cli.experiments import ExperimentSpec, experiment_options
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option
from nuprobe.cli.specs import ModelSpec, operators_options
from nuprobe.errors import InputError


@command(
    "sensitivity",
    epilog="""\b
Examples:
  nuprobe sensitivity coherent-lar-2020 --free cevns_scale --toys 500
  nuprobe sensitivity ./ge --model b-l --param "mass=1 MeV" \
--param coupling=1e-6 --free coupling --plot limit.pdf
  nuprobe sensitivity --energy "1, 5, 20, 160 GeV" --target Ar40 --plot beams.pdf""",
)
@experiment_options(several=True, required=False)
@operators_options
@expected_options
@beam_options
@click.option(
    "--cl", type=float, default=0.95, show_default=True, help="Beams: two-sided."
)
@plot_option("Save the limits, or the (m_Z', g') plane (pdf, png, svg).")
@output_options
def sensitivity_command(
    experiment: ExperimentSpec,
    model: ModelSpec,
    asked: ExpectedSpec,
    beam: BeamSpec,
    cl: float,
    plot: Path | None,
    out: Output,
) -> None:
    """Median limit on a parameter, with its bands, that EXPERIMENT without a signal
    would set; several add. Without EXPERIMENT, couplings of an L_mu - L_tau boson that
    a measurement of muon-pair tridents of some accuracy could exclude, at several beam
    energies."""
    if experiment.experiments:
        print_expected(experiment, model, asked, cl, plot, out)
        return
    if asked != ExpectedSpec(None, None, 0, 1) or model != ModelSpec():
        raise InputError(
            "--free, --null, --toys and --model require an experiment, e.g. nuprobe"
            " sensitivity ./ge --free cevns_scale"
        )
    print_beams(beam, cl, plot, out)
