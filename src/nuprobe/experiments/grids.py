"""Bins of an experiment, and tables in these bins."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nuprobe.detectors import Cells
from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.experiments.format import Analysis, DataSection, ExperimentFile
from nuprobe.experiments.windows import Window, window_of
from nuprobe.numerics import FloatArray
from nuprobe.prediction import Templates, stacked
from nuprobe.schema import Folder
from nuprobe.units import parse_quantity, us

__all__ = ["Bins"]

Keys = list[tuple[str, str, FloatArray]]
"""Columns of the lower and upper edges of one quantity, and their requirements."""


@dataclass(frozen=True, eq=False)
class Bins:
    """Bins of the reconstructed quantity, and of a third quantity and of time if there
    are any.

    Attributes
    ----------
    file : validated contents of ``experiment.toml``.
    folder : where its tables lie.
    """

    file: ExperimentFile
    folder: Folder

    @cached_property
    def energy_edges(self) -> FloatArray:
        """All bin edges of the reconstructed quantity."""
        return np.array(self.file.binning.energy.values())

    @cached_property
    def time_edges(self) -> FloatArray | None:
        """All arrival-time bin edges in µs, or None."""
        binning = self.file.binning.time
        return None if binning is None else np.array(binning.values()) / us

    @cached_property
    def shape_edges(self) -> FloatArray | None:
        """All bin edges of the third quantity, or None."""
        binning = self.file.binning.shape
        return None if binning is None else np.array(binning.values())

    @cached_property
    def cells(self) -> Cells | None:
        """Cells around the events of the data; None if the data are counts."""
        section = self.file.data
        if section is None or section.events is None:
            return None
        values = self.folder.table(section.table, [section.events])[section.events]
        low, high = self.energy_edges[[0, -1]]
        outside = ~((values >= low) & (values <= high))
        if outside.any():
            row = int(outside.argmax())
            raise ExperimentFileError(
                f"{self.folder.root}/{section.table}: row {row + 1}, column"
                f" {section.events}: the event at {values[row]:g} lies outside"
                f" [binning.energy], {low:g} to {high:g}; remove it or widen the bins"
            )
        return Cells.around(values, self.energy_edges)

    def cells_of(self, analysis: Analysis) -> Cells | None:
        """Cells in the bins of an `analysis` that is unbinned, else None."""
        if analysis.statistic != "unbinned" or self.cells is None:
            return None
        return self.cells.between(self.edges(analysis)[0])[1]

    # -- what an analysis takes of them

    def selection(self, analysis: Analysis) -> tuple[slice, slice]:
        """Bins of energy and time of an `analysis`, before any are added; raises
        `InputError` if its ranges do not end at bin edges."""
        energy, time = self._windows(analysis)
        return energy.bins, time.bins

    def edges(self, analysis: Analysis) -> tuple[FloatArray, FloatArray | None]:
        """Edges of the energy bins, and of the time bins in µs, of an `analysis`, after
        combining bins."""
        energy, time = self._windows(analysis)
        return energy.edges, None if self.time_edges is None else time.edges

    def _windows(self, analysis: Analysis) -> tuple[Window, Window]:
        energy = window_of(
            self.energy_edges,
            analysis.energy_range,
            analysis.energy_edges,
            "energy",
        )
        if self.time_edges is None:
            for key in ("time_range", "time_edges"):
                if getattr(analysis, key) is not None:
                    raise InputError(f"{key} needs [binning.time]")
            return energy, Window(slice(0, 1), np.array([-np.inf, np.inf]))
        window, wider = (
            None if values is None else [parse_quantity(v, "time") / us for v in values]
            for values in (analysis.time_range, analysis.time_edges)
        )
        return energy, window_of(self.time_edges, window, wider, "time")

    def flat(self, grid: FloatArray, analysis: Analysis) -> FloatArray:
        """Take the bins of an `analysis` out of a `grid` of shape (energy, shape,
        time): (bins,)."""
        energy, time = self._windows(analysis)
        grid = energy.add(grid[energy.bins][..., time.bins], axis=0)
        if not analysis.time_bins:
            return np.asarray(grid.sum(-1).ravel())
        return np.asarray(time.add(grid, axis=-1).ravel())

    def given(
        self, numbers: Sequence[float], analysis: Analysis, what: str
    ) -> FloatArray:
        """One number per bin given by the analysis itself.

        Parameters
        ----------
        numbers : as given.
        analysis : with these bins.
        what : begins the message of the `InputError` if there are more or fewer.
        """
        third = 1 if self.shape_edges is None else self.shape_edges.size - 1
        size = (self.edges(analysis)[0].size - 1) * third * self.times(analysis)
        if len(numbers) != size:
            raise InputError(
                f"{what}: {len(numbers)} numbers, but the analysis has {size} bins;"
                " give one per bin, or set energy_edges to merge bins"
            )
        return np.array(numbers, dtype=float)

    def times(self, analysis: Analysis) -> int:
        """Number of time bins of an `analysis`, which run fastest."""
        if not analysis.time_bins or self.time_edges is None:
            return 1
        return self._windows(analysis)[1].edges.size - 1

    def collapse(
        self,
        templates: Templates,
        analysis: Analysis,
        fractions: Mapping[str, FloatArray | None] | None = None,
    ) -> Templates:
        """Return `templates` in the bins of an analysis.

        Parameters
        ----------
        templates : in all bins.
        analysis : its bins are taken; rows of individual events follow them.
        fractions : by name of a process, its share in each bin of the third quantity,
            shape (energy bins, shape bins); default that of [binning.shape] for all.
        """
        bins = self.energy_edges.size - 1
        if templates.shape[0] > bins and self.cells is not None:
            kept, _ = self.cells.between(self.edges(analysis)[0])
            rows = bins + np.flatnonzero(kept)
            whole = templates.select(slice(0, bins), slice(None))
            both = stacked(
                [
                    self.collapse(whole, analysis, fractions),
                    templates.select(rows, slice(None)).sum_time(),
                ]
            )
            assert both is not None  # of the same templates
            return both
        energy, time = self._windows(analysis)
        templates = templates.select(energy.bins, time.bins)
        between = 1
        if self.shape_fraction is not None:
            known = {
                name: self.shape_fraction if fraction is None else fraction
                for name, fraction in (fractions or {}).items()
            }
            templates = templates.spread(
                self.shape_fraction[energy.bins],
                {name: fraction[energy.bins] for name, fraction in known.items()},
            )
            between = self.shape_fraction.shape[1]
        times = time.starts if analysis.time_bins else None
        templates = templates.added(energy.starts, times, between)
        if analysis.time_bins:
            return templates
        return (
            templates.sum_time()
            if analysis.arrival == "window"
            else templates.all_times()
        )

    # -- tables

    def observed(self, analysis: Analysis, signed: bool = False) -> FloatArray:
        """Observed counts in the bins of an `analysis`, shape (bins,); they may be
        negative if `signed`."""
        section = self.file.data
        assert section is not None  # callers
        if section.counts is not None:
            return self.counts(section.counts, analysis, signed=signed)
        assert self.cells is not None  # schema
        edges = self.edges(analysis)[0]
        _, cells = self.cells.between(edges)
        return np.bincount(cells.owners, cells.counts, edges.size - 1).astype(float)

    def counts(
        self,
        column: str,
        analysis: Analysis,
        table: str | None = None,
        power: int = 1,
        signed: bool = False,
    ) -> FloatArray:
        """One column of a table, or its power, in the bins of an analysis.

        Parameters
        ----------
        column, table : names; default table of [data].
        analysis : its bins are taken.
        power : of each entry, before bins are added.
        signed : entries may be negative, as residuals are.

        Returns
        -------
        array, shape (bins,)
        """
        return self.flat(self.grid(column, table, signed) ** power, analysis)

    def grid(
        self, column: str, table: str | None = None, signed: bool = False
    ) -> FloatArray:
        """One column of a table on all bins.

        Parameters
        ----------
        column, table : names; default table of [data].
        signed : entries may be negative.

        Returns
        -------
        array, shape (energy bins, shape bins or 1, time bins or 1)

        Raises
        ------
        ExperimentFileError
            If the rows do not match the bins, or a count is negative.
        """
        section = self.file.data
        assert section is not None  # schema
        table = section.table if table is None else table
        shape, order = self._order(table)
        values = self.folder.table(table, [column])[column]
        if np.any(values < 0) and not signed:
            raise ExperimentFileError(
                f"{self.folder.root}/{table}: row {int(np.argmax(values < 0)) + 1},"
                f" column {column}: a count is negative; correct it (residuals need"
                " statistic = 'gaussian' with data.sigma or a covariance)"
            )
        return np.asarray(
            values[order].reshape(
                shape[0],
                1 if self.shape_edges is None else shape[1],
                1 if self.time_edges is None else shape[-1],
            )
        )

    @cached_property
    def _orders(self) -> dict[str, tuple[tuple[int, ...], NDArray[np.intp]]]:
        """What `_order` found, by table."""
        return {}

    def _order(self, table: str) -> tuple[tuple[int, ...], NDArray[np.intp]]:
        """Shape of the bins, and the permutation that sorts the rows of a table into
        them; raises `ExperimentFileError` if the rows do not match the bins."""
        if table in self._orders:
            return self._orders[table]
        section = self.file.data
        assert section is not None  # callers
        place = f"{self.folder.root}/{table}"
        keys = self._edge_columns(section)
        lows, highs = [k[0] for k in keys], [k[1] for k in keys]
        columns = self.folder.table(table, [*lows, *highs])
        shape = tuple(edges.size - 1 for *_, edges in keys)
        rows = columns[lows[0]].size
        if rows != math.prod(shape):
            raise ExperimentFileError(
                f"{place}: {rows} rows, but the binning needs"
                f" {' x '.join(map(str, shape))} = {math.prod(shape)} bins; correct"
                " [binning] or the table"
            )
        order = np.lexsort([columns[low] for low in reversed(lows)])
        for axis, (low, high, edges) in enumerate(keys):
            for key, wanted in ((low, edges[:-1]), (high, edges[1:])):
                got = columns[key][order].reshape(shape)
                wanted = wanted.reshape(-1, *(1,) * (len(shape) - 1 - axis))
                if not _same_edges(got, wanted, edges):
                    raise ExperimentFileError(
                        f"{place}: column {key} does not match the edges of [binning];"
                        " correct one of them"
                    )
        self._orders[table] = shape, order
        return shape, order

    def _edge_columns(self, section: DataSection) -> Keys:
        """Columns of the edges of each quantity that has bins, slowest first."""
        keys: Keys = [(section.low, section.high, self.energy_edges)]
        for name, low, high, edges in (
            ("shape", section.shape_low, section.shape_high, self.shape_edges),
            ("time", section.time_low, section.time_high, self.time_edges),
        ):
            if edges is None:
                continue
            if low is None or high is None:
                raise InputError(
                    f"data.{name}_low and data.{name}_high are required with"
                    f" [binning.{name}]; name the columns"
                )
            keys.append((low, high, edges))
        return keys

    @cached_property
    def shape_fraction(self) -> FloatArray | None:
        """Fraction of the signal of each energy bin in each bin of the third quantity,
        shape (energy bins, shape bins); None without a third quantity."""
        section = self.file.binning.shape
        if section is None:
            return None
        low, third = self.energy_edges[:-1], np.array(section.values())[:-1]
        columns = self.folder.table(
            section.table, [section.low, section.shape_low, section.column]
        )
        place = f"{self.folder.root}/{section.table}"
        order = np.lexsort([columns[section.shape_low], columns[section.low]])
        expected = np.repeat(low, third.size), np.tile(third, low.size)
        got = columns[section.low][order], columns[section.shape_low][order]
        edges = self.energy_edges, np.array(section.values())
        if got[0].shape != expected[0].shape or not all(
            map(_same_edges, got, expected, edges)
        ):
            raise ExperimentFileError(
                f"{place}: one row is required for each of the {low.size} x"
                f" {third.size} bins of [binning.energy] and [binning.shape], with"
                " their lower edges; correct the table or [binning]"
            )
        fraction = columns[section.column][order].reshape(low.size, third.size)
        if np.any(fraction < 0) or np.any(fraction.sum(1) > 1 + 1e-6):
            raise ExperimentFileError(
                f"{place}: column {section.column}: the fractions of an energy bin must"
                " not be negative and sum to at most 1; correct it"
            )
        return np.asarray(fraction)

    @cached_property
    def time_acceptance(self) -> tuple[FloatArray, FloatArray] | None:
        """Edges in µs and probability to keep an event between them; None to keep
        all."""
        section = self.file.response.timing.acceptance
        if section is None:
            return None
        low, high, kept = self.histogram(
            section.table, section.low, section.high, section.column
        )
        if not np.array_equal(low[1:], high[:-1]) or np.any(kept > 1):
            raise ExperimentFileError(
                f"{self.folder.root}/{section.table}: the time bins must be"
                " contiguous and contain efficiencies up to 1; correct it"
            )
        return np.append(low, high[-1]), kept

    def covariance(self, analysis: Analysis, counts: FloatArray) -> FloatArray:
        """Covariance that an analysis names.

        Parameters
        ----------
        analysis : with a `covariance`.
        counts : observed in its bins before any are added, shape (bins,).

        Returns
        -------
        array, shape (bins, bins)
            In counts², bins added.

        Raises
        ------
        ExperimentFileError
            If the table does not have one row per bin, or has columns of edges (named
            as in [data]) that are not those of the bins.
        """
        section = analysis.covariance
        assert section is not None  # callers
        names = [f"{section.prefix}{i}" for i in range(counts.size)]
        columns = self.folder.table(section.table, names)
        matrix = np.stack([columns[name] for name in names], axis=-1)
        if matrix.shape[0] != counts.size:
            raise ExperimentFileError(
                f"{self.folder.root}/{section.table}: {matrix.shape[0]} rows, but the"
                f" analysis has {counts.size} bins; correct the table or the analysis"
            )
        self._check_rows(section.table, analysis)
        if section.relative:
            matrix = matrix * np.outer(counts, counts)
        return self._added(matrix, analysis)

    def _added(self, matrix: FloatArray, analysis: Analysis) -> FloatArray:
        """Rows and columns of a matrix combined like the bins of an analysis."""
        energy, time = self._windows(analysis)
        bins = energy.bins.stop - energy.bins.start
        times = time.bins.stop - time.bins.start if analysis.time_bins else 1
        shape = bins, len(matrix) // (bins * times), times
        grid = matrix.reshape(*shape, *shape)
        for first in (0, 3):
            grid = energy.add(grid, axis=first)
            grid = time.add(grid, axis=first + 2) if analysis.time_bins else grid
        size = int(np.prod(grid.shape[:3]))
        return grid.reshape(size, size)

    def _check_rows(self, table: str, analysis: Analysis) -> None:
        """Raise if a table with one row for each bin of an analysis has columns of
        edges that are not those of the bins."""
        section = self.file.data
        assert section is not None  # schema
        energy, time = self.selection(analysis)
        kept = [
            (low, high, edges, window)
            for (low, high, edges), window in zip(
                self._edge_columns(section),
                [
                    energy,
                    *([] if self.shape_edges is None else [slice(None)]),
                    *([] if self.time_edges is None else [time]),
                ],
                strict=True,
            )
            if analysis.time_bins or edges is not self.time_edges
        ]
        for side in (0, 1):
            ends = [(e[1:] if side else e[:-1])[window] for *_, e, window in kept]
            wanted = np.meshgrid(*ends, indexing="ij")
            for (low, high, edges, _), expected in zip(kept, wanted, strict=True):
                column = high if side else low
                if column not in self.folder.columns(table):
                    continue
                got = self.folder.table(table, [column])[column]
                if not _same_edges(got, expected.ravel(), edges):
                    raise ExperimentFileError(
                        f"{self.folder.root}/{table}: column {column} does not match"
                        " the bins of the analysis; correct the table or its order"
                    )

    def histogram(
        self, table: str, low: str, high: str, column: str
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Read a histogram with its own bins.

        Parameters
        ----------
        table : its name.
        low, high, column : names of the columns of the edges and of the contents.

        Returns
        -------
        arrays, shape (rows,)
            Lower edges, upper edges, contents.

        Raises
        ------
        ExperimentFileError
            If bins do not increase or overlap, or a content is negative.
        """
        columns = self.folder.table(table, [low, high, column])
        lower, upper, values = (columns[key] for key in (low, high, column))
        # edges computed by different programs differ in the last digits
        rounding = 1e-9 * np.abs(upper[:-1])
        overlap = np.append(False, lower[1:] < upper[:-1] - rounding)
        wrong = (upper <= lower) | (values < 0) | overlap
        if wrong.any():
            raise ExperimentFileError(
                f"{self.folder.root}/{table}: row {int(wrong.argmax()) + 1}: bins must"
                " increase without overlap and contain no negative numbers; correct it"
            )
        return lower, upper, values


def _same_edges(got: FloatArray, wanted: FloatArray, edges: FloatArray) -> bool:
    """Whether edges of a table are those of the bins up to rounding."""
    return np.allclose(got, wanted, rtol=1e-9, atol=1e-9 * np.ptp(edges))
