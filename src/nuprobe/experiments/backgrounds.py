"""Backgrounds and data in the bins of an analysis."""

from __future__ import annotations

import numpy as np

from nuprobe.detectors import bin_acceptance
from nuprobe.detectors.acceptance import Acceptance
from nuprobe.errors import InputError
from nuprobe.experiments.exponential import exponential_counts
from nuprobe.experiments.format import (
    Analysis,
    FlatBackground,
    MeasuredBackground,
    TableBackground,
    TemplateBackground,
)
from nuprobe.experiments.grids import Bins
from nuprobe.experiments.windows import rebin
from nuprobe.numerics import FloatArray

__all__ = [
    "Background",
    "background_counts",
    "background_rows",
    "expected_variance",
    "observed",
    "observed_covariance",
]

Background = MeasuredBackground | TemplateBackground | TableBackground | FlatBackground


def background_counts(
    background: Background, bins: Bins, acceptance: Acceptance, analysis: Analysis
) -> FloatArray:
    """Counts of a background.

    Parameters
    ----------
    background : section of the file.
    bins : of the experiment.
    acceptance : of the detector, for backgrounds given without it.
    analysis : its bins are taken.

    Returns
    -------
    array, shape (bins,)

    Examples
    --------
    >>> import nuprobe as nu
    >>> xenon = nu.experiment("solar-xe-projection")
    >>> analysis = xenon.file.analyses[xenon.analyses[0]]
    >>> flat = xenon.file.backgrounds[0]
    >>> counts = background_counts(
    ...     flat, xenon.bins, xenon.signal.acceptance(), analysis
    ... )
    >>> bool(counts.min() > 0)
    True
    """
    if isinstance(background, TableBackground):
        grid = background.scale * bins.grid(background.column, background.table)
    elif isinstance(background, MeasuredBackground):
        grid = _measured(background, bins)
    elif bins.shape_edges is not None:
        raise InputError(
            f"background {background.name} of kind {background.kind} has no"
            " [binning.shape]; use kind = 'table'"
        )
    elif isinstance(background, FlatBackground):
        grid = _flat(background, bins, acceptance)
    else:
        grid = _template_energy(background, bins, acceptance)[
            :, None, None
        ] * _template_time(background, bins)
    return bins.flat(grid, analysis)


def background_rows(
    background: Background, bins: Bins, acceptance: Acceptance, analysis: Analysis
) -> FloatArray:
    """Counts of a background in the rows needed by the cost of an analysis.

    Parameters
    ----------
    background, bins, acceptance, analysis : as in `background_counts`.

    Returns
    -------
    array, shape (bins,), or (bins + cells,)
        For an unbinned analysis, first the bins without the cells of the events, then
        the cells. A binned table is flat inside each bin.

    Examples
    --------
    >>> import nuprobe as nu
    >>> xenon = nu.experiment("xenonnt-er-2022")
    >>> analysis = xenon.file.analyses["unbinned"]
    >>> table = xenon.file.backgrounds[0]
    >>> rows = background_rows(table, xenon.bins, xenon.signal.acceptance(), analysis)
    >>> rows.size == xenon.energy_edges.size - 1 + 432  # two of 433 share a cell
    True
    """
    counts = background_counts(background, bins, acceptance, analysis)
    cells = bins.cells_of(analysis)
    if cells is None:
        return counts
    if isinstance(background, FlatBackground):
        density = np.full(len(cells), background.scale * background.density)
        if not background.accepted:
            density = density * acceptance(cells.positions)
    elif isinstance(background, TemplateBackground):
        density = _template_density(background, bins, acceptance, cells.positions)
    else:
        density = (counts / np.diff(cells.edges))[cells.owners]
    return cells.divided(counts, density)


def observed(bins: Bins, analysis: Analysis) -> tuple[FloatArray, FloatArray | None]:
    """Counts of an analysis, with measured backgrounds subtracted.

    Parameters
    ----------
    bins : of an experiment with data.
    analysis : its bins are taken.

    Returns
    -------
    arrays, shape (bins,)
        Counts, and their errors if the analysis is Gaussian, else None: with a
        covariance the roots of its diagonal.

    Examples
    --------
    >>> import nuprobe as nu
    >>> csi = nu.experiment("coherent-csi-2017")
    >>> counts, errors = observed(csi.bins, csi.file.analyses["energy-time"])
    >>> int(counts.sum()), errors
    (547, None)
    """
    if analysis.observed is not None:
        given = analysis.observed
        return (
            bins.given(given.counts, analysis, "observed.counts"),
            bins.given(given.sigma, analysis, "observed.sigma"),
        )
    section = bins.file.data
    assert section is not None  # callers
    residuals = analysis.statistic == "gaussian" and (
        section.sigma is not None or analysis.covariance is not None
    )
    data = bins.observed(analysis, signed=residuals)
    if analysis.statistic != "gaussian":
        return data, None
    if section.sigma is not None:
        variance = bins.counts(section.sigma, analysis, power=2)
    else:
        # negative data have a covariance, whose diagonal is taken below
        variance = np.maximum(data, 0.0)
    for background in bins.file.backgrounds:
        if background.name in analysis.subtract and isinstance(
            background, MeasuredBackground
        ):
            counts = bins.counts(background.column, analysis)
            data = data - background.scale * counts
            variance = variance + background.scale**2 * counts
    if analysis.covariance is not None:  # of the data as they are fitted
        variance = np.diag(_covariance(bins, analysis, data))
    return data, np.sqrt(variance)


def observed_covariance(bins: Bins, analysis: Analysis) -> FloatArray:
    """Covariance of what `observed` returns.

    Parameters
    ----------
    bins : of an experiment with data.
    analysis : with a `covariance`; its bins are taken.

    Returns
    -------
    array, shape (bins, bins)

    Examples
    --------
    >>> observed_covariance(bins, analysis)  # doctest: +SKIP
    """
    return _covariance(bins, analysis, observed(bins, analysis)[0])


def _covariance(bins: Bins, analysis: Analysis, data: FloatArray) -> FloatArray:
    """Covariance of `data` in the bins of an analysis; before bins are added it may be
    relative to the counts of each."""
    finest = analysis.finest
    counts = data if finest is analysis else observed(bins, finest)[0]
    return bins.covariance(analysis, counts)


def expected_variance(
    data: FloatArray, bins: Bins, acceptance: Acceptance, analysis: Analysis
) -> FloatArray:
    """Variance that `observed` would have in a projection.

    Parameters
    ----------
    data : expected counts, shape (bins,).
    bins : of the experiment.
    acceptance : of the detector.
    analysis : its subtracted backgrounds add to the variance.

    Returns
    -------
    array, shape (bins,)

    Examples
    --------
    >>> import nuprobe as nu
    >>> mine = nu.experiment("solar-xe-projection")
    >>> analysis = mine.file.analyses[mine.analyses[0]]
    >>> ones = np.ones(mine.energy_edges.size - 1)
    >>> variance = expected_variance(
    ...     ones, mine.bins, mine.signal.acceptance(), analysis
    ... )
    >>> bool(np.all(variance >= 1))
    True
    """
    variance = data.copy()
    for background in bins.file.backgrounds:
        if (
            background.name in analysis.subtract
            and isinstance(background, FlatBackground)
            and background.control
        ):
            variance = variance + background_counts(
                background, bins, acceptance, analysis
            ) * (1 + 1 / background.control)
    return variance


def _measured(background: MeasuredBackground, bins: Bins) -> FloatArray:
    grid = bins.grid(background.column)
    if background.smoothed and grid.sum() > 0:
        # few counts per bin: the product of the projections is the best template that
        # the counts allow
        in_time = grid.sum((0, 1))
        if background.smoothed == "exponential":
            if bins.time_edges is None:
                raise InputError(
                    f"background {background.name}: smoothed = 'exponential' needs"
                    " [binning.time]"
                )
            in_time = exponential_counts(in_time, bins.time_edges)
        grid = grid.sum(2, keepdims=True) * in_time / grid.sum()
    return background.scale * grid


def _flat(background: FlatBackground, bins: Bins, acceptance: Acceptance) -> FloatArray:
    edges = bins.energy_edges
    kept = 1.0 if background.accepted else bin_acceptance(acceptance, edges)
    counts = background.scale * background.density * np.diff(edges) * kept
    return np.asarray(counts[:, None, None])


def _template_energy(
    background: TemplateBackground, bins: Bins, acceptance: Acceptance
) -> FloatArray:
    low, high, counts = _template_table(background, bins, acceptance)
    return rebin(low, high, counts, bins.energy_edges)


def _template_density(
    background: TemplateBackground, bins: Bins, acceptance: Acceptance, x: FloatArray
) -> FloatArray:
    """Counts per unit at each x: constant inside each bin of the table, 0 outside."""
    low, high, counts = _template_table(background, bins, acceptance)
    row = np.clip(np.searchsorted(low, x, side="right") - 1, 0, None)
    inside = (x >= low[row]) & (x <= high[row])
    return np.asarray(np.where(inside, (counts / (high - low))[row], 0.0))


def _template_table(
    background: TemplateBackground, bins: Bins, acceptance: Acceptance
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Edges and counts of the table of a background."""
    low, high, counts = bins.histogram(
        background.energy_table,
        background.low,
        background.high,
        background.energy_column,
    )
    if not background.accepted:
        # the acceptance is averaged over each bin of the table, finer than or equal to
        # the experiment's
        counts = counts * (
            bin_acceptance(acceptance, np.append(low, high[-1]))
            if np.array_equal(low[1:], high[:-1])
            else [
                bin_acceptance(acceptance, np.array(edges))[0]
                for edges in zip(low, high, strict=True)
            ]
        )
    return low, high, background.scale * counts


def _template_time(background: TemplateBackground, bins: Bins) -> FloatArray:
    if bins.time_edges is None:
        return np.ones(1)
    if background.time_table is None:
        raise InputError(
            f"background {background.name} needs time_table, because the data have time"
            " bins"
        )
    low, high, probability = bins.histogram(
        background.time_table,
        background.time_low,
        background.time_high,
        background.time_column,
    )
    return rebin(low, high, probability, bins.time_edges)
