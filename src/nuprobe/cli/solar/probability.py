"""``nuprobe solar probability``: survival of solar neutrinos."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click

from nuprobe.cli.completing import Named
from nuprobe.cli.options import command, grouped
from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.cli.values import in_unit
from nuprobe.errors import InputError
from nuprobe.tables import Table


@dataclass(frozen=True)
class PassageSpec:
    """Solar neutrinos and their mixing as typed.

    Attributes
    ----------
    kind : of neutrino.
    model : solar model.
    sin2_12, dm2, sin2_13 : mixing, None for NuFIT 6.0; Δm²₂₁ in eV².
    crossing : treatment of jumps at the resonance.
    """

    kind: str
    model: str
    sin2_12: float | None
    dm2: float | None
    sin2_13: float | None
    crossing: Literal["none", "parke", "exponential"]

    @property
    def mixing(self) -> dict[str, float]:
        """All three parameters."""
        from nuprobe.oscillation import NUFIT

        known = NUFIT["normal"]
        return {
            "sin2_12": known[0] if self.sin2_12 is None else self.sin2_12,
            "dm2_21": known[4] if self.dm2 is None else self.dm2,
            "sin2_13": known[1] if self.sin2_13 is None else self.sin2_13,
        }


_passage_options = grouped(
    "passage",
    PassageSpec,
    click.option("--kind", default="8B", show_default=True, help="pp, 7Be, 8B, …"),
    click.option(
        "--model",
        type=Named("solar-models"),
        default="B16-GS98",
        show_default=True,
        help="Solar model.",
    ),
    click.option("--sin2-12", type=float, help="sin2 theta12 [default: NuFIT 6.0]."),
    click.option(
        "--dm2",
        callback=in_unit("eV2"),
        metavar="DM2",
        help="dm2_21, in eV2 without a unit [default: NuFIT 6.0].",
    ),
    click.option("--sin2-13", type=float, help="sin2 theta13 [default: NuFIT 6.0]."),
    click.option(
        "--crossing",
        type=click.Choice(["none", "parke", "exponential"]),
        default="none",
        show_default=True,
        help="Jumps between mass states at the resonance.",
    ),
)


@command(
    "probability",
    epilog="""\b
Examples:
  nuprobe solar probability --kind 8B --energy "1:15:15 MeV" --plot survival.pdf
  nuprobe solar probability --kind 8B --dm2 "1e-7 eV2" --latitude 46.5""",
)
@_passage_options
@click.option(
    "--energy",
    default="0.2:15:25:log MeV",
    show_default=True,
    help="'10 MeV' or 'start:stop:count[:lin|:log] MeV'.",
)
@click.option(
    "--latitude",
    type=float,
    help="Latitude of the detector in degrees: also give probabilities at night.",
)
@plot_option("Save the probability over energy (pdf, png, svg).")
@output_options
def probability_command(
    passage: PassageSpec,
    energy: str,
    latitude: float | None,
    plot: Path | None,
    out: Output,
) -> None:
    """Probability that a solar nu_e arrives as nu_e, averaged over the production
    region."""
    from nuprobe.oscillation import EarthModel, survival
    from nuprobe.units import parse_grid

    e, mixing = parse_grid(energy, "energy"), passage.mixing
    kind, model, crossing = passage.kind, passage.model, passage.crossing
    earths = {"day": 0 * e}
    if latitude is not None:
        earths["night"] = EarthModel(latitude).regeneration(e, **mixing)
    curves = {
        time: survival(e, kind, **mixing, model=model, crossing=crossing, earth=f)
        for time, f in earths.items()
    }
    if plot is not None:
        if e.size < 2:
            raise InputError("--plot needs more than one energy")
        from nuprobe.plotting import plot_survival

        save_plot(lambda: plot_survival(e, {kind: curves}, model=model), plot)
    table = Table(
        f"survival of {kind} neutrinos, solar model {model}",
        ("E [MeV]", *(f"P_ee, {name}" for name in curves)),
        tuple(zip(e.tolist(), *(c.tolist() for c in curves.values()), strict=True)),
        {f"P_ee, {name}": ".5f" for name in curves},
        (
            ", ".join(f"{k} = {v:.4g}" for k, v in mixing.items()),
            f"crossing: {crossing}",
        ),
    )
    data = {"kind": kind, "model": model, **mixing, "e_nu_MeV": e.tolist()}
    out.emit(str(table), data | {k: v.tolist() for k, v in curves.items()})
