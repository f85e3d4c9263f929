"""Cross sections of coherent scattering with the full-coherence curve, and the loss of
coherence below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.flavours import Flavour
from nuprobe.flavours import flavour as as_flavour
from nuprobe.models import Model
from nuprobe.nuclei import Axial, Isotope, Target, TargetSpec, with_form_factors
from nuprobe.nuclei import target as make_target
from nuprobe.nuclei.form_factors import Point
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    WIDTH,
    colours,
    energy_unit,
    finite_array,
    legend_above,
    main_and_panel,
    per_target,
    power_of_ten,
    provenance,
    shape_name,
    styled,
    target_symbol,
    unit_text,
)
from nuprobe.processes import cevns
from nuprobe.processes.cross_section import diverges
from nuprobe.units import fm

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nuprobe.plotting.figures import Panels

__all__ = ["plot_differential", "plot_total"]

_REFERENCES = ("Drukier:1984vhf", "Barranco:2005yy")
_FULL = (0, (5, 2))
_POINTS = 500


@public
@styled
def plot_differential(
    target: TargetSpec,
    model: Model,
    energies: ArrayLike,
    *,
    flavours: str | Flavour | Sequence[str | Flavour] = "nu_mu",
    recoils: ArrayLike | None = None,
    axial: Axial = False,
    scale: Literal["linear", "log"] = "linear",
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot dσ/dT against the recoil energy, full coherence dashed, and their ratio in a
    lower panel.

    Parameters
    ----------
    target : returned or accepted by `nuprobe.target`; a molecule or mixture is drawn
        per formula unit.
    model : the couplings.
    energies : neutrino energies in MeV, one colour each.
    flavours : one or several; with several, one colour for each energy and flavour.
    recoils : recoil energies in MeV, increasing; default from 0 to the largest
        possible.
    axial : include the axial part (in both curves with the nucleus's own axial form
        factor).
    scale : of the vertical axis of the main panel.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels

    Raises
    ------
    InputError
        As `cevns.differential`, or if there is nothing to draw.

    Examples
    --------
    >>> import nuprobe as nu
    >>> drawn = plot_differential("Ar40", nu.StandardModel(), [20.0, 50.0])
    >>> [text.get_text() for text in drawn.figure.legends[0].get_texts()][:2]
    ['$E_\\\\nu$ = 20 MeV', '$E_\\\\nu$ = 50 MeV']
    """
    nucleus = make_target(target)
    point = with_form_factors(nucleus, Point(), Point())
    e_nu = np.atleast_1d(finite_array(energies, "the list of neutrino energies"))
    groups = _alike([as_flavour(f) for f in _sequence(flavours)], model, axial)
    curves = [(float(e), group) for e in e_nu for group in groups]
    grids = [
        _recoil_grid(
            nucleus, e, recoils, diverges(cevns.Cevns(), nucleus, model, group[0])
        )
        for e, group in curves
    ]

    exact, full = (
        [
            cevns.differential(e, t, of, model, group[0], axial=axial)
            for (e, group), t in zip(curves, grids, strict=True)
        ]
        for of in (nucleus, point)
    )
    unit, unit_name = energy_unit(max(t[-1] for t in grids))
    decade, power = power_of_ten(np.concatenate(full) * unit)
    figure = new_figure(WIDTH, 5.4, ax, artist)
    main, panel = main_and_panel(figure)
    handles: list[Artist] = []
    labels: list[str] = []
    for (e, group), t, y, reference, colour in zip(
        curves, grids, exact, full, colours(len(curves)), strict=True
    ):
        # the ratio for one nucleus depends only on T: draw the shorter curve on top
        above = 2 + 1 / (1 + e)
        handles += main.plot(t / unit, y * unit / decade, color=colour)
        labels.append(
            rf"$E_\nu$ = {e:.4g} MeV"
            + (f", {_symbols(group)}" if len(groups) > 1 else "")
        )
        main.plot(
            t / unit,
            reference * unit / decade,
            color=colour,
            linestyle=_FULL,
            linewidth=1.1,
        )
        some = reference > 0
        panel.plot(
            t[some] / unit, y[some] / reference[some], color=colour, zorder=above
        )
    kind = f" of {_symbols(groups[0])}" if len(groups) == 1 else ""
    main.set_ylabel(rf"$d\sigma/dT$ [{power}cm$^2$/{unit_name}{per_target(nucleus)}]")
    panel.set_xlabel(f"nuclear recoil energy $T$ [{unit_name}]")
    main.set_xlim(0, 1.02 * max(t[-1] for t in grids) / unit)
    if scale == "log":
        main.set_yscale("log")
        top = max(float(y.max()) for y in full) * unit / decade
        main.set_ylim(top * 1e-5, top * 2)
    else:
        main.set_ylim(bottom=0)
    _ratio_panel(panel, scale)
    figure.align_ylabels()
    _legend(figure, handles, labels, f"CEνNS{kind} on {describe(nucleus)}")
    provenance(figure, _REFERENCES, describe_model(model))
    return figure.every()


@public
@styled
def plot_total(
    targets: TargetSpec | Sequence[TargetSpec],
    model: Model,
    e_grid: ArrayLike,
    *,
    flavour: str | Flavour = "nu_mu",
    threshold: float = 0.0,
    axial: Axial = False,
    scale: Literal["linear", "log"] = "log",
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot σ(E) of one or several targets, full coherence dashed, and their ratio in a
    lower panel.

    Parameters
    ----------
    targets : one target, or a list of them, one colour each.
    model, axial : as in `plot_differential`.
    e_grid : neutrino energies in MeV, increasing, at least two.
    flavour : of the neutrino.
    threshold : smallest recoil energy counted, MeV.
    scale : of the vertical axis of the main panel; the horizontal one is logarithmic
        for a range of 30 or more.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels

    Raises
    ------
    InputError, ComputationError
        As `cevns.total`, or if the grid has fewer than two energies or does not
        increase.

    Examples
    --------
    >>> import nuprobe as nu
    >>> drawn = plot_total(["Ar40", "CsI"], nu.StandardModel(), [10.0, 20.0, 50.0])
    >>> drawn.figure.axes[1].get_xlabel()
    'neutrino energy $E_\\\\nu$ [MeV]'
    """
    e = finite_array(e_grid, "the energy grid")
    if e.ndim != 1 or e.size < 2 or np.any(np.diff(e) <= 0):
        raise InputError(
            "a curve of the total cross section needs at least two increasing energies,"
            " e.g. 10:50:41 MeV"
        )
    nuclei = [make_target(one) for one in _targets(targets)]
    f = as_flavour(flavour)

    def total(of: Target) -> FloatArray:
        return cevns.total(e, of, model, f, threshold=threshold, axial=axial)

    exact = [total(one) for one in nuclei]
    full = [total(with_form_factors(one, Point(), Point())) for one in nuclei]
    if not np.any(np.concatenate(full) > 0):
        raise InputError("nothing to plot: no recoil above the threshold is possible")
    decade, power = (1.0, "") if scale == "log" else power_of_ten(np.concatenate(full))
    figure = new_figure(WIDTH, 5.4, ax, artist)
    main, panel = main_and_panel(figure)
    handles: list[Artist] = []
    labels: list[str] = []
    for one, y, reference, colour in zip(
        nuclei, exact, full, colours(len(nuclei)), strict=True
    ):
        some = reference > 0
        shown = some if scale == "log" else np.ones_like(some)
        handles += main.plot(e[shown], y[shown] / decade, color=colour)
        labels.append(describe(one) if len(nuclei) > 1 else target_symbol(one))
        main.plot(
            e[shown],
            reference[shown] / decade,
            color=colour,
            linestyle=_FULL,
            linewidth=1.1,
        )
        panel.plot(e[some], y[some] / reference[some], color=colour)
    where = "" if len(nuclei) > 1 else f" on {describe(nuclei[0])}"
    above = ""
    if threshold > 0:
        unit, unit_name = energy_unit(threshold)
        above = f", $T$ > {threshold / unit:g} {unit_name}"
    units = {per_target(one) for one in nuclei}
    per = units.pop() if len(units) == 1 else " per nucleus or formula unit"
    main.set_ylabel(rf"$\sigma$ [{power}cm$^2${per}]")
    panel.set_xlabel(r"neutrino energy $E_\nu$ [MeV]")
    main.set_xlim(e[0], e[-1])
    if e[-1] > 30 * e[0]:
        main.set_xscale("log")
        main.xaxis.set_major_formatter("{x:g}")
    main.set_yscale(scale)
    if scale == "linear":
        main.set_ylim(bottom=0)
    _ratio_panel(panel, "linear")
    figure.align_ylabels()
    _legend(figure, handles, labels, f"CEνNS of ${f.latex}${where}{above}")
    provenance(figure, _REFERENCES, describe_model(model))
    return figure.every()


def _sequence(flavours: str | Flavour | Sequence[str | Flavour]) -> list[str | Flavour]:
    names = [flavours] if isinstance(flavours, str | Flavour) else list(flavours)
    if not names:
        raise InputError("nothing to plot: name at least one flavour, e.g. 'nu_mu'")
    return names


def _targets(targets: TargetSpec | Sequence[TargetSpec]) -> list[TargetSpec]:
    if isinstance(targets, str | Isotope | Target | Mapping):
        return [targets]
    if not targets:
        raise InputError("nothing to plot: give at least one target, e.g. 'Ar40'")
    return list(targets)


def _recoil_grid(
    nucleus: Target, e: float, recoils: ArrayLike | None, diverging: bool
) -> FloatArray:
    """Recoil energies of a curve, from 0 unless it diverges there."""
    ends = [float(cevns.recoil_maximum(e, c.isotope.mass)) for c in nucleus.components]
    if recoils is None:
        # the endpoint of every isotope is included, so that the corners of a molecule #
        # are sharp
        grid = np.linspace(0, max(ends), _POINTS)
        return np.unique(np.concatenate([grid[1:] if diverging else grid, ends]))
    t = finite_array(recoils, "the recoil grid")
    if t.ndim != 1 or t.size < 2 or np.any(np.diff(t) <= 0):
        raise InputError("a recoil grid needs at least two increasing energies (MeV)")
    return t[t <= e]


def _ratio_panel(panel: Axes, scale: Literal["linear", "log"]) -> None:
    panel.axhline(1, color="0.5", linestyle=_FULL, linewidth=1.0)
    panel.set_ylabel("ratio to $F$ = 1")
    if scale == "log":
        panel.set_yscale("log")
        panel.set_ylim(1e-5, 4)
    else:
        panel.set_ylim(0, 1.12)
        panel.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])


def _legend(
    figure: Figure, handles: Sequence[Artist], labels: Sequence[str], title: str
) -> None:
    from matplotlib.lines import Line2D

    lines = [
        Line2D([], [], color="0.35"),
        Line2D([], [], color="0.35", linestyle=_FULL, linewidth=1.1),
    ]
    legend_above(
        figure,
        [*handles, *lines],
        [*labels, "with form factor", "full coherence ($F$ = 1)"],
        title,
    )


def _alike(
    flavours: Sequence[Flavour], model: Model, axial: Axial
) -> list[list[Flavour]]:
    """Flavours whose couplings, and so whose curves, are equal."""
    groups: list[tuple[FloatArray, list[Flavour]]] = []
    for f in flavours:
        weights = cevns.coefficients(model, f, axial=axial)
        for known, members in groups:
            if np.array_equal(known, weights):
                members.append(f)
                break
        else:
            groups.append((weights, [f]))
    return [members for _, members in groups]


def _symbols(flavours: Sequence[Flavour]) -> str:
    return ", ".join(f"${f.latex}$" for f in flavours)


def describe(nucleus: Target) -> str:
    """Name of a `nucleus` with the nuclear input, which is always shown."""
    shapes = sorted({shape_name(c.ff_n) for c in nucleus.components})
    one = nucleus.components[0]
    folded = not all(one.shapes.physical) and one.nucleon.name != "point"
    nucleon = f", nucleon {one.nucleon.name}" if folded else ""
    if not nucleus.is_single:
        return f"{target_symbol(nucleus)} ({', '.join(shapes)}{nucleon})"
    radii = rf"$R_p$ = {one.ff_p.rms / fm:.2f} fm, $R_n$ = {one.ff_n.rms / fm:.2f} fm"
    radii += nucleon
    kinds = dict.fromkeys((shape_name(one.ff_p), shape_name(one.ff_n)))
    return f"{target_symbol(nucleus)} ({'/'.join(kinds)}, {radii})"


def describe_model(model: Model) -> str:
    """Name of a `model` and the values of its first parameters, for the line at the
    bottom of a figure."""
    # a model's parameters have its values as defaults; zero elements of matrices are #
    # not worth listing
    given = [p for p in model.parameters if p.default != 0] or list(model.parameters)
    values = ", ".join([*mass_values(model), *(parameter_value(p) for p in given[:3])])
    return f"model {model.name}" + (f": {values}" if values else "")


def parameter_value(p: Parameter) -> str:
    """Symbol and value of a parameter `p`, small and large numbers as powers of
    ten."""
    digits = f"{p.default:.4g}"
    if "e" in digits:
        mantissa, exponent = digits.split("e")
        digits = rf"${mantissa}\times10^{{{int(exponent)}}}$"
    return f"${p.latex or p.name}$ = {digits} {unit_text(p.unit)}".strip()


def mass_values(model: Model) -> list[str]:
    """Text with the mass of the mediator of a `model`, if it has one."""
    mass = getattr(model, "mass", None)
    if not isinstance(mass, int | float):
        return []
    unit, name = energy_unit(mass)
    return [f"$M$ = {mass / unit:.4g} {name}"]
