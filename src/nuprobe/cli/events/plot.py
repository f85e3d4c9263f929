"""``nuprobe events plot``: distributions of trident events, models compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.events.specs import HistogramSpec, histogram_options
from nuprobe.cli.options import command
from nuprobe.cli.output import JSON, check_plot, emit
from nuprobe.cli.specs import (
    ModelSpec,
    model_options,
)
from nuprobe.cli.tridents import GeneratorSpec, generator_options
from nuprobe.cli.variations import variation_option, variations
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.events import Distributions, Generator
    from nuprobe.models import LeptonModel
    from nuprobe.plotting.sheets import Drawn
    from nuprobe.processes.trident import Spectrum


@command(
    "plot",
    epilog="""\b
Examples:
  nuprobe events plot --channel "nu_mu -> nu_mu mu+ mu-" --target Ar40 \\
      --flux dune-nd-fhc --observable m_pair --compare v-a \\
      --compare "lmu-ltau:coupling=1e-3,mass=100 MeV" -n 100000 -o mass.pdf
  nuprobe events plot --channel "nu_mu -> nu_mu mu+ mu-" --target Fe56 \\
      --energy "160 GeV" -n 50000 --json \\
      --cut "E_minus > 5 GeV and E_plus > 5 GeV, m_pair < 2 GeV"
  nuprobe events plot --channel "nu_mu -> nu_mu mu+ mu-" --target Ar40 \\
      --flux dune-nd-fhc --observable E_minus,E_plus -n 500000 -o plane.pdf \\
      --range "E_minus=0 GeV:6 GeV" --range "E_plus=0 GeV:6 GeV"
""",
)
@generator_options
@model_options
@variation_option("--compare", "compared", "Weight the events in another model too")
@histogram_options
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Drawn (pdf, png, svg)."
)
@click.option("--overwrite", is_flag=True, help="Replace an existing figure.")
@JSON
def plot_command(
    generator: GeneratorSpec,
    model: ModelSpec,
    compared: tuple[str, ...],
    histograms: HistogramSpec,
    output: Path | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Distributions of trident events with cuts, comparing models; weighted events,
    nothing is stored."""
    check_plot(output, overwrite)
    # report input errors before long computations
    histograms.check()
    models = _models(model, compared)
    made = generator.build(model.leptons())
    filled = histograms.fill(made, models)
    source = generator.energy or generator.flux_name
    title = (
        f"{', '.join(c.name for c in made.channels)} on"
        f" {generator.target_text or generator.regime}, {source}"
    )
    if output is not None:
        from nuprobe.plotting import save

        save(_figure(filled, made, models, histograms, str(source)), output)
        click.echo(f"wrote {output}", err=True)
    text = "\n\n".join([title, *(str(filled.flow.table(name)) for name in models)])
    emit(text, {"title": title, **filled.to_dict()}, as_json)


def _models(
    model: ModelSpec, compared: tuple[str, ...]
) -> dict[str, LeptonModel | None]:
    """Models by name; None is the model of the generation."""
    first = model.model if model.model_file is None else model.model_file.stem
    others = variations(compared, model.sin2_theta_w)
    if first in others:
        raise InputError(
            f"--compare {first!r} is the generated model: drop it, or rename it as"
            f" NAME={first}"
        )
    return {first: None, **others}


def _curves(
    filled: Distributions,
    generator: Generator,
    models: dict[str, LeptonModel | None],
    bars: bool,
) -> dict[str, Spectrum | None]:
    """The same bins by quadrature; nothing with cuts."""
    if filled.flow.cuts:
        return {}
    from tqdm import tqdm

    from nuprobe.events import expected

    items = tqdm(filled.items, desc="quadrature", unit="observable", disable=not bars)
    return {
        d.observables[0].name: expected(generator, d, models, quick=True) for d in items
    }


def _figure(
    filled: Distributions,
    generator: Generator,
    models: dict[str, LeptonModel | None],
    histograms: HistogramSpec,
    source: str,
) -> Drawn:
    from nuprobe.nuclei import target
    from nuprobe.plotting import (
        plot_distribution,
        plot_distribution_2d,
        plot_distributions,
    )
    from nuprobe.plotting.style import target_symbol
    from nuprobe.plotting.trident_axes import channel_symbol

    texts = [f"cut {text}".replace(" ", "\u00a0") for text in filled.flow.cuts]
    events = f"{generator.regime}, {filled.events} weighted events"
    note = "; ".join([events, *texts])
    hit = (
        target_symbol(target(generator.target, form_factor="point"))
        if generator.target is not None
        else generator.regime
    )
    title = f"{', '.join(map(channel_symbol, generator.channels))} on {hit}, {source}"
    if len(filled.items[0].observables) == 2:
        return plot_distribution_2d(filled.items[0], title=title, note=note)
    curves = _curves(filled, generator, models, histograms.bars)
    if len(filled.items) == 1:
        (one,) = filled.items
        curve = curves.get(one.observables[0].name)
        return plot_distribution(one, curve=curve, title=title, note=note)
    return plot_distributions(filled.items, curves=curves, title=title, note=note)
