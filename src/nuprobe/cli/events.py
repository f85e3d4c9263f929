"""``nuprobe events``: trident events into files."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.arguments import energy_or_flux, generator_options, make_lepton_model
from nuprobe.cli.events_backgrounds import backgrounds_command
from nuprobe.cli.events_plot import plot_command
from nuprobe.cli.options import target_spec as make_target_spec
from nuprobe.cli.output import emit
from nuprobe.cli.specs import make_flux
from nuprobe.errors import InputError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.models import LeptonModel


@click.group("events")
def events_command() -> None:
    """Events: generated, weighted, written."""


events_command.add_command(backgrounds_command)


events_command.add_command(plot_command)


@events_command.command(
    "trident",
    epilog="""\b
Examples:
  nuprobe events trident --channel "nu_mu -> nu_mu mu+ mu-" --target Ar40 --flux dune-nd-fhc -n 100000 -o mumu.hepmc3
  nuprobe events trident --channel "nu_mu -> nu_mu mu+ mu-" --target Ar40 --energy "5 GeV" -n 1000 -o mumu.root \\
      --vary v-a --vary "light=lmu-ltau:coupling=1e-3,mass=10 MeV"
The name of the file says what it is: HepMC3 text (.hepmc3, .hepmc, .hepmc3.gz, .hepmc.gz) in the layout of NuHepMC, or
a ROOT tree (.root). Needs pyhepmc or uproot: pip install "nuprobe[events]".""",
)
@generator_options
@click.option(
    "--vary",
    "varied",
    multiple=True,
    metavar="[NAME=]MODEL[:KEY=VALUE,...]",
    help=(
        "Another model whose weight each event gets too, e.g."
        " 'lmu-ltau:coupling=1e-3,mass=10 MeV'; repeatable."
    ),
)
@click.option("-n", "--number", type=int, required=True, help="How many events.")
@click.option(
    "--weighted",
    is_flag=True,
    help="Events with weights of their own instead of equal ones.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="File of the events.",
)
@click.option("--resume", is_flag=True, help="Go on where an interrupted run stopped.")
@click.option(
    "--overwrite",
    is_flag=True,
    help="Replace an existing file, once the new one is complete.",
)
@click.option(
    "--progress/--no-progress",
    default=None,
    help="A progress bar [default: on a terminal].",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def trident_command(
    channels: tuple[str, ...],
    target_text: str | None,
    energy: str | None,
    flux_name: str | None,
    flux_option: tuple[str, ...],
    regime: str,
    form_factor: str | None,
    no_pauli: bool,
    nucleons: str,
    model: str,
    sin2_theta_w: float | None,
    params: tuple[str, ...],
    model_file: Path | None,
    varied: tuple[str, ...],
    number: int,
    weighted: bool,
    seed: int,
    output: Path,
    resume: bool,
    overwrite: bool,
    workers: int,
    progress: bool | None,
    as_json: bool,
) -> None:
    """Generate neutrino trident events into a file: exact kinematics, equal weights,
    any number of models at once."""
    from nuprobe.events import trident
    from nuprobe.events.store import check_new, write_events
    from nuprobe.processes.trident import channel
    from nuprobe.units import parse_quantity

    energy_or_flux(energy, flux_name, flux_option)
    read = [channel(text) for text in channels]
    chosen = make_lepton_model(model, sin2_theta_w, params, model_file)
    variations = make_variations(varied, sin2_theta_w)
    hit = None if target_text is None else make_target_spec(target_text)
    source = (
        parse_quantity(energy, "energy")
        if energy is not None
        else make_flux(str(flux_name), flux_option)
    )
    # after what is said wrongly, before what takes time
    check_new(output, number, resume=resume, overwrite=overwrite)
    start = time.perf_counter()
    generator = trident(
        read,
        hit,
        source,
        model=chosen,
        regime=regime,
        form_factor=form_factor,
        pauli=not no_pauli,
        nucleons=nucleons,
        seed=seed,
    )
    written = write_events(
        output,
        generator,
        number,
        variations=variations,
        unweighted=not weighted,
        workers=workers,
        overwrite=overwrite,
        resume=resume,
        progress=sys.stderr.isatty() if progress is None else progress,
    )
    seconds = time.perf_counter() - start
    kind = "weighted" if weighted else "unweighted"
    efficiency = generator.efficiency if weighted else written.events / written.trials
    unit = re.sub("(?<!^)(?=[A-Z])", " ", written.per.removeprefix("Per")).lower()
    rows: list[tuple[str, str | int]] = [
        ("events", written.events),
        ("trials", written.trials),
        ("sigma from events [cm2]", f"{written.sigma:.6e}"),
        ("statistical error [cm2]", f"{written.error:.1e}"),
        (
            "deterministic sigma [cm2]",
            "not known" if written.expected is None else f"{written.expected:.6e}",
        ),
        (
            "difference in errors",
            "not known" if written.pull is None else f"{written.pull:+.2f}",
        ),
        *(
            []
            if weighted
            else [
                ("unweighting efficiency", f"{efficiency:.4f}"),
                ("overweight fraction", f"{written.overweight_fraction:.2e}"),
            ]
        ),
        ("seconds", f"{seconds:.2f}"),
    ]
    if written.resumed:
        rows.append(("events of the earlier run", written.resumed))
    notes = [f"weight {name}: {text}" for name, text in written.models.items()]
    if nucleons == "fermi-gas" and written.expected is None:
        notes.append(
            "the deterministic sigma leaves the blocking of moving nucleons out"
        )
    table = Table(
        f"{written.path}: {kind} trident events, cross sections per {unit}",
        ("quantity", "value"),
        tuple(rows),
        {},
        tuple(notes),
    )
    data = {
        "file": str(written.path),
        "weighted": weighted,
        "events": written.events,
        "trials": written.trials,
        "sigma_cm2": written.sigma,
        "error_cm2": written.error,
        "deterministic_cm2": written.expected,
        "pull": written.pull,
        "per": written.per,
        "efficiency": efficiency,
        "overweight_fraction": written.overweight_fraction,
        "resumed": written.resumed,
        "seconds": seconds,
        "weights": written.models,
    }
    emit(str(table), data, as_json, None)


def make_variations(
    texts: tuple[str, ...], sin2_theta_w: float | None
) -> dict[str, LeptonModel]:
    """Read ``[NAME=]MODEL[:KEY=VALUE,...]``; without a name the text is the name, in
    brackets and without blanks."""
    found: dict[str, LeptonModel] = {}
    for text in texts:
        head, _, rest = text.partition(":")
        name, _, model = head.rpartition("=")
        params = tuple(part.strip() for part in rest.split(",") if part.strip())
        name = name.strip() or (
            f"{model.strip()}({','.join(params)})" if params else model.strip()
        ).replace(" ", "")
        if name in found:
            raise InputError(
                f"--vary names {name!r} twice: write NAME=MODEL with different names"
            )
        # the weak mixing angle is that of models which have one
        angle = None if model.strip() == "v-a" else sin2_theta_w
        found[name] = make_lepton_model(model.strip(), angle, params, None)
    return found
