"""The figure of ``nuprobe xsec cevns``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nuprobe.cli.xsec.cevns_tables import CevnsTables
from nuprobe.cli.xsec.remarks import acts

if TYPE_CHECKING:
    from nuprobe.models import Model
    from nuprobe.numerics import FloatArray
    from nuprobe.plotting.sheets import Drawn
    from nuprobe.tables import Table


def default_flavour(model: Model) -> str:
    """Return ν_μ, or the first flavour affected by a model if ν_μ is not.

    Parameters
    ----------
    model : as built.
    """
    from nuprobe.models import StandardModel
    from nuprobe.processes import process

    if isinstance(model, StandardModel):
        return "nu_mu"
    coherent = process("cevns")
    flavours = ("nu_mu", "nu_e", "nu_tau")
    return next((f for f in flavours if acts(coherent, model, f)), "nu_mu")


def cases(
    setting: CevnsTables, energies: FloatArray, flavour: str, *, differential: bool
) -> list[Any]:
    """Return the curves of the figure of σ(E) or dσ/dT.

    Parameters
    ----------
    setting : target and model.
    energies : MeV.
    flavour : of the neutrino.
    differential : whether they are of dσ/dT, one for each energy.
    """
    from nuprobe.plotting import Case

    if not differential:
        return [Case(setting.target, setting.model, flavour)]
    return [Case(setting.target, setting.model, flavour, float(e)) for e in energies]


def figure(
    setting: CevnsTables,
    cases: list[Any],
    energies: FloatArray,
    recoils: FloatArray | None,
) -> Drawn:
    """Return the figure of all curves: σ(E), or dσ/dT if they have energies.

    Parameters
    ----------
    setting : common settings: threshold, axial response, path.
    cases : the curves.
    energies : MeV, of σ(E).
    recoils : MeV, which determine the range of dσ/dT, or None.
    """
    import numpy as np

    from nuprobe.models import StandardModel
    from nuprobe.plotting import (
        plot_differential,
        plot_recoils,
        plot_total,
        plot_totals,
    )

    settings: dict[str, Any] = {"axial": setting.axial}
    # the Standard Model of one flavour is compared with full coherence
    plain = (
        all(isinstance(c.model, StandardModel) for c in cases)
        and len({(id(c.model) if c.energy else 0, c.flavour) for c in cases}) == 1
        and setting.path is None
    )
    first, spectra = cases[0], cases[0].energy is not None
    if spectra and plain:
        return plot_differential(
            first.target, first.model, energies, flavours=first.flavour, **settings
        )
    settings["propagation"] = setting.path
    if spectra:
        fine = None if recoils is None or recoils.size < 2 else recoils
        return plot_recoils(cases, recoils=fine, **settings)
    grid = energies
    if energies.size == 1:
        grid = np.linspace(1.0, 1.5 * float(energies[0]), 120)
    elif energies.size < 20:
        grid = np.linspace(float(energies[0]), float(energies[-1]), 120)
    if plain and len({c.model for c in cases}) == 1:
        del settings["propagation"]
        return plot_total(
            [c.target for c in cases],
            first.model,
            grid,
            flavour=first.flavour,
            threshold=setting.floor,
            **settings,
        )
    return plot_totals(cases, grid, threshold=setting.floor, **settings)


def falling(setting: CevnsTables, energies: FloatArray, flavour: str) -> Table:
    """Return dσ/dT at recoils over four decades, if the total diverges.

    Parameters
    ----------
    setting : target and model.
    energies : MeV.
    flavour : of the neutrino.
    """
    from dataclasses import replace

    import numpy as np

    from nuprobe.processes.elastic.recoil import recoil_maximum

    masses = [c.isotope.mass for c in setting.target.components]
    top = max(float(recoil_maximum(e, m)) for e in energies for m in masses)
    table = setting.differential(energies, np.geomspace(1e-4 * top, top, 17), flavour)
    note = (
        "photon exchange makes the total infinite: dsigma/dT is given instead;"
        " --threshold gives totals above a recoil energy"
    )
    return replace(table, notes=(*table.notes, note))
