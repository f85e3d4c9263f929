"""Additional results of a fit of the mixing with a sterile neutrino."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nuprobe.inference import FitResult

__all__ = ["with_notes"]

_ANGLE, _SPLITTING = "sin2_2theta_14", "dm2_41"
_PROFILE = 200  # values of the splitting, dense enough not to miss a region


def with_notes(result: FitResult, cl: float) -> FitResult:
    """A result that also gives the significance against no mixing, and the allowed
    regions of Δm², of which there are many.

    Parameters
    ----------
    result : of the fit.
    cl : level of the regions.

    Examples
    --------
    >>> import nuprobe as nu
    >>> found = nu.experiment("danss").fit(free=["sin2_2theta_14"], minos=False)
    >>> with_notes(found, 0.9).notes[-1]
    'no mixing: −2 ln L higher by 0.00'
    """
    import numpy as np

    from nuprobe.inference import fit

    notes = list(result.notes)
    if _ANGLE in result.values and result.source is not None:
        others = [n for n in result.values if n not in (_ANGLE, _SPLITTING)]
        fixed = {p.name: v for p, v in result.fixed}
        still = {**fixed, **result.values, _ANGLE: 0.0}
        if others:
            still = {n: v for n, v in still.items() if n not in others}
            none = fit(result.source, others, still, minos=False).twice_nll
        else:
            point = result.source.point(still)
            none = float(result.source.profiled(point).twice_nll[0])
        notes.append(f"no mixing: −2 ln L higher by {none - result.twice_nll:.2f}")
    if _SPLITTING in result.values:
        p = result[_SPLITTING].parameter
        grid = np.geomspace(p.lower, p.upper, _PROFILE)
        regions = result.profile(_SPLITTING, grid).regions(cl)
        words = "; ".join(r.words(p) for r in regions)
        notes.append(
            f"{_SPLITTING} allowed at {100 * cl:.4g} % by its profile: {words}"
        )
    return replace(result, notes=tuple(notes))
