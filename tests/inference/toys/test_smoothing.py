"""Noisy surfaces of toys, the error of contours, and single points of a plane."""

from __future__ import annotations

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.inference import ToySettings, exclusion_at, exclusion_plane
from nuprobe.inference.toys.smoothing import smoothed

FREE = ["sin2_2theta_14", "dm2_41"]
AXES = {FREE[0]: np.geomspace(0.02, 0.6, 9), FREE[1]: np.geomspace(0.3, 6.0, 8)}


def test_noise_is_averaged_and_its_error_is_right() -> None:
    rng = np.random.default_rng(3)
    x, y = np.meshgrid(np.linspace(-1, 1, 25), np.linspace(-1, 1, 30), indexing="ij")
    truth = 6 + x - 0.5 * y + x * y - x**2
    error = 0.4 + 0.1 * x
    value, left = smoothed(truth + error * rng.normal(size=x.shape), error)
    assert (left < error).mean() > 0.95
    assert np.std(value - truth) < 0.45 * error.mean()
    assert np.std((value - truth) / left) == pytest.approx(1.0, abs=0.15)
    assert np.mean(value - truth) == pytest.approx(0.0, abs=0.05)


def test_what_is_no_noise_stays() -> None:
    """A step of many errors, points without an error, and grids without neighbours."""
    step = np.where(np.arange(20)[:, None] < 10, 7.0, 1.0) * np.ones((20, 12))
    value, left = smoothed(step, np.full(step.shape, 0.2))
    np.testing.assert_allclose(value, step, atol=1e-9)
    assert (left[9:11] == 0.2).all()
    error = np.full(step.shape, 0.2)
    error[4, 4] = np.inf
    step[4, 4] = 100.0
    value, left = smoothed(step, error)
    assert (value[4, 4], left[4, 4]) == (100.0, np.inf)
    assert value[4, 5] == pytest.approx(7.0)
    small = np.arange(9.0).reshape(3, 3)
    np.testing.assert_array_equal(smoothed(small, np.ones((3, 3)))[0], small)


def test_contours_of_other_toys_agree_within_their_error() -> None:
    cost = nu.experiment("danss").cost(free=FREE)
    axes = {FREE[0]: np.geomspace(0.02, 0.5, 14), FREE[1]: np.geomspace(0.5, 3, 14)}
    pair = [exclusion_plane(cost, axes, toys=ToySettings(500, seed=s)) for s in (1, 2)]
    for method in ("fc", "cls-toys", "raster-toys"):
        spread = {}
        for smooth in (True, False):
            a, b = (one.exclusion(method, smooth=smooth) for one in pair)
            error = [one.exclusion_error(method, smooth=smooth) for one in pair]
            width = np.hypot(*error)
            # thresholds are noisy everywhere; CLs is known where toys reach
            reached = (np.abs(a) < 2) & (np.abs(b) < 2)
            near = (width > 0) & (reached | (method == "fc"))
            spread[smooth] = np.std((a - b)[near])
            pull = (a - b)[near] / width[near]
            # that of a normal distribution is 0.67
            assert 0.3 < np.median(np.abs(pull)) < 1.2
        # few toys reach CLs of 5 %, and most of their points stay
        assert spread[True] < (0.75 if method == "fc" else 1.1) * spread[False], method
    one = pair[0]
    limits, errors = one.limits("fc"), one.limit_errors("fc")
    known = [(v, e) for v, e in zip(limits, errors, strict=True) if v and e]
    assert len(known) >= 2
    assert all(0 < e < 0.3 * v for v, e in known)
    assert set(one.limit_errors("wilks")) <= {0.0, None}
    assert "limit_errors" in one.to_dict()["levels"][0]
    assert not one.exclusion_error("cls").any()


def test_a_point_is_excluded_as_on_the_plane() -> None:
    cost = nu.experiment("danss").cost(free=FREE)
    plane = exclusion_plane(cost, AXES, toys=ToySettings(2000, seed=5))
    assert plane.delta is not None
    shares = (plane.delta >= plane.rise[:, :, None]).mean(axis=2)
    i, j = np.unravel_index(np.abs(shares - 0.2).argmin(), shares.shape)
    point = {n: float(AXES[n][k]) for n, k in zip(FREE, (i, j), strict=True)}
    found = exclusion_at(cost, point, AXES, toys=ToySettings(2000, seed=6))
    assert found.rise == pytest.approx(plane.rise[i, j], abs=1e-9)
    assert found.median == pytest.approx(plane.asimov[i, j], abs=1e-9)
    assert found.cls == pytest.approx(plane.cls("cls")[i, j], rel=1e-9)
    share = shares[i, j]
    assert 0.05 < share < 0.5
    assert abs(found.fc - share) < 4 * np.sqrt(2) * found.fc_error
    assert found.cls_toys == pytest.approx(plane.cls("cls-toys")[i, j], abs=0.05)
    # a share that a normal distribution leaves beyond two ends
    assert found.wilks == pytest.approx(np.exp(-found.rise / 2))
    same = exclusion_at(cost, point, AXES, toys=ToySettings(2000, seed=6))
    assert same == found


def test_standard_deviations() -> None:
    cost = nu.experiment("danss").cost(free=FREE)
    far = {FREE[0]: 0.9, FREE[1]: 1.0}
    found = exclusion_at(cost, far, AXES, toys=100)
    assert found.fc == 0
    # no toy reaches the data: at least what one of a hundred gives
    assert found.sigma() == pytest.approx(2.576, abs=1e-3)
    assert found.sigma("wilks") > 5
    assert found.to_dict()["sigma"]["fc"] == found.sigma()
    with pytest.raises(InputError, match="fc"):
        found.sigma("bayes")
    with pytest.raises(InputError, match="the point needs"):
        exclusion_at(cost, {"rn": 5.0}, AXES)
    with pytest.raises(InputError, match="dm2_41"):
        exclusion_at(cost, {**far, FREE[1]: -1.0}, AXES)
