"""Cross sections of several targets, models, flavours and energies in one figure, each
compared with the Standard Model or with full coherence."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.flavours import flavour as as_flavour
from nuprobe.models import Model, StandardModel, standard_below
from nuprobe.nuclei import Axial, Target, TargetSpec, with_form_factors
from nuprobe.nuclei import target as make_target
from nuprobe.nuclei.form_factors import Point
from nuprobe.numerics import FloatArray
from nuprobe.oscillation import Propagation
from nuprobe.plotting.cevns import (
    describe,
    describe_model,
    mass_values,
    parameter_value,
)
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    WIDTH,
    Entries,
    colours,
    energy_unit,
    finite_array,
    main_and_panel,
    per_target,
    provenance,
    styled,
    target_symbol,
)
from nuprobe.processes import cevns
from nuprobe.processes.cross_section import diverges
from nuprobe.processes.distance import differential_at, total_at
from nuprobe.reprs import readable
from nuprobe.units import m

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nuprobe.plotting.figures import HouseFigure, Panels

__all__ = ["Case", "plot_recoils", "plot_totals"]

_REFERENCES = ("Drukier:1984vhf", "Kouzakov:2017hbc")
_DASHED = (0, (5, 2))
_POINTS = 500


@readable
@dataclass(frozen=True)
class Case:
    """Specification of one curve.

    Attributes
    ----------
    target : returned or accepted by `nuprobe.target`.
    model : the couplings.
    flavour : of the neutrino, as produced.
    energy : of the neutrino, MeV; None for a curve over energy.

    Examples
    --------
    >>> Case("Ar40", StandardModel(), "nu_e", 50.0).energy
    50.0
    """

    target: TargetSpec
    model: Model
    flavour: str = "nu_mu"
    energy: float | None = None


@public
@styled
def plot_recoils(
    cases: Sequence[Case],
    *,
    recoils: ArrayLike | None = None,
    axial: Axial = False,
    propagation: Propagation | None = None,
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot dσ/dT of coherent scattering for several cases, and the ratio of each to the
    Standard Model (or to full coherence, if all cases are in the Standard Model) below.

    Parameters
    ----------
    cases : one colour each, with their energies.
    recoils : recoil energies in MeV, increasing; by default up to the largest possible,
        from 0, or over six decades with photon exchange.
    axial : include the axial response; ``"structure"``: structure functions.
    propagation : between source and detector; default none.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels
        The references are dashed, each drawn once.

    Raises
    ------
    InputError
        As `cevns.differential`, or if there is nothing to draw.

    Examples
    --------
    >>> import nuprobe as nu
    >>> charged = nu.Electromagnetic(charge={"ee": 1.5e-12})
    >>> drawn = plot_recoils([Case("Ar40", charged, "nu_e", 50.0)])
    >>> drawn.figure.axes[1].get_ylabel()
    'ratio to SM'
    """
    made = _made(cases)
    process = cevns.Cevns(axial=axial)
    log = any(diverges(process, c.target, c.model, c.flavour) for c in made)
    grids = [_grid(c, recoils, log) for c in made]
    unit, unit_name = energy_unit(max(t[-1] for t in grids))

    def curve(case: Case, t: FloatArray) -> FloatArray:
        e = np.full(t.shape, _energy(case))
        return unit * differential_at(
            process, e, t, case.target, case.model, case.flavour, propagation
        )

    drawing = _Drawing(made, propagation, ax=ax, artist=artist)
    figure = drawing.figure(
        [t / unit for t in grids], [(curve, t) for t in grids], "differential"
    )
    main, panel = figure.axes[:2]
    per = _per(made)
    main.set_ylabel(rf"$d\sigma/dT$ [cm$^2$/{unit_name}{per}]")
    panel.set_xlabel(f"nuclear recoil energy $T$ [{unit_name}]")
    low = min(t[0] for t in grids) / unit
    if log or low > 0:
        panel.set_xscale("log")
        main.set_xlim(low, max(t[-1] for t in grids) / unit)
    else:
        main.set_xlim(0, 1.02 * max(t[-1] for t in grids) / unit)
    return figure.every()


@public
@styled
def plot_totals(
    cases: Sequence[Case],
    e_grid: ArrayLike,
    *,
    threshold: float = 0.0,
    axial: Axial = False,
    propagation: Propagation | None = None,
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot σ(E) of coherent scattering for several cases, and the ratio of each to the
    Standard Model (or to full coherence, if all cases are in the Standard Model) below.

    Parameters
    ----------
    cases : one colour each.
    e_grid : neutrino energies in MeV, increasing, at least two.
    threshold : smallest recoil energy counted, MeV.
    axial, propagation : as in `plot_recoils`.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels
        The references are dashed, each drawn once.

    Raises
    ------
    InputError, ComputationError
        As `cevns.total`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cases = [Case(t, nu.StandardModel()) for t in ("Ar40", "CsI")]
    >>> plot_totals(cases, [10.0, 20.0, 50.0])[1].get_ylabel()
    'ratio to $F$ = 1'
    """
    e = finite_array(e_grid, "the energy grid")
    if e.ndim != 1 or e.size < 2 or np.any(np.diff(e) <= 0):
        raise InputError(
            "a curve of the total cross section needs at least two increasing energies,"
            " e.g. 10:50:41 MeV"
        )
    made = [replace(c, energy=None) for c in _made(cases)]
    process = cevns.Cevns(axial=axial)

    def curve(case: Case, grid: FloatArray) -> FloatArray:
        return total_at(
            process,
            grid,
            case.target,
            case.model,
            case.flavour,
            propagation,
            threshold=threshold,
        )

    above = ""
    if threshold > 0:
        unit, unit_name = energy_unit(threshold)
        above = f", $T$ > {threshold / unit:g} {unit_name}"
    drawing = _Drawing(made, propagation, above, ax, artist)
    figure = drawing.figure([e] * len(made), [(curve, e)] * len(made), "total")
    main, panel = figure.axes[:2]
    main.set_ylabel(rf"$\sigma$ [cm$^2${_per(made)}]")
    panel.set_xlabel(r"neutrino energy $E_\nu$ [MeV]")
    main.set_xlim(e[0], e[-1])
    if e[-1] > 30 * e[0]:
        panel.set_xscale("log")
        panel.xaxis.set_major_formatter("{x:g}")
    return figure.every()


Computed = tuple[Callable[[Case, FloatArray], FloatArray], FloatArray]


@dataclass(frozen=True)
class _Drawing:
    """Curves with their references and labels."""

    cases: Sequence[Case]
    propagation: Propagation | None
    above: str = ""
    ax: Where = None
    artist: Mapping[str, Any] = field(default_factory=dict)

    @property
    def standard(self) -> bool:
        """Whether all cases are in the Standard Model; they are then compared with full
        coherence."""
        return all(isinstance(c.model, StandardModel) for c in self.cases)

    def reference(self, case: Case) -> Case:
        if self.standard:
            bare = with_form_factors(make_target(case.target), Point(), Point())
            return replace(case, target=bare)
        return replace(case, model=standard_below(case.model))

    def labels(self) -> list[str]:
        """Labels that distinguish the cases."""
        parts = [
            [target_symbol(make_target(c.target)) for c in self.cases],
            [model_words(c.model) for c in self.cases],
            [f"${as_flavour(c.flavour).latex}$" for c in self.cases],
            [
                "" if c.energy is None else rf"$E_\nu$ = {c.energy:.4g} MeV"
                for c in self.cases
            ],
        ]
        varied = [p for p in parts if len(set(p)) > 1]
        if not self.standard and parts[1] not in varied:
            varied.insert(0, parts[1])
        return [", ".join(x) for x in zip(*(varied or [parts[0]]), strict=True)]

    def title(self) -> str:
        first = self.cases[0]
        flavours = dict.fromkeys(f"${as_flavour(c.flavour).latex}$" for c in self.cases)
        nuclei = {make_target(c.target).name for c in self.cases}
        on = f" on {describe(make_target(first.target))}" if len(nuclei) == 1 else ""
        energies = {c.energy for c in self.cases}
        at = (
            rf", $E_\nu$ = {first.energy:.4g} MeV"
            if len(energies) == 1 and first.energy is not None
            else ""
        )
        length = getattr(self.propagation, "baseline", None)
        far = "" if length is None else rf", $\mathcal{{L}}$ = {length / m:.4g} m"
        return f"CEνNS of {', '.join(flavours)}{on}{at}{far}{self.above}"

    def figure(
        self, xs: Sequence[FloatArray], computed: Sequence[Computed], kind: str
    ) -> HouseFigure:
        """Return the figure without the labels of its axes; `kind` of cross section."""
        figure = new_figure(WIDTH, 5.4, self.ax, self.artist)
        main, panel = main_and_panel(figure)
        legend = Entries()
        drawn: set[Hashable] = set()
        reach: list[FloatArray] = []
        ratios: list[FloatArray] = []
        hues = colours(len(self.cases))
        for case, x, (function, at), colour, label in zip(
            self.cases, xs, computed, hues, self.labels(), strict=True
        ):
            other = self.reference(case)
            y, base = function(case, at), function(other, at)
            some = (y > 0) & (base > 0)
            legend.add(main.plot(x[some], y[some], color=colour), label)
            key = (make_target(other.target).name, case.flavour, base.tobytes())
            if key not in drawn:
                drawn.add(key)
                grey = colour if self.standard else "0.15"
                main.plot(x[some], base[some], color=grey, **_LOOK, zorder=3)
            ratios.append(y[some] / base[some])
            panel.plot(x[some], ratios[-1], color=colour)
            reach += [y[some], base[some]]
        if not any(r.size for r in reach):
            raise InputError(f"nothing to plot: every {kind} cross section vanishes")
        legend.add(main.plot([], [], color="0.15", **_LOOK), self._beside())
        main.set_yscale("log")
        _limits(main, np.concatenate(reach))
        self._panel(panel, np.concatenate(ratios))
        figure.align_ylabels()
        legend.above(figure, self.title())
        models = dict.fromkeys(describe_model(c.model) for c in self.cases)
        provenance(figure, _REFERENCES, "; ".join(models))
        return figure

    def _beside(self) -> str:
        return "full coherence ($F$ = 1)" if self.standard else "Standard Model"

    def _panel(self, panel: Axes, values: FloatArray) -> None:
        panel.axhline(1, color="0.15", **_LOOK)
        panel.set_ylabel("ratio to $F$ = 1" if self.standard else "ratio to SM")
        low, high = float(values.min()), float(values.max())
        if high > 10 or low < 0.1:
            panel.set_yscale("log")
            panel.set_ylim(max(low, 1e-6) / 1.5, min(high, 1e6) * 1.5)
        else:
            pad = 0.1 * max(high - low, 0.02)
            panel.set_ylim(min(low, 1.0) - pad, max(high, 1.0) + pad)


_LOOK: dict[str, Any] = {"linestyle": _DASHED, "linewidth": 1.1}


def model_words(model: Model) -> str:
    """The parameters of a model that are not those of the underlying Standard Model."""
    below = {p.name for p in standard_below(model).parameters}
    own = [p for p in model.parameters if p.default != 0 and p.name not in below]
    if isinstance(model, StandardModel) or not own:
        return describe_model(model).removeprefix("model ")
    values = [*mass_values(model), *(parameter_value(p) for p in own[:3])]
    return f"{model.name}: {', '.join(values)}"


def _made(cases: Sequence[Case]) -> list[Case]:
    if not cases:
        raise InputError("nothing to plot: give at least one case")
    return [replace(c, target=make_target(c.target)) for c in cases]


def _energy(case: Case) -> float:
    if case.energy is None:
        raise InputError("a recoil spectrum needs a neutrino energy (MeV): give one")
    return case.energy


def _grid(case: Case, recoils: ArrayLike | None, log: bool) -> FloatArray:
    """Recoil energies of a curve, to the largest possible one."""
    energy, nucleus = _energy(case), case.target
    assert isinstance(nucleus, Target)  # _made
    ends = [
        float(cevns.recoil_maximum(energy, c.isotope.mass)) for c in nucleus.components
    ]
    if recoils is None:
        if log:
            return np.geomspace(1e-6 * max(ends), max(ends), _POINTS)
        return np.unique(np.concatenate([np.linspace(0, max(ends), _POINTS), ends]))
    t = finite_array(recoils, "the recoil grid")
    if t.ndim != 1 or t.size < 2 or np.any(np.diff(t) <= 0):
        raise InputError("a recoil grid needs at least two increasing energies (MeV)")
    if t.size < _POINTS:
        space = np.geomspace if t[0] > 0 else np.linspace
        inside = [x for x in ends if t[0] < x < t[-1]]
        t = np.unique(np.concatenate([space(t[0], t[-1], _POINTS), inside]))
    return t[(t <= energy) & ((t > 0) | (not log))]


def _limits(main: Axes, values: FloatArray) -> None:
    low, high = float(values.min()), float(values.max())
    main.set_ylim(max(low, 1e-6 * high) / 1.5, 2 * high)


def _per(cases: Sequence[Case]) -> str:
    units = {per_target(make_target(c.target)) for c in cases}
    return units.pop() if len(units) == 1 else " per nucleus or formula unit"
