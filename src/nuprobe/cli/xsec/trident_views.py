"""Other views of ``nuprobe xsec trident``: parts of a mediator, the ratios to the
Standard Model and to charged currents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.options import grouped
from nuprobe.cli.output import save_plot
from nuprobe.cli.xsec.common import ratio
from nuprobe.errors import InputError
from nuprobe.tables import Rows, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nuprobe.cli.xsec.trident_tables import TridentTables
    from nuprobe.models import LeptonModel
    from nuprobe.numerics import FloatArray


@dataclass(frozen=True)
class ViewSpec:
    """Which other view was asked for, at most one.

    Attributes
    ----------
    parts, ratio, over_cc : the flags.
    """

    parts: bool
    ratio: bool
    over_cc: bool

    @property
    def named(self) -> str | None:
        """Name of the view, or None for the cross section itself."""
        views = {"parts": self.parts, "ratio": self.ratio, "over-cc": self.over_cc}
        asked = [name for name, wanted in views.items() if wanted]
        if len(asked) > 1:
            raise InputError(
                f"--{asked[0]} and --{asked[1]} are two views: give one of them"
            )
        return asked[0] if asked else None

    def mixings(self, typed: str | None) -> list[str | None]:
        """Return the mixings that were typed; several belong to the ratio."""
        if typed is None:
            return [None]
        found: list[str | None] = [one.strip() for one in typed.split(",")]
        if len(found) > 1 and self.named != "ratio":
            raise InputError("several mixings need --ratio, which compares them")
        if len(set(found)) < len(found):
            raise InputError("a mixing is given twice")
        return found

    def show(
        self,
        pair: TridentTables,
        models: Sequence[LeptonModel],
        energies: FloatArray,
        plot: Path | None,
    ) -> Table:
        """Return the table of the view; draw its figure if ``--plot`` was given."""
        if plot is not None and pair.target is None:
            raise InputError("--plot needs --target")
        table, figure = {
            "parts": _parts,
            "ratio": _ratio,
            "over-cc": _over_cc,
        }[self.named or ""](pair, models, energies)
        save_plot(figure, plot)
        return table


view_options = grouped(
    "view",
    ViewSpec,
    click.option(
        "--parts",
        is_flag=True,
        help="Show sigma_SM, sigma_int and sigma_Z' of a model with a mediator.",
    ),
    click.option(
        "--ratio",
        is_flag=True,
        help="Show the ratio to the Standard Model, also for several --mixing.",
    ),
    click.option(
        "--over-cc",
        is_flag=True,
        help="Show the ratio to the inclusive charged current, per nucleus.",
    ),
)
"""Add ``--parts``, ``--ratio`` and ``--over-cc``, as `ViewSpec` ``view``."""

_FINE = 60


def _grid(pair: TridentTables, energies: FloatArray) -> FloatArray:
    """Energies of a figure: many between the ends of those typed, or around one."""
    import numpy as np

    from nuprobe.processes import trident

    if energies.size >= _FINE:
        return np.asarray(energies)
    start = trident.threshold_energy(pair.channel, pair.target, pair.setting.regime)
    low, high = float(energies.min()), float(energies.max())
    if high <= low:
        low, high = max(1.02 * start, low / 5), 5 * high
    return np.geomspace(low, max(1.1 * low, high), _FINE)


def _keywords(pair: TridentTables) -> dict[str, Any]:
    return {"regime": pair.setting.regime, "form_factor": pair.setting.form_factor}


def _parts(
    pair: TridentTables, models: Sequence[LeptonModel], energies: FloatArray
) -> tuple[Table, Any]:
    from nuprobe.processes import trident
    from nuprobe.units import GeV

    (model,) = models
    found = trident.parts(
        energies,
        pair.channel,
        pair.target,
        model,
        pair.setting.regime,
        **pair.setting.nucleus,
    )
    columns = (
        "E [GeV]",
        "sigma_SM [cm2]",
        "sigma_int [cm2]",
        "sigma_Z' [cm2]",
        "sigma [cm2]",
        "int/SM",
        "Z'/SM",
        "sigma/SM",
    )
    table = Table(
        f"{pair.title}, per {found.per}: parts of {_words(model)}",
        columns,
        Rows(
            energies / GeV,
            found.standard,
            found.interference,
            found.mediator,
            found.total,
            ratio(found.interference, found.standard),
            ratio(found.mediator, found.standard),
            ratio(found.total, found.standard),
        ),
        dict.fromkeys(columns[1:5], ".6e"),
        (
            "sigma_int is linear, sigma_Z' quadratic in the mediator's strength",
            *pair.notes(found.form_factors),
        ),
    )

    def figure() -> Figure:
        from nuprobe.plotting import plot_trident_parts

        assert pair.target is not None  # checked before anything was computed
        return plot_trident_parts(
            pair.channel, pair.target, _grid(pair, energies), model, **_keywords(pair)
        )

    return table, figure


def _ratio(
    pair: TridentTables, models: Sequence[LeptonModel], energies: FloatArray
) -> tuple[Table, Any]:
    from nuprobe.models import StandardModel
    from nuprobe.processes import trident
    from nuprobe.units import GeV

    regime, how = pair.setting.regime, pair.setting.nucleus

    def section(model: LeptonModel) -> FloatArray:
        value: FloatArray = trident.total(
            energies, pair.channel, pair.target, model, regime, **how
        )
        return value

    standard = section(StandardModel())
    labels = {_words(model): model for model in models}
    names = tuple(f"sigma/SM, {label}" for label in labels)
    table = Table(
        f"{pair.title}: ratio to the Standard Model",
        ("E [GeV]", "sigma_SM [cm2]", *names),
        Rows(energies / GeV, standard, *(ratio(section(m), standard) for m in models)),
        {"sigma_SM [cm2]": ".6e"},
        pair.notes({}),
    )

    def figure() -> Figure:
        from nuprobe.plotting import plot_trident_ratio
        from nuprobe.plotting.trident_axes import described

        assert pair.target is not None  # checked before anything was computed
        return plot_trident_ratio(
            pair.channel,
            pair.target,
            _grid(pair, energies),
            {described(model): model for model in models},
            **_keywords(pair),
        )

    return table, figure


def _over_cc(
    pair: TridentTables, models: Sequence[LeptonModel], energies: FloatArray
) -> tuple[Table, Any]:
    from nuprobe.nuclei import Target
    from nuprobe.nuclei import target as make_target
    from nuprobe.processes import trident
    from nuprobe.units import GeV

    (model,) = models
    if pair.target is None or pair.setting.regime in ("proton", "neutron", "electron"):
        raise InputError(
            "--over-cc is per nucleus: it needs --target and a regime such as all or"
            " coherent"
        )
    regime, how = pair.setting.regime, pair.setting.nucleus
    section = trident.total(energies, pair.channel, pair.target, model, regime, **how)
    made = (
        pair.target
        if isinstance(pair.target, Target)
        else make_target(pair.target, form_factor="point")
    )
    nucleons = sum(c.count * c.isotope.a for c in made.components)
    charged = trident.charged_current(energies, pair.channel.incoming.name, nucleons)
    table = Table(
        f"{pair.title}: beside the inclusive charged current on {nucleons:g} nucleons",
        ("E [GeV]", "sigma [cm2]", "sigma_CC [cm2]", "sigma/sigma_CC"),
        Rows(energies / GeV, section, charged, section / charged),
        dict.fromkeys(("sigma [cm2]", "sigma_CC [cm2]", "sigma/sigma_CC"), ".4e"),
        (
            "sigma_CC/E: 0.677e-38 (neutrinos), 0.334e-38 cm2/GeV (antineutrinos) per"
            " nucleon, mean of 30 to 200 GeV (ParticleDataGroup:2024cfk, unverified)",
            *pair.notes({}),
        ),
    )

    def figure() -> Figure:
        from nuprobe.plotting import plot_trident_charged_current

        assert pair.target is not None
        return plot_trident_charged_current(
            [pair.channel],
            pair.target,
            _grid(pair, energies),
            model=model,
            **_keywords(pair),
        )

    return table, figure


def _words(model: LeptonModel) -> str:
    """Name of a model with the mass, coupling and mixing of its mediator."""
    texts = [str(getattr(model, "name", type(model).__name__))]
    if hasattr(model, "mass"):
        texts.append(f"m = {model.mass:g} MeV")
    for key, symbol in (("coupling", "g'"), ("mixing", "mixing")):
        value = getattr(model, key, None)
        if value is not None:
            shown = value if isinstance(value, str) else f"{value:g}"
            texts.append(f"{symbol} = {shown}")
    return ", ".join(texts)
