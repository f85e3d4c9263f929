"""Exports hold the numbers of the entries."""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from typing import Any

import pytest
import yaml
from tests.catalogue.examples import CURVE, MOMENT, RADIUS, RATIO, entry

from nuprobe.catalogue import catalogue
from nuprobe.catalogue.entry import Entry, Source
from nuprobe.catalogue.export import export
from nuprobe.catalogue.ladder import common_factor, rung_of, shown
from nuprobe.errors import UnknownNameError
from nuprobe.models.charge_radius import CHARGE_RADIUS_CONVENTIONS as RADII

COMPONENTS = {
    "components": [
        {"source": "stat", "plus": 0.2, "minus": 0.1},
        {"source": "syst", "plus": 0.2, "minus": 0.1},
    ]
}
ENTRIES = [
    entry(),
    entry(MOMENT),
    entry(RATIO),
    entry(RATIO, COMPONENTS, {"id": "ratio.x/B-1"}),
    entry(CURVE),
]


def test_csv_has_one_row_an_entry() -> None:
    rows = list(csv.DictReader(io.StringIO(export(ENTRIES, "csv"))))
    assert [r["id"] for r in rows] == [e.id for e in ENTRIES]
    assert (rows[0]["lower"], rows[0]["upper"], rows[0]["unit"]) == (
        "-4.0",
        "6.0",
        "1e-32 cm2",
    )
    assert float(rows[1]["value"]) == 3e-11
    assert (rows[2]["value"], rows[2]["plus"], rows[2]["minus"]) == (
        "0.8",
        "0.3",
        "0.2",
    )
    assert rows[4]["curve_points"] == "3"
    assert rows[0]["doi"] == "10.1000/182"
    assert len(
        list(csv.DictReader(io.StringIO(export(catalogue().values(), "csv"))))
    ) == len(catalogue())


def test_bibtex_has_each_publication_once() -> None:
    works: dict[str, dict[str, Any]] = {
        "a": {"texkeys": ["Smith:2001ab"], "arxiv": "hep-ph/0101001"},
        "b": {
            "texkeys": ["Smith:2001ab"],
            "title": "On {half",
            "journal": "J. 1",
            "year": 2001,
        },
        "c": {"doi": "10.1000/182"},
        "d": {"recid": 7},
    }
    rest = {
        "doi": None,
        "locator": "p. 1",
        "method": "text",
        "licence": "x",
        "retrieved": "2026-01-02",
    }
    entries = [entry({"source": rest | work}) for work in works.values()]
    text = export(entries, "bibtex")
    assert re.findall(r"^@(\w+)\{(.*),$", text, re.M) == [
        ("misc", "10.1000/182"),
        ("article", "Smith:2001ab"),
        ("misc", "recid:7"),
    ]
    assert "On half" in text
    assert text.count("{") == text.count("}")
    whole = export(catalogue().values(), "bibtex")
    keys = re.findall(r"^@\w+\{(.*),$", whole, re.M)
    assert len(keys) == len(set(keys))
    assert {
        e.source.texkeys[0] for e in catalogue().values() if e.source.texkeys
    } <= set(keys)


def hepdata(*entries: Any) -> list[dict[str, Any]]:
    text = export(entries, "hepdata")
    assert not re.search(r"[&*]id\d", text)  # no anchors
    return list(yaml.safe_load_all(text))[1:]


def values(column: dict[str, Any]) -> list[Any]:
    return [v["value"] for v in column["values"]]


def test_hepdata_tables_hold_the_numbers() -> None:
    interval, moment, ratio, parts, curve = hepdata(*ENTRIES)
    for table in (interval, moment, ratio, parts, curve):
        lengths = {
            len(c["values"])
            for c in table["independent_variables"] + table["dependent_variables"]
        }
        assert len(lengths) == 1
        assert {"name", "description", "location", "keywords"} <= set(table)
        assert len(table["name"]) <= 64
    assert [values(c) for c in interval["dependent_variables"]] == [[-4.0], [6.0]]
    assert interval["dependent_variables"][0]["header"]["units"] == "1e-32 cm2"
    assert {"name": "Convention", "value": "giunti"} in interval["dependent_variables"][
        1
    ]["qualifiers"]
    assert values(moment["dependent_variables"][0]) == [3e-11]
    (number,) = ratio["dependent_variables"][0]["values"]
    assert number["errors"] == [
        {"asymerror": {"plus": 0.3, "minus": -0.2}, "label": "total"}
    ]
    (number,) = parts["dependent_variables"][0]["values"]
    assert [e["label"] for e in number["errors"]] == ["stat", "syst"]
    assert [
        values(curve["independent_variables"][0]),
        values(curve["dependent_variables"][0]),
    ] == [
        [0.1, 1.0, 10.0],
        [1e-3, 2e-3, 2e-2],
    ]


def test_hepdata_of_bands_and_of_nothing() -> None:
    band = CURVE["curve"] | {"shape": "band", "points": [[1, 2, 3], [2, 3, 4]]}
    (table,) = hepdata(entry(CURVE, {"curve": band}))
    assert [values(c) for c in table["dependent_variables"]] == [[2, 3], [3, 4]]
    assert (
        hepdata(
            entry(
                CURVE, {"curve": None, "notes": RADIUS["notes"] | {"not_shipped": "x"}}
            )
        )
        == []
    )
    with pytest.raises(UnknownNameError, match="bibtex"):
        export(ENTRIES, "bibtx")


def test_solar_and_reactor_neutrinos_together_are_a_mixture() -> None:
    rung = rung_of(catalogue()["magnetic_moment.majorana/Grimus-2002"], 1.0)
    assert rung is not None
    assert rung.group == ""
    for name, group in (
        ("magnetic_moment.e/GEMMA-2012", "e"),
        ("magnetic_moment.tau/DONUT-2001", "tau"),
    ):
        rung = rung_of(catalogue()[name], 1.0)
        assert rung is not None
        assert rung.group == group


def test_the_ladder_of_radii_has_recomputed_numbers() -> None:
    rungs = [
        rung_of(e, 1.0) for e in shown("charge_radius") if common_factor(e) is not None
    ]
    assert sum(len(r.computed) for r in rungs if r) >= 8


def _publications() -> list[tuple[Entry, Source]]:
    return [
        (e, s)
        for e in catalogue().values()
        for s in (e.source, e.via)
        if s is not None and len(s.texkeys) == 1
    ]


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain.lower())


@pytest.mark.parametrize("name", ["arxiv", "doi", "recid"])
def test_a_texkey_and_a_publication_belong_to_each_other(name: str) -> None:
    """No key stands for two publications, and no publication has two keys."""
    pairs = {
        (s.texkeys[0], getattr(s, name))
        for _, s in _publications()
        if getattr(s, name) is not None
    }
    assert len({key for key, _ in pairs}) == len(pairs)
    assert len({value for _, value in pairs}) == len(pairs)


def test_the_year_of_a_texkey_is_that_of_the_publication() -> None:
    """The year of a key is that in which the publication came to INSPIRE: of a preprint
    its own, else that of the journal or up to two before."""
    checked = 0
    for e, s in _publications():
        year = int(s.texkeys[0].split(":")[1][:4])
        if s.arxiv is not None:
            digits = s.arxiv.split("/")[-1][:2]
            eprint = (1900 if int(digits) > 90 else 2000) + int(digits)
            assert 0 <= year - eprint <= 1 or eprint - year == 1, (e.id, s.texkeys)
        elif s.year is not None:
            assert -1 <= s.year - year <= 2, (e.id, s.texkeys)
        checked += 1
    assert checked > 60


def test_the_name_of_a_texkey_is_the_author_or_the_experiment() -> None:
    strange = {}
    for e, s in _publications():
        name = _letters(s.texkeys[0].split(":")[0])
        if not s.first_author:
            continue
        known = [_letters(s.first_author)]
        if s is e.source:
            known.append(_letters(e.experiment))
        if not any(k in name or name in k for k in known):
            strange[s.texkeys[0]] = known
    # the collaboration Muon g-2 is E821 at Brookhaven
    assert strange.keys() == {"Muong-2:2006rrc"}, strange


def test_bibtex_has_authors_and_one_entry_a_key() -> None:
    text = export(catalogue().values(), "bibtex")
    keys = re.findall(r"^@\w+\{(.*),$", text, re.M)
    assert len(keys) == len(set(keys))
    assert {s.texkeys[0] for _, s in _publications()} <= set(keys)
    raffelt = export([catalogue()["magnetic_moment.any/Raffelt-1990"]], "bibtex")
    assert "  author = {Raffelt},\n" in raffelt
    assert "the first one, as the Particle Data Group lists it" in raffelt


def test_the_convention_of_a_radius_follows_from_the_error_beside_it() -> None:
    """One fit gives the weak mixing angle and the charge radius: the ratio of their
    errors is that of the convention q²⟨r²⟩/3, and not of q²⟨r²⟩/6."""
    fermi, alpha, cm2 = 1.1663787e-5, 1 / 137.035999, 0.3893793721e-27
    barranco = catalogue()["charge_radius.ee/Barranco-2007"]
    assert barranco.convention == "half"
    assert barranco.interval is not None
    lower, upper = barranco.interval.lower, barranco.interval.upper
    assert lower is not None
    assert upper is not None
    half_width = (upper - lower) / 2 * 1e-32
    # sin²θ_W and radius of the convention of this package
    slope = math.sqrt(2) * math.pi * alpha / (6 * fermi) / cm2
    error = {c: slope * f * half_width / 1.6449 for c, f in RADII.items()}
    assert error["half"] == pytest.approx(0.025, rel=0.02)
    assert error["giunti"] == pytest.approx(0.0125, rel=0.02)
