"""Individual events of an experiment: their likelihood, and backgrounds that contain
the signal."""

from __future__ import annotations

import numpy as np

from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.experiments.backgrounds import Background, background_rows
from nuprobe.experiments.build import Signal
from nuprobe.experiments.format import Analysis
from nuprobe.experiments.selection import in_bins
from nuprobe.inference import Cost, Prediction, UnbinnedCost
from nuprobe.models import StandardModel
from nuprobe.numerics import FloatArray

__all__ = ["background_alone", "unbinned_cost"]


def background_alone(
    signal: Signal, background: Background, analysis: Analysis
) -> FloatArray:
    """Counts of a background, with the Standard Model signal subtracted if it is
    included.

    Parameters
    ----------
    signal : gives the bins, with rows for single events or without.
    background : section of the file.
    analysis : its bins are taken.

    Returns
    -------
    array, shape (bins,), or (bins + cells,) of an unbinned analysis

    Raises
    ------
    ExperimentFileError
        If the remainder is negative.

    Examples
    --------
    >>> import nuprobe as nu
    >>> xenon = nu.experiment("xenonnt-er-2022")
    >>> analysis, (fitted,) = xenon.file.analyses["unbinned"], xenon.file.backgrounds
    >>> alone = background_alone(xenon.signal.of_events, fitted, analysis)
    >>> bool(alone.min() >= 0)
    True
    """
    if not signal.single:
        analysis = analysis.model_copy(update={"statistic": "poisson"})
    rows = background_rows(background, signal.bins, signal.acceptance(), analysis)
    if not getattr(background, "contains_signal", False):
        return rows
    templates = in_bins(signal, signal.templates(), analysis)
    contained = templates.counts(templates.coefficients(StandardModel()))[0]
    left = rows - contained
    if getattr(background, "not_negative", False):
        return np.asarray(np.maximum(left, 0.0))
    if (left < 0).any():
        row = int((left / np.maximum(contained, 1e-300)).argmin())
        edges = signal.bins.edges(analysis)[0]
        cells = signal.bins.cells_of(analysis)
        bins = edges.size - 1
        place = (
            f"between {edges[row]:g} and {edges[row + 1]:g}"
            if cells is None or row < bins
            else f"at the event at {cells.positions[row - bins]:g}"
        )
        raise ExperimentFileError(
            f"{signal.folder.name}: background {background.name} contains_signal, but"
            f" {place} it is {rows[row]:.4g}, less than the {contained[row]:.4g} that"
            " the Standard Model expects there; correct its table or the response, or"
            " set not_negative = true"
        )
    return np.asarray(left)


def unbinned_cost(signal: Signal, analysis: Analysis, prediction: Prediction) -> Cost:
    """The extended likelihood of the events of an analysis.

    Parameters
    ----------
    signal : gives the events.
    analysis : with statistic = "unbinned".
    prediction : in its bins and in the cells of the events.

    Raises
    ------
    InputError
        If nothing is expected at an event.

    Examples
    --------
    >>> import nuprobe as nu
    >>> xenon = nu.experiment("xenonnt-er-2022")
    >>> analysis = xenon.file.analyses["unbinned"]
    >>> unbinned_cost(xenon.signal, analysis, xenon.prediction()).n_bins > 433
    True
    """
    cells, section = signal.bins.cells_of(analysis), signal.file.data
    assert cells is not None
    assert section is not None
    point = np.array([[p.default for p in prediction.parameters]])
    bins = cells.edges.size - 1
    density = prediction.expectation(point).base[0, bins:]
    if (density <= 0).any():
        at = cells.positions[int((density <= 0).argmax())]
        raise InputError(
            f"{signal.folder.root}/{section.table}: column {section.events}: nothing is"
            f" expected at the event at {at:g}, where the efficiency or all sources"
            " vanish; begin energy_range above it, correct the tables, or remove it"
        )
    data = np.concatenate([np.zeros(bins), cells.counts])
    return UnbinnedCost(prediction, data, cells.owners, cells.shares, prediction.name)
