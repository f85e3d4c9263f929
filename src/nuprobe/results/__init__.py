"""Results read from files: their kind, their provenance, and the objects they
contain."""

from nuprobe.provenance import Provenance
from nuprobe.results.reading import open_result, stored
from nuprobe.results.stored import StoredResult

__all__ = ["Provenance", "StoredResult", "open_result", "stored"]
