"""Expected and measured values of a solar experiment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nuprobe.drawing import Exported
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable

__all__ = ["SolarRates"]


@readable
@dataclass(frozen=True)
class SolarRates(Exported):
    """Values of one analysis.

    Attributes
    ----------
    experiment, analysis : names.
    names : of the values.
    unit : of the values, empty if they have several.
    signal : expected, (values,).
    parts : by kind of solar neutrino, each (values,); "" for the part not proportional
        to a flux.
    unmixed : the rates without oscillation by kind, if the flux multiplies them.
    measured, above, below : values and their errors, (values,).
    point : values of the parameters.
    notes : assumptions.
    """

    experiment: str
    analysis: str
    names: tuple[str, ...]
    unit: str
    signal: FloatArray
    parts: Mapping[str, FloatArray]
    unmixed: Mapping[str, FloatArray]
    measured: FloatArray
    above: FloatArray
    below: FloatArray
    point: Mapping[str, float]
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> FloatArray:
        """The signal, (values,): nothing is added to it."""
        return self.signal

    @property
    def data(self) -> FloatArray:
        """The measured values, (values,)."""
        return self.measured

    @property
    def pulls(self) -> FloatArray:
        """(Expected − measured)/error on that side, (values,), without correlations."""
        sigma = np.where(self.signal > self.measured, self.above, self.below)
        return np.asarray((self.signal - self.measured) / sigma)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form: ``values`` has a row for each value."""
        return {
            "experiment": self.experiment,
            "analysis": self.analysis,
            "unit": self.unit,
            "values": [
                {
                    "name": name,
                    "expected": float(self.signal[i]),
                    "measured": float(self.measured[i]),
                    "above": float(self.above[i]),
                    "below": float(self.below[i]),
                    "pull": float(self.pulls[i]),
                    "by_kind": {k: float(v[i]) for k, v in self.parts.items()},
                    "without_oscillation": {
                        k: float(v[i]) for k, v in self.unmixed.items()
                    },
                }
                for i, name in enumerate(self.names)
            ],
            "point": dict(self.point),
            "notes": list(self.notes),
        }
