"""``nuprobe xsec deuteron``: break-up of the deuteron."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from nuprobe.cli.options import command, grouped
from nuprobe.cli.output import plot_option, table_options
from nuprobe.cli.specs import ModelSpec, SourceSpec, models_options, source_options
from nuprobe.cli.xsec.common import RecoilSpec, recoil_options
from nuprobe.cli.xsec.each import REPEATABLE, Drawable, each
from nuprobe.cli.xsec.reaction_tables import Reaction
from nuprobe.cli.xsec.reactions import (
    TARGET,
    AngleSpec,
    angle_options,
    answer,
    plain_tables,
)
from nuprobe.errors import UnknownNameError
from nuprobe.tables import Table


@dataclass(frozen=True)
class CurrentSpec:
    """The current and its constants.

    Attributes
    ----------
    channel : ``"cc"`` or ``"nc"``.
    l1a, scheme : two-body current and its scheme, or None.
    radiative : corrections.
    """

    channel: str
    l1a: str | None
    scheme: str | None
    radiative: str

    def settings(self) -> dict[str, Any]:
        """Return the keywords of `nuprobe.deuteron.total`."""
        two_body = {"l1a": self.l1a, "scheme": self.scheme}
        return {**two_body, "radiative": self.radiative}

    def process(self) -> Any:
        """Return the process."""
        from nuprobe.processes.nuclear import deuteron

        if self.channel not in ("cc", "nc"):
            raise UnknownNameError("channel", self.channel, ("cc", "nc"))
        charged = self.channel == "cc"
        made = deuteron.DeuteronCharged if charged else deuteron.DeuteronNeutral
        return made(**self.settings())

    def words(self) -> str:
        """Return the constants in words."""
        # L_1A is meaningless without a scheme, even 0; a number has been read as fm3
        given = "0 fm3" if self.l1a is None else self.l1a
        value = given if "fm" in given else f"{given} fm3"
        two_body = f"L_1A = {value} in the {self.scheme or 'resummed'} scheme"
        return f"{two_body}; radiative corrections: {self.radiative}"


_current_options = grouped(
    "current",
    CurrentSpec,
    click.option(
        "--channel",
        multiple=True,
        default=["cc"],
        help="cc (e- p p, e+ n n) or nc (nu p n); repeatable [default: cc].",
    ),
    click.option("--l1a", help="Two-body current, e.g. '4 fm3'; needs --scheme."),
    click.option("--scheme", help="Scheme of L_1A: resummed or nnlo."),
    click.option(
        "--radiative",
        default="none",
        show_default=True,
        help="none, inner (G'_F of nuclear beta decay), outer, or full.",
    ),
)


@command(
    "deuteron",
    epilog="""\b
Examples:
  nuprobe xsec deuteron --channel cc --channel nc --energy "2:20:10 MeV" --neutrino nu_e --plot d.pdf
  nuprobe xsec deuteron --channel cc --energy "10 MeV" --neutrino nubar_e --angle="-1:1:5"
  nuprobe xsec deuteron --channel nc --energy "10 MeV" --l1a "4 fm3" --scheme nnlo --json
  nuprobe xsec deuteron --target D2O --channel cc --flux "solar 8B\"""",  # noqa: E501
)
@partial(each, together=REPEATABLE)
@TARGET
@_current_options
@source_options("'10 MeV', '5, 10 MeV' or 'start:stop:count[:lin|:log] MeV'.")
@recoil_options(
    "energies of the electron, or of what a neutrino hands over", "'4:8:5 MeV'", "nu_e"
)
@angle_options
@models_options
@plot_option("Save σ, or dσ/dcosθ or dσ/dT with --angle or --recoil (pdf, png, svg).")
@table_options
def deuteron_command(
    target_text: str | None,
    current: CurrentSpec,
    source: SourceSpec,
    recoil: RecoilSpec,
    angles: AngleSpec,
    model: ModelSpec,
    plot: Path | None,
) -> Table | Drawable:
    """Break-up of the deuteron by charged or neutral currents: σ(E), mean cosines,
    dσ/dcosθ, dσ/dT, or means over a flux with the yield per fission of a reactor."""
    from nuprobe.processes.nuclear import deuteron

    process, built, more = current.process(), model.build(), current.settings()
    kind: Any = current.channel
    two_body = {name: more[name] for name in ("l1a", "scheme")}
    reaction = Reaction(
        plain_tables(process, built, target_text, "one deuteron"),
        f"deuteron {current.channel}",
        lambda e, f: deuteron.total(e, kind, f, built, **more),
        lambda flux, f: deuteron.flux_averaged(flux, kind, f, built, **more),
        lambda e, cos, f: deuteron.by_angle(e, cos, kind, f, built, **more),
        lambda e, f: deuteron.mean_cosine(e, kind, f, built, **two_body),
        note=current.words(),
    )
    return answer(reaction, source, recoil, angles, plot)
