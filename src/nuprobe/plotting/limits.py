"""The (m, g′) plane of a limit, with the other constraints on the boson."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.models.named import name_of
from nuprobe.plotting.catalogue_plane import plot_catalogue_plane
from nuprobe.plotting.plane import plot_plane
from nuprobe.plotting.sheets import Where

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nuprobe.bounds.companions import Companion
    from nuprobe.bounds.relic_absorption import LineOfSight
    from nuprobe.catalogue.entry import Entry
    from nuprobe.experiments import AnyExperiment, Limit

__all__ = ["plot_limits"]

_TOP = 10.0
"""Largest coupling of the plane: open regions are filled up to it."""


@public
def plot_limits(
    limit: Limit,
    experiments: Sequence[AnyExperiment] = (),
    *,
    companions: bool = True,
    line: LineOfSight | None = None,
    entries: Sequence[Entry] | None = None,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot a limit in the (m, g′) plane.

    Parameters
    ----------
    limit : from `nuprobe.limit`.
    experiments : those of the limit, for the references at the bottom.
    companions : for L_μ − L_τ, add other constraints on the boson: (g − 2)_μ, the gap
        in the spectrum of IceCube, the reach of Belle II.
    line : mass of the relic neutrinos, redshift of the sources, … for the gap;
        `nuprobe.bounds.relic_absorption.LineOfSight()` if not given.
    entries : curves of the catalogue to draw, e.g. from `nuprobe.catalogue`.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes
        Both axes logarithmic, masses in GeV.

    Raises
    ------
    InputError
        If the limit excludes nothing, or `line` is given where no gap is drawn.

    Examples
    --------
    >>> import nuprobe as nu
    >>> ccfr = nu.experiment("ccfr-trident")
    >>> drawn = plot_limits(nu.limit([ccfr], mass=[10.0, 1e3]), [ccfr])
    >>> drawn.figure.axes[0].get_xscale()
    'log'
    """
    beside = _Beside(
        references=list(
            dict.fromkeys(r for e in experiments for r in e.file.references)
        )
    )
    drawn = companions and name_of(limit.family) == "lmu-ltau"
    if line is not None and not drawn:
        raise InputError(
            "line applies to the IceCube gap, shown only with limits on lmu-ltau:"
            " drop it"
        )
    if drawn:
        beside.add(limit, line)
    draw = (
        plot_plane
        if entries is None
        else partial(plot_catalogue_plane, entries=entries)
    )
    return draw(
        limit,
        bands=beside.bands,
        curves=beside.curves,
        lines=beside.lines,
        references=beside.references,
        ax=ax,
        **artist,
    )


@dataclass
class _Beside:
    """Additional curves and bands, as for `plot_plane`."""

    references: list[str]
    bands: list[Any] = field(default_factory=list)
    curves: list[Any] = field(default_factory=list)
    lines: Sequence[tuple[str, float]] = ()

    def add(self, limit: Limit, line: LineOfSight | None) -> None:
        """Add the constraints computed for L_μ − L_τ over the masses of the limit, with
        the line of sight of IceCube."""
        from nuprobe.bounds.companions import LINES, companions

        self.lines = LINES
        for companion in companions(limit.curves[0].mass, line):
            self.references += [
                r for r in companion.references if r not in self.references
            ]
            if companion.kind == "band":
                self._add_band(companion)
            else:
                self._add_curve(companion)

    def _add_curve(self, companion: Companion) -> None:
        there = np.isfinite(companion.upper)
        if there.any():
            line = {"reach": "-.", "ideal": ":"}.get(companion.kind, "-")
            self.curves.append(
                (companion.label, companion.mass[there], companion.upper[there], line)
            )

    def _add_band(self, companion: Companion) -> None:
        there = companion.lower < _TOP
        if there.sum() < 2:
            return
        self.bands.append(
            (
                companion.label,
                companion.mass[there],
                companion.lower[there],
                np.minimum(companion.upper, _TOP)[there],
            )
        )
