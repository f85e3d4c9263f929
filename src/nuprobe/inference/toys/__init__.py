"""Toys: simulated data, each with a profiled fit, many at once.

They say how often intervals cover (`coverage`), which rise of −2 ln L bounds an
interval (`feldman_cousins`), how strongly a signal is excluded (`cls`), and how often a
fit is worse than the one observed (`toy_p_value`).
"""

from nuprobe.inference.toys.coverages import Coverage, coverage
from nuprobe.inference.toys.crossings import ToyBounds
from nuprobe.inference.toys.ensemble import Toys, draw, shifted_cost
from nuprobe.inference.toys.exclusion import CLs, cls
from nuprobe.inference.toys.expected import Sensitivity, sensitivity
from nuprobe.inference.toys.fits import BestFits, fit_toys
from nuprobe.inference.toys.goodness import ToyPValue, toy_p_value
from nuprobe.inference.toys.on_grid import GridToys
from nuprobe.inference.toys.plane import ExclusionPlane, exclusion_plane
from nuprobe.inference.toys.point import PointExclusion, exclusion_at
from nuprobe.inference.toys.sample import Hypothesis, ToySample, throw
from nuprobe.inference.toys.settings import ToySettings
from nuprobe.inference.toys.thresholds import (
    FeldmanCousins,
    ToyInterval,
    ToyThreshold,
    feldman_cousins,
    toy_threshold,
)

__all__ = [
    "BestFits",
    "CLs",
    "Coverage",
    "ExclusionPlane",
    "FeldmanCousins",
    "GridToys",
    "Hypothesis",
    "PointExclusion",
    "Sensitivity",
    "ToyBounds",
    "ToyInterval",
    "ToyPValue",
    "ToySample",
    "ToySettings",
    "ToyThreshold",
    "Toys",
    "cls",
    "coverage",
    "draw",
    "exclusion_at",
    "exclusion_plane",
    "feldman_cousins",
    "fit_toys",
    "sensitivity",
    "shifted_cost",
    "throw",
    "toy_p_value",
    "toy_threshold",
]
