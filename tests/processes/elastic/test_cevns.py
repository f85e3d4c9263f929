"""CEvNS cross sections against independent integration, limits and kinematics."""

from __future__ import annotations

import math
from collections.abc import Callable

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad

import nuprobe as nu
from nuprobe.constants import G_A, G_FERMI, HBARC_MEV_CM, HBARC_MEV_FM
from nuprobe.errors import ComputationError, InputError, UnknownNameError
from nuprobe.nuclei import axial_form_factor
from nuprobe.numerics import panel_nodes
from nuprobe.processes import cevns
from nuprobe.processes.elastic import recoil_maximum
from nuprobe.units import fm, keV

SM = nu.StandardModel(sin2_theta_w=0.23857)
FRONT = G_FERMI**2 / math.pi * HBARC_MEV_CM**2


def _helm(q2: float, rms_fm: float) -> float:
    """Helm form factor with 50 digits, from its defining transform of a sphere."""
    with mpmath.workdps(50):
        q = mpmath.sqrt(q2) / HBARC_MEV_FM
        x = q * mpmath.sqrt(
            mpmath.mpf(5) / 3 * (mpmath.mpf(rms_fm) ** 2 - 3 * mpmath.mpf("0.81"))
        )
        sphere = 1 if x == 0 else 3 * (mpmath.sin(x) - x * mpmath.cos(x)) / x**3
        return float(sphere * mpmath.exp(-(q**2) * mpmath.mpf("0.81") / 2))


def _closed_form(e: float, t: float, name: str, r_p: float, r_n: float) -> float:
    one = nu.isotope(name)
    q2 = 2 * one.mass * t
    charge = (0.5 - 2 * 0.23857) * one.z * _helm(q2, r_p) - 0.5 * one.n * _helm(q2, r_n)
    return FRONT * one.mass * (1 - t / e - one.mass * t / (2 * e**2)) * charge**2


@pytest.mark.parametrize(
    ("name", "r_p", "r_n"),
    [("Ar40", 3.33, 3.42), ("I127", 4.71, 4.94), ("Pb208", 5.45, 5.6)],
)
@pytest.mark.parametrize("e", [5.0, 29.79, 52.8])
def test_total_and_differential_against_quad_and_mpmath(
    name: str, r_p: float, r_n: float, e: float
) -> None:
    target = nu.target(name, r_p=r_p * fm, r_n=r_n * fm, nucleon="point")
    top = 2 * e**2 / (nu.isotope(name).mass + 2 * e)
    for fraction in (0.0, 0.1, 0.5, 0.97):
        t = fraction * top
        got = cevns.differential(e, t, target, SM, "nu_e", kinematics="spin-0")
        assert got == pytest.approx(
            _closed_form(e, t, name, r_p, r_n), rel=1e-10, abs=0
        )
    for low in (0.0, 0.3 * top):
        exact = quad(
            lambda t: _closed_form(e, t, name, r_p, r_n),
            low,
            top,
            epsrel=1e-10,
            limit=200,
        )[0]
        got = cevns.total(e, target, SM, "nu_e", threshold=low, kinematics="spin-0")
        assert got == pytest.approx(exact, rel=1e-8, abs=0)


def test_exact_zero_above_the_largest_recoil_and_positive_below() -> None:
    e = np.array([1.0, 10.0, 30.0, 52.8])[:, None]
    one = nu.isotope("Cs133")
    top = cevns.recoil_maximum(e, one.mass)
    fractions = np.array([1e-6, 0.3, 0.999999, 1.000001, 1.5])
    got = cevns.differential(e, top * fractions, "Cs133", SM, "nu_mu")
    assert got.shape == (4, 5)
    assert np.all(got[:, :3] > 0)
    assert np.all(got[:, 3:] == 0.0)
    assert (
        cevns.total(10.0, "Cs133", SM, "nu_mu", threshold=float(top[1, 0]) * 1.01)
        == 0.0
    )


def test_the_largest_recoil_ends_the_spin_0_factor_and_conserves_energy() -> None:
    e, mass = np.array([0.5, 30.0, 800.0]), 11177.93
    t = cevns.recoil_maximum(e, mass)
    np.testing.assert_allclose(1 - t / e - mass * t / (2 * e**2), 0, atol=1e-12)
    # backward scattering: the outgoing neutrino has E' = E - T and momentum p = E + E'
    # = sqrt(T² + 2MT)
    np.testing.assert_allclose(2 * e - t, np.sqrt(t**2 + 2 * mass * t), rtol=1e-12)


@pytest.mark.parametrize(
    ("e", "t", "shape"),
    [
        (30.0, 0.01, ()),
        ([20.0, 30.0], 0.01, (2,)),
        ([[20.0], [30.0]], [0.001, 0.002, 0.01], (2, 3)),
    ],
)
def test_broadcasting(e: object, t: object, shape: tuple[int, ...]) -> None:
    e, t = np.asarray(e, dtype=float), np.asarray(t, dtype=float)
    got = cevns.differential(e, t, "CsI", SM, "nu_mu")
    assert got.shape == shape
    each = [
        float(cevns.differential(a, b, "CsI", SM, "nu_mu"))
        for a, b in np.nditer([e, t])
    ]
    np.testing.assert_allclose(got.ravel(), each, rtol=1e-14)
    component = nu.target("Ar40").components[0]
    assert cevns.kernels(e, t, component).shape == (*shape, 3)
    assert cevns.total(e, "Ar40", SM, "nu_mu").shape == e.shape


def test_pointlike_scaling_with_energy_and_neutron_number() -> None:
    blind = nu.StandardModel(sin2_theta_w=0.25)  # no coupling to protons
    e = np.array([1e-3, 2e-3])
    low = cevns.total(e, nu.target("Xe132", form_factor="point"), blind, "nu_e")
    assert low[1] / low[0] == pytest.approx(4, rel=1e-6, abs=0)
    for name in ("Ar40", "Xe132", "Pb208"):
        one = nu.isotope(name)
        got = cevns.total(0.01, nu.target(name, form_factor="point"), blind, "nu_e")
        assert got == pytest.approx(
            FRONT * 0.01**2 * one.n**2 / 4, rel=1e-5, abs=0
        )  # G_F² E² N²/4π


def test_molecules_and_natural_elements_are_sums_over_isotopes() -> None:
    e, t = 30.0, np.array([0.001, 0.004])
    parts = [cevns.differential(e, t, name, SM, "nu_mu") for name in ("Cs133", "I127")]
    np.testing.assert_allclose(
        cevns.differential(e, t, "CsI", SM, "nu_mu"), sum(parts), rtol=1e-13
    )
    silica = cevns.total(e, {"Si28": 1, "O16": 2}, SM, "nu_mu")
    separate = cevns.total(e, "Si28", SM, "nu_mu") + 2 * cevns.total(
        e, "O16", SM, "nu_mu"
    )
    assert silica == pytest.approx(separate, rel=1e-12, abs=0)
    abundances = {
        "Ge70": 0.2057,
        "Ge72": 0.2745,
        "Ge73": 0.0775,
        "Ge74": 0.3650,
        "Ge76": 0.0773,
    }
    average = sum(
        a * cevns.total(e, name, SM, "nu_mu") for name, a in abundances.items()
    )
    assert cevns.total(e, "natural Ge", SM, "nu_mu") == pytest.approx(
        average, rel=2e-3, abs=0
    )


def test_spin_one_half_differs_by_t_squared_over_2e_squared() -> None:
    component = nu.target("F19", nucleon="point").components[0]
    e, t = np.array([[50.0], [30.0]]), np.array([0.01, 0.05, 0.09])
    half = cevns.kernels(e, t, component, kinematics="spin-1/2")
    zero = cevns.kernels(e, t, component, kinematics="spin-0")
    response = np.stack(
        [9 * 9 * component.ff_p(2 * component.isotope.mass * t) ** 2] * 2
    )
    expected = FRONT * component.isotope.mass * response * t**2 / (2 * e**2)
    np.testing.assert_allclose(
        (half - zero)[..., 0], expected, rtol=1e-6
    )  # a small difference
    np.testing.assert_array_equal(
        cevns.kernels(e, t, component), half
    )  # F19 has spin 1/2
    argon = nu.target("Ar40").components[0]
    np.testing.assert_array_equal(
        cevns.kernels(e, t, argon), cevns.kernels(e, t, argon, kinematics="spin-0")
    )


def test_a_free_proton_scatters_as_the_neutral_current_says() -> None:
    # elastic ν p → ν p at q² = 0: (G_F² M/2π)[(v+a)² + (v−a)²(1−y)² − (v²−a²)MT/E²], y
    # = T/E, a = g_A/2; neutrino and antineutrino averaged, since the V·A interference
    # changes sign
    e, t = 20.0, np.linspace(0, 0.75, 7)
    mass = nu.isotope("H1").mass
    v, a, y = 0.5 - 2 * 0.23857, G_A / 2, t / e
    exact = (
        sum(
            (v + s * a) ** 2
            + (v - s * a) ** 2 * (1 - y) ** 2
            - (v**2 - a**2) * mass * t / e**2
            for s in (1, -1)
        )
        / 2
    )
    proton = nu.target("H1", nucleon="point")
    got = cevns.differential(e, t, proton, SM, "nu_mu", axial=True)
    np.testing.assert_allclose(got, FRONT * mass / 2 * exact, rtol=1e-12)


@pytest.mark.parametrize("name", ["Cs133", "I127", "Xe131", "F19"])
def test_axial_part_is_the_square_of_the_summed_nucleon_spins(name: str) -> None:
    e, t = 30.0, np.array([0.001, 0.003])
    one = nu.isotope(name)
    model = nu.StandardModel(sin2_theta_w=0.23857, strange_axial=-0.085)
    got = cevns.differential(
        e, t, name, model, "nu_e", axial=True
    ) - cevns.differential(e, t, name, model, "nu_e")
    quadratic = (t / e) ** 2 / 2 if one.spin == 0.5 else 0.0
    shape = 1 - t / e + one.mass * t / (2 * e**2) + quadratic
    f_a = axial_form_factor(
        name, 2 * one.mass * t, couplings=(G_A + 0.085, -G_A + 0.085)
    )
    np.testing.assert_allclose(got, FRONT * one.mass / 4 * shape * f_a, rtol=1e-8)


def test_nuclei_without_spin_have_no_axial_part() -> None:
    e, t = 30.0, np.array([0.001, 0.03])
    with_axial = cevns.differential(e, t, "Ar40", SM, "nu_e", axial=True)
    np.testing.assert_array_equal(
        with_axial, cevns.differential(e, t, "Ar40", SM, "nu_e")
    )
    assert cevns.kernels(e, t, nu.target("Ar40").components[0], axial=True).shape == (
        2,
        6,
    )


def test_schemes_and_flavours() -> None:
    tree = [
        float(cevns.total(30.0, "Ar40", SM, f))
        for f in ("nu_e", "nu_mu", "nu_tau", "nubar_e", "nubar_mu")
    ]
    assert len(set(tree)) == 1
    model = nu.StandardModel(scheme="radiative")
    target = nu.target("Ar40", form_factor="point")
    got = [cevns.total(0.01, target, model, f) for f in ("nu_e", "nu_mu", "nu_tau")]
    for value, g_p in zip(got, (0.0382, 0.0300, 0.0256), strict=True):
        assert value == pytest.approx(
            FRONT * 0.01**2 * (18 * g_p - 22 * 0.5117) ** 2, rel=1e-5, abs=0
        )
    assert cevns.total(30.0, "Ar40", model, "nubar_mu") == cevns.total(
        30.0, "Ar40", model, "nu_mu"
    )


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        (lambda: cevns.differential(-1.0, 0.01, "Ar40", SM, "nu_e"), "positive"),
        (lambda: cevns.differential(0.0, 0.0, "Ar40", SM, "nu_e"), "positive"),
        (lambda: cevns.differential(np.nan, 0.01, "Ar40", SM, "nu_e"), "nan"),
        (lambda: cevns.differential([30.0, np.inf], 0.01, "Ar40", SM, "nu_e"), "inf"),
        (lambda: cevns.differential(30.0, [0.01, np.nan], "Ar40", SM, "nu_e"), "nan"),
        (lambda: cevns.differential(30.0, -0.01, "Ar40", SM, "nu_e"), "-0.01"),
        (lambda: cevns.differential(30.0, 40.0, "Ar40", SM, "nu_e"), "exceeds"),
        (lambda: cevns.total([1.0, -2.0], "Ar40", SM, "nu_e"), "-2"),
        (lambda: cevns.total(30.0, "Ar40", SM, "nu_e", threshold=-1.0), "-1"),
        (
            lambda: cevns.total(
                30.0,
                "Ar40",
                SM.with_values({"sin2_theta_w": np.array([0.2, 0.3])}),
                "nu_e",
            ),
            "scalar",
        ),
        (
            lambda: cevns.differential(
                30.0,
                0.01,
                "Ar40",
                SM,
                "nu_e",
                kinematics="spin0",  # type: ignore[arg-type]
            ),
            "did you mean spin-0",
        ),
    ],
)
def test_bad_input_is_one_line_that_names_it(
    call: Callable[[], object], hint: str
) -> None:
    with pytest.raises(InputError) as caught:
        call()
    assert hint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unknown_names_are_answered_with_the_near_ones() -> None:
    with pytest.raises(UnknownNameError, match="did you mean nu_mu"):
        cevns.total(30.0, "Ar40", SM, "nu_mo")
    with pytest.raises(UnknownNameError, match="I127"):
        cevns.total(30.0, "I927", SM, "nu_mu")


def test_an_accuracy_that_cannot_be_reached_is_an_error() -> None:
    with pytest.raises(ComputationError, match="converge"):
        cevns.total(30.0, "Ar40", SM, "nu_mu", rtol=1e-30)


def test_a_recoil_just_given_in_kev_is_small() -> None:
    assert cevns.differential(30.0, 10 * keV, "Ar40", SM, "nu_mu") > 0


def test_the_total_is_flat_where_the_form_factor_ends_all_recoils() -> None:
    e = np.array([1e5, 1e7, 3e9, 1e12])
    total = cevns.total(e, "Ar40", nu.StandardModel(), "nu_mu")
    np.testing.assert_allclose(total, total[-1], rtol=2e-4)
    np.testing.assert_allclose(total[1:], total[-1], rtol=2e-6)
    assert total[-1] > 1e-39


@pytest.mark.parametrize("threshold", [0.0, 1 * keV])
@pytest.mark.parametrize(
    ("source", "flavour"), [("sns", "nu_e"), ("sns", "nu_mu"), ("reactor", "nubar_e")]
)
def test_the_mean_over_a_flux_is_the_integral_over_its_recoils(
    source: str, flavour: str, threshold: float
) -> None:
    flux, model = nu.flux(source), nu.StandardModel()
    found = cevns.flux_averaged(flux, "Ge74", model, flavour, threshold=threshold)
    mass = nu.isotope("Ge74").mass
    edges = [
        e for c in flux.of(flavour) for e in (*c.edges, *(x.energy for x in c.lines))
    ]
    kinks = np.unique(recoil_maximum(np.array(edges), mass))
    marks = np.unique([threshold, *kinks[kinks > threshold]])
    root, weights = panel_nodes(np.sqrt(marks), 40)
    values = cevns.averaged(flux, root**2, "Ge74", model, flavour)
    exact = values @ (2 * root * weights)
    assert found == pytest.approx(float(exact), rel=1e-8, abs=0)
    number = flux.average(
        lambda e: cevns.total(
            np.maximum(e, 1e-9), "Ge74", model, flavour, threshold=threshold
        ),
        flavour,
        refine=4,
    )
    assert found == pytest.approx(number, rel=1e-9 if threshold == 0 else 1e-6, abs=0)
