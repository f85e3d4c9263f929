"""Processes by name, and what packages may offer."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest

import nuprobe as nu
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.processes import (
    Process,
    cevns,
    electron,
    process,
    process_names,
    process_options,
)


def _offer(folder: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    info = folder / "offered-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: offered\nVersion: 1.0\n"
    )
    (info / "entry_points.txt").write_text(f"[nuprobe.processes]\n{line}\n")
    monkeypatch.syspath_prepend(folder)


def test_names_and_options() -> None:
    assert {"cevns", "electron"} <= set(process_names())
    assert process("cevns", axial=True) == cevns.Cevns(axial=True)
    assert process_options("electron") == ("binding", "neutrino_mass")
    one = electron.Electron(binding=False)
    assert process(one) is one
    assert nu.process is process


def test_every_process_says_what_it_is() -> None:
    for name in process_names():
        found = process(name)
        assert Process in type(found).__mro__
        assert found.name == name
        assert found.deposit.name
        assert found.deposit.symbol


@pytest.mark.parametrize("wrong", [3, None, cevns.Cevns, object()])
def test_what_is_not_a_process_is_refused(wrong: object) -> None:
    with pytest.raises(InputError, match="a name or a Process"):
        process(wrong)  # type: ignore[arg-type]


def test_unknown_names_and_options() -> None:
    with pytest.raises(UnknownNameError, match="did you mean cevns"):
        process("cevn")
    with pytest.raises(UnknownNameError, match="option of process electron"):
        process("electron", axial=True)
    with pytest.raises(InputError, match="without options"):
        process(cevns.Cevns(), axial=True)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("bad = nowhere_at_all:Thing", "cannot be loaded"),
        ("bad = nuprobe.processes:Nothing", "cannot be loaded"),
        ("bad = nuprobe.processes:CONTACT", "must be a class or a function"),
        ("bad = nuprobe.nuclei:isotope_names", "must be a subclass of"),
        ("bad = nuprobe.processes.electron:Electron", "cannot be loaded"),
        ("bad = nuprobe.processes.elastic.electron:Electron", "with the name 'bad'"),
    ],
)
def test_what_a_package_offers_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, hint: str
) -> None:
    _offer(tmp_path, monkeypatch, line)
    assert "bad" in process_names()
    with pytest.raises(InputError, match=hint):
        process("bad")


def test_a_package_cannot_replace_a_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _offer(tmp_path, monkeypatch, "cevns = nuprobe.processes.elastic.electron:Electron")
    assert "cevns" in {p.name for p in metadata.entry_points(group="nuprobe.processes")}
    assert process("cevns") == cevns.Cevns()
