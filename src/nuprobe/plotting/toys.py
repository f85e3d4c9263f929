"""Thresholds and exclusion from toys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nuprobe.border import public
from nuprobe.inference.levels import delta_threshold
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import PALETTE, WIDTH, parameter_text, provenance, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nuprobe.inference import CLs, FeldmanCousins, Sensitivity
    from nuprobe.parameters import Parameter
    from nuprobe.plotting.figures import HouseFigure

__all__ = ["plot_cls", "plot_sensitivity", "plot_toy_thresholds"]


def _label(axes: Axes, p: Parameter) -> None:
    axes.set_xlabel(parameter_text(p))


def _heading(
    figure: HouseFigure, axes: Axes, title: str, references: Sequence[str]
) -> None:
    if title:
        axes.set_title(title, fontsize=9)
    if references:
        provenance(figure, references)


@public
@styled
def plot_toy_thresholds(
    result: FeldmanCousins,
    *,
    title: str = "",
    references: Sequence[str] = (),
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot Δ(−2 ln L) of the data, and the thresholds from toys with their errors.

    Parameters
    ----------
    result : from `nuprobe.inference.feldman_cousins`.
    title : above the panel.
    references : texkeys for the line at the bottom.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.inference import feldman_cousins
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> found = feldman_cousins(cost, "rn", [3.0, 5.0, 7.0], toys=50)
    >>> plot_toy_thresholds(found).get_yscale()
    'linear'
    """
    figure = new_figure(WIDTH, 4.0, ax, artist)
    axes = figure.subplots()
    p = result.parameter
    x = p.shown(result.grid)
    axes.plot(x, result.delta, color="black", label="data")
    for i, cl in enumerate(result.levels):
        colour = PALETTE[i % len(PALETTE)]
        t, e = result.thresholds[i], result.errors[i]
        axes.plot(x, t, color=colour, label=f"{100 * cl:.4g} %, two-sided, toys")
        axes.fill_between(x, t - e, t + e, color=colour, alpha=0.3, linewidth=0)
        axes.axhline(delta_threshold(cl), color=colour, linestyle=":")
    axes.plot([], [], color="grey", linestyle=":", label="Wilks")
    top = max(float(result.thresholds.max()), delta_threshold(max(result.levels)))
    axes.set_ylim(0, 2 * top)
    axes.set_xlim(x[0], x[-1])
    axes.set_ylabel(r"$-2\,\Delta\ln L$")
    _label(axes, p)
    axes.legend()
    _heading(figure, axes, title, references)
    return figure.one()


@public
@styled
def plot_cls(
    result: CLs,
    cl: float = 0.95,
    *,
    title: str = "",
    references: Sequence[str] = (),
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot CLs along a parameter: data, median without a signal with its bands, and
    toys.

    Parameters
    ----------
    result : from `nuprobe.inference.cls`.
    cl : confidence level of the line.
    title : above the panel.
    references : texkeys for the line at the bottom.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.inference import cls
    >>> argon = nu.experiment("coherent-lar-2020")
    >>> cost = argon.cost(free=["cevns_scale"], analysis="published")
    >>> plot_cls(cls(cost, "cevns_scale", [1.0, 2.0, 3.0])).get_yscale()
    'log'
    """
    figure = new_figure(WIDTH, 4.0, ax, artist)
    axes = figure.subplots()
    p = result.parameter
    x = p.shown(result.grid)
    low2, low, middle, high, high2 = np.maximum(result.expected, 1e-12)
    axes.fill_between(x, low2, high2, color=PALETTE[0], alpha=0.2, linewidth=0)
    axes.fill_between(x, low, high, color=PALETTE[0], alpha=0.3, linewidth=0)
    axes.plot(x, middle, color=PALETTE[0], linestyle="--", label="expected, ±1σ, ±2σ")
    axes.plot(x, np.maximum(result.asymptotic, 1e-12), color="black", label="data")
    toys, errors = result.toys, result.errors
    if toys is not None and errors is not None:
        axes.errorbar(x, toys, errors, fmt="o", color=PALETTE[1], label="data, toys")
    axes.axhline(
        1 - cl, color="grey", linestyle=":", label=f"{100 * cl:.4g} % CL, one-sided"
    )
    axes.set_yscale("log")
    axes.set_ylim(max(1e-3, float(result.asymptotic.min()) / 3), 1.5)
    axes.set_xlim(x[0], x[-1])
    axes.set_ylabel(r"CL$_\mathrm{s}$")
    _label(axes, p)
    axes.legend()
    _heading(figure, axes, title, references)
    return figure.one()


@public
@styled
def plot_sensitivity(
    result: Sensitivity,
    *,
    title: str = "",
    references: Sequence[str] = (),
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot the median expected limit with its bands, on top of the limits of toys if
    any.

    Parameters
    ----------
    result : from `nuprobe.inference.sensitivity`.
    title : above the panel.
    references : texkeys for the line at the bottom.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.inference import sensitivity
    >>> argon = nu.experiment("coherent-lar-2020")
    >>> cost = argon.cost(free=["cevns_scale"], analysis="published")
    >>> plot_sensitivity(sensitivity(cost, "cevns_scale")).get_ylabel()
    ''
    """
    figure = new_figure(WIDTH, 3.2, ax, artist)
    axes = figure.subplots()
    p = result.parameter
    known = np.array([x for x in (*result.expected, *result.limits) if x is not None])
    top = float(known.max())
    low2, low, middle, high, high2 = p.shown(
        np.array([top if x is None else x for x in result.expected])
    )
    outer = axes.axvspan(low2, high2, color=PALETTE[0], alpha=0.2, linewidth=0)
    inner = axes.axvspan(low, high, color=PALETTE[0], alpha=0.3, linewidth=0)
    handles: list[Any] = [
        axes.axvline(middle, color=PALETTE[0], linestyle="--"),
        *(inner, outer),
    ]
    labels = figure.named(handles, ["median", "±1σ", "±2σ"])
    shown = p.shown(known)
    margin = 0.15 * float(np.ptp(shown))
    if result.limits:
        limits = p.shown(np.array([top if x is None else x for x in result.limits]))
        counted = axes.hist(limits, bins=30, histtype="step", color="black")
        handles, labels = [*handles, counted[2][0]], [*labels, "toys"]  # type: ignore[index]
        axes.set_ylabel("toys")
    else:
        axes.set_yticks([])
    axes.set_xlim(max(float(shown.min()) - margin, 0.0), float(shown.max()) + margin)
    _label(axes, p)
    axes.set_xlabel(f"upper limit on {axes.get_xlabel()}")
    axes.legend(handles, labels)
    words = "; ".join(filter(None, (title, result.construction.short)))
    _heading(figure, axes, words, references)
    return figure.one()
