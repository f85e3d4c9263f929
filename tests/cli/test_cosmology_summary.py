"""``nuprobe cosmology summary``: limits of each and of all on one moment."""

from __future__ import annotations

import json

import pytest
from tests.command_line import Run

import nuprobe as nu
from nuprobe.experiments import joint_cost

COMMAND = ("cosmology", "summary")
NAME = "magnetic_moment.emu"


def test_limits_are_those_of_the_fits(run: Run) -> None:
    pair = ("m5-tip", "primordial-abundances")
    code, out, _ = run("emu", *pair, "--cl", "0.95", "--json")
    assert code == 0
    said = json.loads(out)
    ends = said["upper [mu_B]"]
    model = nu.Electromagnetic(magnetic_moment={"emu": 0.0}, kind="majorana")
    opened = [nu.experiment(one) for one in pair]
    for label, cost in {
        **{one.name: one.cost(model, [NAME]) for one in opened},
        "all": joint_cost(opened, model, [NAME]),
    }.items():
        interval = nu.fit(cost, free=[NAME], cl=0.95)[NAME].interval
        assert interval is not None
        assert ends[label] == pytest.approx(interval.upper, rel=1e-6)
        # the sign of a moment is free
        assert interval.lower == pytest.approx(-ends[label], rel=1e-3)
    assert ends["all"] < 1.01 * min(ends[one] for one in pair)
    assert said["published [mu_B]"]["GEMMA 2012"] == pytest.approx(2.9e-11)
    assert any("criterion" in note for note in said["fits"]["all"]["notes"])


def test_dirac_moments_need_their_temperature(run: Run) -> None:
    code, out, _ = run(
        *("ee", "primordial-abundances", "--kind", "dirac", "--t-max", "100 GeV")
    )
    assert code == 0
    assert "t max: 100000 MeV" in out
    assert "all" not in [line.split()[0] for line in out.splitlines() if line]
    assert run("ee", "--kind", "dirac")[0] == 2
    assert run("emu", "--t-max", "100 GeV")[0] == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("xx",), "unknown element"),
        (("ee", "m5-tip"), "magnetic_moment.ee"),
        (("emu", "m5-tip", "--published", "deuteron.l1a/NPLQCD-2017"), "upper limit"),
        (("emu", "m5-tip", "--cl", "2"), "between 0 and 1"),
        (("emu", "nowhere"), "unknown experiment"),
    ],
)
def test_bad_words(run: Run, words: tuple[str, ...], told: str) -> None:
    code, _, err = run(*words)
    assert code == 2
    assert told in err
    assert len(err.splitlines()) == 1
