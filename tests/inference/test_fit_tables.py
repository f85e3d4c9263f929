"""Covariance of parameters and nuisances, and a fit as tables."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.inference import fit
from nuprobe.inference.fit_tables import correlation, rounded
from nuprobe.numerics import FloatArray


def _fit(name: str, analysis: str | None, free: list[str]) -> Any:
    cost = nu.experiment(name).cost(free=free, analysis=analysis)
    return fit(cost, free)


def _by_differences(result: Any) -> FloatArray:
    """Twice the inverse Hessian of −2 ln L over parameters and nuisances together, from
    its values alone."""
    cost = result.source
    columns = [cost.index(p.parameter.name) for p in result.free]
    k = len(columns)
    steps = np.sqrt(np.diag(result.covariance)) * 3e-2

    def height(shift: FloatArray) -> float:
        point = np.array(result.point)
        point[columns] += shift[:k]
        return float(cost.twice_nll(point, result.nuisance_values + shift[k:])[0])

    n = steps.size
    hessian = np.empty((n, n))
    unit = np.diag(steps)
    for i in range(n):
        for j in range(n):
            a, b = unit[i], unit[j]
            corners = height(a + b) - height(a - b) - height(b - a) + height(-a - b)
            hessian[i, j] = corners / (4 * steps[i] * steps[j])
    return np.asarray(2 * np.linalg.inv(hessian))


@pytest.mark.parametrize(
    ("name", "analysis", "free"),
    [
        ("coherent-csi-2017", None, ["rn"]),  # Gaussian
        ("coherent-csi-2017", None, ["rn", "sin2_theta_w"]),
        ("coherent-lar-2020", "published", ["cevns_scale"]),
        ("coherent-csi-2021", None, ["cevns_scale"]),  # Poisson
    ],
)
def test_the_covariance_is_that_of_all_together(
    name: str, analysis: str | None, free: list[str]
) -> None:
    result = _fit(name, analysis, free)
    assert result.names[: len(free)] == tuple(free)
    assert result.covariance.shape == (len(result.names),) * 2
    sigma = np.sqrt(np.diag(result.covariance))
    wanted = _by_differences(result) / np.outer(sigma, sigma)
    assert result.correlation == pytest.approx(wanted, abs=1e-2)
    errors = [p.error for p in result.free] + [n.error for n in result.nuisances]
    for error, s in zip(errors, sigma, strict=True):
        assert error is None or error == pytest.approx(s, rel=1e-12)


def test_a_correlation_has_ones_and_survives_no_variance() -> None:
    c = correlation(np.array([[4.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]))
    assert c == pytest.approx(np.array([[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]]))


@pytest.mark.parametrize(
    ("value", "error", "wanted"),
    [
        (5.4321, 0.0678, ("5.432", "0.068")),
        (5.4321, 0.0999, ("5.43", "0.10")),
        (-0.0001, 0.05, ("0.000", "0.050")),
        (123456.0, 2345.0, ("123500", "2300")),
        (1.2345e-11, 2.3e-12, ("1.23e-11", "2.3e-12")),
        (0.0, 1e-12, ("0.0e+00", "1.0e-12")),
        (3.0, None, ("3", "")),
        (3.0, float("inf"), ("3", "")),
    ],
)
def test_values_are_rounded_to_their_errors(
    value: float, error: float | None, wanted: tuple[str, str]
) -> None:
    assert rounded(value, error) == wanted


def test_latex_is_escaped_and_balanced() -> None:
    result = _fit("coherent-csi-2017", None, ["rn"])
    name = r"50%_of & $x$ \input{a}"
    (p,) = result.free
    named = dataclasses.replace(p.parameter, name=name, latex="")
    bad = dataclasses.replace(result, free=(dataclasses.replace(p, parameter=named),))
    text = bad.to_latex()
    assert r"50\%\_of \& \$x\$ \textbackslash{}input\{a\}" in text
    assert text.count("{") == text.count("}")
    rows = [row for row in text.splitlines() if row.endswith(r"\\")]
    assert all(row.replace(r"\&", "").count("&") == 3 for row in rows)
    assert len(rows) == 1 + len(result.names)
    assert len(bad.to_latex(nuisances=False).splitlines()) == 7


def test_latex_has_symbols_units_and_powers() -> None:
    result = _fit("coherent-csi-2017", None, ["rn"])
    (p,) = result.free
    moment = dataclasses.replace(p.parameter, unit="muB", latex=r"\mu_{\nu_e}")
    other = dataclasses.replace(p, parameter=moment, value=3e-11, error=4e-12)
    text = dataclasses.replace(result, free=(other,)).to_latex()
    assert r"$\mu_{\nu_e}$ & $3.00 \pm 0.40$" in text
    assert r"$10^{-11}\,\mu_\mathrm{B}$" in text


def test_json_names_the_covariance() -> None:
    result = _fit("coherent-csi-2017", None, ["rn"])
    data = result.to_dict()
    assert data["covariance_names"] == list(result.names)
    assert np.shape(data["covariance"]) == (len(result.names),) * 2


def test_without_pandas_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(nu.NuprobeError, match="needs pandas, which is not installed"):
        _fit("coherent-csi-2017", None, ["rn"]).to_frame()


def test_a_frame_has_every_parameter() -> None:
    pytest.importorskip("pandas")
    result = _fit("coherent-csi-2017", None, ["rn"])
    frame = result.to_frame()
    assert list(frame.index[: len(result.names)]) == list(result.names)
    assert frame.loc["rn", "value"] == result["rn"].value
    assert frame.loc["rn", "unit"] == "fm"
    assert set(frame["kind"]) <= {"free", "nuisance", "fixed"}
