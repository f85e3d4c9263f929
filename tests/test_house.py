"""The habits of the house: floors, lazy imports, declared dependencies, one version, no
traces of a machine."""

from __future__ import annotations

import ast
import functools
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from importlinter import cli as import_linter
from tools import house

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
HEAVY = {
    "scipy",
    "numba",
    "iminuit",
    "matplotlib",
    "contourpy",
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


@functools.cache
def _modules() -> dict[str, list[ast.AST]]:
    """All nodes of the syntax trees of the files of the package, by dotted name."""
    found = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        parts = path.relative_to(ROOT / "src").with_suffix("").parts
        name = ".".join(parts).removesuffix(".__init__")
        found[name] = [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    return found


def _private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _borrowed(nodes: list[ast.AST], modules: Collection[str]) -> Iterator[str]:
    """Private names that a file takes from another one."""
    aliases: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            aliases |= {a.asname or a.name: a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            for a in node.names:
                aliases[a.asname or a.name] = f"{node.module}.{a.name}"
                if _private(a.name):
                    yield f"from {node.module} import {a.name}"
    for node in nodes:
        if isinstance(node, ast.Attribute) and _private(node.attr):
            owner = ast.unparse(node.value)
            if aliases.get(owner, owner) in modules:
                yield f"{owner}.{node.attr}"


def test_no_private_name_crosses_files() -> None:
    files = _modules()
    borrowed = {name: [*_borrowed(nodes, files)] for name, nodes in files.items()}
    assert {name: names for name, names in borrowed.items() if names} == {}


def test_private_names_are_found() -> None:
    source = """
from nuprobe.files import _write
from nuprobe import units
import nuprobe.fluxes.files
import nuprobe.files as own
units._factor, nuprobe.fluxes.files._read, own._x, self._y, units.__name__
"""
    modules = {"nuprobe.files", "nuprobe.units", "nuprobe.fluxes.files"}
    assert sorted(_borrowed([*ast.walk(ast.parse(source))], modules)) == [
        "from nuprobe.files import _write",
        "nuprobe.fluxes.files._read",
        "own._x",
        "units._factor",
    ]


@functools.cache
def _looked() -> list[tuple[str, str]]:
    """What the house finds in all files."""
    paths = sorted((ROOT / "src").rglob("*.py"))
    return [found for path in paths for found in house.look(path)]


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        ("length", 25),  # functions of more than 60 lines
        ("width", 10),  # functions of more than 8 arguments
        ("file", 0),  # files of more than 500 lines that do not say why
        ("arguments", 0),  # of public functions and classes, without a word on them
        ("examples", 0),  # public functions without an example
    ],
)
def test_functions_and_files_stay_small(kind: str, most: int) -> None:
    found = [text for this, text in _looked() if this == kind]
    assert len(found) <= most, found


LONG_FOR_THE_COMMAND_LINE = {
    "constructions.py": "how intervals are made, shared by five verbs",
    "limits.py": "level, sides and toys of a limit, shared by verbs",
    "specs.py": "what users say about physics, one object each, shared by all verbs",
    "tridents.py": "the same for tridents",
    "cosmology/specs.py": "the same for the early universe",
    "events/specs.py": "the same for events",
    "experiments.py": "experiments as users name them, shared by all verbs",
    "grids.py": "the parser of grids and priors, shared by three verbs",
    "made.py": "what JSON of every verb says of its making",
    "listings.py": "one short function for each of ten tables",
    "mixing_rows.py": "limits on a mixing by formula and by toys, and their table",
    "output.py": "every way in which a verb writes",
    "planes.py": "where a limit is computed, and both of its files",
    "values.py": "values as typed, shared by all verbs",
    "verdicts.py": "one experiment, several, and many points on tridents",
}
"""Files of the command line that are no verbs → why they are longer than one."""


def test_a_verb_of_the_command_line_has_at_most_150_lines() -> None:
    cli = ROOT / "src/nuprobe/cli"
    lines = {
        path.relative_to(cli).as_posix(): len(
            path.read_text(encoding="utf-8").splitlines()
        )
        for path in cli.rglob("*.py")
    }
    assert {name for name, n in lines.items() if n > 150} == {
        *LONG_FOR_THE_COMMAND_LINE
    }
    for name in LONG_FOR_THE_COMMAND_LINE:
        assert "@click.command" not in (cli / name).read_text(encoding="utf-8")


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
    for file, nodes in _modules().items():
        modules: list[str] = []
        for node in nodes:
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
                undeclared[file] = top
    assert undeclared == {}


def test_the_lock_pins_every_direct_dependency_and_names_no_index() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = {_requirement_name(line) for line in lock.splitlines() if "==" in line}
    groups = [
        r
        for name, group in PYPROJECT["dependency-groups"].items()
        if name != "release"  # in an environment of its own
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


def test_small_numbers_are_compared_relatively() -> None:
    """As cross sections in cm² must be, of which pytest's 1e-12 accepts any."""
    assert pytest.approx(1e-45) == 1e-45 * (1 + 5e-7)
    assert pytest.approx(1e-45) != 1e-45 * (1 + 2e-6)
    assert pytest.approx(1e-45, rel=0.1) != 0.0
    assert pytest.approx([1e-45]) != [2e-45]
    assert pytest.approx(0.0) == 1e-13
    assert pytest.approx(1e-45, abs=1e-44) == 2e-45
