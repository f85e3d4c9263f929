"""Moments that a W loop gives, over the lightest mass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

import nuprobe as nu
from nuprobe.cli.main import cli
from nuprobe.constants import M_TAU
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.models import PMNS, majorana_moments
from nuprobe.oscillation import AtSource, Splittings, mu_eff
from nuprobe.plotting import figure_of, plot_standard_moments
from nuprobe.reproductions.moments import ORDERINGS, predicted_mu_eff, standard_moments
from nuprobe.units import eV


@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("flavour", ["nu_e", "nu_mu"])
def test_dirac_moments_go_with_the_mass_that_beta_decays_see(
    ordering: str, flavour: str
) -> None:
    lightest = np.array([0.0, 0.01, 0.5]) * eV
    low, high = predicted_mu_eff(lightest, "dirac", ordering, flavour)
    u = PMNS.nufit(ordering).matrix[0 if flavour == "nu_e" else 1]
    masses = np.array([Splittings.nufit(ordering).masses(m) for m in lightest]) / eV
    effective = np.sqrt(masses**2 @ np.abs(u) ** 2)
    np.testing.assert_allclose(low, 3.2025e-19 * effective, rtol=1e-3)
    np.testing.assert_array_equal(low, high)


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_majorana_bands_contain_the_moment_of_any_phases(ordering: str) -> None:
    m = 0.02 * eV
    low, high = predicted_mu_eff(m, "majorana", ordering)
    found = []
    for a, b in ((0.0, 0.0), (1.0, 2.0), (3.0, 0.3), (0.3, 5.0)):
        mixing = replace(PMNS.nufit(ordering), majorana=(a, b))
        mu, epsilon = majorana_moments(Splittings.nufit(ordering).masses(m), mixing)
        model = nu.Electromagnetic(
            magnetic_moment=mu,
            electric_moment=epsilon,
            basis="mass",
            mixing=mixing,
            kind="majorana",
        )
        found.append(float(mu_eff(model, "nu_e", 1.0, AtSource())))
    assert np.all(low * 0.999 <= np.array(found))
    assert np.all(np.array(found) <= high * 1.001)
    assert max(found) > 1.2 * min(found)


def test_majorana_moments_are_those_of_the_formula() -> None:
    # without phases: 7.8e-23 (m_k +- m_j) sum U* U (m_l/m_tau)^2 in place of the loop
    m = 0.02 * eV
    masses = Splittings.nufit().masses(m) / eV
    u, leptons = PMNS.nufit().matrix, np.array([0.51099895, 105.6583755, M_TAU])
    sizes = []
    for a in np.arange(24) * np.pi / 12:
        for b in np.arange(24) * np.pi / 12:
            v = u * np.exp(1j * np.array([0.0, a, b]))
            total = np.conj(v.T) @ ((leptons / M_TAU) ** 2 * v.T).T
            plus, minus = masses[:, None] + masses, masses - masses[:, None]
            flip = -7.8e-23 * (1j * plus * total.imag - minus * total.real)
            sizes.append(np.linalg.norm(flip @ np.conj(v[0])))
    low, high = predicted_mu_eff(m, "majorana")
    assert float(high) == pytest.approx(max(sizes), rel=0.01)
    # the smallest lies in a narrow valley between the points of this grid
    assert 0 < float(low) <= min(sizes) * 1.01


def test_the_study_says_what_the_function_gives() -> None:
    table = standard_moments()
    assert table.rows[5][1] == float(predicted_mu_eff(0.1 * eV)[0])
    numbers = np.array(table.rows, dtype=float)
    assert np.all(numbers[:, 3] <= numbers[:, 4])
    assert np.all(numbers[:, 4] < 1e-3 * numbers[:, 1])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--study coverage --plot x.png", "has no figure"),
        ("Mishra:1991bv --plot x.png", "needs a --study"),
    ],
)
def test_a_figure_is_drawn_of_studies_that_have_one(words: str, said: str) -> None:
    found = CliRunner().invoke(cli, ["reproduce", *words.split()])
    assert isinstance(found.exception, InputError)
    assert said in str(found.exception)


def test_a_band_and_a_line_for_each_ordering() -> None:
    (axes,) = figure_of(plot_standard_moments(np.array([1e-3, 0.1]) * eV)).axes
    assert len(axes.lines) == 6
    assert len(axes.collections) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((-1.0,), "not negative"),
        ((float("nan"),), "finite"),
        ((1e-9, "weyl"), "kind of neutrino"),
        ((1e-9, "dirac", "up"), "ordering"),
        ((1e-9, "dirac", "normal", "nu_x"), "flavour"),
    ],
)
def test_bad_input_is_refused(arguments: tuple[object, ...], words: str) -> None:
    with pytest.raises(InputError, match=words):
        predicted_mu_eff(*arguments)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="increase"):
        plot_standard_moments([1e-9])
    assert issubclass(UnknownNameError, InputError)
