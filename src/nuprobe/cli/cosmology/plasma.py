"""``nuprobe cosmology plasma`` and ``potential``: densities, Debye length, and the
potential of a charge."""

from __future__ import annotations

from pathlib import Path

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot


@command(
    "plasma",
    epilog="""\b
Examples:
  nuprobe cosmology plasma
  nuprobe cosmology plasma --temperature "0.01:10:40:log MeV" --plot debye.pdf""",
)
@click.option(
    "--temperature",
    default="0.01:10:7:log MeV",
    show_default=True,
    help="'1 MeV' or 'start:stop:count[:lin|:log] MeV'.",
)
@click.option("--eta", type=float, default=6.13744e-10, show_default=True)
@click.option("--y-p", type=float, default=0.247, show_default=True)
@plot_option("Save the Debye length over temperature (pdf, png, svg).")
@output_options
def plasma_command(
    temperature: str, eta: float, y_p: float, plot: Path | None, out: Output
) -> None:
    """Densities of e+ and e-, chemical potential, Debye length and pressure."""
    from nuprobe.cli.cosmology.decoupling_tables import plasma_table
    from nuprobe.cosmology import plasma_state
    from nuprobe.units import parse_grid

    state = plasma_state(parse_grid(temperature, "energy"), eta, y_p)
    if plot is not None:
        from nuprobe.plotting import plot_debye_length

        save_plot(lambda: plot_debye_length(state.temperature, eta=eta, y_p=y_p), plot)
    out.table(plasma_table(state))


@command(
    "potential",
    epilog="""\b
Examples:
  nuprobe cosmology potential --charge 80
  nuprobe cosmology potential --temperature "0.5 MeV" --plot potential.pdf""",
)
@click.option("--temperature", default="1 MeV", show_default=True)
@click.option(
    "--charge", type=float, default=1.0, show_default=True, help="In units of e."
)
@click.option(
    "--chemical-potential",
    default="0 MeV",
    show_default=True,
    help="Chemical potential of electrons; without it the quadratic term vanishes.",
)
@plot_option("Save the potential in three orders (pdf, png, svg).")
@output_options
def potential_command(
    temperature: str,
    charge: float,
    chemical_potential: str,
    plot: Path | None,
    out: Output,
) -> None:
    """Screened potential of a charge, to first, second and third order."""
    from nuprobe.cosmology import screened_potential
    from nuprobe.errors import InputError
    from nuprobe.tables import Table
    from nuprobe.units import fm, parse_quantity

    if charge == 0:
        raise InputError(
            "--charge must not be 0: without a charge there is no potential"
        )
    t = parse_quantity(temperature, "energy")
    mu = parse_quantity(chemical_potential, "energy")
    clouds = [
        screened_potential(t, charge, chemical_potential=mu, order=k) for k in (1, 2, 3)
    ]
    if plot is not None:
        from nuprobe.plotting import plot_screened_potential

        save_plot(
            lambda: plot_screened_potential(t, charge, chemical_potential=mu), plot
        )
    length = 1 / clouds[0].debye_mass
    rows = []
    for x in (0.002, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0):
        values = [float(cloud(x * length)) for cloud in clouds]
        rows.append((x, x * length / (1e3 * fm), *values, values[2] / values[0] - 1))
    columns = ("r/lambda_D", "r [pm]", *(f"e phi, order {k} [MeV]" for k in (1, 2, 3)))
    out.table(
        Table(
            f"Potential of a charge {charge:g} e at T = {t:g} MeV",
            (*columns, "order 3 over 1, less 1"),
            tuple(rows),
            None,
            (
                f"lambda_D = {length / (1e3 * fm):.5g} pm, mu = {mu:g} MeV",
                "the field at lambda_D/1000 is that of the charge",
            ),
        )
    )
