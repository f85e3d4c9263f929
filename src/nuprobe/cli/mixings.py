"""Limits on the mixing with a sterile neutrino, as ``nuprobe limit`` prints them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nuprobe.cli.mixing_rows import by_formula, by_toys, rows_table
from nuprobe.cli.output import Output, save_plot
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.cli.limits import LevelSpec
    from nuprobe.experiments import AnyExperiment
    from nuprobe.inference import Cost, ExclusionPlane

__all__ = ["print_mixings"]

_GRID = "dm2_41=0.1:20 eV2:40:log"
_MIXINGS = 200  # values of the mixing between 0.001 and 1


def print_mixings(
    chosen: Sequence[AnyExperiment],
    asked: tuple[Any, Any, Any],
    level: LevelSpec,
    plot: Path | None,
    out: Output,
) -> bool:
    """Print limits on the mixing with a sterile neutrino; False if no experiment
    measures disappearance or reactor rates.

    For each experiment and for all together, and for each Δm², they are the mixing
    above which everything is excluded by CLs, asymptotic along that row
    (`ExclusionPlane`) or with toys generated and fitted there, or the upper end of the
    Feldman–Cousins interval; and the significance against no mixing.

    Parameters
    ----------
    chosen : the experiments.
    asked : family, plane and additional curves, of which only ``--grid`` is used.
    level : confidence level and analyses.
    plot : file of the figure, or None.
    out : destination of the output.

    Examples
    --------
    >>> from nuprobe.cli.output import Output
    >>> print_mixings([], (None, None, None), None, None, Output(False, None))
    False
    """
    from nuprobe.experiments import BaselineExperiment, ReactorExperiment

    kinds = (BaselineExperiment, ReactorExperiment)
    mixed = [one for one in chosen if isinstance(one, kinds)]
    if not mixed:
        return False
    if len(mixed) < len(chosen):
        raise InputError(
            f"{mixed[0].name} limits a mixing, the others a mediator: these cannot"
            " be combined"
        )
    method = level.method()
    family, plane, beside = asked
    used: dict[str, Any] = {"grid": None}
    if method.by_toys:
        used |= {"workers": None, "dask": None}
    if (family, replace(plane, **used), beside) != tuple(type(one)() for one in asked):
        raise InputError(
            "a limit on a mixing takes --grid (of dm2_41), --cl, --analysis and"
            " --plot, and --workers or --dask with toys; drop the options for mediators"
        )
    planes = _planes(mixed, plane.grid or _GRID, level)
    found = by_formula(planes, level.cl)
    if method.by_toys:
        nodes = next(iter(planes.values())).y
        found = by_toys(_costs(mixed, level), nodes, level.cl, method, plane)
    if plot is not None:
        from nuprobe.plotting import plot_exclusion_plane

        references = list(dict.fromkeys(r for one in mixed for r in one.references))
        label, last = list(planes.items())[-1]
        row = found.limits[label] if method.by_toys else None
        save_plot(
            lambda: plot_exclusion_plane(
                last,
                level.cl,
                ["raster", "cls", "expected"],
                rows=None if row is None else {f"{found.said.short}, toys": row},
                references=references,
            ),
            plot,
        )
    table = rows_table(found, planes, level.cl)
    data = {**table.to_dict(), "cl": level.cl, "method": found.method}
    data |= {"sides": found.said.sides, "intervals": found.said.to_dict()}
    data["no_mixing"] = {
        name: {"rise": one.without - one.lowest, "best": list(one.best)}
        for name, one in planes.items()
    }
    out.emit(str(table), data)
    return True


def _planes(
    mixed: Sequence[AnyExperiment], grid: str, level: LevelSpec
) -> dict[str, ExclusionPlane]:
    """Planes of each experiment and of all together, without toys."""
    import numpy as np

    from nuprobe.cli.grids import make_grid
    from nuprobe.inference import exclusion_plane

    axes = make_grid(grid, mixed[0].parameters(), log=True)
    if list(axes) != ["dm2_41"]:
        raise InputError("--grid for a limit on a mixing must have one axis, dm2_41")
    whole = {"sin2_2theta_14": np.geomspace(1e-3, 1, _MIXINGS), **axes}
    costs = _costs(mixed, level)
    return {n: exclusion_plane(c, whole, toys=0) for n, c in costs.items()}


def _costs(mixed: Sequence[AnyExperiment], level: LevelSpec) -> dict[str, Cost]:
    """Costs of each experiment and of all together, over both parameters."""
    from nuprobe.inference import CostSum

    free, analyses = ("sin2_2theta_14", "dm2_41"), level.analyses
    costs: dict[str, Cost] = {
        one.name: one.cost(None, free, analyses.get(one.name)) for one in mixed
    }
    if len(costs) > 1:
        costs["combined"] = CostSum(*costs.values())
    return costs
