"""``nuprobe xsec ibd``: inverse beta decay."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import plot_option, table_options
from nuprobe.cli.specs import ModelSpec, SourceSpec, models_options, source_options
from nuprobe.cli.xsec.common import RecoilSpec, recoil_options
from nuprobe.cli.xsec.each import REPEATABLE, Drawable, each
from nuprobe.cli.xsec.reaction_tables import Reaction
from nuprobe.cli.xsec.reactions import (
    TARGET,
    AngleSpec,
    angle_options,
    answer,
    plain_tables,
)
from nuprobe.tables import Table


@command(
    "ibd",
    epilog="""\b
Examples:
  nuprobe xsec ibd --energy "2:10:9 MeV" --mean-cosine --plot ibd.pdf
  nuprobe xsec ibd --energy "5 MeV" --method vogel-beacom --angle="-1:1:5"
  nuprobe xsec ibd --energy "10 MeV" --recoil "8.4:8.7:4 MeV" --json
  nuprobe xsec ibd --target CH2 --flux reactor""",
)
@partial(each, together=REPEATABLE)
@TARGET
@source_options("'5 MeV', '3, 5 MeV' or 'start:stop:count[:lin|:log] MeV'.")
@click.option(
    "--method",
    "--form",
    "form",
    default="strumia-vissani",
    show_default=True,
    help="strumia-vissani (full tree, radiative), strumia-vissani-tree (without), or"
    " vogel-beacom (first order in 1/M).",
)
@recoil_options("total energies of the positron", "'3.6:3.8:5 MeV'", "nubar_e")
@angle_options
@models_options
@plot_option("Save σ, or dσ/dcosθ or dσ/dE_e with --angle or --recoil (pdf, png, svg).")
@table_options
def ibd_command(
    target_text: str | None,
    source: SourceSpec,
    form: str,
    recoil: RecoilSpec,
    angles: AngleSpec,
    model: ModelSpec,
    plot: Path | None,
) -> Table | Drawable:
    """Inverse beta decay of free protons: σ(E), mean cosines, dσ/dcosθ, dσ/dE_e, or
    means over a flux with the yield per fission of a reactor. T is the total energy of
    the positron."""
    from nuprobe.flavours import flavour as as_flavour
    from nuprobe.processes.nuclear import ibd

    process = ibd.InverseBeta(form)  # type: ignore[arg-type]
    kind = process.version

    def own(flavour: object) -> bool:
        return str(as_flavour(str(flavour))) == "nubar_e"

    reaction = Reaction(
        plain_tables(process, model.build(), target_text, "one free proton"),
        f"ibd, {form},",
        lambda e, f: ibd.total(e, version=kind) * own(f),
        lambda flux, f: ibd.flux_averaged(flux, version=kind) if own(f) else 0.0,
        lambda e, cos, f: ibd.by_angle(e, cos, version=kind) * own(f),
        lambda e, f: ibd.mean_cosine(e, version=kind),
        references=("Strumia:2003zx", "Vogel:1999zy")[form == "vogel-beacom" :][:1],
    )
    return answer(reaction, source, recoil, angles, plot)
