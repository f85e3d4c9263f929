"""``nuprobe xsec carbon``: transitions of carbon between levels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.options import command, grouped
from nuprobe.cli.output import plot_option, table_options
from nuprobe.cli.specs import ModelSpec, SourceSpec, models_options, source_options
from nuprobe.cli.xsec.common import RecoilSpec, recoil_options
from nuprobe.cli.xsec.each import REPEATABLE, Drawable, each
from nuprobe.cli.xsec.process_tables import alone
from nuprobe.cli.xsec.reaction_tables import Reaction
from nuprobe.cli.xsec.reactions import TARGET, AngleSpec, answer, plain_tables
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.flavours import Flavour
    from nuprobe.fluxes import Flux
    from nuprobe.numerics import FloatArray


@dataclass(frozen=True)
class CarbonSpec:
    """Transitions as typed.

    Attributes
    ----------
    channel : ``"cc"`` or ``"nc"``.
    levels, level : table, and one of its levels or None.
    above : minimum energy of the neutrinos of a flux, or None.
    """

    channel: str
    levels: str
    level: str | None
    above: str | None

    def process(self) -> Any:
        """Return the process."""
        from nuprobe.processes.nuclear import carbon
        from nuprobe.processes.nuclear.one_level import one_level

        if self.channel not in ("cc", "nc"):
            raise UnknownNameError("channel", self.channel, ("cc", "nc"))
        charged = self.channel == "cc"
        made: Any = carbon.CarbonCharged if charged else carbon.CarbonNeutral
        process = made(self.levels)
        return process if self.level is None else one_level(process, self.level)

    def words(self) -> str:
        """Return the choices in words."""
        above = f"; mean over neutrinos above {self.above}" if self.above else ""
        return f"levels: {self.levels}, {self.level or 'all'}{above}"


_carbon_options = grouped(
    "carbon",
    CarbonSpec,
    click.option(
        "--channel",
        multiple=True,
        default=["cc"],
        help="cc (electron and a level of the product) or nc (a level of carbon);"
        " repeatable [default: cc].",
    ),
    click.option(
        "--levels",
        default="carbon13",
        show_default=True,
        help="Table: carbon13, carbon12, carbon12-inclusive, carbon12-nubar, or a TOML"
        " file.",
    ),
    click.option("--level", help="One level of the table by its name [default: all]."),
    click.option(
        "--above", help="With a flux, include neutrinos above this energy only."
    ),
)


@command(
    "carbon",
    epilog="""\b
Examples:
  nuprobe xsec carbon --channel cc --energy "3:15:7 MeV" --neutrino nu_e --plot c13.pdf
  nuprobe xsec carbon --channel nc --energy "10 MeV" --neutrino nu_mu --json
  nuprobe xsec carbon --level "1/2- g.s." --energy "5, 10, 15 MeV"
  nuprobe xsec carbon --level "1/2- g.s." --flux "solar 8B" --above "7 MeV"
  nuprobe xsec carbon --levels carbon12-inclusive --flux sns --neutrino nu_e""",
)
@partial(each, together=REPEATABLE)
@TARGET
@_carbon_options
@source_options("'10 MeV', '5, 10 MeV' or 'start:stop:count[:lin|:log] MeV'.")
@recoil_options("deposits", "'4:12:5 MeV'", "the first that takes part")
@models_options
@plot_option("Save σ, or dσ/dT with --recoil (pdf, png, svg).")
@table_options
def carbon_command(
    target_text: str | None,
    carbon: CarbonSpec,
    source: SourceSpec,
    recoil: RecoilSpec,
    model: ModelSpec,
    plot: Path | None,
) -> Table | Drawable:
    """Neutrinos on carbon-13 or carbon-12 by charged or neutral currents: σ(E), dσ/dT,
    or means over a flux. `nuprobe xsec levels` gives level by level."""
    from nuprobe.processes.nuclear.carbon import flux_averaged, total
    from nuprobe.units import parse_quantity

    if carbon.above is not None and source.flux_name is None:
        raise InputError("--above requires --flux")
    lowest = 0.0 if carbon.above is None else parse_quantity(carbon.above, "energy")
    process, built = carbon.process(), model.build()
    kind: Any = carbon.channel
    chosen: Any = {"levels": carbon.levels, "level": carbon.level}

    def sigma(e: FloatArray, f: str) -> FloatArray:
        return total(e, kind, f, built, **chosen)

    def mean(flux: Flux, f: Flavour) -> float:
        return flux_averaged(flux, kind, f, built, lowest=lowest, **chosen)

    reaction = Reaction(
        plain_tables(process, built, target_text, alone(process)),
        f"{carbon.levels} {kind}" + (f" ({carbon.level})" if carbon.level else ""),
        sigma,
        mean,
        note=carbon.words(),
        whole=carbon.above is None,
    )
    return answer(reaction, source, recoil, AngleSpec(None, False), plot)
