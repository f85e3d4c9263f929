"""Histograms: sums of weights, errors that are the scatter, ratios that know their
events."""

from __future__ import annotations

from itertools import islice

import boost_histogram as bh
import numpy as np
import pytest
from tests.nightly import few

from nuprobe.errors import InputError, UnknownNameError
from nuprobe.events import Chunk, Sample, distributions, expected, histogram, trident
from nuprobe.events.generator import Generator
from nuprobe.models import LMuLTau, VMinusA

MUMU = "nu_mu -> nu_mu mu+ mu-"
MODELS = {"SM": None, "V-A": VMinusA(), "Z'": LMuLTau(100.0, 1e-3)}


@pytest.fixture(scope="module")
def gen() -> Generator:
    return trident(MUMU, "Ar40", 5000.0, regime="coherent", seed=5)


@pytest.fixture(scope="module")
def sample(gen: Generator) -> Sample:
    return gen.generate(40_000)


def test_bins_are_sums_of_weights(sample: Sample) -> None:
    edges = np.linspace(0, 5000, 11)
    found = distributions(
        sample,
        ["E_minus", ("E_minus", "E_plus")],
        models=MODELS,
        bins={"E_minus": edges, "E_plus": 4},
    )
    one, two = found.items
    assert found["E_minus"] is one
    for i, model in enumerate(MODELS.values()):
        w = sample.events.weight if model is None else sample.events.weights(model)
        values, _ = np.histogram(sample.events.minus[:, 0], edges, weights=w)
        squares, _ = np.histogram(sample.events.minus[:, 0], edges, weights=w**2)
        np.testing.assert_allclose(one.values[i], values / sample.trials, rtol=1e-12)
        variance = (squares - values**2 / sample.trials) / sample.trials**2
        np.testing.assert_allclose(one.errors[i] ** 2, variance, rtol=1e-12)
        assert found.sigma[i] == pytest.approx(
            w.sum() / sample.trials, rel=1e-12, abs=0
        )
        assert two.values[i].sum() + two.outside[i] == pytest.approx(
            found.sigma[i], rel=1e-12, abs=0
        )
    assert found.sigma[0] == pytest.approx(sample.sigma, rel=1e-12, abs=0)
    # a wide second axis leaves the first as it is
    wide = distributions(
        sample, [("E_minus", "E_plus")], bins={"E_minus": edges, "E_plus": [0.0, 1e4]}
    ).items[0]
    np.testing.assert_allclose(wide.values[0, :, 0], one.values[0], rtol=1e-12)
    assert wide.widths.shape == (10, 1)


def test_boost_histograms(sample: Sample) -> None:
    made = histogram(sample, "m_pair", bins=20, range=(200.0, 1200.0), model=VMinusA())
    assert isinstance(made, bh.Histogram)
    direct = bh.Histogram(
        bh.axis.Variable(np.linspace(200, 1200, 21)), storage=bh.storage.Weight()
    )
    direct.fill(
        np.sqrt(sample.events.s),
        weight=sample.events.weights(VMinusA()) / sample.trials,
    )
    np.testing.assert_allclose(made.values(), direct.values(), rtol=1e-12)
    # boost's Σw² is that of a random number of trials; here their number is fixed
    fixed = np.asarray(direct.variances()) - direct.values() ** 2 / sample.trials
    np.testing.assert_allclose(
        np.asarray(made.variances()), np.asarray(fixed), rtol=1e-9
    )
    assert made.axes[0].metadata["unit"] == "MeV"
    share = histogram(sample, "m_pair", bins=[0.0, 1e5], per="event")
    assert share.values()[0] == pytest.approx(1, rel=1e-12)
    assert histogram(sample, ("m_pair", "opening_angle"), bins=7).values().shape == (
        7,
        7,
    )


def test_chunks_are_a_sample(gen: Generator) -> None:
    """Nothing is kept between chunks, and nothing is lost."""
    chunks = list(islice(gen.chunks(), 3))
    n = sum(len(c.events) for c in chunks)
    edges = np.geomspace(1e2, 1e6, 9)
    streamed = distributions(gen, ["Q2"], bins={"Q2": edges}, models=MODELS, n=n)
    listed = distributions(chunks, ["Q2"], bins={"Q2": edges}, models=MODELS)
    assert streamed.events == n
    assert streamed.trials == sum(c.trials for c in chunks)
    np.testing.assert_array_equal(streamed.items[0].values, listed.items[0].values)
    np.testing.assert_array_equal(
        streamed.items[0].covariance, listed.items[0].covariance
    )


def test_errors_are_the_scatter_of_many_seeds(gen: Generator) -> None:
    """Of bins, of totals and of ratios, from chunks: each is a stream of its own."""
    edges = {"opening_angle": np.array([0, 0.03, 0.1, 0.3, 3.2])}
    found = [
        distributions([c], ["opening_angle"], bins=edges, models=MODELS).items[0]
        for c in islice(gen.chunks(), few(40, 80))
    ]
    n = len(found)
    tolerance = 4 / np.sqrt(
        2 * n
    )  # four times what a standard deviation of n numbers scatters
    values, errors = (
        np.array([d.values for d in found]),
        np.array([d.errors for d in found]),
    )
    assert np.abs(values.std(0, ddof=1) / errors.mean(0) - 1).max() < tolerance
    for model in ("V-A", "Z'"):
        ratios, stated = (
            np.array(x) for x in zip(*(d.ratio(model) for d in found), strict=True)
        )
        assert np.abs(ratios.std(0, ddof=1) / stated.mean(0) - 1).max() < tolerance
        # independent samples would scatter much more
        i = list(MODELS).index(model)
        apart = ratios.mean(0) * np.hypot(
            errors[:, i] / values[:, i], errors[:, 0] / values[:, 0]
        ).mean(0)
        assert (stated.mean(0) < 0.7 * apart).all()


def test_ratio_errors_agree_with_the_bootstrap(sample: Sample) -> None:
    edges = np.array([0, 280, 340, 420, 560, 1000, 1e4])  # the last bin is nearly empty
    one = distributions(
        sample, ["m_pair"], bins={"m_pair": edges}, models=MODELS
    ).items[0]
    events = sample.events
    cell = np.searchsorted(edges, np.sqrt(events.s), side="right") - 1
    weights = [events.weight, events.weights(VMinusA()), events.weights(MODELS["Z'"])]  # type: ignore[arg-type]
    rng = np.random.default_rng(11)
    drawn = []
    for _ in range(300):
        # an event appears as often as chance wants: Poisson with mean one
        times = rng.poisson(1.0, len(events))
        drawn.append(
            [np.bincount(cell, w * times, minlength=edges.size - 1) for w in weights]
        )
    sums = np.array(drawn)
    for i, model in ((1, "V-A"), (2, "Z'")):
        scatter = (sums[:, i] / sums[:, 0]).std(0, ddof=1)
        well = one.effective[0] > 25
        np.testing.assert_array_equal(well, [True] * 5 + [False])
        np.testing.assert_allclose(
            one.ratio(model)[1][well], scatter[well], rtol=4 / np.sqrt(2 * 300)
        )
        assert one.ratio(model)[1][-1] < scatter[-1]
    ratio, error = one.ratio("SM")
    np.testing.assert_array_equal(ratio, np.ones(edges.size - 1))
    # rounding only
    assert error.max() < 1e-6
    # inverting the ratio keeps its relative error
    back = one.ratio("SM", "V-A")
    there = one.ratio("V-A")
    np.testing.assert_allclose(back[1] / back[0], there[1] / there[0], rtol=1e-6)


def test_errors_of_ratios_by_effective_events(gen: Generator) -> None:
    """The formula of first order: what the scatter of small samples is, and too small
    where a few events make a bin."""
    n, samples = 1000, 250
    large = gen.generate(n * samples)
    edges = {"Q2": np.geomspace(100, 3e4, 13), "m_pair": np.linspace(211, 1000, 14)}
    truth = distributions(large, list(edges), bins=edges, models=MODELS)
    found = [
        distributions(
            [
                Chunk(
                    0, large.events[i * n : (i + 1) * n], round(large.trials / samples)
                )
            ],
            list(edges),
            bins=edges,
            models=MODELS,
        )
        for i in range(samples)
    ]
    for name in edges:
        effective = np.mean([f[name].effective[0] for f in found], axis=0)
        for model in ("V-A", "Z'"):
            ratios, errors = np.array([f[name].ratio(model) for f in found]).swapaxes(
                0, 1
            )
            scatter = np.sqrt(((ratios - truth[name].ratio(model)[0]) ** 2).mean(0))
            stated = np.sqrt((errors**2).mean(0)) / scatter
            well, thin = effective > 25, (effective > 3) & (effective < 12)
            assert well.sum() >= 5
            np.testing.assert_allclose(stated[well], 1, atol=4 / np.sqrt(2 * samples))
            assert (stated[thin] < 1 + 4 / np.sqrt(2 * samples)).all()


def test_effective_events(sample: Sample) -> None:
    one = distributions(
        sample, ["m_pair"], bins=[0.0, 300.0, 1e6], models=MODELS
    ).items[0]
    for i, model in enumerate(MODELS.values()):
        w = sample.events.weight if model is None else sample.events.weights(model)
        for j, inside in enumerate(
            (sample.events.s < 300.0**2, sample.events.s >= 300.0**2)
        ):
            assert one.effective[i, j] == pytest.approx(
                w[inside].sum() ** 2 / (w[inside] ** 2).sum(), rel=1e-9, abs=0
            )
    empty = distributions(sample, ["m_pair"], bins=[0.0, 1.0, 1e6]).items[0]
    assert empty.effective[0, 0] == 0


def test_covariance_of_models_is_positive(sample: Sample) -> None:
    one = distributions(sample, ["K2"], bins=8, models=MODELS).items[0]
    for j in range(8):
        assert (
            np.linalg.eigvalsh(one.covariance[:, :, j] / one.values[0, j] ** 2).min()
            > -1e-12
        )


def test_weighted_and_unweighted_agree(gen: Generator) -> None:
    edges = {"pt_missing": np.array([0, 50, 100, 200, 400, 3000.0])}
    a = distributions(gen, ["pt_missing"], bins=edges, n=50_000).items[0]
    b = distributions(gen, ["pt_missing"], bins=edges, n=20_000, unweighted=True).items[
        0
    ]
    pulls = (a.values - b.values) / np.hypot(a.errors, b.errors)
    assert np.abs(pulls).max() < 4


def test_default_ranges_hold_nearly_everything(sample: Sample) -> None:
    names = [
        "E_minus",
        "theta_plus",
        "opening_angle",
        "m_pair",
        "Q2",
        "K2",
        "recoil_energy",
        "asymmetry",
        "E_nu",
    ]
    found = distributions(sample, names)
    for one in found.items:
        assert 0 <= one.outside[0] < 0.05 * found.sigma[0]
        if one.observables[0].logarithmic:
            assert one.outside[0] < 0.015 * found.sigma[0]
    # what has no tail is not cut short
    assert found["asymmetry"].outside[0] < 0.015 * found.sigma[0]
    assert found["Q2"].edges[0][1] / found["Q2"].edges[0][0] == pytest.approx(
        found["Q2"].edges[0][-1] / found["Q2"].edges[0][-2]
    )


def test_axes_begin_where_there_is_something(sample: Sample) -> None:
    found = distributions(
        sample,
        ["m_pair", "E_plus", ("E_minus", "E_plus"), ("E_minus", "m_pair")],
        bins=40,
    )
    assert 2 * 105.65 < found["m_pair"].edges[0][0] < 2 * 105.66 + 5
    assert found["E_plus"].edges[0][0] == 0
    # the two leptons of a plane share their range, other pairs do not
    plane, other = found.items[2:]
    np.testing.assert_array_equal(plane.edges[0], plane.edges[1])
    assert other.edges[0][-1] != other.edges[1][-1]
    alone = distributions(
        sample, [("E_minus", "E_plus")], bins=40, ranges={"E_plus": (0.0, 100.0)}
    ).items[0]
    assert alone.edges[0][-1] > 1000
    assert alone.edges[1][-1] == 100


def test_expected_knows_what_can_be_computed(gen: Generator) -> None:
    found = distributions(
        gen, ["m_pair", "E_pair", "theta_minus"], bins=4, models=MODELS, n=1000
    )
    for one in found.items[:2]:
        curve = expected(gen, one, MODELS, quick=True)
        assert curve is not None
        assert curve.values.shape == (3, 4)
        assert np.abs((one.values - curve.values) / one.errors).max() < 5
    assert expected(gen, found.items[2], MODELS) is None
    both = trident(
        [MUMU, "nubar_mu -> nubar_mu mu+ mu-"], "Ar40", "dune-nd-fhc", regime="proton"
    )
    whole = distributions(
        both, ["Q2", "E_pair"], bins={"Q2": [0.0, 1e9], "E_pair": [0.0, 1e6]}, n=1000
    )
    curve = expected(both, whole.items[0], {"SM": None}, quick=True)
    assert curve is not None
    assert curve.values[0, 0] == pytest.approx(both.sigma, rel=3e-3, abs=0)
    assert expected(both, whole.items[1], {"SM": None}) is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": None}, "n=100_000"),
        ({"n": 0}, "at least one"),
        ({"n": 10, "bins": 0}, "from 1 to"),
        ({"n": 10, "bins": [1.0, 0.0]}, "increase"),
        ({"n": 10, "ranges": {"m_pair": (2.0, 1.0)}}, "two finite numbers"),
        (
            {"n": 10, "ranges": {"Q2": (1.0, 2.0)}},
            "range of Q2: it is not among the observables m_pair",
        ),
        ({"n": 10, "bins": {"Q2": 5}}, "bins of Q2: it is not among"),
        (
            {"n": 10, "ranges": {"m_pair": (1.0, 2.0)}, "bins": [1.0, 2.0]},
            "drop its range",
        ),
    ],
)
def test_bad_input(arguments: dict[str, object], message: str, gen: Generator) -> None:
    with pytest.raises(InputError, match=message):
        distributions(gen, ["m_pair"], **arguments)  # type: ignore[arg-type]


def test_more_bad_input(gen: Generator, sample: Sample) -> None:
    with pytest.raises(InputError, match="at least one observable"):
        distributions(sample, [])
    with pytest.raises(InputError, match="sample is used as it is"):
        distributions(sample, ["m_pair"], n=10)
    with pytest.raises(InputError, match="got int"):
        distributions(3, ["m_pair"])
    with pytest.raises(InputError, match="no events"):
        distributions([Chunk(0, sample.events[:0], 10)], ["m_pair"])
    with pytest.raises(UnknownNameError, match="cm2"):
        histogram(sample, "m_pair", per="barn")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="m_pair"):
        distributions(sample, ["m_pair"])["E_minus"]
    with pytest.raises(UnknownNameError, match="V-A"):
        distributions(sample, ["m_pair"], models=MODELS).items[0].ratio("V+A")
