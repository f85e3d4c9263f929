"""The profile drawn by ``nuprobe fit --plot``: its levels and its values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nuprobe.inference.results import ParameterResult
    from nuprobe.numerics import FloatArray

__all__ = ["profile_grid", "profile_levels"]

WIDTH, POINTS = 3.5, 121
"""Standard deviations that a profile spans on each side, and its points."""


def profile_levels(cl: float | None) -> list[tuple[str, float]]:
    """Levels of a profile: the default ones, and the one requested.

    Parameters
    ----------
    cl : confidence level, or None.

    Examples
    --------
    >>> len(profile_levels(0.5)) - len(profile_levels(None))
    1
    """
    from nuprobe.inference.levels import delta_threshold
    from nuprobe.plotting.fits import LEVELS_1D

    levels = list(LEVELS_1D)
    if cl is not None:
        rise = delta_threshold(cl)
        if all(abs(rise - known) > 1e-3 for _, known in levels):
            levels.append((f"{100 * cl:.4g} %", rise))
    return levels


def profile_grid(best: ParameterResult) -> FloatArray:
    """Return values around the best fit and all other regions within the allowed range;
    over the whole range if the fit gives no error.

    Parameters
    ----------
    best : result of the fit.

    Examples
    --------
    >>> import nuprobe as nu
    >>> found = nu.experiment("coherent-csi-2017").fit(free=["rn"])
    >>> len(profile_grid(found["rn"]))
    121
    """
    import numpy as np

    value, parameter = best.value, best.parameter
    lower, upper = parameter.lower, parameter.upper
    width = best.error
    if width is None and best.interval is not None:
        ends = (best.interval.lower, best.interval.upper)
        width = max((abs(e - value) for e in ends if e is not None), default=None)
    if width is None and not math.isfinite(upper - lower):
        width = 10 * parameter.step
    if width is None:
        return np.linspace(lower, upper, POINTS)
    seen = [x for r in best.regions for x in (r.low, r.high) if math.isfinite(x)]
    beyond = 1.5 * width
    first = min([value - WIDTH * width, *(x - beyond for x in seen)])
    last = max([value + WIDTH * width, *(x + beyond for x in seen)])
    return np.linspace(max(lower, first), min(upper, last), POINTS)
