"""``nuprobe star emission``: energy loss of a star by plasmon decay."""

from __future__ import annotations

from pathlib import Path

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.tables import Table


@command(
    "emission",
    epilog="""\b
Examples:
  nuprobe star emission
  nuprobe star emission --density 2e5 --density 1e6 --temperature 1e8 --json
  nuprobe star emission --density 1e6 --moment 3e-12 --plot emission.pdf""",
)
@click.option(
    "--density",
    type=float,
    multiple=True,
    default=(2e5, 1e6),
    show_default=True,
    help="In g/cm3; may be repeated.",
)
@click.option(
    "--temperature",
    type=float,
    multiple=True,
    default=(1e8,),
    show_default=True,
    help="In K; may be repeated.",
)
@click.option(
    "--moment",
    type=float,
    default=1e-12,
    show_default=True,
    help="mu_nu in Bohr magnetons.",
)
@click.option(
    "--y-e", type=float, default=0.5, show_default=True, help="Electrons per nucleon."
)
@plot_option("Save the emission over density (pdf, png, svg).")
@output_options
def emission_command(
    density: tuple[float, ...],
    temperature: tuple[float, ...],
    moment: float,
    y_e: float,
    plot: Path | None,
    out: Output,
) -> None:
    """Energy loss of plasmons to neutrinos, through a moment and through the weak
    interaction."""
    from nuprobe.stars import fitted_emission, plasmon_emission

    rows, error = [], 0.0
    for rho in density:
        for kelvin in temperature:
            found = plasmon_emission(rho, kelvin, moment, y_e=y_e)
            fit = fitted_emission(rho, kelvin, y_e)
            rows.append(
                (
                    *(rho, kelvin, 1e3 * found.plasma_frequency, found.magnetic),
                    *(found.weak, fit, found.ratio),
                )
            )
            error = max(error, found.error)
    if plot is not None:
        from nuprobe.plotting import plot_plasmon_emission

        save_plot(lambda: plot_plasmon_emission(temperature[0], moment, y_e=y_e), plot)
    out.table(
        Table(
            f"plasmon decay, mu_nu = {moment:g} mu_B, Y_e = {y_e:g}",
            (
                *("density [g/cm3]", "T [K]", "omega_p [keV]", "by moment [erg/g/s]"),
                *("weak [erg/g/s]", "weak, fit [erg/g/s]", "moment/weak"),
            ),
            tuple(rows),
            {
                **{"omega_p [keV]": ".4g", "by moment [erg/g/s]": ".4g"},
                **{"weak [erg/g/s]": ".4g", "weak, fit [erg/g/s]": ".4g"},
                "moment/weak": ".4g",
            },
            (
                f"dispersion of Braaten and Segel; integrals to {error:.0e}",
                "fit: Haft, Raffelt and Weiss 1994, coefficients from memory",
            ),
        )
    )
