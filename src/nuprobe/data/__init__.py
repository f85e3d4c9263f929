"""Full public data releases: fetched by DOI or taken from a local folder, and only with
the right checksums.

The package runs without them: the data it needs are tabulated with each experiment.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from nuprobe.errors import ChecksumError, InputError, OutputError, UnknownNameError
from nuprobe.files import atomic_write, read_table
from nuprobe.reprs import readable

__all__ = ["WITHOUT_CHECKSUMS", "Release", "fetch", "release", "release_names"]

WITHOUT_CHECKSUMS: Final = {"xenonnt-8b": "10.5281/zenodo.20576156"}
"""DOIs of releases without a published checksum: they are not fetched."""


@readable
@dataclass(frozen=True)
class Release:
    """Files of a public release.

    Attributes
    ----------
    name, doi : of the release.
    sha256 : checksum by file.
    """

    name: str
    doi: str
    sha256: dict[str, str]

    def url(self, file: str) -> str:
        """Address of one `file` at Zenodo."""
        from urllib.parse import quote

        record = self.doi.rsplit(".", 1)[-1]
        return f"https://zenodo.org/records/{record}/files/{quote(file)}?download=1"


def _releases() -> dict[str, Release]:
    releases: dict[str, Release] = {}
    for row in read_table(resources.files(__name__).joinpath("releases.csv")):
        entry = releases.setdefault(
            row["release"], Release(row["release"], row["doi"], {})
        )
        entry.sha256[row["file"]] = row["sha256"]
    return releases


def release_names() -> tuple[str, ...]:
    """Names of the releases that `fetch` gets.

    Examples
    --------
    >>> len(release_names()) > 0
    True
    """
    return tuple(sorted(_releases()))


def release(name: str) -> Release:
    """Release of that name.

    Parameters
    ----------
    name : one of `release_names`.

    Raises
    ------
    UnknownNameError
        If there is no such release.
    InputError
        If no checksums of it are known (`WITHOUT_CHECKSUMS`).

    Examples
    --------
    >>> release(release_names()[0]).doi.startswith("10.")
    True
    """
    known = _releases()
    if name in WITHOUT_CHECKSUMS:
        raise InputError(
            f"the release {name} is not fetched, because its checksum is unknown:"
            f" download https://doi.org/{WITHOUT_CHECKSUMS[name]} by hand (known:"
            f" {', '.join(sorted(known))})"
        )
    if name not in known:
        raise UnknownNameError("data release", name, known)
    return known[name]


def fetch(
    name: str,
    *,
    source: Path | None = None,
    cache: Path | None = None,
    download: Callable[[str], bytes] | None = None,
) -> Path:
    """Return a folder with the files of a release, each with the right SHA-256.

    Parameters
    ----------
    name : one of `release_names`.
    source : local folder to take the files from; nothing is downloaded then.
    cache : folder that keeps the releases; default ``$NUPROBE_DATA``, else
        ``~/.cache/nuprobe``.
    download : address → content, for tests and mirrors.

    Returns
    -------
    Path
        ``cache/name``. Files that are there already and right are not fetched again; a
        file with another content is kept under another name.

    Raises
    ------
    ChecksumError
        If a file is not the released one. It is kept under another name in the same
        folder, which the message gives.
    InputError
        If the source folder lacks a file, or an address cannot be read.
    UnknownNameError
        If there is no such release.

    Examples
    --------
    >>> fetch(release_names()[0], source=Path("downloads"))  # doctest: +SKIP
    """
    chosen = release(name)
    folder = (_cache() if cache is None else cache) / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise OutputError(
            f"cannot write {folder}: {err.strerror or err}; choose another place"
        ) from None
    for file, expected in chosen.sha256.items():
        target = folder / file
        if target.is_file() and _sha256(target.read_bytes()) == expected:
            continue
        content = (
            _from_folder(source, file)
            if source is not None
            else (download or _download)(chosen.url(file))
        )
        got = _sha256(content)
        if got != expected:
            aside = folder / f"{file}.rejected-{got[:12]}"
            atomic_write(aside, content)
            origin = chosen.url(file) if source is None else str(source / file)
            raise ChecksumError(
                f"{origin} is not the file of doi:{chosen.doi}: SHA-256 {got[:12]}…"
                f" instead of {expected[:12]}…; it is kept as {aside}; fetch it"
                " again or give another folder"
            )
        if target.exists():
            # somebody's own, or damaged: kept
            was = _sha256(target.read_bytes())
            target.rename(folder / f"{file}.replaced-{was[:12]}")
        atomic_write(target, content)
    return folder


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _cache() -> Path:
    place = os.environ.get("NUPROBE_DATA")
    return Path(place) if place else Path.home() / ".cache" / "nuprobe"


def _from_folder(source: Path, file: str) -> bytes:
    try:
        return (source / file).read_bytes()
    except OSError as err:
        raise InputError(
            f"cannot read {source / file}: {err.strerror or err}; give a folder that"
            " contains it"
        ) from None


def _download(url: str) -> bytes:
    from urllib.request import urlopen

    try:
        with urlopen(url, timeout=60) as answer:
            content: bytes = answer.read()
    except OSError as err:  # URLError and time-outs are among them
        raise InputError(
            f"cannot fetch {url}: {getattr(err, 'reason', err)}; download it by hand"
            " and give its folder as source"
        ) from None
    return content
