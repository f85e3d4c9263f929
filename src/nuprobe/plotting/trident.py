"""Trident cross sections over the neutrino energy: channels and regimes, models."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.models import LeptonModel, StandardModel
from nuprobe.nuclei import Target, TargetSpec
from nuprobe.numerics import FloatArray
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    WIDTH,
    colours,
    finite_array,
    legend_above,
    per_target,
    provenance,
    styled,
    target_symbol,
)
from nuprobe.plotting.trident_axes import (
    METHOD,
    channel_symbol,
    counted,
    described,
    energies_of,
    energy_axis,
    nuclear_input,
    opened,
    refined,
)
from nuprobe.processes import trident
from nuprobe.processes.trident.channels import Channel, ChannelSpec
from nuprobe.processes.trident.options import FormFactorSpec
from nuprobe.units import GeV

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes


__all__ = ["plot_trident_energy", "plot_trident_ratio"]

_LOOK: Final = {
    # regime: name, line
    "all": ("all", "-"),
    "coherent": ("coherent", "-"),
    "elastic": ("elastic", (0, (8, 1.5))),
    "incoherent": ("incoherent", (0, (6, 1.5))),
    "inelastic": ("broken nucleons", (0, (3, 1, 1, 1, 1, 1))),
    "proton": ("protons", (0, (5, 2))),
    "neutron": ("neutrons", (0, (1, 1.4))),
    "electron": ("electrons", (0, (5, 1.5, 1, 1.5))),
}
_BROKEN: Final = ("-", "-", "-.", (0, (4, 2)))
_DECADES: Final = 3.5  # shown below the maximum of the lowest curve


@public
@styled
def plot_trident_energy(
    channels: str | Channel | Sequence[ChannelSpec],
    target: TargetSpec,
    e_grid: ArrayLike,
    *,
    model: LeptonModel | None = None,
    regimes: Sequence[str] = ("coherent", "proton", "neutron"),
    form_factor: FormFactorSpec = None,
    marks: ArrayLike = (),
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot σ/E against the neutrino energy, with a colour for each channel and a line
    style for each regime.

    Parameters
    ----------
    channels : one, or a list of them, as read by `trident.channel` (PDG numbers only
        inside a list).
    target : the target; cross sections are per nucleus or formula unit, summed over
        nucleons (and electrons of the neutral atom).
    e_grid : neutrino energies in MeV, increasing, at least two. Points are added above
        each threshold in this range.
    model : couplings; default the Standard Model.
    regimes : of `trident.REGIMES`.
    form_factor : charge form factor, as in `trident.total`.
    marks : energies in MeV marked by dots on each curve.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes
        σ/E in cm²/GeV, both axes logarithmic; short vertical lines at the bottom mark
        the thresholds.

    Raises
    ------
    InputError, UnknownNameError
        As `trident.total`; for an empty list, or if no channel opens up to the last
        energy.

    Examples
    --------
    >>> import numpy as np
    >>> drawn = plot_trident_energy(
    ...     "nu_mu -> nu_mu mu+ mu-",
    ...     "Ar40",
    ...     np.geomspace(1e3, 1e5, 4),
    ...     regimes=["coherent"],
    ... )
    >>> drawn.figure.axes[0].get_xlabel()
    'neutrino energy $E_\\\\nu$ [GeV]'
    """
    e = energies_of(e_grid)
    listed = [channels] if isinstance(channels, str | Channel) else channels
    chosen = [trident.channel(c) for c in listed]
    if not chosen or not regimes:
        raise InputError("nothing to plot: name at least one channel and one regime")
    nucleus = counted(target)
    model = StandardModel() if model is None else model
    figure = new_figure(WIDTH, 5.4, ax, artist)
    panel = figure.add_subplot()
    dots = (
        np.atleast_1d(finite_array(marks, "the energies to mark"))
        if np.size(marks)
        else np.zeros(0)
    )
    several = len(chosen) > 1
    hues = colours(len(chosen) if several else len(regimes))
    tops: dict[tuple[Channel, str], float] = {}
    marked = False
    for i, channel in enumerate(chosen):
        for j, regime in enumerate(regimes):
            curve = _Curve(channel, target, nucleus, model, regime, form_factor)
            colour = hues[i if several else j]
            top = curve.draw(panel, e, dots, colour)
            if top is not None:
                tops[channel, regime] = top
            marked = curve.mark_threshold(panel, e, colour) or marked
    if not tops:
        lowest = min(
            trident.threshold_energy(c, target, r) for c in chosen for r in regimes
        )
        raise InputError(
            f"nothing to plot: every cross section is zero up to {e[-1] / GeV:g} GeV;"
            f" the lowest threshold is {lowest / GeV:.6g} GeV"
        )
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_ylim(min(tops.values()) * 10**-_DECADES, 4 * max(tops.values()))
    panel.set_ylabel(rf"$\sigma/E_\nu$ [cm$^2$ GeV$^{{-1}}${per_target(nucleus)}]")
    energy_axis(panel, e)
    handles, labels = _entries(chosen, regimes, hues, tops)
    if marked:
        handles.append(
            _line(
                color="0.35",
                marker="|",
                markersize=9,
                markeredgewidth=1.2,
                linestyle="",
            )
        )
        labels.append("threshold")
    what = "tridents" if several else channel_symbol(chosen[0])
    legend_above(figure, handles, labels, f"{what} on {target_symbol(nucleus)}")
    nuclear, keys = nuclear_input(target, regimes, form_factor)
    provenance(figure, (*METHOD, *keys), f"{_model(model)}; {nuclear}")
    return figure.one()


@dataclass(frozen=True, eq=False)
class _Curve:
    """σ(E) of one channel in one regime, per nucleus or formula unit."""

    channel: Channel
    target: TargetSpec
    nucleus: Target
    model: LeptonModel
    regime: str
    form_factor: FormFactorSpec

    @property
    def start(self) -> float:
        return trident.threshold_energy(self.channel, self.target, self.regime)

    def section(self, e: FloatArray) -> FloatArray:
        """Return σ in cm², summed since `trident.total` gives single nucleons and
        electrons."""
        parts, regime = self.nucleus.components, self.regime
        if regime == "electron":
            electrons = sum(c.count * c.isotope.z for c in parts)
            return electrons * trident.total(e, self.channel, None, self.model, regime)
        if regime == "neutron":
            neutrons = sum(c.count * c.isotope.n for c in parts)
            return neutrons * trident.total(
                e, self.channel, self.target, self.model, regime
            )
        if regime != "proton":
            return trident.total(
                e,
                self.channel,
                self.target,
                self.model,
                regime,
                form_factor=self.form_factor,
            )
        value = np.zeros_like(e)
        for free in (False, True):
            number = sum(
                c.count * c.isotope.z for c in parts if (c.isotope.a == 1) == free
            )
            if number:
                hit = "H1" if free else self.target
                value += number * trident.total(
                    e, self.channel, hit, self.model, regime
                )
        return value

    def draw(
        self, ax: Axes, e: FloatArray, dots: FloatArray, colour: str
    ) -> float | None:
        """Draw σ/E and its dots; returns the highest point, None if all is zero."""
        grid = refined(e, self.start)
        y = self.section(grid) / (grid / GeV)
        some = y > 0
        line = _LOOK[self.regime][1]
        ax.plot(grid[some] / GeV, y[some], color=colour, linestyle=line)
        if dots.size:
            height = self.section(dots) / (dots / GeV)
            shown = height > 0
            ax.plot(dots[shown] / GeV, height[shown], "o", color=colour, markersize=5)
        return float(y.max()) if some.any() else None

    def mark_threshold(self, ax: Axes, e: FloatArray, colour: str) -> bool:
        """Mark the threshold at the bottom if it lies inside the energies."""
        if not e[0] < self.start < e[-1]:
            return False
        ax.vlines(
            self.start / GeV,
            0,
            0.045,
            transform=ax.get_xaxis_transform(),
            color=colour,
            lw=1.2,
            zorder=1,
        )
        return True


@public
@styled
def plot_trident_ratio(
    channel: ChannelSpec,
    target: TargetSpec,
    e_grid: ArrayLike,
    models: Mapping[str, LeptonModel],
    reference: LeptonModel | None = None,
    *,
    regime: str = "all",
    form_factor: FormFactorSpec = None,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot σ(model)/σ(reference) against the neutrino energy.

    Parameters
    ----------
    channel : as read by `trident.channel`.
    target, e_grid, regime, form_factor : as in `plot_trident_energy`.
    models : by legend label.
    reference : denominator of the ratio; default the Standard Model.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes
        The horizontal line is the reference; the vertical axis is logarithmic if the
        ratios span a factor of 5.

    Raises
    ------
    InputError, UnknownNameError
        As `trident.total`; if there is no model, every energy is below threshold, or
        the reference cross section vanishes.

    Examples
    --------
    >>> import numpy as np
    >>> import nuprobe as nu
    >>> drawn = plot_trident_ratio(
    ...     "nu_mu -> nu_mu mu+ mu-",
    ...     "Ar40",
    ...     np.geomspace(1e3, 1e4, 4),
    ...     {"V-A": nu.VMinusA()},
    ... )
    >>> [text.get_text() for text in drawn.figure.legends[0].get_texts()]
    ['V-A', 'Standard Model']
    """
    e = energies_of(e_grid)
    chosen = trident.channel(channel)
    if not models:
        raise InputError(
            "nothing to plot: give at least one model, e.g. {'V−A': nuprobe.VMinusA()}"
        )
    nucleus = counted(target)
    base = StandardModel() if reference is None else reference
    reference_curve = _Curve(chosen, target, nucleus, base, regime, form_factor)
    grid = opened(e, reference_curve.start, chosen)
    below = reference_curve.section(grid)
    if not np.all(below > 0):
        raise InputError(
            f"no ratio: the reference {_model(base)} gives no pairs in"
            f" {chosen.name}; choose another one"
        )
    figure = new_figure(WIDTH, 4.6, ax, artist)
    panel = figure.add_subplot()
    handles: list[Artist] = []
    ratios: list[FloatArray] = []
    hues = colours(len(models))
    for i, (model, colour) in enumerate(zip(models.values(), hues, strict=True)):
        ratios.append(replace(reference_curve, model=model).section(grid) / below)
        # dashed lines keep the curve below them visible
        line = _BROKEN[i % len(_BROKEN)]
        handles += panel.plot(grid / GeV, ratios[-1], color=colour, linestyle=line)
    handles.append(
        panel.axhline(
            1, color="black", linestyle=(0, (5, 2)), linewidth=1.0, zorder=1.5
        )
    )
    _ratio_axis(panel, ratios)
    standard = reference is None
    panel.set_ylabel(rf"$\sigma/\sigma_{{\mathrm{{{'SM' if standard else 'ref'}}}}}$")
    energy_axis(panel, e)
    kind = _LOOK[regime][0]
    legend_above(
        figure,
        handles,
        [*models, "Standard Model" if standard else f"reference ({_model(base)})"],
        f"{channel_symbol(chosen)} on {target_symbol(nucleus)}, {kind}",
    )
    nuclear, keys = nuclear_input(target, [regime], form_factor)
    if any(trident.mediator_masses(model, chosen) for model in models.values()):
        keys.append("Altmannshofer:2014pba")
    provenance(figure, (*METHOD, *keys), f"reference {_model(base)}; {nuclear}")
    return figure.one()


def _ratio_axis(ax: Axes, ratios: Sequence[FloatArray]) -> None:
    """Show all ratios and 1, logarithmic if they span a factor of 5."""
    from matplotlib.ticker import LogLocator, NullFormatter

    low = min(1.0, *(float(r.min()) for r in ratios))
    high = max(1.0, *(float(r.max()) for r in ratios))
    if not high > 5 * low > 0:
        span = max(high - low, 0.02)
        ax.set_ylim(low - 0.08 * span, high + 0.08 * span)
        return
    ax.set_yscale("log")
    ax.set_ylim(low / 1.5, high * 1.5)
    if high < 1000 * low:
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_formatter(NullFormatter())


def _entries(
    channels: Sequence[Channel],
    regimes: Sequence[str],
    hues: Sequence[str],
    drawn: Collection[tuple[Channel, str]],
) -> tuple[list[Artist], list[str]]:
    """Handles and labels: channels by colour, then regimes by line style, or both at
    once for a single channel."""
    several = len(channels) > 1
    handles: list[Artist] = []
    labels: list[str] = []
    if several:
        handles += [_line(color=hue) for hue in hues]
        labels += [
            channel_symbol(c)
            + ("" if any((c, r) in drawn for r in regimes) else " (zero)")
            for c in channels
        ]
    for regime, hue in zip(
        regimes, ["0.35"] * len(regimes) if several else hues, strict=True
    ):
        handles.append(_line(color=hue, linestyle=_LOOK[regime][1]))
        labels.append(
            _LOOK[regime][0]
            + ("" if any((c, regime) in drawn for c in channels) else " (zero)")
        )
    return handles, labels


def _line(**look: object) -> Artist:
    from matplotlib.lines import Line2D

    return Line2D([], [], **look)  # type: ignore[arg-type]


def _model(model: LeptonModel) -> str:
    name = getattr(model, "name", type(model).__name__)
    if isinstance(model, StandardModel):
        return f"model {name}, $\\sin^2\\theta_W$ = {float(model.lepton_sin2):g}"
    return f"model {described(model)}"
