"""A catalogue of constraints: published numbers, limits, curves and bands, each with
where it comes from.

One YAML file an entry; `docs/guide/catalogue.md` explains the format. The entries are
also where `nuprobe reproduce` takes published numbers from.
"""

from nuprobe.catalogue.loader import (
    Catalogue,
    CatalogueFileError,
    Problem,
    catalogue,
    read_entry,
    read_library,
)
from nuprobe.catalogue.strength import best, tightness

__all__ = [
    "Catalogue",
    "CatalogueFileError",
    "Problem",
    "best",
    "catalogue",
    "read_entry",
    "read_library",
    "tightness",
]
