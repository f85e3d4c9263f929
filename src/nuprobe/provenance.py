"""Where a result comes from: the record of its making in every result file.

Inside `made_by` the command line is known; otherwise the result is attributed to
Python. The user's home appears as ``~``, and nothing else about the machine is
recorded.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from math import isfinite
from pathlib import Path, PurePath
from typing import Any, Final

from nuprobe.dois import dois_of
from nuprobe.errors import InputError, shown
from nuprobe.reprs import is_array, readable

__all__ = ["Provenance", "command_text", "made_by", "maker", "now", "plain"]

FORMAT: Final = 1
"""Version of the format of a provenance."""
_PYTHON: Final = "Python"
_EPOCH: Final = "SOURCE_DATE_EPOCH"
_LARGE: Final = 64  # longest array that is written out; for longer ones the checksum
_MAKER: ContextVar[str] = ContextVar("maker", default=_PYTHON)


@readable
@dataclass(frozen=True)
class Provenance:
    """What a result was made from, when and how.

    Attributes
    ----------
    command : the command line, or ``"Python"``.
    version : of nuprobe.
    date : start of the run, ISO 8601 in UTC.
    experiments : a mapping each: ``name``, and where known ``analysis``, ``references``
        and ``changes`` of its file.
    model : its ``name`` and parameters; empty if there is none, or it is not known.
    latex : symbol of parameters and nuisances by name, without dollar signs.
    references : texkeys and DOIs of what was used.
    fingerprint : SHA-256 of data, settings and version: results with the same
        fingerprint have the same inputs.
    dois : DOI by texkey, of those of `references` whose DOI nuprobe knows.

    Examples
    --------
    >>> made = Provenance("Python", "1.0", "2026-01-01T00:00:00Z")
    >>> Provenance.from_dict(made.to_dict()) == made
    True
    """

    command: str
    version: str
    date: str
    experiments: tuple[Mapping[str, Any], ...] = ()
    model: Mapping[str, Any] = field(default_factory=dict)
    latex: Mapping[str, str] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    fingerprint: str = ""
    dois: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def here(
        cls,
        *,
        experiments: Sequence[Mapping[str, Any]] = (),
        model: Mapping[str, Any] | None = None,
        latex: Mapping[str, str] | None = None,
        references: Iterable[str] = (),
        fingerprint: str = "",
    ) -> Provenance:
        """Return the provenance of a result made now by the running command.

        Parameters
        ----------
        experiments, model, latex, references, fingerprint : as the attributes.

        Raises
        ------
        InputError
            As `now`.
        """
        cited = tuple(dict.fromkeys(references))
        return cls(
            maker(),
            version("nuprobe"),
            now(),
            tuple(experiments),
            dict(model or {}),
            dict(latex or {}),
            cited,
            fingerprint,
            dois_of(cited),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the experiments."""
        return tuple(str(one["name"]) for one in self.experiments)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "format": FORMAT,
            "command": self.command,
            "version": self.version,
            "date": self.date,
            "experiments": [dict(one) for one in self.experiments],
            "model": dict(self.model),
            "latex": dict(self.latex),
            "references": list(self.references),
            "dois": dict(self.dois),
            "fingerprint": self.fingerprint,
        }

    def to_text(self) -> str:
        """The same as JSON text in one line, for files."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_dict(cls, data: object) -> Provenance:
        """Return what `to_dict` made.

        Parameters
        ----------
        data : a mapping.

        Raises
        ------
        InputError
            If it is of a later version, or not something nuprobe writes.
        """
        if not isinstance(data, Mapping) or not isinstance(data.get("format"), int):
            raise InputError(f"this is not a provenance of nuprobe: {shown(data)}")
        if data["format"] > FORMAT:
            raise InputError(
                f"its provenance has format {data['format']}, and this version of"
                f" nuprobe ({version('nuprobe')}) reads up to {FORMAT}: update nuprobe"
            )
        texts = [data.get(key) for key in ("command", "version", "date", "fingerprint")]
        experiments, model, latex, references = (
            data.get(key) for key in ("experiments", "model", "latex", "references")
        )
        dois = data.get("dois", {})  # absent in files of early versions
        fits = (
            all(isinstance(text, str) for text in texts)
            and isinstance(experiments, list)
            and all(isinstance(e, dict) and "name" in e for e in experiments)
            and isinstance(model, dict)
            and isinstance(latex, dict)
            and all(isinstance(text, str) for text in latex.values())
            and isinstance(dois, dict)
            and all(isinstance(text, str) for text in dois.values())
            and isinstance(references, list)
            and all(isinstance(text, str) for text in references)
        )
        if not fits:
            raise InputError("its provenance is damaged: an entry is missing or wrong")
        command, made_with, date, fingerprint = map(str, texts)
        return cls(
            command,
            made_with,
            date,
            tuple(experiments or ()),
            dict(model or {}),
            dict(latex or {}),
            tuple(references or ()),
            fingerprint,
            dict(dois),
        )

    @classmethod
    def from_text(cls, text: str) -> Provenance:
        """Return what `to_text` made.

        Parameters
        ----------
        text : JSON.

        Raises
        ------
        InputError
            As `from_dict`.
        """
        try:
            return cls.from_dict(json.loads(text))
        except (ValueError, RecursionError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError("its provenance is damaged: it is not JSON") from None

    def lines(self) -> list[tuple[str, str]]:
        """Name and content of each entry; empty ones are left out."""
        experiments = [
            str(one["name"])
            + (f" ({one['analysis']})" if one.get("analysis") else "")
            + "".join(f", {k} = {v}" for k, v in (one.get("changes") or {}).items())
            for one in self.experiments
        ]
        model = ", ".join(f"{k} = {_brief(v)}" for k, v in self.model.items())
        rows = [
            ("made by", self.command),
            ("nuprobe", self.version),
            ("started", self.date),
            ("experiments", "; ".join(experiments)),
            ("model", model.removeprefix("name = ")),
            ("symbols", ", ".join(f"{k}: {v}" for k, v in self.latex.items())),
            ("references", ", ".join(map(self._cited, self.references))),
            ("fingerprint", self.fingerprint),
        ]
        return [row for row in rows if row[1]]

    def _cited(self, key: str) -> str:
        """A reference with its DOI, where it is known."""
        return f"{key} (doi:{self.dois[key]})" if key in self.dois else key


def _brief(value: Any) -> str:
    """A value of a model in one line."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict):
        inner = ", ".join(f"{k} = {_brief(v)}" for k, v in value.items())
        return f"({inner.removeprefix('name = ')})"
    if isinstance(value, list):
        return f"[{', '.join(map(_brief, value))}]"
    return str(value)


@contextmanager
def made_by(command: str) -> Iterator[None]:
    """While open, results are attributed to a command line.

    Parameters
    ----------
    command : of `command_text`.

    Examples
    --------
    >>> with made_by("nuprobe fit"):
    ...     maker()
    'nuprobe fit'
    """
    token = _MAKER.set(command)
    try:
        yield
    finally:
        _MAKER.reset(token)


def maker() -> str:
    """The command line that runs, else ``"Python"``.

    Examples
    --------
    >>> maker()
    'Python'
    """
    return _MAKER.get()


def command_text(words: Sequence[str]) -> str:
    """A command line that can be typed again; the user's home, which the shell has
    expanded, is written as ``~`` again.

    Parameters
    ----------
    words : the command and its arguments.

    Examples
    --------
    >>> command_text(["nuprobe", "scan", "a", "--grid", "rn=2:9 fm:40"])
    "nuprobe scan a --grid 'rn=2:9 fm:40'"
    """
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    home = str(Path.home()).rstrip("/")
    inside = f"{home}/"
    if home and word.startswith(inside):
        rest = word.removeprefix(inside)
        return "~/" + (shlex.quote(rest) if rest else "")
    if home and (word == home or f"={inside}" in word):
        return shlex.quote(word.replace(home, "~"))
    return shlex.quote(word)


def now() -> str:
    """The time in UTC, ISO 8601 to the second; that of ``SOURCE_DATE_EPOCH`` if it is
    set, so that files can be reproduced bit for bit.

    Raises
    ------
    InputError
        If that variable is not a number of seconds.

    Examples
    --------
    >>> len(now())
    20
    """
    given = os.environ.get(_EPOCH)
    if not given:
        moment = datetime.now(UTC)
    else:
        try:
            moment = datetime.fromtimestamp(int(given), UTC)
        except (ValueError, OverflowError, OSError):
            raise InputError(
                f"{_EPOCH} must be a number of seconds since 1970, got {shown(given)}:"
                " correct or unset it"
            ) from None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def plain(what: Any) -> Any:
    """A description in numbers, strings, lists and mappings; a large array is
    represented by its shape and checksum, a path by its last part.

    Parameters
    ----------
    what : a number, text, array, list, mapping or dataclass.

    Examples
    --------
    >>> import numpy as np
    >>> plain({"a": np.array([1.0, 2.0]), "b": 1 + 2j})
    {'a': [1.0, 2.0], 'b': {'re': 1.0, 'im': 2.0}}
    """
    if what is None or isinstance(what, bool | int | str):
        return what
    if is_array(what) or is_array(what, "generic"):
        return _plain_array(what)
    if isinstance(what, float):
        return what if isfinite(what) else str(what)
    if isinstance(what, complex):
        return {"re": plain(what.real), "im": plain(what.imag)}
    if isinstance(what, PurePath):
        return what.name
    if isinstance(what, Mapping):
        return {str(k): plain(v) for k, v in what.items()}
    if isinstance(what, list | tuple | set | frozenset):
        return [plain(one) for one in what]
    if is_dataclass(what) and not isinstance(what, type):
        inside = {
            f.name: plain(getattr(what, f.name))
            for f in fields(what)
            if f.init and f.repr and not _nothing(getattr(what, f.name))
        }
        return {"name": str(getattr(what, "name", type(what).__name__)), **inside}
    return str(getattr(what, "__qualname__", type(what).__name__))


def _nothing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value)


def _plain_array(given: Any) -> Any:
    import numpy as np

    array = np.asarray(given)
    if array.size > _LARGE:
        digest = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
        return {"shape": list(array.shape), "sha256": digest}
    return plain(array.tolist())
