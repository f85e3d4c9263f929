"""Costs, fits, profiles, scans and posterior samples: what data say about
parameters."""

from nuprobe.inference.chain import (
    Flat,
    LogFlat,
    Normal,
    Prior,
    SampleResult,
    sample,
)
from nuprobe.inference.contour import Contour, contour
from nuprobe.inference.costs import Cost, CostSum, GaussianCost, PoissonCost, Profiled
from nuprobe.inference.executors import dask_executor
from nuprobe.inference.fit import fit
from nuprobe.inference.levels import delta_threshold
from nuprobe.inference.profile import Profile, profile
from nuprobe.inference.protocols import Expectation, Prediction
from nuprobe.inference.results import FitResult
from nuprobe.inference.scan import scan
from nuprobe.inference.scan_result import ScanResult
from nuprobe.inference.significance import significance
from nuprobe.inference.surface import Surface

__all__ = [
    "Contour",
    "Cost",
    "CostSum",
    "Expectation",
    "FitResult",
    "Flat",
    "GaussianCost",
    "LogFlat",
    "Normal",
    "PoissonCost",
    "Prediction",
    "Prior",
    "Profile",
    "Profiled",
    "SampleResult",
    "ScanResult",
    "Surface",
    "contour",
    "dask_executor",
    "delta_threshold",
    "fit",
    "profile",
    "sample",
    "scan",
    "significance",
]
