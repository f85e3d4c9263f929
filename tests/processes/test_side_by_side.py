"""Charged currents side by side are those of each process."""

from __future__ import annotations

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.plotting import figure_of, plot_bump, plot_charged_currents
from nuprobe.processes import charged_currents
from nuprobe.processes.side_by_side import CHANNELS


def test_each_channel_is_that_of_its_process() -> None:
    e = np.array([1.0, 3.0, 12.0, 19.0])
    found = charged_currents(e)
    assert list(found) == list(CHANNELS)
    assert found["ibd"] == pytest.approx(nu.ibd.total(e))
    assert found["carbon13"] == pytest.approx(nu.carbon.total(e, "cc", "nu_e"))
    twelve = nu.carbon.total(e, "cc", "nu_e", levels="carbon12")
    assert found["carbon12"] == pytest.approx(twelve)
    for name, flavour in (("deuteron-nu", "nu_e"), ("deuteron-nubar", "nubar_e")):
        assert found[name] == pytest.approx(nu.deuteron.total(e, "cc", flavour))
    # G_F² m_e E/2π times (1 + 2s²)² + 4s⁴/3 at high energy
    slope = 9.2e-45
    assert found["electron"][2] == pytest.approx(slope * 12.0, rel=0.05)
    assert found["ibd"][0] == found["carbon12"][2] == 0


def test_mistakes_are_told() -> None:
    with pytest.raises(UnknownNameError, match="carbon13"):
        charged_currents(10.0, ["carbon14"])
    with pytest.raises(InputError, match="up to 60 MeV"):
        charged_currents(100.0)
    with pytest.raises(InputError, match="increas"):
        plot_charged_currents([10.0, 5.0])


def test_figures_show_what_is_computed() -> None:
    e = np.linspace(2.0, 25.0, 24)
    (axes,) = figure_of(plot_charged_currents(e, ["ibd", "carbon13"])).axes
    drawn = axes.lines[0].get_ydata()
    assert np.asarray(drawn) == pytest.approx(nu.ibd.total(e))
    inside = np.asarray(axes.lines[2].get_xdata())
    assert inside.max() <= 20.0
    assert r"{13}" in axes.figure.legends[0].get_texts()[1].get_text()
    upper, lower = figure_of(plot_bump(nu.flux("reactor", model="summation"))).axes
    needed, size = (np.asarray(upper.lines[i].get_ydata()) for i in (1, 2))
    ratio = (needed / size)[np.isfinite(size)]
    found = nu.bump.required(nu.flux("reactor", model="summation"))
    assert ratio == pytest.approx(np.full(ratio.size, found.enhancement))
    assert "energy" in lower.get_xlabel()
