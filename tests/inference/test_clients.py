"""Dask clients, addresses and files of schedulers, taken as they are by every function
that computes in parallel: the bits of this process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.command_line import Run

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.experiments import joint_cost
from nuprobe.inference import (
    Cost,
    ScanResult,
    ToySettings,
    cls,
    coverage,
    exclusion_at,
    exclusion_plane,
    feldman_cousins,
    scan,
)

GRID = {"sin2_theta_w": np.linspace(0.15, 0.35, 12)}
AXES = {"sin2_2theta_14": [0.05, 0.1, 0.4], "dm2_41": [0.5, 2.0]}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=2,
        processes=False,
        dashboard_address=":0",
        silence_logs=50,
        protocol="tcp",
    ) as made:
        yield made


@pytest.fixture(scope="module")
def client(cluster: Any) -> Iterator[Any]:
    distributed: Any = pytest.importorskip("distributed")
    with distributed.Client(cluster, set_as_default=False) as made:
        yield made


@pytest.fixture(scope="module")
def pair() -> Cost:
    names = ("coherent-csi-2017", "coherent-lar-2020")
    return joint_cost([nu.experiment(n) for n in names], free="sin2_theta_w")


def test_a_joint_scan_is_the_same_on_a_cluster(
    pair: Cost, client: Any, cluster: Any, tmp_path: Path
) -> None:
    plain = scan(pair, GRID)
    file = tmp_path / "scheduler.json"
    file.write_text(json.dumps({"address": cluster.scheduler_address}))
    for given in (client, cluster.scheduler_address, str(file), file):
        found = scan(pair, GRID, client=given, chunk=1)
        assert np.array_equal(found.twice_nll, plain.twice_nll)
        assert np.array_equal(found.nuisances, plain.nuisances)
        assert found.fingerprint == plain.fingerprint
    # a client of the user stays open, as an executor is taken too
    assert client.status == "running"
    assert np.array_equal(scan(pair, GRID, executor=client).twice_nll, plain.twice_nll)


def test_limits_are_the_same_on_a_cluster(
    cluster: Any, run: Run, tmp_path: Path
) -> None:
    address = cluster.scheduler_address
    line = ("limit", "ccfr-trident", "--masses", "10, 100 MeV", "--json")
    toys = ("--intervals", "cls", "--toys", "20")
    grid = ("limit", "ccfr-trident", "--json", "--grid")
    plane = (*grid, "mass=10:100 MeV:3,coupling=1e-4:1e-2:3")
    found = []
    for where in (("--workers", "1"), ("--dask", address)):
        code, out, err = run(*line, *toys, *where)
        assert code == 0, err
        found.append(json.loads(out))
        file = tmp_path / f"{where[0][2:]}.h5"
        code, out, err = run(*plane, "--scan", str(file), *where)
        assert code == 0, err
        found.append(json.loads(out))
        found.append(ScanResult.load(file).twice_nll.tolist())
    for one in found:
        if isinstance(one, dict):  # how it was asked for is told apart
            assert one.pop("provenance")["command"].startswith("nuprobe limit")
    assert found[:3] == found[3:]


def test_toys_are_the_same_on_a_cluster(client: Any) -> None:
    csi = nu.experiment("coherent-csi-2017").cost(free="rn")
    danss = nu.experiment("danss").cost(free=list(AXES))
    here, there = ToySettings(20), ToySettings(20, client=client)
    at = {"sin2_2theta_14": 0.2, "dm2_41": 1.0}
    for ask in (
        lambda toys: coverage(csi, "rn", toys=toys),
        lambda toys: feldman_cousins(csi, "rn", [4, 5, 6], toys=toys),
        lambda toys: cls(csi, "rn", [4, 5, 6], null=2, toys=toys),
        lambda toys: exclusion_plane(danss, AXES, toys=toys),
        lambda toys: exclusion_at(danss, at, AXES, toys=toys),
    ):
        assert ask(here).to_dict() == ask(there).to_dict()


def test_what_is_no_client_is_refused_before_any_work(
    pair: Cost, tmp_path: Path
) -> None:
    path = tmp_path / "scan.h5"
    with pytest.raises(InputError, match="Dask scheduler file") as told:
        scan(pair, GRID, client=str(tmp_path / "none.json"), checkpoint=path)
    assert "stopped" not in str(told.value)
    assert not list(tmp_path.iterdir())
    for wrong in (3, object(), ["tcp://x:1"]):
        with pytest.raises(InputError, match="client must be"):
            scan(pair, GRID, client=wrong)
        with pytest.raises(InputError, match="client must be"):
            ToySettings(10, client=wrong)
    with pytest.raises(InputError, match="executor must have"):
        scan(pair, GRID, executor=3)  # type: ignore[arg-type]
    with ThreadPoolExecutor(1) as pool:
        for more in ({"workers": 2}, {"executor": pool}):
            with pytest.raises(InputError, match="not several"):
                scan(pair, GRID, client="tcp://x:1", **more)


def test_an_asynchronous_client_is_told_so(pair: Cost) -> None:
    class Later:
        asynchronous = True

        def get_executor(self) -> None: ...

    with pytest.raises(InputError, match="asynchronous=False"):
        scan(pair, GRID, client=Later())
