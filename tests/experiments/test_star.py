"""The tip of M5 as a cost: by hand, against `tip_limit`, beside laboratories and the
universe."""

from __future__ import annotations

import math

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.experiments import StarExperiment, experiment, joint_cost
from nuprobe.inference import fit
from nuprobe.stars import M5, tip_limit

EMU = "magnetic_moment.emu"


@pytest.fixture(scope="module")
def measured() -> StarExperiment:
    return experiment("m5-tip", StarExperiment)


def majorana(**elements: float) -> nu.Electromagnetic:
    return nu.Electromagnetic(magnetic_moment=elements, kind="majorana")


@pytest.mark.parametrize("moment", [0.0, 1e-12, 4e-12, 8e-12])
def test_the_cost_by_hand(measured: StarExperiment, moment: float) -> None:
    """Both errors in quadrature; one Majorana pair counts once."""
    cost = measured.cost(majorana(emu=0.0), [EMU])
    found = float(cost.profiled(np.array([[moment]])).twice_nll[0])
    pull = (float(M5.magnitude(moment)) - M5.observed) / M5.error
    assert found == pytest.approx(pull**2, abs=1e-9)


def test_the_distance_is_where_the_cost_is(measured: StarExperiment) -> None:
    cost = measured.cost(majorana(emu=0.0), [EMU])
    at = float(cost.profiled(np.array([[tip_limit()]])).twice_nll[0])
    assert at == pytest.approx(1.959964**2, rel=1e-6)


def test_both_orders(measured: StarExperiment) -> None:
    both = measured.with_changes({"star.counting": "matrix"})
    cost, single = (one.cost(majorana(emu=0.0), [EMU]) for one in (both, measured))
    a = cost.profiled(np.array([[3e-12]])).twice_nll[0]
    b = single.profiled(np.array([[3e-12 * math.sqrt(2)]])).twice_nll[0]
    assert a == pytest.approx(b, rel=1e-9)


def test_gradient(measured: StarExperiment) -> None:
    names = [EMU, "magnetic_moment.mutau"]
    prediction = measured.prediction(majorana(etau=1e-12), names)
    for at in ([2e-12, -3e-12], [1e-11, 2e-11]):
        point = np.array([at])
        slope = prediction.jacobian(point)[0][0, :, 0]
        for k in range(2):
            step = 1e-16 * np.eye(2)[k]
            up, down = (
                prediction.expectation(point + s * step).base[0, 0] for s in (1, -1)
            )
            assert slope[k] == pytest.approx((up - down) / 2e-16, rel=1e-4)
    assert np.all(np.isfinite(prediction.jacobian(np.zeros((1, 2)))[0]))


def test_predicts_the_magnitude(measured: StarExperiment) -> None:
    rates = measured.predict(majorana(emu=3e-12))
    assert float(rates.signal[0]) == pytest.approx(-4.305, abs=1e-3)
    assert float(measured.predict().signal[0]) == -3.99


def test_one_fit_of_laboratory_star_and_universe(measured: StarExperiment) -> None:
    parts = [
        experiment("coherent-csi-2017"),
        measured,
        experiment("primordial-abundances"),
    ]
    model = majorana(emu=0.0)
    cost = joint_cost(parts, model, [EMU])
    point = np.array([[3e-12]])
    alone = [p.cost(model, [EMU]).profiled(point).twice_nll[0] for p in parts]
    assert cost.profiled(point).twice_nll[0] == pytest.approx(sum(alone), rel=1e-9)
    ends = []
    for c in (cost, measured.cost(model, [EMU])):
        interval = fit(c, cl=0.95)[EMU].interval
        assert interval is not None
        assert interval.upper is not None
        ends.append(interval.upper)
    # the star decides
    assert ends[0] == pytest.approx(ends[1], rel=1e-3)
    assert 3e-12 < ends[0] < 6e-12


def test_the_standard_model_has_no_moment_to_free(measured: StarExperiment) -> None:
    with pytest.raises(InputError, match="m5-tip: the Standard Model has no magnetic"):
        measured.cost(nu.StandardModel(), [EMU])


def test_every_parameter_that_is_listed_can_be_freed(measured: StarExperiment) -> None:
    """Effective moments too, which exclude matrices, even if those are zero."""
    for parameter in measured.parameters():
        cost = measured.cost(free=[parameter.name])
        (calm, bright) = cost.twice_nll([[0.0], [2e-12]], [[0.0], [0.0]])
        assert calm == pytest.approx(1.91715976)
        assert bright < calm


def test_refusals(measured: StarExperiment) -> None:
    model = majorana(emu=0.0)
    assert measured.depends_on(model, EMU)
    assert not measured.depends_on(model, "charge_radius.ee")
    for call in (lambda: measured.flux, measured.target, measured.rebinned):
        with pytest.raises(InputError, match="m5-tip"):
            call()
    with pytest.raises(InputError, match="m5-tip: mediators are not"):
        nu.limit(["m5-tip"])
    for changes, words in (
        ({"star.theory": [-3.99, -0.1]}, "theory"),
        ({"star.counting": "twice"}, "counting"),
        ({"analyses.tip.tip": [math.nan, 0.1]}, "tip"),
    ):
        with pytest.raises(ExperimentFileError, match=words):
            measured.with_changes(changes)
