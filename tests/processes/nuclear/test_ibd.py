"""Inverse beta decay against explicit Dirac traces, the neutron lifetime, numbers of an
independent code and a public table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.processes.trident.dirac import (
    GAMMA,
    GAMMA5,
    LOWER,
    METRIC,
    ONE,
    Array,
    dot,
    slash,
)

import nuprobe as nu
from nuprobe.constants import (
    G_A,
    G_FERMI,
    HBARC_MEV_CM,
    M_ELECTRON,
    M_NEUTRON,
    M_PROTON,
    V_UD,
)
from nuprobe.errors import InputError, UnknownNameError, ValidityWarning
from nuprobe.inverse_beta import strumia_vissani
from nuprobe.processes import ibd
from nuprobe.processes.nuclear.ibd import REACTION
from nuprobe.processes.nuclear.two_body import FirstOrderRange, LeptonEnergy

ENERGIES = st.floats(1.82, 190.0)
SHARES = st.floats(0.001, 0.999)
MASS = (M_NEUTRON + M_PROTON) / 2


def momenta(e_nu: float, cos: float) -> tuple[Array, Array, Array, Array]:
    """Four-momenta of antineutrino, proton, positron and neutron."""
    e_e = float(REACTION.lepton_energy(np.array(e_nu), np.array(cos)))
    p = np.sqrt(e_e**2 - M_ELECTRON**2)
    k = np.array([e_nu, 0, 0, e_nu])
    proton = np.array([M_PROTON, 0, 0, 0])
    e = np.array([e_e, p * np.sqrt(1 - cos**2), 0, p * cos])
    return k, proton, e, k + proton - e


def traced(e_nu: float, cos: float) -> float:
    """dσ/dE_e in MeV⁻³ from the squared amplitude of the current."""
    k, proton, e, neutron = momenta(e_nu, cos)
    q = neutron - proton
    f1, f2, g1, g2 = map(float, strumia_vissani.form_factors(dot(q, q)))
    # q^ν σ_μν = i/2 [γ_μ, q̸]
    current = []
    for mu in range(4):
        magnetic = -(LOWER[mu] @ slash(q) - slash(q) @ LOWER[mu]) / 2
        current.append(
            f1 * LOWER[mu]
            + f2 / (2 * MASS) * magnetic
            + g1 * LOWER[mu] @ GAMMA5
            + g2 / MASS * float(METRIC[mu, mu] * q[mu]) * GAMMA5
        )
    lepton = [g @ (ONE - GAMMA5) for g in GAMMA]

    def barred(m: Array) -> Array:
        return np.asarray(GAMMA[0] @ np.conj(m.T) @ GAMMA[0])

    hadrons, leptons = slash(neutron) + M_NEUTRON * ONE, slash(proton) + M_PROTON * ONE
    squared = 0.0
    for a in range(4):
        for b in range(4):
            h = np.trace(hadrons @ current[a] @ leptons @ barred(current[b]))
            trace = slash(k) @ lepton[a] @ (slash(e) - M_ELECTRON * ONE)
            squared += (h * np.trace(trace @ barred(lepton[b]))).real
    # spins of the proton averaged; antineutrinos have one
    amplitude = (G_FERMI * V_UD) ** 2 / 2 * squared / 2
    return float(2 * M_PROTON * amplitude / (16 * np.pi * (2 * M_PROTON * e_nu) ** 2))


@pytest.mark.parametrize("e_nu", [1.9, 3.0, 8.0, 50.0, 190.0])
@pytest.mark.parametrize("cos", [-0.99, -0.3, 0.5, 0.95])
def test_the_full_tree_is_the_square_of_the_current(e_nu: float, cos: float) -> None:
    e_e = REACTION.lepton_energy(np.array(e_nu), np.array(cos))
    ours = float(strumia_vissani.differential(np.array(e_nu), e_e))
    assert ours == pytest.approx(traced(e_nu, cos), rel=1e-9)


@pytest.mark.parametrize(
    ("e_nu", "sigma"),
    [(3.0, 2.6465e-43), (5.0, 1.2733e-42), (10.0, 6.7968e-42), (20.0, 2.9045e-41)],
)
def test_totals_of_an_independent_code(e_nu: float, sigma: float) -> None:
    assert float(nu.ibd.total(e_nu)) == pytest.approx(sigma, rel=3e-4)


@pytest.mark.parametrize(
    ("e_nu", "sigma"),
    [(3.0, 2.624e-43), (5.0, 1.2655e-42), (8.0, 4.0725e-42), (10.0, 6.761e-42)],
)
def test_first_order_of_an_independent_code(e_nu: float, sigma: float) -> None:
    ours = float(nu.ibd.total(e_nu, version="vogel-beacom"))
    assert ours == pytest.approx(sigma, rel=3e-4)


def test_mean_cosines_of_an_independent_code() -> None:
    ours = nu.ibd.mean_cosine([3.0, 5.0, 10.0, 20.0])
    assert ours == pytest.approx([-0.0279, -0.0245, -0.0127, 0.0116], abs=1e-4)


def test_static_limit_by_hand() -> None:
    """Far below the nucleon's mass σ = (G_F² V_ud²/π) (1 + 3g_A²) p_e E_e, and what is
    left falls with the energy."""
    off = []
    for e_nu in (2.0, 4.0, 8.0):
        e_e = e_nu - (M_NEUTRON - M_PROTON)
        static = (G_FERMI * V_UD) ** 2 / np.pi * (1 + 3 * G_A**2)
        static *= e_e * np.sqrt(e_e**2 - M_ELECTRON**2) * HBARC_MEV_CM**2
        tree = float(nu.ibd.total(e_nu, version="strumia-vissani-tree"))
        off.append(tree / static - 1)
    # recoil and weak magnetism: about −7 E/M
    assert off[2] == pytest.approx(-7 * 8 / MASS, rel=0.15)
    assert off[0] / off[2] == pytest.approx(1 / 4, rel=0.4)


def test_the_two_forms_differ_in_second_order() -> None:
    def off(e_nu: float) -> float:
        first = float(nu.ibd.total(e_nu, version="vogel-beacom"))
        return first / float(nu.ibd.total(e_nu)) - 1

    assert off(5.0) == pytest.approx(-0.006, abs=0.001)
    assert off(50.0) == pytest.approx(-0.09, abs=0.01)


@given(e_nu=ENERGIES, share=SHARES)
def test_energies_and_angles_belong_together(e_nu: float, share: float) -> None:
    bounds, e = LeptonEnergy(REACTION), np.array(e_nu)
    low, high = bounds.t_min(e), bounds.t_max(e)
    t = low + share * (high - low)
    assert bounds.e_min(t) <= e_nu * (1 + 1e-9)
    assert bounds.e_max(t) >= e_nu * (1 - 1e-9)
    cos = REACTION.cosine(e, t)
    assert float(REACTION.lepton_energy(e, cos)) == pytest.approx(float(t), rel=1e-9)
    # what is at an end of one is at an end of the other
    for end, inverse in ((high, bounds.e_min), (low, bounds.e_max)):
        if e_nu > REACTION.threshold + 0.01:
            assert float(inverse(end)) == pytest.approx(e_nu, rel=1e-6)


@given(e_nu=ENERGIES, cos=st.floats(-1, 1))
def test_four_momentum_is_conserved(e_nu: float, cos: float) -> None:
    _, _, e, neutron = momenta(e_nu, cos)
    assert dot(neutron, neutron) == pytest.approx(M_NEUTRON**2, rel=1e-12)
    assert dot(e, e) == pytest.approx(M_ELECTRON**2, abs=1e-8)


@pytest.mark.parametrize("form", ibd.VERSIONS)
@pytest.mark.parametrize("e_nu", [1.82, 4.0, 30.0])
def test_angles_integrate_to_the_total(form: ibd.Version, e_nu: float) -> None:
    x, w = np.polynomial.legendre.leggauss(60)
    by_angle = nu.ibd.by_angle(e_nu, x, version=form)
    assert by_angle @ w == pytest.approx(
        float(nu.ibd.total(e_nu, version=form)), rel=1e-6
    )
    mean = by_angle @ (w * x) / (by_angle @ w)
    assert mean == pytest.approx(
        float(nu.ibd.mean_cosine(e_nu, version=form)), abs=1e-6
    )


@pytest.mark.parametrize("form", ibd.VERSIONS)
def test_below_the_threshold_there_is_exactly_nothing(form: ibd.Version) -> None:
    assert np.array_equal(nu.ibd.total([0.5, 1.7, 1.804], version=form), np.zeros(3))
    assert np.array_equal(
        nu.ibd.differential(1.8, [0.6, 1.0], version=form), np.zeros(2)
    )
    assert nu.ibd.by_angle(1.8, 0.3, version=form) == 0
    with pytest.raises(InputError, match="below"):
        nu.ibd.mean_cosine(1.8, version=form)


@pytest.mark.parametrize(
    ("isotope", "first", "full"),
    [
        ("U235", 6.640e-43, 6.688e-43),
        ("U238", 1.0096e-42, 1.0167e-42),
        ("Pu239", 4.345e-43, 4.378e-43),
        ("Pu241", 6.005e-43, 6.049e-43),
    ],
)
def test_yields_per_fission(isotope: str, first: float, full: float) -> None:
    """Huber and Mueller from 1.806 to 10 MeV, by an independent code."""
    options = {"low_energy": "none", "lowest": "1.8 MeV", "highest": "10 MeV"}
    flux = nu.flux("reactor", fractions={isotope: 1.0}, **options)
    ours = nu.ibd.per_unit(flux, version="vogel-beacom")
    assert ours == pytest.approx(first, rel=3e-4)
    assert nu.ibd.per_unit(flux) == pytest.approx(full, rel=3e-4)


def test_the_process_gives_the_same_average_as_its_functions() -> None:
    flux = nu.flux("reactor", low_energy="none", lowest=1.8)
    average = nu.processes.cross_section.flux_averaged(  # type: ignore[attr-defined]
        nu.process("ibd"), flux, "CH2", nu.StandardModel(), "nubar_e"
    )
    assert nu.ibd.flux_averaged(flux, "CH2") == pytest.approx(average, rel=1e-6)


def test_only_electron_antineutrinos_and_only_hydrogen() -> None:
    process, sm = nu.process("ibd"), nu.StandardModel()
    total = nu.processes.cross_section.total  # type: ignore[attr-defined]
    for flavour in ("nu_e", "nubar_mu", "nu_tau"):
        assert total(process, 10.0, None, sm, flavour) == 0
    water = float(nu.ibd.total(10.0, "H2O") / nu.ibd.total(10.0))
    assert water == pytest.approx(2 * 0.999855, abs=1e-6)
    with pytest.raises(InputError, match=r"no H1: .*hydrogen"):
        nu.ibd.total(10.0, "Ar40")


def test_mistakes_are_told() -> None:
    with pytest.raises(UnknownNameError, match="strumia-vissani"):
        nu.ibd.total(5.0, version="strumia")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="expansion"):
        nu.ibd.total(150.0, version="vogel-beacom")
    with pytest.raises(InputError, match="cosines"):
        nu.ibd.by_angle(5.0, [0.0, -1.5])
    with pytest.raises(InputError, match="do not fit"):
        nu.ibd.by_angle([5.0, 6.0], [0.0, 0.1, 0.2])
    with pytest.raises(InputError, match="no nubar_e"):
        nu.ibd.flux_averaged(nu.flux("sns"))
    with pytest.warns(ValidityWarning, match="200 MeV"):
        nu.ibd.total(300.0)


@given(e_nu=st.floats(1.81, 90.0), share=SHARES)
def test_first_order_ranges_are_inverse(e_nu: float, share: float) -> None:
    bounds, e = FirstOrderRange(), np.array(e_nu)
    low, high = bounds.t_min(e), bounds.t_max(e)
    t = low + share * (high - low)
    assert bounds.e_min(t) <= e_nu * (1 + 1e-9)
    assert bounds.e_max(t) >= e_nu * (1 - 1e-9)
