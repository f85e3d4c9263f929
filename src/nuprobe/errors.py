"""What can go wrong, under one root: everything a user can cause is a
`NuprobeError`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "ChecksumError",
    "ComputationError",
    "ExperimentFileError",
    "InputError",
    "NuprobeError",
    "OutputError",
    "UnitError",
    "UnknownNameError",
    "ValidityWarning",
    "shown",
]


def shown(value: object) -> str:
    """What was given, in one short line of a message."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."


class NuprobeError(Exception):
    """Root of every error nuprobe raises on purpose; its message is one line with a
    remedy."""


class InputError(NuprobeError, ValueError):
    """A value that cannot be used: the message says what was given and what is
    allowed."""


class UnitError(InputError):
    """A quantity without a unit, with an unknown unit, or with a unit of another
    dimension."""


class UnknownNameError(InputError, LookupError):
    """A name that is not known; the nearest known names are offered.

    Parameters
    ----------
    kind : what was looked up, e.g. ``"isotope"``.
    name : what was given.
    known : the names that exist.
    remedy : a sentence appended to the message.
    """

    def __init__(
        self, kind: str, name: object, known: Iterable[str], remedy: str = ""
    ) -> None:
        known = sorted(set(known))
        text = str(name)
        lowered = {k.lower(): k for k in reversed(known)}
        near = [
            lowered[m]
            for m in difflib.get_close_matches(text.lower(), lowered, n=4, cutoff=0.5)
        ]
        if near:
            hint = "did you mean " + ", ".join(near) + "?"
        elif known and len(known) <= 12:
            hint = "known: " + ", ".join(known)
        else:
            hint = "nothing similar is known"
        if remedy and not (hint.endswith("?") or remedy.startswith("(")):
            hint += "."
        super().__init__(
            f"unknown {kind} {text!r}: {hint}" + (f" {remedy}" if remedy else "")
        )
        self.kind, self.name, self.suggestions = kind, text, tuple(near)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by message so that the error survives a worker process."""
        return (_rebuild, (type(self), self.args, self.__dict__))


def _rebuild(
    cls: type[UnknownNameError], args: tuple[object, ...], state: dict[str, object]
) -> UnknownNameError:
    error = cls.__new__(cls)
    Exception.__init__(error, *args)
    error.__dict__.update(state)
    return error


class ExperimentFileError(InputError):
    """An experiment (or flux) folder that cannot be read: the message names file, key
    and remedy."""


class ChecksumError(InputError):
    """A data file whose content is not the published one; it was kept under another
    name, which the message gives."""


class ComputationError(NuprobeError, ArithmeticError):
    """A result that could not be computed to the accuracy asked for."""


class OutputError(NuprobeError, OSError):
    """A file that could not be written; what existed before is untouched."""


class ValidityWarning(UserWarning):
    """The result stands, but leaves the domain where its assumptions are known to
    hold."""
