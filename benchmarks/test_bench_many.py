"""Cost of scans, toys and events on one worker of a cluster and on two: items a second
of a processor, bytes that travel, memory. Printed by `make bench`; nothing here asserts
a time.

Seconds are those of the processors, which hardly depend on what else the machine does.
"""

from __future__ import annotations

import os
import pickle
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.events import distributions, trident, write_events
from nuprobe.inference import Cost, ToySettings, feldman_cousins, scan
from nuprobe.places import DaskExecutor

distributed = pytest.importorskip(
    "distributed", reason="the extra nuprobe[cluster] is not installed"
)

ROWS: list[tuple[str, ...]] = []
HEAD = (
    "job",
    "workers",
    "bins",
    "items",
    "CPU s a worker",
    "items a CPU s",
    "bytes a worker: once, in, out",
    "wall s",
    "client CPU s",
    "MB a worker",
)
WORKERS = (1, 2)


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[None]:
    """Print all rows at the end."""
    ROWS.clear()
    yield
    rows = [HEAD, *ROWS]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    print(
        "\n\n"
        + "\n".join(
            "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True))
            for row in rows
        )
        + f"\nload {os.getloadavg()[0]:.1f} of {os.cpu_count()} processors"
    )


def usage() -> tuple[float, float]:
    """Of this process: CPU seconds, largest memory (bytes)."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime, own.ru_maxrss * 1024.0


class Counted(DaskExecutor):
    """Counts the bytes that it hands out and gets back."""

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        self.out = self.back = self.once = 0

    def submit(
        self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        """Of the last argument: the one before stands for what travels once."""
        self.out += len(pickle.dumps(args[-1]))
        future = super().submit(fn, *args, **kwargs)
        future.add_done_callback(self._add)
        return future

    def _add(self, future: Future[Any]) -> None:
        if not future.cancelled() and future.exception() is None:
            self.back += len(pickle.dumps(future.result()))

    def share(self, value: Any) -> Any:
        """What travels once a worker."""
        self.once = len(ForkingPickler.dumps(value))
        return super().share(value)


@contextmanager
def cluster(workers: int) -> Iterator[Any]:
    """A client of so many workers, each a process with one thread."""
    with (
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            silence_logs=50,
        ) as made,
        distributed.Client(made, set_as_default=False) as client,
    ):
        yield client


def measured(
    job: str, workers: int, bins: int, items: int, work: Callable[[Any], Any]
) -> Any:
    """Do a job with workers that have done it once, and add its row."""
    with cluster(workers) as client:
        work(Counted(client))  # imports, compiled loops
        before = client.run(usage)
        pool = Counted(client)
        wall, cpu = time.perf_counter(), time.process_time()
        found = work(pool)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        after = client.run(usage)
    busy = sum(after[k][0] - before[k][0] for k in after)
    memory = max(one[1] for one in after.values())
    each = (pool.once, pool.out / workers, pool.back / workers)
    numbers = [
        f"{items:,}",
        f"{busy / workers:.2f}",
        f"{items / busy:,.0f}",
        ", ".join(f"{x:.2g}" for x in each),
        f"{wall:.1f}",
        f"{cpu:.2f}",
        f"{memory / 1e6:.0f}",
    ]
    ROWS.append((job, str(workers), str(bins or ""), *numbers))
    return found


def cost() -> Cost:
    return nu.experiment("coherent-csi-2017").cost(free=["rn", "sin2_theta_w"])


@pytest.mark.parametrize("workers", WORKERS)
def test_a_scan(workers: int) -> None:
    made = cost()
    axes = {
        "rn": np.linspace(3.0, 8.0, 256),
        "sin2_theta_w": np.linspace(0.15, 0.35, 128),
    }
    points = 256 * 128
    plain = scan(made, axes)
    found = measured(
        "scan", workers, made.n_bins, points, lambda c: scan(made, axes, executor=c)
    )
    assert np.array_equal(found.twice_nll, plain.twice_nll)


@pytest.mark.parametrize("workers", WORKERS)
def test_toys(workers: int) -> None:
    made = nu.experiment("coherent-csi-2017").cost(free="rn")
    grid, toys = np.linspace(4.0, 7.0, 8), 2000
    plain = feldman_cousins(made, "rn", grid, toys=ToySettings(toys))
    found = measured(
        "toys",
        workers,
        made.n_bins,
        toys * len(grid),
        lambda c: feldman_cousins(made, "rn", grid, toys=ToySettings(toys, executor=c)),
    )
    assert found.to_dict() == plain.to_dict()


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("ending", [".hepmc3", ".hepmc3.gz", ".root"])
def test_files_of_events(workers: int, ending: str, tmp_path: Path) -> None:
    made, n = generator(), 60_000

    def write(client: Any) -> None:
        write_events(tmp_path / f"x{ending}", made, n, executor=client, overwrite=True)

    measured(f"events {ending}", workers, 0, n, write)
    if workers == 1:
        size = (tmp_path / f"x{ending}").stat().st_size / n
        ROWS.append(("bytes an event", "", "", f"{size:.0f}", *[""] * 6))


@pytest.mark.parametrize("workers", WORKERS)
def test_histograms_of_events(workers: int) -> None:
    made, n, names = generator(), 400_000, ["m_pair", "E_minus", "opening_angle"]
    measured(
        "histograms",
        workers,
        120,
        n,
        lambda c: distributions(made, names, n=n, executor=c),
    )


def generator() -> Any:
    """A generator that is trained once."""
    if not MADE:
        MADE.append(
            trident("nu_mu -> nu_mu mu+ mu-", "Ar40", "dune-nd-fhc", regime="elastic")
        )
    return MADE[0]


MADE: list[Any] = []
