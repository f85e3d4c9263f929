"""Outer radiative corrections against β decay, a limit and published ones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import spence

import nuprobe as nu
from nuprobe.constants import ALPHA_EM, M_ELECTRON, M_NEUTRON, M_PROTON
from nuprobe.errors import InputError
from nuprobe.processes import cross_section
from nuprobe.processes.nuclear.radiative import outer, outer_function

UNIT = ALPHA_EM / np.pi


def sirlin(e: float, end: float) -> float:
    """Function of the electron's energy in β decay, photons of any energy not seen."""
    beta = np.sqrt(1 - (M_ELECTRON / e) ** 2)
    a = np.arctanh(beta)
    known = 3 * np.log(M_PROTON / M_ELECTRON) - 0.75
    known += (
        4
        * (a / beta - 1)
        * ((end - e) / (3 * e) - 1.5 + np.log(2 * (end - e) / M_ELECTRON))
    )
    known += -4 / beta * spence(1 - 2 * beta / (1 + beta))
    bracket = 2 * (1 + beta**2) + (end - e) ** 2 / (6 * e**2) - 4 * a
    return float(known + a / beta * bracket)


def hard(e: float, before: float) -> float:
    """Photons of energy before − e, times their energy, over an electron's phase space
    p·e, from one that had the energy `before`."""
    p = np.sqrt(e**2 - M_ELECTRON**2)
    rapidity = np.arctanh(p / e)
    factor = (before**2 + e**2) / p * rapidity - 2 * before
    return float(2 * factor / e)


@pytest.mark.parametrize("e", [0.7, 0.9, 1.1])
def test_hard_photons_give_the_function_of_beta_decay_back(e: float) -> None:
    """The same virtual part and the same photons, in another phase space."""
    end = M_NEUTRON - M_PROTON
    beta = np.sqrt(1 - (M_ELECTRON / e) ** 2)
    a = np.arctanh(beta)
    q = end - e
    virtual = 3 * np.log(M_PROTON / M_ELECTRON) - 0.75
    virtual += 4 * (a / beta - 1) * np.log(2 * q / M_ELECTRON)
    virtual += -4 / beta * spence(1 - 2 * beta / (1 + beta))
    virtual += a / beta * (2 * (1 + beta**2) - 4 * a)
    soft = 4 * (a / beta - 1)

    def excess(k: float) -> float:
        return float((hard(e, e + k) * (1 - k / q) ** 2 - soft) / k)

    photons = quad(excess, 0, q, epsrel=1e-9)[0]
    assert virtual + photons == pytest.approx(sirlin(e, end), rel=1e-7)


def test_mean_over_the_neutron() -> None:
    """1.5 % is known for the neutron."""
    end = M_NEUTRON - M_PROTON

    def weight(e: float) -> float:
        return float(e * np.sqrt(e**2 - M_ELECTRON**2) * (end - e) ** 2)

    number = quad(weight, M_ELECTRON, end)[0]
    mean = quad(lambda e: weight(e) * sirlin(e, end), M_ELECTRON, end)[0] / number
    assert UNIT / 2 * mean == pytest.approx(0.0150, abs=1e-4)


def test_massless_limit() -> None:
    for e in (20.0, 50.0, 200.0):
        limit = 3 * np.log(M_PROTON / (2 * e)) + 23 / 4 - 4 * np.pi**2 / 3
        ours = float(outer_function(np.array(e)))
        assert ours == pytest.approx(limit, abs=0.4 / e)


def test_by_adaptive_quadrature() -> None:
    for e in (0.6, 3.0, 20.0):
        p = np.sqrt(e**2 - M_ELECTRON**2)
        beta, a = p / e, np.arctanh(p / e)
        soft = 2 * (a / beta - 1)

        def kernel(k: float, e: float = e, p: float = p, soft: float = soft) -> float:
            left = e - k
            q = np.sqrt(max(left**2 - M_ELECTRON**2, 1e-30))
            full = (e**2 + left**2) / (e * p) * np.arctanh(q / left) - 2 * q / p
            return float((full - soft) / k)

        photons = quad(kernel, 0, e - M_ELECTRON, epsrel=1e-10, limit=200)[0]
        virtual = 3 * np.log(M_PROTON / M_ELECTRON) - 0.75
        virtual += 2 * soft * np.log(2 * (e - M_ELECTRON) / M_ELECTRON)
        virtual += -4 / beta * spence(1 - 2 * beta / (1 + beta))
        virtual += a / beta * (2 * (1 + beta**2) - 4 * a)
        expected = virtual + 2 * photons
        assert float(outer_function(np.array(e))) == pytest.approx(expected, rel=1e-6)
        assert float(outer(np.array(e))) == pytest.approx(
            1 + UNIT / 2 * expected, rel=1e-8
        )


def test_published_correction_of_inverse_beta_decay() -> None:
    """Strumia:2003zx have inner and outer together: the difference is one constant, the
    inner correction at one loop."""
    e = np.array([1.0, 2.0, 5.0, 10.0, 20.0, 50.0])
    together = 6.00 + 1.5 * np.log(M_PROTON / (2 * e)) + 1.2 * (M_ELECTRON / e) ** 1.5
    inner = UNIT * together - (outer(e) - 1)
    assert np.ptp(inner) < 1e-4
    assert float(inner.mean()) == pytest.approx(0.0225, abs=3e-4)


@pytest.mark.parametrize("flavour", ["nu_e", "nubar_e"])
def test_of_the_deuteron(flavour: str) -> None:
    """The whole has G′_F once, and 3 to 4 % in all at low energy."""
    e = np.array([5.0, 10.0, 15.0])
    none, inner, photons, full = (
        nu.deuteron.total(e, "cc", flavour, radiative=r)
        for r in ("none", "inner", "outer", "full")
    )
    assert inner / none == pytest.approx(np.full(3, (1.1803 / 1.16638) ** 2))
    assert full / none == pytest.approx(inner / none * (photons / none))
    assert np.all((full / none > 1.027) & (full / none < 1.039))
    assert np.all(np.diff(full / none) < 0)
    # plain quadrature over the spectrum
    x = np.linspace(M_ELECTRON, 12.0, 6001)
    spectrum = nu.deuteron.differential(10.0, x[x <= 10.0], "cc", flavour)
    by_hand = np.trapezoid(spectrum * outer(x[x <= 10.0]), x[x <= 10.0])
    assert float(photons[1]) == pytest.approx(float(by_hand), rel=3e-5)
    process = nu.process("deuteron-cc", radiative="full")
    total = cross_section.total
    folded = total(process, 10.0, None, nu.StandardModel(), flavour)
    assert float(folded) == pytest.approx(float(full[1]), rel=1e-6)


def test_of_neutral_currents() -> None:
    """ρ and the WW boxes of left-handed u and d, one loop, squared (ZZ boxes are below
    1e-3)."""
    alpha, sin2 = 1 / 127.95, 0.2312
    boxes = alpha / (8 * np.pi * sin2) + alpha / (2 * np.pi * sin2) * (1 - 0.12 / np.pi)
    second = (1.00063 + boxes) ** 2
    none = nu.deuteron.total(10.0, "nc", "nu_mu")
    full = nu.deuteron.total(10.0, "nc", "nu_mu", radiative="full")
    assert float(full / none) == pytest.approx(second, abs=2e-3)
    assert float(full / none) == pytest.approx(1.015, abs=1e-3)
    same = nu.deuteron.total(10.0, "nc", "nu_mu", radiative="outer")
    assert float(same) == float(none)
    with pytest.raises(InputError, match="up to 100 MeV"):
        cross_section.flux_averaged(
            nu.process("deuteron-nc"), "dune-nd-fhc", None, nu.StandardModel(), "nu_mu"
        )
