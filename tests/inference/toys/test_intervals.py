"""Intervals of fits, scans and limits by toys, against exact sums and published
tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm, poisson
from tests.inference.toys.test_questions import COUNTS, Counting, exact_delta

import nuprobe as nu
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.inference import (
    Construction,
    Cost,
    GaussianCost,
    PoissonCost,
    ScanResult,
    ToySettings,
    fit,
    scan,
)
from nuprobe.inference.toys import (
    FeldmanCousins,
    GridToys,
    Hypothesis,
    ToySample,
)
from nuprobe.inference.toys.straight import crossing
from nuprobe.inference.toys.thresholds import quantile
from nuprobe.numerics import FloatArray

# Feldman:1997qc, table IV, 90 %, background 3.0, written from memory and equal to the
# exact sums below to the last digit. With no count the table (as remembered) has a
# longer interval, 1.08, than the construction of this background alone, 0.95.
TABLE = {1: 1.88, 2: 3.04, 5: 6.99}


def counting(observed: float, background: float = 3.0) -> Cost:
    return PoissonCost(Counting(background=background), [observed])


def exact_upper(observed: int) -> float:
    """Upper end by sums over all counts."""
    grid = np.arange(0.0, 12.0, 0.01)

    def p_value(strength: float) -> float:
        weight = poisson.pmf(COUNTS, strength + 3.0)
        delta = exact_delta(COUNTS, strength, 3.0)
        return float(weight[delta >= delta[observed] - 1e-9].sum())

    return float(grid[[p_value(s) > 0.1 for s in grid]].max())


@pytest.mark.parametrize("observed", [1, 2, 5])
def test_the_published_table_of_counts(observed: int) -> None:
    assert exact_upper(observed) == pytest.approx(TABLE[observed], abs=0.015)
    settings = ToySettings(1000, seed=3)
    found = fit(counting(observed), cl=0.9, intervals="feldman-cousins", toys=settings)
    (one,) = found.bounds["strength"].intervals
    assert one.lower == 0
    # steps of p-values: the end is one of two neighbouring ones, 0.02 apart in p
    assert abs(one.upper - TABLE[observed]) < 3 * one.upper_error + 0.02
    assert found.construction is not None
    assert (found.construction.sides, found.construction.toys) == (2, 1000)
    assert "two-sided (Feldman–Cousins), 1000 toys" in str(found)


@dataclass(frozen=True)
class Shifted(Counting):
    """A value that cannot be negative, measured with a Gaussian of width 1."""

    background: float = 0.0


# Feldman:1997qc, table X, 90 %: measured value → interval
BOUNDARY = {-1.0: (0.0, 0.81), 0.0: (0.0, 1.64), 1.0: (0.0, 2.64), 3.0: (1.37, 4.64)}


@pytest.mark.parametrize("measured", sorted(BOUNDARY))
def test_the_published_table_of_a_boundary(measured: float) -> None:
    cost = GaussianCost(Shifted(), [measured], [1.0])
    settings = ToySettings(600, seed=5)
    found = fit(cost, cl=0.9, intervals="feldman-cousins", toys=settings)
    (one,) = found.bounds["strength"].intervals
    low, high = BOUNDARY[measured]
    assert abs(one.upper - high) < 4 * one.upper_error + 0.005
    assert abs(one.lower - low) < 4 * one.lower_error + 0.005
    assert one.upper_error < 0.2


def test_coverage_at_a_boundary_is_at_least_the_level() -> None:
    # truth at the end of the range: how many experiments have it in their interval
    settings = ToySettings(4000, seed=7)
    cost = GaussianCost(Shifted(), [0.4], [1.0])
    found = scan(
        cost, {"strength": [0.0, 0.5]}, intervals="feldman-cousins", toys=settings
    )
    assert found.toys is not None
    critical, error = found.toys.critical(0.9)
    # Δ of a truth of 0 is x² for x > 0, else 0
    covered = norm.cdf(np.sqrt(critical[0]))
    slope = norm.pdf(np.sqrt(critical[0])) / (2 * np.sqrt(critical[0]))
    assert covered > 0.9 - 3 * slope * error[0]
    assert covered == pytest.approx(0.9, abs=4 * slope * error[0])


def test_cls_of_counts_is_analytic() -> None:
    # CLs = P(n ≤ observed | s + b)/P(n ≤ observed | b)
    observed, background = 4, 3.0
    grid = np.arange(0.0, 15.0, 0.001)
    exact = poisson.cdf(observed, grid + background) / poisson.cdf(observed, background)
    limit = grid[exact >= 0.1].max()
    settings = ToySettings(2000, seed=2)
    found = fit(counting(observed), cl=0.9, intervals="cls", toys=settings)
    one = found.bounds["strength"].upper
    assert abs(one.upper - limit) < 4 * one.upper_error
    assert 0 < one.upper_error < 0.3
    assert found.construction is not None
    assert found.construction.sides == 1
    assert "upper limit, one-sided (CLs)" in str(found)
    assert found["strength"].interval is not None
    assert found["strength"].interval.lower is None


def test_many_counts_are_those_of_wilks() -> None:
    cost = GaussianCost(Counting(50.0, 30.0), [80.0], [7.0])
    plain = fit(cost, cl=0.9)
    found = fit(cost, cl=0.9, intervals="feldman-cousins", toys=600)
    (one,) = found.bounds["strength"].intervals
    wilks = plain["strength"].interval
    assert wilks is not None
    assert wilks.upper is not None
    assert wilks.lower is not None
    assert abs(one.upper - wilks.upper) < 4 * one.upper_error
    assert abs(one.lower - wilks.lower) < 4 * one.lower_error
    assert 0 < one.upper_error < 0.03


def test_results_do_not_depend_on_who_computes(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    cost, file = counting(4), tmp_path / "toys.h5"

    def found(**where: object) -> FloatArray:
        settings = ToySettings(300, seed=4, **where)  # type: ignore[arg-type]
        result = fit(cost, cl=0.9, intervals="feldman-cousins", toys=settings)
        return result.bounds["strength"].p_values

    here = found()
    with ThreadPoolExecutor(3) as pool:
        np.testing.assert_array_equal(found(executor=pool), here)
    np.testing.assert_array_equal(found(checkpoint=file), here)
    np.testing.assert_array_equal(found(checkpoint=file, resume=True), here)
    settings = ToySettings(300, seed=5, checkpoint=file, resume=True)
    with pytest.raises(InputError, match="belongs to other toys"):
        fit(cost, cl=0.9, intervals="feldman-cousins", toys=settings)


def test_a_stopped_search_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nuprobe.inference.toys import rounds as module

    cost, file = counting(4), tmp_path / "toys.h5"
    settings = ToySettings(300, seed=4, checkpoint=file)
    done: list[int] = []
    fits = module._fits

    def some(cost: Cost, task: object) -> object:
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append(1)
        return fits(cost, task)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_fits", some)
    with pytest.raises(nu.NuprobeError, match=r"toys so far are saved in"):
        fit(cost, cl=0.9, intervals="feldman-cousins", toys=settings)
    monkeypatch.setattr(module, "_fits", fits)
    again = replace(settings, resume=True)
    one = fit(cost, cl=0.9, intervals="feldman-cousins", toys=again)
    two = fit(cost, cl=0.9, intervals="feldman-cousins", toys=ToySettings(300, 4))
    for name in ("p_values", "values"):
        a, b = (getattr(r.bounds["strength"], name) for r in (one, two))
        np.testing.assert_array_equal(a, b)


def test_toys_on_a_grid_are_exact_sums(tmp_path: Path) -> None:
    grid = [0.0, 2.0, 5.0]
    file = tmp_path / "scan.h5"
    found = scan(
        counting(4),
        {"strength": grid},
        checkpoint=file,
        intervals="feldman-cousins",
        toys=2000,
    )
    assert (tmp_path / "scan.toys.h5").exists()
    assert found.toys is not None
    for s, p in zip(grid, found.toys.p_values, strict=True):
        weight, delta = poisson.pmf(COUNTS, s + 3.0), exact_delta(COUNTS, s, 3.0)
        exact = weight[delta >= delta[4] - 1e-9].sum()
        assert p == pytest.approx(exact, abs=4 * np.sqrt(0.25 / 2000))
    upper = scan(counting(4), {"strength": [2.0, 5.0]}, intervals="cls", toys=2000)
    assert upper.toys is not None
    for s, p, e in zip([2.0, 5.0], upper.toys.p_values, upper.toys.errors, strict=True):
        assert abs(p - poisson.cdf(4, s + 3) / poisson.cdf(4, 3)) < 4 * e
    assert upper.construction(0.9).sides == 1


@pytest.mark.parametrize("method", ["feldman-cousins", "cls"])
def test_toys_of_a_scan_are_read_from_beside_it(method: str, tmp_path: Path) -> None:
    file, toys = tmp_path / "scan.h5", tmp_path / "scan.toys.h5"
    how: Any = method
    axes = {"strength": [0.5, 2.0, 5.0, 9.0]}
    found = scan(counting(4), axes, checkpoint=file, intervals=how, toys=60)
    assert found.toys is not None
    again = ScanResult.load(file)
    assert again.toys is not None
    for name in ("delta", "rises", "p_values", "errors"):
        np.testing.assert_array_equal(
            getattr(again.toys, name), getattr(found.toys, name)
        )
    assert again.construction(0.9) == found.construction(0.9)
    assert again.toys.intervals(0.9) == found.toys.intervals(0.9)
    said = nu.open_result(file)
    assert said.toys is not None
    # of other data with the same grid, and of another grid
    whole = toys.read_bytes()
    for other, grid in ((6, axes), (4, {"strength": [0.5, 2.0, 5.0]})):
        scan(
            counting(other),
            grid,
            checkpoint=file,
            intervals=how,
            toys=60,
            overwrite=True,
        )
        toys.write_bytes(whole)
        with pytest.raises(InputError, match="toys of another scan") as error:
            ScanResult.load(file)
        assert "\n" not in str(error.value)
    toys.write_bytes(whole[:200])
    with pytest.raises(InputError, match=r"scan\.toys\.h5"):
        ScanResult.load(file)
    toys.unlink()
    assert ScanResult.load(file).toys is None


def test_a_crossing_is_that_of_the_curve_and_its_error_covers() -> None:
    rng, x = np.random.default_rng(3), np.linspace(1.0, 2.0, 11)
    true = 2 * norm.sf(1.2 + 0.9 * (x - 1.0))
    level = float(np.interp(1.45, x, true))
    sigma = 0.03 * true
    off = []
    for _ in range(200):
        p = true + sigma * rng.normal(size=len(x))
        value, error = crossing((x, p, sigma), (4, 5), level)
        off.append((value - 1.45) / error)
    assert abs(np.mean(off)) < 0.2
    assert np.std(off) < 1.1
    # a step: between its sides
    p = np.where(x < 1.5, 0.3, 0.01)
    assert 1.4 <= crossing((x, p, 0.01 * p), (4, 5), 0.1)[0] <= 1.5


def test_neighbours_that_differ_by_chance_do_not_fix_a_crossing() -> None:
    # p-values of 1000 toys each along the neutron radius of CsI: the drop from 0.139
    # to 0.097 is chance, and the other points put the crossing at 7.23
    x = [6.7652, 7.0114, 7.0464, 7.0814, 7.1165, 7.1515, 7.1865, 7.2215, 7.4103, 7.6524]
    p = np.array([0.239, 0.154, 0.146, 0.138, 0.127, 0.139, 0.097, 0.078, 0.073, 0.027])
    sigma = np.sqrt(p * (1 - p) / 1000)
    value, error = crossing((np.array(x), p, sigma), (5, 6), 0.1)
    # the slope of all points, 0.31 per fm, makes 0.03 of the error of one
    assert value == pytest.approx(7.228, abs=0.002)
    assert 0.015 < error < 0.04


@pytest.mark.parametrize(("observed", "background"), [(5, 3.0), (4, 3.0), (9, 1.0)])
def test_errors_of_ends_cover_the_steps_of_counts(
    observed: int, background: float
) -> None:
    """Shares of toys drawn from exact sums: their crossing against the exact end."""
    x = np.linspace(0.6, 1.7, 15) * (observed - background + 2 * np.sqrt(observed))

    def p_value(strength: float) -> float:
        weight = poisson.pmf(COUNTS, strength + background)
        delta = exact_delta(COUNTS, strength, background)
        return float(weight[delta >= delta[observed] - 1e-9].sum())

    fine = np.linspace(x[0], x[-1], 4000)
    end = fine[np.array([p_value(s) > 0.1 for s in fine])].max()
    exact = np.minimum([p_value(s) for s in x], 1.0)
    rng, n, pulls = np.random.default_rng(11), 500, []
    for _ in range(200):
        p = rng.binomial(n, exact) / n
        i = int(np.flatnonzero(p > 0.1).max())
        share = np.clip(p, 1 / n, 1 - 1 / n)
        sigma = np.sqrt(share * (1 - share) / n)
        value, error = crossing((x, p, sigma), (i, i + 1), 0.1)
        pulls.append((value - end) / error)
    assert np.sqrt(np.mean(np.square(pulls))) < 1.2
    assert np.mean(np.abs(pulls) > 3) < 0.01


def _gauss(cost: Cost, task: Any) -> tuple[FloatArray, FloatArray]:
    """What fits of toys of one Gaussian measurement give, far from any end."""
    rng = np.random.default_rng(task.stream)
    z = rng.normal(size=task.toys.stop - task.toys.start)
    return z**2, np.asarray(z)


def test_errors_of_searched_ends_cover_the_spread_of_seeds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from nuprobe.inference.toys import rounds as module

    monkeypatch.setattr(module, "_fits", _gauss)
    cost = GaussianCost(Counting(50.0, 30.0), [80.0], [7.0])
    half = norm.isf(0.05) * 7.0 / 50.0
    pulls = []
    for seed in range(10):
        settings = ToySettings(400, seed=seed, nuisances="nominal")
        found = fit(cost, cl=0.9, intervals="feldman-cousins", toys=settings)
        (one,) = found.bounds["strength"].intervals
        pulls.append((one.lower - (1 - half)) / one.lower_error)
        pulls.append((one.upper - (1 + half)) / one.upper_error)
    assert 0.5 < np.sqrt(np.mean(np.square(pulls))) < 1.1
    assert np.max(np.abs(pulls)) < 3.5


@pytest.mark.parametrize("points", [10, 50])
def test_errors_of_ends_do_not_shrink_with_the_grid(points: int) -> None:
    """Thresholds of neighbours differ by chance: on a fine grid they cross the data
    more than once, and the slope between two of them says nothing."""
    cost = GaussianCost(Counting(50.0, 30.0), [80.0], [7.0])
    grid, width = np.linspace(0.6, 1.4, points), 7.0 / 50.0
    half = norm.isf(0.05) * width
    nothing = np.zeros((points, 1))
    at = tuple(Hypothesis(np.array([x]), np.zeros(0), np.array([x])) for x in grid)
    sample = ToySample(at, nothing, nothing, nothing[:, :, None], 0)
    parameter, pulls = cost.parameters[0], []
    for seed in range(15):
        toys = np.random.default_rng(seed).chisquare(1, size=(points, 300))
        known = np.array([quantile(one, 0.9) for one in toys]).T
        delta = ((grid - 1.0) / width) ** 2
        p = (toys >= delta[:, None]).mean(axis=1)
        settings = ToySettings(300, seed=seed)
        one = FeldmanCousins(
            *(parameter, grid, (0.9,), known[:1], known[1:], delta, p, 1.0, 0.0),
            *(cost, (), sample, settings),
        )
        share = np.clip(p, 1 / 300, 1 - 1 / 300)
        sigma = np.sqrt(share * (1 - share) / 300)
        other = GridToys(
            *("feldman-cousins", {"strength": grid}, delta, toys, p, sigma, settings)
        )
        for found in (one.intervals(0.9), other.intervals(0.9)):
            (only,) = found
            pulls.append((only.lower - (1 - half)) / only.lower_error)
            pulls.append((only.upper - (1 + half)) / only.upper_error)
    assert 0.4 < np.sqrt(np.mean(np.square(pulls))) < 1.1
    assert np.max(np.abs(pulls)) < 3.5


def test_words_have_level_sides_and_method() -> None:
    assert str(Construction("wilks", 0.9)) == (
        "90 % CL, two-sided, Δ(−2 ln L) = 2.71 (Wilks)"
    )
    upper = Construction("wilks", 0.9, sides=1)
    assert "upper limit, one-sided, Δ(−2 ln L) = 1.64" in str(upper)
    assert "one-sided (CLs), asymptotic" in str(Construction("cls", 0.95))
    both = Construction("wilks", 0.9, parameters=2)
    assert "region of 2 parameters" in str(both)
    assert both.threshold == pytest.approx(4.605, abs=1e-3)
    assert upper.to_dict()["sides"] == 1


def test_one_clear_line_for_what_cannot_be() -> None:
    cost = counting(4)
    with pytest.raises(UnknownNameError, match="method of intervals"):
        fit(cost, intervals="bayes")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="leave start"):
        fit(cost, start={"strength": 1.0}, intervals="cls")
    with pytest.raises(InputError, match="1 or 2 sides"):
        Construction("wilks", 0.9, sides=3)
