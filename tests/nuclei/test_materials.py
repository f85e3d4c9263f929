import math

import numpy as np
import pytest

from nuprobe.constants import ATOMIC_MASS_UNIT
from nuprobe.errors import InputError, UnknownNameError, ValidityWarning
from nuprobe.nuclei import (
    isotope,
    isotopes,
    point_proton_radius,
    target,
    with_form_factors,
)
from nuprobe.nuclei.form_factors import Exponential, Fermi, FourierBessel, Helm, Point
from nuprobe.nuclei.materials import TargetSpec
from nuprobe.nuclei.radii import default_radius
from nuprobe.units import fm, g


def counts(spec: TargetSpec) -> dict[str, float]:
    result: dict[str, float] = {}
    for c in target(spec).components:
        result[c.isotope.symbol] = result.get(c.isotope.symbol, 0) + c.count
    return result


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("CsI", {"Cs": 1, "I": 1}),
        ("CaWO4", {"Ca": 1, "W": 1, "O": 4}),
        ("H2O", {"H": 2, "O": 1}),
        ("CH4", {"C": 1, "H": 4}),
        ("CO2", {"C": 1, "O": 2}),
        ("O2", {"O": 2}),
        ("Ca(OH)2", {"Ca": 1, "O": 2, "H": 2}),
        ("(CH2)10", {"C": 10, "H": 20}),
        ("natural Xe", {"Xe": 1}),
        ("Natural ge", {"Ge": 1}),
        ("Xe", {"Xe": 1}),
        ({"Si28": 1, "O16": 2}, {"Si": 1, "O": 2}),
        ({"H2O": 3, "CsI": 1}, {"H": 6, "O": 3, "Cs": 1, "I": 1}),
        ("H2", {"H": 1}),
        ("Ar40", {"Ar": 1}),
        ("40Ar", {"Ar": 1}),
    ],
)
def test_counts(spec: TargetSpec, expected: dict[str, float]) -> None:
    assert counts(spec) == pytest.approx(expected, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("spec", "molar"),
    [
        ("CsI", 259.81),
        ("CaWO4", 287.92),
        ("H2O", 18.015),
        ("D2O", 20.0276),
        ("C3F8", 188.02),
        ("NaI", 149.894),
        ("natural Ge", 72.63),
    ],
)
def test_molar_masses(spec: str, molar: float) -> None:
    assert target(spec).mass / ATOMIC_MASS_UNIT == pytest.approx(molar, rel=2e-4, abs=0)
    # a mole of it weighs that many grams
    assert 6.02214076e23 * target(spec).mass / g == pytest.approx(
        molar, rel=2e-4, abs=0
    )


def test_single_and_names() -> None:
    assert target("Ar40").is_single
    assert target(isotope("Ar40")) == target("Ar-40")
    assert not target("Ar").is_single
    assert not target({"Ar40": 2}).is_single
    assert target("CsI").name == str(target("CsI")) == "CsI"
    assert target({"Si28": 1, "O16": 2}).name == "1 Si28 + 2 O16"
    assert target("D2O").components[0].isotope.name == "H2"


def test_natural_composition_is_by_number() -> None:
    xe = target("Xe")
    assert {c.isotope.name: c.count for c in xe.components}["Xe132"] == pytest.approx(
        0.26909, rel=1e-4, abs=0
    )
    assert len(xe.components) == 9


def test_default_radii() -> None:
    (ar,) = target("Ar40").components
    assert ar.ff_p == ar.ff_n == Helm(point_proton_radius("Ar40"))


def test_radii_given() -> None:
    (ar,) = target("Ar40", r_p=3.33 * fm, r_n=3.42 * fm).components
    assert (ar.ff_p, ar.ff_n) == (Helm(3.33 * fm), Helm(3.42 * fm))
    (ar,) = target("Ar40", r_p=3.33 * fm).components
    assert ar.ff_n == Helm(3.33 * fm)
    cs, iodine = target("CsI", r_n={"Cs133": 5.01 * fm, "I": 4.94 * fm}).components
    assert (cs.ff_n.rms, iodine.ff_n.rms) == (5.01 * fm, 4.94 * fm)
    assert cs.ff_p.rms == point_proton_radius("Cs133")
    cs, iodine = target("CsI", r_n={"133cs": 5.01 * fm}).components
    assert iodine.ff_n.rms == point_proton_radius("I127")
    assert all(c.ff_n.rms == 5.5 * fm for c in target("CsI", r_n=5.5 * fm).components)


def test_form_factor_choices() -> None:
    (ar,) = target(
        "Ar40",
        form_factor=("fourier-bessel", "helm"),
        r_n=3.4 * fm,
        surface_thickness=0.8 * fm,
    ).components
    assert (ar.ff_p, ar.ff_n) == (FourierBessel.of("Ar40"), Helm(3.4 * fm, 0.8 * fm))
    shape = Fermi.of("Ar40")
    (ar,) = target("Ar40", form_factor=shape).components
    assert ar.ff_p is shape
    (ar,) = target("Ar40", form_factor="dipole").components
    assert ar.ff_p.rms == pytest.approx(math.sqrt(0.6) * 1.21 * 40 ** (1 / 3) * fm)
    (ar,) = target("Ar40", form_factor="exponential", r_p=3 * fm).components
    assert ar.ff_p.rms == pytest.approx(3 * fm)
    (ar,) = target("Ar40", form_factor="klein-nystrand").components
    assert ar.ff_p.rms == pytest.approx(point_proton_radius("Ar40"))


def test_pass_through_and_full_coherence() -> None:
    csi = target("CsI", r_n=5.0 * fm)
    assert target(csi) is csi
    again = target(csi, r_n=5.0 * fm)
    assert again == csi
    points = with_form_factors(csi, Point(), Point())
    assert points.mass == csi.mass
    assert all(float(c.ff_n(1e4)) == 1 for c in points.components)


def test_light_nuclei_are_gaussian() -> None:
    hydrogen = target("H1").components[0]
    assert hydrogen.ff_p == Exponential(0.0)
    assert np.all(hydrogen.ff_p(np.array([0.0, 1e4])) == 1)
    helium = target("He4").components[0]
    assert helium.ff_p == Exponential.from_rms(point_proton_radius("He4"))
    # what a Helm shape becomes when only its surface is left
    s = helium.ff_p.rms / math.sqrt(3)
    assert float(Helm(math.sqrt(3) * s, s)(5e3)) == pytest.approx(
        float(helium.ff_p(5e3)), rel=1e-9, abs=0
    )
    for name in ("klein-nystrand", "fermi", "woods-saxon"):
        for one in ("H1", "H2", "He3", "He4", "Li7", "C12"):
            assert target(one, form_factor=name).components[
                0
            ].ff_p.rms == pytest.approx(point_proton_radius(one), rel=1e-9, abs=0)
    with pytest.raises(InputError, match=r"a larger radius.*exponential"):
        target("H1", r_p=0.8 * fm)


def test_every_isotope_makes_a_target() -> None:
    for one in isotopes():
        if one.r_charge is None:
            with pytest.warns(ValidityWarning, match=one.name):
                component = target(one).components[0]
        else:
            component = target(one).components[0]
        assert float(component.ff_n(10.0**2)) <= 1


def test_systematic_radius_is_near_the_measured_ones() -> None:
    from dataclasses import replace

    for name in ("S32", "Ca48", "Ge74", "I127", "Pb208"):
        with pytest.warns(ValidityWarning):
            guess = default_radius(replace(isotope(name), r_charge=None))
        assert guess == pytest.approx(point_proton_radius(name), rel=0.03, abs=0)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("Xx2", "unknown element 'Xx'.*Xe"),
        ("Qq12", "unknown element 'Qq'"),
        ("CsI2)", r"'\)' without '\('"),
        ("(CsI", r"'\(' without '\)'"),
        ("Cs()I", "empty"),
        ("Cs0", "zero"),
        ("CsI[Na]", r"'\[Na\]'"),
        ("csi", "capital letter"),
        ("", "is empty"),
        ("Ar41", "Ar40"),
        ("C60", "C12, C13"),
        ("Tc", "Tc97"),
        ("natural Foo", "unknown element"),
        ("Cs I", "cannot read"),
        ({}, "at least one"),
        ({"Ar40": -1}, "positive"),
        ({"Ar40": math.nan}, "positive"),
        ({"Ar41": 1}, "Ar40"),
        (40, "got int"),
    ],
)
def test_nonsense_is_refused(spec: TargetSpec, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        target(spec)
    assert "\n" not in str(caught.value)


def test_bad_options() -> None:
    for bad in (-1.0, math.nan, math.inf, {"Ar": -1.0}):
        with pytest.raises(InputError, match="non-negative length"):
            target("Ar40", r_n=bad)
    with pytest.raises(UnknownNameError, match="Ar"):
        target("Ar40", r_p={"Xe": 4 * fm})
    with pytest.raises(InputError, match=r"surface alone gives 1\.55885 fm"):
        target("Ar40", r_p=1 * fm)
    with pytest.raises(InputError, match="no free radius"):
        target("Ar40", r_p=3 * fm, form_factor="fourier-bessel")
    with pytest.raises(InputError, match="pair"):
        target("Ar40", form_factor=("helm",))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no surface"):
        target("Ar40", form_factor="point", surface_thickness=1 * fm)
    with pytest.raises(UnknownNameError, match="Fourier-Bessel"):
        target("Ar", form_factor="fourier-bessel")


def test_silicate_mixture_equals_molecule_up_to_isotopes() -> None:
    assert target({"Si": 1, "O": 2}).mass == pytest.approx(
        target("SiO2").mass, rel=1e-14, abs=0
    )
