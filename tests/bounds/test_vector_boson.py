"""Widths and loop-induced mixing of the L_μ − L_τ boson against explicit integrals,
limits and unitarity."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from nuprobe.bounds.vector_boson import (
    ELECTRIC_CHARGE,
    lepton_couplings,
    loop_mixing,
    neutrino_fraction,
    partial_widths,
)
from nuprobe.constants import ALPHA_EM, M_MUON, M_PION, M_TAU
from nuprobe.errors import InputError, UnknownNameError, ValidityWarning


def _loop_by_quadrature(q2: float) -> complex:
    """The integral of the docstring at coupling 1, with q² + i0."""

    def logarithm(m: float, x: mpmath.mpf) -> mpmath.mpc:
        return mpmath.log(mpmath.mpc(m**2 - x * (1 - x) * q2, -1e-40))

    edges = {mpmath.mpf(0), mpmath.mpf("0.5"), mpmath.mpf(1)}
    for m in (M_MUON, M_TAU):
        if q2 > 4 * m**2:
            root = mpmath.sqrt(1 - 4 * mpmath.mpf(m) ** 2 / q2)
            edges |= {(1 - root) / 2, (1 + root) / 2}
    value = mpmath.quad(
        lambda x: x * (1 - x) * (logarithm(M_TAU, x) - logarithm(M_MUON, x)),
        sorted(edges),
    )
    result: complex = complex(value) * ELECTRIC_CHARGE / (2 * math.pi**2)
    return result


@pytest.mark.parametrize(
    "q", [0.0, 1e-3, 17.0, 105.7, 210.0, 212.0, 500.0, 3553.0, 3554.0, 8600.0]
)
def test_loop_mixing_against_quadrature_timelike(q: float) -> None:
    got, wanted = complex(loop_mixing(q**2, 1.0)), _loop_by_quadrature(q**2)
    assert got.real == pytest.approx(wanted.real, rel=1e-11, abs=0)
    assert got.imag == pytest.approx(wanted.imag, rel=1e-9, abs=1e-18)


@pytest.mark.parametrize("q", [1.0, 105.7, 1776.0, 1e4])
def test_loop_mixing_against_quadrature_spacelike(q: float) -> None:
    got = complex(loop_mixing(-(q**2), 1.0))
    assert got.real == pytest.approx(
        _loop_by_quadrature(-(q**2)).real, rel=1e-11, abs=0
    )
    assert got.imag == 0


@pytest.mark.parametrize("mass", [10.0, 100.0, 200.0])
def test_loop_mixing_in_closed_form(mass: float) -> None:
    """As DARKCAST has it, which integrates eq. 7 of Amaral:2020tga over x: ε e/g′ below
    the threshold of muon pairs."""

    def part(lepton: float) -> float:
        root = math.sqrt(4 * lepton**2 - mass**2)
        arc = root * math.atan(mass / root)
        return 4 * mass * lepton**2 - 2 * (mass**2 + 2 * lepton**2) * arc

    log = mass**3 * math.log(M_MUON**2 / M_TAU**2)
    closed = (part(M_MUON) - part(M_TAU) - log) / mass**3
    closed *= ELECTRIC_CHARGE**2 / (12 * math.pi**2)
    got = complex(loop_mixing(mass**2, 1.0))
    assert got.real * ELECTRIC_CHARGE == pytest.approx(closed, rel=1e-6, abs=0)
    assert got.imag == 0


def test_loop_mixing_limits() -> None:
    e = math.sqrt(4 * math.pi * ALPHA_EM)
    at_rest = complex(loop_mixing(0.0, 1e-3))
    assert at_rest.real == pytest.approx(
        1e-3 * e / (12 * math.pi**2) * math.log(M_TAU**2 / M_MUON**2), rel=1e-13, abs=0
    )
    assert 1e-3 / at_rest.real == pytest.approx(69.3, abs=0.05)
    # the loops cancel far above both masses
    assert abs(complex(loop_mixing(-1e20, 1e-3))) < 1e-12
    # to first order in q² the integral of x²(1−x)² is 1/30
    slope = (complex(loop_mixing(1.0, 1.0)) - complex(loop_mixing(-1.0, 1.0))).real / 2
    assert slope == pytest.approx(
        e / (60 * math.pi**2) * (1 / M_MUON**2 - 1 / M_TAU**2), rel=1e-6, abs=0
    )


@pytest.mark.parametrize("mass", [250.0, 1000.0, 5000.0, 50000.0])
def test_imaginary_part_is_the_decay_through_the_loop(mass: float) -> None:
    """Unitarity: M² e Im ε is Σ of the mixed widths, g′ e Q_ℓ (M²/12π)(1 + 2r)√(1 −
    4r), with charge −1."""
    got = complex(loop_mixing(mass**2, 1.0)).imag
    cut = sum(
        charge
        * (1 + 2 * (m / mass) ** 2)
        * math.sqrt(max(1 - 4 * (m / mass) ** 2, 0.0))
        for charge, m in ((1, M_MUON), (-1, M_TAU))
    )
    assert got == pytest.approx(
        ELECTRIC_CHARGE / (12 * math.pi) * cut, rel=1e-10, abs=0
    )


def test_electron_is_coupled_with_the_sign_opposite_to_the_muon() -> None:
    couplings = lepton_couplings(10.0, 1e-3)
    assert complex(couplings["e"]).real < 0 < complex(couplings["mu"]).real < 1e-3
    assert complex(couplings["tau"]).real < -1e-3
    tree = lepton_couplings(10.0, 1e-3, 2e-3)
    assert complex(tree["e"]).real == pytest.approx(-2e-3 * ELECTRIC_CHARGE)


def test_widths_and_branching_fractions() -> None:
    mass = np.array([1.0, 100.0, 300.0, 1000.0, 1e6])
    widths = partial_widths(mass, 1e-3)
    np.testing.assert_allclose(
        widths["neutrinos"], 2 * 1e-6 * mass / (24 * math.pi), rtol=1e-14
    )
    assert np.all(widths["e"] == 0)
    np.testing.assert_array_equal(widths["mu"] > 0, mass > 2 * M_MUON)
    np.testing.assert_array_equal(widths["tau"] > 0, mass > 2 * M_TAU)
    fraction = neutrino_fraction(mass, 1e-3)
    np.testing.assert_array_equal(fraction[:2], 1.0)
    # a Dirac lepton has twice the width of a neutrino: 2 : 2 : 2
    assert fraction[-1] == pytest.approx(1 / 3, rel=1e-7, abs=0)
    assert fraction[3] == pytest.approx(1 / 2, rel=1e-3, abs=0)
    # the loop lets (εe/g′)² of the decays go to electrons
    loop = 1 - neutrino_fraction(50.0, 1e-3, "loop")
    assert loop == pytest.approx((ELECTRIC_CHARGE / 68) ** 2, rel=0.05, abs=0)


def test_tree_mixing_warns_where_hadrons_matter() -> None:
    with pytest.warns(ValidityWarning, match="hadrons"):
        neutrino_fraction(800.0, 1e-4, 1e-3)
    assert 800.0 > 2 * M_PION > 200.0
    assert 0 < neutrino_fraction(200.0, 1e-4, 1e-3) < 1


def test_bad_input() -> None:
    with pytest.raises(InputError, match="mass"):
        partial_widths(-1.0, 1e-3)
    with pytest.raises(InputError, match="coupling"):
        neutrino_fraction(1.0, 0.0)
    with pytest.raises(InputError, match="q2"):
        loop_mixing(math.nan, 1e-3)
    with pytest.raises(InputError, match="mixing"):
        lepton_couplings(1.0, 1e-3, math.inf)
    with pytest.raises(UnknownNameError, match="loop"):
        lepton_couplings(1.0, 1e-3, "lop")  # type: ignore[arg-type]
