"""Coverage of the intervals of shipped analyses, from toys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from nuprobe.experiments import experiment
from nuprobe.inference import Coverage, ToySettings, coverage
from nuprobe.models import Electromagnetic, StandardModel
from nuprobe.tables import Table

__all__ = ["CASES", "analysis_coverage", "coverage_row", "coverage_table"]

_UP: Final = "unconditional"

CASES: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("coherent-csi-2017", "energy", "rn", _UP),
    ("coherent-csi-2017", "energy-time", "rn", _UP),
    ("coherent-csi-2017", "energy-time", "sin2_theta_w", _UP),
    ("coherent-csi-2017", "energy-time", "charge_radius.mumu", _UP),
    ("coherent-csi-2017", "energy-time", "magnetic_moment.mumu", _UP),
    ("coherent-csi-2021", "energy-time", "rn", _UP),
    ("coherent-csi-2021", "energy-time", "sin2_theta_w", _UP),
    ("coherent-lar-2020", "energy-shape-time", "cevns_scale", _UP),
    ("coherent-lar-2020", "energy-shape-time", "cevns_scale", "averaged"),
    ("coherent-lar-2020", "energy-shape-time", "sin2_theta_w", _UP),
    ("coherent-lar-2020", "energy-shape-time", "rn_ar", _UP),
    ("coherent-lar-2020", "published", "cevns_scale", _UP),
    ("conus-plus", "rate", "sin2_theta_w", _UP),
    ("conus-plus", "rate", "magnetic_moment.ee", _UP),
    ("pandax-4t-8b", "", "sin2_theta_w", _UP),
    ("xenonnt-8b", "rate", "sin2_theta_w", _UP),
    ("coherent-lar-2020", "published-shapes", "cevns_scale", _UP),
)
"""Experiment, analysis (empty: the first), parameter and ensemble of each row."""

COLUMNS: Final = (
    "analysis",
    "parameter",
    "ensemble",
    "68.3 % [%]",
    "90 % [%]",
    "95 % [%]",
    "error of the 68.3 % [%]",
    "bias / spread",
)


def analysis_coverage(
    name: str, analysis: str, parameter: str, settings: ToySettings
) -> Coverage:
    """Coverage of one parameter at its default, in the Standard Model.

    Parameters
    ----------
    name : of the experiment.
    analysis : one of its analyses; empty for the first.
    parameter : of the experiment, of the Standard Model or of electromagnetic
        properties (which are 0).
    settings : of the toys.

    Examples
    --------
    >>> found = analysis_coverage(
    ...     "coherent-csi-2017", "energy", "rn", ToySettings(50, nuisances="nominal")
    ... )
    >>> found.truth
    5.0
    """
    moved = parameter.startswith(("charge_radius", "magnetic_moment"))
    model: Any = Electromagnetic() if moved else StandardModel()
    cost = experiment(name).cost(model, [parameter], analysis or None)
    return coverage(cost, parameter, toys=settings)


def coverage_row(case: tuple[str, str, str, str], toys: int = 1000) -> tuple[Any, ...]:
    """Row of the table.

    Parameters
    ----------
    case : one of `CASES`.
    toys : number of toys.

    Examples
    --------
    >>> coverage_row(CASES[0], 50)[:2]
    ('coherent-csi-2017/energy', 'rn')
    """
    name, analysis, parameter, ensemble = case
    settings = ToySettings(toys, ensemble=ensemble, nuisances="nominal")  # type: ignore[arg-type]
    found = analysis_coverage(name, analysis, parameter, settings)
    bias, spread = found.bias[0], float(found.best.std())
    label = f"{name}/{analysis}" if analysis else name
    shares = [100 * share for share in found.covered]
    return (label, parameter, ensemble, *shares, 100 * found.errors[0], bias / spread)


def coverage_table(
    toys: int = 1000, cases: Sequence[tuple[str, str, str, str]] = CASES
) -> Table:
    """Coverage of 68.3, 90 and 95 % intervals of shipped analyses, from toys.

    Parameters
    ----------
    toys : number per row.
    cases : rows.

    Examples
    --------
    >>> coverage_table(50, CASES[:1]).columns[:2]
    ('analysis', 'parameter')
    """
    rows = tuple(coverage_row(case, toys) for case in cases)
    notes = (
        f"{toys} toys a row, true nuisances at 0; errors of 90 and 95 % at nominal"
        f" coverage: {_error(0.9, toys):.2f} and {_error(0.95, toys):.2f} %.",
        "unconditional: counts and auxiliary measurements fluctuate, shapes"
        " that are integrated over vary; averaged: true nuisances vary within their"
        " constraints.",
    )
    formats = dict.fromkeys(COLUMNS[3:7], ".1f") | {COLUMNS[7]: "+.2f"}
    return Table("Coverage of intervals from Δ(−2 ln L)", COLUMNS, rows, formats, notes)


def _error(cl: float, toys: int) -> float:
    return 100 * float((cl * (1 - cl) / toys) ** 0.5)
