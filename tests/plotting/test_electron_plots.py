"""Figures of neutrino–electron scattering hold what the library computes."""

from __future__ import annotations

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.nuclei import shells
from nuprobe.plotting import figure_of, plot_electron_differential, plot_electron_total
from nuprobe.units import keV

SM = nu.StandardModel()


def test_differential_draws_total_and_flipped_part_with_sharp_steps() -> None:
    model = nu.Electromagnetic(mu_eff={"e": 1e-10})
    ax = figure_of(
        plot_electron_differential(
            model, [1.0, 3.0], target="Ge", recoils=np.geomspace(1e-3, 0.1, 30)
        )
    ).axes[0]
    assert len(ax.lines) == 4
    x, y = (np.asarray(values, float) for values in ax.lines[0].get_data())
    np.testing.assert_allclose(
        y, nu.electron.differential(1.0, x * keV, model, "nu_e", "Ge") * keV, rtol=1e-10
    )
    k_edge = shells("Ge")[0].energy / keV
    assert np.min(np.abs(x - k_edge)) < 1e-9
    flipped = np.asarray(ax.lines[1].get_ydata(), float)
    weak = nu.electron.differential(1.0, x * keV, SM, "nu_e", "Ge") * keV
    np.testing.assert_allclose(flipped, y - weak, rtol=1e-6)
    assert "per atom" in ax.get_ylabel()
    free = figure_of(plot_electron_differential(SM, 1.0)).axes[0]
    assert len(free.lines) == 1
    assert "per electron" in free.get_ylabel()


def test_total_draws_sigma_over_energy() -> None:
    e = np.linspace(1, 20, 12)
    ax = figure_of(plot_electron_total(SM, e, target="Xe", threshold=5 * keV)).axes[0]
    for line, flavour in zip(
        ax.lines, ("nu_e", "nubar_e", "nu_mu", "nubar_mu"), strict=True
    ):
        exact = nu.electron.total(e, SM, flavour, target="Xe", threshold=5 * keV) / e
        np.testing.assert_allclose(
            np.asarray(line.get_ydata(), float), exact, rtol=1e-12
        )


def test_nothing_to_plot_is_an_error() -> None:
    with pytest.raises(InputError, match="no recoil in the range"):
        plot_electron_differential(SM, 0.01, recoils=[0.1, 0.2])
    with pytest.raises(InputError, match="no recoil above the threshold"):
        plot_electron_total(SM, [0.1, 0.2], threshold=5.0)
    with pytest.raises(InputError, match="two increasing energies"):
        plot_electron_total(SM, [1.0])
    with pytest.raises(InputError, match="positive, increasing"):
        plot_electron_differential(SM, 1.0, recoils=[0.0, 1.0])
