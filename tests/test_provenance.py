"""What results say of their making."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools import build_dois

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.inference.provenances import provenance_of
from nuprobe.provenance import Provenance, command_text, made_by, now, plain


def test_what_is_written_is_read() -> None:
    made = Provenance.here(
        experiments=[{"name": "a", "analysis": "b"}],
        model={"name": "sm"},
        latex={"rn": "R_n"},
        references=["A:2020abc", "A:2020abc"],
        fingerprint="00",
    )
    assert made.references == ("A:2020abc",)
    assert Provenance.from_text(made.to_text()) == made
    assert made.command == "Python"
    with made_by("nuprobe fit a"):
        assert Provenance.here().command == "nuprobe fit a"
    assert Provenance.here().command == "Python"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": 2}, "update nuprobe"),
        ({"format": "1"}, "not a provenance"),
        ({"latex": []}, "damaged"),
        ({"experiments": [{}]}, "damaged"),
        ({"references": [1]}, "damaged"),
        ({"dois": {"a": 1}}, "damaged"),
        ({"date": None}, "damaged"),
    ],
)
def test_what_nuprobe_does_not_write_is_refused(
    change: dict[str, object], says: str
) -> None:
    data = {**Provenance.here().to_dict(), **change}
    with pytest.raises(InputError, match=says):
        Provenance.from_dict(data)
    with pytest.raises(InputError, match="not JSON"):
        Provenance.from_text("{")


def test_the_date_is_that_of_source_date_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert now() == "1970-01-02T00:00:00Z"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH must be a number"):
        now()
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert now() > "2026"


def test_the_home_of_the_user_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/people/somebody")
    monkeypatch.setattr(Path, "home", lambda: Path("/people/somebody"))
    words = ["nuprobe", "scan", "/people/somebody/my data/a", "--x=/people/somebody/b"]
    assert command_text(words) == "nuprobe scan ~/'my data/a' '--x=~/b'"
    assert command_text(["/people/somebodyelse/a"]) == "/people/somebodyelse/a"
    assert plain(Path("/people/somebody/a.yaml")) == "a.yaml"


@given(st.lists(st.floats(), max_size=80))
def test_arrays_are_json(values: list[float]) -> None:
    found = plain(np.array(values))
    json.dumps(found, allow_nan=False)
    assert isinstance(found, dict if len(values) > 64 else list)


def test_a_cost_says_what_it_was_made_of() -> None:
    csi = nu.experiment("coherent-csi-2017")
    changed = csi.with_changes({"response.smearing.kind": "none"})
    model = nu.model("b-l", mass=10.0, coupling=1e-4)
    made = provenance_of(changed.cost(model, ["rn"]), "x")
    (one,) = made.experiments
    assert one["name"] == "coherent-csi-2017"
    assert one["analysis"] == csi.analyses[0]
    assert one["changes"] == {"response.smearing.kind": "none"}
    assert made.references == csi.references
    assert made.dois["COHERENT:2017ipa"] == "10.1126/science.aao0990"
    assert set(made.dois) <= set(made.references)
    assert (
        "COHERENT:2017ipa (doi:10.1126/science.aao0990)"
        in dict(made.lines())["references"]
    )
    assert (made.model["name"], made.model["mass"]) == ("b-l", 10.0)
    assert made.latex["rn"] == "R_n"
    assert made.fingerprint == "x"
    # of the same name but not the same data or model
    assert provenance_of(csi.cost(None, ["rn"]), "").experiments[0]["changes"] == {}


def test_a_sum_of_costs_names_every_experiment_once() -> None:
    names = ["coherent-csi-2017", "coherent-lar-2020"]
    opened = [nu.experiment(name) for name in names]
    first, second = (e.cost(free=["sin2_theta_w"]) for e in opened)
    made = provenance_of(first + second, "")
    assert list(made.names) == names
    assert set(made.references) == {r for e in opened for r in e.references}


def test_folders_have_one_digest_wherever_they_lie(tmp_path: Path) -> None:
    folder = nu.experiment("coherent-csi-2017").folder
    again = tmp_path / "other-name"
    again.mkdir()
    for entry in folder.root.iterdir():
        if entry.is_file():
            (again / entry.name).write_bytes(entry.read_bytes())
    assert nu.experiment(again).folder.digest() == folder.digest()
    table = next(again.glob("*.csv"))
    table.write_bytes(table.read_bytes() + b"\n")
    assert nu.experiment(again).folder.digest() != folder.digest()


def test_files_without_dois_are_read() -> None:
    data = Provenance.here(references=["COHERENT:2017ipa"]).to_dict()
    assert data.pop("dois") == {"COHERENT:2017ipa": "10.1126/science.aao0990"}
    early = Provenance.from_dict(data)
    assert not early.dois
    assert dict(early.lines())["references"] == "COHERENT:2017ipa"


def test_dois_are_those_of_the_bibliography_and_the_catalogue() -> None:
    assert build_dois.TABLE.read_text(encoding="utf-8") == build_dois.table(), (
        "python -m tools.build_dois writes the table"
    )
    bibliography = """% unverified: title; the DOI was compared
@article{A:2000aa,
  doi = {10.1000/a}
}
% unverified: all but the DOI
@article{B:2000bb,
  doi = {10.1000/b}
}
% unverified: all of it
@article{C:2000cc,
  doi = {10.1000/c}
}
% unverified: pages and DOI
@article{D:2000dd,
  doi = {10.1000/d}
}

% unverified: journal references, unless said otherwise
@article{E:2000ee,
  doi = {10.1000/e}
}
@article{F:2000ff,
  doi = {10.1000/f}
}

@article{G:2000gg,
  doi = {10.1000/g}
}
"""
    read = {
        key: verified for key, _, verified in build_dois.of_bibliography(bibliography)
    }
    assert [key[0] for key, verified in read.items() if verified] == ["A", "B", "G"]
    assert len(read) == 7
