"""Estimates of disk space and time, reported before events are made."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

import click

from nuprobe.errors import InputError

__all__ = [
    "EVENT",
    "INTERACTION",
    "check_disk",
    "check_time",
    "yes_option",
]

INTERACTION: Final = 1e-4
"""Approximate seconds per interaction of each process."""
_PATIENCE: Final = 86_400.0
"""Seconds allowed without ``--yes``."""
EVENT: Final = {
    ".hepmc3": (1080, 60),
    ".hepmc": (1080, 60),
    ".hepmc3.gz": (250, 25),
    ".hepmc.gz": (250, 25),
    ".root": (460, 16),  # including the records from which the tree is made
}
"""Bytes on disk per event, and per weight of it, by the ending of the file."""
_UNKNOWN: Final = 2**30
"""Bytes assumed free if the system does not report it."""

yes_option = click.option(
    "--yes",
    is_flag=True,
    help="Proceed even if more disk space than available, or more than a day, is"
    " needed.",
)
"""Add ``--yes``."""


def check_time(interactions: int, yes: bool) -> None:
    """Reject a comparison with backgrounds that takes more than a day.

    Parameters
    ----------
    interactions : of each process.
    yes : continue anyway, and print the time to stderr.

    Raises
    ------
    InputError
        If it takes longer, with its time.

    Examples
    --------
    >>> check_time(10**10, yes=False)
    Traceback (most recent call last):
    nuprobe.errors.InputError: 1e+10 interactions of each process take about 12 days ...
    """
    days = interactions * INTERACTION / 86_400
    if days * 86_400 <= _PATIENCE:
        return
    text = (
        f"{interactions:.4g} interactions of each process take about {days:.2g} days"
        " (and little memory)"
    )
    if not yes:
        raise InputError(f"{text}: ask for fewer (-n), or add --yes")
    click.echo(text, err=True)


def check_disk(number: int, weights: int, path: Path, ending: str, yes: bool) -> None:
    """Reject a file of events that does not fit on its disk.

    Parameters
    ----------
    number : of events.
    weights : of each event, one for each model.
    path : of the file.
    ending : of its name, from `nuprobe.events.store.format_of`.
    yes : continue anyway, and print the size to stderr.

    Raises
    ------
    InputError
        If it does not fit, with its size.

    Examples
    --------
    >>> check_disk(10, 1, Path("x.root"), ".root", yes=False)
    """
    each, weight = EVENT[ending]
    free = _UNKNOWN
    with suppress(OSError):
        free = shutil.disk_usage(path.absolute().parent).free
    part = path.with_name(f"{path.name}.part")  # of a resumed run
    with suppress(OSError):
        free += part.stat().st_size
    what = f"{number:.4g} events in {path}"
    _check(what, number * (each + weights * weight), free, "disk", yes)


def _check(what: str, size: int, free: int, where: str, yes: bool) -> None:
    if size <= free:
        return
    text = f"{what} need about {_bytes(size)} of {where}; {_bytes(free)} are free"
    if not yes:
        raise InputError(f"{text}: ask for fewer (-n), or add --yes")
    click.echo(text, err=True)


def _bytes(size: float) -> str:
    for unit in ("B", "kB", "MB", "GB", "TB", "PB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} EB"
