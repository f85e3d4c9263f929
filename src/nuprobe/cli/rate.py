"""``nuprobe rate``: predictions for an experiment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nuprobe.cli.disappearance import print_disappearance
from nuprobe.cli.experiments import ExperimentSpec, experiment_options
from nuprobe.cli.options import command
from nuprobe.cli.output import (
    Output,
    check_plot,
    output_options,
    plot_option,
    save_plot,
)
from nuprobe.cli.solar_rates import at_option, print_solar
from nuprobe.cli.specs import ModelSpec, model_options
from nuprobe.cli.universe import print_universe
from nuprobe.cli.variations import compared_models, variation_option, warn_if_unseen
from nuprobe.cli.verdicts import VerdictSpec, print_tridents, verdict_options
from nuprobe.errors import InputError
from nuprobe.reports import rate_table

if TYPE_CHECKING:
    from nuprobe.experiments import AnyExperiment, Rates


@command(
    "rate",
    epilog="""\b
Examples:
  nuprobe rate coherent-csi-2017 --model sm-radiative --plot spectrum.pdf
  nuprobe rate gallium-2009 homestake-1998 --at tan2_12=0.45 --at phi_8B=5e6
  nuprobe rate prospect --model sterile --param sin2_2theta_14=0.26 --param dm2_41=7.25 --plot prospect.pdf
  nuprobe rate dune-nd-trident --by-channel
  nuprobe rate coherent-csi-2017 --compare 'electromagnetic:charge_radius.mumu=-5e-31' --plot spectrum.pdf""",  # noqa: E501
)
@experiment_options(several=True, joint=False)
@model_options
@verdict_options
@at_option
@variation_option("--compare", "compared", "Also show the counts of another model")
@plot_option()
@output_options
def rate_command(
    experiment: ExperimentSpec,
    model: ModelSpec,
    asked: VerdictSpec,
    at: tuple[str, ...],
    compared: tuple[str, ...],
    plot: Path | None,
    out: Output,
) -> None:
    """Expected counts of EXPERIMENT (a name of `nuprobe list experiments`, or ./path);
    for tridents the ratio to the Standard Model and whether it is allowed; for
    disappearance the rates with and without a sterile neutrino (--model sterile); rates
    of solar neutrinos."""
    from nuprobe.experiments import SiteRates, TridentExperiment
    from nuprobe.experiments import experiment as by_name

    opened = [by_name(name) for name in experiment.experiments]
    if print_solar(experiment, at, model, bool(compared), (plot, out)):
        return None
    tridents = [one for one in opened if isinstance(one, TridentExperiment)]
    if len(tridents) == len(opened):
        if experiment.bins or plot is not None or compared:
            raise InputError(
                "--bins, --compare and --plot require a spectrum, and"
                f" {opened[0].name} measures one ratio"
            )
        tridents = [o for o in experiment.open() if isinstance(o, TridentExperiment)]
        return print_tridents(tridents, experiment.by_experiment(), model, asked, out)
    if print_disappearance(opened, experiment, model, compared, plot, out):
        return None
    if len(opened) > 1:
        raise InputError(
            "several experiments can be given only for tridents, which"
            f" {next(o.name for o in opened if o not in tridents)} does not measure:"
            " give one experiment"
        )
    if asked.wcxf is not None or asked.points is not None or asked.by_channel:
        raise InputError(
            "--wcxf, --points and --by-channel apply to tridents, such as"
            f" ccfr-trident, and {opened[0].name} counts recoils: drop them"
        )
    if print_universe(opened, experiment, model, bool(compared or plot), out):
        return None
    (counting,) = experiment.counting()
    built = model.build()
    expected = counting.predict(built, experiment.analysis)
    warn_if_unseen(counting, built, expected, experiment.analysis)
    others = {
        name: counting.predict(other, experiment.analysis)
        for name, other in compared_models(compared, model.sin2_theta_w).items()
    }
    data = expected.to_dict()
    chosen = counting.file.analyses[expected.analysis]
    data["subtracted"] = list(chosen.subtract)
    if others:
        data["compared"] = {name: rates.to_dict() for name, rates in others.items()}
    if isinstance(expected, SiteRates):
        sites = expected.sites
        beside = {
            site: {
                n: o.sites[site] for n, o in others.items() if isinstance(o, SiteRates)
            }
            for site in sites
        }
        tables = [str(rate_table(r, beside[site])) for site, r in sites.items()]
        figures = {name: _of_site(plot, name) for name in sites}
        for path in figures.values():
            check_plot(path)
        for site, path in figures.items():
            _plot(counting, sites[site], beside[site], path)
        return out.emit("\n\n".join(tables), data)
    single = {n: o for n, o in others.items() if not isinstance(o, SiteRates)}
    _plot(counting, expected, single, plot)
    return out.emit(str(rate_table(expected, single)), data)


def _of_site(path: Path | None, site: str) -> Path | None:
    """Name of the figure of one site: ``rate.pdf`` → ``rate-near.pdf``."""
    return None if path is None else path.with_stem(f"{path.stem}-{site}")


def _plot(
    counting: AnyExperiment, rates: Rates, others: dict[str, Rates], plot: Path | None
) -> None:
    """Draw the counts of one detector."""
    if plot is not None:
        from nuprobe.plotting import plot_rates

        subtracted = counting.file.analyses[rates.analysis].subtract
        references = counting.file.references
        save_plot(
            lambda: plot_rates(
                rates, subtracted=subtracted, references=references, compared=others
            ),
            plot,
        )
