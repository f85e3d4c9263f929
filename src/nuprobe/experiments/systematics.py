"""From the systematics of a file to what each nuisance does to the counts."""

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
from nuprobe.models import Model
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance
from nuprobe.prediction import half_difference

__all__ = ["effects_of", "shape_effect"]


def effects_of(
    signal: Signal, analysis: Analysis, model: Model, free: Sequence[str]
) -> tuple[Effect, ...]:
    """Effects of the systematics of an analysis on a signal and on the backgrounds,
    those that morph apart.

    Parameters
    ----------
    signal : its templates move with the response.
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
    >>> [effect.scales for effect in effects]
    [('signal',), ('prompt-neutrons',)]
    """
    return tuple(
        _effect(systematic, signal, analysis, model, free)
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
        return shape_effect(systematic, signal.bins, analysis)
    nuisance = _nuisance(systematic)
    if isinstance(systematic, ResponseSystematic):
        up, down = (
            signal.with_response(keys).templates(model, free, check=False)
            for keys in (systematic.up, systematic.down)
        )
        shape = half_difference(up, down)
        return Effect(nuisance, shape=signal.bins.collapse(shape, analysis))
    if systematic.kind == "normalisation":
        there = (n for n in systematic.acts_on if n == "signal" or analysis.has(n))
        return Effect(nuisance, tuple(there))
    if systematic.acts_on != ["signal"]:
        raise ExperimentFileError(
            f"{signal.folder.name}: systematic {systematic.name} of kind quenching acts"
            " on the signal only"
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
    return Effect(nuisance, shape=signal.bins.collapse(shape, analysis))


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
    if systematic.acts_on != ["signal"]:
        return Effect(_nuisance(systematic), added=change)
    # a bin without nominal signal has none to move
    return Effect(
        _nuisance(systematic),
        relative=np.divide(
            change, nominal, out=np.zeros_like(change), where=nominal > 0
        ),
    )


def _moved(
    systematic: ShapeSystematic, column: str, bins: Bins, analysis: Analysis
) -> FloatArray:
    """Counts one standard deviation away, as many as the nominal ones if so asked."""
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
) -> Nuisance:
    return Nuisance(
        systematic.name, systematic.sigma, systematic.latex, systematic.description
    )
