"""Histograms, comparisons of models and cut flows of events, from a sample or straight
from a generator.

All estimates are means over trials. With w_i the weight of trial i (zero where nothing
was made) and N trials,

    σ_bin = Σw/N,   var = (Σw² − (Σw)²/N)/N²,

and of two models a, b weighted on the *same* events the ratio R = Σw_a/Σw_b has, to
first order,

    var R = Σ(w_a − R w_b)²/(Σw_b)² = (S_aa − 2R S_ab + R² S_bb)/(Σw_b)²:

what both share cancels. An efficiency is such a ratio too, of the events that pass to
all. First order is what it says: in bins of few effective events, (Σw_b)²/Σw_b² below
25 or so, the error of a ratio comes out too small.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from nuprobe.errors import InputError, UnknownNameError
from nuprobe.events.cuts import Cut, clopper_pearson, parse_cuts
from nuprobe.events.observables import Observable, observable
from nuprobe.events.sample import Chunk
from nuprobe.models import LeptonModel
from nuprobe.numerics import FloatArray, numbers
from nuprobe.processes.trident.spectra import Spectrum, spectrum
from nuprobe.tables import Table

if TYPE_CHECKING:
    import boost_histogram as bh

    from nuprobe.events.generator import Generator

__all__ = [
    "CutFlow",
    "Distribution",
    "Distributions",
    "distributions",
    "expected",
    "histogram",
]

_DETERMINISTIC: Final = {
    "Q2": "q2",
    "K2": "k2",
    "m_pair": "m_pair",
    "recoil_energy": "recoil_energy",
    "E_pair": "e_pair",
}

Spec = str | Observable | tuple[str | Observable, str | Observable]
CutSpec = str | Cut | Sequence[str | Cut] | None
_BINS: Final = 40
_MOST: Final = 10_000_000  # bins
GENERATED: Final = "generated"
"""Name of the model that the events were generated with."""


@dataclass(frozen=True, eq=False)
class Distribution:
    """Events in the bins of one observable, or two, in several models at once.

    Attributes
    ----------
    observables : one or two.
    edges : of the bins of each, in its unit (MeV, MeV², rad).
    models : their names.
    values : cm², shape (models, *bins): cross section per target in each bin.
    covariance : cm⁴, shape (models, models, *bins): of the models with each other, in
        each bin.
    second : cm⁴, shape (models, models, *bins): Σ w_a w_b/N², what the errors of ratios
        need.
    outside : cm², shape (models,): what passes the cuts and lies in no bin.
    counts : events in each bin, shape (*bins,).
    """

    observables: tuple[Observable, ...]
    edges: tuple[FloatArray, ...]
    models: tuple[str, ...]
    values: FloatArray
    covariance: FloatArray
    second: FloatArray
    outside: FloatArray
    counts: FloatArray

    @property
    def errors(self) -> FloatArray:
        """Statistical errors, cm², shape (models, *bins)."""
        return np.asarray(
            np.sqrt(np.maximum(np.einsum("aa...->a...", self.covariance), 0.0))
        )

    @property
    def widths(self) -> FloatArray:
        """Sizes of the bins, shape (*bins,)."""
        sizes = [np.diff(e) for e in self.edges]
        return np.asarray(sizes[0] if len(sizes) == 1 else np.multiply.outer(*sizes))

    @property
    def effective(self) -> FloatArray:
        """Kish's effective numbers of events, (Σw)²/Σw², shape (models, *bins): how far
        errors can be trusted."""
        square = np.einsum("aa...->a...", self.second)
        return np.asarray(
            np.where(
                square > 0, self.values**2 / np.where(square > 0, square, 1.0), 0.0
            )
        )

    def index(self, model: str | None) -> int:
        """Row of a model; the first for None."""
        if model is None:
            return 0
        if model not in self.models:
            raise UnknownNameError("model of this distribution", model, self.models)
        return self.models.index(model)

    def density(self, model: str | None = None) -> tuple[FloatArray, FloatArray]:
        """dσ/dX and its error, cm² per unit of the observable."""
        i = self.index(model)
        return np.asarray(self.values[i] / self.widths), np.asarray(
            self.errors[i] / self.widths
        )

    def ratio(
        self, model: str, reference: str | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Ratio of two models in each bin, and its error for events that both share; 0
        ± 0 in bins without events.

        The error is of first order: where `effective` of the reference is small it is
        too small.
        """
        a, b = self.index(model), self.index(reference)
        below = self.values[b]
        full = below > 0
        safe = np.where(full, below, 1.0)
        ratio = np.where(full, self.values[a] / safe, 0.0)
        square = (
            self.second[a, a]
            - 2 * ratio * self.second[a, b]
            + ratio**2 * self.second[b, b]
        )
        return ratio, np.where(full, np.sqrt(np.maximum(square, 0.0)) / safe, 0.0)

    def histogram(self, model: str | None = None) -> bh.Histogram[Any]:
        """Return a boost-histogram with weights: ``values()`` in cm² and
        ``variances()`` (UHI)."""
        import boost_histogram as bh

        found = bh.Histogram(
            *(
                bh.axis.Variable(
                    e,
                    metadata={"name": o.name, "unit": o.unit, "label": f"${o.latex}$"},
                )
                for o, e in zip(self.observables, self.edges, strict=True)
            ),
            storage=bh.storage.Weight(),
        )
        i = self.index(model)
        found.view().value = self.values[i]  # type: ignore[union-attr, unused-ignore]
        found.view().variance = self.errors[i] ** 2  # type: ignore[union-attr, unused-ignore]
        return found


@dataclass(frozen=True, eq=False)
class CutFlow:
    """What cuts leave, one after the other.

    Attributes
    ----------
    cuts : texts, in their order.
    models : names.
    events : left after each cut, the first entry before any, shape (cuts + 1,).
    values, errors : cross section left, cm², shape (models, cuts + 1).
    efficiency, efficiency_error : of all cuts so far, shape (models, cuts + 1); the
        error is that of weighted events and vanishes at 0 and 1, where `interval` does
        not.
    interval : central 68.27 % of the efficiency (Clopper–Pearson with Kish's effective
        numbers, (Σw)²/Σw²), shape (models, cuts + 1, 2).
    effective : Kish's effective number of events left, shape (models, cuts + 1).
    """

    cuts: tuple[str, ...]
    models: tuple[str, ...]
    events: FloatArray
    values: FloatArray
    errors: FloatArray
    efficiency: FloatArray
    efficiency_error: FloatArray
    interval: FloatArray
    effective: FloatArray

    def table(self, model: str | None = None) -> Table:
        """Return the cut flow of one model (the first by default) as a table."""
        i = 0 if model is None else self.models.index(model)
        names = ("generated", *self.cuts)
        rows = tuple(
            (
                name,
                int(self.events[j]),
                float(self.values[i, j]),
                float(self.errors[i, j]),
                float(self.efficiency[i, j]),
                float(self.efficiency_error[i, j]),
                (
                    float(self.values[i, j] / self.values[i, j - 1])
                    if j and self.values[i, j - 1] > 0
                    else None
                ),
            )
            for j, name in enumerate(names)
        )
        columns = (
            "cut",
            "events",
            "sigma [cm2]",
            "error [cm2]",
            "efficiency",
            "+-",
            "of the last",
        )
        formats = {
            "sigma [cm2]": ".4e",
            "error [cm2]": ".1e",
            "efficiency": ".4f",
            "+-": ".4f",
            "of the last": ".4f",
        }
        return Table(f"cut flow, {self.models[i]}", columns, rows, formats)


@dataclass(frozen=True, eq=False)
class Distributions:
    """Several distributions of the same events.

    Attributes
    ----------
    items : the distributions, in the order that was asked for.
    models : names.
    sigma, error : cross section per target before cuts and its statistical error, cm²,
        shape (models,).
    flow : the cuts.
    events, trials : how many were used.
    """

    items: tuple[Distribution, ...]
    models: tuple[str, ...]
    sigma: FloatArray
    error: FloatArray
    flow: CutFlow
    events: int
    trials: int

    def __getitem__(self, name: str) -> Distribution:
        """Return the one-dimensional distribution of an observable."""
        found = [
            d for d in self.items if tuple(o.name for o in d.observables) == (name,)
        ]
        if not found:
            raise UnknownNameError(
                "distribution", name, [d.observables[0].name for d in self.items]
            )
        return found[0]


@dataclass
class _Sums:
    """Σ w_a and Σ w_a w_b in cells, plus the number of events."""

    first: FloatArray
    second: FloatArray
    counts: FloatArray

    @classmethod
    def empty(cls, models: int, cells: int) -> _Sums:
        return cls(
            np.zeros((models, cells)),
            np.zeros((models, models, cells)),
            np.zeros(cells),
        )

    def add(self, cell: np.ndarray[Any, Any], weights: FloatArray) -> None:
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


def distributions(
    source: Any,
    observables: Sequence[Spec],
    *,
    models: Mapping[str, LeptonModel | None] | None = None,
    bins: Any = _BINS,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    cuts: CutSpec = None,
    n: int | None = None,
    unweighted: bool = False,
    workers: int = 1,
    progress: bool = False,
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
    n : at least so many events from a generator (whole chunks are used, so that no
        trial is lost).
    unweighted, workers : passed to a generator.
    progress : show a bar, where `n` is given.

    Returns
    -------
    Distributions

    Raises
    ------
    InputError
        If there are no events, no event passes the cuts (the message says which cut
        took the last), or bins make no sense.
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
    named = dict(models or {GENERATED: None})
    conditions = parse_cuts(cuts)
    asked = {o.name: (o, _edges(o, bins, ranges)) for w in wanted for o in w}
    for given, text in ((ranges, "range"), (bins, "bins")):
        if isinstance(given, Mapping) and (
            idle := [k for k in given if k not in asked]
        ):
            raise InputError(
                f"{text} of {idle[0]}: it is not among the observables"
                f" {', '.join(asked)}"
            )
    edges: dict[str, FloatArray] = {}
    flow = _Sums.empty(len(named), len(conditions) + 1)
    sums: list[_Sums] = []
    trials = events = 0
    for chunk in _chunks(source, n, unweighted, workers, progress):
        found = chunk.events
        trials += chunk.trials
        events += len(found)
        weights = np.stack(
            [found.weight if m is None else found.weights(m) for m in named.values()]
        )
        alive = np.ones(len(found), dtype=bool)
        last = np.zeros(len(found), dtype=np.intp)
        for j, cut in enumerate(conditions):
            alive &= cut.passes(found)
            last[alive] = j + 1
        flow.add(last, weights)
        if not alive.any():
            continue
        kept, heavy = found[alive], weights[:, alive]
        values = {name: one(kept) for name, (one, _) in asked.items()}
        if not sums:
            edges = {
                name: _settle(one, e, values[name], heavy[0])
                for name, (one, e) in asked.items()
            }
            for w in wanted:
                _share(
                    w,
                    edges,
                    {name: isinstance(e, int) for name, (_, e) in asked.items()},
                )
            sums = [
                _Sums.empty(
                    len(named), math.prod(edges[o.name].size - 1 for o in w) + 1
                )
                for w in wanted
            ]
        for w, filled in zip(wanted, sums, strict=True):
            filled.add(
                _cells([values[o.name] for o in w], [edges[o.name] for o in w]), heavy
            )
    if not events:
        raise InputError(
            "there are no events: ask for more, or look whether the flux lies above the"
            " threshold"
        )
    made = _flow(conditions, tuple(named), flow, trials)
    if not made.events[-1]:
        killer = int(np.argmax(made.events == 0))
        raise InputError(
            f"no event passes the cuts: {made.cuts[killer - 1]!r} took the last"
            f" {int(made.events[killer - 1])} of {events} events; loosen it, or"
            " generate more"
        )
    items = tuple(
        _distribution(w, tuple(edges[o.name] for o in w), tuple(named), s, trials)
        for w, s in zip(wanted, sums, strict=True)
    )
    return Distributions(
        items, tuple(named), made.values[:, 0], made.errors[:, 0], made, events, trials
    )


def histogram(
    source: Any,
    observables: Spec,
    *,
    bins: Any = _BINS,
    range: tuple[float, float] | None = None,
    model: LeptonModel | None = None,
    cuts: CutSpec = None,
    per: Literal["cm2", "event"] = "cm2",
    n: int | None = None,
    unweighted: bool = False,
    workers: int = 1,
) -> bh.Histogram[Any]:
    """Histogram one observable, or two, of trident events.

    Parameters
    ----------
    source, bins, cuts, n, unweighted, workers : as in `distributions`.
    observables : a name, or a pair.
    range : of the observable (one dimension), in MeV, MeV² or rad.
    model : weight the events in this model; default that of the generation.
    per : ``"cm2"``: bins hold the cross section per target, averaged over the flux;
        ``"event"``: shares of the cross section before cuts.

    Returns
    -------
    boost_histogram.Histogram
        With storage ``Weight()``: ``values()`` and ``variances()`` (UHI).

    Raises
    ------
    InputError
        As `distributions`.
    """
    if per not in ("cm2", "event"):
        raise UnknownNameError("normalisation", per, ["cm2", "event"])
    name = observables if not isinstance(observables, tuple) else observables[0]
    if range is not None and isinstance(observables, tuple):
        raise InputError(
            "range belongs to one dimension: give edges as bins={name: edges} for two"
        )
    ranges = None if range is None else {observable(name).name: range}
    found = distributions(
        source,
        [observables],
        models={GENERATED: model},
        bins=bins,
        ranges=ranges,
        cuts=cuts,
        n=n,
        unweighted=unweighted,
        workers=workers,
    )
    made = found.items[0].histogram()
    return made if per == "cm2" else made * (1 / float(found.sigma[0]))


def expected(
    generator: Generator,
    distribution: Distribution,
    models: Mapping[str, LeptonModel | None],
    quick: bool = False,
) -> Spectrum | None:
    """Integrals over the bins of a distribution before cuts, by quadrature, with one
    row for each model.

    Parameters
    ----------
    generator : what made the events.
    distribution : in one dimension.
    models : those of `distributions`; None is that of the generator.
    quick : as in `nuprobe.trident.spectrum`.

    Returns
    -------
    Spectrum or None
        None where the quadrature does not know the observable: angles, the energy of
        one lepton, the energy of the pair over a flux, and nucleons that move.
    """
    name = distribution.observables[0].name
    if (
        len(distribution.observables) > 1
        or name not in _DETERMINISTIC
        or generator.setup.nucleons != "rest"
    ):
        return None
    lines = all(
        c.density is None
        for one in generator.channels
        for c in generator.source.of(one.incoming)
    )
    if name == "E_pair" and not lines:
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
        found = spectrum(
            _DETERMINISTIC[name],
            edges,
            one,
            generator.target,
            generator.source,
            used,
            generator.regime,
            **vars(generator.setup.options),
            quick=quick,
        )
        values, error = values + share * found.values, error + share * found.error
    return Spectrum(_DETERMINISTIC[name], edges, values, error)


def _chunks(
    source: Any, n: int | None, unweighted: bool, workers: int, progress: bool
) -> Iterator[Chunk]:
    """Chunks of whatever holds events."""
    if hasattr(source, "events") and hasattr(source, "trials"):
        if n is not None:
            raise InputError("n belongs to a generator: a sample is used as it is")
        yield Chunk(0, source.events, source.trials)
        return
    if hasattr(source, "chunks"):
        if n is None or isinstance(n, bool) or not n > 0:
            raise InputError(
                f"say how many events to generate, at least one: n=100_000 (got {n!r})"
            )
        from tqdm import tqdm

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


def _edges(
    one: Observable, bins: Any, ranges: Mapping[str, tuple[float, float]] | None
) -> FloatArray | int:
    """Edges of the bins, or their number until the range is known."""
    given = bins.get(one.name, _BINS) if isinstance(bins, Mapping) else bins
    limits = (ranges or {}).get(one.name)
    if np.ndim(given):
        edges = numbers(f"the edges of {one.name}", given)
        if (
            edges.ndim != 1
            or edges.size < 2
            or not np.all(np.diff(edges) > 0)
            or not np.isfinite(edges).all()
        ):
            raise InputError(
                f"the edges of {one.name} must be finite and increase, got {given!r}"
            )
        if limits is not None:
            raise InputError(f"{one.name} has edges already: leave its range out")
        return edges
    if (
        isinstance(given, bool)
        or not isinstance(given, int | np.integer)
        or not 0 < given <= _MOST
    ):
        raise InputError(
            f"bins of {one.name} are a number from 1 to {_MOST}, or edges, got"
            f" {given!r}"
        )
    if limits is None:
        return int(given)
    low, high = (float(v) for v in limits)
    if not (np.isfinite([low, high]).all() and low < high):
        raise InputError(
            f"the range of {one.name} must be two finite numbers that increase, got"
            f" {limits!r}"
        )
    return _uniform(one, low, high, int(given))


def _uniform(one: Observable, low: float, high: float, n: int) -> FloatArray:
    return (
        np.geomspace(low, high, n + 1)
        if one.logarithmic and low > 0
        else np.linspace(low, high, n + 1)
    )


def _settle(
    one: Observable, edges: FloatArray | int, values: FloatArray, weights: FloatArray
) -> FloatArray:
    """Edges from the first events: all but 0.5 % of the cross section at each end.

    A long tail of what does not spread over decades is cut at 4 %. Its axis begins at
    the lowest value if that is less than two bins away, and at zero if that is.
    """
    if not isinstance(edges, int):
        return edges
    order = np.argsort(values)
    # a model may forbid what another makes
    share = np.cumsum(weights[order] if weights.any() else np.ones(order.size))
    tails = np.array([0.005, 0.96, 0.995])
    low, body, high = map(
        float, values[order[np.searchsorted(share, tails * share[-1])]]
    )
    if not one.logarithmic and high - low > 1.25 * (body - low) > 0:
        high = body
    if not one.logarithmic:
        lowest, near = float(values[order[0]]), 2 * (high - low) / edges
        low = lowest if low - lowest < near else low
        low = 0.0 if 0 < low < near else low
    if not low < high:  # one value only, as the energy of a monoenergetic beam
        low, high = low - 0.5 * abs(low) - 0.5, high + 0.5 * abs(high) + 0.5
    return _uniform(one, low, high, edges)


def _share(
    pair: Sequence[Observable], edges: dict[str, FloatArray], free: Mapping[str, bool]
) -> None:
    """Give the two axes of a plane of ℓ⁻ and ℓ⁺ one range, where neither was given."""
    if len(pair) != 2 or not all(free[o.name] for o in pair):
        return
    plus = {o.name.replace("_minus", "_plus") for o in pair}
    if len(plus) > 1 or pair[0].name == pair[1].name:
        return
    both = np.concatenate([edges[o.name][[0, -1]] for o in pair])
    for o in pair:
        edges[o.name] = _uniform(
            o, float(both.min()), float(both.max()), edges[o.name].size - 1
        )


def _cells(
    values: Sequence[FloatArray], edges: Sequence[FloatArray]
) -> np.ndarray[Any, Any]:
    """Cell of each event; the last one is outside. The upper edge of the last bin is
    outside, as in UHI."""
    inside = np.ones(values[0].shape, dtype=bool)
    cell = np.zeros(values[0].shape, dtype=np.intp)
    for v, e in zip(values, edges, strict=True):
        i = np.searchsorted(e, v, side="right") - 1
        inside &= (i >= 0) & (i < e.size - 1)
        cell = cell * (e.size - 1) + i
    return np.where(inside, cell, math.prod(e.size - 1 for e in edges))


def _distribution(
    wanted: tuple[Observable, ...],
    edges: tuple[FloatArray, ...],
    models: tuple[str, ...],
    sums: _Sums,
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
    cuts: Sequence[Cut], models: tuple[str, ...], last: _Sums, trials: int
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
