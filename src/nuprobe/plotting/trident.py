"""Trident cross sections over the neutrino energy: channels and regimes, models, form
factors."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.errors import InputError
from nuprobe.models import LeptonModel, StandardModel
from nuprobe.nuclei import FormFactor, Isotope, Target, TargetSpec
from nuprobe.nuclei import isotope as as_isotope
from nuprobe.nuclei import target as make_target
from nuprobe.nuclei.form_factors import Fermi, FourierBessel, WoodsSaxon, shape_named
from nuprobe.numerics import FloatArray
from nuprobe.plotting.style import (
    WIDTH,
    colours,
    finite_array,
    isotope_symbol,
    legend_above,
    new_figure,
    per_target,
    provenance,
    shape_name,
    styled,
    target_symbol,
)
from nuprobe.processes import trident
from nuprobe.processes.trident.channels import Channel, ChannelSpec
from nuprobe.processes.trident.options import FormFactorSpec
from nuprobe.units import GeV, fm

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "channel_symbol",
    "plot_trident_energy",
    "plot_trident_form_factors",
    "plot_trident_ratio",
]

_LOOK: Final = {
    # regime: name, line
    "all": ("all", "-"),
    "coherent": ("coherent", "-"),
    "incoherent": ("incoherent", (0, (6, 1.5))),
    "proton": ("protons", (0, (5, 2))),
    "neutron": ("neutrons", (0, (1, 1.4))),
    "electron": ("electrons", (0, (5, 1.5, 1, 1.5))),
}
_LEPTONS: Final = ("e", r"\mu", r"\tau")
_METHOD: Final = ("Czyz:1964zz", "Lovseth:1971vv")
_DECADES: Final = 3.5  # below the lowest curve's top
_NEAR: Final = np.geomspace(
    1e-3, 1, 60
)  # E/E_threshold − 1 of the points added behind a threshold


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
) -> Figure:
    """Plot σ/E against the neutrino energy: a colour for each channel, a line for each
    regime.

    Parameters
    ----------
    channels : one, or a list of them; what `trident.channel` reads (PDG numbers only
        inside a list).
    target : the target; everything is drawn per nucleus or formula unit, so the
        nucleons (and electrons of the neutral atom) are summed.
    e_grid : neutrino energies in MeV, increasing, at least two. Points behind each
        threshold inside it are added.
    model : couplings; default the Standard Model.
    regimes : of `trident.REGIMES`.
    form_factor : charge form factor, as `trident.total`.
    marks : energies in MeV at which each curve has a dot.

    Returns
    -------
    Figure
        σ/E in cm²/GeV, both axes logarithmic; short vertical lines at the bottom mark
        the thresholds.

    Raises
    ------
    InputError, UnknownNameError
        As `trident.total`; for an empty list, or if every channel is closed up to the
        last energy.
    """
    e = _energies(e_grid)
    chosen = [
        trident.channel(one)
        for one in ([channels] if isinstance(channels, str | Channel) else channels)
    ]
    if not chosen or not regimes:
        raise InputError("nothing to plot: name at least one channel and one regime")
    nucleus = _counted(target)
    model = StandardModel() if model is None else model
    figure = new_figure(WIDTH, 5.4)
    ax = figure.add_subplot()
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
            start = trident.threshold_energy(channel, target, regime)
            grid = _refined(e, start)
            y = _section(grid, channel, target, nucleus, model, regime, form_factor) / (
                grid / GeV
            )
            some = y > 0
            colour = hues[i if several else j]
            ax.plot(grid[some] / GeV, y[some], color=colour, linestyle=_LOOK[regime][1])
            if dots.size:
                height = _section(
                    dots, channel, target, nucleus, model, regime, form_factor
                ) / (dots / GeV)
                ax.plot(
                    dots[height > 0] / GeV,
                    height[height > 0],
                    "o",
                    color=colour,
                    markersize=5,
                )
            if some.any():
                tops[channel, regime] = float(y.max())
            if e[0] < start < e[-1]:
                marked = True
                ax.vlines(
                    start / GeV,
                    0,
                    0.045,
                    transform=ax.get_xaxis_transform(),
                    color=colour,
                    lw=1.2,
                    zorder=1,
                )
    if not tops:
        lowest = min(
            trident.threshold_energy(c, target, r) for c in chosen for r in regimes
        )
        raise InputError(
            f"nothing to plot: every cross section is zero up to {e[-1] / GeV:g} GeV;"
            f" the lowest threshold is {lowest / GeV:.6g} GeV"
        )
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylim(min(tops.values()) * 10**-_DECADES, 4 * max(tops.values()))
    ax.set_ylabel(rf"$\sigma/E_\nu$ [cm$^2$ GeV$^{{-1}}${per_target(nucleus)}]")
    _energy_axis(ax, e)
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
    where = f" on {target_symbol(nucleus)}"
    legend_above(
        figure,
        handles,
        labels,
        f"tridents{where}" if several else f"{channel_symbol(chosen[0])}{where}",
    )
    nuclear, keys = _nuclear(target, regimes, form_factor)
    provenance(figure, (*_METHOD, *keys), f"{_model(model)}; {nuclear}")
    return figure


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
) -> Figure:
    """Plot σ(model)/σ(reference) against the neutrino energy.

    Parameters
    ----------
    channel : what `trident.channel` reads.
    target, e_grid, regime, form_factor : as in `plot_trident_energy`.
    models : by the label of each in the legend.
    reference : what they are divided by; default the Standard Model.

    Returns
    -------
    Figure
        The horizontal line is the reference; the vertical axis is logarithmic once the
        ratios span a factor of 5.

    Raises
    ------
    InputError, UnknownNameError
        As `trident.total`; if there is no model, every energy is below threshold, or
        the reference makes no pair.
    """
    from matplotlib.ticker import LogLocator, NullFormatter

    e = _energies(e_grid)
    one = trident.channel(channel)
    if not models:
        raise InputError(
            "nothing to plot: give at least one model, e.g. {'V−A': nuprobe.VMinusA()}"
        )
    nucleus = _counted(target)
    base = StandardModel() if reference is None else reference
    start = trident.threshold_energy(one, target, regime)
    grid = _open(e, start, one)
    below = _section(grid, one, target, nucleus, base, regime, form_factor)
    if not np.all(below > 0):
        raise InputError(
            f"no ratio: the reference {_model(base)} makes no pair in {one.name};"
            " choose another one"
        )
    figure = new_figure(WIDTH, 4.6)
    ax = figure.add_subplot()
    handles: list[Artist] = []
    ratios: list[FloatArray] = []
    for model, colour in zip(models.values(), colours(len(models)), strict=True):
        ratios.append(
            _section(grid, one, target, nucleus, model, regime, form_factor) / below
        )
        handles += ax.plot(grid / GeV, ratios[-1], color=colour)
    handles.append(
        ax.axhline(1, color="black", linestyle=(0, (5, 2)), linewidth=1.0, zorder=1.5)
    )
    low, high = (
        min(1.0, *(float(r.min()) for r in ratios)),
        max(1.0, *(float(r.max()) for r in ratios)),
    )
    if high > 5 * low > 0:
        ax.set_yscale("log")
        ax.set_ylim(low / 1.5, high * 1.5)
        if high < 1000 * low:
            ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            ax.yaxis.set_major_formatter("{x:g}")
            ax.yaxis.set_minor_formatter(NullFormatter())
    else:
        span = max(high - low, 0.02)
        ax.set_ylim(low - 0.08 * span, high + 0.08 * span)
    standard = reference is None
    ax.set_ylabel(rf"$\sigma/\sigma_{{\mathrm{{{'SM' if standard else 'ref'}}}}}$")
    _energy_axis(ax, e)
    kind = _LOOK[regime][0]
    legend_above(
        figure,
        handles,
        [*models, "Standard Model" if standard else f"reference ({_model(base)})"],
        f"{channel_symbol(one)} on {target_symbol(nucleus)}, {kind}",
    )
    nuclear, keys = _nuclear(target, [regime], form_factor)
    if any(trident.mediator_masses(model, one) for model in models.values()):
        keys.append("Altmannshofer:2014pba")
    provenance(figure, (*_METHOD, *keys), f"reference {_model(base)}; {nuclear}")
    return figure


@styled
def plot_trident_form_factors(
    channel: ChannelSpec,
    isotope: str | Isotope,
    e_grid: ArrayLike,
    shapes: Mapping[str, str | FormFactor] | None = None,
    *,
    model: LeptonModel | None = None,
) -> Figure:
    """Plot by how much the choice of charge form factor changes a coherent cross
    section.

    Parameters
    ----------
    channel : what `trident.channel` reads.
    isotope : the nucleus; the reference is `trident.charge_form_factor`, its
        Fourier–Bessel density where measured.
    e_grid : neutrino energies in MeV, increasing, at least two.
    shapes : by label; a name of `nuclei.FORM_FACTORS` is built with the measured charge
        radius. Default: Fermi and Helm with the measured radius, Fermi and Woods–Saxon
        with the radius of the trident literature, 1.07 A^(1/3) fm and 0.57 fm.
    model : couplings; default the Standard Model.

    Returns
    -------
    Figure
        σ/σ(reference) − 1 in per cent.

    Raises
    ------
    InputError, UnknownNameError
        As `trident.total`; if the charge radius is not measured, or every energy lies
        below threshold.
    """
    e = _energies(e_grid)
    one, nucleus = trident.channel(channel), as_isotope(isotope)
    base = trident.charge_form_factor(nucleus)
    note = ""
    if shapes is None:
        note = (
            "literature: $R$ = 1.07 $A^{1/3}$ fm, $a$ = 0.57 fm (Brown:1973ih); others:"
            " measured charge radius"
        )
        shapes = {
            "Fermi": "fermi",
            "Helm": "helm",
            "Fermi, literature": Fermi.of(nucleus),
            "Woods–Saxon, literature": WoodsSaxon.of(nucleus),
        }
    if not shapes:
        raise InputError("nothing to plot: give at least one form factor")
    built: dict[str, FormFactor] = {}
    radius = False
    for label, shape in shapes.items():
        free = isinstance(shape, str) and shape_named(shape).free_radius
        radius = radius or free
        if free and nucleus.r_charge is None:
            raise InputError(
                f"the charge radius of {nucleus.name} is not measured: give form"
                " factors as objects"
            )
        built[label] = trident.charge_form_factor(nucleus, shape)
    start = trident.threshold_energy(one, nucleus.name)
    grid = _open(e, start, one)

    def total(shape: FormFactor) -> FloatArray:
        return trident.total(
            grid, one, nucleus.name, model, form_factor=shape, regime="coherent"
        )

    reference = total(base)
    figure = new_figure(WIDTH, 4.2)
    ax = figure.add_subplot()
    handles: list[Artist] = []
    labels: list[str] = []
    for i, ((label, shape), colour) in enumerate(
        zip(built.items(), colours(len(built)), strict=True)
    ):
        # the last of two equal curves is dotted, and wider, so that both are seen
        hidden = any(_like(shape, other) for other in list(built.values())[:i])
        line = {"linestyle": (0, (1, 1.6)), "linewidth": 2.6} if hidden else {}
        handles += ax.plot(
            grid / GeV,
            100 * (total(shape) / reference - 1),
            color=colour,
            **line,  # type: ignore[arg-type]
        )
        labels.append(f"{label} ({shape.rms / fm:.3f} fm)")
    handles.append(
        ax.axhline(0, color="black", linestyle=(0, (5, 2)), linewidth=1.0, zorder=1.5)
    )
    measured = isinstance(base, FourierBessel)
    labels.append(f"reference: {shape_name(base)} ({base.rms / fm:.3f} fm)")
    ax.set_ylabel(r"$\sigma/\sigma_{\mathrm{ref}}-1$ [%]")
    _energy_axis(ax, e)
    legend_above(
        figure,
        handles,
        labels,
        f"{channel_symbol(one)} on {isotope_symbol(nucleus.symbol, nucleus.a)},"
        " coherent: form factor (rms radius)",
    )
    keys = [
        *_METHOD,
        *(["DeVries:1987atn"] if measured else []),
        *(["Angeli:2013epw"] if radius else []),
    ]
    provenance(figure, keys, note)
    return figure


def _energies(e_grid: ArrayLike) -> FloatArray:
    e = finite_array(e_grid, "the energy grid")
    if e.ndim != 1 or e.size < 2 or np.any(np.diff(e) <= 0) or e[0] <= 0:
        raise InputError(
            "a trident cross section is drawn over at least two increasing positive"
            " energies (MeV), e.g. 200 to 1e5"
        )
    return e


def _refined(e: FloatArray, start: float) -> FloatArray:
    """Energies with more points behind a threshold."""
    more = start * (1 + _NEAR)
    return np.unique(np.concatenate([e, more[(more > e[0]) & (more < e[-1])]]))


def _open(e: FloatArray, start: float, channel: Channel) -> FloatArray:
    """Refined energies above a threshold."""
    grid = _refined(e, start)
    if e[-1] <= start:
        raise InputError(
            f"nothing to plot: {channel.name} is closed up to {e[-1] / GeV:g} GeV; "
            f"its threshold is {start / GeV:.6g} GeV"
        )
    return grid[grid > start]


def _section(
    e: FloatArray,
    channel: Channel,
    target: TargetSpec,
    nucleus: Target,
    model: LeptonModel,
    regime: str,
    form_factor: FormFactorSpec,
) -> FloatArray:
    """Cross section of a regime per formula unit, cm²: `trident.total` gives nucleons
    and electrons singly."""
    parts = nucleus.components
    if regime == "electron":
        return sum(c.count * c.isotope.z for c in parts) * trident.total(
            e, channel, None, model, regime
        )
    if regime == "neutron":
        return sum(c.count * c.isotope.n for c in parts) * trident.total(
            e, channel, None, model, regime
        )
    if regime == "proton":
        value = np.zeros_like(e)
        for free in (False, True):
            number = sum(
                c.count * c.isotope.z for c in parts if (c.isotope.a == 1) == free
            )
            if number:
                value += number * trident.total(
                    e, channel, None, model, regime, pauli=not free
                )
        return value
    return trident.total(e, channel, target, model, regime, form_factor=form_factor)


def _energy_axis(ax: Axes, e: FloatArray) -> None:
    ax.set_xlim(e[0] / GeV, e[-1] / GeV)
    if e[-1] > 5 * e[0]:
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter("{x:g}")
        # between the decades of a short axis, in the same writing
        short = e[-1] < 50 * e[0]
        ax.xaxis.set_minor_formatter(
            lambda x, _: f"{x:g}" if short and f"{x:e}"[0] in "235" else ""
        )
    ax.set_xlabel(r"neutrino energy $E_\nu$ [GeV]")


def _entries(
    channels: Sequence[Channel],
    regimes: Sequence[str],
    hues: Sequence[str],
    drawn: Collection[tuple[Channel, str]],
) -> tuple[list[Artist], list[str]]:
    """Handles and labels: channels by colour, then regimes by line, or both at once for
    a single channel."""
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


def channel_symbol(channel: Channel) -> str:
    """Channel in symbols: ν_μ → ν_e e⁺ μ⁻."""
    plus, minus = _LEPTONS[channel.plus], _LEPTONS[channel.minus]
    return (
        rf"${channel.incoming.latex} \to {channel.outgoing.latex}\, {plus}^{{+}}"
        rf" {minus}^{{-}}$"
    )


def _like(first: FormFactor, second: FormFactor) -> bool:
    """Whether two shapes look the same on paper."""
    q2 = np.array([30.0, 100.0, 200.0]) ** 2
    return bool(np.allclose(first(q2), second(q2), atol=2e-3))


def _model(model: LeptonModel) -> str:
    name = getattr(model, "name", type(model).__name__)
    if isinstance(model, StandardModel):
        return f"model {name}, $\\sin^2\\theta_W$ = {float(model.lepton_sin2):g}"
    return f"model {name}"


def _counted(target: TargetSpec) -> Target:
    """Isotopes and their numbers; the cross section chooses the charge form factors."""
    return (
        target
        if isinstance(target, Target)
        else make_target(target, form_factor="point")
    )


def _nuclear(
    target: TargetSpec, regimes: Sequence[str], form_factor: FormFactorSpec
) -> tuple[str, list[str]]:
    """Nuclear input in words, and its texkeys."""
    notes: list[str] = []
    keys: list[str] = []
    if {"coherent", "all"} & set(regimes):
        parts = [c for c in _counted(target).components if c.isotope.a > 1]
        if isinstance(form_factor, str):
            kinds = {form_factor}
        elif form_factor is not None:
            kinds = {shape_name(form_factor)}
        elif isinstance(target, Target):
            kinds = {shape_name(c.ff_p) for c in parts}
        else:
            kinds = {shape_name(trident.charge_form_factor(c.isotope)) for c in parts}
        notes.append(f"charge form factor {', '.join(sorted(kinds))}")
        if kinds & {"fourier-bessel", "Fourier–Bessel"}:
            keys.append("DeVries:1987atn")
    if {"proton", "neutron", "incoherent", "all"} & set(regimes):
        notes.append("nucleons Pauli-blocked, dipole form factors")
    if "electron" in regimes:
        notes.append("electrons free and at rest, photon exchange only")
    return "; ".join(notes), keys
