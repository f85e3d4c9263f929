"""The engine of the explorer: the arithmetic of portable likelihoods in a browser."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

__all__ = ["PARTS", "engine_script"]

PARTS: Final = (
    "numerics",
    "document",
    "fitting",
    "templates",
    "counts",
    "statistics",
    "projected",
    "profile",
    "hard",
    "morphing",
    "likelihood",
    "expectation",
    "minimum",
    "contours",
    "grids",
    "refine",
    "client",
    "engine",
)
"""Scripts of the engine, in the order in which a page loads them."""


@cache
def engine_script() -> str:
    """All parts of the engine as the text of one script.

    It is a classic script, since pages opened as files cannot load modules, and defines
    the global function ``nuprobeEngine``.

    Examples
    --------
    >>> "function nuprobeEngine" in engine_script()
    True
    """
    folder = files("nuprobe.explore") / "static" / "engine"
    return "\n".join(
        (folder / f"{name}.js").read_text(encoding="utf-8") for name in PARTS
    )
