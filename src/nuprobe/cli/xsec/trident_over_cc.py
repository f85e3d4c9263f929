"""Tridents over the inclusive charged current: table and figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nuprobe.cli.xsec.trident_view_tables import figure_grid, figure_keywords
from nuprobe.errors import InputError
from nuprobe.tables import Rows, Table

if TYPE_CHECKING:
    from nuprobe.cli.xsec.trident_tables import TridentTables
    from nuprobe.models import LeptonModel
    from nuprobe.numerics import FloatArray
    from nuprobe.plotting.sheets import Drawn


def over_cc_view(
    pair: TridentTables, models: Sequence[LeptonModel], energies: FloatArray
) -> tuple[Table, Any]:
    """Ratio to the charged current: table, and function for the figure."""
    from nuprobe.nuclei import Target
    from nuprobe.nuclei import target as make_target
    from nuprobe.processes import trident
    from nuprobe.units import GeV

    (model,) = models
    if pair.target is None or pair.setting.regime in ("proton", "neutron", "electron"):
        raise InputError(
            "--over-cc is per nucleus and requires --target and a regime such as all"
            " or coherent"
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
        f"{pair.title}: ratio to the charged current on {nucleons:g} nucleons",
        ("E [GeV]", "sigma [cm2]", "sigma_CC [cm2]", "sigma/sigma_CC"),
        Rows(energies / GeV, section, charged, section / charged),
        dict.fromkeys(("sigma [cm2]", "sigma_CC [cm2]", "sigma/sigma_CC"), ".4e"),
        (
            "sigma_CC/E: 0.677e-38 (neutrinos), 0.334e-38 cm2/GeV (antineutrinos) per"
            " nucleon, mean of 30 to 200 GeV (ParticleDataGroup:2024cfk, unverified)",
            *pair.notes({}),
        ),
    )

    def figure() -> Drawn:
        from nuprobe.plotting import plot_trident_charged_current

        assert pair.target is not None
        return plot_trident_charged_current(
            [pair.channel],
            pair.target,
            figure_grid(pair, energies),
            model=model,
            **figure_keywords(pair),
        )

    return table, figure
