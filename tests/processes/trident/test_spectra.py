"""Bins by quadrature: they add up to the engine, and agree with a brute-force sum over
quasi-random points."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.nightly import few, mostly_nightly

import nuprobe.processes.trident as trident
from nuprobe.constants import ALPHA_EM, G_FERMI, HBARC_MEV_CM
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.fluxes import Flux, flux
from nuprobe.models import LeptonModel, LMuLTau, StandardModel, VectorAxial, VMinusA
from nuprobe.numerics import FloatArray
from nuprobe.processes.trident.cross_section import q_range
from nuprobe.processes.trident.lepton import pair_functions, structure, x_minimum

approx = partial(pytest.approx, abs=0.0)
MUMU = "nu_mu -> nu_mu mu+ mu-"
EMU = "nu_mu -> nu_e e+ mu-"
EE = "nu_mu -> nu_mu e+ e-"
EDGES = {
    "q2": np.concatenate([[0.0], np.geomspace(1e2, 1e6, 7), [1e9]]),
    "k2": np.concatenate([[0.0], np.geomspace(1e2, 1e6, 7), [1e9]]),
    "m_pair": np.array([0.0, 220.0, 250.0, 300.0, 400.0, 700.0, 1e5]),
    "recoil_energy": np.concatenate([[0.0], np.geomspace(1e-3, 1e2, 6), [1e7]]),
    "e_pair": np.linspace(0, 3000.0, 7),
}


CASES = [
    *((MUMU, "coherent", v) for v in ("q2", "recoil_energy", "e_pair")),
    (EMU, "proton", "q2"),
    (MUMU, "electron", "m_pair"),
]
SLOW = [  # K² and the mass of the pair are in the bins that are joined below, too
    *((MUMU, "coherent", v) for v in ("k2", "m_pair")),
    (MUMU, "electron", "k2"),
    *((EMU, "proton", v) for v in ("k2", "m_pair", "recoil_energy", "e_pair")),
    *((MUMU, "electron", v) for v in ("q2", "e_pair", "recoil_energy")),
    *((EE, regime, v) for regime in ("coherent", "neutron") for v in EDGES),
]


@pytest.mark.parametrize(
    ("name", "regime", "variable"),
    [*CASES, *(pytest.param(*c, marks=pytest.mark.nightly) for c in SLOW)],
)
def test_bins_add_up_to_the_engine(name: str, regime: str, variable: str) -> None:
    e = 3000.0 if regime != "electron" else 60e3
    edges = EDGES[variable] * (
        20 if variable == "e_pair" and regime == "electron" else 1
    )
    target = None if regime == "electron" else "Ar40"
    boson = LMuLTau(50.0, 1e-3)
    found = trident.spectrum(
        variable, edges, name, target, e, [StandardModel(), VMinusA(), boson], regime
    )
    models: list[LeptonModel] = [StandardModel(), VMinusA(), boson]
    for row, error, model in zip(found.values, found.error, models, strict=True):
        total = float(trident.total(e, name, target, model, regime, exact=True))
        assert row.sum() == approx(total, rel=1e-5)
        assert (row >= -1e-12 * total).all()
        # a bin of E_pair cuts through all the other variables
        assert error.max() <= (3e-3 if variable == "e_pair" else 1e-4) * total
        # electrons from muon neutrinos come from the Z alone
        assert (total > 0) == (name != EE or not isinstance(model, VMinusA))


@pytest.mark.filterwarnings("ignore::nuprobe.ValidityWarning")
@pytest.mark.parametrize(
    "variable", ["q2", pytest.param("m_pair", marks=pytest.mark.nightly)]
)
@pytest.mark.parametrize("above", mostly_nightly([1.5, 5.0], [1.5]))
def test_form_factors_that_oscillate_are_resolved(variable: str, above: float) -> None:
    """τ pairs on argon need Q of 0.3 GeV and more, where only the tail of the form
    factor is left."""
    e = above * trident.threshold_energy("nu_mu -> nu_mu tau+ tau-", "Ar40")
    edges = {"q2": [0, 440**2, 470**2, 560**2, 1e8], "m_pair": [0, 3700, 3900, 1e5]}[
        variable
    ]
    found = trident.spectrum(
        variable, edges, "nu_mu -> nu_mu tau+ tau-", "Ar40", e, None, "coherent"
    )
    total = float(
        trident.total(e, "nu_mu -> nu_mu tau+ tau-", "Ar40", regime="coherent")
    )
    assert found.values.sum() == approx(total, rel=1e-4)
    assert found.error.max() < 1e-3 * total


@pytest.mark.parametrize(
    "variable",
    mostly_nightly(["q2", "k2", "m_pair"], ["q2"]),
)
def test_bins_add_up_to_the_average_over_a_flux(variable: str) -> None:
    edges = EDGES[variable]
    found = trident.spectrum(
        variable, edges, MUMU, "Ar40", "dune-nd-fhc", None, "proton"
    )
    assert found.values.sum() == approx(
        trident.flux_averaged("dune-nd-fhc", MUMU, "Ar40", None, "proton"), rel=2e-5
    )


def brute_force(
    name: str, regime: str, source: float | Flux, model: LeptonModel
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Q², K², m and weights (cm²) of points that fill the volume evenly: no bins, no
    panels, no folded flux."""
    from scipy.stats import qmc

    one = trident.channel(name)
    (number, current), *_ = trident.currents("Ar40", regime)
    m_1, m_2 = one.pair_masses
    s_min, mass = (m_1 + m_2) ** 2, current.mass
    u = qmc.Sobol(5, seed=5).random_base2(17).T
    if isinstance(source, float):
        e, weight = np.full(u[0].size, source), np.ones(u[0].size)
    else:
        component = source.of(one.incoming)[0]
        low, high = max(component.edges[0], 0.25e3), component.edges[-1]
        e = low * (high / low) ** u[4]
        weight = (
            component.continuum(e)
            * e
            * math.log(high / low)
            / source.total(one.incoming)
        )
    q_low, q_high = q_range(e, mass, m_1, m_2)
    open_ = q_high > q_low
    q_high = np.minimum(q_high, np.maximum(2 * q_low, current.q_end))
    e, u, weight, q_low, q_high = (
        e[open_],
        u[:, open_],
        weight[open_] / u[0].size,
        q_low[open_],
        q_high[open_],
    )
    q = q_low * (q_high / q_low) ** u[0]
    weight = weight * 2 * q**2 * np.log(q_high / q_low)
    q2 = q**2
    x_max = 4 * e * mass * q / (q + np.hypot(q, 2 * mass))
    x_low = s_min + q2
    x = x_low * (x_max / x_low) ** u[1]
    weight = weight * x * np.log(x_max / x_low)
    # at this x: K² up to x(1 − s_min/ŝ), then s up to ŝ(1 − K²/x)
    s_hat = x - q2
    top = x * (1 - s_min / s_hat)
    k2 = s_min * np.expm1(u[2] * np.log1p(top / s_min))
    weight = weight * (k2 + s_min) * np.log1p(top / s_min)
    top = np.maximum(s_hat * (1 - k2 / x), s_min)
    s = s_min * (top / s_min) ** (u[3] ** 2)
    weight = weight * s * np.log(top / s_min) * 2 * u[3]
    inside = (x_minimum(s, k2, q2) <= x) & (weight > 0)
    e, q2, k2, s, x, x_max, weight = (
        v[inside] for v in (e, q2, k2, s, x, x_max, weight)
    )
    a, y = structure(pair_functions(s, k2, q2, m_1, m_2, 20), s, k2, q2, x[:, None])[
        ..., 0
    ]
    c = model.lepton_couplings(one.vertex)
    v = c.vector + sum(m.strength / (k2 + m.mass**2) for m in c.mediators)
    a, y = (v**2 * f[0] + c.axial**2 * f[1] + v * c.axial * f[2] for f in (a, y))
    r, b = x_max / x, 2 * e * mass * q2 / x_max
    h = 4 * current.electric(q2) * (
        a * (r - 1) * ((mass**2 + b) * r + mass**2)
        + y * ((mass**2 + b) * r**2 - b * r + q2 / 4)
    ) + current.magnetic(q2) * q2 * (2 * a - y)
    scale = (
        G_FERMI**2
        / 2
        * (4 * math.pi * ALPHA_EM) ** 2
        / (128 * math.pi**2)
        * HBARC_MEV_CM**2
    )
    return q2, k2, np.sqrt(s), number * scale * weight * h / (e * mass * q2) ** 2


@pytest.mark.parametrize(
    ("name", "regime", "source"),
    [
        # by default test_spectra_of_events compares the same with events
        pytest.param(MUMU, "coherent", 1000.0, marks=pytest.mark.nightly),
        pytest.param(EMU, "proton", 5000.0, marks=pytest.mark.nightly),
        pytest.param(MUMU, "proton", "dune-nd-fhc", marks=pytest.mark.nightly),
    ],
)
def test_bins_agree_with_brute_force(
    name: str, regime: str, source: float | str
) -> None:
    model: LeptonModel = (
        LMuLTau(100.0, 1e-3) if regime == "coherent" else StandardModel()
    )
    given_ = flux(source) if isinstance(source, str) else source
    q2, k2, m, weight = brute_force(name, regime, given_, model)
    for variable, values in (("q2", q2), ("k2", k2), ("m_pair", m)):
        order = np.argsort(values)
        share = np.cumsum(weight[order]) / weight.sum()
        cuts = values[order[np.searchsorted(share, [0.02, 0.15, 0.4, 0.7, 0.95])]]
        edges = np.concatenate([[0.0], cuts, [1e9]])
        expected = np.histogram(values, edges, weights=weight)[0]
        found = trident.spectrum(variable, edges, name, "Ar40", given_, model, regime)
        # what the points scatter; over a flux there is one dimension more
        assert (
            np.abs(found.values - expected).max()
            < (1e-2 if isinstance(source, str) else 3e-3) * weight.sum()
        ), variable


@settings(max_examples=few(3, 6), deadline=None)
@given(
    st.sampled_from(["q2", "k2", "m_pair"]),
    st.lists(st.floats(1.0, 1e3), min_size=2, max_size=5, unique=True),
)
def test_bins_that_are_joined_add_up(variable: str, cuts: list[float]) -> None:
    edges = np.unique(np.round(sorted(cuts), 3)) ** (1 if variable == "m_pair" else 2)
    if edges.size < 2:
        return
    kind = partial(
        trident.spectrum, channel=EMU, target="O16", source=1000.0, regime="coherent"
    )
    fine, whole = kind(variable, edges), kind(variable, edges[[0, -1]])
    total = float(trident.total(1000.0, EMU, "O16", None, "coherent"))
    assert (
        fine.values.sum() == approx(float(whole.values[0]), rel=1e-4)
        or whole.values[0] < 1e-6 * total
    )
    assert (
        (fine.density * np.diff(edges) == approx(fine.values, rel=1e-12))
        if fine.values.all()
        else True
    )


@pytest.mark.nightly
def test_antineutrinos_of_the_conjugate_channel_are_the_same() -> None:
    edges = EDGES["k2"]
    one = trident.spectrum("k2", edges, EMU, "Ar40", 2000.0, None, "coherent")
    other = trident.spectrum(
        "k2", edges, "nubar_mu -> nubar_e e- mu+", "Ar40", 2000.0, None, "coherent"
    )
    np.testing.assert_array_equal(one.values, other.values)


def test_a_heavy_mediator_is_a_contact_term() -> None:
    mass, coupling = 1e6, 1.0
    heavy = LMuLTau(mass, coupling)
    strength = (
        float(
            heavy.lepton_couplings(trident.channel(MUMU).vertex).mediators[0].strength
        )
        / mass**2
    )
    sm = StandardModel().lepton_couplings(trident.channel(MUMU).vertex)
    same = VectorAxial(float(sm.vector) + strength, float(sm.axial))
    edges = EDGES["m_pair"]
    found = trident.spectrum(
        "m_pair", edges, MUMU, "Ar40", 2000.0, [heavy, same], "coherent"
    )
    np.testing.assert_allclose(found.values[0], found.values[1], rtol=1e-6)


def test_bins_out_of_reach_are_exactly_zero() -> None:
    low = 2 * 105.6583755
    found = trident.spectrum(
        *("m_pair", [0, 100, low, low + 50, 5000, 6000], MUMU, "Ar40", 1500.0),
        quick=True,
    )
    assert found.values[[0, 1, 4]].tolist() == [0, 0, 0]
    assert found.values[2] > 0
    assert trident.spectrum("q2", [0, 1e9], MUMU, "Ar40", 150.0).values.tolist() == [0]


def test_recoil_energy_is_q2_over_twice_the_mass() -> None:
    (_, current), *_ = trident.currents("Ar40", "coherent")
    edges = np.array([1e2, 1e3, 1e4])
    q2 = trident.spectrum("q2", edges, MUMU, "Ar40", 3000.0, None, "coherent")
    recoil = trident.spectrum(
        "recoil_energy",
        edges / (2 * current.mass),
        MUMU,
        "Ar40",
        3000.0,
        None,
        "coherent",
    )
    np.testing.assert_allclose(recoil.values, q2.values, rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("q3", [0, 1], MUMU, "Ar40", 1e3), UnknownNameError, "q2"),
        (("q2", [1, 0], MUMU, "Ar40", 1e3), InputError, "must increase"),
        (("q2", [-1, 0], MUMU, "Ar40", 1e3), InputError, "not be negative"),
        (("q2", [0, math.inf], MUMU, "Ar40", 1e3), InputError, "finite"),
        (("q2", [0, math.nan], MUMU, "Ar40", 1e3), InputError, "must increase"),
        (("q2", [0, 1], MUMU, "Ar40", -1.0), InputError, "positive"),
        (
            ("q2", [0, 1], "nu_tau -> nu_tau e+ e-", "Ar40", "dune-nd-fhc"),
            InputError,
            "has no nu_tau",
        ),
        (
            ("e_pair", [0, 1], MUMU, "Ar40", "dune-nd-fhc"),
            InputError,
            "one neutrino energy",
        ),
        (
            ("q2", [0, 1], MUMU, "Ar40", 1e3, LMuLTau(10.0, np.array([1e-3, 1e-4]))),
            InputError,
            "scalar",
        ),
    ],
)
def test_bad_input(
    arguments: tuple[object, ...], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        trident.spectrum(*arguments)  # type: ignore[arg-type]
