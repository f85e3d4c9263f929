"""Axes that the plane of a page has at first, if its description names none."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, erf, floor, inf, isfinite, log10, sqrt
from typing import TYPE_CHECKING, Any, Final

from nuprobe.errors import NuprobeError
from nuprobe.explore.pages import PageFile
from nuprobe.parameters import Parameter

if TYPE_CHECKING:
    from nuprobe.inference import Cost, FitResult

__all__ = ["plane_of"]

_POINTS: Final = 60  # of each axis
_WIDE: Final = 1e3  # ratio of the ends above which an axis is logarithmic
_FAR: Final = 10.0  # and of the upper end to the default
_STEPS: Final = 10.0  # steps of a parameter to both sides, if its range is infinite
_SIGMAS: Final = 4.0  # of the region shown; contours of two parameters reach 3.4
_SCALES: Final = ("mass", "coupling")


def plane_of(
    page: PageFile, parameters: Sequence[Parameter], cost: Cost
) -> dict[str, Any]:
    """Both axes, the second None for a single parameter: those of the description, or
    what the data allow at four standard deviations.

    Parameters
    ----------
    page : described.
    parameters : of the page, with the parts of their ranges that it covers.
    cost : its likelihood.

    Examples
    --------
    >>> import nuprobe as nu
    >>> page = PageFile(title="CsI", experiments=["coherent-csi-2021"])
    >>> cost = nu.experiment("coherent-csi-2021").cost(free=["sin2_theta_w"])
    >>> axis = plane_of(page, cost.parameters, cost)["x"]
    >>> axis["log"], round(axis["lower"], 1), round(axis["upper"], 1)
    (False, 0.1, 0.4)
    """
    if page.plane is not None:
        return page.plane.model_dump()
    chosen = sorted(parameters, key=lambda p: p.name != "mass")[:2]
    fitted = _fitted(chosen, page, cost)
    axes = [_axis(p, page, fitted) for p in chosen]
    return {"x": axes[0], "y": axes[1] if len(axes) > 1 else None}


def _fitted(
    chosen: Sequence[Parameter], page: PageFile, cost: Cost
) -> FitResult | None:
    """The fit, with regions at four standard deviations; None if no axis needs it."""
    from nuprobe.inference import fit

    if all(p.name in _SCALES or p.name in page.ranges for p in chosen):
        return None
    try:
        return fit(cost, cl=erf(_SIGMAS / sqrt(2.0)))
    except NuprobeError:
        # a page needs no minimum: its reader sees the whole range
        return None


def _axis(p: Parameter, page: PageFile, fitted: FitResult | None) -> dict[str, Any]:
    """The range of a parameter, or what the fit allows of it."""
    low, high = _whole(p)
    if fitted is not None and p.name not in (*_SCALES, *page.ranges):
        regions = fitted[p.name].regions
        if regions:
            first, last = regions[0], regions[-1]
            left = low if first.open_low else first.low
            right = high if last.open_high else last.high
            left, right = _rounded(left, right)
            left, right = max(left, p.lower), min(right, p.upper)
            if left < right:
                low, high = left, right
    log = low > 0 and isfinite(high) and high > _WIDE * low
    # with its default near the upper end a parameter has no scale to vary over
    log = log and (p.log or p.name in _SCALES or high > _FAR * p.default)
    if p.name == "coupling" and p.default > 0:
        low, high, log = p.default * 1e-3, p.default * 10, True
    return {
        "name": p.name,
        "lower": float(low),
        "upper": float(high),
        "log": log,
        "points": _POINTS,
    }


def _rounded(low: float, high: float) -> tuple[float, float]:
    """Ends outside these, of few digits."""
    if not low < high:
        return low, high
    power = floor(log10(high - low)) - 1
    # as decimals: 7 * 0.01 has more digits than 0.07
    return float(f"{floor(low / 10.0**power)}e{power}"), float(
        f"{ceil(high / 10.0**power)}e{power}"
    )


def _whole(p: Parameter) -> tuple[float, float]:
    """The range of a parameter, or ten steps to both sides."""
    size = _STEPS * p.step
    open_range = p.lower < 0 or p.upper == inf
    low = max(p.lower, p.default - size) if open_range else p.lower
    high = min(p.upper, p.default + size) if open_range else p.upper
    return low, high
