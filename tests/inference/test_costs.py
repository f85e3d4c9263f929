from __future__ import annotations

import pickle
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import poisson
from tests.inference.synthetic import Synthetic
from tests.nightly import few

from nuprobe.errors import ComputationError, InputError, UnknownNameError
from nuprobe.inference import (
    Cost,
    CostSum,
    Expectation,
    GaussianCost,
    PoissonCost,
    Prediction,
)
from nuprobe.inference.costs import BLOCK
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter

TRUTH = np.array([[1.0, 5.0]])


def counts(prediction: Synthetic, seed: int = 1) -> FloatArray:
    mu = prediction.expectation(TRUTH).base[0]
    return np.asarray(np.random.default_rng(seed).poisson(mu), dtype=float)


def gaussian(prediction: Synthetic, seed: int = 1) -> GaussianCost:
    n = counts(prediction, seed)
    return GaussianCost(prediction, n, np.sqrt(np.maximum(n, 1.0)))


def scattered(n: int, seed: int = 0) -> FloatArray:
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.uniform(0.3, 2.5, n), rng.uniform(2.0, 8.0, n)])


@dataclass(frozen=True)
class Flat:
    """Two bins: background with a free normalisation, and a signal in the first bin."""

    sigma: float = np.inf
    background: tuple[float, float] = (0.0, 0.0)
    slope: tuple[float, float] = (1.0, 1.0)
    name: str = "flat"
    parameters: tuple[Parameter, ...] = (Parameter("s", 1.0, 0.0, 100.0),)

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        return (Nuisance("b", self.sigma),)

    def expectation(self, points: FloatArray) -> Expectation:
        return Expectation(
            points * [1.0, 0.0] + np.array(self.background), (np.array([self.slope]),)
        )

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        return np.tile([1.0, 0.0], (len(points), 1, 1)), (np.zeros((1, 1, 2)),)


PREDICTIONS = [
    Synthetic(),
    Synthetic(
        bins=40, signal=8, background=5, sigmas=(0.28, 0.1, 0.25, np.inf)
    ),  # sparse, one nuisance free
    Synthetic(signal=5e4, background=1e5),
    Synthetic(n_nuisances=0),
    Synthetic(n_nuisances=1),
]


@pytest.fixture(params=range(len(PREDICTIONS)))
def prediction(request: pytest.FixtureRequest) -> Synthetic:
    return PREDICTIONS[int(request.param)]


def test_synthetic_is_a_prediction() -> None:
    assert isinstance(Synthetic(), Prediction)


def test_values_against_scipy() -> None:
    cost = PoissonCost(Synthetic(), counts(Synthetic()))
    nu = np.array([0.1, -0.2, 0.05, 0.01])
    mu = cost.expected(TRUTH[0], nu)[0]
    by_hand = (
        -2
        * (poisson.logpmf(cost.data, mu) - poisson.logpmf(cost.data, cost.data)).sum()
    )
    by_hand += sum((v / n.sigma) ** 2 for v, n in zip(nu, cost.nuisances, strict=True))
    assert cost.twice_nll(TRUTH, nu)[0] == pytest.approx(by_hand, rel=1e-12, abs=0)
    g = gaussian(Synthetic())
    chi2 = (((g.data - mu) / g.sigma) ** 2).sum() + sum(
        (v / n.sigma) ** 2 for v, n in zip(nu, g.nuisances, strict=True)
    )
    assert g.twice_nll(TRUTH, nu)[0] == pytest.approx(chi2, rel=1e-12, abs=0)


@pytest.mark.parametrize("kind", ["poisson", "gaussian", "sum"])
def test_gradient_against_differences(prediction: Synthetic, kind: str) -> None:
    costs: dict[str, Cost] = {
        "poisson": PoissonCost(prediction, counts(prediction)),
        "gaussian": gaussian(prediction),
    }
    cost = costs[kind] if kind != "sum" else costs["poisson"] + costs["gaussian"]
    points = scattered(5)
    nu = np.random.default_rng(2).normal(0, 0.02, (5, len(cost.nuisances)))
    d_par, d_nu = cost.gradient(points, nu)
    h = 1e-4
    for analytic, shift_par in ((d_par, True), (d_nu, False)):
        for i in range(analytic.shape[1]):
            e = np.zeros(2 if shift_par else nu.shape[1])
            e[i] = h

            def at(
                k: float, e: FloatArray = e, shift_par: bool = shift_par
            ) -> FloatArray:
                return (
                    cost.twice_nll(points + k * e, nu)
                    if shift_par
                    else cost.twice_nll(points, nu + k * e)
                )

            numeric = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)  # error h^4
            np.testing.assert_allclose(
                analytic[:, i],
                numeric,
                rtol=1e-6,
                atol=1e-5 * (1 + np.abs(numeric).max()),
            )


def test_gradient_by_complex_step() -> None:
    # an independent route, exact to rounding: the whole −2 ln L written again with
    # complex arithmetic
    p = Synthetic()
    n = counts(p)

    def cost(strength: complex, radius: complex, nu: NDArray[np.complex128]) -> complex:
        shape = np.array([1.0, -radius / 9, np.exp(-radius)])
        signal = strength**2 * shape @ p.templates()
        b = p.rest()
        mu = signal * (1 + nu[0] + nu[1] * (p.x - 0.3)) + b * (
            1 + nu[2] + nu[3] * (p.x - 0.5)
        )
        pulls = sum((v / s) ** 2 for v, s in zip(nu, p.sigmas, strict=True))
        return complex(2 * (mu - n * np.log(mu)).sum() + pulls)

    nu = np.array([0.1, -0.05, 0.02, 0.03])
    x = np.concatenate([[1.2, 4.0], nu]).astype(complex)
    expected = []
    for i in range(6):
        y = x.copy()
        y[i] += 1e-30j
        expected.append(cost(y[0], y[1], y[2:]).imag / 1e-30)
    d_par, d_nu = PoissonCost(p, n).gradient(np.array([1.2, 4.0]), nu)
    np.testing.assert_allclose(
        np.concatenate([d_par[0], d_nu[0]]), expected, rtol=1e-11
    )


@pytest.mark.parametrize("kind", ["poisson", "gaussian", "sum"])
def test_profiled_against_brute_force(prediction: Synthetic, kind: str) -> None:
    poissonian, other = (
        PoissonCost(prediction, counts(prediction)),
        gaussian(replace(prediction, suffix=" b"), 5),
    )
    cost: Cost = {"poisson": poissonian, "gaussian": other, "sum": poissonian + other}[
        kind
    ]
    points = scattered(few(3, 6))
    best = cost.profiled(points)
    np.testing.assert_allclose(
        cost.twice_nll(points, best.nuisances), best.twice_nll, rtol=1e-12, atol=1e-10
    )
    if not cost.nuisances:
        return
    for point, value, where in zip(points, best.twice_nll, best.nuisances, strict=True):

        def value_at(v: FloatArray, point: FloatArray = point) -> float:
            return min(float(cost.twice_nll(point, v)[0]), 1e12)

        def slope_at(v: FloatArray, point: FloatArray = point) -> FloatArray:
            return np.asarray(cost.gradient(point, v)[1][0])

        def counts_at(v: FloatArray, point: FloatArray = point) -> FloatArray:
            return np.concatenate(cost.expected(point, v)) - 1e-9

        if kind == "gaussian":
            found = minimize(
                value_at,
                np.zeros_like(where),
                jac=slope_at,
                method="BFGS",
                options={"gtol": 1e-6},
            )
        else:
            positive = {"type": "ineq", "fun": counts_at}
            options = {"ftol": 1e-13, "maxiter": 500}
            # old versions of SLSQP get lost from far away
            tries = [
                minimize(
                    value_at,
                    share * where,
                    method="SLSQP",
                    constraints=positive,
                    options=options,
                )
                for share in (0.0, 0.5)
            ]
            found = min(tries, key=lambda one: float(one.fun))
        assert value == pytest.approx(found.fun, rel=1e-6, abs=1e-5)
        assert value <= found.fun + 1e-7


def test_profiled_gradient(prediction: Synthetic) -> None:
    cost = PoissonCost(prediction, counts(prediction)) + gaussian(
        replace(prediction, suffix=" b")
    )
    points = scattered(5)
    gradient = cost.profiled_gradient(points)
    h = 1e-4
    for i in range(2):
        e = np.eye(2)[i] * h
        f = [cost.profiled(points + k * e).twice_nll for k in (-2, -1, 1, 2)]
        numeric = (8 * (f[2] - f[1]) - (f[3] - f[0])) / (12 * h)
        np.testing.assert_allclose(
            gradient[:, i], numeric, rtol=1e-6, atol=1e-5 * (1 + np.abs(numeric).max())
        )


def test_empty_bins_hold_the_nuisances() -> None:
    # a steep shape nuisance would drive the empty tail below zero: the minimum lies on
    # the boundary
    p = Synthetic(bins=30, signal=30, background=1.0, sigmas=(0.5, 0.3, 0.5, 0.5))
    n = counts(p)
    n[12:] = 0
    cost = PoissonCost(p, n)
    points = scattered(60)
    points[:, 0] += 1.5
    best = cost.profiled(points)
    assert best.boundary.sum() > 5
    for i in np.flatnonzero(best.boundary)[:4]:

        def mu(v: FloatArray, i: int = i) -> FloatArray:
            return cost.expected(points[i], v)[0]

        found = minimize(
            lambda v, i=i: (
                2 * mu(v, i).sum()
                - 2 * (n[:12] * np.log(np.maximum(mu(v, i)[:12], 1e-12))).sum()
                + sum((a / s) ** 2 for a, s in zip(v, p.sigmas, strict=True))
            ),
            np.zeros(4),
            constraints={"type": "ineq", "fun": mu},
            method="SLSQP",
            options={"ftol": 1e-14, "maxiter": 500},
        )
        constant = 2 * (n[:12] * np.log(np.maximum(n[:12], 1e-300)) - n[:12]).sum()
        assert best.twice_nll[i] == pytest.approx(found.fun + constant, abs=2e-6)
    h = 1e-4
    rows = np.flatnonzero(best.boundary)[:4]
    numeric = (
        cost.profiled(points[rows] + [h, 0]).twice_nll
        - cost.profiled(points[rows] - [h, 0]).twice_nll
    ) / (2 * h)
    np.testing.assert_allclose(
        cost.profiled_gradient(points[rows])[:, 0], numeric, rtol=1e-3
    )


def test_background_that_is_only_a_nuisance() -> None:
    # mu = (s + b, b) with b free: nothing is possible at b = 0, the minimum is known in
    # closed form
    cost = PoissonCost(Flat(), [7.0, 3.0])
    best = cost.profiled([[4.0], [0.0]])
    assert best.nuisances[0, 0] == pytest.approx(3.0, rel=1e-6, abs=0)
    assert best.twice_nll[0] == pytest.approx(0.0, abs=1e-7)
    b = 5.0  # for s = 0 both bins have one mean, 10/2
    assert best.nuisances[1, 0] == pytest.approx(b, rel=1e-6, abs=0)
    assert best.twice_nll[1] == pytest.approx(
        2 * (7 * np.log(7 / b) + 3 * np.log(3 / b)), rel=1e-7, abs=0
    )


def test_impossible_data_cost_infinity() -> None:
    rigid = PoissonCost(
        Flat(slope=(1.0, 0.0), background=(1.0, 0.0), sigma=0.1), [2.0, 1.0]
    )
    assert rigid.profiled([[1.0]]).twice_nll[0] == np.inf
    assert rigid.twice_nll([1.0])[0] == np.inf
    opposite = PoissonCost(
        Flat(slope=(1.0, -1.0), background=(-100.0, 0.0), sigma=1.0), [2.0, 1.0]
    )
    assert opposite.profiled([[1.0]]).twice_nll[0] == np.inf
    with pytest.raises(
        ComputationError, match="no derivative where the data are impossible, at s=1"
    ):
        rigid.gradient([1.0])


def test_nothing_expected_and_nothing_seen_costs_nothing() -> None:
    cost = PoissonCost(
        Flat(slope=(1.0, 0.0), background=(1.0, 0.0), sigma=0.1), [2.0, 0.0]
    )
    assert cost.twice_nll([1.0])[0] == 0.0
    assert cost.profiled([[1.0]]).twice_nll[0] == pytest.approx(0.0, abs=1e-12)


def test_undetermined_nuisance_stays_where_it_is() -> None:
    cost = PoissonCost(Flat(slope=(0.0, 0.0), background=(1.0, 1.0)), [2.0, 1.0])
    best = cost.profiled([[1.0]])
    assert best.nuisances[0, 0] == 0.0
    assert best.twice_nll[0] == pytest.approx(0.0, abs=1e-12)
    with pytest.raises(ComputationError, match="finite sigma"):
        cost.nuisance_covariance([1.0], [0.0])


def test_poisson_tends_to_gaussian() -> None:
    p = Synthetic(signal=1e8, background=1e8)
    n = counts(p)
    a, b = PoissonCost(p, n), GaussianCost(p, n, np.sqrt(n))
    points = TRUTH + np.array([[1e-5, 0.0], [-2e-5, 1e-4], [0.0, 0.0]])
    np.testing.assert_allclose(
        a.profiled(points).twice_nll, b.profiled(points).twice_nll, rtol=1e-3
    )
    np.testing.assert_allclose(
        a.profiled(points).nuisances, b.profiled(points).nuisances, atol=1e-5
    )


def test_threads_and_neighbours_do_not_matter() -> None:
    p = Synthetic(bins=30)
    cost = PoissonCost(p, counts(p))
    points = scattered(3 * BLOCK + 17)
    one, two = cost.profiled(points), cost.profiled(points, threads=2)
    assert one.twice_nll.tobytes() == two.twice_nll.tobytes()
    assert one.nuisances.tobytes() == two.nuisances.tobytes()
    part = cost.profiled(points[BLOCK : 2 * BLOCK])
    assert part.twice_nll.tobytes() == one.twice_nll[BLOCK : 2 * BLOCK].tobytes()


def test_sum_equals_one_stacked_cost() -> None:
    left, right = (
        Synthetic(bins=12),
        Synthetic(bins=20, signal=60, background=90),
    )  # one suffix: all names are shared

    @dataclass(frozen=True)
    class Stacked:
        name: str = "stacked"
        parameters: tuple[Parameter, ...] = left.parameters
        nuisances: tuple[Nuisance, ...] = left.nuisances

        def expectation(self, points: FloatArray) -> Expectation:
            a, b = left.expectation(points), right.expectation(points)
            wide = [
                np.broadcast_to(s, (len(points), s.shape[1]))
                for s in (*a.slopes, *b.slopes)
            ]
            slopes = tuple(np.hstack([wide[k], wide[k + 4]]) for k in range(4))
            return Expectation(np.hstack([a.base, b.base]), slopes)

        def jacobian(
            self, points: FloatArray
        ) -> tuple[FloatArray, tuple[FloatArray, ...]]:
            raise NotImplementedError

    a, b = PoissonCost(left, counts(left)), PoissonCost(right, counts(right, 2))
    both = PoissonCost(Stacked(), np.concatenate([a.data, b.data]))
    terms: list[Cost] = [a, b]
    total = sum(terms)
    assert isinstance(total, CostSum)
    assert [n.name for n in total.nuisances] == [n.name for n in a.nuisances]
    assert total.n_bins == both.n_bins == 32
    points = scattered(7)
    np.testing.assert_allclose(
        total.profiled(points).twice_nll, both.profiled(points).twice_nll, rtol=1e-10
    )
    np.testing.assert_allclose(
        total.profiled(points).nuisances, both.profiled(points).nuisances, atol=1e-7
    )
    # shared nuisances are not the same as separate ones
    assert not np.allclose(
        total.profiled(points).twice_nll,
        a.profiled(points).twice_nll + b.profiled(points).twice_nll,
        rtol=1e-3,
    )


def test_sum_keeps_separate_nuisances_apart() -> None:
    a = PoissonCost(Synthetic(n_nuisances=0), counts(Synthetic()))
    b = PoissonCost(Synthetic(), counts(Synthetic(), 2))
    points = scattered(4)
    np.testing.assert_allclose(
        (a + b).profiled(points).twice_nll,
        a.profiled(points).twice_nll + b.profiled(points).twice_nll,
        rtol=1e-12,
    )


def test_sum_orders_parameters_by_name() -> None:
    @dataclass(frozen=True)
    class Swapped:
        inner: Synthetic
        name: str = "swapped"

        @property
        def parameters(self) -> tuple[Parameter, ...]:
            return self.inner.parameters[::-1]

        @property
        def nuisances(self) -> tuple[Nuisance, ...]:
            return self.inner.nuisances[::-1]

        def expectation(self, points: FloatArray) -> Expectation:
            e = self.inner.expectation(points[:, ::-1])
            return Expectation(e.base, e.slopes[::-1])

        def jacobian(
            self, points: FloatArray
        ) -> tuple[FloatArray, tuple[FloatArray, ...]]:
            d, s = self.inner.jacobian(points[:, ::-1])
            return d[:, ::-1], tuple(x[:, ::-1] for x in s[::-1])

    p = Synthetic()
    plain = PoissonCost(p, counts(p)) + PoissonCost(
        replace(p, bins=20), counts(replace(p, bins=20))
    )
    other = replace(p, bins=20)
    mixed = PoissonCost(p, counts(p)) + PoissonCost(Swapped(other), counts(other))
    points = scattered(4)
    np.testing.assert_allclose(
        mixed.profiled(points).twice_nll, plain.profiled(points).twice_nll, rtol=1e-12
    )
    np.testing.assert_allclose(
        mixed.profiled_gradient(points),
        plain.profiled_gradient(points),
        rtol=1e-8,
        atol=1e-7,
    )


def test_conflicts_name_both() -> None:
    a = PoissonCost(Synthetic(), counts(Synthetic()), name="first")
    p = Synthetic(sigmas=(0.5, 0.1, 0.25, 0.05))
    with pytest.raises(
        InputError, match=r"signal norm differs: first has sigma 0\.28, second has 0\.5"
    ):
        a + PoissonCost(p, counts(p), name="second")
    q = Synthetic(
        parameters=(Parameter("strength", 1.0, 0.0, 5.0), Synthetic().parameters[1])
    )
    with pytest.raises(
        InputError, match=r"strength differs: first has \[0, 20\].*second has \[0, 5\]"
    ):
        a + PoissonCost(q, counts(q), name="second")
    with pytest.raises(InputError, match="added twice"):
        a + a
    with pytest.raises(TypeError):
        a + object()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (np.ones(23), r"data has shape \(23,\), the prediction has 24 bins"),
        (np.where(np.arange(24) == 3, np.nan, 1.0), "data of bin 3 is nan"),
        (
            np.where(np.arange(24) == 5, -1.0, 1.0),
            r"bin 5 has -1\.0 counts.*GaussianCost",
        ),
    ],
)
def test_bad_data(data: FloatArray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        PoissonCost(Synthetic(), data)


def test_bad_sigma_and_points() -> None:
    with pytest.raises(InputError, match="sigma of bin 0 is 0"):
        GaussianCost(Synthetic(), np.ones(24), np.zeros(24))
    cost = PoissonCost(Synthetic(), counts(Synthetic()))
    with pytest.raises(
        InputError,
        match=r"radius = 12 fm is outside its range \[1, 9\] fm \(point 1 of 2\)",
    ):
        cost.profiled([[1.0, 5.0], [1.0, 12.0]])
    with pytest.raises(InputError, match="strength = nan"):
        cost.twice_nll([np.nan, 5.0])
    with pytest.raises(
        InputError, match=r"points have shape \(points, 2\) for \(strength, radius\)"
    ):
        cost.profiled([[1.0, 2.0, 3.0]])
    with pytest.raises(InputError, match="nuisances have shape"):
        cost.twice_nll([1.0, 5.0], [0.0])
    with pytest.raises(UnknownNameError, match="did you mean radius"):
        cost.point({"radios": 1.0})


def test_prediction_that_is_not_a_number() -> None:
    @dataclass(frozen=True)
    class Broken(Flat):
        def expectation(self, points: FloatArray) -> Expectation:
            e = super().expectation(points)
            return Expectation(np.where(points > 50, np.nan, e.base), e.slopes)

    cost = PoissonCost(Broken(), [1.0, 2.0])
    with pytest.raises(
        ComputationError,
        match=r"flat: the prediction is not a finite number at or near s=60",
    ):
        cost.profiled([[1.0], [60.0]])


def test_asimov_and_toys() -> None:
    cost = PoissonCost(Synthetic(), counts(Synthetic())) + gaussian(
        Synthetic(suffix=" b")
    )
    asimov = cost.asimov({"radius": 4.0})
    assert asimov.profiled([1.0, 4.0]).twice_nll[0] == pytest.approx(0.0, abs=1e-12)
    rng = np.random.default_rng(3)
    toys = [cost.simulate([1.0, 4.0], rng, np.zeros(6)) for _ in range(300)]
    mean = np.mean([toy.terms[0].data for toy in toys], axis=0)
    mu = cost.expected([1.0, 4.0])[0]
    assert (((mean - mu) ** 2) / (mu / 300)).sum() < 24 + 5 * np.sqrt(48)
    wide = np.var(
        [cost.simulate([1.0, 4.0], rng).terms[0].data.sum() for _ in range(300)]
    )
    assert wide > 3 * mu.sum()  # the nuisances are drawn as well
    with pytest.raises(InputError, match="data for 2 terms"):
        cost.with_data([np.ones(24)])
    with pytest.raises(InputError, match="the expectation is negative"):
        cost.simulate([1.0, 4.0], rng, [-5.0, 0, -5.0, 0, 0, 0])


def test_pickle_gives_the_same_bits() -> None:
    cost = PoissonCost(Synthetic(), counts(Synthetic())) + gaussian(
        Synthetic(suffix=" b")
    )
    again = pickle.loads(pickle.dumps(cost))
    points = scattered(10)
    assert (
        again.profiled(points).twice_nll.tobytes()
        == cost.profiled(points).twice_nll.tobytes()
    )
    assert again.digest() == cost.digest()
    assert cost.asimov([1.0, 4.0]).digest() != cost.digest()


def test_errors_of_two_sides() -> None:
    """Above and below the data other errors hold: value, minimum over the nuisances,
    and toys."""
    p = Synthetic()
    mu = p.expectation(np.array([[1.0, 5.0]])).base[0]
    data = mu * np.where(np.arange(mu.size) % 2, 0.9, 1.1)
    up, down = np.sqrt(mu), 2 * np.sqrt(mu)
    cost = GaussianCost(p, data, up, below=down)
    expected = (((mu - data) / np.where(mu < data, down, up)) ** 2).sum()
    point = np.array([[1.0, 5.0]])
    assert cost.twice_nll(point)[0] == pytest.approx(expected, rel=1e-12, abs=0)
    assert cost.digest() != GaussianCost(p, data, up).digest()
    assert GaussianCost(p, data, up, below=up).twice_nll(point) == GaussianCost(
        p, data, up
    ).twice_nll(point)
    best = minimize(
        lambda nu: cost.twice_nll(point, nu[None])[0],
        np.zeros(p.n_nuisances),
        tol=1e-10,
    )
    assert cost.profiled(point).twice_nll[0] == pytest.approx(best.fun, rel=1e-6, abs=0)
    rng = np.random.default_rng(1)
    toys = np.stack([cost.simulate({}, rng).data for _ in range(800)])  # type: ignore[attr-defined]
    truth = cost.expected(cost.default)[0]
    # each side has the share of its width: 1/3 below, where the data's upper error
    # holds
    assert (toys < truth).mean() == pytest.approx(1 / 3, abs=0.02)
    with pytest.raises(InputError, match="sigma below"):
        GaussianCost(p, data, up, below=down[1:])


def test_nuisances_of_two_sided_errors_are_at_their_minimum() -> None:
    # one Newton step is exact only where no bin changes its side
    p = Synthetic()
    mu = p.expectation(np.array([[1.0, 5.0]])).base[0]
    rng = np.random.default_rng(3)
    data = mu + np.sqrt(mu) * rng.normal(size=24)
    cost = GaussianCost(p, data, np.sqrt(mu), below=1.4 * np.sqrt(mu))
    best = cost.profiled(cost.default)
    slopes = cost.gradient(cost.default, best.nuisances)[1]
    sigma = np.array([n.sigma for n in cost.nuisances])
    np.testing.assert_allclose(slopes[0] * sigma, 0.0, atol=1e-6)
