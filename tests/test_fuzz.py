"""The fuzzing session of `tools/fuzz.py`: a small part of it, and that it sees what it
looks for."""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import InputError


@pytest.fixture(scope="module")
def fuzz() -> Iterator[ModuleType]:
    """The fuzzing session as a module."""
    tools = str(Path(__file__).parents[1] / "tools")
    sys.path.insert(0, tools)
    try:
        yield importlib.import_module("fuzz")
    finally:
        sys.path.remove(tools)


@pytest.fixture(scope="module")
def seeds(fuzz: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of right files."""
    folder = tmp_path_factory.mktemp("seeds")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fuzz.parsers(folder)
    return folder


def test_damaged_files_of_every_kind(fuzz: ModuleType, seeds: Path) -> None:
    found = list(fuzz.run(seeds, 3, 176, workers=1, first=1))
    assert len(found) == 176
    kinds = {p.name for p in fuzz.parsers(seeds) if p.weight}
    assert {kind for _, kind, _ in found} == kinds
    assert [one for one in found if one[2]] == []


def test_the_fuzzer_sees_what_it_looks_for(fuzz: ModuleType, tmp_path: Path) -> None:
    """Other numbers, foreign exceptions, dead interpreters, memory, hanging."""
    path = tmp_path / "x"
    path.write_text("right")

    def wrong(read: Callable[[Path], object], **options: Any) -> str:
        parser = fuzz.Parser("x", (path,), read, **options)
        text: str = fuzz.attempt(parser, path, b"0")
        return text

    assert wrong(lambda p: None) == ""
    assert "ZeroDivisionError" in wrong(lambda p: 1 / int(p.read_text()))
    assert "another number" in wrong(lambda p: p.read_text(), exact=True)
    assert "message of 5000" in wrong(lambda p: _raise(Long("short")))
    with pytest.MonkeyPatch.context() as patch:
        # in a fork: the peak of this process is that of all tests before
        patch.setattr(fuzz, "LARGEST_MB", 50)
        large = fuzz.Parser("large", (path,), lambda p: np.ones(20_000_000).sum())
        patch.setattr(fuzz, "parsers", lambda folder: (large,))
        patch.setattr(fuzz, "_turns", lambda folder: (large,))
        assert "MB" in next(iter(fuzz.run(tmp_path, 1, 1, workers=1, first=1)))[2]
        patch.setattr(fuzz, "LONGEST_S", 0.2)
        assert "longer than" in wrong(lambda p: any(i < 0 for i in range(10**10)))
        dead = fuzz.Parser("dead", (path,), lambda p: os._exit(11))
        patch.setattr(fuzz, "parsers", lambda folder: (dead,))
        patch.setattr(fuzz, "BATCH", 2)
        patch.setattr(fuzz, "_turns", lambda folder: (dead,))
        found = list(fuzz.run(tmp_path, 1, 3, workers=2, first=1))
    assert [(i, why) for i, _, why in sorted(found)] == [
        (i, "the interpreter died (11)") for i in (1, 2, 3)
    ]


class Long(InputError):
    """A message that escaped the shortening."""

    def __str__(self) -> str:
        return "x" * 5000


def _raise(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("read", "text"),
    [
        ("_quantity", "1e3 keV"),
        ("_grid", "1:3:5 GeV"),
        ("_grid", "1, 2.5 TeV"),
        ("_plain_value", "3 1e-11 muB"),
        ("_key_values", "a=1e-3"),
    ],
)
def test_the_second_reading_of_values(
    fuzz: ModuleType, read: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It agrees, and notices another number."""
    import nuprobe.cli.values as values

    parsers: Any = sys.modules[fuzz.Parser.__module__]
    check = getattr(parsers, read)
    check(text)
    factor = 1.0 + 1e-9
    for module, name in (
        *((nu.units, n) for n in ("parse_quantity", "parse_grid", "value_in")),
        (values, "parse_json"),
    ):
        right = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *a, right=right: right(*a) * factor)
    with pytest.raises(parsers.Other):
        check(text)
