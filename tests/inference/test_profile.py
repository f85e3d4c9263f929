from __future__ import annotations

import json
from math import inf

import numpy as np
import pytest
from scipy.stats import chi2, norm
from tests.inference.synthetic import Synthetic
from tests.inference.test_fit import Line, strong

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.inference import (
    CLs,
    FeldmanCousins,
    GaussianCost,
    PoissonCost,
    contour,
    delta_threshold,
    feldman_cousins,
    fit,
    profile,
    significance,
)


def test_thresholds() -> None:
    assert delta_threshold(0.6826894921370859) == pytest.approx(1.0)
    assert delta_threshold(0.9, 2) == pytest.approx(
        -2 * np.log(0.1)
    )  # closed form for two
    with pytest.raises(InputError, match="confidence level"):
        delta_threshold(1.5)


def test_parabola() -> None:
    line = Line()
    cost = GaussianCost(line, [0.5, 1.2, 1.9, 3.4, 3.8, 5.1, 6.3, 6.8], np.ones(8))
    result = fit(cost)
    p = profile(cost, "slope", np.linspace(-1, 3, 7), free=["offset"])
    error = result["slope"].error
    assert error is not None
    np.testing.assert_allclose(
        p.delta, ((p.values - result["slope"].value) / error) ** 2, rtol=1e-5, atol=1e-6
    )
    for cl in (0.6827, 0.9, 0.95):
        ((low, high),) = p.intervals(cl)
        half = error * norm.isf((1 - cl) / 2)
        np.testing.assert_allclose(
            [low, high],
            [result["slope"].value - half, result["slope"].value + half],
            rtol=1e-5,
        )
    json.dumps(p.to_dict(), allow_nan=False)


def test_narrow_minimum_between_grid_points_is_found() -> None:
    cost = strong(4e6)
    p = profile(cost, "radius", np.array([1.0, 3.0, 7.0, 9.0]))
    ((low, high),) = p.intervals()
    assert 3.0 < low < p.best < high < 7.0
    assert p.delta_at(low) == pytest.approx(1.0, rel=1e-5, abs=0)
    assert p.delta.min() == 0.0


def test_open_sides() -> None:
    cost = strong(4e4)
    assert profile(cost, "radius", np.linspace(4.5, 5.5, 5)).intervals(0.9)[0] == (
        -inf,
        inf,
    )
    weak = PoissonCost(
        Synthetic(signal=40),
        Synthetic(signal=40).expectation(np.array([[1.0, 5.0]])).base[0],
    )
    assert profile(weak, "radius", np.linspace(1, 9, 9)).intervals() == [
        (1.0, 9.0)
    ]  # the limits of the parameter


def test_contour_and_significance_of_a_gaussian() -> None:
    line = Line()
    cost = GaussianCost(line, [0.5, 1.2, 1.9, 3.4, 3.8, 5.1, 6.3, 6.8], np.ones(8))
    result = fit(cost)
    c = contour(
        cost,
        ("slope", "offset"),
        {"offset": np.linspace(-3, 4, 15), "slope": np.linspace(-1, 3, 12)},
        cl=0.9,
    )
    assert c.delta.shape == (12, 15)
    assert c.thresholds == {0.9: pytest.approx(4.60517)}
    np.testing.assert_allclose(
        c.best, [result["slope"].value, result["offset"].value], atol=1e-5
    )
    assert result.covariance is not None
    inverse = np.linalg.inv(result.covariance[:2, :2])
    x = np.stack(np.meshgrid(*c.axes, indexing="ij"), axis=-1) - np.array(c.best)
    quadratic = np.einsum("abi,ij,abj->ab", x, inverse, x)
    np.testing.assert_allclose(c.delta, quadratic, rtol=1e-5, atol=1e-6)
    point = {"slope": result["slope"].value + 0.2, "offset": 0.3}
    d = np.array([0.2, 0.3 - result["offset"].value])
    delta = d @ inverse @ d
    assert significance(cost, point, result) == pytest.approx(
        norm.isf(chi2.sf(delta, 2) / 2), rel=1e-5, abs=0
    )
    far = significance(cost, {"slope": 60.0, "offset": 0.0}, result)
    assert np.isfinite(far)
    assert far > 38  # where p-values underflow
    error = result["slope"].error
    assert error is not None
    away = significance(cost, {"slope": result["slope"].value - 2.3 * error}, result)
    assert away == pytest.approx(2.3, rel=1e-5, abs=0)


def test_contour_with_another_free_parameter() -> None:
    from dataclasses import replace

    from nuprobe.parameters import Nuisance

    line = replace(Line(), nuisances=(Nuisance("curvature", 0.3),))
    a = GaussianCost(line, [0.5, 1.2, 1.9, 3.4, 3.8, 5.1, 6.3, 6.8], np.ones(8))
    b = strong()
    c = contour(
        a + b,
        ("slope", "radius"),
        [np.linspace(-1, 2, 3), np.linspace(3, 7, 3)],
        free=["offset"],
    )
    p = profile(a, "slope", np.linspace(-1, 2, 3), free=["offset"])
    q = profile(b, "radius", np.linspace(3, 7, 3))
    first = [p.delta_at(x) for x in c.axes[0]]
    second = [q.delta_at(x) for x in c.axes[1]]
    np.testing.assert_allclose(c.delta, np.add.outer(first, second), atol=2e-4)


def test_bad_requests() -> None:
    cost = strong()
    with pytest.raises(InputError, match="at least 3 values"):
        profile(cost, "radius", [2.0, 3.0])
    with pytest.raises(InputError, match="outside its range"):
        profile(cost, "radius", [2.0, 3.0, 11.0], free=["strength"])
    with pytest.raises(InputError, match="different from each other"):
        profile(cost, "radius", [2.0, 3.0, 4.0], free=["radius"])
    with pytest.raises(InputError, match="two different parameters"):
        contour(cost, ("radius", "radius"), [[2, 3], [2, 3]])
    with pytest.raises(
        InputError, match="hypothesis fixes parameters that were fitted"
    ):
        significance(cost, {"strength": 1.0}, fit(cost, free=["radius"], minos=False))
    impossible = PoissonCost(Synthetic(background=0.0), np.ones(24))
    with pytest.raises(InputError, match="impossible at every value of radius"):
        profile(impossible, "radius", [2.0, 3.0, 4.0], fixed={"strength": 0.0})


def test_toys_along_a_profile_are_those_of_their_own_functions() -> None:
    cost = nu.experiment("coherent-lar-2020").cost(
        free=["cevns_scale"], analysis="published"
    )
    grid = [0.4, 0.8, 1.2, 1.6, 2.0, 2.4]
    curve = nu.profile(cost, "cevns_scale", grid, intervals="feldman-cousins", toys=100)
    found = curve.toys
    assert isinstance(found, FeldmanCousins)
    again = feldman_cousins(cost, "cevns_scale", curve.values, levels=(0.9,), toys=100)
    assert found.intervals(0.9) == again.intervals(0.9)
    np.testing.assert_allclose(found.delta, curve.delta, atol=1e-5)
    assert curve.construction(0.9).sides == 2
    text = curve.table()
    assert "90 % CL, two-sided, Δ(−2 ln L) = 2.71 (Wilks)" in text
    assert "90 % CL, two-sided (Feldman–Cousins), 100 toys at each value" in text
    assert curve.to_dict()["toys"]["method"] == "feldman-cousins"
    upper = nu.profile(cost, "cevns_scale", grid, intervals="cls", toys=100)
    assert isinstance(upper.toys, CLs)
    assert upper.construction(0.9).sides == 1
    assert "upper limit, one-sided (CLs), 100 toys" in upper.table(0.9)
    plain = nu.profile(cost, "cevns_scale", grid)
    assert plain.toys is None
    assert plain.to_dict()["toys"] is None
    assert "toys" not in plain.table()
