"""Results from their files: what they are, what they were made of, and the objects that
nuprobe made."""

from nuprobe.provenance import Provenance
from nuprobe.results.reading import open_result, stored
from nuprobe.results.stored import StoredResult

__all__ = ["Provenance", "StoredResult", "open_result", "stored"]
