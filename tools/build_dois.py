"""Write ``src/nuprobe/data/dois.csv``: the DOI of each texkey of the bibliography and
of the catalogue, which results write beside the texkeys of their references. The
bibliography is ``references.bib`` beside it.

A DOI that the line above an entry of the bibliography calls unverified is left out, and
so is one of a source of the catalogue with several texkeys, which may be of any.

    python -m tools.build_dois
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from nuprobe.catalogue import catalogue

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "src" / "nuprobe" / "data" / "dois.csv"
BIBLIOGRAPHY = TABLE.with_name("references.bib")

_ENTRY = re.compile(r"((?:^%[^\n]*\n)*)^@\w+\{([^,\s]+),(.*?)^\}", re.M | re.S)
_DOI = re.compile(r"\bdoi\s*=\s*\{(10\.[^}\s]+)\}")


def _verified(comment: str, body: str) -> bool:
    """Whether the DOI of an entry was compared with another listing."""
    if "note = {unverified}" in body:
        return False
    for part in re.findall(r"unverified:([^;]*)", comment):
        if "all" in part.split():
            _, _, exception = part.partition(" but ")
            if "DOI" not in exception:
                return False
        elif "DOI" in part or "journal reference" in part:
            return False
    return True


def of_bibliography(text: str) -> Iterator[tuple[str, str, bool]]:
    """Texkeys and DOIs of BibTeX, and whether these were verified."""
    above = ""
    for found in _ENTRY.finditer(text):
        comment = " ".join(found[1].replace("%", " ").split())
        if text[: found.start()].endswith("\n\n"):
            above = ""  # a comment on several entries ends at an empty line
        if "unless said otherwise" in comment:
            above = comment
        doi = _DOI.search(found[3])
        said = comment if "unverified" in comment else above
        if doi:
            yield found[2], doi[1], _verified(said, found[3])


def table() -> str:
    """The whole file."""
    listed = list(of_bibliography(BIBLIOGRAPHY.read_text(encoding="utf-8")))
    known = {key: doi for key, doi, verified in listed if verified}
    from_memory = {key for key, _, verified in listed if not verified}
    for entry in catalogue().values():
        source = entry.source
        if len(source.texkeys) == 1 and source.doi:
            (key,) = source.texkeys
            if (
                key not in from_memory
                and known.setdefault(key, source.doi).lower() != source.doi.lower()
            ):
                raise SystemExit(f"{entry.id}: {key} has two DOIs")
    rows = "".join(f"{key},{known[key]}\n" for key in sorted(known))
    return (
        "# DOIs by texkey, of the bibliography and the catalogue; written by"
        f" tools/build_dois.py\ntexkey,doi\n{rows}"
    )


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
