from __future__ import annotations

import json
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import chi2
from tests.inference.synthetic import Synthetic

from nuprobe.errors import ComputationError, InputError, UnknownNameError
from nuprobe.inference import Cost, Expectation, GaussianCost, PoissonCost, fit, profile
from nuprobe.inference.results import ParameterResult
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter

RNG_SEED = 11


@dataclass(frozen=True)
class Line:
    """Linear in its parameters and its nuisance, so that the fit has a closed form."""

    name: str = "line"
    parameters: tuple[Parameter, ...] = (
        Parameter("slope", 0.0, unit="1/bin"),
        Parameter("offset", 0.0),
    )
    nuisances: tuple[Nuisance, ...] = (Nuisance("curvature", 0.3),)

    def design(self) -> FloatArray:
        x = np.arange(8.0)
        return np.array([x, np.ones(8), x**2 / 10])

    def expectation(self, points: FloatArray) -> Expectation:
        a = self.design()
        return Expectation(points @ a[:2], (a[2][None],))

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        return np.tile(self.design()[:2], (len(points), 1, 1)), (np.zeros((1, 2, 8)),)


def strong(signal: float = 4e4, radius: float = 5.0) -> PoissonCost:
    p = Synthetic(signal=signal)
    mu = p.expectation(np.array([[1.0, radius]])).base[0]
    return PoissonCost(p, np.random.default_rng(RNG_SEED).poisson(mu))


def ends(p: ParameterResult) -> list[float]:
    assert p.interval is not None
    assert p.interval.lower is not None
    assert p.interval.upper is not None
    return [p.interval.lower, p.interval.upper]


def test_against_least_squares() -> None:
    line = Line()
    rng = np.random.default_rng(1)
    sigma = rng.uniform(0.5, 2.0, 8)
    data = np.array([0.7, -2.0]) @ line.design()[:2] + rng.normal(0, sigma)
    result = fit(GaussianCost(line, data, sigma))
    # the constraint is one more datum: 0 ± 0.3 for the curvature
    a = np.column_stack([line.design().T / sigma[:, None]])
    a = np.vstack([a, [0.0, 0.0, 1 / 0.3]])
    b = np.append(data / sigma, 0.0)
    covariance = np.linalg.inv(a.T @ a)
    x = covariance @ a.T @ b
    np.testing.assert_allclose(
        [result["slope"].value, result["offset"].value], x[:2], rtol=1e-7
    )
    assert result.covariance is not None
    np.testing.assert_allclose(result.covariance, covariance, rtol=1e-7)
    assert result.nuisances[0].value == pytest.approx(x[2], abs=1e-8)
    assert result.nuisances[0].error == pytest.approx(
        np.sqrt(covariance[2, 2]), rel=1e-7, abs=0
    )
    assert result.nuisances[0].pull == pytest.approx(x[2] / 0.3, abs=1e-7)
    assert result.twice_nll == pytest.approx(((a @ x - b) ** 2).sum(), rel=1e-9, abs=0)
    assert result.ndf == 6
    assert result.goodness_of_fit == pytest.approx(
        chi2.sf(result.twice_nll, 6), rel=1e-9, abs=0
    )
    for i, p in enumerate(result.free):
        error = np.sqrt(covariance[i, i])
        assert p.error == pytest.approx(error, rel=1e-7, abs=0)
        np.testing.assert_allclose(ends(p), [x[i] - error, x[i] + error], rtol=1e-3)


def test_errors_are_those_of_the_joint_hessian() -> None:
    cost: Cost = strong() + GaussianCost(
        Synthetic(suffix=" b"), np.full(24, 18.0), np.full(24, 4.0)
    )
    result = fit(cost, minos=False)
    x = np.concatenate([result.point, result.nuisance_values])
    columns = []
    for i, h in enumerate(1e-5 * np.ones(len(x))):
        e = np.eye(len(x))[i] * h
        up, down = (
            np.concatenate([g[0] for g in cost.gradient((x + s)[:2], (x + s)[2:])])
            for s in (e, -e)
        )
        columns.append((up - down) / (2 * h))
    covariance = 2 * np.linalg.inv(np.array(columns))
    assert result.covariance is not None
    np.testing.assert_allclose(result.covariance, covariance, rtol=2e-3)
    np.testing.assert_allclose(
        [n.error for n in result.nuisances], np.sqrt(np.diag(covariance)[2:]), rtol=2e-3
    )


@pytest.mark.parametrize("cl", [0.6827, 0.9])
@pytest.mark.parametrize("free", [["radius"], ["radius", "strength"]])
def test_minos_against_profile(cl: float, free: list[str]) -> None:
    cost = strong()
    result = fit(cost, free=free, cl=cl)
    line = profile(
        cost, "radius", np.linspace(1, 9, 9), free=[n for n in free if n != "radius"]
    )
    assert line.best == pytest.approx(result["radius"].value, abs=1e-3)
    assert line.best_twice_nll == pytest.approx(result.twice_nll, abs=1e-6)
    ((low, high),) = line.intervals(cl)
    np.testing.assert_allclose(ends(result["radius"]), [low, high], atol=2e-3)
    for end in (low, high):
        assert line.delta_at(end) == pytest.approx(chi2.ppf(cl, 1), rel=1e-6, abs=0)


def test_start_does_not_matter_with_two_minima() -> None:
    # the rate goes with (s - 3)², so s = 1 and s = 5 are alike but for a small
    # asymmetry
    @dataclass(frozen=True)
    class Two:
        name: str = "two"
        parameters: tuple[Parameter, ...] = (Parameter("s", 5.0, 0.0, 8.0),)
        nuisances: tuple[Nuisance, ...] = ()

        def expectation(self, points: FloatArray) -> Expectation:
            return Expectation(
                10 + (points - 3) ** 2 * [20.0, 5.0] + points * [0.0, 3.0], ()
            )

        def jacobian(
            self, points: FloatArray
        ) -> tuple[FloatArray, tuple[FloatArray, ...]]:
            return (2 * (points - 3) * [20.0, 5.0] + [0.0, 3.0])[:, None], ()

    cost = PoissonCost(Two(), [0.0, 0.0]).asimov([1.0])
    assert fit(cost)["s"].value == pytest.approx(1.0, abs=1e-5)
    assert fit(cost, start={"s": 5.0}, minos=False)["s"].value == pytest.approx(
        4.8, abs=0.3
    )  # asked for: the other one
    line = profile(cost, "s", np.linspace(0, 8, 33))
    assert len(line.intervals(0.99)) == 2


def test_open_interval_is_said() -> None:
    p = Synthetic(signal=40)
    cost = PoissonCost(p, p.expectation(np.array([[1.0, 5.0]])).base[0])
    result = fit(cost, free=["radius"])
    interval = result["radius"].interval
    assert interval is not None
    assert interval.lower is None
    assert interval.upper is None
    assert "undetermined: the data allow all of its range, 1 to 9 fm," in interval.note
    assert any(note.startswith("radius: undetermined") for note in result.notes)
    text = json.dumps(result.to_dict(), allow_nan=False)
    assert json.loads(text)["parameters"][0]["minos_lower"] is None
    assert "–         undetermined" in str(result)


@pytest.mark.parametrize(
    ("counts", "symmetric"), [(0.97, False), (1.0, False), (1.003, False), (1.3, True)]
)
def test_a_limit_within_one_error_leaves_an_interval_and_no_error(
    counts: float, symmetric: bool
) -> None:
    """The signal grows with the strength's square, as that of a magnetic moment: flat
    at 0."""

    @dataclass(frozen=True)
    class Squared:
        name: str = "squared"
        parameters: tuple[Parameter, ...] = (
            Parameter("mu", 1.0, 0.0, unit="1e-11 muB"),
        )
        nuisances: tuple[Nuisance, ...] = ()

        def expectation(self, points: FloatArray) -> Expectation:
            return Expectation(1000 + 10 * points**2, ())

        def jacobian(
            self, points: FloatArray
        ) -> tuple[FloatArray, tuple[FloatArray, ...]]:
            return (20 * points)[:, :, None].swapaxes(1, 2), ()

    for minos in (True, False):
        result = fit(PoissonCost(Squared(), [1000 * counts]), minos=minos)
        assert (result["mu"].error is not None) == symmetric
        if symmetric:
            continue
        assert any("mu" in note and "limit" in note for note in result.notes)
        if minos:
            interval = result["mu"].interval
            assert interval is not None
            assert interval.lower is None
            assert interval.upper == pytest.approx(
                _rise_of_one(1000 * counts), rel=1e-4
            )
            # the range ends at 0, which the data allow: no limit from below
            assert f"[0, {interval.upper:.5g}]" in str(result)
            assert "open at the lower end of the range" in str(result)


def _rise_of_one(n: float) -> float:
    """Where −2 ln L of n counts with 1000 + 10 mu² expected is 1 above its least value
    for mu >= 0."""

    def value(mu: float) -> float:
        expected = 1000 + 10 * mu**2
        return float(2 * (expected - n * np.log(expected)))

    best = np.sqrt(max(n - 1000, 0.0) / 10)
    return float(brentq(lambda mu: value(mu) - value(best) - 1, best, best + 10))


def test_best_value_at_a_limit() -> None:
    p = Synthetic()
    background_only = p.rest() * 0.9
    result = fit(PoissonCost(p, background_only), free=["strength"])
    assert result["strength"].value == pytest.approx(0.0, abs=1e-2)
    assert any("limit" in note for note in result.notes)
    interval = result["strength"].interval
    assert interval is not None
    assert interval.lower is None
    assert interval.upper is not None
    above = (
        PoissonCost(p, background_only).profiled([interval.upper, 5.0]).twice_nll[0]
        - result.twice_nll
    )
    assert above == pytest.approx(1.0, rel=1e-6, abs=0)


def test_fixed_free_and_table() -> None:
    cost = strong()
    result = fit(cost, fixed={"radius": 6.0})
    assert result.point[1] == 6.0
    assert list(result.values) == ["strength"]
    assert result.fixed[0][1] == 6.0
    table = str(result)
    for word in (
        "strength",
        "radius",
        "fixed",
        "fm",
        "signal norm",
        "pull",
        "ndf = 23",
    ):
        assert word in table
    json.dumps(result.to_dict(), allow_nan=False)


def test_free_nuisance_has_no_pull_and_costs_a_degree_of_freedom() -> None:
    p = Synthetic(signal=4e4, sigmas=(0.28, 0.1, np.inf, 0.05))
    result = fit(strong().with_data(strong().data), free=["radius"], minos=False)
    free = fit(PoissonCost(p, strong().data), free=["radius"], minos=False)
    assert free.ndf == result.ndf - 1
    assert free.nuisances[2].pull is None
    assert free.to_dict()["nuisances"][2]["sigma"] is None
    assert free.twice_nll <= result.twice_nll


def test_bad_requests() -> None:
    cost = strong()
    with pytest.raises(UnknownNameError, match="did you mean radius"):
        fit(cost, free=["raduis"])
    with pytest.raises(InputError, match="both free and fixed"):
        fit(cost, free=["radius"], fixed={"radius": 3.0})
    with pytest.raises(InputError, match="one or more different parameters"):
        fit(cost, free=[])
    with pytest.raises(InputError, match="start gives strength"):
        fit(cost, free=["radius"], start={"strength": 1.0})
    with pytest.raises(InputError, match="outside its range"):
        fit(cost, free=["radius"], start={"radius": 30.0})
    with pytest.raises(InputError, match="confidence level"):
        fit(cost, cl=1.0)


def test_no_minimum_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("iminuit.Minuit.valid", property(lambda _: False))
        patch.setattr(
            sys.modules["nuprobe.inference.fast"], "_settled", lambda *_: False
        )
        with pytest.raises(
            ComputationError,
            match=r"no minimum found near strength=1, radius=.* fm; give another",
        ):
            fit(strong(), free=["radius"])
    impossible = PoissonCost(Synthetic(background=0.0), np.ones(24))
    with pytest.raises(ComputationError, match="impossible at the start"):
        fit(impossible, free=["radius"], fixed={"strength": 0.0})
