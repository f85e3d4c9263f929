"""Arrival times: exact fractions, smearing against numerical convolution, and the
physics of the muon lifetime."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

import nuprobe as nu
from nuprobe.constants import TAU_MUON_US
from nuprobe.errors import InputError
from nuprobe.fluxes import TimeProfile

PROFILE = TimeProfile(
    np.array([0.0, 0.5, 1.0, 2.0, 5.0]), np.array([0.1, 0.6, 0.2, 0.1])
)


@pytest.mark.parametrize("name", ["prompt", "delayed"])
def test_aligned_bins_give_the_table_back(name: str) -> None:
    profile = nu.flux("sns").times[name]
    np.testing.assert_allclose(
        profile.fraction(profile.edges), profile.probability, rtol=0, atol=1e-14
    )
    assert profile.probability.sum() == pytest.approx(1, abs=1e-6)


@given(
    st.lists(st.floats(-3, 8), min_size=3, max_size=8, unique=True),
    st.sampled_from([0.0, 0.05, 0.7]),
    st.floats(-1, 1),
)
def test_fractions_add_when_bins_are_split(
    edges: list[float], resolution: float, offset: float
) -> None:
    fine = np.array(sorted(edges))
    whole = PROFILE.fraction(fine[[0, -1]], resolution, offset)
    parts = PROFILE.fraction(fine, resolution, offset)
    assert parts.sum() == pytest.approx(whole[0], abs=1e-13)
    assert np.all(parts >= -1e-13)
    everything = PROFILE.fraction(
        np.array([-np.inf, *fine, np.inf]), resolution, offset
    )
    assert everything.sum() == pytest.approx(1, abs=1e-13)


def test_part_of_a_bin_counts_in_proportion() -> None:
    np.testing.assert_allclose(
        PROFILE.fraction(np.array([0.25, 0.75, 3.5, 9.0])),
        [0.05 + 0.3, 0.3 + 0.2 + 0.05, 0.05],
    )


@given(st.floats(0.02, 2), st.floats(-1, 1), st.floats(-2, 6), st.floats(0.1, 3))
@settings(deadline=None, max_examples=40)
def test_smearing_is_a_convolution_with_a_gaussian(
    sigma: float, offset: float, low: float, width: float
) -> None:
    high = low + width
    got = PROFILE.fraction(np.array([low, high]), sigma, offset)[0]
    exact = 0.0
    for a, b, p in zip(
        PROFILE.edges[:-1], PROFILE.edges[1:], PROFILE.probability, strict=True
    ):

        def kept(t: float) -> float:
            return float(
                norm.cdf(high, t + offset, sigma) - norm.cdf(low, t + offset, sigma)
            )

        marks = sorted({x for x in (low - offset, high - offset) if a < x < b})
        exact += (
            p
            / (b - a)
            * quad(kept, a, b, points=marks or None, epsabs=1e-11, epsrel=1e-10)[0]
        )
    assert got == pytest.approx(exact, abs=1e-9)


def test_an_offset_shifts() -> None:
    edges = np.array([0.0, 0.5, 1.5])
    np.testing.assert_allclose(
        PROFILE.fraction(edges + 0.3, offset=0.3), PROFILE.fraction(edges), atol=1e-15
    )


def test_a_vanishing_resolution_is_no_resolution() -> None:
    edges = np.array([-1.0, 0.3, 0.9, 4.0, 7.0])
    np.testing.assert_allclose(
        PROFILE.fraction(edges, 1e-9), PROFILE.fraction(edges), atol=1e-8
    )


def test_the_published_delayed_times_are_the_prompt_ones_after_a_muon_lifetime() -> (
    None
):
    times = nu.flux("sns").times
    prompt, delayed = times["prompt"], times["delayed"]
    # each prompt bin decays exponentially from its middle (where in the bin the pulse
    # lies is not published)
    start = (prompt.edges[1:] + prompt.edges[:-1]) / 2
    gone = 1 - np.exp(-np.clip(delayed.edges[:, None] - start, 0, None) / TAU_MUON_US)
    expected = np.diff(gone @ prompt.probability)
    assert (
        np.abs(expected - delayed.probability).max() < 0.01
    )  # the two bins of the pulse itself
    np.testing.assert_allclose(
        delayed.probability[3:], expected[3:], rtol=0.02
    )  # 2 % and 1 %: their Monte Carlo
    np.testing.assert_allclose(delayed.probability[3:14], expected[3:14], rtol=0.005)
    slope = np.polyfit(start[3:16], np.log(delayed.probability[3:16]), 1)[0]
    assert -1 / slope == pytest.approx(TAU_MUON_US, rel=0.01, abs=0)


@pytest.mark.parametrize(
    ("edges", "probability", "hint"),
    [
        ([0, 1, 2], [1.0], "one probability per bin"),
        ([0], [], "one probability per bin"),
        ([0, 2, 1], [0.5, 0.5], "increase"),
        ([0, np.nan, 1], [0.5, 0.5], "finite"),
        ([0, 1, 2], [0.5, np.nan], "positive"),
        ([0, 1, 2], [1.5, -0.5], "positive"),
        ([0, 1, 2], [0.9, 0.9], "at most 1"),
        ([0, 1], [0.0], "at most 1"),
    ],
)
def test_impossible_profiles_are_refused(
    edges: list[float], probability: list[float], hint: str
) -> None:
    with pytest.raises(InputError, match=hint):
        TimeProfile(np.array(edges, dtype=float), np.array(probability))
