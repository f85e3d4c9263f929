"""Weighted and unweighted trident events: exact 2 → 4 kinematics and matrix element for
any flux, target and model."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Unpack

import numpy as np

from nuprobe.border import public, public_methods
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.events.describe import as_json, as_used
from nuprobe.events.preparation import (
    ONE_ENERGY,
    SampledProcess,
    Setup,
    prepare,
)
from nuprobe.events.sample import Chunk, EventProcess, Events, concatenate
from nuprobe.events.sampler import TRIALS, Effort, Loops, Maker, Sampler
from nuprobe.fluxes import Flux, FluxComponent, Line, flux
from nuprobe.models import LeptonModel, StandardModel
from nuprobe.nuclei import Target, TargetSpec
from nuprobe.nuclei import target as read_target
from nuprobe.processes.trident import Channel, TridentOptions, channel
from nuprobe.processes.trident.channels import ChannelSpec
from nuprobe.processes.trident.options import NucleusKeywords, read_options
from nuprobe.reprs import readable

__all__ = ["NUCLEONS", "SMALL", "Generator", "Sample", "trident"]

NUCLEONS: Final = ("rest", "fermi-gas")
"""Treatments of bound nucleons."""
SMALL: Final = 10_000
"""Largest number of events with the short training; for few processes they are made by
plain NumPy, because loading the compiled loops takes half a second."""
_MOST: Final = 2**63  # events and indices of chunks
# processes without break-up; each is trained, which takes longer with NumPy
_FEW: Final = 3
_FEW_BROKEN: Final = 2


@readable
@dataclass(frozen=True, eq=False)
class Sample:
    """Generated events and their estimate of the cross section.

    Attributes
    ----------
    events : the events.
    trials : points generated to obtain them.
    sigma, error : the flux-averaged cross section per target and its standard error,
        cm².
    overweight_fraction : share of the cross section in the excess of weights over the
        maximum weight; unweighted events keep that excess as a weight above the common
        one.
    efficiency : events per trial.
    settings, seed : of the generator.
    """

    events: Events
    trials: int
    sigma: float
    error: float
    overweight_fraction: float
    efficiency: float
    settings: dict[str, Any]
    seed: int


@public
def trident(
    channels: ChannelSpec | Sequence[ChannelSpec],
    target: TargetSpec | None,
    source: float | Flux | str,
    *,
    model: LeptonModel | None = None,
    regime: str | TridentOptions = "all",
    nucleons: str = "rest",
    seed: int = 1,
    **options: Unpack[NucleusKeywords],
) -> Generator:
    """Return a generator of trident events.

    Parameters
    ----------
    channels : a channel or a list of them, as `nuprobe.processes.trident.channel` reads
        them.
    target : as in `nuprobe.processes.trident.total`; None for a bare nucleon or
        electron.
    source : energy in MeV of all neutrinos, or a flux or its name. Cross sections are
        averaged over all neutrinos of the flux in the flavours of the channels.
    model : decides where events are generated; `Events.weights` reweights to any other.
        Standard Model by default.
    regime : a name of `nuprobe.trident.REGIMES`: ``"all"`` (the default) is the sum of
        all processes on a nucleus, ``"elastic"`` leaves it or its nucleons intact,
        ``"inelastic"`` breaks up a nucleon; or a complete
        `nuprobe.trident.TridentOptions`. The hadrons from nucleon break-up are one
        particle of mass W.
    nucleons : ``"rest"``: bound nucleons are at rest, and the Pauli factor of the cross
        section weights the events; ``"fermi-gas"``: they move within the Fermi sphere,
        on shell and unbound, and with `pauli` events whose nucleon ends inside the
        sphere are dropped. Hadrons are never blocked.
    seed : of all random streams, 0 or more.
    options : ``form_factor``, ``pauli``, ``k_f`` (MeV) and ``nucleon_form_factors``, as
        in `nuprobe.processes.trident.total`.

    Raises
    ------
    InputError, UnknownNameError
        If an argument is invalid, or nothing can be produced: the flux has none
        of the flavours, lies below threshold, or the model has no such process.

    Examples
    --------
    >>> gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    >>> sample = gen.generate(1000, unweighted=True)
    >>> abs(sample.sigma - gen.sigma) < 5 * sample.error
    True
    """
    listed = (
        [channels]
        if isinstance(channels, (str, Channel)) or _is_pdg(channels)
        else list(channels)
    )
    read = tuple(dict.fromkeys(channel(c) for c in listed))  # type: ignore[arg-type]
    if not read:
        raise InputError(
            "a generator needs at least one channel, e.g. 'nu_mu -> nu_mu mu+ mu-'"
        )
    if nucleons not in NUCLEONS:
        raise UnknownNameError("treatment of nucleons", nucleons, NUCLEONS)
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise InputError(f"the seed must be an integer of 0 or more, got {seed!r}")
    settings = read_options(regime, options)
    setup = Setup(
        channels=read,
        target=target,
        source=_source(source, read),
        model=StandardModel() if model is None else model,
        nucleons=nucleons,
        options=settings,
    )
    return Generator(setup, int(seed), prepare(setup))


def _is_pdg(spec: Any) -> bool:
    return len(spec) > 0 and all(isinstance(n, (int, np.integer)) for n in spec)


def _source(source: float | Flux | str, channels: Sequence[Channel]) -> Flux:
    if isinstance(source, (Flux, str)):
        return flux(source)
    try:
        energy = float(source)
    except (TypeError, ValueError):
        energy = math.nan
    if isinstance(source, bool) or not 0 < energy < math.inf:
        raise InputError(
            "the source must be an energy in MeV, a flux or its name, got"
            f" {shown(source)}"
        )
    flavours = dict.fromkeys(c.incoming for c in channels)
    parts = tuple(
        FluxComponent(f"{f} line", f, lines=(Line(energy, 1.0),)) for f in flavours
    )
    return Flux(
        name=ONE_ENERGY,
        components=parts,
        per="unit",
        title=f"{energy:g} MeV",
        emission="beam",
    )


@public_methods
@dataclass(frozen=True, eq=False)
class Generator:
    """Trident events from one seed; made by `trident`.

    Chunk i depends only on the settings, the seed and i: neither the number of workers
    nor the order changes an event.

    Attributes
    ----------
    setup : channels, target, flux, model and options.
    seed : of all random streams.
    prepared : the processes, ready to be sampled.
    loops : ``"compiled"``, or ``"numpy"`` chosen by `sized` for small samples of few
        processes; both make the same events up to rounding.
    effort : of the training: ``"long"``, or ``"short"`` chosen by `sized`.
    """

    setup: Setup
    seed: int
    prepared: tuple[SampledProcess, ...]
    loops: Loops = "compiled"
    effort: Effort = "long"

    @cached_property
    def sampler(self) -> Sampler:
        """Maker of the chunks."""
        columns = 14 if self.setup.nucleons == "fermi-gas" else 11
        columns += any(p.broken for p in self.processes)
        return Sampler(self.prepared, self.seed, columns, self.loops, self.effort)

    @cached_property
    def _small(self) -> Generator:
        broken = sum(p.broken for p in self.processes)
        few = broken <= _FEW_BROKEN and len(self.prepared) - broken <= _FEW
        loops: Loops = "numpy" if few else "compiled"
        # a generator that is already short keeps its training
        same = (self.loops, self.effort) == (loops, "short")
        return self if same else replace(self, loops=loops, effort="short")

    @public
    def sized(self, n: int) -> Generator:
        """Return the generator for n events in total: this one, or for at most `SMALL`
        events one with the short training, which for few processes (three without
        break-up, two with) does not use compiled loops.

        Parameters
        ----------
        n : number of events.
        """
        return self if n > SMALL or self.loops == "numpy" else self._small

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels."""
        return self.setup.channels

    @property
    def target(self) -> TargetSpec | None:
        """Target of the neutrinos."""
        return self.setup.target

    @property
    def source(self) -> Flux:
        """Source of the neutrinos."""
        return self.setup.source

    @property
    def model(self) -> LeptonModel:
        """Model of the weights."""
        return self.setup.model

    @property
    def regime(self) -> str:
        """Of the cross section."""
        return self.setup.options.regime

    @property
    def processes(self) -> tuple[EventProcess, ...]:
        """The processes."""
        return tuple(p.process for p in self.prepared)

    @property
    def sigma(self) -> float:
        """Flux-averaged cross section per target from the deterministic integration,
        cm²; without Pauli blocking in a Fermi gas."""
        return sum(p.sigma for p in self.prepared)

    @property
    def max_weight(self) -> float:
        """Weight of unweighted events (cm²), except for those beyond it."""
        return self.sampler.max_weight

    @property
    def efficiency(self) -> float:
        """Share of the trials that become unweighted events, from the training."""
        return self.sampler.efficiency

    @property
    def maker(self) -> Maker:
        """Maker of the chunks, once all processes are trained; it can be sent to other
        processes."""
        return self.sampler.maker

    @public
    def chunk(self, index: int, unweighted: bool = False) -> Chunk:
        """Make one chunk of the stream.

        Parameters
        ----------
        index : 0 or more.
        unweighted : accept events by their weight: all have `max_weight`, except for
            those few beyond it.
        """
        if (
            isinstance(index, bool)
            or not isinstance(index, (int, np.integer))
            or not 0 <= index < _MOST
        ):
            raise InputError(
                "the index of a chunk must be an integer of 0 or more and below 2⁶³,"
                f" got {shown(index)}"
            )
        return self.sampler.make(int(index), unweighted).chunk

    def chunks(
        self, start: int = 0, unweighted: bool = False, workers: int = 1
    ) -> Iterator[Chunk]:
        """Iterate over the chunks, in order and without end; threads change only the
        speed.

        Parameters
        ----------
        start : index of the first.
        unweighted : as in `chunk`.
        workers : threads.
        """
        for made in self.sampler.stream(start, unweighted, workers):
            yield made.chunk

    @public
    def generate(
        self, n: int, unweighted: bool = False, workers: int = 1, progress: bool = False
    ) -> Sample:
        """Generate n events.

        Trials are counted up to the event after the last, so that events over trials is
        unbiased.

        Parameters
        ----------
        n : number of events; at most `SMALL` use the short training, see `sized`.
        unweighted, workers : as in `chunks`.
        progress : show a progress bar.

        Raises
        ------
        InputError
            If `n` is not positive.
        """
        if (
            isinstance(n, bool)
            or not isinstance(n, (int, np.integer))
            or not 1 <= n < _MOST
        ):
            raise InputError(
                "the number of events must be an integer of 1 or more and below 2⁶³,"
                f" got {shown(n)}"
            )
        return self.sized(n)._generate(int(n), unweighted, workers, progress)

    def _generate(
        self, n: int, unweighted: bool, workers: int, progress: bool
    ) -> Sample:
        with _bar(n, progress) as update:
            parts = []
            for part in self.parts(n, unweighted, workers):
                parts.append(part)
                update(len(part.events))
        events = concatenate([part.events for part in parts])
        return self.summary(events, sum(part.trials for part in parts))

    def parts(
        self, n: int, unweighted: bool = False, workers: int = 1
    ) -> Iterator[Chunk]:
        """Iterate over the n events of `generate`, chunk by chunk: memory does not grow
        with their number.

        Parameters
        ----------
        n : number of events.
        unweighted, workers : as in `chunks`.

        Yields
        ------
        Chunk
            The last one ends with event n, and its trials before the event after it.
        """
        left = n
        stream = self.sampler.stream(0, unweighted, workers, enough=n + 1)
        try:
            for made in stream:
                if len(made.chunk.events) > left:
                    events = made.chunk.events[:left]
                    yield replace(
                        made.chunk, events=events, trials=int(made.trial[left])
                    )
                    return
                left -= len(made.chunk.events)
                yield made.chunk
        finally:
            stream.close()  # type: ignore[attr-defined]

    def summary(self, events: Events, trials: int) -> Sample:
        """Summarise events of this generator.

        Parameters
        ----------
        events : the events.
        trials : points generated to obtain them.

        Raises
        ------
        InputError
            If there are no trials, or fewer than events.
        """
        if (
            isinstance(trials, bool)
            or not isinstance(trials, (int, np.integer))
            or not max(1, len(events)) <= trials < _MOST
        ):
            raise InputError(
                f"trials must be an integer, not less than the {len(events)} events,"
                f" got {shown(trials)}"
            )
        weight = events.weight
        sigma = float(weight.sum() / trials)
        spread = float((weight**2).sum() / trials) - sigma**2
        excess = (
            np.maximum(weight - self.max_weight * (1 + 1e-12), 0.0).sum() / weight.sum()
        )
        return Sample(
            events=events,
            trials=trials,
            sigma=sigma,
            error=math.sqrt(max(spread, 0.0) / trials),
            overweight_fraction=float(excess),
            efficiency=len(events) / trials,
            settings=self.settings,
            seed=self.seed,
        )

    @cached_property
    def settings(self) -> dict[str, Any]:
        """Everything that defines the stream, ready for JSON."""
        from importlib.metadata import version

        setup = self.setup
        made = (
            setup.target
            if setup.target is None or isinstance(setup.target, Target)
            else read_target(setup.target, form_factor="point")
        )
        digest = hashlib.sha256()
        for p in self.prepared:
            for array in p.inputs:
                digest.update(np.round(array / np.abs(array).max(), 9).tobytes())
        one_energy = setup.source.name == ONE_ENERGY
        return {
            "version": version("nuprobe"),
            "seed": self.seed,
            "channels": [c.name for c in setup.channels],
            "target": made and made.name,
            "source": (
                setup.source.components[0].e_max if one_energy else setup.source.name
            ),
            "model": as_json(as_used(setup.model)),
            **{name: as_json(value) for name, value in vars(setup.options).items()},
            "nucleons": setup.nucleons,
            "loops": self.loops,
            "training": self.effort,
            "trials": TRIALS,
            "inputs": digest.hexdigest()[:16],
        }

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the settings."""
        return hashlib.sha256(
            json.dumps(self.settings, sort_keys=True).encode()
        ).hexdigest()[:16]


@contextmanager
def _bar(n: int, progress: bool) -> Iterator[Callable[[int], Any]]:
    """Yield a progress counter; tqdm is imported only if a bar is shown."""
    if not progress:
        yield lambda count: None
        return
    from tqdm.auto import tqdm

    with tqdm(total=n, unit="event") as bar:
        yield bar.update
