"""Workspaces of pyhf: the same likelihood at each point."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.command_line import Run
from tests.portable.families import points_of

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.experiments import family_cost, joint_cost
from nuprobe.inference import Cost
from nuprobe.numerics import FloatArray
from nuprobe.portable import pyhf_patchset, pyhf_workspace

RECORD = "ins1234567"
POINTS = [{"sin2_theta_w": x} for x in (0.2, 0.24, 0.3)]


def _costs() -> dict[str, Cost]:
    csi, argon = (nu.experiment(f"coherent-{n}") for n in ("csi-2021", "lar-2020"))
    free = ["sin2_theta_w"]
    return {
        "csi": csi.cost(free=free),
        "sites": nu.experiment("lz-er-2025").cost(free=free),
        "both": joint_cost([csi, argon], free=free),
    }


def _by_hand(workspace: dict[str, Any], names: list[str], alpha: FloatArray) -> float:
    """−2 ln L as HistFactory defines it, but for what depends on the data alone: linear
    where the ends of a histosys are symmetric."""
    total = float(np.sum(alpha**2))
    values = dict(zip(names, alpha, strict=True))
    pairs = zip(workspace["channels"], workspace["observations"], strict=True)
    for channel, observed in pairs:
        assert channel["name"] == observed["name"]
        mu = np.zeros(len(observed["data"]))
        for sample in channel["samples"]:
            own = np.array(sample["data"])
            for m in sample["modifiers"]:
                if m["type"] == "histosys":
                    ends = (np.array(m["data"][k]) for k in ("hi_data", "lo_data"))
                    high, low = ends
                    np.testing.assert_allclose(high + low, 2 * np.array(sample["data"]))
                    own = own + values[m["name"]] * (high - low) / 2
            mu += own
        n = np.array(observed["data"])
        total += 2 * float(np.sum(mu - n * np.log(mu)))
    return total


@pytest.mark.parametrize("name", ["csi", "sites", "both"])
def test_differences_are_those_of_the_cost(name: str) -> None:
    cost = _costs()[name]
    names = [n.name for n in cost.nuisances]
    sigma = np.array([n.sigma for n in cost.nuisances])
    _, nuisances = points_of(cost, 3)
    lost = [
        _by_hand(pyhf_workspace(cost, point), names, nu_ / sigma)
        - float(cost.twice_nll(cost.point(point), nu_)[0])
        for point in POINTS
        for nu_ in nuisances
    ]
    assert np.ptp(lost) < 1e-9


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_pyhf_agrees() -> None:
    """Patches lead from the first point to the others."""
    pyhf = pytest.importorskip("pyhf", reason="pyhf is not installed")
    for cost in _costs().values():
        workspace = pyhf.Workspace(pyhf_workspace(cost, POINTS[0]))
        patches = pyhf.PatchSet(pyhf_patchset(cost, POINTS, RECORD))
        patches.verify(workspace)
        _, nuisances = points_of(cost, 2)
        lost = []
        for point, patch in zip(POINTS, patches.patches, strict=True):
            model = pyhf.Workspace(patches.apply(workspace, patch.name)).model()
            for nu_ in nuisances:
                pars = np.array(model.config.suggested_init(), dtype=float)
                for n, v in zip(cost.nuisances, nu_, strict=True):
                    if n.name in model.config.par_order:
                        pars[model.config.par_slice(n.name)] = v / n.sigma
                there = -2 * float(model.logpdf(pars, workspace.data(model))[0])
                lost.append(there - cost.twice_nll(cost.point(point), nu_)[0])
        assert np.ptp(lost) < 1e-6


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (lambda: nu.experiment("conus-plus").cost(free=["sin2_theta_w"]), "Gaussian"),
        (lambda: nu.experiment("xenonnt-8b").cost(free=["sin2_theta_w"]), "morphs"),
        (lambda: nu.experiment("ccfr-trident").cost("lmu-ltau"), "GaussianCost"),
    ],
)
def test_what_pyhf_cannot_represent_is_refused(cost: Any, words: str) -> None:
    with pytest.raises(InputError, match=words) as error:
        pyhf_workspace(cost(), {})
    assert "nuprobe export likelihood" in str(error.value)


def test_points_and_records_are_checked() -> None:
    cost = family_cost(nu.experiment("texono-ge-projection"), "b-l")
    point: dict[str, float | str] = {"mass": "10 MeV", "coupling": 1e-5}
    with pytest.raises(InputError, match="outside its range"):
        pyhf_workspace(cost, {**point, "mass": 1e-3})
    with pytest.raises(InputError, match="unknown parameter"):
        pyhf_workspace(cost, {"x": 1.0})
    with pytest.raises(InputError, match="same parameters"):
        pyhf_patchset(cost, [point, {"mass": 1.0}], RECORD)
    with pytest.raises(InputError, match="twice"):
        pyhf_patchset(cost, [point, point], RECORD)
    with pytest.raises(InputError, match="seven digits"):
        pyhf_patchset(cost, [point], "1234567")


def test_from_the_command_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    line = (
        *("export", "pyhf", "texono-ge-projection", "--model", "b-l"),
        *("--at", "mass=10 MeV,coupling=1e-5"),
    )
    code, out, _ = run(*line)
    assert code == 0
    assert json.loads(out)["measurements"][0]["config"]["poi"] == "mu"
    more = (*line, "--at", "mass=20 MeV,coupling=1e-5")
    code, _, err = run(*more, "-o", str(file))
    assert code == 2
    assert "--hepdata RECORD" in err
    code, _, err = run(*more, "-o", str(file), "--hepdata", RECORD)
    assert code == 0
    assert err.count("wrote ") == 2
    patches = json.loads((tmp_path / "a.patchset.json").read_text(encoding="utf-8"))
    assert [p["metadata"]["values"][0] for p in patches["patches"]] == [10.0, 20.0]
