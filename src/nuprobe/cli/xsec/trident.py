"""``nuprobe xsec trident``: neutrino trident production."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.options import command, grouped, target_spec
from nuprobe.cli.output import plot_option, table_options
from nuprobe.cli.specs import ModelSpec, SourceSpec, models_options, source_options
from nuprobe.cli.tridents import TridentSpec, trident_options
from nuprobe.cli.xsec.each import Drawable, each
from nuprobe.cli.xsec.every_channel import every_channel
from nuprobe.cli.xsec.trident_tables import TridentTables
from nuprobe.cli.xsec.trident_views import ViewSpec, view_options
from nuprobe.errors import InputError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.models import LeptonModel


@dataclass(frozen=True)
class MediatorSpec:
    """Short forms of ``--param``, and contact operators.

    Attributes
    ----------
    mass, coupling, mixing : of the model's mediator, as typed, or None.
    wcxf : file of contact operators added to the model, or None.
    """

    mass: str | None
    coupling: float | None
    mixing: str | None
    wcxf: Path | None

    def build(self, model: ModelSpec) -> LeptonModel:
        """Return the model with these parameters."""
        from nuprobe.models import read_wcxf
        from nuprobe.models.named import model_fields

        pairs = {"mass": self.mass, "coupling": self.coupling, "mixing": self.mixing}
        given = {key: value for key, value in pairs.items() if value is not None}
        known = {f.name for f in model_fields(model.model)}
        for key in given:
            if key not in known:
                raise InputError(
                    f"--{key} requires a model with that parameter, such as --model"
                    f" lmu-ltau; got {model.model}"
                )
        params = (*model.params, *(f"{k}={v}" for k, v in given.items()))
        chosen = replace(model, params=params).leptons()
        return chosen if self.wcxf is None else read_wcxf(self.wcxf, chosen)


_mediator_options = grouped(
    "mediator",
    MediatorSpec,
    click.option("--mass", help="Short for --param mass=..., e.g. '10 MeV'."),
    click.option("--coupling", type=float, help="Short for --param coupling=..."),
    click.option(
        "--mixing",
        help=(
            "Short for --param mixing=...: kinetic mixing, a number or loop; with"
            " --ratio several, separated by commas."
        ),
    ),
    click.option(
        "--wcxf",
        type=click.Path(path_type=Path),
        help="Contact operators from a WCxf file, added to the model.",
    ),
)


@command(
    "trident",
    epilog="""\b
Examples:
  nuprobe xsec trident --channel "nu_mu -> nu_mu mu+ mu-" --target Fe56 --energy "160 GeV" --regime all
  nuprobe xsec trident --channel "nu_e -> nu_e e+ e-" --target Ar40 --energy "1:100:9:log GeV" --json
  nuprobe xsec trident --channel all --target Ar40 --flux dune-nd-fhc
  nuprobe xsec trident --channel "nu_mu -> nu_mu mu+ mu-" --target Ar40 --energy "1:100:9:log GeV" --model lmu-ltau --mass "10 MeV" --coupling 1e-3 --mixing "0, 0.01, -0.01" --ratio --plot ratio.pdf
  nuprobe xsec trident --channel "nu_mu -> nu_mu mu+ mu-" --target Fe56 --energy "30:300:9:log GeV" --over-cc""",  # noqa: E501
)
@every_channel
@partial(each, together=("channel",))
@click.option(
    "--channel",
    required=True,
    multiple=True,
    help="Such as 'nu_mu -> nu_e e+ mu-', repeatable; or all (accessible with the"
    " flux).",
)
@click.option(
    "--target",
    "target_text",
    multiple=True,
    help="As for cevns, repeatable; not needed for --regime electron.",
)
@source_options("'30 GeV', '10, 20 GeV' or 'start:stop:count[:lin|:log] GeV'.")
@trident_options
@models_options
@_mediator_options
@view_options
@plot_option("Save sigma/E by regime, or the chosen view (pdf, png, svg).")
@table_options
def trident_command(
    channel: str,
    target_text: str | None,
    source: SourceSpec,
    setting: TridentSpec,
    model: ModelSpec,
    mediator: MediatorSpec,
    view: ViewSpec,
    plot: Path | None,
) -> Table | Drawable:
    """Neutrino trident production: σ(E) per nucleus, nucleon or electron."""
    from nuprobe.processes import trident

    mixings = view.mixings(mediator.mixing)
    models = [replace(mediator, mixing=one).build(model) for one in mixings]
    pair = TridentTables(
        trident.channel(channel),
        None if target_text is None else target_spec(target_text),
        models[0],
        setting,
        target_text or setting.regime,
    )
    flux = source.flux()
    if view.named is not None:
        if flux is not None:
            raise InputError(f"--{view.named} requires --energy")
        return view.show(pair, models, view.checked(pair, source.energies()), plot)
    if plot is not None and (flux is not None or pair.target is None):
        raise InputError(f"--plot needs {'--target' if flux is None else '--energy'}")
    if flux is not None:
        return pair.average(flux)
    energies = view.checked(pair, source.energies())
    table = pair.totals(energies)
    if plot is None:
        return table
    return Drawable(table, [pair.channel], lambda all_: pair.figure(energies, all_))
