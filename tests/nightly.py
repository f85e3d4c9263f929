"""What the default tests leave to `make nightly`, which runs everything."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

import pytest
from hypothesis import settings

T = TypeVar("T")

DEFAULT, NIGHT = "default", "night"


def register_profiles() -> None:
    """How many examples Hypothesis tries; how long one takes says what else the machine
    does, not whether it is right."""
    settings.register_profile(DEFAULT, deadline=None, max_examples=30)
    settings.register_profile(NIGHT, deadline=None, max_examples=100)


def few(some: T, night: T) -> T:
    """`some` in the default tests, `night` in those of the night: a number of examples,
    samples or steps, read when a file is collected or a test runs."""
    return some if settings().max_examples < 100 else night


def mostly_nightly(cases: Iterable[Any], keep: Collection[Any]) -> list[Any]:
    """Parameters of a test, of which only those in `keep` run by default."""
    every = list(cases)
    assert keep
    assert all(case in every for case in keep)
    return [
        case
        if case in keep
        else pytest.param(
            *(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.nightly
        )
        for case in every
    ]
