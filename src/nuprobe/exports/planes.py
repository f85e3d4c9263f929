"""Tables of likelihoods over one and two parameters: curves, grids, and their contours
and intervals at given levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from nuprobe.exports.parts import DataTable, Errors, Variable, values
from nuprobe.inference import Contour, ScanResult
from nuprobe.parameters import Parameter

__all__ = [
    "contour_tables",
    "plane_tables",
    "profile_tables",
    "region_tables",
    "scan_data",
    "scan_tables",
]

LEVELS: Final = (0.68, 0.9, 0.95)
"""Confidence levels of contours and intervals of a scan."""
_LIMITS = ("CLS",)
_CL = "Confidence level"
_RISE = "Δ(-2 ln L)"


def region_tables(
    name: str, unit: str, levels: Sequence[Mapping[str, Any]], about: Mapping[str, Any]
) -> list[DataTable]:
    """Allowed intervals of one parameter at several levels.

    Parameters
    ----------
    name, unit : of the parameter.
    levels : ``cl`` and ``regions`` of each, the latter as in `Region.to_dict`.
    about : other qualifiers of the intervals.

    Examples
    --------
    >>> region = {"low": 1.0, "high": 2.0, "open_low": False, "open_high": True}
    >>> [table] = region_tables("x", "fm", [{"cl": 0.9, "regions": [region]}], {})
    >>> table.dependent[2].values
    ('upper end',)
    """
    rows = [(level["cl"], r) for level in levels for r in level["regions"]]
    if not rows:
        return []
    open_ends = tuple(
        " and ".join(
            f"{side} end"
            for side, key in (("lower", "open_low"), ("upper", "open_high"))
            if r[key]
        )
        or "none"
        for _, r in rows
    )
    return [
        DataTable(
            f"{name} intervals",
            f"Allowed intervals of {name}; at an open end the range that was looked at"
            " ends, not the interval.",
            (Variable(_CL, values([cl for cl, _ in rows])),),
            (
                Variable(
                    f"{name} from",
                    values([r["low"] for _, r in rows]),
                    unit,
                    about=about,
                ),
                Variable(
                    f"{name} to",
                    values([r["high"] for _, r in rows]),
                    unit,
                    about=about,
                ),
                Variable("open", open_ends, about=about),
            ),
            _LIMITS,
        )
    ]


def profile_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """−2 ln L along a parameter above its minimum, and the allowed intervals.

    Parameters
    ----------
    data : of `Profile.to_dict`.

    Examples
    --------
    >>> made = {"parameter": "x", "unit": "fm", "values": [1.0, 2.0], "best": 1.0}
    >>> made |= {"delta": [0.0, None], "best_twice_nll": 3.0, "free": ["y"]}
    >>> [table] = profile_tables({**made, "regions": []})
    >>> table.dependent[0].values
    (0.0, None)
    """
    name, unit = data["parameter"], data["unit"]
    about = {
        f"Best {name}" + (f" [{unit}]" if unit else ""): data["best"],
        "-2 ln L at the best": data["best_twice_nll"],
        "Also minimised": ", ".join(data["free"]) or "nuisances",
    }
    return [
        DataTable(
            f"{name} profile",
            f"Profiled {_RISE} over {name}; missing where the data are impossible.",
            (Variable(name, values(data["values"]), unit),),
            (Variable(_RISE, values(data["delta"]), about=about),),
            _LIMITS,
        ),
        *region_tables(name, unit, data["regions"], about),
    ]


def contour_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """Contours of each level as lines, and the grid if there is one.

    Parameters
    ----------
    data : of `Contour.to_dict`; ``axes`` and ``delta`` of the grid, if known.

    Examples
    --------
    >>> square = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]
    >>> region = {"outline": square, "holes": [], "best": True, "open": [False, False]}
    >>> level = {"cl": 0.9, "delta": 4.6, "regions": [{**region, "rise": 0.0}]}
    >>> axes = [{"name": n, "unit": "", "best": 0.5} for n in "xy"]
    >>> made = {"parameters": axes, "best_twice_nll": 1.0, "regions": [level]}
    >>> [table] = contour_tables(made)
    >>> table.name, table.rows
    ('x y contour 90 %', 4)
    """
    x, y = data["parameters"]
    best = {f"Best {p['name']}": p["best"] for p in (x, y)}
    best["-2 ln L at the best"] = data["best_twice_nll"]
    tables = []
    for level in data["regions"]:
        lines = []
        for i, region in enumerate(level["regions"], 1):
            lines.append((f"region {i}, outline", region["outline"]))
            lines += [
                (f"region {i}, hole {j}", hole)
                for j, hole in enumerate(region["holes"], 1)
            ]
        about = {_CL: level["cl"], _RISE: level["delta"], **best}
        open_ends = any(any(r["open"]) for r in level["regions"])
        where = (
            " A region reaches an edge of the grid, which its outline follows there."
            * open_ends
        )
        tables += _line_table(
            (x, y), f"contour {100 * level['cl']:.4g} %", lines, about, where
        )
    if "delta" in data:
        tables.append(_grid_table((x, y), data["axes"], {_RISE: data["delta"]}, best))
    return tables


def _line_table(
    axes: tuple[Mapping[str, Any], Mapping[str, Any]],
    what: str,
    lines: Sequence[tuple[str, Sequence[Sequence[float]]]],
    about: Mapping[str, Any],
    more: str = "",
) -> list[DataTable]:
    """The points of lines in order; no table without lines."""
    x, y = axes
    points = [(name, p[0], p[1]) for name, line in lines for p in line]
    if not points:
        return []
    return [
        DataTable(
            f"{x['name']} {y['name']} {what}",
            f"{what[0].upper()}{what[1:]} of {x['name']} and {y['name']}: points in"
            f" order along each line.{more}",
            (
                Variable("line", tuple(name for name, _, _ in points)),
                Variable(x["name"], values([a for _, a, _ in points]), x["unit"]),
            ),
            (
                Variable(
                    y["name"],
                    values([b for _, _, b in points]),
                    y["unit"],
                    about=about,
                ),
            ),
            _LIMITS,
            ("Exclusion Limit",) if "exclu" in what else (),
        )
    ]


def _grid_table(
    axes: Sequence[Mapping[str, Any]],
    nodes: Sequence[Sequence[float]],
    columns: Mapping[str, Any],
    about: Mapping[str, Any],
) -> DataTable:
    """Values on a grid, one row per point."""
    places = np.meshgrid(*map(np.asarray, nodes), indexing="ij")
    names = [a["name"] for a in axes]
    return DataTable(
        f"{' '.join(names)} grid",
        f"Values over {' and '.join(names)}, nuisances at their best at every point;"
        " missing where the data are impossible.",
        tuple(
            Variable(a["name"], values(p), a["unit"])
            for a, p in zip(axes, places, strict=True)
        ),
        tuple(Variable(n, values(v), about=about) for n, v in columns.items()),
        _LIMITS,
    )


def scan_data(result: ScanResult) -> dict[str, Any]:
    """A scan as data: its grid, its best fit, and contours of two axes or the regions
    of each.

    Parameters
    ----------
    result : the scan.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> made = scan_data(nu.inference.scan(cost, {"rn": np.linspace(2.0, 9.0, 29)}))
    >>> len(made["values"]), [level["cl"] for level in made["regions"]["rn"]]
    (29, [0.68, 0.9, 0.95])
    """
    best = result.best
    data: dict[str, Any] = {
        "parameters": [
            {"name": name, "unit": result.units[name], "best": best[name]}
            for name in result.axes
        ],
        "axes": [axis.tolist() for axis in result.axes.values()],
        "values": next(iter(result.axes.values())).tolist(),
        "best_twice_nll": result.best_twice_nll,
        "delta": np.where(np.isfinite(result.delta), result.delta, np.nan).tolist(),
        "fixed": dict(result.fixed),
    }
    if len(result.axes) == 2 and min(result.twice_nll.shape) > 1:
        (x, a), (y, b) = result.axes.items()
        plane = Contour(
            parameters=(
                Parameter(x, best[x], unit=result.units[x]),
                Parameter(y, best[y], unit=result.units[y]),
            ),
            axes=(a, b),
            delta=result.delta,
            thresholds=result.contour_levels(LEVELS),
            best=(best[x], best[y]),
            best_twice_nll=result.best_twice_nll,
        )
        data["contours"] = plane.to_dict()["regions"]
    every = {}
    if min(result.twice_nll.shape) >= 4:
        every = {cl: result.regions(cl) for cl in LEVELS}
    data["regions"] = {
        name: [
            {"cl": cl, "regions": [r.to_dict() for r in found[name]]}
            for cl, found in every.items()
        ]
        for name in result.axes
    }
    return data


def scan_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """The grid of a scan, its contours, and the allowed regions of each axis.

    Parameters
    ----------
    data : of `scan_data`.

    Examples
    --------
    >>> axis = {"name": "x", "unit": "fm", "best": 1.0}
    >>> made = {"parameters": [axis], "axes": [[1.0, 2.0]], "delta": [0.0, 3.0]}
    >>> made |= {"best_twice_nll": 2.0, "fixed": {}, "regions": {}}
    >>> [table.name for table in scan_tables(made)]
    ['x grid']
    """
    axes = data["parameters"]
    about = {f"Best {p['name']}": p["best"] for p in axes}
    about["-2 ln L at the best"] = data["best_twice_nll"]
    about |= {f"Fixed {name}": value for name, value in data["fixed"].items()}
    tables = [_grid_table(axes, data["axes"], {_RISE: data["delta"]}, about)]
    if "contours" in data:
        plain = {"parameters": axes, "best_twice_nll": data["best_twice_nll"]}
        tables = contour_tables({**plain, "regions": data["contours"]}) + tables
    for p in axes:
        tables += region_tables(
            p["name"], p["unit"], data["regions"].get(p["name"], ()), about
        )
    return tables


def plane_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """A plane with several statistics: contours, limits along rows, the grid.

    Parameters
    ----------
    data : of `ExclusionPlane.to_dict`.

    Examples
    --------
    >>> made = {"x": {"parameter": "s", "values": [0.1, 1.0]}, "best": [0.1, 1.0]}
    >>> made |= {"y": {"parameter": "m", "values": [1.0, 2.0]}, "units": ["", "eV2"]}
    >>> made |= {"chi2": [[1.0, 1.0], [9.0, 4.0]], "lowest": 1.0, "toys": 0}
    >>> made |= {"without_signal": 1.0, "seed": None, "cls": {}}
    >>> level = {"cl": 0.95, "limits": {"wilks": [0.5, None]}, "limit_errors": {}}
    >>> [t.name for t in plane_tables({**made, "levels": [level]})]
    ['s limits 95 %', 's m grid']
    """
    x, y = (
        {"name": data[k]["parameter"], "unit": unit}
        for k, unit in zip("xy", data["units"], strict=True)
    )
    nodes = [data[k]["values"] for k in "xy"]
    about = {f"Best {a['name']}": b for a, b in zip((x, y), data["best"], strict=True)}
    about |= {
        "χ² without a signal": data["without_signal"],
        "Lowest χ²": data["lowest"],
    }
    if data["toys"]:
        about |= {"Toys": data["toys"], "Seed": data["seed"]}
    tables = []
    for level in data["levels"]:
        cl = f"{100 * level['cl']:.4g} %"
        for method, lines in level.get("contours", {}).items():
            told = {_CL: level["cl"], "Method": method, **about}
            named = [(f"line {i}", line) for i, line in enumerate(lines, 1)]
            tables += _line_table((x, y), f"exclusion {cl}, {method}", named, told)
        columns = []
        for method, found in level["limits"].items():
            errors = level["limit_errors"].get(method)
            columns.append(
                Variable(
                    f"{x['name']}, {method}",
                    values(found),
                    x["unit"],
                    () if errors is None else (Errors.symmetric("toys", errors),),
                    {_CL: level["cl"], "Method": method, **about},
                )
            )
        tables.append(
            DataTable(
                f"{x['name']} limits {cl}",
                f"For each {y['name']} the {x['name']} above which all of the grid is"
                f" excluded at {cl} CL; missing where its end is not.",
                (Variable(y["name"], values(nodes[1]), y["unit"]),),
                tuple(columns),
                _LIMITS,
                ("Exclusion Limit",),
            )
        )
    rise = np.asarray(data["chi2"], dtype=float) - data["lowest"]
    grid = {"Δχ²": rise} | {f"CLs, {m}": v for m, v in data["cls"].items()}
    return [*tables, _grid_table((x, y), nodes, grid, about)]
