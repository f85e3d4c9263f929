"""What ``nuprobe plane`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nuprobe.inference import Cost, ExclusionPlane

__all__ = ["plane_report"]

_ROWS = 16


def plane_report(found: ExclusionPlane, cost: Cost, levels: tuple[float, ...]) -> str:
    """Limits along the second parameter by every method, and what is behind them.

    Parameters
    ----------
    found : the plane.
    cost : of the data.
    levels : confidence levels.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.inference import exclusion_plane
    >>> cost = nu.experiment("danss").cost(free=["sin2_2theta_14", "dm2_41"])
    >>> axes = {"sin2_2theta_14": [0.02, 0.1, 0.5], "dm2_41": [0.5, 1.0, 2.0]}
    >>> print(plane_report(exclusion_plane(cost, axes, toys=0), cost, (0.95,)))
    danss/ratio: ...
    """
    from nuprobe.inference.levels import delta_threshold
    from nuprobe.tables import Table

    x, y = found.parameters
    tables = []
    for cl in levels:
        limits = {m: found.limits(m, cl) for m in found.methods}
        step = max(1, -(-len(found.y) // _ROWS))
        rows = tuple(
            (float(found.y[i]), *(limits[m][i] for m in found.methods))
            for i in range(0, len(found.y), step)
        )
        share = ", ".join(
            f"{m} {100 * found.excluded(m, cl).mean():.1f} %" for m in found.methods
        )
        notes = [f"share of the grid that is excluded: {share}"]
        if found.delta is not None:
            value = found.threshold(cl)[0]
            notes.append(
                f"threshold of Δχ² by toys: {value.min():.2f} to {value.max():.2f},"
                f" by Wilks' theorem {delta_threshold(cl, 2):.2f}"
            )
        unit = f" [{y.unit}]" if y.unit else ""
        title = f"{x.name} above which all of the grid is excluded, {100 * cl:.4g} %"
        tables.append(
            str(
                Table(
                    title,
                    (f"{y.name}{unit}", *found.methods),
                    rows,
                    dict.fromkeys(found.methods, ".4f"),
                    tuple(notes),
                )
            )
        )
    head = (
        f"{cost.name}: χ² = {found.without:.3f} without a signal, lowest"
        f" {found.lowest:.3f} at {x.name} = {found.best[0]:.4g}, {y.name} ="
        f" {found.best[1]:.4g} {y.unit}".rstrip()
    )
    return "\n\n".join([head, *tables])
