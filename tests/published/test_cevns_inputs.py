"""Nuclear inputs of the published CEvNS numbers, and total cross sections that follow
from them."""

import math

import pytest
from scipy.integrate import quad

from nuprobe.nuclei import (
    Component,
    Isotope,
    isotope,
    isotopes,
    neutron_radius_models,
    target,
    weak_charge,
)
from nuprobe.units import fm


@pytest.mark.parametrize(
    ("name", "mass"), [("Ar40", 37215.54), ("Cs133", 123772.75), ("I127", 118183.88)]
)
def test_nuclear_masses(name: str, mass: float) -> None:
    # the reference values are rounded to 0.01 MeV
    assert isotope(name).mass == pytest.approx(mass, rel=1e-6, abs=0)
    assert isotope(name).mass == pytest.approx(mass, abs=0.006)


REFERENCE = [
    # nucleus, R_p, R_n (fm), total at 30 and 50 MeV, the same without form factors
    # (cm2); sin2 0.23857, tree, Helm
    ("Ar40", 3.33, 3.42, (1.510297e-39, 3.446409e-39), (1.698696e-39, 4.713543e-39)),
    ("Cs133", 4.76, 5.01, (1.687044e-38, 3.192566e-38), (2.160729e-38, 6.000086e-38)),
    ("I127", 4.71, 4.94, (1.526924e-38, 2.915022e-38), (1.942717e-38, 5.394610e-38)),
]


@pytest.mark.parametrize(("name", "r_p", "r_n", "full", "point"), REFERENCE)
def test_totals_from_mass_and_helm(
    name: str,
    r_p: float,
    r_n: float,
    full: tuple[float, float],
    point: tuple[float, float],
) -> None:
    sw2, g_f, hbarc2 = 0.23857, 1.1663788e-11, 0.3893793721e-21
    for shape, expected in (("helm", full), ("point", point)):
        given = shape == "helm"
        (nucleus,) = target(
            name,
            form_factor=shape,
            r_p=r_p * fm if given else None,
            r_n=r_n * fm if given else None,
        ).components
        one = nucleus.isotope
        assert -2 * (-0.5 * one.n + (0.5 - 2 * sw2) * one.z) == pytest.approx(
            weak_charge(one, sw2)
        )
        for e_nu, value in zip((30.0, 50.0), expected, strict=True):

            def integrand(
                t: float,
                e_nu: float = e_nu,
                one: Isotope = one,
                nucleus: Component = nucleus,
            ) -> float:
                q2 = 2 * one.mass * t
                charge = (0.5 - 2 * sw2) * one.z * float(
                    nucleus.ff_p(q2)
                ) - 0.5 * one.n * float(nucleus.ff_n(q2))
                return (1 - t / e_nu - one.mass * t / (2 * e_nu**2)) * charge**2

            end = 2 * e_nu**2 / (one.mass + 2 * e_nu)
            total = g_f**2 * one.mass / math.pi * quad(integrand, 0, end)[0] * hbarc2
            assert total == pytest.approx(value, rel=1e-4, abs=0)


def test_models_of_the_seminar() -> None:
    table = {(m.model, m.isotope): m for m in neutron_radius_models()}
    for name, r_p, r_n in (("Cs133", 4.79, 5.01), ("I127", 4.73, 4.94)):
        model = table["NL-Z2", name]
        assert model.r_n is not None
        assert (model.r_p / fm, model.r_n / fm) == pytest.approx(
            (r_p, r_n), rel=1e-12, abs=0
        )
    # the muonic rows are charge radii: they agree with the compilation of charge radii
    for name in ("Cs133", "I127"):
        charge = isotope(name).r_charge
        assert charge == pytest.approx(table["muonic", name].r_p, rel=1e-3, abs=0)


def test_table_is_complete_for_what_detectors_are_made_of() -> None:
    names = {one.name for one in isotopes()}
    assert {
        "Ar40",
        "Ge76",
        "Xe136",
        "Cs133",
        "I127",
        "Na23",
        "Si28",
        "W184",
        "Ca40",
        "O16",
        "F19",
        "Pb208",
    } <= names
