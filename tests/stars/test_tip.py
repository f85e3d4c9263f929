"""The tip of the red-giant branch, and M5."""

from __future__ import annotations

import numpy as np
import pytest

from nuprobe.errors import InputError
from nuprobe.stars import (
    LARGEST,
    M5,
    SYSTEMATIC,
    Tip,
    tip_brightening,
    tip_limit,
    tip_table,
)
from nuprobe.stars.tip import tip_slope


def test_formula_against_a_later_luminosity() -> None:
    # "+35 % L" at 3e-12 (arXiv:2504.05671) is 2.5 log10(1.35) = 0.326 mag
    found = float(tip_brightening(3e-12))
    assert found == pytest.approx(0.315, abs=1e-3)
    assert found == pytest.approx(2.5 * np.log10(1.35), abs=0.015)
    assert float(M5.magnitude(0.0)) == -3.99


def test_limits_of_m5() -> None:
    limits = {(r["statistic"], r["cl"]): r["limit"] * 1e12 for r in tip_table()}
    assert limits["distance", 0.95] == pytest.approx(4.47, abs=0.01)
    assert limits["bayes", 0.68] == pytest.approx(2.58, abs=0.01)
    assert limits["bayes", 0.95] == pytest.approx(4.23, abs=0.01)
    assert limits["one-sided", 0.95] == pytest.approx(4.00, abs=0.01)
    published = {"distance": 4.5, "bayes": 2.6}
    for name, cl in (("distance", 0.95), ("bayes", 0.68)):
        assert abs(limits[name, cl] - published[name]) < SYSTEMATIC * 1e12


def test_distance_is_that_of_the_magnitudes() -> None:
    for cl, sides in ((0.95, 1.959964), (0.6826895, 1.0)):
        pull = (float(M5.magnitude(tip_limit(cl=cl))) - M5.observed) / M5.error
        assert pull == pytest.approx(-sides, abs=1e-5)


def test_posterior_against_plain_sums() -> None:
    mu = np.linspace(0, LARGEST, 200_001)
    weight = np.exp(-(((M5.magnitude(mu) - M5.observed) / M5.error) ** 2) / 2)
    share = np.cumsum(weight) / weight.sum()
    for cl in (0.68, 0.95):
        plain = mu[np.searchsorted(share, cl)]
        assert tip_limit(statistic="bayes", cl=cl) == pytest.approx(plain, rel=1e-4)


def test_extended_beyond_the_formula() -> None:
    with pytest.raises(InputError, match="from 0 to 9e-12"):
        tip_brightening(1e-11)
    far = tip_brightening([9e-12, 1e-11, 3e-11], extended=True)
    assert np.all(np.diff(far) > 0)
    for at in (1e-12, 8.9e-12, 2e-11):
        h = 1e-16
        up, down = tip_brightening([at + h, at - h], extended=True)
        assert float(tip_slope(np.array(at))) == pytest.approx(
            (up - down) / (2 * h), rel=1e-4
        )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: tip_brightening(-1e-12), "cannot be negative"),
        (lambda: tip_limit(cl=1.5), "cl must lie between 0 and 1"),
        (lambda: tip_limit(statistic="median"), "median"),  # type: ignore[arg-type]
        (lambda: tip_limit(Tip("x", -6, 0.1, -4, 0.1)), "choose another cl"),
        (lambda: Tip("x", -4, 0, -4, 0), "must be positive"),
    ],
)
def test_bad_input(call, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)
