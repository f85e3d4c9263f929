"""One set of options across verbs: the tables of the documentation are what click
knows, and what is missing somewhere has a reason."""

from __future__ import annotations

import re
from pathlib import Path

import click

from nuprobe.cli.main import cli

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"
VERBS = ("rate", "fit", "limit", "scan", "sample", "toys", "plane", "sensitivity")


def offered() -> dict[str, dict[str, click.Option]]:
    """Options by name and verb."""
    found: dict[str, dict[str, click.Option]] = {}
    for verb in VERBS:
        command = cli.get_command(click.Context(cli), verb)
        assert command is not None
        for one in command.params:
            if isinstance(one, click.Option):
                name = next(o for o in one.opts if o.startswith("--"))
                found.setdefault(name, {})[verb] = one
    return found


def rows(first: str) -> list[list[str]]:
    """Cells of the table that begins with a word."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {first} |"))
    body = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        body.append([cell.strip() for cell in line.strip("|").split("|")])
    return [body[0], *body[2:]]


def test_the_table_says_which_verb_has_which_option() -> None:
    head, *body = rows("option")
    assert tuple(head[1:-1]) == VERBS
    written = {
        name.strip("`"): {v for v, mark in zip(VERBS, marks, strict=True) if mark}
        for name, *marks, _ in body
    }
    shared = {name: set(of) for name, of in offered().items() if len(of) > 1}
    assert written == shared


def test_what_a_verb_lacks_has_a_reason() -> None:
    for name, *marks, reason in rows("option")[1:]:
        assert bool(reason) == (not all(marks)), name


def test_options_of_one_verb_are_listed_with_it() -> None:
    written = {
        verb: set(re.findall(r"--[a-z0-9-]+", own)) for verb, own in rows("verb")[1:]
    }
    single = {name: next(iter(of)) for name, of in offered().items() if len(of) == 1}
    assert written == {
        verb: {name for name, where in single.items() if where == verb}
        for verb in VERBS
    }


def test_one_name_takes_one_kind_of_value() -> None:
    for name, of in offered().items():
        kinds = {one.type.name.removesuffix(" range") for one in of.values()}
        assert len(kinds) == 1, (name, kinds)
