"""BibTeX of the works used by a page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib import resources

__all__ = ["bibtex_of"]

_ENTRY = re.compile(r"^@\w+\{([^,\s]+),.*?^\}", re.M | re.S)


@cache
def _known() -> dict[str, str]:
    """BibTeX by texkey, of the bibliography and then of the catalogue."""
    from nuprobe.catalogue import catalogue
    from nuprobe.catalogue.export import export

    file = resources.files("nuprobe").joinpath("data", "references.bib")
    texts = export(catalogue().search(), "bibtex"), file.read_text("utf-8")
    return {found[1]: found[0] for text in texts for found in _ENTRY.finditer(text)}


def bibtex_of(keys: Iterable[str]) -> str:
    """BibTeX of works, each once.

    Parameters
    ----------
    keys : texkeys and DOIs; those in neither the bibliography nor the catalogue get an
        entry with only the key.

    Examples
    --------
    >>> bibtex_of(["COHERENT:2017ipa"]).splitlines()[0]
    '@article{COHERENT:2017ipa,'
    >>> print(bibtex_of(["10.1000/1"]))
    @misc{10.1000/1,
      doi = {10.1000/1}
    }
    """
    known = _known()
    return "\n\n".join(known.get(key) or _bare(key) for key in dict.fromkeys(keys))


def _bare(key: str) -> str:
    doi = f"  doi = {{{key}}}\n" if key.startswith("10.") else "  note = {texkey}\n"
    return f"@misc{{{key},\n{doi}}}"
