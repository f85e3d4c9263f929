"""``nuprobe rate``, ``fit`` and ``scan``: what an experiment predicts and what its data
say."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nuprobe.cli.arguments import (
    existing_or_new,
    make_changes,
    make_grid,
    make_lepton_model,
    make_model,
    model_options,
)
from nuprobe.cli.output import check_plot, emit, output_options
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.experiments import Experiment, Rates
    from nuprobe.numerics import FloatArray

F = TypeVar("F", bound=Callable[..., Any])


def experiment_options(function: F) -> F:
    """Add the experiment argument, ``--analysis`` and ``--set``."""
    function = click.argument("experiment")(function)
    function = click.option(
        "--analysis", help="Name of the analysis [default: the first of the file]."
    )(function)
    return click.option(
        "--set",
        "changes",
        multiple=True,
        metavar="KEY=VALUE",
        help=(
            "Change a key of the experiment's file, e.g. response.smearing.kind=none;"
            " repeatable."
        ),
    )(function)


def open_experiment(name: str, changes: tuple[str, ...]) -> Experiment:
    """Experiment by name or folder, with changes; tridents have a ratio and no spectrum
    to fit."""
    from nuprobe.errors import InputError
    from nuprobe.experiments import Experiment, experiment

    found = experiment(name)
    if not isinstance(found, Experiment):
        raise InputError(
            f"{found.name} measures one ratio and has no spectrum: use `nuprobe limit"
            f" {found.name}`"
        )
    return found.with_changes(make_changes(changes)) if changes else found


def rate_table(rates: Rates) -> Table:
    """Counts by energy bin and component, summed over time."""
    import numpy as np

    names = list(rates.components)
    unit = f" [{rates.unit}]" if rates.unit else ""
    columns = (
        f"{rates.observable}{unit} from",
        "to",
        *names,
        "total",
        *(() if rates.data is None else ("observed", "+-")),
    )
    rows: list[tuple[float | None, ...]] = []
    for i, (low, high) in enumerate(
        zip(rates.energy_edges[:-1], rates.energy_edges[1:], strict=True)
    ):
        row: list[float | None] = [float(low), float(high)]
        row += [float(rates.components[n][i].sum()) for n in names]
        row.append(float(rates.total[i].sum()))
        if rates.data is not None:
            observed = float(rates.data[i].sum())
            error = (
                observed**0.5
                if rates.sigma is None
                else float((rates.sigma[i] ** 2).sum() ** 0.5)
            )
            row += [observed, error]
        rows.append(tuple(row))
    error = (
        f" +- {rates.signal_sigma:.1f} (systematics)"
        if rates.signal_sigma > 0
        else ", no systematics given"
    )
    notes = [f"signal: {rates.signal.sum():.1f}{error}"]
    if rates.data is not None:
        notes.append(
            f"observed: {rates.data.sum():.0f}; expected in all:"
            f" {rates.total.sum():.1f}"
        )
    t = rates.time_edges
    window = (
        f"arrival {t[0]:g} to {t[-1]:g} us"
        if np.all(np.isfinite(t))
        else "all arrival times"
    )
    return Table(
        f"{rates.experiment}, analysis {rates.analysis}, {window}: counts",
        columns,
        tuple(rows),
        dict.fromkeys((*names, "total", "observed", "+-"), ".2f"),
        tuple(notes),
    )


@click.command(
    "rate",
    epilog=(
        "Example: nuprobe rate coherent-csi-2017 --model sm-radiative --plot"
        " spectrum.pdf"
    ),
)
@experiment_options
@model_options
@click.option(
    "--plot", type=click.Path(path_type=Path), help="Save a figure (pdf, png, svg)."
)
@output_options
def rate_command(
    experiment: str,
    analysis: str | None,
    changes: tuple[str, ...],
    model: str,
    sin2_theta_w: float | None,
    params: tuple[str, ...],
    model_file: Path | None,
    plot: Path | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Expected counts of EXPERIMENT (a name of `nuprobe list experiments`, or a folder
    given as ./path)."""
    check_plot(plot)
    if trident_rates(
        experiment,
        analysis,
        changes,
        model,
        sin2_theta_w,
        params,
        model_file,
        plot,
        as_json,
        output,
    ):
        return
    chosen = open_experiment(experiment, changes)
    rates = chosen.predict(
        make_model(model, sin2_theta_w, params, model_file), analysis
    )
    if plot is not None:
        from nuprobe.plotting import plot_rates, save

        save(
            plot_rates(
                rates,
                subtracted=chosen.file.analyses[rates.analysis].subtract,
                references=chosen.file.references,
            ),
            plot,
        )
    emit(str(rate_table(rates)), rates.to_dict(), as_json, output)


def trident_rates(
    name: str,
    analysis: str | None,
    changes: tuple[str, ...],
    model: str,
    sin2_theta_w: float | None,
    params: tuple[str, ...],
    model_file: Path | None,
    plot: Path | None,
    as_json: bool,
    output: Path | None,
) -> bool:
    """Print the rates of a trident experiment; False if `name` is of another
    process."""
    from nuprobe.errors import InputError
    from nuprobe.experiments import TridentExperiment
    from nuprobe.experiments import experiment as find

    chosen = find(name)
    if not isinstance(chosen, TridentExperiment):
        return False
    if changes or plot is not None:
        raise InputError(
            f"--set and --plot belong to experiments with a spectrum; {chosen.name}"
            " measures one ratio"
        )
    couplings = make_lepton_model(model, sin2_theta_w, params, model_file)
    rates = chosen.predict(couplings, analysis)
    rows = [
        (regime, value, (rates.events or {}).get(regime))
        for regime, value in rates.cross_sections.items()
    ]
    table = Table(
        f"{rates.experiment}, analysis {rates.analysis}: cross sections per formula"
        " unit averaged over the flux of "
        + ", ".join(c.incoming.name for c in chosen.channels()),
        ("regime", "sigma [cm2]", "events"),
        tuple(rows),
        {"sigma [cm2]": ".4e", "events": ".1f"},
        (
            f"ratio to the Standard Model: {rates.ratio:.4f}",
            (
                f"measured or assumed: {rates.measured:g} +{rates.plus:g}"
                f" -{rates.minus:g}, pull {rates.pull:+.2f}"
            ),
        ),
    )
    emit(str(table), rates.to_dict(), as_json, output)
    return True


@click.command(
    "fit",
    epilog="""\b
Examples:
  nuprobe fit coherent-csi-2017 --free rn --plot profile.pdf
  nuprobe fit coherent-csi-2021 coherent-lar-2020 --free sin2_theta_w""",
)
@click.argument("experiments", nargs=-1, required=True, metavar="EXPERIMENT...")
@click.option(
    "--analysis", help="Name of the analysis [default: the first of each file]."
)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a key of the experiment's file.",
)
@click.option(
    "--free",
    required=True,
    help="Parameters to fit, separated by commas; see `nuprobe list parameters`.",
)
@model_options
@click.option("--no-minos", is_flag=True, help="Parabolic errors only.")
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    help="Save the profile of the first free parameter.",
)
@output_options
def fit_command(
    experiments: tuple[str, ...],
    analysis: str | None,
    changes: tuple[str, ...],
    free: str,
    model: str,
    sin2_theta_w: float | None,
    params: tuple[str, ...],
    model_file: Path | None,
    no_minos: bool,
    plot: Path | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Fit parameters to the data of each EXPERIMENT: best fit, errors, goodness of fit.

    Several experiments share the parameters and the nuisances of one name.
    """
    check_plot(plot)
    from nuprobe.errors import InputError
    from nuprobe.experiments import joint_cost
    from nuprobe.inference import fit, profile

    if len(experiments) > 1 and (analysis or changes):
        raise InputError(
            "--analysis and --set belong to one experiment; with several each takes its"
            " first analysis"
        )
    chosen = [open_experiment(name, changes) for name in experiments]
    couplings = make_model(model, sin2_theta_w, params, model_file)
    names = [n.strip() for n in free.split(",") if n.strip()]
    cost = joint_cost(chosen, couplings, names, analysis)
    result = fit(cost, minos=not no_minos)
    if plot is not None:
        from nuprobe.plotting import plot_profile, save

        best = result[names[0]]
        parameter = best.parameter
        ends = (
            [e for e in (best.interval.lower, best.interval.upper) if e is not None]
            if best.interval
            else []
        )
        width = (
            max((abs(e - best.value) for e in ends), default=None)
            if best.error is None
            else best.error
        )
        if width is None and not math.isfinite(parameter.upper - parameter.lower):
            width = 10 * parameter.step
        grid = profile_range(best.value, width, parameter.lower, parameter.upper)
        curve = profile(cost, parameter.name, grid, free=names[1:])
        references = list(
            dict.fromkeys(r for one in chosen for r in one.file.references)
        )
        save(plot_profile(curve, parameter, references=references), plot)
    emit(str(result), result.to_dict(), as_json, output)


def profile_range(
    value: float,
    error: float | None,
    lower: float,
    upper: float,
    width: float = 3.5,
    points: int = 121,
) -> FloatArray:
    """Grid of a profile: some errors around the best fit, inside the allowed range (all
    of it without an error)."""
    import numpy as np

    if error is None:
        return np.linspace(lower, upper, points)
    return np.linspace(
        max(lower, value - width * error), min(upper, value + width * error), points
    )


@click.command(
    "scan",
    epilog="""\b
Examples:
  nuprobe scan coherent-csi-2017 --grid "rn=2:9 fm:400" -o rn.h5
  nuprobe scan coherent-csi-2017 --grid "rn=2:9 fm:200,sin2_theta_w=0.1:0.4:200" -o scan.h5 --workers 2 --resume""",
)
@experiment_options
@click.option(
    "--grid",
    required=True,
    help="name=start:stop unit:count[:log], axes separated by commas.",
)
@model_options
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="HDF5 file, also the checkpoint.",
)
@click.option("--resume", is_flag=True, help="Go on where an interrupted scan stopped.")
@click.option("--overwrite", is_flag=True, help="Replace an existing file.")
@click.option("--workers", type=click.IntRange(1), help="Processes on this machine.")
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="Scheduler of a Dask cluster (needs nuprobe[cluster]).",
)
@click.option(
    "--every", default=30.0, show_default=True, help="Seconds between checkpoints."
)
@click.option("--quiet", is_flag=True, help="No progress bar.")
@click.option(
    "--plot", type=click.Path(path_type=Path), help="Save the profile or the contours."
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def scan_command(
    experiment: str,
    analysis: str | None,
    changes: tuple[str, ...],
    grid: str,
    model: str,
    sin2_theta_w: float | None,
    params: tuple[str, ...],
    model_file: Path | None,
    output: Path,
    resume: bool,
    overwrite: bool,
    workers: int | None,
    dask: str | None,
    every: float,
    quiet: bool,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Profile likelihood of EXPERIMENT on a grid, nuisances minimised at every
    point."""
    check_plot(plot, resume or overwrite)
    from contextlib import ExitStack

    from nuprobe.errors import InputError
    from nuprobe.inference import dask_executor, scan

    if workers and dask:
        raise InputError("give --workers or --dask, not both")
    if not resume:
        existing_or_new(output, overwrite)
    chosen = open_experiment(experiment, changes)
    couplings = make_model(model, sin2_theta_w, params, model_file)
    axes = make_grid(grid, chosen.parameters(couplings))
    cost = chosen.cost(couplings, list(axes), analysis)
    with ExitStack() as stack:
        executor = stack.enter_context(dask_executor(dask)) if dask else None
        result = scan(
            cost,
            axes,
            executor=executor,
            workers=workers,
            checkpoint=output,
            resume=resume,
            overwrite=overwrite,
            progress=not quiet,
            every_s=every,
        )
    if plot is not None:
        from nuprobe.plotting import plot_contour, plot_profile, save

        drawn = {p.name: p for p in cost.parameters}
        names = list(result.axes)
        if len(names) == 1:
            save(
                plot_profile(
                    (result.axes[names[0]], result.delta),
                    drawn[names[0]],
                    references=chosen.file.references,
                ),
                plot,
            )
        elif len(names) == 2:
            x, y = names
            figure = plot_contour(
                result.axes[x],
                result.axes[y],
                result.delta,
                (drawn[x], drawn[y]),
                best=(result.best[x], result.best[y]),
                references=chosen.file.references,
            )
            save(figure, plot)
        else:
            raise InputError(f"--plot draws one or two axes, not {len(names)}")
    summary = {
        "file": str(output),
        "points": int(result.twice_nll.size),
        "best": {k: float(v) for k, v in result.best.items()},
        "twice_nll": float(result.twice_nll.min()),
    }
    best = ", ".join(f"{k} = {v:.6g}" for k, v in result.best.items())
    text = (
        f"{output}: {result.twice_nll.size} points, smallest -2 ln L"
        f" {result.twice_nll.min():.4f} at {best}"
    )
    emit(text, summary, as_json, None)
