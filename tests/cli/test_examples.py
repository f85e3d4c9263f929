"""The examples at the end of each command's help."""

from __future__ import annotations

import re
import shlex
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import pytest

import nuprobe as nu
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


def _write_what_is_read(example: str) -> None:
    """Write the user's own files that an example names into the current folder."""
    shipped = Path(nu.__file__).parent
    head = "{eft: WET, basis: JMS, scale: 5, values: "
    energies = np.linspace(1.5, 10.0, 86)
    one = np.exp(0.87 - 0.16 * energies)
    rows = zip(energies, one, one, one, one, strict=True)
    spectrum = "".join(",".join(map(str, row)) + "\n" for row in rows)
    texts = {
        "rs.json": head + "{VnueLL_2222: -1.0e-5}}",
        "my-set.toml": (shipped / "sets/library/boron-8.toml").read_text("utf-8"),
        "own.toml": (shipped / "processes/nuclear/data/carbon13.toml").read_text(
            "utf-8"
        ),
        "mine.csv": (
            "energy,sigma\n9.3,0\n11.3,4e-46\n16.4,2e-45\n"
            if "--curve" in example
            else f"energy,U235,U238,Pu239,Pu241\n{spectrum}"
        ),
    }
    for name, text in texts.items():
        if name in example:
            Path(name).write_text(text, encoding="utf-8")


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
    _write_what_is_read(example)
    monkeypatch.setattr(sys, "argv", shlex.split(example))
    with warnings.catch_warnings():
        warnings.simplefilter("default")  # the command line prints them, as here
        with pytest.raises(SystemExit) as end:
            main()
    shown = capsys.readouterr()
    assert end.value.code == 0, shown.err
    assert shown.out.strip() or shown.err.strip()
