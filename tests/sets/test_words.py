"""Limits of a global fit in words: open ends, moduli, rounding, what was left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

import nuprobe as nu
from nuprobe.parameters import Parameter
from nuprobe.sets import Comparison, experiment_set, global_limits
from nuprobe.sets.published import compared
from nuprobe.sets.words import allowed, span, tidy

MOMENT = Parameter("magnetic_moment.ee", 0.0, unit="muB")
MODEL = nu.model("standard")
RADIUS = Parameter("charge_radius.emu", 0.0, unit="cm2")


def test_an_open_end_is_not_a_number() -> None:
    found = global_limits(["ccfr-trident"], MODEL, ["sin2_theta_w"])
    (step,) = found.steps
    (region,) = step.regions
    assert region.open_low
    assert step.words == f"below {region.high:.5g}"
    assert "1e-06" not in str(found)
    assert allowed(RADIUS, (-2e-32, None)) == "above -2"
    assert allowed(RADIUS, (None, None)) == "no limit"


def test_a_modulus_has_one_end_wherever_it_comes_from() -> None:
    for low in (None, 0.0, -6.4e-12, -6.4001e-12):
        assert allowed(MOMENT, (low, 6.4e-12)) == "< 0.64"
        assert span(MOMENT, (low, 6.4e-12)) == (0.0, 6.4e-12)
    # one that excludes 0, and one that is not symmetric, are what they are
    assert allowed(MOMENT, (2e-12, 6e-12)) == "[0.2, 0.6]"
    assert allowed(MOMENT, (-2e-12, 6e-12)) == "[-0.2, 0.6]"
    # a radius has a sign
    assert allowed(RADIUS, (-1e-31, 1e-31)) == "[-10, 10]"


def test_rounding_is_printed_as_zero() -> None:
    assert tidy(RADIUS, 9e-37, (-1e-31, 1e-31)) == 0.0
    assert tidy(RADIUS, -2e-36, (-1e-31, 1e-31)) == -2e-36
    assert tidy(MOMENT, -3e-12, (-6e-12, 6e-12)) == 3e-12


def test_the_table_says_what_was_left_out() -> None:
    listed, free = ["ccfr-trident", "nutev-trident"], ["sin2_theta_w"]
    found = global_limits(listed, MODEL, free, without=["nutev-trident"])
    assert "note: left out: nutev-trident" in str(found)
    assert found.to_dict()["without"] == ["nutev-trident"]
    assert "left out" not in str(global_limits(listed, MODEL, free))


def test_a_projection_is_not_compared_with_data() -> None:
    one = Comparison(
        experiment="connie-projection",
        parameter="sin2_theta_w",
        entry="weak_angle.low_energy/COHERENT-2021",
        cause="",
    )
    chosen = replace(experiment_set(["connie-projection"]), published=(one,))
    with pytest.raises(nu.NuprobeError, match="connie-projection is a projection"):
        global_limits(chosen, free=["sin2_theta_w"])


def test_what_has_no_difference_needs_no_cause() -> None:
    entry = "weak_angle.low_energy/COHERENT-2021"
    one = Comparison(
        experiment="ccfr-trident", parameter="sin2_theta_w", entry=entry, cause=""
    )
    cost = nu.experiment("ccfr-trident").cost(MODEL, free=["sin2_theta_w"])
    found = compared(one, cost, "sin2_theta_w")
    assert found.computed is not None
    assert (found.difference is None) == (found.computed[0] is None)
    assert found.cause == ("" if found.difference is None else "not understood")
