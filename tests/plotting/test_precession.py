"""Figures of spin–flavour precession and of IceCube's gap show the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.lines import Line2D

from nuprobe.bounds.relic_absorption import GAP, PEV, LineOfSight, survival
from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray
from nuprobe.oscillation import (
    SOLAR_RADIUS,
    MagneticField,
    PrecessionLimit,
    SpinFlavour,
)
from nuprobe.plotting import figure_of, plot_gap, plot_moment_field, plot_precession
from nuprobe.units import eV, gauss

SUN = SpinFlavour({"ex": 1e-11}, production=0.05 * SOLAR_RADIUS)


def _x(line: Line2D) -> FloatArray:
    return np.asarray(line.get_xdata(), dtype=float)


def _y(line: Line2D) -> FloatArray:
    return np.asarray(line.get_ydata(), dtype=float)


def test_probabilities_and_bounds_are_drawn() -> None:
    e = np.array([8.0, 10.0, 12.0])
    figure = figure_of(
        plot_precession(SUN, e, bounds=[("KamLAND", 5.3e-5, (8.3, 31.8))])
    )
    upper, lower = figure.axes
    p = SUN.probabilities(e)
    electron, other, bound = upper.lines
    np.testing.assert_allclose(_y(electron), p[:, 2])
    np.testing.assert_allclose(_y(other), p[:, 3])
    np.testing.assert_allclose(_y(bound), 5.3e-5)
    np.testing.assert_allclose(_x(bound), [8.3, 12.0])
    np.testing.assert_allclose(_y(lower.lines[0]), p[:, 0])
    low, high = upper.get_ylim()
    assert low < p[:, 2].min()
    assert high > 5.3e-5
    still = SpinFlavour(
        {"ex": 1e-11}, MagneticField.named("core", 0.0), production=0.05 * SOLAR_RADIUS
    )
    with pytest.raises(InputError, match="no helicity flips"):
        plot_precession(still, e)


def test_limits_fall_as_the_inverse_of_the_field() -> None:
    limit = PrecessionLimit(2e-10, 5e4 * gauss, 1e-5, 5.3e-5, SUN)
    figure = figure_of(plot_moment_field({"KamLAND": limit}))
    line, point = figure.axes[0].lines
    x, y = _x(line), _y(line)
    np.testing.assert_allclose(x * 1e3 * y, 1e-5)  # kG times μ_B
    np.testing.assert_allclose(_x(point), 50.0)
    np.testing.assert_allclose(_y(point), 2e-10)
    with pytest.raises(InputError, match="at least one limit"):
        plot_moment_field({})


def test_the_gap_has_sharp_edges_and_the_window_is_shaded() -> None:
    sight = LineOfSight(m_nu=0.05 * eV)
    figure = figure_of(plot_gap(10.0, 4e-4, sight, index=2.5))
    upper, lower = figure.axes
    x, y = (np.asarray(v) for v in lower.lines[0].get_data())
    np.testing.assert_allclose(y, survival(x * PEV, 10.0, 4e-4, sight))
    jumps = x[:-1][np.abs(np.diff(y)) > 0.5]
    np.testing.assert_allclose(jumps, np.array(GAP) / PEV, rtol=1e-6)
    source, arriving = upper.lines
    share = _y(arriving) / _y(source)
    np.testing.assert_allclose(share, y)
    (window,) = upper.patches
    assert window.get_extents().transformed(upper.transData.inverted()).x0 == (
        pytest.approx(0.4)
    )
