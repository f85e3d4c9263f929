"""Speed and accuracy of the trident engine side by side: `make bench`. Nothing here
asserts a time."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from benchmarks.trident_oracle import Oracle
from pytest_benchmark.fixture import BenchmarkFixture

import nuprobe as nu
from nuprobe.errors import ComputationError
from nuprobe.nuclei import Target, form_factors, isotope, target
from nuprobe.numerics import FloatArray
from nuprobe.processes import trident
from nuprobe.processes.trident.cross_section import combine, q2_nodes
from nuprobe.processes.trident.moments import Orders
from nuprobe.processes.trident.tables import direct, evaluate
from nuprobe.units import GeV, fm

pytestmark = pytest.mark.filterwarnings("ignore::nuprobe.errors.ValidityWarning")

MUMU = "nu_mu -> nu_mu mu+ mu-"
ENERGIES = np.geomspace(0.3 * GeV, 200 * GeV, 100)
TEV = 1000 * GeV
BUDGET = 60.0  # seconds for the sample of accuracies
SAMPLE = 200
# cm²: below it lie nuclei hit so hard that nothing of their form factor is left
SMALLEST = 1e-50
ROWS: list[tuple[str, str, str, str, str]] = []
NOTES: list[str] = []


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[None]:
    """Collect one row a measurement and print them all at the end."""
    ROWS.clear()
    NOTES.clear()
    yield
    head = ("what", "time", "accuracy", "ratio", "target")
    widths = [max(len(row[i]) for row in [head, *ROWS]) for i in range(5)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in [head, *ROWS]
    ]
    print("\n\n" + "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], "", *NOTES]))


def _best(benchmark: BenchmarkFixture) -> float:
    return float(benchmark.stats.stats.min)  # type: ignore[union-attr]


def _fresh(code: str, rounds: int) -> list[float]:
    """What `code` prints as JSON from a fresh interpreter, of the round with the
    smallest sum."""
    command = [sys.executable, "-W", "ignore", "-c", code]
    runs = [
        subprocess.run(command, capture_output=True, text=True, check=True).stdout
        for _ in range(rounds)
    ]
    return min((json.loads(run) for run in runs), key=sum)


def reference(
    e_nu: FloatArray,
    channel: trident.Channel,
    current: trident.Current,
    mediators: FloatArray | None = None,
    points: int = 24,
    orders: Orders | None = None,
    tables: bool = False,
) -> FloatArray:
    """Kernels by quadrature in every dimension, `points` a panel in Q; the leptons from
    tables on request."""
    masses = channel.pair_masses
    q2, weight, x_max = q2_nodes(e_nu, current, *masses, points, 1)  # with the far tail
    # panels of no width and the edge of phase space carry nothing
    live = ((weight > 0) & ((x_max - q2) / sum(masses) ** 2 - 1 > 1e-10)).ravel()
    at = x_max.ravel()[live], q2.ravel()[live], *masses, mediators
    base, mediated = evaluate(*at)[:2] if tables else direct(*at, orders)
    everything = np.concatenate(
        [base[:, :, None], np.moveaxis(mediated, 3, 2)], axis=2
    ).reshape(6, -1, live.sum())
    full = np.zeros((6, everything.shape[1], live.size))
    full[:, :, live] = everything
    nodes = combine(
        e_nu, q2, weight, x_max, current, full.reshape(6, -1, *q2.shape)
    ).sum(-1)
    # VV, VVc of each mass | AA, VAc | VA, cc → VV, AA, VA, then VVc, VAc, cc of each
    # mass
    split = nodes.reshape(3, -1, e_nu.size)
    return np.asarray(split.transpose(2, 1, 0).reshape(e_nu.size, -1))


def deviations(got: FloatArray, truth: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Relative deviations of VV, AA, VA (VA as a part of VV + AA), and of VVc, cc."""
    size = truth[:, :3].copy()
    size[:, 2] = truth[:, 0] + truth[:, 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        base = np.abs(got[:, :3] - truth[:, :3]) / size
        extra = np.abs(got[:, 3:] / truth[:, 3:] - 1).reshape(got.shape[0], -1, 3)[
            ..., [0, 2]
        ]
    return base, extra


def test_hundred_energies(benchmark: BenchmarkFixture) -> None:
    got = benchmark.pedantic(
        lambda: trident.total(ENERGIES, MUMU, "Ar40", regime="coherent"),
        rounds=20,
        warmup_rounds=2,
    )
    some = slice(4, None, 12)
    current = trident.currents("Ar40")[0][1]
    truth = reference(ENERGIES[some], trident.channel(MUMU), current)
    weights = trident.coefficients(nu.StandardModel(), MUMU)
    deviation = np.abs(got[some] / (truth @ weights) - 1).max()
    ROWS.append(
        (
            "sigma at 100 energies, mu mu on Ar40, tables in memory",
            f"{_best(benchmark) * 1e3:.1f} ms",
            f"{deviation:.1e}",
            "",
            "<= 50 ms, 1e-4",
        )
    )
    code = (
        "import time, json, numpy as np; from nuprobe.processes import trident\nt ="
        " time.perf_counter(); e = np.geomspace(300, 2e5, 100)\ntrident.total(e,"
        f" {MUMU!r}, 'Ar40'); print(json.dumps([time.perf_counter() - t]))"
    )
    first = _fresh(code, 5)[0]
    ROWS.append(
        (
            "the same, first call of a fresh interpreter: reads tables",
            f"{first * 1e3:.0f} ms",
            "",
            "",
            "<= 50 ms",
        )
    )


LIMIT = """
import json, time, numpy as np, nuprobe as nu
from nuprobe.experiments import limit
steps = [time.perf_counter()]
some = [nu.experiment(n) for n in ("ccfr-trident", "charm2-trident", "nutev-trident")]
steps.append(time.perf_counter())
predictions = [one.prediction() for one in some]
steps.append(time.perf_counter())
mass, coupling = np.geomspace(0.1, 1e6, 200), np.geomspace(1e-5, 10, 200)
limit(some, mass=mass)
steps.append(time.perf_counter())
for p in predictions:
    p.ratio(p.mediated(mass), np.broadcast_to(coupling[:, None], (200, 200)))
steps.append(time.perf_counter())
print(json.dumps(np.diff(steps).tolist()))
"""


def test_limit_plane(benchmark: BenchmarkFixture) -> None:
    parts = benchmark.pedantic(lambda: _fresh(LIMIT, 3), rounds=1)
    # a point of the plane against the integrals: CCFR's beam has one energy, iron is 92
    # % Fe56
    masses = np.array([0.3, 5.0, 30.0, 300.0, 5e3])
    one, current = trident.channel(MUMU), trident.currents("Fe56")[0][1]
    e = np.array([160 * GeV])
    got = trident.current_kernels(e, one, current, masses).values
    base, extra = deviations(got, reference(e, one, current, masses))
    names = ("folders", "kernels", "limits", "planes")
    ROWS.append(
        (
            "limit (200 masses) and ratio on 200 x 200 (m, g), 3 experiments, cold",
            f"{sum(parts):.2f} s",
            f"{base.max():.1e}, mediated {extra.max():.1e} (160 GeV on Fe56)",
            "",
            "<= 2 s",
        )
    )
    NOTES.append(
        "cold limit: "
        + ", ".join(f"{n} {t:.2f} s" for n, t in zip(names, parts, strict=True))
    )


@dataclass(frozen=True)
class Case:
    """One cross section that both the Monte Carlo and the package compute."""

    channel: str
    e_nu: float
    nucleus: str

    def both(self) -> tuple[Oracle, Target]:
        one, channel = isotope(self.nucleus), trident.channel(self.channel)
        found = nu.StandardModel().lepton_couplings(channel.vertex)
        radius, diffuseness = 1.126 * one.a ** (1 / 3), 0.523
        couplings = (float(found.vector), float(found.axial))
        oracle = Oracle(
            self.e_nu,
            one.mass,
            one.z,
            radius,
            diffuseness,
            *channel.pair_masses,
            *couplings,
        )
        return oracle, target(
            self.nucleus, form_factor=form_factors.Fermi(radius * fm, diffuseness * fm)
        )


CASES = [
    Case(MUMU, 5 * GeV, "Ar40"),
    Case("nu_mu -> nu_mu e+ e-", 1 * GeV, "Ar40"),
    Case("nu_mu -> nu_e e+ mu-", 5 * GeV, "Ar40"),
    Case(MUMU, 160 * GeV, "Fe56"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_monte_carlo(benchmark: BenchmarkFixture, case: Case) -> None:
    oracle, made = case.both()
    energies = np.geomspace(case.e_nu / 3, case.e_nu, 100)
    got = benchmark.pedantic(
        lambda: trident.total(energies, case.channel, made, regime="coherent"),
        rounds=5,
        warmup_rounds=1,
    )[-1]
    many = _best(benchmark) / 100
    single = []
    for _ in range(7):
        start = time.perf_counter()
        trident.total(case.e_nu, case.channel, made, regime="coherent")
        single.append(time.perf_counter() - start)
    rough = oracle.adapted(100_000)
    # really run to 0.1 %; the plain one would take minutes and is extrapolated
    best = oracle.adapted(
        math.ceil(rough.events * (rough.error / (1e-3 * rough.value)) ** 2)
    )
    plain = oracle.plain(200_000)
    truth = reference(
        np.array([case.e_nu]),
        trident.channel(case.channel),
        trident.currents(made)[0][1],
    )
    exact = float(truth[0] @ trident.coefficients(nu.StandardModel(), case.channel))
    pull = (got - best.value) / best.error
    assert abs(pull) < 4.5
    assert abs(got - plain.value) < 5 * plain.error
    spent, wanted = best.prepare + best.seconds, plain.seconds_to(1e-3)
    ROWS.append(
        (
            (
                f"{case.channel}, {case.e_nu / GeV:g} GeV, {case.nucleus}: one of 100"
                " energies (one alone)"
            ),
            f"{many * 1e3:.2f} ms ({min(single) * 1e3:.2f} ms)",
            (
                f"{abs(got / exact - 1):.1e}; MC {best.error / best.value:.1e}, differs"
                f" by {pull:+.1f} sigma"
            ),
            f"{spent / many:.0f} ({spent / min(single):.0f})",
            ">= 1000",
        )
    )
    NOTES.append(
        f"{case.channel}, {case.e_nu / GeV:g} GeV, {case.nucleus}: 7-D Monte Carlo"
        f" adapted to it: {spent:.2f} s, {best.events} events of"
        f" {best.seconds / best.events * 1e6:.1f} us, {best.error / best.value:.2%}"
        f" reached; plain: {wanted:.0f} s extrapolated from"
        f" {plain.error / plain.value:.1%} in {plain.seconds:.2f} s, ratio"
        f" {wanted / many:.0f}"
    )


@dataclass(frozen=True)
class Deviation:
    """Of VV, AA, VA and of the mediator terms, with the estimate of the package, the
    size and the place."""

    base: float
    extra: float
    own: float
    sigma: float
    where: str


def resolved(
    e_nu: FloatArray, channel: trident.Channel, current: trident.Current
) -> int:
    """Points in Q a panel that resolve the form factor to 1e-7, found with the tables
    for the leptons."""
    points = 24
    last = reference(e_nu, channel, current, points=points, tables=True)[:, :2]
    while points < 400:
        finer = reference(e_nu, channel, current, points=2 * points, tables=True)[:, :2]
        if np.all(np.abs(finer - last) <= 1e-7 * last):
            return points
        points, last = 2 * points, finer
    return points


def _sample() -> list[tuple[trident.Channel, str, trident.Current, float, float]]:
    """A fixed random list of (channel, target, current, energy, mediator mass): a
    quarter at threshold × 1.05."""
    random = np.random.default_rng(20180830)
    channels = [c for c in trident.CHANNELS if not c.incoming.anti]
    nuclei = ["C12", "O16", "Al27", "Si28", "Ar40", "Fe56", "Ge74", "I127", "Pb208"]
    targets: list[tuple[str, str]] = [(n, "coherent") for n in nuclei] + [
        ("", "proton"),
        ("", "neutron"),
    ] * 2
    result: list[tuple[trident.Channel, str, trident.Current, float, float]] = []
    while len(result) < SAMPLE:
        channel = channels[random.integers(len(channels))]
        name, regime = targets[random.integers(len(targets))]
        low = 1.05 * trident.threshold_energy(channel, name or None, regime)
        e_nu = low if random.random() < 0.25 else low * (TEV / low) ** random.random()
        current = trident.currents(
            name or None, regime, pauli=bool(random.random() < 0.5)
        )[0][1]
        result.append(
            (
                channel,
                name or regime,
                current,
                float(e_nu),
                float(10 ** random.uniform(-1, 6)),
            )
        )
    return result


def test_worst_case(benchmark: BenchmarkFixture) -> None:
    """The tables against the integrals, over channels, targets and energies."""
    found: list[Deviation] = []
    refused: list[str] = []
    empty: list[str] = []

    def run() -> int:
        start = time.perf_counter()
        for done, (channel, name, current, e_nu, mass) in enumerate(_sample()):
            if time.perf_counter() - start > BUDGET:
                return done
            where = f"{channel} on {name} at {e_nu / GeV:.4g} GeV"
            masses = np.array([mass]) if channel.minus == channel.plus else None
            e = np.array([e_nu])
            try:
                got = trident.current_kernels(e, channel, current, masses)
                points = resolved(e, channel, current)
            except ComputationError:
                refused.append(where)
                continue
            if not got.values[0, 0]:
                empty.append(where)
                continue
            base, extra = deviations(
                got.values, reference(e, channel, current, masses, points)
            )
            sigma, own = (
                got.values[0, :2].sum(),
                float((got.error[:, :2] / got.values[:, :2]).max()),
            )
            where += (
                f", VV + AA = {sigma:.1e} cm2, points in Q a panel {points}, M ="
                f" {mass:.3g} MeV"
            )
            found.append(
                Deviation(
                    float(base.max()),
                    float(extra.max(initial=0.0)),
                    own,
                    float(sigma),
                    where,
                )
            )
        return SAMPLE

    done = benchmark.pedantic(run, rounds=1)
    assert np.isfinite([(f.base, f.extra) for f in found]).all()
    usual = [f for f in found if f.sigma > SMALLEST]
    worst, seen = max(found, key=lambda f: f.base), max(usual, key=lambda f: f.base)
    median = float(np.median([f.base for f in found]))
    mediated = max(usual, key=lambda f: f.extra)
    ROWS.append(
        (
            (
                f"tables against integrals, {len(found)} of {done} random (channel,"
                " target, energy)"
            ),
            f"{_best(benchmark):.0f} s",
            (
                f"worst {worst.base:.1e}, above {SMALLEST:g} cm2 {seen.base:.1e}"
                f" (mediated {mediated.extra:.1e}), median {median:.1e}"
            ),
            "",
            "<= 1e-4",
        )
    )
    NOTES.append(
        f"worst: {worst.base:.1e} (its own estimate of the tables {worst.own:.1e}) for"
        f" {worst.where}"
    )
    NOTES.append(
        f"worst above {SMALLEST:g} cm2: {seen.base:.1e} (own {seen.own:.1e}) for"
        f" {seen.where}"
    )
    NOTES.append(
        f"worst with a mediator above {SMALLEST:g} cm2: {mediated.extra:.1e} for"
        f" {mediated.where}"
    )
    NOTES.append(
        f"refused, integral over Q2 not resolved: {len(refused)}"
        + "".join(f"\n    {r}" for r in refused)
    )
    NOTES.append(
        f"exactly zero above threshold: {len(empty)}"
        + "".join(f"\n    {r}" for r in empty)
    )


@pytest.mark.parametrize(
    ("name", "e_nu"),
    [
        (MUMU, 10 * GeV),
        ("nu_mu -> nu_mu e+ e-", 10 * GeV),
        ("nu_mu -> nu_e e+ mu-", 1 * GeV),
    ],
)
def test_cost_and_accuracy(benchmark: BenchmarkFixture, name: str, e_nu: float) -> None:
    """Error against nodes per dimension for the integrals without tables, and the
    tables beside it."""
    channel, current, e = (
        trident.channel(name),
        trident.currents("Ar40")[0][1],
        np.array([e_nu]),
    )
    truth = reference(e, channel, current, points=24, orders=Orders(36, 36, 20, 36))

    def run() -> list[str]:
        lines = []
        for n in (4, 6, 8, 10, 12, 16, 20):
            start = time.perf_counter()
            got = reference(
                e, channel, current, points=n, orders=Orders(n, n, max(4, n // 2), n)
            )
            spent = time.perf_counter() - start
            lines.append(
                f"{n:2d}: {spent * 1e3:7.1f} ms {deviations(got, truth)[0].max():.1e}"
            )
        return lines

    lines = benchmark.pedantic(run, rounds=1)
    start = time.perf_counter()
    default = reference(e, channel, current)
    exact = time.perf_counter() - start
    trident.current_kernels(e, channel, current)
    start = time.perf_counter()
    fast = trident.current_kernels(e, channel, current).values
    spent = time.perf_counter() - start
    NOTES.append(
        f"cost and accuracy by nodes per dimension (half of them in x), {name},"
        f" {e_nu / GeV:g} GeV, Ar40:\n    "
        + "\n    ".join(lines)
        + f"\n    exact=True: {exact * 1e3:.1f} ms"
        f" {deviations(default, truth)[0].max():.1e}"
        + f"\n    tables: {spent * 1e3:.2f} ms {deviations(fast, truth)[0].max():.1e}"
    )
