"""Values on the command line: JSON, or else texts."""

from __future__ import annotations

import pytest

from nuprobe.cli.values import key_values
from nuprobe.errors import LONGEST_MESSAGE, InputError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2]}', {"a": [1, 2]}),
        ("[0.1, 2]", [0.1, 2]),
        ('"none"', "none"),
        ("none", "none"),
        ("3 m", "3 m"),
        ("-2", -2),
        ("1.5e3", 1500.0),
        ("true", True),
        ("E_minus > 0.95 GeV", "E_minus > 0.95 GeV"),
        ("", ""),
        # as in the files
        ('{kind="constant", factor=1.0}', {"kind": "constant", "factor": 1.0}),
        ("['a', 2]", ["a", 2]),
        ("'a'", "'a'"),
    ],
)
def test_values_are_json_or_texts(text: str, value: object) -> None:
    found = key_values([f"key={text}"])
    assert found == {"key": value}
    assert type(found["key"]) is type(value)


def test_a_table_is_shown_in_its_right_form() -> None:
    right = r'Expecting .*TOML, e.g. {kind="constant", factor=1.0}$'
    for text in ("{kind=constant}", "{a=1}\ny=2", "{a=1, a=2}"):
        with pytest.raises(InputError, match=right):
            key_values([f"quenching={text}"])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": 1', "not valid JSON"),
        ('{"a": 1, "a": 2}', "'a': this key is given twice"),
        ("{a: 1}", "not valid JSON"),
        ("[1, 2", "not valid JSON"),
        ("  [1 2]", "not valid JSON"),
        ('"open', "not valid JSON"),
        ("[" * 5000, "not valid JSON|nested too deeply"),
        ("9" * 50, "an integer of more than 40 digits"),
        ("-" + "9" * 5000, "not valid JSON"),
    ],
)
def test_faulty_json_is_no_text(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        key_values([f"key={text}"], "--param")
    told = str(caught.value)
    assert told.startswith("cannot read --param key=")
    assert len(told) <= LONGEST_MESSAGE
    assert "\n" not in told
