"""Speed of the event generator beside that of plain NumPy: `make bench`. Nothing here
asserts a time."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from nuprobe.events import SMALL, Generator, trident

MUMU = "nu_mu -> nu_mu mu+ mu-"
SECONDS = 4.0
ROWS: list[tuple[str, str, str]] = []


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[None]:
    """Print all rows at the end, with the load of the machine."""
    ROWS.clear()
    yield
    ROWS.append(
        (
            "load of the machine / processors",
            f"{os.getloadavg()[0]:.1f} / {os.cpu_count()}",
            "",
        )
    )
    widths = [max(len(row[i]) for row in ROWS) for i in range(3)]
    print(
        "\n\n"
        + "\n".join(
            "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True))
            for row in ROWS
        )
    )


@pytest.fixture(scope="module")
def gen() -> Generator:
    """The sample that the targets are about, trained and compiled."""
    made = trident(MUMU, "Ar40", "dune-nd-fhc")
    made.chunk(0)
    return made


def rate(make: Callable[[int], int]) -> float:
    """Events per second of wall-clock time over some seconds."""
    start, events, i = time.perf_counter(), 0, 0
    while time.perf_counter() - start < SECONDS:
        events += make(i)
        i += 1
    return events / (time.perf_counter() - start)


def threads(gen: Generator, unweighted: bool, workers: int) -> float:
    stream = gen.chunks(unweighted=unweighted, workers=workers)
    next(stream)
    return rate(lambda _: len(next(stream).events))


@pytest.mark.parametrize(("unweighted", "target"), [(False, 200_000), (True, 20_000)])
def test_events_per_second(gen: Generator, unweighted: bool, target: int) -> None:
    kind = "unweighted" if unweighted else "weighted"
    small = gen.sized(SMALL)
    small.chunk(0)
    plain = rate(lambda i: len(small.chunk(i, unweighted).events))
    one, two = (threads(gen, unweighted, n) for n in (1, 2))
    ROWS.append((f"{kind} events/s, plain NumPy", f"{plain:,.0f}", ""))
    ROWS.append(
        (
            f"{kind} events/s, one thread",
            f"{one:,.0f}",
            f"{one / plain:.1f} times NumPy",
        )
    )
    ROWS.append(
        (
            f"{kind} events/s, two threads",
            f"{two:,.0f}",
            f"{two / plain:.1f} times NumPy; target {target:,}",
        )
    )


def test_efficiency(gen: Generator) -> None:
    sample = gen.generate(100_000, unweighted=True)
    ROWS.append(("unweighting efficiency", f"{sample.efficiency:.3f}", ""))
    ROWS.append(
        (
            "share of the cross section beyond the maximum weight",
            f"{sample.overweight_fraction:.1e}",
            "",
        )
    )
    ROWS.append(
        (
            "events over engine",
            f"{sample.sigma / gen.sigma:.4f}",
            f"+- {sample.error / gen.sigma:.4f}",
        )
    )
    assert abs(sample.sigma - gen.sigma) < 5 * sample.error


@pytest.mark.parametrize("source", ["dune-nd-fhc", 5000.0])
def test_small_samples(source: str | float) -> None:
    """What the short training of small samples costs later."""
    long = trident(MUMU, "Ar40", source)
    for name, made in (("short", replace(long, effort="short")), ("long", long)):
        sample = made.generate(60_000, unweighted=True)
        ROWS.append(
            (
                f"efficiency after {name} training, {source}",
                f"{sample.efficiency:.3f}",
                f"beyond the maximum weight {sample.overweight_fraction:.1e}",
            )
        )
        assert abs(sample.sigma - long.sigma) < 5 * sample.error


@pytest.mark.parametrize(
    ("n", "cached", "source"),
    [
        (1000, True, "dune-nd-fhc"),
        (1000, True, 5000.0),
        (SMALL + 1, False, "dune-nd-fhc"),
        (SMALL + 1, True, "dune-nd-fhc"),
    ],
)
def test_time_to_first_events(n: int, cached: bool, source: str | float) -> None:
    code = (
        f"from nuprobe.events import trident; trident({MUMU!r}, 'Ar40',"
        f" {source!r}).generate({n}, unweighted=True)"
    )
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"NUMBA_CACHE_DIR": folder}
        times = []
        for _ in range(2 if cached else 1):
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, "-W", "ignore", "-c", code],
                env=environment,
                check=True,
            )
            times.append(time.perf_counter() - start)
    what = "cached kernels" if cached else "kernels not compiled yet"
    what = "plain NumPy" if n <= SMALL else what
    target = "target 0.7 s" if n == 1000 else ""
    ROWS.append(
        (
            f"first {n} events of a fresh interpreter, {source}, {what}",
            f"{times[-1]:.2f} s",
            target,
        )
    )
