"""Ranges, scales and marks of curves and contours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tests.command_line import Run

import nuprobe as nu
from nuprobe.cli.figures import figure_names
from nuprobe.cli.variations import compared_models
from nuprobe.parameters import Parameter
from nuprobe.plotting import (
    plot_bump,
    plot_charged_currents,
    plot_contour,
    plot_profile,
    plot_reactions,
)


def test_cross_sections_fill_their_axis() -> None:
    e = np.linspace(2, 10, 81)
    sigma = nu.ibd.total(e)
    low, high = plot_reactions([("ibd", e, sigma)]).get_ylim()
    assert sigma.min() / 2 < low < sigma.min()
    assert sigma.max() < high < 3 * sigma.max()


def test_of_a_threshold_three_decades_are_shown_and_of_a_weak_curve_all() -> None:
    x = np.linspace(1, 2, 50)
    steep, weak = np.geomspace(1e-9, 1, 50), np.full(50, 1e-4)
    assert 5e-4 < plot_reactions([("steep", x, steep)]).get_ylim()[0] < 1e-3
    assert plot_reactions([("a", x, steep), ("b", x, weak)]).get_ylim()[0] < 1e-4
    # a curve that vanishes has no range
    assert plot_reactions([("none", x, 0 * x)]).get_yscale() == "log"


def test_dots_beyond_the_accuracy_lie_above_all_lines() -> None:
    e = np.linspace(2, 30, 57)
    ax = plot_charged_currents(e)
    rough = [line for line in ax.lines if line.get_dash_capstyle() == "round"]
    others = [line for line in ax.lines if line not in rough]
    drawn = [line for line in rough if np.size(line.get_xdata())]
    (dots,) = drawn  # carbon-13 above 20 MeV
    assert np.min(dots.get_xdata()) > 20.0
    assert dots.get_zorder() > max(line.get_zorder() for line in others)
    assert dots.get_linewidth() > max(line.get_linewidth() for line in others)
    low, high = ax.get_ylim()
    assert high / low < 1e5


def test_a_logarithmic_grid_has_a_logarithmic_axis() -> None:
    mixing, mass = np.geomspace(0.01, 0.2, 9), np.linspace(0.8, 2.0, 7)
    delta = np.add.outer(np.log(mixing / 0.05) ** 2, (mass - 1.3) ** 2)
    labels = (Parameter("a", 0.1), Parameter("b", 1.0, unit="eV2"))
    ax = plot_contour(mixing, mass, delta, labels)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "linear")
    assert ax.get_ylabel() == "b [eV$^2$]"
    swapped = plot_contour(mass, mixing, delta.T, labels[::-1])
    assert (swapped.get_xscale(), swapped.get_yscale()) == ("linear", "log")
    profile = plot_profile((mixing, np.log(mixing / 0.05) ** 2), "a")
    assert profile[0].get_xscale() == "log"


def test_a_legend_says_models_in_symbols() -> None:
    made = compared_models(
        ["sterile:sin2_2theta_14=0.089,dm2_41=0.41", "mine=sterile:dm2_41=1"]
    )
    first, second = figure_names(made).values()
    assert first == (
        r"sterile: $\sin^2 2\theta_{14}$ = 0.089, $\Delta m^2_{41}$ = 0.41 eV$^2$"
    )
    assert second == "mine"


def test_the_excess_names_its_sources() -> None:
    figure = plot_bump(nu.flux("reactor", model="summation")).figure
    assert "Berryman:2018jxt" in figure.get_supxlabel()


def test_rates_of_reactors_are_drawn_with_symbols(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "rates.png"
    model = "sterile:sin2_2theta_14=0.089,dm2_41=0.41"
    code, _, err = run("rate", "reactor-rates", "--compare", model, "--plot", str(path))
    assert (code, err) == (0, "")
    assert path.exists()
