"""Electrons, plasmons and what they emit, against limits and plain quadrature."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.constants import (
    ALPHA_EM,
    G_FERMI,
    HBAR_MEV_S,
    HBARC_MEV_CM,
    M_ELECTRON,
    SIN2_THETA_W_MZ,
)
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.stars import (
    KELVIN,
    electron_gas,
    fitted_emission,
    plasmon_emission,
    plasmon_frequency,
    plasmon_residue,
    plasmon_width,
)
from nuprobe.stars.dispersion import longitudinal_function, transverse_function

CASES = [(1e6, 1e8), (2e5, 1e8), (3e3, 2e7), (1e9, 1e9), (1e4, 1e10)]


def plain_gas(density: float, kelvin: float, mu: float) -> tuple[float, float, float]:
    """n_e, ω_p² and ω_1² by adaptive quadrature over the momentum."""
    from scipy.integrate import quad

    t = kelvin * KELVIN
    top = math.sqrt(max(mu, M_ELECTRON) ** 2 - M_ELECTRON**2)
    width = t * math.hypot(top, M_ELECTRON) / max(top, math.sqrt(M_ELECTRON * t))

    def integral(weight, sign: int) -> float:  # type: ignore[no-untyped-def]
        def inner(p: float) -> float:
            e = math.hypot(p, M_ELECTRON)
            f = [1 / (math.exp(min((e - s * mu) / t, 700)) + 1) for s in (1, -1)]
            return float(weight(p, p / e, e) * (f[0] + sign * f[1]))

        edges = [0.0, *(top + width * np.arange(-36, 46, 6))]
        edges = sorted({max(0.0, x) for x in edges} | {top + 100 * width})
        return sum(
            float(quad(inner, a, b, epsabs=0, epsrel=1e-10)[0])
            for a, b in itertools.pairwise(edges)
        )

    size = 4 * ALPHA_EM / math.pi
    return (
        integral(lambda p, v, e: p * p, -1) / math.pi**2,
        size * integral(lambda p, v, e: p * p / e * (1 - v * v / 3), 1),
        size * integral(lambda p, v, e: p * p / e * (5 * v**2 / 3 - v**4), 1),
    )


@pytest.mark.parametrize(("density", "kelvin"), CASES)
def test_gas_against_plain_quadrature(density: float, kelvin: float) -> None:
    gas = electron_gas(density, kelvin)
    number, squared, first = plain_gas(density, kelvin, gas.chemical_potential)
    wanted = 0.5 * density * 6.02214076e23 * HBARC_MEV_CM**3
    assert number == pytest.approx(wanted, rel=1e-8)
    assert gas.plasma_frequency**2 == pytest.approx(squared, rel=1e-8)
    assert gas.velocity**2 == pytest.approx(first / squared, rel=1e-8)
    assert gas.error < 1e-8


def test_degenerate_limit() -> None:
    gas = electron_gas(1e9, 1e7)
    energy = math.hypot(gas.fermi_momentum, M_ELECTRON)
    number = gas.fermi_momentum**3 / (3 * math.pi**2)
    limit = 4 * math.pi * ALPHA_EM * number / energy
    assert gas.plasma_frequency**2 == pytest.approx(limit, rel=1e-6)
    assert gas.velocity == pytest.approx(gas.fermi_momentum / energy, rel=1e-6)
    assert gas.chemical_potential == pytest.approx(energy, rel=1e-6)


def test_thin_limit() -> None:
    gas = electron_gas(2e2, 3e7)
    number = gas.fermi_momentum**3 / (3 * math.pi**2)
    t = gas.temperature / M_ELECTRON
    # next order of <1/E (1 - v²/3)>: 1 − 5T/2m
    limit = 4 * math.pi * ALPHA_EM * number / M_ELECTRON * (1 - 2.5 * t)
    assert gas.plasma_frequency**2 == pytest.approx(limit, rel=5e-4)
    assert gas.velocity**2 == pytest.approx(5 * t, rel=0.05)


def test_series_meets_closed_forms() -> None:
    import mpmath as mp

    x = np.array([1e-8, 1e-3, 0.049, 0.051, 0.1999, 0.2001, 0.7, 0.999])
    for at, f_t, f_l in zip(
        x, transverse_function(x), longitudinal_function(x), strict=True
    ):
        with mp.workdps(60):
            y = mp.mpf(float(at))
            log = mp.atanh(y) / y
            assert f_t == pytest.approx(
                float(1.5 / y**2 * (1 - (1 - y**2) * log)), rel=2e-14
            )
            assert f_l == pytest.approx(float(3 / y**2 * (log - 1)), rel=2e-14)


def equation(omega: float, k: float, gas, kind: str) -> float:  # type: ignore[no-untyped-def]
    """ω² − k² less the polarisation of Braaten and Segel, in its printed form."""
    import mpmath as mp

    with mp.workdps(40):
        w, q, v = mp.mpf(omega), mp.mpf(k), mp.mpf(gas.velocity)
        plasma = mp.mpf(gas.plasma_frequency) ** 2
        log = mp.log((w + v * q) / (w - v * q)) * w / (2 * v * q)
        if kind == "transverse":
            bracket = 1 - (w**2 - v**2 * q**2) / w**2 * log
            polarisation = plasma * 1.5 * w**2 / (v * q) ** 2 * bracket
        else:
            bracket = 3 * w**2 / (v * q) ** 2 * (log - 1)
            polarisation = plasma * (w**2 - q**2) / w**2 * bracket
        return float(w**2 - q**2 - polarisation)


@pytest.mark.parametrize("kind", ["transverse", "longitudinal"])
def test_dispersion_and_residue(kind) -> None:  # type: ignore[no-untyped-def]
    gas = electron_gas(1e6, 1e8)
    k = np.array([1e-5, 0.003, 0.01, 0.98 * gas.k_max])
    omega = plasmon_frequency(k, gas, kind)
    for a, b, z in zip(omega, k, plasmon_residue(k, gas, kind), strict=True):
        assert abs(equation(a, b, gas, kind)) < 1e-12 * gas.plasma_frequency**2
        # Z = 1/(1 − ∂π/∂ω²)
        h = 1e-6 * a
        up, down = (equation(a + s * h, b, gas, kind) for s in (1, -1))
        assert z == pytest.approx(4 * a * h / (up - down), rel=1e-6)


def test_longitudinal_ends_on_the_light_cone() -> None:
    gas = electron_gas(1e6, 1e8)
    assert plasmon_frequency(gas.k_max, gas, "longitudinal") == pytest.approx(
        gas.k_max, rel=1e-12
    )
    v = gas.velocity
    printed = 3 / v**2 * (math.log((1 + v) / (1 - v)) / (2 * v) - 1)
    assert gas.k_max == pytest.approx(gas.plasma_frequency * math.sqrt(printed))


@pytest.mark.parametrize(("density", "kelvin"), CASES)
def test_emission_against_plain_quadrature(density: float, kelvin: float) -> None:
    from scipy.integrate import quad

    gas = electron_gas(density, kelvin)
    found = plasmon_emission(density, kelvin, 1e-12)
    t = gas.temperature
    for moment, value in ((1e-12, found.magnetic), (None, found.weak)):

        def lost(k: float, kind, moment=moment) -> float:  # type: ignore[no-untyped-def]
            omega = float(plasmon_frequency(k, gas, kind))
            width = float(plasmon_width(k, gas, kind, moment=moment)) * HBAR_MEV_S
            return k * k / (2 * math.pi**2) * omega * width / math.expm1(omega / t)

        edges = t * np.array([0.0, 0.5, 1.5, 4.0, 10.0, 25.0])
        transverse = sum(
            quad(lost, a, b, ("transverse",), epsrel=1e-8, epsabs=0)[0]
            for a, b in itertools.pairwise(edges)
        )
        top = gas.k_max * (1 - 1e-9)
        longitudinal = quad(lost, 0, top, ("longitudinal",), epsrel=1e-8, epsabs=0)[0]
        cgs = 1.602176634e-6 / HBARC_MEV_CM**3 / HBAR_MEV_S / density
        whole = cgs * (2 * transverse + longitudinal)
        assert value == pytest.approx(whole, rel=1e-6)
    assert found.error < 1e-6


def test_width_is_that_of_the_talks_formula() -> None:
    # at rest K² = ω_p², Z = 1: μ²(K²)²/24πω with the Bohr magneton e/2m
    gas = electron_gas(1e6, 1e8)
    w = gas.plasma_frequency
    bohr2 = 4 * math.pi * ALPHA_EM / (4 * M_ELECTRON**2)
    expected = 1e-24 * bohr2 * w**3 / (24 * math.pi) / HBAR_MEV_S
    assert plasmon_width(0, gas, moment=1e-12) == pytest.approx(expected, rel=1e-12)
    c_v2 = (0.5 + 2 * SIN2_THETA_W_MZ) ** 2 + 2 * (0.5 - 2 * SIN2_THETA_W_MZ) ** 2
    assert c_v2 == pytest.approx(0.929, abs=5e-4)
    weak = c_v2 * G_FERMI**2 * w**5 / (48 * math.pi**2 * ALPHA_EM) / HBAR_MEV_S
    assert plasmon_width(0, gas) == pytest.approx(weak, rel=1e-12)


def test_anchors_in_red_giants() -> None:
    core, shell = (plasmon_emission(rho, 1e8, 1e-12) for rho in (1e6, 2e5))
    assert core.weak == pytest.approx(30.26, rel=1e-3)
    assert shell.weak == pytest.approx(3.055, rel=1e-3)
    assert core.ratio == pytest.approx(0.0972, rel=1e-3)
    assert shell.ratio == pytest.approx(0.418, rel=1e-3)
    assert core.ratio == pytest.approx(core.magnetic / core.weak, rel=1e-12)
    for found in (core, shell):
        near = 0.3185 * (0.01 / found.plasma_frequency) ** 2
        assert found.ratio == pytest.approx(near, rel=0.03)
    assert fitted_emission(1e6, 1e8) == pytest.approx(29.19, rel=1e-3)
    assert fitted_emission(2e5, 1e8) == pytest.approx(2.995, rel=1e-3)


@pytest.mark.parametrize(("density", "kelvin"), [(1e9, 1e9), (2e3, 1e7), (1e7, 3e8)])
def test_fit_follows_the_integrals(density: float, kelvin: float) -> None:
    own = plasmon_emission(density, kelvin, 0.0).weak
    assert fitted_emission(density, kelvin) == pytest.approx(own, rel=0.05)


def test_scales_with_the_moment() -> None:
    one, three = (plasmon_emission(1e6, 1e8, m) for m in (1e-12, 3e-12))
    assert three.magnetic == pytest.approx(9 * one.magnetic)
    assert plasmon_emission(1e6, 1e8, 0).magnetic == 0
    # where nothing is left in double precision, the ratio is
    cold = plasmon_emission(1e12, 1e7, 1e-12)
    assert cold.weak == 0
    assert 0 < cold.ratio < 1e-4


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: electron_gas(10, 1e8), "density must lie between 200 and 2e+12"),
        (lambda: electron_gas(1e6, 1e5), "temperature must lie between 1e+07 and"),
        (lambda: electron_gas(1e6, 1e8, 1.5), "y_e"),
        (lambda: electron_gas(math.nan, 1e8), "density"),
        (lambda: plasmon_emission(1e6, 1e8, -1e-12), "cannot be negative"),
        (lambda: plasmon_frequency(-1, electron_gas(1e6, 1e8)), "k, in MeV"),
        (
            lambda: plasmon_frequency(1, electron_gas(1e6, 1e8), "longitudinal"),
            "no longitudinal plasmons above k_max",
        ),
    ],
)
def test_bad_input(call, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=words.replace("+", r"\+")) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_unknown_polarisation() -> None:
    with pytest.raises(UnknownNameError):
        plasmon_frequency(0.01, electron_gas(1e6, 1e8), "circular")  # type: ignore[arg-type]


def test_one_matrix_for_dirac_and_majorana() -> None:
    """The package's matrix: a Dirac neutrino of moment μ is a Majorana pair of it."""
    from nuprobe.stars import stellar_moment

    one = nu.Electromagnetic(magnetic_moment={"ee": 2e-12}, kind="dirac")
    pair = nu.Electromagnetic(magnetic_moment={"emu": 2e-12}, kind="majorana")
    assert stellar_moment(one) == pytest.approx(2e-12)
    assert stellar_moment(pair) == pytest.approx(2e-12)
    # Dirac: ν_e ν̄_μ and ν_μ ν̄_e are two pairs
    cross = nu.Electromagnetic(magnetic_moment={"emu": 2e-12}, kind="dirac")
    assert stellar_moment(cross) == pytest.approx(math.sqrt(2) * 2e-12)
    for model in (one, pair, cross):
        moment = np.asarray(model.seen("magnetic_moment"))
        both = math.sqrt((np.abs(moment) ** 2).sum())
        assert stellar_moment(model, "matrix") == pytest.approx(both)
    assert stellar_moment(None) == 0


def weyl_rate(couplings: np.ndarray) -> float:
    """Rate of a plasmon to pairs of Weyl neutrinos with L = ½ Σ_ab m_ab χ_a σF χ_b +
    h.c., relative to one pair: final states counted one by one."""
    total = 0.0
    n = len(couplings)
    for a in range(n):
        for b in range(a, n):
            # m_ab is antisymmetric, and both orders make the same pair: ½ (m_ab − m_ba)
            amplitude = 0.5 * (couplings[a, b] - couplings[b, a])
            total += abs(amplitude) ** 2
    return total


@pytest.mark.parametrize("kind", ["dirac", "majorana"])
def test_counting_of_pairs(kind) -> None:  # type: ignore[no-untyped-def]
    """Against the same fields written as Weyl neutrinos: three, or six for Dirac."""
    rng = np.random.default_rng(3)
    raw = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
    turned = raw + raw.conj().T if kind == "dirac" else raw - raw.T
    model = nu.Electromagnetic(magnetic_moment=1e-12 * turned, kind=kind)
    if kind == "dirac":
        # N_i σF μ_ij ν_j: blocks of ν and N
        fields = np.block([[np.zeros((3, 3)), -turned.T], [turned, np.zeros((3, 3))]])
    else:
        fields = turned
    expected = 1e-12 * math.sqrt(weyl_rate(fields))
    from nuprobe.stars import stellar_moment

    assert stellar_moment(model) == pytest.approx(expected)


def test_stars_take_moments_alone() -> None:
    from nuprobe.stars import stellar_moment

    with pytest.raises(InputError, match="in stars only magnetic and electric moments"):
        stellar_moment(nu.Electromagnetic(charge_radius={"ee": 1e-32}))
