"""The command line in this interpreter, for the fixture ``run``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., tuple[int, str, str]]
"""Words of a command → exit code, what it prints, what it says of mistakes."""


def called(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, str, str]:
    """What a command does: its exit code, what it prints, what it says of mistakes."""
    from nuprobe.cli import main

    monkeypatch.setattr(sys, "argv", ["nuprobe", *words])
    with pytest.raises(SystemExit) as end:
        main()
    captured = capsys.readouterr()
    assert isinstance(end.value.code, int)
    return end.value.code, captured.out, captured.err


def found_in(text: str) -> dict[str, Any]:
    """JSON of a result without what says how it was made."""
    found: dict[str, Any] = json.loads(text)
    made = found.pop("provenance")
    assert made["command"].startswith("nuprobe ")
    return found


def rows_of(run: Run, *arguments: str) -> list[dict[str, Any]]:
    """Rows of the table that a command prints as JSON."""
    code, out, err = run(*arguments, "--json")
    assert code == 0, err
    found: list[dict[str, Any]] = json.loads(out)["rows"]
    return found
