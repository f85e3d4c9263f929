"""Points that a command writes a likelihood for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from nuprobe.inference import Cost


def say_defaults(cost: Cost, points: list[dict[str, Any]]) -> None:
    """Say on stderr which parameters have their default at which points.

    Parameters
    ----------
    cost : with the parameters.
    points : values by name.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> say_defaults(cost, [{"rn": 5.0}])
    """
    for number, point in enumerate(points, 1):
        left = [
            f"{p.name} = {p.default:g} {p.unit}".strip()
            for p in cost.parameters
            if p.name not in point
        ]
        if left:
            where = f"point {number}: " if len(points) > 1 else ""
            click.echo(f"{where}{', '.join(left)} by default", err=True)
