"""``nuprobe xsec asymptotics``: formulas of the literature compared with computed cross
sections."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.tables import Rows, Table

if TYPE_CHECKING:
    from nuprobe.plotting.sheets import Drawn


@command(
    "asymptotics",
    epilog=(
        'Example: nuprobe xsec asymptotics --target Fe56 --energy "5, 160, 1000 GeV"'
    ),
)
@click.option("--target", default="Fe56", show_default=True, help="An isotope.")
@click.option(
    "--energy",
    default="5, 160, 1e3, 1e6 GeV",
    show_default=True,
    help="'10, 20 GeV' or 'start:stop:count[:lin|:log] GeV'.",
)
@plot_option("Save the ratios over the energy (pdf, png, svg).")
@output_options
def asymptotics_command(
    target: str, energy: str, plot: Path | None, out: Output
) -> None:
    """Asymptotic formulas for tridents in the V-A theory (muon pairs, electron pairs,
    nucleons, electrons) compared with the computed four-fermion cross sections, and
    which of them are approached."""
    import numpy as np

    from nuprobe.processes import trident
    from nuprobe.units import GeV, parse_grid

    e = np.atleast_1d(parse_grid(energy, "energy"))
    names = list(trident.ASYMPTOTICS)
    computed = [trident.asymptotic(n, e, target, computed=True) for n in names]
    formula = [trident.asymptotic(n, e, target) for n in names]
    above, below = np.concatenate(computed), np.concatenate(formula)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(below > 0, above / below, np.nan)
    table = Table(
        f"{target}, V-A in the four-fermion theory: computed over asymptotic formula",
        ("formula", "channel", "E [GeV]", "computed [cm2]", "formula [cm2]", "ratio"),
        Rows(
            np.repeat(np.array(names), e.size),
            np.repeat(
                np.array([trident.ASYMPTOTICS[n].channel for n in names]), e.size
            ),
            np.tile(e / GeV, len(names)),
            above,
            below,
            share,
        ),
        {"computed [cm2]": ".4e", "formula [cm2]": ".4e", "ratio": ".4f"},
        (
            *(f"{n}: {trident.ASYMPTOTICS[n].text}" for n in names),
            *(f"{n} followed? {trident.ASYMPTOTICS[n].follows}" for n in names),
            "R0 = 1.21 A^(1/3) fm; nucleons not blocked, with dipole form factors; on"
            " iron, numbers of the statements are of Fe56",
        ),
    )
    out.table(table)

    def figure() -> Drawn:
        from nuprobe.plotting import plot_trident_asymptotics

        grid = (
            e if e.size > 4 else np.geomspace(e.min(), max(e.max(), 10 * e.min()), 20)
        )
        return plot_trident_asymptotics(target, grid)

    save_plot(figure, plot)
