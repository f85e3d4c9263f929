"""Nuisances of a fit: pulls, impacts and correlations."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.plotting.fits import axis_text
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    PALETTE,
    WIDTH,
    blend,
    engine_pads,
    legend_above,
    primes,
    provenance,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nuprobe.inference import FitResult
    from nuprobe.plotting.figures import Panels

__all__ = ["plot_correlation", "plot_pulls"]

_MOST: Final = 40
"""Rows of a figure of pulls; the numbers of a correlation matrix stop at 12."""


@public
@styled
def plot_pulls(
    result: FitResult,
    parameter: str | None = None,
    *,
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot the pull of each nuisance with its error, and its impact on a parameter.

    A pull is the best value in units of the width of the constraint, with the error in
    the same unit: 1 if the data give no information. The impact is the shift of the
    best value of the parameter when the nuisance is shifted by ± its error after the
    fit, in linear approximation: their covariance over that error.

    Parameters
    ----------
    result : a fit with nuisances.
    parameter : a free one; default the first.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels
        Pulls, and impacts next to them, the largest impact on top; nuisances without a
        constraint have an open circle at 0. Without a covariance there are no impacts.

    Raises
    ------
    InputError
        If the fit has no nuisances.
    UnknownNameError
        If `parameter` was not free.

    Examples
    --------
    >>> import nuprobe as nu
    >>> found = nu.experiment("coherent-csi-2017").fit(free=["rn"])
    >>> [panel.get_xlabel() for panel in plot_pulls(found)]
    ['pull', 'impact on $R_n$ [fm]']
    """
    if not result.nuisances:
        raise InputError(
            f"nothing to plot: {result.cost} has no nuisances; plot_correlation shows"
            " the parameters"
        )
    names = [p.parameter.name for p in result.free]
    chosen = names[0] if parameter is None else parameter
    if chosen not in names:
        raise UnknownNameError("free parameter", chosen, names, "(of this fit)")
    impacts = _impacts(result, names.index(chosen))
    order = np.argsort(-np.abs(impacts), kind="stable")[:_MOST]
    figure = new_figure(WIDTH, 1.6 + 0.26 * len(order), ax, artist)
    panels = figure.subplots(1, 1 if result.covariance is None else 2, squeeze=False)[0]
    engine_pads(figure)
    _pulls(panels[0], result, order)
    handles: list[Any] = [panels[0].containers[0]]
    labels = ["pull ± error after the fit"]
    if result.covariance is not None:
        p = result.free[names.index(chosen)].parameter
        shown = np.asarray(p.shown(impacts[order]), dtype=float)
        bars = [
            panels[1].barh(
                np.arange(len(order)), sign * shown, height=0.6, color=hue, lw=0
            )
            for sign, hue in ((1, PALETTE[0]), (-1, blend(PALETTE[1], 0.75)))
        ]
        panels[1].axvline(0, color="0.3", lw=0.8)
        panels[1].set_xlabel(f"impact on {axis_text(p)[0]}")
        panels[1].set_ylim(panels[0].get_ylim())
        panels[1].tick_params(axis="y", which="both", length=0, labelleft=False)
        if len(figure.drawn) > 1:  # not if the caller gave axes for only the pulls
            handles += [bar[0] for bar in bars]
            labels += ["nuisance up by its error", "down"]
    legend_above(figure, handles, labels, primes(result.cost))
    left = len(result.nuisances) - len(order)
    note = f"the {left} nuisances of least impact are left out" if left else ""
    provenance(figure, (), note)
    return figure.every()


def _impacts(result: FitResult, row: int) -> Any:
    """Impact of each nuisance on a free parameter, in its unit; 0 without a
    covariance."""
    if result.covariance is None:
        return np.zeros(len(result.nuisances))
    errors = np.array([n.error for n in result.nuisances])
    together = result.covariance[row, len(result.free) :]
    return np.divide(together, errors, out=np.zeros_like(errors), where=errors > 0)


def _pulls(ax: Axes, result: FitResult, order: Any) -> None:
    chosen = [result.nuisances[i] for i in order]
    known = [n for n in chosen if n.pull is not None and isfinite(n.nuisance.sigma)]
    rows = {n.nuisance.name: row for row, n in enumerate(chosen)}
    for width, shade in ((2, 0.12), (1, 0.3)):
        ax.axvspan(-width, width, color=blend(PALETTE[2], shade), lw=0, zorder=0)
    ax.axvline(0, color="0.5", lw=0.8, zorder=1)
    ax.errorbar(
        [n.pull for n in known],
        [rows[n.nuisance.name] for n in known],
        xerr=[n.error / n.nuisance.sigma for n in known],
        fmt="o",
        ms=4,
        lw=1.3,
        color="black",
        capsize=2,
    )
    free = [row for name, row in rows.items() if name not in {*_names(known)}]
    ax.plot(np.zeros(len(free)), free, "o", mfc="white", mec="black", ms=5, zorder=4)
    ends = [abs(n.pull or 0.0) + n.error / n.nuisance.sigma for n in known]
    ax.set_xlim(-1.15 * max([2.0, *ends]), 1.15 * max([2.0, *ends]))
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_yticks(range(len(rows)), [_plain(name) for name in rows], fontsize=9)
    ax.tick_params(axis="y", which="both", length=0)
    ax.set_xlabel("pull")


def _names(results: Any) -> list[str]:
    return [n.nuisance.name for n in results]


def _plain(name: str) -> str:
    """A name with dollar signs escaped, so that it is not read as a formula."""
    return name.replace("$", r"\$")


@public
@styled
def plot_correlation(result: FitResult, *, ax: Where = None, **artist: Any) -> Axes:
    """Plot the correlations of free parameters and nuisances after the fit.

    Parameters
    ----------
    result : a fit with a covariance.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the image, e.g. ``cmap="coolwarm"``.

    Returns
    -------
    Axes
        An image from −1 to 1; with at most twelve names the numbers are also written.

    Raises
    ------
    InputError
        If the fit has no covariance.

    Examples
    --------
    >>> import nuprobe as nu
    >>> found = nu.experiment("coherent-csi-2017").fit(free=["rn"])
    >>> len(plot_correlation(found).get_xticks())
    5
    """
    matrix = result.correlation
    if matrix is None:
        raise InputError(
            f"nothing to plot: the fit of {result.cost} has no covariance; its notes"
            " say why"
        )
    names = [
        f"${p.parameter.latex}$" if p.parameter.latex else _plain(p.parameter.name)
        for p in result.free
    ] + [_plain(n.nuisance.name) for n in result.nuisances]
    size = min(3.2 + 0.36 * len(names), 12.0)
    figure = new_figure(size + 1.0, size, ax, artist)
    board = figure.add_subplot()
    image = board.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1)
    board.set_xticks(range(len(names)), names, rotation=45, ha="right", fontsize=9)
    board.set_yticks(range(len(names)), names, fontsize=9)
    board.tick_params(which="both", length=0, top=False, right=False)
    board.minorticks_off()
    if len(names) <= 12:
        for (row, column), value in np.ndenumerate(matrix):
            board.text(
                column,
                row,
                f"{value + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−"),
                ha="center",
                va="center",
                fontsize=8,
                color="white" if abs(value) > 0.6 else "black",
            )
    figure.colorbar(image, ax=board, shrink=0.85).set_label("correlation")
    figure.main(image)
    board.set_title(primes(_plain(result.cost)), fontsize=11)
    provenance(figure)
    return figure.one()
