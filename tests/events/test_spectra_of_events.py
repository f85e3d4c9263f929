"""Generated events against quadrature, channel against conjugate, and what the
literature says of tridents."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from scipy.stats import chi2, kstest

import nuprobe.processes.trident as engine
from nuprobe.events import (
    Distribution,
    Events,
    distributions,
    expected,
    observable,
    parse_cuts,
    sampler,
    trident,
)
from nuprobe.events.generator import Generator
from nuprobe.models import LMuLTau
from nuprobe.numerics import FloatArray
from nuprobe.processes.trident import CHANNELS, channel

pytestmark = pytest.mark.filterwarnings("ignore::nuprobe.errors.ValidityWarning")
MUMU = "nu_mu -> nu_mu mu+ mu-"
EE = "nu_mu -> nu_mu e+ e-"
EMU = "nu_mu -> nu_e e+ mu-"
VARIABLES = ("Q2", "K2", "m_pair")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train little: weights scatter more, their mean is what it is."""
    monkeypatch.setattr(sampler, "ROUNDS", (2**12,) * 5)
    monkeypatch.setattr(sampler, "FINAL", 2**14)


def quantiles(
    values: FloatArray, weights: FloatArray, shares: FloatArray
) -> FloatArray:
    order = np.argsort(values)
    share = np.cumsum(weights[order]) / weights.sum()
    return np.asarray(values[order[np.searchsorted(share, shares)]])


def edges_of(
    gen: Generator, names: tuple[str, ...], n: int = 10
) -> dict[str, FloatArray]:
    """Bins of about equal content, from a chunk that is not used again."""
    (chunk,) = islice(gen.chunks(start=1000), 1)
    edges = {}
    for name in names:
        inner = quantiles(
            observable(name)(chunk.events),
            chunk.events.weight,
            np.linspace(0, 1, n + 1)[1:-1],
        )
        edges[name] = np.concatenate([[0.0], inner, [1e13]])
    return edges


def p_value(one: Distribution, values: FloatArray, error: FloatArray) -> float:
    assert one.counts.min() > 100
    square = (one.values[0] - values) ** 2 / (one.errors[0] ** 2 + error**2)
    return float(chi2.sf(square.sum(), square.size))


def p_values(
    gen: Generator, n: int, names: tuple[str, ...] = VARIABLES, quick: bool = False
) -> list[float]:
    """p of weighted and of unweighted events in each variable; the quick quadrature is
    good to a few 1e-3."""
    edges = edges_of(gen, names)
    found = []
    curves: dict[str, tuple[FloatArray, FloatArray]] = {}
    for unweighted in (False, True):
        size = n // 3 if unweighted else n
        for one in distributions(
            gen, names, bins=edges, n=size, unweighted=unweighted
        ).items:
            name = one.observables[0].name
            if name not in curves:
                curve = expected(gen, one, {"": None}, quick)
                assert curve is not None
                curves[name] = curve.values[0], curve.error[0]
            found.append(p_value(one, *curves[name]))
    return found


def check(found: list[float], of: int = 1) -> None:
    """No p below 1e-3 over the number of all in `of` such tests (Bonferroni), and
    together they are uniform."""
    assert min(found) > 1e-3 / (of * len(found))
    assert kstest(found, "uniform").pvalue > 1e-3 / of


@pytest.mark.usefixtures("quick")
@pytest.mark.nightly
def test_spectra_follow_the_quadrature() -> None:
    found = []
    for i, (name, target, regime, e) in enumerate(
        [
            (MUMU, "Ar40", "coherent", 1500.0),
            ("nubar_mu -> nubar_e e- mu+", "Ar40", "proton", 600.0),
            (EE, "Fe56", "coherent", 10.0),
            ("nu_tau -> nu_mu mu+ tau-", "O16", "neutron", 8e3),
        ]
    ):
        found += p_values(
            trident(name, target, e, regime=regime, seed=70 + i), 60_000, quick=True
        )
    check(found)


@pytest.mark.usefixtures("quick")
def test_a_mediator_follows_the_quadrature() -> None:
    boson = LMuLTau(50.0, 1e-3)
    gen = trident(MUMU, "Ar40", 3000.0, model=boson, regime="coherent", seed=21)
    check(p_values(gen, 60_000, ("K2", "m_pair", "E_pair"), quick=True))


@pytest.mark.nightly
def test_events_of_a_flux_follow_the_quadrature() -> None:
    beam = trident(
        [MUMU, "nubar_mu -> nubar_mu mu+ mu-"],
        "Ar40",
        "dune-nd-fhc",
        regime="proton",
        seed=22,
    )
    check(p_values(beam, 200_000, ("Q2", "K2", "m_pair")))


@pytest.mark.nightly
@pytest.mark.usefixtures("quick")
def test_the_energy_of_the_pair_follows_the_quadrature() -> None:
    """The only one that knows the azimuth between the leptons' and the target's
    side."""
    found = []
    for i, (name, regime, e) in enumerate(
        [(MUMU, "coherent", 1000.0), (EMU, "proton", 1000.0), (EE, "neutron", 20.0)]
    ):
        found += p_values(
            trident(name, "Ar40", e, regime=regime, seed=90 + i),
            60_000,
            ("E_pair",),
            quick=True,
        )
    check(found)


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("name", "e"), [("nu_e -> nu_e e+ e-", 100.0), (MUMU, 60e3), (EMU, 60e3)]
)
def test_spectra_on_electrons_follow_the_quadrature(name: str, e: float) -> None:
    check(p_values(trident(name, None, e, regime="electron", seed=60), 100_000), of=3)


@pytest.mark.nightly
@pytest.mark.parametrize("number", range(len(CHANNELS)), ids=[str(c) for c in CHANNELS])
def test_spectra_of_every_channel_follow_the_quadrature(number: int) -> None:
    one = CHANNELS[number]
    found = []
    for j, (regime, above) in enumerate(
        (("coherent", 5.0), ("coherent", 100.0), ("proton", 10.0), ("neutron", 3.0))
    ):
        e = above * engine.threshold_energy(one, "Ar40", regime)
        gen = trident(one, "Ar40", e, regime=regime, seed=1000 + 4 * number + j)
        found += p_values(gen, 100_000, (*VARIABLES, "E_pair"))
    print(
        f"{one}: {len(found)} p-values, smallest {min(found):.2e}, median"
        f" {np.median(found):.3f}"
    )
    check(found, of=len(CHANNELS))


SWAP = {
    "E_minus": "E_plus",
    "E_plus": "E_minus",
    "theta_minus": "theta_plus",
    "theta_plus": "theta_minus",
}
SYMMETRIC = ("pt_missing", "opening_angle", "m_pair", "acoplanarity", "E_pair")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "name",
    [MUMU, EMU, pytest.param("nu_e -> nu_tau tau+ e-", marks=pytest.mark.nightly)],
)
@pytest.mark.parametrize("regime", ["coherent", "proton"])
def test_cp_symmetry(name: str, regime: str) -> None:
    """A channel and its conjugate have one distribution, ℓ⁻ of the one being ℓ⁺ of the
    other."""
    one = channel(name)
    e = 20.0 * engine.threshold_energy(one, "Ar40", regime)
    first, second = (
        trident(c, "Ar40", e, regime=regime, seed=s)
        for c, s in ((one, 31), (one.conjugate, 32))
    )
    names = (*SWAP, *SYMMETRIC)
    edges = edges_of(first, names)
    swapped = {SWAP.get(k, k): v for k, v in edges.items()}
    a = distributions(first, names, bins=edges, n=40_000)
    b = distributions(second, names, bins=swapped, n=40_000)
    found = []
    for k in names:
        x, y = a[k], b[SWAP.get(k, k)]
        square = (x.values[0] - y.values[0]) ** 2 / (
            x.errors[0] ** 2 + y.errors[0] ** 2
        )
        found.append(float(chi2.sf(square.sum(), square.size)))
    assert min(found) > 1e-3 / len(found)


def test_leptons_of_one_channel_differ() -> None:
    """The test above can fail: in ν_μ → ν_e e⁺μ⁻ the electron is not the muon."""
    gen = trident(EMU, "Ar40", 5000.0, regime="coherent", seed=33)
    edges = edges_of(gen, ("E_minus",))
    found = distributions(
        gen,
        ["E_minus", "E_plus"],
        bins={"E_minus": edges["E_minus"], "E_plus": edges["E_minus"]},
        n=20_000,
    )
    x, y = found.items
    square = (x.values[0] - y.values[0]) ** 2 / (x.errors[0] ** 2 + y.errors[0] ** 2)
    assert chi2.sf(square.sum(), square.size) < 1e-10


def medians(
    name: str, target: str, e: float, seen: str | None = None
) -> dict[str, float]:
    """Medians of angles and of the mass, of the pairs that pass a cut."""
    events: Events = (
        trident(name, target, e, regime="coherent", seed=40).generate(30_000).events
    )
    for cut in parse_cuts(seen):
        events = events[cut.passes(events)]
    return {
        what: float(
            quantiles(observable(what)(events), events.weight, np.array([0.5]))[0]
        )
        for what in ("opening_angle", "theta_minus", "theta_pair", "m_pair")
    }


@pytest.mark.usefixtures("quick")
def test_what_the_literature_says_of_tridents() -> None:
    """Small opening angles, low masses, electrons very forward, the more so the higher
    the energy."""
    degree = np.pi / 180
    found = {(n, e): medians(n, "Ar40", e) for n in (MUMU, EE) for e in (2e3, 20e3)}
    for name in (MUMU, EE):
        for what in ("opening_angle", "theta_minus", "theta_pair"):
            assert found[name, 20e3][what] < 0.5 * found[name, 2e3][what]
    # half of the muon pairs lie below three times their threshold at the energies of
    # DUNE, and below 0.9 GeV at CCFR's
    assert found[MUMU, 2e3]["m_pair"] < 3 * 105.66
    ccfr = medians(MUMU, "Fe56", 160e3)
    assert 0.8e3 < ccfr["m_pair"] < 0.95e3
    assert 2.0 * degree < ccfr["opening_angle"] < 2.4 * degree
    assert found[EE, 20e3]["m_pair"] < 0.5 * found[MUMU, 20e3]["m_pair"]
    # of all pairs electrons are the wider, as one of them is often soft and goes
    # anywhere; of those that are seen, not
    assert found[EE, 2e3]["opening_angle"] > found[MUMU, 2e3]["opening_angle"]
    seen = "E_minus > 0.5 GeV and E_plus > 0.5 GeV"
    electrons, muons = (medians(n, "Ar40", 5e3, seen) for n in (EE, MUMU))
    for what in ("opening_angle", "theta_minus", "theta_pair"):
        assert electrons[what] < 0.85 * muons[what]
    assert electrons["theta_pair"] < 2.5 * degree
