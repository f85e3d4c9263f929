"""Coverage, thresholds, CLs and p-values against exact sums over counts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2, norm, poisson
from tests.inference.synthetic import Synthetic

import nuprobe as nu
from nuprobe.errors import ComputationError, InputError, UnknownNameError
from nuprobe.inference import (
    Cost,
    Expectation,
    GaussianCost,
    PoissonCost,
    ToySettings,
    cls,
    coverage,
    delta_threshold,
    feldman_cousins,
    fit,
    toy_p_value,
    toy_threshold,
)
from nuprobe.inference.toys import draw
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter


@dataclass(frozen=True)
class Counting:
    """Signal strength × `signal` on a known `background`, in one bin."""

    signal: float = 1.0
    background: float = 3.0
    nuisances: tuple[Nuisance, ...] = ()
    name: str = "counting"
    parameters: tuple[Parameter, ...] = (Parameter("strength", 1.0, 0.0, 100.0),)

    def expectation(self, points: FloatArray) -> Expectation:
        signal = points * self.signal
        slopes = tuple(signal for _ in self.nuisances)
        return Expectation(signal + self.background, slopes)

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        one = np.full((1, 1, 1), self.signal)
        return one, tuple(one for _ in self.nuisances)


def exact_delta(n: FloatArray, strength: float, background: float) -> FloatArray:
    """Rise of −2 ln L at a strength that cannot be negative, for counts n."""

    def value(mu: FloatArray) -> FloatArray:
        return np.asarray(2 * (mu - np.where(n > 0, n * np.log(mu), 0.0)))

    best = np.maximum(n, background)
    return value(np.full(n.shape, strength + background)) - value(best)


COUNTS = np.arange(400.0)


@pytest.mark.parametrize("strength", [0.0, 0.5, 2.0, 7.0])
def test_coverage_of_few_counts_is_that_of_the_exact_sum(strength: float) -> None:
    # a few counts cover up to 100 %: an exact sum says how much
    cost = PoissonCost(Counting(), [3.0])
    toys = ToySettings(4000, seed=11, nuisances="nominal")
    found = coverage(cost, "strength", {"strength": strength}, toys=toys)
    weight = poisson.pmf(COUNTS, strength + 3.0)
    delta = exact_delta(COUNTS, strength, 3.0)
    for level, share in zip(found.levels, found.covered, strict=True):
        exact = weight[delta <= delta_threshold(level)].sum()
        assert share == pytest.approx(exact, abs=4 * np.sqrt(0.25 / 4000))


def test_coverage_of_a_linear_gaussian_model_is_nominal() -> None:
    p = Counting(signal=50.0, nuisances=())
    cost = GaussianCost(replace(p, background=30.0), [80.0], [7.0])
    found = coverage(cost, "strength", toys=4000)
    for level, share, error in zip(
        found.levels, found.covered, found.errors, strict=True
    ):
        assert abs(share - level) < 4 * error
    bias, error = found.bias
    assert abs(bias) < 4 * error
    # the error of the strength is 7/50
    assert found.best.std() == pytest.approx(0.14, rel=0.05)


@pytest.mark.parametrize("ensemble", ["unconditional", "conditional", "averaged"])
def test_ensembles_spread_as_they_should(ensemble: str) -> None:
    # strength × (1 + ν) × 1e4 with σ(ν) = 0.1: what the best strength spreads by
    nuisance = (Nuisance("norm", 0.1),)
    cost = PoissonCost(Counting(1e4, 0.0, nuisance), [1e4])
    toys = ToySettings(2000, seed=4, ensemble=ensemble, nuisances="nominal")  # type: ignore[arg-type]
    found = coverage(cost, "strength", toys=toys)
    counts = 0.01
    expected = counts if ensemble == "conditional" else np.hypot(counts, 0.1)
    assert found.best.std() == pytest.approx(expected, rel=0.08)
    # errors of the profiled likelihood are those of the other two
    share = found.covered[0]
    assert share > 0.99 if ensemble == "conditional" else abs(share - 0.683) < 0.042


def test_auxiliary_measurements_are_drawn_about_the_true_nuisances() -> None:
    cost = PoissonCost(Synthetic(), np.zeros(24))
    truth = np.array([0.2, -0.1, 0.3, 0.02])
    rng = np.random.default_rng(5)
    toys = draw(cost, cost.default, truth, 4000, rng)
    sigma = np.array([0.28, 0.1, 0.25, 0.05])
    mean = toys.auxiliary.mean(axis=0)
    np.testing.assert_allclose(mean, truth, atol=4 * sigma.max() / np.sqrt(4000))
    np.testing.assert_allclose(toys.auxiliary.std(axis=0), sigma, rtol=0.05)
    (mu,) = cost.expected(cost.default, truth)
    np.testing.assert_allclose(toys.data[0].mean(axis=0), mu, rtol=0.05)
    np.testing.assert_allclose(toys.data[0].var(axis=0), mu, rtol=0.12)


@pytest.mark.parametrize(("observed", "upper"), [(4, 5.60), (6, 8.47)])
def test_feldman_and_cousins_own_table(observed: int, upper: float) -> None:
    # 90 %, background 3.0 (Feldman:1997qc, table IV): acceptance by an exact sum shows
    # that the published ends are these, toys that they are found
    def accepted(strength: float) -> float:
        """Probability of what is further from its best fit than the observed count."""
        weight = poisson.pmf(COUNTS, strength + 3.0)
        delta = exact_delta(COUNTS, strength, 3.0)
        return float(weight[delta >= delta[observed] - 1e-9].sum())

    assert accepted(upper - 0.02) > 0.1 > accepted(upper + 0.03)
    cost = PoissonCost(Counting(), [float(observed)])
    grid = [0.0, upper - 0.05, upper + 0.05, upper + 4.0]
    found = feldman_cousins(cost, "strength", grid, toys=ToySettings(4000, seed=2))
    for p, value in zip(found.p_values, found.grid, strict=True):
        exact = accepted(float(value))
        assert p == pytest.approx(exact, abs=4 * np.sqrt(0.25 / 4000))


def test_intervals_from_toys_are_those_of_wilks_for_many_counts() -> None:
    cost = GaussianCost(Counting(50.0, 30.0), [80.0], [7.0])
    grid = np.linspace(0.5, 1.5, 5)
    found = feldman_cousins(cost, "strength", grid, levels=(0.68, 0.9), toys=2000)
    for k, cl in enumerate(found.levels):
        wilks = chi2.ppf(cl, 1)
        assert (abs(found.thresholds[k] - wilks) < 5 * found.errors[k]).all()
        (interval,) = found.intervals(cl)
        half = 0.14 * np.sqrt(wilks)
        assert abs(interval.upper - (1 + half)) < 5 * interval.upper_error + 1e-3
        assert abs(interval.lower - (1 - half)) < 5 * interval.lower_error + 1e-3
        assert 0 < interval.upper_error < 0.02


def test_a_threshold_for_an_upper_limit() -> None:
    cost = GaussianCost(Counting(50.0, 30.0), [80.0], [7.0])
    two = toy_threshold(cost, "strength", 1.0, cl=0.9, toys=4000)
    one = toy_threshold(cost, "strength", 1.0, cl=0.9, sides=1, toys=4000)
    assert two.asymptotic == pytest.approx(2.7055, abs=1e-3)
    assert one.asymptotic == pytest.approx(1.6424, abs=1e-3)
    for found in (one, two):
        assert abs(found.value - found.asymptotic) < 5 * found.error


def test_cls_of_one_bin_against_exact_sums() -> None:
    # q̃ falls with the counts, so that shares of toys are sums of a Poisson
    cost = PoissonCost(Counting(signal=2.0, background=6.0), [5.0])
    grid = [1.0, 2.0, 3.0, 4.0]
    found = cls(cost, "strength", grid, toys=ToySettings(4000, seed=6))
    assert found.with_signal is not None
    assert found.without_signal is not None
    for i, s in enumerate(grid):
        signal, nothing = poisson.cdf(5, 2 * s + 6.0), poisson.cdf(5, 6.0)
        noise = 4 * np.sqrt(0.25 / 4000)
        assert found.with_signal[i] == pytest.approx(signal, abs=noise)
        assert found.without_signal[i] == pytest.approx(nothing, abs=noise)
    assert found.errors is not None
    assert (found.errors > 0).all()


def independent_cls(n: FloatArray, s: FloatArray, b: FloatArray, mu: float) -> float:
    """Asymptotic CLs of a spectrum with a background of 10 %, by brute force."""
    from scipy.optimize import minimize

    def twice(x: FloatArray, data: FloatArray, centre: float) -> float:
        total = x[0] * s + b * (1 + x[1])
        if (total <= 0).any() or x[0] < 0:
            return 1e9
        pull = ((x[1] - centre) / 0.1) ** 2
        return float(2 * (total - data * np.log(total)).sum() + pull)

    def held(strength: float, data: FloatArray, centre: float) -> tuple[float, float]:
        best = minimize(
            lambda x: twice(np.array([strength, x[0]]), data, centre),
            [0.0],
            method="Nelder-Mead",
            options={"xatol": 1e-10, "fatol": 1e-11},
        )
        return float(best.fun), float(best.x[0])

    def q(data: FloatArray, centre: float) -> float:
        free = minimize(
            lambda x: twice(x, data, centre),
            [0.5, 0.0],
            method="Nelder-Mead",
            options={"xatol": 1e-10, "fatol": 1e-11, "maxiter": 4000},
        )
        at_zero = held(0.0, data, centre)[0]
        lowest = min(float(free.fun), at_zero)
        strength = 0.0 if at_zero <= free.fun + 1e-9 else free.x[0]
        rise = held(mu, data, centre)[0] - lowest
        return 0.0 if strength > mu else max(rise, 0.0)

    where = held(0.0, n, 0.0)[1]
    seen, asimov = q(n, 0.0), q(b * (1 + where), where)
    if seen <= asimov:
        x = np.sqrt(seen) - np.sqrt(asimov)
    else:
        x = (seen - asimov) / (2 * np.sqrt(asimov))
    return float(norm.sf(x + np.sqrt(asimov)) / norm.sf(x))


@dataclass(frozen=True)
class Spectrum:
    """Signal on a background with a normalisation of 10 %."""

    signal: tuple[float, ...] = (8.0, 5.0, 2.0)
    background: tuple[float, ...] = (30.0, 25.0, 20.0)
    nuisances: tuple[Nuisance, ...] = (Nuisance("background", 0.1),)
    name: str = "spectrum"
    parameters: tuple[Parameter, ...] = (Parameter("strength", 1.0, 0.0, 50.0),)

    def expectation(self, points: FloatArray) -> Expectation:
        b = np.array([self.background])
        return Expectation(points * np.array(self.signal) + b, (b,))

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        return np.array([[self.signal]]), (np.zeros((1, 1, 3)),)


@pytest.mark.parametrize("data", [(33.0, 24.0, 21.0), (45.0, 30.0, 19.0)])
def test_asymptotic_cls_against_an_independent_calculation(
    data: tuple[float, ...],
) -> None:
    p = Spectrum()
    found = cls(PoissonCost(p, data), "strength", [0.5, 1.0, 2.0, 3.0])
    for value, one in zip(found.grid, found.asymptotic, strict=True):
        wanted = independent_cls(
            np.array(data), np.array(p.signal), np.array(p.background), float(value)
        )
        assert one == pytest.approx(wanted, rel=1e-3)
    # the median without a signal: 2(1 − Φ(√q)) in the middle row
    middle = 2 * norm.sf(np.sqrt(found.asimov))
    np.testing.assert_allclose(found.expected[2], middle, rtol=1e-9)
    assert (np.diff(found.expected, axis=0) > 0).all()


def test_limits_by_cls_bracket_the_level() -> None:
    cost = PoissonCost(Spectrum(), [33.0, 24.0, 21.0])
    found = cls(cost, "strength", np.linspace(0.2, 6, 30))
    limit = found.limit(0.95)
    assert limit is not None
    (there,) = cls(cost, "strength", [limit]).asymptotic
    assert there == pytest.approx(0.05, rel=0.01)
    assert cls(cost, "strength", [0.1, 0.2]).limit(0.95) is None


@pytest.mark.nightly
def test_p_values_of_good_fits_are_uniform() -> None:
    # of toys of toys: their ranks among others of the same law
    cost = PoissonCost(Synthetic(), np.zeros(24))
    rng = np.random.default_rng(7)
    p_values = []
    for i in range(30):
        (data,) = draw(cost, cost.default, np.zeros(4), 1, rng, "conditional").data
        one = PoissonCost(Synthetic(), data[0])
        best = fit(one, free=["strength"], minos=False)
        settings = ToySettings(100, seed=i, ensemble="conditional")
        p_values.append(toy_p_value(one, best, settings).value)
    assert np.mean(p_values) == pytest.approx(0.5, abs=3.5 / np.sqrt(12 * 30))


def test_a_poor_fit_of_few_counts_has_a_small_p_value() -> None:
    # in a bin with 3 expected 12 are seen: an exact tail, with nothing to fit away
    cost = PoissonCost(Counting(signal=1e-6), [12.0])
    best = fit(cost, minos=False)
    found = toy_p_value(cost, best, ToySettings(4000, seed=3))
    # 0 counts cost as much as 6.9: only the upper tail is further than 12
    assert found.value == pytest.approx(poisson.sf(11, 3.0001), abs=3e-3)


def typical() -> Cost:
    p = Synthetic()
    return PoissonCost(p, np.rint(p.expectation(np.array([[1.0, 5.0]])).base[0]))


def settings_results(cost: Cost, settings: ToySettings) -> FloatArray:
    return coverage(cost, "strength", toys=settings).sample.twice_nll


@pytest.mark.nightly
def test_processes_change_no_bit() -> None:
    cost = typical()
    here = settings_results(cost, ToySettings(600, seed=9))
    there = settings_results(cost, ToySettings(600, seed=9, workers=2))
    np.testing.assert_array_equal(here, there)


def test_an_executor_and_a_resumed_file_change_no_bit(tmp_path: Path) -> None:
    cost = typical()
    here = settings_results(cost, ToySettings(600, seed=9))
    with ThreadPoolExecutor(3) as pool:
        there = settings_results(cost, ToySettings(600, seed=9, executor=pool))
    np.testing.assert_array_equal(here, there)
    file = tmp_path / "toys.h5"
    settings = ToySettings(600, seed=9, checkpoint=file)
    np.testing.assert_array_equal(settings_results(cost, settings), here)
    again = settings_results(cost, replace(settings, resume=True))
    np.testing.assert_array_equal(again, here)
    with pytest.raises(InputError, match="exists: give resume=True"):
        settings_results(cost, settings)
    with pytest.raises(InputError, match="belongs to other toys"):
        settings_results(cost, replace(settings, resume=True, seed=8))
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(InputError, match="damaged"):
        settings_results(cost, replace(settings, resume=True))


def test_a_stopped_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nuprobe.inference.toys import sample as module

    cost = typical()
    file = tmp_path / "toys.h5"
    settings = ToySettings(600, seed=9, checkpoint=file)
    done: list[int] = []
    fits = module._fits

    def twice(cost: Cost, task: object) -> object:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(1)
        return fits(cost, task)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_fits", twice)
    with pytest.raises(nu.NuprobeError, match="500 of 600 toys are saved in"):
        settings_results(cost, settings)
    monkeypatch.setattr(module, "_fits", fits)
    assert not file.exists()
    resumed = settings_results(cost, replace(settings, resume=True))
    np.testing.assert_array_equal(resumed, settings_results(cost, ToySettings(600, 9)))


def test_one_clear_line_for_what_cannot_be() -> None:
    cost = PoissonCost(Counting(), [3.0])
    with pytest.raises(InputError, match="toys must be a whole number of at least 1"):
        ToySettings(0)
    with pytest.raises(UnknownNameError, match="ensemble"):
        ToySettings(10, ensemble="frequentist")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="rn"):
        coverage(cost, "rn")
    with pytest.raises(InputError, match="a cost is needed"):
        coverage(nu.experiment("coherent-csi-2017"), "rn")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="at least 3 values"):
        feldman_cousins(cost, "strength", [1.0, 2.0])
    with pytest.raises(InputError, match="above 0, its value without a signal"):
        cls(cost, "strength", [0.0, 1.0])
    with pytest.raises(InputError, match="level"):
        coverage(cost, "strength", levels=[95.0])
    negative = PoissonCost(Counting(signal=1.0, background=-2.0), [3.0])
    with pytest.raises((InputError, ComputationError), match="no data can be drawn"):
        coverage(negative, "strength")
