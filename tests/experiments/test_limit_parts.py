"""Limits whose experiments share no nuisance, and limits in several processes."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from multiprocessing.reduction import ForkingPickler
from typing import NoReturn

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.experiments import family_cost
from nuprobe.experiments.limit_curves import Search
from nuprobe.experiments.limit_parts import Member, Parts
from nuprobe.experiments.limit_terms import Counts
from nuprobe.inference import Cost, CostSum, fit
from nuprobe.sets import costs_of, experiment_set, set_names
from nuprobe.sets.ladder import _Ladder, _step

MASSES = np.array([1.0, 10.0, 100.0])
NAMES = ("texono-csi", "lsnd-electron", "conus-plus")


@pytest.fixture(scope="module")
def costs() -> Mapping[str, Cost]:
    return {name: family_cost(nu.experiment(name), "b-l") for name in NAMES}


def _parts(costs: Mapping[str, Cost]) -> Parts:
    members = [Member(name, False, None, cost, 1.0) for name, cost in costs.items()]
    return Parts.of({"combined": members}, Search(1.96, 2, (1e-7, 1.0)))


def test_independent_costs_add_up_to_the_sum(costs: Mapping[str, Cost]) -> None:
    total = CostSum(*costs.values())
    apart = total.independent
    assert len(apart) == 3
    points = np.array([[1e-6, 1.0], [1e-5, 30.0]])
    order = [total.index(n) for n in ("coupling", "mass")]
    points = points[:, np.argsort(order)]
    whole = total.profiled(points).twice_nll
    alone = [
        c.profiled(points[:, [total.index(p.name) for p in c.parameters]]).twice_nll
        for c in apart
    ]
    assert whole == pytest.approx(np.sum(alone, axis=0), rel=1e-12)
    assert costs["texono-csi"].independent == (costs["texono-csi"],)


def test_a_limit_crosses_its_level(costs: Mapping[str, Cost]) -> None:
    """−2 ln L of the whole sum at the limit is z² above its lowest on a fine grid."""
    curve = _parts(costs).part("combined", MASSES)
    total = CostSum(*costs.values())
    for mass, limit in zip(MASSES, curve.coupling, strict=True):
        g = np.append(np.linspace(0.0, 2 * limit, 4001), limit)
        columns = {"mass": np.full(g.size, mass), "coupling": g}
        points = np.stack([columns[p.name] for p in total.parameters], axis=1)
        height = total.profiled(points).twice_nll
        assert height[-1] - height.min() == pytest.approx(1.96**2, abs=1e-4)


def test_the_parts_of_a_limit_travel(costs: Mapping[str, Cost]) -> None:
    here = _parts(costs)
    there = pickle.loads(pickle.dumps(here))
    found = [p.part("combined", MASSES).coupling for p in (here, there)]
    assert found[1] == pytest.approx(found[0], rel=1e-9)


def test_beyond_the_cap_nothing_changes(costs: Mapping[str, Cost]) -> None:
    counts = Counts.of(costs["conus-plus"], MASSES, 1.0)
    row = np.array([2, 0, 1, 0])
    g = counts.cap[row] * np.array([1.0, 2.0, 0.5, 1.0])
    found, again = counts.heights(row, g), counts.heights(row[::-1], g[::-1])
    at_cap = counts.heights(np.array([0]), counts.cap[:1] * (1 - 1e-12))
    assert found.value[1] == found.value[3] == pytest.approx(at_cap.value[0], rel=1e-9)
    assert found.slope[[0, 1, 3]].tolist() == [0.0, 0.0, 0.0]
    assert found.slope[2] != 0.0
    assert again.value.tolist() == found.value[::-1].tolist()


@pytest.mark.parametrize("workers", [0, 1.5, True])
def test_wrong_numbers_of_workers_are_refused(workers: int) -> None:
    with pytest.raises(InputError, match="whole number of at least 1"):
        nu.limit(["texono-csi"], "b-l", mass=[1.0], workers=workers)
    with pytest.raises(InputError, match="whole number of at least 1"):
        nu.global_limits(["texono-csi"], free=["sin2_theta_w"], workers=workers)


def test_workers_and_a_cluster_are_refused() -> None:
    with pytest.raises(InputError, match="not several"):
        nu.limit(["texono-csi"], "b-l", mass=[1.0], workers=2, client="tcp://x:1")


def test_masses_in_the_kinematics_are_computed_here() -> None:
    with pytest.raises(InputError, match=r"dipole-portal.*one process: leave out"):
        nu.limit(["conus-plus"], "dipole-portal", mass=[1.0], workers=2)


def test_the_fits_of_a_ladder_travel() -> None:
    chosen = experiment_set(["texono-csi", "m5-tip"])
    costs = costs_of(chosen, nu.Electromagnetic(), ["mu_eff"])
    there = pickle.loads(pickle.dumps(_Ladder({"mu_eff": costs}, (), 0.9)))
    ((step,),) = [_step(there, ("mu_eff", "m5-tip"))]
    (region,) = fit(costs.single["m5-tip"], cl=0.9)["mu_eff"].regions
    assert step.regions[0].high == pytest.approx(region.high, rel=1e-9)


@pytest.mark.parametrize(
    ("named", "model", "parameter"),
    [
        *((name, None, "sin2_theta_w") for name in set_names()),
        ("all", nu.Electromagnetic(), "charge_radius.ee"),
        ("neutron-radii", None, "rn"),
    ],
)
def test_what_a_ladder_sends_travels(
    named: str, model: object, parameter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each cost of a ladder expects the same counts in another process."""
    sent: list[_Ladder] = []

    def caught(ladder: _Ladder, *where: object) -> NoReturn:
        sent.append(ladder)
        raise KeyboardInterrupt

    monkeypatch.setattr("nuprobe.sets.ladder.working", caught)
    with pytest.raises(KeyboardInterrupt):
        nu.global_limits(named, model, [parameter], workers=2)
    there = pickle.loads(ForkingPickler.dumps(sent[0]))
    assert there.published == sent[0].published
    costs, again = (one.costs[parameter].every for one in (sent[0], there))
    assert list(again) == list(costs)
    for label, cost in costs.items():
        pairs = zip(
            cost.expected(cost.default),
            again[label].expected(cost.default),
            strict=True,
        )
        assert all(np.array_equal(*pair) for pair in pairs)


def test_two_processes_make_the_same_ladder() -> None:
    free = ["charge_radius.ee", "charge_radius.mumu"]
    one, two = (
        nu.global_limits(
            ["lsnd-electron"], nu.Electromagnetic(), free, together=False, workers=n
        )
        for n in (None, 2)
    )
    assert str(two) == str(one)
    ends = [[end for step in found.steps for end in step.ends] for found in (one, two)]
    assert ends[1] == pytest.approx(ends[0], rel=1e-9)


@pytest.mark.nightly
def test_workers_change_nothing() -> None:
    names = ["texono-csi", "lsnd-electron"]
    one = nu.limit(names, "b-l", mass=MASSES)
    two = nu.limit(names, "b-l", mass=MASSES, workers=2)
    assert [c.label for c in two.curves] == [c.label for c in one.curves]
    for a, b in zip(one.curves, two.curves, strict=True):
        assert b.coupling == pytest.approx(a.coupling, rel=1e-9)
    ladders = [
        nu.global_limits(names, free=["sin2_theta_w"], workers=n) for n in (None, 2)
    ]
    assert [s.label for s in ladders[1].steps] == [s.label for s in ladders[0].steps]
    ends = [[e for s in found.steps for e in s.ends] for found in ladders]
    assert ends[1] == pytest.approx(ends[0], rel=1e-9)
