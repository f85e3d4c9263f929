"""A reader of HepMC3 text that knows nothing of HepMC3's library nor of nuprobe."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from nuprobe.numerics import FloatArray


@dataclass
class Particle:
    parent: int
    pdg: int
    p: FloatArray  # px, py, pz, E
    mass: float
    status: int


@dataclass
class Event:
    number: int
    sizes: tuple[int, int]
    units: str = ""
    weights: list[float] = field(default_factory=list)
    attributes: dict[tuple[int, str], str] = field(default_factory=dict)
    particles: dict[int, Particle] = field(default_factory=dict)
    vertices: dict[int, tuple[int, list[int]]] = field(default_factory=dict)

    def leaving(self, vertex: int) -> list[Particle]:
        return [p for p in self.particles.values() if p.parent == vertex]

    def with_status(self, status: int) -> list[Particle]:
        return [p for p in self.particles.values() if p.status == status]


@dataclass
class File:
    tools: list[str]
    names: list[str]
    attributes: dict[str, str]
    events: list[Event]


def read(path: Path) -> File:
    data = (
        gzip.decompress(path.read_bytes())
        if path.suffix == ".gz"
        else path.read_bytes()
    )
    lines = data.decode().split("\n")
    assert lines[0].startswith("HepMC::Version 3")
    assert lines[1] == "HepMC::Asciiv3-START_EVENT_LISTING"
    assert lines[-3:] == ["HepMC::Asciiv3-END_EVENT_LISTING", "", ""]
    file = File([], [], {}, [])
    for line in lines[2:-3]:
        kind, _, rest = line.partition(" ")
        words = rest.split(" ")
        now = file.events[-1] if file.events else None
        if kind == "E":
            file.events.append(Event(int(words[0]), (int(words[1]), int(words[2]))))
        elif now is None and kind == "W":
            file.names = rest.split("\\|")
        elif now is None and kind == "T":
            file.tools.append(rest)
        elif now is None and kind == "A":
            key, _, value = rest.partition(" ")
            file.attributes[key] = value
        elif now is not None and kind == "U":
            now.units = rest
        elif now is not None and kind == "W":
            now.weights = [float(w) for w in words]
        elif now is not None and kind == "A":
            now.attributes[int(words[0]), words[1]] = " ".join(words[2:])
        elif now is not None and kind == "V":
            now.vertices[int(words[0])] = (
                int(words[1]),
                [int(i) for i in words[2].strip("[]").split(",")],
            )
        elif now is not None and kind == "P":
            number, parent, pdg = map(int, words[:3])
            numbers = [float(x) for x in words[3:8]]
            now.particles[number] = Particle(
                parent, pdg, np.array(numbers[:4]), numbers[4], int(words[8])
            )
        else:
            raise AssertionError(line)
    return file
