"""Tables of the early universe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.cosmology.nucleosynthesis import Abundances, MomentPlane
    from nuprobe.numerics import FloatArray

_LABELS = {
    "y_p": "Y_P = 4 n(4He)/n_b",
    "d_h": "D/H",
    "he3_h": "3He/H",
    "li7_h": "7Li/H",
    "n_eff": "N_eff",
}


def assumed(assumptions: Mapping[str, Any]) -> str:
    """Return the assumptions in one line.

    Parameters
    ----------
    assumptions : by name.
    """
    return "; ".join(
        f"{name.replace('_', ' ')}: {value}" for name, value in assumptions.items()
    )


def abundances_table(
    found: Abundances, moved: Mapping[str, FloatArray] | None = None
) -> Table:
    """Return abundances with their assumptions.

    Parameters
    ----------
    found : the abundances.
    moved : shifts by one standard deviation of each input, for columns of errors.
    """
    values = found.values()
    columns: tuple[str, ...] = ("quantity", "value")
    rows: list[tuple[Any, ...]] = [
        (label, float(value))
        for label, value in zip(_LABELS.values(), values, strict=True)
    ]
    if moved is not None:
        groups = {
            "tau_n": moved["tau_n"],
            "omega_b": moved["omega_b"],
            "nuclear rates": np.sqrt(
                sum(v**2 for k, v in moved.items() if k not in ("tau_n", "omega_b"))
            ),
        }
        columns = (*columns, *(f"error from {name}" for name in groups))
        rows = [
            (*row, *(float(abs(shift[i])) for shift in groups.values()))
            for i, row in enumerate(rows)
        ]
    formats = {"value": ".6g", **dict.fromkeys(columns[2:], ".2g")}
    return Table(
        "Primordial abundances",
        columns,
        tuple(rows),
        formats,
        (assumed(found.assumptions),),
    )


def contour_table(
    plane: MomentPlane, observable: str, lines: Mapping[float, Sequence[FloatArray]]
) -> Table:
    """Return the points where contours meet the axes.

    Parameters
    ----------
    plane : abundances over two moments.
    observable : its name.
    lines : contours by level.
    """
    names = [name.rpartition(".")[2] for name in plane.names]
    power = -10 if max(plane.tops) > 1.5e-10 else -12
    unit = 10.0**power
    rows = [
        (
            level,
            *(_axis(found, axis, unit) for axis in (0, 1)),
            sum(len(line) for line in found),
        )
        for level, found in lines.items()
    ]
    return Table(
        f"Contours of constant {_LABELS[observable]}",
        (
            observable,
            *(f"{name} where the other is 0 [1e{power} muB]" for name in names),
            "points",
        ),
        tuple(rows),
        {observable: ".7g"},
        (
            f"interpolation error {plane.error(observable):.1e}, {plane.points} points"
            " computed; points of the lines with --json",
            assumed(plane.assumptions),
        ),
    )


def _axis(lines: Sequence[FloatArray], axis: int, unit: float) -> float | None:
    """Points where lines meet an axis, in a `unit` of Bohr magnetons."""
    ends = [end for line in lines for end in (line[0], line[-1])]
    on = [float(end[axis]) for end in ends if end[1 - axis] < 1e-9 * abs(end[axis])]
    return min(on) / unit if on else None
