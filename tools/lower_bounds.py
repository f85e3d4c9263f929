"""Whether the installed dependencies are the lower bounds of pyproject.toml."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path


def main() -> int:
    """Print what is newer than its bound; return 1 if anything is."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    section = project["project"]
    wanted = [
        *section["dependencies"],
        *(one for extra in section["optional-dependencies"].values() for one in extra),
    ]
    newer = []
    for requirement in wanted:
        match = re.match(r"([A-Za-z0-9_-]+)(?:\[.*\])?>=([0-9.]+)", requirement)
        if match is None:
            raise SystemExit(f"{requirement}: no lower bound")
        name, bound = match.groups()
        found = version(name)
        parts = [int(n) for n in re.findall(r"\d+", found)]
        least = [int(n) for n in bound.split(".")]
        if parts[: len(least)] != least:
            newer.append(f"{name} {found} is installed, the lower bound is {bound}")
    print("\n".join(newer) or f"{len(wanted)} dependencies are at their lower bounds")
    return bool(newer)


if __name__ == "__main__":
    sys.exit(main())
