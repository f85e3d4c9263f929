"""Limits by toys where each mass, each factor or each Δm² stands by itself."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.command_line import Run

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.experiments import TridentExperiment, factor_limit
from nuprobe.inference import ToySettings, exclusion_plane, fit
from nuprobe.models import ContactOperators

POINT = ContactOperators(left={(1, 1, 1, 1): -1e-11})


@pytest.mark.parametrize("method", ["cls", "feldman-cousins"])
def test_a_mass_that_steps_is_that_of_its_own_fit(method: str, tmp_path: Path) -> None:
    settings = ToySettings(150, seed=4, checkpoint=tmp_path / "toys.h5")
    found = nu.limit(
        ["conus-plus"],
        "dipole-portal",
        mass=[1.0, 2.0] if method == "cls" else [1.0],
        cl=0.9,
        intervals=method,  # type: ignore[arg-type]
        toys=settings,
    )
    curve = found["conus-plus"]
    assert curve.errors is not None
    assert (curve.errors > 0).all()
    assert found.sides == (1 if method == "cls" else 2)
    files = {"toys.1-MeV.h5", "toys.2-MeV.h5"} if method == "cls" else {"toys.h5"}
    assert {p.name for p in tmp_path.iterdir()} == files
    model = nu.model("dipole-portal", mass=1.0, coupling=1e-6)
    cost = nu.experiment("conus-plus").cost(model, ["coupling"])
    alone = fit(cost, cl=0.9, intervals=method, toys=ToySettings(150, seed=9))  # type: ignore[arg-type]
    upper = alone.bounds["coupling"].upper
    error = np.hypot(upper.upper_error, curve.errors[0])
    assert abs(upper.upper - curve.coupling[0]) < 4 * error
    assert error < 0.2 * upper.upper


def brute(point: ContactOperators, factors: np.ndarray, toys: int) -> np.ndarray:
    """p-values of factors on CCFR: a ratio with a Gaussian error, drawn and fitted
    with the parabola of the ratio."""
    powers = factor_limit(["ccfr-trident"], point)["ccfr-trident"].ratio
    assert powers is not None
    ratio = np.polynomial.Polynomial(powers)
    ccfr = nu.experiment("ccfr-trident")
    assert isinstance(ccfr, TridentExperiment)
    measured = ccfr.measurement()
    assert measured.plus == measured.minus
    least = float(ratio(ratio.deriv().roots().real[0]))
    rng = np.random.default_rng(1)
    found = []
    for factor in factors:
        at = float(ratio(factor))

        def rise(r: np.ndarray | float, at: float = at) -> np.ndarray:
            pull = (np.asarray(r) - at) ** 2 - np.maximum(least - np.asarray(r), 0) ** 2
            return np.asarray(pull / measured.plus**2)

        drawn = at + measured.plus * rng.normal(size=toys)
        found.append((rise(drawn) >= rise(measured.ratio)).mean())
    return np.array(found)


def test_factors_are_those_of_a_drawn_ratio() -> None:
    found = factor_limit(
        ["ccfr-trident"],
        POINT,
        cl=0.9,
        intervals="feldman-cousins",
        toys=ToySettings(1000, seed=2),
    )
    assert found.construction is not None
    assert found.construction.sides == 2
    one = found["ccfr-trident"]
    for (low, high), errors in zip(one.allowed, one.errors, strict=True):
        for end, error in zip((low, high), errors, strict=True):
            grid = end + 4 * max(error, 1e-3) * np.array([-1.0, 1.0])
            inside, outside = brute(POINT, grid[:: 1 if end == high else -1], 20_000)
            assert outside < 0.1 < inside, (end, error)


def test_an_upper_limit_on_a_factor_has_no_lower_end() -> None:
    found = factor_limit(
        ["ccfr-trident", "charm2-trident"], POINT, intervals="cls", toys=100
    )
    assert [one.label for one in found.members][-1] == "combined"
    for one in found.members:
        ((low, high),) = one.allowed
        assert low == -np.inf
        assert high > 0
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert data["sides"] == 1
    assert data["limits"][0]["allowed_factors"][0][0] is None
    negative = ContactOperators(left={(1, 1, 1, 1): -1e-11}, factor=-1.0)
    with pytest.raises(InputError, match="positive factor"):
        factor_limit(["ccfr-trident"], negative, intervals="cls", toys=20)


def test_rows_by_toys_are_those_of_the_formula_where_it_holds(
    run: Run, tmp_path: Path
) -> None:
    words = ("limit", "danss", "--grid", "dm2_41=1:3 eV2:2:log", "--cl", "0.9")
    plain = json.loads(run(*words, "--json")[1])
    figure = tmp_path / "rows.png"
    toys = ("--toys", "400", "--json", "--plot", str(figure))
    code, out, err = run(*words, "--intervals", "cls", *toys)
    assert code == 0, err
    found = json.loads(out)
    assert figure.stat().st_size > 10_000
    assert (found["sides"], found["method"]) == (1, "raster-toys")
    assert found["intervals"]["toys"] == 400
    for formula, row in zip(plain["rows"], found["rows"], strict=True):
        error = row["± danss"]
        assert abs(formula["danss"] - row["danss"]) < 4 * error
        assert error < 0.3 * row["danss"]


def test_a_plane_with_one_row_is_that_of_one_parameter() -> None:
    # far from no signal the rise of a row is χ² with one degree of freedom, that of the
    # plane with two is not
    cost = nu.experiment("danss").cost(free=["sin2_2theta_14", "dm2_41"])
    angles = np.linspace(0.01, 0.3, 60)
    (one,) = (
        exclusion_plane(
            cost, {"sin2_2theta_14": angles, "dm2_41": [1.0]}, toys=ToySettings(400)
        ),
    )
    value, error = one.threshold(0.9)
    strong = value[20:, 0]  # several standard deviations above 0
    assert abs(strong.mean() - 2.706) < 4 * error[20:, 0].mean() / np.sqrt(len(strong))
