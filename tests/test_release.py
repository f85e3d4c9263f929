"""What a release needs: a version from the tags, and files that agree with each
other."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

import nuprobe

ROOT = Path(__file__).parents[1]
PYPROJECT: dict[str, Any] = tomllib.loads(
    (ROOT / "pyproject.toml").read_text(encoding="utf-8")
)


def test_the_version_is_that_of_the_installed_package() -> None:
    assert "version" in PYPROJECT["project"]["dynamic"]
    assert nuprobe.__version__ == importlib.metadata.version("nuprobe")
    assert re.fullmatch(r"\d+\.\d+\.\d+(\.dev\d+)?(\+\S+)?", nuprobe.__version__)


def test_the_citation_names_the_release_at_work() -> None:
    """A development version 0.2.0.dev5 is cited as the release that it leads to."""
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    heading = re.search(
        r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M
    )
    assert heading is not None
    assert cited["version"] == heading[1]
    assert cited["license"] == PYPROJECT["project"]["license"]


def test_the_workflow_does_what_the_session_does() -> None:
    text = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    steps = [step.get("run", "") for step in workflow["jobs"]["build"]["steps"]]
    assert "nox -s release" in steps
    assert "def release(" in (ROOT / "noxfile.py").read_text(encoding="utf-8")
    # nothing but the upload may write
    assert workflow["permissions"] == {"contents": "read"}


def test_the_container_runs_without_rights() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    user = max(i for i, line in enumerate(lines) if line.startswith("USER "))
    command = next(i for i, line in enumerate(lines) if line.startswith("CMD "))
    assert lines[user] != "USER root"
    assert user < command
    assert any("--require-hashes" in line for line in lines)
