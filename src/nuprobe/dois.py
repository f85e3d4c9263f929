"""DOIs of the works that results refer to, by texkey."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from importlib import resources

__all__ = ["dois_of"]


@cache
def _known() -> dict[str, str]:
    text = resources.files("nuprobe").joinpath("data", "dois.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if line[:1] != "#")
    return {row["texkey"]: row["doi"] for row in rows}


def dois_of(texkeys: Iterable[str]) -> dict[str, str]:
    """DOI by texkey, for works whose DOI is in the bibliography of the documentation or
    in the catalogue and is not marked unverified.

    Parameters
    ----------
    texkeys : of INSPIRE; anything else is ignored.

    Examples
    --------
    >>> dois_of(["COHERENT:2017ipa", "10.1000/1", "unknown"])
    {'COHERENT:2017ipa': '10.1126/science.aao0990'}
    """
    known = _known()
    return {key: known[key] for key in texkeys if key in known}
