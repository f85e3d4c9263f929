"""Feed damaged files and hostile texts to every parser.

    python tools/fuzz.py --number 100000 --seed 1 --workers 2

Seeds are the shipped files and small files of every kind made at the start
(`fuzz_parsers.py`). Each input is damaged in one to four places. Allowed are a
`NuprobeError` of one line and a result, which must be what stands in the file. Anything
else is a failure: an exception of another kind, an interpreter that dies, 20 s, 1 GB.
Its input is kept in the folder ``fuzz-failures``, and the exit code is 1. What once
failed becomes a test (`tests/test_parsing.py`).

Each batch of inputs runs in a fork of this process, in which everything is imported and
opened already: an input costs milliseconds, and one that kills its process only itself.
"""

from __future__ import annotations

import argparse
import atexit
import contextlib
import io
import multiprocessing
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from functools import cache
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import numpy as np
from fuzz_parsers import Other, Parser, parsers

from nuprobe.errors import LONGEST_MESSAGE, NuprobeError

LONGEST_S = 20
SILENT_S = 300
LARGEST_MB = 1000
BATCH = 500
TOKENS = [
    *(b"nan", b"inf", b"-1", b"0", b"1e400", b"1e-400", b"1.0D-05", b"0,25", b"010"),
    *(b"yes", b"true", b"null", b"1:30", b"1_000", b"9" * 5000, b"1e12", b"&a", b"*a"),
    *(b"[" * 3000, b"{" * 40, b"!!python/name:os.system", b"<<: ", b"\x00", b"\xff"),
    *(b"\x1b[2J", b'"', b"'", b"#", b",", b";", b"\r", b"\n", b"\n\n", b":", b"="),
    *("\u202e".encode(), "١".encode(), b"../../etc/passwd", b"/dev/zero", b"x" * 20000),
    *(
        b"[]",
        b"{}",
        b"''",
        b'""',
        b"[1, [2]]",
        b"1e308",
        b"-1e-308",
        b"1e-320",
        b"0x10",
    ),
    *(b" mm", b" MeV", b"%", b"1 keV", b"2026-11-28", b"1979-05-27T07:32:00Z", b"\t"),
    *(b"\\", b"--help", b"--json", b" -1", b"**", b"(", b"9**9**9", b"1e6", b"\x0c"),
    *("µ".encode(), "−1".encode(), "\u2028".encode(), b"\xef\xbb\xbf", b"e", b"."),
]


def damaged(content: bytes, random: np.random.Generator) -> bytes:
    """A copy with one to four faults."""
    data = bytearray(content)
    for _ in range(int(random.integers(1, 5))):
        at = int(random.integers(0, len(data) + 1))
        end = min(len(data), at + int(random.integers(1, 40)))
        token = TOKENS[int(random.integers(len(TOKENS)))]
        match int(random.integers(7)):
            case 0 if data:
                data[at % len(data)] ^= 1 << int(random.integers(8))
            case 1:
                del data[at:end]
            case 2:
                data[at:at] = data[at:end]
            case 3:
                data[at:at] = token
            case 4:  # another number
                numbers = [*re.finditer(rb"\d[\d.eE+-]*", bytes(data[:20000]))]
                if numbers:
                    found = numbers[int(random.integers(len(numbers)))]
                    data[found.start() : found.end()] = token
            case 5:
                del data[at:]
            case _:  # one line twice, or two swapped
                lines = bytes(data).split(b"\n")
                i, j = (int(random.integers(len(lines))) for _ in range(2))
                lines[i] = lines[j]
                data = bytearray(b"\n".join(lines))
    return bytes(data)


class Hang(BaseException):
    """It takes too long."""


def _alarm(*_: object) -> None:
    raise Hang


@cache
def _right(parser: Parser, seed: Path) -> object:
    return parser.read(seed)


def _memory() -> float:
    """Largest memory of this process until now, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@cache
def _copy(folder: Path, process: int) -> Path:
    """A copy of a seed's folder, in which one file after the other is damaged."""
    copy = Path(tempfile.mkdtemp()) / "copy"
    atexit.register(shutil.rmtree, copy.parent, ignore_errors=True)
    shutil.copytree(folder, copy)
    return copy


@contextlib.contextmanager
def _placed(parser: Parser, seed: Path, content: bytes) -> Iterator[Path]:
    """A damaged file, with what belongs to it."""
    folder = parser.folder(seed)
    if folder is None:
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / seed.name
            path.write_bytes(content)
            yield path
        return
    path = _copy(folder, os.getpid()) / seed.relative_to(folder)
    path.write_bytes(content)
    try:
        yield path
    finally:
        path.write_bytes(seed.read_bytes())


def attempt(parser: Parser, seed: Path, content: bytes) -> str:
    """Read a damaged copy; return what is wrong with what happens, or nothing."""
    right = _right(parser, seed) if parser.exact else None
    with _placed(parser, seed, content) as path:
        before = _memory()
        wrong = _read(parser, path, right)
        if not wrong and _memory() - before > LARGEST_MB:
            wrong = f"takes {_memory() - before:.0f} MB"
        return wrong


def _read(parser: Parser, path: Path, right: object) -> str:
    said = io.StringIO()
    for number in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(number, _alarm)
    signal.setitimer(signal.ITIMER_PROF, LONGEST_S)  # of the processor
    signal.setitimer(signal.ITIMER_REAL, 10 * LONGEST_S)  # waiting for nothing
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(said),
        ):
            warnings.simplefilter("ignore")
            found = parser.read(path)
    except NuprobeError as error:
        text = str(error)
        good = len(text) <= LONGEST_MESSAGE and text.isprintable()
        return "" if good else f"message of {len(text)} characters: {text[:80]!r}"
    except Hang:
        return f"takes longer than {LONGEST_S} s"
    except Other as error:
        return f"another value, silently: {error}"
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        return f"{type(error).__name__} at {where}: {str(error)[:100]!r}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
    if "Traceback" in said.getvalue():
        return f"a traceback: {said.getvalue()[-200:]!r}"
    return "" if not parser.exact or found == right else "another number, silently"


Failure = tuple[int, str, str]


def batch(folder: Path, seed: int, indices: range) -> list[Failure]:
    """Failures among some inputs: number, parser and what is wrong."""
    return [f for f in _attempts(folder, seed, indices) if f[2]]


def _attempts(folder: Path, seed: int, indices: range) -> Iterator[Failure]:
    for index in indices:
        parser, origin, content = chosen(folder, seed, index)
        yield index, parser.name, attempt(parser, origin, content)


@cache
def _turns(folder: Path) -> tuple[Parser, ...]:
    """Which parser is whose turn."""
    return tuple(p for p in parsers(folder) for _ in range(p.weight))


def chosen(folder: Path, seed: int, index: int) -> tuple[Parser, Path, bytes]:
    """Parser, its right file and the damaged content of one input."""
    random = np.random.default_rng([seed, index])
    turns = _turns(folder)
    parser = turns[index % len(turns)]
    if index % 1000 == 0:  # those that take long have no turn
        slow = [p for p in parsers(folder) if not p.weight]
        parser = slow[int(random.integers(len(slow)))]
    origin = parser.seeds[int(random.integers(len(parser.seeds)))]
    content = origin.read_bytes()
    if parser.lines:
        lines = content.split(b"\n")
        content = lines[int(random.integers(len(lines)))]
    return parser, origin, (parser.damage or damaged)(content, random)


def _work(folder: Path, seed: int, indices: range, end: Connection) -> None:
    """One batch in a process of its own; says before each input which one it is."""
    tempfile.tempdir = tempfile.mkdtemp(dir=folder)  # removed with it
    os.chdir(tempfile.tempdir)
    for index in indices:
        end.send(index)
        for failure in _attempts(folder, seed, range(index, index + 1)):
            end.send(failure)
    end.send(None)


def run(
    folder: Path, seed: int, number: int, workers: int, first: int = 0
) -> Iterator[Failure]:
    """What happens with each input: number, parser and what is wrong, or nothing."""
    context: Any = multiprocessing.get_context("fork")
    todo = [
        range(i, min(i + BATCH, first + number))
        for i in range(first, first + number, BATCH)
    ][::-1]
    running: dict[Connection, tuple[Any, range, int]] = {}
    heard: dict[Connection, float] = {}
    while todo or running:
        while todo and len(running) < workers:
            indices = todo.pop()
            here, there = context.Pipe(duplex=False)
            process = context.Process(
                target=_work, args=(folder, seed, indices, there), daemon=True
            )
            process.start()
            there.close()
            running[here] = (process, indices, indices.start)
            heard[here] = time.monotonic()
        for end in [e for e in running if time.monotonic() - heard[e] > SILENT_S]:
            running[end][0].kill()  # a loop in C, which no signal interrupts
        for end in wait(list(running), timeout=10):
            assert isinstance(end, Connection)
            process, indices, now = running[end]
            heard[end] = time.monotonic()
            try:
                said = end.recv()
            except EOFError:  # it died
                process.join()
                parser, _, _ = chosen(folder, seed, now)
                yield now, parser.name, f"the interpreter died ({process.exitcode})"
                todo.append(range(now + 1, indices.stop))
                del running[end]
                continue
            if said is None:
                process.join()
                del running[end]
            elif isinstance(said, int):
                running[end] = (process, indices, said)
            else:
                yield said


def main() -> int:
    """Run, print failures and what was done."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--number", type=int, default=10_000)
    options.add_argument("--first", type=int, default=0, help="go on from there")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--keep", type=Path, default=Path("fuzz-failures"))
    given = options.parse_args()
    keep, start = given.keep.resolve(), time.monotonic()
    counts: Counter[str] = Counter()
    bad: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for parser in parsers(folder):
            for seed in parser.seeds:  # each is right, and known before the forks
                if not parser.lines:
                    _right(parser, seed)
        for index, kind, wrong in run(
            folder, given.seed, given.number, given.workers, given.first
        ):
            counts[kind] += 1
            if wrong:
                bad[kind] += 1
                keep.mkdir(exist_ok=True)
                _, origin, content = chosen(folder, given.seed, index)
                (keep / f"{index}-{origin.name}").write_bytes(content)
                print(f"{index} {kind}: {wrong}", flush=True)
            if sum(counts.values()) % 5000 == 0:
                spent = time.monotonic() - start
                print(f"... {sum(counts.values())} inputs, {spent:.0f} s", flush=True)
    for kind, count in counts.items():
        print(f"{kind:20} {count:7} inputs {bad[kind]:5} failures")
    print(
        f"{counts.total()} inputs for {len(counts)} parsers, {bad.total()} failures,"
        f" {time.monotonic() - start:.0f} s"
    )
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
