"""Do 68 % intervals cover the truth in 68 % of simulated experiments?"""

from __future__ import annotations

import numpy as np
import pytest
from tests.inference.synthetic import Synthetic
from tests.nightly import mostly_nightly

from nuprobe.inference import Cost, GaussianCost, PoissonCost, delta_threshold, fit

TRUTH = {"strength": 1.1, "radius": 5.0}
CL = 0.6826894921370859


def covered(cost: Cost, free: list[str], toys: int, seed: int) -> tuple[int, float]:
    """How many of the toys have the truth within Δ(−2 ln L) of their best fit, and the
    mean p-value of the fits."""
    rng = np.random.default_rng(seed)
    threshold = delta_threshold(CL, len(free))
    inside, p_values = 0, []
    for _ in range(toys):
        toy = cost.simulate(TRUTH, rng)
        fixed = {name: value for name, value in TRUTH.items() if name not in free}
        result = fit(
            toy, free=free, fixed=fixed, start={n: TRUTH[n] for n in free}, minos=False
        )
        inside += bool(
            toy.profiled(toy.point(TRUTH)).twice_nll[0] - result.twice_nll <= threshold
        )
        assert result.goodness_of_fit is not None
        p_values.append(result.goodness_of_fit)
    return inside, float(np.mean(p_values))


def cost_of(kind: str) -> Cost:
    # the range of the radius is about three of its errors away: near a limit intervals
    # cover more
    p = Synthetic(signal=1e6, background=3e5, sigmas=(0.005, 0.003, 0.1, 0.003))
    mu = p.expectation(np.array([[1.0, 5.0]])).base[0]
    return PoissonCost(p, mu) if kind == "poisson" else GaussianCost(p, mu, np.sqrt(mu))


def binomial_tolerance(toys: int, sigmas: float) -> float:
    return float(sigmas * np.sqrt(CL * (1 - CL) / toys))


@pytest.mark.parametrize("kind", mostly_nightly(["poisson", "gaussian"], ["poisson"]))
def test_coverage_in_small(kind: str) -> None:
    # 150 toys: 3.5 binomial standard deviations are 13 %, which an interval of another
    # level (50 % or 90 %) would miss
    inside, p_value = covered(cost_of(kind), ["strength"], 150, seed=5)
    assert abs(inside / 150 - CL) < binomial_tolerance(150, 3.5)
    assert p_value == pytest.approx(
        0.5, abs=3.5 / np.sqrt(12 * 150)
    )  # p-values of a good fit are uniform


@pytest.mark.nightly
@pytest.mark.parametrize("kind", ["poisson", "gaussian"])
@pytest.mark.parametrize(
    "free", [["strength"], ["radius"], ["strength", "radius"]], ids="+".join
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_coverage(kind: str, free: list[str], seed: int) -> None:
    # 1000 toys: 4 binomial standard deviations are 5.9 %; one such failure is expected
    # in 16 000 runs
    inside, _ = covered(cost_of(kind), free, 1000, seed)
    assert abs(inside / 1000 - CL) < binomial_tolerance(1000, 4)
