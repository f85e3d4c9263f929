"""Result files: no damaged bit is believed, no kill loses a run, nothing is replaced
before its time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from tests.inference.synthetic import Synthetic
from tests.inference.test_scan import (
    GRID,
    assert_same_bits,
    cost_of,
    holds_something,
    run_python,
)
from tests.nightly import mostly_nightly

from nuprobe.errors import InputError, OutputError, StoppedError
from nuprobe.inference import (
    Cost,
    SampleResult,
    ScanResult,
    ToySettings,
    sample,
    scan,
    toy_threshold,
)
from nuprobe.inference.checkpoints import Checkpoint
from nuprobe.inference.costs import BLOCK
from nuprobe.inference.grid_scan import _tasks
from nuprobe.inference.scan_result import read_scan
from nuprobe.sealed import BLOCK as FRONT
from nuprobe.sealed import seal, unsealed
from nuprobe.stopping import Stop
from nuprobe.unfinished import alone

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*not converged:nuprobe.errors.ValidityWarning"
)
SMALL = {"radius": [3.0, 4.0, 5.0]}
ALONE: dict[str, Any] = {"fixed": {"strength": 1.0}}


@pytest.fixture(scope="module")
def cost() -> Cost:
    return cost_of(Synthetic())


def _scan(cost: Cost, path: Path, **options: Any) -> ScanResult:
    return scan(cost, SMALL, **ALONE, checkpoint=path, **options)


def _sample(cost: Cost, path: Path, **options: Any) -> SampleResult:
    given = {"steps": 8, "nuisances": "profiled", **options}
    return sample(cost, ["radius"], checkpoint=path, **ALONE, **given)


WRITERS: dict[str, Callable[..., Any]] = {"scan": _scan, "chain": _sample}
READERS: dict[str, Callable[[Path], Any]] = {
    "scan": ScanResult.load,
    "chain": SampleResult.from_h5,
}
KINDS = pytest.mark.parametrize("kind", list(WRITERS))


@pytest.fixture(scope="module")
def finished(cost: Cost, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A complete file of each kind."""
    folder = tmp_path_factory.mktemp("finished")
    for kind, write in WRITERS.items():
        write(cost, folder / kind)
    return {kind: (folder / kind).read_bytes() for kind in WRITERS}


def _flipped(content: bytes, bit: int) -> bytes:
    damaged = bytearray(content)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


@KINDS
def test_no_flipped_bit_passes_the_checksum(
    finished: dict[str, bytes], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every bit of the front and every seventh of the rest."""
    whole, now = finished[kind], [b""]
    monkeypatch.setattr(Path, "open", lambda *_: BytesIO(now[0]))
    bits = [*range(8 * FRONT), *range(8 * FRONT, 8 * len(whole), 7)]
    for bit in bits:
        now[0] = _flipped(whole, bit)
        with pytest.raises(InputError):
            unsealed(Path("x"), kind)
    now[0] = whole
    assert unsealed(Path("x"), kind) == whole


def _refused(cost: Cost, kind: str, content: bytes, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"cannot be read as a {kind}") as error:
        WRITERS[kind](cost, path, resume=True)
    assert "--overwrite" in str(error.value)
    with pytest.raises(InputError, match=f"cannot be read as a {kind}"):
        READERS[kind](path)
    assert path.read_bytes() == content
    assert os.listdir(path.parent) == [path.name]


@KINDS
def test_a_flipped_bit_is_refused_on_resume_and_on_reading(
    finished: dict[str, bytes], kind: str, cost: Cost, tmp_path: Path
) -> None:
    whole = finished[kind]
    for bit in np.random.default_rng(1).integers(8 * len(whole), size=25).tolist():
        _refused(cost, kind, _flipped(whole, bit), tmp_path / "x.h5")


@pytest.mark.nightly
@KINDS
def test_four_hundred_flipped_bits_are_refused(
    finished: dict[str, bytes], kind: str, cost: Cost, tmp_path: Path
) -> None:
    whole = finished[kind]
    for bit in np.random.default_rng(2).integers(8 * len(whole), size=400).tolist():
        _refused(cost, kind, _flipped(whole, bit), tmp_path / "x.h5")


@KINDS
def test_other_damage_is_refused(
    finished: dict[str, bytes], kind: str, cost: Cost, tmp_path: Path
) -> None:
    whole = finished[kind]
    damaged = (b"", b"\0" * 600, whole[:300], whole[:-1], whole + b"\0", whole[FRONT:])
    for content in damaged:
        _refused(cost, kind, content, tmp_path / "x.h5")
    # the remedy works
    WRITERS[kind](cost, tmp_path / "x.h5", overwrite=True)
    assert (tmp_path / "x.h5").read_bytes() == whole


@KINDS
def test_a_file_without_a_checksum_says_what_to_do(
    finished: dict[str, bytes], kind: str, cost: Cost, tmp_path: Path
) -> None:
    """As written before there was one: HDF5 from the first byte."""
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.attrs["format"] = f"nuprobe-{kind}-1"
    with pytest.raises(
        InputError, match=r"without the checksum .*run it again with overwrite=True"
    ):
        READERS[kind](tmp_path / "x.h5")


@KINDS
def test_other_programs_read_the_files(finished: dict[str, bytes], kind: str) -> None:
    with h5py.File(BytesIO(finished[kind])) as file:
        assert file.userblock_size == FRONT
        version = {"scan": 2, "chain": 3}[kind]  # chains have what walkers jump with
        assert file.attrs["format"] == f"nuprobe-{kind}-{version}"


def _edit(content: bytes, change: Callable[[Any], None]) -> bytes:
    """The file with a change and a checksum that fits it."""
    image = BytesIO(content)
    with h5py.File(image, "r+") as file:
        change(file)
    return seal(image.getvalue())


def _put(name: str, value: Any) -> Callable[[Any], None]:
    def change(file: Any) -> None:
        where, _, key = name.rpartition("@")
        if not key or "@" not in name:
            del file[name]
            file[name] = value
        else:
            (file[where] if where else file).attrs[key] = value

    return change


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("scan", "twice_nll", np.array([1.0, np.nan, 2.0])),
        ("scan", "twice_nll", np.array([1.0, -np.inf, 2.0])),
        ("scan", "twice_nll", np.array([1.0, 2.0])),
        ("scan", "twice_nll", np.array([b"1", b"2", b"3"])),
        ("scan", "nuisances", np.full((3, 6), np.nan)),
        ("scan", "nuisances", np.zeros((3, 5))),
        ("scan", "done", np.ones(4, dtype=bool)),
        ("scan", "done", np.ones(3)),
        ("scan", "probe", np.array([np.nan])),
        ("scan", "axes/radius", np.array([3.0, 3.0, 5.0])),
        ("scan", "axes/radius", np.array([3.0, np.nan, 5.0])),
        ("scan", "@axes", ["radius", "strength"]),
        ("scan", "@nuisances", 3),
        ("scan", "fixed@strength", np.inf),
        ("scan", "fixed@strength", "much"),
        ("chain", "random@pos", 1_000_000),
        ("chain", "random@pos", -1),
        ("chain", "random@pos", 2.5),
        ("chain", "random@has_gauss", 2),
        ("chain", "random@gauss", np.nan),
        ("chain", "random", np.zeros(624, dtype=np.uint32)),
        ("chain", "random", np.ones(623, dtype=np.uint32)),
        ("chain", "random", np.ones(624)),
        ("chain", "chain", np.full((32, 8, 1), np.nan)),
        ("chain", "chain", np.zeros((32, 0, 1))),
        ("chain", "log_posterior", np.zeros((32, 7))),
        ("chain", "log_posterior", np.full((32, 8), -np.inf)),
        ("chain", "lower", np.array([9.0])),
        ("chain", "upper", np.array([np.nan])),
        ("chain", "lower", np.array([1.0, 1.0])),
        ("chain", "@steps", 7),
        ("chain", "@steps", -1),
        ("chain", "@burn", 8),
        ("chain", "@burn", -1),
        ("chain", "@seed", -1),
        ("chain", "@seed", 2**40),
        ("chain", "@parameters", 2),
        ("chain", "@parameters", "one"),
        ("chain", "@treatment", "guessed"),
        ("chain", "@names", ["a", "b"]),
        ("chain", "@logarithmic", np.zeros(3, dtype=bool)),
        ("chain", "fixed@strength", np.nan),
        ("chain", "modes@draws", np.nan),
        ("chain", "modes@draws", -1.0),
    ],
)
def test_what_no_run_writes_is_refused_whatever_the_checksum_says(
    finished: dict[str, bytes],
    cost: Cost,
    tmp_path: Path,
    kind: str,
    name: str,
    value: Any,
) -> None:
    _refused(cost, kind, _edit(finished[kind], _put(name, value)), tmp_path / "x.h5")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("weights", lambda x: 2 * x),
        ("weights", lambda x: -x),
        ("weights", lambda x: x[:-1]),
        ("means", lambda x: np.nan * x),
        ("means", lambda x: np.hstack([x, x])),
        ("roots", lambda x: 0 * x),
        ("roots", lambda x: -x),
        ("roots", lambda x: x[:, 0]),
        ("shares", lambda x: x - 2),
        ("shares", lambda x: x + 2),
        ("errors", lambda x: x - 2),
    ],
)
def test_jumps_that_no_run_writes_are_refused(
    finished: dict[str, bytes],
    cost: Cost,
    tmp_path: Path,
    name: str,
    change: Callable[[Any], Any],
) -> None:
    def edit(file: Any) -> None:
        group = file["modes"]
        new = change(group[name][()])
        del group[name]
        group[name] = new

    _refused(cost, "chain", _edit(finished["chain"], edit), tmp_path / "x.h5")


@pytest.mark.parametrize("name", ["done", "twice_nll", "axes", "fixed", "probe"])
def test_what_is_missing_is_named(
    finished: dict[str, bytes], cost: Cost, tmp_path: Path, name: str
) -> None:
    def change(file: Any) -> None:
        del file[name]

    _refused(cost, "scan", _edit(finished["scan"], change), tmp_path / "x.h5")


def test_an_impossible_point_is_no_damage(
    finished: dict[str, bytes], tmp_path: Path
) -> None:
    """+inf says that the data are impossible there."""
    edited = _edit(finished["scan"], _put("twice_nll", np.array([1e3, np.inf, 2e3])))
    (tmp_path / "x.h5").write_bytes(edited)
    assert np.isposinf(ScanResult.load(tmp_path / "x.h5").twice_nll[1])


@KINDS
@pytest.mark.parametrize("error", [KeyboardInterrupt(), Stop(signal.SIGTERM)])
def test_the_old_file_stays_until_the_new_one_is_complete(
    finished: dict[str, bytes],
    cost: Cost,
    tmp_path: Path,
    kind: str,
    error: BaseException,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path, part = tmp_path / "x.h5", tmp_path / "x.h5.part"
    path.write_bytes(b"precious")

    def interrupt(self: Checkpoint) -> bool:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "due", interrupt)
        with pytest.raises(StoppedError, match=r"--resume --overwrite on the") as told:
            WRITERS[kind](cost, path, overwrite=True)
    assert told.value.signal == (15 if isinstance(error, Stop) else 2)
    assert ("SIGTERM" if isinstance(error, Stop) else "interrupted") in str(told.value)
    assert path.read_bytes() == b"precious"
    assert part.exists()
    # to go on is not to replace what was there
    with pytest.raises(InputError, match="cannot be read"):
        WRITERS[kind](cost, path, resume=True)
    assert path.read_bytes() == b"precious"
    WRITERS[kind](cost, path, resume=True, overwrite=True)
    assert path.read_bytes() == finished[kind]
    assert os.listdir(tmp_path) == ["x.h5"]


@KINDS
def test_both_flags_lose_no_work(
    finished: dict[str, bytes], cost: Cost, tmp_path: Path, kind: str
) -> None:
    """A file of the same run is gone on with, another one is replaced."""
    path, both = tmp_path / "x.h5", {"resume": True, "overwrite": True}
    for content in (_flipped(finished[kind], 9999), b"precious", finished[kind]):
        path.write_bytes(content)
        WRITERS[kind](cost, path, **both)
        assert path.read_bytes() == finished[kind]
    longer = _sample(cost, tmp_path / "y.h5", steps=12)
    if kind == "chain":
        extended = _sample(cost, path, steps=12, **both)
        assert np.array_equal(extended.chain, longer.chain)
    else:
        calls: list[int] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Cost, "profiled", lambda *_, **__: calls.append(1))
            _scan(cost, path, **both)
        assert not calls


@KINDS
def test_a_full_disk_at_the_end_keeps_the_old_file(
    cost: Cost, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.h5"
    path.write_bytes(b"precious")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        WRITERS[kind](cost, path, overwrite=True)
    assert os.listdir(tmp_path) == ["x.h5"]
    assert path.read_bytes() == b"precious"


@KINDS
def test_a_file_that_appears_meanwhile_is_not_replaced(
    finished: dict[str, bytes],
    cost: Cost,
    tmp_path: Path,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "x.h5"

    def appear(self: Checkpoint) -> bool:
        path.write_bytes(b"precious")
        return False

    monkeypatch.setattr(Checkpoint, "due", appear)
    with pytest.raises(OutputError, match=r"was created .* the result is in .*part"):
        WRITERS[kind](cost, path)
    assert path.read_bytes() == b"precious"
    assert (tmp_path / "x.h5.part").read_bytes() == finished[kind]


@pytest.mark.skipif(sys.platform == "win32", reason="no locks on this system")
@KINDS
def test_two_runs_do_not_write_one_file(
    finished: dict[str, bytes], cost: Cost, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "x.h5"
    with alone(tmp_path / "x.h5.part") as other:
        for _ in range(2):  # a write must not let go of the lock
            for options in ({}, {"resume": True}, {"overwrite": True}):
                for write in WRITERS.values():
                    with pytest.raises(InputError, match="written by another process"):
                        write(cost, path, **options)
            other.write(b"what the other has")
        assert other.part.read_bytes() == b"what the other has"
    with pytest.raises(InputError, match="belongs to an unfinished run"):
        WRITERS[kind](cost, path)
    WRITERS[kind](cost, path, overwrite=True)
    assert path.read_bytes() == finished[kind]
    assert os.listdir(tmp_path) == ["x.h5"]


def test_two_processes_at_once_lose_no_result(tmp_path: Path) -> None:
    """One of them writes the file, whichever; the other says so."""
    path = tmp_path / "scan.h5"
    code = (
        "from tests.inference.test_scan import *\n"
        "cost = cost_of(Synthetic(delay=0.05))\n"
        "try:\n"
        f"    scan(cost, GRID, checkpoint={str(path)!r}, chunk=BLOCK)\n"
        "except InputError as error:\n"
        "    print(error)\n"
    )
    both = [run_python(code) for _ in range(2)]
    told = [process.communicate(timeout=100) for process in both]
    assert [p.returncode for p in both] == [0, 0], told
    said = sorted(out for out, _ in told)
    assert said[0] == ""
    assert "being written by another process" in said[1] or "exists" in said[1]
    assert_same_bits(ScanResult.load(path), scan(cost_of(Synthetic()), GRID))


SCAN = (
    "scan",
    "coherent-csi-2017",
    "--grid",
    "rn=2:9 fm:100,sin2_theta_w=0.1:0.4:100",
    "--quiet",
)
LIMIT = (
    "limit",
    "ccfr-trident",
    "--grid",
    "mass=1e-3:1e2 GeV:100,coupling=1e-5:1:100",
)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize(
    ("number", "arguments"),
    mostly_nightly(
        [
            (signal.SIGINT, SCAN),
            (signal.SIGTERM, SCAN),
            (signal.SIGHUP, SCAN),
            (signal.SIGTERM, (*SCAN, "--workers", "2")),
            (signal.SIGTERM, LIMIT),
        ],
        [(signal.SIGINT, SCAN), (signal.SIGTERM, (*SCAN, "--workers", "2"))],
    ),
)
def test_a_signal_saves_and_its_number_is_the_exit_code(
    tmp_path: Path, number: signal.Signals, arguments: tuple[str, ...]
) -> None:
    """Batch systems signal all processes of a run: workers leave it to the first."""
    path, part = tmp_path / "scan.h5", tmp_path / "scan.h5.part"
    process = _command_line(path, *arguments, "--every", "0")
    _wait_until(process, lambda: holds_something(part))
    os.killpg(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "points are saved in" in err
    assert err.count("\n") == 1
    assert os.listdir(tmp_path) == ["scan.h5.part"]
    assert read_scan(part)[1].done.sum() > 0


def _command_line(path: Path, *arguments: str) -> subprocess.Popen[str]:
    """A scan by the command line that is slow to gather its results."""
    code = (
        "import sys, time\n"
        "from nuprobe.inference.checkpoints import Checkpoint\n"
        "from nuprobe.cli.main import main\n"
        "due = Checkpoint.due\n"
        "def slow(self):\n"
        "    time.sleep(0.3)\n"
        "    return due(self)\n"
        "Checkpoint.due = slow\n"
        f"sys.argv = ['nuprobe', *{list(arguments)!r}, '-o', {str(path)!r}]\n"
        "main()\n"
    )
    return run_python(code, start_new_session=True)


def _wait_until(
    process: subprocess.Popen[str], condition: Callable[[], bool], seconds: float = 300
) -> None:
    deadline = time.monotonic() + seconds  # imports take minutes on a crowded machine
    while not condition():
        assert process.poll() is None, process.communicate()
        if time.monotonic() > deadline:
            process.kill()  # else what it leaves fails the next test
            pytest.fail(f"not after {seconds:g} s: {process.communicate()}")
        time.sleep(0.01)


@pytest.mark.parametrize(
    "kills", [2, pytest.param(10, marks=pytest.mark.nightly)], ids=str
)
def test_runs_killed_in_a_row_come_to_the_end(
    cost: Cost, tmp_path: Path, kills: int
) -> None:
    """Each is killed as soon as it has saved something new, with the usual interval of
    30 seconds; all make progress and leave one file."""
    path, part = tmp_path / "scan.h5", tmp_path / "scan.h5.part"
    grid = {"strength": GRID["strength"], "radius": np.linspace(2.0, 8.0, 40 * kills)}
    code = (
        "from tests.inference.test_scan import *\n"
        "cost = cost_of(Synthetic(delay=0.3))\n"
        "grid = {'strength': GRID['strength'], 'radius':"
        f" np.linspace(2.0, 8.0, {40 * kills})}}\n"
        f"scan(cost, grid, checkpoint={str(path)!r}, resume=True)\n"
    )
    done = [0]
    for _ in range(kills):
        process = run_python(code)

        def more() -> bool:
            if not holds_something(part):
                return False
            return bool(read_scan(part)[1].done.sum() > done[-1])

        _wait_until(process, more)
        process.kill()
        process.communicate()
        assert os.listdir(tmp_path) == ["scan.h5.part"]
        done.append(int(read_scan(part)[1].done.sum()))
    assert all(b > a for a, b in pairwise(done))
    reference = scan(cost, grid)
    assert_same_bits(scan(cost, grid, checkpoint=path, resume=True), reference)
    assert os.listdir(tmp_path) == ["scan.h5"]


@pytest.mark.skipif(not Path("/proc").exists(), reason="processes are found in /proc")
def test_workers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    path, part = tmp_path / "scan.h5", tmp_path / "scan.h5.part"
    code = (
        "from tests.inference.test_scan import *\n"
        "if __name__ == '__main__':\n"
        "    cost = cost_of(Synthetic(delay=0.2))\n"
        f"    scan(cost, GRID, checkpoint={str(path)!r}, workers=2, every_s=0)\n"
    )
    script = tmp_path / "run.py"
    script.write_text(code)
    process = run_python(
        f"import runpy; runpy.run_path({str(script)!r}, run_name='__main__')",
        start_new_session=True,
    )
    _wait_until(process, lambda: holds_something(part))
    workers = [p for p in _session(process.pid) if p != process.pid]
    assert len(workers) >= 2
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 30
    while _session(process.pid):
        assert time.monotonic() < deadline, _session(process.pid)
        time.sleep(0.1)


def test_a_script_that_its_workers_would_run_again_ends(tmp_path: Path) -> None:
    """With a cost that is larger than what a pipe holds; it waited forever."""
    script = tmp_path / "run.py"
    script.write_text(
        "import nuprobe as nu\n"
        "cost = nu.experiment('coherent-csi-2017').cost(free=['rn'])\n"
        "nu.scan(cost, {'rn': [4.0, 5.0, 6.0]}, workers=2)\n"
    )
    ended = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=300
    )
    assert ended.returncode == 1
    assert "put what it does below if __name__ == '__main__':" in ended.stderr
    assert "scan stopped (BrokenProcessPool" in ended.stderr


def _session(number: int) -> list[int]:
    """Processes of a session that are alive."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, session = stat.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(session) == number and state != "Z":
            found.append(int(stat.parent.name))
    return found


def test_a_run_is_saved_early_and_then_less_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill loses at most half of the work, or 30 seconds of it."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    file, saved = Checkpoint(tmp_path / "x", False, False, 30.0), []
    while now[0] < 200:
        now[0] += 0.25
        if file.due():
            saved.append(now[0])
    early = [0.5, 1, 1.75, 3.25, 6.25, 12.25, 24.25, 48.25]
    assert saved == [*early, 78.25, 108.25, 138.25, 168.25, 198.25]
    # however late the first result came: it is saved, and the next soon after
    file, now[0], saved = Checkpoint(tmp_path / "z", False, False, 30.0), 0.0, []
    file.start()
    now[0] += 20.0
    for _ in range(8):
        if file.due():
            saved.append(now[0])
        now[0] += 0.25
    assert saved == [20, 20.5, 21]
    # a file that takes 0.2 s to write is not written every second
    now[0], saved = 0.0, []

    def slow() -> bytes:
        now[0] += 0.2
        return b"content"

    file = Checkpoint(tmp_path / "y", False, False, 30.0)
    with file.held():
        file.start()
        while now[0] < 40:
            now[0] += 0.1
            if file.due():
                saved.append(now[0])
                file.save(slow)
    assert np.allclose(saved, [0.5, 4.5, 9.0, 18.0, 36.0], atol=0.6)


@pytest.mark.parametrize("every_s", [-1.0, np.nan])
def test_an_interval_is_a_duration(cost: Cost, tmp_path: Path, every_s: float) -> None:
    with pytest.raises(InputError, match="seconds between checkpoints"):
        _scan(cost, tmp_path / "x.h5", every_s=every_s)


def test_a_task_is_small_unless_the_grid_is_large() -> None:
    assert _tasks(1500, None, 1) == [
        slice(0, 512),
        slice(512, 1024),
        slice(1024, 1500),
    ]
    for points in (1, 511, 512, 513, 10**6, 10**8):
        for threads in (1, 4):
            tasks = _tasks(points, None, threads)
            assert tasks[0].start == 0
            assert tasks[-1].stop == points
            assert all(a.stop == b.start for a, b in pairwise(tasks))
            sizes = [t.stop - t.start for t in tasks]
            assert max(sizes) <= 8 * threads * BLOCK
            assert all(size % BLOCK == 0 for size in sizes[:-1])
    assert len(_tasks(100 * BLOCK, None, 1)) == 100
    assert _tasks(5000, 1, 1)[0] == slice(0, BLOCK)


def test_memory_of_the_client_is_that_of_the_results(
    cost: Cost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes a toy and a point at the peak, with a checkpoint on the way, for fits that
    cost nothing."""
    from nuprobe.inference import grid_scan
    from nuprobe.inference.toys import sample as toy_sample

    free = len(cost.parameters)

    def fits(cost: Cost, task: Any) -> tuple[Any, ...]:
        n = task.toys.stop - task.toys.start
        return np.zeros(n), np.ones(n), np.tile(cost.default, (n, 1)), 0

    @contextmanager
    def computing(cost: Cost, *_: Any) -> Iterator[Any]:
        nuisances = len(cost.nuisances)
        columns = [cost.index(name) for name in ("radius", "strength")]

        def here(points: Any, tasks: list[slice]) -> Iterator[tuple[Any, ...]]:
            for task in tasks:
                part = points[task]
                value = ((part[:, columns] - 1.5) ** 2).sum(axis=1)
                yield task, value, np.zeros((len(part), nuisances))

        yield here

    monkeypatch.setattr(toy_sample, "_fits", fits)
    monkeypatch.setattr(grid_scan, "computing", computing)
    monkeypatch.setattr(grid_scan, "_SLAB", 1000)

    def toys(n: int) -> None:
        settings = ToySettings(n, checkpoint=tmp_path / f"toys{n}", every_s=0.5)
        toy_threshold(cost, "radius", 4.0, toys=settings)

    def points(n: int) -> None:
        grid = {
            "radius": np.linspace(3, 5, 100),
            "strength": np.linspace(1, 2, n // 100),
        }
        scan(cost, grid, checkpoint=tmp_path / f"points{n}", every_s=0.5)

    def peak(work: Any, n: int) -> int:
        tracemalloc.start()
        try:
            work(n)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, many = 2_000, 100_000
    for work, most in (
        # the results, masks, and for toys the sample of one point sorted
        (toys, 8 * (2 + free) + 1 + 40),
        (points, 8 * (1 + len(cost.nuisances)) + 1 + 20),
    ):
        work(few)  # imports
        (tmp_path / f"{work.__name__}{few}").unlink()
        grown = (peak(work, many) - peak(work, few)) / (many - few)
        assert grown < most
