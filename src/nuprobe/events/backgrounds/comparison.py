"""Trident dimuons and their backgrounds, counted before and after cuts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from nuprobe.drawing import draws
from nuprobe.errors import InputError
from nuprobe.events.assumptions import Assumptions, assumptions
from nuprobe.events.backgrounds.counting import (
    FINE,
    NAMES,
    SIGNALS,
    Job,
    Part,
    Stages,
    Sums,
    cells,
    counted,
    passed,
)
from nuprobe.events.backgrounds.mesons import KINDS
from nuprobe.events.backgrounds.sample import (
    as_events,
    blocks,
    check_drawing,
    drawing,
    muon_neutrinos,
)
from nuprobe.events.cuts import parse_cuts
from nuprobe.events.generator import trident
from nuprobe.events.observables import observable
from nuprobe.events.sampler import where
from nuprobe.fluxes import Flux
from nuprobe.models import LeptonModel
from nuprobe.nuclei import Target, TargetSpec
from nuprobe.nuclei import target as read_target
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable
from nuprobe.tables import Table

__all__ = ["Comparison", "compare", "spectra"]


@readable
@dataclass(frozen=True, eq=False)
class Comparison:
    """Signal and backgrounds after each stage of the cuts.

    Attributes
    ----------
    names : of the event classes; the first `signals` of them are signal.
    signals : number of signal classes.
    stages : texts of the cuts, the first one ``"all"``.
    counts, errors : expected events and the statistical errors √Σw² of this sample,
        shape (stages, names).
    events : events left, shape (stages, names).
    largest : largest weight of each name as a count, shape (names,): the contribution
        of one more event.
    before : coherent and incoherent tridents of neutrinos, without antineutrinos,
        before cuts.
    histograms : observable to (edges, counts, errors), filled with the events: edges of
        fine bins (MeV, rad), shape (bins + 1,), the others (stages, names, bins).
    factor : counts per cm² of weight, shape (names,).
    made : regenerates the same events, a part at a time.
    scale : counts per cm² of cross section.
    table : the assumptions.
    flux, target : names.
    """

    names: tuple[str, ...]
    signals: int
    stages: tuple[str, ...]
    counts: FloatArray
    errors: FloatArray
    events: NDArray[np.int64]
    largest: FloatArray
    before: tuple[float, float]
    histograms: Mapping[str, tuple[FloatArray, FloatArray, FloatArray]]
    factor: FloatArray
    made: Callable[[], Iterator[Part]]
    scale: float
    table: Assumptions
    flux: str
    target: str

    plot = draws("plot_backgrounds")

    @property
    def signal_counts(self) -> FloatArray:
        """Signal at each stage, shape (stages,)."""
        return np.asarray(self.counts[:, : self.signals].sum(1))

    @property
    def background_counts(self) -> FloatArray:
        """Background at each stage, shape (stages,)."""
        return np.asarray(self.counts[:, self.signals :].sum(1))

    @property
    def limits(self) -> FloatArray:
        """Sum of the limits on backgrounds with no event left, at each stage, shape
        (stages,)."""
        empty = self.events[:, self.signals :] == 0
        return np.asarray((empty * 2.3 * self.largest[self.signals :]).sum(1))

    def _sums(self) -> list[tuple[str, FloatArray, FloatArray]]:
        s, b = slice(None, self.signals), slice(self.signals, None)
        return [
            (
                name,
                self.counts[:, part].sum(1),
                np.sqrt((self.errors[:, part] ** 2).sum(1)),
            )
            for name, part in (("signal", s), ("background", b))
        ]

    def _ratio(self) -> tuple[str, ...]:
        """Row of signal over background."""
        (_, s, ds), (_, b, db) = self._sums()
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = s / b
            spread = ratio * np.hypot(ds / s, db / b)
        cells = (
            f"{r:.3g} ± {e:.1g}" if np.isfinite(e) else "-"
            for r, e in zip(ratio, spread, strict=True)
        )
        return ("S/B", *cells)

    def _rows(self) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = []
        for j, name in enumerate(self.names):
            cells = [
                f"{c:.4g} ± {e:.2g}" if k else f"< {2.3 * self.largest[j]:.2g}"
                for c, e, k in zip(
                    self.counts[:, j], self.errors[:, j], self.events[:, j], strict=True
                )
            ]
            rows.append((("signal: " if j < self.signals else "") + name, *cells))
        for name, value, error in self._sums():
            sums = (f"{v:.4g} ± {e:.2g}" for v, e in zip(value, error, strict=True))
            rows.append((name, *sums))
        if self.limits.any():
            limits = (f"{v:.2g}" if v else "-" for v in self.limits)
            rows.append(("limits <, not in the sum", *limits))
        return [*rows, self._ratio()]

    def _notes(self) -> list[str]:
        notes = [f"{i}: {text}" for i, text in enumerate(self.stages) if i]
        if self.limits.any():
            notes.append(
                "<: no event of this sample is left; 2.3 times the largest weight,"
                " which is not part of the sum or S/B. More interactions (-n) lower it."
            )
        notes += self.table.warnings(self.stages)
        source = self.table.raw["charged_current"]["neutrino"]["source"]
        return [
            *notes,
            "Errors are statistical errors of this sample only; those of the"
            " assumptions are far larger.",
            f"sigma_CC: {source or 'given by the user'}.",
            "Hadrons of broken nucleons are one particle: all their energy counts as"
            " extra_energy, and no track of theirs is counted.",
        ]

    def summary(self) -> Table:
        """Counts by name and stage, and signal over background.

        Where no event is left, ``<`` precedes 2.3 times the largest weight.
        """
        columns = ["", *(f"{i}" if i else "all" for i in range(len(self.stages)))]
        values = self.table.raw["normalisation"]
        title = (
            f"{self.flux} on {self.target}: {values['mass']['value']}, exposure"
            f" {values['exposure']['value']:g}; expected events"
        )
        return Table(
            title, tuple(columns), tuple(self._rows()), None, tuple(self._notes())
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        stages = []
        for i, text in enumerate(self.stages):
            parts = {
                name: {"counts": float(c), "error": float(e), "events": int(k)}
                for name, c, e, k in zip(
                    self.names,
                    self.counts[i],
                    self.errors[i],
                    self.events[i],
                    strict=True,
                )
            }
            s, b = float(self.signal_counts[i]), float(self.background_counts[i])
            stages.append(
                {
                    "cut": text,
                    "signal": dict(list(parts.items())[: self.signals]),
                    "background": dict(list(parts.items())[self.signals :]),
                    "total_signal": s,
                    "total_background": b,
                    "background_limit_of_empty": float(self.limits[i]),
                    "signal_over_background": s / b if b > 0 else None,
                }
            )
        return {
            "flux": self.flux,
            "target": self.target,
            "counts_per_cm2": self.scale,
            "warnings": self.table.warnings(self.stages),
            "stages": stages,
            "assumptions": {
                f"{s}.{k}": dict(item)
                for s, items in self.table.raw.items()
                for k, item in items.items()
            },
        }


class Elsewhere(TypedDict, total=False):
    """Where events are made, at most one of: `workers` (processes), `executor` (with
    the interface of `concurrent.futures`) or `client` (a Dask cluster)."""

    workers: int | None
    executor: Executor | None
    client: Any


def compare(
    source: Flux | str,
    target: TargetSpec,
    n: int,
    *,
    table: Assumptions | None = None,
    cuts: str | Sequence[str] | None = None,
    model: LeptonModel | None = None,
    seed: int = 1,
    **elsewhere: Unpack[Elsewhere],
) -> Comparison:
    """Count trident dimuons and their backgrounds before and after cuts.

    Events are counted in parts and not kept: memory does not grow with their number.

    Parameters
    ----------
    source, target, table, seed : as in `generate`; the flux must be a beam (neutrinos
        per area).
    n : trident events to generate, and interactions of each background process and
        flavour.
    cuts : texts as `nuprobe.events.cuts` reads them, one stage each; default: those of
        the assumptions.
    model : of the signal; Standard Model by default.
    **elsewhere : where events are made, see `Elsewhere`; the counts are the same bits.

    Raises
    ------
    InputError
        If the flux is not a beam, a cut cannot be read or needs quantities that
        backgrounds lack, nothing passes, or more than one place is given.
    StoppedError
        If a signal interrupts the counting; nothing is kept.

    Examples
    --------
    >>> made = compare("dune-nd-fhc", "Ar40", 500, cuts="m_pair < 1 GeV")
    >>> made.stages, made.counts.shape
    (('all', 'm_pair < 1 GeV'), (2, 14))
    """
    places = _places(**elsewhere)
    source, kinds = muon_neutrinos(source)
    table = assumptions() if table is None else table
    if source.emission != "beam":
        raise InputError(
            f"flux {source.name} is not a beam: event counts need a flux per area,"
            " such as dune-nd-fhc"
        )
    texts = (
        [cuts] if isinstance(cuts, str) else list(table.cuts if cuts is None else cuts)
    )
    stages = [(text, parse_cuts(text)) for text in texts]
    nucleus = (
        target
        if isinstance(target, Target)
        else read_target(target, form_factor="point")
    )
    check_drawing(n, seed)
    # backgrounds lack some quantities: refuse cuts on them before generating anything
    passed(next(blocks(source, nucleus, 1, table=table, seed=seed))[:0], stages)
    drawn = drawing(source, nucleus, n, table=table, seed=seed)
    channels = [f"{k.name} -> {k.name} mu+ mu-" for k in kinds]
    signal = trident(channels, target, source, model=model, seed=seed)
    job = Job.of(drawn, signal, n, stages)
    found = counted(job, *places)
    values = table.values.normalisation
    fluence = sum(source.total(k) for k in kinds) * values.exposure.value
    scale = fluence * values.mass.value / nucleus.mass
    factor = np.full(NAMES, scale / n)
    factor[:SIGNALS] = scale / found.trials
    events = found.all.events[:, :, 0]
    _something_left(stages, events.sum(1))
    counts, errors = (a[:, :, 0] for a in found.all.scaled(factor))
    before = found.before * factor[:SIGNALS]
    return Comparison(
        names=("coherent trident", "incoherent trident", "broken trident", *KINDS),
        signals=SIGNALS,
        stages=("all", *texts),
        counts=counts,
        errors=errors,
        events=events,
        largest=found.largest * factor,
        before=(float(before[0]), float(before[1])),
        histograms={n: (e, *found.fine[n].scaled(factor)) for n, e in FINE.items()},
        factor=factor,
        made=job.parts,
        scale=scale,
        table=table,
        flux=source.name,
        target=nucleus.name,
    )


def _places(
    workers: int | None = None, executor: Executor | None = None, client: Any = None
) -> tuple[Any, int | None]:
    return where({"workers": workers, "executor": executor, "client": client})


def _something_left(stages: Stages, left: NDArray[np.int64]) -> None:
    """Reject cuts that no event passes."""
    if left[-1]:
        return
    i = int(np.argmax(left == 0))
    raise InputError(
        f"no event passes the cuts: {stages[i - 1][0]!r} removed the last"
        f" {left[i - 1]} of {left[0]} events, of signal and backgrounds together;"
        " loosen it, or generate more"
    )


def spectra(
    comparison: Comparison, name: str, edges: FloatArray, stage: int
) -> tuple[FloatArray, FloatArray]:
    """Histogram an observable of signal and backgrounds after a stage of the cuts.

    Bins composed of those of `Comparison.histograms` are available at once; for others
    all events are regenerated.

    Parameters
    ----------
    comparison : from `compare`.
    name : of the observable.
    edges : of the bins, in the observable's unit (MeV, rad), shape (bins + 1,).
    stage : number of stages of cuts, 0 for none.

    Returns
    -------
    counts, errors : shape (names, bins)
        Expected events by bin, and the statistical errors √Σw² of this sample.

    Examples
    --------
    >>> made = compare("dune-nd-fhc", "Ar40", 500, cuts="m_pair < 1 GeV")
    >>> counts, errors = spectra(made, "m_pair", np.array([0.0, 1e6]), 0)
    >>> bool(np.allclose(counts[:, 0], made.counts[0]))
    True
    """
    edges = np.asarray(edges, dtype=float)
    if name in comparison.histograms:
        fine, counts, errors = comparison.histograms[name]
        at = np.searchsorted(fine, edges)
        if (at < fine.size).all() and (fine[at] == edges).all():
            first, second = (
                np.add.reduceat(a[stage, :, : at[-1]], at[:-1], axis=1)
                for a in (counts, errors**2)
            )
            return first, np.sqrt(second)
    one = observable(name)
    sums = Sums(1, edges.size - 1)
    stages = [(text, parse_cuts(text)) for text in comparison.stages[1 : stage + 1]]
    for part in comparison.made():
        cell, inside = cells(one(as_events(part.sample)), edges)
        kept = inside & passed(part.sample, stages)[-1]
        sums.add(0, part.name[kept], part.sample.weight[kept], cell[kept])
    counts, errors = sums.scaled(comparison.factor)
    return counts[0], errors[0]
