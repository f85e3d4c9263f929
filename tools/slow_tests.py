"""Which tests are left to `make nightly` because they take long.

    python -m pytest -p tools.slow_tests -m '' -n 2

runs everything and writes `tests/slow.txt`: the tests that need more than `LIMIT`
seconds of CPU, which do not depend on what else the machine does. `tests/conftest.py`
marks them.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

__all__ = ["LIMIT", "LIST", "listed", "write"]

LIST = Path(__file__).parents[1] / "tests" / "slow.txt"
# seconds of CPU: with those below, the default tests take six minutes on two cores
LIMIT = 0.45
# what a newcomer sees first is tested by default, however long it takes
ALWAYS = ("README.md", "docs/guide/idea.md", "tests/test_house.py")

_KEY = "cpu"
_measured: dict[str, float] = {}


def _seconds() -> float:
    """CPU time of this process and of those it waited for."""
    times = os.times()
    return sum(times[:4])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    start = _seconds()
    try:
        return (yield)
    finally:
        item.user_properties.append((_KEY, _seconds() - start))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Runs where the reports come together, whichever worker had the test."""
    if report.when == "call":
        for key, seconds in report.user_properties:
            if key == _KEY and isinstance(seconds, float):
                _measured[report.nodeid] = seconds


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput") and _measured:
        write(_measured, LIST)


def write(measured: dict[str, float], path: Path, limit: float = LIMIT) -> None:
    """Write the tests above the limit, by name; one that was not run keeps its line.

    Parameters
    ----------
    measured : seconds of CPU by node id.
    path : the list.
    limit : seconds.
    """
    kept = {name: s for s, name in listed(path) if name not in measured}
    slow = {
        name: s
        for name, s in measured.items()
        if s > limit and not name.startswith(ALWAYS) and name.isprintable()
    }
    lines = [f"{s:.1f} {name}\n" for name, s in sorted((kept | slow).items())]
    path.write_text("".join(lines), encoding="utf-8")


def listed(path: Path = LIST) -> Iterator[tuple[float, str]]:
    """Seconds and node ids of the list."""
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            seconds, _, name = line.partition(" ")
            yield float(seconds), name
