"""Speed of fits of electromagnetic properties, with the accuracy beside it:
`make bench`. Nothing here asserts a time.

The oracle is the same likelihood by the plain method in the same run: the model's
coefficients one point after the other instead of as a polynomial, no batches, and
scipy's BFGS over the nuisances.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from scipy.optimize import minimize

import nuprobe as nu
from nuprobe.experiments import Experiment
from nuprobe.inference import Cost, fit
from nuprobe.numerics import FloatArray

POINTS = 100_000
# `_plain` knows the steady state but for its normalisation
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
RADII = [f"charge_radius.{x}" for x in ("ee", "mumu", "emu", "etau", "mutau")]
MOMENTS = [
    "magnetic_moment.ee",
    "magnetic_moment.mumu",
    "charge.ee",
    "charge.mumu",
    "charge.emu",
]
NEUTRONS = ["rn_cs", "rn_i"]
ROWS: list[tuple[str, str, str, str]] = []


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[None]:
    """Collect one row a measurement and print them all at the end."""
    ROWS.clear()
    yield
    head = ("what", "time", "accuracy", "target")
    widths = [max(len(row[i]) for row in [head, *ROWS]) for i in range(4)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in [head, *ROWS]
    ]
    print("\n\n" + "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]]))


def _best(benchmark: BenchmarkFixture) -> float:
    return float(benchmark.stats.stats.min)  # type: ignore[union-attr]


def _plain(
    experiment: Experiment, free: list[str], point: FloatArray, analysis: str
) -> float:
    """-2 ln L of one point: the model made at this point, its templates without axes,
    BFGS over the nuisances."""
    model = nu.Electromagnetic().with_values(
        {n: np.asarray(v) for n, v in zip(free, point, strict=True) if "." in n}
    )
    own = {n: float(v) for n, v in zip(free, point, strict=True) if "." not in n}
    prediction = experiment.prediction(model, tuple(own), analysis)
    e = prediction.expectation(np.array([list(own.values())]).reshape(1, -1))
    slopes = np.array([np.broadcast_to(s, e.base.shape)[0] for s in e.slopes])
    sigma = np.array([n.sigma for n in prediction.nuisances])
    term = experiment.cost(model, tuple(own), analysis).terms[0]
    n = term.data

    def cost(x: FloatArray) -> tuple[float, FloatArray]:
        mu = e.base[0] + (x * sigma) @ slopes
        if np.any(mu <= 0):
            return 1e10, np.zeros(x.size)
        logs = np.where(n > 0, n * np.log(np.where(n > 0, n, 1) / mu), 0)
        return (
            float(2 * (mu - n + logs).sum() + x @ x),
            2 * sigma * (slopes @ (1 - n / mu)) + 2 * x,
        )

    return float(
        minimize(
            cost, np.zeros(sigma.size), jac=True, method="BFGS", options={"gtol": 1e-10}
        ).fun
    )


@pytest.mark.parametrize(
    "free",
    [RADII + NEUTRONS, RADII + MOMENTS + NEUTRONS],
    ids=["7 parameters", "12 parameters"],
)
def test_fit_csi_2017(benchmark: BenchmarkFixture, free: list[str]) -> None:
    csi = nu.experiment("coherent-csi-2017").with_changes(KNOWN)
    cost = csi.cost(nu.Electromagnetic(), free, "energy-time")
    fit(cost)  # scipy and iminuit are imported, caches filled
    result = benchmark.pedantic(lambda: fit(cost), rounds=3)
    mine = _best(benchmark)
    start = time.perf_counter()
    truth = _plain(csi, free, result.point, "energy-time")
    plain = time.perf_counter() - start
    deviation = abs(result.twice_nll / truth - 1)
    assert deviation < 1e-8
    # a profile at its ends, by another way: the plain method of scipy from the end that
    # was found
    worst = max(
        _end_error(cost, result.point, i, end) for i, end in _ends(result, cost)
    )
    ROWS.append(
        (
            (
                f"fit of {len(free)} parameters and {len(cost.nuisances)} nuisances"
                " with intervals, 144 bins"
            ),
            f"{mine:.2f} s",
            (
                f"-2 ln L to {deviation:.0e}; ends: profile by L-BFGS-B at most"
                f" {worst:.1e} below the threshold"
            ),
            f"<= 2 s (plain: {plain:.2f} s for one point)",
        )
    )


def _ends(result: nu.inference.FitResult, cost: Cost) -> list[tuple[int, float]]:
    found: list[tuple[int, float]] = []
    for one in result.free[: len(RADII)]:
        assert one.interval is not None
        ends = (one.interval.lower, one.interval.upper)
        found += [
            (cost.index(one.parameter.name), end) for end in ends if end is not None
        ]
    return found


def _end_error(cost: Cost, best: FloatArray, column: int, end: float) -> float:
    """How far the profile at an end of an interval lies below 1 above the minimum, from
    some starts by L-BFGS-B."""
    lowest = float(cost.profiled(best).twice_nll[0])
    others = [c for c in range(len(best)) if c != column]
    scale = np.array([cost.parameters[c].step for c in others])
    bounds = [
        (cost.parameters[c].lower / s, cost.parameters[c].upper / s)
        for c, s in zip(others, scale, strict=True)
    ]

    def full(z: FloatArray) -> FloatArray:
        point = np.array(best)
        point[others], point[column] = z * scale, end
        low, high = np.array([(p.lower, p.upper) for p in cost.parameters]).T
        return np.clip(point, low, high)

    value = min(
        minimize(
            lambda z: float(cost.profiled(full(z)).twice_nll[0]),
            z0,
            jac=lambda z: cost.profiled_gradient(full(z))[0, others] * scale,
            bounds=bounds,
            method="L-BFGS-B",
        ).fun
        for z0 in (best[others] / scale, cost.default[others] / scale)
    )
    return max(0.0, lowest + 1.0 - value)


@pytest.mark.parametrize(
    "free", [RADII, RADII + NEUTRONS], ids=["5 radii", "5 radii and 2 neutron radii"]
)
def test_profiled_points(benchmark: BenchmarkFixture, free: list[str]) -> None:
    csi = nu.experiment("coherent-csi-2017").with_changes(KNOWN)
    cost = csi.cost(nu.Electromagnetic(), free, "energy-time")
    rng = np.random.default_rng(7)
    columns = [
        (
            rng.uniform(4, 7, POINTS)
            if n in NEUTRONS
            else rng.normal(0, 20, POINTS) * 1e-32  # cm2
        )
        for n in free
    ]
    points = np.column_stack(columns)
    result = benchmark.pedantic(
        lambda: cost.profiled(points, threads=2), rounds=3, warmup_rounds=1
    )
    mine = _best(benchmark)
    start = time.perf_counter()
    truth = np.array([_plain(csi, free, p, "energy-time") for p in points[:4]])
    plain = (time.perf_counter() - start) / 4
    deviation = np.abs(result.twice_nll[:4] / truth - 1).max()
    assert deviation < 1e-8
    ROWS.append(
        (
            (
                f"{POINTS} points of {len(free)} parameters, 5 nuisances profiled, 2"
                " threads"
            ),
            f"{mine:.2f} s",
            f"{deviation:.0e} in -2 ln L",
            (
                f"<= 1 s (plain: {plain:.2f} s a point, {plain * POINTS / mine:.0f}"
                " times as long)"
            ),
        )
    )


def test_joint_fit(benchmark: BenchmarkFixture) -> None:
    free = RADII[:2]
    experiments = [
        ("coherent-csi-2021", "energy-time"),
        ("coherent-lar-2020", "energy-shape-time"),
    ]
    cost = sum(
        nu.experiment(e).cost(nu.Electromagnetic(), free, a) for e, a in experiments
    )
    assert isinstance(cost, Cost)
    fit(cost)
    result = benchmark.pedantic(lambda: fit(cost), rounds=3)
    found = minimize(
        lambda x: float(cost.profiled(x * 1e-32).twice_nll[0]),
        result.point / 1e-32,
        method="Nelder-Mead",
        options={"xatol": 1e-4},
    )
    above = result.twice_nll - float(found.fun)
    assert above < 1e-4
    ROWS.append(
        (
            (
                f"joint fit CsI 2021 + LAr 2020: 2 radii, {len(cost.nuisances)}"
                f" nuisances, {cost.n_bins} bins"
            ),
            f"{_best(benchmark):.2f} s",
            f"-2 ln L at most {max(above, 0.0):.0e} above that of Nelder-Mead",
            "",
        )
    )


@pytest.mark.parametrize(
    "name",
    ["coherent-csi-2017", "coherent-csi-2021", "coherent-lar-2020", "xenonnt-8b"],
)
def test_templates(benchmark: BenchmarkFixture, name: str) -> None:
    units = [(RADII, 1e-32), (MOMENTS[:2], 1e-11), (MOMENTS[2:], 1e-12)]
    model = nu.Electromagnetic().with_values(
        {n: np.asarray(unit) for names, unit in units for n in names}
    )
    fresh = nu.experiment(name)
    templates = benchmark.pedantic(
        lambda e: e.templates(model),
        setup=lambda: ((fresh.with_changes({}),), {}),
        rounds=3,
        warmup_rounds=1,
    )
    ROWS.append(
        (
            f"templates of {name}, {len(templates.terms)} terms",
            f"{_best(benchmark) * 1e3:.0f} ms",
            f"{templates.error:.0e}: its own estimate from a second order",
            "",
        )
    )
