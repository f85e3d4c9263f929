import numpy as np
import pytest

from nuprobe.constants import G_A
from nuprobe.errors import UnknownNameError
from nuprobe.nuclei import (
    axial_couplings,
    axial_form_factor,
    axial_terms,
    isotope,
    spin_expectation,
)
from nuprobe.nuclei.axial import _table
from nuprobe.nuclei.form_factors import Exponential, Point
from nuprobe.units import fm


def test_proton_limit() -> None:
    assert float(axial_form_factor("H1", 0.0)) == pytest.approx(G_A**2)
    assert float(axial_form_factor("H1", 50.0**2)) == pytest.approx(G_A**2)
    assert axial_terms("H1", 0.0) == pytest.approx([1, 0, 0])


def test_spin_zero_has_none() -> None:
    assert np.all(axial_terms("Ar40", np.ones((2, 3))) == 0)
    assert axial_terms("Ar40", np.ones((2, 3))).shape == (2, 3, 3)
    assert spin_expectation("Ar40").verified


@pytest.mark.parametrize("name", sorted(_table()))
def test_terms_make_the_square(name: str) -> None:
    one, spins = isotope(name), spin_expectation(name)
    g_p, g_n = axial_couplings(-0.085)
    assert (g_p, g_n) == pytest.approx((G_A + 0.085, -G_A + 0.085))
    direct = (
        4 / 3 * (one.spin + 1) / one.spin * (g_p * spins.s_p + g_n * spins.s_n) ** 2
    )
    assert float(axial_form_factor(name, 0.0, couplings=(g_p, g_n))) == pytest.approx(
        direct, rel=1e-12, abs=0
    )
    q2 = np.linspace(0, 100, 11) ** 2
    terms = axial_terms(name, q2)
    assert terms.shape == (11, 3)
    # pp and nn are squares, so the mixed term saturates Cauchy-Schwarz for rank one
    assert terms[:, 1] ** 2 == pytest.approx(4 * terms[:, 0] * terms[:, 2], abs=1e-15)
    values = axial_form_factor(name, q2)
    assert np.all(values >= 0)
    assert np.all(np.diff(values) <= 0)


@pytest.mark.parametrize("name", sorted(_table()))
def test_spins_respect_the_ground_state(name: str) -> None:
    one, spins = isotope(name), spin_expectation(name)
    assert one.has_spin
    # the odd species carries the spin, and no more than 1/2 of an unpaired nucleon
    odd, even = (spins.s_p, spins.s_n) if one.z % 2 else (spins.s_n, spins.s_p)
    assert abs(odd) > 3 * abs(even)
    assert abs(odd) <= 0.5
    # sign of the Schmidt estimate: j = l + 1/2 is aligned, j = l - 1/2 is not (Na23 is
    # three d5/2 protons, not a d3/2)
    aligned = (one.spin - 0.5) % 2 == (0 if one.parity > 0 else 1)
    assert (odd > 0) == (aligned or name == "Na23")


def test_only_what_was_read_is_verified() -> None:
    assert {name for name, entry in _table().items() if entry.verified} == {"H1"}
    assert all(entry.source for entry in _table().values())


def test_unknown_values_are_an_error() -> None:
    with pytest.raises(UnknownNameError, match="J = 4"):
        axial_terms("K40", 0.0)


def test_momentum_dependence_is_a_choice() -> None:
    q2 = 80.0**2
    flat = axial_terms("Xe129", q2, form_factor=Point())
    assert flat == pytest.approx(axial_terms("Xe129", 0.0))
    shape = Exponential.from_rms(4 * fm)
    assert axial_terms("Xe129", q2, form_factor=shape) == pytest.approx(
        flat * float(shape(q2)) ** 2
    )
    assert np.all(np.abs(axial_terms("Xe129", q2)) < np.abs(flat))
