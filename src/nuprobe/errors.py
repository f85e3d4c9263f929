"""What can go wrong, under one root: everything a user can cause is a
`NuprobeError`."""

from __future__ import annotations

import difflib
import re
import reprlib
import sys
import warnings
from collections.abc import Iterable, Sized
from typing import Final

__all__ = [
    "ChecksumError",
    "ComputationError",
    "ExperimentFileError",
    "InputError",
    "NuprobeError",
    "OutputError",
    "StoppedError",
    "UnitError",
    "UnknownNameError",
    "ValidityWarning",
    "printable",
    "shown",
    "warn",
]


LONGEST_VALUE: Final = 60
"""Characters of a value in a message."""
LONGEST_MESSAGE: Final = 600
"""Characters of a message."""


def printable(text: str) -> str:
    """Return a line of text with escapes for characters that control a terminal or hide
    others (control characters, changes of the writing direction).

    Parameters
    ----------
    text : such as a name from an untrusted file.

    Examples
    --------
    >>> print(printable("nice\x1b[2Jname"))
    nice\\x1b[2Jname
    """
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else " " if c in "\t\xa0" else ascii(c)[1:-1] for c in text
    )


def shown(value: object) -> str:
    """Return a value as it appears in a message: in one line of at most
    `LONGEST_VALUE` characters.

    Parameters
    ----------
    value : anything; only the beginning of long lists, tables and arrays is shown.

    Examples
    --------
    >>> shown("10 Mev")
    "'10 Mev'"
    >>> shown(list(range(100_000)))
    '[0, 1, 2, 3, 4, 5, ...]'
    """
    # formatting a million numbers takes seconds
    try:
        long = isinstance(value, Sized) and len(value) > 100
    except TypeError:  # an array of no dimension
        long = False
    if long and isinstance(value, str | bytes):
        value = value[:100]
    text = reprlib.repr(value) if long and not isinstance(value, str) else repr(value)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."


class NuprobeError(Exception):
    """Root of every error nuprobe raises on purpose; its message is one line with a
    remedy.

    Line breaks become spaces, and a message of more than `LONGEST_MESSAGE` characters
    loses its middle (the remedy stands at the end).
    """

    def __init__(self, *args: object) -> None:
        super().__init__(*(_one_line(a) if isinstance(a, str) else a for a in args))

    def _render_traceback_(self, *_: object) -> list[str]:
        """What IPython and Jupyter show: only the message. The frames are in
        ``sys.last_value.__traceback__``."""
        return [f"{type(self).__name__}: {self}"]


def _one_line(text: str) -> str:
    text = printable(re.sub(r"\s*[\r\n]\s*", " ", text))
    if len(text) <= LONGEST_MESSAGE:
        return text
    return f"{text[: LONGEST_MESSAGE - 203]}...{text[-200:]}"


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
    kind : description of the thing looked up, e.g. ``"isotope"``.
    name : what was given.
    known : the names that exist.
    remedy : a sentence appended to the message.
    owner : what it was looked up in, e.g. the name of an experiment.

    Examples
    --------
    >>> print(UnknownNameError("isotope", "Ar4O", ["Ar40", "Ar36"]))
    unknown isotope 'Ar4O': did you mean Ar40, Ar36?
    """

    def __init__(
        self,
        kind: str,
        name: object,
        known: Iterable[str],
        remedy: str = "",
        owner: str = "",
    ) -> None:
        known = sorted(set(known))
        text = str(name)[:1000]
        text = text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."
        lowered = {k.lower(): k for k in reversed(known)}
        given = text.lower()
        # e.g. glass for charm2-glass: part of a name is a better guess than a similar
        # name
        whole = [k for k in sorted(lowered) if len(given) > 2 and given in k]
        alike = difflib.get_close_matches(given, lowered, n=4, cutoff=0.5)
        # the closest first, then names that share a part
        order = [*whole, *alike[:2], *_sharing(given, lowered), *alike[2:]]
        near = [lowered[m] for m in dict.fromkeys(order)][:4]
        if "," in text and all(part.strip() in known for part in text.split(",")):
            hint = "give several names as a list, one text each"
        elif near:
            hint = "did you mean " + ", ".join(near) + "?"
        elif known and len(known) <= 16:
            hint = "known: " + ", ".join(known)
        else:
            hint = "nothing similar is known"
        if remedy and not (hint.endswith("?") or remedy.startswith("(")):
            hint += "."
        place = f" of {owner}" if owner else ""
        super().__init__(
            f"unknown {kind} {text!r}{place}: {hint}" + (f" {remedy}" if remedy else "")
        )
        self.kind, self.name, self.suggestions = kind, text, tuple(near)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by message so that the error survives a worker process."""
        return (_rebuild, (type(self), self.args, self.__dict__))


def _sharing(given: str, known: Iterable[str]) -> list[str]:
    """Names that share a part of the given one, delimited by dots, underscores and
    hyphens, the longest part first: magnetic_moment.emu for mu_emu."""

    def parts(name: str) -> set[str]:
        return {part for part in re.split(r"[._-]", name) if len(part) > 2}

    wanted = parts(given)
    shared = {k: max(map(len, parts(k) & wanted), default=0) for k in sorted(known)}
    return sorted((k for k, n in shared.items() if n), key=lambda k: -shared[k])


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
    """A data file whose content differs from the published one; it was kept under
    another name, which the message gives."""


class ComputationError(NuprobeError, ArithmeticError):
    """A result that could not be computed to the accuracy required."""


class OutputError(NuprobeError, OSError):
    """A file that could not be written; an existing one is unchanged."""


class StoppedError(NuprobeError):
    """A run stopped by a signal; the message says what is saved and how to resume.

    Parameters
    ----------
    message : for the reader.
    signal : number of the signal: 2 for Ctrl-C.

    Examples
    --------
    >>> StoppedError("scan stopped", signal=15).signal
    15
    """

    def __init__(self, message: str, *, signal: int = 2) -> None:
        super().__init__(message)
        self.signal = signal


class ValidityWarning(UserWarning):
    """The result is outside the domain in which its assumptions are known to be
    valid."""


def warn(message: str) -> None:
    """Issue a `ValidityWarning` that points to the calling line outside nuprobe.

    Parameters
    ----------
    message : one line that says what is doubtful and what to do.

    Examples
    --------
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     warn("the series has not converged")
    >>> caught[0].category.__name__
    'ValidityWarning'
    """
    level, frame = 2, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("nuprobe."):
        level, frame = level + 1, frame.f_back
    warnings.warn(_one_line(message), ValidityWarning, stacklevel=level)
