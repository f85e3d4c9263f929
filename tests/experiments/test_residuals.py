"""Background-subtracted spectra, and edges that differ by rounding."""

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

import nuprobe as nu
from nuprobe.errors import ExperimentFileError
from nuprobe.experiments import Experiment, experiment
from nuprobe.plotting import figure_of, plot_rates

EXPERIMENT = """\
schema_version = 1
name = "residuals"
title = "reactor on minus off"
process = "cevns"

[target]
material = "Ge"
mass = "10 kg"

[flux]
name = "reactor"
exposure = 2.6e27
distance = "25 m"

[response]
observable = "energy"
unit = "keVee"
light_yield = "1 1/keV"
quenching = { kind = "lindhard", k = 0.162, z = 32 }
smearing = { kind = "gaussian", resolution = [0.03, 0.0, 0.0] }

[binning.energy]
start = 0.1
stop = 0.5
bins = 4

[data]
table = "counts.csv"
counts = "counts"
sigma = "sigma"

[analyses.rate]
title = "rate"
statistic = "gaussian"
"""
COUNTS, SIGMA = (11000.0, 1300.0, -25.0, -3.5), (500.0, 200.0, 60.0, 40.0)
EDGES = (0.1, 0.2, 0.30000000000000004, 0.4, 0.5)


def write(folder: Path, text: str = EXPERIMENT, shift: float = 0.0) -> Experiment:
    folder.mkdir(exist_ok=True)
    (folder / "experiment.toml").write_text(text, encoding="utf-8")
    rows = [
        f"{low * (1 + shift)!r},{high!r},{c},{s}"
        for low, high, c, s in zip(EDGES[:-1], EDGES[1:], COUNTS, SIGMA, strict=True)
    ]
    (folder / "counts.csv").write_text(
        "low,high,counts,sigma\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    return experiment(str(folder), Experiment)


def test_negative_residuals_are_fitted(tmp_path: Path) -> None:
    found = write(tmp_path)
    result = found.fit(free=["sin2_theta_w"])
    best = result.values["sin2_theta_w"]

    def chi2(angle: float) -> float:
        signal = found.predict(nu.StandardModel(angle)).signal.ravel()
        return float((((signal - np.array(COUNTS)) / np.array(SIGMA)) ** 2).sum())

    assert result.twice_nll == pytest.approx(chi2(best), rel=1e-8)
    assert chi2(best + 1e-3) > chi2(best) < chi2(best - 1e-3)
    rates = found.predict()
    assert rates.data is not None
    np.testing.assert_array_equal(rates.data.ravel(), COUNTS)
    lines = figure_of(plot_rates(rates)).axes[0].lines
    assert lines


@pytest.mark.parametrize("relative", [False, True])
def test_negative_residuals_with_a_covariance(tmp_path: Path, relative: bool) -> None:
    """−2 ln L is the quadratic form (n − s)ᵀ C⁻¹ (n − s), and the best fit where its
    derivative in the mixing angle vanishes."""
    correlation = 0.6 ** np.abs(np.subtract.outer(range(4), range(4)))
    matrix = np.outer(SIGMA, SIGMA) * correlation
    written = matrix / np.outer(COUNTS, COUNTS) if relative else matrix
    rows = [",".join(f"{x!r}" for x in row) for row in written.tolist()]
    tmp_path.joinpath("c.csv").write_text(
        "c0,c1,c2,c3\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    text = EXPERIMENT.replace('sigma = "sigma"\n', "") + (
        "covariance = { table = 'c.csv', prefix = 'c', relative = "
        f"{str(relative).lower()} }}\n"
    )
    found = write(tmp_path, text)
    cost = found.cost(None, ["sin2_theta_w"])

    def form(angle: float) -> float:
        signal = found.predict(nu.StandardModel(angle)).signal.ravel()
        difference = signal - np.array(COUNTS)
        return float(difference @ np.linalg.solve(matrix, difference))

    for angle in (0.20, 0.2386, 0.27):
        assert cost.twice_nll([[angle]])[0] == pytest.approx(form(angle), rel=1e-8)
    result = found.fit(free=["sin2_theta_w"])
    expected = minimize_scalar(form, bounds=(0.1, 0.4), method="bounded")
    best = result.values["sin2_theta_w"]
    assert best == pytest.approx(expected.x, abs=1e-5)
    assert result.twice_nll == pytest.approx(expected.fun, rel=1e-7)
    # correlations matter: errors alone give another form
    rates = found.predict(nu.StandardModel(best))
    plain = (((rates.signal.ravel() - np.array(COUNTS)) / np.array(SIGMA)) ** 2).sum()
    assert abs(plain / result.twice_nll - 1) > 1e-3
    assert rates.data is not None
    np.testing.assert_array_equal(rates.data.ravel(), COUNTS)
    assert figure_of(plot_rates(rates)).axes[0].lines
    # errors in table and figure are those of the covariance, whatever the counts
    assert rates.sigma is not None
    np.testing.assert_allclose(rates.sigma.ravel(), np.array(SIGMA), rtol=1e-12)
    if not relative:
        table = tmp_path / "counts.csv"
        table.write_text(table.read_text().replace(",-", ","))
        positive = experiment(tmp_path, Experiment).predict(nu.StandardModel(best))
        assert positive.data is not None
        assert (positive.data > 0).all()
        assert positive.sigma is not None
        np.testing.assert_allclose(positive.sigma.ravel(), np.array(SIGMA), rtol=1e-12)


@pytest.mark.parametrize("statistic", ["poisson", "cnp"])
def test_counts_are_not_negative(tmp_path: Path, statistic: str) -> None:
    text = EXPERIMENT.replace('"gaussian"\n', f'"{statistic}"\n')
    with pytest.raises(ExperimentFileError, match="residuals need statistic"):
        write(tmp_path, text)
    text = EXPERIMENT.replace('sigma = "sigma"\n', "")
    with pytest.raises(ExperimentFileError, match="residuals need statistic"):
        write(tmp_path, text)


def test_edges_may_differ_by_rounding(tmp_path: Path) -> None:
    for name, shift in (("a", 0.0), ("b", 3e-10), ("c", -3e-10)):
        assert write(tmp_path / name, shift=shift).predict().data is not None
    with pytest.raises(ExperimentFileError, match="column low does not match"):
        write(tmp_path / "d", shift=1e-6)
