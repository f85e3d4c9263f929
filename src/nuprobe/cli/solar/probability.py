"""``nuprobe solar probability``: survival of solar neutrinos."""

from __future__ import annotations

from pathlib import Path

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.errors import InputError
from nuprobe.tables import Table


@command(
    "probability",
    epilog="""\b
Examples:
  nuprobe solar probability --kind 8B --energy "1:15:15 MeV" --plot survival.pdf
  nuprobe solar probability --kind 8B --dm2 1e-7 --crossing parke --latitude 46.5""",
)
@click.option("--kind", default="8B", show_default=True, help="pp, pep, hep, 7Be, …")
@click.option(
    "--energy",
    default="0.2:15:25:log MeV",
    show_default=True,
    help="'10 MeV' or 'start:stop:count[:lin|:log] MeV'.",
)
@click.option("--model", default="B16-GS98", show_default=True, help="Solar model.")
@click.option("--sin2-12", type=float, help="sin2 theta12 [default: NuFIT 6.0].")
@click.option("--dm2", type=float, help="dm2_21 in eV2 [default: NuFIT 6.0].")
@click.option("--sin2-13", type=float, help="sin2 theta13 [default: NuFIT 6.0].")
@click.option(
    "--crossing",
    type=click.Choice(["none", "parke", "exponential"]),
    default="none",
    show_default=True,
    help="Jumps between mass states at the resonance.",
)
@click.option(
    "--latitude", type=float, help="Degrees of a detector: probabilities by night too."
)
@plot_option("Save the probability over energy (pdf, png, svg).")
@output_options
def probability_command(  # each option is one of the physics
    kind: str,
    energy: str,
    model: str,
    sin2_12: float | None,
    dm2: float | None,
    sin2_13: float | None,
    crossing: str,
    latitude: float | None,
    plot: Path | None,
    out: Output,
) -> None:
    """Probability that a solar nu_e arrives as one, averaged over where it is made."""
    from typing import Any

    from nuprobe.oscillation import NUFIT, EarthModel, survival
    from nuprobe.units import parse_grid

    s12, s13, *_ = NUFIT["normal"]
    mixing = {
        "sin2_12": s12 if sin2_12 is None else sin2_12,
        "dm2_21": NUFIT["normal"][4] if dm2 is None else dm2,
        "sin2_13": s13 if sin2_13 is None else sin2_13,
    }
    e = parse_grid(energy, "energy")
    options: dict[str, Any] = {**mixing, "model": model, "crossing": crossing}
    curves = {"day": survival(e, kind, **options)}
    if latitude is not None:
        earth = EarthModel(latitude).regeneration(e, **mixing)
        curves["night"] = survival(e, kind, **options, earth=earth)
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
