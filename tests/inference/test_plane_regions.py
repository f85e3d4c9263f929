"""Regions of two parameters as closed polygons."""

from __future__ import annotations

import json

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.inference import Contour, contour
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter


def area(line: FloatArray) -> float:
    x, y = line.T
    return abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))) / 2


def made(delta: FloatArray, x: FloatArray, best: tuple[float, float]) -> Contour:
    a, b = Parameter("a", 0.0), Parameter("b", 0.0)
    return Contour((a, b), (x, x), delta, {0.9: 4.605170185988092}, best, 12.0)


def test_two_ellipses_and_a_ring() -> None:
    x = np.linspace(-6, 6, 241)
    a, b = np.meshgrid(x, x, indexing="ij")
    left = (a + 3) ** 2 + 4 * b**2
    plane = made(np.minimum(left, (a - 3) ** 2 + b**2 + 1.0), x, (-3.0, 0.0))
    first, second = plane.regions()
    assert (first.best, second.best) == (True, False)
    assert area(first.outline) == pytest.approx(np.pi * 4.60517 / 2, rel=2e-3)
    assert area(second.outline) == pytest.approx(np.pi * 3.60517, rel=2e-3)
    assert second.rise == pytest.approx(1.0)
    for region in (first, second):
        assert (region.outline[0] == region.outline[-1]).all()
        assert region.open == (False, False)
        assert not region.holes
    # where the radius is known and the angle is not: the best point, not the hole
    ring = made((np.hypot(a, b) - 3) ** 2 * 10, x, (0.0, 3.0))
    (only,) = ring.regions()
    assert only.best
    (hole,) = only.holes
    width = np.sqrt(4.60517 / 10)
    assert area(hole) == pytest.approx(np.pi * (3 - width) ** 2, rel=5e-3)
    assert not made(ring.delta, x, (0.0, 0.0)).regions()[0].best
    json.dumps(plane.to_dict(), allow_nan=False)


def test_a_region_that_leaves_the_grid_is_open() -> None:
    x = np.linspace(-1, 1, 21)
    a, b = np.meshgrid(x, x, indexing="ij")
    (band,) = made(100 * a**2, x, (0.0, 0.0)).regions()
    assert band.open == (False, True)
    impossible = np.where(a > 0.5, np.inf, a**2 + 0 * b)
    (region,) = made(impossible, x, (0.0, 0.0)).regions()
    assert region.outline[:, 0].max() < 0.6


def test_regions_of_two_radii_have_the_extents_of_intervals() -> None:
    """The box of the regions at Δ is the interval of each radius at the same Δ."""
    names = ("charge_radius.mumu", "charge_radius.ee")
    cost = nu.experiment("coherent-csi-2021").cost(nu.Electromagnetic(), names)
    grid = np.linspace(-85, 45, 53) * 1e-32
    plane = contour(cost, names, (grid, grid), cl=0.7)
    regions = plane.regions()
    assert sum(r.best for r in regions) == 1
    assert not any(any(r.open) for r in regions)
    rise = plane.thresholds[0.7]
    curve = nu.inference.profile(cost, names[0], grid, free=[names[1]])
    spans = sorted(
        (float(r.outline[:, 0].min()), float(r.outline[:, 0].max())) for r in regions
    )
    joined = [list(spans[0])]
    for low, high in spans[1:]:
        if low <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], high)
        else:
            joined.append([low, high])
    expected = curve.intervals(delta=rise)
    np.testing.assert_allclose(joined, expected, atol=5e-33)
