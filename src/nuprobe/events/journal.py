"""The journal of an unfinished file of events: how much of it is valid."""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from nuprobe.errors import InputError
from nuprobe.events.record import Tally
from nuprobe.files import atomic_write
from nuprobe.parsing import parse_json, read_text
from nuprobe.unfinished import part_of

__all__ = [
    "Progress",
    "append",
    "checksum",
    "commit",
    "read_journal",
    "unfinished",
]

_JOURNAL: Final = 3


def unfinished(path: str | Path) -> tuple[Path, Path]:
    """Paths of the events and the journal of a run until the file is complete.

    Parameters
    ----------
    path : the file.

    Examples
    --------
    >>> [p.name for p in unfinished("x.root")]
    ['x.root.part', 'x.root.part.json']
    """
    part = part_of(path)
    return part, part.with_name(f"{part.name}.json")


@dataclass(frozen=True)
class Progress:
    """State of an unfinished run.

    Attributes
    ----------
    chunk : index of the next one.
    offset : number of valid bytes.
    crc : their checksum.
    text : checksum of their unpacked content.
    tally : sums of their weights.
    """

    chunk: int
    offset: int
    crc: int
    text: int
    tally: Tally


def append(part: Path, offset: int, content: bytes) -> None:
    """Write at an offset, over any remains of a killed run, and wait until it is on
    disk.

    Parameters
    ----------
    part : the unfinished file.
    offset : number of valid bytes; 0 starts a new file.
    content : bytes.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "x.part")
    ...     append(path, 0, b"good bad")
    ...     append(path, 5, b"end")
    ...     path.read_bytes()
    b'good end'
    """
    with part.open("r+b" if offset else "wb") as stream:
        stream.truncate(offset)
        stream.seek(offset)
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def commit(journal: Path, settings: dict[str, Any], state: Progress) -> None:
    """Write the journal.

    Parameters
    ----------
    journal : its path.
    settings : everything that determines the bytes, ready for JSON.
    state : of the file.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> state = Progress(1, 0, 0, 0, Tally(3, 10, (1.0,), (0.5,), 0.0))
    >>> with TemporaryDirectory() as folder:
    ...     part, journal = unfinished(Path(folder, "x.root"))
    ...     commit(journal, {"weights": ["CV"]}, state)
    ...     read_journal(part, journal, {"weights": ["CV"]}) == state
    True
    """
    content = {"journal": _JOURNAL, **asdict(state), "settings": settings}
    atomic_write(
        journal, json.dumps({**content, "check": checksum(content)}, indent=1) + "\n"
    )


def checksum(content: dict[str, Any]) -> int:
    """Checksum of a dictionary as JSON.

    Parameters
    ----------
    content : ready for JSON.

    Examples
    --------
    >>> checksum({"a": 1, "b": 2}) == checksum({"b": 2, "a": 1})
    True
    """
    return zlib.crc32(json.dumps(content, sort_keys=True).encode())


def read_journal(part: Path, journal: Path, settings: dict[str, Any]) -> Progress:
    """Read the state of an unfinished run.

    Parameters
    ----------
    part, journal : as `unfinished` names them.
    settings : of the run to resume.

    Raises
    ------
    InputError
        If it cannot be resumed: something is damaged, or the settings differ.

    Examples
    --------
    >>> read_journal(Path("x.part"), Path("x.part.json"), {})
    Traceback (most recent call last):
        ...
    nuprobe.errors.InputError: cannot resume: x.part.json is damaged or missing; ...
    """
    anew = "use --overwrite instead of --resume to start again"
    try:
        data = parse_json(read_text(journal))  # bounded, and rejects nested data
        written = data["settings"]
        tally = data["tally"]
        state = Progress(
            int(data["chunk"]),
            int(data["offset"]),
            int(data["crc"]),
            int(data["text"]),
            Tally(
                int(tally["events"]),
                int(tally["trials"]),
                tuple(map(float, tally["sums"])),
                tuple(map(float, tally["squares"])),
                float(tally["excess"]),
            ),
        )
        known = (
            data["journal"] == _JOURNAL
            and isinstance(written, dict)
            and data.pop("check") == checksum(data)
        )
        known &= (
            len(state.tally.sums)
            == len(state.tally.squares)
            == len(written.get("weights", ()))
        )
    except (OSError, ValueError, LookupError, TypeError):
        known = False
    if not known:
        raise InputError(
            f"cannot resume: {journal} is damaged or missing; {anew}"
        ) from None
    differ = [k for k in {**written, **settings} if written.get(k) != settings.get(k)]
    if differ:
        key = differ[0]
        was, now = (" ".join(str(d.get(key)).split())[:60] for d in (written, settings))
        raise InputError(
            f"cannot resume: {part} was written with other settings ({key} was"
            f" {was}, now {now}); use the same settings, or {anew}"
        )
    crc, left = 0, state.offset
    with part.open("rb") if part.exists() else open(os.devnull, "rb") as stream:
        while left and (block := stream.read(min(left, 1 << 20))):
            crc, left = zlib.crc32(block, crc), left - len(block)
    if left or crc != state.crc:
        what = (
            f"is shorter than recorded in {journal}"
            if left
            else f"does not match {journal}"
        )
        raise InputError(f"cannot resume: {part} {what}; {anew}")
    return state
