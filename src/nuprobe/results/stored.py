"""A result as stored in its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nuprobe.provenance import Provenance
from nuprobe.reprs import readable

__all__ = ["StoredResult"]


@readable
@dataclass(frozen=True, eq=False)
class StoredResult:
    """What a file of a result contains.

    Attributes
    ----------
    file : its path, as it was given.
    kind : ``"scan"``, ``"sample"``, ``"toys"``, ``"plane"`` or ``"limit"``, or the
        command that wrote JSON, such as ``"cosmology contour"``.
    title : what it is, in words.
    provenance : what it was made from; None if the file does not say.
    summary : its numbers without large arrays, JSON-ready.
    done, total : number of points, steps, toys or masses done, and in total; equal in a
        finished file.
    value : the object, such as a `ScanResult`; None if the file does not contain all of
        it.
    missing : why there is no object.
    data : all of a JSON file but its provenance.
    """

    file: str
    kind: str
    title: str
    provenance: Provenance | None
    summary: Mapping[str, Any]
    done: int = 1
    total: int = 1
    value: Any = None
    missing: str = ""
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def finished(self) -> bool:
        """Whether the run is complete."""
        return self.done == self.total

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form: provenance and summary."""
        return {
            "file": self.file,
            "kind": self.kind,
            "title": self.title,
            "finished": self.finished,
            "done": self.done,
            "total": self.total,
            "provenance": None
            if self.provenance is None
            else self.provenance.to_dict(),
            "summary": dict(self.summary),
        }
