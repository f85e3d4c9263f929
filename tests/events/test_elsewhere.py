"""Events made by other processes and on a cluster: the same bits, in bounded memory."""

from __future__ import annotations

import json
import os
import pickle
import signal
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.command_line import Run as Line
from tests.events.double import Double

import nuprobe as nu
from nuprobe.errors import InputError, NuprobeError
from nuprobe.events import (
    OBSERVABLES,
    Chunk,
    Cut,
    distributions,
    observable,
    parse_cuts,
    read_events,
    trident,
    write_events,
)
from nuprobe.events.backgrounds import compare
from nuprobe.events.backgrounds.counting import Job, counted
from nuprobe.events.backgrounds.sample import drawing
from nuprobe.events.store import unfinished

pytest.importorskip("pyhepmc", reason="the extra nuprobe[events] is not installed")
pytest.importorskip("uproot", reason="the extra nuprobe[events] is not installed")

MODELS: dict[str, Any] = {"v-a": nu.VMinusA(), "light": nu.LMuLTau(10.0, 1e-3)}
SOURCE = Double(target="CsI", regime="incoherent", motion=80.0)
CUTS = "E_minus > 0.2 GeV and theta_minus < 40 deg, not m_pair > 2 GeV"


class Shuffled(Executor):
    """The last task first, and never more than one at a time."""

    _max_workers = 3

    def __init__(self) -> None:
        self.tasks: list[tuple[Future[Any], Callable[[], Any]]] = []
        self.most = self.sent = 0
        self.ready = threading.Condition()
        self.ended = False
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()

    def submit(
        self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        future: Future[Any] = Future()
        with self.ready:
            self.tasks.append((future, lambda: fn(*args, **kwargs)))
            self.sent += 1
            self.most = max(self.most, len(self.tasks))
            self.ready.notify()
        return future

    def _work(self) -> None:
        while True:
            with self.ready:
                self.ready.wait_for(lambda: self.tasks or self.ended)
                if self.ended:
                    return
                future, task = self.tasks.pop()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(task())
                except BaseException as error:
                    future.set_exception(error)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        with self.ready:
            self.ended = True
            self.ready.notify()
        self.thread.join()


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


def written(path: Path, n: int = 170, **where: Any) -> Path:
    write_events(path, SOURCE, n, variations=MODELS, unweighted=False, **where)
    return path


def same(first: Path, second: Path) -> bool:
    """Byte for byte, or of trees, which have the time, entry by entry."""
    if first.suffix != ".root":
        return first.read_bytes() == second.read_bytes()
    a, b = read_events(first), read_events(second)
    names = ("process", "minus", "recoil", "terms", "weight")
    return a.trials == b.trials and all(
        np.array_equal(getattr(a.events, k), getattr(b.events, k)) for k in names
    )


@pytest.mark.parametrize("ending", [".hepmc3", ".hepmc3.gz", ".root"])
def test_files_are_the_same_wherever_chunks_are_made(
    tmp_path: Path, ending: str, cluster: Any
) -> None:
    plain = written(tmp_path / f"plain{ending}")
    with Shuffled() as shuffled, ThreadPoolExecutor(2) as pool:
        places: dict[str, Any] = {
            "shuffled": {"executor": shuffled},
            "threads": {"executor": pool},
            "dask": {"client": cluster.scheduler_address},
        }
        for name, where in places.items():
            made = written(tmp_path / f"{name}{ending}", **where)
            assert same(made, plain), name
            assert not list(tmp_path.glob("*.part*"))


@pytest.mark.nightly
def test_two_processes_write_the_same_file(tmp_path: Path) -> None:
    plain = written(tmp_path / "plain.hepmc3", 400)
    assert same(written(tmp_path / "two.hepmc3", 400, workers=2), plain)


@pytest.mark.parametrize("n", [1, 30, 31, 32, 33, 170])
def test_a_file_may_end_anywhere_in_a_chunk(tmp_path: Path, n: int) -> None:
    plain = written(tmp_path / "plain.hepmc3", n)
    with Shuffled() as pool:
        assert same(written(tmp_path / "x.hepmc3", n, executor=pool), plain)
        tree = written(tmp_path / "x.root", n, executor=pool)
    assert same(tree, written(tmp_path / "plain.root", n))
    assert len(read_events(tree).events) == n


@dataclass(frozen=True)
class Breaking(Double):
    """A source that a worker does not survive."""

    at: int = 2

    def chunk(self, index: int, unweighted: bool = False) -> Chunk:
        if index == self.at:
            raise BrokenProcessPool("a process died")
        return super().chunk(index, unweighted)


@pytest.mark.parametrize("ending", [".hepmc3.gz", ".root"])
def test_a_broken_pool_leaves_what_can_go_on(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"x{ending}"
    broken = Breaking(target="CsI", regime="incoherent", motion=80.0)
    options: Any = {"variations": MODELS, "unweighted": False}
    with (
        ThreadPoolExecutor(1) as pool,
        pytest.raises(NuprobeError, match=r"events stopped \(BrokenProcessPool") as e,
    ):
        write_events(path, broken, 170, executor=pool, **options)
    assert "continue with --resume" in str(e.value)
    assert "\n" not in str(e.value)
    done = json.loads(unfinished(path)[1].read_text())
    assert 0 < done["tally"]["events"] < 170
    with Shuffled() as pool:
        written(path, executor=pool, resume=True)
    assert same(path, written(tmp_path / f"plain{ending}"))


def test_an_interrupt_leaves_what_can_go_on(tmp_path: Path) -> None:
    path = tmp_path / "x.hepmc3"
    with Shuffled() as pool:
        sent = pool.submit

        def submit(*task: Any, **more: Any) -> Future[Any]:
            if pool.sent > 8:
                raise KeyboardInterrupt
            return sent(*task, **more)

        pool.submit = submit  # type: ignore[method-assign]
        with pytest.raises(NuprobeError, match="continue with --resume"):
            written(path, executor=pool)
    assert same(written(path, resume=True), written(tmp_path / "plain.hepmc3"))


def test_few_chunks_are_under_way_however_many_there_are(tmp_path: Path) -> None:
    most, sent = [], []
    for n in (100, 2000):
        with Shuffled() as pool:
            written(tmp_path / f"{n}.root", n, executor=pool)
            most.append(pool.most)
            distributions(SOURCE, ["m_pair"], n=n, executor=pool)
            sent.append(pool.sent)
            assert pool.most <= 4 * pool._max_workers
    assert max(most) <= 2 * Shuffled._max_workers + 2
    assert sent[1] > 5 * sent[0]


@pytest.mark.nightly
def test_memory_does_not_grow_with_the_events(tmp_path: Path) -> None:
    source = Double(size=4000)
    peaks = []
    with ThreadPoolExecutor(2) as pool:
        for n in (10_000, 10_000, 100_000):  # once for what is loaded on first use
            tracemalloc.start()
            try:
                write_events(tmp_path / "x.hepmc3", source, n, executor=pool)
                peaks.append(tracemalloc.get_traced_memory()[1])
            finally:
                tracemalloc.stop()
            size = (tmp_path / "x.hepmc3").stat().st_size
            (tmp_path / "x.hepmc3").unlink()
    assert size > 1e8
    assert peaks[2] < 1.5 * peaks[1]
    assert peaks[2] < 0.5 * size


def test_histograms_are_the_same_wherever_they_are_filled(cluster: Any) -> None:
    wanted: Any = ["E_minus", ("m_pair", "opening_angle"), "Q2"]
    models: Any = {"generated": None, **MODELS}
    options: Any = {"models": models, "cuts": CUTS, "n": 700}
    plain = distributions(SOURCE, wanted, **options).to_dict()
    with Shuffled() as pool:
        places = ({"executor": pool}, {"client": cluster.scheduler_address})
        for where in places:
            found = distributions(SOURCE, wanted, **options, **where)
            assert found.to_dict() == plain


def test_a_generator_on_a_cluster(cluster: Any, tmp_path: Path, run: Line) -> None:
    made = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent", seed=3)
    plain = distributions(made, ["m_pair"], n=6000).to_dict()
    address = cluster.scheduler_address
    there = distributions(made, ["m_pair"], n=6000, client=address)
    assert there.to_dict() == plain
    line = (
        *("events", "trident", "--channel", "nu_mu -> nu_mu mu+ mu-"),
        *("--target", "Ar40", "--energy", "5 GeV", "--regime", "coherent"),
        *("-n", "600", "--seed", "3", "-o"),
    )
    files = [tmp_path / "here.hepmc3", tmp_path / "there.hepmc3"]
    write_events(files[0], made, 600)
    code, _, err = run(*line, str(files[1]), "--dask", address)
    assert code == 0, err
    assert same(*files)
    code, _, err = run(*line, "x.root", "--dask", address, "--workers", "2")
    assert code == 2
    assert "give --workers or --dask, not both" in err


def test_backgrounds_are_counted_the_same_anywhere(
    cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nuprobe.events.backgrounds.sample.BLOCK", 100)
    generator = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5e3, regime="coherent")
    stages = [(text, parse_cuts(text)) for text in (CUTS, "extra_energy < 50 MeV")]
    drawn = drawing("dune-nd-fhc", "Ar40", 230)  # blocks that are not full, too
    drawn = replace(drawn, draws=drawn.draws[:2])
    monkeypatch.setattr("nuprobe.events.sampler.TRIALS", 200)  # of a chunk
    made = Job.of(drawn, generator, 500, stages)
    made = pickle.loads(pickle.dumps(made))
    plain = counted(made)
    assert plain.events == plain.all.events[0].sum()
    assert plain.all.events[0, 0, 0] == 500
    with Shuffled() as shuffled:
        for place in (shuffled, cluster.scheduler_address):
            found = counted(made, place)
            assert (found.trials, found.events) == (plain.trials, plain.events)
            for name in ("largest", "before"):
                assert np.array_equal(getattr(found, name), getattr(plain, name))
            sums = [(found.all, plain.all)]
            sums += [(found.fine[o], plain.fine[o]) for o in plain.fine]
            for one, other in sums:
                for name in ("first", "second", "events"):
                    assert np.array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.nightly
def test_backgrounds_on_the_command_line_are_the_same_on_a_cluster(
    cluster: Any, run: Line
) -> None:
    line = ("events", "backgrounds", "-n", "2000", "--json")
    plain = json.loads(run(*line)[1])
    for where in (("--dask", cluster.scheduler_address), ("--workers", "2")):
        assert json.loads(run(*line, *where)[1])["stages"] == plain["stages"]


def test_what_is_no_place_is_refused_before_any_work(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        for wrong, words in (
            ({"client": str(tmp_path / "none.json")}, "Dask scheduler file"),
            ({"client": 3}, "client must be"),
            ({"executor": 3}, "executor must have"),
            ({"executor": pool, "workers": 2}, "not several"),
            ({"workers": 0}, "number of workers"),
        ):
            with pytest.raises(InputError, match=words):
                written(tmp_path / "x.root", **wrong)
            with pytest.raises(InputError, match=words):
                distributions(SOURCE, ["m_pair"], n=10, **wrong)
            with pytest.raises(InputError, match=words):
                compare("dune-nd-fhc", "Ar40", 10, **wrong)
        assert not list(tmp_path.iterdir())
        sample = [SOURCE.chunk(0)]
        with pytest.raises(InputError, match="require a generator"):
            distributions(sample, ["m_pair"], executor=pool)


def test_observables_and_cuts_travel() -> None:
    events = SOURCE.chunk(0).events
    for one in OBSERVABLES.values():
        assert pickle.loads(pickle.dumps(one)) is one
    for cut in parse_cuts(CUTS):
        again = pickle.loads(pickle.dumps(cut))
        assert again.text == cut.text
        assert np.array_equal(again.passes(events), cut.passes(events))
    mine = Cut("mine", _mine)
    assert pickle.loads(pickle.dumps(mine)) == mine
    assert observable(pickle.loads(pickle.dumps(OBSERVABLES["Q2"]))).name == "Q2"


def _mine(events: Any) -> Any:
    return events.q2 > 0


@dataclass(frozen=True)
class Slow(Double):
    """A source that takes its time."""

    def chunk(self, index: int, unweighted: bool = False) -> Chunk:
        time.sleep(0.05)
        return super().chunk(index, unweighted)


@pytest.mark.nightly
def test_chunks_of_a_killed_worker_are_made_again(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    path = tmp_path / "x.hepmc3"
    slow = Slow(target="CsI", regime="incoherent", motion=80.0)
    options: Any = {"variations": MODELS, "unweighted": False}
    killed: list[int] = []
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            silence_logs=50,
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        pids = list(client.run(os.getpid).values())

        def kill_one() -> None:
            journal = unfinished(path)[1]
            while not journal.exists() or not _events(journal):
                time.sleep(0.005)
            os.kill(pids[0], signal.SIGKILL)
            killed.append(_events(journal))

        watcher = threading.Thread(target=kill_one, daemon=True)
        watcher.start()
        write_events(path, slow, 2000, client=client, **options)
        watcher.join(timeout=10)
    assert killed
    assert 0 < killed[0] < 2000  # it died while there was work to do
    assert same(path, written(tmp_path / "plain.hepmc3", 2000))


def _events(journal: Path) -> int:
    try:
        return int(json.loads(journal.read_text())["tally"]["events"])
    except (OSError, ValueError):
        return 0
