"""The plain method beside the fast one: everywhere the same minimum and the same
intervals, unless MIGRAD stays in a higher valley."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.experiments import Experiment, experiment, experiment_names, joint_cost
from nuprobe.inference import Cost, FitResult, Surface, fit, migrad
from nuprobe.inference.migrad import beside
from nuprobe.numerics import FloatArray

RADII = ["charge_radius.ee", "charge_radius.mumu", "charge_radius.emu"]


def counting() -> Iterator[Experiment]:
    for name in experiment_names():
        one = experiment(name)
        if isinstance(one, Experiment):
            yield one


SLOW = ("xenonnt-8b", "nucleus-projection")  # with 49 templates, with long tables


@cache
def shipped() -> list[Any]:
    """Each analysis of each experiment with each parameter that its file fits by
    default. One parameter of the first analysis, in turn over experiments, and none of
    the slow experiments is fitted by default: test_morphing compares fits of a few
    with MIGRAD."""
    found = []
    for k, e in enumerate(counting()):
        names = ("sin2_theta_w", *(p.name for p in e.file.parameters))
        for i, (analysis, chosen) in enumerate(e.file.analyses.items()):
            if not (e.file.data or e.file.projection or chosen.observed):
                continue  # a prediction without data
            for j, name in enumerate(names):
                now = e.name not in SLOW and i == 0 and j == (k + 1) % len(names)
                marks = [] if now else [pytest.mark.nightly]
                found.append(pytest.param(e.name, analysis, name, marks=marks))
    return found


@cache
def radii(names: tuple[str, ...]) -> Cost:
    csi = experiment("coherent-csi-2017")
    assert isinstance(csi, Experiment)
    model = nu.Electromagnetic(charge_radius={"ee": 0.0, "mumu": 0.0, "emu": 0.0})
    return csi.cost(model, names, "energy-time")


def same(plain: FitResult, fast: FitResult) -> None:
    assert plain.twice_nll == pytest.approx(fast.twice_nll, rel=0, abs=1e-6)
    for p, f in zip(plain.free, fast.free, strict=True):
        assert p.interval is not None
        assert f.interval is not None
        ends = [(i.lower, i.upper) for i in (p.interval, f.interval)]
        known = [x for x in (*ends[1], f.value) if x is not None]
        width = max(known) - min(known)
        # MINOS stops at a thousandth of σ or better
        assert p.value == pytest.approx(f.value, rel=0, abs=1e-3 * width)
        for mine, theirs in zip(*ends, strict=True):
            assert (mine is None) == (theirs is None)
            assert mine is None or mine == pytest.approx(theirs, abs=2e-4 * width)


@pytest.mark.parametrize(("name", "analysis", "free"), shipped())
def test_every_shipped_fit(name: str, analysis: str, free: str) -> None:
    one = experiment(name)
    assert isinstance(one, Experiment)
    plain = one.fit(None, [free], analysis, method="migrad")
    assert plain.method == "migrad"
    same(plain, one.fit(None, [free], analysis))


def test_every_experiment_with_data_is_among_them() -> None:
    assert len({case.values[0] for case in shipped()}) >= 6
    assert len({case.values[0] for case in shipped() if not case.marks}) >= 6


@pytest.mark.parametrize(
    "free", [["sin2_theta_w"], pytest.param(RADII[:2], marks=pytest.mark.nightly)]
)
def test_joint_fits(free: list[str]) -> None:
    model = nu.Electromagnetic() if len(free) > 1 else None
    pair = [experiment("coherent-csi-2021"), experiment("coherent-lar-2020")]
    cost = joint_cost([e for e in pair if isinstance(e, Experiment)], model, free)
    same(fit(cost, method="migrad"), fit(cost))


@pytest.mark.nightly
def test_of_several_valleys_migrad_stays_in_the_one_it_starts_in() -> None:
    """Rates go with the square of amplitudes: from the default, MIGRAD ends in a valley
    0.26 above the lowest, which is a minimum; from a start in the lowest, it stays
    there. MINOS follows its valley; the fast method finds the lower one further out."""
    cost = radii(tuple(RADII[:2]))
    plain, fast = fit(cost, method="migrad"), fit(cost)
    # 0.09 if the steady state is known but for its normalisation
    assert 0.24 < plain.twice_nll - fast.twice_nll < 0.27
    around = plain.point + 0.5e-32 * np.array([*np.eye(2), *-np.eye(2)])
    assert cost.profiled(around).twice_nll.min() > plain.twice_nll
    begun_there = fit(cost, start=fast.values, method="migrad")
    assert begun_there.twice_nll == pytest.approx(fast.twice_nll, rel=0, abs=1e-6)
    for mine, theirs in zip(begun_there.free, fast.free, strict=True):
        assert mine.interval is not None
        assert theirs.interval is not None
        assert mine.interval.lower is not None
        assert theirs.interval.lower is not None
        assert theirs.interval.lower <= mine.interval.lower + 1e-35


def test_on_a_point_of_symmetry_migrad_sees_no_slope_and_says_so() -> None:
    """The transition radius has no effect to first order at 0, its default."""
    cost = radii(tuple(RADII))
    plain, fast = fit(cost, minos=False, method="migrad"), fit(cost, minos=False)
    assert plain.values[RADII[2]] == pytest.approx(0.0, abs=1e-35)
    assert plain.twice_nll > fast.twice_nll + 0.08
    assert plain.covariance is None
    assert any("no covariance" in note for note in plain.notes)


def test_a_lower_minimum_that_minos_meets_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cost = radii(tuple(RADII[:2]))
    low = fit(cost)
    original = migrad.minos
    asked: list[int] = []

    def met(
        surface: Surface, best: FloatArray, column: int, cl: float
    ) -> tuple[float | None, float | None, bool]:
        asked.append(column)
        if len(asked) == 1:
            return None, None, True
        return original(surface, best, column, cl)

    monkeypatch.setattr(migrad, "minos", met)
    monkeypatch.setattr(migrad, "beside", lambda *_: low.point[None] + 0.1e-32)
    result = fit(cost, method="migrad")
    assert result.twice_nll == pytest.approx(low.twice_nll, rel=0, abs=1e-6)
    assert all(p.interval is not None for p in result.free)
    assert asked == [0, 0, 1]


def test_starts_beside_a_minimum_stay_in_range() -> None:
    cost = radii(tuple(RADII[:2]))
    starts = beside(Surface(cost, RADII[:2]), cost.default, 1)
    step = cost.parameters[1].step
    np.testing.assert_allclose(starts[:, 1] / step, [-3, -1, 1, 3])
    assert (starts[:, 0] == 0).all()


def test_fixed_parameters_and_no_intervals() -> None:
    cost = radii(tuple(RADII[:2]))
    result = fit(cost, RADII[:1], {RADII[1]: 3e-32}, minos=False, method="migrad")
    assert result.free[0].interval is None
    assert [v for _, v in result.fixed] == [3e-32]
    assert result.to_dict()["method"] == "migrad"
    reference = fit(cost, RADII[:1], {RADII[1]: 3e-32}, result.values, False)
    assert result.twice_nll == pytest.approx(reference.twice_nll, rel=0, abs=1e-6)


def test_bad_questions_are_refused_in_one_line() -> None:
    cost = radii(tuple(RADII[:2]))
    with pytest.raises(UnknownNameError, match="migrad"):
        fit(cost, method="migrat")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="both free and fixed") as caught:
        fit(cost, RADII[:1], {RADII[0]: 0.0}, method="migrad")
    assert "\n" not in str(caught.value)
