"""The list of slow tests names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

from tools.slow_tests import LIMIT, listed, write

ROOT = Path(__file__).parents[1]


def _exists(name: str) -> bool:
    """Whether a node id is still that of a test; parameters are not compared."""
    file, _, rest = name.partition("::")
    path = ROOT / file
    if not path.exists():
        return False
    if path.suffix != ".py":
        return rest == path.name
    last = re.split(r"::|\.", rest.partition("[")[0])[-1]
    module = path.parent.name if path.stem == "__init__" else path.stem
    return last == module or bool(
        re.search(rf"^\s*(def|class) {last}\b", path.read_text("utf-8"), re.MULTILINE)
    )


def test_each_listed_test_exists() -> None:
    names = [name for _, name in listed()]
    assert names == sorted(set(names))
    assert [name for name in names if not _exists(name)] == []


def test_a_name_that_is_gone_is_noticed() -> None:
    assert _exists("tests/test_slow.py::test_each_listed_test_exists[of any]")
    assert not _exists("tests/test_slow.py::test_no_longer_here")
    assert not _exists("tests/test_gone.py::test_each_listed_test_exists")


def test_what_was_not_measured_again_keeps_its_line(tmp_path: Path) -> None:
    path = tmp_path / "slow.txt"
    write({"tests/a.py::a": 3.0, "tests/b.py::b[x y]": 2.5}, path)
    write({"tests/a.py::a": LIMIT / 2, "README.md::README.md": 100.0}, path)
    ((seconds, name),) = listed(path)
    assert seconds == 2.5
    assert name == "tests/b.py::b[x y]"
