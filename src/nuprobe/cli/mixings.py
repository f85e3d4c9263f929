"""Limits on the mixing with a sterile neutrino, as ``nuprobe limit`` prints them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nuprobe.cli.output import Output, save_plot
from nuprobe.errors import InputError
from nuprobe.inference.construction import Construction
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.cli.limits import LevelSpec
    from nuprobe.experiments import AnyExperiment
    from nuprobe.inference import ExclusionPlane

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
    measures a disappearance or rates of reactors.

    For each Δm² the mixing above which all is excluded by CLs, asymptotic along that
    row (`ExclusionPlane`), of each experiment and of all together; and by how much no
    mixing at all is disfavoured.

    Parameters
    ----------
    chosen : the experiments.
    asked : family, plane and what is drawn beside, of which ``--grid`` alone is used.
    level : confidence level and analyses.
    plot : file of the figure, or None.
    out : where to print.

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
    if level.method().by_toys:
        raise InputError(
            "toys of mixings are thrown on their plane: use `nuprobe plane --intervals`"
        )
    family, plane, beside = asked
    if (family, replace(plane, grid=None), beside) != tuple(
        type(one)() for one in asked
    ):
        raise InputError(
            "a limit on a mixing takes --grid (of dm2_41), --cl, --analysis and"
            " --plot; drop the options for mediators"
        )
    planes = _planes(mixed, plane.grid or _GRID, level)
    if plot is not None:
        from nuprobe.plotting import plot_exclusion_plane

        references = list(dict.fromkeys(r for one in mixed for r in one.references))
        last = list(planes.values())[-1]
        save_plot(
            lambda: plot_exclusion_plane(
                last, level.cl, ["raster", "cls", "expected"], references=references
            ),
            plot,
        )
    limits = {name: one.limits("raster", level.cl) for name, one in planes.items()}
    nodes = next(iter(planes.values())).y
    columns = zip(*limits.values(), strict=True)
    rows = tuple((float(y), *x) for y, x in zip(nodes, columns, strict=True))
    table = Table(
        f"largest sin2_2theta_14, {Construction('cls', level.cl).short} at each dm2_41",
        ("dm2_41 [eV2]", *limits),
        rows,
        dict.fromkeys(limits, ".4f"),
        (
            "asymptotic; - where full mixing is not excluded; `nuprobe plane` has toys",
            *(_no_mixing(name, one, level.cl) for name, one in planes.items()),
            "p by Wilks' theorem with 2 parameters, which is wrong here: `nuprobe plane"
            " --toys` replaces it",
        ),
    )
    data = {**table.to_dict(), "cl": level.cl, "method": "raster", "sides": 1}
    data["no_mixing"] = {
        name: {"rise": one.without - one.lowest, "best": list(one.best)}
        for name, one in planes.items()
    }
    out.emit(str(table), data)
    return True


def _no_mixing(name: str, plane: ExclusionPlane, cl: float) -> str:
    """By how much no mixing is disfavoured, in words."""
    from nuprobe.inference.levels import delta_threshold

    rise, (angle, splitting) = plane.without - plane.lowest, plane.best
    if not rise > 0:
        return f"{name}: no mixing has the lowest χ² of the grid"
    verdict = "disfavoured" if rise > delta_threshold(cl, 2) else "allowed"
    # the tail of χ² with two parameters
    p_value = math.exp(-rise / 2)
    return (
        f"{name}: no mixing is {verdict}, Δχ² = {rise:.2f} above"
        f" ({angle:.3g}, {splitting:.3g} eV2), p = {p_value:.2g}"
    )


def _planes(
    mixed: Sequence[AnyExperiment], grid: str, level: LevelSpec
) -> dict[str, ExclusionPlane]:
    """Planes of each experiment and of all, without toys."""
    import numpy as np

    from nuprobe.cli.grids import make_grid
    from nuprobe.inference import Cost, CostSum, exclusion_plane

    axes = make_grid(grid, mixed[0].parameters(), log=True)
    if list(axes) != ["dm2_41"]:
        raise InputError("--grid for a limit on a mixing must have one axis, dm2_41")
    free, analyses = ("sin2_2theta_14", "dm2_41"), level.analyses
    costs: dict[str, Cost] = {
        one.name: one.cost(None, free, analyses.get(one.name)) for one in mixed
    }
    if len(costs) > 1:
        costs["combined"] = CostSum(*costs.values())
    whole = {"sin2_2theta_14": np.geomspace(1e-3, 1, _MIXINGS), **axes}
    return {n: exclusion_plane(c, whole, toys=0) for n, c in costs.items()}
