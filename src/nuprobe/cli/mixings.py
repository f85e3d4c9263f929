"""Limits on the mixing with a sterile neutrino, as ``nuprobe limit`` prints them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nuprobe.cli.output import Output, save_plot
from nuprobe.errors import InputError
from nuprobe.inference.construction import Construction
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.cli.constructions import MethodSpec
    from nuprobe.cli.limits import LevelSpec
    from nuprobe.experiments import AnyExperiment
    from nuprobe.inference import Cost, ExclusionPlane
    from nuprobe.numerics import FloatArray

__all__ = ["print_mixings"]

_GRID = "dm2_41=0.1:20 eV2:40:log"
_MIXINGS = 200  # values of the mixing between 0.001 and 1
_TOY_MIXINGS = 100  # the same with toys


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
    row (`ExclusionPlane`) or by toys thrown and fitted there, or the upper end of the
    interval of Feldman and Cousins, of each experiment and of all together; and by how
    much no mixing at all is disfavoured.

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
    found = _by_formula(planes, level.cl)
    if method.by_toys:
        nodes = next(iter(planes.values())).y
        found = _by_toys(_costs(mixed, level), nodes, level.cl, method, plane)
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
    table = _table(found, planes, level.cl)
    data = {**table.to_dict(), "cl": level.cl, "method": found.method}
    data |= {"sides": found.said.sides, "intervals": found.said.to_dict()}
    data["no_mixing"] = {
        name: {"rise": one.without - one.lowest, "best": list(one.best)}
        for name, one in planes.items()
    }
    out.emit(str(table), data)
    return True


@dataclass(frozen=True)
class _Rows:
    """The largest mixing at each dm2_41.

    Attributes
    ----------
    method : of the plane.
    said : method, level and sides.
    limits, errors : by label, one for each dm2_41.
    excluded : by label, at how many values of dm2_41 no mixing is excluded.
    """

    method: str
    said: Construction
    limits: dict[str, list[float | None]]
    errors: dict[str, list[float | None]] = field(default_factory=dict)
    excluded: dict[str, int] = field(default_factory=dict)


def _by_formula(planes: Mapping[str, ExclusionPlane], cl: float) -> _Rows:
    limits = {name: one.limits("raster", cl) for name, one in planes.items()}
    return _Rows("raster", Construction("cls", cl), limits)


def _by_toys(
    costs: Mapping[str, Cost],
    nodes: FloatArray,
    cl: float,
    method: MethodSpec,
    plane: Any,
) -> _Rows:
    """Each dm2_41 by itself: a plane with one row, on which toys are fitted."""
    import numpy as np

    from nuprobe.inference import exclusion_plane

    name: Any = method.intervals
    how = "fc" if name == "feldman-cousins" else "raster-toys"
    settings = method.settings(workers=plane.workers, client=plane.dask)
    said = Construction(name, cl, 2, 1, settings.number, settings.seed)
    rows = _Rows(how, said, {}, {}, {})
    angles = np.geomspace(1e-3, 1, _TOY_MIXINGS)
    for label, cost in costs.items():
        made = [
            exclusion_plane(
                cost, {"sin2_2theta_14": angles, "dm2_41": [y]}, toys=settings
            )
            for y in nodes
        ]
        rows.limits[label] = [one.limits(how, cl)[0] for one in made]
        rows.errors[label] = [one.limit_errors(how, cl)[0] for one in made]
        rows.excluded[label] = sum(bool(one.excluded(how, cl)[0, 0]) for one in made)
    return rows


def _table(found: _Rows, planes: Mapping[str, ExclusionPlane], cl: float) -> Table:
    columns: dict[str, list[float | None]] = {}
    for label, limits in found.limits.items():
        columns[label] = limits
        if label in found.errors:
            columns[f"± {label}"] = found.errors[label]
    nodes = next(iter(planes.values())).y
    cells = zip(*columns.values(), strict=True)
    how = f"{found.said}" if found.errors else "asymptotic"
    notes = [f"{how}; - where full mixing is not excluded"]
    if found.errors:
        notes.append("±: Monte Carlo error; - where it reaches the end of the range")
    if found.said.sides == 2:
        notes += [
            f"{label}: a mixing of 0.001 is excluded too, from below, at {n} of"
            f" {len(nodes)} values of dm2_41"
            for label, n in found.excluded.items()
            if n
        ]
    notes += [_no_mixing(name, one, cl) for name, one in planes.items()]
    return Table(
        f"largest sin2_2theta_14, {found.said.short} at each dm2_41",
        ("dm2_41 [eV2]", *columns),
        tuple((float(y), *x) for y, x in zip(nodes, cells, strict=True)),
        dict.fromkeys(columns, ".4f"),
        (
            *notes,
            "p by Wilks' theorem with 2 parameters, which is wrong here: `nuprobe plane"
            " --toys` replaces it",
        ),
    )


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
    from nuprobe.inference import exclusion_plane

    axes = make_grid(grid, mixed[0].parameters(), log=True)
    if list(axes) != ["dm2_41"]:
        raise InputError("--grid for a limit on a mixing must have one axis, dm2_41")
    whole = {"sin2_2theta_14": np.geomspace(1e-3, 1, _MIXINGS), **axes}
    costs = _costs(mixed, level)
    return {n: exclusion_plane(c, whole, toys=0) for n, c in costs.items()}


def _costs(mixed: Sequence[AnyExperiment], level: LevelSpec) -> dict[str, Cost]:
    """Costs of each experiment and of all, over both parameters."""
    from nuprobe.inference import CostSum

    free, analyses = ("sin2_2theta_14", "dm2_41"), level.analyses
    costs: dict[str, Cost] = {
        one.name: one.cost(None, free, analyses.get(one.name)) for one in mixed
    }
    if len(costs) > 1:
        costs["combined"] = CostSum(*costs.values())
    return costs
