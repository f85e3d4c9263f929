"""Histograms, comparisons of models and cut flows of events, from a sample or straight
from a generator.

`distribution` says how the errors are estimated.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.events.binning import (
    BINS,
    cells,
    edges_or_number,
    settled,
    share_range,
)
from nuprobe.events.cuts import Cut, clopper_pearson, parse_cuts
from nuprobe.events.distribution import CutFlow, Distribution, Distributions
from nuprobe.events.observables import Observable, observable
from nuprobe.events.sample import Chunk, Events
from nuprobe.models import LeptonModel
from nuprobe.numerics import FloatArray
from nuprobe.processes.trident.spectra import Spectrum, spectrum

if TYPE_CHECKING:
    import boost_histogram as bh

    from nuprobe.events.generator import Generator

__all__ = ["GENERATED", "Generation", "distributions", "expected", "histogram"]

_DETERMINISTIC: Final = {
    "Q2": "q2",
    "K2": "k2",
    "m_pair": "m_pair",
    "recoil_energy": "recoil_energy",
    "E_pair": "e_pair",
    "W": "w",
}

Spec = str | Observable | tuple[str | Observable, str | Observable]
CutSpec = str | Cut | Sequence[str | Cut] | None
GENERATED: Final = "generated"
"""Name of the model that the events were generated with."""


class Generation(TypedDict, total=False):
    """How many events a generator makes for distributions, and how: `n` at least (whole
    chunks are used, so that no trial is lost), `unweighted`, `workers` (threads),
    `progress` (whether a bar is shown)."""

    n: int | None
    unweighted: bool
    workers: int
    progress: bool


@dataclass
class Sums:
    """Σ w_a and Σ w_a w_b in cells, plus the number of events."""

    first: FloatArray
    second: FloatArray
    counts: FloatArray

    @classmethod
    def empty(cls, models: int, cells: int) -> Sums:
        return cls(
            np.zeros((models, cells)),
            np.zeros((models, models, cells)),
            np.zeros(cells),
        )

    def add(self, cell: NDArray[np.intp], weights: FloatArray) -> None:
        """Add events: `cell` of each, shape (n,), and weights of shape (models, n)."""
        n = self.counts.size
        self.counts += np.bincount(cell, minlength=n)
        for a, w in enumerate(weights):
            self.first[a] += np.bincount(cell, w, minlength=n)
            for b in range(a + 1):
                self.second[a, b] += np.bincount(cell, w * weights[b], minlength=n)
                self.second[b, a] = self.second[a, b]

    def covariance(self, trials: int) -> FloatArray:
        return (
            np.asarray(self.second - self.first[:, None] * self.first / trials)
            / trials**2
        )


class _Filling:
    """Distributions as they fill: edges are settled by the first events that pass."""

    def __init__(
        self,
        wanted: Sequence[tuple[Observable, ...]],
        models: Mapping[str, LeptonModel | None],
        asked: Mapping[str, FloatArray | int],
        cuts: Sequence[Cut],
    ) -> None:
        self.wanted, self.models, self.asked, self.cuts = wanted, models, asked, cuts
        self.named = {o.name: o for w in wanted for o in w}
        self.edges: dict[str, FloatArray] = {}
        self.flow = Sums.empty(len(models), len(cuts) + 1)
        self.sums: list[Sums] = []
        self.trials = self.events = 0

    def add(self, chunk: Chunk) -> None:
        """Fill the events of a chunk."""
        events = chunk.events
        self.trials += chunk.trials
        self.events += len(events)
        weights = np.stack(
            [
                events.weight if m is None else events.weights(m)
                for m in self.models.values()
            ]
        )
        alive = np.ones(len(events), dtype=bool)
        last = np.zeros(len(events), dtype=np.intp)
        for j, cut in enumerate(self.cuts):
            alive &= cut.passes(events)
            last[alive] = j + 1
        self.flow.add(last, weights)
        if alive.any():
            self._fill(events[alive], weights[:, alive])

    def _fill(self, events: Events, weights: FloatArray) -> None:
        values = {name: one(events) for name, one in self.named.items()}
        if not self.sums:
            self._settle(values, weights[0])
        for w, filled in zip(self.wanted, self.sums, strict=True):
            cell = cells([values[o.name] for o in w], [self.edges[o.name] for o in w])
            filled.add(cell, weights)

    def _settle(self, values: Mapping[str, FloatArray], weight: FloatArray) -> None:
        self.edges = {
            name: settled(one, self.asked[name], values[name], weight)
            for name, one in self.named.items()
        }
        free = {name: isinstance(e, int) for name, e in self.asked.items()}
        for w in self.wanted:
            share_range(w, self.edges, free)
        sizes = [math.prod(self.edges[o.name].size - 1 for o in w) for w in self.wanted]
        self.sums = [Sums.empty(len(self.models), size + 1) for size in sizes]

    def result(self) -> Distributions:
        """Distributions of all that was filled."""
        if not self.events:
            raise InputError(
                "there are no events: generate more, or check that the flux reaches"
                " above the threshold"
            )
        models = tuple(self.models)
        flow = _flow(self.cuts, models, self.flow, self.trials)
        if not flow.events[-1]:
            killer = int(np.argmax(flow.events == 0))
            raise InputError(
                f"no event passes the cuts: {flow.cuts[killer - 1]!r} removed the"
                f" last {int(flow.events[killer - 1])} of {self.events} events;"
                " loosen it, or generate more"
            )
        items = tuple(
            _distribution(
                w, tuple(self.edges[o.name] for o in w), models, s, self.trials
            )
            for w, s in zip(self.wanted, self.sums, strict=True)
        )
        return Distributions(
            items,
            models,
            flow.values[:, 0],
            flow.errors[:, 0],
            flow,
            self.events,
            self.trials,
        )


@public
def distributions(
    source: Any,
    observables: Sequence[Spec],
    *,
    models: Mapping[str, LeptonModel | None] | None = None,
    bins: Any = BINS,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    cuts: CutSpec = None,
    **generation: Unpack[Generation],
) -> Distributions:
    """Fill several histograms in several models from one pass over events; nothing else
    of them is kept.

    Parameters
    ----------
    source : a `Sample`, a generator of `trident`, or an iterable of `Chunk`.
    observables : names, or pairs of names for two dimensions.
    models : by name; None as a model, and without any, is that of the generation.
        Others weight the same events anew.
    bins : a number, edges, or a mapping of observables to one of them; a number makes
        bins that are uniform, in the logarithm where an observable spreads over
        decades.
    ranges : of observables, in MeV, MeV² or rad; by default of the first events that
        pass the cuts, without the tails (`Distribution.outside` says what lies there).
    cuts : as `parse_cuts` reads them.
    generation : for a generator: ``n``, at least so many events (whole chunks are used,
        so that no trial is lost); ``unweighted``; ``workers``, threads; ``progress``,
        whether a bar is shown.

    Returns
    -------
    Distributions

    Raises
    ------
    InputError
        If there are no events, no event passes the cuts (the message says which cut
        took the last), or bins make no sense.

    Examples
    --------
    >>> from nuprobe.events import trident
    >>> gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    >>> made = distributions(gen, ["m_pair"], bins=[0, 300, 1e4], n=1000)
    >>> made["m_pair"].values.shape
    (1, 2)
    """
    wanted = [
        tuple(observable(o) for o in (one if isinstance(one, tuple) else (one,)))
        for one in observables
    ]
    if not wanted or any(len(w) > 2 for w in wanted):
        raise InputError(
            "name at least one observable, or pairs of them: histograms have one or two"
            " dimensions"
        )
    conditions = parse_cuts(cuts)
    asked = {o.name: edges_or_number(o, bins, ranges) for w in wanted for o in w}
    for given, text in ((ranges, "range"), (bins, "bins")):
        if isinstance(given, Mapping) and (
            idle := [k for k in given if k not in asked]
        ):
            raise InputError(
                f"{text} of {idle[0]}: it is not among the observables"
                f" {', '.join(asked)}"
            )
    filling = _Filling(wanted, dict(models or {GENERATED: None}), asked, conditions)
    for chunk in _chunks(source, **generation):
        if not isinstance(chunk, Chunk):
            raise InputError(f"events come from a sample, not from {shown(source)}")
        filling.add(chunk)
    return filling.result()


@public
def histogram(
    source: Any,
    observables: Spec,
    *,
    bins: Any = BINS,
    range: tuple[float, float] | None = None,
    model: LeptonModel | None = None,
    cuts: CutSpec = None,
    per: Literal["cm2", "event"] = "cm2",
    **generation: Unpack[Generation],
) -> bh.Histogram[Any]:
    """Histogram one observable, or two, of trident events.

    Parameters
    ----------
    source, bins, cuts, generation : as in `distributions`.
    observables : a name, or a pair.
    range : of the observable (one dimension), in MeV, MeV² or rad.
    model : weight the events in this model; default that of the generation.
    per : ``"cm2"``: bins contain the cross section per target, averaged over the flux;
        ``"event"``: shares of the cross section before cuts.

    Returns
    -------
    boost_histogram.Histogram
        With storage ``Weight()``: ``values()`` and ``variances()`` (UHI).

    Raises
    ------
    InputError
        As `distributions`.

    Examples
    --------
    >>> from nuprobe.events import trident
    >>> gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    >>> sample = gen.generate(1000)
    >>> made = histogram(sample, "m_pair", bins=[0, 300, 1e4], per="event")
    >>> round(float(made.values().sum()), 9)
    1.0
    """
    if per not in ("cm2", "event"):
        raise UnknownNameError("normalisation", per, ["cm2", "event"])
    if range is not None and isinstance(observables, tuple):
        raise InputError(
            "range works in one dimension only: for two give bins={name: edges}"
        )
    ranges = (
        None
        if range is None or isinstance(observables, tuple)
        else {observable(observables).name: range}
    )
    filled = distributions(
        source,
        [observables],
        models={GENERATED: model},
        bins=bins,
        ranges=ranges,
        cuts=cuts,
        **generation,
    )
    made = filled.items[0].histogram()
    return made if per == "cm2" else made * (1 / float(filled.sigma[0]))


@public
def expected(
    generator: Generator,
    distribution: Distribution,
    models: Mapping[str, LeptonModel | None],
    quick: bool = False,
) -> Spectrum | None:
    """Integrals over the bins of a distribution before cuts, by quadrature: a row for
    each model.

    Parameters
    ----------
    generator : what made the events.
    distribution : in one dimension.
    models : those of `distributions`; None is that of the generator.
    quick : as in `nuprobe.trident.spectrum`.

    Returns
    -------
    Spectrum or None
        None where there is no quadrature, or a slow one: of angles, energies
        of one lepton, of the pair over a flux or broken nucleons; nucleons that move.

    Examples
    --------
    >>> from nuprobe.events import trident
    >>> gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    >>> made = distributions(gen, ["m_pair"], bins=[0, 300, 1e4], n=1000)["m_pair"]
    >>> curve = expected(gen, made, {"sm": None}, quick=True)
    >>> bool((abs(curve.values - made.values) < 5 * made.errors).all())
    True
    """
    if not models:
        raise InputError("expected values need at least one model")
    name = distribution.observables[0].name
    if (
        len(distribution.observables) > 1
        or name not in _DETERMINISTIC
        or generator.setup.nucleons != "rest"
    ):
        return None
    fluxes = (generator.source.of(one.incoming) for one in generator.channels)
    lines = all(c.density is None for parts in fluxes for c in parts)
    broken = any(p.broken for p in generator.processes)
    if name == "E_pair" and (broken or not lines):
        return None
    edges = distribution.edges[0]
    if edges[0] < 0:
        return None
    flavours = dict.fromkeys(one.incoming for one in generator.channels)
    whole = sum(generator.source.total(f) for f in flavours)
    used = [generator.model if m is None else m for m in models.values()]
    values, error = np.zeros((2, len(used), edges.size - 1))
    for one in generator.channels:
        share = generator.source.total(one.incoming) / whole
        if not share > 0:
            continue
        curve = spectrum(
            _DETERMINISTIC[name],
            edges,
            one,
            generator.target,
            generator.source,
            used,
            generator.setup.options,
            quick=quick,
        )
        values, error = values + share * curve.values, error + share * curve.error
    return Spectrum(_DETERMINISTIC[name], edges, values, error)


def _chunks(
    source: Any,
    n: int | None = None,
    unweighted: bool = False,
    workers: int = 1,
    progress: bool = False,
) -> Iterator[Chunk]:
    """Chunks of a sample, a generator or an iterable."""
    if hasattr(source, "events") and hasattr(source, "trials"):
        if n is not None:
            raise InputError("n requires a generator: a sample is used as it is")
        yield Chunk(0, source.events, source.trials)
        return
    if hasattr(source, "chunks"):
        if not isinstance(n, int) or isinstance(n, bool) or not 0 < n <= 10**13:
            raise InputError(
                "give the number of events to generate, at least one: n=100_000"
                f" (got {shown(n)})"
            )
        from tqdm.auto import tqdm

        made = 0
        with tqdm(total=n, unit="event", unit_scale=True, disable=not progress) as bar:
            sized = source.sized(n)
            for chunk in sized.chunks(unweighted=unweighted, workers=workers):
                yield chunk
                made += len(chunk.events)
                bar.update(min(len(chunk.events), n - bar.n))
                if made >= n:
                    return
        return
    if isinstance(source, Iterable):
        yield from source
        return
    raise InputError(
        f"events come from a sample, a generator or chunks, got {type(source).__name__}"
    )


def _distribution(
    wanted: tuple[Observable, ...],
    edges: tuple[FloatArray, ...],
    models: tuple[str, ...],
    sums: Sums,
    trials: int,
) -> Distribution:
    shape = tuple(e.size - 1 for e in edges)
    size, m = math.prod(shape), len(models)
    return Distribution(
        wanted,
        edges,
        models,
        (sums.first[:, :size] / trials).reshape(m, *shape),
        sums.covariance(trials)[..., :size].reshape(m, m, *shape),
        (sums.second[..., :size] / trials**2).reshape(m, m, *shape),
        sums.first[:, size] / trials,
        sums.counts[:size].reshape(shape),
    )


def _flow(
    cuts: Sequence[Cut], models: tuple[str, ...], last: Sums, trials: int
) -> CutFlow:
    """From the last cut that each event passed to what is left after each."""

    def left(a: FloatArray) -> FloatArray:
        return np.asarray(np.flip(np.cumsum(np.flip(a, -1), -1), -1))

    first, second = left(last.first), left(np.einsum("aac->ac", last.second))
    values = first / trials
    errors = np.sqrt(np.maximum(second - first**2 / trials, 0.0)) / trials
    total = np.where(first[:, :1] > 0, first[:, :1], 1.0)
    efficiency = first / total
    # Σ (w_i (pass_i − ε))² = (1 − 2ε) S_pass + ε² S_all
    square = (1 - 2 * efficiency) * second + efficiency**2 * second[:, :1]
    error = np.sqrt(np.maximum(square, 0.0)) / total
    effective = np.where(second > 0, first**2 / np.where(second > 0, second, 1.0), 0.0)
    interval = np.array(
        [
            [
                clopper_pearson(min(float(e), 1.0) * float(row[0]), float(row[0]))
                for e in es
            ]
            for es, row in zip(efficiency, effective, strict=True)
        ]
    )
    texts = tuple(c.text for c in cuts)
    return CutFlow(
        texts,
        models,
        left(last.counts),
        values,
        errors,
        efficiency,
        error,
        interval,
        effective,
    )
