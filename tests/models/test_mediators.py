"""Light mediators against Dirac traces, closed formulas, the contact limit, tridents
and finite differences."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from tests.processes.trident.dirac import GAMMA, GAMMA5, LOWER, ONE, slash

import nuprobe as nu
from nuprobe.constants import ALPHA_EM, G_FERMI, HBARC_MEV_CM, M_MUON, M_PROTON, M_TAU
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.models import (
    NSI,
    SCALARS,
    VECTORS,
    ContactOperators,
    Couplings,
    Electromagnetic,
    LightScalar,
    LightVector,
    LMuLTau,
    Propagator,
    ScalarCharges,
    ScalarExchange,
    StandardModel,
    VectorCharges,
    VectorExchange,
    Vertex,
    VMinusA,
)
from nuprobe.numerics import FloatArray
from nuprobe.processes import cevns

HBARC2 = HBARC_MEV_CM**2
P_L = (ONE - GAMMA5) / 2

CHARGE = st.floats(-2, 2)
TRIPLE = st.tuples(CHARGE, CHARGE, CHARGE)
MASS = st.floats(-2, 4).map(lambda x: 10**x)
COUPLING = st.floats(-6, -3).map(lambda x: 10**x)
FLAVOURS = ["nu_e", "nu_mu", "nu_tau", "nubar_e", "nubar_mu", "nubar_tau"]


def _momenta(e: float, t: float, mass: float) -> tuple[FloatArray, ...]:
    """k, k′, p, p′ of ν N → ν N with the nucleus at rest and recoil t."""
    momentum = math.sqrt(t**2 + 2 * mass * t)
    cos = (e * e + momentum**2 - (e - t) ** 2) / (2 * e * momentum)
    sin = math.sqrt(1 - cos**2)
    k, p = np.array([e, 0, 0, e]), np.array([mass, 0, 0, 0])
    p2 = np.array([mass + t, momentum * sin, 0, momentum * cos])
    # not k + p - p2: beside the mass, the energies of the neutrino lose five digits,
    # and near the endpoint the trace three more
    k2 = np.array([e - t, -momentum * sin, 0, e - momentum * cos])
    return k, k2, p, p2


def _bar(m: Any) -> Any:
    return GAMMA[0] @ m.conj().T @ GAMMA[0]


def _trace_vector(
    e: float, t: float, mass: float, amplitude: float, half: bool
) -> float:
    """dσ/dT for M = amplitude × [ū γ^μ P_L u][N_μ] (MeV⁻²), N from spinors or from
    scalar electrodynamics."""
    k, k2, p, p2 = _momenta(e, t, mass)
    neutrino = [
        [np.trace(slash(k2) @ a @ P_L @ slash(k) @ _bar(b @ P_L)) for b in GAMMA]
        for a in GAMMA
    ]
    if half:
        left, right = slash(p2) + mass * ONE, slash(p) + mass * ONE
        nucleus = (
            np.array(
                [[np.trace(left @ a @ right @ _bar(b)) for b in LOWER] for a in LOWER]
            )
            / 2
        )
    else:
        total = (p + p2) * np.array([1, -1, -1, -1])
        nucleus = np.outer(total, total)
    squared = np.einsum("ab,ab", neutrino, nucleus).real * amplitude**2
    return float(squared / (32 * math.pi * mass * e**2) * HBARC2)


def _trace_scalar(
    e: float, t: float, mass: float, amplitude: float, half: bool
) -> float:
    """dσ/dT for M = amplitude × [ū P_L u][N], N = ūu or 2M."""
    k, k2, p, p2 = _momenta(e, t, mass)
    neutrino = np.trace(slash(k2) @ P_L @ slash(k) @ _bar(P_L)).real
    nucleus = 4 * mass**2
    if half:
        nucleus = np.trace((slash(p2) + mass * ONE) @ (slash(p) + mass * ONE)).real / 2
    return float(
        neutrino * nucleus * amplitude**2 / (32 * math.pi * mass * e**2) * HBARC2
    )


@settings(max_examples=60, deadline=None)
@given(
    isotope=st.sampled_from(
        [("F19", True), ("Xe129", True), ("Ar40", False), ("Ge74", False)]
    ),
    e=st.floats(1, 60),
    fraction=st.floats(1e-4, 0.999),
    m=MASS,
    g=COUPLING,
    neutrinos=TRIPLE,
    u=CHARGE,
    d=CHARGE,
    flavour=st.sampled_from(FLAVOURS),
)
def test_vector_exchange_is_the_trace(
    isotope: tuple[str, bool],
    e: float,
    fraction: float,
    m: float,
    g: float,
    neutrinos: tuple[float, float, float],
    u: float,
    d: float,
    flavour: str,
) -> None:
    name, half = isotope
    target = nu.target(name, form_factor="point")
    one = nu.isotope(name)
    t = fraction * float(cevns.recoil_maximum(e, one.mass))
    model = LightVector(
        m,
        g,
        VectorCharges(neutrinos=neutrinos, u=u, d=d),
        base=StandardModel(sin2_theta_w=0.23),
    )
    q = neutrinos[FLAVOURS.index(flavour) % 3]
    # L = g Z'J makes M = -g² J·J/(|q²| + m²) beside -√2 G_F g_V J·J of the Z
    contact = math.sqrt(2) * G_FERMI * (one.z * (0.5 - 2 * 0.23) - 0.5 * one.n)
    mediated = (
        g**2
        * q
        * (one.z * (2 * u + d) + one.n * (u + 2 * d))
        / (2 * one.mass * t + m**2)
    )
    exact = _trace_vector(e, t, one.mass, contact + mediated, half)
    # destructive interference loses digits in both
    scale = _trace_vector(e, t, one.mass, abs(contact) + abs(mediated), half)
    assert cevns.differential(e, t, target, model, flavour) == pytest.approx(
        exact, rel=1e-9, abs=1e-11 * scale
    )


@settings(max_examples=60, deadline=None)
@given(
    isotope=st.sampled_from(
        [("F19", True), ("Xe129", True), ("Ar40", False), ("Ge74", False)]
    ),
    e=st.floats(1, 60),
    fraction=st.floats(0.01, 0.999),
    m=MASS,
    g=COUPLING,
    charges=st.builds(ScalarCharges, neutrinos=TRIPLE, p=CHARGE, n=CHARGE, e=CHARGE),
    flavour=st.sampled_from(FLAVOURS),
)
def test_scalar_exchange_is_the_trace_and_adds_without_interference(
    isotope: tuple[str, bool],
    e: float,
    fraction: float,
    m: float,
    g: float,
    charges: ScalarCharges,
    flavour: str,
) -> None:
    name, half = isotope
    target = nu.target(name, form_factor="point")
    one = nu.isotope(name)
    t = fraction * float(cevns.recoil_maximum(e, one.mass))
    q = charges.neutrinos[FLAVOURS.index(flavour) % 3]
    amplitude = (
        g**2 * q * (one.z * charges.p + one.n * charges.n) / (2 * one.mass * t + m**2)
    )
    standard = float(cevns.differential(e, t, target, StandardModel(), flavour))
    # at smaller recoils the trace is a small difference of large numbers, good to
    # 1e-12/fraction only
    exact = standard + _trace_scalar(e, t, one.mass, amplitude, half)
    got = cevns.differential(e, t, target, LightScalar(m, g, charges), flavour)
    assert got == pytest.approx(exact, rel=1e-8, abs=0)


def test_the_formulas_of_the_literature() -> None:
    """Printed expressions for a vector with equal quark charges, and a scalar, without
    terms of relative order T/E."""
    g, m, e, t = 3e-5, 12.0, 30.0, 0.004
    one = nu.isotope("Ar40")
    q_weak = one.n - (1 - 4 * 0.23) * one.z
    q_new = 3 * one.a * g**2
    flat = 2 * e**2 - t * one.mass
    vector = G_FERMI**2 * one.mass * q_weak**2 * flat / (8 * math.pi * e**2)
    vector -= (
        G_FERMI
        * one.mass
        * q_weak
        * q_new
        * flat
        / (2 * math.sqrt(2) * math.pi * e**2 * (2 * t * one.mass + m**2))
    )
    vector += (
        q_new**2
        * one.mass
        * flat
        / (4 * math.pi * e**2 * (2 * t * one.mass + m**2) ** 2)
    )
    target = nu.target("Ar40", form_factor="point")
    got = cevns.differential(
        e, t, target, LightVector(m, g, base=StandardModel(sin2_theta_w=0.23)), "nu_mu"
    )
    assert got == pytest.approx(vector * HBARC2, rel=2 * t / e, abs=0)
    scalar = (
        (one.a * g**2) ** 2
        * one.mass**2
        * t
        / (4 * math.pi * e**2 * (2 * t * one.mass + m**2) ** 2)
    )
    more = cevns.differential(e, t, target, LightScalar(m, g), "nu_mu")
    less = cevns.differential(e, t, target, StandardModel(), "nu_mu")
    assert more - less == pytest.approx(scalar * HBARC2, rel=1e-9, abs=0)


@settings(max_examples=20, deadline=None)
@given(
    g=st.floats(0.01, 1),
    charges=st.sampled_from(sorted(VECTORS)),
    flavour=st.sampled_from(FLAVOURS),
)
def test_a_heavy_vector_is_a_contact_interaction(
    g: float, charges: str, flavour: str
) -> None:
    m = 1e8
    q = VECTORS[charges]
    epsilon = g**2 * np.diag(q.neutrinos) / (math.sqrt(2) * G_FERMI * m**2)
    contact = NSI(
        epsilon_u=q.u * epsilon,
        epsilon_d=q.d * epsilon,
        epsilon_e=q.leptons[0] * epsilon,
    )
    heavy = LightVector(m, g, charges)
    e = np.array([5.0, 30.0, 50.0])
    got, exact = (cevns.total(e, "CsI", model, flavour) for model in (heavy, contact))
    np.testing.assert_allclose(got, exact, rtol=1e-9)


def test_the_sign_is_that_of_the_tridents() -> None:
    """At zero momentum a mediator shifts the vector coupling to electrons here as it
    does V of a trident."""
    for charges in VECTORS:
        model = LightVector(7.0, 1e-3, charges)
        for i in range(3):
            found = model.lepton_couplings(Vertex(i, i, 0, 0))
            trident = sum(x.strength for x in found.mediators)
            own = next(
                x for x in model.couplings().vector if x.propagator.parameter == "mass"
            )
            assert own.charges["e"][i, i] == pytest.approx(trident, rel=1e-12, abs=0)


def test_mixing_couples_protons_as_it_couples_electrons_with_the_opposite_sign() -> (
    None
):
    g, m = 1e-3, 10.0
    # vacuum polarisation by mu and tau: the electron couples with the sign opposite to
    # the muon
    e_times_mixing = (
        4 * math.pi * ALPHA_EM * g / (12 * math.pi**2) * math.log(M_TAU**2 / M_MUON**2)
    )
    unit = math.sqrt(2) * G_FERMI
    for model in (LMuLTau(m, g, "loop"), LightVector(m, g, "lmu-ltau", "loop")):
        one = next(
            x for x in model.couplings().vector if x.propagator.parameter == "mass"
        )
        np.testing.assert_allclose(
            np.diag(one.charges["p"]),
            g * e_times_mixing / unit * np.array([0, 1, -1]),
            rtol=1e-12,
        )
        np.testing.assert_allclose(one.charges["e"], -one.charges["p"], rtol=1e-12)
        assert not one.charges["n"].any()
    linear = [
        LMuLTau(m, g, 0.01).couplings().vector[-1].charges["p"][1, 1]
        for g in (1e-3, 2e-3)
    ]
    assert linear[1] == pytest.approx(2 * linear[0], rel=1e-12, abs=0)
    assert not LMuLTau(m, g).couplings().vector[-1].charges["p"].any()


@pytest.mark.parametrize("mass", [1e-3, 0.1, 3.0, 40.0, 1e4])
@pytest.mark.parametrize("model", [LightVector, LightScalar])
def test_totals_agree_with_adaptive_quadrature_for_any_mass(
    mass: float, model: Any
) -> None:
    chosen = model(mass, 1e-5)
    e, target = 40.0, nu.target("Cs133")
    top = float(cevns.recoil_maximum(e, nu.isotope("Cs133").mass))
    edge = mass**2 / (2 * nu.isotope("Cs133").mass)

    def f(x: float) -> float:
        t = math.exp(x)
        return t * float(cevns.differential(e, min(t, top), target, chosen, "nu_mu"))

    low = math.log(min(edge, top)) - 30
    exact = quad(
        f,
        low,
        math.log(top),
        epsabs=0,
        epsrel=1e-10,
        limit=400,
        points=[math.log(min(edge, 0.99 * top))],
    )[0]
    assert cevns.total(e, target, chosen, "nu_mu") == pytest.approx(
        exact, rel=1e-7, abs=0
    )


@pytest.mark.parametrize(
    "model",
    [
        LightVector(12.0, 3e-5, "b-l"),
        LightVector(12.0, 3e-5, "lmu-ltau", mixing=0.02),
        LightVector(
            12.0, 3e-5, base=LightVector(40.0, 1e-5, "b-3lmu", label="second.")
        ),
        LightVector(
            12.0,
            3e-5,
            base=Electromagnetic(charge_radius={"mumu": -1e-32, "emu": 2e-32}),
        ),
        LightScalar(12.0, 3e-5, base=LightVector(40.0, 1e-5, label="second.")),
        LMuLTau(12.0, 3e-4, "loop"),
    ],
)
def test_derivatives_and_points(model: Any) -> None:
    for flavour in ("nu_mu", "nubar_e"):
        found = cevns.coefficient_derivatives(model, flavour)
        known = {p.name: p for p in model.parameters}
        assert {
            n
            for n in known
            if "coupling" in n or n in ("sin2_theta_w", "charge_radius.emu")
        } <= set(found)
        for p in (known[name] for name in found):
            step = 1e-4 * max(abs(p.default), p.step)
            up, down = (
                model.with_values({p.name: p.default + s * step}) for s in (1, -1)
            )
            slope = (
                cevns.coefficients(up, flavour) - cevns.coefficients(down, flavour)
            ) / (2 * step)
            np.testing.assert_allclose(
                found[p.name],
                slope,
                rtol=1e-5,
                atol=1e-6 * max(np.abs(slope).max(), 1e-300),
            )
    name = next(p.name for p in model.parameters if p.name.endswith("coupling"))
    many = model.with_values({name: np.array([1e-5, 4e-5])})
    rows = [
        cevns.coefficients(model.with_values({name: g}), "nu_mu") for g in (1e-5, 4e-5)
    ]
    np.testing.assert_allclose(cevns.coefficients(many, "nu_mu"), rows, rtol=1e-12)


def test_two_mediators_of_one_mass_add_up() -> None:
    both = LightVector(12.0, 3e-5, base=LightVector(12.0, 4e-5, label="second."))
    one = LightVector(12.0, 5e-5)
    assert cevns.total(30.0, "CsI", both, "nu_e") == pytest.approx(
        cevns.total(30.0, "CsI", one, "nu_e"), rel=1e-10, abs=0
    )


def test_a_sterile_neutrino_of_the_base_does_not_couple() -> None:
    u = np.eye(4)
    below = Electromagnetic(charge_radius={"mumu": -1e-32, "mus": 3e-32}, mixing=u)
    model = LightVector(12.0, 3e-5, base=below)
    without = cevns.total(30.0, "Ar40", below, "nu_mu")
    assert cevns.total(30.0, "Ar40", model, "nu_mu") != pytest.approx(
        without, rel=1e-3, abs=0
    )
    assert set(cevns.coefficient_derivatives(model, "nu_mu")) >= {
        "coupling",
        "charge_radius.mus",
    }
    assert NSI(epsilon_u={"ee": 0.1}, base=below).couplings().size == 4


def test_nucleon_charges_from_quarks() -> None:
    found = ScalarCharges.from_quarks(1.0, 1.0)
    # <p|uu + dd|p> = sigma/m with sigma = 59 MeV and the mean mass 3.4 MeV of u and d
    assert found.p == pytest.approx(59.1 / 3.43, rel=0.02)
    assert found.n == pytest.approx(found.p, rel=0.01)
    assert ScalarCharges.from_quarks(2.16, 0, 0).p == pytest.approx(
        0.0208 * M_PROTON, rel=1e-12
    )
    assert SCALARS["universal"].p > found.p


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: LightVector(0.0, 1e-4), ["positive", "MeV"]),
        (lambda: LightVector(-1.0, 1e-4), ["positive"]),
        (lambda: LightVector(math.nan, 1e-4), ["positive"]),
        (lambda: LightScalar(math.inf, 1e-4), ["positive"]),
        (lambda: LightVector("10 MeV", 1e-4), ["number"]),  # type: ignore[arg-type]
        (lambda: LightScalar(10.0, math.nan), ["coupling", "finite"]),
        (lambda: LightVector(10.0, math.inf), ["coupling", "finite"]),
        (lambda: LightVector(10.0, 1e-4, "b-1"), ["b-l"]),
        (lambda: LightScalar(10.0, 1e-4, "univrsal"), ["universal"]),
        (lambda: LightVector(10.0, 1e-4, mixing="loop"), ["leptonic charges only"]),
        (
            lambda: LightVector(10.0, 1e-4, VectorCharges(u=0, d=0), mixing="loop"),
            ["add up to zero"],
        ),
        (lambda: LightVector(10.0, 1e-4, mixing="tree"), ["'loop'"]),  # type: ignore[arg-type]
        (lambda: VectorCharges(neutrinos=(1.0, 1.0), u=1.0), ["three"]),  # type: ignore[arg-type]
        (lambda: ScalarCharges(p=math.nan), ["finite"]),
        (lambda: VectorCharges(neutrinos=1.0), ["neutrinos", "three"]),  # type: ignore[arg-type]
        (lambda: VectorCharges(u="a"), ["charge u"]),  # type: ignore[arg-type]
        (lambda: ScalarCharges.from_quarks("a", 1.0), ["charge u"]),  # type: ignore[arg-type]
        (lambda: LightVector(10.0, 1e-4, [1, 2]), ["b-l", "VectorCharges"]),  # type: ignore[arg-type]
        (lambda: LightScalar(10.0, 1e-4, [1, 2]), ["nucleons", "ScalarCharges"]),  # type: ignore[arg-type]
        (lambda: LightVector(10.0, 1e-4, mass_range=5), ["lowest", "5"]),  # type: ignore[arg-type]
        (lambda: LightVector(1.0, 1.0, mass_range=("a", 2)), ["range of masses"]),  # type: ignore[arg-type]
        (lambda: LightVector(10.0, 1e-4, label=3), ["label"]),  # type: ignore[arg-type]
        (
            lambda: LightVector(10.0, 1e-4).with_values({"coupling": "x"}),  # type: ignore[dict-item]
            ["coupling", "number"],
        ),
        (lambda: LMuLTau(10.0, 1e-3, lepton_charges=3), ["leptons", "three"]),  # type: ignore[arg-type]
        (lambda: ContactOperators(left=3), ["left", "indices"]),  # type: ignore[arg-type]
        (lambda: ContactOperators(left={(0, 0, 0, 0): "a"}), ["left", "finite"]),  # type: ignore[dict-item]
        (lambda: StandardModel(strange_axial="a"), ["strange_axial"]),  # type: ignore[arg-type]
        (lambda: StandardModel().with_values(3), ["by name"]),  # type: ignore[arg-type]
        (lambda: LightVector(10.0, 1e-4, mass_range=(5.0, 1.0)), ["lowest"]),
        (
            lambda: LightVector(10.0, 1e-4, base=LightVector(5.0, 1e-4)).parameters,
            ["coupling", "label"],
        ),
        (
            lambda: LightVector(10.0, 1e-4, base=VMinusA()).couplings(),
            ["v-a", "tridents only"],
        ),
        (lambda: LightVector(10.0, 1e-4, base=3), ["base", "3"]),
        (
            lambda: LightScalar(10.0, 1e-4, "universal").lepton_couplings(
                Vertex(1, 1, 0, 0)
            ),
            ["electron pair", "scalar"],
        ),
        (
            lambda: Electromagnetic(charge={"ee": 1e-12}).lepton_couplings(
                Vertex(0, 0, 0, 0)
            ),
            ["tridents from charge"],
        ),
        (
            lambda: LightVector(10.0, 1e-4).with_values({"mass": np.array([1.0, 2.0])}),
            ["mass", "one number"],
        ),
        (
            lambda: LightScalar(10.0, 1e-4, base=LightScalar(5.0, 1e-4, label="a.")),
            ["interfere"],
        ),
        (
            lambda: LightScalar(
                10.0, 1e-4, base=Electromagnetic(magnetic_moment={"mumu": 1e-10})
            ),
            ["interfere", "one"],
        ),
    ],
)
def test_bad_models_are_refused(make: Any, words: list[str]) -> None:
    with pytest.raises(InputError) as info:
        make()
    for word in words:
        assert word in str(info.value)


def test_a_scalar_does_not_interfere_with_a_vector() -> None:
    scalar = LightScalar(10.0, 1e-4).couplings().scalar[0]
    vector = LightVector(10.0, 1e-4).couplings().vector[-1]
    assert isinstance(scalar, ScalarExchange)
    with pytest.raises(InputError, match="cannot interfere with a vector"):
        Couplings((scalar,))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="cannot interfere with a vector"):
        StandardModel().couplings().plus(scalar)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="cannot interfere with a scalar"):
        Couplings((), scalar=(vector,))  # type: ignore[arg-type]
    # also where a vector of the same mass stands already
    with pytest.raises(InputError, match="cannot interfere with a vector"):
        Couplings((VectorExchange(Propagator(10.0, "mass"), vector.charges),)).plus(
            scalar  # type: ignore[arg-type]
        )


def test_unknown_parameters_are_refused() -> None:
    with pytest.raises(UnknownNameError):
        LightVector(10.0, 1e-4).with_values({"couplng": 1e-4})
