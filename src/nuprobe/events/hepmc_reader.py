"""Reading HepMC3 text that nuprobe wrote: its checksum first, then through pyhepmc."""

from __future__ import annotations

import gzip
import json
import zlib
from io import BufferedIOBase
from pathlib import Path

import numpy as np

from nuprobe.errors import InputError
from nuprobe.events.hepmc import BOUND, CHECKSUM, COUNT, FOOTER, SIGMA, pyhepmc
from nuprobe.events.record import PB, StoredEvents, read_processes
from nuprobe.events.sample import MOMENTA, Events

__all__ = ["read_hepmc"]


def read_hepmc(path: str | Path) -> StoredEvents:
    """Read a file that nuprobe wrote.

    Parameters
    ----------
    path : the file, gzipped or not.

    Raises
    ------
    InputError
        If pyhepmc is not installed, or the file is missing, incomplete, damaged,
        changed, or not from nuprobe.

    Examples
    --------
    >>> read_hepmc("missing.hepmc3")
    Traceback (most recent call last):
        ...
    nuprobe.errors.InputError: cannot read missing.hepmc3: No such file or directory
    """
    hep = pyhepmc()
    path = Path(path)
    expected = _checked(path)  # before the C++ library reads it
    index, weights, invariants, terms, momenta = [], [], [], [], []
    info: dict[str, str] = {}
    names: list[str] = []
    trials = 0
    with hep.open(str(path), "r", format="HepMC3") as file:
        for event in file:
            if not info:
                names = list(event.run_info.weight_names)
                info = {
                    key: str(value) for key, value in event.run_info.attributes.items()
                }
            attributes = event.attributes
            index.append(int(str(attributes["nuprobe.process"])))
            weights.append(event.weights)
            invariants.append(_floats(attributes["nuprobe.invariants"]))
            terms.append(_floats(attributes["nuprobe.terms"]))
            particles = event.numpy.particles
            n = len(event.particles)
            order = [*((3, 2) if n == BOUND else (1, 0)), *range(n - 4, n)]
            momenta.append(
                np.stack(
                    [particles.e, particles.px, particles.py, particles.pz], axis=1
                )[order]
            )
            trials = event.cross_section.attempted_events
    if len(index) != expected:
        raise InputError(
            f"{path} could be read up to event {len(index)} of {expected} only;"
            " write the file again"
        )
    four = np.array(momenta)
    weight = np.array(weights) / PB
    invariant = np.array(invariants).T
    return StoredEvents(
        events=Events(
            processes=read_processes(info["nuprobe.processes"]),
            process=np.array(index, dtype=np.int32),
            **{name: four[:, i] for i, name in enumerate(MOMENTA)},
            q2=invariant[0],
            k2=invariant[1],
            s=invariant[2],
            terms=np.array(terms),
            weight=weight[:, 0],
        ),
        weights={name: weight[:, i] for i, name in enumerate(names)},
        models=json.loads(info["nuprobe.weights"]),
        trials=trials,
        sigma=float(info[SIGMA]) / PB if SIGMA in info else None,
        settings=json.loads(info["nuprobe.settings"]),
    )


def _floats(attribute: object) -> list[float]:
    return list(map(float, str(attribute).split()))


def _checked(path: Path) -> int:
    """Number of events of a complete file written by nuprobe; on unreadable input
    pyhepmc would stop without an error, or crash."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            count, crc = _header_of(file, path)
            begun, checksums, tail = 1, [], b""
            # blocks of complete lines
            while block := file.read(1 << 20) + file.readline():
                before, found, rest = block.partition(CHECKSUM)
                if found:
                    value, _, rest = rest.partition(b"\n")
                    checksums.append(value)
                    block = before + rest
                crc = zlib.crc32(block, crc)
                begun += block.count(b"\nE ") + block.startswith(b"E ")
                tail = (tail + block)[-len(FOOTER) :]
    except (OSError, EOFError, zlib.error) as err:
        raise InputError(
            f"cannot read {path}: {getattr(err, 'strerror', None) or err}"
        ) from None
    if tail != FOOTER:
        raise InputError(f"{path} is incomplete: its end is missing; write it again")
    if count is None or not checksums:
        raise InputError(
            f"{path} lacks the number of events or their checksum: it was written by"
            " an early version of nuprobe, or is damaged; write it again"
        )
    if begun != count or checksums != [f"{crc:08x}".encode()]:
        raise InputError(
            f"{path} is damaged or was changed: its checksum does not match (it has"
            f" {begun} events but claims {count}); write it again"
        )
    return count


def _header_of(file: BufferedIOBase, path: Path) -> tuple[int | None, int]:
    """Read up to the line of the first event: the number of events, and the CRC-32
    so far."""
    crc, count, ours = 0, None, False
    known = f"A {COUNT} ".encode()
    line = file.readline()
    if line.split(b" ")[0] != b"HepMC::Version":
        raise InputError(f"{path} is not HepMC3 text")
    while line:
        crc = zlib.crc32(line, crc)
        if line.startswith(b"E "):
            break
        ours |= line.startswith(b"A nuprobe.settings")
        if line.startswith(known) and line[len(known) :].strip().isdigit():
            count = int(line[len(known) :][:20])
        line = file.readline()
    if not ours:
        raise InputError(
            f"{path} was not written by nuprobe: it lacks the attribute"
            " nuprobe.settings"
        )
    return count, crc
