"""Components of templates: one array per scatterer, one block of terms per process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.errors import InputError, shown
from nuprobe.hats import hat_contracted
from nuprobe.numerics import FloatArray, numbers
from nuprobe.processes import Exchanges, Process
from nuprobe.reprs import readable

__all__ = ["Part", "Reaction", "Rows", "Starts", "checked_starts"]

Rows = slice | NDArray[np.intp]
"""Selected energy bins."""

Starts = NDArray[np.intp] | None
"""Index of the first bin of each sum of neighbouring bins; None to add none."""


@readable
@dataclass(frozen=True, eq=False)
class Part:
    """Templates of one scatterer.

    Attributes
    ----------
    isotope : its name; an isotope, or e.g. ``"Xe electrons"``.
    axes : positions of the axes that it depends on.
    values : counts, shape (components, bins, terms, *nodes of its axes).
    """

    isotope: str
    axes: tuple[int, ...]
    values: FloatArray

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is cached."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def added(self, starts: Starts, between: int) -> Part:
        """Add neighbouring energy bins.

        Parameters
        ----------
        starts : index of the first bin of each sum, shape (sums,), or None.
        between : bins of another quantity in each energy bin.
        """
        if starts is None:
            return self
        first, bins, *rest = self.values.shape
        if not isinstance(between, int) or between < 1 or bins % between:
            raise InputError(
                f"between must be an integer that divides the {bins} energy bins,"
                f" got {shown(between)}"
            )
        starts = checked_starts("energy", starts, bins // between)
        values = self.values.reshape(first, bins // between, between, *rest)
        values = np.add.reduceat(values, starts, axis=1)
        return replace(self, values=values.reshape(first, -1, *rest))

    @cached_property
    def _by_anchor(self) -> FloatArray:
        """Values in the order in which interpolation reads them, shape (components,
        *anchors of its axes, terms, bins)."""
        ends = [0, *range(3, self.values.ndim), 2, 1]
        return np.ascontiguousarray(self.values.transpose(ends))

    @cached_property
    def interpolated(self) -> dict[tuple[int | None, bytes], Part]:
        """Cached parts at values of the smooth axes for `nuprobe.prediction.between`,
        since a scan returns to each value many times."""
        return {}

    def contracted(
        self,
        hats: Sequence[tuple[NDArray[np.intp], FloatArray, FloatArray]],
        coefficients: FloatArray,
    ) -> FloatArray:
        """Counts at points between anchors.

        Parameters
        ----------
        hats : from `nuprobe.hats.hat_weights`, one for each axis of the part.
        coefficients : several sets, shape (sets, components, points, terms).

        Returns
        -------
        array, shape (sets, points, components, bins)
        """
        pieces = [
            hat_contracted(table, hats, own)
            for table, own in zip(
                self._by_anchor, coefficients.transpose(1, 2, 0, 3), strict=True
            )
        ]
        return np.stack(pieces).transpose(2, 1, 0, 3)


@readable
@dataclass(frozen=True)
class Reaction:
    """One process in templates: how the coefficients of a model reach its terms.

    Attributes
    ----------
    process : what scatters.
    exchanges : those contained in its kernels.
    """

    process: Process
    exchanges: Exchanges

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the terms of the process."""
        return self.process.terms(self.exchanges)


def checked_starts(what: str, starts: ArrayLike, bins: int) -> NDArray[np.intp]:
    """Index of the first bin of each sum, as `Templates.added` takes them.

    Parameters
    ----------
    what : name of the argument, for messages.
    starts : as given.
    bins : how many bins there are.

    Raises
    ------
    InputError
        Unless they are whole numbers from 0 on, increasing and below `bins`.

    Examples
    --------
    >>> checked_starts("energy", [0, 2], 3)
    array([0, 2])
    """
    found = numbers(what, starts)
    fits = found.ndim == 1 and found.size and found[0] >= 0 and found[-1] < bins
    if not fits or np.any(np.diff(found) <= 0) or np.any(found != found.round()):
        raise InputError(
            f"{what} must be the indices, increasing, at which sums of the {bins} bins"
            f" begin, got {shown(starts)}"
        )
    return found.astype(np.intp)
