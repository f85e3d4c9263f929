"""What a trident experiment expects, beside what it measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nuprobe.numerics import FloatArray

__all__ = ["TridentRates"]


@dataclass(frozen=True)
class TridentRates:
    """What an experiment expects.

    Attributes
    ----------
    experiment, analysis : names.
    ratio : cross section over that of the Standard Model, averaged over the flux.
    measured, plus, minus : the ratio of the analysis and its errors.
    pull : (ratio − measured)/error on that side.
    cross_sections : flux-averaged, cm² per nucleus (or formula unit), by regime.
    events : by regime, if the file gives mass and exposure; else None.
    error : largest relative numerical error.
    regime : of the ratio, one of `trident.REGIMES`.
    beside : regimes that are listed but not part of the ratio.
    sin2_theta_w : value in the couplings of the model; None for a model without.
    """

    experiment: str
    analysis: str
    ratio: float
    measured: float
    plus: float
    minus: float
    pull: float
    cross_sections: Mapping[str, float]
    events: Mapping[str, float] | None
    error: float
    regime: str
    beside: tuple[str, ...]
    sin2_theta_w: float | None

    @property
    def cross_section(self) -> float:
        """What the ratio is of: the sum of its regimes, cm²."""
        return sum(v for k, v in self.cross_sections.items() if k not in self.beside)

    @property
    def signal(self) -> FloatArray:
        """The ratio, (1,)."""
        return np.array([self.ratio])

    @property
    def total(self) -> FloatArray:
        """The ratio, (1,): nothing is added to it."""
        return self.signal

    @property
    def data(self) -> FloatArray:
        """The measured or assumed ratio, (1,)."""
        return np.array([self.measured])

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            **{
                k: v
                for k, v in self.__dict__.items()
                if k not in ("cross_sections", "events")
            },
            "cross_sections_cm2": dict(self.cross_sections),
            "events": None if self.events is None else dict(self.events),
        }
