"""Oscillations against the explicit sum over mass states and against two-flavour
formulas."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import nuprobe as nu
from nuprobe.constants import ALPHA_EM, G_FERMI
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.experiments import Experiment
from nuprobe.flavours import FLAVOURS, FlavourState, flavour
from nuprobe.models import Electromagnetic, StandardModel
from nuprobe.oscillation import (
    NUFIT,
    PMNS,
    SOLAR_POTENTIALS,
    AtSource,
    Averaged,
    Propagation,
    Solar,
    Splittings,
    Vacuum,
    density,
    moment_limits,
    mu_eff,
    probabilities,
    state,
)
from nuprobe.prediction import Setup, build_templates
from nuprobe.processes import cevns, exchanges_of
from nuprobe.units import cm2, eV, km, m

THREE = PMNS(majorana=(0.4, 2.2))
FOUR = PMNS(sin2_14=0.05, sin2_24=0.02, sin2_34=0.03, delta_14=0.8, delta_34=2.0)
CASES = [(THREE, Splittings()), (FOUR, Splittings(dm41=1.3 * eV**2))]


def _arrive(
    u: NDArray[np.complex128],
    dm2: NDArray[np.float64],
    length: float,
    e: float,
    index: int,
    anti: bool,
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Amplitudes of mass states on arrival, U*_ℓk e^{−i m_k² L/2E}, written out."""
    u = u.conj() if anti else u
    arriving = [
        np.conj(u[index, k]) * np.exp(-1j * dm2[k] * length / (2 * e))
        for k in range(len(u))
    ]
    return np.array(arriving), u


@pytest.mark.parametrize(("mixing", "splittings"), CASES)
def test_the_matrix_is_unitary_and_standard(
    mixing: PMNS, splittings: Splittings
) -> None:
    u = mixing.matrix
    np.testing.assert_allclose(u @ u.conj().T, np.eye(mixing.size), atol=1e-15)
    if mixing.size == 3:
        s12, c12 = math.sqrt(mixing.sin2_12), math.sqrt(1 - mixing.sin2_12)
        s13, c13 = math.sqrt(mixing.sin2_13), math.sqrt(1 - mixing.sin2_13)
        s23, c23 = math.sqrt(mixing.sin2_23), math.sqrt(1 - mixing.sin2_23)
        d = np.exp(1j * mixing.delta_cp)
        standard = np.array(
            [
                [c12 * c13, s12 * c13, s13 / d],
                [
                    -s12 * c23 - c12 * s23 * s13 * d,
                    c12 * c23 - s12 * s23 * s13 * d,
                    s23 * c13,
                ],
                [
                    s12 * s23 - c12 * c23 * s13 * d,
                    -c12 * s23 - s12 * c23 * s13 * d,
                    c23 * c13,
                ],
            ]
        )
        np.testing.assert_allclose(
            u, standard * np.exp(0.5j * np.array([0, 0.4, 2.2])), atol=1e-15
        )
    else:
        assert abs(u[0, 3]) ** 2 == pytest.approx(0.05, rel=1e-12)
        assert abs(u[1, 3]) ** 2 == pytest.approx(0.02 * 0.95, rel=1e-12)
        assert abs(u[2, 3]) ** 2 == pytest.approx(0.03 * 0.95 * 0.98, rel=1e-12)
        np.testing.assert_allclose(
            PMNS(sin2_14=0.0).matrix[:3, :3], PMNS().matrix, atol=1e-15
        )


@pytest.mark.parametrize(("mixing", "splittings"), CASES)
@pytest.mark.parametrize("name", FLAVOURS)
@pytest.mark.parametrize(
    ("length", "e"), [(25 * m, 30.0), (180 * km, 3.0), (295 * km, 600.0)]
)
def test_amplitude_at_distance_is_the_explicit_sum(
    mixing: PMNS, splittings: Splittings, name: str, length: float, e: float
) -> None:
    # Σ_j |Σ_k U*_ℓk e^{−i m_k² L/2E} ((U†PU)_jk F_1 − F_Q Q_jk)|², P = 1 without
    # sterile states
    f, n = flavour(name), mixing.size
    t = 0.3 * float(cevns.recoil_maximum(e, nu.isotope("Ar40").mass))
    rng = np.random.default_rng(n)
    raw = rng.normal(size=(2, n, n)) + 1j * rng.normal(size=(2, n, n))
    charge, radius = (raw + raw.conj().swapaxes(1, 2)) * np.array([1e-12, 3e-31])[
        :, None, None
    ]
    raw = rng.normal(size=(2, n, n)) + 1j * rng.normal(size=(2, n, n))
    mu, eps = (raw + raw.conj().swapaxes(1, 2)) * 1e-10
    model = Electromagnetic(
        charge=charge,
        charge_radius=radius,
        magnetic_moment=mu,
        electric_moment=eps,
        basis="mass",
        mixing=mixing,
    )
    arriving, u = _arrive(
        mixing.matrix, splittings.squares(n), length, e, f.index, f.anti
    )
    target = nu.target("Ar40", nucleon="point")
    component = target.components[0]
    mass, z, neutrons = component.isotope.mass, component.isotope.z, component.isotope.n
    q2 = -2 * mass * t
    fp, fn = float(component.ff_p(np.array(-q2))), float(component.ff_n(np.array(-q2)))
    weak = (0.5 - 2 * 0.23863) * z * fp - 0.5 * neutrons * fn
    q = (
        2
        * math.sqrt(2)
        * math.pi
        * ALPHA_EM
        / (G_FERMI * q2)
        * (charge + q2 * radius * cm2 / 6)
    )
    active = u.conj().T @ np.diag([1.0] * 3 + [0.0] * (n - 3)) @ u
    conj = np.conj if f.anti else np.asarray
    amplitude = (active * weak - z * fp * conj(q)) @ arriving
    moment = conj(mu - 1j * eps) @ arriving
    kinematics = G_FERMI**2 * mass / math.pi * (1 - t / e - mass * t / (2 * e**2))
    magnetic = math.pi * ALPHA_EM**2 / 0.51099895**2 * (1 / t - 1 / e) * (z * fp) ** 2
    expected = (
        kinematics * np.sum(np.abs(amplitude) ** 2)
        + magnetic * np.sum(np.abs(moment) ** 2)
    ) / cm2
    way = Vacuum(length, mixing, splittings)
    got = cevns.differential(e, t, target, model, state(way, f, e), anti=f.anti)
    assert got == pytest.approx(expected, rel=1e-10, abs=0)
    assert mu_eff(model, f, e, way) == pytest.approx(
        np.linalg.norm(moment), rel=1e-10, abs=0
    )


@pytest.mark.parametrize(("mixing", "splittings"), CASES)
def test_probabilities(mixing: PMNS, splittings: Splittings) -> None:
    e, way = np.geomspace(1, 1000, 23), Vacuum(250 * km, mixing, splittings)
    for f in FLAVOURS.values():
        p = probabilities(way, f, e)
        assert p.shape == (23, mixing.size)
        np.testing.assert_allclose(p.sum(-1), 1, atol=1e-12)
        for i in (0, 11, 22):
            arriving, u = _arrive(
                mixing.matrix,
                splittings.squares(mixing.size),
                250 * km,
                e[i],
                f.index,
                f.anti,
            )
            np.testing.assert_allclose(p[i], np.abs(u @ arriving) ** 2, atol=1e-12)
    # CPT: P(α → β) = P(β̄ → ᾱ); CP: the phases reversed
    mirrored = replace(
        mixing,
        delta_cp=-mixing.delta_cp,
        delta_14=-mixing.delta_14,
        delta_34=-mixing.delta_34,
        majorana=(),
    )
    violation = 0.0
    for a, x in enumerate(("e", "mu", "tau")):
        np.testing.assert_allclose(
            probabilities(way, f"nubar_{x}", e),
            probabilities(replace(way, mixing=mirrored), f"nu_{x}", e),
            atol=1e-12,
        )
        for b, y in enumerate(("e", "mu", "tau")):
            forth, back = (
                probabilities(way, f"nu_{x}", e)[:, b],
                probabilities(way, f"nubar_{y}", e)[:, a],
            )
            np.testing.assert_allclose(forth, back, atol=1e-12)
            violation = max(
                violation,
                np.abs(forth - probabilities(way, f"nubar_{x}", e)[:, b]).max(),
            )
    assert violation > 1e-3  # T violation is there to be seen


def test_two_flavours() -> None:
    mixing = PMNS(sin2_12=0.3, sin2_13=0.0, sin2_23=0.0)
    way = Vacuum(60 * km, mixing, Splittings(dm21=7.5e-5 * eV**2))
    e = np.array([2.0, 4.0, 8.0])
    argument = 1.2669328 * 7.5e-5 * 60e3 / e  # Δm²/eV² L/m E⁻¹ MeV
    np.testing.assert_allclose(
        probabilities(way, "nu_e", e)[:, 0], 1 - 0.84 * np.sin(argument) ** 2, rtol=1e-6
    )


@pytest.mark.parametrize(("mixing", "splittings"), CASES)
@pytest.mark.parametrize("name", FLAVOURS)
def test_zero_distance_is_the_source(
    mixing: PMNS, splittings: Splittings, name: str
) -> None:
    e, f = np.array([0.5, 30.0]), flavour(name)
    expected = np.zeros((mixing.size, mixing.size))
    expected[f.index, f.index] = 1
    for length, tolerance in (
        (0.0, 1e-12),
        (2e-6 * m, 2e-5),
    ):  # the phase at 2 µm is 1e-5 for Δm² = 1 eV²
        np.testing.assert_allclose(
            density(Vacuum(length, mixing, splittings), f, e)[0],
            expected,
            atol=tolerance,
        )
    nothing = Vacuum(0.0, mixing, splittings)
    assert nothing.names == AtSource().names
    model = Electromagnetic(charge_radius={"ee": 1e-31, "emu": 3e-31j, "mutau": 2e-31})
    near = cevns.differential(
        30.0, 0.01, "Ar40", model, state(nothing, f, 30.0), anti=f.anti
    )
    assert near == pytest.approx(
        cevns.differential(30.0, 0.01, "Ar40", model, f), rel=1e-12, abs=0
    )


@pytest.mark.parametrize(("mixing", "splittings"), CASES)
def test_fast_oscillations_average_to_incoherent_mass_states(
    mixing: PMNS, splittings: Splittings
) -> None:
    rng = np.random.default_rng(4)
    e = rng.uniform(1.0, 2.0, 400_000)
    mean = density(Vacuum(1e9 * km, mixing, splittings), "nubar_mu", e).mean(0)
    np.testing.assert_allclose(
        mean, density(Averaged(mixing), "nubar_mu", 1.0), atol=5e-3
    )
    u = np.abs(mixing.matrix) ** 2
    np.testing.assert_allclose(
        probabilities(Averaged(mixing), "nu_mu", 1.0), u @ u[1], rtol=1e-12
    )


def test_degenerate_masses_do_not_oscillate() -> None:
    way = Vacuum(1e6 * km, PMNS(), Splittings(dm21=0.0, dm31=0.0))
    np.testing.assert_allclose(probabilities(way, "nu_mu", 1.0), [0, 1, 0], atol=1e-12)


def test_templates_fold_the_oscillation() -> None:
    # folding over energy inside the templates against a sum of the differential cross
    # section at each energy
    flux, length = nu.flux("sns"), 500 * km
    line = next(c for c in flux.components if c.lines)
    only = replace(flux, components=(line,))
    way = Vacuum(length)
    experiment = nu.experiment("coherent-csi-2017", Experiment)
    model = Electromagnetic(charge_radius={"ee": -1e-31, "emu": 2e-31j, "mutau": 1e-31})
    exchanges = exchanges_of(model.couplings())
    base = experiment.signal.setup(0.0, exchanges)

    def counts(**changes: Any) -> float:
        setup = replace(base, flux=only, time_edges=None, **changes)
        templates = build_templates(setup)
        return float(templates.by_component(templates.coefficients(model)).sum())

    assert isinstance(base, Setup)
    ratio = counts(propagation=way) / counts()
    e = line.lines[0].energy
    t = np.linspace(1e-4, 0.014, 300)

    def mean(state_: FlavourState | str) -> NDArray[np.float64]:
        return cevns.differential(e, t, experiment.target(), model, state_, anti=False)

    # the recoil dependence of the ratio is weak: charge radii act on protons only
    ratios = mean(state(way, "nu_mu", e)) / mean("nu_mu")
    inside = t < 0.9 * float(cevns.recoil_maximum(e, nu.isotope("Cs133").mass))
    assert ratios[inside].min() * 0.999 < ratio < ratios[inside].max() * 1.001
    assert abs(ratio - 1) > 1e-3


# -- the Sun


def test_solar_shares_against_the_hamiltonian() -> None:
    # cos²θ_M from the eigenvectors of the two-flavour Hamiltonian in matter, as a
    # second method
    mixing, splittings = PMNS(), Splittings()
    c13 = 1 - mixing.sin2_13
    s, c = math.sqrt(mixing.sin2_12), math.sqrt(1 - mixing.sin2_12)
    rotation = np.array([[c, s], [-s, c]])
    for component, e in (("pp", 0.3), ("Be7", 0.862), ("B8", 10.0)):
        vacuum = rotation @ np.diag([0.0, splittings.dm21 / (2 * e)]) @ rotation.T
        _, vectors = np.linalg.eigh(
            vacuum + np.diag([c13 * SOLAR_POTENTIALS[component], 0.0])
        )
        expected = [c13 * vectors[0, 0] ** 2, c13 * vectors[0, 1] ** 2, mixing.sin2_13]
        np.testing.assert_allclose(
            Solar(component).functions(np.array(e)), expected, rtol=1e-10
        )


def test_solar_limits_and_survival() -> None:
    p = PMNS()
    vacuum = probabilities(Solar(0.0), "nu_e", [0.1, 10.0])
    np.testing.assert_allclose(
        vacuum, probabilities(Averaged(p), "nu_e", [0.1, 10.0]), rtol=1e-12
    )
    dense = probabilities(Solar(1e-6), "nu_e", 10.0)
    np.testing.assert_allclose(
        dense,
        np.abs(p.matrix[:, 1]) ** 2 * (1 - p.sin2_13)
        + p.sin2_13 * np.abs(p.matrix[:, 2]) ** 2,
        rtol=1e-5,
    )
    # measured survival: about 0.55 of pp, 0.53 of ⁷Be, a third of ⁸B
    for component, e, low, high in (
        ("pp", 0.3, 0.53, 0.57),
        ("Be7", 0.862, 0.50, 0.55),
        ("B8", 10.0, 0.30, 0.36),
    ):
        assert low < probabilities(Solar(component), "nu_e", e)[0] < high


def test_solar_effective_moment_is_incoherent() -> None:
    way = Solar("Be7", THREE)
    p = way.functions(np.array(0.862))
    raw = np.random.default_rng(3).normal(size=(2, 3, 3)) * 1e-11
    mu, eps = raw + raw.swapaxes(1, 2)
    model = Electromagnetic(
        magnetic_moment=mu, electric_moment=eps, basis="mass", mixing=THREE
    )
    expected = math.sqrt(
        sum(
            p[k] * sum(abs(mu[j, k] - 1j * eps[j, k]) ** 2 for j in range(3))
            for k in range(3)
        )
    )
    assert mu_eff(model, "nu_e", 0.862, way) == pytest.approx(
        expected, rel=1e-12, abs=0
    )
    lam = np.array([1.0, 2.0, 3.0]) * 1e-11
    transitions = {"23": 1j * lam[0], "13": 1j * lam[1], "12": 1j * lam[2]}
    majorana = Electromagnetic(
        magnetic_moment=transitions, kind="majorana", basis="mass", mixing=THREE
    )
    # |Λ|² − Σ_k P_k |Λ_k|²
    expected = math.sqrt((lam**2).sum() - (p * lam**2).sum())
    assert mu_eff(majorana, "nu_e", 0.862, way) == pytest.approx(
        expected, rel=1e-12, abs=0
    )
    # Majorana phases drop out of the Sun's incoherent sum
    other = Electromagnetic(
        magnetic_moment=transitions, kind="majorana", basis="mass", mixing=PMNS()
    )
    assert mu_eff(other, "nu_e", 0.862, Solar("Be7")) == pytest.approx(
        expected, rel=1e-12, abs=0
    )
    assert mu_eff(StandardModel(), "nu_e", 1.0, way) == 0


def test_limits_on_mass_states_beside_published_ones() -> None:
    # Canas:2015yoa (abstract): μ < 3.1e-11 from the Sun gives |Λ_1|, |Λ_2|, |Λ_3| <
    # 5.6, 4.0, 3.1e-11. Theirs are limits of a fit with the whole spectrum; one
    # effective moment with vacuum averages comes within 8 %
    shares = Averaged().states(flavour("nu_e"))[0].weights
    found = moment_limits(3.1e-11, shares)
    for name, published in (
        ("lambda_1", 5.6e-11),
        ("lambda_2", 4.0e-11),
        ("lambda_3", 3.1e-11),
    ):
        assert found[name] == pytest.approx(published, rel=0.08, abs=0)
    assert found["mu_11"] < found["mu_22"] < found["mu_33"]
    assert (
        found["lambda_3"]
        == found["mu_12"]
        == pytest.approx(3.1e-11 / math.sqrt(1 - 0.02215), rel=1e-9, abs=0)
    )
    # each limit is where the effective moment meets it
    for name, key in (("mu_12", "12"), ("mu_33", "33")):
        model = Electromagnetic(
            magnetic_moment={key: found[name]}, basis="mass", mixing=PMNS()
        )
        assert mu_eff(model, "nu_e", 1.0, Averaged()) == pytest.approx(
            3.1e-11, rel=1e-12, abs=0
        )
    assert moment_limits(1.0, [1.0, 0.0, 0.0])["mu_22"] == math.inf


# -- input


def test_defaults_are_the_named_fit() -> None:
    assert PMNS() == PMNS.nufit("normal")
    assert Splittings() == Splittings.nufit("normal")
    inverted = Splittings.nufit("inverted")
    assert inverted.dm31 < 0
    assert inverted.dm31 - inverted.dm21 == pytest.approx(
        -2.484e-3 * eV**2, rel=1e-12, abs=0
    )
    assert set(NUFIT) == {"normal", "inverted"}
    np.testing.assert_allclose(
        Splittings().masses() / eV, [0, 8.654e-3, 5.013e-2], rtol=1e-3
    )
    masses = inverted.masses(0.01 * eV)
    assert masses.argmin() == 2
    assert masses[2] == pytest.approx(0.01 * eV, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        (lambda: PMNS(sin2_12=1.2), "sin2_12"),
        (lambda: PMNS(sin2_14=-0.1), "sin2_14"),
        (lambda: PMNS(sin2_12="a"), "sin2_12"),  # type: ignore[arg-type]
        (lambda: PMNS(sin2_12=None), "sin2_12"),  # type: ignore[arg-type]
        (lambda: PMNS(sin2_12=np.array([0.1, 0.2])), "sin2_12"),  # type: ignore[arg-type]
        (lambda: PMNS(delta_cp="212"), "delta_cp in radians"),  # type: ignore[arg-type]
        (lambda: PMNS(majorana=0.3), "(0.3, 0.0)"),  # type: ignore[arg-type]
        (lambda: PMNS(majorana=("a",)), "majorana"),  # type: ignore[arg-type]
        (lambda: PMNS.nufit(["normal"]), "mass ordering"),  # type: ignore[arg-type]
        (lambda: Splittings(dm21=None), "dm21"),  # type: ignore[arg-type]
        (lambda: Splittings(dm21="7.5e-5 eV2"), "7.5e-5 * eV**2"),  # type: ignore[arg-type]
        (lambda: Splittings(dm21=7.5e-5), "with its unit, 7.5e-05 * eV**2"),
        (lambda: Splittings(dm31=-2.5e-3), "with its unit"),
        (lambda: Vacuum("53 km"), "53 * km"),  # type: ignore[arg-type]
        (lambda: Vacuum(53), "with its unit, 53 * km"),
        (lambda: Vacuum(1 * km, np.eye(3)), "PMNS()"),  # type: ignore[arg-type]
        (lambda: Averaged(np.eye(3)), "PMNS()"),  # type: ignore[arg-type]
        (lambda: Solar(mixing=np.eye(3)), "PMNS()"),  # type: ignore[arg-type]
        (lambda: Vacuum(1 * km, PMNS(), (1, 2)), "Splittings("),  # type: ignore[arg-type]
        (lambda: Solar(None), "name of a component"),  # type: ignore[arg-type]
        (lambda: Splittings().masses("a"), "lightest"),  # type: ignore[arg-type]
        (lambda: state(Averaged(), "nu_e", [1.0, 2.0]), "one finite number"),  # type: ignore[arg-type]
        (lambda: state(Averaged(), ["nu_e"], 1.0), "flavour"),  # type: ignore[arg-type]
        (lambda: state("vacuum", "nu_e", 1.0), "Averaged()"),  # type: ignore[arg-type]
        (lambda: probabilities(Averaged, "nu_e", 1.0), "Averaged()"),  # type: ignore[arg-type]
        (lambda: mu_eff(Electromagnetic(), "nu_e", 1.0, None), "Averaged()"),  # type: ignore[arg-type]
        (
            lambda: probabilities(Vacuum(1e9 * km), "nu_e", [1.0, 1e-300]),
            "at 1e-300 MeV",
        ),
        (
            lambda: mu_eff(
                Electromagnetic(mu_eff={"e": 1e-11}), "nu_e", 1e-300, Vacuum(1e9 * km)
            ),
            "at 1e-300 MeV",
        ),
        (lambda: moment_limits("a", [0.7, 0.2, 0.1]), "Bohr magnetons"),  # type: ignore[arg-type]
        (lambda: moment_limits(1.0, ["a"]), "shares"),
        (lambda: PMNS(delta_cp=math.nan), "delta_cp"),
        (lambda: PMNS(majorana=(1.0, 2.0, 3.0)), "at most 2"),
        (lambda: PMNS.nufit("sideways"), "mass ordering"),
        (lambda: Splittings(dm31=math.inf), "dm31"),
        (lambda: Splittings().masses(-1.0), "lightest"),
        (lambda: Vacuum(-1.0), "baseline"),
        (lambda: Vacuum(math.nan), "baseline"),
        (lambda: Vacuum(1.0, FOUR), "dm41"),
        (lambda: Vacuum(1.0, PMNS(), Splittings(dm41=eV**2)), "only the mass"),
        (lambda: Solar(mixing=FOUR), "sterile"),
        (lambda: Solar("B9"), "component"),
        (lambda: Solar(-1.0), "potential"),
        (lambda: probabilities(Solar(), "nu_mu", 1.0), "nu_e"),
        (lambda: probabilities(Solar(), "nubar_e", 1.0), "nu_e"),
        (lambda: probabilities(Averaged(), "nu_e", [1.0, -1.0]), "positive"),
        (lambda: probabilities(Averaged(), "nu_e", math.nan), "positive"),
        (lambda: probabilities(Averaged(), "nu_x", 1.0), "flavour"),
        (lambda: probabilities(Averaged(), "nu_e", "fast"), "real number"),
        (lambda: mu_eff("em", "nu_e", 1.0, Averaged()), "model"),  # type: ignore[arg-type]
        (lambda: moment_limits(0.0, [0.7, 0.2, 0.1]), "positive"),
        (lambda: moment_limits(1.0, [0.7, 0.2]), "three"),
        (lambda: moment_limits(1.0, [0.7, 0.2, 0.2]), "add up"),
    ],
)
def test_bad_input_is_one_line_that_names_it(
    call: Callable[[], object], hint: str
) -> None:
    with pytest.raises((InputError, UnknownNameError)) as caught:
        call()
    assert hint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_components_of_the_sun_in_both_spellings() -> None:
    assert Solar("8B") == Solar("B8")
    assert Solar("7Be").potential == SOLAR_POTENTIALS["Be7"]


WAYS: list[Propagation] = [
    AtSource(),
    Vacuum(1 * km),
    Vacuum(0.0),
    Vacuum(295 * km, FOUR, Splittings(dm41=1.3 * eV**2)),
    Averaged(),
    Solar(),
]


@pytest.mark.parametrize("way", WAYS)
def test_names_functions_and_states_agree(way: Propagation) -> None:
    e = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert way.functions(e).shape == (2, 2, len(way.names))
    assert len(way.states(flavour("nu_e"))) == len(way.names)
    np.testing.assert_allclose(
        np.trace(density(way, "nu_e", e), axis1=-2, axis2=-1), 1, atol=1e-12
    )


@pytest.mark.parametrize("way", WAYS)
def test_phases_are_the_functions_in_analytic_form(way: Propagation) -> None:
    if isinstance(way, Solar):
        assert way.phases is None
        return
    assert way.phases is not None
    assert len(way.phases) == len(way.names)
    e = np.geomspace(0.5, 500, 200)
    shapes: dict[str, Callable[[Any], Any]] = {
        "constant": np.ones_like,
        "cos": np.cos,
        "sin": np.sin,
    }
    expected = [shapes[form](scale / e) for form, scale in way.phases]
    largest = max(abs(scale) for _, scale in way.phases) / e[0]
    np.testing.assert_allclose(
        way.functions(e), np.stack(expected, -1), atol=1e-15 * (1 + largest)
    )
