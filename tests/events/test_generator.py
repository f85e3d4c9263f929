"""Generated events against the deterministic engine, and what no event may break."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.nightly import few
from tests.processes.trident.dirac import METRIC, lepton_tensor

from nuprobe.errors import (
    ComputationError,
    InputError,
    UnknownNameError,
    ValidityWarning,
)
from nuprobe.events import (
    MOMENTA,
    Events,
    Generator,
    generator,
    sampler,
    trident,
)
from nuprobe.events.grid import maximum_weight, refine, smoothed, uniform
from nuprobe.events.record import Run
from nuprobe.flavours import flavour
from nuprobe.fluxes import Flux, FluxComponent, Line, monoenergetic, tabulated
from nuprobe.models import LeptonModel, LMuLTau, StandardModel, VMinusA
from nuprobe.numerics import FloatArray
from nuprobe.processes import trident as engine
from nuprobe.processes.trident import CHANNELS

MUMU = "nu_mu -> nu_mu mu+ mu-"
EMU = "nu_mu -> nu_e e+ mu-"
REGIMES = {"coherent": "Ar40", "proton": "O16", "neutron": "O16", "electron": None}
pytestmark = pytest.mark.filterwarnings("ignore::nuprobe.errors.ValidityWarning")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train little: weights scatter more, their mean is what it is."""
    monkeypatch.setattr(sampler, "ROUNDS", (2**11,) * 4)
    monkeypatch.setattr(sampler, "FINAL", 2**12)


@pytest.fixture(scope="module")
def argon() -> Generator:
    """Coherent μμ on argon at 5 GeV."""
    return trident(MUMU, "Ar40", 5000.0, regime="coherent")


@pytest.fixture(scope="module")
def dune() -> Generator:
    """Two channels, one of an antineutrino, on argon in the beam of DUNE."""
    channels = [MUMU, "nubar_mu -> nubar_e e- mu+"]
    return trident(channels, "Ar40", "dune-nd-fhc", regime="elastic")


def square(p: FloatArray) -> FloatArray:
    return np.asarray(p[:, 0] ** 2 - (p[:, 1:] ** 2).sum(1))


def energy(channel: engine.Channel, regime: str, above: float) -> float:
    return min(above * engine.threshold_energy(channel, REGIMES[regime], regime), 5e8)


def pulls(cases: Iterator[tuple[engine.Channel, str, float]], n: int) -> FloatArray:
    found = []
    for i, (channel, regime, above) in enumerate(cases):
        gen = trident(
            channel,
            REGIMES[regime],
            energy(channel, regime, above),
            regime=regime,
            seed=100 + i,
        )
        expected = float(
            engine.total(
                gen.source.components[0].e_max, channel, REGIMES[regime], None, regime
            )
        )
        sample = gen.generate(n)
        assert gen.sigma == pytest.approx(expected, rel=1e-9, abs=0)
        assert 0 < sample.error < 0.06 * expected
        found.append((sample.sigma - expected) / sample.error)
    return np.array(found)


def check(found: FloatArray) -> None:
    """No total is five sigma off, and together they scatter as a normal distribution
    does."""
    assert np.abs(found).max() < 5
    assert abs(found.mean()) < 4 / np.sqrt(found.size)
    assert abs((found**2).mean() - 1) < 5 * np.sqrt(2 / found.size)


@pytest.mark.usefixtures("quick")
def test_totals_of_every_channel_in_every_regime() -> None:
    above = itertools.cycle([1.3, 4.0, 40.0])
    cases = [(c, r, next(above)) for c in CHANNELS for r in REGIMES]
    check(pulls(iter(cases[:: few(4, 1)]), 20_000))


@pytest.mark.nightly
def test_totals_of_every_channel_with_small_errors() -> None:
    check(pulls(itertools.product(CHANNELS, REGIMES, (1.05, 3.0, 30.0, 1e3)), 200_000))


@pytest.mark.nightly
def test_flux_average_is_the_engine_s(dune: Generator) -> None:
    average = engine.average(dune.source, dune.channels, "Ar40", regime="elastic")
    assert dune.sigma == pytest.approx(average.total(dune.model), rel=3e-4, abs=0)
    for unweighted, n in ((False, 150_000), (True, 30_000)):
        sample = dune.generate(n, unweighted=unweighted)
        assert len(sample.events) == n
        assert abs(sample.sigma - dune.sigma) < 4 * sample.error
        assert sample.error < 0.01 * sample.sigma
        assert sample.overweight_fraction < 1.5e-3
        # each process by its share of the cross section
        shares = [
            sample.events.weight[sample.events.process == i].sum()
            for i in range(len(dune.processes))
        ]
        expected = np.array([p.sigma for p in dune.prepared]) / dune.sigma
        counts = np.bincount(sample.events.process, minlength=len(expected))
        limit = 5 * np.sqrt(expected / n) * (1 if unweighted else 1.6) + 1e-3 * expected
        assert (counts > 0).all()
        assert (np.abs(shares / np.sum(shares) - expected) < limit).all()


def test_energies_follow_flux_times_cross_section() -> None:
    flux = Flux(
        "two parts",
        (
            FluxComponent("line", flavour("nu_mu"), lines=(Line(900.0, 0.5),)),
            tabulated(
                "table", "nu_mu", [100.0, 700.0, 1500.0, 4000.0], [1.0, 3.0, 1.0, 0.2]
            ),
        ),
        per="unit",
    )
    gen = trident(MUMU, "Ar40", flux, regime="coherent")
    sample = gen.generate(40_000, unweighted=True)
    e = sample.events.nu_in[:, 0]
    edges = np.array([230, 500, 700, 1000, 1500, 2500, 4000.0])
    found = np.histogram(e[e != 900.0], edges)[0]

    def content(low: float, high: float) -> float:
        def inside(x: FloatArray) -> FloatArray:
            return np.where(
                (x > low) & (x <= high),
                engine.total(x, MUMU, "Ar40", regime="coherent"),
                0.0,
            )

        return float(flux.components[1].integrate(inside, refine=8))

    sums = [content(a, b) for a, b in itertools.pairwise(edges)]
    line = 0.5 * float(engine.total(900.0, MUMU, "Ar40", regime="coherent"))
    expected = np.array([*sums, line]).astype(float)
    expected *= len(e) / expected.sum()
    observed = np.array([*found, (e == 900.0).sum()])
    assert observed.sum() == len(e)
    # 6 degrees of freedom and the share of the weights beyond the maximum
    assert ((observed - expected) ** 2 / expected).sum() < 30


@pytest.mark.usefixtures("quick")
@settings(
    deadline=None,
    max_examples=few(8, 25),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    channel=st.sampled_from(CHANNELS),
    regime=st.sampled_from(sorted(REGIMES)),
    above=st.floats(0.05, 3.0).map(lambda x: 1 + 10**x),
    nucleons=st.sampled_from(["rest", "fermi-gas"]),
    seed=st.integers(0, 2**40),
)
def test_closure_and_mass_shells(
    channel: engine.Channel, regime: str, above: float, nucleons: str, seed: int
) -> None:
    e = energy(channel, regime, above)
    pauli = nucleons == "rest"  # hardly any event of low energy leaves the Fermi sphere
    gen = trident(
        channel,
        REGIMES[regime],
        e,
        regime=regime,
        nucleons=nucleons,
        pauli=pauli,
        seed=seed,
    )
    events = gen.generate(300).events
    total = events.nu_in + events.target
    rest = total - events.nu_out - events.minus - events.plus - events.recoil
    assert np.abs(rest).max() < 1e-9 * e
    (process,) = events.processes
    scale = 1e-13 * total[:, 0] ** 2
    for p, mass in (
        (events.nu_in, 0.0),
        (events.nu_out, 0.0),
        (events.target, process.mass),
        (events.recoil, process.mass),
        (events.minus, channel.masses[0]),
        (events.plus, channel.masses[1]),
    ):
        assert (p[:, 0] > 0).all()
        assert (np.abs(square(p) - mass**2) < scale).all()
    # invariants as generated, up to the digits that momenta keep
    for found, expected in (
        (square(events.minus + events.plus), events.s),
        (-square(events.nu_in - events.nu_out), events.k2),
        (-square(events.target - events.recoil), events.q2),
    ):
        assert (np.abs(found - expected) < 1e-9 * expected + 100 * scale).all()
    assert (events.s > sum(channel.masses) ** 2 * (1 - 1e-12)).all()
    assert (events.weight > 0).all()


@pytest.mark.parametrize(
    ("regime", "channel"),
    [("coherent", EMU), ("proton", MUMU), ("electron", "nu_e -> nu_e e+ e-")],
)
@pytest.mark.usefixtures("quick")
def test_momenta_carry_the_matrix_element(regime: str, channel: str) -> None:
    """AA/VV and VA/VV of each event, from traces with its four-momenta."""
    gen = trident(
        channel,
        "He4" if regime != "electron" else None,
        20.0 if regime == "electron" else 800.0,
        regime=regime,
    )
    events = gen.generate(60).events
    (part,) = gen.prepared
    q = events.target - events.recoil
    minus, plus = gen.channels[0].masses
    tensor = lepton_tensor(
        events.nu_in, events.nu_out, q, events.minus, events.plus, minus, plus
    )
    flow = (events.target + events.recoil) @ METRIC
    c, g = part.current.electric(events.q2), part.current.magnetic(events.q2)
    found = c[:, None] * np.einsum("pm,pn,pcmn->pc", flow, flow, tensor).real
    found -= (g * events.q2)[:, None] * np.einsum("mn,pcmn->pc", METRIC, tensor).real
    size = events.terms[:, :2].sum(1)
    expected = found / (found[:, 0] + found[:, 1])[:, None]
    assert events.terms / size[:, None] == pytest.approx(expected, rel=0, abs=1e-5)
    assert (np.abs(expected[:, 2]) > 1e-3).mean() > 0.5


@pytest.mark.usefixtures("quick")
def test_workers_and_order_change_nothing() -> None:
    def same(a: Events, b: Events) -> bool:
        names = ("process", "nu_in", "minus", "recoil", "q2", "terms", "weight")
        return all(np.array_equal(getattr(a, n), getattr(b, n)) for n in names)

    gen, again = (trident([MUMU, EMU], "Ar40", "dune-nd-fhc", seed=9) for _ in range(2))
    assert gen.fingerprint == again.fingerprint
    for unweighted in (False, True):
        third = again.chunk(2, unweighted)
        for workers in (1, 2, 3):
            walk = list(
                itertools.islice(gen.chunks(unweighted=unweighted, workers=workers), 3)
            )
            assert [c.index for c in walk] == [0, 1, 2]
            assert same(walk[2].events, third.events)
        one, two = (
            g.generate(9000, unweighted, workers=w) for g, w in ((gen, 1), (again, 2))
        )
        assert same(one.events, two.events)
        assert (one.trials, one.sigma) == (two.trials, two.sigma)
        assert not same(
            gen.chunk(0, unweighted).events[:100], gen.chunk(1, unweighted).events[:100]
        )
    other = trident([MUMU, EMU], "Ar40", "dune-nd-fhc", seed=10)
    assert other.fingerprint != gen.fingerprint
    assert not same(other.chunk(0).events[:100], gen.chunk(0).events[:100])


@pytest.mark.nightly
def test_one_sample_serves_every_model(dune: Generator) -> None:
    events = dune.generate(200_000).events
    assert events.weights(dune.model) == pytest.approx(events.weight, rel=1e-12, abs=0)
    unweighted = dune.generate(3000, unweighted=True).events
    assert unweighted.weights(dune.model) == pytest.approx(
        unweighted.weight, rel=1e-12, abs=0
    )
    limit = dune.sized(3000).max_weight
    assert np.unique(np.round(unweighted.weight / limit, 12))[0] == 1.0
    average = engine.average(dune.source, dune.channels, "Ar40", regime="elastic")
    check_model(dune, events, VMinusA(), average.total(VMinusA()))


def check_model(
    gen: Generator, events: Events, model: LeptonModel, expected: float
) -> None:
    trials = gen.generate(len(events)).trials
    weights = events.weights(model)
    error = np.sqrt((weights**2).sum()) / trials
    assert error < 0.04 * expected
    assert abs(weights.sum() / trials - expected) < 4 * error + 3e-4 * expected


def test_mediators_by_weight_and_by_generation(argon: Generator) -> None:
    events = argon.generate(150_000).events
    for model in (
        LMuLTau(coupling=1e-3, mass=50.0),
        LMuLTau(coupling=3e-4, mass=3.0),
        LMuLTau(coupling=0.3, mass=5e3),
    ):
        expected = float(engine.total(5000.0, MUMU, "Ar40", model, "coherent"))
        assert abs(expected / argon.sigma - 1) > 0.05
        check_model(argon, events, model, expected)
        own = trident(MUMU, "Ar40", 5000.0, regime="coherent", model=model)
        sample = own.generate(60_000)
        assert own.sigma == pytest.approx(expected, rel=1e-9, abs=0)
        assert abs(sample.sigma - expected) < 4 * sample.error
        assert sample.error < 0.01 * expected
        # and back
        check_model(own, sample.events, StandardModel(), argon.sigma)


def chi2(
    one: tuple[FloatArray, FloatArray],
    other: tuple[FloatArray, FloatArray],
    edges: FloatArray,
) -> tuple[float, int]:
    """Two-sample χ² of normalised histograms of (values, weights)."""
    sums = [np.histogram(v, edges, weights=w / w.sum())[0] for v, w in (one, other)]
    errors = [
        np.histogram(v, edges, weights=(w / w.sum()) ** 2)[0] for v, w in (one, other)
    ]
    use = (errors[0] > 0) & (errors[1] > 0)
    return float(((sums[0] - sums[1]) ** 2 / (errors[0] + errors[1]))[use].sum()), int(
        use.sum()
    )


def observables(events: Events) -> dict[str, FloatArray]:
    def theta(p: FloatArray) -> FloatArray:
        return np.asarray(np.log(np.hypot(p[:, 1], p[:, 2]) / p[:, 0]))

    normal = np.cross(events.nu_in[:, 1:], events.recoil[:, 1:])
    triple = (normal * events.minus[:, 1:]).sum(1)
    return {
        "E-": np.log(events.minus[:, 0]),
        "E+": np.log(events.plus[:, 0]),
        "theta-": theta(events.minus),
        "theta+": theta(events.plus),
        "s": np.log(events.s),
        "Q": np.log(events.q2),
        "K": np.log(events.k2),
        "plane": (
            np.sign(triple)
            * np.abs(triple / np.linalg.norm(normal, axis=1) / events.minus[:, 0])
            ** 0.3
        ),
    }


def compare(one: Events, other: Events, swap: bool = False) -> None:
    a, b = observables(one), observables(other)
    for name, values in a.items():
        # the tag of a charged lepton
        twin = name.translate(str.maketrans("+-", "-+")) if swap else name
        if swap and name == "plane":
            continue
        edges = np.quantile(values, np.linspace(0, 1, 21))
        edges[[0, -1]] = -np.inf, np.inf
        value, n = chi2((values, one.weight), (b[twin], other.weight), edges)
        assert n == 20
        assert value < n + 5 * np.sqrt(2 * n), name


def test_unweighted_events_are_distributed_as_weighted_ones(argon: Generator) -> None:
    compare(
        argon.generate(60_000).events, argon.generate(40_000, unweighted=True).events
    )


def test_antineutrinos_are_the_cp_conjugate() -> None:
    one = trident(EMU, "Ar40", 2000.0, regime="coherent", seed=3).generate(60_000)
    other = trident(
        "nubar_mu -> nubar_e e- mu+", "Ar40", 2000.0, regime="coherent", seed=4
    ).generate(60_000)
    assert one.sigma == pytest.approx(
        other.sigma, rel=5 * (one.error + other.error) / one.sigma, abs=0
    )
    compare(one.events, other.events, swap=True)
    # parity: nothing prefers one side of the plane of beam and recoil
    for sample in (one, other):
        side = np.sign(observables(sample.events)["plane"])
        weight = sample.events.weight
        assert abs((side * weight).sum()) < 4 * np.sqrt((weight**2).sum())
    # with the tags left as they are, the spectra do differ
    edges = np.quantile(np.log(one.events.minus[:, 0]), np.linspace(0.05, 0.95, 11))
    spectra = [(np.log(s.events.minus[:, 0]), s.events.weight) for s in (one, other)]
    assert chi2(spectra[0], spectra[1], edges)[0] > 1000


def test_trials_count_up_to_the_event_after_the_last(argon: Generator) -> None:
    sample = argon.generate(7, unweighted=True)
    chunk, where = argon.sized(7).sampler.make(0, True)
    assert sample.trials == where[7]
    assert np.array_equal(sample.events.q2, chunk.events.q2[:7])
    assert sample.sigma == pytest.approx(
        sample.events.weight.sum() / sample.trials, rel=1e-14, abs=0
    )
    assert sample.efficiency == 7 / sample.trials


def test_maximum_weight_leaves_the_share_it_is_told() -> None:
    weights = np.random.default_rng(2).exponential(size=4000) ** 2
    for share in (1e-1, 1e-2, 1e-3):
        limit = maximum_weight(weights, share)
        assert np.maximum(weights - limit, 0).sum() <= share * weights.sum() * (
            1 + 1e-12
        )
        below = weights[weights < limit].max()
        assert np.maximum(weights - below, 0).sum() > share * weights.sum()
    assert maximum_weight(weights, 0.0) == weights.max()


def test_smoothing_loses_nothing_and_prefers_no_side() -> None:
    collected = np.random.default_rng(4).exponential(size=(3, 5, 7))
    for slices, bins in ((0, 1), (1, 0), (4, 3)):
        got = smoothed(collected, slices, bins)
        assert got.sum((1, 2)) == pytest.approx(collected.sum((1, 2)), rel=1e-14, abs=0)
        turned = smoothed(collected[:, ::-1, ::-1], slices, bins)[:, ::-1, ::-1]
        assert got == pytest.approx(turned, rel=1e-14, abs=0)
    assert np.array_equal(smoothed(collected, 0, 0), collected)
    one = np.zeros((1, 3, 3))
    one[0, 1, 1] = 16.0
    assert np.array_equal(smoothed(one, 1, 1)[0], [[1, 2, 1], [2, 4, 2], [1, 2, 1]])
    alike = smoothed(collected, None, 0)
    assert np.array_equal(alike, np.broadcast_to(alike[:, :1], alike.shape))
    assert alike[:, 0] == pytest.approx(collected.sum(1), rel=1e-14, abs=0)


def test_grids_learn_a_peak() -> None:
    random = np.random.default_rng(1)
    grid = uniform(1, 1, 32)

    def density(x: FloatArray) -> FloatArray:
        return np.asarray(np.exp(-0.5 * ((x - 0.3) / 0.01) ** 2))

    spread = []
    for _ in range(8):
        u = random.random(4000) * 32
        cell = u.astype(int)
        edges = grid[0, 0]
        width = np.diff(edges)[cell]
        weight = density(edges[cell] + (u - cell) * width) * 32 * width
        spread.append(weight.std() / weight.mean())
        assert weight.mean() == pytest.approx(
            0.01 * np.sqrt(2 * np.pi), rel=5 * spread[-1] / np.sqrt(4000), abs=0
        )
        grid = refine(
            grid, np.bincount(cell, weight**2, 32)[None, None].astype(float), 0.7
        )
    assert spread[-1] < 0.2 * spread[0]
    assert (np.diff(grid[0, 0]) > 0).all()


def test_import_does_not_cost_numba() -> None:
    code = "import sys, nuprobe.events; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((MUMU, "Ar40", 200.0), "threshold"),
        ((MUMU, "Ar40", monoenergetic(50.0, "nu_mu")), "threshold"),
        ((MUMU, "Ar40", "sns"), "threshold"),
        (("nu_tau -> nu_tau e+ e-", "Ar40", "sns"), "contains no nu_tau"),
        ((MUMU, "Ar40", -5.0), "energy in MeV"),
        ((MUMU, "Ar40", float("nan")), "energy in MeV"),
        ((MUMU, "Ar40", None), "energy in MeV"),
        ((MUMU, "Ar40", 1e12), "at most"),
        (([], "Ar40", 5e3), "at least one channel"),
        ((MUMU, None, 5e3), "needs a target"),
    ],
)
def test_bad_input(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        trident(*arguments)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_bad_options(argon: Generator) -> None:
    for n in (0, -3, 2.5, True):
        with pytest.raises(InputError, match="number of events"):
            argon.generate(n)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="index of a chunk"):
        argon.chunk(-1)
    with pytest.raises(InputError, match="number of workers"):
        next(argon.chunks(workers=0))
    with pytest.raises(UnknownNameError, match="treatment of nucleons"):
        trident(MUMU, "Ar40", 5e3, nucleons="moving")
    with pytest.raises(InputError, match="seed"):
        trident(MUMU, "Ar40", 5e3, seed=-1)
    with pytest.raises(InputError, match="scalar parameters"):
        trident(
            MUMU, "Ar40", 5e3, model=LMuLTau(coupling=np.array([1e-3, 1e-2]), mass=10.0)
        )


@pytest.mark.filterwarnings("default")
def test_high_energies_warn() -> None:
    with pytest.warns(ValidityWarning):
        trident(MUMU, None, 3e7, regime="proton")


def test_what_is_blocked_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampler, "ROUNDS", (8,))
    monkeypatch.setattr(sampler, "FINAL", 16)
    with pytest.raises(ComputationError, match="blocking"):
        trident(
            "nu_e -> nu_e e+ e-", "O16", 1.2, regime="proton", nucleons="fermi-gas"
        ).chunk(0)
    # beside what is not blocked it is no error
    events = (
        trident("nu_e -> nu_e e+ e-", "O16", 1.2, nucleons="fermi-gas")
        .generate(100)
        .events
    )
    assert (events.process == 0).all()


def test_settings_are_json_and_tell_samples_apart(argon: Generator) -> None:
    import json

    assert json.loads(json.dumps(argon.settings)) == argon.settings
    variants = [
        trident(MUMU, "Ar40", 5000.0, regime="coherent", form_factor="helm"),
        trident(MUMU, "Ar40", 5001.0, regime="coherent"),
        trident(MUMU, "Ar40", 5000.0, regime="elastic"),
        trident(MUMU, "Ar40", 5000.0, regime="coherent", model=VMinusA()),
        trident(EMU, "Ar40", 5000.0, regime="coherent"),
    ]
    assert len({g.fingerprint for g in (argon, *variants)}) == 6


PLAIN = {
    "nucleus": (MUMU, "Ar40", 5000.0, "coherent", {}),
    "flux": (
        [MUMU, "nubar_mu -> nubar_e e- mu+"],
        "Ar40",
        "dune-nd-fhc",
        "elastic",
        {},
    ),
    "electron": ("nu_e -> nu_e e+ e-", None, 20.0, "electron", {}),
    "blocked": (EMU, "H2O", 3000.0, "elastic", {"nucleons": "fermi-gas"}),
    "moving": (EMU, "O16", 2e3, "neutron", {"nucleons": "fermi-gas", "pauli": False}),
    "mediators": (MUMU, "Fe56", 2e4, "elastic", {"model": LMuLTau(50.0, 1e-3)}),
    "all": (EMU, "H2O", 8e3, "all", {}),
    "broken": (
        [EMU, "nubar_mu -> nubar_e e- mu+"],
        "Ar40",
        "dune-nd-fhc",
        "inelastic",
        {"nucleons": "fermi-gas"},
    ),
    "broken, mediators": (MUMU, "H1", 1e6, "all", {"model": LMuLTau(50.0, 1e-3)}),
}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "trials",
    [2**12, pytest.param(sampler.TRIALS, marks=pytest.mark.nightly)],
    ids=["part", "chunk"],
)
@pytest.mark.parametrize(
    ("name", "effort"), [*((name, "long") for name in PLAIN), ("nucleus", "short")]
)
def test_plain_numpy_makes_the_same_events(
    name: str, effort: sampler.Effort, trials: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampler, "TRIALS", trials)
    channels, target, source, regime, options = PLAIN[name]
    made = trident(channels, target, source, regime=regime, seed=11, **options)  # type: ignore[arg-type]
    assert (made.loops, made.effort) == ("compiled", "long")
    made = replace(made, effort=effort)
    plain = replace(made, loops="numpy")
    assert plain.max_weight == pytest.approx(made.max_weight, rel=1e-12, abs=0)
    assert plain.efficiency == pytest.approx(made.efficiency, rel=1e-12, abs=0)
    for unweighted in (False, True):
        (found, trial), (expected, other) = (
            g.sampler.make(3, unweighted) for g in (plain, made)
        )
        assert np.array_equal(trial, other)
        assert np.array_equal(found.events.process, expected.events.process)
        a, b = found.events, expected.events
        # ends of Q depend on W where nucleons break
        rel = 1e-11 if b.broken.any() else 1e-12
        for field in ("q2", "k2", "s"):
            # the smallest are differences of edges of the grid
            small = 1e-15 * getattr(b, field).max()
            assert getattr(a, field) == pytest.approx(
                getattr(b, field), rel=rel, abs=small
            )
        scale = 1e-12 * b.weight.max()
        assert a.weight == pytest.approx(b.weight, rel=1e-12, abs=scale)
        size = 1e-12 * np.abs(b.terms).sum(1).max()
        assert a.terms == pytest.approx(b.terms, rel=1e-12, abs=size)
        for field in MOMENTA:
            left = np.abs(getattr(a, field) - getattr(b, field)).max(1)
            assert (left < 1e-12 * b.nu_in[:, 0]).all()


def test_small_samples_of_few_processes_need_no_compiler(
    argon: Generator, dune: Generator
) -> None:
    assert argon.sized(generator.SMALL).loops == "numpy"
    assert argon.sized(generator.SMALL + 1) is argon
    assert argon.sized(1).sized(generator.SMALL).loops == "numpy"
    # six processes to train
    small = dune.sized(generator.SMALL)
    assert (small.loops, small.effort) == ("compiled", "short")
    assert small.sized(1) is small  # trained once
    assert dune.sized(generator.SMALL + 1) is dune


def test_small_samples_begin_alike(argon: Generator) -> None:
    small = argon.generate(500, unweighted=True)
    larger = argon.generate(generator.SMALL, unweighted=True)
    for sample, n in ((small, 500), (larger, generator.SMALL)):
        assert len(sample.events) == n
        assert sample.settings["loops"] == "numpy"
        assert sample.settings["training"] == "short"
    long = argon.generate(generator.SMALL + 1, unweighted=True)
    assert long.settings["loops"] == "compiled"
    assert long.settings["training"] == "long"
    compiled = replace(argon, effort="short").generate(
        generator.SMALL + 1, unweighted=True
    )
    for field in ("q2", "k2", "s", "weight"):
        first = getattr(small.events, field)
        assert np.array_equal(first, getattr(larger.events, field)[:500])
        assert first == pytest.approx(
            getattr(compiled.events, field)[:500], rel=1e-12, abs=0
        )


def test_short_training_takes_a_tenth_of_the_trials() -> None:
    short = sum(r.trials for r in sampler.SHORT_ROUNDS) + sampler.SHORT_FINAL
    assert 10 * short < sum(sampler.ROUNDS) + sampler.FINAL


HARD = {
    "muons": (MUMU, "Ar40", "dune-nd-fhc", {}),
    "electrons": ("nu_mu -> nu_mu e+ e-", "Ar40", "dune-nd-fhc", {}),
    "gas": (EMU, "Ar40", "dune-nd-fhc", {"nucleons": "fermi-gas"}),
    "light": (MUMU, "Ar40", "dune-nd-fhc", {"model": LMuLTau(10.0, 1e-3)}),
    "threshold": (MUMU, "Ar40", 400.0, {}),
    "tau": ("nu_tau -> nu_tau tau+ tau-", "Ar40", 2e5, {}),
}
EASILY = ("threshold",)  # the others take two to five seconds


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in EASILY else pytest.mark.nightly)
        for name in HARD
    ],
)
def test_short_training_is_safe(name: str) -> None:
    """Beyond the maximum weight lies hardly more of the cross section than after the
    long training, and events are distributed alike."""
    channel, target, source, options = HARD[name]
    made = trident(channel, target, source, seed=5, **options)  # type: ignore[arg-type]
    short, long = (
        replace(made, effort=effort).generate(60_000, unweighted=True, workers=2)
        for effort in ("short", "long")
    )
    assert long.overweight_fraction < 1e-3
    assert short.overweight_fraction < 2e-3
    assert short.efficiency > 0.3 * long.efficiency
    error = np.hypot(short.error, long.error)
    assert abs(short.sigma - long.sigma) < 4 * error
    if name != "gas":  # the blocking of moving nucleons is known from events alone
        assert abs(short.sigma - made.sigma) < 4 * short.error
    compare(short.events, long.events)


def test_small_samples_do_not_import_numba() -> None:
    code = (
        "import sys; from nuprobe.events import trident;"
        f"trident({MUMU!r}, 'Ar40', 5e3, regime='coherent').generate(100);"
        "sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_nucleons_of_a_mixture_belong_to_nuclei_of_their_fermi_momentum() -> None:
    """Silicon and oxygen block differently: one process each, with its own hosts."""
    gen = trident(MUMU, {"Si28": 1, "O16": 2, "H1": 1}, 5e3, nucleons="fermi-gas")
    record = Run(gen, False, {})
    found = [
        (p.regime, p.number, [str(n.name) for n, _ in record.hosts(i)])
        for i, p in enumerate(gen.processes)
        if p.regime in ("proton", "neutron")
    ]
    assert found == [
        ("proton", 14.0, ["Si28"]),
        ("neutron", 14.0, ["Si28"]),
        ("proton", 16.0, ["O16"]),
        ("neutron", 16.0, ["O16"]),
        ("proton", 1.0, []),
    ]
