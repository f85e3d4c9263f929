"""Counts for templates that are linear between anchors along some axes and smooth along
others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np

from nuprobe.numerics import FloatArray
from nuprobe.prediction.axes import Axis
from nuprobe.prediction.parts import Part

__all__ = ["between"]

_ROOM: Final = 4_000_000  # numbers that interpolated templates may take at a time


class _Axes(Protocol):
    """Requested axis values."""

    @property
    def axes(self) -> tuple[Axis, ...]: ...

    def weights(
        self, index: int, axis_values: FloatArray, derivative: int | None
    ) -> FloatArray: ...


def between(
    templates: _Axes,
    part: Part,
    coefficients: FloatArray,
    axis_values: FloatArray,
    derivative: int | None,
) -> FloatArray:
    """Counts of a part for several sets of coefficients.

    Smooth axes are interpolated once for all points with the same value, a few values
    at a time; then each point interpolates between the anchors around it.

    Parameters
    ----------
    templates : with the axes and weights.
    part : one of its parts, with anchors along some axis.
    coefficients : shape (sets, components, points, terms).
    axis_values : shape (points, axes).
    derivative : position of an axis to differentiate with respect to, or None.

    Returns
    -------
    array, shape (sets, points, components, bins)

    Examples
    --------
    >>> from nuprobe.parameters import Parameter
    >>> from nuprobe.prediction import build_templates
    >>> from nuprobe.prediction.examples import argon
    >>> light = Axis(Parameter("light", 0.0, -1.0, 1.0), anchors=(-1.0, 0.0, 1.0))
    >>> templates = build_templates(argon(), [light])
    >>> one = np.ones((1, 3, 2, 3))  # at two points
    >>> at = np.array([[0.5], [1.0]])
    >>> between(templates, templates.parts[0], one, at, None).shape
    (1, 2, 3, 2)
    """
    hats = {
        axis: templates.axes[axis].hat(axis_values[:, axis], derivative == axis)
        for axis in part.axes
        if templates.axes[axis].anchors
    }
    smooth = [axis for axis in part.axes if axis not in hats]
    if not smooth:
        return part.contracted(list(hats.values()), coefficients)
    places, which = np.unique(axis_values[:, smooth], axis=0, return_inverse=True)
    which = which.reshape(-1)
    sets, components, points, _ = coefficients.shape
    result = np.empty((sets, points, components, part.values.shape[1]))
    nodes = math.prod(templates.axes[axis].nodes for axis in smooth)
    some = max(1, int(_ROOM * nodes / part.values.size))
    along = derivative if derivative in smooth else None
    known = part.interpolated
    for start in range(0, len(places), some):
        chosen = places[start : start + some]
        new = [x for x in chosen if (along, x.tobytes()) not in known]
        if new:
            here = np.zeros((len(new), len(templates.axes)))
            here[:, smooth] = new
            for x, values in zip(
                new, _smoothed(templates, part, smooth, here, along), strict=True
            ):
                known[along, x.tobytes()] = Part(part.isotope, tuple(hats), values)
        for number, x in enumerate(chosen, start):
            rows = np.flatnonzero(which == number)
            one = known[along, x.tobytes()]
            own = [(cell[rows], a[rows], b[rows]) for cell, a, b in hats.values()]
            result[:, rows] = one.contracted(own, coefficients[:, :, rows])
        while len(known) > some:
            del known[next(iter(known))]
    return result


def _smoothed(
    templates: _Axes,
    part: Part,
    smooth: Sequence[int],
    at: FloatArray,
    derivative: int | None,
) -> FloatArray:
    """Values of a part interpolated along its smooth axes, (points, components, bins,
    terms, anchors of the others)."""
    first = 3 + part.axes.index(smooth[0])
    shape = part.values.shape
    weights = templates.weights(smooth[0], at, derivative)
    # avoid a copy of the large array
    rows = part.values.reshape(math.prod(shape[:first]), shape[first], -1)
    table = (weights @ rows).reshape(*shape[:first], len(at), *shape[first + 1 :])
    table = np.moveaxis(table, first, 0)
    axes = [axis for axis in part.axes if axis != smooth[0]]
    for axis in smooth[1:]:
        weights = templates.weights(axis, at, derivative)
        table = np.moveaxis(table, 4 + axes.index(axis), 1)
        table = np.einsum("pn,pn...->p...", weights, table)
        axes.remove(axis)
    return table
