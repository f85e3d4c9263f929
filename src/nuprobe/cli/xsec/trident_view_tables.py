"""Tables and figures of the other views of ``nuprobe xsec trident``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nuprobe.cli.xsec.common import ratio
from nuprobe.tables import Rows, Table

if TYPE_CHECKING:
    from nuprobe.cli.xsec.trident_tables import TridentTables
    from nuprobe.models import LeptonModel
    from nuprobe.numerics import FloatArray
    from nuprobe.plotting.sheets import Drawn

_FINE = 60


def figure_grid(pair: TridentTables, energies: FloatArray) -> FloatArray:
    """Energies of a figure: many between the ends of those typed, or around a single
    one."""
    import numpy as np

    from nuprobe.processes import trident

    if energies.size >= _FINE:
        return np.asarray(energies)
    start = trident.threshold_energy(pair.channel, pair.target, pair.setting.regime)
    low, high = float(energies.min()), float(energies.max())
    if high <= low:
        low, high = max(1.02 * start, low / 5), 5 * high
    return np.geomspace(low, max(1.1 * low, high), _FINE)


def figure_keywords(pair: TridentTables) -> dict[str, Any]:
    """Regime and form factor, as keywords of figures."""
    return {"regime": pair.setting.regime, "form_factor": pair.setting.form_factor}


def parts_view(
    pair: TridentTables, models: Sequence[LeptonModel], energies: FloatArray
) -> tuple[Table, Any]:
    """Parts of a mediator: table, and function for the figure."""
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
        f"{pair.title}, per {found.per}: parts of {words(model)}",
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

    def figure() -> Drawn:
        from nuprobe.plotting import plot_trident_parts

        assert pair.target is not None  # checked before anything is computed
        at = pair.channel, pair.target, figure_grid(pair, energies), model
        return plot_trident_parts(*at, **figure_keywords(pair))

    return table, figure


def ratio_view(
    pair: TridentTables, models: Sequence[LeptonModel], energies: FloatArray
) -> tuple[Table, Any]:
    """Ratios to the Standard Model: table, and function for the figure."""
    from nuprobe.models import StandardModel
    from nuprobe.processes import trident
    from nuprobe.units import GeV

    regime, how = pair.setting.regime, pair.setting.nucleus

    def section(model: LeptonModel) -> FloatArray:
        where = pair.channel, pair.target, model, regime
        value: FloatArray = trident.total(energies, *where, **how)
        return value

    standard = section(StandardModel())
    names = tuple(f"sigma/SM, {words(model)}" for model in models)
    table = Table(
        f"{pair.title}: ratio to the Standard Model",
        ("E [GeV]", "sigma_SM [cm2]", *names),
        Rows(energies / GeV, standard, *(ratio(section(m), standard) for m in models)),
        {"sigma_SM [cm2]": ".6e"},
        pair.notes({}),
    )

    def figure() -> Drawn:
        from nuprobe.plotting import plot_trident_ratio
        from nuprobe.plotting.trident_axes import described

        assert pair.target is not None  # checked before anything is computed
        return plot_trident_ratio(
            pair.channel,
            pair.target,
            figure_grid(pair, energies),
            {described(model): model for model in models},
            **figure_keywords(pair),
        )

    return table, figure


def words(model: LeptonModel) -> str:
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
