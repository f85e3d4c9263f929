"""Cuts as text: what they mean, what is refused, what is left."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.nightly import few

from nuprobe.errors import InputError, NuprobeError
from nuprobe.events import OBSERVABLES, Cut, Sample, distributions, parse_cuts, trident
from nuprobe.events.cuts import clopper_pearson, parse_value


@pytest.fixture(scope="module")
def sample() -> Sample:
    return trident(
        "nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent"
    ).generate(20_000)


DEGREE = np.pi / 180
MEANINGS = [
    ("E_minus > 0.5 GeV", lambda v: v["E_minus"] > 500),
    (
        "0.5GeV<E_minus<=2e3 MeV",
        lambda v: (v["E_minus"] > 500) & (v["E_minus"] <= 2000),
    ),
    (
        "theta_minus < 10 deg and E_minus > 0.5 GeV",
        lambda v: (v["theta_minus"] < 10 * DEGREE) & (v["E_minus"] > 500),
    ),
    (
        "theta_minus < 100 mrad or E_minus > E_plus",
        lambda v: (v["theta_minus"] < 0.1) | (v["E_minus"] > v["E_plus"]),
    ),
    ("not (m_pair < 0.3 GeV)", lambda v: v["m_pair"] >= 300),
    ("not m_pair < 0.3 GeV", lambda v: v["m_pair"] >= 300),
    ("Q2 < 0.001 GeV2", lambda v: v["Q2"] < 1e3),
    (
        "inelasticity > 0.5, 1 GeV < E_pair",
        lambda v: (v["inelasticity"] > 0.5) & (v["E_pair"] > 1000),
    ),
    (
        "E_minus > 3 GeV or E_plus > 3 GeV and m_pair > 300 MeV",
        lambda v: (v["E_minus"] > 3000) | ((v["E_plus"] > 3000) & (v["m_pair"] > 300)),
    ),
    (
        "(E_minus > 3 GeV or E_plus > 3 GeV) and m_pair > 300 MeV",
        lambda v: ((v["E_minus"] > 3000) | (v["E_plus"] > 3000)) & (v["m_pair"] > 300),
    ),
    ("-0.5 < asymmetry", lambda v: v["asymmetry"] > -0.5),
]


@pytest.mark.parametrize(("text", "meaning"), MEANINGS, ids=[m[0] for m in MEANINGS])
def test_meaning(text: str, meaning: object, sample: Sample) -> None:
    values = {name: one(sample.events) for name, one in OBSERVABLES.items()}
    passes = np.logical_and.reduce([c.passes(sample.events) for c in parse_cuts(text)])
    expected = meaning(values)  # type: ignore[operator]
    assert 0 < expected.sum() < len(sample.events)
    np.testing.assert_array_equal(passes, expected)


def test_texts_are_taken_apart_at_commas_and_outer_ands() -> None:
    found = parse_cuts(
        [
            "E_minus > 1 GeV and (E_plus > 1 GeV and m_pair < 1 GeV), Q2 < 1 GeV2",
            "theta_minus < 5 deg",
        ]
    )
    assert [c.text for c in found] == [
        "E_minus > 1 GeV",
        "(E_plus > 1 GeV and m_pair < 1 GeV)",
        "Q2 < 1 GeV2",
        "theta_minus < 5 deg",
    ]
    assert parse_cuts(None) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "E_minus > 0.5",
            (
                "an energy, '0.5' a plain number: compare E_minus with something like"
                " '0.5 GeV'"
            ),
        ),
        ("E_minus > 10 deg", "an energy, '10 deg' an angle"),
        ("theta_minus < 1 GeV", "'10 deg'"),
        ("Q2 < 1 GeV", "energy squared"),
        ("E_minus > theta_minus", "an energy, 'theta_minus' an angle"),
        ("E_minus", "compared with nothing"),
        ("E_minus >", "ends too early"),
        ("", "a cut must be a string"),
        ("1 GeV < 2 GeV", "no observable"),
        ("E_minos > 1 GeV", "E_minus"),
        ("E_minus > 1 furlong", "unknown unit"),
        ("(E_minus > 1 GeV", "not closed"),
        ("E_minus > 1 GeV)", "is unexpected here"),
        ("E_minus > 1 GeV E_plus > 1 GeV", "is unexpected here"),
        ("E_minus == 1 GeV", "cannot read"),
        ("__import__('os').system('x') > 1", "cannot read"),
        ("E_minus > 1 GeV and and", "is not an observable or a number"),
        ("(" * 60 + "E_minus > 1 GeV" + ")" * 60, "more than 50"),
        ("E_minus > 1 GeV" + " and E_minus > 1 GeV" * 100, "at most 1000"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        parse_cuts(text)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


WORDS = st.sampled_from(
    [
        "E_minus",
        "theta_plus",
        "Q2",
        "<",
        ">=",
        "1",
        "2.5 GeV",
        "3 deg",
        "and",
        "or",
        "not",
        "(",
        ")",
        ",",
        "@",
    ]
)


@settings(max_examples=300)
@given(st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse_cuts(text)
    except NuprobeError:
        return
    assert all(isinstance(c, Cut) and c.text for c in found)


def test_values_for_an_observable() -> None:
    angle = OBSERVABLES["theta_minus"]
    assert parse_value("10 deg", angle) == pytest.approx(10 * DEGREE)
    for text in ("10 GeV", "10", "E_minus", "1 deg 2"):
        with pytest.raises(InputError, match="'10 deg'"):
            parse_value(text, angle)


def test_cut_flow(sample: Sample) -> None:
    cuts = "E_minus > 0.5 GeV, E_plus > 0.5 GeV, opening_angle < 8 deg"
    found = distributions(sample, ["m_pair"], cuts=cuts)
    flow, events = found.flow, sample.events
    mask = np.ones(len(events), dtype=bool)
    for j, cut in enumerate(parse_cuts(cuts), 1):
        mask &= cut.passes(events)
        w = events.weight * mask
        assert flow.events[j] == mask.sum()
        assert flow.values[0, j] == pytest.approx(
            w.sum() / sample.trials, rel=1e-12, abs=0
        )
        efficiency = w.sum() / events.weight.sum()
        assert flow.efficiency[0, j] == pytest.approx(efficiency, rel=1e-12)
        # definition, without the shortcut
        expected = (
            np.sqrt((events.weight**2 * (mask - efficiency) ** 2).sum())
            / events.weight.sum()
        )
        assert flow.efficiency_error[0, j] == pytest.approx(expected, rel=1e-9)
        assert flow.interval[0, j, 0] < efficiency < flow.interval[0, j, 1]
        assert flow.effective[0, j] == pytest.approx(
            w.sum() ** 2 / (w**2).sum(), rel=1e-12
        )
    kept = found["m_pair"]
    assert kept.values.sum() + kept.outside[0] == pytest.approx(
        flow.values[0, -1], rel=1e-12, abs=0
    )
    text = str(flow.table())
    assert "opening_angle < 8 deg" in text


def test_a_cut_that_removes_everything_says_which(sample: Sample) -> None:
    with pytest.raises(InputError) as error:
        distributions(
            sample, ["m_pair"], cuts="E_minus > 1 GeV, m_pair < 0.2 GeV, E_plus > 1 GeV"
        )
    left = int((sample.events.minus[:, 0] > 1000).sum())
    assert (
        f"'m_pair < 0.2 GeV' removed the last {left} of {len(sample.events)} events"
        in str(error.value)
    )


def test_efficiency_errors_are_the_scatter_of_many_samples() -> None:
    gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent", seed=8)
    n = few(30, 60)
    found = [
        distributions([chunk], ["m_pair"], bins=5, cuts="E_minus > 2 GeV")
        for chunk in islice(gen.chunks(), n)
    ]
    values = np.array([f.flow.efficiency[0, 1] for f in found])
    errors = np.array([f.flow.efficiency_error[0, 1] for f in found])
    # the scatter of 60 numbers is known to 9 %
    assert values.std(ddof=1) / errors.mean() == pytest.approx(
        1, abs=4 / np.sqrt(2 * n)
    )


def test_clopper_pearson() -> None:
    # all or nothing of n: (α/2)^(1/n)
    tail = (1 - 0.6827) / 2
    edge: float = tail ** (1 / 10)
    assert np.allclose(clopper_pearson(0, 10), (0.0, 1 - edge), rtol=1e-9)
    assert np.allclose(clopper_pearson(10, 10), (edge, 1.0), rtol=1e-9)
    rng = np.random.default_rng(3)
    for p in (0.02, 0.5, 0.9):
        passed = rng.binomial(40, p, 2000)
        covered = np.mean(
            [
                low <= p <= high
                for low, high in (clopper_pearson(int(k), 40) for k in passed)
            ]
        )
        assert covered > 0.6827 - 3 * 0.0105
