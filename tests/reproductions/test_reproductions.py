"""Published numbers: every one is recomputed and inside its stated tolerance, and the
files are strict."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import yaml

import nuprobe as nu
from nuprobe.catalogue import catalogue
from nuprobe.errors import ExperimentFileError, InputError, UnknownNameError
from nuprobe.reproductions import (
    published_table,
    recipes,
    reproduce,
    reproduction_keys,
)
from nuprobe.reproductions.files import Published, ReproductionFile
from nuprobe.reproductions.studies import csi_choices, nuclear_models
from nuprobe.schema import validate

LIBRARY = Path(nu.__file__).parent / "reproductions" / "library"


# a minute, its diagonal fit is computed in test_electromagnetic; fits of all runs of
# XENONnT, whose numbers tests/published has
# 1.5 s and more; tests/published and tests/experiments compute such numbers, too
SLOW = {
    "boron-8",
    "charge-radii-2018",
    "independent-counts",
    "XENON:2024ijk",
    "solar",
    "short-baselines",
    "reactors",
    "sterile-decay",
    "Cadeddu:2018dux",
    "electron-recoils",
    "mediator-curves",
}


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(k, marks=pytest.mark.nightly) if k in SLOW else k
        for k in reproduction_keys()
    ],
)
def test_every_number_is_inside_its_tolerance(key: str) -> None:
    rows = reproduce(key)
    assert rows
    for row in rows:
        assert math.isfinite(row.computed)
        if row.agrees is None:
            assert row.tolerance == "not judged"
            assert row.note
            continue
        assert row.agrees, (
            f"{row.quantity}: published {row.published}, computed {row.computed}"
        )
        if row.pull is not None:
            error = row.plus if row.difference > 0 else row.minus
            assert error is not None
            assert row.pull * error == pytest.approx(row.difference)


def test_every_recipe_is_used() -> None:
    used = {
        entry["compute"]["recipe"]
        for path in LIBRARY.glob("*.yaml")
        for entry in yaml.safe_load(path.read_text()).get("entries", [])
    } | {link.recipe for entry in catalogue().values() for link in entry.code}
    assert used == set(recipes.__all__)


def test_a_wrong_number_does_not_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipes, "counts", lambda **_: 548.0)
    row = reproduce("COHERENT:2017ipa")[0]
    assert (row.published, row.computed, row.agrees) == (547, 548.0, False)


def test_a_lower_bound_is_one_sided(monkeypatch: pytest.MonkeyPatch) -> None:
    row = reproduce("Mishra:1991bv")[0]
    assert row.agrees
    assert row.computed > row.published == 2.576
    for value, agrees in ((2.5, False), (2.576, True), (1e3, True)):
        monkeypatch.setattr(recipes, "trident_pull", lambda value=value, **_: value)
        assert reproduce("Mishra:1991bv")[0].agrees is agrees


def test_known_differences_are_shown_and_not_judged() -> None:
    rows = {r.quantity: r for r in reproduce("trident-code-a")}
    shown = {q: r for q, r in rows.items() if r.agrees is None}
    assert len(shown) == 2
    for quantity, row in shown.items():
        # the same number with other form factors is judged
        assert rows[quantity.removesuffix(", dipole form factors")].agrees
        assert 0.03 < row.difference / row.published < 0.06


def test_numbers_of_the_catalogue_are_taken_from_there() -> None:
    rows = reproduce("trident.mumu.ratio/CCFR-1991")
    entry = catalogue()["trident.mumu.ratio/CCFR-1991"]
    assert [r.published for r in rows] == [
        entry.numbers[link.compares].value for link in entry.code
    ]
    assert rows[0].key == entry.id
    # the file of the publication shows the same rows, and those of the exclusion
    named = reproduce("Mishra:1991bv")
    assert {r.computed for r in named} > {r.computed for r in rows}
    with pytest.raises(UnknownNameError, match="CCFR-1991"):
        reproduce("trident.mumu.ratio/CCFR-1990")


def test_no_number_of_the_catalogue_is_repeated() -> None:
    known = {
        (number.value, number.plus)
        for entry in catalogue().values()
        for number in entry.named_numbers().values()
    }
    own = [
        (path.stem, entry["quantity"])
        for path in LIBRARY.glob("*.yaml")
        for entry in yaml.safe_load(path.read_text()).get("entries", [])
        # a number with an error is no accident
        if "plus" in entry["published"]
        and (entry["published"]["value"], entry["published"]["plus"]) in known
    ]
    assert own == []


def test_a_number_of_the_catalogue_by_name() -> None:
    name = "nuclear.neutron_radius.csi/COHERENT-2017"
    assert Published(of=name).numbers() == (5.5, 0.9, 1.1)
    assert Published(of=name, number="minus").numbers() == (-1.1, None, None)
    assert Published(
        of="cevns.events/COHERENT-CsI-2017", number="expected_minus"
    ).numbers() == (-48, None, None)
    assert Published(of=name, scale=10).numbers() == pytest.approx((55, 9, 11))
    with pytest.raises(UnknownNameError, match="coherence"):
        Published(of=name, number="coherense").numbers()
    with pytest.raises(UnknownNameError, match="COHERENT-2017"):
        Published(of=name + "x").numbers()


def test_unknown_key_offers_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Cadeddu:2017etk"):
        reproduce("Cadeddu:2017etj")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"tolerance": {}}, "exactly one"),
        ({"tolerance": {"sigma": 1, "relative": 1}}, "exactly one"),
        ({"tolerance": {"shown": True, "relative": 1}}, "exactly one"),
        ({"tolerance": {"shown": True}}, "note"),
        ({"tolerance": {"at_least": False}}, "at_least"),
        ({"published": {"value": 1, "plus": 2}}, "minus"),
        ({"published": {"value": 1, "of": "x/Y"}}, "`of`"),
        ({"published": {"number": "lower"}}, "`of`"),
        ({"compute": {"recipe": "magic"}}, "magic"),
        ({"valeu": 1}, "valeu"),
    ],
)
def test_a_file_that_says_too_little_is_refused(
    change: dict[str, Any], word: str
) -> None:
    entry: dict[str, Any] = {
        "quantity": "x",
        "published": {"value": 1.0},
        "compute": {"recipe": "nuclear_mass", "isotope": "Ar40"},
        "tolerance": {"relative": 0.1},
    }
    file = {
        "key": "a:b",
        "title": "t",
        "verification": "v",
        "entries": [entry | change],
    }
    with pytest.raises(ExperimentFileError, match=word):
        validate(ReproductionFile, file, "x.yaml")


def test_nuclear_models_lie_within_one_sigma_of_the_fit() -> None:
    rows = nuclear_models().to_dict()["rows"]
    models = [
        row
        for row in rows
        if row["chi2"] is not None and not row["model"].startswith("fit")
    ]
    assert len(models) == 8
    assert all(0 < row["delta chi2"] < 1 for row in models)
    # a larger neutron radius loses coherence: fewer counts
    ordered = sorted(models, key=lambda row: row["R_n(Cs) [fm]"] + row["R_n(I) [fm]"])
    assert ordered[0]["signal [counts]"] == max(
        row["signal [counts]"] for row in models
    )
    assert ordered[-1]["signal [counts]"] == min(
        row["signal [counts]"] for row in models
    )


def test_choices_move_the_prediction_as_known() -> None:
    rows = {row["choice"]: row for row in csi_choices().to_dict()["rows"]}
    default = rows["default: Poisson, acceptance integrated over each count"]
    lower, upper = (
        rows["acceptance at the lower edge"],
        rows["acceptance at the upper edge"],
    )
    assert lower["signal"] / default["signal"] == pytest.approx(0.94, abs=0.01)
    assert upper["signal"] / default["signal"] == pytest.approx(1.06, abs=0.01)
    assert default["NDF"] == 11
    # the published analysis, which neither smears nor says that it applies the arrival
    # window
    published = rows["no smearing, arrival window not applied"]
    assert published["R_n [fm]"] == pytest.approx(5.5, abs=0.1)


def test_a_table_of_published_numbers_judges_each_row() -> None:
    near, far = ("A", "x [fm]", 5.0, 5.1, 0.1 + 1e-12), ("B", "y", -2.0, -2.3, 0.2)
    table = published_table([near, far, ("C", "z", 0, 0.0, 0)], notes=["why"])
    assert [row[-1] for row in table.rows] == [True, False, True]
    assert [row[4] for row in table.rows] == pytest.approx([0.1, -0.3, 0.0])
    assert str(table).rstrip().endswith("why")
    assert published_table([]).rows == ()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("A", "x", 5.0, 5.1), "row 1 has 4 values"),
        (("A", "x", 5.0, float("nan"), 0.1), "A, x, computed"),
        (("A", "x", "5 fm", 5.1, 0.1), "A, x, published"),
        (("A", "x", 5.0, 5.1, -0.1), "tolerance is -0.1"),
    ],
)
def test_a_row_that_cannot_be_judged_is_refused(row: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        published_table([row])
