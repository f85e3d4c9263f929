"""Invariants of CEvNS that hold for any couplings, energies and nuclei."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import nuprobe as nu
from nuprobe.constants import G_FERMI, HBARC_MEV_CM
from nuprobe.flavours import FLAVOURS
from nuprobe.models import Couplings, Propagator, VectorExchange
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.processes import cevns

COUPLING = st.floats(-2, 2)
NUCLEI = st.sampled_from(["F19", "Ar40", "Ge73", "Xe131", "Cs133", "I127", "Pb208"])
ENERGY = st.floats(1.0, 60.0)
FLAVOUR = st.sampled_from(list(FLAVOURS))


@dataclass(frozen=True)
class AnyCouplings:
    """Four couplings that are the parameters themselves: g = base + x·slope."""

    base: tuple[float, float, float, float]
    slope: tuple[float, float, float, float]
    x: float = 0.0
    name: str = "any"
    parameters: tuple[Parameter, ...] = (Parameter("x", 0.0),)
    mass_parameters: tuple[Parameter, ...] = ()

    def with_values(self, values: object) -> AnyCouplings:
        raise NotImplementedError

    def couplings(self, anti: bool = False) -> Couplings:
        return _same_for_all(
            [b + self.x * s for b, s in zip(self.base, self.slope, strict=True)]
        )

    def coupling_derivatives(self, anti: bool = False) -> dict[str, Couplings]:
        return {"x": _same_for_all(list(self.slope))}


def _same_for_all(g: list[float]) -> Couplings:
    p, n, axial_p, axial_n = (np.eye(3) * x for x in g)
    return Couplings(
        (VectorExchange(Propagator(), {"p": p, "n": n}),), {"p": axial_p, "n": axial_n}
    )


FOUR = st.tuples(COUPLING, COUPLING, COUPLING, COUPLING)


@given(FOUR, NUCLEI, ENERGY, st.floats(0, 1.2), FLAVOUR)
@settings(deadline=None, max_examples=60)
def test_coefficients_times_kernels_is_the_closed_formula(
    g: tuple[float, float, float, float],
    name: str,
    e: float,
    fraction: float,
    flavour: str,
) -> None:
    component = nu.target(name).components[0]
    one = component.isotope
    t = fraction * float(cevns.recoil_maximum(e, one.mass))
    q2 = 2 * one.mass * t
    got = cevns.kernels(e, t, component) @ cevns.coefficients(
        AnyCouplings(g, g), flavour
    )
    own, other = component.nucleon(q2)
    protons, neutrons = one.z * component.ff_p(q2), one.n * component.ff_n(q2)
    charge = protons * (g[0] * own + g[1] * other)
    charge += neutrons * (g[1] * own + g[0] * other)
    factor = (
        1
        - t / e
        - one.mass * t / (2 * e**2)
        + (t**2 / (2 * e**2) if one.spin == 0.5 else 0)
    )
    expected = (
        G_FERMI**2 * one.mass / np.pi * max(factor, 0) * charge**2 * HBARC_MEV_CM**2
        if fraction <= 1
        else 0.0
    )
    scale = G_FERMI**2 * one.mass / np.pi * HBARC_MEV_CM**2 * 4 * one.a**2
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-15 * scale)
    assert got >= -1e-15 * scale
    if fraction > 1.0000001:
        assert got == 0.0


@given(FOUR, FOUR, st.floats(-1, 1), FLAVOUR)
@settings(deadline=None, max_examples=60)
def test_coefficient_derivatives_are_exact(
    base: tuple[float, float, float, float],
    slope: tuple[float, float, float, float],
    x: float,
    flavour: str,
) -> None:
    # the coefficients are quadratic in x, so that a central difference of any step is
    # exact
    def at(value: float) -> FloatArray:
        return cevns.coefficients(AnyCouplings(base, slope, value), flavour, axial=True)

    difference = (at(x + 0.5) - at(x - 0.5)) / 1.0
    got = cevns.coefficient_derivatives(
        AnyCouplings(base, slope, x), flavour, axial=True
    )["x"]
    np.testing.assert_allclose(got, difference, atol=1e-12)
    assert got.shape == (6,)


@given(
    FOUR, NUCLEI.filter(lambda n: n not in ("Ar40", "Pb208")), ENERGY, st.floats(0, 1)
)
@settings(deadline=None, max_examples=40)
def test_the_axial_part_is_never_negative(
    g: tuple[float, float, float, float], name: str, e: float, fraction: float
) -> None:
    component = nu.target(name).components[0]
    t = fraction * float(cevns.recoil_maximum(e, component.isotope.mass))
    kernels = cevns.kernels(e, t, component, axial=True)
    axial = kernels[3:] @ cevns.coefficients(AnyCouplings(g, g), "nu_e", axial=True)[3:]
    assert axial >= -1e-14 * np.abs(kernels[3:]).sum()


@given(NUCLEI, ENERGY, st.floats(0.01, 0.9), st.floats(1.01, 1.5))
@settings(deadline=None, max_examples=40)
def test_totals_fall_with_the_threshold_and_rise_with_the_energy(
    name: str, e: float, low: float, factor: float
) -> None:
    model = nu.StandardModel()
    top = float(cevns.recoil_maximum(e, nu.isotope(name).mass))
    full = cevns.total(e, name, model, "nu_e")
    assert 0 < cevns.total(e, name, model, "nu_e", threshold=low * top) < full
    assert cevns.total(e * factor, name, model, "nu_e") > full
    point = cevns.total(e, nu.target(name, form_factor="point"), model, "nu_e")
    assert full < point  # losing coherence only takes away


@given(st.lists(st.floats(0.1, 0.5), min_size=1, max_size=5), FLAVOUR)
@settings(deadline=None)
def test_many_points_are_the_points_one_by_one(
    values: list[float], flavour: str
) -> None:
    for scheme in ("tree", "radiative"):
        model = nu.StandardModel(scheme=scheme)
        rows = cevns.coefficients(
            model.with_values({"sin2_theta_w": np.array(values)}), flavour
        )
        assert rows.shape == (len(values), 3)
        for value, row in zip(values, rows, strict=True):
            one = cevns.coefficients(
                model.with_values({"sin2_theta_w": np.asarray(value)}), flavour
            )
            np.testing.assert_allclose(row, one, rtol=1e-14)
