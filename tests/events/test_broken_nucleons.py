"""Events of tridents on broken nucleons: totals, distributions and files against the
quadrature, traces and kinematics."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.events.test_generator import check, square
from tests.nightly import few
from tests.processes.trident.dirac import METRIC, lepton_tensor

import nuprobe.processes.trident as engine
from nuprobe.errors import InputError
from nuprobe.events import Generator, read_events, sampler, trident, write_events
from nuprobe.events.arrays import CLOSED
from nuprobe.events.hadrons import (
    Q2_SCALE,
    Y_STEP,
    Z_STEP,
    broken_structure,
    hadron_tables,
)
from nuprobe.events.record import Run, process_id
from nuprobe.models import LMuLTau
from nuprobe.numerics import FloatArray
from nuprobe.processes.trident import CHANNELS
from nuprobe.processes.trident.broken import broken_kernels
from nuprobe.processes.trident.inelastic import (
    KINDS,
    NUCLEON_MASS,
    W_LOW,
    broken_threshold,
)
from nuprobe.processes.trident.structure_functions import structure_functions

MUMU = "nu_mu -> nu_mu mu+ mu-"
EE = "nu_mu -> nu_mu e+ e-"
EMU = "nu_mu -> nu_e e+ mu-"
WATER = {"O16": 1, "H1": 2}
pytestmark = pytest.mark.filterwarnings("ignore::nuprobe.errors.ValidityWarning")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train little: weights scatter more, their mean is what it is."""
    monkeypatch.setattr(sampler, "ROUNDS", (2**11,) * 4)
    monkeypatch.setattr(sampler, "FINAL", 2**12)


@pytest.mark.usefixtures("quick")
def test_totals_are_those_of_the_quadrature() -> None:
    """Every second channel on both nucleons, from near threshold to far above."""
    found = []
    above = (1.2, 3.0, 30.0, 1e3)
    for i, channel in enumerate(CHANNELS[::2]):
        e = above[i % 4] * broken_threshold("proton", channel.pair_masses)
        gen = trident(channel, "He4", e, regime="inelastic", seed=50 + i)
        expected = float(engine.total(e, channel, "He4", None, "inelastic"))
        assert [p.regime for p in gen.processes] == ["broken proton", "broken neutron"]
        assert gen.sigma == pytest.approx(expected, rel=1e-9, abs=0)
        sample = gen.generate(20_000)
        assert 0 < sample.error < 0.06 * expected
        found.append((sample.sigma - expected) / sample.error)
    check(np.array(found))


@pytest.mark.nightly
def test_a_large_sample_is_the_quadrature_to_a_thousandth() -> None:
    gen = trident(MUMU, "Ar40", "dune-nd-fhc", regime="inelastic")
    average = engine.average("dune-nd-fhc", [MUMU], "Ar40", "inelastic")
    expected = average.total(gen.model)
    # cross sections between energies are interpolated there
    assert gen.sigma == pytest.approx(expected, rel=5e-4, abs=0)
    sample = gen.generate(500_000)
    assert sample.error < 1.5e-3 * expected
    assert abs(sample.sigma - expected) < 4 * sample.error


def test_all_is_elastic_and_inelastic() -> None:
    made = {
        regime: trident(EMU, WATER, 1e4, regime=regime)
        for regime in ("all", "elastic", "inelastic")
    }
    assert made["all"].sigma == pytest.approx(
        made["elastic"].sigma + made["inelastic"].sigma, rel=1e-12
    )
    assert trident(EMU, WATER, 1e4).regime == "all"
    regimes = [p.regime for p in made["all"].processes]
    # bound protons and neutrons, then the protons of hydrogen
    whole = ["coherent", "proton", "neutron", "proton"]
    assert regimes == [*whole, "broken proton", "broken neutron", "broken proton"]
    sample = made["all"].generate(few(8000, 30_000), unweighted=True)
    broken = sample.events.broken
    share = made["inelastic"].sigma / made["all"].sigma
    assert abs(broken.mean() - share) < 5 * np.sqrt(share / len(broken))
    below = trident(MUMU, "Ar40", 400.0)  # too little energy for a pion besides
    assert not any(p.broken for p in below.processes)


def test_a_mediator_by_weight_and_by_generation() -> None:
    model = LMuLTau(100.0, 1e-3)
    expected = float(engine.total(3e4, MUMU, "Ar40", model, "inelastic"))
    standard = trident(MUMU, "Ar40", 3e4, regime="inelastic").generate(100_000)
    weights = standard.events.weights(model)
    error = np.sqrt((weights**2).sum()) / standard.trials
    assert error < 0.02 * expected
    # the quadrature of a mediator is good to 3e-3
    assert abs(weights.sum() / standard.trials - expected) < (
        4 * error + 3e-3 * expected
    )
    made = trident(MUMU, "Ar40", 3e4, model=model, regime="inelastic").generate(10_000)
    assert abs(made.sigma - expected) < 4 * made.error + 3e-3 * expected


@pytest.mark.usefixtures("quick")
@settings(
    deadline=None,
    max_examples=few(4, 20),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    channel=st.sampled_from(CHANNELS),
    above=st.floats(0.05, 3.0).map(lambda x: 1 + 10**x),
    nucleons=st.sampled_from(["rest", "fermi-gas"]),
    seed=st.integers(0, 2**40),
)
def test_closure_and_mass_shells(
    channel: engine.Channel, above: float, nucleons: str, seed: int
) -> None:
    e = min(above * broken_threshold("proton", channel.pair_masses), 5e8)
    gen = trident(channel, "C12", e, regime="inelastic", nucleons=nucleons, seed=seed)
    events = gen.generate(300).events
    total = events.nu_in + events.target
    rest = total - events.nu_out - events.minus - events.plus - events.recoil
    assert np.abs(rest).max() < 1e-9 * e
    assert (events.w > W_LOW * (1 - 1e-9)).all()
    assert (events.w < np.sqrt(square(total)) - sum(channel.masses)).all()
    scale = 1e-13 * total[:, 0] ** 2
    mass = np.array([p.mass for p in events.processes])[events.process]
    for p, m in (
        (events.nu_in, 0.0),
        (events.nu_out, 0.0),
        (events.target, mass),
        (events.minus, channel.masses[0]),
        (events.plus, channel.masses[1]),
    ):
        assert (p[:, 0] > 0).all()
        assert (np.abs(square(p) - m**2) < scale).all()
    for found, expected in (
        (square(events.minus + events.plus), events.s),
        (-square(events.nu_in - events.nu_out), events.k2),
        (-square(events.target - events.recoil), events.q2),
    ):
        assert (np.abs(found - expected) < 1e-9 * expected + 100 * scale).all()
    assert (events.weight > 0).all()


def inclusive(
    kind: str, w: FloatArray, q2: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """C and GQ² of the hadrons from the structure functions themselves."""
    mass = NUCLEON_MASS[kind]
    f_2, f_l = structure_functions(kind, w, q2)
    excess = w**2 - mass**2 + q2
    x = q2 / excess
    return f_2 / excess, (f_2 * (1 + 4 * mass**2 * x**2 / q2) - f_l) / x


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("nucleons", ["rest", "fermi-gas"])
@pytest.mark.parametrize(("channel", "energy"), [(EMU, 2e3), (MUMU, 3e4), (EE, 3e3)])
def test_momenta_carry_the_matrix_element(
    channel: str, energy: float, nucleons: str
) -> None:
    """AA/VV and VA/VV of each event, from traces with its four-momenta."""
    gen = trident(channel, "O16", energy, regime="inelastic", nucleons=nucleons)
    events = gen.generate(60).events
    q = events.target - events.recoil
    tensor = lepton_tensor(
        events.nu_in, events.nu_out, q, events.minus, events.plus,
        *gen.channels[0].masses,
    )  # fmt: skip
    across = ((events.target @ METRIC) * q).sum(1) / events.q2
    flow = 2 * (events.target + across[:, None] * q) @ METRIC
    expected = np.empty((len(events), 3))
    for i, process in enumerate(gen.processes):
        here = events.process == i
        c, g = inclusive(process.current, events.w[here], events.q2[here])
        found = c[:, None] * np.einsum(
            "pm,pn,pcmn->pc", flow[here], flow[here], tensor[here]
        )
        found -= g[:, None] * np.einsum("mn,pcmn->pc", METRIC, tensor[here])
        expected[here] = found.real / (found.real[:, :1] + found.real[:, 1:2])
    size = events.terms[:, :2].sum(1)
    assert events.terms / size[:, None] == pytest.approx(expected, rel=0, abs=2e-4)


def test_tables_are_the_structure_functions() -> None:
    """Where events are: the mean of the ratio over a sample, and its scatter."""
    gen = trident(EE, "O16", "dune-nd-fhc", regime="inelastic")
    events = gen.generate(20_000).events
    tables = hadron_tables(gen.source.of("nu_mu")[0].e_max)
    for kind in KINDS:
        names = np.array([p.current for p in gen.processes])
        here = names[events.process] == kind
        w, q2, weight = events.w[here], events.q2[here], events.weight[here]
        excess = w**2 - NUCLEON_MASS[kind] ** 2 + q2
        point = CLOSED._replace(w=w, q2=q2, excess=excess)
        one = {
            "w_low": W_LOW,
            "q2_scale": Q2_SCALE,
            "y_step": Y_STEP,
            "z_step": Z_STEP,
        }
        found = broken_structure(tables[KINDS.index(kind)], point, one)
        c, g = inclusive(kind, w, q2)
        for ratio in (found[0] / c, found[1] * q2 / g):
            off = np.abs(ratio - 1)
            assert np.average(ratio, weights=weight) == pytest.approx(1, abs=5e-5)
            assert weight[off > 1e-4].sum() < 0.02 * weight.sum()
            assert off.max() < 0.03


def test_moving_nucleons_break_as_their_average() -> None:
    """The Fermi gas by another route: a Monte Carlo over nucleons of total cross
    sections at the energy that they see."""
    gen = trident(MUMU, "O16", 3e3, regime="inelastic", nucleons="fermi-gas")
    random = np.random.default_rng(4)
    n, k_f = 200_000, 228.0
    size, cos = k_f * np.cbrt(random.random(n)), random.uniform(-1, 1, n)
    expected, spread = 0.0, 0.0
    for i, kind in enumerate(KINDS):
        mass = NUCLEON_MASS[kind]
        energy = np.hypot(mass, size)
        e_seen = 3e3 * (energy - size * cos) / mass
        kernels, _ = broken_kernels(
            e_seen, engine.channel(MUMU), ((1.0, 0.0), (0.0, 1.0))[i]
        )
        sigma = kernels @ engine.coefficients(gen.model, engine.channel(MUMU))
        sigma = 8 * sigma * (1 - size * cos / energy)
        expected += sigma.mean()
        spread += sigma.var() / n
    assert abs(gen.sigma - expected) < 4 * np.sqrt(spread) + 1e-4 * expected
    sample = gen.generate(100_000)
    assert abs(sample.sigma - gen.sigma) < 4 * sample.error
    assert sample.error < 4e-3 * sample.sigma
    # nothing is blocked, and the nucleon moves
    speed = np.linalg.norm(sample.events.target[:, 1:], axis=1)
    assert speed.max() < k_f
    assert (speed > 0).all()


@pytest.fixture(scope="module")
def water() -> Generator:
    return trident([EMU, "nubar_mu -> nubar_e e- mu+"], WATER, "dune-nd-fhc")


@pytest.mark.parametrize("ending", [".hepmc3", ".hepmc.gz", ".root"])
@pytest.mark.parametrize("nucleons", ["rest", "fermi-gas"])
def test_files_are_read_back(tmp_path: Path, ending: str, nucleons: str) -> None:
    gen = trident(EMU, "O16", 8e3, nucleons=nucleons, seed=3)
    path = tmp_path / f"x{ending}"
    written = write_events(path, gen, 3000)
    stored = read_events(path)
    fresh = gen.generate(3000, unweighted=True).events
    assert stored.events.processes == gen.processes
    assert 50 < stored.events.broken.sum() < 1000
    for field in ("process", "q2", "k2", "s", "nu_in", "target", "minus", "recoil"):
        assert np.array_equal(getattr(stored.events, field), getattr(fresh, field))
    assert np.array_equal(stored.events.w, fresh.w)
    estimate, _ = stored.estimate()
    assert estimate == pytest.approx(written.sigma, rel=1e-9, abs=0)
    if nucleons == "rest":
        assert abs(written.pull or 0.0) < 5
        assert stored.sigma == pytest.approx(gen.sigma, rel=1e-12, abs=0)
    text = path.read_bytes()
    (tmp_path / f"y{ending}").write_bytes(text[:-400] + b"7" + text[-399:])
    with pytest.raises(InputError, match=r"damaged|incomplete|cannot read"):
        read_events(tmp_path / f"y{ending}")


def test_hepmc_names_hadrons_and_keeps_four_momentum(tmp_path: Path) -> None:
    """Through pyhepmc, as anybody would read it: vertices conserve energy and momentum,
    the remnant included, and the hadrons have their mass, charge and name."""
    pyhepmc = pytest.importorskip("pyhepmc")
    gen = trident(EMU, WATER, 8e3, regime="inelastic", nucleons="fermi-gas")
    path = tmp_path / "x.hepmc3"
    write_events(path, gen, 400)
    sizes = set()
    with pyhepmc.open(str(path)) as file:
        for event in file:
            info = event.run_info.attributes
            index = int(str(event.attributes["nuprobe.process"]))
            process = gen.processes[index]
            sizes.add(len(event.particles))
            hadrons = event.particles[-1]
            number = {"proton": 9902210, "neutron": 9902110}[process.current]
            assert (hadrons.pid, hadrons.status) == (number, 1)
            mass = hadrons.momentum.m()
            assert hadrons.generated_mass == pytest.approx(mass, rel=1e-9)
            assert mass > W_LOW
            number = int(str(event.attributes["signal_process_id"]))
            assert number == process_id(process)
            assert number // 100 == {"proton": 11, "neutron": 12}[process.current]
            for vertex in event.vertices:
                for c in ("e", "px", "py", "pz"):
                    into, out = (
                        sum(getattr(p.momentum, c) for p in side)
                        for side in (vertex.particles_in, vertex.particles_out)
                    )
                    assert into == pytest.approx(out, abs=1e-6)
    assert sizes == {6, 8}  # on hydrogen and in oxygen
    listed = str(info["NuHepMC.AdditionalParticleNumbers"]).split()
    assert listed == ["2009900000", "9902210", "9902110"]
    name = str(info["NuHepMC.AdditionalParticleInfo[9902210].Name"])
    assert name == "HadronsOfProton"
    said = str(info["NuHepMC.AdditionalParticleInfo[9902110].Description"])
    assert "undecayed" in said
    assert "breaks into hadrons" in str(
        info[f"NuHepMC.ProcessInfo[{process_id(gen.processes[0])}].Description"]
    )
    rows = json.loads(str(info["nuprobe.processes"]))
    assert [r["regime"] for r in rows] == [p.regime for p in gen.processes]


def test_hosts_of_broken_nucleons_are_those_of_whole_ones(water: Generator) -> None:
    record = Run(water, False, {})
    for i, p in enumerate(water.processes):
        alike = [
            j
            for j, q in enumerate(water.processes)
            if (q.channel, q.regime, q.number) == (p.channel, p.current, p.number)
        ]
        if p.broken:
            (j,) = alike
            assert record.hosts(i) == record.hosts(j)
            assert bool(record.hosts(i)) == (p.number == 8)


def test_small_samples_need_no_compiler() -> None:
    gen = trident(MUMU, "Ar40", 5e3)
    assert len(gen.processes) == 5
    assert gen.sized(10_000).loops == "numpy"
    assert gen.sized(10_001).loops == "compiled"
