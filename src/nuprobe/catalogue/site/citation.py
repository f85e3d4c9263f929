"""Publications with links and citation data."""

from __future__ import annotations

from urllib.parse import quote

from nuprobe.catalogue.entry import Entry, Source
from nuprobe.catalogue.export import export
from nuprobe.catalogue.site.text import prose
from nuprobe.markup import Child, Html, el

__all__ = ["citation", "reference"]


def citation(s: Source) -> Child:
    """A publication with its external links, which are only followed by a click.

    Parameters
    ----------
    s : the publication.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> from nuprobe.markup import flat
    >>> source = catalogue()["trident.mumu.ratio/CCFR-1991"].source
    >>> "https://doi.org" in "".join(flat([citation(source)]))
    True
    """

    def out(text: str, address: str) -> Html:
        return el(
            "a", text, href=address, rel="external noopener noreferrer", class_="out"
        )

    links: list[Child] = []
    if s.doi:
        links.append(out(f"doi:{s.doi}", f"https://doi.org/{quote(s.doi)}"))
    if s.arxiv:
        links.append(out(f"arXiv:{s.arxiv}", f"https://arxiv.org/abs/{quote(s.arxiv)}"))
    if s.recid:
        links.append(
            out(f"INSPIRE {s.recid}", f"https://inspirehep.net/literature/{s.recid}")
        )
    elif s.texkeys:
        links.append(
            out(
                "INSPIRE",
                f"https://inspirehep.net/literature?q=texkey%20{quote(s.texkeys[0])}",
            )
        )
    if s.hepdata:
        address = (
            f"https://doi.org/{quote(s.hepdata)}"
            if s.hepdata.startswith("10.")
            else (f"https://www.hepdata.net/record/{quote(s.hepdata)}")
        )
        links.append(out("HEPData", address))
    if s.pdg:
        links.append(f"PDG {s.pdg.edition} {s.pdg.block}")
    text = [
        f"{s.authors}: " if s.authors else None,
        el("cite", prose(s.title)) if s.title else None,
    ]
    journal = [", " if s.title else None, s.journal] if s.journal else []
    year = f" ({s.year})" if s.year else ""
    keys = [[" ", el("code", k)] for k in s.texkeys]
    described = any((s.authors, s.title, s.journal, s.year, s.texkeys))
    return [
        text,
        journal,
        year,
        keys,
        [[" · " if described or i else "", link] for i, link in enumerate(links)],
    ]


def reference(e: Entry) -> Html:
    """The section with the reference of an entry, and its BibTeX.

    Parameters
    ----------
    e : the entry.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> "@article" in reference(catalogue()["trident.mumu.ratio/CCFR-1991"])
    True
    """
    bibtex = export([e], "bibtex")
    return el(
        "section",
        el("h2", "Reference"),
        el("p", citation(e.source)),
        el("p", "Through ", citation(e.via)) if e.via else None,
        el(
            "div",
            el(
                "button",
                "Copy BibTeX",
                type="button",
                class_="copy",
                data_copy="bibtex",
                id="copy-bibtex",
            ),
            " ",
            el("a", "This entry as JSON", href="entry.json", class_="button"),
            class_="actions",
        ),
        el(
            "details",
            el("summary", "BibTeX"),
            el("pre", el("code", bibtex, id="bibtex")),
        ),
        class_="full",
    )
