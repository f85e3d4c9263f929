"""Costs: −2 ln L of binned data, its linear nuisances minimised exactly for many
points at once.

A statistic is one class that defines how the cost of a bin depends on its expectation
µ; everything else (nuisances, pulls, sums, gradients) is shared. Costs add with ``+``
and share parameters and nuisances by name.
"""

from nuprobe.inference.costs.along import Along
from nuprobe.inference.costs.base import COMPILED, Cost
from nuprobe.inference.costs.cnp import CNPCost
from nuprobe.inference.costs.covariance import CovarianceCost
from nuprobe.inference.costs.gaussian import GaussianCost
from nuprobe.inference.costs.nuisances import Profiled
from nuprobe.inference.costs.on_off import OnOffCost
from nuprobe.inference.costs.origin import Origin, check_origins
from nuprobe.inference.costs.poisson import PoissonCost
from nuprobe.inference.costs.projected import ProjectedCost
from nuprobe.inference.costs.shares import SharesCost
from nuprobe.inference.costs.tabulated import Tabulated
from nuprobe.inference.costs.term import Term, check_cost
from nuprobe.inference.costs.total import CostSum
from nuprobe.inference.costs.unbinned import UnbinnedCost
from nuprobe.inference.expectations import BLOCK

__all__ = [
    "BLOCK",
    "COMPILED",
    "Along",
    "CNPCost",
    "Cost",
    "CostSum",
    "CovarianceCost",
    "GaussianCost",
    "OnOffCost",
    "Origin",
    "PoissonCost",
    "Profiled",
    "ProjectedCost",
    "SharesCost",
    "Tabulated",
    "Term",
    "UnbinnedCost",
    "check_cost",
    "check_origins",
]
