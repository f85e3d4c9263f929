"""``nuprobe events plot``: distributions of trident events, models compared, without a
file of events."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.arguments import energy_or_flux, generator_options, make_lepton_model
from nuprobe.cli.options import target_spec as make_target_spec
from nuprobe.cli.output import check_plot, emit
from nuprobe.cli.specs import make_flux
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.events import Distributions
    from nuprobe.models import LeptonModel

_DEFAULT = ("E_minus", "theta_minus", "opening_angle", "m_pair", "pt_missing", "Q2")


@click.command(
    "plot",
    epilog="""\b
Examples:
  nuprobe events plot --channel "nu_mu -> nu_mu mu+ mu-" --target Ar40 --flux dune-nd-fhc --observable m_pair \\
      --compare v-a --compare "lmu-ltau:coupling=1e-3,mass=100 MeV" -n 100000 -o mass.pdf
  nuprobe events plot --channel "nu_mu -> nu_mu mu+ mu-" --target Fe56 --energy "160 GeV" -n 50000 \\
      --cut "E_minus > 5 GeV and E_plus > 5 GeV, m_pair < 2 GeV" --json
  nuprobe events plot --channel "nu_mu -> nu_mu mu+ mu-" --target Ar40 --flux dune-nd-fhc --observable E_minus,E_plus \\
      --range "E_minus=0 GeV:6 GeV" --range "E_plus=0 GeV:6 GeV" -n 500000 -o plane.pdf""",
)
@generator_options
@click.option(
    "--compare",
    "compared",
    multiple=True,
    metavar="[NAME=]MODEL[:KEY=VALUE,...]",
    help=(
        "Weight the same events in another model too, e.g."
        " 'lmu-ltau:coupling=1e-3,mass=10 MeV'; repeatable."
    ),
)
@click.option(
    "--observable",
    "observables",
    multiple=True,
    help=(
        "See `nuprobe list observables`; repeatable. X,Y is a plane of two [default:"
        f" {', '.join(_DEFAULT)}]."
    ),
)
@click.option(
    "--bins",
    type=click.IntRange(1, 10000),
    help="Bins of a histogram [default: 40; of a plane 25 each way].",
)
@click.option(
    "--range",
    "ranges",
    multiple=True,
    metavar="NAME=LOW:HIGH",
    help="E.g. 'theta_minus=0 deg:10 deg'; repeatable.",
)
@click.option(
    "--cut",
    "cuts",
    multiple=True,
    help="E.g. 'theta_minus < 10 deg and E_minus > 0.5 GeV'; repeatable.",
)
@click.option(
    "-n",
    "--number",
    type=click.IntRange(1),
    default=100_000,
    show_default=True,
    help="Events, at least.",
)
@click.option(
    "--progress/--no-progress",
    default=None,
    help="Progress bars [default: on a terminal].",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Figure (pdf, png, svg)."
)
@click.option("--overwrite", is_flag=True, help="Replace an existing figure.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print the cut flow and the bins as JSON instead of a table.",
)
def plot_command(
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
    compared: tuple[str, ...],
    observables: tuple[str, ...],
    bins: int | None,
    ranges: tuple[str, ...],
    cuts: tuple[str, ...],
    number: int,
    seed: int,
    workers: int,
    progress: bool | None,
    output: Path | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Distributions of trident events, models over each other, with cuts; weighted
    events, nothing is stored."""
    energy_or_flux(energy, flux_name, flux_option)
    check_plot(output, overwrite)
    from nuprobe.cli.events import make_variations
    from nuprobe.events import distributions, expected, observable, parse_cuts, trident
    from nuprobe.units import parse_quantity

    bars = sys.stderr.isatty() if progress is None else progress
    conditions = parse_cuts(list(cuts))
    names = [
        tuple(observable(o.strip()).name for o in text.split(","))
        for text in observables or _DEFAULT
    ]
    if any(len(n) > 1 for n in names) and (len(names) > 1 or len(names[0]) > 2):
        raise InputError(
            "a plane X,Y of two observables is a figure of its own: give it as the only"
            " --observable"
        )
    limits = _ranges(ranges)
    chosen = make_lepton_model(model, sin2_theta_w, params, model_file)
    others = make_variations(compared, sin2_theta_w)
    models: dict[str, LeptonModel | None] = {
        model if model_file is None else model_file.stem: None
    }
    for name, other in others.items():
        if name in models:
            raise InputError(
                f"--compare {name!r} is the model of the generation: leave it out, or"
                f" name it NAME={name}"
            )
        models[name] = other
    generator = trident(
        list(channels),
        None if target_text is None else make_target_spec(target_text),
        (
            parse_quantity(energy, "energy")
            if energy is not None
            else make_flux(str(flux_name), flux_option)
        ),
        model=chosen,
        regime=regime,
        form_factor=form_factor,
        pauli=not no_pauli,
        nucleons=nucleons,
        seed=seed,
    )
    found = distributions(
        generator,
        [n[0] if len(n) == 1 else (n[0], n[1]) for n in names],
        models=models,
        bins=bins or (40 if len(names[0]) == 1 else 25),
        ranges=limits,
        cuts=conditions,
        n=number,
        workers=workers,
        progress=bars,
    )
    title = (
        f"{', '.join(c.name for c in generator.channels)} on {target_text or regime},"
        f" {energy or flux_name}"
    )
    tables = [found.flow.table(name) for name in models]
    if output is not None:
        from tqdm import tqdm

        from nuprobe.nuclei import target
        from nuprobe.plotting import (
            plot_distribution,
            plot_distribution_2d,
            plot_distributions,
            save,
        )
        from nuprobe.plotting.style import target_symbol
        from nuprobe.plotting.trident_axes import channel_symbol

        curves = (
            {}
            if conditions
            else {
                d.observables[0].name: expected(generator, d, models, quick=True)
                for d in tqdm(
                    found.items, desc="quadrature", unit="observable", disable=not bars
                )
            }
        )
        texts = [f"cut {c.text}".replace(" ", "\u00a0") for c in conditions]
        note = "; ".join([f"{regime}, {found.events} weighted events", *texts])
        hit = (
            target_symbol(target(generator.target, form_factor="point"))
            if generator.target is not None
            else regime
        )
        over = (
            f"{', '.join(map(channel_symbol, generator.channels))} on {hit},"
            f" {energy or flux_name}"
        )
        if len(names[0]) == 2:
            figure = plot_distribution_2d(found.items[0], title=over, note=note)
        elif len(found.items) == 1:
            figure = plot_distribution(
                found.items[0], curve=curves.get(names[0][0]), title=over, note=note
            )
        else:
            figure = plot_distributions(
                found.items, curves=curves, title=over, note=note
            )
        save(figure, output)
        click.echo(f"wrote {output}", err=True)
    text = "\n\n".join([title, *(str(t) for t in tables)])
    emit(text, {"title": title, **_data(found)}, as_json, None)


def _ranges(texts: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    from nuprobe.events import observable
    from nuprobe.events.cuts import parse_value

    result = {}
    for text in texts:
        name, equals, rest = text.partition("=")
        low, colon, high = rest.partition(":")
        if not (equals and colon):
            raise InputError(
                f"cannot read --range {text!r}: write NAME=LOW:HIGH, e.g."
                " 'theta_minus=0 deg:10 deg'"
            )
        one = observable(name.strip())
        result[one.name] = (parse_value(low, one), parse_value(high, one))
    return result


def _data(found: Distributions) -> dict[str, Any]:
    flow = found.flow
    return {
        "events": found.events,
        "trials": found.trials,
        "models": {
            name: {
                "sigma_cm2": float(found.sigma[i]),
                "error_cm2": float(found.error[i]),
                "cuts": [
                    {
                        "cut": cut,
                        "events": int(flow.events[j]),
                        "sigma_cm2": float(flow.values[i, j]),
                        "error_cm2": float(flow.errors[i, j]),
                        "efficiency": float(flow.efficiency[i, j]),
                        "interval": flow.interval[i, j].tolist(),
                    }
                    for j, cut in enumerate(("generated", *flow.cuts))
                ],
            }
            for i, name in enumerate(found.models)
        },
        "distributions": [
            {
                **(
                    {
                        "observable": d.observables[0].name,
                        "unit": d.observables[0].unit,
                        "edges": d.edges[0].tolist(),
                    }
                    if len(d.observables) == 1
                    else {
                        "observables": [o.name for o in d.observables],
                        "units": [o.unit for o in d.observables],
                        "edges": [e.tolist() for e in d.edges],
                    }
                ),
                "values_cm2": {
                    name: d.values[i].tolist() for i, name in enumerate(d.models)
                },
                "errors_cm2": {
                    name: d.errors[i].tolist() for i, name in enumerate(d.models)
                },
                "effective_events": {
                    name: d.effective[i].tolist() for i, name in enumerate(d.models)
                },
                "outside_cm2": {
                    name: float(d.outside[i]) for i, name in enumerate(d.models)
                },
            }
            for d in found.items
        ],
    }
