"""The terminal, or what stands in its place: encodings without Greek, readers that
leave."""

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
    """Write in plain letters what an encoding does not have."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(c, "?") for c in text), error.end


def make_legible() -> None:
    """Let no character stop what is printed: one that the encoding of the terminal does
    not have is written in plain letters, σ as ``sigma``.

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
    """Whether standard output has all characters of a text.

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
    """Write to nowhere from now on, as nobody reads: the interpreter would complain at
    its end.

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
    """Nobody reads the output any more."""


@contextmanager
def noticing() -> Iterator[None]:
    """Turn a `BrokenPipeError`, of which click would make an exit code of 1, into
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
    """Write a line to standard error, if anybody reads it.

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
    """Write a warning in one line, in the place of `warnings.showwarning`.

    Parameters
    ----------
    message, category : as there.

    Examples
    --------
    >>> say_warning("the grid is flat", UserWarning)
    """
    say(f"warning: {message}")
