"""Wider bins: counts, backgrounds and predictions are the sums of those before."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.optimize import minimize
from tests.experiments.test_residuals import COUNTS, EXPERIMENT, SIGMA, write

import nuprobe as nu
from nuprobe.cli.main import cli
from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.experiments import Experiment, experiment
from nuprobe.reproductions.total_counts import ring, total_counts

CSI = "coherent-csi-2017"
COUNTING = (
    CSI,
    "coherent-csi-2021",
    "coherent-lar-2020",
    "conus-plus",
    "pandax-4t-8b",
    "xenonnt-8b",
    "reactor-ge-projection",
    "solar-xe-projection",
)


@pytest.mark.parametrize("name", COUNTING)
def test_one_bin_has_the_sum_of_all(name: str) -> None:
    fine = experiment(name, Experiment)
    times = 1 if fine.file.analyses[fine.analyses[0]].time_bins else None
    before, after = fine.predict(), fine.rebinned(energy=1, time=times).predict()
    assert after.energy_edges.tolist() == before.energy_edges[[0, -1]].tolist()
    third = 1 if before.shape_edges is None else before.shape_edges.size - 1
    assert after.total.size == third

    def added(counts: np.ndarray) -> np.ndarray:
        return np.asarray(counts.sum((0, -1)).reshape(third))

    for component, counts in before.components.items():
        np.testing.assert_allclose(
            added(after.components[component]), added(counts), rtol=1e-9, atol=1e-12
        )
    if before.data is not None and after.data is not None:
        np.testing.assert_array_equal(added(after.data), added(before.data))
    if before.sigma is not None and after.sigma is not None:
        np.testing.assert_allclose(
            added(after.sigma**2), added(before.sigma**2), rtol=1e-12
        )


def test_uneven_bins_in_energy_and_time() -> None:
    """Against sums written out, expectation and slopes of all nuisances alike."""
    fine = experiment(CSI, Experiment)
    wide = fine.rebinned([6, 8, 14, 30], ["0 us", "1.5 us", "6 us"], "energy-time")
    rows = [slice(0, 1), slice(1, 4), slice(4, 12)]
    columns = [slice(0, 3), slice(3, 12)]

    def added(counts: np.ndarray) -> np.ndarray:
        grid = counts.reshape(-1, 12, 12)
        return np.stack(
            [grid[:, r, c].sum((1, 2)) for r in rows for c in columns], axis=-1
        )

    free, point = ["rn", "sin2_theta_w"], np.array([[0.2, 5.4], [0.25, 4.1]])
    before, after = (
        e.prediction(nu.StandardModel(), free, "energy-time") for e in (fine, wide)
    )
    ones, others = before.expectation(point), after.expectation(point)
    np.testing.assert_allclose(others.base, added(ones.base), rtol=1e-12)
    for one, other in zip(ones.slopes, others.slopes, strict=True):
        np.testing.assert_allclose(other, added(one), rtol=1e-9, atol=1e-9)
    step = np.array([0.0, 1e-4])
    difference = (
        after.expectation(point + step).base - after.expectation(point - step).base
    ) / 2e-4
    np.testing.assert_allclose(after.jacobian(point)[0][:, 1], difference, rtol=1e-6)
    rates = wide.predict(analysis="energy-time")
    assert rates.data is not None
    np.testing.assert_array_equal(
        rates.data.ravel(),
        added(fine.observed_counts("coincidence", "energy-time"))[0],
    )
    assert rates.time_edges.tolist() == [0.0, 1.5, 6.0]


def test_a_third_quantity_stays() -> None:
    fine = experiment("coherent-lar-2020", Experiment)
    before, after = fine.predict(), fine.rebinned(energy=[0, 30, 120]).predict()
    for name, counts in before.components.items():
        wanted = np.stack([counts[:3].sum(0), counts[3:].sum(0)])
        np.testing.assert_allclose(after.components[name], wanted, rtol=1e-9)


def test_covariances_add(tmp_path: Path) -> None:
    """The variance of a sum is the sum of the covariance, also relative to the counts
    of each bin."""
    relative = np.array([[0.04, 0.01, 0, 0], [0.01, 0.09, 0, 0]] + [[0] * 4] * 2)
    relative = relative + np.diag([0, 0, 1.0, 4.0])
    rows = "\n".join(",".join(map(repr, row)) for row in relative.tolist())
    (tmp_path / "covariance.csv").write_text("c0,c1,c2,c3\n" + rows + "\n")
    text = EXPERIMENT + ('covariance = { table = "covariance.csv", relative = true }\n')
    wide = write(tmp_path, text).rebinned(energy=[0.1, 0.3, 0.5])
    rates, counts = wide.predict(), np.array(COUNTS)
    matrix = relative * np.outer(counts, counts)
    adding = np.array([[1, 1, 0, 0], [0, 0, 1, 1]])
    wanted = adding @ matrix @ adding.T
    assert rates.sigma is not None
    assert rates.data is not None
    np.testing.assert_allclose(rates.sigma.ravel() ** 2, np.diag(wanted), rtol=1e-12)
    excess = rates.signal.ravel() - adding @ counts
    assert wide.cost().profiled(np.zeros((1, 0))).twice_nll[0] == pytest.approx(
        excess @ np.linalg.solve(wanted, excess), rel=1e-9
    )
    plain = write(tmp_path, EXPERIMENT).rebinned(energy=2).predict()
    assert plain.sigma is not None
    np.testing.assert_allclose(
        plain.sigma.ravel() ** 2, adding @ np.square(SIGMA), rtol=1e-12
    )


def test_the_binning_of_the_file_may_be_widened() -> None:
    csi = experiment(CSI, Experiment)
    by_keys = csi.with_changes(
        {"binning.energy.start": 6, "binning.energy.stop": 30, "binning.energy.bins": 4}
    ).predict()
    assert by_keys.energy_edges.tolist() == [6, 12, 18, 24, 30]
    np.testing.assert_allclose(
        by_keys.signal, csi.rebinned(energy=4).predict().signal, rtol=1e-12
    )
    times = csi.with_changes({"binning.time.bins": 6}).predict(analysis="energy-time")
    assert times.time_edges.tolist() == [0, 2, 4, 6]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"energy": [6, 7, 30]}, "7 splits the bin from 6 to 8"),
        ({"energy": 5}, "ask for 1 or 2 or 3 or 4 or 6 or 12"),
        ({"energy": [0, 30]}, "0 to 30 is not inside energy_range, 6 to 30"),
        ({"energy": [30, 6]}, "edges must increase"),
        ({"energy": "6, 30"}, "must be a list of edges or a number of bins"),
        ({"time": 2}, "set time_bins = true"),
        ({"time": ["0 us", "0.7 us"], "analysis": "energy-time"}, "0.7 splits the bin"),
    ],
)
def test_what_cannot_be_added(arguments: dict[str, object], problem: str) -> None:
    csi = experiment(CSI, Experiment)
    with pytest.raises(InputError, match=problem) as refused:
        csi.rebinned(**arguments)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)


def test_other_refusals() -> None:
    csi = experiment(CSI, Experiment)
    with pytest.raises(InputError, match="6 is not an edge of the new bins"):
        csi.with_changes({"binning.energy.bins": 5})
    with pytest.raises(InputError, match="has no bins to add"):
        experiment("ccfr-trident").rebinned(energy=1)
    with pytest.raises(InputError, match="has no bins of the arrival time"):
        experiment("conus-plus").rebinned(time=1)
    with pytest.raises(ExperimentFileError, match="give one per bin"):
        csi.with_changes({"analyses.total.signal": {"counts": [1.0, 2.0]}})
    with pytest.raises(ExperimentFileError, match="give table and column, or counts"):
        csi.with_changes({"analyses.total.signal": {"table": "counts.csv"}})
    with pytest.raises(ExperimentFileError, match="their own errors"):
        csi.with_changes({"analyses.published-total.statistic": "poisson"})


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (["--bins", "energy=6,14,30"], "observed: 142; expected in all: 168.0"),
        (["--analysis", "energy-time", "--bins", "time=0:6:2 us"], "observed: 547"),
        (["--bins", "energy=7:30:1"], "splits the bin from 6 to 8"),
        (["--bins", "energy=six"], "energy=6:30:3"),
        (["--analysis", "energy-time", "--bins", "time=0:6:2"], "unit at the end"),
        (["--bins", "charge=3"], "write energy=... or time=..."),
    ],
)
def test_bins_on_the_command_line(options: list[str], shown: str) -> None:
    result = CliRunner().invoke(cli, ["rate", CSI, *options])
    text = result.output + str(result.exception or "")
    assert shown in text


def test_total_counts_of_csi_2017() -> None:
    """547 − 405 = 142 ± √952; 134 ± 22 of 173, where the best scale of the signal is
    134/173."""
    csi = experiment(CSI, Experiment)
    total = csi.predict(analysis="total")
    assert total.data is not None
    assert total.sigma is not None
    assert total.data.item() == 547 - 405
    assert total.sigma.item() == pytest.approx(np.sqrt(547 + 405))
    assert total.signal.sum() == pytest.approx(csi.predict().signal.sum(), rel=1e-9)
    published = csi.predict(analysis="published-total")
    assert published.data is not None
    assert published.sigma is not None
    assert (published.data.item(), published.sigma.item()) == (134, 22)
    assert published.total.sum() == pytest.approx(173, rel=1e-6)
    # another model is scaled alike
    model = nu.StandardModel(0.2)
    assert csi.predict(model, "published-total").signal.sum() == pytest.approx(
        173 * csi.predict(model).signal.sum() / csi.predict().signal.sum(), rel=1e-6
    )
    cost = csi.cost(None, (), "published-total").profiled(np.zeros((1, 0)))
    relative = published.signal_sigma / 173
    assert relative == pytest.approx(0.28, rel=1e-3)
    assert cost.twice_nll[0] == pytest.approx(
        39**2 / (22**2 + (relative * 173) ** 2), rel=1e-6
    )


def test_the_ring_of_charge_radii() -> None:
    """Its centre is the minimum of the counts, near that of point nuclei; its outer
    edge where the likelihood of both radii says so."""
    centre, inner, outer = ring()
    csi = experiment(CSI, Experiment)

    def counts(radii: np.ndarray) -> float:
        keys = {"ee": radii[0] * 1e-32, "mumu": radii[1] * 1e-32}
        model = nu.Electromagnetic(charge_radius=keys)
        return float(csi.predict(model, "total").signal.sum())

    lowest = minimize(counts, [-20.0, -20.0], method="Nelder-Mead")
    np.testing.assert_allclose(centre, lowest.x, atol=0.02)
    # without form factors: g_n N + (g_p - x r) Z = 0 with x = 0.0238 per 1e-32 cm2
    point = (0.5 - 2 * 0.23863 - 0.5 * (78 + 74) / (55 + 53)) / 0.023786
    np.testing.assert_allclose(centre, point, rtol=0.05)
    np.testing.assert_allclose(centre, -27, atol=1)
    free = ["charge_radius.ee", "charge_radius.mumu"]
    cost = csi.cost(nu.Electromagnetic(), free, "total")
    edges = [
        centre + size * direction
        for size in (inner, outer)
        for direction in ([1, 0], [0, -1], [0.6, 0.8])
    ]
    heights = cost.profiled(1e-32 * np.array(edges)).twice_nll
    np.testing.assert_allclose(heights, 4.605, rtol=1e-3)  # the best fit has 0
    table = total_counts()
    assert {row[2] for row in table.rows} == {"giunti", "half"}
    whole, halved = (np.array(row[3:], dtype=float) for row in table.rows[:2])
    np.testing.assert_allclose(whole, 2 * halved)
