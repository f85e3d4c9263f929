"""Costs, fits, profiles and scans: what data say about parameters."""

from nuprobe.inference.costs import Cost, CostSum, GaussianCost, PoissonCost, Profiled
from nuprobe.inference.fit import FitResult, fit
from nuprobe.inference.profile import Contour, Profile, contour, delta_threshold, profile, significance
from nuprobe.inference.protocols import Expectation, Prediction
from nuprobe.inference.scan import ScanResult, dask_executor, scan

__all__ = [
    "Contour",
    "Cost",
    "CostSum",
    "Expectation",
    "FitResult",
    "GaussianCost",
    "PoissonCost",
    "Prediction",
    "Profile",
    "Profiled",
    "ScanResult",
    "contour",
    "dask_executor",
    "delta_threshold",
    "fit",
    "profile",
    "scan",
    "significance",
]
