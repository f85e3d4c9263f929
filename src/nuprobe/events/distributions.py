"""Histograms, comparisons of models and cut flows of events, from a sample or directly
from a generator.

See `distribution` for the estimate of the errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict, Unpack

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.events.binning import BINS, edges_or_number
from nuprobe.events.cuts import Cut, parse_cuts
from nuprobe.events.distribution import Distribution, Distributions
from nuprobe.events.filling import Filling, filled_elsewhere
from nuprobe.events.observables import Observable, observable
from nuprobe.events.sample import Chunk
from nuprobe.events.sampler import where
from nuprobe.models import LeptonModel
from nuprobe.places import place
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

_PLACES: Final = ("workers", "executor", "client")

Spec = str | Observable | tuple[str | Observable, str | Observable]
CutSpec = str | Cut | Sequence[str | Cut] | None
GENERATED: Final = "generated"
"""Name of the model with which the events were generated."""


class Generation(TypedDict, total=False):
    """Number of events a generator makes for distributions, and how: at least `n`
    (whole chunks are used, so that no trial is lost), `unweighted`, `workers`
    (processes), `executor` or `client` instead, `progress` (whether a bar is shown)."""

    n: int | None
    unweighted: bool
    workers: int | None
    executor: Executor | None
    client: Any
    progress: bool


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
    """Fill several histograms in several models in one pass over the events, which are
    not kept.

    Parameters
    ----------
    source : a `Sample`, a generator of `trident`, or an iterable of `Chunk`.
    observables : names, or pairs of names for two dimensions.
    models : by name; None, or no mapping, is the model of the generation. Others
        reweight the same events.
    bins : a number, edges, or a mapping of observables to one of them; a number gives
        uniform bins, in the logarithm for observables that span decades.
    ranges : of observables, in MeV, MeV² or rad; by default those of the first events
        that pass the cuts, without the tails (see `Distribution.outside`).
    cuts : as `parse_cuts` reads them.
    generation : for a generator: ``n``, the minimum number of events (whole chunks are
        used, so that no trial is lost); ``unweighted``; ``workers``, processes,
        ``executor`` or ``client`` as in `write_events`, without effect on the results;
        ``progress``, whether a bar is shown.

    Returns
    -------
    Distributions

    Raises
    ------
    InputError
        If there are no events, no event passes the cuts (the message names the cut that
        removed the last), or bins are invalid.

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
    filling = Filling(wanted, dict(models or {GENERATED: None}), asked, conditions)
    if _sent(filling, source, generation):
        return filling.result()
    here: Any = {k: v for k, v in generation.items() if k not in _PLACES}
    for chunk in _chunks(source, **here):
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
    """Integrals over the bins of a distribution before cuts, by quadrature: one row per
    model.

    Parameters
    ----------
    generator : what made the events.
    distribution : in one dimension.
    models : those of `distributions`; None is that of the generator.
    quick : as in `nuprobe.trident.spectrum`.

    Returns
    -------
    Spectrum or None
        None without a (fast) quadrature: for angles, energies of one lepton, the pair
        with a flux or nucleon break-up, and moving nucleons.

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
    progress: bool = False,
) -> Iterator[Chunk]:
    """Chunks of a sample, a generator or an iterable."""
    if hasattr(source, "events") and hasattr(source, "trials"):
        if n is not None:
            raise InputError("n requires a generator: a sample is used as it is")
        yield Chunk(0, source.events, source.trials)
        return
    if hasattr(source, "chunks"):
        n = _number(n)
        made = 0
        with _bar(n, progress) as update:
            for chunk in source.sized(n).chunks(unweighted=unweighted):
                yield chunk
                made += len(chunk.events)
                update(len(chunk.events))
                if made >= n:
                    return
        return
    if isinstance(source, Iterable):
        yield from source
        return
    raise InputError(
        f"events come from a sample, a generator or chunks, got {type(source).__name__}"
    )


def _sent(filling: Filling, source: Any, generation: Generation) -> bool:
    """Whether other processes were requested; if so, they have filled everything."""
    executor, workers = where(generation)
    if executor is None and workers is None:
        return False
    if not hasattr(source, "chunks"):
        raise InputError(
            "workers, executor and client require a generator: a sample is used as it"
            " is"
        )
    n = _number(generation.get("n"))
    unweighted = generation.get("unweighted", False)
    with (
        place(executor) as pool,
        _bar(n, generation.get("progress", False)) as update,
    ):
        maker = source.sized(n).maker
        filled_elsewhere(filling, maker, n, unweighted, pool, workers, update)
    return True


def _number(n: Any) -> int:
    if not isinstance(n, int) or isinstance(n, bool) or not 0 < n <= 10**13:
        raise InputError(
            "give the number of events to generate, at least one: n=100_000"
            f" (got {shown(n)})"
        )
    return n


@contextmanager
def _bar(n: int, progress: bool) -> Iterator[Callable[[int], object]]:
    """Progress bar for n events."""
    from tqdm.auto import tqdm

    with tqdm(total=n, unit="event", unit_scale=True, disable=not progress) as bar:
        yield lambda made: bar.update(min(made, n - bar.n))
