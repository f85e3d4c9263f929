"""A limit as one line and as a table of a notebook."""

from __future__ import annotations

from typing import Any

from nuprobe.markup import Html, table
from nuprobe.models import named

__all__ = ["limit_html", "limit_line"]

_MOST = 6  # curves in one line


def limit_line(limit: Any) -> str:
    """Family, level and the strongest limit of each curve.

    Parameters
    ----------
    limit : a `Limit`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> limit_line(nu.limit([nu.experiment("ccfr-trident")], mass=[10.0, 100.0]))
    "<limit on lmu-ltau, 95 % CL, two-sided: ccfr-trident (g' < 0.000922 at 10 MeV)>"
    """
    curves = [f"{c.label} ({c.lowest})" for c in limit.curves[:_MOST]]
    curves += ["..."] if len(limit.curves) > _MOST else []
    level = f"{100 * limit.cl:.4g} % CL, {'one' if limit.sides == 1 else 'two'}-sided"
    return f"<limit on {named.name_of(limit.family)}, {level}: {', '.join(curves)}>"


def limit_html(limit: Any) -> Html:
    """A row for each curve, escaped.

    Parameters
    ----------
    limit : a `Limit`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> found = nu.limit([nu.experiment("ccfr-trident")], mass=[10.0, 100.0])
    >>> "ccfr-trident" in limit_html(found)
    True
    """
    rows = [
        (
            c.label + (" (projected)" if c.projected else ""),
            f"{len(c.mass)} from {c.mass.min():.4g} to {c.mass.max():.4g} MeV",
            c.lowest,
            "–" if c.heavy is None else f"{c.heavy:.4g} MeV",
        )
        for c in limit.curves
    ]
    sides = "one" if limit.sides == 1 else "two"
    title = f"limit on {named.name_of(limit.family)}, {100 * limit.cl:.4g} % CL"
    title += f", {sides}-sided"
    header = ("", "masses", "strongest", "M/g' at the largest mass")
    return table(title, rows, header, [limit.statistic])
