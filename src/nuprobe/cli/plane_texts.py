"""Output of ``nuprobe plane``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nuprobe.inference import Cost, ExclusionPlane, PointExclusion

__all__ = ["plane_report"]

_ROWS = 16
_NOISY = ("fc", "cls-toys", "raster-toys")


def plane_report(
    found: ExclusionPlane,
    cost: Cost,
    levels: tuple[float, ...],
    marked: Mapping[str, PointExclusion],
) -> str:
    """Limits along the second parameter by every method, and their inputs.

    Parameters
    ----------
    found : the plane.
    cost : of the data.
    levels : confidence levels.
    marked : results of toys at points, by label.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.inference import exclusion_plane
    >>> cost = nu.experiment("danss").cost(free=["sin2_2theta_14", "dm2_41"])
    >>> axes = {"sin2_2theta_14": [0.02, 0.1, 0.5], "dm2_41": [0.5, 1.0, 2.0]}
    >>> print(plane_report(exclusion_plane(cost, axes, toys=0), cost, (0.95,), {}))
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
        notes = [
            "sides: wilks and fc are regions of both parameters together (two-sided);"
            " cls, raster and expected are one-sided upper limits"
            f" on {x.name} (CLs)",
        ]
        notes += [f"share of the grid that is excluded: {share}"]
        if found.delta is not None:
            value = found.threshold(cl)[0]
            notes.append(
                "Monte Carlo error of these limits, median and largest: "
                + ", ".join(_noise(found, m, cl) for m in _NOISY)
            )
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
    if marked:
        tables.append(_marks(marked))
    return "\n\n".join([head, *tables])


def _marks(marked: Mapping[str, PointExclusion]) -> str:
    """Significance of the exclusion of single points."""
    from nuprobe.tables import Table

    methods = ("wilks", "fc", "cls", "cls_toys")
    rows: list[tuple[str | float, ...]] = [
        (label, one.rise, one.fc, one.fc_error, *(one.sigma(m) for m in methods))
        for label, one in marked.items()
    ]
    toys = next(iter(marked.values())).toys
    head = ("point", "Δχ²", "p of toys", "+-", *(f"{m} [σ]" for m in methods))
    note = (
        f"{toys} toys at each point and without a signal; two-sided; points that no toy"
        " reaches are excluded by at least as many σ as one toy would give"
    )
    formats = dict.fromkeys(head[4:], ".2f") | {"Δχ²": ".2f"}
    title = "how strongly points are excluded"
    return str(Table(title, head, tuple(rows), formats, (note,)))


def _noise(found: ExclusionPlane, method: str, cl: float) -> str:
    """Relative error of the limits of a method, in per cent."""
    from statistics import median

    both = zip(found.limits(method, cl), found.limit_errors(method, cl), strict=True)
    shares = [100 * error / limit for limit, error in both if limit and error]
    if not shares:
        return f"{method} none"
    return f"{method} {median(shares):.1f} and {max(shares):.1f} %"
