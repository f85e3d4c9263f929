"""Prediction of a disappearance experiment and its data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nuprobe.drawing import Exported, draws
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable
from nuprobe.tables import Table

__all__ = ["BaselineRates"]


@readable
@dataclass(frozen=True, eq=False)
class BaselineRates(Exported):
    """Expected and measured values of one analysis, row by row.

    Attributes
    ----------
    experiment, analysis, title : names.
    kind : ``"spectra"``, ``"ratio"`` or ``"rates"``.
    unit : of the values.
    detectors : name of the detector of each row.
    low, high : of the measured energy in MeV, shape (rows,); None for rates.
    total : expected, with normalisations fitted to the data, shape (rows,).
    without : the same for three neutrinos, with its own normalisations.
    data, sigma : measured, and the errors on the diagonal, shape (rows,).
    twice_nll, twice_nll_without : χ² of both, pulls included.
    point : sin²2θ₁₄ and Δm²₄₁ by name.
    normalisations : factors 1 + ν by name, of `total`.
    """

    experiment: str
    analysis: str
    title: str
    kind: str
    unit: str
    detectors: tuple[str, ...]
    low: FloatArray | None
    high: FloatArray | None
    total: FloatArray
    without: FloatArray
    data: FloatArray
    sigma: FloatArray
    twice_nll: float
    twice_nll_without: float
    point: Mapping[str, float]
    normalisations: Mapping[str, float]

    plot = draws("plot_disappearance")

    def __repr__(self) -> str:
        return f"<rates of {self.experiment}, analysis {self.analysis}>"

    @property
    def signal(self) -> FloatArray:
        """The expectation, shape (rows,); the data contain no background."""
        return self.total

    def table(self) -> Table:
        """Rows of values, for the command line."""
        unit = f" [{self.unit}]" if self.unit else ""
        energy = () if self.low is None else ("energy [MeV] from", "to")
        columns = (
            "detector",
            *energy,
            f"expected{unit}",
            "three neutrinos",
            f"observed{unit}",
            "+-",
            "pull",
        )
        rows = []
        for i, name in enumerate(self.detectors):
            ends = (
                ()
                if self.low is None or self.high is None
                else (float(self.low[i]), float(self.high[i]))
            )
            pull = (self.data[i] - self.total[i]) / self.sigma[i]
            values = (self.total[i], self.without[i], self.data[i], self.sigma[i], pull)
            rows.append((name, *ends, *map(float, values)))
        # without mixing the splitting is meaningless
        point = ", ".join(f"{k} = {v:g}" for k, v in self.point.items())
        notes = [
            f"chi2 = {self.twice_nll:.3f} at {point}; three neutrinos:"
            f" {self.twice_nll_without:.3f}"
            if self.point.get("sin2_2theta_14")
            else f"chi2 = {self.twice_nll_without:.3f} with three neutrinos; give"
            " --model sterile for a fourth",
            "+- is the diagonal of the covariance; chi2 takes all of it",
            *(f"{k} = {v:.4f}" for k, v in self.normalisations.items()),
        ]
        return Table(
            f"{self.experiment}, analysis {self.analysis}: {self.title}",
            columns,
            tuple(rows),
            {"pull": ".2f"},
            tuple(notes),
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        arrays = {
            name: None if value is None else np.asarray(value).tolist()
            for name, value in (
                ("low", self.low),
                ("high", self.high),
                ("total", self.total),
                ("three_neutrinos", self.without),
                ("data", self.data),
                ("sigma", self.sigma),
            )
        }
        return {
            "experiment": self.experiment,
            "analysis": self.analysis,
            "title": self.title,
            "kind": self.kind,
            "unit": self.unit,
            "detectors": list(self.detectors),
            "energy_unit": "MeV",
            **arrays,
            "chi2": self.twice_nll,
            "chi2_three_neutrinos": self.twice_nll_without,
            "point": dict(self.point),
            "normalisations": dict(self.normalisations),
        }
