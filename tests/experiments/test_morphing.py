"""Systematics of kind morphing: templates at anchors, multilinear between them, in any
folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.experiments.folders import write

import nuprobe as nu
from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.experiments import Experiment, SitesExperiment
from nuprobe.experiments.limits import family_cost, limit
from nuprobe.inference.costs import Tabulated

RATES = {
    "name": "rates",
    "kind": "morphing",
    "nuisances": [{"name": "light", "anchors": [-1.0, 0.0, 2.0]}],
    "response": {"quenching.factor": [0.08, 0.09, 0.12]},
}


@pytest.fixture
def plain(tmp_path: Path) -> Experiment:
    """A file without systematics and kernel parameters."""
    experiment = nu.experiment(write(tmp_path / "invented"))
    assert isinstance(experiment, Experiment)
    analyses = {
        name: {**a, "systematics": []} for name, a in experiment.raw["analyses"].items()
    }
    return experiment.with_changes(
        {"parameters": [], "systematics": [], "analyses": analyses}
    )


def morphed(plain: Experiment, *systematics: Any) -> Experiment:
    first = plain.analyses[0]
    return plain.with_changes(
        {
            "systematics": list(systematics),
            f"analyses.{first}.systematics": [s["name"] for s in systematics],
        }
    )


def test_signal_is_linear_between_anchors(plain: Experiment) -> None:
    found = morphed(plain, RATES)
    prediction = found.prediction(free=["sin2_theta_w"])
    assert [n.name for n in prediction.morphing] == ["light"]
    at = {}
    for factor in (0.08, 0.09, 0.12):
        other = plain.with_changes({"response.quenching.factor": factor})
        at[factor] = other.prediction(free=["sin2_theta_w"])
    s2 = 0.24
    for value, weights in (
        (-1.0, (1, 0, 0)),
        (-0.25, (0.25, 0.75, 0)),
        (0.0, (0, 1, 0)),
        (0.5, (0, 0.75, 0.25)),
        (2.0, (0, 0, 1)),
    ):
        point = np.array([[s2]])
        expected = sum(
            w * p.expectation(point).base
            for w, p in zip(weights, at.values(), strict=True)
        )
        here = prediction.expectation(np.array([[s2, value]])).base
        np.testing.assert_allclose(here, expected, rtol=1e-9)
    # without its column the nuisance is 0
    np.testing.assert_allclose(
        prediction.expectation(np.array([[s2]])).base,
        at[0.09].expectation(np.array([[s2]])).base,
        rtol=1e-9,
    )
    np.testing.assert_allclose(found.predict().signal, plain.predict().signal)
    # one standard deviation: half the difference of -1 and +1
    up, down = (prediction.signal(np.array([[0.23863, v]])).sum() for v in (1, -1))
    assert found.predict().signal_sigma == pytest.approx(abs(up - down) / 2, rel=1e-9)


def test_jacobian_is_the_difference(plain: Experiment) -> None:
    two = {
        **RATES,
        "nuisances": [
            {"name": "light", "anchors": [-1.0, 0.0, 2.0]},
            {"name": "charge", "sigma": 0.5, "anchors": [-1, 0, 1]},
        ],
        "response": {
            "quenching.factor": [
                [0.07, 0.08, 0.09],
                [0.08, 0.09, 0.11],
                [0.1, 0.12, 0.13],
            ]
        },
    }
    prediction = morphed(plain, two).prediction(free=["sin2_theta_w"])
    here = np.array([[0.24, 0.7, -0.3], [0.25, -0.4, 0.6]])
    base, slopes = prediction.jacobian(here)
    assert base.shape[1] == 3
    for i, h in enumerate((1e-4, 1e-4, 1e-4)):
        step = h * np.eye(3)[i]
        up, down = (prediction.expectation(here + s * step) for s in (1, -1))
        np.testing.assert_allclose(
            base[:, i], (up.base - down.base) / (2 * h), rtol=1e-6, atol=1e-8
        )
    assert slopes == ()


def test_fits_agree_with_migrad(plain: Experiment) -> None:
    cost = morphed(plain, RATES).cost(free=["sin2_theta_w"])
    fast, migrad = nu.fit(cost), nu.fit(cost, method="migrad")
    assert fast.twice_nll == pytest.approx(migrad.twice_nll, abs=1e-5)
    assert fast.values["sin2_theta_w"] == pytest.approx(
        migrad.values["sin2_theta_w"], abs=1e-3
    )


def test_a_limit_is_where_the_profile_crosses(plain: Experiment) -> None:
    """Counts that morph have kinks: a limit against a root of the profile itself."""
    one = morphed(plain, RATES)
    curve = limit([one], "b-l", mass=[100.0], cl=0.9).curves[0]
    cost = family_cost(one, "b-l")
    column = cost.index("coupling")

    def at(g: Any) -> Any:
        points = np.full((np.size(g), 2), 100.0)
        points[:, column] = g
        return cost.profiled(points).twice_nll

    limited = float(curve.coupling[0])
    lowest = at(np.append(0.0, np.geomspace(1e-3 * limited, 3 * limited, 400))).min()
    rise = at([0.999 * limited, limited, 1.001 * limited]) - lowest
    assert rise[0] < 1.6448536269514722**2 < rise[2]
    assert rise[1] == pytest.approx(1.6448536269514722**2, rel=1e-4)


def test_masses_between_nodes_and_anchors(plain: Experiment) -> None:
    """Counts over mass and yield are those at a fixed mass, linear between anchors."""
    one = morphed(plain, RATES)
    cost = family_cost(one, "b-l")
    rng = np.random.default_rng(5)
    points = np.empty((24, 3))
    mass, g = cost.index("mass"), cost.index("coupling")
    points[:, mass] = np.repeat([0.5, 123.4, 7e4], 8)
    points[:, g] = np.repeat([1e-5, 2e-5, 3e-3], 8)
    points[:, 2] = rng.uniform(-1, 2, 24)
    (found,) = cost.layout.expectations(points)
    for here, counts in zip(points, found.base, strict=True):
        model = nu.model("b-l", mass=here[mass], coupling=here[g])
        fixed = one.prediction(model)
        exact = fixed.expectation(np.array([[here[2]]])).base[0]
        np.testing.assert_allclose(counts, exact, rtol=2e-6)
    (term,) = cost.terms
    base, _ = term.prediction.jacobian(points)
    for i in range(3):
        step = np.eye(3)[i] * 1e-5 * np.abs(points).max(axis=0)[i]
        if i == mass:
            step = step * 1e-3
        up, down = (term.prediction.expectation(points + k * step) for k in (1, -1))
        slope = (up.base - down.base) / (2 * step[i])
        size = np.abs(base[:, i]).max(axis=1, keepdims=True)
        np.testing.assert_allclose(base[:, i] / size, slope / size, atol=2e-4)


def test_a_table_along_the_coupling_stands_for_the_cost(plain: Experiment) -> None:
    two = {
        **RATES,
        "nuisances": [*RATES["nuisances"], {"name": "charge", "anchors": [-1, 0, 1]}],
        "response": {
            "quenching.factor": [
                [0.07, 0.08, 0.09],
                [0.08, 0.09, 0.11],
                [0.1, 0.12, 0.13],
            ]
        },
    }
    flux = {
        "name": "flux",
        "kind": "normalisation",
        "sigma": 0.1,
        "acts_on": ["signal"],
    }
    cost = family_cost(morphed(plain, two, flux), "b-l")
    masses = np.array([1.0, 50.0, 3e4])
    column = cost.index("coupling")
    rows = np.empty((3, 2))
    rows[:, column], rows[:, 1 - column] = 0.0, masses
    table = Tabulated.of(cost, column, rows, 1.0)
    assert table is not None
    row = np.repeat([0, 1, 2], 7)
    g = np.outer([1.0, 3.0, 1e3], np.append(0.0, np.geomspace(3e-6, 1e-4, 6))).ravel()
    points = rows[row]
    points[:, column] = g
    value, gradient, curvature, nuisances = cost.profiled_slopes_from(points, None)
    found = table.cost.profiled_slopes_from(table.points(row, g), None)
    np.testing.assert_allclose(found[0], value, rtol=1e-8)
    np.testing.assert_allclose(found[3], nuisances, atol=1e-5)
    here = table.column
    size = np.abs(gradient[:, column]).max()
    np.testing.assert_allclose(
        found[1][:, here], gradient[:, column], rtol=1e-5, atol=1e-9 * size
    )
    bend = curvature[:, column, column]
    np.testing.assert_allclose(found[2][:, here, here], bend, rtol=1e-5, atol=1e-9)


def table_of(folder: Path) -> None:
    """A background in all bins at three anchors, and a published signal."""
    rows = ["low,high,t_low,t_high,b_-1,b_0,b_2,s_-1,s_0,s_2,s"]
    for i in range(6):
        for j in range(3):
            edges = f"{4 + 4 * i},{8 + 4 * i},{2 * j},{2 * j + 2}"
            rows.append(f"{edges},{2 + i},{3 + i},{4 + j},{1 + j},{2 + i},{5},{2 + i}")
    (folder / "morph.csv").write_text("\n".join(rows) + "\n")


@pytest.fixture
def tabled(plain: Experiment) -> Experiment:
    table_of(Path(str(plain.folder.root)))
    first = plain.analyses[0]
    return plain.with_changes(
        {
            "backgrounds": [
                {
                    "kind": "table",
                    "name": "neutrons",
                    "table": "morph.csv",
                    "column": "b_0",
                    "scale": 2.0,
                }
            ],
            "systematics": [
                {**RATES, "backgrounds": {"neutrons": "b_{0}"}},
                {
                    "name": "size",
                    "kind": "normalisation",
                    "sigma": 0.3,
                    "acts_on": ["neutrons"],
                },
            ],
            "analyses": {
                first: {
                    "title": "t",
                    "statistic": "poisson",
                    "systematics": ["rates", "size"],
                },
                "published": {
                    "title": "p",
                    "statistic": "poisson",
                    "signal": {
                        "table": "morph.csv",
                        "column": "s_0",
                        "morphing": "s_{0}",
                    },
                    "systematics": ["rates"],
                },
                "bare": {"title": "b", "statistic": "poisson", "backgrounds": []},
            },
        }
    )


def summed(experiment: Experiment, column: str) -> Any:
    analysis = experiment.file.analyses[experiment.analyses[0]]
    return experiment.bins.counts(column, analysis, "morph.csv")


def test_backgrounds_morph_and_are_scaled(tabled: Experiment) -> None:
    prediction = tabled.prediction()
    low, middle, high = (2 * summed(tabled, f"b_{a}") for a in ("-1", "0", "2"))
    for value, counts in (
        (-0.5, (low + middle) / 2),
        (0.0, middle),
        (1.0, (middle + high) / 2),
    ):
        point = np.array([[value]])
        e = prediction.expectation(point)
        np.testing.assert_allclose(
            e.base, prediction.signal(point) + counts, rtol=1e-12
        )
        np.testing.assert_allclose(e.slopes[0], counts[None], rtol=1e-12)
    base, slopes = prediction.jacobian(np.array([[0.5]]))
    h = 1e-4
    up, down = (prediction.expectation(np.array([[0.5 + s * h]])) for s in (1, -1))
    np.testing.assert_allclose(base[:, 0], (up.base - down.base) / (2 * h), rtol=1e-7)
    np.testing.assert_allclose(
        slopes[0][:, 0], (up.slopes[0] - down.slopes[0]) / (2 * h), rtol=1e-7
    )


def test_a_published_signal_morphs(tabled: Experiment) -> None:
    prediction = tabled.prediction(analysis="published")
    columns = [summed(tabled, f"s_{a}") for a in ("-1", "0", "2")]
    for value, weights in ((-1, (1, 0, 0)), (0, (0, 1, 0)), (1, (0, 0.5, 0.5))):
        expected = sum(w * c for w, c in zip(weights, columns, strict=True))
        found = prediction.signal(np.array([[float(value)]]))
        np.testing.assert_allclose(found[0], expected, rtol=1e-9)
    np.testing.assert_allclose(
        tabled.predict(analysis="published").signal.ravel(), columns[1], rtol=1e-9
    )


def test_an_analysis_names_its_backgrounds(tabled: Experiment) -> None:
    rates = tabled.predict(analysis="bare")
    assert not any(name == "neutrons" for name in rates.components)
    np.testing.assert_array_equal(rates.total, rates.signal)


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"response": {"quenching.factor": [0.08, 0.09]}}, "each of the 3 anchors"),
        ({"response": {"quenching.factor": [0.08, 0.1, 0.12]}}, r"0.1 at 0, but 0.09"),
        ({"response": {"quenching.kind": "x{1}"}}, r"\{1\} refers to nuisance 2"),
        ({"response": {"quenching.nothing": [1, 2, 3]}}, "nothing"),
        ({"response": {}}, "nothing to morph"),
        ({"nuisances": [{"name": "light", "anchors": [0, 1, 2]}]}, "anchors must"),
        ({"nuisances": []}, "nuisances"),
        ({"backgrounds": {"off": "x_{0}"}}, "off is not of kind 'table'"),
        ({"backgrounds": {"nope": "x_{0}"}}, "'nope' is not defined"),
    ],
)
def test_mistakes_are_named(plain: Experiment, change: Any, hint: str) -> None:
    with pytest.raises((ExperimentFileError, InputError), match=hint):
        morphed(plain, {**RATES, **change})


def test_two_processes_and_sites(plain: Experiment) -> None:
    """Electrons stay as they are; sites share the nuisance."""
    electrons = {
        "process": "electron",
        "response": {"quenching": {"kind": "constant", "factor": 1.0}},
    }
    found = morphed(plain, RATES).with_changes(
        {"schema_version": 2, "also": [electrons]}
    )
    alone = morphed(plain, RATES)
    points = np.array([[-1.0], [0.0], [2.0]])
    both, nuclei = (e.prediction().signal(points) for e in (found, alone))
    rest = both - nuclei
    assert rest.sum() > 0
    np.testing.assert_allclose(rest, np.tile(rest[1], (3, 1)), atol=1e-12)
    sites = dict(morphed(plain, RATES).raw) | {
        "schema_version": 2,
        "sites": [{"name": "near"}, {"name": "far", "flux": {"distance": "30 m"}}],
    }
    pair = SitesExperiment.read(plain.folder, sites)
    cost = pair.cost(free=["sin2_theta_w"])
    assert [n.name for n in cost.nuisances].count("light") == 1
    prediction = pair.prediction(free=["sin2_theta_w"])
    here = np.array([[0.24, 0.5]])
    assert prediction.expectation(here).base.shape[0] == 1
    joined = cost.expected({"sin2_theta_w": 0.24}, [0.5])
    np.testing.assert_allclose(
        prediction.expectation(here).base[0], np.concatenate(joined), rtol=1e-12
    )
