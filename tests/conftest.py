"""What holds for every test."""

import functools
import gc
import os
from typing import Any

import pytest
from hypothesis import settings
from tests.command_line import Run, called
from tests.nightly import DEFAULT, NIGHT, register_profiles
from tools.slow_tests import listed


def _compare_relatively() -> None:
    """Let `pytest.approx` of a number that is not 0 have no absolute tolerance unless
    it is given one: its 1e-12 accepts anything as a cross section of 1e-42 cm²."""
    scalar: Any = type(pytest.approx(1.0))
    given: Any = scalar.tolerance.fget

    def tolerance(self: Any) -> Any:
        if self.abs is not None or not isinstance(self.expected, int | float):
            return given(self)
        if self.expected == 0:
            return given(self)
        rel = 1e-6 if self.rel is None else self.rel
        return given(scalar(self.expected, rel=rel, abs=0.0, nan_ok=self.nan_ok))

    scalar.tolerance = property(tolerance)


def pytest_configure(config: pytest.Config) -> None:
    _compare_relatively()
    # results say when they were made: one date lets tests compare files bit for bit
    os.environ.setdefault("SOURCE_DATE_EPOCH", "1767225600")
    register_profiles()
    night = "not nightly" not in config.option.markexpr
    settings.load_profile(NIGHT if night else DEFAULT)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the slow ones to the night, before others are told apart by their marks."""
    slow = {name for _, name in listed()}
    for item in items:
        if item.nodeid in slow:
            item.add_marker(pytest.mark.nightly)


def pytest_collection_finish() -> None:
    """Thousands of tests live to the end: the garbage collector need not look at them
    again and again, which is 4 % of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def run(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs ``nuprobe``, followed by the words in `COMMAND` of the file of tests."""
    first = getattr(request.module, "COMMAND", ())
    return functools.partial(called, monkeypatch, capsys, *first)
