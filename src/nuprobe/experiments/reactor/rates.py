"""Expected and measured rates of reactors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nuprobe.drawing import Exported, draws
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable
from nuprobe.tables import Cell, Table

__all__ = ["ReactorRates"]


@readable
@dataclass(frozen=True, eq=False)
class ReactorRates(Exported):
    """Expected and measured rates over the published prediction without oscillations.

    Attributes
    ----------
    experiment, analysis : names.
    rows : name of each measurement.
    baseline : m, shape (rows,).
    fractions : by isotope, shape (rows,) each.
    reference : published yields that the ratios are relative to, cm² per fission,
        shape (rows,).
    signal : expected ratios, errors of the fluxes at their central values, shape
        (rows,).
    flux_sigma : their error from the flux errors, shape (rows,).
    data, sigma : measured ratios and errors, shape (rows,).
    twice_nll : −2 ln L minimised over the nuisances.
    yields : of the isotopes of the prediction without oscillations, cm² per fission.
    curve : distances in m and the ratios expected there for the mean fuel, shape (2,
        points).
    abscissa : variable of figures, ``"baseline"`` or ``"fraction"``.
    """

    experiment: str
    analysis: str
    rows: tuple[str, ...]
    baseline: FloatArray
    fractions: Mapping[str, FloatArray]
    reference: FloatArray
    signal: FloatArray
    flux_sigma: FloatArray
    data: FloatArray
    sigma: FloatArray
    twice_nll: float
    yields: Mapping[str, float]
    curve: FloatArray
    abscissa: str = "baseline"

    plot = draws("plot_reactor_rates")

    @property
    def total(self) -> FloatArray:
        """The signal: backgrounds are subtracted in the measurements."""
        return self.signal

    def table(self, compared: Mapping[str, ReactorRates] | None = None) -> Table:
        """A row for each measurement; `compared` are the rates in other models, by
        name."""
        others = compared or {}
        names = tuple(f"f({name})" for name in self.fractions)
        columns = (
            "measurement",
            "L [m]",
            *names,
            "expected",
            "+- flux",
            *(f"expected, {name}" for name in others),
            "measured",
            "+-",
            "pull",
            "yield [1e-43 cm2/fission]",
        )
        rows: list[tuple[Cell, ...]] = [
            (
                name,
                float(self.baseline[i]),
                *(float(f[i]) for f in self.fractions.values()),
                float(self.signal[i]),
                float(self.flux_sigma[i]),
                *(float(other.signal[i]) for other in others.values()),
                float(self.data[i]),
                float(self.sigma[i]),
                float((self.data[i] - self.signal[i]) / self.sigma[i]),
                float(self.data[i] * self.reference[i] * 1e43),
            )
            for i, name in enumerate(self.rows)
        ]
        formats = dict.fromkeys(names, ".3f") | {
            "expected": ".4f",
            "+- flux": ".4f",
            "measured": ".4f",
            "+-": ".4f",
            "pull": ".2f",
            "yield [1e-43 cm2/fission]": ".3f",
        }
        formats |= dict.fromkeys((f"expected, {name}" for name in others), ".4f")
        own = ", ".join(f"{n} {1e43 * y:.3f}" for n, y in self.yields.items())
        notes = (
            f"-2 ln L = {self.twice_nll:.2f} for {len(self.rows)} rates",
            *(f"-2 ln L = {o.twice_nll:.2f} with {n}" for n, o in others.items()),
            "ratios are relative to the published prediction without any oscillation;"
            " pull: without the errors of the fluxes",
            f"yields of this prediction, 1e-43 cm2 per fission: {own}",
        )
        return Table(
            f"{self.experiment}, analysis {self.analysis}",
            columns,
            tuple(rows),
            formats,
            notes,
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "experiment": self.experiment,
            "analysis": self.analysis,
            "rows": list(self.rows),
            "baseline_m": self.baseline.tolist(),
            "fractions": {n: f.tolist() for n, f in self.fractions.items()},
            "reference_cm2": self.reference.tolist(),
            "signal": self.signal.tolist(),
            "flux_sigma": self.flux_sigma.tolist(),
            "data": np.asarray(self.data).tolist(),
            "sigma": self.sigma.tolist(),
            "twice_nll": self.twice_nll,
            "yields_cm2": dict(self.yields),
            "curve": self.curve.tolist(),
            "abscissa": self.abscissa,
        }
