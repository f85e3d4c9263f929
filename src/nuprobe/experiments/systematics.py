"""From the systematics of a file to the effect of each nuisance on the counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.experiments.build import Signal
from nuprobe.experiments.counts import Effect
from nuprobe.experiments.format import (
    Analysis,
    MorphingSystematic,
    ResponseSystematic,
    ShapeSystematic,
    Systematic,
)
from nuprobe.experiments.grids import Bins
from nuprobe.experiments.selection import in_bins
from nuprobe.models import Model
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance
from nuprobe.prediction import half_difference, weighted

__all__ = ["effects_of", "shape_effect"]


def effects_of(
    signal: Signal, analysis: Analysis, model: Model, free: Sequence[str]
) -> tuple[Effect, ...]:
    """Effects of the systematics of an analysis on a signal and on the backgrounds,
    those that morph apart.

    Parameters
    ----------
    signal : its templates depend on the response.
    analysis : names its systematics.
    model : what may be exchanged.
    free : axes of the templates.

    Examples
    --------
    >>> import nuprobe as nu
    >>> csi = nu.experiment("coherent-csi-2017")
    >>> effects = effects_of(
    ...     csi.signal, csi.file.analyses["energy"], nu.StandardModel(), ()
    ... )
    >>> [(effect.nuisance.name, effect.scales) for effect in effects][-1]
    ('csi-2017-prompt-neutrons', ('prompt-neutrons',))
    """
    counted = signal.counted(analysis)
    return tuple(
        _effect(systematic, counted, analysis, model, free)
        for systematic in signal.file.systematics
        if systematic.name in analysis.systematics
        and not isinstance(systematic, MorphingSystematic)
    )


def _effect(
    systematic: Systematic | ShapeSystematic | ResponseSystematic,
    signal: Signal,
    analysis: Analysis,
    model: Model,
    free: Sequence[str],
) -> Effect:
    if isinstance(systematic, ShapeSystematic):
        effect = shape_effect(systematic, signal.bins, analysis)
        if effect.relative is None or systematic.acts_on == ["signal"]:
            return effect
        return _of_one(effect, systematic.acts_on[0], signal, analysis, model, free)
    nuisance = _nuisance(systematic)
    if isinstance(systematic, ResponseSystematic):
        up, down = (
            signal.with_response(keys).templates(model, free, check=False)
            for keys in (systematic.up, systematic.down)
        )
        shape = half_difference(up, down)
        return Effect(nuisance, shape=in_bins(signal, shape, analysis))
    if systematic.kind == "normalisation":
        return _scaling(systematic, signal, analysis, model, free)
    if systematic.acts_on not in (["signal"], [signal.process.name]):
        raise ExperimentFileError(
            f"{signal.folder.name}: systematic {systematic.name} of kind quenching"
            f" acts on the signal only, namely {signal.process.name}"
        )
    # linear shape per unit of the relative quenching, from one standard deviation up
    # and down
    up, down = (
        signal.templates(
            model, free, quenching_shift=sign * systematic.sigma, check=False
        )
        for sign in (1, -1)
    )
    shape = half_difference(up, down).scale(1 / systematic.sigma)
    return Effect(nuisance, shape=in_bins(signal, shape, analysis))


def _scaling(
    systematic: Systematic,
    signal: Signal,
    analysis: Analysis,
    model: Model,
    free: Sequence[str],
) -> Effect:
    """Scale the whole signal, single processes, or backgrounds."""
    names = [process.name for process in signal.processes]
    mine = [name for name in names if name in systematic.acts_on]
    others = tuple(
        name
        for name in systematic.acts_on
        if name == "signal"
        or name in (b.name for b in signal.file.backgrounds if analysis.has(b.name))
    )
    if "signal" in others or not mine:
        return Effect(_nuisance(systematic), others)
    if len(mine) == len(names):
        return Effect(_nuisance(systematic), ("signal", *others))
    templates = in_bins(signal, signal.templates(model, free), analysis)
    return Effect(_nuisance(systematic), others, shape=templates.of_process(*mine))


def _of_one(
    effect: Effect,
    name: str,
    signal: Signal,
    analysis: Analysis,
    model: Model,
    free: Sequence[str],
) -> Effect:
    """The same relative change in the bins of only one process."""
    names = [process.name for process in signal.processes]
    if names == [name]:
        return effect
    if name not in names or effect.relative is None:
        return Effect(effect.nuisance)
    templates = in_bins(signal, signal.templates(model, free), analysis)
    shape = weighted(templates.of_process(name), name, effect.relative)
    return Effect(effect.nuisance, shape=shape)


def shape_effect(systematic: ShapeSystematic, bins: Bins, analysis: Analysis) -> Effect:
    """Change of the counts per unit of a nuisance whose shape is tabulated.

    Parameters
    ----------
    systematic : section of the file.
    bins : of the experiment.
    analysis : its bins are taken.

    Raises
    ------
    InputError
        If a column that is scaled to the sum of the nominal one is empty.

    Examples
    --------
    >>> import nuprobe as nu
    >>> argon = nu.experiment("coherent-lar-2020")
    >>> tables = [s for s in argon.file.systematics if s.kind == "shape"]
    >>> analysis = argon.file.analyses[argon.analyses[0]]
    >>> effect = shape_effect(tables[0], argon.bins, analysis)
    >>> effect.added is not None or effect.relative is not None
    True
    """
    nominal = bins.counts(systematic.nominal, analysis, systematic.table)
    up, down = (
        nominal if column is None else _moved(systematic, column, bins, analysis)
        for column in (systematic.up, systematic.down)
    )
    change = (up - down) / (1 if systematic.down is None else 2)
    cells = bins.cells_of(analysis)
    if systematic.acts_on[0] in [b.name for b in bins.file.backgrounds]:
        if cells is not None:
            density = (change / np.diff(cells.edges))[cells.owners]
            change = cells.divided(change, density)
        return Effect(_nuisance(systematic), added=change)
    # a bin without nominal signal cannot change
    relative = np.divide(change, nominal, out=np.zeros_like(change), where=nominal > 0)
    return Effect(
        _nuisance(systematic, analysis.shapes == "marginal"),
        relative=relative if cells is None else cells.repeated(relative),
    )


def _moved(
    systematic: ShapeSystematic, column: str, bins: Bins, analysis: Analysis
) -> FloatArray:
    """Counts one standard deviation away, scaled to the nominal sum if requested."""
    values = bins.counts(column, analysis, systematic.table)
    if not systematic.normalised:
        return values
    total = bins.grid(column, systematic.table).sum()
    if total <= 0:
        raise InputError(
            f"systematic {systematic.name}: the column {column} of {systematic.table}"
            " is empty"
        )
    wanted = bins.grid(systematic.nominal, systematic.table).sum()
    return np.asarray(values * wanted / total)


def _nuisance(
    systematic: Systematic | ShapeSystematic | ResponseSystematic,
    marginal: bool = False,
) -> Nuisance:
    s = systematic
    return Nuisance(s.name, s.sigma, s.latex, s.description, marginal=marginal)
