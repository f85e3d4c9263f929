"""The terminal or its replacement: encodings without Greek letters, readers that stop
reading."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import click

__all__ = [
    "ReaderGoneError",
    "make_legible",
    "noticing",
    "say",
    "say_warning",
    "shows",
    "silence",
]

_HANDLER: Final = "nuprobe.legible"
_PLAIN: Final = {
    "−": "-", "–": "-", "—": "-", "…": "...", "′": "'", "“": '"', "”": '"', "·": ".",
    "→": "->", "≤": "<=", "≥": ">=", "≈": "~", "±": "+-", "×": "x", "⟨": "<", "⟩": ">",
    **dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", 2 * "0123456789", strict=True)),
    "⁻": "-", "⁺": "+", "½": "1/2", "∞": "inf", "√": "sqrt",
    "ζ": "zeta", "η": "eta", "ξ": "xi", "ψ": "psi", "Φ": "Phi", "Ω": "Omega",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon",
    "θ": "theta", "ϑ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "mu",
    "ν": "nu", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "ϕ": "phi",
    "χ": "chi", "ω": "omega", "Δ": "Delta", "Σ": "Sum", "Γ": "Gamma", "Λ": "Lambda",
    "ℓ": "l", "∂": "d", "∫": "int", "é": "e", "ä": "ae", "ö": "oe", "ü": "ue",
}  # fmt: skip


def _legible(error: UnicodeError) -> tuple[str, int]:
    """Write characters missing from an encoding in plain letters."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(c, "?") for c in text), error.end


def make_legible() -> None:
    """Prevent encoding errors in the output: a character missing from the encoding of
    the terminal is written in plain letters, σ as ``sigma``.

    Examples
    --------
    >>> make_legible()
    >>> "3 σ".encode("ascii", errors="nuprobe.legible")
    b'3 sigma'
    """
    codecs.register_error(_HANDLER, _legible)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # not a file, or closed
            stream.reconfigure(errors=_HANDLER)  # type: ignore[union-attr]


def shows(text: str) -> bool:
    """Whether standard output can show all characters of a text.

    Parameters
    ----------
    text : to be printed.

    Examples
    --------
    >>> shows("sigma")
    True
    """
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def silence() -> None:
    """Discard further output when the reader is gone; otherwise the interpreter would
    report an error at exit.

    Examples
    --------
    >>> silence()  # doctest: +SKIP
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


class ReaderGoneError(Exception):
    """The reader of the output is gone."""


@contextmanager
def noticing() -> Iterator[None]:
    """Turn a `BrokenPipeError`, which click would turn into exit code 1, into
    `ReaderGoneError`.

    Examples
    --------
    >>> with noticing():
    ...     raise BrokenPipeError
    Traceback (most recent call last):
    nuprobe.cli.streams.ReaderGoneError
    """
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderGoneError from error


def say(text: str) -> None:
    """Write a line to standard error, if it is open.

    Parameters
    ----------
    text : the line.

    Examples
    --------
    >>> say("1 of 2 done")
    """
    try:
        click.echo(text, err=True)
    except BrokenPipeError:
        silence()


def say_warning(
    message: Warning | str, category: type[Warning], *_: object, **__: object
) -> None:
    """Write a warning on one line, as a replacement of `warnings.showwarning`.

    Parameters
    ----------
    message, category : as in the original.

    Examples
    --------
    >>> say_warning("the grid is flat", UserWarning)
    """
    say(f"warning: {message}")
