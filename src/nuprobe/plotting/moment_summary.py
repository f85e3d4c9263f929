"""Constraints on one moment from laboratories, stars and the early universe in one
figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.inference import Profile
from nuprobe.inference.levels import delta_threshold
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    WIDTH,
    colours,
    legend_above,
    provenance,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_moment_summary"]

_TOP = 12.0


@public
@styled
def plot_moment_summary(
    profiles: Mapping[str, Profile],
    *,
    cl: float = 0.90,
    published: Sequence[tuple[str, float]] = (),
    references: Sequence[str] = (),
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot −2 ln L above its minimum over the size of one moment, one line per cost.

    Parameters
    ----------
    profiles : by label, from `nuprobe.profile`, of one parameter; the last is drawn
        thicker, as the combination of all.
    cl : confidence level of the horizontal line.
    published : (label, upper limit in μ_B) each, as vertical lines.
    references : texkeys for the line at the bottom.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If there is no profile, they are of different parameters, or one has no positive
        values.

    Examples
    --------
    >>> import nuprobe as nu
    >>> measured = nu.experiment("primordial-abundances")
    >>> model = nu.Electromagnetic(magnetic_moment={"emu": 0.0}, kind="majorana")
    >>> name = "magnetic_moment.emu"
    >>> curve = measured.profile(name, [1e-10, 1e-9, 3e-9], model, analysis="n-eff")
    >>> plot_moment_summary({"N_eff": curve}).get_xscale()
    'log'
    """
    names = {one.parameter.name for one in profiles.values()}
    if len(names) != 1:
        raise InputError(
            "a summary needs profiles of one parameter, got"
            f" {', '.join(sorted(names)) or 'none'}"
        )
    figure = new_figure(WIDTH, 4.8, ax, artist)
    axes = figure.add_subplot()
    shades = colours(len(profiles) + len(published))
    for i, (label, one) in enumerate(profiles.items()):
        seen = one.values > 0
        if not seen.any():
            raise InputError(f"the profile of {label} has no positive moments")
        last = i == len(profiles) - 1 and len(profiles) > 1
        axes.plot(
            one.values[seen],
            one.delta[seen],
            color="black" if last else shades[i],
            # behind the others: the strongest of them often coincides with it
            linewidth=3.6 if last else 1.5,
            zorder=1.5 if last else 2,
            label=label,
        )
    for (label, limit), shade in zip(published, shades[len(profiles) :], strict=True):
        axes.axvline(limit, color=shade, linestyle="--", linewidth=1.2, label=label)
    rise = delta_threshold(cl)
    axes.axhline(rise, color="0.5", linewidth=0.8)
    axes.annotate(
        f"{100 * cl:.4g} % CL, two-sided (Wilks)",
        (1.0, rise),
        xycoords=("axes fraction", "data"),
        xytext=(-3, 2),
        textcoords="offset points",
        ha="right",
        color="0.4",
        fontsize=9,
    )
    symbol = next(iter(profiles.values())).parameter.latex
    axes.set(
        xscale="log",
        xlabel=rf"$|{symbol}|$ [$\mu_\mathrm{{B}}$]",
        ylabel=r"$-2\,\Delta\ln L$",
    )
    values = [v for one in profiles.values() for v in one.values if v > 0]
    axes.set_xlim(min(values), max(values))
    axes.set_ylim(0.0, _TOP)
    legend_above(figure, *axes.get_legend_handles_labels())
    provenance(figure, references)
    return figure.one()
