"""Processes of one detector whose mass axes need different numbers of nodes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.parameters import Parameter
from nuprobe.prediction import Axis, Setup, build_templates
from nuprobe.prediction.examples import argon
from nuprobe.processes import exchanges_of


def setup(name: str, mass: float) -> Setup:
    model = nu.model("b-l", mass=mass, coupling=1e-4)
    exchanges = exchanges_of(model.couplings(False))
    return replace(argon(name), exchanges_at=exchanges.at)


def test_processes_get_the_axis_of_the_one_that_needs_most_nodes() -> None:
    parameter = Parameter("mass", 10.0, 1e-2, 1e3, unit="MeV")
    axis = Axis(parameter, nodes=12, acts_on="kernel", log=True)
    alone = {
        name: build_templates(setup(name, 10.0), [axis])
        for name in ("cevns", "electron")
    }
    nodes = {name: one.axes[0].nodes for name, one in alone.items()}
    assert nodes["cevns"] != nodes["electron"]  # else nothing is tested
    both = build_templates([setup(name, 10.0) for name in alone], [axis])
    assert both.axes[0].nodes == max(nodes.values())
    assert max(both.axis_error) < 1e-6
    for mass in (0.03, 5.0, 700.0):
        model = nu.model("b-l", mass=mass, coupling=1e-4)
        got = both.by_component(both.coefficients(model), np.array([[mass]]))
        direct = build_templates([setup(name, mass) for name in alone])
        wanted = direct.by_component(direct.coefficients(model))
        assert got == pytest.approx(wanted, rel=2e-6)
