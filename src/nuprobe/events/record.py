"""Metadata of a file of events, independent of its format: processes, targets, units,
models, normalisation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError
from nuprobe.events.describe import describe
from nuprobe.events.sample import Chunk, EventProcess, Events
from nuprobe.fluxes import Flux
from nuprobe.models import LeptonModel
from nuprobe.nuclei import Isotope, Target, TargetSpec, isotope, target
from nuprobe.numerics import FloatArray
from nuprobe.processes.trident import CHANNELS, channel
from nuprobe.processes.trident.targets import by_fermi_momentum

__all__ = [
    "HADRONS",
    "PB",
    "ChunkMaker",
    "EventSource",
    "Run",
    "StoredEvents",
    "Tally",
    "nucleus_pdg",
    "plain",
    "process_id",
    "read_processes",
    "recoil_pdg",
    "target_pdg",
]

PB: Final = 1e36
"""Picobarns in a cm²."""

_HUNDREDS: Final = {
    "coherent": 700,
    "proton": 800,
    "neutron": 900,
    "electron": 1000,
    "broken proton": 1100,
    "broken neutron": 1200,
}
_NUCLEONS: Final = {"proton": 2212, "neutron": 2112}
HADRONS: Final = {"proton": 9902210, "neutron": 9902110}
"""PDG numbers of the hadrons from nucleon break-up, as one particle: those used by
generators for a nucleon dissociated to an arbitrary mass (``p_diffr+``,
``n_diffr0``); charge and baryon number are the nucleon's."""


class ChunkMaker(Protocol):
    """Picklable maker of chunks that depend only on their index."""

    def chunk(self, index: int, unweighted: bool = False) -> Chunk:
        """One chunk; `unweighted` ones of equal weights."""


class EventSource(Protocol):
    """Source of the events to write: a generator, or anything whose chunks depend only
    on their index."""

    @property
    def processes(self) -> tuple[EventProcess, ...]:
        """The processes."""

    @property
    def sigma(self) -> float:
        """Cross section averaged over the flux, per target, cm², computed independently
        of the events."""

    @property
    def max_weight(self) -> float:
        """Weight of unweighted events, except for those beyond it, cm²."""

    @property
    def target(self) -> TargetSpec | None:
        """Target of the neutrinos."""

    @property
    def regime(self) -> str:
        """Of the cross section."""

    @property
    def source(self) -> Flux:
        """Source of the neutrinos."""

    @property
    def model(self) -> LeptonModel:
        """Model of the weights."""

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that defines the events, ready for JSON."""

    @property
    def maker(self) -> ChunkMaker:
        """Maker of the chunks in other processes."""

    def sized(self, n: int) -> EventSource:
        """The source for a file of n events in total; its chunks may differ by
        rounding."""

    def chunks(
        self, start: int = 0, unweighted: bool = False, workers: int = 1
    ) -> Iterator[Chunk]:
        """Chunks in the order of their index, from `start` on; `unweighted` ones of
        equal weights, made by `workers` threads."""


@dataclass(frozen=True)
class Run:
    """A generator and the output settings.

    Attributes
    ----------
    generator : of the events.
    unweighted : whether the events are unweighted.
    variations : models by the name of their weight.
    """

    generator: EventSource
    unweighted: bool
    variations: Mapping[str, LeptonModel]

    def __post_init__(self) -> None:
        for name in self.variations:
            if (
                name == "CV"
                or not name
                or any(c.isspace() or c in "\\|" or not c.isprintable() for c in name)
            ):
                raise InputError(
                    f"a variation cannot be called {name!r}: CV is the weight of the"
                    " generated model, and spaces, | and \\ are not allowed"
                )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the weights; ``"CV"``, the generated model, comes first."""
        return ("CV", *self.variations)

    @property
    def models(self) -> dict[str, str]:
        """The models of the weights, with defaults written out."""
        return {
            n: describe(m)
            for n, m in {"CV": self.generator.model, **self.variations}.items()
        }

    def weights(self, events: Events) -> FloatArray:
        """Weights of events by name, cm², shape (events, names)."""
        return np.column_stack(
            [events.weight, *(events.weights(m) for m in self.variations.values())]
        )

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that determines the numbers in the file and their order."""
        models = [[name, text] for name, text in self.models.items()]
        return {
            **self.generator.settings,
            "unweighted": self.unweighted,
            "weights": models,
        }

    @cached_property
    def target(self) -> Target | None:
        """Target of the neutrinos, as isotopes."""
        spec = self.generator.target
        return (
            None
            if spec is None
            else spec
            if isinstance(spec, Target)
            else target(spec, form_factor="point")
        )

    @property
    def per(self) -> str:
        """Normalisation of the cross sections, in the terms of NuHepMC where they
        exist."""
        if self.generator.regime in ("proton", "neutron", "electron"):
            return f"Per{self.generator.regime.title()}"
        assert self.target is not None  # the other regimes need one
        return (
            "PerAtom"
            if len({c.isotope.z for c in self.target.components}) == 1
            else "PerFormulaUnit"
        )

    @property
    def sigma(self) -> float | None:
        """Deterministic cross section of the generated model, pb; None where the events
        include effects that it leaves out."""
        settings = self.generator.settings
        blocked = settings.get("nucleons") == "fermi-gas" and settings.get("pauli")
        if blocked and any(p.regime in _NUCLEONS for p in self.generator.processes):
            return None
        return self.generator.sigma * PB

    def hosts(self, process: int) -> list[tuple[Isotope, float]]:
        """Nuclei that contain the struck nucleon of a process and how many such
        nucleons they contribute; empty if it is free."""
        one = self.generator.processes[process]
        if one.nucleon is None or self.target is None:
            return []
        # one process per Fermi momentum; free protons come after the bound ones
        alike = [
            p
            for p in self.generator.processes[:process]
            if (p.channel, p.regime) == (one.channel, one.regime)
        ]
        k_f = self.generator.settings.get("k_f")
        groups = [
            [
                (c.isotope, c.count * c.isotope.z)
                if one.nucleon == "proton"
                else (c.isotope, c.count * c.isotope.n)
                for c in here
            ]
            for _, here in by_fermi_momentum(self.target.components, k_f)
        ]
        bound = [group for group in groups if sum(n for _, n in group) > 0]
        if len(alike) >= len(bound):
            return []
        return [(nucleus, n) for nucleus, n in bound[len(alike)] if n > 0]

    def pick_hosts(self, chunk: Chunk) -> NDArray[np.int64]:
        """Index into `hosts` for each event of a chunk, −1 for none: depends only on
        seed and chunk.

        The nucleons of one process have the same Pauli blocking, so a nucleus is hit in
        proportion to its nucleons.
        """
        result = np.full(len(chunk.events), -1)
        seed = int(self.generator.settings.get("seed", 0))
        throws = np.random.default_rng([seed, chunk.index, 7]).random(len(chunk.events))
        for i in range(len(self.generator.processes)):
            shares = np.array([number for _, number in self.hosts(i)])
            if shares.size:
                here = chunk.events.process == i
                edges = np.cumsum(shares / shares.sum())[:-1]
                result[here] = np.searchsorted(edges, throws[here], side="right")
        return result


@dataclass(frozen=True)
class Tally:
    """Running sums of the weights (pb), by name, for estimates of the cross section.

    Attributes
    ----------
    events, trials : so far.
    sums, squares : of the weights.
    excess : sum of the excesses of weights of the generated model over the maximum
        weight, pb.
    """

    events: int
    trials: int
    sums: tuple[float, ...]
    squares: tuple[float, ...]
    excess: float

    @classmethod
    def empty(cls, run: Run) -> Tally:
        """Return the tally of no events.

        Parameters
        ----------
        run : the source of the weights.
        """
        return cls(0, 0, (0.0,) * len(run.names), (0.0,) * len(run.names), 0.0)

    def add(self, weights: FloatArray, trials: int, largest: float) -> Tally:
        """Return the tally with more events.

        Parameters
        ----------
        weights : pb, shape (events, names).
        trials : used for them.
        largest : maximum weight, pb.
        """
        sums = tuple((np.array(self.sums) + weights.sum(axis=0)).tolist())
        squares = tuple((np.array(self.squares) + (weights**2).sum(axis=0)).tolist())
        # as in the generator: rounding must not create an excess
        excess = self.excess + float(
            np.maximum(weights[:, 0] - largest * (1 + 1e-12), 0.0).sum()
        )
        return Tally(
            self.events + len(weights), self.trials + trials, sums, squares, excess
        )

    def plus(self, other: Tally) -> Tally:
        """Return the tally of these events and others together.

        Parameters
        ----------
        other : of only the other events.
        """
        return Tally(
            self.events + other.events,
            self.trials + other.trials,
            tuple(a + b for a, b in zip(self.sums, other.sums, strict=True)),
            tuple(a + b for a, b in zip(self.squares, other.squares, strict=True)),
            self.excess + other.excess,
        )

    def sigma(self, column: int = 0) -> tuple[float, float]:
        """Cross section of a weight and its statistical error, pb.

        Parameters
        ----------
        column : index of the weight.
        """
        mean = self.sums[column] / self.trials
        return mean, float(
            np.sqrt(
                max(self.squares[column] / self.trials - mean**2, 0.0) / self.trials
            )
        )


@dataclass(frozen=True, eq=False)
class StoredEvents:
    """Events read from a file.

    Attributes
    ----------
    events : the events, which can be weighted in any model.
    weights : cm², shape (n,), by name; ``"CV"`` is that of the generated model.
    models : descriptions of the named models.
    trials : points generated to obtain the events: ``weights[name].sum() / trials`` is
        a cross section.
    sigma : deterministic cross section of the generated model averaged over the flux,
        per target, cm²; None where none is known.
    settings : of the generator and the writer.
    """

    events: Events
    weights: dict[str, FloatArray]
    models: dict[str, str]
    trials: int
    sigma: float | None
    settings: dict[str, Any]

    def estimate(self, name: str = "CV") -> tuple[float, float]:
        """Cross section of a weight from the events and its statistical error, cm²."""
        w = self.weights[name]
        mean = float(w.sum()) / self.trials
        return mean, float(
            np.sqrt(max(float(w @ w) / self.trials - mean**2, 0.0) / self.trials)
        )


def process_id(process: EventProcess) -> int:
    """Process number of NuHepMC convention E.C.1, "other" (700 and above).

    The hundreds give the regime (700 coherent, 800 proton, 900 neutron, 1000 electron,
    1100 proton break-up, 1200 neutron break-up). Channels with W exchange alone are in
    the block 00 to 49 of charged currents, those with Z exchange (and W, where flavours
    allow) in 50 to 99.

    Parameters
    ----------
    process : a channel on one kind of scatterer.

    Examples
    --------
    >>> mumu = channel("nu_mu -> nu_mu mu+ mu-")
    >>> 850 <= process_id(EventProcess(mumu, "proton", "proton", 938.3, 18)) < 900
    True
    """
    one = process.channel
    same = one.incoming == one.outgoing
    alike = [c for c in CHANNELS if (c.incoming == c.outgoing) == same]
    return _HUNDREDS[process.regime] + 50 * same + alike.index(one)


def target_pdg(process: EventProcess) -> int:
    """PDG number of the target of a process; a single nucleon has that of the particle.

    Parameters
    ----------
    process : a channel on one kind of scatterer.

    Examples
    --------
    >>> mumu = channel("nu_mu -> nu_mu mu+ mu-")
    >>> target_pdg(EventProcess(mumu, "proton", "proton", 938.3, 18))
    2212
    """
    if process.regime == "electron":
        return 11
    if process.nucleon:
        return _NUCLEONS[process.nucleon]
    return nucleus_pdg(isotope(process.current))


def recoil_pdg(process: EventProcess) -> int:
    """PDG number of the recoil: that of the target, or one of `HADRONS`.

    Parameters
    ----------
    process : a channel on one kind of scatterer.

    Examples
    --------
    >>> mumu = channel("nu_mu -> nu_mu mu+ mu-")
    >>> recoil_pdg(EventProcess(mumu, "proton", "broken proton", 938.3, 18))
    9902210
    """
    if process.broken and process.nucleon:
        return HADRONS[process.nucleon]
    return target_pdg(process)


def nucleus_pdg(one: Isotope) -> int:
    """PDG number of a nucleus, 10LZZZAAAI.

    Parameters
    ----------
    one : the isotope.

    Examples
    --------
    >>> nucleus_pdg(isotope("Ar40"))
    1000180400
    """
    return 1_000_000_000 + 10_000 * one.z + 10 * one.a


def plain(process: EventProcess) -> dict[str, Any]:
    """Return a process ready for JSON, as read by `read_processes`.

    Parameters
    ----------
    process : a channel on one kind of scatterer.

    Examples
    --------
    >>> mumu = channel("nu_mu -> nu_mu mu+ mu-")
    >>> plain(EventProcess(mumu, "proton", "proton", 938.3, 18))["channel"]
    'nu_mu -> nu_mu mu+ mu-'
    """
    return {
        **asdict(process),
        "channel": process.channel.name,
        "id": process_id(process),
    }


def read_processes(text: str) -> tuple[EventProcess, ...]:
    """Read the processes of a file from JSON.

    Parameters
    ----------
    text : a list of outputs of `plain`.

    Examples
    --------
    >>> mumu = channel("nu_mu -> nu_mu mu+ mu-")
    >>> one = EventProcess(mumu, "proton", "proton", 938.3, 18)
    >>> read_processes(json.dumps([plain(one)])) == (one,)
    True
    """
    rows = json.loads(text)
    return tuple(
        EventProcess(
            channel(r["channel"]), r["current"], r["regime"], r["mass"], r["number"]
        )
        for r in rows
    )
