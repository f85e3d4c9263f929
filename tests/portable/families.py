"""Likelihoods of every shipped experiment and model family, and points to try."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np

import nuprobe as nu
from nuprobe.errors import NuprobeError
from nuprobe.experiments import family_cost, joint_cost
from nuprobe.experiments.scanned import mediator_names
from nuprobe.inference import CNPCost, Cost, CovarianceCost
from nuprobe.inference.costs import Profiled
from nuprobe.inference.costs.morphing import full_points
from nuprobe.inference.expectations import expected_counts
from nuprobe.models import model_fields
from nuprobe.numerics import FloatArray

FOLDER: Final = Path(__file__).parents[2] / "docs" / "likelihood"
POINTS: Final = 12

# needs a file; has no parameters
LEFT_OUT: Final = {"wcxf", "v-a"}


def reference() -> ModuleType:
    """The evaluator in the documentation, as it is."""
    spec = importlib.util.spec_from_file_location(
        "likelihood_of_the_docs", FOLDER / "likelihood.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def families() -> Iterator[tuple[str, str]]:
    """Names of experiments and models."""
    for name in nu.experiments():
        for model in nu.model_names():
            if model not in LEFT_OUT:
                yield name, model


def cost_of(name: str, model: str) -> Cost | str:
    """The cost of a family over its first parameters, or of a mediator over mass and
    coupling; what is said where there is none."""
    experiment = nu.experiment(name)
    try:
        if model in mediator_names():
            return family_cost(experiment, model)
        needed = {f.name: 0.5 for f in model_fields(model) if f.required}
        made = nu.model(model, **needed)
        return experiment.cost(made, _free(experiment, made))
    except NuprobeError as error:
        return str(error)


def _free(experiment: Any, model: Any) -> list[str]:
    """The first parameters that are independent."""
    found: list[str] = []
    for parameter in experiment.parameters(model):
        try:
            if experiment.depends_on(model, parameter.name):
                experiment.cost(model, [*found, parameter.name])
                found.append(parameter.name)
        except NuprobeError:
            continue
        if len(found) == 3:
            break
    return found


def every_statistic(names: Collection[str] = ()) -> dict[str, Cost]:
    """One cost of each statistic and each kind of block, or those of some `names`."""
    csi = nu.experiment("coherent-csi-2017")
    free: Any = {"free": ["sin2_theta_w"]}

    def plain() -> Any:
        return csi.cost(free=["rn"])

    def binned() -> Any:
        return csi.cost(free=["rn"], analysis="energy-time")

    def of(name: str) -> Callable[[], Cost]:
        return lambda: nu.experiment(name).cost(**free)

    made: dict[str, Callable[[], Cost]] = {
        "gaussian": plain,
        "gaussian of two sides": of("conus-plus"),
        "covariance": lambda: CovarianceCost(
            plain().terms[0].prediction,
            plain().terms[0].data,
            np.diag(np.full(12, 40.0)) + 3.0,
        ),
        "projected": binned,
        "on-off": lambda: csi.with_changes(
            {"analyses.energy-time.counted": {"steady-state": "bins"}}
        ).cost(free=["rn"], analysis="energy-time"),
        "poisson": of("coherent-lar-2020"),
        "cnp": lambda: CNPCost(binned().terms[0].prediction, binned().terms[0].data),
        "single events": of("xenonnt-er-2022"),
        "sites": of("lz-er-2025"),
        "morphing": of("xenonnt-8b"),
        "several": lambda: joint_cost(
            [csi, nu.experiment("coherent-lar-2020")], free=["sin2_theta_w"]
        ),
        "trident": lambda: nu.experiment("charm2-trident").cost("lmu-ltau"),
        "couplings": lambda: nu.experiment("ccfr-trident").cost(
            nu.model("pair-couplings"), ["c_v", "c_a"]
        ),
        "mediator": lambda: family_cost(csi, "b-l"),
    }
    return {name: make() for name, make in made.items() if not names or name in names}


def points_of(cost: Cost, number: int = POINTS) -> tuple[FloatArray, FloatArray]:
    """Points over the ranges and around the defaults, and nuisances."""
    rng = np.random.default_rng(7)
    points = np.empty((number, len(cost.parameters)))
    for column, p in zip(points.T, cost.parameters, strict=True):
        if p.lower > 0 and np.isfinite(p.upper) and p.upper > 1e3 * p.lower:
            low, high = float(np.log(p.lower)), float(np.log(p.upper))
            column[:] = np.exp(rng.uniform(low, high, number))
        else:
            size = 10 ** rng.uniform(-2, 1, number)
            column[:] = p.default + p.step * size * rng.normal(size=number)
        column[:2] = p.default, column[1]
    lower = np.array([p.lower for p in cost.parameters])
    upper = np.array([p.upper for p in cost.parameters])
    nuisances = np.empty((number, len(cost.nuisances)))
    for column, n in zip(nuisances.T, cost.nuisances, strict=True):
        anchors = getattr(n, "anchors", None)
        if anchors:
            column[:] = rng.uniform(anchors[0], anchors[-1], number)
            column[0] = anchors[-1]
        else:
            sigma = n.sigma if np.isfinite(n.sigma) else 0.1
            column[:] = 0.3 * sigma * rng.normal(size=number)
    return np.clip(points, lower, upper), nuisances


def assert_same(found: Any, wanted: FloatArray) -> None:
    """To 1e-9 of the value, or of 1; impossible where the other is."""
    np.testing.assert_array_equal(np.isfinite(found), np.isfinite(wanted))
    finite = np.isfinite(wanted)
    assert finite.any()
    np.testing.assert_allclose(found[finite], wanted[finite], rtol=1e-9, atol=1e-9)


def assert_minima(
    found: FloatArray, best: Profiled, cost: Cost, points: FloatArray
) -> None:
    """To 1e-7, and what rounding of the counts leaves that nuisances cancel."""
    np.testing.assert_array_equal(np.isfinite(found), np.isfinite(best.twice_nll))
    finite = np.flatnonzero(np.isfinite(found))
    wanted, nuisances = best.twice_nll[finite], best.nuisances[finite]
    allowed = 1e-7 * (1 + wanted) + rounding_of(cost, points[finite], nuisances)
    apart = np.abs(found[finite] - wanted)
    assert (apart <= allowed).all(), (apart / allowed).max()


def rounding_of(cost: Cost, points: FloatArray, nuisances: FloatArray) -> FloatArray:
    """Change of −2 ln L if each µ is wrong by a unit in the last place of the counts
    that nuisances cancel in it: 0.01 counts of 1e14."""
    result, q = np.zeros(len(points)), full_points(cost.layout, points, nuisances)
    for term, columns, k in cost.layout.places:
        e = term.expectation(q[:, columns])
        slope = term.slope(expected_counts(e, nuisances[:, k]), np.zeros((len(q), 1)))
        moved = np.where(np.isfinite(slope), np.abs(slope * e.base), 0.0)
        result += 2.0**-52 * moved.sum(axis=1)
    return result
