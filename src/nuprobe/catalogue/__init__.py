"""A catalogue of constraints: published numbers, limits, curves and bands, each with
its source.

One YAML file per entry; `docs/guide/catalogue.md` explains the format. `nuprobe
reproduce` takes published numbers from the entries.
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
