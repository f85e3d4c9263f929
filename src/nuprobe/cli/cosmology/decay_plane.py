"""``nuprobe cosmology decay-plane``: masses and lifetimes excluded by abundances."""

from __future__ import annotations

import click

from nuprobe.cli.checkpoints import CheckpointSpec, checkpoint_options
from nuprobe.cli.cosmology.decay_options import SterileSpec, sterile_options
from nuprobe.cli.cosmology.specs import NucleosynthesisSpec, nucleosynthesis_options
from nuprobe.cli.options import command
from nuprobe.cli.output import JSON, emit, save_plot
from nuprobe.errors import InputError

_DEFAULT = ("d_h=2.547e-5,0.029e-5", "y_p=0.245,0.003")
"""PDG 2024, as in the catalogue (primordial.deuterium and primordial.helium)."""


def _measured(texts: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    found = {}
    for text in texts:
        name, _, numbers = text.partition("=")
        try:
            mean, error = (float(part) for part in numbers.split(","))
        except ValueError:
            raise InputError(
                f"--measured takes name=value,error such as {_DEFAULT[0]}, got {text}"
            ) from None
        found[name.strip()] = (mean, error)
    return found


@command(
    "decay-plane",
    epilog="""\b
Examples:
  nuprobe cosmology decay-plane --masses "3:100:12:log MeV" --lifetimes "1e4:1e9:21:log" --abundance 1e-6 -o plane.json --plot plane.pdf
  nuprobe cosmology decay-plane --masses "3:30:8:log MeV" --moments "1e-16:1e-13:16:log" --abundance 1e-5 --resume -o plane.json""",  # noqa: E501
)
@click.option(
    "--masses",
    required=True,
    help="start:stop:count[:lin|:log] MeV; thresholds are added.",
)
@click.option("--lifetimes", help="start:stop:count[:lin|:log], in s; or --moments.")
@click.option("--moments", help="start:stop:count[:lin|:log], in Bohr magnetons.")
@sterile_options
@click.option(
    "--measured",
    multiple=True,
    default=_DEFAULT,
    show_default=True,
    metavar="NAME=VALUE,ERROR",
    help="y_p, d_h, he3_d or li7_h; repeatable.",
)
@nucleosynthesis_options
@checkpoint_options(
    what="JSON file, written after each mass; also the checkpoint.",
    resume="Resume an interrupted plane.",
    plot="Save the excluded region (pdf, png, svg).",
)
@JSON
def decay_plane_command(
    masses: str,
    lifetimes: str | None,
    moments: str | None,
    sterile: SterileSpec,
    measured: tuple[str, ...],
    nuclei: NucleosynthesisSpec,
    checkpoint: CheckpointSpec,
    as_json: bool,
) -> None:
    """Masses and lifetimes, or moments, of a sterile neutrino excluded by measured
    abundances, for a given abundance of it."""
    from nuprobe.cli.cosmology.decay_tables import decay_plane_table
    from nuprobe.cosmology.decay import PlaneRun, decay_plane, with_thresholds
    from nuprobe.inference.checkpoints import progress_bar
    from nuprobe.inference.construction import Construction
    from nuprobe.units import parse_grid

    if (lifetimes is None) == (moments is None):
        raise InputError("give either --lifetimes or --moments")
    values = _measured(measured)
    m = with_thresholds(parse_grid(masses, "energy"))
    columns = parse_grid(str(lifetimes or moments), "dimensionless")
    advance = progress_bar(not checkpoint.quiet, m.size * columns.size, 0)
    plane = decay_plane(
        m,
        abundance=sterile.abundance,
        measured=values,
        lifetimes=None if lifetimes is None else columns,
        moments=None if moments is None else columns,
        nature=sterile.nature,
        options=nuclei.build(),
        run=PlaneRun(checkpoint.output, checkpoint.resume, advance),
    )
    advance(None)
    if checkpoint.plot is not None:
        from nuprobe.plotting import plot_decay_plane

        save_plot(lambda: plot_decay_plane(plane), checkpoint.plot)
    said = Construction("wilks", 0.95, parameters=2)
    data = {**plane.to_dict(), "intervals": said.to_dict()}
    emit(str(decay_plane_table(plane)), data, as_json)
