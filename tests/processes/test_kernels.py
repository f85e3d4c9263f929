"""Kernel groups: polynomials against formulas, inside against outside, moments against
quadrature."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nuprobe as nu
from nuprobe.constants import ALPHA_EM, G_FERMI, M_ELECTRON
from nuprobe.errors import InputError
from nuprobe.fluxes import FluxMoments
from nuprobe.models import Propagator
from nuprobe.numerics import FloatArray
from nuprobe.processes import Exchanges, KernelGroup, Process, Scatterer
from nuprobe.processes.elastic import Recoil
from nuprobe.processes.folding import Deposits, over_flux

EVERYTHING = Exchanges(
    ((Propagator(), ("p", "n", "e", "e_axial")), (Propagator(0.0), ("p", "e"))),
    ((Propagator(20.0, "mass"), ("p", "n", "e")),),
    magnetic=True,
)
CEVNS = nu.process("cevns", axial=True)
CASES = [
    (CEVNS, "Ar40"),
    (CEVNS, "F19"),
    (CEVNS, "Xe131"),
    (nu.process("electron"), "Xe"),
]


def _scatterer(process: Process, target: str) -> Scatterer:
    (scatterer,) = process.scatterers(nu.target(target))
    return scatterer


def _formulas(
    process: Process, target: str, e: FloatArray, t: FloatArray
) -> dict[str, FloatArray]:
    """Kinematics by the first term of a group, as the papers print it."""
    magnetic = np.pi * ALPHA_EM**2 / M_ELECTRON**2 * (1 / t - 1 / e)
    if process.name == "electron":
        m = M_ELECTRON
        return {
            "LL": np.ones_like(e * t),
            "RR": (1 - t / e) ** 2,
            "LR": -m * t / e**2,
            "magnetic": magnetic,
            "scalar": m**2 * t * (1 + t / (2 * m)) / (4 * np.pi * e**2),
        }
    isotope = nu.isotope(target)
    m, half = isotope.mass, isotope.spin == 0.5
    spin = (t / e) ** 2 / 2 if half else 0.0
    unit = G_FERMI**2 * m / np.pi
    return {
        "pp": unit * (1 - t / e - m * t / (2 * e**2) + spin),
        "axial_pp": unit / 4 * (1 - t / e + m * t / (2 * e**2) + spin),
        "magnetic": magnetic,
        "scalar": m**2 * t * (1 + t / (2 * m) if half else 1.0) / (4 * np.pi * e**2),
    }


@pytest.mark.parametrize(("process", "target"), CASES)
@given(energy=st.floats(0.1, 500), share=st.floats(1e-6, 1 - 1e-6))
def test_polynomials_are_the_formulas(
    process: Process, target: str, energy: float, share: float
) -> None:
    scatterer = _scatterer(process, target)
    e = np.array(energy)
    t = share * scatterer.t_max(e)
    expected = _formulas(process, target, e, t)
    groups = scatterer.groups(EVERYTHING)
    assert len(groups) == len(expected) - (target == "Ar40")
    for group in groups:
        name = group.terms[0].split(":")[0]
        # the formula loses as many digits as the polynomial where it vanishes
        scale = abs(float(expected[name])) + 1e-3 * abs(
            float(group.kinematics(e, t * 1e-3))
        )
        found = float(group.kinematics(e, t))
        assert found == pytest.approx(float(expected[name]), rel=0, abs=1e-12 * scale)


@pytest.mark.parametrize(("process", "target"), CASES)
def test_nothing_outside_and_nothing_negative_inside(
    process: Process, target: str
) -> None:
    """The cut at zero acts on rounding alone: the polynomial itself is never below."""
    scatterer = _scatterer(process, target)
    e = np.geomspace(0.05, 1e4, 60)[:, None]
    shares = np.concatenate(
        [np.linspace(1e-9, 1, 400), 1 - np.geomspace(1e-16, 0.1, 60)]
    )
    t = scatterer.t_max(e) * shares
    for group in scatterer.groups(EVERYTHING):
        amplitudes, powers = group.amplitudes, group.powers
        assert amplitudes is not None
        assert powers is not None
        plain = sum(amplitudes(t)[..., i] * (1 / e) ** n for i, n in enumerate(powers))
        inside = scatterer.kinematics(group, e, t)
        assert np.isfinite(inside).all()
        largest = np.abs(plain).max(axis=1, keepdims=True)
        if group.positive:
            assert (plain >= -4e-16 * largest).all()
            assert (inside >= 0).all()
        np.testing.assert_allclose(inside, plain, rtol=0, atol=4e-16 * largest.max())
        beyond = scatterer.kinematics(group, e, scatterer.t_max(e) * (1 + 1e-12))
        np.testing.assert_array_equal(beyond, 0)


@pytest.mark.parametrize(("process", "target"), CASES)
@pytest.mark.parametrize("flavour", ["nu_mu", "nu_e"])
def test_moments_of_a_flux_are_the_integral_over_its_energies(
    process: Process, target: str, flavour: str
) -> None:
    (component,) = nu.flux("sns").of(flavour)
    scatterer = _scatterer(process, target)
    top = float(scatterer.t_max(np.array(component.e_max)))
    t = top * np.array([1e-4, 0.01, 0.1, 0.4, 0.8, 0.95])
    for group in scatterer.groups(EVERYTHING):
        assert group.powers is not None
        assert group.amplitudes is not None
        moments = FluxMoments(component, group.powers)(scatterer.e_min(t))[:, 0]
        from_moments = (group.amplitudes(t) * moments).sum(-1)
        general = KernelGroup(group.terms, group.response, function=group.kinematics)
        ((by_moments, by_quadrature),) = over_flux(
            [component], [Deposits(scatterer, (group, general), t)]
        )
        scale = 1e-12 * np.abs(group.amplitudes(t) * moments).max(-1)
        np.testing.assert_array_less(np.abs(by_moments - from_moments), scale)
        np.testing.assert_array_less(np.abs(by_quadrature - from_moments), scale)


def test_a_group_needs_one_form_of_its_kinematics() -> None:
    def ones(t: FloatArray) -> FloatArray:
        return np.ones((*t.shape, 1))

    def both(e: FloatArray, t: FloatArray) -> FloatArray:
        return e * t

    for options in (
        {},
        {"powers": (0,)},
        {"amplitudes": ones},
        {"powers": (0,), "amplitudes": ones, "function": both},
        {"powers": (0,), "function": both},
    ):
        with pytest.raises(
            InputError, match="need powers and amplitudes, or a function"
        ):
            KernelGroup(("x",), ones, **options)


@given(st.floats(1e-3, 1e5), st.floats(0.1, 1e6))
def test_the_recoil_range_is_its_own_inverse(energy: float, mass: float) -> None:
    recoil = Recoil(mass)
    e = np.array(energy)
    assert recoil.e_min(recoil.t_max(e)) == pytest.approx(energy, rel=1e-9, abs=0)
    assert recoil.t_max(e) < energy
    assert recoil.t_min(e) == 0
    assert recoil.e_max(e) == np.inf
