"""Files: a reader sees the old content or the new one, never a part."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
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


def test_pieces_are_written_as_they_come_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "pieces.txt"
    atomic_write(path, (piece for piece in (b"one ", b"two")))
    assert path.read_bytes() == b"one two"

    def broken() -> Iterator[bytes]:
        yield b"three"
        raise RuntimeError("of its own")

    with pytest.raises(RuntimeError, match="of its own"):
        atomic_write(path, broken())
    assert path.read_bytes() == b"one two"
    assert [p.name for p in tmp_path.iterdir()] == ["pieces.txt"]


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


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="a system without them")
def test_a_file_has_no_name_before_it_is_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is killed while it writes leaves nothing."""
    (tmp_path / "a").write_text("old")
    seen: list[list[str]] = []
    real = os.fsync

    def look(descriptor: int) -> None:
        seen.append(os.listdir(tmp_path))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", look)
    atomic_write(tmp_path / "a", "new")
    assert seen == [["a"]]
    assert (tmp_path / "a").read_text() == "new"


def test_systems_without_nameless_files_write_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    before = os.umask(0o027)
    try:
        atomic_write(tmp_path / "a", "new")
    finally:
        os.umask(before)
    assert (tmp_path / "a").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640
    monkeypatch.setattr(os, "fsync", _full_disk)
    with pytest.raises(OutputError, match="No space left"):
        atomic_write(tmp_path / "a", "newer")
    assert os.listdir(tmp_path) == ["a"]


def test_what_a_killed_write_left_is_swept_up_by_the_next(tmp_path: Path) -> None:
    left, new, other = (
        tmp_path / name for name in (".a.x1.part", ".a.x2.part", ".b.x1.part")
    )
    for path in (left, new, other):
        path.write_text("half")
    for path in (left, other):
        os.utime(path, (1e9, 1e9))
    atomic_write(tmp_path / "a", "whole")
    # not what another process may be writing now, nor what is of another file
    assert sorted(os.listdir(tmp_path)) == [".a.x2.part", ".b.x1.part", "a"]


def test_what_is_called_before_a_file_is_replaced_can_stop_it(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")

    def look(aside: Path) -> None:
        assert aside.read_text() == "new"
        assert (tmp_path / "a").read_text() == "old"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        atomic_write(tmp_path / "a", "new", before=look)
    assert os.listdir(tmp_path) == ["a"]
    assert (tmp_path / "a").read_text() == "old"


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
