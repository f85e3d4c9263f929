"""Expected limits: the formula against closed forms, toys and limits of the data."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.inference import Cost, cls, sensitivity


@pytest.fixture(scope="module")
def cost() -> Cost:
    argon = nu.experiment("coherent-lar-2020")
    return argon.cost(free=["cevns_scale"], analysis="published")


def test_the_median_is_that_of_cls(cost: Cost) -> None:
    """`cls` finds the same median and bands where its grid is fine."""
    without = cost.with_data(cost.expected({"cevns_scale": 0.0})[0])
    found = sensitivity(cost, "cevns_scale", 0.95)
    grid = np.linspace(0.1, 2.5, 97)
    curve = cls(without, "cevns_scale", grid, 0.0)
    for row, limit in zip(curve.expected, found.expected, strict=True):
        assert limit is not None
        assert np.interp(limit, grid, row) == pytest.approx(0.05, rel=0.02)
    assert found.median == pytest.approx(curve.limit(0.95, "expected"), rel=2e-3)


def test_equation_89_for_a_gaussian() -> None:
    """One bin of many counts: the limit is sigma (N + z), where sigma is the error."""
    from nuprobe.inference import GaussianCost

    csi = nu.experiment("conus-plus")
    chosen = csi.cost(free=["cevns_scale"], analysis="counts")
    assert isinstance(chosen, GaussianCost)
    low, high = (chosen.expected({"cevns_scale": x})[0][0] for x in (0.0, 1.0))
    sigma = 106 / (high - low)
    found = sensitivity(chosen, "cevns_scale", 0.9)
    for n, limit in zip((-2, -1, 0, 1, 2), found.expected, strict=True):
        wanted = sigma * (n + ndtri(1 - 0.1 * ndtr(n)))
        assert limit == pytest.approx(wanted, rel=1e-3)


def test_toys_agree(cost: Cost) -> None:
    found = sensitivity(cost, "cevns_scale", toys=200, seed=3)
    toys = found.toys
    assert toys is not None
    for mine, formula in zip(toys[1:4], found.expected[1:4], strict=True):
        assert mine == pytest.approx(formula, rel=0.12)
    again = sensitivity(cost, "cevns_scale", toys=200, seed=3)
    assert again.limits == found.limits
    assert found.to_dict()["number"] == 200


def test_no_data_are_used(cost: Cost) -> None:
    other = cost.with_data(2 * cost.expected({"cevns_scale": 1.0})[0])
    one, two = (sensitivity(c, "cevns_scale").median for c in (cost, other))
    assert one == pytest.approx(two, rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({"cl": 1.5}, "confidence level"),
        ({"toys": -1}, "toys"),
        ({"parameter": "rn"}, "rn"),
        ({"null": 5.0}, "no values above"),
        ({"null": "five"}, "five"),
    ],
)
def test_bad_questions(cost: Cost, arguments: dict[str, object], part: str) -> None:
    given: dict[str, object] = {"parameter": "cevns_scale", **arguments}
    with pytest.raises((InputError, LookupError), match=part):
        sensitivity(cost, **given)  # type: ignore[arg-type]
