"""Weighted and unweighted trident events: exact 2 → 4 kinematics and matrix element for
any flux, target and model."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import ComputationError, InputError, UnknownNameError
from nuprobe.events.fermi import fermi_average, lowest_energy
from nuprobe.events.grid import maximum_weight, refine, uniform
from nuprobe.events.sample import MOMENTA, Chunk, Events, Process, concatenate
from nuprobe.fluxes import Flux, FluxComponent, Line, flux
from nuprobe.models import LeptonModel, StandardModel
from nuprobe.nuclei import Target, TargetSpec, target
from nuprobe.numerics import (
    FloatArray,
    barycentric_matrix,
    chebyshev_nodes,
    gauss_legendre,
)
from nuprobe.processes.trident import (
    Channel,
    Current,
    channel,
    coefficients,
    current_kernels,
    currents,
    lepton_couplings,
    mediator_masses,
    total,
)
from nuprobe.processes.trident.channels import ChannelSpec
from nuprobe.processes.trident.cross_section import _PREFACTOR, q_range, threshold
from nuprobe.processes.trident.currents import FERMI_MOMENTUM

__all__ = ["Generator", "Sample", "trident"]

NUCLEONS: Final = ("rest", "fermi-gas")
_TRIALS: Final = 2**15  # of a chunk
_TABLE: Final = 4096  # entries of the form factors' table, uniform in ln Q
# largest step of ln E within which the flux times the cross section counts as constant
_STEP: Final = 0.02
_NODES: Final = 40  # of a cross section in ln E
_FAR: Final = (
    16  # Q ends there, in units of the smallest, if the form factor has fallen before
)
_ROUNDS: Final = (2**13, 2**14, 2**14, 2**15, 2**15, 2**15, 2**16)
_FINAL: Final = 2**17
_DAMPING: Final = 0.5
_OVERWEIGHT: Final = 5e-4
_ONE_ENERGY: Final = "monoenergetic"
_TRAINING: Final = 1  # streams
_EVENTS: Final = 2


@dataclass(frozen=True, eq=False)
class Sample:
    """Generated events and what they say of the cross section.

    Attributes
    ----------
    events : the events.
    trials : points thrown to get them.
    sigma, error : the flux-averaged cross section per target and its standard error,
        cm².
    overweight_fraction : share of the cross section carried by what weights exceed the
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


def trident(
    channels: ChannelSpec | Sequence[ChannelSpec],
    target_: TargetSpec | None,
    source: float | Flux | str,
    *,
    model: LeptonModel | None = None,
    regime: str = "all",
    form_factor: Any = None,
    pauli: bool = True,
    k_f: float = FERMI_MOMENTUM,
    nucleon_form_factors: str = "dipole",
    nucleons: str = "rest",
    seed: int = 1,
) -> Generator:
    """Return a generator of trident events.

    Parameters
    ----------
    channels : a channel or a list of them, as `nuprobe.processes.trident.channel` reads
        them.
    target_ : as in `nuprobe.processes.trident.total`; None for a bare nucleon or
        electron.
    source : energy in MeV of every neutrino, or a flux or its name. Cross sections are
        averaged over all neutrinos of the flux in the flavours of the channels.
    model : what decides where events are generated; `Events.weights` reweights to any
        other. Standard Model by default.
    regime : ``"coherent"``, ``"proton"``, ``"neutron"``, ``"incoherent"``,
        ``"electron"`` or ``"all"`` (coherent and incoherent).
    form_factor, pauli, k_f, nucleon_form_factors : as in
        `nuprobe.processes.trident.total`.
    nucleons : ``"rest"``: bound nucleons rest, and the Pauli factor of the cross
        section weights the events; ``"fermi-gas"``: they move within the Fermi sphere,
        on shell and unbound, and with `pauli` events whose nucleon ends inside the
        sphere are dropped.
    seed : of every random stream.

    Raises
    ------
    InputError, UnknownNameError
        If an argument is not understood, or nothing can be produced: the flux has none
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
    return Generator(
        channels=read,
        target=target_,
        source=_source(source, read),
        model=StandardModel() if model is None else model,
        regime=regime,
        form_factor=form_factor,
        pauli=pauli,
        k_f=k_f,
        nucleon_form_factors=nucleon_form_factors,
        nucleons=nucleons,
        seed=int(seed),
    )


def _is_pdg(spec: Any) -> bool:
    return bool(spec) and all(isinstance(n, (int, np.integer)) for n in spec)


def _source(source: float | Flux | str, channels: Sequence[Channel]) -> Flux:
    if isinstance(source, (Flux, str)):
        return flux(source)
    try:
        energy = float(source)
    except (TypeError, ValueError):
        energy = math.nan
    if isinstance(source, bool) or not 0 < energy < math.inf:
        raise InputError(
            f"the source is an energy in MeV, a flux or its name, got {source!r}"
        )
    flavours = dict.fromkeys(c.incoming for c in channels)
    parts = tuple(
        FluxComponent(f"{f} line", f, lines=(Line(energy, 1.0),)) for f in flavours
    )
    return Flux(
        name=_ONE_ENERGY,
        components=parts,
        per="unit",
        title=f"{energy:g} MeV",
        emission="beam",
    )


class _Interpolant:
    """Cross section over E² interpolated in ln E between two energies; zero below."""

    def __init__(
        self, engine: Callable[[FloatArray], FloatArray], low: float, high: float
    ) -> None:
        self.grid = chebyshev_nodes(math.log(low), math.log(high * (1 + 1e-9)), _NODES)
        energies = np.exp(self.grid)
        self.low, self.values = low, engine(energies) / energies**2

    def __call__(self, e: FloatArray) -> FloatArray:
        log = np.clip(np.log(np.maximum(e, self.low)), self.grid[0], self.grid[-1])
        found = np.maximum(barycentric_matrix(self.grid, log) @ self.values, 0.0) * e**2
        return np.where(e >= self.low, found, 0.0)


@dataclass(frozen=True, eq=False)
class _Part:
    """A process ready to be sampled.

    Attributes
    ----------
    process, current : what happens, and the current it hits.
    sigma : cross section per target averaged over the flux, cm².
    cumulative, bins : of the energy, see `kernels`.
    numbers, tables, couplings : see `kernels`.
    """

    process: Process
    current: Current
    sigma: float
    cumulative: FloatArray
    bins: FloatArray
    numbers: FloatArray
    tables: FloatArray
    couplings: FloatArray


@dataclass(frozen=True, eq=False)
class Generator:
    """Trident events from one seed; made by `trident`. Parameters are its.

    Chunk i depends on the settings, the seed and i only: neither workers nor order
    change an event.
    """

    channels: tuple[Channel, ...]
    target: TargetSpec | None
    source: Flux
    model: LeptonModel
    regime: str
    form_factor: Any
    pauli: bool
    k_f: float
    nucleon_form_factors: str
    nucleons: str
    seed: int

    def __post_init__(self) -> None:
        """Refuse what cannot be generated."""
        self._parts  # noqa: B018

    @cached_property
    def _parts(self) -> tuple[_Part, ...]:
        source, read = self.source, self.channels
        fluence = sum(source.total(f) for f in dict.fromkeys(c.incoming for c in read))
        if fluence <= 0:
            names = ", ".join(dict.fromkeys(str(c.incoming) for c in read))
            raise InputError(f"flux {source.name} holds none of {names}")
        options = {
            "form_factor": self.form_factor,
            "nucleon_form_factors": self.nucleon_form_factors,
            "k_f": self.k_f,
        }
        top = max(c.e_max for one in read for c in source.of(one.incoming))
        # validity and limits of energy and model are checked where cross sections are
        for one in read:
            total(
                top,
                one,
                self.target,
                self.model,
                self.regime,
                pauli=self.pauli,
                **options,
            )
        gas = self.nucleons == "fermi-gas"
        blocked = currents(self.target, self.regime, pauli=True, **options)
        used = currents(
            self.target, self.regime, pauli=self.pauli and not gas, **options
        )
        parts: list[_Part] = []
        lowest = math.inf
        for one in read:
            for (number, current), (_, with_pauli) in zip(used, blocked, strict=True):
                k_f = self.k_f if gas and with_pauli.kinks else 0.0
                low = threshold(current.mass, *one.masses)
                low = lowest_energy(low, current.mass, k_f) if k_f else low
                lowest = min(lowest, low)
                part = self._part(one, number, current, low, k_f, fluence)
                if part is not None:
                    parts.append(part)
        if not parts:
            if top <= lowest:
                what = (
                    "the neutrinos have"
                    if source.name == _ONE_ENERGY
                    else f"flux {source.name} ends at"
                )
                raise InputError(
                    f"{what} {top:.6g} MeV, not above the threshold of {lowest:.6g}"
                    " MeV: no events"
                )
            raise InputError(
                "the cross section is zero: the model or the flux allows none of the"
                " channels"
            )
        return tuple(parts)

    def _part(
        self,
        one: Channel,
        number: float,
        current: Current,
        low: float,
        k_f: float,
        fluence: float,
    ) -> _Part | None:
        weights = coefficients(self.model, one)
        if weights.ndim != 1:
            raise InputError(
                "events are generated for a model with scalar parameters, one model at"
                " a time"
            )
        masses = np.array(mediator_masses(self.model, one))
        components = self.source.of(one.incoming)
        top = max((c.e_max for c in components), default=0.0)
        if top <= low:
            return None
        rest = threshold(current.mass, *one.masses)

        def engine(e: FloatArray) -> FloatArray:
            return np.asarray(
                current_kernels(e, one, current, masses if masses.size else None).values
                @ weights
            )

        def sigma(e: FloatArray, low: float, high: float) -> FloatArray:
            """Cross section at energies within an interval; one interpolant serves what
            nucleons see there."""
            if not k_f:
                return _Interpolant(engine, max(low, rest), high)(e)
            total_, mass = math.hypot(current.mass, k_f), current.mass
            seen = _Interpolant(
                engine,
                max(rest, low * (total_ - k_f) / mass * (1 - 1e-9)),
                high * (total_ + k_f) / mass,
            )
            return fermi_average(seen, e, mass, k_f)

        rows, sums = [], []
        for component in components:
            for line in component.lines:
                if line.energy > low and line.intensity > 0:
                    rows.append(np.array([[line.energy, 0.0, line.intensity, 0.0]]))
                    e = np.array([line.energy])
                    sums.append(
                        line.intensity
                        * (sigma(e, line.energy, line.energy) if k_f else engine(e))
                    )
            if component.density is not None and component.edges[-1] > low:
                row = _energy_bins(component, low)
                t, w = gauss_legendre(3)
                e = row[:, :1] + row[:, 1:2] * t
                flux_ = np.maximum(row[:, 2:3] + row[:, 3:] * t, 0.0)
                rows.append(row)
                sums.append(
                    (
                        flux_
                        * w
                        * sigma(e.ravel(), low, component.edges[-1]).reshape(e.shape)
                    ).sum(1)
                )
        if not rows:
            return None
        bins, folded = np.concatenate(rows), np.concatenate(sums)
        if not folded.sum() > 0:
            return None
        # no bin with neutrinos may be left out, whatever the interpolant says of it
        open_ = (bins[:, 2] > 0) | (bins[:, 2] + bins[:, 3] > 0)
        share = np.where(open_, np.maximum(folded, 1e-7 * folded.max()), 0.0)
        bins, share = bins[open_], share[open_] / share.sum()
        bins[:, 2:] *= number / fluence
        energy_top = float((bins[:, 0] + bins[:, 1]).max())
        numbers, tables = self._numbers(one, current, energy_top, k_f)
        found = lepton_couplings(self.model, one)
        couplings = [float(found.vector), float(found.axial)]
        for m in found.mediators:
            couplings += [float(m.strength), float(m.mass) ** 2]
        name, regime = (
            current.name,
            (
                current.name
                if current.name in ("proton", "neutron", "electron")
                else "coherent"
            ),
        )
        return _Part(
            Process(one, name, regime, current.mass, number),
            current,
            float(folded.sum()) * number / fluence,
            np.concatenate([[0.0], np.cumsum(share)[:-1], [1.0]]),
            bins,
            numbers,
            tables,
            np.array(couplings),
        )

    def _numbers(
        self, one: Channel, current: Current, top: float, k_f: float
    ) -> tuple[FloatArray, FloatArray]:
        """Numbers and tables of a process, as `kernels` wants them."""
        m_minus, m_plus = one.pair_masses
        if k_f:
            top *= (math.hypot(current.mass, k_f) + k_f) / current.mass
        low, high = (
            float(v[0]) for v in q_range(np.array([top]), current.mass, m_minus, m_plus)
        )
        # where Q begins at the largest energy, and the largest end of Q at any; near
        # threshold Q is largest
        s_min = (m_minus + m_plus) ** 2
        end = current.q_end
        at_threshold = math.sqrt(s_min / (1 + math.sqrt(s_min) / current.mass))
        far = min(high, max(end, _FAR * at_threshold))
        far = max(far, at_threshold)
        first, last = math.log(low * (1 - 1e-9)), math.log(far * (1 + 1e-9))
        step = (last - first) / (_TABLE - 3)
        q2 = np.exp(2 * (first - step + step * np.arange(_TABLE)))
        tables = np.stack([current.electric(q2), current.magnetic(q2)])
        soft2 = min(
            [m.mass**2 for m in lepton_couplings(self.model, one).mediators],
            default=math.inf,
        )
        numbers = [
            current.mass,
            m_minus,
            m_plus,
            end,
            soft2,
            first - step,
            step,
            _PREFACTOR,
            k_f,
            float(bool(k_f) and self.pauli),
            float(one.incoming.anti),
            float(tables[1].any()),
        ]
        return np.array(numbers), tables

    @property
    def processes(self) -> tuple[Process, ...]:
        """What can happen."""
        return tuple(p.process for p in self._parts)

    @property
    def sigma(self) -> float:
        """Flux-averaged cross section per target by the deterministic engine, cm²;
        without blocking in a Fermi gas."""
        return sum(p.sigma for p in self._parts)

    @property
    def _columns(self) -> int:
        return 14 if self.nucleons == "fermi-gas" else 11

    @cached_property
    def _trained(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Grids, mean and largest weight of each process; the largest is 0 where the
        Pauli principle blocks all."""
        # one stream a process: threads change nothing
        with ThreadPoolExecutor(min(len(self._parts), os.cpu_count() or 1)) as pool:
            found = list(pool.map(self._train, range(len(self._parts))))
        grids, mean, largest = zip(*found, strict=True)
        if not sum(largest) > 0:
            raise ComputationError(
                "no event survives the Pauli blocking of the Fermi gas: use"
                " nucleons='rest'"
            )
        return np.stack(grids), np.array(mean), np.array(largest)

    def _train(self, index: int) -> tuple[FloatArray, float, float]:
        from nuprobe.events.kernels import BINS, DIMENSIONS, SLICES, generate

        run: Any = generate
        part, random = self._parts[index], self._random(_TRAINING, index)
        arrays = (
            part.cumulative,
            part.bins,
            np.array(len(part.bins)),
            part.numbers,
            part.tables,
            part.couplings,
        )
        fixed = [np.asarray(a)[None] for a in arrays]
        grid = uniform(DIMENSIONS, SLICES, BINS)
        none = (
            np.empty(0, dtype=np.int64),
            np.empty(0, dtype=np.int32),
            np.empty((1, 6, 4)),
        )
        for n in (*_ROUNDS, _FINAL):
            collected, values = np.zeros((DIMENSIONS, SLICES * BINS)), np.zeros((n, 7))
            u = random.random((n, self._columns))
            run(
                u,
                -1.0,
                np.array([0.0, 1.0]),
                *fixed,
                grid[None],
                collected,
                *none,
                values,
            )
            if n != _FINAL:
                grid = refine(
                    grid, collected.reshape(DIMENSIONS, SLICES, BINS), _DAMPING
                )
        weights = values[:, 0]
        return grid, float(weights.mean()), maximum_weight(weights, _OVERWEIGHT)

    @cached_property
    def _arrays(self) -> Any:
        """Everything the kernel needs, processes stacked."""
        parts = self._parts
        grids, _, largest = self._trained
        share = np.concatenate([[0.0], np.cumsum(largest)[:-1] / largest.sum(), [1.0]])
        counts = np.array([len(p.bins) for p in parts])
        cumulative = np.ones((len(parts), counts.max() + 1))
        bins = np.zeros((len(parts), counts.max(), 4))
        size = max(p.couplings.size for p in parts)
        couplings = np.zeros((len(parts), size))
        for i, p in enumerate(parts):
            cumulative[i, : counts[i] + 1] = p.cumulative
            bins[i, : counts[i]] = p.bins
            couplings[i, : p.couplings.size] = p.couplings
            couplings[i, p.couplings.size + 1 :: 2] = 1.0  # no strength, any mass
        numbers, tables = (
            np.stack([p.numbers for p in parts]),
            np.stack([p.tables for p in parts]),
        )
        return share, cumulative, bins, counts, numbers, tables, couplings, grids

    @property
    def max_weight(self) -> float:
        """Weight (cm²) that unweighted events have, but for those beyond it."""
        return float(self._trained[2].sum())

    @property
    def efficiency(self) -> float:
        """Share of the trials that become unweighted events, from the training."""
        return float(self._trained[1].sum() / self._trained[2].sum())

    def _random(self, stream: int, index: int) -> np.random.Generator:
        return np.random.Generator(
            np.random.PCG64DXSM(np.random.SeedSequence((self.seed, stream, index)))
        )

    def _make(self, index: int, unweighted: bool) -> tuple[Chunk, NDArray[np.int64]]:
        """Make a chunk; also the numbers of the trials that its events come from."""
        from nuprobe.events.kernels import generate

        run: Any = generate
        u = self._random(_EVENTS, index).random((_TRIALS, self._columns))
        trial, process = (
            np.empty(_TRIALS, dtype=np.int64),
            np.empty(_TRIALS, dtype=np.int32),
        )
        momenta, values = np.empty((_TRIALS, 6, 4)), np.empty((_TRIALS, 7))
        limit = self.max_weight if unweighted else 0.0
        n = run(
            u, limit, *self._arrays, np.empty((0, 0)), trial, process, momenta, values
        )
        v = values[:n]
        events = Events(
            processes=self.processes,
            process=process[:n].copy(),
            **{name: momenta[:n, i].copy() for i, name in enumerate(MOMENTA)},
            q2=v[:, 4].copy(),
            k2=v[:, 5].copy(),
            s=v[:, 6].copy(),
            terms=v[:, 1:4].copy(),
            weight=v[:, 0].copy(),
        )
        return Chunk(index, events, _TRIALS), trial[:n]

    def chunk(self, index: int, unweighted: bool = False) -> Chunk:
        """Make one chunk of the stream.

        Parameters
        ----------
        index : 0 or more.
        unweighted : accept events by their weight: all have `max_weight`, but for those
            few beyond it.
        """
        if (
            isinstance(index, bool)
            or not isinstance(index, (int, np.integer))
            or index < 0
        ):
            raise InputError(
                f"the index of a chunk is an integer of 0 or more, got {index!r}"
            )
        return self._make(int(index), unweighted)[0]

    def _stream(
        self, start: int, unweighted: bool, workers: int
    ) -> Iterator[tuple[Chunk, NDArray[np.int64]]]:
        if (
            isinstance(workers, bool)
            or not isinstance(workers, (int, np.integer))
            or workers < 1
        ):
            raise InputError(
                f"the number of workers is an integer of 1 or more, got {workers!r}"
            )
        index = start
        self._arrays  # noqa: B018  trained once, before there are threads
        if workers == 1:
            while True:
                yield self._make(index, unweighted)
                index += 1
        pool = ThreadPoolExecutor(workers)
        waiting: deque[Future[tuple[Chunk, NDArray[np.int64]]]] = deque()
        try:
            while True:
                while len(waiting) < 2 * workers:
                    waiting.append(pool.submit(self._make, index, unweighted))
                    index += 1
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def chunks(
        self, start: int = 0, unweighted: bool = False, workers: int = 1
    ) -> Iterator[Chunk]:
        """Walk through the chunks from `start`, in order and without end; threads
        change nothing but the speed."""
        for made, _ in self._stream(start, unweighted, workers):
            yield made

    def generate(
        self, n: int, unweighted: bool = False, workers: int = 1, progress: bool = False
    ) -> Sample:
        """Generate n events.

        Trials are counted up to the event after the last: so the number of events over
        that of trials has no bias.

        Parameters
        ----------
        n : how many.
        unweighted, workers : as in `chunks`.
        progress : show a progress bar.

        Raises
        ------
        InputError
            If `n` is not positive.
        """
        if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
            raise InputError(
                f"the number of events is an integer of 1 or more, got {n!r}"
            )
        parts: list[Events] = []
        found, trials = 0, 0
        from tqdm import tqdm

        with tqdm(total=n, disable=not progress, unit="event") as bar:
            stream = self._stream(0, unweighted, workers)
            for made, where in stream:
                need = n - found
                if len(made.events) > need:
                    parts.append(made.events[:need])
                    trials += int(where[need])
                    bar.update(need)
                    break
                parts.append(made.events)
                found += len(made.events)
                trials += made.trials
                bar.update(len(made.events))
            stream.close()  # type: ignore[attr-defined]
        return self.summary(concatenate(parts), trials)

    def summary(self, events: Events, trials: int) -> Sample:
        """Sum up events of this generator that took so many trials."""
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
        """Everything that defines the stream, as JSON has it."""
        from importlib.metadata import version

        made = (
            target(self.target, form_factor="point")
            if self.target is not None
            else None
        )
        digest = hashlib.sha256()
        for p in self._parts:
            for array in (p.cumulative, p.bins, p.tables):
                digest.update(np.round(array / np.abs(array).max(), 9).tobytes())
        return {
            "version": version("nuprobe"),
            "seed": self.seed,
            "channels": [c.name for c in self.channels],
            "target": (
                self.target.name
                if isinstance(self.target, Target)
                else made and made.name
            ),
            "source": (
                self.source.name
                if self.source.name != "monoenergetic"
                else self.source.components[0].e_max
            ),
            "model": _describe(self.model),
            "regime": self.regime,
            "form_factor": (
                self.form_factor
                if isinstance(self.form_factor, str)
                else _describe(self.form_factor)
            ),
            "pauli": self.pauli,
            "k_f": self.k_f,
            "nucleon_form_factors": self.nucleon_form_factors,
            "nucleons": self.nucleons,
            "trials": _TRIALS,
            "inputs": digest.hexdigest()[:16],
        }

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the settings."""
        return hashlib.sha256(
            json.dumps(self.settings, sort_keys=True).encode()
        ).hexdigest()[:16]


def _describe(what: Any) -> Any:
    """Name of the class and its plain fields."""
    if what is None or isinstance(what, (bool, int, float, str)):
        return what
    if isinstance(what, np.ndarray):
        return what.tolist()
    if isinstance(what, np.generic):
        return what.item()
    if isinstance(what, (list, tuple)):
        return [_describe(w) for w in what]
    if isinstance(what, dict):
        return {str(k): _describe(v) for k, v in what.items()}
    if is_dataclass(what):
        return {
            "class": type(what).__name__,
            **{
                f.name: _describe(getattr(what, f.name))
                for f in fields(what)
                if f.name != "parameters"
            },
        }
    return type(what).__name__


def _energy_bins(component: FluxComponent, low: float) -> FloatArray:
    """Cut a continuum above `low` into short bins in each of which it is linear.

    Returns
    -------
    array, shape (bins, 4): low end, width, flux times width at the low end, and its
    rise over the bin.
    """
    edges = np.array(
        [
            max(low, component.edges[0]),
            *(e for e in component.edges if e > max(low, component.edges[0])),
        ]
    )
    floor = edges[-1] * 1e-6  # a support may begin at 0
    cuts = [edges[:1]]
    for a, b in itertools.pairwise(edges):
        n = max(1, math.ceil(math.log(b / max(a, floor)) / _STEP)) if b > floor else 1
        inner = (
            np.geomspace(max(a, floor), b, n + 1)[1:] if b > floor else np.array([b])
        )
        cuts.append(inner)
    points = np.concatenate(cuts)
    width = np.diff(points)
    one, other = (
        component.continuum(points[:-1] + f * width) * width for f in (0.25, 0.75)
    )
    return np.stack(
        [points[:-1], width, 1.5 * one - 0.5 * other, 2 * (other - one)], axis=-1
    )
