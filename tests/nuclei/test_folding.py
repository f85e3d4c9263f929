"""The nucleon inside nuclear form factors."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.polynomial.legendre import leggauss

import nuprobe as nu
from nuprobe.cli.xsec.nucleus import NUCLEONS
from nuprobe.constants import M_NEUTRON, M_PROTON
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.nuclei import (
    Folding,
    WeakFormFactor,
    isotope,
    physical_to_point,
    point_to_physical,
)
from nuprobe.nuclei.form_factors import (
    NUCLEON_NAMES,
    Exponential,
    Fermi,
    FormFactor,
    FourierBessel,
    Helm,
    NucleonElectric,
    Point,
)
from nuprobe.numerics import FloatArray
from nuprobe.units import fm

NAMES = ("kelly", "dipole", "point")


def kelly(q2: float) -> tuple[float, float]:
    """Kelly's fits, written anew, with the Darwin-Foldy term."""
    t, u = q2 / (2 * M_PROTON) ** 2, q2 / (2 * M_NEUTRON) ** 2
    g_p = (1 - 0.24 * t) / (1 + 10.98 * t + 12.82 * t * t + 21.97 * t**3)
    g_n = 1.7 * u / (1 + 3.3 * u) / (1 + q2 / 0.71e6) ** 2
    return g_p / math.sqrt(1 + t), g_n / math.sqrt(1 + t)


def test_names() -> None:
    assert NUCLEON_NAMES == NAMES == NUCLEONS
    with pytest.raises(UnknownNameError, match="kelly"):
        NucleonElectric("galster")
    with pytest.raises(UnknownNameError, match="dipole"):
        nu.target("Ar40", nucleon="dipol")


@pytest.mark.parametrize("name", NAMES)
def test_charges_of_nucleons_and_nuclei_at_rest(name: str) -> None:
    proton, neutron = NucleonElectric(name)(0.0)
    assert (float(proton), float(neutron)) == (1.0, 0.0)
    for nucleus in ("H1", "He4", "Ar40", "Cs133"):
        (part,) = nu.target(nucleus, nucleon=name).components
        protons, neutrons = part.shapes(0.0)
        one = part.isotope
        assert (float(protons), float(neutrons)) == (one.z, one.n)


def test_kelly_is_the_fit_and_has_its_radii() -> None:
    q2 = np.array([0.0, 1e2, 1e4, 1e5, 1e6])
    got = np.stack(NucleonElectric("kelly")(q2), axis=-1)
    np.testing.assert_allclose(got, [kelly(x) for x in q2], rtol=1e-14)
    # radii of the fit: 0.863 fm and -0.112 fm2 (Kelly:2004hm, unverified)
    r2_p, r2_n = (r2 / fm**2 for r2 in NucleonElectric("kelly").r2)
    foldy = 0.75 / (M_PROTON * fm) ** 2
    assert math.sqrt(r2_p - foldy) == pytest.approx(0.863, abs=1e-3)
    assert r2_n == pytest.approx(-0.112, abs=1e-3)
    assert NucleonElectric("dipole").r2[1] == 0
    assert NucleonElectric("point").r2 == (0, 0)


@pytest.mark.parametrize("name", NAMES)
def test_series_against_taylor(name: str) -> None:
    nucleon = NucleonElectric(name)
    for x in (10.0, 100.0):
        for exact, (c0, c1, c2) in zip(nucleon(x), nucleon.series, strict=True):
            assert float(exact) == pytest.approx(
                c0 + c1 * x + c2 * x**2, abs=2 * (4e-6 * x) ** 3 + 1e-15
            )


def convolved(
    rho: Callable[[FloatArray], FloatArray], cutoff: float, rate: float, q: float
) -> float:
    """Fourier transform of a density folded with an exponential one, in coordinate
    space: the density at r is an integral over shells and over the distances to them.
    """
    x, w = leggauss(400)
    radii = (x + 1) / 2 * cutoff
    weights = w / 2 * cutoff
    shells = 2 * np.pi * radii * rho(radii) * weights

    def inner(a: FloatArray, b: FloatArray) -> FloatArray:
        # integral of s exp(-rate s) rate^3/8 pi from a to b
        def primitive(s: FloatArray) -> FloatArray:
            return np.asarray(-(s / rate + 1 / rate**2) * np.exp(-rate * s))

        return np.asarray(rate**3 / (8 * np.pi) * (primitive(b) - primitive(a)))

    y, v = leggauss(400)
    far = cutoff + 25 / rate
    r = (y + 1) / 2 * far
    folded = (inner(np.abs(r[:, None] - radii), r[:, None] + radii) * shells).sum(1) / r
    return float(
        (v / 2 * far * 4 * np.pi * r**2 * folded * np.sinc(q * r / np.pi)).sum()
    )


@pytest.mark.parametrize("q", [20.0, 80.0, 160.0])
def test_dipole_is_a_convolution_in_coordinate_space(q: float) -> None:
    shape = Fermi.from_rms(3.4 * fm)
    folding = Folding(isotope("Ar40"), shape, shape, NucleonElectric("dipole"))
    protons, neutrons = folding(q**2)
    foldy = 1 / math.sqrt(1 + q**2 / (4 * M_PROTON**2))
    exact = convolved(shape.density, 14 * fm, math.sqrt(0.71e6), q) * foldy
    assert float(protons) / 18 == pytest.approx(exact, rel=2e-6)
    assert float(neutrons) / 22 == pytest.approx(exact, rel=2e-6)
    assert abs(exact - float(shape(q**2))) > 1e-3


@pytest.mark.parametrize("nucleus", ["Ar40", "Cs133"])
def test_the_weak_amplitude_is_that_of_weak_nucleons(nucleus: str) -> None:
    # half of Z f_p [(1-4s2) G_p - G_n] + N f_n [(1-4s2) G_n - G_p]
    one, s2 = isotope(nucleus), 0.23863
    f_p, f_n = Helm(4.7 * fm), Helm(4.9 * fm)
    target = nu.target(nucleus, r_p=4.7 * fm, r_n=4.9 * fm)
    (part,) = target.components
    e = 45.0
    for t in (1e-3, 5e-3, 2e-2):
        q2 = 2 * one.mass * t
        g_p, g_n = kelly(q2)
        w = 1 - 4 * s2
        amplitude = one.z * float(f_p(q2)) * (w * g_p - g_n)
        amplitude += one.n * float(f_n(q2)) * (w * g_n - g_p)
        protons, neutrons = part.shapes(q2)
        assert w * float(protons) - float(neutrons) == pytest.approx(
            amplitude, rel=1e-13
        )
        weak = WeakFormFactor(one, f_p, f_n, s2)
        assert -weak.weak_charge * float(weak(q2)) == pytest.approx(
            amplitude, rel=1e-13
        )
        model = nu.StandardModel(sin2_theta_w=s2)
        point = nu.target(nucleus, form_factor="point")
        ratio = nu.cevns.differential(e, t, target, model, "nu_mu")
        ratio /= nu.cevns.differential(e, t, point, model, "nu_mu")
        assert float(ratio) == pytest.approx(
            (amplitude / weak.weak_charge) ** 2, rel=1e-12
        )


@pytest.mark.parametrize("nucleus", ["C12", "O16", "Ar40", "Fe56", "Cs133", "Pb208"])
def test_what_was_taken_off_the_charge_radius_comes_back(nucleus: str) -> None:
    (part,) = nu.target(nucleus).components
    measured = isotope(nucleus).r_charge
    # the fit's own proton, 0.863 instead of 0.841 fm
    assert part.shapes.rms[0] == pytest.approx(measured, rel=4e-3)
    assert part.shapes.rms[0] > part.ff_p.rms
    (bare,) = nu.target(nucleus, nucleon="point").components
    assert bare.shapes.rms == pytest.approx((bare.ff_p.rms, bare.ff_n.rms))


def test_the_folded_charge_is_near_the_measured_one() -> None:
    (part,) = nu.target("Ar40").components
    measured = FourierBessel.of("Ar40")
    for q, allowed in ((50.0, 1e-3), (100.0, 4e-3), (150.0, 1.2e-2)):
        got = float(part.shapes(q**2)[0]) / 18
        bare = float(part.ff_p(q**2))
        exact = float(measured(q**2))
        assert got == pytest.approx(exact, abs=allowed)
        assert abs(got - exact) < 0.7 * abs(bare - exact)


def test_radii_of_point_and_physical_nucleons() -> None:
    nucleon = NucleonElectric("kelly")
    r2_p, r2_n = nucleon.r2
    physical = point_to_physical(5.01 * fm, "Cs133", "n")
    assert physical**2 == pytest.approx((5.01 * fm) ** 2 + r2_p + 55 / 78 * r2_n)
    assert physical_to_point(physical, "Cs133", "n") == pytest.approx(5.01 * fm)
    (part,) = nu.target("Cs133", r_p=4.7 * fm, r_n=5.01 * fm).components
    assert part.shapes.rms[1] == pytest.approx(physical, rel=1e-12)
    charge = point_to_physical(4.7 * fm, "Cs133", "p")
    assert part.shapes.rms[0] == pytest.approx(charge, rel=1e-12)
    for convert, radius, name, particle in (
        (physical_to_point, 0.5 * fm, "Cs133", "n"),
        (point_to_physical, 3 * fm, "H1", "n"),
        (point_to_physical, 3 * fm, "Cs133", "q"),
        (physical_to_point, math.nan, "Cs133", "n"),
        (point_to_physical, math.nan, "Cs133", "n"),
        (point_to_physical, -5 * fm, "Cs133", "n"),
    ):
        with pytest.raises(InputError):
            convert(radius, name, particle)


@pytest.mark.parametrize("name", ["kelly", "dipole"])
@pytest.mark.parametrize(
    "shapes",
    [
        (Helm(3.33 * fm), Helm(3.42 * fm)),
        (FourierBessel.of("Ar40"), Helm(3.42 * fm)),
        (Helm(3.33 * fm), FourierBessel.of("Ar40")),
        (FourierBessel.of("Ar40"), FourierBessel.of("Ar40")),
    ],
)
def test_series_of_a_nucleus(name: str, shapes: tuple[FormFactor, FormFactor]) -> None:
    folding = Folding(isotope("Ar40"), *shapes, NucleonElectric(name))
    q2 = np.array([10.0**2, 20.0**2])
    for got, series in zip(folding(q2), folding.series, strict=True):
        small = series[0] + series[1] * q2 + series[2] * q2**2
        # the next term is of order (qR)^6/5040
        np.testing.assert_allclose(got, small, rtol=1e-5)
    weak = WeakFormFactor(isotope("Ar40"), *shapes, nucleon=name)
    x = 5.0**2
    assert float(weak(x)) == pytest.approx(
        1 + weak.eta2 * x + weak.eta4 * x**2, rel=1e-8
    )


def test_nothing_is_folded_twice() -> None:
    q2 = np.array([0.0, 50.0**2, 150.0**2])
    for form_factor in ("fourier-bessel", "point", "nucleon-dipole", "dipole"):
        (part,) = nu.target("Ar40", form_factor=form_factor).components
        for got, bare, n in zip(
            part.shapes(q2), (part.ff_p, part.ff_n), (18, 22), strict=True
        ):
            np.testing.assert_array_equal(got, n * bare(q2))
    for form_factor in ("exponential", "dipole"):
        given = nu.target("Ar40", r_p=3.3 * fm, form_factor=form_factor).components[0]
        assert float(given.shapes(1e4)[0]) < 18 * float(given.ff_p(1e4))
    # an object says it itself
    (own,) = nu.target("Ar40", form_factor=Exponential.from_rms(3.3 * fm)).components
    assert float(own.shapes(1e4)[0]) < 18 * float(own.ff_p(1e4))
    (points,) = nu.target("Ar40", form_factor=Point()).components
    assert float(points.shapes(1e4)[0]) == 18
    # light nuclei, which get a Gaussian of point protons
    (helium,) = nu.target("He4").components
    assert float(helium.shapes(1e4)[0]) < 2 * float(helium.ff_p(1e4))


def test_the_photon_of_a_charge_radius_sees_the_charge() -> None:
    # a charge radius alone is linear in F_p, the charge with the neutrons' own
    (part,) = nu.target("Ar40").components
    groups = nu.cevns.kernels(30.0, np.array([1e-3, 2e-2]), part)
    q2 = 2 * part.isotope.mass * np.array([1e-3, 2e-2])
    protons, neutrons = part.shapes(q2)
    np.testing.assert_allclose(
        groups[:, 0] / groups[:, 2], (protons / neutrons) ** 2, rtol=1e-12
    )
    g_p, g_n = kelly(q2[1])
    charge = 18 * float(part.ff_p(q2[1])) * g_p + 22 * float(part.ff_n(q2[1])) * g_n
    assert float(protons[1]) == pytest.approx(charge, rel=1e-13)


def test_tridents_see_the_charge_as_before() -> None:
    with_nucleon, without = (
        nu.target("Ar40", nucleon=name).components[0].charge
        for name in ("kelly", "point")
    )
    assert with_nucleon == without
    assert with_nucleon.rms == isotope("Ar40").r_charge
