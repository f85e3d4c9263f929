"""Figures of primordial abundances: what they refuse, what they show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.cosmology.nucleosynthesis import MomentPlane, moment_plane
from nuprobe.errors import InputError
from nuprobe.plotting import figure_of, plot_moment_plane, plot_moment_summary

EMU = "magnetic_moment.emu"


@pytest.fixture(scope="module")
def plane() -> MomentPlane:
    return moment_plane(EMU, "magnetic_moment.mutau", nodes=3)


def test_lines_lie_where_the_plane_has_the_level(plane: MomentPlane) -> None:
    level = 0.2471
    axes: Any
    found: Any
    (axes,) = figure_of(plot_moment_plane(plane, "y_p", [level])).axes
    (found,) = axes.collections
    x, y = (found.get_paths()[0].vertices / 1e10).T
    assert plane.at("y_p", x, y) == pytest.approx(level, abs=1e-7)
    assert "flavour mixing: full" in axes.figure.get_supxlabel()


def test_no_level_in_the_plane_is_refused(plane: MomentPlane) -> None:
    with pytest.raises(
        InputError, match=r"none of the levels is reached in this plane"
    ):
        plot_moment_plane(plane, "y_p", [0.3])
    assert figure_of(plot_moment_plane(plane, "y_p", [0.3], band=(0.24, 0.2472))).axes


def test_a_summary_has_one_line_a_cost() -> None:
    model = nu.Electromagnetic(magnetic_moment={"emu": 0.0}, kind="majorana")
    measured = nu.experiment("primordial-abundances")
    grid = np.geomspace(1e-10, 5e-9, 7)
    curves = {
        name: measured.profile(EMU, grid, model, analysis=name)
        for name in ("helium", "n-eff")
    }
    (axes,) = figure_of(plot_moment_summary(curves, published=[("M5", 4.5e-12)])).axes
    assert [line.get_label() for line in axes.lines[:3]] == ["helium", "n-eff", "M5"]
    other = measured.profile("magnetic_moment.etau", grid, model, analysis="helium")
    with pytest.raises(InputError, match="profiles of one parameter"):
        plot_moment_summary({**curves, "other": other})
    with pytest.raises(InputError, match="got none"):
        plot_moment_summary({})
