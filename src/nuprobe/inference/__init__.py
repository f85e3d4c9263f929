"""Costs, fits, profiles and scans: what data say about parameters."""

from nuprobe.inference.costs import Cost, CostSum, GaussianCost, PoissonCost, Profiled
from nuprobe.inference.protocols import Expectation, Prediction

__all__ = ["Cost", "CostSum", "Expectation", "GaussianCost", "PoissonCost", "Prediction", "Profiled"]
