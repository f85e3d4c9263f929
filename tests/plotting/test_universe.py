"""Figures of the early universe show the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe import plotting
from nuprobe.numerics import FloatArray
from nuprobe.plotting import figure_of


def _heights(line: Any) -> FloatArray:
    return np.asarray(line.get_ydata(), dtype=float)


def test_the_debye_length_bends_where_pairs_end() -> None:
    t = np.geomspace(0.01, 10.0, 9)
    figure = figure_of(plotting.plot_debye_length(t))
    neutral, pairs, massless = figure.axes[0].lines
    picometres = 197.3269804e-3 / np.array(nu.cosmology.debye_mass(t[-1]))
    assert _heights(neutral)[-1] == pytest.approx(picometres, rel=1e-9)
    assert _heights(pairs)[0] > 1e4 * _heights(neutral)[0]
    assert _heights(massless)[-1] == pytest.approx(picometres, rel=1e-3)


def test_the_potential_in_three_orders() -> None:
    figure = figure_of(
        plotting.plot_screened_potential(1.0, 80.0, chemical_potential=0.3)
    )
    ends = [_heights(line)[-1] for line in figure.axes[1].lines]
    assert ends[0] == pytest.approx(0.0, abs=1e-6)
    assert ends[2] < ends[1] < -0.1


def test_the_ways_to_screen() -> None:
    s = np.array([3.0, 10.0, 30.0])
    figure = figure_of(plotting.plot_magnetic_screening(1.0, s))
    for line, name in zip(figure.axes[0].lines, nu.cosmology.SCREENINGS, strict=True):
        expected = nu.cosmology.magnetic_cross_section(s, 1.0, 1e-10, name)
        assert _heights(line) == pytest.approx(expected / 1e-45)


def test_temperatures_and_decoupling() -> None:
    history = nu.cosmology.decoupling(flavour_mixing="none")
    figure = figure_of(plotting.plot_temperatures(history))
    drawn = [_heights(line)[-1] for line in figure.axes[0].lines[:3]]
    assert drawn == pytest.approx(list(history.t_nu[-1] / history.t_gamma[-1]))
    curve = nu.cosmology.decoupling_curve([1e-10, 1e-9], ["emu"])
    figure = figure_of(plotting.plot_decoupling(curve))
    first = figure.axes[0].lines[0]
    assert _heights(first) == pytest.approx(curve.temperature["number"][:, 0])
    assert _heights(figure.axes[1].lines[0]) == pytest.approx(curve.n_eff)


def test_right_handed_neutrinos() -> None:
    figure = figure_of(plotting.plot_right_handed([1e-12, 2.7e-12], [1e5]))
    (line,) = figure.axes[0].lines
    assert _heights(line)[-1] == pytest.approx(0.181, abs=0.002)


def test_what_cannot_be_drawn() -> None:
    with pytest.raises(nu.NuprobeError, match="two increasing"):
        plotting.plot_debye_length([1.0])
    with pytest.raises(nu.NuprobeError, match="two increasing"):
        plotting.plot_decoupling(nu.cosmology.decoupling_curve([1e-10]))


def test_the_line_of_the_debye_length_does_not_depend_on_the_table() -> None:
    """Forty temperatures over three decades are 19 % apart, and the bend is 4 % wide:
    straight pieces between them had corners at 17 and 20 keV."""
    figure = plotting.plot_debye_length(np.geomspace(0.01, 10.0, 40)).figure
    t, length = (np.asarray(x) for x in figure.axes[0].lines[0].get_data())
    inside = (t > 0.0101) & (t < 0.1)
    turns = np.diff(np.diff(np.log(length)) / np.diff(np.log(t)))[inside[1:-1]]
    # the slope changes by 14 in all, and by little from piece to piece
    assert np.abs(turns).max() < 1.5
    coarse = plotting.plot_debye_length([0.01, 10.0]).figure.axes[0].lines[0].get_data()
    x, y = (np.asarray(v) for v in coarse)
    assert np.interp(t, x, y)[inside] == pytest.approx(length[inside], rel=2e-3)
