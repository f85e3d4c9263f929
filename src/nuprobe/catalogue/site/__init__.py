"""The catalogue as a static site: plain files that work offline, from disk or from a
server."""

from __future__ import annotations

import json
import os
from pathlib import Path

from nuprobe.catalogue.loader import Catalogue
from nuprobe.files import replace_folder

__all__ = ["site_files", "write_site"]


def site_files(known: Catalogue) -> dict[str, str]:
    """All files of the site: path → content.

    Parameters
    ----------
    known : the entries, as returned by `read_library` without problems.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> files = site_files(catalogue())  # doctest: +SKIP
    """
    from nuprobe.catalogue.entry import json_schema
    from nuprobe.catalogue.export import export
    from nuprobe.catalogue.site.entry import entry_page
    from nuprobe.catalogue.site.frame import entry_folder
    from nuprobe.catalogue.site.index import index_page
    from nuprobe.catalogue.site.quantity import quantity_page

    def dump(data: object) -> str:
        return json.dumps(data, indent=1, ensure_ascii=False) + "\n"

    entries = known.search()
    data = {e.id: e.model_dump(mode="json", exclude_defaults=True) for e in entries}
    files = {
        "index.html": index_page(known),
        "catalogue.json": dump(list(data.values())),
        "catalogue.schema.json": dump(json_schema()),
        "catalogue.csv": export(entries, "csv") + "\n",
        "catalogue.bib": export(entries, "bibtex") + "\n",
        "catalogue.hepdata.yaml": export(entries, "hepdata") + "\n",
    }
    for quantity in sorted({e.observable.quantity for e in entries}):
        files[f"quantity/{quantity}.html"] = quantity_page(quantity, known)
    for e in entries:
        files[f"{entry_folder(e)}/index.html"] = entry_page(e, known)
        files[f"{entry_folder(e)}/entry.json"] = dump(data[e.id])
    return files


def write_site(folder: str | os.PathLike[str], known: Catalogue) -> Path:
    """Write the site atomically: a reader finds either the old or the new one.

    Parameters
    ----------
    folder : new, empty or an earlier site (anything else is rejected); its parent
        folder must exist.
    known : the entries.

    Returns
    -------
    Path
        Its ``index.html``.

    Raises
    ------
    OutputError
        If the folder contains anything that does not belong to an earlier site, or
        cannot be written; it is left as it was.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> write_site("site", catalogue())  # doctest: +SKIP
    """
    return (
        replace_folder(folder, site_files(known), made_by="nuprobe catalogue site")
        / "index.html"
    )
