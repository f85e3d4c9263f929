"""The extended likelihood of single events: against its own formula, against fine bins,
and what it refuses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import truncnorm

import nuprobe as nu
from nuprobe.detectors import Cells
from nuprobe.errors import InputError
from nuprobe.inference import Expectation, PoissonCost, UnbinnedCost
from nuprobe.inference.toys import ToySettings, coverage, draw
from nuprobe.inference.toys.statistics import bins_of_toys
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter

LOW, HIGH, PEAK, WIDTH = 0.0, 10.0, 4.0, 1.3
SIGNAL = Parameter("signal", 30.0, 0.0, 500.0, step=5.0)
FLAT = 60.0


def peak(x: FloatArray) -> FloatArray:
    """Density of a Gaussian that is cut at the ends of the window."""
    ends = (LOW - PEAK) / WIDTH, (HIGH - PEAK) / WIDTH
    return np.asarray(truncnorm.pdf(x, *ends, loc=PEAK, scale=WIDTH))


def share(edges: FloatArray) -> FloatArray:
    """Share of that Gaussian in each bin."""
    ends = (LOW - PEAK) / WIDTH, (HIGH - PEAK) / WIDTH
    return np.diff(truncnorm.cdf(edges, *ends, loc=PEAK, scale=WIDTH))


@dataclass(frozen=True)
class Peak:
    """`signal` events of a peak on a flat background, whose number is a nuisance."""

    rows: FloatArray
    background: FloatArray
    sigma: float = 0.2
    name: str = "peak"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return (SIGNAL,)

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        return (Nuisance("flat", self.sigma),)

    def expectation(self, points: FloatArray) -> Expectation:
        return Expectation(
            points * self.rows + self.background, (self.background[None],)
        )

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        shape = (len(points), 1, self.rows.size)
        return np.broadcast_to(self.rows, shape), (np.zeros((1, *shape[1:])),)


def unbinned(events: FloatArray, bins: int = 20) -> UnbinnedCost:
    edges = np.linspace(LOW, HIGH, bins + 1)
    cells = Cells.around(events, edges)
    here = cells.positions
    flat = FLAT * np.diff(edges) / (HIGH - LOW)
    density = np.full(len(cells), FLAT / (HIGH - LOW))
    rows = cells.divided(share(edges), peak(here))
    prediction = Peak(rows, cells.divided(flat, density))
    data = np.concatenate([np.zeros(bins), cells.counts])
    return UnbinnedCost(prediction, data, cells.owners, cells.shares)


def binned(events: FloatArray, bins: int) -> PoissonCost:
    edges = np.linspace(LOW, HIGH, bins + 1)
    flat = FLAT * np.diff(edges) / (HIGH - LOW)
    return PoissonCost(Peak(share(edges), flat), np.histogram(events, edges)[0])


@pytest.fixture(scope="module")
def events() -> FloatArray:
    rng = np.random.default_rng(3)
    background = rng.uniform(LOW, HIGH, 62)
    signal = rng.normal(PEAK, WIDTH, 35)
    return np.concatenate([background, signal[(signal > LOW) & (signal < HIGH)]])


def formula(
    events: FloatArray, signal: FloatArray | float, nu_: FloatArray | float
) -> FloatArray:
    """2[µ − Σ ln ρ(x_i)] + ν²/σ²."""
    s, v = np.atleast_1d(signal), np.atleast_1d(nu_)
    flat = FLAT * (1 + v)
    density = s[:, None] * peak(events) + flat[:, None] / (HIGH - LOW)
    return np.asarray(2 * (s + flat - np.log(density).sum(axis=1)) + (v / 0.2) ** 2)


def test_differences_are_those_of_the_formula(events: FloatArray) -> None:
    cost = unbinned(events)
    signal, v = np.array([0.0, 10.0, 35.0, 200.0]), np.array([0.0, 0.3, -0.2, 0.05])
    found = cost.twice_nll(signal[:, None], v[:, None])
    wanted = formula(events, signal, v)
    assert found - found[0] == pytest.approx(wanted - wanted[0], abs=1e-9)


def test_profile_is_that_of_the_formula(events: FloatArray) -> None:
    from scipy.optimize import minimize_scalar

    cost = unbinned(events)
    signal = np.array([5.0, 20.0, 60.0])
    found = cost.profiled(signal[:, None])
    wanted = [
        minimize_scalar(lambda v, s=s: formula(events, s, v)[0], bounds=(-0.9, 2))
        for s in signal
    ]
    values = np.array([w.fun for w in wanted])
    assert found.twice_nll - found.twice_nll[0] == pytest.approx(
        values - values[0], abs=1e-7
    )
    assert found.nuisances[:, 0] == pytest.approx([w.x for w in wanted], abs=1e-4)


def test_gradient_is_that_of_differences(events: FloatArray) -> None:
    cost, step = unbinned(events), 1e-4
    point, v = np.array([[22.0]]), np.array([[0.1]])
    along, across = cost.gradient(point, v)
    up, down = cost.twice_nll(point + step, v), cost.twice_nll(point - step, v)
    assert along[0, 0] == pytest.approx((up - down)[0] / (2 * step), rel=1e-6)
    up, down = cost.twice_nll(point, v + step), cost.twice_nll(point, v - step)
    assert across[0, 0] == pytest.approx((up - down)[0] / (2 * step), rel=1e-6)


def test_fine_bins_approach_it_quadratically(events: FloatArray) -> None:
    # in events of densities, so that what is left is the width of the bins alone
    exact = nu.fit(unbinned(events), minos=False).free[0]
    errors = []
    for bins in (10, 100, 1000):
        found = nu.fit(binned(events, bins), minos=False).free[0]
        errors.append(abs(found.value - exact.value) / (exact.error or 1.0))
    assert errors[1] < 0.05
    assert errors[2] < 0.005


def test_bins_of_the_window_do_not_matter(events: FloatArray) -> None:
    points = np.array([[0.0], [20.0], [70.0]])
    coarse = unbinned(events, 1).profiled(points).twice_nll
    fine = unbinned(events, 300).profiled(points).twice_nll
    assert coarse - coarse[0] == pytest.approx(fine - fine[0], abs=1e-7)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(0.0, 10.0), min_size=1, max_size=40),
    st.floats(0.5, 20.0),
    st.integers(1, 12),
)
def test_normalisation_is_the_number_of_events(
    places: list[float], norm: float, bins: int
) -> None:
    # with a free factor on everything the best expectation is the number of events
    # (extended maximum likelihood), and Δ(−2 ln L) that of a Poisson count
    here = np.array(places)
    edges = np.linspace(LOW, HIGH, bins + 1)
    cells = Cells.around(here, edges)
    rows = cells.divided(share(edges), peak(cells.positions))
    assert rows.sum() == pytest.approx(1.0, rel=1e-12)
    prediction = Peak(rows, np.zeros(rows.size))
    data = np.concatenate([np.zeros(bins), cells.counts])
    cost = UnbinnedCost(prediction, data, cells.owners, cells.shares)
    n = float(len(here))
    at, best = cost.twice_nll([[norm], [n]])
    assert at - best == pytest.approx(2 * (norm - n - n * np.log(norm / n)), abs=1e-8)
    assert cost.gradient([[n]])[0][0, 0] == pytest.approx(0.0, abs=1e-9)


def test_constant_compares_with_the_histogram(events: FloatArray) -> None:
    # a density that follows the histogram costs nothing
    edges = np.linspace(LOW, HIGH, 6)
    cells = Cells.around(events, edges)
    counts = np.histogram(events, edges)[0].astype(float)
    density = (counts / np.diff(edges))[cells.owners]
    rows = cells.divided(counts, density)
    prediction = Peak(rows, np.zeros(rows.size))
    data = np.concatenate([np.zeros(5), cells.counts])
    cost = UnbinnedCost(prediction, data, cells.owners, cells.shares)
    assert cost.twice_nll([1.0]) == pytest.approx(0.0, abs=1e-9)
    assert cost.size == 5


def test_events_that_coincide_count_twice() -> None:
    once, twice = unbinned(np.array([2.0, 7.0])), unbinned(np.array([2.0, 7.0, 7.0]))
    points = np.array([[0.0], [30.0]])
    change = np.diff(twice.twice_nll(points)) - np.diff(once.twice_nll(points))
    density = [s * peak(np.array(7.0)) + FLAT / 10 for s in (0.0, 30.0)]
    assert change[0] == pytest.approx(-2 * np.log(density[1] / density[0]), rel=1e-9)


def test_goodness_of_fit_is_that_of_the_bins(events: FloatArray) -> None:
    single = nu.fit(unbinned(events), minos=False)
    counted = nu.fit(binned(events, 20), minos=False)
    assert single.ndf == counted.ndf == 19
    assert single.goodness_of_fit == pytest.approx(counted.goodness_of_fit, abs=0.05)


def test_toys_are_counts_in_bins_and_cells(events: FloatArray) -> None:
    cost = unbinned(events)
    toys = draw(cost, cost.default, np.zeros(1), 200, np.random.default_rng(1))
    total = toys.data[0].sum(axis=1)
    assert total.mean() == pytest.approx(90, abs=4 * np.sqrt(90 / 200))
    several = bins_of_toys(cost, toys.data[0])
    mu = np.tile(cost.expected({})[0], (3, 1))
    wanted = [cost.with_data(d).twice_nll(cost.default)[0] for d in toys.data[0][:3]]
    assert several.value(mu, np.arange(3), 0.0) == pytest.approx(wanted, abs=1e-9)
    values, _ = several.screen(mu[:1], [], several)
    assert values[:3, 0] == pytest.approx(wanted, abs=1e-9)


def test_intervals_cover(events: FloatArray) -> None:
    found = coverage(
        unbinned(events), "signal", {"signal": 30.0}, toys=ToySettings(300)
    )
    assert found.covered == pytest.approx(found.levels, abs=4 * 0.5 / np.sqrt(300))
    assert abs(found.bias[0]) < 4 * found.bias[1]


def test_asimov_data_give_the_truth_back(events: FloatArray) -> None:
    cost = unbinned(events).asimov({"signal": 25.0})
    assert nu.fit(cost, minos=False).free[0].value == pytest.approx(25.0, rel=1e-5)


def test_several_points_at_once_and_sums(events: FloatArray) -> None:
    cost = unbinned(events)
    points = np.linspace(0, 100, 301)[:, None]
    together = cost.profiled(points).twice_nll
    assert together[::100] == pytest.approx(cost.profiled(points[::100]).twice_nll)
    assert repr(cost).startswith("<UnbinnedCost 'peak': 9")


@pytest.mark.parametrize(
    ("owners", "shares", "message"),
    [
        ([0, 1], [0.1], "one number a cell"),
        ([0, 7], [0.1, 0.1], "numbers of bins"),
        ([0.5, 1.0], [0.1, 0.1], "numbers of bins"),
        ([0, 1], [0.0, 0.1], "above 0"),
        ([0, 0], [0.6, 0.6], "wider than the bin"),
    ],
)
def test_what_is_no_cell(
    owners: list[float], shares: list[float], message: str
) -> None:
    prediction = Peak(np.full(4, 0.25), np.ones(4))
    with pytest.raises(InputError, match=message):
        UnbinnedCost(prediction, [0, 0, 1, 1], owners, shares)


def test_an_event_outside_the_bins() -> None:
    with pytest.raises(InputError, match="event 2: 11 lies outside"):
        Cells.around([3.0, 11.0], np.array([0.0, 10.0]))
