"""Charge radii are drawn in the multiples in which they are read."""

from __future__ import annotations

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.parameters import Parameter
from nuprobe.plotting import figure_of, plot_contour, plot_profile

RADIUS = Parameter("charge_radius.ee", 0.0, unit="cm2", latex=r"\langle r^2\rangle")
VALUES = np.linspace(-6e-31, 4e-31, 41)


def test_a_profile_of_a_charge_radius() -> None:
    figure = figure_of(
        plot_profile(
            (VALUES, (VALUES / 1e-31) ** 2),
            RADIUS,
            published=[("theirs", -1e-32, 3e-32, 4e-32)],
            markers=[("Standard Model", -0.83e-32)],
        )
    )
    (main,) = (a for a in figure.axes if a.get_xlabel())
    assert "$10^{-32}$ cm$^2$" in main.get_xlabel()
    assert main.get_xlim() == pytest.approx((-60, 40))


def test_regions_of_two_charge_radii() -> None:
    figure = figure_of(
        plot_contour(
            VALUES,
            VALUES,
            np.add.outer(VALUES**2, VALUES**2) / 1e-62,
            (RADIUS, RADIUS),
            best=(0.0, 1e-32),
            markers=[("Standard Model", -0.83e-32, -0.48e-32)],
        )
    )
    (ax,) = figure.axes
    assert ax.get_xlim() == pytest.approx((-60, 40))
    points = [line.get_xydata() for line in ax.lines]
    assert any(np.allclose(p, [[0.0, 1.0]]) for p in points)
    assert any(np.allclose(p, [[-0.83, -0.48]]) for p in points)


def test_a_table_of_a_fit_shows_multiples_and_its_record_the_unit() -> None:
    csi = nu.experiment("coherent-csi-2017")
    free = ["charge_radius.ee"]
    found = csi.fit(nu.Electromagnetic(), free, "energy-time")
    value = found.free[0].value
    assert 1e-33 < abs(value) < 1e-30
    (row,) = (x for x in str(found).splitlines() if x.startswith("charge_radius.ee"))
    assert float(row.split()[1]) == pytest.approx(value / 1e-32, rel=1e-3)
    assert row.rstrip().endswith("1e-32 cm2")
    record = found.to_dict()["parameters"][0]
    assert (record["value"], record["unit"]) == (value, "cm2")
