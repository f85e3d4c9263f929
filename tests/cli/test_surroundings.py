"""The command line in surroundings that nobody chose: old encodings, pipes that close,
folders that cannot be written."""

from __future__ import annotations

import functools
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest

from nuprobe.cli.main import main

ROOT = Path(__file__).parents[2]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="no such pipes")


def start(
    *arguments: str, flags: tuple[str, ...] = (), **environment: str
) -> subprocess.Popen[bytes]:
    path = environment.pop("PYTHONPATH", str(ROOT / "src"))
    return subprocess.Popen(
        [sys.executable, *flags, "-m", "nuprobe", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path, **environment},
    )


def run(
    *arguments: str, flags: tuple[str, ...] = (), **environment: str
) -> tuple[int, bytes, bytes]:
    process = start(*arguments, flags=flags, **environment)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@functools.cache
def usual(*arguments: str) -> bytes:
    """What is printed in UTF-8; starting an interpreter takes a second."""
    return run(*arguments, PYTHONIOENCODING="utf-8")[1]


def inside(
    monkeypatch: pytest.MonkeyPatch, encoding: str, *arguments: str
) -> tuple[int, bytes, bytes]:
    """What `run` gives in an encoding, from this interpreter."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
    with monkeypatch.context() as patch:
        patch.setattr(sys, "argv", ["nuprobe", *arguments])
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setattr(warnings, "showwarning", warnings.showwarning)  # put back after
        with pytest.raises(SystemExit) as stop:
            main()
    printed = []
    for stream in (out, err):
        stream.flush()
        assert isinstance(stream.buffer, io.BytesIO)
        printed.append(stream.buffer.getvalue())
    assert isinstance(stop.value.code, int)
    return stop.value.code, printed[0], printed[1]


FIT = ("fit", "coherent-csi-2017", "--free", "rn")
REPRODUCTIONS = ("list", "reproductions")


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "cp437", "koi8-r"])
@pytest.mark.parametrize(
    "arguments",
    [FIT, REPRODUCTIONS, ("xsec", "--help"), ("xsec", "cevns", "--help")],
    ids=" ".join,
)
def test_an_encoding_without_greek_stops_nothing(
    encoding: str, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    if encoding == "cp1252" and arguments != REPRODUCTIONS:  # as a terminal has it
        code, out, err = run(*arguments, PYTHONIOENCODING=encoding)
    else:
        code, out, err = inside(monkeypatch, encoding, *arguments)
    assert (code, err) == (0, b"")
    text, everything = out.decode(encoding), usual(*arguments).decode("utf-8")
    assert len(text.splitlines()) == len(everything.splitlines())
    if arguments == FIT:
        assert "-2 ln L" in text
        assert "−2 ln L" in everything
    if arguments == ("xsec", "--help") and encoding != "cp437":  # which has σ
        assert "sigma(E)" in text
    # every letter that is lost is written in others
    assert text.count("?") == everything.count("?")


def test_json_is_the_same_in_every_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, full = (
        inside(monkeypatch, encoding, *REPRODUCTIONS, "--json")[1].decode(encoding)
        for encoding in ("latin-1", "utf-8")
    )
    assert plain != full
    assert json.loads(plain) == json.loads(full)


def test_a_message_reaches_a_terminal_without_greek() -> None:
    code, _, err = run(
        "xsec", "cevns", "--target", "Ωé", "--energy", "3 MeV",
        PYTHONIOENCODING="latin-1", PYTHONUTF8="1",
    )  # fmt: skip
    assert code == 2
    assert err.count(b"\n") == 1
    assert b"cannot read the formula" in err


@POSIX
@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "targets"),
        pytest.param(("catalogue", "export", "hepdata"), marks=pytest.mark.nightly),
        ("xsec", "cevns", "--target", "Ar40", "--energy", "1:50:20000 MeV"),
        ("xsec", "--help"),
        pytest.param(FIT, marks=pytest.mark.nightly),
    ],
    ids=" ".join,
)
def test_a_reader_that_leaves_is_no_error(arguments: tuple[str, ...]) -> None:
    with start(*arguments) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 0


@POSIX
def test_head_takes_what_it_needs() -> None:
    line = ("xsec", "cevns", "--target", "Ar40", "--energy", "1:50:20000 MeV")
    with start(*line) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"CEvNS")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 0


@POSIX
def test_nobody_reads_an_error() -> None:
    line = ("xsec", "cevns", "--target", "Ar41", "--energy", "3 MeV")
    with start(*line) as process:
        assert process.stderr is not None
        process.stderr.close()
        assert process.wait(timeout=60) == 2


@POSIX
def test_a_full_disk_is_told() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    with open("/dev/full", "wb") as full:
        process = subprocess.run(
            [sys.executable, "-m", "nuprobe", "list", "models"],
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        )
    assert process.returncode == 2
    assert b"cannot write the output: No space left" in process.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        FIT,
        ("xsec", "--help"),
        ("xsec", "electron", "--energy", "3 MeV"),
        *(
            pytest.param(line, marks=pytest.mark.nightly)
            for line in (
                REPRODUCTIONS,
                ("catalogue", "check"),
                ("limit", "ccfr-trident", "--masses", "1, 10 GeV"),
            )
        ),
    ],
    ids=" ".join,
)
def test_without_docstrings_and_asserts_it_is_the_same(
    arguments: tuple[str, ...],
) -> None:
    code, out, err = run(*arguments, flags=("-OO",), PYTHONIOENCODING="utf-8")
    assert (code, err) == (0, b"")
    if arguments[-1] != "--help" and arguments != REPRODUCTIONS:
        assert out == usual(*arguments)


def test_what_is_refused_is_refused_without_asserts() -> None:
    line = ("xsec", "cevns", "--target", "Ar41", "--energy", "3 MeV")
    assert run(*line, flags=("-OO",))[::2] == run(*line)[::2]


def test_a_backend_that_does_not_exist_draws(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    code, _, err = run(
        "xsec", "cevns", "--target", "Ar40", "--energy", "30 MeV", "--plot", str(path),
        MPLBACKEND="nonsense",
    )  # fmt: skip
    assert code == 0, err
    assert path.read_bytes().startswith(b"\x89PNG")


def test_an_installation_that_cannot_be_written(tmp_path: Path) -> None:
    """Nor any other place for Numba's cache."""
    source = tmp_path / "src"
    shutil.copytree(
        ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__", "*.nb?")
    )
    before = sorted(source.rglob("*"))
    # what Numba asks of a place: that a file can be made in it
    (tmp_path / "sitecustomize.py").write_text(
        "import tempfile\n"
        "def refuse(*args, **kwargs):\n"
        "    raise OSError(30, 'Read-only file system')\n"
        "tempfile.TemporaryFile = refuse\n"
    )
    code, out, err = run(
        *FIT,
        PYTHONPATH=os.pathsep.join([str(tmp_path), str(source)]),
        PYTHONDONTWRITEBYTECODE="1",
        HOME="/nonexistent",
        XDG_CACHE_HOME="/nonexistent",
        NUMBA_CACHE_DIR="",
        PYTHONIOENCODING="utf-8",
    )
    assert (code, err) == (0, b"")
    assert out == usual(*FIT)
    assert sorted(source.rglob("*")) == before


@pytest.mark.nightly
@POSIX
def test_an_interrupt_is_130(tmp_path: Path) -> None:
    process = start(
        "scan", "coherent-csi-2017", "--quiet", "-o", str(tmp_path / "a.h5"),
        "--grid", "rn=2:9 fm:1500,sin2_theta_w=0.1:0.4:1500",
    )  # fmt: skip
    part, end = tmp_path / "a.h5.part", time.monotonic() + 60
    while not (part.exists() and part.stat().st_size) and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.count(b"\n") == 1
    assert b"--resume" in err
