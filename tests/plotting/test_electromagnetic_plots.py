"""Figures of electromagnetic properties hold what the library computes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

import nuprobe as nu
from nuprobe.constants import M_MUON
from nuprobe.errors import InputError
from nuprobe.nuclei import shells
from nuprobe.numerics import FloatArray
from nuprobe.plotting import figure_of, plot_averaged_moments, plot_millicharge
from nuprobe.processes import cevns
from nuprobe.units import keV

SM = nu.StandardModel()


def data(line: object) -> tuple[FloatArray, FloatArray]:
    x, y = line.get_data()  # type: ignore[attr-defined]
    return np.asarray(x, float), np.asarray(y, float)


def test_millicharge_draws_the_cross_sections_and_their_ratio() -> None:
    figure = figure_of(
        plot_millicharge("Ar40", 50.0, [1.5e-12, -1.5e-12], flavour="nu_mu")
    )
    main, panel = figure.axes[:2]
    assert len(main.lines) == 3
    for line, ratio, charge in zip(
        main.lines, panel.lines, (0.0, 1.5e-12, -1.5e-12), strict=True
    ):
        x, y = data(line)
        model = nu.Electromagnetic(charge={"mumu": charge})
        exact = nu.cevns.differential(50.0, x * keV, "Ar40", model, "nu_mu") * keV
        np.testing.assert_allclose(y, exact, rtol=1e-12)
        if charge:
            weak = nu.cevns.differential(50.0, x * keV, "Ar40", SM, "nu_mu") * keV
            np.testing.assert_allclose(data(ratio)[1], exact / weak, rtol=1e-12)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == [
        r"$e_\nu$ = 0",
        r"$e_\nu$ = $1.5\times10^{-12}$ $e$",
        r"$e_\nu$ = $-1.5\times10^{-12}$ $e$",
    ]


def test_a_positive_charge_cancels_the_weak_amplitude_where_it_must() -> None:
    # (g_p Z + g_n N) F = -(2 sqrt2 pi alpha/G_F) Z e F/2MT
    x, y = data(figure_of(plot_millicharge("Ar40", 50.0)).axes[0].lines[1])
    argon, g_p = nu.target("Ar40").components[0].isotope, 0.5 - 2 * SM.low_sin2
    photon = 2 * np.sqrt(2) * np.pi / 137.035999 / 1.1663788e-11
    zero = 18 * 1.5e-12 * photon / (2 * argon.mass * (0.5 * 22 - 18 * g_p)) / keV
    assert x[int(np.argmin(y[: len(y) // 2]))] == pytest.approx(zero, rel=0.03, abs=0)


@pytest.mark.parametrize("electrons", [False, True])
def test_averaged_moments_draws_the_mean_over_all_neutrinos(electrons: bool) -> None:
    flux = nu.flux("sns")
    recoils = np.array([1e-4, 1e-3, 2e-2])
    figure = figure_of(
        plot_averaged_moments(flux, "Ge", [1e-9], electrons=electrons, recoils=recoils)
    )
    weak, magnetic, both = (
        dict(zip(*data(line), strict=True)) for line in figure.axes[0].lines
    )
    unit = keV
    for t in recoils[:2]:
        model = nu.Electromagnetic(mu_eff=dict.fromkeys(("e", "mu", "tau"), 1e-9))
        values = []
        for one in (SM, model):
            if electrons:
                values.append(
                    np.mean(
                        [
                            nu.electron.averaged(flux, t, one, f, "Ge")
                            for f in flux.flavours
                        ]
                    )
                )
            else:
                values.append(
                    np.mean(
                        [cevns.averaged(flux, t, "Ge", one, f) for f in flux.flavours]
                    )
                )
        x = min(weak, key=lambda v: abs(v - t / unit))
        np.testing.assert_allclose(
            [weak[x], both[x]], np.array(values) * unit, rtol=1e-9
        )
        assert magnetic[x] == pytest.approx(
            (values[1] - values[0]) * unit, rel=1e-6, abs=0
        )
    if electrons:
        edge = shells("Ge")[0].energy / unit
        assert min(abs(x - edge) for x in weak) < 1e-6


def test_averaged_cross_section_is_the_integral_over_the_spectrum() -> None:
    flux, model, t = nu.flux("sns"), nu.Electromagnetic(mu_eff={"e": 1e-9}), 5 * keV

    def integrand(e: float) -> float:
        michel = 192 * e**2 / M_MUON**3 * (0.5 - e / M_MUON)
        return michel * float(cevns.differential(e, t, "Ar40", model, "nu_e"))

    mass = nu.isotope("Ar40").mass
    least = (t + np.sqrt(t**2 + 2 * mass * t)) / 2
    exact = quad(integrand, least, M_MUON / 2, epsabs=0)[0]
    assert cevns.averaged(flux, t, "Ar40", model, "nu_e") == pytest.approx(
        exact, rel=1e-8, abs=0
    )
    line = flux.lines("nu_mu")[0].energy
    assert cevns.averaged(flux, t, "CsI", SM, "nu_mu") == pytest.approx(
        cevns.differential(line, t, "CsI", SM, "nu_mu"), rel=1e-12, abs=0
    )
    assert cevns.averaged(flux, 1.0, "CsI", SM, "nu_mu") == 0.0
    for axial in (False, True):
        got = cevns.averaged(
            flux, np.array([t, 0.0]), "Xe131", SM, "nu_mu", axial=axial
        )
        np.testing.assert_allclose(
            got,
            cevns.differential(
                line, np.array([t, 0.0]), "Xe131", SM, "nu_mu", axial=axial
            ),
            rtol=1e-12,
        )
    with pytest.raises(InputError, match="has no nu_tau"):
        cevns.averaged(flux, t, "CsI", SM, "nu_tau")


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match="positive, increasing"):
        plot_millicharge("Ar40", 50.0, recoils=[1.0, 0.5])
    with pytest.raises(InputError, match="must not be negative"):
        plot_averaged_moments("sns", "Ar40", [-1e-10], recoils=[1e-3, 2e-3])
    with pytest.raises(InputError, match="no recoil in the range"):
        plot_averaged_moments("sns", "Ar40", recoils=[1.0, 2.0])
