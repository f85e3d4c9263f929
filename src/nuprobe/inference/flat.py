"""A warning when a cost does not depend on a parameter over a whole grid."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Final

import numpy as np

from nuprobe.errors import ValidityWarning
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter

__all__ = ["warn_if_flat"]

_MOVES: Final = 1e-6
"""Smallest relevant −2 ln L: a millionth of the Δ of one standard deviation."""


def warn_if_flat(
    name: str,
    axes: Sequence[tuple[Parameter, FloatArray]],
    twice_nll: FloatArray,
) -> None:
    """Warn, with `ValidityWarning`, of parameters that −2 ln L does not depend on.

    Such a parameter has no effect on the prediction, or its range is far too small, for
    example 1e-21 μ_B instead of 1e-11.

    Parameters
    ----------
    name : of the cost.
    axes : parameter and values of each dimension of the grid.
    twice_nll : −2 ln L on the grid, one dimension per axis; infinite where the data are
        impossible.

    Examples
    --------
    >>> from nuprobe.parameters import Parameter
    >>> axis = Parameter("x", 0.0), np.linspace(0.0, 1.0, 3)
    >>> warn_if_flat("toy", [axis], np.array([1.0, 0.5, 1.0]))
    """
    known = np.isfinite(twice_nll)
    if not known.all():
        # the cost does depend on a parameter if the data become impossible
        return
    for i, (p, values) in enumerate(axes):
        if len(values) < 2:
            continue
        spread = float(np.ptp(twice_nll, axis=i).max())
        if spread < _MOVES:
            warnings.warn(
                f"{name}: -2 ln L does not depend on {p.name} between {values[0]:.6g}"
                f" and {values[-1]:.6g} {p.unit}".rstrip()
                + f" (it moves by {spread:.1g}): check the unit and the range",
                ValidityWarning,
                stacklevel=3,
            )
