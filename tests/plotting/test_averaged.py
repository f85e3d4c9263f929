"""Spectra averaged over a flux, as they are drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.flavours import flavour
from nuprobe.fluxes import Flux, FluxComponent, Line
from nuprobe.plotting import figure_of, plot_averaged
from nuprobe.processes.elastic import recoil_maximum

SM = nu.StandardModel()
CEVNS = nu.process("cevns")


def labels(figure: Any) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


@pytest.mark.parametrize("flavour", ["nu_mu", "nu_e"])
def test_the_area_below_a_curve_is_the_mean_total(flavour: str) -> None:
    figure = figure_of(plot_averaged(CEVNS, "sns", "Ar40", SM, flavours=[flavour]))
    (line,) = figure.axes[0].lines
    t, y = (np.asarray(axis, dtype=float) for axis in line.get_data())
    # keV, cm²/keV; the curve begins at 1e-4 of the largest recoil
    area = float(((y[1:] + y[:-1]) / 2 * np.diff(t)).sum() + y[0] * t[0])
    sigma = nu.cevns.flux_averaged("sns", "Ar40", SM, flavour=flavour)
    assert area == pytest.approx(float(sigma), rel=1e-4)


def test_a_line_ends_at_its_largest_recoil() -> None:
    (component,) = nu.flux("sns").of("nu_mu")
    (argon,) = nu.target("Ar40").components
    end = float(recoil_maximum(component.lines[0].energy, argon.isotope.mass))
    figure = figure_of(plot_averaged(CEVNS, "sns", "Ar40", SM, flavours=["nu_mu"]))
    t = np.asarray(figure.axes[0].lines[0].get_data()[0], dtype=float)
    assert t.max() / 1e3 == pytest.approx(end, rel=1e-8)


def test_both_sides_of_a_shell_are_drawn() -> None:
    figure = figure_of(plot_averaged(nu.process("electron"), "reactor", "Ge", SM))
    t, y = (np.asarray(x, dtype=float) for x in figure.axes[0].lines[0].get_data())
    (k_shell,) = np.flatnonzero(
        np.isclose(t, 11.103e-3, rtol=1e-3) & (np.diff(t, prepend=0) < 1e-9)
    )
    # 30 electrons below the step of the two innermost ones, 32 above
    assert y[k_shell] / y[k_shell - 1] == pytest.approx(32 / 30, rel=1e-6)


def test_equal_curves_are_one_and_few_deposits_are_marked() -> None:
    recoils = [0.005, 0.02]
    figure = figure_of(
        plot_averaged(CEVNS, "sns", "Ar40", SM, recoils=recoils, threshold=0.01)
    )
    assert labels(figure)[-1] == "threshold 10 keV"
    dots = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert len(dots) == 3
    x, y = (np.asarray(axis, dtype=float) for axis in dots[0].get_data())
    np.testing.assert_allclose(x, [5.0, 20.0])
    mean = nu.cevns.averaged("sns", recoils, "Ar40", SM, "nu_mu")
    np.testing.assert_allclose(y, mean / 1e3)
    neutrinos = [FluxComponent("a", f, lines=(Line(30.0, 1.0),)) for f in _TWO]
    both = figure_of(
        plot_averaged(CEVNS, Flux("two", tuple(neutrinos), "cm2"), "Ar40", SM)
    )
    assert labels(both) == [r"$\nu_{e}$, $\nu_{\mu}$"]


_TWO = [flavour("nu_e"), flavour("nu_mu")]


def test_a_millicharge_is_drawn_above_zero() -> None:
    charged = nu.Electromagnetic(charge={"ee": 1e-12})
    figure = figure_of(
        plot_averaged(CEVNS, "reactor", "Ge", charged, recoils=np.linspace(0, 1e-3, 20))
    )
    t, y = (np.asarray(x, dtype=float) for x in figure.axes[0].lines[0].get_data())
    assert t[0] > 0
    assert np.isfinite(y).all()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"recoils": [2.0, 1.0]}, "must increase"),
        ({"recoils": [10.0, 20.0]}, "give no deposits"),
        ({"recoils": [np.nan]}, "cannot plot"),
    ],
)
def test_what_cannot_be_drawn(asked: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        plot_averaged(CEVNS, "sns", "Ar40", SM, **asked)


def test_the_standard_model_is_beside_another_model() -> None:
    """Its line is what the Standard Model alone gives; a moment adds to it."""
    electron = nu.process("electron")
    moment = nu.Electromagnetic(magnetic_moment={"ee": 3e-11})
    figure = figure_of(plot_averaged(electron, "reactor", "Ge", moment))
    assert labels(figure)[-1] == "Standard Model"
    own, beside = figure.axes[0].lines
    alone = figure_of(plot_averaged(electron, "reactor", "Ge", SM)).axes[0].lines
    np.testing.assert_allclose(
        np.asarray(beside.get_data(), float), np.asarray(alone[0].get_data(), float)
    )
    above = np.asarray(own.get_ydata(), float) / np.asarray(beside.get_ydata(), float)
    assert np.all(above >= 1)
    assert above[0] > 10  # below 1 keV the moment counts most
