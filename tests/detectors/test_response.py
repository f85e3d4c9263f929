"""The response matrix against scipy's distributions, adaptive quadrature and its own
sum rules."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm, poisson

from nuprobe.detectors import (
    ACCEPTANCE_POINTS,
    ConstantQuenching,
    FullAcceptance,
    LogisticAcceptance,
    Response,
    TableAcceptance,
    TableQuenching,
)
from nuprobe.detectors.acceptance import Acceptance
from nuprobe.errors import ComputationError, InputError, UnknownNameError
from nuprobe.numerics import FloatArray, panel_nodes
from nuprobe.units import keV

STAIRS = LogisticAcceptance(0.6655, 0.4942, 10.8507, ((5, 0.5), (6, 1.0)))
CSI = Response(np.arange(0, 51, 2.0), 13.348 / keV, ConstantQuenching(0.0878), STAIRS)


@given(
    st.sampled_from(["poisson", "gaussian", "none"]),
    st.floats(0.05, 200),
    st.integers(1, 60),
    st.tuples(st.floats(0, 1), st.floats(0.05, 2), st.floats(0, 0.2)),
)
@settings(deadline=None)
def test_every_recoil_lands_somewhere(
    smearing: str, top: float, bins: int, resolution: tuple[float, float, float]
) -> None:
    t = np.array([0.01, 0.3, 1.0]) * top
    sigma = np.sqrt(
        resolution[0] ** 2 + resolution[1] ** 2 * top + resolution[2] ** 2 * top**2
    ) + np.sqrt(top)
    high = np.ceil(top + 12 * sigma + 40)
    low = -high if smearing == "gaussian" else 0.0
    edges = np.linspace(low, high, bins + 1)
    if smearing == "poisson":
        edges = np.unique(np.round(edges))
    got = Response(edges, 1.0, smearing=smearing, resolution=resolution).matrix(t)  # type: ignore[arg-type]
    assert got.shape == (edges.size - 1, 3)
    assert np.all(got >= -1e-14)
    np.testing.assert_allclose(got.sum(axis=0), 1, atol=1e-10)


def test_poisson_is_scipys_poisson() -> None:
    mean = np.array([1e-9, 0.3, 4.0, 47.0, 600.0])
    edges = np.array([0.0, 1, 2, 7, 50, 700])
    got = Response(edges, 1.0).matrix(mean)
    expected = np.diff(poisson.cdf(edges[:, None] - 1, mean), axis=0)
    np.testing.assert_allclose(got, expected, rtol=1e-11, atol=1e-15)


def test_no_light_is_zero_photoelectrons() -> None:
    np.testing.assert_array_equal(
        Response(np.arange(4.0), 1.0).matrix(np.array([0.0]))[:, 0], [1, 0, 0]
    )


@pytest.mark.parametrize("where", ACCEPTANCE_POINTS)
def test_conventions_of_the_acceptance_in_a_cell(where: str) -> None:
    response = Response(
        np.arange(0, 51, 2.0),
        1.0,
        acceptance=STAIRS,
        acceptance_at=where,  # type: ignore[arg-type]
    )
    mean = np.array([3.0, 12.0, 30.0])
    n = np.arange(50.0)
    if where == "integrated":
        cell = np.array(
            [
                quad(lambda x: float(STAIRS(np.array(x))), a + 1e-12, a + 1 - 1e-12)[0]
                for a in n
            ]
        )
    else:
        cell = STAIRS(n + {"lower": 0.0, "centre": 0.5, "upper": 1.0}[where])
    expected = (poisson.pmf(n[:, None], mean) * cell[:, None]).reshape(25, 2, 3).sum(1)
    np.testing.assert_allclose(response.matrix(mean), expected, rtol=1e-9, atol=1e-14)


def test_poisson_becomes_gaussian_for_many_photoelectrons() -> None:
    mean = np.array([4e4])
    edges = np.round(4e4 + 200 * np.arange(-6, 7))
    count = Response(edges, 1.0).matrix(mean)
    # a count n covers [n, n+1): the continuous quantity is half a count higher
    smooth = Response(
        edges - 0.5, 1.0, smearing="gaussian", resolution=(0, 1, 0)
    ).matrix(mean)
    np.testing.assert_allclose(count, smooth, atol=5e-4)
    assert count.sum() == pytest.approx(1, abs=1e-7)


def _exact(
    acceptance: Acceptance, low: float, high: float, mean: float, sigma: float
) -> float:
    marks = [
        *acceptance.breakpoints,
        *(mean + k * sigma for k in (-30, -14, -8, -3, 0, 3, 8, 14, 30)),
    ]
    if isinstance(acceptance, LogisticAcceptance):
        marks += [acceptance.x0 + s / acceptance.k for s in (-5, 0, 5)]
    edges = sorted({low, high} | {m for m in marks if low < m < high})

    def f(x: float) -> float:
        return float(acceptance(np.array(x))) * float(norm.pdf(x, mean, sigma))

    return float(
        sum(
            quad(f, a, b, epsabs=1e-15, epsrel=1e-10, limit=100)[0]
            for a, b in itertools.pairwise(edges)
        )
    )


@pytest.mark.parametrize("width", [0.5, 2.0, 10.0])
@pytest.mark.parametrize("sigma", [0.02, 0.6, 5.0, 40.0])
@pytest.mark.parametrize(
    "acceptance",
    [
        STAIRS,
        LogisticAcceptance(0.9, 5.0, 12.3),  # turns on well inside a bin
        TableAcceptance(np.array([4.0, 9.0, 30.0]), np.array([0.0, 0.5, 0.4])),
        FullAcceptance(),
    ],
    ids=["stairs", "steep", "table", "full"],
)
def test_gaussian_times_acceptance_against_adaptive_quadrature(
    acceptance: Acceptance, sigma: float, width: float
) -> None:
    edges = np.arange(0, 30.1, width)
    response = Response(
        edges, 1.0, acceptance=acceptance, smearing="gaussian", resolution=(sigma, 0, 0)
    )
    for mean in (5.5, 11.9):
        got = response.matrix(np.array([mean]))[:, 0]
        chosen = np.unique(
            np.clip(
                [0, (mean - sigma) // width, mean // width, got.size - 1],
                0,
                got.size - 1,
            )
        ).astype(int)
        for i in chosen:
            exact = _exact(acceptance, edges[i], edges[i + 1], mean, sigma)
            assert got[i] == pytest.approx(
                exact, rel=1e-6, abs=1e-8 * got.max() + 1e-14
            )


def test_the_width_grows_as_stated() -> None:
    a, b, c = 0.7, 0.4, 0.1
    edges = np.arange(-400.0, 800.0)
    response = Response(edges, 2.0, smearing="gaussian", resolution=(a, b, c))
    t = np.array([1.0, 10.0, 100.0])
    middle = (edges[1:] + edges[:-1]) / 2
    matrix = response.matrix(t)
    mean = middle @ matrix
    np.testing.assert_allclose(mean, 2 * t, rtol=1e-9)
    variance = (middle**2) @ matrix - mean**2 - 1 / 12  # the bins are 1 wide
    np.testing.assert_allclose(
        variance, a**2 + b**2 * 2 * t + c**2 * 4 * t**2, rtol=2e-3, atol=2e-2
    )


def test_without_smearing_bins_are_intervals_of_the_mean() -> None:
    response = Response(
        np.array([1.0, 2.0, 4.0]),
        10.0,
        smearing="none",
        acceptance=TableAcceptance(np.array([1.5, 9]), np.array([0.5, 0.5])),
    )
    t = np.array([0.0999, 0.1, 0.149, 0.15, 0.1999, 0.2, 0.3999, 0.4])
    expected = [[0, 0, 0, 0.5, 0.5, 0, 0, 0], [0, 0, 0, 0, 0, 0.5, 0.5, 0]]
    np.testing.assert_array_equal(response.matrix(t), expected)


@pytest.mark.parametrize(
    "quenching",
    [
        ConstantQuenching(0.1),
        TableQuenching(np.array([0.01, 0.02]), np.array([0.1, 0.12])),
    ],
)
def test_breakpoints_conserve_counts_without_smearing(
    quenching: ConstantQuenching | TableQuenching,
) -> None:
    acceptance = LogisticAcceptance(0.9, 0.8, 11.0, ((5, 0.5), (7.7, 1.0)))
    edges = np.array([0.0, 3.1, 8.0, 20.0])
    response = Response(edges, 5000.0, quenching, acceptance, smearing="none")
    t_max = 0.06
    points = response.breakpoints(t_max)
    assert np.all((points > 0) & (points < t_max))
    mean = response.mean(points)
    for x in (3.1, 5, 7.7, 8, 20):
        assert np.abs(mean - x).min() < 1e-9
    t, w = panel_nodes([0, *points, t_max], 20)

    def spectrum(t: FloatArray) -> FloatArray:
        return np.asarray(np.exp(-t / 0.02))

    total = (response.matrix(t) * (w * spectrum(t))).sum()
    exact = 0.0
    for a, b in itertools.pairwise([0, *points, t_max]):
        inside = (a + b) / 2
        if response.mean(np.array([inside]))[0] < 20:
            exact += quad(
                lambda u: float(
                    acceptance(response.mean(np.array(u))) * spectrum(np.array(u))
                ),
                a,
                b,
                epsrel=1e-11,
            )[0]
    assert total == pytest.approx(exact, rel=1e-9, abs=0)
    smeared = Response(np.arange(0, 21.0), 5000.0, ConstantQuenching(0.1), acceptance)
    assert smeared.breakpoints(t_max).size == 0


def test_scaling_the_light_is_scaling_the_quenching() -> None:
    t = np.linspace(0.001, 0.04, 9)
    factor = 1.19
    other = Response(
        CSI.edges, CSI.light_yield, ConstantQuenching(0.0878 * factor), STAIRS
    )
    np.testing.assert_allclose(
        CSI.scaled(factor).matrix(t), other.matrix(t), rtol=1e-11, atol=1e-16
    )
    np.testing.assert_allclose(
        CSI.scaled(factor).mean(t), factor * CSI.mean(t), rtol=1e-14
    )
    assert CSI.bins == 25


def test_response_in_small_and_large_recoils_vanishes() -> None:
    got = CSI.matrix(np.array([1e-12, 10.0]))
    assert got[:, 0].sum() < 1e-15  # below the acceptance
    assert got[:, 1].sum() < 1e-15  # above the last bin


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"edges": [0.0]}, "edges"),
        ({"edges": [0.0, 2, 1]}, "edges"),
        ({"edges": [0.0, np.nan, 1]}, "edges"),
        ({"edges": [0.0, 1.5]}, "integers"),
        ({"edges": [-1.0, 2]}, "integers"),
        ({"light_yield": 0.0}, "light yield"),
        ({"light_yield": np.nan}, "light yield"),
        ({"smearing": "gaussian", "resolution": (0.0, 0.0, 0.0)}, "resolution"),
        ({"smearing": "gaussian", "resolution": (-1.0, 1.0, 0.0)}, "resolution"),
        ({"smearing": "gaussian", "resolution": (np.nan, 1.0, 0.0)}, "resolution"),
        ({"smearing": "none", "acceptance_at": "lower"}, "Poisson"),
    ],
)
def test_impossible_responses_are_refused(
    changes: dict[str, object], hint: str
) -> None:
    keywords = {"edges": np.array([0.0, 1, 2]), "light_yield": 1.0} | changes
    with pytest.raises(InputError, match=hint) as caught:
        Response(**keywords)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_misspelt_choices() -> None:
    with pytest.raises(UnknownNameError, match="did you mean gaussian"):
        Response(np.array([0.0, 1]), 1.0, smearing="gausian")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="did you mean centre"):
        Response(np.array([0.0, 1]), 1.0, acceptance_at="center")  # type: ignore[arg-type]


def test_an_undeclared_jump_of_the_acceptance_is_noticed() -> None:
    class Jump(FullAcceptance):
        def __call__(self, x: FloatArray) -> FloatArray:
            return np.where(np.asarray(x) < 0.3371, 0.0, 1.0)

    with pytest.raises(ComputationError, match="breakpoints"):
        Response(
            np.array([0.0, 1, 2]), 1.0, acceptance=Jump(), smearing="gaussian"
        ).matrix(np.array([1.0]))


def test_outside_its_window_a_gaussian_response_is_zero() -> None:
    response = Response(
        np.array([3.0, 5.0, 8.0]),
        1 / keV,
        smearing="gaussian",
        resolution=(0.1, 0.2, 0.01),
    )
    low, high = response.window(10.0)
    assert 0 < low < 3 * keV < 8 * keV < high < 20 * keV
    outside = np.concatenate([np.linspace(0, low, 50), np.linspace(high, 10.0, 50)])
    assert response.matrix(outside).max() < 1e-17
    # nothing is cut where nothing is smeared, or where the smearing has no end
    assert Response(np.array([3.0, 5.0]), 1 / keV, smearing="none").window(10.0) == (
        0.0,
        10.0,
    )
    wide = Response(
        np.array([3.0, 5.0]), 1 / keV, smearing="gaussian", resolution=(0.0, 0.0, 0.5)
    )
    assert wide.window(10.0)[1] == 10.0


@pytest.mark.parametrize(
    ("smearing", "options"),
    [
        ("poisson", {}),
        ("poisson", {"count_cell": "to"}),
        ("gamma", {"gamma_shape": (1.0, 0.716)}),
        ("gamma", {"gamma_shape": (3.0, 0.0)}),
        ("gaussian", {"resolution": (0.0, 1.0, 0.05)}),
    ],
)
def test_nothing_outside_the_window_reaches_the_bins(
    smearing: str, options: dict[str, object]
) -> None:
    """Recoils of electrons reach far beyond a window of some photoelectrons."""
    edges = np.array([8.0, 20, 60])
    response = Response(edges, 13.35 / keV, smearing=smearing, **options)  # type: ignore[arg-type]
    low, high = response.window(50.0)  # MeV
    if options.get("gamma_shape") == (3.0, 0.0):
        assert high == 50.0  # its width grows with the mean: no recoil is too large
    else:
        assert high < 100 * keV
        beyond = response.matrix(high * np.geomspace(1.0001, 50 / high, 200))
        assert np.abs(beyond).max() < 1e-17
    if low > 0:
        assert np.abs(response.matrix(low * np.linspace(0, 0.9999, 50))).max() < 1e-17
