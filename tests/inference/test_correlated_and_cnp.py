"""Costs with a covariance, and with the combined Neyman–Pearson χ²."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.optimize import minimize
from tests.experiments import folders
from tests.inference.synthetic import Synthetic

import nuprobe as nu
from nuprobe.cli.main import cli
from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.experiments import Experiment
from nuprobe.inference import (
    CNPCost,
    Cost,
    CovarianceCost,
    GaussianCost,
    PoissonCost,
    fit,
)
from nuprobe.numerics import FloatArray

PREDICTION = Synthetic()
MU = PREDICTION.expectation(np.array([[1.0, 5.0]])).base[0]
DATA = np.random.default_rng(5).poisson(MU).astype(float)
POINTS = np.array([[1.0, 5.0], [1.3, 4.0], [0.6, 6.5]])


def _covariance(correlation: float = 0.6) -> FloatArray:
    sigma = np.sqrt(MU) * (1 + 0.3 * np.arange(MU.size) / MU.size)
    apart = np.abs(np.subtract.outer(np.arange(MU.size), np.arange(MU.size)))
    return np.outer(sigma, sigma) * correlation**apart


def _plain(cost: Cost, point: FloatArray, chi2: object) -> float:
    """Minimum over the nuisances of any χ²(µ), by a minimiser that knows nothing."""
    e = PREDICTION.expectation(point[None])
    sigma = np.array([n.sigma for n in PREDICTION.nuisances])

    def value(z: FloatArray) -> float:
        mu = e.base[0] + sum(
            v * s * row[0] for v, s, row in zip(z, sigma, e.slopes, strict=True)
        )
        return float(chi2(mu)) + float(z @ z)  # type: ignore[operator]

    found = minimize(value, np.zeros(sigma.size), method="BFGS", options={"gtol": 1e-7})
    return float(found.fun)


def test_a_covariance_against_a_plain_minimiser() -> None:
    covariance = _covariance()
    cost = CovarianceCost(PREDICTION, DATA, covariance)
    inverse = np.linalg.inv(covariance)
    got = cost.profiled(POINTS).twice_nll
    for point, value in zip(POINTS, got, strict=True):
        want = _plain(cost, point, lambda mu: (DATA - mu) @ inverse @ (DATA - mu))
        assert value == pytest.approx(want, rel=1e-8)


def test_a_diagonal_covariance_is_gaussian() -> None:
    sigma = np.sqrt(DATA + 1)
    plain = GaussianCost(PREDICTION, DATA, sigma)
    cost = CovarianceCost(PREDICTION, DATA, np.diag(sigma**2))
    for one, other in zip(
        (cost.profiled(POINTS).twice_nll, cost.profiled_gradient(POINTS)),
        (plain.profiled(POINTS).twice_nll, plain.profiled_gradient(POINTS)),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_cnp_against_a_plain_minimiser() -> None:
    data = DATA.copy()
    data[:2] = 0.0  # empty bins cost (0 − µ)²/(µ/2)
    cost = CNPCost(PREDICTION, data)

    def chi2(mu: FloatArray) -> float:
        if np.any(mu <= 0):
            return 1e10
        variance = np.where(data > 0, 3 / (1 / np.maximum(data, 1) + 2 / mu), mu / 2)
        return float(((data - mu) ** 2 / variance).sum())

    got = cost.profiled(POINTS).twice_nll
    for point, value in zip(POINTS, got, strict=True):
        assert value == pytest.approx(_plain(cost, point, chi2), rel=1e-8)
    assert cost.twice_nll(POINTS[0]) == pytest.approx(
        chi2(PREDICTION.expectation(POINTS[:1]).base[0]), rel=1e-12
    )


def test_cnp_becomes_the_poisson_likelihood_for_many_counts() -> None:
    differences = []
    for scale in (1.0, 100.0):
        big = Synthetic(signal=150 * scale, background=300 * scale)
        mu = big.expectation(np.array([[1.0, 5.0]])).base[0]
        data = mu + np.sqrt(mu) * np.cos(np.arange(mu.size))
        one, other = (
            c(big, data).profiled(POINTS[:1]).twice_nll for c in (CNPCost, PoissonCost)
        )
        differences.append(abs(float(one[0] - other[0])))
    assert differences[1] < differences[0] / 50


@pytest.mark.parametrize("kind", ["covariance", "cnp"])
def test_gradients_are_the_slopes(kind: str) -> None:
    cost: Cost = (
        CNPCost(PREDICTION, DATA)
        if kind == "cnp"
        else CovarianceCost(PREDICTION, DATA, _covariance())
    )
    gradient = cost.profiled_gradient(POINTS)
    for column, step in enumerate((1e-5, 1e-5)):
        move = np.zeros(2)
        move[column] = step
        above, below = (cost.profiled(POINTS + s * move).twice_nll for s in (1, -1))
        np.testing.assert_allclose(
            gradient[:, column], (above - below) / (2 * step), rtol=1e-5, atol=1e-5
        )


@pytest.mark.parametrize("kind", ["covariance", "cnp"])
def test_fits_of_both_methods_and_toys(kind: str) -> None:
    cost: Cost = (
        CNPCost(PREDICTION, DATA)
        if kind == "cnp"
        else CovarianceCost(PREDICTION, DATA, _covariance())
    )
    fast, migrad = (fit(cost, method=m) for m in ("fast", "migrad"))
    assert fast.twice_nll == pytest.approx(migrad.twice_nll, abs=1e-6)
    (term,) = cost.terms
    rng = np.random.default_rng(1)
    mu = term.prediction.expectation(np.array([[1.0, 5.0]])).base[0]
    toys = np.array([term.draw(mu, rng) for _ in range(4000)])
    np.testing.assert_allclose(toys.mean(0), MU, rtol=0.05)
    want = np.diag(_covariance()) if kind == "covariance" else MU
    np.testing.assert_allclose(toys.var(0), want, rtol=0.15)
    again = cost.with_data(DATA)
    assert again.twice_nll(POINTS) == pytest.approx(cost.twice_nll(POINTS), rel=1e-12)


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda c: c[:-1, :-1], "one row and one column per bin"),
        (lambda c: c + np.triu(np.ones_like(c), 1), "correct one of them"),
        (lambda c: np.ones_like(c), "not positive definite"),
        (lambda c: np.where(np.eye(len(c)) > 0, np.nan, c), "not a finite number"),
    ],
)
def test_what_is_no_covariance_is_told(change: object, hint: str) -> None:
    with pytest.raises(InputError, match=hint) as caught:
        CovarianceCost(PREDICTION, DATA, change(_covariance()))  # type: ignore[operator]
    assert len(str(caught.value)) < 300


def test_negative_counts_are_told() -> None:
    with pytest.raises(InputError, match="bin 3 has -1"):
        CNPCost(PREDICTION, np.where(np.arange(DATA.size) == 3, -1.0, DATA))


def _table(size: int, value: float) -> str:
    rows = [",".join(f"c{i}" for i in range(size))]
    rows += [
        ",".join(f"{value if i == j else 0.2 * value}" for j in range(size))
        for i in range(size)
    ]
    return "\n".join(rows) + "\n"


CORRELATED = (
    folders.EXPERIMENT.replace(
        'subtract = ["off"]\n',
        'subtract = ["off"]\ncovariance = { table = "covariance.csv" }\n',
    )
    + """
[analyses.cnp]
title = "counts"
statistic = "cnp"
systematics = ["flux"]
"""
)


def test_an_experiment_with_a_covariance_and_one_with_cnp(tmp_path: Path) -> None:
    # energy 8 to 28, times summed: five bins
    folder = folders.write(
        tmp_path / "invented", CORRELATED, {"covariance.csv": _table(5, 40.0)}
    )
    mine = nu.experiment(folder, Experiment)
    cost = mine.cost(None, ["rn"], "energy")
    assert isinstance(cost, CovarianceCost)
    assert cost.covariance[0, 0] == 40.0
    assert cost.covariance[0, 1] == 8.0
    assert mine.fit(None, ["rn"], "energy").valid
    assert isinstance(mine.cost(None, ["rn"], "cnp"), CNPCost)
    assert mine.fit(None, ["rn"], "cnp").valid
    wrong = folders.write(
        tmp_path / "wrong", CORRELATED, {"covariance.csv": _table(4, 40.0)}
    )
    with pytest.raises(ExperimentFileError, match=r"covariance\.csv"):
        nu.experiment(wrong)
    with pytest.raises(ExperimentFileError, match="covariance needs statistic"):
        mine.with_changes({"analyses.both.covariance": {"table": "covariance.csv"}})


@pytest.mark.parametrize("analysis", ["energy", "cnp"])
def test_the_command_line_fits_them(tmp_path: Path, analysis: str) -> None:
    folder = folders.write(
        tmp_path / "invented", CORRELATED, {"covariance.csv": _table(5, 40.0)}
    )
    arguments = ["fit", str(folder), "--free", "rn", "--analysis", analysis, "--json"]
    found = CliRunner().invoke(cli, arguments)
    assert found.exit_code == 0, found.output
    expected = nu.experiment(folder, Experiment).fit(None, ["rn"], analysis)
    assert json.loads(found.stdout)["twice_nll"] == pytest.approx(
        expected.twice_nll, rel=1e-9
    )


def test_a_relative_covariance_is_one_of_the_counts(tmp_path: Path) -> None:
    text = CORRELATED.replace(
        '"covariance.csv" }', '"covariance.csv", relative = true }'
    )
    folder = folders.write(tmp_path / "own", text, {"covariance.csv": _table(5, 0.04)})
    mine = nu.experiment(folder, Experiment)
    cost = mine.cost(None, ["rn"], "energy")
    assert isinstance(cost, CovarianceCost)
    want = 0.04 * cost.data[0] ** 2
    assert cost.covariance[0, 0] == pytest.approx(want, rel=1e-12)
