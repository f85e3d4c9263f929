"""The founding documents: the page is that of the table, every command can be read, and
(nightly) every item gives what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools import founding
from tools import founding_table as table

from nuprobe.errors import NuprobeError
from nuprobe.schema import validate


def test_the_page_is_that_of_the_table() -> None:
    page = table.PAGE.read_text(encoding="utf-8")
    assert page == founding.page(), "python -m tools.founding --write writes the page"


def test_names_are_unique_and_numbers_are_recorded() -> None:
    assert table.doubles() == []
    wanted = {
        (item.id, name)
        for item in table.items()
        for name, check in table.named(item)
        if check.read is not None
    }
    assert set(table.recorded()) == wanted


def test_recorded_numbers_are_those_of_the_documents() -> None:
    known = table.recorded()
    faults = [
        f"{item.id}, {name}: {fault}"
        for item in table.items()
        for name, check in table.named(item)
        if check.read is not None and (fault := check.wrong(known[item.id, name]))
    ]
    assert faults == []


def test_every_command_and_snippet_can_be_read(tmp_path: Path) -> None:
    for item in table.items():
        if item.checks:
            founding.reads(item, tmp_path / item.id)


def test_a_command_that_does_not_parse_is_found(tmp_path: Path) -> None:
    item = table.items()[0]
    for command in (
        "nuprobe xsec cevns --targt Ar40",
        "nuprobe rates csi",
        "xsec cevns",
    ):
        wrong = item.model_copy(update={"command": command, "python": None})
        with pytest.raises(Exception, match=r"(?i)option|command|nuprobe"):
            founding.reads(wrong, tmp_path / "wrong")


@pytest.mark.parametrize(
    "entry",
    [
        {"verdict": "works"},
        {"verdict": "partly"},
        {"verdict": "partly", "note": "missing", "command": "nuprobe list"},
        {
            "verdict": "works",
            "command": "nuprobe list",
            "checks": [{"read": 0, "expect": 1.0}],
        },
        {
            "verdict": "works",
            "command": "nuprobe list",
            "checks": [{"shows": "x", "figure": "y.png"}],
        },
        {
            "verdict": "works",
            "command": "nuprobe list",
            "checks": [{"shows": "x"}],
            "example": ["plot_nothing.py"],
        },
    ],
)
def test_an_item_that_shows_nothing_is_refused(entry: dict[str, object]) -> None:
    with pytest.raises(NuprobeError, match=r"x\.yaml"):
        validate(table.Item, {"id": "X1", "place": "p", "says": "s", **entry}, "x.yaml")


def test_numbers_off_by_more_than_allowed_are_found() -> None:
    check = table.Check(read=0, expect=2.0, relative=0.01)
    assert check.wrong(2.01) is None
    assert check.wrong(2.03) is not None
    assert check.wrong(float("nan")) is not None
    assert table.Check(read=0, at_most=1.0).wrong(1.1) is not None
    assert table.Check(read=0, at_least=1.0).wrong(0.9) is not None


@pytest.mark.nightly
@pytest.mark.parametrize(
    "block", [pytest.param(block, id=name) for name, block in founding.blocks()]
)
def test_items_give_what_the_page_says(
    block: tuple[table.Item, ...], tmp_path: Path
) -> None:
    faults = [
        fault for item in block for fault in founding.faults(item, tmp_path / item.id)
    ]
    assert faults == []
