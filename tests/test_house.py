"""The habits of the house: floors, lazy imports, declared dependencies, one version, no
traces of a machine."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from importlinter import cli as import_linter

import nuprobe

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
HEAVY = {
    "scipy",
    "numba",
    "iminuit",
    "matplotlib",
    "h5py",
    "pydantic",
    "yaml",
    "click",
    "tqdm",
}


def _requirement_name(requirement: str) -> str:
    match = re.match(r"[\w.-]+", requirement)
    assert match is not None, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def _tracked_files() -> list[Path]:
    try:
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git clone: what belongs to the repository is unknown")
    paths = (ROOT / os.fsdecode(name) for name in listing.stdout.split(b"\0") if name)
    return [path for path in paths if path.is_file()]


def test_imports_go_down_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    assert (
        import_linter.lint_imports(
            config_filename="pyproject.toml", cache_dir=str(tmp_path)
        )
        == 0
    )


def test_importing_nuprobe_imports_nothing_heavier_than_numpy() -> None:
    code = (
        "import json, sys, nuprobe; print(json.dumps(sorted({name.partition('.')[0] for"
        " name in sys.modules})))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(run.stdout))
    assert "nuprobe" in loaded
    assert not loaded & HEAVY


def test_every_import_of_the_package_is_a_declared_dependency() -> None:
    distributions = importlib.metadata.packages_distributions()
    extras = [
        r
        for extra in PYPROJECT["project"]["optional-dependencies"].values()
        for r in extra
    ]
    declared = {
        _requirement_name(r) for r in PYPROJECT["project"]["dependencies"] + extras
    }
    # `dask[distributed]` is how dask wants its scheduler to be asked for
    declared |= {"distributed"} if "dask" in declared else set()
    undeclared = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        modules: list[str] = []
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                modules.append(node.module or "")
        for top in (
            {module.partition(".")[0] for module in modules}
            - {"nuprobe"}
            - sys.stdlib_module_names
        ):
            if (
                not {_requirement_name(d) for d in distributions.get(top, [])}
                & declared
            ):
                undeclared[str(path.relative_to(ROOT))] = top
    assert undeclared == {}


def test_the_lock_pins_every_direct_dependency_and_names_no_index() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = {_requirement_name(line) for line in lock.splitlines() if "==" in line}
    groups = [
        r
        for group in PYPROJECT["dependency-groups"].values()
        for r in group
        if isinstance(r, str)
    ]
    extras = [
        r
        for extra in PYPROJECT["project"]["optional-dependencies"].values()
        for r in extra
    ]
    wanted = {
        _requirement_name(r)
        for r in PYPROJECT["project"]["dependencies"] + extras + groups
    }
    assert wanted <= pinned
    assert "://" not in lock


def test_the_version_stands_in_one_place() -> None:
    assert (
        nuprobe.__version__
        == PYPROJECT["project"]["version"]
        == importlib.metadata.version("nuprobe")
    )


def test_no_file_names_a_path_of_a_machine() -> None:
    machine_path = re.compile(
        r"(?<![\w.\-/])/(?:work|farm|root|home/\w+|Users/\w+|opt/\w+|tmp/bash_jobs[\w.]*)(?:/|\b(?![\w-]))"
    )
    found = []
    for path in _tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # an image
        if path != Path(__file__):
            found += [
                f"{path.relative_to(ROOT)}: {match[0]}"
                for match in machine_path.finditer(text)
            ]
    assert found == []
    assert machine_path.search("see " + "/work" + "/main") is not None
    assert machine_path.search("counts/work" + " of 3/roots") is None
