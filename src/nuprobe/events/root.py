"""ROOT trees of events, flat branches, through uproot."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np

from nuprobe.errors import InputError
from nuprobe.events.record import (
    PB,
    Run,
    StoredEvents,
    Tally,
    plain,
    process_id,
    read_processes,
    recoil_pdg,
    target_pdg,
)
from nuprobe.events.sample import MOMENTA, Chunk, Events
from nuprobe.numerics import FloatArray

__all__ = ["branches", "check", "encode", "finish", "read_root", "renumbered"]

TREE: Final = "events"
_ABOUT: Final = "nuprobe"
_CHECKSUM: Final = "checksum"
_MARK: Final = b"nuprobe-sha256:"
_DIGITS: Final = 64
_EMPTY: Final = b"0" * _DIGITS
_BEGINNING: Final = 1 << 16  # bytes that contain the marker
_BLOCK: Final = 200_000
_COMPONENTS: Final = ("e", "px", "py", "pz")
_PDG: Final = ("nu_in", "nu_out", "plus", "minus", "recoil")
_TERMS: Final = ("VV", "AA", "VA")


def uproot() -> ModuleType:
    """Import uproot; raises `InputError` naming the extra."""
    try:
        import uproot
    except ImportError:
        raise InputError(
            'ROOT files need uproot: pip install ".[events]" (in a clone)'
        ) from None
    module: ModuleType = uproot
    return module


def check() -> None:
    """Raise `InputError` if uproot is not installed.

    Examples
    --------
    >>> check()
    """
    uproot()


def branches(run: Run) -> dict[str, str]:
    """Names of the branches of the weights: ``weight`` for CV, ``weight_…`` for
    variations.

    Parameters
    ----------
    run : the generator and the output settings.

    Examples
    --------
    >>> from nuprobe.events import trident
    >>> gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    >>> run = Run(gen.sized(5), True, {})
    >>> branches(run)
    {'CV': 'weight'}
    """
    names: dict[str, str] = {}
    for name in run.names:
        base = (
            "weight"
            if name == "CV"
            else "weight_" + re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
        )
        count = sum(b == base or b.startswith(f"{base}__") for b in names.values())
        names[name] = f"{base}__{count + 1}" if count else base
    return names


def _layout(run: Run) -> np.dtype[np.void]:
    whole = (
        "event",
        "process",
        "process_id",
        "target_pdg",
        *(f"{k}_pdg" for k in _PDG),
    )
    numbers = [f"{m}_{c}" for m in MOMENTA for c in _COMPONENTS]
    numbers += ["q2", "k2", "s", *_TERMS, *branches(run).values()]
    return np.dtype(
        [
            *((name, "<i8" if name == "event" else "<i4") for name in whole),
            *((n, "<f8") for n in numbers),
        ]
    )


def encode(
    run: Run, chunk: Chunk, weights: FloatArray, tally: Tally
) -> tuple[bytes, Tally]:
    """Pack the events of a chunk as records.

    Parameters
    ----------
    run, chunk, weights, tally : as in `hepmc.encode`; weights in pb, shape (events,
        names).

    Examples
    --------
    >>> from nuprobe.events import trident
    >>> gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    >>> run = Run(gen.sized(5), True, {})
    >>> chunk = run.generator.chunk(0)
    >>> weights = run.weights(chunk.events) * PB
    >>> _, tally = encode(run, chunk, weights, Tally.empty(run))
    >>> tally.events == len(chunk.events)
    True
    """
    events, n = chunk.events, len(chunk.events)
    rows = np.zeros(n, dtype=_layout(run))
    rows["event"] = tally.events + np.arange(n)
    rows["process"] = events.process
    kinds = [
        (process_id(p), target_pdg(p), *p.channel.pdg, recoil_pdg(p))
        for p in run.generator.processes
    ]
    for i, name in enumerate(("process_id", "target_pdg", *(f"{k}_pdg" for k in _PDG))):
        rows[name] = np.array([kind[i] for kind in kinds])[events.process]
    for name in MOMENTA:
        for i, component in enumerate(_COMPONENTS):
            rows[f"{name}_{component}"] = getattr(events, name)[:, i]
    for name in ("q2", "k2", "s"):
        rows[name] = getattr(events, name)
    for i, name in enumerate(_TERMS):
        rows[name] = events.terms[:, i]
    for i, name in enumerate(branches(run).values()):
        rows[name] = weights[:, i] / PB
    return rows.tobytes(), tally.add(
        weights, chunk.trials, run.generator.max_weight * PB
    )


def renumbered(run: Run, block: bytes, first: int) -> bytes:
    """Records of events, renumbered from `first`.

    Parameters
    ----------
    run : the generator and the output settings.
    block : from `encode`, numbered from 0.
    first : number of the first event.

    Examples
    --------
    >>> from nuprobe.events import trident
    >>> gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    >>> run = Run(gen.sized(5), True, {})
    >>> chunk, nothing = run.generator.chunk(0), Tally.empty(run)
    >>> weights = run.weights(chunk.events) * PB
    >>> block, tally = encode(run, chunk, weights, nothing)
    >>> renumbered(run, block, tally.events) == encode(run, chunk, weights, tally)[0]
    True
    """
    rows = np.frombuffer(bytearray(block), dtype=_layout(run))
    rows["event"] += first
    return rows.tobytes()


def finish(run: Run, part: Path, made: Path, tally: Tally) -> None:
    """Write the tree from the records of `part` to `made`.

    Parameters
    ----------
    run : the generator and the output settings.
    part, made : paths, the second of a ROOT file.
    tally : of all events.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from nuprobe.events import write_events  # calls this
    >>> from nuprobe.events import trident
    >>> gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    >>> with TemporaryDirectory() as folder:
    ...     write_events(Path(folder, "x.root"), gen, 5).events
    5
    """
    layout = _layout(run)
    about = {
        "settings": run.settings,
        "weights": run.models,
        "branches": branches(run),
        "processes": [plain(p) for p in run.generator.processes],
        "events": tally.events,
        "trials": tally.trials,
        "sigma": None if run.sigma is None else run.sigma / PB,
        "per": run.per,
        "units": "MeV, cm2; momenta (E, p) in the laboratory, beam along z",
    }
    with uproot().recreate(made) as file:
        compression, file.file.compression = file.file.compression, None
        file[_CHECKSUM] = (_MARK + _EMPTY).decode()  # filled in at the end
        file.file.compression = compression
        file[_ABOUT] = json.dumps(about)
        tree = file.mktree(
            TREE,
            {name: layout[name].str for name in layout.names or ()},
            title="neutrino tridents",
        )
        with part.open("rb") as stream:
            while block := stream.read(_BLOCK * layout.itemsize):
                rows = np.frombuffer(block, dtype=layout)
                tree.extend(
                    {
                        name: np.ascontiguousarray(rows[name])
                        for name in layout.names or ()
                    }
                )
    digest, at, _ = _digest(made)
    with made.open("r+b") as stream:
        stream.seek(at)
        stream.write(digest)


def _digest(path: Path) -> tuple[bytes, int, bytes]:
    """SHA-256 of a file without the digits that store it, their position, and their
    value."""
    sha = hashlib.sha256()
    with path.open("rb") as stream:
        start = stream.read(_BEGINNING)
        if start.count(_MARK) != 1:
            raise InputError(
                f"cannot read {path}: not a complete ROOT file written by nuprobe"
                " (it has no checksum: it was written by an early version, or is"
                " damaged); write it again"
            )
        at = start.index(_MARK) + len(_MARK)
        said = start[at : at + _DIGITS]
        sha.update(start[:at] + _EMPTY + start[at + _DIGITS :])
        while block := stream.read(1 << 20):
            sha.update(block)
    return sha.hexdigest().encode(), at, said


def _check(path: Path) -> None:
    """Raise unless the file is exactly as written by nuprobe, before it is
    interpreted."""
    try:
        digest, _, said = _digest(path)
    except OSError as err:
        raise InputError(f"cannot read {path}: {err.strerror or err}") from None
    if digest != said:
        raise InputError(
            f"cannot read {path}: it is damaged or was changed (its content does not"
            " match its checksum); write it again"
        )


def read_root(path: str | Path) -> StoredEvents:
    """Read a tree that nuprobe wrote.

    Parameters
    ----------
    path : the file.

    Raises
    ------
    InputError
        If uproot is not installed, or the file is missing, damaged or not from nuprobe.

    Examples
    --------
    >>> read_root("missing.root")
    Traceback (most recent call last):
        ...
    nuprobe.errors.InputError: cannot read missing.root: ...
    """
    module = uproot()
    path = Path(path)
    _check(path)
    try:
        with module.open(path) as file:
            about: dict[str, Any] = json.loads(str(file[_ABOUT]))
            rows: dict[str, Any] = file[TREE].arrays(library="np")
    except (OSError, ValueError, LookupError, module.DeserializationError) as err:
        text = " ".join(str(err).split())[:120]
        raise InputError(
            f"cannot read {path}: not a complete ROOT file written by nuprobe ({text})"
        ) from None
    if len(rows["event"]) != about["events"]:
        raise InputError(
            f"cannot read {path}: it has {len(rows['event'])} events but claims"
            f" {about['events']}; write it again"
        )
    weights = {name: rows[branch] for name, branch in about["branches"].items()}
    return StoredEvents(
        events=Events(
            processes=read_processes(json.dumps(about["processes"])),
            process=rows["process"],
            **{
                m: np.stack([rows[f"{m}_{c}"] for c in _COMPONENTS], axis=1)
                for m in MOMENTA
            },
            q2=rows["q2"],
            k2=rows["k2"],
            s=rows["s"],
            terms=np.stack([rows[t] for t in _TERMS], axis=1),
            weight=weights["CV"],
        ),
        weights=weights,
        models=about["weights"],
        trials=about["trials"],
        sigma=about["sigma"],
        settings=about["settings"],
    )
