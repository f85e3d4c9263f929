"""Prediction of a trident experiment: cross sections, a ratio, mean energies,
events."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nuprobe.drawing import Exported
from nuprobe.experiments.trident_files import TridentBeam, TridentCounts
from nuprobe.fluxes import Flux
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable
from nuprobe.units import parse_quantity

__all__ = ["BeamEnergy", "TridentRates", "beam_energies"]


@dataclass(frozen=True)
class BeamEnergy:
    """Mean energy of one flavour of a beam.

    Attributes
    ----------
    beam, flavour : names.
    share : of all neutrinos of the experiment.
    mean : MeV, of the table.
    published : MeV, or None.
    """

    beam: str
    flavour: str
    share: float
    mean: float
    published: float | None


def beam_energies(
    beams: Mapping[str, Flux], published: Mapping[str, TridentBeam]
) -> tuple[BeamEnergy, ...]:
    """Mean energies of all flavours of beams, weighted by neutrinos.

    Parameters
    ----------
    beams : by name.
    published : exposures and published energies of those that have some.

    Examples
    --------
    >>> import nuprobe as nu
    >>> (first, _) = beam_energies({"charm2-nu": nu.flux("charm2-nu")}, {})
    >>> round(first.mean / 1e3, 1)
    24.9
    """
    found = []
    for name, source in beams.items():
        known = published.get(name, TridentBeam())
        for one in source.flavours:
            number = source.total(one)
            mean = sum(float(c.integrate(lambda e: e)) for c in source.of(one)) / number
            value = known.mean_energy if known.flavour == one.name else None
            found.append((name, one.name, number * known.exposure, mean, value))
    whole = sum(row[2] for row in found)
    return tuple(
        BeamEnergy(
            beam,
            flavour,
            number / whole,
            mean,
            None if value is None else parse_quantity(value, "energy"),
        )
        for beam, flavour, number, mean, value in found
    )


@readable
@dataclass(frozen=True)
class TridentRates(Exported):
    """Prediction of an experiment.

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
    by_beam : cross section in the ratio for each of several beams, cm² per formula
        unit.
    beams : mean energy of each flavour of each beam, with the published one.
    mean_z2 : mean Z² of a nucleus of the target.
    nuclei : in a formula unit.
    counts : published events behind the ratio, or None.
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
    by_beam: Mapping[str, float] = field(default_factory=dict)
    beams: tuple[BeamEnergy, ...] = ()
    mean_z2: float = math.nan
    nuclei: float = 1.0
    counts: TridentCounts | None = None

    @property
    def cross_section(self) -> float:
        """The cross section in the ratio: the sum of its regimes, cm²."""
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

    @property
    def expected(self) -> float | None:
        """Events expected with this model, the published number of the Standard Model
        times the ratio; None if no events are published."""
        return (
            None if self.counts is None else self.counts.expected["sm"][0] * self.ratio
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            **{
                k: v
                for k, v in self.__dict__.items()
                if k not in ("cross_sections", "events", "beams", "by_beam", "counts")
            },
            "cross_sections_by_beam_cm2": dict(self.by_beam),
            "beams": [vars(beam) for beam in self.beams],
            "published_counts": None
            if self.counts is None
            else self.counts.model_dump(),
            "expected_counts": self.expected,
            "cross_sections_cm2": dict(self.cross_sections),
            "events": None if self.events is None else dict(self.events),
        }
