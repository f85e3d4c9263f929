"""Distributions of trident events: models with statistical bands, their ratios, and
curves from quadrature."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.events.distribution import Distribution
from nuprobe.events.observables import Observable
from nuprobe.numerics import FloatArray
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    PALETTE,
    WIDTH,
    blend,
    colours,
    engine_pads,
    legend_above,
    main_and_panel,
    power_of_ten,
    primes,
    provenance,
    styled,
)
from nuprobe.processes.trident import Spectrum

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable

    from nuprobe.plotting.figures import Panels

__all__ = ["plot_distribution", "plot_distribution_2d", "plot_distributions"]

_METHOD: Final = ("Czyz:1964zz", "Lovseth:1971vv")
_NAMES: Final = {"sm": "Standard Model", "v-a": "V−A"}
_ENOUGH: Final = 10  # effective events, below which a ratio is meaningless
_LINES: Final = ("-", (0, (5, 1.5)), (0, (1, 1.2)), (0, (5, 1.5, 1, 1.5)))
_UNITS: Final[dict[str, tuple[tuple[float, str, float], ...]]] = {
    # unit: (used from this size on, name, size)
    "MeV": ((1e3, "GeV", 1e3), (0.0, "MeV", 1.0)),
    "MeV2": ((1e5, r"GeV$^2$", 1e6), (0.0, r"MeV$^2$", 1.0)),
    "rad": ((0.05, "deg", math.pi / 180), (0.0, "mrad", 1e-3)),
    "": ((0.0, "", 1.0),),
}


@public
@styled
def plot_distribution(
    distribution: Distribution,
    *,
    curve: Spectrum | None = None,
    title: str = "",
    note: str = "",
    references: Iterable[str] = (),
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot a distribution of events in all its models.

    Parameters
    ----------
    distribution : in one dimension; the first model is the reference of the ratios.
    curve : the same bins by quadrature, from `nuprobe.events.expected`; drawn as dots.
    title : above the legend, e.g. channel, target and flux.
    note, references : for the line at the bottom.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels
        dσ/dX per target, or dσ/d ln X if X spans decades; bands are statistical errors.
        Below, the ratios to the first model, with bands that account for the common
        events; for a single model, its ratio to the curve.

    Raises
    ------
    InputError
        For two dimensions, or if all bins are empty.

    Examples
    --------
    >>> from nuprobe.events import distributions, trident
    >>> gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    >>> made = distributions(gen, ["m_pair"], n=1000)
    >>> len(plot_distribution(made["m_pair"]))
    1
    """
    figure = new_figure(WIDTH, 5.0, ax, artist)
    below = len(distribution.models) > 1 or curve is not None
    if below:
        upper, lower = main_and_panel(figure)
    else:
        upper, lower = figure.add_subplot(), None
    handles, labels = _draw(distribution, curve, upper, lower)
    legend_above(figure, handles, labels, title)
    provenance(
        figure,
        (*_METHOD, *references),
        f"cross sections per target; {note}" if note else "per target",
    )
    return figure.every()


@public
@styled
def plot_distributions(
    distributions: Sequence[Distribution],
    *,
    curves: Mapping[str, Spectrum | None] | None = None,
    title: str = "",
    note: str = "",
    references: Iterable[str] = (),
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot several distributions of the same events side by side, each as in
    `plot_distribution`.

    Parameters
    ----------
    distributions : in one dimension, of the same models.
    curves : by the name of the observable.
    title, note, references : as in `plot_distribution`.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Examples
    --------
    >>> from nuprobe.events import distributions, trident
    >>> gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    >>> made = distributions(gen, ["m_pair", "Q2"], n=1000)
    >>> len(plot_distributions(made.items))
    2
    """
    if not distributions:
        raise InputError("nothing to plot: name at least one observable")
    columns = min(3, len(distributions))
    rows = -(-len(distributions) // columns)
    figure = new_figure(4.3 * columns, 3.7 * rows + 0.5, ax, artist)
    outer = figure.add_gridspec(rows, columns)
    handles: list[Artist] = []
    labels: list[str] = []
    for i, one in enumerate(distributions):
        curve = (curves or {}).get(one.observables[0].name)
        below = len(one.models) > 1 or curve is not None
        inner = outer[divmod(i, columns)].subgridspec(
            2 if below else 1, 1, height_ratios=(2.4, 1)[: 1 + below], hspace=0.0
        )
        upper = figure.add_subplot(inner[0])
        lower = figure.add_subplot(inner[1], sharex=upper) if below else None
        if lower is not None:
            upper.tick_params(axis="x", which="both", labelbottom=False)
        drawn = _draw(one, curve, upper, lower)
        for panel in (upper, lower):
            if panel is not None:
                panel.yaxis.label.set_fontsize(10)
        if len(drawn[0]) > len(handles):
            handles, labels = drawn
    engine_pads(figure, hspace=0.02, wspace=0.03)
    legend_above(figure, handles, labels, title)
    provenance(
        figure,
        (*_METHOD, *references),
        f"cross sections per target; {note}" if note else "per target",
    )
    return figure.every()


@public
@styled
def plot_distribution_2d(
    distribution: Distribution,
    *,
    title: str = "",
    note: str = "",
    references: Iterable[str] = (),
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot a distribution of two observables, one panel per model.

    Parameters
    ----------
    distribution : in two dimensions.
    title : above the panels, e.g. channel, target and flux.
    note, references : for the line at the bottom.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels
        d²σ/dXdY per target (or per ln X, ln Y) as colour, one logarithmic scale of
        three decades for all panels, and the smallest areas with 50 % and 90 % of the
        binned cross section, smoothed over 1.5 bins and only with enough events.

    Raises
    ------
    InputError
        For one dimension, or if all bins are empty.

    Examples
    --------
    >>> from nuprobe.plotting import figure_of
    >>> from nuprobe.events import distributions, trident
    >>> gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    >>> made = distributions(gen, [("E_minus", "E_plus")], bins=5, n=1000)
    >>> len(figure_of(plot_distribution_2d(made.items[0])).axes)  # and the scale
    2
    """
    if len(distribution.observables) != 2:
        raise InputError("a plane needs two observables: use plot_distribution for one")
    if not distribution.values.any():
        names = " and ".join(o.name for o in distribution.observables)
        raise InputError(f"nothing to plot: no event lies in the bins of {names}")
    n = len(distribution.models)
    columns = min(3, n)
    rows = -(-n // columns)
    figure = new_figure(3.9 * columns + 1.6, 3.6 * rows + 0.7, ax, artist)
    axes = figure.subplots(
        rows, columns, squeeze=False, sharex=True, sharey=True
    ).ravel()
    both = [
        _axis(o, e)
        for o, e in zip(distribution.observables, distribution.edges, strict=True)
    ]
    image, power = _planes(axes, distribution, both)
    for panel in axes[n:]:
        panel.remove()
    for i, panel in enumerate(axes[:n]):
        if i % columns == 0:
            panel.set_ylabel(both[1].label)
        if i + columns >= n:
            panel.set_xlabel(both[0].label)
            panel.tick_params(labelbottom=True)
    per = "".join(f"/{a.unit}" for a in both if a.unit and not a.logarithmic)
    figure.colorbar(image, ax=list(axes[:n]), extend="min").set_label(
        rf"$\mathrm{{d}}^2\sigma/\mathrm{{d}}{both[0].of}\,\mathrm{{d}}{both[1].of}$"
        rf" [{power}cm$^2${per}]"
    )
    if title:
        figure.suptitle(primes(title), fontsize=11)
    what = "cross sections per target; contours contain 90 % (dashed) and 50 %"
    provenance(figure, (*_METHOD, *references), f"{what}; {note}" if note else what)
    return figure.every()


def _planes(
    axes: NDArray[np.object_], distribution: Distribution, both: Sequence[_Axis]
) -> tuple[ScalarMappable, str]:
    """Draw one panel per model on a common scale; returns the colours and their power
    of ten."""
    from matplotlib import colormaps
    from matplotlib.colors import LogNorm

    x, y = both
    area = np.multiply.outer(x.widths, y.widths)
    density = distribution.values / area
    scale, power = power_of_ten(density)
    density = density / scale
    top = float(density.max())
    norm = LogNorm(top / 1e3, top)
    for i, name in enumerate(distribution.models):
        ax = axes[i]
        shown = np.ma.masked_less_equal(density[i].T, 0.0)
        # bins without events are below the scale too
        ax.set_facecolor(colormaps["cividis"](0.0))
        image = ax.pcolormesh(
            x.edges, y.edges, shown, cmap="cividis", norm=norm, rasterized=True
        )
        shares, effective = distribution.values[i], distribution.effective[i]
        # noise would give contours around every bin
        enough = np.sum(shares * (effective >= _ENOUGH)) > 0.8 * shares.sum()
        if enough and min(shares.shape) > 4:
            _contours(ax, density[i], shares, both)
        several = len(distribution.models) > 1
        ax.set_title(_NAMES.get(name, name) if several else "", fontsize=11)
        if x.logarithmic:
            ax.set_xscale("log")
        if y.logarithmic:
            ax.set_yscale("log")
        ax.label_outer()
    return image, power


def _contours(
    ax: Axes, density: FloatArray, shares: FloatArray, both: Sequence[_Axis]
) -> None:
    """Smallest areas with 50 % and 90 % of the cross section, smoothed."""
    from scipy.ndimage import gaussian_filter

    smooth = gaussian_filter(density, 1.5, mode="nearest")
    order = np.argsort(smooth.ravel())[::-1]
    held = np.cumsum(shares.ravel()[order]) / shares.sum()
    levels = [
        float(smooth.ravel()[order][np.searchsorted(held, share)])
        for share in (0.9, 0.5)
    ]
    if 0 < levels[0] < levels[1]:
        ax.contour(
            *(a.centres for a in both),
            smooth.T,
            levels=levels,
            colors="white",
            linewidths=1.2,
            linestyles=["--", "-"],
        )


class _Axis(NamedTuple):
    """Edges in the unit of an axis, variable and unit of the differential, label and
    whether it is logarithmic."""

    edges: FloatArray
    of: str
    unit: str
    label: str
    logarithmic: bool

    @property
    def widths(self) -> FloatArray:
        """Widths of the bins, in the logarithm if that is shown."""
        return np.diff(np.log(self.edges) if self.logarithmic else self.edges)

    @property
    def centres(self) -> FloatArray:
        """Centres of the bins."""
        low, high = self.edges[:-1], self.edges[1:]
        return np.asarray(np.sqrt(high * low) if self.logarithmic else (high + low) / 2)


def _axis(what: Observable, edges: FloatArray) -> _Axis:
    """Axis of an observable in a suitable unit."""
    _, unit, size = next(u for u in _UNITS[what.unit] if edges[-1] >= u[0])
    logarithmic = what.logarithmic and bool(edges[0] > 0)
    composed = f"({what.latex})" if re.search(r"[ /]", what.latex) else what.latex
    of = rf"\ln {what.latex}" if logarithmic else composed
    label = f"${what.latex}$" + (f" [{unit}]" if unit else "")
    return _Axis(edges / size, of, unit, label, logarithmic)


def _draw(
    one: Distribution, curve: Spectrum | None, upper: Axes, lower: Axes | None
) -> tuple[list[Artist], list[str]]:
    if len(one.observables) != 1:
        raise InputError("only distributions in one dimension are plotted here")
    if not one.counts.any():
        raise InputError(
            f"nothing to plot: no event lies in the bins of {one.observables[0].name}"
        )
    what = one.observables[0]
    axis = _axis(what, one.edges[0])
    x, width = axis.edges, axis.widths
    hues = colours(len(one.models)) if len(one.models) > 1 else [PALETTE[0]]
    handles: list[Artist] = []
    labels: list[str] = []
    scale, power = power_of_ten(one.values / width)
    width = width * scale
    top = 0.0
    for i, (name, hue) in enumerate(zip(one.models, hues, strict=True)):
        y, error = one.values[i] / width, one.errors[i] / width
        top = max(top, float((y + error).max()))
        _band(upper, x, y, error, hue)
        style = _LINES[i % len(_LINES)]
        handles.append(
            upper.stairs(
                y, x, color=hue, linestyle=style, linewidth=1.5, baseline=None, zorder=2
            )
        )
        labels.append(_NAMES.get(name, name))
    if curve is not None:
        for i, _ in enumerate(one.models):
            dots = upper.plot(
                axis.centres,
                np.atleast_2d(curve.values)[i] / width,
                ".",
                color="black",
                markersize=3.5,
            )
        handles += dots
        labels.append("quadrature")
    upper.set_ylim(0, 1.08 * top)
    per = "" if axis.logarithmic or not axis.unit else f"/{axis.unit}"
    upper.set_ylabel(
        rf"$\mathrm{{d}}\sigma/\mathrm{{d}}{axis.of}$ [{power}cm$^2${per}]"
    )
    if axis.logarithmic:
        upper.set_xscale("log")
    upper.set_xlim(x[0], x[-1])
    bottom = upper if lower is None else lower
    bottom.set_xlabel(axis.label)
    if lower is not None:
        _ratios(one, curve, x, hues, lower)
    return handles, labels


def _ratios(
    one: Distribution,
    curve: Spectrum | None,
    x: FloatArray,
    hues: Sequence[str],
    lower: Axes,
) -> None:
    from matplotlib.ticker import MaxNLocator

    lower.axhline(1, color="black", linestyle=(0, (5, 2)), linewidth=0.8, zorder=1.5)
    shown: list[FloatArray] = []
    if len(one.models) == 1:
        assert curve is not None  # callers
        expected = np.atleast_2d(curve.values)[0]
        safe = np.where(expected > 0, expected, 1.0)
        good = (one.effective[0] >= _ENOUGH) & (expected > 0)
        ratio, error = (
            np.where(good, v / safe, np.nan) for v in (one.values[0], one.errors[0])
        )
        _band(lower, x, ratio, error, hues[0])
        lower.stairs(ratio, x, color=hues[0], baseline=None, zorder=2)
        shown += [ratio - error, ratio + error]
        lower.set_ylabel("events/quadr.")
    for i, name in enumerate(one.models[1:], 1):
        ratio, error = one.ratio(name)
        ratio = np.where(one.effective[0] >= _ENOUGH, ratio, np.nan)
        _band(lower, x, ratio, error, hues[i])
        lower.stairs(
            ratio,
            x,
            color=hues[i],
            linestyle=_LINES[i % len(_LINES)],
            baseline=None,
            zorder=2,
        )
        shown.append(ratio)
        lower.set_ylabel("ratio")
    values = np.concatenate([*shown, [1.0]])
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if high > 8:
        lower.set_yscale("log")
        lower.set_ylim(min(0.5, low / 1.5), 2 * high)
    else:
        span = max(high - low, 0.1)
        lower.set_ylim(low - 0.15 * span, high + 0.15 * span)
        lower.yaxis.set_major_locator(
            MaxNLocator(4, steps=[1, 2, 5, 10], prune="upper")
        )


def _band(ax: Axes, x: FloatArray, y: FloatArray, error: FloatArray, hue: str) -> None:
    """Step band of one standard deviation, beneath the lines."""
    ax.fill_between(
        x,
        np.append(y - error, (y - error)[-1]),
        np.append(y + error, (y + error)[-1]),
        step="post",
        color=blend(hue, 0.35),
        linewidth=0,
        zorder=1.2,
    )
