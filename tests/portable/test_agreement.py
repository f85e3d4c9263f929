"""The evaluators of the documentation give what the package gives."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from tests.nightly import mostly_nightly
from tests.portable.families import (
    FOLDER,
    assert_same,
    cost_of,
    every_statistic,
    families,
    points_of,
    reference,
)

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.experiments import family_cost
from nuprobe.inference import Cost
from nuprobe.portable import export_likelihood, portable_likelihood
from nuprobe.portable.make import as_json

NODE = shutil.which("node")

FEW = [
    ("ccfr-trident", "chiral-vector"),
    ("coherent-csi-2017", "b-l"),
    ("conus-plus", "nsi"),
    ("lsnd-electron", "electromagnetic"),
    ("reactor-rates", "sm"),
]

PHASES = {
    "AbundancePrediction": "surfaces of nucleosynthesis",
    "BaselinePrediction": "phases of oscillations",
    "SolarPrediction": "mixing angles in the Sun",
    "TipPrediction": "a root of the moments",
    "ScaledShares": "shares of oscillating spectra",
}
"""Predictions that are no polynomials, and are interpolated."""


@pytest.mark.parametrize(("name", "model"), mostly_nightly(families(), FEW))
def test_every_experiment_and_family(name: str, model: str) -> None:
    cost = cost_of(name, model)
    if isinstance(cost, str):
        pytest.skip(f"no cost: {cost}")
    if cost.parameters and type(cost.terms[0].prediction).__name__ in PHASES:
        _interpolated(cost)
        return
    made = portable_likelihood(cost)
    points, nuisances = points_of(cost)
    text = json.dumps(as_json(made))
    found = reference().Likelihood(json.loads(text)).twice_nll(points, nuisances)
    assert_same(found, cost.twice_nll(points, nuisances))
    assert len(gzip.compress(text.encode())) < 1e6


def _interpolated(cost: Cost) -> None:
    """To what the file says, or refused with what to do."""
    ranges = {
        p.name: (max(p.lower, p.default), p.default + 2 * p.step)
        for p in cost.parameters
        if not np.isfinite([p.lower, p.upper]).all()
    }
    try:
        made = portable_likelihood(cost, ranges=ranges)
    except InputError as error:
        if "give a smaller part of the range with --range" in str(error):
            return
        raise
    low = [p.lower for p in made.parameters]
    high = [p.upper for p in made.parameters]
    points, nuisances = points_of(cost)
    points = np.clip(points, np.array(low, float), np.array(high, float))
    text = json.dumps(as_json(made))
    found = reference().Likelihood(json.loads(text)).twice_nll(points, nuisances)
    allowed = 10 * max(made.accuracy or 0.0, 1e-9)
    wanted = cost.twice_nll(points, nuisances)
    np.testing.assert_allclose(found, wanted, rtol=allowed, atol=allowed)
    assert len(gzip.compress(text.encode())) < 2e7


@pytest.fixture(scope="module")
def statistics() -> dict[str, Cost]:
    return every_statistic()


def test_every_statistic(statistics: dict[str, Cost]) -> None:
    evaluator = reference()
    kinds = set()
    for name, cost in statistics.items():
        made = as_json(portable_likelihood(cost))
        kinds |= {term["statistic"]["kind"] for term in made["terms"]}
        points, nuisances = points_of(cost)
        found = evaluator.Likelihood(made).twice_nll(points, nuisances)
        try:
            assert_same(found, cost.twice_nll(points, nuisances))
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error
    assert kinds == {
        "poisson", "gaussian", "covariance", "cnp", "on-off", "projected"
    }  # fmt: skip


def test_javascript_agrees(statistics: dict[str, Cost], tmp_path: Path) -> None:
    if NODE is None:
        pytest.skip("node, which runs JavaScript, is not installed")
    jobs, wanted = [], []
    for number, cost in enumerate(statistics.values()):
        points, nuisances = points_of(cost, 4)
        file = tmp_path / f"{number}.json"
        export_likelihood(cost, file)
        jobs.append([str(file), points.tolist(), nuisances.tolist()])
        wanted.append(cost.twice_nll(points, nuisances))
    run = tmp_path / "run.mjs"
    run.write_text(
        f"""
import {{ createHash }} from "node:crypto";
import {{ readFileSync }} from "node:fs";
import {{ Likelihood, canonical }} from "{FOLDER / "likelihood.js"}";
for (const [file, points, nuisances] of JSON.parse(readFileSync(0, "utf8"))) {{
  const document = JSON.parse(readFileSync(file, "utf8"));
  const {{ checksum, ...rest }} = document;
  const digest = createHash("sha256").update(canonical(rest)).digest("hex");
  const likelihood = new Likelihood(document);
  const found = points.map((p, i) => String(likelihood.twiceNll(p, nuisances[i])));
  let refused = "";
  try {{
    likelihood.twiceNll(points[0].map(() => NaN), nuisances[0]);
  }} catch (error) {{ refused = error.message; }}
  console.log(JSON.stringify([found, checksum === `sha256:${{digest}}`, refused]));
}}
""",
        encoding="utf-8",
    )
    done = subprocess.run(
        [NODE, str(run)],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    for (found, intact, refused), there in zip(rows, wanted, strict=True):
        values = [float(x.replace("Infinity", "inf")) for x in found]
        assert_same(np.array(values), there)
        assert intact
        assert "must lie in" in refused


def test_the_evaluator_refuses_what_is_outside_a_range() -> None:
    cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    likelihood = reference().Likelihood(as_json(portable_likelihood(cost)))
    low = cost.parameters[0].lower
    assert np.isfinite(likelihood.twice_nll([[low]])).all()
    for bad in (low - 1e-9, np.nan, np.inf):
        with pytest.raises(ValueError, match="rn must lie in"):
            likelihood.twice_nll([[bad]])
    with pytest.raises(ValueError, match="columns"):
        likelihood.twice_nll([[5.0, 1.0]])


def test_no_coupling_is_the_standard_model_at_every_mass() -> None:
    """Independent of the package: of the file alone."""
    csi = nu.experiment("coherent-csi-2017")
    evaluator = reference().Likelihood
    vector = evaluator(as_json(portable_likelihood(family_cost(csi, "b-l"))))
    standard = evaluator(as_json(portable_likelihood(csi.cost(free=["sin2_theta_w"]))))
    angle = [p["default"] for p in standard.parameters]
    masses = np.array([0.1, 1.0, 33.0, 1e6])
    points = np.stack([np.zeros(4), masses], axis=1)
    assert [p["name"] for p in vector.parameters] == ["coupling", "mass"]
    at = np.array([0.1, -0.2, 0.3, 0.4])
    found = vector.twice_nll(points, at)
    np.testing.assert_allclose(found, standard.twice_nll([angle], at)[0], rtol=1e-12)


def test_most_of_the_signal_is_not_written_twice() -> None:
    """The error of the coherent part of the signal: of all of it, less electrons."""
    csi = nu.experiment("coherent-csi-2017")
    cost = csi.cost(free=["rn", "quenching_scale"])
    made = as_json(portable_likelihood(cost))
    (block,) = made["terms"][0]["blocks"]
    effects = {one["nuisance"]: one for one in block["effects"]}
    sources = {one["name"]: one for one in block["sources"]}
    own = effects["csi-2017-signal"]
    assert own["scales"] == ["signal"]
    assert not any(g.get("smooth") for g in sources[own["shape"]]["groups"])
    points, nuisances = points_of(cost)
    found = reference().Likelihood(made).twice_nll(points, nuisances)
    assert_same(found, cost.twice_nll(points, nuisances))
