"""Upscattering by a dipole: explicit Dirac traces, two-body kinematics, limits of a
light and a heavy N, and what experiments make of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

import nuprobe as nu
from nuprobe.catalogue.quantities import unit_factor
from nuprobe.constants import ALPHA_EM, HBAR_MEV_S
from nuprobe.cosmology.decay import lifetime_of
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.experiments import Experiment
from nuprobe.models import DipolePortal, StandardModel
from nuprobe.processes.cross_section import differential, total
from nuprobe.processes.elastic.upscattering import Upscattering, kinematics
from nuprobe.units import GeV

ONE, X = np.eye(2), np.array([[0, 1], [1, 0]], complex)
Y, Z = np.array([[0, -1j], [1j, 0]]), np.diag([1.0, -1.0]).astype(complex)
GAMMA = [np.kron(Z, ONE), *(np.kron(1j * Y, s) for s in (X, Y, Z))]
METRIC = np.diag([1.0, -1, -1, -1])
FIVE = 1j * GAMMA[0] @ GAMMA[1] @ GAMMA[2] @ GAMMA[3]
LEFT = (np.eye(4) - FIVE) / 2


def slash(p: np.ndarray) -> np.ndarray:
    return np.asarray(sum(METRIC[i, i] * p[i] * GAMMA[i] for i in range(4)))


def sigma(mu: int, q: np.ndarray) -> np.ndarray:
    """σ^{μβ} q_β."""
    a, b = GAMMA[mu], slash(q)
    return np.asarray(0.5j * (a @ b - b @ a))


def traced(e: float, t: float, m: float, big: float, half: bool) -> float:
    """dσ/dT over d², from traces with the vertex 2d σ^{μβ} q_β P_L."""
    after = np.sqrt((e - t) ** 2 - big**2)
    q = np.sqrt(t**2 + 2 * m * t)
    along = (e**2 + q**2 - after**2) / (2 * e)
    across = np.sqrt(max(q**2 - along**2, 0.0))
    k, p = np.array([e, 0, 0, e]), np.array([m, 0, 0, 0])
    q4 = np.array([-t, -across, 0, -along])  # of the neutrino: k − k′ = p′ − p
    k2, p2 = k + q4, p - q4
    out, into = slash(k2) + big * np.eye(4), slash(k)
    lepton = np.zeros((4, 4), complex)
    hadron = np.zeros((4, 4), complex)
    for a in range(4):
        for b in range(4):
            left, right = 2 * sigma(a, q4) @ LEFT, 2 * sigma(b, q4) @ LEFT
            bar = GAMMA[0] @ right.conj().T @ GAMMA[0]
            lepton[a, b] = np.trace(out @ left @ into @ bar)
            if half:
                hadron[a, b] = 0.5 * np.trace(
                    (slash(p2) + m * np.eye(4))
                    @ GAMMA[a]
                    @ (slash(p) + m * np.eye(4))
                    @ GAMMA[b]
                )
            else:
                hadron[a, b] = (p + p2)[a] * (p + p2)[b]
    lower = METRIC @ hadron @ METRIC
    square = 4 * np.pi * ALPHA_EM * np.sum(lepton * lower).real / (2 * m * t) ** 2
    return float(square * 2 * m / (16 * np.pi * (2 * m * e) ** 2))


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize(
    ("e", "m", "big"), [(30.0, 500.0, 12.0), (2.0, 0.511, 0.3), (5.0, 0.511, 1.2)]
)
def test_traces(e: float, m: float, big: float, half: bool) -> None:
    where = Upscattering(m, big)
    low, high = (float(f(np.array(e))) for f in (where.t_min, where.t_max))
    for t in np.linspace(low, high, 7)[1:-1]:
        found = float(kinematics(np.array(e), np.array(t), m, big, half))
        assert found == pytest.approx(traced(e, t, m, big, half), rel=1e-9)


@given(
    m=st.floats(0.5, 1e5),
    big=st.floats(1e-3, 200.0),
    share=st.floats(1e-3, 20.0),
)
def test_ends_are_those_of_two_bodies(m: float, big: float, share: float) -> None:
    where = Upscattering(m, big)
    e = where.threshold * (1 + share)
    s = m * m + 2 * m * e
    root = np.sqrt(s)
    k = (s - m * m) / (2 * root)
    energy = (s + big**2 - m * m) / (2 * root)
    after = np.sqrt(max(energy**2 - big**2, 0.0))
    ends = [(2 * k * (energy + x * after) - big**2) / (2 * m) for x in (-1, 1)]
    high = float(where.t_max(np.array(e)))
    low = float(where.t_min(np.array(e)))
    assert high == pytest.approx(ends[1], rel=1e-6)
    assert low == pytest.approx(ends[0], rel=1e-5, abs=1e-7 * high)
    for t in (low, high):
        assert float(where.e_min(np.array(t))) == pytest.approx(e, rel=1e-6)
    # nothing below the threshold; inside, the cross section is positive
    assert float(where.t_max(np.array(0.999 * where.threshold))) == 0.0
    inside = low + (high - low) * np.linspace(0.05, 0.95, 9)
    for half in (False, True):
        assert (kinematics(np.array(e), inside, m, big, half) > 0).all()


def test_light_heavy_neutrino_is_a_magnetic_moment() -> None:
    d, t = 1e-6, np.array([1e-4, 1e-3, 1e-2])
    moment = {"mu": d / unit_factor("muB", "dipole_coupling")}
    portal = DipolePortal(mass=1e-3, coupling=d, flavour="mu")
    for process, e, target in (("cevns", 30.0, "Ar40"), ("electron", 1.0, "Xe")):
        by_portal, by_moment = (
            differential(nu.process(process), e, t, target, model, "nu_mu")
            for model in (portal, nu.Electromagnetic(mu_eff=moment))
        )
        np.testing.assert_allclose(by_portal, by_moment, rtol=1e-5)


def test_total_is_the_integral() -> None:
    model = DipolePortal(mass=20.0, coupling=1e-6)
    argon = nu.target("Ar40").components[0]
    where, z = Upscattering(argon.isotope.mass, 20.0), 18
    low, high = (float(f(np.array(30.0))) for f in (where.t_min, where.t_max))

    def one(t: float) -> float:
        factor = float(argon.shapes(np.array(2 * argon.isotope.mass * t))[0]) ** 2
        e, at = np.array(30.0), np.array(t)
        return float(kinematics(e, at, argon.isotope.mass, 20.0, half=False)) * factor

    plain = quad(lambda u: one(np.exp(u)) * np.exp(u), np.log(low), np.log(high))[0]
    cm2 = 1.973269804e-11**2  # cm² of 1/MeV²
    ours, weak = (
        float(total(nu.process("cevns"), 30.0, "Ar40", m, "nu_e"))
        for m in (model, StandardModel())
    )
    assert ours - weak == pytest.approx(plain * (1e-6 / GeV) ** 2 * cm2, rel=1e-5)
    # a heavy charge seen from far: Z² stands in front
    assert one(low) / float(
        kinematics(np.array(30.0), np.array(low), argon.isotope.mass, 20.0, False)
    ) == pytest.approx(z**2, rel=0.1)


def test_too_heavy_changes_nothing() -> None:
    model = DipolePortal(mass=40.0, coupling=1.0)
    t = np.array([1e-3, 1e-2])
    for m in (model, StandardModel()):
        found = differential(nu.process("cevns"), 30.0, t, "Ar40", m, "nu_mu")
        np.testing.assert_allclose(
            found,
            differential(
                nu.process("cevns"), 30.0, t, "Ar40", StandardModel(), "nu_mu"
            ),
            rtol=1e-15,
        )


def test_flavours_and_squares() -> None:
    t, e = np.array([1e-3]), 30.0

    def extra(model: Any, flavour: str) -> float:
        found, weak = (
            differential(nu.process("cevns"), e, t, "Ge", m, flavour)
            for m in (model, StandardModel())
        )
        return float((found - weak)[0])

    muon = DipolePortal(mass=10.0, coupling=1e-6, flavour="mu")
    every = DipolePortal(mass=10.0, coupling=1e-6)
    twice = DipolePortal(mass=10.0, coupling=2e-6)
    assert extra(muon, "nu_e") == 0.0
    assert extra(muon, "nu_mu") == pytest.approx(extra(every, "nubar_e"), rel=1e-9)
    assert extra(twice, "nu_tau") == pytest.approx(4 * extra(every, "nu_tau"), rel=1e-9)


def test_width_beside_the_early_universe() -> None:
    portal = DipolePortal(mass=4.0, coupling=1e-9, flavour="e")
    width = (1e-9 / GeV) ** 2 * 4.0**3 / (4 * np.pi)
    assert lifetime_of(4.0, portal.decay_moment) == pytest.approx(
        HBAR_MEV_S / width, rel=1e-4
    )


def test_rates_of_a_beam_by_hand() -> None:
    """Events of CONUS+ scale with d², and those of a light N are those of a moment."""
    conus = nu.experiment("conus-plus")
    rates = {
        d: conus.predict(DipolePortal(mass=1.0, coupling=d)).total.sum()
        for d in (0.0, 1e-7, 2e-7)
    }
    one, two = rates[1e-7] - rates[0.0], rates[2e-7] - rates[0.0]
    assert two == pytest.approx(4 * one, rel=1e-9)
    light = conus.predict(DipolePortal(mass=1e-4, coupling=1e-8)).total.sum()
    moment = nu.Electromagnetic(
        mu_eff={"e": 1e-8 / unit_factor("muB", "dipole_coupling")}
    )
    assert light - rates[0.0] == pytest.approx(
        conus.predict(moment).total.sum() - rates[0.0], rel=2e-3
    )


def test_limit_mass_by_mass(tmp_path: Any) -> None:
    """−2 ln L at the limit lies z² above the best coupling; the light end is that of a
    magnetic moment; a checkpoint gives the same bits."""
    conus = nu.experiment("conus-plus")
    file = tmp_path / "limit.h5"
    found = nu.limit(
        [conus], "dipole-portal", mass=[1e-3, 5.0], cl=0.9, checkpoint=str(file)
    )
    d = found["conus-plus"].coupling
    for mass, g in zip((1e-3, 5.0), d, strict=True):
        cost = conus.cost(DipolePortal(mass=mass, coupling=1e-6), ["coupling"])
        grid = np.linspace(0, 1.2 * g, 200)
        profile = cost.profiled(np.array([*grid, g])[:, None]).twice_nll
        assert profile[-1] - profile.min() == pytest.approx(2.706, abs=2e-3)
    upper = conus.fit(nu.Electromagnetic(mu_eff={"e": 1e-12}), ["mu_eff.e"], cl=0.9)
    assert d[0] / unit_factor("muB", "dipole_coupling") == pytest.approx(
        upper.free[0].regions[-1].high, rel=2e-3
    )
    again = nu.limit(
        [conus],
        "dipole-portal",
        mass=[1e-3, 5.0],
        cl=0.9,
        checkpoint=str(file),
        resume=True,
    )
    np.testing.assert_array_equal(again["conus-plus"].coupling, d)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: DipolePortal(mass=0.0, coupling=1e-6), InputError, "magnetic moment"),
        (lambda: DipolePortal(mass=1.0, coupling=np.nan), InputError, "finite"),
        (
            lambda: DipolePortal(mass=1.0, coupling=1e-6, flavour="x"),  # type: ignore[arg-type]
            UnknownNameError,
            "flavour",
        ),
        (
            lambda: nu.limit(["ccfr-trident"], "dipole-portal", mass=[1.0]),
            InputError,
            "leave trident experiments out",
        ),
        (
            lambda: nu.experiment("ccfr-trident").predict(
                DipolePortal(mass=1.0, coupling=1e-6)
            ),
            InputError,
            "tridents with a heavy neutrino",
        ),
        (
            lambda: (
                DipolePortal(
                    mass=1.0, coupling=1e-6, base=DipolePortal(mass=2.0, coupling=1e-6)
                ).parameters
            ),
            InputError,
            "parameter 'coupling'",
        ),
    ],
)
def test_refused(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()


def test_other_mass_than_that_of_templates() -> None:
    conus = nu.experiment("conus-plus")
    assert isinstance(conus, Experiment)
    templates = conus.templates(DipolePortal(mass=1.0, coupling=1e-6))
    with pytest.raises(InputError, match="heavy neutrino of 2 MeV"):
        templates.coefficients(DipolePortal(mass=2.0, coupling=1e-6))


def test_a_fit_leaves_the_mass_alone() -> None:
    with pytest.raises(InputError, match=r"fixed in a fit.*limit conus-plus"):
        nu.experiment("conus-plus").fit(
            DipolePortal(mass=1.0, coupling=1e-8), free=["mass"]
        )
