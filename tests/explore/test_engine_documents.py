"""Documents that the engine reads, and what it says of others."""

from __future__ import annotations

import base64
import copy
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.explore.engine_runs import document_of, run_engine

import nuprobe as nu
from nuprobe.explore.engine import PARTS, engine_script
from nuprobe.portable.arrays import encoded
from nuprobe.portable.canonical import canonical, checksum_of

HOSTILE = '"><img src=x onerror=alert(1)> __proto__'


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """With an axis, shapes and scales."""
    cost = nu.experiment("coherent-csi-2017").cost(free=["rn", "sin2_theta_w"])
    return document_of(cost)


def _set(*path: Any, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        place: Any = data
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = to

    return change


BLOCK = ("terms", 0, "blocks", 0)
SPOILT: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "another format": (_set("format", to="pyhf"), "not a portable likelihood"),
    "of the future": (_set("version", to=9), "version 9 of the format is later than"),
    "no version": (_set("version", to="1"), "version: must be a whole number"),
    "unknown entry": (_set("extra", to=1), "is no entry of this format"),
    "foreign prototype": (
        lambda data: data["terms"][0].update(json.loads('{"__proto__": {"a": 1}}')),
        'terms.0."__proto__": is no entry',
    ),
    "no terms": (_set("terms", to=[]), "terms: a likelihood needs at least one"),
    "sigma": (_set("nuisances", 0, "sigma", to=0.0), "nuisances.0.sigma: must be pos"),
    "twice": (_set("nuisances", 0, "name", to="rn"), 'nuisances.0.name: "rn" is used'),
    "outside": (_set("parameters", 1, "default", to=0), "parameters.1.default: 0 lies"),
    "statistic": (_set("terms", 0, "statistic", "kind", to="x"), "must be one of poi"),
    "text": (_set("terms", 0, "statistic", "data", to="many"), "an array is nested"),
    "ragged": (
        _set("terms", 0, "statistic", "data", to=[[1], [1, 2]]),
        "must have one length in each depth",
    ),
    "bool": (
        _set("terms", 0, "statistic", "data", to=[True] * 12),
        "an array consists of numbers, got true",
    ),
    "few": (
        _set("terms", 0, "statistic", "data", to=[1.0]),
        "terms.0.statistic.data: has the shape [1] and needs [12]",
    ),
    "bytes": (
        _set(*BLOCK, "time", to={"shape": [3, 1], "base64": "AAAA"}),
        "needs 24 bytes, and base64 contains 3",
    ),
    "base64": (
        _set(*BLOCK, "time", to={"shape": [3, 1], "base64": "§"}),
        "base64 is damaged",
    ),
    "infinite": (
        _set(*BLOCK, "time", to={"shape": [1], "base64": "AAAAAAAA8H8="}),
        "is Infinity; all must be finite",
    ),
    "huge": (
        _set(*BLOCK, "time", to={"shape": [10**9], "base64": ""}),
        "has too many numbers",
    ),
    "no signal": (_set(*BLOCK, "sources", 0, "name", to="x"), "one must be called sig"),
    "effect": (
        _set(*BLOCK, "effects", 0, "nuisance", to=HOSTILE),
        "is no nuisance without anchors",
    ),
    "nodes": (
        lambda data: _set(
            *BLOCK, "axes", 0, "nodes", to=encoded(np.linspace(1.6, 10.0, 28))
        )(data),
        "are not Chebyshev points",
    ),
    "over": (_set(*BLOCK, "over", to="nothing"), 'there is no source "nothing"'),
}

READ = """
async function run({ text, gzip64, bytes }) {
  const given = gzip64 ? { gzip64 }
    : bytes ? new Blob([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))]) : text;
  return engine.compile(await engine.read(given), "a.json").name;
}
"""


def test_what_is_wrong_is_said(document: dict[str, Any], tmp_path: Path) -> None:
    jobs = []
    for change, _ in SPOILT.values():
        data = copy.deepcopy(document)
        del data["checksum"]
        change(data)
        jobs.append({"text": json.dumps(data)})
    found = run_engine(tmp_path, READ, jobs)
    for (name, (_, message)), answer in zip(SPOILT.items(), found, strict=True):
        assert isinstance(answer, dict), name
        assert answer["refused"].startswith("a.json: "), name
        assert message in answer["refused"], name
        assert len(answer["refused"]) < 300, name
        assert "\n" not in answer["refused"], name


def test_damage_is_noticed(document: dict[str, Any], tmp_path: Path) -> None:
    text = json.dumps(document)
    packed = gzip.compress(text.encode())
    changed = json.dumps({**document, "name": "other"})

    def in_base64(raw: bytes) -> str:
        return base64.b64encode(raw).decode()

    jobs = [
        {"text": text},
        {"gzip64": in_base64(packed)},
        {"bytes": in_base64(packed)},
        {"bytes": in_base64(text.encode())},
        {"text": changed},
        {"text": text[:-30]},
        {"gzip64": in_base64(packed[:-100])},
        {"gzip64": "§§§"},
        {"text": "[" * 100_000},
    ]
    found = run_engine(tmp_path, READ, jobs)
    assert found[:4] == ["coherent-csi-2017/energy"] * 4
    said = [answer["refused"] for answer in found[4:]]
    assert "does not match its checksum" in said[0]
    assert "not JSON" in said[1]
    assert "its compression is broken" in said[2]
    assert "base64 is damaged" in said[3]
    assert "not JSON" in said[4] or "nested too deeply" in said[4]


def test_checksums_are_those_of_the_package(tmp_path: Path) -> None:
    run = """
    const run = ({ text }) => {
      const value = JSON.parse(text);
      const { canonical, sha256 } = engine.inner;
      return [canonical(value), `sha256:${sha256(canonical(value))}`];
    };
    """
    values: list[dict[str, Any]] = [
        {},
        {"a": "é\u2028\U0001f600" * 40, "\U0001f600": 1, "\ue000": 2},
        *({"x": "y" * n} for n in range(40, 75)),
        {"n": [1e21, 1e-7, -0.0, 5e-324, 333333333.33333329, 1.5e300, 2**53 - 1]},
    ]
    jobs = [{"text": json.dumps(value)} for value in values]
    for value, (text, checksum) in zip(
        values, run_engine(tmp_path, run, jobs), strict=True
    ):
        assert text == canonical(value)
        assert checksum == checksum_of(value)


def test_points_outside_are_refused(document: dict[str, Any], tmp_path: Path) -> None:
    run = """
    const run = ({ document, point, nuisances }) =>
      engine.compile(document).twiceNll(point, nuisances);
    """
    points: list[Any] = [
        {"rn": 0.5},
        {"rn": "5"},
        {HOSTILE: 1},
        {"__proto__": 1, "constructor": 2},
        [1.0],
        {"rn": None},
    ]
    jobs = [{"document": document, "point": point, "nuisances": {}} for point in points]
    jobs.append({"document": document, "point": {}, "nuisances": {"x": 0}})
    said = [answer["refused"] for answer in run_engine(tmp_path, run, jobs)]
    assert said[0] == "rn must lie in [1.6, 10], got 0.5"
    assert said[1] == 'rn must lie in [1.6, 10], got "5"'
    assert "is none of the parameters; known: sin2_theta_w, rn" in said[2]
    assert "is none of the parameters" in said[3]
    assert said[4] == "2 parameters are needed, got 1"
    assert "rn must lie in" in said[5]
    assert "is none of the nuisances" in said[6]


def test_scripts_are_all_there_and_plain() -> None:
    text = engine_script()
    for name in PARTS[:-1]:
        assert f"function {name}(engine)" in text
    for word in ("import(", "fetch(", "XMLHttpRequest", "eval(", "new Function"):
        assert word not in text, word
