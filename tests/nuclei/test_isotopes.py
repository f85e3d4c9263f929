import math
import subprocess
import sys

import pytest

from nuprobe.constants import M_PROTON
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.nuclei import (
    Isotope,
    isotope,
    isotopes,
    natural,
    neutron_radius_models,
    point_proton_radius,
)
from nuprobe.nuclei.isotopes import electron_binding, elements
from nuprobe.nuclei.radii import charge_to_point
from nuprobe.units import MeV, eV, fm, year


@pytest.mark.parametrize(
    "name",
    ["Ar40", "40Ar", "Ar-40", "40-Ar", "ar40", "AR40", " Ar40 ", "ar 40", "ar_40"],
)
def test_spellings(name: str) -> None:
    assert isotope(name) is isotope("Ar40")


def test_attributes() -> None:
    ar = isotope("Ar40")
    assert (ar.symbol, ar.z, ar.n, ar.a, ar.name, str(ar)) == (
        "Ar",
        18,
        22,
        40,
        "Ar40",
        "Ar40",
    )
    assert (ar.spin, ar.parity, ar.has_spin, ar.half_life) == (0.0, 1, False, math.inf)
    cs = isotope("Cs133")
    assert (cs.spin, cs.parity, cs.has_spin, cs.spin_certain) == (3.5, 1, True, True)
    assert isotope("U238").half_life / year == pytest.approx(4.463e9)
    assert isotope("D") is isotope("H2")
    assert isotope(ar) is ar


def test_nuclear_masses_of_nuclei_known_by_other_means() -> None:
    # CODATA 2018 masses of the bare deuteron, helion and alpha particle; the proton
    # from the constants
    codata = {
        "H1": M_PROTON,
        "H2": 1875.61294257,
        "He3": 2808.39160743,
        "He4": 3727.3794066,
    }
    for name, mass in codata.items():
        assert isotope(name).mass == pytest.approx(mass, rel=3e-8, abs=0)


def test_atomic_mass_differs_by_the_electrons() -> None:
    for one in isotopes():
        assert one.atomic_mass - one.mass == pytest.approx(
            one.z * 0.51099895 * MeV - electron_binding(one.z), abs=1e-9
        )
        assert 0 < electron_binding(one.z) < one.z**2 * 100 * eV
    # hydrogen: 13.6 eV; the formula is a fit for heavy atoms
    assert electron_binding(1) == pytest.approx(13.6 * eV, rel=0.1, abs=0)
    assert isotope("Ar40").atomic_mass == pytest.approx(37224.724, abs=1e-3)


def test_binding_per_nucleon_is_plausible_everywhere() -> None:
    for one in isotopes():
        if one.a > 10:
            binding = (one.z * M_PROTON + one.n * 939.56542052 - one.mass) / one.a
            assert 6.0 < binding < 8.9, one.name
    assert (
        max(
            isotopes(),
            key=lambda i: (i.z * M_PROTON + i.n * 939.56542052 - i.mass) / i.a,
        ).name
        == "Ni62"
    )


def test_names_are_unique_and_spin_follows_from_nucleon_numbers() -> None:
    names = [one.name for one in isotopes()]
    assert len(names) == len(set(names)) > 290
    for one in isotopes():
        assert (2 * one.spin) % 2 == one.a % 2, one.name
        if one.z % 2 == 0 and one.n % 2 == 0:
            assert (one.spin, one.parity) == (0, 1), one.name


def test_natural_abundances_sum_to_one() -> None:
    for symbol in elements():
        present = [
            one.abundance
            for one in isotopes()
            if one.symbol == symbol and one.abundance > 0
        ]
        if present:
            # sulphur is evaluated to 0.999938; the rest of tantalum is an isomer
            loose = {"S": 7e-5, "Ta": 1.3e-4}.get(symbol, 2e-5)
            assert sum(present) == pytest.approx(1, abs=loose), symbol
            assert sum(f for _, f in natural(symbol)) == pytest.approx(
                1, rel=1e-14, abs=0
            )


def test_standard_atomic_weights() -> None:
    # IUPAC 2021, in u
    for symbol, weight in {
        "Xe": 131.293,
        "Ge": 72.630,
        "Ar": 39.95,
        "Si": 28.085,
        "W": 183.84,
        "Cl": 35.45,
    }.items():
        mean = sum(f * one.atomic_mass for one, f in natural(symbol)) / 931.49410242
        assert mean == pytest.approx(weight, rel=2e-4, abs=0)


def test_unknown_isotope_offers_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Ar40") as caught:
        isotope("Ar41")
    assert "Ar36, Ar38, Ar40" in str(caught.value)
    for bad in ("", "argon", "Ar", "Xx12", "40", "Ar40Ar40"):
        with pytest.raises(UnknownNameError):
            isotope(bad)


def test_element_without_natural_isotopes() -> None:
    with pytest.raises(InputError, match="Tc97, Tc98"):
        natural("Tc")
    with pytest.raises(UnknownNameError, match="Xe"):
        natural("Xx")


def test_point_proton_radius() -> None:
    # R_ch^2 - 0.8409^2 + (22/18) 0.1155 - 0.0332 by hand, in fm^2
    by_hand = math.sqrt(
        3.4274**2
        - 0.8409**2
        + 22 / 18 * 0.1155
        - 0.75 * (197.3269804 / 938.27208816) ** 2
    )
    assert point_proton_radius("Ar40") / fm == pytest.approx(by_hand, rel=1e-12, abs=0)
    assert point_proton_radius("H1") == 0
    charge = isotope("Pb208").r_charge
    assert charge is not None
    assert point_proton_radius("Pb208") < charge
    with pytest.raises(InputError, match="S33"):
        point_proton_radius("S33")
    for bad in (0.5 * fm, -3.4 * fm, math.nan):
        with pytest.raises(InputError, match="Ar40 is impossible"):
            charge_to_point(bad, isotope("Ar40"))


def test_models_have_a_neutron_skin() -> None:
    table = neutron_radius_models()
    assert len(table) == 18
    assert {m.isotope for m in table} == {"Cs133", "I127"}
    for model in table:
        if model.r_n is None:
            assert model.family == "muonic"
        else:
            assert 0.1 < (model.r_n - model.r_p) / fm < 0.25


def test_isotope_is_immutable_and_hashable() -> None:
    ar = isotope("Ar40")
    with pytest.raises(AttributeError):
        ar.mass = 1.0  # type: ignore[misc]
    assert isinstance(hash(ar), int)
    assert isinstance(ar, Isotope)


def test_importing_nuclei_needs_numpy_only() -> None:
    code = (
        "import sys; import nuprobe.nuclei as n; n.target('CsI');print([m for m in"
        " ('scipy', 'matplotlib', 'iminuit', 'h5py', 'yaml', 'pydantic') if m in"
        " sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "[]"
