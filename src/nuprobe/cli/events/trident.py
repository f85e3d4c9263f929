"""``nuprobe events trident``: trident events into files."""

from __future__ import annotations

import re
import sys
import time
from typing import TYPE_CHECKING, Any

from nuprobe.cli.events.specs import FileSpec, file_options
from nuprobe.cli.options import command
from nuprobe.cli.output import JSON, emit
from nuprobe.cli.specs import (
    ModelSpec,
    model_options,
)
from nuprobe.cli.tridents import GeneratorSpec, generator_options
from nuprobe.cli.variations import variation_option, variations
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.events.store import WrittenEvents


@command(
    "trident",
    epilog="""\b
Examples:
  nuprobe events trident --channel "nu_mu -> nu_mu mu+ mu-" --target Ar40 \\
      --flux dune-nd-fhc -n 100000 -o mumu.hepmc3
  nuprobe events trident --channel "nu_mu -> nu_mu mu+ mu-" --target Ar40 \\
      --energy "5 GeV" -n 1000 -o mumu.root \\
      --vary v-a --vary "light=lmu-ltau:coupling=1e-3,mass=10 MeV"
  nuprobe events trident --channel "nu_mu -> nu_mu mu+ mu-" --target Ar40 \\
      --flux dune-nd-fhc -n 100000000 -o mumu.root --dask scheduler.json
The name of the file says what it is: HepMC3 text (.hepmc3, .hepmc, .hepmc3.gz,
.hepmc.gz) in the layout of NuHepMC, or a ROOT tree (.root). Needs pyhepmc or uproot:
pip install ".[events]" (in a clone).""",
)
@generator_options
@model_options
@variation_option("--vary", "varied", "Another model whose weight each event gets too")
@file_options
@JSON
def trident_command(
    generator: GeneratorSpec,
    model: ModelSpec,
    varied: tuple[str, ...],
    file: FileSpec,
    as_json: bool,
) -> None:
    """Generate neutrino trident events into a file: exact kinematics, equal weights,
    any number of models at once."""
    from nuprobe.events.store import write_events

    start = time.perf_counter()
    models = variations(varied, model.sin2_theta_w)
    made = generator.build(model.leptons())
    file.check(1 + len(models))
    written = write_events(
        file.output,
        made,
        file.number,
        variations=models,
        unweighted=not file.weighted,
        workers=file.workers,
        client=file.dask,
        overwrite=file.overwrite,
        resume=file.resume,
        progress=sys.stderr.isatty() if file.progress is None else file.progress,
    )
    # for weighted events, the one that unweighting would give
    efficiency = (
        made.sized(file.number).efficiency
        if file.weighted
        else written.events / written.trials
    )
    data = {
        "file": str(written.path),
        "weighted": file.weighted,
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
        "seconds": time.perf_counter() - start,
        "weights": written.models,
    }
    emit(str(_table(written, data)), data, as_json)


def _table(written: WrittenEvents, data: dict[str, Any]) -> Table:
    kind = "weighted" if data["weighted"] else "unweighted"
    unit = re.sub("(?<!^)(?=[A-Z])", " ", written.per.removeprefix("Per")).lower()
    expected, pull = written.expected, written.pull
    rows: list[tuple[str, str | int]] = [
        ("events", written.events),
        ("trials", written.trials),
        ("sigma from events [cm2]", f"{written.sigma:.6e}"),
        ("statistical error [cm2]", f"{written.error:.1e}"),
        (
            "deterministic sigma [cm2]",
            "not known" if expected is None else f"{expected:.6e}",
        ),
        ("difference in errors", "not known" if pull is None else f"{pull:+.2f}"),
    ]
    if not data["weighted"]:
        rows.append(("unweighting efficiency", f"{data['efficiency']:.4f}"))
        rows.append(("overweight fraction", f"{written.overweight_fraction:.2e}"))
    rows.append(("seconds", f"{data['seconds']:.2f}"))
    if written.resumed:
        rows.append(("events of the earlier run", written.resumed))
    notes = [f"weight {name}: {text}" for name, text in written.models.items()]
    if expected is None:
        notes.append(
            "the deterministic sigma leaves the blocking of moving nucleons out"
        )
    title = f"{written.path}: {kind} trident events, cross sections per {unit}"
    return Table(title, ("quantity", "value"), tuple(rows), {}, tuple(notes))
