"""``nuprobe rate``: what an experiment predicts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nuprobe.cli.options import command
from nuprobe.cli.output import (
    Output,
    check_plot,
    output_options,
    plot_option,
    save_plot,
)
from nuprobe.cli.specs import (
    ExperimentSpec,
    ModelSpec,
    experiment_options,
    model_options,
)
from nuprobe.errors import InputError
from nuprobe.reports import rate_table
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.experiments import AnyExperiment, Rates, TridentExperiment


@command(
    "rate",
    epilog=(
        "Example: nuprobe rate coherent-csi-2017 --model sm-radiative --plot"
        " spectrum.pdf"
    ),
)
@experiment_options()
@model_options
@plot_option()
@output_options
def rate_command(
    experiment: ExperimentSpec, model: ModelSpec, plot: Path | None, out: Output
) -> None:
    """Expected counts of EXPERIMENT (a name of `nuprobe list experiments`, or a folder
    given as ./path)."""
    from nuprobe.experiments import SiteRates, TridentExperiment
    from nuprobe.experiments import experiment as by_name

    chosen = by_name(experiment.experiments[0])
    if isinstance(chosen, TridentExperiment):
        if experiment.changes or plot is not None:
            raise InputError(
                f"--set and --plot require a spectrum, and {chosen.name} measures one"
                " ratio"
            )
        return _trident_rates(chosen, experiment.analysis, model, out)
    (counting,) = experiment.open()
    expected = counting.predict(model.build(), experiment.analysis)
    if isinstance(expected, SiteRates):
        sites = expected.sites
        tables = [str(rate_table(rates)) for rates in sites.values()]
        figures = {name: _of_site(plot, name) for name in sites}
        for path in figures.values():
            check_plot(path)
        every = zip(sites.values(), figures.values(), strict=True)
        for rates, path in every:
            _plot(counting, rates, path)
        return out.emit("\n\n".join(tables), expected.to_dict())
    _plot(counting, expected, plot)
    return out.emit(str(rate_table(expected)), expected.to_dict())


def _of_site(path: Path | None, site: str) -> Path | None:
    """Name of the figure of one site: ``rate.pdf`` → ``rate-near.pdf``."""
    return None if path is None else path.with_stem(f"{path.stem}-{site}")


def _plot(counting: AnyExperiment, rates: Rates, plot: Path | None) -> None:
    """Draw the counts of one detector."""
    if plot is not None:
        from nuprobe.plotting import plot_rates

        subtracted = counting.file.analyses[rates.analysis].subtract
        references = counting.file.references
        save_plot(
            lambda: plot_rates(rates, subtracted=subtracted, references=references),
            plot,
        )


def _trident_rates(
    chosen: TridentExperiment, analysis: str | None, model: ModelSpec, out: Output
) -> None:
    rates = chosen.predict(model.leptons(), analysis)
    table = Table(
        f"{rates.experiment}, analysis {rates.analysis}: cross sections per formula"
        " unit averaged over the flux of "
        + ", ".join(c.incoming.name for c in chosen.channels()),
        ("regime", "sigma [cm2]", "events"),
        tuple(
            (regime, sigma, (rates.events or {}).get(regime))
            for regime, sigma in rates.cross_sections.items()
        ),
        {"sigma [cm2]": ".4e", "events": ".1f"},
        (
            f"ratio to the Standard Model: {rates.ratio:.4f}, regime {rates.regime}"
            + (f", without {', '.join(rates.beside)}" if rates.beside else ""),
            (
                f"measured or assumed: {rates.measured:g} +{rates.plus:g}"
                f" -{rates.minus:g}, pull {rates.pull:+.2f}"
            ),
            *(
                []
                if rates.sin2_theta_w is None
                else [f"sin2 theta_W of the model: {rates.sin2_theta_w:g}"]
            ),
        ),
    )
    out.emit(str(table), rates.to_dict())
