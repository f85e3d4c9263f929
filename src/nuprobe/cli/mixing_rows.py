"""The largest mixing at each Δm², from a formula or from toys, and its table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nuprobe.inference.construction import Construction
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.cli.constructions import MethodSpec
    from nuprobe.inference import Cost, ExclusionPlane
    from nuprobe.numerics import FloatArray

__all__ = ["Rows", "by_formula", "by_toys", "rows_table"]

_TOY_MIXINGS = 100  # values of the mixing between 0.001 and 1


@dataclass(frozen=True)
class Rows:
    """The largest mixing at each dm2_41.

    Attributes
    ----------
    method : of the plane.
    said : method, level and sides.
    limits, errors : by label, one for each dm2_41.
    excluded : by label, number of values of dm2_41 at which zero mixing is excluded.
    """

    method: str
    said: Construction
    limits: dict[str, list[float | None]]
    errors: dict[str, list[float | None]] = field(default_factory=dict)
    excluded: dict[str, int] = field(default_factory=dict)


def by_formula(planes: Mapping[str, ExclusionPlane], cl: float) -> Rows:
    """Asymptotic CLs along the rows of planes.

    Parameters
    ----------
    planes : by label.
    cl : confidence level.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("danss").cost(free=["sin2_2theta_14", "dm2_41"])
    >>> axes = {"sin2_2theta_14": [0.02, 0.1, 0.5], "dm2_41": [0.5, 1.0]}
    >>> planes = {"danss": nu.inference.exclusion_plane(cost, axes)}
    >>> [round(x, 3) for x in by_formula(planes, 0.9).limits["danss"]]
    [0.036, 0.02]
    """
    limits = {name: one.limits("raster", cl) for name, one in planes.items()}
    return Rows("raster", Construction("cls", cl), limits)


def by_toys(
    costs: Mapping[str, Cost],
    nodes: FloatArray,
    cl: float,
    method: MethodSpec,
    plane: Any,
) -> Rows:
    """Limits at each dm2_41 separately: toys are fitted on a plane with one row.

    Parameters
    ----------
    costs : by label.
    nodes : values of dm2_41, eV².
    cl : confidence level.
    method : of the toys.
    plane : determines where toys are computed.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> import nuprobe as nu
    >>> from nuprobe.cli.constructions import MethodSpec
    >>> cost = nu.experiment("danss").cost(free=["sin2_2theta_14", "dm2_41"])
    >>> here = SimpleNamespace(workers=None, dask=None)
    >>> method = MethodSpec("cls", 20)
    >>> found = by_toys({"danss": cost}, np.array([1.0]), 0.9, method, here)
    >>> 0.002 < found.limits["danss"][0] < 0.1
    True
    """
    import numpy as np

    from nuprobe.inference import exclusion_plane

    name: Any = method.intervals
    how = "fc" if name == "feldman-cousins" else "raster-toys"
    settings = method.settings(workers=plane.workers, client=plane.dask)
    said = Construction(name, cl, 2, 1, settings.number, settings.seed)
    rows = Rows(how, said, {}, {}, {})
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


def rows_table(found: Rows, planes: Mapping[str, ExclusionPlane], cl: float) -> Table:
    """Table of limits, with the significance against no mixing.

    Parameters
    ----------
    found : the limits.
    planes : by label.
    cl : confidence level.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("danss").cost(free=["sin2_2theta_14", "dm2_41"])
    >>> axes = {"sin2_2theta_14": [0.02, 0.1, 0.5], "dm2_41": [0.5, 1.0]}
    >>> planes = {"danss": nu.inference.exclusion_plane(cost, axes)}
    >>> rows_table(by_formula(planes, 0.9), planes, 0.9).columns
    ('dm2_41 [eV2]', 'danss')
    """
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
    """Significance against no mixing, in words."""
    from nuprobe.inference.levels import delta_threshold

    rise, (angle, splitting) = plane.without - plane.lowest, plane.best
    if not rise > 0:
        return f"{name}: no mixing has the lowest χ² of the grid"
    verdict = "disfavoured" if rise > delta_threshold(cl, 2) else "allowed"
    # survival function of χ² with two degrees of freedom
    p_value = math.exp(-rise / 2)
    return (
        f"{name}: no mixing is {verdict}, Δχ² = {rise:.2f} above"
        f" ({angle:.3g}, {splitting:.3g} eV2), p = {p_value:.2g}"
    )
