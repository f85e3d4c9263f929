"""Arrays of a run that may go on later, as a file: HDF5 with a checksum."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from nuprobe.errors import InputError
from nuprobe.inference.checkpoints import same_probe
from nuprobe.inference.result_files import numbers, opened, require, whole
from nuprobe.numerics import FloatArray
from nuprobe.provenance import Provenance
from nuprobe.sealed import streamed

__all__ = ["Unfinished"]


@dataclass
class Unfinished(ABC):
    """What of a run is done: a dataclass of arrays, and of whole numbers from 0 on.

    Attributes
    ----------
    probe : tells the prediction.
    """

    FORMAT: ClassVar[str]
    """Of the file, with its version."""
    KIND: ClassVar[str]
    """What is in the file."""
    OTHER: ClassVar[str]
    """What a file of another run belongs to, and what to do about it."""
    STORED: ClassVar[Mapping[str, str]] = {}
    """Arrays that the file has by another name."""

    probe: FloatArray

    @abstractmethod
    def _missing(self) -> str:
        """What is marked as done and has no value, for a message; empty if nothing
        is."""

    def image(
        self,
        provenance: Provenance,
        said: Mapping[str, Any],
        path: Path | None,
        **more: Any,
    ) -> Iterator[bytes]:
        """The file piece by piece, with its checksum: no copy of the arrays is in
        memory.

        Parameters
        ----------
        provenance : of the run, with its fingerprint.
        said : further attributes of the file.
        path : of the file, beside which it is built.
        more : further arrays, and texts.
        """

        def fill(file: Any) -> None:
            file.attrs["fingerprint"] = provenance.fingerprint
            file.attrs.update(said)
            for name, array in more.items():
                file[name] = array
            for field in fields(self):
                value = getattr(self, field.name)
                if isinstance(value, int):
                    file.attrs[field.name] = value
                else:
                    file[self.STORED.get(field.name, field.name)] = value

        folder = None if path is None else path.parent
        return streamed(self.FORMAT, fill, provenance, folder)

    def resumed(self, path: Path, fingerprint: str) -> Self:
        """Return the state in a file of the run whose beginning this one is.

        Parameters
        ----------
        path : of the file.
        fingerprint : of the run.

        Raises
        ------
        InputError
            If the file is damaged, of another kind, or of another run.
        """
        with opened(path, self.KIND, self.FORMAT) as file:
            found = str(file.attrs["fingerprint"])
            names = [field.name for field in fields(self)]
            state = replace(self, **{name: self._read(file, name) for name in names})
            if found == fingerprint:
                shapes = [
                    [np.shape(getattr(one, n)) for n in names if n != "probe"]
                    for one in (state, self)
                ]
                require(shapes[0] == shapes[1], "its arrays do not fit together")
                missing = state._missing()
                require(not missing, missing)
        if found != fingerprint or not same_probe(state.probe, self.probe):
            raise InputError(f"{path} belongs to {self.OTHER}")
        return state

    def _read(self, file: Any, name: str) -> Any:
        """One field from an open file, of the kind that it has here."""
        own = getattr(self, name)
        if isinstance(own, int):
            return whole(file, name, 0)
        return numbers(file, self.STORED.get(name, name), own.ndim, own.dtype)
