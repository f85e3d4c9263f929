"""Documents of HS3: the same likelihood at each point."""

from __future__ import annotations

import json
from math import erf, prod, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.command_line import Run
from tests.inference.synthetic import Synthetic
from tests.portable.families import points_of

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.experiments import family_cost, joint_cost
from nuprobe.inference import (
    CNPCost,
    Cost,
    CovarianceCost,
    GaussianCost,
    PoissonCost,
)
from nuprobe.portable import hs3_document, pyhf_workspace

POINTS = [{"sin2_theta_w": x} for x in (0.2, 0.24, 0.3)]


def _costs() -> dict[str, Cost]:
    csi, argon = (nu.experiment(f"coherent-{n}") for n in ("csi-2021", "lar-2020"))
    free = ["sin2_theta_w"]
    plain = nu.experiment("coherent-csi-2017").cost(free=free)
    return {
        "csi": csi.cost(free=free),
        "sites": nu.experiment("lz-er-2025").cost(free=free),
        "both": joint_cost([csi, argon], free=free),
        "gaussian": plain,
        "two-sided": GaussianCost(
            plain.terms[0].prediction,
            plain.terms[0].data,
            np.full(12, 6.0),
            below=np.linspace(4.0, 9.0, 12),
        ),
        "covariance": CovarianceCost(
            plain.terms[0].prediction,
            plain.terms[0].data,
            np.diag(np.full(12, 40.0)) + 3.0,
        ),
        "mixed": joint_cost([nu.experiment("coherent-csi-2017"), argon], free=free),
    }


@pytest.fixture(scope="module")
def costs() -> dict[str, Cost]:
    return _costs()


def _named(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found = {row["name"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def _by_hand(made: dict[str, Any], point: str, values: dict[str, float]) -> float:
    """−2 ln L of a likelihood as the standard defines its parts, but for what depends
    on the data alone."""
    distributions, data = _named(made["distributions"]), _named(made["data"])
    functions = _named(made.get("functions", []))
    one = _named(made["likelihoods"])[point]
    total = 0.0
    for name, observed in zip(one["distributions"], one["data"], strict=True):
        total += DENSITIES[distributions[name]["type"]](
            distributions[name],
            data[observed],
            lambda n: _number(n, functions, values),
        )
    for name in one["aux_distributions"]:
        gauss = distributions[name]
        assert gauss["type"] == "gaussian_dist"
        total += ((values[gauss["x"]] - gauss["mean"]) / gauss["sigma"]) ** 2
    return total


def _number(name: Any, functions: dict[str, Any], values: dict[str, float]) -> float:
    """A number, a parameter or a function of both."""
    if isinstance(name, float):
        return name
    if name in values:
        return values[name]
    one = functions[name]
    assert one["type"] in ("sum", "product")
    parts = [
        _number(n, functions, values) for n in one.get("summands", one.get("factors"))
    ]
    return float(sum(parts) if one["type"] == "sum" else prod(parts))


def _histogram(channel: Any, observed: Any, number: Any) -> float:
    n = np.array(observed["contents"])
    assert observed["type"] == "binned"
    assert channel["axes"] == observed["axes"]
    assert channel["axes"][0]["nbins"] == len(n)
    mu = np.zeros(len(n))
    for sample in channel["samples"]:
        assert {m["type"] for m in sample["modifiers"]} <= {"normfactor"}
        factor = prod(number(m["parameter"]) for m in sample["modifiers"])
        mu += factor * np.array(sample["data"]["contents"])
    return 2 * float(np.sum(mu - n * np.log(mu)))


def _entry(observed: Any, variables: list[str]) -> np.ndarray:
    assert observed["type"] == "unbinned"
    assert [axis["name"] for axis in observed["axes"]] == variables
    (entry,) = observed["entries"]
    return np.array(entry)


def _gauss(one: Any, observed: Any, number: Any) -> float:
    """Normalised over the range of its observable."""
    (x,), (axis,) = _entry(observed, [one["x"]]), observed["axes"]
    mean, sigma = number(one["mean"]), one["sigma"]
    low, high = ((axis[end] - mean) / (sigma * sqrt(2)) for end in ("min", "max"))
    norm = (erf(high) - erf(low)) / 2
    return float(((x - mean) / sigma) ** 2 + 2 * np.log(norm))


def _two_sided(one: Any, observed: Any, number: Any) -> float:
    (x,) = _entry(observed, [one["m"]])
    away = x - number(one["m0"])
    pull = away / one["sigma_L" if away <= 0 else "sigma_R"]
    assert abs(pull) < one["alpha"]  # else a power of it
    return float(pull**2)


def _normal(one: Any, observed: Any, number: Any) -> float:
    away = _entry(observed, one["x"]) - np.array([number(n) for n in one["mean"]])
    return float(away @ np.linalg.solve(np.array(one["covariances"]), away))


DENSITIES = {
    "histfactory_dist": _histogram,
    "gaussian_dist": _gauss,
    "crystalball_dist": _two_sided,
    "multivariate_normal_dist": _normal,
}


def _values(cost: Cost, nuisances: Any) -> dict[str, float]:
    scaled = zip(cost.nuisances, nuisances, strict=True)
    return {"mu": 1.0} | {
        n.name: v / n.sigma if np.isfinite(n.sigma) else v for n, v in scaled
    }


@pytest.mark.parametrize(
    "name",
    ["csi", "sites", "both", "gaussian", "two-sided", "covariance", "mixed"],
)
def test_differences_are_those_of_the_cost(costs: dict[str, Cost], name: str) -> None:
    cost = costs[name]
    made = json.loads(json.dumps(hs3_document(cost, POINTS)))
    _, nuisances = points_of(cost, 4)
    lost = [
        _by_hand(made, f"point_{i}", _values(cost, nu_))
        - float(cost.twice_nll(cost.point(point), nu_)[0])
        for i, point in enumerate(POINTS, start=1)
        for nu_ in nuisances
    ]
    assert np.ptp(lost) < 1e-9
    types = {one["type"] for one in made["distributions"]} - {"gaussian_dist"}
    others = {"two-sided": {"crystalball_dist"}, "gaussian": set()}
    others["covariance"] = {"multivariate_normal_dist"}
    assert types == others.get(name, {"histfactory_dist"})


def test_a_free_nuisance_has_no_constraint() -> None:
    """pyhf cannot have one."""
    prediction = Synthetic(sigmas=(np.inf, 0.1, np.inf, 0.05))
    cost = PoissonCost(prediction, np.arange(300, 324))
    with pytest.raises(InputError, match="signal norm is free"):
        pyhf_workspace(cost, {})
    made = hs3_document(cost, [{"radius": 4.0}])
    bound = {one["x"] for one in made["distributions"] if "x" in one}
    assert bound == {"signal shape", "background tilt"}
    assert len(made["domains"][0]["axes"]) == 4
    at = cost.point({"radius": 4.0})
    lost = [
        _by_hand(made, "point_1", _values(cost, nu_))
        - float(cost.twice_nll(at, nu_)[0])
        for nu_ in np.random.default_rng(1).uniform(-0.1, 0.1, (6, 4))
    ]
    assert np.ptp(lost) < 1e-9


def test_a_document_refers_to_what_it_has(costs: dict[str, Cost]) -> None:
    cost = costs["both"]
    made = hs3_document(cost, POINTS)
    assert made["metadata"]["hs3_version"]
    points, domains = (_named(made[k]) for k in ("parameter_points", "domains"))
    likelihoods = _named(made["likelihoods"])
    for i, analysis in enumerate(made["analyses"]):
        assert analysis["likelihood"] in likelihoods
        assert {*analysis["domains"]} <= {*domains}
        values = _named(points[analysis["init"]]["parameters"])
        assert values["sin2_theta_w"] == {
            "name": "sin2_theta_w",
            "value": POINTS[i]["sin2_theta_w"],
            "const": True,
        }
        # every parameter is in the domain, or constant
        moving = {name for name, v in values.items() if not v.get("const")}
        assert moving == {a["name"] for a in domains["parameters"]["axes"]}
        assert analysis["parameters_of_interest"] == ["mu"]


@pytest.mark.parametrize(
    ("name", "analysis"), [("lz-er-2025", ""), ("coherent-csi-2017", "energy")]
)
def test_pyhs3_agrees(name: str, analysis: str) -> None:
    """pyhs3 0.4 multiplies the probabilities of all bins, which vanish together where
    there are hundreds: the first has few, the second is Gaussian. It has neither a
    multivariate Gaussian nor one of two sides, and normalises by 64 points over the
    range of an observable, which is made narrower for it."""
    pyhs3 = pytest.importorskip("pyhs3", reason="pyhs3 is not installed")
    pytensor = pytest.importorskip("pytensor", reason="pyhs3 needs pytensor")
    cost = nu.experiment(name).cost(free=["sin2_theta_w"], analysis=analysis or None)
    made = hs3_document(cost, POINTS[:2])
    sigmas = {d["x"]: d["sigma"] for d in made["distributions"] if "x" in d}
    for data in made["data"]:
        if data["type"] == "unbinned":
            ((x,),), (axis,) = data["entries"], data["axes"]
            away = 10 * sigmas[axis["name"]]
            axis.update(min=x - away, max=x + away)
    workspace = pyhs3.Workspace(**made)
    _, nuisances = points_of(cost, 2)
    lost = []
    for analysis_, point in zip(workspace.analyses, POINTS[:2], strict=True):
        model = workspace.model(analysis_, progress=False)
        given = {**model.free_params, **model.data}
        inputs = [model.parameters[n] for n in given]
        function = pytensor.function(
            inputs, model.log_prob, on_unused_input="ignore", mode="FAST_COMPILE"
        )
        for nu_ in nuisances:
            values = model.data | _values(cost, nu_)
            found = function(*(values[n] for n in given))
            there = -2 * float(np.squeeze(found))
            lost.append(there - float(cost.twice_nll(cost.point(point), nu_)[0]))
    assert np.isfinite(lost).all()
    assert np.ptp(lost) < 1e-6


def _neyman() -> Cost:
    (term,) = nu.experiment("coherent-csi-2017").cost().terms
    return CNPCost(term.prediction, term.data)


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (_neyman, "CNPCost, whose errors follow the expectation"),
        (
            lambda: nu.experiment("coherent-csi-2017").cost(analysis="energy-time"),
            "ProjectedCost, which is a minimum over the backgrounds",
        ),
        (lambda: nu.experiment("xenonnt-8b").cost(free=["sin2_theta_w"]), "morphs"),
    ],
)
def test_what_is_not_represented_is_refused(cost: Any, words: str) -> None:
    with pytest.raises(InputError, match=words) as error:
        hs3_document(cost(), [{}])
    assert "HS3" in str(error.value)
    assert "nuprobe export likelihood" in str(error.value)


def test_points_are_checked() -> None:
    cost = family_cost(nu.experiment("texono-ge-projection"), "b-l")
    point: dict[str, float | str] = {"mass": "10 MeV", "coupling": 1e-5}
    with pytest.raises(InputError, match="outside its range"):
        hs3_document(cost, [{**point, "mass": 1e-3}])
    with pytest.raises(InputError, match="same parameters"):
        hs3_document(cost, [point, {"mass": 1.0}])
    with pytest.raises(InputError, match="twice"):
        hs3_document(cost, [point, point])
    with pytest.raises(InputError, match="at least one point"):
        hs3_document(cost, [])


def test_from_the_command_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    line = (
        *("export", "hs3", "texono-ge-projection", "--model", "b-l"),
        *("--at", "mass=10 MeV,coupling=1e-5"),
    )
    code, out, _ = run(*line)
    assert code == 0
    assert json.loads(out)["likelihoods"][0]["name"] == "point_1"
    code, _, err = run(*line, "--at", "mass=20 MeV,coupling=1e-5", "-o", str(file))
    assert code == 0
    assert err.count("wrote ") == 1
    made = json.loads(file.read_text(encoding="utf-8"))
    masses = [_named(p["parameters"])["mass"] for p in made["parameter_points"]]
    assert [m["value"] for m in masses] == [10.0, 20.0]
    assert "2 points of" in made["metadata"]["description"]
    assert "by default" not in err
    code, _, err = run(*line[:-1], "mass=20 MeV")
    assert (code, err) == (0, "coupling = 0.001 by default\n")
