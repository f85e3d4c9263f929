"""Neutrino–electron scattering against explicit Dirac traces, closed forms, and
published totals."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
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
from nuprobe.constants import ALPHA_EM, G_FERMI, HBARC_MEV_CM, M_ELECTRON
from nuprobe.errors import ComputationError, InputError
from nuprobe.flavours import FlavourState
from nuprobe.models import Couplings
from nuprobe.models.couplings import (
    Propagator,
    ScalarExchange,
    VectorExchange,
    diagonal,
)
from nuprobe.nuclei import isotope, natural, shell_elements, shells
from nuprobe.parameters import Parameter
from nuprobe.processes import electron, exchanges_of
from nuprobe.processes.elastic import recoil_maximum
from nuprobe.units import keV

SM = nu.StandardModel()
M = M_ELECTRON
ELECTRON_CHARGE = math.sqrt(4 * math.pi * ALPHA_EM)
MU_B = ELECTRON_CHARGE / (2 * M)


@dataclass(frozen=True, eq=False)
class Given:
    """A model that is its couplings."""

    given: Couplings
    name: str = "given"
    parameters: tuple[Parameter, ...] = ()
    mass_parameters: tuple[Parameter, ...] = ()

    def with_values(self, values: Mapping[str, Any]) -> Given:
        return self

    def couplings(self, anti: bool = False) -> Couplings:
        return self.given.conjugate() if anti else self.given

    def coupling_derivatives(self, anti: bool = False) -> Mapping[str, Couplings]:
        return {}


def _only(value: complex, flavour: int = 0) -> Array:
    return np.diag([value if i == flavour else 0.0 for i in range(3)])


def _contact(v: float, a: float) -> Couplings:
    return Couplings(
        (VectorExchange(Propagator(), {"e": _only(v), "e_axial": _only(a)}),)
    )


def _momenta(e: float, t: float) -> tuple[Array, Array, Array, Array]:
    """k1 + p1 → k2 + p2 with the electron p1 at rest."""
    p = math.sqrt(t * (t + 2 * M))
    cos = (e * t + M * t) / (e * p)
    p2 = np.array([M + t, p * math.sqrt(max(1 - cos**2, 0.0)), 0.0, p * cos])
    k1, p1 = np.array([e, 0, 0, e]), np.array([M, 0, 0, 0.0])
    return k1, p1, k1 + p1 - p2, p2


def _bar(matrix: Array) -> Array:
    return np.asarray(GAMMA[0] @ np.conj(np.swapaxes(matrix, -1, -2)) @ GAMMA[0])


def _square(
    neutrino: Array, electron_vertex: Array, e: float, t: float, anti: bool = False
) -> float:
    """Spin sum, averaged over the electron's, of Σ_i [ū N_i u][ū E_i u] by traces;
    dσ/dT in cm²/MeV."""
    k1, p1, k2, p2 = _momenta(e, t)
    first, last = (
        (slash(k1), slash(k2)) if anti else (slash(k2), slash(k1))
    )  # v̄(k1) N v(k2) for antineutrinos
    total = 0.0
    for ni, ei in zip(neutrino, electron_vertex, strict=True):
        for nj, ej in zip(neutrino, electron_vertex, strict=True):
            left = np.trace(first @ ni @ last @ _bar(nj))
            right = np.trace(
                (slash(p2) + M * ONE) @ ei @ (slash(p1) + M * ONE) @ _bar(ej)
            )
            total += (left * right).real / 2
    return float(total / (32 * math.pi * M * e**2) * HBARC_MEV_CM**2)


WEAK = np.array([g @ (ONE - GAMMA5) for g in GAMMA])


def _electron_vertex(v: float, a: float) -> Array:
    return np.array([g @ (v * ONE - a * GAMMA5) for g in LOWER])


coupling = st.floats(-2, 2)
energy = st.floats(0.05, 200)
fraction = st.floats(0.001, 0.999)


@given(coupling, coupling, energy, fraction, st.booleans())
def test_vector_and_axial_couplings_against_the_trace(
    v: float, a: float, e: float, x: float, anti: bool
) -> None:
    t = x * float(recoil_maximum(e, M))
    exact = G_FERMI**2 / 2 * _square(WEAK, _electron_vertex(v, a), e, t, anti)
    got = float(
        electron.differential(
            e, t, Given(_contact(v, a)), "nubar_e" if anti else "nu_e"
        )
    )
    scale = float(
        electron.differential(e, t, Given(_contact(abs(v) + abs(a), 0.0)), "nu_e")
    )
    assert got == pytest.approx(exact, rel=1e-8, abs=1e-9 * scale + 1e-300)


@given(coupling, coupling, energy, fraction)
def test_the_standard_form_and_its_sign(v: float, a: float, e: float, x: float) -> None:
    t = x * float(recoil_maximum(e, M))
    form = (v + a) ** 2 + (v - a) ** 2 * (1 - t / e) ** 2 - (v**2 - a**2) * M * t / e**2
    got = float(electron.differential(e, t, Given(_contact(v, a)), "nu_e"))
    exact = G_FERMI**2 * M / (2 * math.pi) * form * HBARC_MEV_CM**2
    assert got == pytest.approx(
        exact, rel=1e-9, abs=1e-9 * G_FERMI**2 * M * (v**2 + a**2) * HBARC_MEV_CM**2
    )
    assert got >= -1e-60


@pytest.mark.parametrize("anti", [False, True])
@pytest.mark.parametrize("mass", [0.0, 0.05, 3.0])
def test_photon_and_mediator_interfere_as_in_the_trace(mass: float, anti: bool) -> None:
    e, t, strength = 1.7, 0.03, 0.02
    v, a = 0.96, 0.5
    contact = _contact(v, a).vector[0]
    model = Given(
        Couplings((contact, VectorExchange(Propagator(mass), {"e": _only(strength)})))
    )
    effective = v + strength / (2 * M * t + mass**2)
    exact = G_FERMI**2 / 2 * _square(WEAK, _electron_vertex(effective, a), e, t, anti)
    got = float(electron.differential(e, t, model, "nubar_e" if anti else "nu_e"))
    assert got == pytest.approx(exact, rel=1e-10, abs=0)
    # an axial mediator
    model = Given(
        Couplings(
            (contact, VectorExchange(Propagator(mass), {"e_axial": _only(strength)}))
        )
    )
    effective = a + strength / (2 * M * t + mass**2)
    exact = G_FERMI**2 / 2 * _square(WEAK, _electron_vertex(v, effective), e, t, anti)
    assert float(
        electron.differential(e, t, model, "nubar_e" if anti else "nu_e")
    ) == pytest.approx(exact, rel=1e-10, abs=0)


@given(energy, fraction)
def test_magnetic_moment_against_the_trace(e: float, x: float) -> None:
    t, mu = x * float(recoil_maximum(e, M)), 1e-5
    k1, _, k2, _ = _momenta(e, t)
    lower_q = METRIC @ (k1 - k2)
    sigma = [[0.5j * (a @ b - b @ a) for b in GAMMA] for a in GAMMA]
    vertex = [
        sum(sigma[m][n] * lower_q[n] for n in range(4)) * mu * MU_B @ (ONE - GAMMA5) / 2
        for m in range(4)
    ]
    q2 = float(dot(k1 - k2, k1 - k2))
    exact = _square(np.array(vertex), ELECTRON_CHARGE / q2 * LOWER, e, t)
    model = Given(Couplings((), magnetic=_only(mu)))
    assert float(electron.differential(e, t, model, "nu_e")) == pytest.approx(
        exact, rel=1e-7, abs=0
    )


@given(energy, fraction, st.floats(1e-3, 10))
def test_scalar_against_the_trace(e: float, x: float, mass: float) -> None:
    t, c = x * float(recoil_maximum(e, M)), 1e-5
    q2 = 2 * M * t
    exact = _square(
        np.array([(ONE - GAMMA5) / 2]), c / (q2 + mass**2) * ONE[None], e, t
    )
    model = Given(
        Couplings((), scalar=(ScalarExchange(Propagator(mass), {"e": _only(c)}),))
    )
    assert float(electron.differential(e, t, model, "nu_e")) == pytest.approx(
        exact, rel=1e-8, abs=0
    )


def test_antineutrinos_are_neutrinos_with_the_axial_coupling_reversed() -> None:
    for flavour in ("e", "mu", "tau"):
        left, right, mixed = electron.coefficients(SM, f"nu_{flavour}")
        np.testing.assert_allclose(
            electron.coefficients(SM, f"nubar_{flavour}"),
            [right, left, mixed],
            rtol=1e-15,
        )


@pytest.mark.parametrize("flavour", ["nu_e", "nubar_e", "nu_mu", "nubar_tau"])
@pytest.mark.parametrize("e", [0.3, 8.0, 1e4])
@pytest.mark.parametrize("start", [0.0, 0.1])
def test_totals_against_the_closed_form(flavour: str, e: float, start: float) -> None:
    left, right, mixed = electron.coefficients(SM, flavour)
    low, high = start, float(recoil_maximum(e, M))
    exact = left * (high - low) + right * e / 3 * (
        (1 - low / e) ** 3 - (1 - high / e) ** 3
    )
    exact -= mixed * M * (high**2 - low**2) / (2 * e**2)
    exact *= 2 * G_FERMI**2 * M / math.pi * HBARC_MEV_CM**2
    assert float(electron.total(e, SM, flavour, threshold=start)) == pytest.approx(
        exact, rel=1e-12, abs=0
    )


def test_total_of_a_magnetic_moment_and_a_light_mediator() -> None:
    e, start = 3.0, 1 * keV
    high = float(recoil_maximum(e, M))
    model = Given(Couplings((), magnetic=_only(1e-10)))
    exact = (
        math.pi
        * ALPHA_EM**2
        / M**2
        * 1e-20
        * (math.log(high / start) - (high - start) / e)
        * HBARC_MEV_CM**2
    )
    assert float(electron.total(e, model, "nu_e", threshold=start)) == pytest.approx(
        exact, rel=1e-10, abs=0
    )
    light = Given(Couplings((VectorExchange(Propagator(1e-3), {"e": _only(1e-6)}),)))

    def integrand(t: float) -> float:
        return 1e45 * float(electron.differential(e, t, light, "nu_e"))

    integral = (
        1e-45
        * quad(
            integrand, 0, high, points=[1e-7, 1e-6, 1e-5, 1e-3], limit=500, epsabs=0
        )[0]
    )
    assert float(electron.total(e, light, "nu_e")) == pytest.approx(
        integral, rel=1e-6, abs=0
    )
    assert electron.total(0.3, model, "nu_e", threshold=10.0) == 0.0


def test_photon_exchange_needs_a_threshold_or_bound_electrons() -> None:
    model = Given(
        Couplings(
            (VectorExchange(Propagator(0.0), {"e": _only(1e-6)}),),
            magnetic=_only(1e-10),
        )
    )
    with pytest.raises(InputError, match="infinite: give a threshold"):
        electron.total(1.0, model, "nu_e")
    with pytest.raises(InputError, match="infinite"):
        electron.total(1.0, model, "nu_e", target="Xe", binding=False)
    assert 0 < electron.total(1.0, model, "nu_e", target="Xe") < np.inf
    # a charge that this flavour does not have does no harm
    assert electron.total(1.0, model, "nu_mu") == 0.0


@pytest.mark.parametrize(
    ("flavour", "published"),
    [
        ("nu_e", 9.5e-45),
        ("nubar_e", 4.0e-45),
        ("nu_mu", 1.6e-45),
        ("nubar_mu", 1.3e-45),
    ],
)
def test_high_energy_totals_per_mev(flavour: str, published: float) -> None:
    """Textbook values per MeV at sin² = 0.231, given with two digits."""
    got = (
        float(electron.total(1e4, nu.StandardModel(sin2_theta_w=0.2312), flavour)) / 1e4
    )
    assert got == pytest.approx(published, abs=0.06e-45)


def test_flavour_matrices_and_states() -> None:
    """Re Tr[M ρ M†] with complex matrices, and the amplitude's two chiralities, by
    explicit sums."""
    rng = np.random.default_rng(4)
    v, a, g = (
        x + x.conj().T
        for x in rng.normal(size=(3, 3, 3)) + 1j * rng.normal(size=(3, 3, 3))
    )
    couplings = Couplings(
        (
            VectorExchange(Propagator(), {"e": v, "e_axial": a}),
            VectorExchange(Propagator(0.4), {"e": g}),
        )
    )
    psi = rng.normal(size=3) + 1j * rng.normal(size=3)
    rho = np.outer(psi, psi.conj()) / np.vdot(psi, psi).real
    for anti in (False, True):
        got = electron.coefficients(Given(couplings), FlavourState.of(rho), anti=anti)
        e, t = 1.3, 0.2
        kernels = electron.kernels(e, t, exchanges=exchanges_of(couplings))
        vector = (v.conj() if anti else v) + (g.conj() if anti else g) / (
            2 * M * t + 0.16
        )
        axial = -a.conj() if anti else a
        left, right = (vector + axial) / 2, (vector - axial) / 2

        def trace(x: Array, y: Array) -> float:
            return float(np.trace(x @ rho @ y.conj().T).real)

        form = (
            trace(left, left)
            + trace(right, right) * (1 - t / e) ** 2
            - trace(left, right) * M * t / e**2
        )
        exact = 2 * G_FERMI**2 * M / math.pi * form * HBARC_MEV_CM**2
        assert float(kernels @ got) == pytest.approx(exact, rel=1e-12, abs=0)


def test_derivatives_of_the_coefficients() -> None:
    step = 1e-6
    for flavour in ("nu_e", "nubar_mu"):
        up, down = (
            electron.coefficients(nu.StandardModel(sin2_theta_w=0.23 + s), flavour)
            for s in (step, -step)
        )
        slope = electron.coefficient_derivatives(
            nu.StandardModel(sin2_theta_w=0.23), flavour
        )["sin2_theta_w"]
        np.testing.assert_allclose(
            slope, (up - down) / (2 * step), rtol=1e-7, atol=1e-9
        )


def test_many_points_at_once() -> None:
    many = electron.coefficients(
        nu.StandardModel(sin2_theta_w=np.array([0.2, 0.25])), "nu_e"
    )
    assert many.shape == (2, 3)
    np.testing.assert_array_equal(
        many[1], electron.coefficients(nu.StandardModel(sin2_theta_w=0.25), "nu_e")
    )


# -- electrons of atoms
# --


@pytest.mark.parametrize("symbol", shell_elements())
def test_shells_hold_all_electrons_and_are_ordered(symbol: str) -> None:
    found = shells(symbol)
    z = natural(symbol)[0][0].z
    assert sum(s.electrons for s in found) == z
    limit = {"1": 2, "2": 2, "3": 4, "4": 4, "5": 6, "6": 6, "7": 8}
    for s in found:
        assert 0 < s.electrons <= limit[s.name[1:] or "1"]
        assert s.energy > 0
        # the s subshell is the deepest of its shell
        assert s.energy <= next(
            x.energy for x in found if x.name in ("K", s.name[0] + "1")
        )
    assert found[0].name == "K"
    assert found[0].energy == max(s.energy for s in found)


# keV, from Larkins (1977) as in the library xraylib: another compilation than the
# table's
SECOND_SOURCE = {
    "H": {"K": 0.0136},
    "C": {"K": 0.2838},
    "O": {"K": 0.5320},
    "F": {"K": 0.6854},
    "Na": {"K": 1.0721, "L1": 0.0633},
    "Si": {"K": 1.8389, "L1": 0.1487, "L3": 0.0989},
    "Ar": {
        "K": 3.2060,
        "L1": 0.3263,
        "L2": 0.2507,
        "L3": 0.2486,
        "M1": 0.0292,
        "M3": 0.0158,
    },
    "Ge": {
        "K": 11.1031,
        "L1": 1.4143,
        "L2": 1.2478,
        "L3": 1.2167,
        "M1": 0.1800,
        "M3": 0.1208,
        "M5": 0.0287,
    },
    "I": {
        "K": 33.1694,
        "L1": 5.1881,
        "L2": 4.8521,
        "L3": 4.5571,
        "M1": 1.0721,
        "M5": 0.6194,
        "N1": 0.1864,
    },
    "Xe": {
        "K": 34.5644,
        "L1": 5.4528,
        "L2": 5.1037,
        "L3": 4.7822,
        "M1": 1.1487,
        "M5": 0.6767,
        "N1": 0.2133,
    },
    "Cs": {
        "K": 35.9846,
        "L1": 5.7143,
        "L2": 5.3594,
        "L3": 5.0119,
        "M1": 1.2171,
        "M5": 0.7255,
        "N1": 0.2308,
    },
}


@pytest.mark.parametrize("symbol", SECOND_SOURCE)
def test_binding_energies_against_a_second_compilation(symbol: str) -> None:
    found = {s.name: s.energy / keV for s in shells(symbol)}
    for name, value in SECOND_SOURCE[symbol].items():
        # gas and solid, molecule and atom differ by some eV
        assert found[name] == pytest.approx(value, rel=1e-3, abs=0.012)


@given(st.sampled_from(shell_elements()), st.floats(1e-6, 0.2), st.floats(1, 2))
def test_more_energy_moves_more_electrons(symbol: str, t: float, factor: float) -> None:
    few, many = electron.electrons(symbol, [t, factor * t])
    assert 0 <= few <= many <= shells_sum(symbol)
    assert electron.electrons(symbol, 0.2) == pytest.approx(
        shells_sum(symbol), rel=1e-12
    )
    assert electron.electrons(symbol, t, binding=False) == pytest.approx(
        shells_sum(symbol), rel=1e-12
    )


def shells_sum(symbol: str) -> float:
    return float(sum(s.electrons for s in shells(symbol)))


def test_a_target_counts_the_electrons_of_its_formula_unit() -> None:
    e, t = 2.0, np.array([1e-6, 30 * keV, 33.5 * keV, 35 * keV, 0.3])
    free = electron.differential(e, t, SM, "nu_e")
    xenon = electron.differential(e, t, SM, "nu_e", "Xe") / free
    np.testing.assert_allclose(xenon, [0, 52, 52, 54, 54], rtol=1e-12)
    both = electron.differential(e, t, SM, "nu_e", "CsI") / free
    np.testing.assert_allclose(both, [0, 104, 106, 106, 108], rtol=1e-12)
    unbound = electron.differential(e, t, SM, "nu_e", "Xe", binding=False) / free
    np.testing.assert_allclose(unbound, 54, rtol=1e-12)
    isotopic = electron.differential(e, t, SM, "nu_e", "Xe132") / free
    np.testing.assert_allclose(isotopic, xenon, rtol=1e-12)
    assert electron.electrons("Xe132", 1.0) == isotope("Xe132").z


@pytest.mark.parametrize("target", ["Ge", "NaI", "Ar40"])
def test_total_of_bound_electrons_is_the_sum_over_shells(target: str) -> None:
    e, start = 0.42, 2 * keV
    exact = 0.0
    for c in nu.target(target).components:
        for s in shells(c.isotope.symbol):
            low = max(s.energy, start)
            exact += (
                c.count
                * s.electrons
                * float(electron.total(e, SM, "nu_e", threshold=low))
            )
    got = float(electron.total(e, SM, "nu_e", threshold=start, target=target))
    assert got == pytest.approx(exact, rel=1e-11, abs=0)


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        (
            lambda: electron.differential(1.0, 0.1, SM, "nu_e", "Pb"),
            "available for H, He, C, .*binding=False",
        ),
        (lambda: electron.differential(-1.0, 0.1, SM, "nu_e"), "must be positive"),
        (
            lambda: electron.differential(1.0, 2.0, SM, "nu_e"),
            "exceeds the neutrino energy",
        ),
        (lambda: electron.differential(1.0, -0.1, SM, "nu_e"), "not negative"),
        (lambda: electron.differential(1.0, 0.1, SM, "nu_x"), "unknown flavour"),
        (
            lambda: electron.differential(
                1.0, 0.1, nu.StandardModel(np.array([0.2, 0.3])), "nu_e"
            ),
            "scalar parameters",
        ),
    ],
)
def test_bad_input_is_named(call: Callable[[], object], hint: str) -> None:
    with pytest.raises(InputError, match=hint):
        call()


def test_zero_above_the_largest_recoil_and_errors_that_do_not_converge() -> None:
    e = np.array([0.1, 1.0, 10.0])
    top = recoil_maximum(e, M)
    assert np.all(electron.differential(e, top * (1 + 1e-9), SM, "nu_mu") == 0)
    assert np.all(electron.differential(e, top * (1 - 1e-9), SM, "nu_mu") > 0)
    with pytest.raises(ComputationError, match="does not converge"):
        electron.total(np.linspace(1, 9, 200), SM, "nu_e", rtol=1e-30)


def test_a_model_that_the_kernels_do_not_hold_is_refused() -> None:
    process = electron.Electron()
    both = Couplings(
        (
            _contact(1, 1).vector[0],
            VectorExchange(Propagator(2.0), {"e": diagonal(1.0, 1.0, 1.0)}),
        )
    )
    with pytest.raises(InputError, match="rebuild them with this model"):
        process.coefficients(
            both, FlavourState.of(np.eye(3)), False, exchanges_of(_contact(1, 1))
        )


@pytest.mark.parametrize("target", [None, "Xe"])
def test_mean_over_a_flux_is_the_integral_over_its_spectrum(target: str | None) -> None:
    flux = nu.flux("sns")
    t = np.array([1e-2, 1.0, 20.0])
    got = electron.averaged(flux, t, SM, "nu_e", target)
    for i, recoil in enumerate(t):
        low = (recoil + math.sqrt(recoil**2 + 2 * M * recoil)) / 2

        def integrand(e: float, recoil: float = float(recoil)) -> float:
            value = electron.differential(e, recoil, SM, "nu_e", target)
            return 1e45 * float(value * flux.spectrum("nu_e", e)) / flux.total("nu_e")

        exact = 1e-45 * quad(integrand, low, 52.82918775, epsabs=0, epsrel=1e-10)[0]
        assert got[i] == pytest.approx(exact, rel=1e-8, abs=0)
    # a line
    one = electron.averaged(flux, t, SM, "nu_mu", target)
    np.testing.assert_allclose(
        one,
        electron.differential(flux.lines("nu_mu")[0].energy, t, SM, "nu_mu", target),
    )
    with pytest.raises(InputError, match="has no nu_tau"):
        electron.averaged(flux, t, SM, "nu_tau")
