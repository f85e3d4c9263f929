"""Factors on the coefficients of a point, as ``nuprobe limit --wcxf`` prints them."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nuprobe.cli.limits import LevelSpec
from nuprobe.cli.operators import operators_of
from nuprobe.cli.output import Output
from nuprobe.errors import InputError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.experiments import FactorLimit, FactorLimits


def factor_table(found: FactorLimits, file: Path) -> Table:
    """Table of the factors allowed by experiments."""
    return Table(
        f"{file}: factors on all its coefficients that are allowed at"
        f" {100 * found.cl:g} % CL",
        ("experiment", "ratio at 1", "verdict at 1", "allowed factors", "lowest scale"),
        tuple(
            (
                one.label,
                None if one.ratio is None else float(one.ratio.sum()),
                _at_one(one),
                _intervals(one),
                one.scale,
            )
            for one in found.members
        ),
        {"ratio at 1": ".4f", "lowest scale": ".4f"},
        (
            f"factor 1: the point of the file; 0: the Standard Model; {_said(found)}",
            "lowest scale: coefficients go as 1/scale^2, from the scale of the file (1)"
            " down to where the factor leaves the interval around 0",
        ),
    )


def _intervals(one: FactorLimit) -> str:
    """Allowed factors, with the statistical errors of toys."""
    texts = [
        f"[{a:.4g}, {b:.4g}]" if isfinite(a) else f"up to {b:.4g}"
        for a, b in one.allowed
    ]
    for i, (low, high) in enumerate(one.errors):
        each = (
            f"{low:.2g}, {high:.2g}" if isfinite(one.allowed[i][0]) else f"{high:.2g}"
        )
        texts[i] += f" (± {each})"
    return " and ".join(texts) or "none"


def _said(found: FactorLimits) -> str:
    """Sides and method in words."""
    if found.construction is None:
        return "two-sided, by the statistic of `nuprobe rate`"
    return f"{found.construction}; -2 ln L above its lowest over the factor"


def _at_one(one: FactorLimit) -> str:
    if one.point_allowed:
        return "allowed"
    return "would be excluded" if one.projected else "excluded"


def print_factors(
    experiments: Sequence[Any], file: Path, level: LevelSpec, out: Output
) -> None:
    """Print the factors on the coefficients of a file that trident experiments
    allow."""
    from nuprobe.experiments import factor_limit
    from nuprobe.models import StandardModel

    method = level.method()
    how: Any = method.intervals
    if level.sides == "1" or level.with_projections:
        raise InputError(
            "limits on the coefficients in a file are two-sided and do not combine"
            " projections with data: drop --sides and --with-projections"
        )
    found = factor_limit(
        experiments,
        operators_of(file, StandardModel()),
        cl=level.cl,
        analyses=level.analyses,
        intervals=how,
        toys=method.settings() if method.by_toys else 1000,
    )
    out.emit(str(factor_table(found, file)), found.to_dict())
