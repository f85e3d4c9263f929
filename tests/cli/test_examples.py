"""The examples at the end of each command's help."""

from __future__ import annotations

import re
import shlex
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from nuprobe.cli import main
from nuprobe.cli.main import cli


def _examples(command: click.Command) -> Iterator[str]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _examples(inner)
    text = re.sub(r"\\\n\s*", " ", command.epilog or "")
    yield from re.findall(r"^\s*(nuprobe .*)$", text, re.M)


EXAMPLES = list(dict.fromkeys(_examples(cli)))


def test_there_are_examples_and_each_can_be_read() -> None:
    assert len(EXAMPLES) > 30
    assert all(len(shlex.split(example)) > 2 for example in EXAMPLES)


@pytest.mark.nightly
@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_the_help_runs(
    example: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    if example.startswith("nuprobe explore"):
        pytest.importorskip("bokeh", reason="the explorer copies it")
    # the file of coefficients that examples read
    head = "{eft: WET, basis: JMS, scale: 5, values: "
    Path("rs.json").write_text(head + "{VnueLL_2222: -1.0e-5}}", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", shlex.split(example))
    with warnings.catch_warnings():
        warnings.simplefilter("default")  # the command line prints them, as here
        with pytest.raises(SystemExit) as end:
            main()
    shown = capsys.readouterr()
    assert end.value.code == 0, shown.err
    assert shown.out.strip() or shown.err.strip()
