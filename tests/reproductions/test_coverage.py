"""The table of measured coverage in the guide is what toys say."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from nuprobe.inference import ToySettings
from nuprobe.reproductions.coverage import CASES, analysis_coverage, coverage_table

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "numbers.md"
TOYS = 1000
LEVELS = (0.6826894921370859, 0.9, 0.95)


def rows() -> dict[tuple[str, str, str], list[float]]:
    """Coverage in the guide by analysis, parameter and ensemble."""
    found = {}
    for line in GUIDE.read_text(encoding="utf-8").splitlines():
        match = re.match(r"\| `([^`]+/[^`]+)` \| `([^`]+)` \| (\w+) \|(.*)\|$", line)
        if match:
            numbers = [float(c) / 100 for c in match[4].split("|")[:3]]
            found[match[1], match[2], match[3]] = numbers
    return found


def compare(case: tuple[str, str, str, str]) -> None:
    name, analysis, parameter, ensemble = case
    shown = rows()[f"{name}/{analysis or 'rate'}", parameter, ensemble]
    # another seed than that of the table
    settings = ToySettings(TOYS, 77, ensemble, "nominal")  # type: ignore[arg-type]
    found = analysis_coverage(name, analysis, parameter, settings)
    for level, one, other in zip(LEVELS, shown, found.covered, strict=True):
        noise = np.sqrt(level * (1 - level) * (1 / TOYS + 1 / 2000))
        assert one == pytest.approx(other, abs=4 * noise), (case, level)


def test_the_guide_shows_every_case() -> None:
    wanted = {(f"{n}/{a or 'rate'}", p, e) for n, a, p, e in CASES}
    assert wanted <= set(rows())
    assert all(0.6 < row[0] < row[1] < row[2] < 1 for row in rows().values())


@pytest.mark.parametrize("case", [CASES[0], CASES[1], CASES[12]], ids=str)
def test_coverage_in_the_guide(case: tuple[str, str, str, str]) -> None:
    compare(case)


@pytest.mark.nightly
@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_coverage_in_the_guide(case: tuple[str, str, str, str]) -> None:
    compare(case)


def test_the_table_has_a_row_a_case() -> None:
    table = coverage_table(40, CASES[:2])
    assert [row[:3] for row in table.rows] == [
        ("coherent-csi-2017/energy", "rn", "unconditional"),
        ("coherent-csi-2017/energy-time", "rn", "unconditional"),
    ]
