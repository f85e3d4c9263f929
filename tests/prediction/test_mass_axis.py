"""Templates along the mass of a mediator: against templates at a fixed mass,
derivatives, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.experiments import Experiment
from nuprobe.models import LightScalar, LightVector, LMuLTau

RANGE = (1e-2, 1e5)


@pytest.fixture(scope="module")
def csi() -> Experiment:
    found = nu.experiment("coherent-csi-2017")
    assert isinstance(found, Experiment)
    return found


@pytest.mark.parametrize(
    "make",
    [
        lambda m: LightVector(m, 3e-5),
        lambda m: LightScalar(m, 3e-5),
        lambda m: LMuLTau(m, 3e-5, "loop"),
    ],
    ids=["vector", "scalar", "loop"],
)
def test_interpolated_templates_are_those_at_a_fixed_mass(
    csi: Experiment, make: Any
) -> None:
    masses = np.geomspace(*RANGE, 12)
    templates = csi.templates(make(10.0), ("mass",))
    assert templates.axis_error[0] < 1e-6
    assert templates.axes[0].ends == pytest.approx(np.log(RANGE))
    for term in range(len(templates.terms)):
        unit = np.zeros((len(templates.components), len(templates.terms)))
        unit[:, term] = 1.0
        got = templates.by_component(unit, masses[:, None])
        # the same for coefficients that depend on the point
        many = templates.by_component(
            np.repeat(unit[:, None], masses.size, axis=1), masses[:, None]
        )
        np.testing.assert_allclose(many, got, rtol=1e-12)
        for row, mass in enumerate(masses):
            fixed = csi.templates(make(float(mass)))
            exact = fixed.by_component(unit)[0]
            largest = np.abs(exact).max(axis=1, keepdims=True)
            np.testing.assert_array_less(
                np.abs(got[row] - exact),
                1e-6 * np.maximum(np.abs(exact), 1e-3 * largest) + 1e-300,
            )


def test_derivatives_along_mass_and_coupling(csi: Experiment) -> None:
    prediction = csi.prediction(LightVector(10.0, 3e-5), ["coupling", "mass"])
    points = np.array([[3e-5, 0.5], [5e-5, 30.0], [1e-3, 300.0], [0.1, 3e4]])
    jacobian, slopes = prediction.jacobian(points)
    for i in range(2):
        step = np.zeros_like(points)
        step[:, i] = 1e-4 * points[:, i]
        up, down = (prediction.expectation(points + s * step) for s in (1, -1))
        width = 2 * step[:, i, None]
        np.testing.assert_allclose(
            jacobian[:, i],
            (up.base - down.base) / width,
            rtol=2e-5,
            atol=1e-9 / width.min(),
        )
        for k, slope in enumerate(slopes):
            exact = (up.slopes[k] - down.slopes[k]) / width
            np.testing.assert_allclose(
                np.broadcast_to(slope, (4, 2, slope.shape[2]))[:, i],
                exact,
                rtol=2e-5,
                atol=1e-9 / width.min(),
            )


def test_a_fit_frees_mass_and_coupling(csi: Experiment) -> None:
    cost = csi.cost(LightVector(30.0, 6e-5, "b-l"), ["coupling"]).asimov(
        {"coupling": 6e-5}
    )
    assert nu.fit(cost)["coupling"].value == pytest.approx(6e-5, rel=1e-3, abs=0)
    both = csi.cost(LightVector(30.0, 6e-5, "b-l"), ["coupling", "mass"])
    values = both.expected({"coupling": 6e-5, "mass": 30.0})[0]
    np.testing.assert_allclose(
        values,
        csi.prediction(LightVector(30.0, 6e-5, "b-l"))
        .expectation(np.zeros((1, 0)))
        .base[0],
        rtol=1e-6,
    )


def test_outside_the_range_is_an_error(csi: Experiment) -> None:
    cost = csi.cost(LightVector(30.0, 1e-5, mass_range=(1.0, 100.0)), ["mass"])
    with pytest.raises(InputError, match="outside its range"):
        cost.profiled([[0.5]])
    with pytest.raises(InputError, match="templates lack the exchange"):
        csi.templates(LightVector(30.0, 1e-5), ("mass",)).coefficients(
            LightScalar(30.0, 1e-5)
        )
