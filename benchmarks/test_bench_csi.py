"""Speed on the COHERENT CsI 2017 data with the accuracy printed beside: `make bench`.
Nothing here asserts a time."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.oracle import CsI2017
from pytest_benchmark.fixture import BenchmarkFixture
from scipy.optimize import minimize

import nuprobe as nu
from nuprobe.experiments import Experiment
from nuprobe.inference import OnOffCost, ProjectedCost, coverage
from nuprobe.inference.toys import draw, fit_toys, shifted_cost
from nuprobe.units import fm

POINTS = 100_000
# the steady state as a product that is known but for its normalisation
KNOWN = {
    "analyses.energy-time.counted": {},
    "analyses.energy-time.systematics": [
        "sns-flux",
        "csi-2017-signal-without-quenching",
        "csi-2017-quenching",
        "csi-2017-prompt-neutrons",
        "csi-2017-steady-state",
    ],
}
SIGMA_QUENCHING = 0.1891
ROWS: list[tuple[str, str, str, str, str]] = []


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[None]:
    """Collect one row a measurement and print them all at the end."""
    ROWS.clear()
    yield
    head = ("what", "time", "largest deviation", "ratio", "target")
    widths = [max(len(row[i]) for row in [head, *ROWS]) for i in range(5)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in [head, *ROWS]
    ]
    print("\n\n" + "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]]))
    print(
        "deviation: relative, against plain adaptive quadrature (benchmarks/oracle.py),"
        " bins above 1e-6 of the largest"
    )


ORACLE_ERROR = 2e-9  # tolerance of the plain method's own quadratures


@pytest.fixture(scope="module")
def csi() -> Experiment:
    return nu.experiment("coherent-csi-2017")


@pytest.fixture(scope="module")
def oracle(csi: Experiment) -> CsI2017:
    components = csi.target().components
    masses = tuple(c.isotope.mass for c in components)
    return CsI2017(r_p=tuple(c.ff_p.rms / fm for c in components), masses=masses)  # type: ignore[arg-type]


def _best(benchmark: BenchmarkFixture) -> float:
    return float(benchmark.stats.stats.min)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "free",
    [(), ("rn",), ("rn_cs", "rn_i")],
    ids=["fixed radii", "one radius", "two radii"],
)
def test_templates(
    benchmark: BenchmarkFixture, csi: Experiment, oracle: CsI2017, free: tuple[str, ...]
) -> None:
    # a fresh experiment each round, since templates are kept once built; errors are
    # estimated in the time
    templates = benchmark.pedantic(
        lambda fresh: fresh.templates(free=free),
        setup=lambda: ((csi.with_changes({}),), {}),
        rounds=5,
        warmup_rounds=1,
    )
    mine = _best(benchmark)
    case = replace(oracle, r_n=(5.3, 5.3)) if free else oracle
    start = time.perf_counter()
    truth = case.spectrum(csi.energy_edges.tolist())
    plain = time.perf_counter() - start
    point = np.array([[5.3] * len(free)]) if free else None
    got = templates.by_component(templates.coefficients(nu.StandardModel()), point)[0]
    scale = np.maximum(truth, 1e-6 * truth.max())
    deviation = (np.abs(got - truth) / scale).max()
    # the plain method reads its own mass table: one common factor; the rest compares
    # the integrals
    factor = got.sum() / truth.sum()
    rest = (np.abs(got / factor - truth) / scale).max()
    own = max([templates.error, *templates.axis_error])
    assert rest <= own + ORACLE_ERROR
    # one spectrum for fixed radii; for one free radius, as many as the templates have
    # nodes; two radii cost no more than one, since each isotope has its own
    spectra = 28 if free else 1
    ROWS.append(
        (
            (
                f"templates, {' x '.join(free) or 'fixed radii'}: 2 isotopes x 3 fluxes"
                " x 25 x 24 bins"
            ),
            f"{mine * 1e3:.1f} ms",
            (
                f"{deviation:.1e}; integrals {rest:.0e} <= own estimate {own:.0e} +"
                f" plain method's {ORACLE_ERROR:.0e}"
            ),
            f"{spectra * plain / mine:.0f} (plain: {spectra} x {plain:.2f} s)",
            "<= 100 ms",
        )
    )


def _plain_point(
    csi: Experiment,
    oracle: CsI2017,
    sin2: float,
    rn: float,
    signal_times: np.ndarray,
    backgrounds: np.ndarray,
) -> float:
    """-2 ln L of one point, minimised over four nuisances, with quadrature bin by
    bin."""
    case = replace(oracle.with_radius(rn), g=(0.5 - 2 * sin2, -0.5))
    spectra = []
    for shift in (0.0, SIGMA_QUENCHING, -SIGMA_QUENCHING):
        detector = replace(case.detector, gain=case.detector.gain * (1 + shift))
        spectra.append(replace(case, detector=detector).spectrum(list(range(6, 31, 2))))
    base, up, down = (np.einsum("cb,ct->bt", s, signal_times).ravel() for s in spectra)
    steady, neutrons = backgrounds
    slopes = np.array([base, (up - down) / (2 * SIGMA_QUENCHING), neutrons, steady])
    # flux and signal are one normalisation here
    sigma = np.array([0.122, SIGMA_QUENCHING, 0.25, 0.05])
    data = csi.predict(analysis="energy-time").data
    assert data is not None
    counts = data.ravel()

    def cost(x: np.ndarray) -> tuple[float, np.ndarray]:
        mu = base + steady + neutrons + (x * sigma) @ slopes
        if np.any(mu <= 0):
            return 1e10, np.zeros(4)
        logs = np.where(
            counts > 0, counts * np.log(np.where(counts > 0, counts, 1) / mu), 0
        )
        return (
            float(2 * (mu - counts + logs).sum() + x @ x),
            2 * sigma * (slopes @ (1 - counts / mu)) + 2 * x,
        )

    return float(
        minimize(cost, np.zeros(4), jac=True, method="BFGS", options={"gtol": 1e-9}).fun
    )


def test_profiled_points(
    benchmark: BenchmarkFixture, csi: Experiment, oracle: CsI2017
) -> None:
    free = ["sin2_theta_w", "rn"]
    cost = csi.with_changes(KNOWN).cost(nu.StandardModel(), free, "energy-time")
    assert len(cost.nuisances) == 5
    rng = np.random.default_rng(7)
    points = np.column_stack(
        [rng.uniform(0.2, 0.28, POINTS), rng.uniform(4.0, 7.0, POINTS)]
    )
    result = benchmark.pedantic(
        lambda: cost.profiled(points, threads=2), rounds=7, warmup_rounds=1
    )
    mine = _best(benchmark)
    rates = csi.predict(analysis="energy-time")
    backgrounds = np.array(
        [rates.components[name].ravel() for name in ("steady-state", "prompt-neutrons")]
    )
    times = np.array(
        [
            v.sum(0) / v.sum()
            for k, v in rates.components.items()
            if k.startswith("signal")
        ]
    )
    window = [
        nu.flux("sns").times[c.time or ""].probability[:12].sum()
        for c in nu.flux("sns").components
    ]
    times *= np.array(window)[:, None]
    start = time.perf_counter()
    truth = [
        _plain_point(csi, oracle, *points[i], times, backgrounds) for i in range(4)
    ]
    plain = (time.perf_counter() - start) / 4
    deviation = np.abs(result.twice_nll[:4] / np.array(truth) - 1).max()
    ROWS.append(
        (
            f"{POINTS} points, 4 nuisances profiled, 144 bins, 2 threads",
            f"{mine:.2f} s",
            f"{deviation:.1e} in -2 ln L",
            (
                f"{plain * POINTS / mine:.0f} (plain: {plain:.2f} s a point, mean of 4,"
                f" times {POINTS})"
            ),
            "<= 1 s, ratio >= 1000",
        )
    )


def test_counted_background(benchmark: BenchmarkFixture, csi: Experiment) -> None:
    """The same with the projections of the anticoincidences fitted, 24 factors more."""
    free = ["sin2_theta_w", "rn"]
    cost = csi.cost(nu.StandardModel(), free, "energy-time")
    known = csi.with_changes(KNOWN).cost(nu.StandardModel(), free, "energy-time")
    points = np.tile(cost.default, (20_000, 1))
    points[:, 1] = np.linspace(3.0, 7.0, len(points))
    spent = []
    for one in (cost, known):
        one.profiled(points[:1000], compiled=False)
        start = time.process_time()
        one.profiled(points, compiled=False)
        spent.append(time.process_time() - start)
    benchmark.pedantic(lambda: cost.profiled(points), rounds=3)
    # projected onto one row they are bins, whose best background is a square root
    term = cost.terms[0]
    assert isinstance(term, ProjectedCost)
    given = (term.prediction, term.data, term.control, term.nominal)
    row = ProjectedCost(*given, (1, term.n_bins), term.ratio)
    bins = OnOffCost(*given, term.ratio)
    some = points[::2000]
    off = np.abs(row.profiled(some).twice_nll - bins.profiled(some).twice_nll).max()
    ROWS.append(
        (
            "20000 points, projections of the background fitted",
            f"{spent[0]:.2f} s",
            f"{off:.0e} in -2 ln L, of one row",
            f"{spent[0] / spent[1]:.1f} times a known background",
            "<= 2 s",
        )
    )


def _fresh(code: str) -> float:
    """Best of several, seconds as the fresh interpreter itself measures them."""
    text = (
        f"import time; t = time.perf_counter(); {code}; print(time.perf_counter() - t)"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", text], capture_output=True, text=True, check=True
        )
        for _ in range(9)
    ]
    return min(float(run.stdout) for run in runs)


@pytest.mark.parametrize(
    ("counted", "words"),
    [("projections", "projections counted, the default"), ("bins", "bins counted")],
)
def test_toys(
    benchmark: BenchmarkFixture, csi: Experiment, counted: str, words: str
) -> None:
    """1000 toys in energy and time, two profiled fits each, against single fits; the
    steady state is counted by its projections or bin by bin."""
    changes = {"analyses.energy-time.counted": {"steady-state": counted}}
    cost = csi.with_changes(changes).cost(free=["rn"], analysis="energy-time")
    nominal = np.zeros(len(cost.nuisances))
    toys = draw(cost, cost.default, nominal, 1000, np.random.default_rng(1))
    start = time.process_time()
    coverage(cost, "rn", toys=1000)
    spent = time.process_time() - start
    benchmark.pedantic(
        coverage, (cost, "rn"), {"toys": 1000}, rounds=3, warmup_rounds=0
    )
    best = fit_toys(cost, toys, ["rn"], cost.default, nominal)
    off = max(
        abs(nu.fit(shifted_cost(cost, toys, i)).twice_nll - best.twice_nll[i])
        for i in range(0, 1000, 100)
    )
    what = f"1000 toys, profiled fits, {words}"
    ROWS.append((what, f"{spent:.2f} s", f"{off:.0e}", "-", "<= 2 s"))
    assert off < 1e-6


def test_import(benchmark: BenchmarkFixture) -> None:
    mine, numpy = benchmark.pedantic(
        lambda: (_fresh("import nuprobe"), _fresh("import numpy")), rounds=1
    )
    ROWS.append(
        (
            "import nuprobe / import numpy",
            f"{mine * 1e3:.0f} ms",
            "",
            f"{mine / numpy:.2f}",
            "<= 2",
        )
    )


def test_help(benchmark: BenchmarkFixture) -> None:
    command = Path(sys.executable).parent / "nuprobe"
    if (
        not command.exists()
        or subprocess.run(
            [command, "--help"], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("the command line is not installed")
    benchmark.pedantic(
        lambda: subprocess.run([command, "--help"], capture_output=True, check=True),
        rounds=7,
    )
    ROWS.append(
        ("nuprobe --help", f"{_best(benchmark) * 1e3:.0f} ms", "", "", "<= 400 ms")
    )
