"""Limits that are interrupted: nothing is lost, nothing damaged is believed, and not a
bit of the result depends on it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import fields
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from tests.inference.test_scan import holds_something, run_python
from tests.nightly import mostly_nightly

import nuprobe as nu
from nuprobe.errors import InputError, StoppedError
from nuprobe.experiments import Limit, LimitCurve, limit
from nuprobe.experiments.limit_files import _BLOCK, read_limit
from nuprobe.inference.checkpoints import Checkpoint
from nuprobe.sealed import BLOCK as FRONT
from nuprobe.sealed import seal, unsealed
from nuprobe.unfinished import alone

NAMES = ["ccfr-trident", "charm2-trident"]
MASSES = np.geomspace(1.0, 1e4, 3 * _BLOCK - 7)
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="no such signals")


def _limit(path: Path | None = None, **options: Any) -> Limit:
    given = {"mass": MASSES, **options}
    return limit(NAMES, "lmu-ltau", checkpoint=path, **given)


@pytest.fixture(scope="module")
def reference() -> Limit:
    return limit(NAMES, "lmu-ltau", mass=MASSES)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("limit") / "x.h5"
    _limit(path)
    return path.read_bytes()


def assert_same_bits(one: Limit, other: Limit) -> None:
    """Every field of every curve, also those that are added some day."""
    assert [c.label for c in one.curves] == [c.label for c in other.curves]
    for a, b in zip(one.curves, other.curves, strict=True):
        for field in fields(LimitCurve):
            x, y = getattr(a, field.name), getattr(b, field.name)
            if isinstance(x, np.ndarray):
                assert x.tobytes() == y.tobytes(), field.name
            else:
                assert x == y, field.name
    assert one.to_dict() == other.to_dict()


def test_a_finished_file_is_read_and_nothing_computed_again(
    reference: Limit, finished: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.h5"
    path.write_bytes(finished)

    def refuse(*_: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr("nuprobe.experiments.limit_parts.limit_curve", refuse)
    assert_same_bits(_limit(path, resume=True), reference)
    assert path.read_bytes() == finished
    assert os.listdir(tmp_path) == ["x.h5"]


def test_blocks_of_masses_change_nothing(
    reference: Limit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each mass is a limit of its own."""
    monkeypatch.setattr("nuprobe.experiments.limit_files._BLOCK", 7)
    others = limit(NAMES, "lmu-ltau", mass=MASSES)
    for a, b in zip(reference.curves, others.curves, strict=True):
        np.testing.assert_allclose(a.coupling, b.coupling, rtol=1e-12)


def test_counts_go_on_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    masses = np.geomspace(1.0, 1e3, _BLOCK + 3)
    saved = f"{_BLOCK} of {_BLOCK + 3} limits are saved in"
    path = tmp_path / "x.h5"
    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "due", _interrupt)
        with pytest.raises(StoppedError, match=saved):
            limit("coherent-csi-2017", "b-l", mass=masses, checkpoint=path)
    found = limit("coherent-csi-2017", "b-l", mass=masses, checkpoint=path, resume=True)
    assert_same_bits(found, limit("coherent-csi-2017", "b-l", mass=masses))


def _interrupt(self: Checkpoint) -> bool:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "other",
    [
        {"mass": MASSES * (1 + 1e-9)},
        {"cl": 0.9},
        {"sides": 1},
        {"mass": None, "grid": {"mass": MASSES, "coupling": [1e-6, 1.0]}},
    ],
    ids=["masses", "level", "sides", "couplings"],
)
def test_other_settings_are_not_gone_on_with(
    finished: bytes, tmp_path: Path, other: dict[str, Any]
) -> None:
    path = tmp_path / "x.h5"
    path.write_bytes(finished)
    with pytest.raises(InputError, match="belongs to another limit"):
        _limit(path, resume=True, **other)
    assert path.read_bytes() == finished


def test_other_models_and_data_are_not_gone_on_with(
    finished: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "x.h5"
    path.write_bytes(finished)
    angle = nu.LMuLTau(
        mass=1.0, coupling=1e-3, base=nu.StandardModel(sin2_theta_w=0.2386)
    )
    for names, family in (
        (NAMES, angle),
        (NAMES, nu.LMuLTau(mass=1.0, coupling=1e-3, mixing="loop")),
        (NAMES[::-1], "lmu-ltau"),
        (NAMES[:1], "lmu-ltau"),
    ):
        with pytest.raises(InputError, match="belongs to another limit"):
            limit(names, family, mass=MASSES, checkpoint=path, resume=True)
    with pytest.raises(InputError, match="give resume=True to continue it"):
        _limit(path)
    assert path.read_bytes() == finished
    _limit(path, overwrite=True, cl=0.9)
    assert path.read_bytes() != finished


def test_no_flipped_bit_is_believed(finished: bytes, tmp_path: Path) -> None:
    path, random = tmp_path / "x.h5", np.random.default_rng(3)
    for bit in (*range(0, 8 * FRONT, 97), *random.integers(0, 8 * len(finished), 100)):
        damaged = bytearray(finished)
        damaged[bit // 8] ^= 1 << int(bit) % 8
        path.write_bytes(damaged)
        with pytest.raises(InputError, match="cannot be read as a limit"):
            read_limit(path)
    for cut in (0, FRONT - 1, FRONT, len(finished) - 1):
        path.write_bytes(finished[:cut])
        with pytest.raises(InputError, match="cannot be read as a limit"):
            read_limit(path)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("coupling", np.nan, "marked as done that have no limit"),
        ("reopens", -1.0, "marked as done that have no limit"),
        ("mass", np.inf, "numbers that no limit has"),
        ("probe", np.nan, "numbers that no limit has"),
    ],
)
def test_what_no_limit_has_is_refused(
    finished: bytes, tmp_path: Path, name: str, value: float, message: str
) -> None:
    """With a right checksum."""
    image = BytesIO(finished)
    with h5py.File(image, "r+") as file:
        array = file[name][()]
        array.flat[-1] = value
        file[name][...] = array
    path = tmp_path / "x.h5"
    path.write_bytes(seal(image.getvalue()))
    assert unsealed(path, "limit")
    with pytest.raises(InputError, match=message):
        _limit(path, resume=True)


def test_two_runs_do_not_write_one_file(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    with (
        alone(tmp_path / "x.h5.part"),
        pytest.raises(InputError, match="being written by another process"),
    ):
        _limit(path)
    assert os.listdir(tmp_path) == []


def test_a_misspelt_option_is_not_swallowed() -> None:
    with pytest.raises(InputError, match="'resum': did you mean resume"):
        limit(NAMES, "lmu-ltau", mass=[10.0], resum=True)  # type: ignore[call-arg]


def _slow(code: str, **options: Any) -> subprocess.Popen[str]:
    """Python where each block of masses takes a while."""
    start = (
        "import sys, time\n"
        "import nuprobe.experiments.limits as limits\n"
        "import nuprobe.experiments.limit_parts as limit_parts\n"
        "curve = limit_parts.limit_curve\n"
        "def slow(*given):\n"
        "    time.sleep(0.6)\n"
        "    return curve(*given)\n"
        "limit_parts.limit_curve = slow\n"
    )
    return run_python(start + code, **options)


def _wait_until(process: subprocess.Popen[str], condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 90
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


@POSIX
@pytest.mark.parametrize(
    "number",
    mostly_nightly([signal.SIGINT, signal.SIGTERM, signal.SIGHUP], [signal.SIGTERM]),
)
def test_a_signal_saves_and_its_number_is_the_exit_code(
    tmp_path: Path, number: signal.Signals
) -> None:
    path, part = tmp_path / "x.h5", tmp_path / "x.h5.part"
    masses = f"1:1e4:{3 * _BLOCK}:log MeV"
    arguments = ["limit", NAMES[0], "--masses", masses, "--checkpoint", str(path)]
    process = _slow(
        f"sys.argv = ['nuprobe', *{arguments!r}, '--every', '0']\n"
        "from nuprobe.cli.main import main\nmain()\n",
        start_new_session=True,
    )
    _wait_until(process, lambda: holds_something(part))
    os.killpg(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert f"of {3 * _BLOCK} limits are saved in" in err
    assert "--resume" in err
    assert err.count("\n") == 1
    assert os.listdir(tmp_path) == ["x.h5.part"]
    assert 0 < read_limit(part)[1].done.sum() < 3 * _BLOCK


@pytest.mark.parametrize(
    "kills", [2, pytest.param(10, marks=pytest.mark.nightly)], ids=str
)
def test_runs_killed_in_a_row_come_to_the_end(tmp_path: Path, kills: int) -> None:
    """Each is killed as soon as it has saved something new, with the usual interval of
    30 seconds; all make progress and leave one file."""
    path, part = tmp_path / "x.h5", tmp_path / "x.h5.part"
    n = (kills + 1) * _BLOCK
    code = (
        "import numpy as np\n"
        f"limits.limit({NAMES[0]!r}, 'lmu-ltau', mass=np.geomspace(1, 1e4, {n}),"
        f" checkpoint={str(path)!r}, resume=True)\n"
    )
    done = [0]
    for _ in range(kills):
        process = _slow(code)

        def more() -> bool:
            return holds_something(part) and bool(
                read_limit(part)[1].done.sum() > done[-1]
            )

        _wait_until(process, more)
        process.kill()
        process.communicate()
        assert os.listdir(tmp_path) == ["x.h5.part"]
        done.append(int(read_limit(part)[1].done.sum()))
    assert all(b > a for a, b in pairwise(done))
    masses = np.geomspace(1, 1e4, n)
    found = limit(NAMES[0], "lmu-ltau", mass=masses, checkpoint=path, resume=True)
    assert_same_bits(found, limit(NAMES[0], "lmu-ltau", mass=masses))
    assert os.listdir(tmp_path) == ["x.h5"]
