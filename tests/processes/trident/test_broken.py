"""Tridents on broken nucleons: structure functions against published numbers, the
integrals against other routes, the sum against another calculation."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import nuprobe.processes.trident as trident
from nuprobe.constants import ALPHA_EM, M_ELECTRON, M_MUON, M_PROTON, M_TAU
from nuprobe.errors import InputError
from nuprobe.models import StandardModel
from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.processes.trident.broken import broken_kernels, load_broken
from nuprobe.processes.trident.cross_section import PREFACTOR
from nuprobe.processes.trident.currents import nucleon
from nuprobe.processes.trident.inelastic import (
    FINE,
    KINDS,
    PAIRS,
    broken_threshold,
    integrated,
    shells,
)
from nuprobe.processes.trident.kernels import current_kernels
from nuprobe.processes.trident.lepton import pair_functions, structure, x_minimum
from nuprobe.processes.trident.resonances import (
    nucleon_transverse,
    proton_cross_sections,
)
from nuprobe.processes.trident.structure_functions import (
    photoabsorption,
    structure_functions,
)
from nuprobe.processes.trident.tables import evaluate
from nuprobe.reproductions.recipes.tridents import trident_real_photon

approx = partial(pytest.approx, rel=1e-6, abs=0.0)
MUMU = "nu_mu -> nu_mu mu+ mu-"
MUONS = (M_MUON, M_MUON)
UB = 1e-30  # cm²

# Q², W² in GeV²; F₂ of the neutron and the proton, F₁ of the proton, as the authors of
# the fits print them to three digits for their routine
PRINTED = [
    (1.0, 1.5, 0.204, 0.231, 0.410),
    (1.0, 2.0, 0.129, 0.159, 0.250),
    (1.0, 2.5, 0.169, 0.227, 0.360),
    (1.0, 3.0, 0.224, 0.315, 0.500),
    (1.0, 3.5, 0.218, 0.309, 0.521),
    (2.0, 1.5, 0.079, 0.091, 0.104),
    (2.0, 2.0, 0.058, 0.091, 0.104),
    (2.0, 2.5, 0.090, 0.139, 0.162),
    (2.0, 3.0, 0.137, 0.214, 0.252),
    (2.0, 3.5, 0.136, 0.227, 0.272),
]


@pytest.mark.parametrize(("q2", "w2", "f2_n", "f2_p", "f1_p"), PRINTED)
def test_the_fits_give_what_their_authors_print(
    q2: float, w2: float, f2_n: float, f2_p: float, f1_p: float
) -> None:
    mass, w2_, q2_ = 0.9382727, np.array([w2]), np.array([q2])
    unit = (w2 - mass**2) / (8 * math.pi**2 * ALPHA_EM * 389.4)
    transverse, longitudinal = proton_cross_sections(w2_, q2_)
    one = unit * float(transverse[0])
    other = 2 * unit * float(nucleon_transverse(w2_, q2_)[0]) - one
    nu = (w2 - mass**2 + q2) / (2 * mass)
    to_f2 = nu / mass * (1 + float(longitudinal[0] / transverse[0])) / (1 + nu**2 / q2)
    assert one == approx(f1_p, abs=7e-4)
    assert one * to_f2 == approx(f2_p, abs=7e-4)
    # their routine reads the neutron from a table in steps of 1 MeV
    assert other * to_f2 == approx(f2_n, abs=1e-3)


def test_real_photons_on_the_proton() -> None:
    """The plateau of 115 µb, its rise to HERA (174 ± 14 µb at W = 209 GeV, ZEUS), the
    peak of the Δ (data 530 µb; the fit is 10 % low, as its docstring says), and nothing
    longitudinal."""
    w = np.array([10e3, 209e3, 1212.0])
    transverse, longitudinal = photoabsorption("proton", w, np.zeros(3))
    assert transverse[0] / UB == approx(115, abs=3)
    assert transverse[1] / UB == approx(174, abs=14)
    assert 470 < transverse[2] / UB < 540
    assert not longitudinal.any()
    assert photoabsorption("proton", np.array([1073.0]), np.zeros(1))[0] == 0
    # and F₂/Q² goes to σ/4π²α
    f2 = structure_functions("proton", w, np.full(3, 1e-2))[0] / 1e-2
    limit = transverse / (4 * math.pi**2 * ALPHA_EM * (197.3269804e-13) ** 2)
    assert f2 == approx(limit, rel=2e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_structure_functions_are_positive_and_scale(kind: str) -> None:
    w, q2 = np.meshgrid(np.geomspace(1074, 1e6, 60), np.geomspace(1e-6, 1e9, 60))
    f2, f_l = structure_functions(kind, w, q2)
    assert np.isfinite(f2).all()
    assert (f2 > 0).all()
    assert (f_l >= 0).all()
    f1_x = (1 + 4 * M_PROTON**2 * q2 / (w**2 - M_PROTON**2 + q2) ** 2) * f2 - f_l
    assert (f1_x > 0).all()
    # at x = 0.2 a tenfold Q² changes F₂ by little
    q2 = np.array([1e7, 1e8])
    deep, _ = structure_functions(kind, np.sqrt(4 * q2 + M_PROTON**2), q2)
    assert deep[1] / deep[0] == approx(1.0, abs=0.15)


def test_both_parametrisations_meet() -> None:
    """Fits that were made apart, where W² = 4.4 GeV² belongs to the continuum."""
    w2 = np.full(5, 4.4)
    q2 = np.array([0.0, 0.1, 0.5, 1.0, 3.0])
    resonant = proton_cross_sections(w2, q2)[0] * UB
    continuum = photoabsorption("proton", np.sqrt(w2) * 1e3, q2 * 1e6)[0]
    assert resonant == approx(continuum, rel=0.07)


def test_a_nucleon_that_stays_whole_is_the_limit() -> None:
    """Hadrons of the mass M with C and G of the elastic nucleon are the nucleon."""
    proton = nucleon("proton", pauli=False)
    e = np.array([400.0, 1e3, 1e4, 1e5, 1e6])
    channel = trident.channel(MUMU)
    made = shells(e, np.full(5, M_PROTON), M_PROTON, MUONS, 40, (1e-9, 10e3))
    factors = made.factors(proton.electric(made.q2), proton.magnetic(made.q2) * made.q2)
    base = evaluate(made.x_max.ravel(), made.q2.ravel(), *MUONS)[0]
    found = np.einsum("jwq,jtwq->wt", factors, base.reshape(6, 3, *made.q2.shape))
    truth = current_kernels(e, channel, proton, points=40).values
    assert found[:, :2] == approx(truth[:, :2], rel=1e-6)


def test_a_narrow_peak_at_the_nucleon_is_the_nucleon() -> None:
    """F₂ of a peak a little above M, of the strength of the elastic nucleon, gives the
    elastic cross section as its place goes to M."""
    proton, e = nucleon("proton", pauli=False), np.array([1e4])
    truth = current_kernels(e, trident.channel(MUMU), proton, points=40).values[0, 0]

    def total(w: float) -> float:
        made = shells(e, np.array([w]), M_PROTON, MUONS, 40, (1e-9, 10e3))
        c, g = proton.electric(made.q2), proton.magnetic(made.q2) * made.q2
        base = evaluate(made.x_max.ravel(), made.q2.ravel(), *MUONS)[0]
        parts = made.factors(c, g) * base[:, 0].reshape(6, *made.q2.shape)
        return float(parts.sum())

    near, nearer = (total(M_PROTON + gap) / truth - 1 for gap in (2.0, 1.0))
    assert 2 * nearer - near == approx(0.0, abs=1e-3)
    assert abs(nearer) < 0.05


def test_an_independent_integral() -> None:
    """All six dimensions at random: the hadron tensor is contracted with vectors in the
    laboratory, phase space is that of the definition."""
    e, n = 20e3, 2**17
    rng = np.random.default_rng(5)
    u = rng.random((5, n))
    m, s_min = M_PROTON, (2 * M_MUON) ** 2
    low, high = math.log(1.0732e3), math.log(math.sqrt(m**2 + 2 * e * m) - 2 * M_MUON)
    w = np.exp(low + (high - low) * u[0])
    jacobian = 2 * w**2 * (high - low)
    first, last = math.log(100.0), math.log(2 * e * m)
    q2 = np.exp(first + (last - first) * u[1])
    jacobian *= q2 * (last - first)
    # photon energy seen by the hadrons at rest, 2P·q = −(W² − M² + Q²)
    p_q = -(w**2 - m**2 + q2) / 2
    # a little beyond what can be reached: the edge is where q_T vanishes
    photon = -p_q / m
    x_top = 2.1 * e * q2 / (photon + np.sqrt(photon**2 + q2))
    x_span = np.log(np.maximum(x_top / s_min, 1.0))
    x = s_min * np.exp(x_span * u[2])
    jacobian *= x * x_span
    hat = x - q2
    span = np.log(np.maximum(hat / s_min, 1.0))
    s = s_min * np.exp(span * u[3])
    jacobian *= s * span
    k_top = np.maximum(x * (1 - s / np.where(hat > 0, hat, 1.0)), 0.0)
    k2 = k_top * u[4] ** 2
    jacobian *= 2 * k_top * u[4]
    # q in the laboratory: its energy, its component along the beam, the rest
    q_0 = p_q / m
    q_z = q_0 - x / (2 * e)
    q_t2 = q_0**2 + q2 - q_z**2
    good = (jacobian > 0) & (q_t2 > 0)
    good &= x_minimum(s, k2, q2) < x
    s_, k_, q_ = (v[good] for v in (s, k2, q2))
    pair = pair_functions(s_, k_, q_, M_MUON, M_MUON, 12)
    a, y = structure(pair, s_, k_, q_, x[good][:, None])[..., 0]
    f2, f_l = structure_functions("proton", w[good], q2[good])
    d = -2 * p_q[good]
    xb = q2[good] / d
    f1 = (f2 * (1 + 4 * m**2 * xb**2 / q2[good]) - f_l) / (2 * xb)
    # unit vector along k1 − q k1·q/q² and P by components
    along = (e * m - p_q[good] * (x[good] / 2) / -q2[good]) / (
        x[good] / (2 * np.sqrt(q2[good]))
    )
    p2 = m**2 + p_q[good] ** 2 / q2[good]
    p_t2 = along**2 - p2
    contracted = 4 * f2 / d * (a * p_t2 + y * along**2) + 2 * f1 * (2 * a - y)
    scale = PREFACTOR / (e * m * q2[good]) ** 2 * jacobian[good]
    values = np.zeros((2, n))
    values[:, good] = (contracted * scale)[:2]
    mean, error = values.mean(1), values.std(1) / math.sqrt(n)
    truth = integrated(np.array([e]), MUONS, "proton", FINE)[0, :2]
    assert (error < 0.035 * mean).all()
    assert (np.abs(mean - truth) < 4 * error).all()


def photons(
    x: float, q2_max: float, kind: str = "proton", q2_min: float = 0.0, points: int = 60
) -> float:
    """Number of equivalent photons of a broken nucleon per dx with Q² between two
    limits."""
    t, weight = gauss_legendre(points)
    total = 0.0
    for z, w_z in zip(
        np.exp(math.log(x) * (1 - t)), -math.log(x) * weight, strict=True
    ):
        low = max(x**2 * M_PROTON**2 / (1 - z), q2_min)
        if low >= q2_max:
            continue
        span = math.log(q2_max / low)
        q2 = low * np.exp(span * t)
        w = np.sqrt(M_PROTON**2 + q2 * (z / x - 1))
        f2, f_l = structure_functions(kind, w, q2)
        split = 1 + (1 - z) ** 2 + 2 * (x * M_PROTON) ** 2 / q2
        total += w_z * span * float((weight * (split * f2 - z**2 * f_l)).sum())
    return ALPHA_EM / (2 * math.pi * x) * total


def test_photons_of_small_virtuality_are_equivalent_photons() -> None:
    """At Q² far below the mass of the leptons and high energy: σ = ∫dx f(x) σ_νγ."""
    energy, q_end = 3e6, 20.0
    channel = trident.channel(MUMU)
    couplings = trident.coefficients(StandardModel(), channel)
    rule = replace(FINE, q_range=(1e-9, q_end))
    full = float(integrated(np.array([energy]), MUONS, "proton", rule)[0] @ couplings)
    first = 4 * M_MUON**2 / (2 * M_PROTON * energy)
    t, weight = gauss_legendre(40)
    estimate = 0.0
    for x, w_x in zip(
        np.exp(math.log(first) * (1 - t)), -math.log(first) * weight, strict=True
    ):
        root = math.sqrt(2 * M_PROTON * energy * x)
        photon = trident_real_photon(MUMU, f"{root} MeV")
        estimate += float(w_x * x * photons(float(x), q_end**2) * photon)
    assert full == approx(estimate, rel=0.03)


@pytest.mark.parametrize("each", [1, pytest.param(4, marks=pytest.mark.nightly)])
def test_the_table_against_the_quadrature(each: int) -> None:
    table = load_broken()
    assert table.error < 1.5e-4
    rng = np.random.default_rng(2)
    for i, pair in enumerate(PAIRS):
        for j, kind in enumerate(KINDS):
            top = min(float(table.high[i, j]), math.log(30.0))
            u = rng.uniform(table.low[i, j], top, each)
            e = broken_threshold(kind, pair) * (1 + np.exp(u))
            truth = integrated(e, pair, kind, FINE)
            found = table.kernels(e, pair, kind)
            assert found[:, :2] == approx(truth[:, :2], rel=1.5e-4)
            turned = table.kernels(e, (pair[1], pair[0]), kind)
            if pair[0] != pair[1]:
                assert found[:, 2] == approx(truth[:, 2], rel=1e-3)
                assert turned[:, 2] == approx(-found[:, 2])
            else:
                assert not found[:, 2].any()


def test_beyond_the_table_and_at_threshold() -> None:
    channel = trident.channel(MUMU)
    start = broken_threshold("proton", MUONS)
    e = np.array([0.5 * start, start, 1.01 * start, 1.04 * start, 1.06 * start])
    values, _ = broken_kernels(e, channel, (1.0, 0.0))
    assert not values[:2].any()
    assert (values[2:, :2] > 0).all()
    assert (np.diff(values[2:, 0]) > 0).all()
    # the table ends at 3 TeV
    edge, _ = broken_kernels(np.array([2.999e6, 3.001e6]), channel, (1.0, 0.0))
    assert edge[1, :2] / edge[0, :2] == approx(1.0, rel=2e-3)


@pytest.mark.nightly
def test_leptons_by_integrals() -> None:
    channel = trident.channel(MUMU)
    e = np.array([2e3])
    table, _ = broken_kernels(e, channel, (1.0, 1.0))
    exact, _ = broken_kernels(e, channel, (1.0, 1.0), exact=True)
    assert table[:, :2] == approx(exact[:, :2], rel=3e-4)


def test_mediators_against_a_fine_quadrature() -> None:
    masses = np.array([1.0, 30.0, 300.0, 5e3])
    e = np.array([1e3, 1e4, 1e5])
    channel = trident.channel(MUMU)
    rule = replace(FINE, q_range=(1e-9, 10e3))
    values, error = broken_kernels(e, channel, (1.0, 0.0), masses)
    truth = integrated(e, MUONS, "proton", rule, masses)
    columns = [c for c in range(3, 15) if c % 3 != 1]
    assert values[:, columns] == approx(truth[:, columns], rel=3e-3)
    assert (error[:, columns] > 0).all()
    # a mass far above every K² is a contact interaction
    heavy, _ = broken_kernels(e, channel, (1.0, 0.0), np.array([1e7]))
    assert heavy[:, 3] * 1e14 == approx(heavy[:, 0], rel=1e-4)


def test_all_is_elastic_and_inelastic() -> None:
    e = np.array([500.0, 5e3, 5e4])
    water = {"H1": 2, "O16": 1}
    total = partial(trident.total, e, MUMU, water)
    whole, elastic, broken = (total(regime=r) for r in ("all", "elastic", "inelastic"))
    assert whole == approx(elastic + broken, rel=1e-12)
    assert elastic == approx(
        total(regime="coherent") + total(regime="incoherent"), rel=1e-12
    )
    kernels = trident.kernels(e, MUMU, water, "inelastic", with_error=False).values
    parts = [
        integrated(e, MUONS, kind, FINE)[:, :2] * number
        for kind, number in (("proton", 10), ("neutron", 8))
    ]
    assert kernels[:, :2] == approx(parts[0] + parts[1], rel=1e-4)
    assert trident.threshold_energy(MUMU, water, "inelastic") == approx(
        min(broken_threshold(kind, MUONS) for kind in KINDS)
    )
    result = trident.total(e, MUMU, water, regime="inelastic", with_error=True)
    assert result.regime == "inelastic"
    assert not result.form_factors
    assert result.per == "formula unit"
    assert (result.error <= 3e-4 * result.value).all()
    with pytest.raises(InputError, match="needs a target"):
        trident.total(1e4, MUMU, regime="inelastic")


@pytest.mark.parametrize(
    ("energy", "ours", "theirs"),
    [(12e3, 1.093, 1.057), (100e3, 1.186, 1.274), (1e6, 1.296, 1.486)],
)
@pytest.mark.filterwarnings("ignore::nuprobe.ValidityWarning")
def test_beside_another_calculation(energy: float, ours: float, theirs: float) -> None:
    """Zhou:2019vxt on ¹⁶O over our elastic sum (dipole, k_F = 235 MeV, as it was when
    both were compared), beside ours. Theirs has the size of real photons, see the next
    test; a trident's photons of Q² above the mass of the pair make less, so ours is
    smaller at high energy. Shown, not tuned: the broken part is 1.6 of theirs at 12
    GeV, 0.68 at 100 GeV and 0.61 at 1 TeV."""
    options = {"nucleon_form_factors": "dipole", "k_f": 235.0}
    elastic = float(trident.total(energy, MUMU, "O16", regime="elastic", **options))  # type: ignore[call-overload]
    broken = float(trident.total(energy, MUMU, "O16", regime="inelastic"))
    assert 1 + broken / elastic == approx(ours, abs=4e-3)
    assert abs(ours - theirs) < 0.2


# broken nucleons over our elastic sum, as above, from the tables of Zhou:2019vxt
TABLES = {
    MUMU: {50e3: 0.209, 100e3: 0.274, 1e6: 0.486},
    "nu_mu -> nu_mu e+ e-": {50e3: 0.405, 100e3: 0.529, 1e6: 0.850},
}
BEGIN = 1295.0**2
"""Q² where the distribution functions of CT14 begin, MeV²."""


@pytest.mark.nightly
@pytest.mark.filterwarnings("ignore::nuprobe.ValidityWarning")
def test_the_other_calculation_has_the_size_of_real_photons() -> None:
    """Real photons with Q² between (1.3 GeV)² and ŝ, of the structure functions used
    here: for muon pairs 0.10 of the elastic sum above the tables at every energy, for
    electron pairs 6 to 12 % of themselves. The full integral, which knows that photons
    of large Q² make few light pairs, has a fifth of that for electron pairs."""
    t, weight = gauss_legendre(24)
    difference, ratio = [], []
    for channel, published in TABLES.items():
        masses = trident.channel(channel).pair_masses
        for energy, theirs in published.items():
            first = sum(masses) ** 2 / (2 * M_PROTON * energy)
            real = 0.0
            for x, w_x in zip(
                np.exp(math.log(first) * (1 - t)),
                -math.log(first) * weight,
                strict=True,
            ):
                s = 2 * M_PROTON * energy * float(x)
                if s > BEGIN:
                    sigma = trident_real_photon(channel, f"{math.sqrt(s)} MeV")
                    f = sum(photons(float(x), s, k, BEGIN, 30) for k in KINDS)
                    real += 8 * float(w_x * x) * f * sigma
            elastic = float(
                trident.total(
                    energy,
                    channel,
                    "O16",
                    regime=trident.TridentOptions(
                        "elastic", nucleon_form_factors="dipole", k_f=235.0
                    ),
                )
            )
            broken = float(trident.total(energy, channel, "O16", regime="inelastic"))
            if channel == MUMU:
                difference.append(real / elastic - theirs)
            else:
                ratio.append(theirs * elastic / real)
                assert 0.14 < broken / real < 0.21
    assert difference == approx([0.10, 0.10, 0.10], abs=0.01)
    assert ratio == approx([0.89, 0.91, 0.89], abs=0.02)


def test_averages_contain_broken_nucleons() -> None:
    parts = [
        trident.flux_averaged("dune-nd-fhc", MUMU, "Ar40", regime=r)
        for r in ("all", "elastic", "inelastic")
    ]
    assert parts[0] == approx(parts[1] + parts[2], rel=1e-4)
    assert 0.01 < parts[2] / parts[1] < 0.1


@pytest.mark.parametrize("light", [M_ELECTRON, M_MUON])
def test_the_threshold_needs_a_pion(light: float) -> None:
    pair = (light, M_TAU)
    start = broken_threshold("proton", pair)
    assert integrated(np.array([start * 0.999]), pair, "proton")[0, 0] == 0
    assert integrated(np.array([start * 1.02]), pair, "proton")[0, 0] > 0
    root = math.sqrt(M_PROTON**2 + 2 * start * M_PROTON)
    assert root == approx(1073.27 + light + M_TAU, rel=1e-5)


def test_values_of_arrays() -> None:
    e: FloatArray = np.array([[1e3, 2e3], [3e3, 4e3]])
    assert trident.total(e, MUMU, "Ar40", regime="inelastic").shape == (2, 2)


def test_nothing_is_not_a_number_at_the_edges() -> None:
    for kind in KINDS:
        f2, f_l = structure_functions(kind, np.array([1000.0, 2000.0]), np.zeros(2))
        assert not f2.any()
        assert not f_l.any()


def test_antineutrinos_are_the_conjugate_channel() -> None:
    e = np.array([1e3, 1e4])
    for one, other in (
        ("nu_mu -> nu_e e+ mu-", "nubar_mu -> nubar_e e- mu+"),
        ("nu_e -> nu_mu mu+ e-", "nubar_e -> nubar_mu mu- e+"),
    ):
        pair = [trident.total(e, c, "Ar40", regime="inelastic") for c in (one, other)]
        assert pair[0] == approx(pair[1], rel=1e-12)
    # V·A has the other sign where the masses change places
    kernels = [
        trident.kernels(e, c, "Ar40", "inelastic", with_error=False).values
        for c in ("nu_mu -> nu_e e+ mu-", "nu_e -> nu_mu mu+ e-")
    ]
    assert kernels[0][:, :2] == approx(kernels[1][:, :2], rel=1e-12)
    assert kernels[0][:, 2] == approx(-kernels[1][:, 2], rel=1e-12)
    masses = trident.channel("nu_mu -> nu_e e+ mu-").pair_masses
    truth = sum(
        number * integrated(e, masses, kind)[:, 2]
        for number, kind in zip((18, 22), KINDS, strict=True)
    )
    assert kernels[0][:, 2] == approx(truth, rel=2e-3)
