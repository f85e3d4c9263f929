"""The rules of HEPData for submissions, as its documentation states them, and its own
validator where it is installed."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

VALIDATOR = importlib.util.find_spec("hepdata_validator") is not None


def loaded(folder: Path) -> dict[str, list[Any]]:
    """The documents of each YAML file of a folder, read safely."""
    return {
        file.name: list(yaml.safe_load_all(file.read_text(encoding="utf-8")))
        for file in folder.glob("*.yaml")
    }


def check(folder: Path) -> dict[str, dict[str, Any]]:
    """Check a submission, and return its tables with their data by name."""
    files = loaded(folder)
    first, *tables = files["submission.yaml"]
    assert isinstance(first["comment"], str)
    resources = first.get("additional_resources", [])
    for one in resources:
        assert set(one) == {"location", "description"}
        assert (folder / one["location"]).is_file()
    found = {}
    for table in tables:
        assert {"name", "description", "keywords", "data_file"} <= set(table)
        assert len(table["name"]) <= 64
        for keyword in table["keywords"]:
            assert keyword["name"] in {"observables", "phrases"}
            assert all(len(word) <= 128 for word in keyword["values"])
        (data,) = files[table["data_file"]]
        _check_data(data)
        found[table["name"]] = {**table, "data": data}
    assert len(found) == len(tables)
    named = {t["data_file"] for t in tables} | {"submission.yaml"}
    every = {p.name for p in folder.iterdir()} - {r["location"] for r in resources}
    assert every == named
    if VALIDATOR:
        validate("directory", folder)
    return found


def _check_data(data: dict[str, Any]) -> None:
    assert set(data) == {"independent_variables", "dependent_variables"}
    lengths = set()
    for variable in data["independent_variables"]:
        assert set(variable) == {"header", "values"}
        _check_header(variable["header"])
        for entry in variable["values"]:
            assert set(entry) in ({"value"}, {"low", "high"})
            assert all(isinstance(x, str | int | float) for x in entry.values())
        lengths.add(len(variable["values"]))
    assert data["dependent_variables"]
    for variable in data["dependent_variables"]:
        assert set(variable) <= {"header", "qualifiers", "values"}
        _check_header(variable["header"])
        for qualifier in variable.get("qualifiers", ()):
            assert set(qualifier) <= {"name", "value", "units"}
            assert isinstance(qualifier["name"], str)
            assert isinstance(qualifier["value"], str | int | float)
            assert not isinstance(qualifier["value"], bool)
        for entry in variable["values"]:
            assert set(entry) <= {"value", "errors"}
            assert isinstance(entry["value"], str | int | float)
            _check_errors(entry.get("errors"))
        lengths.add(len(variable["values"]))
    assert len(lengths) == 1


def _check_header(header: dict[str, Any]) -> None:
    assert set(header) <= {"name", "units"}
    assert all(isinstance(text, str) and text for text in header.values())


def _check_errors(errors: list[dict[str, Any]] | None) -> None:
    if errors is None:
        return
    sizes = []
    for error in errors:
        assert isinstance(error["label"], str)
        kinds = set(error) - {"label"}
        assert kinds in ({"symerror"}, {"asymerror"})
        if "symerror" in error:
            sizes.append(error["symerror"])
        else:
            assert set(error["asymerror"]) == {"plus", "minus"}
            sizes += [x for x in error["asymerror"].values() if x != ""]
    # HEPData refuses errors that are all zero
    assert any(sizes)


def validate(kind: str, path: Path) -> None:
    """Let HEPData's own validator look at a ``directory`` or a ``file``, in a process
    of its own: it leaves files open."""
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _SCRIPT, kind, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stdout + said.stderr


_SCRIPT = """
import sys
from hepdata_validator.full_submission_validator import FullSubmissionValidator
validator = FullSubmissionValidator()
valid = validator.validate(**{sys.argv[1]: sys.argv[2]})
for file, messages in validator.get_messages().items():
    print(file, [message.message for message in messages])
sys.exit(not valid)
"""
