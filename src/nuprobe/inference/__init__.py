"""Costs, fits, profiles, scans and posterior samples: statistical inference from
data."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from nuprobe.inference.construction import Construction
from nuprobe.inference.contour import Contour, PlaneRegion, contour
from nuprobe.inference.costs import (
    CNPCost,
    Cost,
    CostSum,
    CovarianceCost,
    GaussianCost,
    OnOffCost,
    Origin,
    PoissonCost,
    Profiled,
    ProjectedCost,
    SharesCost,
    UnbinnedCost,
)
from nuprobe.inference.fit import fit
from nuprobe.inference.goodness import GoodnessOfFit
from nuprobe.inference.levels import delta_threshold
from nuprobe.inference.profile import Profile, profile
from nuprobe.inference.protocols import Expectation, Prediction
from nuprobe.inference.regions import Region
from nuprobe.inference.results import FitResult
from nuprobe.inference.significance import significance
from nuprobe.inference.surface import Surface

if TYPE_CHECKING:
    from nuprobe.inference.chain import (
        Flat,
        LogFlat,
        Normal,
        Prior,
        SampleResult,
        sample,
    )
    from nuprobe.inference.executors import dask_executor
    from nuprobe.inference.grid_scan import scan
    from nuprobe.inference.scan_result import ScanResult
    from nuprobe.inference.toys import (
        CLs,
        Coverage,
        ExclusionPlane,
        FeldmanCousins,
        GridToys,
        PointExclusion,
        Sensitivity,
        ToyBounds,
        ToyPValue,
        ToySettings,
        ToyThreshold,
        cls,
        coverage,
        exclusion_at,
        exclusion_plane,
        feldman_cousins,
        sensitivity,
        toy_p_value,
        toy_threshold,
    )

# a fit needs neither chains nor scans; a name must not be that of a module here, #
# which would replace it once imported
_LATER: Final = {
    "CLs": "toys",
    "Coverage": "toys",
    "ExclusionPlane": "toys",
    "FeldmanCousins": "toys",
    "Flat": "chain",
    "GridToys": "toys",
    "LogFlat": "chain",
    "Normal": "chain",
    "PointExclusion": "toys",
    "Prior": "chain",
    "SampleResult": "chain",
    "ScanResult": "scan_result",
    "Sensitivity": "toys",
    "ToyBounds": "toys",
    "ToyPValue": "toys",
    "ToySettings": "toys",
    "ToyThreshold": "toys",
    "cls": "toys",
    "coverage": "toys",
    "dask_executor": "executors",
    "exclusion_at": "toys",
    "exclusion_plane": "toys",
    "feldman_cousins": "toys",
    "sample": "chain",
    "scan": "grid_scan",
    "sensitivity": "toys",
    "toy_p_value": "toys",
    "toy_threshold": "toys",
}

__all__ = [
    "CLs",
    "CNPCost",
    "Construction",
    "Contour",
    "Cost",
    "CostSum",
    "CovarianceCost",
    "Coverage",
    "ExclusionPlane",
    "Expectation",
    "FeldmanCousins",
    "FitResult",
    "Flat",
    "GaussianCost",
    "GoodnessOfFit",
    "GridToys",
    "LogFlat",
    "Normal",
    "OnOffCost",
    "Origin",
    "PlaneRegion",
    "PointExclusion",
    "PoissonCost",
    "Prediction",
    "Prior",
    "Profile",
    "Profiled",
    "ProjectedCost",
    "Region",
    "SampleResult",
    "ScanResult",
    "Sensitivity",
    "SharesCost",
    "Surface",
    "ToyBounds",
    "ToyPValue",
    "ToySettings",
    "ToyThreshold",
    "UnbinnedCost",
    "cls",
    "contour",
    "coverage",
    "dask_executor",
    "delta_threshold",
    "exclusion_at",
    "exclusion_plane",
    "feldman_cousins",
    "fit",
    "profile",
    "sample",
    "scan",
    "sensitivity",
    "significance",
    "toy_p_value",
    "toy_threshold",
]


def __getattr__(name: str) -> Any:
    """Import lazily on first access."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
