"""Files: a reader sees the old content or the new one, never a part."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NoReturn

import pytest

from nuprobe.errors import NuprobeError, OutputError
from nuprobe.files import atomic_write, read_table, writable_or_error

# what makes a write durable and atomic; the others may or may not lie underneath
USED = ("os.fsync", "pathlib.Path.replace")


def _full_disk(*_: object, **__: object) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_content_arrives_whole(tmp_path: Path) -> None:
    file = tmp_path / "out.txt"
    assert atomic_write(file, "µ = 3\n") == file
    assert file.read_bytes() == "µ = 3\n".encode()
    atomic_write(file, b"\x00\xff")
    assert file.read_bytes() == b"\x00\xff"
    assert os.listdir(tmp_path) == ["out.txt"]


@pytest.mark.parametrize(
    "where",
    [
        "os.fsync",
        "os.replace",
        "os.rename",
        "pathlib.Path.replace",
        "pathlib.Path.chmod",
    ],
)
def test_a_failed_write_leaves_the_old_content_and_no_scraps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    file = tmp_path / "scan.h5"
    file.write_text("old")
    reached = []

    def fail(*_: object, **__: object) -> NoReturn:
        reached.append(where)
        _full_disk()

    with monkeypatch.context() as patch:
        patch.setattr(where, fail)
        if where in USED:
            with pytest.raises(OutputError, match="No space left") as caught:
                atomic_write(file, "new")
            assert str(file) in str(caught.value)
            assert "\n" not in str(caught.value)
            assert isinstance(caught.value, NuprobeError)
        else:
            with suppress(OutputError):
                atomic_write(file, "new")
    assert bool(reached) >= (where in USED)
    assert file.read_text() == ("old" if reached else "new")
    assert os.listdir(tmp_path) == ["scan.h5"]


def test_an_interrupt_leaves_no_scraps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: int) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        atomic_write(tmp_path / "a", "x")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("write", [lambda p: atomic_write(p, "x"), writable_or_error])
def test_places_that_cannot_hold_a_file(tmp_path: Path, write: object) -> None:
    assert callable(write)
    (tmp_path / "plain").write_text("a file")
    (tmp_path / "folder").mkdir()
    for bad in ("missing/out.txt", "plain/out.txt", "folder", "x" * 300):
        with pytest.raises(OutputError, match="cannot write"):
            write(tmp_path / bad)
    assert sorted(os.listdir(tmp_path)) == ["folder", "plain"]
    assert (tmp_path / "plain").read_text() == "a file"


def test_the_check_before_a_long_run_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there").write_text("old")
    for name in ("there", "new"):
        assert writable_or_error(tmp_path / name) == tmp_path / name
    assert os.listdir(tmp_path) == ["there"]
    assert (tmp_path / "there").read_text() == "old"
    monkeypatch.setattr("tempfile.mkstemp", _full_disk)
    with pytest.raises(OutputError, match="No space left"):
        writable_or_error(tmp_path / "there")


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_the_mode_is_that_of_an_ordinary_file(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        atomic_write(tmp_path / "new", "x")
        (tmp_path / "plain").write_text("x")
    finally:
        os.umask(before)
    modes = [
        stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("new", "plain")
    ]
    assert modes[0] == modes[1] == 0o666 & ~mask


def test_tables_skip_provenance_lines(tmp_path: Path) -> None:
    path: Traversable = tmp_path / "t.csv"
    (tmp_path / "t.csv").write_text("# source: here\nname,value\n\nA,1\n# note\nB,2\n")
    assert read_table(path) == [
        {"name": "A", "value": "1"},
        {"name": "B", "value": "2"},
    ]
