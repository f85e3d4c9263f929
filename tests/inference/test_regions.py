"""Allowed regions as data."""

from __future__ import annotations

import json
from math import inf

from nuprobe.inference import Region
from nuprobe.inference.regions import region_lines
from nuprobe.parameters import Parameter

RADIUS = Parameter("charge_radius.mumu", 0.0, unit="cm2")


def test_a_line_for_each_region_in_the_unit_of_tables() -> None:
    found = [
        Region(-6.15e-31, -4.26e-31, best=False, minimum=-5.2e-31, rise=0.034),
        Region(-1.33e-31, 5.1e-32, best=True, minimum=-4e-32, rise=0.0),
    ]
    assert region_lines(RADIUS, found, 0.9) == [
        "charge_radius.mumu allowed at 90 %: [-61.5, -42.6] 1e-32 cm2,"
        " lowest at -52 (-2 ln L higher by 0.034)",
        "charge_radius.mumu allowed at 90 %: [-13.3, 5.1] 1e-32 cm2, best value -4",
    ]


def test_open_ends_are_told_in_words_and_data() -> None:
    upper = Region(1.0, inf, open_high=True)
    assert upper.words(RADIUS).endswith("open at the upper end of the range")
    assert upper.words(RADIUS, "grid").endswith("open at the upper end of the grid")
    both = Region(-inf, inf, open_low=True, open_high=True, best=True)
    assert "open at both ends of the range" in both.words(RADIUS)
    plain = json.loads(json.dumps(both.to_dict(), allow_nan=False))
    assert plain == {
        "low": None,
        "high": None,
        "open_low": True,
        "open_high": True,
        "best": True,
        "minimum": None,
        "rise": None,
    }
