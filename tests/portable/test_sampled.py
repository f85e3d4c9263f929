"""Files of likelihoods that are no polynomials: interpolated, with their accuracy."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.nightly import mostly_nightly
from tests.portable.families import FOLDER, reference

import nuprobe as nu
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.experiments import joint_cost
from nuprobe.inference import Cost
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.portable import (
    Likelihood,
    export_likelihood,
    portable_likelihood,
    read_likelihood,
)
from nuprobe.portable.make import as_json
from nuprobe.portable.nodes import Grid

NODE = shutil.which("node")
Ranges = dict[str, tuple[float, float]]

MIXING = ["sin2_2theta_14", "dm2_41"]
PART: Ranges = {"dm2_41": (0.1, 20.0)}
SOLAR: Ranges = {"tan2_12": (0.25, 0.75), "dm2_21": (6e-5, 1e-4)}
MOMENT: Ranges = {"magnetic_moment.emu": (0.0, 1e-9)}

CASES: dict[str, tuple[list[str], list[str], Ranges, float]] = {
    "best": (["best"], MIXING, PART, 0.0),
    "danss": (["danss"], MIXING, PART, 0.0),
    "prospect": (["prospect"], MIXING, PART, 0.0),
    "rates": (["reactor-rates"], MIXING, PART, 0.0),
    "rates, mixing alone": (["reactor-rates"], [*MIXING[:1], "norm"], {}, 0.0),
    "evolution": (
        ["daya-bay-evolution"],
        [*MIXING, "yield.U235", "bump"],
        {"dm2_41": (0.1, 4.0)},
        0.0,
    ),
    "mixing alone": (["best"], MIXING[:1], {}, 0.0),
    "splitting alone": (["danss"], MIXING[1:], PART, 0.0),
    "gallium": (["gallium-2009"], ["tan2_12", "phi_pp"], {}, 0.0),
    "solar": (["gallium-2009", "kamland-2005"], [*SOLAR], SOLAR, 1e-3),
    "current": (["sno-2013"], ["l1a.nnlo"], {}, 0.0),
    "abundances": (["primordial-abundances"], [*MOMENT], MOMENT, 0.0),
}
"""Experiments, parameters, parts of their ranges, and the accuracy that a file says at
worst; 0 for 1e-9."""


FEW = [
    "rates, mixing alone",
    "best",
    "danss",
    "prospect",
    "mixing alone",
    "splitting alone",
    "solar",
]


def cost_of(name: str) -> Cost:
    names, free, _, _ = CASES[name]
    model: Any = None
    if name == "abundances":
        model = nu.model("electromagnetic", kind="majorana")
    if name == "splitting alone":
        model = nu.model("sterile", sin2_2theta_14=0.1, dm2_41=1.0)
    return joint_cost([nu.experiment(one) for one in names], model, free)


def points_of(made: Likelihood, cost: Cost, number: int = 60) -> FloatArray:
    """Over the whole ranges, at their ends too."""
    rng = np.random.default_rng(3)
    columns = []
    for p, own in zip(made.parameters, cost.parameters, strict=True):
        low = own.default - 3 * own.step if p.lower is None else p.lower
        high = own.default + 3 * own.step if p.upper is None else p.upper
        column = rng.uniform(low, high, number)
        column[:2] = low, high
        columns.append(column)
    return np.stack(columns, axis=1)


def nuisances_of(cost: Cost, number: int = 60) -> FloatArray:
    rng = np.random.default_rng(4)
    size = [0.3 * (n.sigma if np.isfinite(n.sigma) else 0.3) for n in cost.nuisances]
    return np.array(size) * rng.normal(size=(number, len(size)))


@pytest.mark.parametrize("name", mostly_nightly(CASES, FEW))
def test_files_give_what_the_package_gives(name: str) -> None:
    cost, (_, _, ranges, worst) = cost_of(name), CASES[name]
    made = portable_likelihood(cost, ranges=ranges)
    text = json.dumps(as_json(made))
    points, nuisances = points_of(made, cost), nuisances_of(cost)
    found = reference().Likelihood(json.loads(text)).twice_nll(points, nuisances)
    allowed = max(2 * (made.accuracy or 0.0), 1e-9)
    np.testing.assert_allclose(
        found, cost.twice_nll(points, nuisances), rtol=allowed, atol=allowed
    )
    assert (made.accuracy or 0.0) <= worst
    assert len(gzip.compress(text.encode())) < 1e6


def test_the_page_says_how_accurate_it_is(tmp_path: Path) -> None:
    cost = cost_of("solar")
    file = export_likelihood(cost, tmp_path / "solar.json.gz", ranges=SOLAR)
    again = read_likelihood(file)
    assert again.accuracy is not None
    assert 1e-9 < again.accuracy < 1e-3
    assert [(p.lower, p.upper) for p in again.parameters] == [*SOLAR.values()]


def test_versions() -> None:
    """What version 1 can say is of version 1."""
    made = portable_likelihood(cost_of("gallium"))
    assert made.version == 1
    made = portable_likelihood(cost_of("mixing alone"))
    assert made.version == 2
    assert made.accuracy is None


def test_javascript_divides_and_takes_roots(tmp_path: Path) -> None:
    if NODE is None:
        pytest.skip("node, which runs JavaScript, is not installed")
    cost = cost_of("danss")
    file = export_likelihood(cost, tmp_path / "danss.json", ranges=PART)
    points = points_of(read_likelihood(file), cost, 5)
    run = tmp_path / "run.mjs"
    run.write_text(
        f"""
import {{ readFileSync }} from "node:fs";
import {{ Likelihood }} from "{FOLDER / "likelihood.js"}";
const likelihood = new Likelihood(JSON.parse(readFileSync("{file}", "utf8")));
const points = {json.dumps(points.tolist())};
console.log(JSON.stringify(points.map((p) => likelihood.twiceNll(p))));
""",
        encoding="utf-8",
    )
    done = subprocess.run([NODE, str(run)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(
        json.loads(done.stdout), cost.twice_nll(points), rtol=1e-9
    )


def test_no_mixing_is_three_neutrinos_at_every_splitting() -> None:
    """Independent of the package: of the file alone."""
    made = as_json(portable_likelihood(cost_of("danss"), ranges=PART))
    points = np.stack([np.zeros(5), np.geomspace(0.1, 20.0, 5)], axis=1)
    values = reference().Likelihood(made).twice_nll(points)
    np.testing.assert_allclose(values, values[0], rtol=1e-12)


def test_ranges_are_needed_where_they_are_infinite() -> None:
    model = nu.model("electromagnetic", kind="majorana")
    cost = nu.experiment("m5-tip").cost(model, ["magnetic_moment.emu"])
    with pytest.raises(InputError, match=r"range is infinite: give a part.*--range"):
        portable_likelihood(cost)


@pytest.mark.parametrize("part", [(20.0, 0.1), (0.1, 1000.0), (1.0, 1.0)])
def test_ranges_lie_inside(part: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="must increase and lie inside"):
        portable_likelihood(cost_of("danss"), ranges={"dm2_41": part})


def test_ranges_are_of_parameters() -> None:
    with pytest.raises(UnknownNameError, match="did you mean dm2_41"):
        portable_likelihood(cost_of("danss"), ranges={"dm2_14": (0.1, 1.0)})


def test_a_kink_is_refused_and_a_smooth_curve_is_not() -> None:
    x = Parameter("x", 0.5, 0.0, 1.0)

    def grid(curve: Any) -> Grid:
        def tables(nodes: FloatArray) -> list[FloatArray]:
            return [np.asarray(curve(nodes))]

        return Grid.of(
            "y", [x], [], {}, tables, lambda _, found: found[0], lambda mu: mu[:, 0]
        )

    assert grid(np.exp).shape == (17,)
    assert grid(lambda t: 1 / (1.001 - t)).error < 1e-9
    with pytest.raises(InputError, match="4097 nodes are not enough for x"):
        grid(lambda t: np.sign(t - 0.512) * 10)
    kink = grid(lambda t: np.abs(t - 0.512))
    assert 1e-10 < kink.error < 1e-3
