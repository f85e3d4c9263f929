"""Posterior samples against posteriors known in closed form or by quadrature, resuming,
files, hostile input."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.inference.synthetic import Synthetic

import nuprobe as nu
from nuprobe.errors import (
    ComputationError,
    InputError,
    NuprobeError,
    OutputError,
    UnknownNameError,
    ValidityWarning,
)
from nuprobe.inference import (
    Cost,
    Flat,
    GaussianCost,
    LogFlat,
    Normal,
    PoissonCost,
    Prior,
    SampleResult,
    sample,
    scan,
)
from nuprobe.inference.chain.diagnostics import autocorrelation_time, split_r_hat
from nuprobe.inference.protocols import Expectation
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter

pytest.importorskip("emcee", reason="the extra nuprobe[sampling] is not installed")

X = np.linspace(-1, 1, 9)
SIGMA = np.full(9, 0.8)
DATA = 3 + 2 * X + 0.4 * np.cos(9 * X)
SHORT = pytest.mark.filterwarnings(
    "ignore:.*not converged:nuprobe.errors.ValidityWarning"
)
"""For runs that are short on purpose."""


@dataclass
class Line:
    """µ = a + b x + ν x²; `power` 2 makes it a² + b x, with two solutions; `fail_at`
    call number raises `error`."""

    nuisances: tuple[Nuisance, ...] = (Nuisance("bend", 0.5),)
    lower: float = -np.inf
    upper: float = np.inf
    power: int = 1
    fail_at: int = 0
    error: BaseException | None = None
    nan: bool = False
    calls: int = 0
    name: str = "line"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return (
            Parameter("a", 2.0, self.lower, self.upper, unit="fm", latex="a"),
            Parameter("b", 0.5, latex="b"),
        )

    def expectation(self, points: FloatArray) -> Expectation:
        self.calls += 1
        if self.error is not None and self.calls == self.fail_at:
            raise self.error
        a, b = points.T
        base = (a**self.power)[:, None] + b[:, None] * X
        if self.nan and len(points) > 10:
            base = np.where(a[:, None] > 2.9, np.nan, base)
        return Expectation(base, (X[None] ** 2 + 0 * base,) * len(self.nuisances))

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        d_a = self.power * points[:, :1] ** (self.power - 1) + 0 * X
        d = np.stack([d_a, X + 0 * d_a], axis=1)
        return d, (np.zeros((1, 2, len(X))),) * len(self.nuisances)


def line(**options: Any) -> Cost:
    return GaussianCost(Line(**options), DATA, SIGMA)


def exact(bend: float) -> tuple[FloatArray, FloatArray]:
    """Mean and covariance of (a, b, bend) of `line`: normal equations, with the
    constraint as one more datum."""
    design = np.stack([np.ones_like(X), X, X**2]) / SIGMA
    covariance = np.linalg.inv(design @ design.T + np.diag([0, 0, bend**-2.0]))
    return covariance @ design @ (DATA / SIGMA), covariance


def agree(result: SampleResult, mean: FloatArray, covariance: FloatArray) -> None:
    """Within 5 standard errors: of a mean σ/√n, of a covariance at most √(2/n) in units
    of the σs."""
    n = min(s.ess for s in result.summary)
    sigma = np.sqrt(np.diag(covariance))
    assert (np.abs(result.samples.mean(axis=0) - mean) / sigma).max() < 5 / np.sqrt(n)
    found = np.cov(result.samples.T) / np.outer(sigma, sigma)
    assert np.abs(found - covariance / np.outer(sigma, sigma)).max() < 5 * np.sqrt(
        2 / n
    )


@pytest.fixture(scope="module")
def result() -> SampleResult:
    return sample(line(), steps=1500, seed=3)


def test_a_gaussian_posterior_comes_out(result: SampleResult) -> None:
    assert result.names == ("a", "b", "bend")
    agree(result, *exact(0.5))
    assert result.converged
    assert result.problems == ()
    assert result.chain.shape == (32, 1500, 3)
    assert result.kept.shape == (32, 1200, 3)
    mean, covariance = exact(0.5)
    for s, m, v in zip(result.summary, mean, np.diag(covariance), strict=True):
        # an end of a central interval: the quantile's standard error is √(p(1 −
        # p)/n)/density, 1.3 to 2.7 σ/√n here
        for cl, z in ((0.68, 0.99446), (0.90, 1.64485), (0.95, 1.95996)):
            tolerance = 5 * 2.7 * v**0.5 / s.ess**0.5
            np.testing.assert_allclose(
                s.equal_tailed[cl], (m - z * v**0.5, m + z * v**0.5), atol=tolerance
            )
            (region,) = s.highest_density[cl]
            assert region.high - region.low == pytest.approx(
                2 * z * v**0.5, abs=2 * tolerance
            )
            inside = (result[s.name] >= region.low) & (result[s.name] <= region.high)
            assert inside.mean() == pytest.approx(cl, abs=1e-3)
    assert result.best["a"] == pytest.approx(mean[0], abs=0.5 * covariance[0, 0] ** 0.5)


def test_profiled_nuisances_give_the_same_for_a_linear_model(
    result: SampleResult,
) -> None:
    profiled = sample(line(), steps=800, nuisances="profiled", seed=4)
    assert profiled.names == ("a", "b")
    mean, covariance = exact(0.5)
    agree(profiled, mean[:2], covariance[:2, :2])


def test_a_nuisance_without_constraint_is_sampled_too() -> None:
    agree(
        sample(line(nuisances=(Nuisance("bend", np.inf),)), steps=1000), *exact(np.inf)
    )


@SHORT
@pytest.mark.parametrize(
    ("prior", "density"),
    [
        (Flat(2.9, 4.0), lambda a: np.where((a >= 2.9) & (a <= 4.0), 1.0, 0.0)),
        (Normal(3.6, 0.2), lambda a: np.exp(-0.5 * ((a - 3.6) / 0.2) ** 2)),
        (LogFlat(2.0, 30.0), lambda a: np.where((a >= 2.0) & (a <= 30.0), 1 / a, 0.0)),
    ],
)
def test_priors_multiply_the_likelihood(prior: Prior, density: Any) -> None:
    found = sample(
        line(nuisances=()), ["a"], {"b": 2.0}, priors={"a": prior}, steps=1000
    )
    a = np.linspace(1.5, 6, 20001)
    posterior = density(a) * np.exp(
        -0.5 * (((DATA - a[:, None] - 2 * X) / SIGMA) ** 2).sum(axis=1)
    )
    posterior /= posterior.sum()
    mean = float(posterior @ a)
    std = float(posterior @ (a - mean) ** 2) ** 0.5
    (s,) = found.summary
    assert s.mean == pytest.approx(mean, rel=0, abs=5 * s.error)
    assert s.std == pytest.approx(std, rel=5 / s.ess**0.5)
    median = float(np.interp(0.5, np.cumsum(posterior), a))
    assert s.quantiles[0.5] == pytest.approx(median, rel=0, abs=7 * s.error)
    assert found.logarithmic == (isinstance(prior, LogFlat),)


def test_the_limits_of_a_parameter_hold_and_a_posterior_that_they_cut_is_noted() -> (
    None
):
    found = sample(line(lower=2.0, upper=2.8), steps=1300)
    assert found["a"].min() >= 2.0
    assert found["a"].max() <= 2.8
    assert any(
        "a: the posterior does not fall off towards the upper limit" in note
        for note in found.notes
    )
    assert found.converged
    assert str(found).count("note:") == 1


def test_both_solutions_are_found_from_the_prior() -> None:
    cost = line(power=2, lower=-4.0, upper=4.0, nuisances=())
    found = sample(cost, ["a"], {"b": 2.0}, start="prior", steps=1800)
    share = (found["a"] > 0).mean()
    assert share == pytest.approx(0.5, abs=5 * 0.5 / found.summary[0].ess ** 0.5)
    assert np.abs(found["a"]).mean() == pytest.approx(3**0.5, abs=0.02)


def test_a_chain_that_stays_in_two_places_is_called_out(result: SampleResult) -> None:
    apart = result.chain + 50 * np.repeat([0, 1], 16)[:, None, None]
    stays = replace(result, chain=apart)
    assert not stays.converged
    assert "autocorrelation times" in stays.problems[0]
    assert "split-R-hat of" in stays.problems[1]
    assert stays.verdict == "parts disagree"
    assert stays.notes[:2] == stays.problems
    assert stays.to_dict()["converged"] is False


def test_a_short_run_warns() -> None:
    with pytest.warns(
        ValidityWarning,
        match=r"line: not converged: the 32 steps used are only .* 50 are needed",
    ) as caught:
        found = sample(line(), steps=40)
    assert len(caught) == 1
    assert all(problem in str(caught[0].message) for problem in found.problems)


def radius_posterior(cost: Cost, treatment: str) -> tuple[float, float]:
    """Mean and standard deviation of R_n (fm) by quadrature.

    At a given radius the nuisances are Gaussian: their integral is the minimum times
    the root of a determinant.
    """
    r = np.linspace(1.6, 10, 281)
    best = cost.profiled(r[:, None])
    density = np.exp(-0.5 * (best.twice_nll - best.twice_nll.min()))
    if treatment == "sampled":
        covariances = [
            cost.nuisance_covariance([x], n)
            for x, n in zip(r, best.nuisances, strict=True)
        ]
        density *= np.sqrt(np.linalg.det(covariances))
    density /= density.sum()
    mean = float(density @ r)
    return mean, float(density @ (r - mean) ** 2) ** 0.5


@pytest.mark.nightly
def test_the_neutron_radius_of_csi_2017_against_quadrature_and_minos() -> None:
    cost = nu.experiment("coherent-csi-2017").cost(None, ["rn"])
    s = nu.sample(cost, ["rn"], steps=1700).summary[0]
    mean, std = radius_posterior(cost, "sampled")
    assert s.mean == pytest.approx(mean, rel=0, abs=5 * s.error)
    assert s.std == pytest.approx(std, rel=5 / s.ess**0.5)
    interval = nu.fit(cost, ["rn"])["rn"].interval
    assert interval is not None
    assert interval.lower is not None
    assert interval.upper is not None
    # a flat prior and a near-Gaussian likelihood: the shortest interval is like that of
    # MINOS to a third of its error
    (region,) = s.highest_density[0.68]
    assert (region.low, region.high) == pytest.approx(
        (interval.lower, interval.upper), rel=0, abs=0.35
    )


@pytest.mark.nightly
@pytest.mark.parametrize("treatment", ["sampled", "profiled"])
def test_long_chains_have_no_bias(treatment: Literal["sampled", "profiled"]) -> None:
    cost = nu.experiment("coherent-csi-2017").cost(None, ["rn"])
    s = nu.sample(cost, ["rn"], nuisances=treatment, steps=20000).summary[0]
    mean, std = radius_posterior(cost, treatment)
    assert s.mean == pytest.approx(mean, rel=0, abs=4 * s.error)
    # a standard error of 1/√(2·40000) = 0.4 %; a biased move of emcee made it 2 % too
    # small
    assert s.std == pytest.approx(std, rel=0.012)
    # the two densities differ: 5.26 and 5.53 fm
    other = radius_posterior(cost, "profiled" if treatment == "sampled" else "sampled")[
        0
    ]
    assert abs(s.mean - other) > 10 * s.error


@SHORT
def test_one_seed_one_chain() -> None:
    np.random.seed(1)  # noqa: NPY002
    expected = np.random.RandomState(1).random_sample(3)
    first, again, other = (sample(line(), steps=40, seed=seed) for seed in (5, 5, 6))
    assert np.array_equal(first.chain, again.chain)
    assert not np.array_equal(first.chain, other.chain)
    # the global random numbers of a user stay as they were
    assert np.array_equal(np.random.random_sample(3), expected)  # noqa: NPY002


@SHORT
@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), ZeroDivisionError("trap"), ComputationError("no")]
)
def test_an_interrupted_run_resumes_to_the_same_numbers(
    error: BaseException, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = sample(line(), steps=60, seed=2, checkpoint=tmp_path / "whole.h5")
    path = tmp_path / "chain.h5"
    broken = line(fail_at=1 << 30, error=error)
    prediction = broken.terms[0].prediction
    assert isinstance(prediction, Line)
    # after the fit and the start, in the middle of a step
    sample(broken, steps=5, seed=2)
    prediction.fail_at = 2 * prediction.calls + 41
    kind = ComputationError if isinstance(error, ComputationError) else NuprobeError
    with pytest.raises(
        kind, match=r"sampling stopped .* of 60 steps are saved in .*--resume"
    ):
        sample(broken, steps=60, seed=2, checkpoint=path)
    assert capsys.readouterr().out == ""
    with pytest.raises(InputError, match="not finished"):
        SampleResult.from_h5(tmp_path / "chain.h5.part")
    with pytest.raises(InputError, match=r"chain.h5.part has an unfinished run"):
        SampleResult.from_h5(path)
    resumed = sample(line(), steps=60, seed=2, checkpoint=path, resume=True)
    assert np.array_equal(resumed.chain, whole.chain)
    assert np.array_equal(resumed.log_posterior, whole.log_posterior)
    assert path.read_bytes() == (tmp_path / "whole.h5").read_bytes()
    longer = sample(line(), steps=90, seed=2, checkpoint=path, resume=True)
    assert np.array_equal(longer.chain, sample(line(), steps=90, seed=2).chain)


@SHORT
def test_a_run_without_a_checkpoint_says_that_nothing_is_kept() -> None:
    cost = line(fail_at=1 << 30, error=KeyboardInterrupt())
    prediction = cost.terms[0].prediction
    assert isinstance(prediction, Line)
    sample(cost, steps=5)
    prediction.fail_at = 2 * prediction.calls + 11
    with pytest.raises(
        NuprobeError, match=r"interrupted.*nothing is saved; give a checkpoint"
    ):
        sample(cost, steps=60)


@SHORT
def test_a_file_of_another_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "chain.h5"
    sample(line(), steps=20, checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(InputError, match="exists: give resume=True"):
        sample(line(), steps=20, checkpoint=path)
    others: list[tuple[Cost, dict[str, Any]]] = [
        (line(), {"seed": 1}),
        (line(), {"walkers": 34}),
        (line(), {"fixed": {"b": 1.0}}),
        (line(), {"priors": {"a": Normal(2, 1)}}),
        (line(), {"nuisances": "profiled"}),
        (line(power=2), {}),
        (line().with_data(DATA + 0.1), {}),
        (line(nuisances=(Nuisance("bend", 0.6),)), {}),
    ]
    for cost, options in others:
        with pytest.raises(InputError, match="belongs to another run"):
            sample(cost, **{"steps": 20, "checkpoint": path, "resume": True, **options})
    with pytest.raises(InputError, match="has 20 steps already"):
        sample(line(), steps=10, checkpoint=path, resume=True)
    assert path.read_bytes() == before
    scan(line(), {"a": [1.0, 2.0]}, checkpoint=tmp_path / "scan.h5")
    (tmp_path / "text.h5").write_text("no")
    (tmp_path / "half.h5").write_bytes(before[: len(before) // 2])
    for name, message in (
        ("scan.h5", "is not a chain"),
        ("text.h5", "cannot be read"),
        ("half.h5", "cannot be read"),
    ):
        with pytest.raises(InputError, match=message):
            sample(line(), steps=20, checkpoint=tmp_path / name, resume=True)
        with pytest.raises(InputError, match=message):
            SampleResult.from_h5(tmp_path / name)
    assert (
        sample(line(), steps=30, checkpoint=path, overwrite=True).chain.shape[1] == 30
    )


def test_files_hold_the_result(result: SampleResult, tmp_path: Path) -> None:
    result.to_h5(tmp_path / "chain.h5")
    back = SampleResult.from_h5(tmp_path / "chain.h5")
    assert np.array_equal(back.chain, result.chain)
    assert back.to_dict() == result.to_dict()
    assert str(back) == str(result)
    assert back.fingerprint == result.fingerprint
    with pytest.raises(InputError, match="only the chain, not the state"):
        sample(
            line(), steps=3000, seed=3, checkpoint=tmp_path / "chain.h5", resume=True
        )
    with pytest.raises(OutputError):
        result.to_h5(tmp_path / "missing" / "chain.h5")
    json.dumps(result.to_dict(), allow_nan=False)


def test_getdist_files_by_hand(result: SampleResult, tmp_path: Path) -> None:
    cut = replace(
        result,
        lower=np.array([1.0, -np.inf, -np.inf]),
        names=("a", "b * 2", "b ? 2"),
        latex=("a", "", ""),
    )
    files = cut.to_getdist(tmp_path / "toy", thin=1)
    assert [f.name for f in files] == ["toy_1.txt", "toy.paramnames", "toy.ranges"]
    table = np.loadtxt(files[0])
    np.testing.assert_allclose(table[:, 2:], cut.samples, rtol=1e-8)
    np.testing.assert_allclose(
        table[:, 1], -cut.log_posterior[:, cut.burn :].ravel(), rtol=1e-8
    )
    assert (table[:, 0] == 1).all()
    assert (
        files[1].read_text() == "a\ta\\"
        " [\\mathrm{fm}]\nb___2\t\\mathrm{b\\_\\_\\_2}\n"
        "b___2_2\t\\mathrm{b\\_\\_\\_2\\_2}\n"
    )
    assert files[2].read_text() == "a 1 N\nb___2 N N\nb___2_2 N N\n"
    tau = min(s.tau for s in result.summary)
    assert len(np.loadtxt(result.to_getdist(tmp_path / "thin")[0])) == 32 * -(
        -1200 // int(tau / 2)
    )
    with pytest.raises(InputError, match="thin must be at least 1"):
        result.to_getdist(tmp_path / "no", thin=0)


@pytest.mark.filterwarnings("ignore")
def test_getdist_reads_its_files(result: SampleResult, tmp_path: Path) -> None:
    getdist = pytest.importorskip("getdist", reason="getdist is not installed")
    result.to_getdist(tmp_path / "toy", thin=1)
    loaded = getdist.loadMCSamples(str(tmp_path / "toy"), no_cache=True)
    assert loaded.getParamNames().list() == ["a", "b", "bend"]
    np.testing.assert_allclose(
        loaded.getMeans()[:3], result.samples.mean(axis=0), rtol=1e-6
    )
    np.testing.assert_allclose(
        loaded.getCovMat().matrix[:3, :3], np.cov(result.samples.T), rtol=1e-3
    )


@SHORT
def test_points_at_which_the_data_are_impossible_have_no_samples() -> None:
    counts = np.array([5.0, 3.0, 8.0, 2.0, 1.0, 4.0, 6.0, 3.0, 2.0])
    found = sample(
        PoissonCost(Line(nuisances=(Nuisance("bend", 3.0),)), counts), steps=300
    )
    mu = (
        found.samples[:, 0, None]
        + found.samples[:, 1, None] * X
        + found.samples[:, 2, None] * X**2
    )
    assert (mu > 0).all()
    assert np.isfinite(found.log_posterior).all()


def test_a_realistic_cost_with_several_nuisances_runs() -> None:
    prediction = Synthetic()
    cost = PoissonCost(
        prediction, prediction.expectation(np.array([[1.0, 5.0]])).base[0]
    )
    with pytest.warns(ValidityWarning):
        found = sample(cost, steps=200)
    assert found.units == ("", "fm", "", "", "", "")
    assert found.parameters == 2
    assert found.fixed == {}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"free": []}, "name one or more"),
        ({"free": ["a", "a"]}, "name one or more"),
        ({"free": ["a"], "fixed": {"a": 1.0}}, "both free and fixed"),
        ({"fixed": {"a": np.nan}}, "outside its range"),
        ({"priors": {"bend": Normal(0, 1)}}, "not a free parameter"),
        ({"priors": {"a": Normal(99.0, 1.0)}}, "outside its range"),
        ({"priors": {"a": Flat(50, 60)}}, "does not overlap"),
        ({"start": "prior"}, "needs a bounded prior for b"),
        ({"start": "here"}, "'both', 'fit' or 'prior'"),
        ({"nuisances": "ignored"}, "'sampled' or 'profiled'"),
        ({"walkers": 7}, "even and at least 6"),
        ({"walkers": 2}, "even and at least 6"),
        ({"steps": 3}, "steps must be at least"),
        ({"steps": 10, "burn": 8}, "steps must be at least"),
        ({"steps": 10, "burn": -1}, "steps must be at least"),
        ({"seed": -1}, "a seed must be"),
        ({"resume": True}, "resume needs"),
    ],
)
def test_bad_input_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        sample(line(lower=-10.0, upper=10.0), **options)


def test_bad_priors_and_names_are_refused(result: SampleResult) -> None:
    with pytest.raises(UnknownNameError, match="parameter"):
        sample(line(), ["aa"])
    with pytest.raises(UnknownNameError, match="column"):
        result["c"]
    for make in (
        lambda: Flat(2, 2),
        lambda: Flat(np.nan, 2),
        lambda: LogFlat(0, 1),
        lambda: LogFlat(1, np.inf),
        lambda: Normal(0, 0),
        lambda: Normal(np.nan, 1),
    ):
        with pytest.raises(InputError, match="prior needs"):
            make()


def test_a_prediction_that_is_no_number_stops_the_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(ComputationError, match="not a finite number"):
        sample(line(nan=True), steps=200)
    assert capsys.readouterr().out == ""


def test_impossible_data_everywhere_are_refused() -> None:
    cost = PoissonCost(Line(lower=-9.0, upper=-8.0 + 11, nuisances=()), np.ones(9))
    with pytest.raises(InputError, match="data are impossible at"):
        sample(cost, ["a"], {"b": 0.0}, priors={"a": Flat(-9, -8)}, steps=20)


def test_without_emcee_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "emcee", None)
    with pytest.raises(
        InputError, match=r'pip install "\.\[sampling\]" \(in a clone\)'
    ):
        sample(line())


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9])
def test_the_autocorrelation_time_of_an_autoregressive_process(phi: float) -> None:
    rng = np.random.default_rng(8)
    x = np.empty((32, 8000))
    x[:, 0] = rng.standard_normal(32)
    for i in range(1, x.shape[1]):
        x[:, i] = phi * x[:, i - 1] + (1 - phi**2) ** 0.5 * rng.standard_normal(32)
    # the window of 5 τ leaves out e^-5 of the sum, and the estimate scatters by √(2·2·5
    # τ/N) = 2 %
    assert autocorrelation_time(x) == pytest.approx((1 + phi) / (1 - phi), rel=0.08)
    assert split_r_hat(x) == pytest.approx(1.0, abs=0.005)


def test_diagnostics_of_chains_that_do_not_mix() -> None:
    rng = np.random.default_rng(9)
    apart = rng.standard_normal((8, 500)) + 10 * np.repeat([0, 1], 4)[:, None]
    # ranks of the halves are the halves of a normal distribution, whose means are
    # ±√(2/π) and whose variances 1 − 2/π
    between, within = 2 / np.pi * 16 / 15, 1 - 2 / np.pi
    assert split_r_hat(apart) == pytest.approx((1 + between / within) ** 0.5, rel=3e-3)
    assert autocorrelation_time(apart) > 100
    stuck = np.repeat(rng.standard_normal((8, 1)), 50, axis=1)
    assert autocorrelation_time(stuck) == 50
    assert split_r_hat(stuck) > 1e6
    assert split_r_hat(np.zeros((8, 50))) == 1.0


@given(
    seed=st.integers(0, 1000),
    scale=st.floats(1e-30, 1e30),
    shift=st.floats(-3, 3),
)
def test_diagnostics_and_intervals_know_no_units(
    seed: int, scale: float, shift: float
) -> None:
    rng = np.random.default_rng(seed)
    x = np.cumsum(rng.standard_normal((6, 40)), axis=1)
    y = scale * (x + shift)
    assert autocorrelation_time(y) == pytest.approx(autocorrelation_time(x), rel=1e-6)
    assert split_r_hat(y) == pytest.approx(split_r_hat(x), rel=1e-6)


@given(seed=st.integers(0, 1000))
def test_the_shortest_interval_is_not_longer_than_the_central_one(
    seed: int, result: SampleResult
) -> None:
    rng = np.random.default_rng(seed)
    chain = np.exp(rng.standard_normal((6, 1500, 3)) * rng.uniform(0.1, 2, 3))
    drawn = replace(
        result, chain=chain, log_posterior=chain[:, :, 0], burn=0, modes=None
    )
    for s in drawn.summary:
        for cl in (0.68, 0.90, 0.95):
            length = sum(r.high - r.low for r in s.highest_density[cl])
            c, d = s.equal_tailed[cl]
            # the central ends are interpolated between samples, so a spacing may be
            # missing
            spacing = np.diff(np.sort(chain.ravel())).max()
            assert length <= d - c + 2 * spacing
            assert s.quantiles[0.5] == pytest.approx(
                float(np.median(chain[:, :, s_index(result, s.name)]))
            )


def s_index(result: SampleResult, name: str) -> int:
    return result.names.index(name)
