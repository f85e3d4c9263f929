"""Tables as text, JSON and CSV."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from nuprobe.tables import Rows, Table

COLUMNS = ("flavour", "E [MeV]", "ratio", "below")
CELLS = (("nu_e", 1.0, 0.1 + 0.2, False), ("nu_mu", 2.5, None, True))
ROWS = Rows(
    np.array(["nu_e", "nu_mu"]),
    np.array([1.0, 2.5]),
    np.array([0.1 + 0.2, np.nan]),
    np.array([False, True]),
)


def test_rows_of_arrays_are_those_of_a_tuple() -> None:
    lazy, plain = Table("t", COLUMNS, ROWS), Table("t", COLUMNS, CELLS)
    assert tuple(ROWS) == CELLS
    assert (ROWS[1], tuple(ROWS[:1]), len(ROWS)) == (CELLS[1], CELLS[:1], 2)
    assert lazy.to_dict() == plain.to_dict()
    assert str(lazy) == str(plain)
    assert [*lazy.json_lines()] == [*plain.json_lines()]
    with pytest.raises(IndexError):
        _ = ROWS[2]


def test_rows_beyond_one_block_stay_in_order() -> None:
    numbers = np.arange(10_000)
    assert [row for (row,) in Rows(numbers)] == numbers.tolist()
    with pytest.raises(ValueError, match="shorter"):
        list(Rows(numbers, numbers[:-1]))


def test_csv_has_every_digit_and_no_formulas() -> None:
    table = Table("=title\nof two lines", COLUMNS, ROWS, {"ratio": ".2f"}, ("a note",))
    lines = [*table.csv_lines()]
    assert lines[:2] == ["# =title of two lines", "# a note"]
    header, first, second = csv.reader(lines[2:])
    assert tuple(header) == COLUMNS
    assert float(first[2]) == 0.1 + 0.2
    assert second == ["nu_mu", "2.5", "", "True"]
    assert next(csv.reader([*Table("", ("a",), (("=1+1",),)).csv_lines()][1:])) == [
        "'=1+1"
    ]
    assert json.loads("".join(table.json_lines()))["rows"][1]["ratio"] is None
