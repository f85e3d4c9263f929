import math
from typing import Literal

import numpy as np
import pytest
from scipy.integrate import quad

from nuprobe.constants import G_FERMI, HBARC_MEV_CM
from nuprobe.errors import InputError, UnknownNameError, ValidityWarning
from nuprobe.nuclei import (
    FormFactor,
    WeakFormFactor,
    isotope,
    sigma_series,
    weak_charge,
)
from nuprobe.nuclei.form_factors import (
    Exponential,
    Fermi,
    FourierBessel,
    Helm,
    Point,
    WoodsSaxon,
)
from nuprobe.units import fm

SW2 = 0.23857


def exact(e_nu: float, name: str, ff: FormFactor) -> float:
    """Total cross section in cm2 by adaptive quadrature."""
    one = isotope(name)
    m, end = one.mass, 2 * e_nu**2 / (one.mass + 2 * e_nu)
    value = quad(
        lambda t: (1 - t / e_nu - m * t / (2 * e_nu**2)) * float(ff(2 * m * t)) ** 2,
        0,
        end,
        epsabs=0,
        epsrel=1e-13,
    )[0]
    return float(
        G_FERMI**2
        * m
        / (4 * math.pi)
        * weak_charge(one, SW2) ** 2
        * value
        * HBARC_MEV_CM**2
    )


def test_weak_charge() -> None:
    assert weak_charge("Ar40", SW2) == pytest.approx(22 - 18 * 0.04572)
    assert weak_charge("Cs133", 0.25) == 78


def test_weak_form_factor_is_the_integral_over_the_densities() -> None:
    proton, neutron = Fermi.from_rms(4.76 * fm), Helm(5.01 * fm)
    ff = WeakFormFactor(isotope("Cs133"), proton, neutron, SW2, "point")
    factor = 1 - 4 * SW2
    q_w = 78 - factor * 55
    for q in (1.0, 60.0, 150.0):

        def integrand(r: float, q: float = q) -> float:
            rho = 78 * float(neutron.density(r)) - factor * 55 * float(
                proton.density(r)
            )
            return 4 * math.pi * r * math.sin(q * r) / q * rho

        direct = (
            sum(
                quad(integrand, a * fm, (a + 4) * fm, epsabs=1e-13, epsrel=1e-11)[0]
                for a in range(0, 24, 4)
            )
            / q_w
        )
        assert float(ff(q**2)) == pytest.approx(direct, abs=1e-9)
    numeric = WeakFormFactor.from_densities(
        "Cs133",
        proton.density,
        lambda r: 3.0 * neutron.density(r),
        cutoff=30 * fm,
        scale=1 * fm,
        sin2_theta_w=SW2,
        nucleon="point",
    )
    q2 = np.linspace(0, 200, 9) ** 2
    assert numeric(q2) == pytest.approx(ff(q2), abs=1e-11)
    assert numeric.eta2 == pytest.approx(ff.eta2, rel=1e-9, abs=0)
    assert numeric.eta4 == pytest.approx(ff.eta4, rel=1e-9, abs=0)


def test_equal_distributions_give_that_form_factor() -> None:
    ff = Helm(3.4 * fm)
    weak = WeakFormFactor(isotope("Ar40"), ff, ff, SW2, "point")
    q2 = np.linspace(0, 200, 9) ** 2
    assert weak(q2) == pytest.approx(ff(q2), rel=1e-13, abs=0)
    assert weak.rms == pytest.approx(ff.rms, rel=1e-13, abs=0)
    assert weak.r4 == pytest.approx(ff.r4, rel=1e-13, abs=0)
    assert isinstance(weak, FormFactor)


@pytest.mark.parametrize(
    "neutron",
    [Helm(3.42 * fm), WoodsSaxon.from_rms(3.42 * fm), FourierBessel.of("Ar40")],
)
def test_expansion_of_the_form_factor(neutron: FormFactor) -> None:
    ff = WeakFormFactor(isotope("Ar40"), Helm(3.33 * fm), neutron, SW2)
    q2 = np.array([5.0, 10.0, 20.0, 40.0]) ** 2
    left = np.abs(ff(q2) - (1 + ff.eta2 * q2 + ff.eta4 * q2**2))
    # the next term is of order q^6: doubling q multiplies it by 64
    assert left[1:] / left[:-1] == pytest.approx(64, rel=0.15, abs=0)


@pytest.mark.parametrize("name", ["Ar40", "Cs133"])
def test_series_converges_to_the_integral(name: str) -> None:
    ff = WeakFormFactor(isotope(name), Helm(4.0 * fm), Helm(4.2 * fm), SW2)
    energies = np.array([2.0, 4.0, 8.0])
    series = sigma_series(
        energies, name, ff.eta2, ff.eta4, sin2_theta_w=SW2, recoil="exact"
    )
    truth = np.array([exact(float(e), name, ff) for e in energies])
    # first term left out: eta_6 E^6
    error = np.abs(series / truth - 1)
    assert error[1:] / error[:-1] == pytest.approx(64, rel=0.1, abs=0)
    assert error[0] < 1e-7


@pytest.mark.parametrize(("recoil", "power"), [("none", 1), ("first", 2)])
def test_orders_of_the_recoil_expansion(
    recoil: Literal["none", "first"], power: int
) -> None:
    # against the exact integral for a point nucleus light enough that nothing but
    # recoil is left out
    energies = np.array([1.0, 2.0, 4.0])
    series = sigma_series(energies, "H2", 0.0, 0.0, sin2_theta_w=SW2, recoil=recoil)
    truth = np.array([exact(float(e), "H2", Point()) for e in energies])
    assert np.abs(series / truth - 1) == pytest.approx(
        (2 * energies / isotope("H2").mass) ** power, rel=0.01, abs=0
    )


def test_coefficients_of_the_series_one_by_one() -> None:
    # an independent route: fit the exact integral of a Gaussian at large M, where only
    # eta2, eta4 and E enter
    ff = Exponential.from_rms(3 * fm)
    eta2, eta4 = -(ff.rms**2) / 6, ff.r4 / 120
    x = np.array([1.0, 2.0, 3.0, 4.0])
    # ∫0^1 2(1 - t) F²(4E²t) dt in the limit of no recoil
    values = np.array(
        [
            quad(
                lambda t, e=e: 2 * (1 - t) * float(ff(4 * e**2 * t)) ** 2,
                0,
                1,
                epsabs=0,
            )[0]
            for e in x
        ]
    )
    series = 1 + 8 / 3 * eta2 * x**2 + 8 / 3 * (eta2**2 + 2 * eta4) * x**4
    assert np.abs(values / series - 1) == pytest.approx(
        np.abs(values / series - 1)[0] * x**6, rel=0.1, abs=0
    )
    front = (
        G_FERMI**2
        / (4 * math.pi)
        * weak_charge("Pb208", SW2) ** 2
        * x**2
        * HBARC_MEV_CM**2
    )
    ours = sigma_series(x, "Pb208", eta2, eta4, sin2_theta_w=SW2, recoil="none")
    assert ours == pytest.approx(front * series, rel=1e-13, abs=0)
    # the recoil terms as printed: -(2/M)(E + 16/3 eta2 E^3 + 24/3 (eta2^2 + 2 eta4)
    # E^5)
    m = isotope("Pb208").mass
    printed = series - 2 / m * (
        x + 16 / 3 * eta2 * x**3 + 24 / 3 * (eta2**2 + 2 * eta4) * x**5
    )
    first = sigma_series(x, "Pb208", eta2, eta4, sin2_theta_w=SW2, recoil="first")
    assert first == pytest.approx(front * printed, rel=1e-13, abs=0)


def test_point_nucleus_is_exact() -> None:
    weak = WeakFormFactor(isotope("Ar40"), Point(), Point(), SW2)
    total = sigma_series(
        50.0, "Ar40", weak.eta2, weak.eta4, sin2_theta_w=SW2, recoil="exact"
    )
    assert float(total) == pytest.approx(exact(50.0, "Ar40", weak), rel=1e-12, abs=0)
    assert float(sigma_series(0.0, "Ar40", 0.0, 0.0)) == 0


def test_doubts_and_refusals() -> None:
    ff = WeakFormFactor(isotope("Cs133"), Helm(4.76 * fm), Helm(5.01 * fm))
    with pytest.warns(ValidityWarning, match="Cs133"):
        sigma_series(50.0, "Cs133", ff.eta2, ff.eta4)
    with pytest.raises(InputError, match="energy"):
        sigma_series(-1.0, "Cs133", ff.eta2, ff.eta4)
    with pytest.raises(InputError, match="energy"):
        sigma_series(math.nan, "Cs133", ff.eta2, ff.eta4)
    with pytest.raises(UnknownNameError, match="exact"):
        sigma_series(1.0, "Cs133", ff.eta2, ff.eta4, recoil="exakt")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="vanishes"):
        WeakFormFactor(isotope("H1"), Point(), Point(), 0.25)
    inverted = WeakFormFactor(isotope("H2"), Helm(5 * fm, 0.0), Point(), 0.1)
    with pytest.raises(InputError, match="negative"):
        assert inverted.rms
