"""A small valid entry to change."""

from __future__ import annotations

from typing import Any

import yaml

from nuprobe.catalogue import read_entry
from nuprobe.catalogue.entry import Entry

RADIUS: dict[str, Any] = {
    "schema_version": 1,
    "id": "charge_radius.ee/TOY-2001",
    "title": "A toy",
    "experiment": "TOY",
    "year": 2001,
    "observable": {
        "quantity": "charge_radius",
        "latex": "r",
        "parameter": "charge_radius.ee",
    },
    "kind": "interval",
    "interval": {"lower": -4.0, "upper": 6.0},
    "unit": "1e-32 cm2",
    "cl": 0.9,
    "sidedness": "two-sided",
    "statistic": "gaussian",
    "convention": "giunti",
    "flavour": ["nu_e"],
    "effective": False,
    "model": "Standard Model",
    "valid_range": "everywhere",
    "source": {
        "doi": "10.1000/182",
        "locator": "Fig. 1",
        "method": "text",
        "licence": "facts",
        "retrieved": "2026-01-02",
    },
    "verification": {"level": "transcribed", "evidence": "none"},
    "status": "current",
    "history": [{"date": "2026-01-02", "change": "entered"}],
    "notes": {"why": "it must"},
}
MOMENT: dict[str, Any] = {
    "id": "magnetic_moment.e/TOY-2001",
    "observable": {
        "quantity": "magnetic_moment",
        "latex": "m",
        "parameter": "mu_eff.e",
    },
    "kind": "upper_limit",
    "interval": None,
    "value": 3e-11,
    "unit": "muB",
    "convention": None,
}
RATIO: dict[str, Any] = {
    "id": "ratio.x/TOY-2001",
    "observable": {"quantity": "ratio", "latex": "x"},
    "kind": "measurement",
    "interval": None,
    "value": 0.8,
    "errors": {"plus": 0.3, "minus": 0.2},
    "unit": "1",
    "convention": None,
}
CURVE: dict[str, Any] = {
    "id": "lmu_ltau.coupling/TOY-2001",
    "observable": {"quantity": "coupling", "latex": "g'"},
    "kind": "curve_limit",
    "interval": None,
    "unit": None,
    "convention": "charge-one",
    "curve": {
        "x": {"quantity": "mass", "latex": "m", "unit": "GeV"},
        "y": {"quantity": "coupling", "latex": "g", "unit": "1"},
        "points": [[0.1, 1e-3], [1.0, 2e-3], [10.0, 2e-2]],
    },
}
LINK: dict[str, Any] = {
    "quantity": "mass of argon",
    "recipe": "nuclear_mass",
    "keywords": {"isotope": "Ar40"},
    "command": "nuprobe list targets",
    "compares": "value",
    "result": 37215.53,
    "tolerance": {"relative": 0.1},
    "agrees": True,
}


def text(*changes: dict[str, Any]) -> str:
    """YAML of the toy with changes; a None removes a key."""
    raw = dict(RADIUS)
    for change in changes:
        raw |= change
    return yaml.safe_dump(
        {k: v for k, v in raw.items() if v is not None}, sort_keys=False
    )


def entry(*changes: dict[str, Any]) -> Entry:
    return read_entry(text(*changes), "toy.yaml")
