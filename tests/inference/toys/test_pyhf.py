"""Profile and CLs of the argon likelihood against pyhf, which computes them from an
export of its templates.

The numbers below are those of pyhf 0.7.6; where it is installed they are computed anew.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.inference import Cost, cls

# strength: −2 ln L above its minimum; CLs observed, and expected from −2σ to +2σ
PROFILE = {0.5: 5.288351, 1.0: 0.577589, 1.5: 0.552834, 2.0: 4.897264}
CLS = {
    1.5: [
        0.2285953,
        1.031346e-09,
        7.563613e-08,
        4.641443e-06,
        2.039011e-04,
        5.049540e-03,
    ],
    1.8: [
        0.0516426,
        1.971096e-12,
        3.404476e-10,
        4.889906e-08,
        4.979438e-06,
        2.812721e-04,
    ],
    2.1: [
        0.0061587,
        1.971385e-15,
        7.950778e-13,
        2.655117e-10,
        6.245728e-08,
        8.067268e-06,
    ],
}


def argon() -> Cost:
    experiment = nu.experiment("coherent-lar-2020")
    return experiment.cost(free=["cevns_scale"], analysis="published")


def exported(cost: Cost) -> tuple[Any, list[float]]:
    """The likelihood as pyhf reads it, and its data: normalisations are histograms one
    standard deviation up and down, linear in between."""
    pyhf = pytest.importorskip("pyhf")
    (term,) = cost.terms
    zero, one = (term.prediction.expectation(np.array([[s]])) for s in (0.0, 1.0))
    samples = [
        {
            "name": "signal",
            "data": (one.base - zero.base)[0].tolist(),
            "modifiers": [{"name": "mu", "type": "normfactor", "data": None}],
        }
    ]
    rest = zero.base[0].copy()
    for nuisance, slope in zip(cost.nuisances, zero.slopes, strict=True):
        counts = slope[0]
        rest -= counts
        moved = {
            "hi_data": (counts * (1 + nuisance.sigma)).tolist(),
            "lo_data": (counts * (1 - nuisance.sigma)).tolist(),
        }
        modifier = {"name": nuisance.name, "type": "histosys", "data": moved}
        samples.append(
            {"name": nuisance.name, "data": counts.tolist(), "modifiers": [modifier]}
        )
    assert np.abs(rest).max() < 1e-9  # nothing is left out
    spec = {"channels": [{"name": "argon", "samples": samples}]}
    linear = {"histosys": {"interpcode": "code0"}}
    model = pyhf.Model(spec, poi_name="mu", modifier_settings=linear)
    return model, [*term.data.tolist(), *model.config.auxdata]


def by_pyhf() -> tuple[dict[float, float], dict[float, list[float]]]:
    pyhf = pytest.importorskip("pyhf")
    pyhf.set_backend("numpy", pyhf.optimize.minuit_optimizer(tolerance=1e-3))
    model, data = exported(argon())
    _, lowest = pyhf.infer.mle.fit(data, model, return_fitted_val=True)
    profile, limits = {}, {}
    for mu in (0.5, 1.0, 1.5, 2.0):
        _, value = pyhf.infer.mle.fixed_poi_fit(mu, data, model, return_fitted_val=True)
        profile[mu] = float(value - lowest)
    for mu in (1.5, 1.8, 2.1):
        observed, band = pyhf.infer.hypotest(
            mu, data, model, test_stat="qtilde", return_expected_set=True
        )
        limits[mu] = [float(observed), *map(float, band)]
    return profile, limits


def compare(profile: dict[float, float], limits: dict[float, list[float]]) -> None:
    cost = argon()
    best = nu.fit(cost, minos=False).twice_nll
    for mu, rise in profile.items():
        ours = float(cost.profiled([mu]).twice_nll[0]) - best
        assert ours == pytest.approx(rise, abs=2e-4)
    found = cls(cost, "cevns_scale", list(limits))
    for i, (observed, *band) in enumerate(limits.values()):
        assert found.asymptotic[i] == pytest.approx(observed, rel=2e-3)
        np.testing.assert_allclose(found.expected[:, i], band, rtol=1e-2)


def test_profile_and_cls_of_argon_are_those_of_pyhf() -> None:
    compare(PROFILE, CLS)


@pytest.mark.nightly
def test_pyhf_says_the_same_today() -> None:
    compare(*by_pyhf())
