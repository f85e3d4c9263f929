"""Feed damaged files and hostile texts to every parser.

    python tools/fuzz.py --number 100000 --seed 1 --workers 2

Seeds are the shipped files, and small event and result files made at the start. Each
input is damaged in one to four places. Allowed are a `NuprobeError` of one line and a
result; of files with a checksum only the right result. Anything else is a failure: its
input is kept in the folder ``fuzz-failures``, and the exit code is 1. What once failed
becomes a test (`tests/test_parsing.py`).
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

import nuprobe as nu
from nuprobe.errors import LONGEST_MESSAGE, NuprobeError

PACKAGE = Path(nu.__file__).parent
LONGEST_S = 20
TOKENS = [
    *(b"nan", b"inf", b"-1", b"0", b"1e400", b"1e-400", b"1.0D-05", b"0,25", b"010"),
    *(b"yes", b"true", b"null", b"1:30", b"1_000", b"9" * 5000, b"1e12", b"&a", b"*a"),
    *(b"[" * 3000, b"{" * 40, b"!!python/name:os.system", b"<<: ", b"\x00", b"\xff"),
    *(b"\x1b[2J", b'"', b"'", b"#", b",", b";", b"\r", b"\n", b"\n\n", b":", b"="),
    *("\u202e".encode(), "١".encode(), b"../../etc/passwd", b"/dev/zero", b"x" * 20000),
]
COMMAND_LINE = [
    *("30 MeV", "10:50:41 MeV", "1e-3:10:80:log GeV", "10, 20 keV", "3e-11 muB"),
    *("mass=1e-3:1e2 GeV:80,coupling=1e-5:1:80", "a.b=2", "Si28=1,O16=2"),
    *("observed / expected", "sqrt(a**2 + b**2)", "m_pair < 0.5 GeV", "CsI", "Ar40"),
]


@dataclass(frozen=True)
class Parser:
    """What reads one kind of file.

    Attributes
    ----------
    name : for messages.
    seeds : files (or a file in its folder) that are right.
    read : reads a damaged copy.
    exact : whether a copy that is read must give what the seed gives.
    """

    name: str
    seeds: tuple[Path, ...]
    read: Callable[[Path], object]
    exact: bool = False
    whole_folder: bool = False


def _shipped(pattern: str) -> tuple[Path, ...]:
    return tuple(sorted(PACKAGE.glob(pattern)))


def _entry(path: Path) -> object:
    from nuprobe.catalogue import read_entry

    return read_entry(path.read_bytes().decode("utf-8", "replace"), path.name).id


def _command_line(path: Path) -> object:
    from nuprobe.catalogue.expressions import evaluate
    from nuprobe.cli.options import target_spec
    from nuprobe.cli.values import key_values
    from nuprobe.events import parse_cuts
    from nuprobe.units import parse_grid, parse_quantity, value_in

    text = path.read_bytes().decode("utf-8", "replace")
    calls: list[Callable[[], object]] = [
        lambda: parse_quantity(text, "energy"),
        lambda: parse_grid(text, "energy").size,
        lambda: value_in(text, "muB"),
        lambda: key_values([text]),
        lambda: nu.target(target_spec(text)),
        lambda: evaluate(text, {"observed": 3.0, "expected": 4.0, "a": 1.0, "b": 2.0}),
        lambda: parse_cuts([text]),
        lambda: nu.trident.channel(text),
        lambda: nu.target("Ar40", form_factor=text),
    ]
    for call in calls:
        with contextlib.suppress(NuprobeError):
            call()
    return None


def _events(path: Path) -> object:
    found = nu.events.read_events(path)
    weights = {name: w.tolist() for name, w in found.weights.items()}
    return weights, found.trials, found.sigma


def _scan(path: Path) -> object:
    from nuprobe.inference import ScanResult

    found = ScanResult.load(path)
    return found.twice_nll.tolist(), [a.tolist() for a in found.axes.values()]


def _made(folder: Path) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Small event files and a scan."""
    events, scan = folder / "seed.hepmc3", folder / "seed.h5"
    if not scan.exists():
        generator = nu.events.trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5e3)
        nu.events.write_events(events, generator, 20)
        cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
        nu.scan(cost, {"rn": np.linspace(3.0, 6.0, 5)}).save(scan)
    return (events,), (scan,)


def _experiment(path: Path) -> object:
    return nu.experiment(path.parent).name


def _flux(path: Path) -> object:
    return nu.flux(str(path.parent)).name


@cache
def parsers(folder: Path) -> tuple[Parser, ...]:
    """All parsers with their seeds."""
    from nuprobe.events.assumptions import assumptions

    text = folder / "command_line.txt"
    if not text.exists():
        text.write_text("\n".join(COMMAND_LINE))
    model, wcxf = folder / "stack.yaml", folder / "wc.yaml"
    model.write_text(
        "model:\n- standard: {scheme: radiative}\n- b-l: {mass: 10 MeV, coupling: 1e-4}"
        "\n- nsi: {epsilon_u.ee: 0.1}\n"
    )
    wcxf.write_text(
        "eft: WET\nbasis: JMS\nscale: 91.1876\nvalues: {VnueLL_2222: 1.0e-6}\n"
    )
    events, scan = _made(folder)
    one = "experiments/library/*/"
    return (
        Parser("model", (model,), lambda p: repr(nu.model(p))),
        Parser("wcxf", (wcxf,), lambda p: repr(nu.read_wcxf(p))),
        Parser("entry", _shipped("catalogue/library/*/*.yaml"), _entry),
        Parser(
            "experiment",
            _shipped(one + "experiment.toml"),
            _experiment,
            False,
            True,
        ),
        Parser("table", _shipped(one + "counts.csv"), _experiment, False, True),
        Parser("flux", _shipped("fluxes/library/*/flux.toml"), _flux, False, True),
        Parser("flux table", _shipped("fluxes/library/*/*.csv"), _flux, False, True),
        Parser(
            "assumptions",
            _shipped("events/library/backgrounds.toml"),
            lambda p: repr(assumptions(p)),
        ),
        Parser("command line", (text,), _command_line),
        Parser("events", events, _events, exact=True),
        Parser("scan", scan, _scan, exact=True),
    )


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


def attempt(parser: Parser, seed: Path, content: bytes) -> str:
    """Read a damaged copy; return what is wrong with what happens, or nothing."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / seed.name
        if parser.whole_folder:
            shutil.copytree(seed.parent, name, dirs_exist_ok=True)
        path.write_bytes(content)
        right = _right(parser, seed) if parser.exact else None
        signal.signal(signal.SIGALRM, _alarm)
        signal.setitimer(signal.ITIMER_REAL, LONGEST_S)
        try:
            with (
                warnings.catch_warnings(),
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.redirect_stderr(io.StringIO()),
            ):
                warnings.simplefilter("ignore")
                found = parser.read(path)
        except NuprobeError as error:
            text = str(error)
            good = len(text) <= LONGEST_MESSAGE and text.isprintable()
            return "" if good else f"message of {len(text)} characters: {text[:80]!r}"
        except Hang:
            return f"takes longer than {LONGEST_S} s"
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(place.filename).name}:{place.lineno}"
            return f"{type(error).__name__} at {where}: {str(error)[:100]}"
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return "" if not parser.exact or found == right else "another number, silently"


def batch(folder: Path, seed: int, indices: range) -> list[tuple[int, str, str]]:
    """Failures among some inputs: number, parser and what is wrong."""
    failures = []
    for index in indices:
        parser, origin, content = chosen(folder, seed, index)
        if wrong := attempt(parser, origin, content):
            failures.append((index, parser.name, wrong))
    return failures


def chosen(folder: Path, seed: int, index: int) -> tuple[Parser, Path, bytes]:
    """Parser, its right file and the damaged content of one input."""
    random = np.random.default_rng([seed, index])
    every = parsers(folder)
    parser = every[index % len(every)]
    origin = parser.seeds[int(random.integers(len(parser.seeds)))]
    content = origin.read_bytes()
    if parser.name == "command line":
        lines = content.split(b"\n")
        content = lines[int(random.integers(len(lines)))]
    return parser, origin, damaged(content, random)


def main() -> int:
    """Run, print failures and what was done."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--number", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--keep", type=Path, default=Path("fuzz-failures"))
    given = options.parse_args()
    start, failures = time.monotonic(), []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parsers(folder)
        ranges = [
            range(i, min(i + 200, given.number)) for i in range(0, given.number, 200)
        ]
        with ProcessPoolExecutor(given.workers) as pool:
            jobs = [pool.submit(batch, folder, given.seed, r) for r in ranges]
            for inputs, job in zip(ranges, jobs, strict=True):
                try:
                    failures += job.result()
                except BrokenProcessPool:
                    failures.append((inputs.start, "?", "the interpreter died"))
                    break
        for index, parser, wrong in failures:
            given.keep.mkdir(exist_ok=True)
            _, origin, content = chosen(folder, given.seed, index)
            (given.keep / f"{index}-{origin.name}").write_bytes(content)
            print(f"{index} {parser}: {wrong}")
    print(
        f"{given.number} inputs for {len(parsers(folder))} parsers,"
        f" {len(failures)} failures, {time.monotonic() - start:.0f} s"
    )
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
