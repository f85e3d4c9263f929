"""One block of points: −2 ln L at its minimum over the nuisances, integrated over
shapes, with its derivatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from nuprobe.inference.costs.layout import Layout
from nuprobe.inference.costs.marginal import shape_slopes, shape_term
from nuprobe.inference.costs.morphing import morphed_slopes, profile_morphed
from nuprobe.inference.costs.nuisances import Profiled
from nuprobe.inference.costs.slopes import expected_curvature
from nuprobe.inference.expectations import some_points
from nuprobe.numerics import FloatArray

Minimise = Callable[..., Profiled]
"""Of the linear nuisances: `profile_block` or `profile_compiled`."""


def with_shapes(layout: Layout, p: FloatArray, best: Profiled) -> Profiled:
    """Add the contribution of integrating over the shapes.

    Parameters
    ----------
    layout : the cost.
    p : points, shape (points, parameters).
    best : minima over all nuisances at these points.
    """
    if not layout.marginal:
        return best
    added = np.where(np.isfinite(best.twice_nll), shape_term(layout, p), 0.0)
    return replace(best, twice_nll=best.twice_nll + added, shapes=added)


def minimum_of(layout: Layout, p: FloatArray, minimise: Minimise) -> Profiled:
    """Minimise over all nuisances.

    Parameters
    ----------
    layout : the cost.
    p : points, shape (points, parameters).
    minimise : function for the linear nuisances.
    """
    if layout.morphing:
        best = profile_morphed(layout, p, minimise)
    else:
        best = minimise(layout, p, layout.expectations(p))
    return with_shapes(layout, p, best)


def slopes_of(
    layout: Layout,
    p: FloatArray,
    minimise: Minimise,
    start: FloatArray | None,
    compiled: bool,
    bent: bool,
) -> tuple[Profiled, FloatArray, FloatArray]:
    """Minimum over all nuisances with gradient, (points, parameters), and expected
    curvature, (points, parameters, parameters); 0 where the data are impossible.

    Parameters
    ----------
    layout, p, minimise : as for `minimum_of`.
    start : initial nuisances, shape (points, nuisances), or None.
    compiled : use compiled loops.
    bent : whether the curvature is needed (otherwise it may be 0).
    """
    gradient, curvature = np.zeros(p.shape), np.zeros((*p.shape, p.shape[1]))
    if layout.morphing:
        best = profile_morphed(layout, p, minimise, start)
        expectations = []
    else:
        expectations = layout.expectations(p)
        best = minimise(layout, p, expectations, start)
    good = np.flatnonzero(np.isfinite(best.twice_nll))
    if not good.size:
        return best, gradient, curvature
    if good.size < len(p):
        expectations = [some_points(e, good) for e in expectations]
    if layout.morphing:
        found = morphed_slopes(layout, p[good], best.take(good), compiled)
    else:
        nuisances, barrier = best.nuisances[good], best.barrier[good]
        found = expected_curvature(
            layout, p[good], nuisances, barrier, expectations, compiled, bent
        )
    gradient[good], curvature[good] = found
    gradient[good] += shape_slopes(layout, p[good])
    return with_shapes(layout, p, best), gradient, curvature
