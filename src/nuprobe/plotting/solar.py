"""Solar neutrinos: survival over energy, measured and expected rates, allowed mixing
for values of the two-body axial current."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.experiments.solar_plane import SolarPlane
from nuprobe.experiments.solar_rates import SolarRates
from nuprobe.inference import Construction, delta_threshold
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    WIDTH,
    Entries,
    colours,
    finite_array,
    provenance,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


__all__ = ["plot_solar_plane", "plot_solar_rates", "plot_survival"]

_STYLES: Final[tuple[Literal["-", "--", "-.", ":"], ...]] = ("-", "--", "-.", ":")
_MODELS: Final = ("Vinyoles:2016djt", "Bahcall:2004pz")


@public
@styled
def plot_survival(
    e_nu: ArrayLike,
    curves: Mapping[str, Mapping[str, ArrayLike]],
    *,
    model: str = "",
    points: Sequence[tuple[str, float, float, float]] = (),
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot the survival probability of solar neutrinos over their energy.

    Parameters
    ----------
    e_nu : energies in MeV, increasing, shape (n,).
    curves : by kind of neutrino, then by time (``"day"``, ``"night"``), each (n,).
    model : solar model, for the title.
    points : measurements: (label, energy in MeV, P_ee, error).
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If shapes differ, or there are fewer than two energies.

    Examples
    --------
    >>> from nuprobe.oscillation import survival
    >>> e = np.linspace(1.0, 15.0, 8)
    >>> drawn = plot_survival(e, {"8B": {"day": survival(e, "8B")}})
    >>> [text.get_text() for text in drawn.figure.legends[0].get_texts()]
    ['8B, day']
    """
    e = finite_array(e_nu, "energies")
    if e.size < 2 or np.any(np.diff(e) <= 0) or e[0] <= 0:
        raise InputError("a plot needs at least two increasing energies")
    figure = new_figure(WIDTH, 4.4, ax, artist)
    panel = figure.add_subplot()
    legend = Entries()
    for colour, (kind, times) in zip(colours(len(curves)), curves.items(), strict=True):
        for style, (time, values) in zip(_STYLES, times.items(), strict=False):
            y = finite_array(values, "probabilities")
            if y.shape != e.shape:
                raise InputError(
                    f"probabilities of {kind} have shape {y.shape}, energies {e.shape}"
                )
            legend.add(panel.plot(e, y, style, color=colour), f"{kind}, {time}")
    for i, (label, x, y0, error) in enumerate(points):
        marks = panel.errorbar(
            [x], [y0], [error], fmt="os^D"[i % 4], color="black", ms=5, capsize=2
        )
        legend.add([marks.lines[0]], label)
    if e[-1] / e[0] > 20:
        panel.set_xscale("log")
    panel.set_xlim(e[0], e[-1])
    panel.set_xlabel(r"$E_\nu$ [MeV]")
    panel.set_ylabel(r"$P_{ee}$")
    legend.above(figure, f"solar model {model}" if model else "")
    provenance(figure, _MODELS[1:] if model.startswith("BS05") else _MODELS[:1])
    return figure.one()


@public
@styled
def plot_solar_rates(
    rates: Sequence[SolarRates],
    *,
    references: Sequence[str] = (),
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot measured over expected values, of one or several experiments.

    Parameters
    ----------
    rates : from `SolarExperiment.predict`, one or more.
    references : texkeys for the line at the bottom.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> import nuprobe as nu
    >>> drawn = plot_solar_rates([nu.experiment("gallium-2009").predict()])
    >>> len(drawn.figure.axes)
    1
    """
    if not rates:
        raise InputError("give at least one experiment")
    names = [
        f"{r.experiment}: {name}" if len(rates) > 1 else name
        for r in rates
        for name in r.names
    ]
    high = max(2.6, 1.0 + 0.22 * len(names))
    figure = new_figure(WIDTH, high, ax, artist)
    panel = figure.add_subplot()
    legend = Entries()
    panel.axvline(0.0, color="black", lw=0.8)
    start = 0
    for colour, one in zip(colours(len(rates)), rates, strict=True):
        place = start + np.arange(len(one.names))
        start = int(place[-1]) + 1
        # measured minus expected in units of the error on that side
        marks = panel.errorbar(
            -one.pulls, place, xerr=1.0, fmt="o", color=colour, ms=4, capsize=2
        )
        legend.add([marks.lines[0]], one.experiment)
    panel.set_yticks(range(len(names)), names)
    panel.set_ylim(len(names) - 0.5, -0.5)
    panel.set_xlabel("(measured − expected)/error")
    legend.above(figure, "at " + _point(rates[0]))
    provenance(figure, list(dict.fromkeys(references)))
    return figure.one()


def _point(rates: SolarRates) -> str:
    names = {
        "sin2_12": r"$\sin^2\theta_{12}$",
        "tan2_12": r"$\tan^2\theta_{12}$",
        "dm2_21": r"$\Delta m^2_{21}$/eV²",
    }
    return ", ".join(
        f"{symbol} = {rates.point[key]:.4g}"
        for key, symbol in names.items()
        if key in rates.point
    )


@public
@styled
def plot_solar_plane(
    plane: SolarPlane,
    *,
    cl: float = 0.90,
    references: Sequence[str] = (),
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot the allowed regions of tan²θ₁₂ and Δm²₂₁ at each value of L_1A.

    Parameters
    ----------
    plane : from `solar_plane`.
    cl : confidence level of the regions, for two parameters.
    references : texkeys for the line at the bottom.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If an axis has fewer than two values.

    Examples
    --------
    >>> from nuprobe.plotting import figure_of
    >>> from nuprobe.experiments.solar_plane import solar_plane
    >>> plane = solar_plane(["sno-2013"], l1a=[0.0, 5.0], scheme="relative",
    ...     tan2_12=[0.3, 0.4, 0.5, 0.6], dm2_21=[5e-5, 7e-5, 9e-5])
    >>> len(figure_of(plot_solar_plane(plane)).axes)
    1
    """
    if min(plane.tan2_12.size, plane.dm2_21.size) < 2:
        raise InputError("a plane needs at least two values along each axis")
    figure = new_figure(5.8, 5.2, ax, artist)
    panel = figure.add_subplot()
    legend = Entries()
    level = delta_threshold(cl, 2)
    several = len(plane.l1a)
    for i, (colour, value) in enumerate(
        zip(colours(several), plane.l1a.tolist(), strict=True)
    ):
        _region(panel, plane, i, level, colour, legend, f"{value:g}")
    panel.set_xlabel(r"$\tan^2\theta_{12}$")
    panel.set_ylabel(r"$\Delta m^2_{21}$ [$10^{-5}$ eV²]")
    what = {
        "relative": r"$\Delta L_{1,A}$ (above the cross sections of SNO)",
        "nnlo": r"$L_{1,A}$ (NNLO scheme)",
        "resummed": r"$L_{1,A}$ (resummed scheme)",
    }[plane.scheme]
    flux = "free" if plane.flux == "free" else "of the solar model"
    legend.above(
        figure,
        f"{Construction('wilks', cl, parameters=2)},\n{what} in fm³, "
        rf"flux of $^8$B {flux}; + lowest points"
        + (", regions above that of all" if plane.reference == "all" else ""),
    )
    provenance(figure, list(dict.fromkeys(("Balantekin:2003ep", *references))))
    return figure.one()


def _region(
    ax: Axes,
    plane: SolarPlane,
    index: int,
    level: float,
    colour: str,
    legend: Entries,
    name: str,
) -> None:
    """Draw one region and its lowest point."""
    from matplotlib.lines import Line2D

    style = _STYLES[index % len(_STYLES)]
    ax.contour(
        plane.tan2_12,
        1e5 * plane.dm2_21,
        plane.delta[index].T,
        levels=[level],
        colors=[colour],
        linestyles=[style],
        linewidths=1.6,
    )
    tan2, dm2, _ = plane.best(index)
    ax.plot([tan2], [1e5 * dm2], "+", color=colour, ms=9, mew=1.6)
    legend.add([Line2D([], [], color=colour, linestyle=style)], name)
