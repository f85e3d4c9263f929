"""A generator of its own kind: right kinematics, flat in phase space, invented weights,
fast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nuprobe.events import Chunk, EventProcess, Events
from nuprobe.fluxes import Flux, monoenergetic
from nuprobe.models import LeptonModel, StandardModel
from nuprobe.numerics import FloatArray
from nuprobe.processes.trident import channel, currents


def _two_body(
    parent: FloatArray, m1: FloatArray, m2: FloatArray, rng: np.random.Generator
) -> list[FloatArray]:
    """Isotropic decay of four-momenta (E, p) into masses m1 and m2."""
    mass2 = parent[:, 0] ** 2 - (parent[:, 1:] ** 2).sum(1)
    mass = np.sqrt(mass2)
    e1 = (mass2 + m1**2 - m2**2) / (2 * mass)
    p = np.sqrt(np.maximum(e1**2 - m1**2, 0))
    z, phi = rng.uniform(-1, 1, mass.size), rng.uniform(0, 2 * np.pi, mass.size)
    r = np.sqrt(1 - z**2)
    direction = np.stack([r * np.cos(phi), r * np.sin(phi), z], axis=1)
    beta = parent[:, 1:] / parent[:, :1]
    gamma = parent[:, 0] / mass
    along = (beta * p[:, None] * direction).sum(1)
    b2 = np.maximum((beta**2).sum(1), 1e-300)
    momentum = (
        p[:, None] * direction + ((gamma - 1) * along / b2 + gamma * e1)[:, None] * beta
    )
    first = np.column_stack([np.sqrt(m1**2 + (momentum**2).sum(1)), momentum])
    return [first, parent - first]


@dataclass(frozen=True)
class Double:
    """The interface of a generator."""

    channels: tuple[str, ...] = ("nu_mu -> nu_mu mu+ mu-", "nu_mu -> nu_e e+ mu-")
    target: Any = "Ar40"
    regime: str = "elastic"
    source: Flux = field(default_factory=lambda: monoenergetic(5000.0, "nu_mu"))
    model: LeptonModel = field(default_factory=StandardModel)
    seed: int = 1
    size: int = 40
    sigma: float = 3e-42
    max_weight: float = 2e-42
    motion: float = 0.0

    @property
    def processes(self) -> tuple[EventProcess, ...]:
        names = {"proton", "neutron", "electron"}
        return tuple(
            EventProcess(
                channel(c),
                i.name,
                i.name if i.name in names else "coherent",
                i.mass,
                number,
            )
            for c in self.channels
            for number, i in currents(
                self.target,
                self.regime,
                form_factor=None if self.target is None else "fermi",
            )
        )

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "channels": list(self.channels),
            "target": str(self.target),
            "regime": self.regime,
            "seed": self.seed,
        }

    @property
    def maker(self) -> Double:
        return self

    def sized(self, n: int) -> Double:
        return self

    def chunk(self, index: int, unweighted: bool = False) -> Chunk:
        rng = np.random.default_rng([self.seed, index])
        n = int(rng.integers(self.size // 2, self.size))
        pick = rng.integers(0, len(self.processes), n).astype(np.int32)
        masses = np.array([(p.mass, *p.channel.masses) for p in self.processes])[pick]
        mass, minus, plus = masses.T
        e = np.array(
            [line.energy for line in self.source.components[0].lines] or [5000.0]
        )[0] * np.ones(n)
        zero = np.zeros(n)
        nu_in = np.column_stack([e, zero, zero, e])
        inside = np.array([p.regime in ("proton", "neutron") for p in self.processes])[
            pick
        ]
        p = self.motion * rng.normal(size=(n, 3)) * inside[:, None]
        hit = np.column_stack([np.sqrt(mass**2 + (p**2).sum(1)), p])
        total = nu_in + hit
        room = np.sqrt(total[:, 0] ** 2 - (total[:, 1:] ** 2).sum(1)) - mass
        leptons = minus + plus + (room - minus - plus) * rng.uniform(0.2, 0.9, n)
        pair = minus + plus + (leptons - minus - plus) * rng.uniform(0.2, 0.9, n)
        recoil, rest = _two_body(total, mass, leptons, rng)
        nu_out, both = _two_body(rest, zero, pair, rng)
        first, second = _two_body(both, minus, plus, rng)

        def square(v: FloatArray) -> FloatArray:
            return np.asarray(v[:, 0] ** 2 - (v[:, 1:] ** 2).sum(1))

        vv, aa = rng.uniform(0.5, 2, (2, n)) * 1e-41
        terms = np.column_stack(
            [vv, aa, 0.3 * rng.uniform(-1, 1, n) * np.sqrt(vv * aa)]
        )
        events = Events(
            processes=self.processes,
            process=pick,
            nu_in=nu_in,
            target=hit,
            nu_out=nu_out,
            minus=first,
            plus=second,
            recoil=recoil,
            q2=-square(hit - recoil),
            k2=-square(nu_in - nu_out),
            s=pair**2,
            terms=terms,
            weight=zero,
        )
        weight = events.weights(self.model)
        if unweighted:
            scale = 2e-42 / weight
            events, weight = (
                replace(events, terms=terms * scale[:, None]),
                np.full(n, 2e-42),
            )
        return Chunk(index, replace(events, weight=weight), self.size)

    def chunks(
        self, start: int = 0, unweighted: bool = False, workers: int = 1
    ) -> Iterator[Chunk]:
        index = start
        while True:
            yield self.chunk(index, unweighted)
            index += 1
