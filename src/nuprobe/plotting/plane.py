"""The plane of mass and coupling of a mediator: limits, and constraints to compare
with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.experiments import Limit
from nuprobe.models import DipolePortal, LightScalar, LMuLTau, named
from nuprobe.numerics import FloatArray
from nuprobe.plotting.broken import broken_line
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    PALETTE,
    WIDTH,
    Entries,
    blend,
    finite_array,
    provenance,
    styled,
)
from nuprobe.units import GeV

if TYPE_CHECKING:
    from matplotlib.axes import Axes


__all__ = ["plot_plane"]

BandSpec = tuple[str, ArrayLike, ArrayLike, ArrayLike]
CurveSpec = tuple[str, ArrayLike, ArrayLike, str]
LineSpec = tuple[str, float]

_LIMITS: Final = (*PALETTE[:4], "#6b4c9a", "#8c564b")
_BANDS: Final = (
    (PALETTE[4], 0.55),
    (PALETTE[5], 0.55),
    (PALETTE[3], 0.35),
    (PALETTE[2], 0.35),
)
_CURVES: Final = ("#5a3d00", "#00507a", "0.45", "#6b4c9a")
_PROJECTED: Final = (0, (5, 2))
_MEASURED: Final = ("-", (0, (1, 1)), (0, (6, 1.5, 1, 1.5)))
"""Line styles of measured curves: the next one is used when all colours are used."""
_STYLES: Final = ("-", "--", "-.", ":")
_SHADE: Final = 0.04


@public
@styled
def plot_plane(  # nine arguments: all but the limit are optional
    limit: Limit,
    *,
    bands: Sequence[BandSpec] = (),
    curves: Sequence[CurveSpec] = (),
    lines: Sequence[LineSpec] = (),
    references: Sequence[str] = (),
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    projected: Collection[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot limits on a mediator's coupling over its mass, with additional curves and
    bands.

    Parameters
    ----------
    limit : from `nuprobe.limit`. Each curve is a line, shaded on its excluded
        side; ``"combined"`` is bold. Masses at which nothing is excluded are left out.
        Between masses at which different experiments have a limit, the combined line
        is the best of those that have one at both.
    bands : (label, mass, lower coupling, upper coupling), filled; masses in MeV here
        and below.
    curves : (label, mass, coupling, line style ``"-"``, ``"--"``, ``"-."``, or ``":"``,
        which is thin).
    lines : (label, mass), vertical.
    references : texkeys for the line at the bottom.
    x_range : masses in MeV; default those of the limit.
    y_range : couplings; default whole decades around everything drawn, up to 10.
    projected : labels of the limit's curves that are sensitivities, not measurements:
        dashed and not shaded; default those marked as such in the limit.
    labels : texts for the legend, by label of the limit's curves, such as
        ``{"ccfr-trident": "CCFR"}``.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes
        Both axes logarithmic, masses in GeV.

    Raises
    ------
    InputError
        If no coupling is finite in the range, arrays do not fit together, or contain
        NaN or an invalid number.
    UnknownNameError
        If `projected` or `labels` names a curve that the limit does not have.

    Examples
    --------
    >>> import nuprobe as nu
    >>> limit = nu.limit([nu.experiment("ccfr-trident")], mass=[10.0, 1e3])
    >>> drawn = plot_plane(limit, labels={"ccfr-trident": "CCFR"})
    >>> [text.get_text() for text in drawn.figure.legends[0].get_texts()]
    ['CCFR']
    """
    names = labels or {}
    if projected is None:
        projected = [curve.label for curve in limit.curves if curve.projected]
    known = [curve.label for curve in limit.curves]
    for name in (*projected, *names):
        if name not in known:
            raise UnknownNameError("curve of the limit", name, known)
    plane = _Plane.checked(limit, bands, curves)
    low, high = x_range or plane.masses()
    _check_range("x_range", low, high, "masses in MeV")
    bottom, top = y_range or _decades(plane.edges(), low, high)
    _check_range("y_range", bottom, top, "couplings")

    figure = new_figure(WIDTH, 6.0, ax, artist)
    panel = figure.add_subplot()
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlim(low / GeV, high / GeV)
    panel.set_ylim(bottom, top)
    legend = Entries()
    plane.draw_limits(panel, legend, projected, names)
    plane.draw_curves(panel, legend)
    plane.draw_bands(panel, legend)
    _draw_lines(panel, legend, lines)
    scalar = isinstance(limit.family, LightScalar)
    heavy = isinstance(limit.family, DipolePortal)
    panel.set_xlabel(
        r"mediator mass $m_\phi$ [GeV]"
        if scalar
        else "mass of the heavy neutrino $M_N$ [GeV]"
        if heavy
        else "mediator mass $m_{Z′}$ [GeV]"
    )
    panel.set_ylabel(
        "coupling $g$"
        if scalar
        else "dipole coupling $d$ [GeV$^{-1}$]"
        if heavy
        else "coupling $g$′"
    )
    sides = "two-sided" if limit.sides == 2 else "one-sided"
    lines_are = "excluded above the lines"
    if projected:
        some = len(projected) < len(limit.curves)
        lines_are = "excluded above the full lines" if some else "sensitivity"
    legend.above(
        figure,
        f"{_family(limit.family)}: {lines_are} at {100 * limit.cl:g} % CL, {sides}",
    )
    provenance(figure, references, limit.statistic)
    return figure.one()


@dataclass(frozen=True, eq=False)
class _Plane:
    """Checked input of the figure; masses in MeV."""

    limits: dict[str, tuple[FloatArray, FloatArray]]
    curves: list[tuple[str, FloatArray, FloatArray, str]]
    bands: list[tuple[str, FloatArray, FloatArray, FloatArray]]

    @classmethod
    def checked(
        cls, limit: Limit, bands: Sequence[BandSpec], curves: Sequence[CurveSpec]
    ) -> _Plane:
        limits = {
            c.label: _curve(f"the limit {c.label!r}", c.mass, c.coupling)
            for c in limit.curves
        }
        single = {c.experiments: c for c in limit.curves if len(c.experiments) == 1}
        for curve in limit.curves:
            own = [single.get((name,)) for name in curve.experiments]
            if len(own) > 1:
                mass, coupling = limits[curve.label]
                parts = [limits[one.label][1] for one in own if one is not None]
                limits[curve.label] = broken_line(mass, coupling, parts)
        if not any(np.isfinite(g).any() for _, g in limits.values()):
            raise InputError(
                "nothing to plot: no coupling is excluded at any mass of the limit"
            )
        others = [
            (text, *_curve(f"the curve {text!r}", m, g), line)
            for text, m, g, line in curves
        ]
        for text, *_, line in curves:
            if line not in _STYLES:
                raise InputError(
                    f"the line style of the curve {text!r} is one of"
                    f" {', '.join(_STYLES)}, got {line!r}"
                )
        return cls(limits, others, [_band(*band) for band in bands])

    def masses(self) -> tuple[float, float]:
        """Range of masses of the limits."""
        return (
            min(m[0] for m, _ in self.limits.values()),
            max(m[-1] for m, _ in self.limits.values()),
        )

    def edges(self) -> list[tuple[FloatArray, FloatArray]]:
        """Masses and couplings that determine the range of the plane."""
        return [
            *self.limits.values(),
            *((m, g) for _, m, g, _ in self.curves),
            *((m, up) for _, m, _, up in self.bands),
        ]

    def draw_limits(
        self,
        ax: Axes,
        legend: Entries,
        projected: Collection[str],
        names: Mapping[str, str],
    ) -> None:
        """Draw the limits, shaded on the excluded side unless projected."""
        together = ("combined", "sensitivity")
        single = [label for label in self.limits if label not in together]
        hues = dict(zip(single, cycle(_LIMITS), strict=False))
        dashes = {x: _MEASURED[i // len(_LIMITS) % 3] for i, x in enumerate(single)}
        for label, (mass, coupling) in self.limits.items():
            measured, bold = label not in projected, label in together
            # fills overlap: darker where several experiments exclude
            if measured:
                ax.fill_between(
                    mass / GeV,
                    coupling,
                    10 * ax.get_ylim()[1],
                    color="black",
                    alpha=_SHADE,
                    linewidth=0,
                    zorder=2,
                )
            line = ax.plot(
                mass / GeV,
                coupling,
                color=hues.get(label, "black"),
                linestyle=dashes.get(label, "-") if measured else _PROJECTED,
                linewidth=2.4 if bold else 1.5,
                zorder=4 if bold else 5,
            )
            some = np.isfinite(coupling).any()
            legend.add(
                line,
                names.get(label, label)
                + ("" if measured or label == "sensitivity" else " (sensitivity)")
                + ("" if some else ": no limit"),
            )

    def draw_curves(self, ax: Axes, legend: Entries) -> None:
        """Draw the additional curves."""
        for (text, mass, coupling, line), colour in zip(
            self.curves, cycle(_CURVES), strict=False
        ):
            legend.add(
                ax.plot(
                    mass / GeV,
                    coupling,
                    color=colour,
                    linestyle=line,
                    linewidth=0.9 if line == ":" else 1.5,
                    zorder=3.5,
                ),
                text,
            )

    def draw_bands(self, ax: Axes, legend: Entries) -> None:
        """Fill bands between two couplings."""
        from matplotlib.patches import Patch

        bottom = ax.get_ylim()[0]
        for (text, mass, lower, upper), (colour, share) in zip(
            self.bands, cycle(_BANDS), strict=False
        ):
            shade = blend(colour, share)
            ax.fill_between(
                mass / GeV,
                np.maximum(lower, bottom / 10),
                upper,
                facecolor=shade,
                linewidth=0,
                zorder=1,
            )
            for edge in (lower, upper):
                ax.plot(
                    mass / GeV,
                    np.where(edge > 0, edge, np.nan),
                    color=colour,
                    linewidth=0.7,
                    zorder=1.5,
                )
            patch = Patch(facecolor=shade, edgecolor=colour, linewidth=0.7)
            legend.add([patch], text)


def _draw_lines(ax: Axes, legend: Entries, lines: Sequence[LineSpec]) -> None:
    """Draw vertical lines at masses of interest."""
    for i, (text, at) in enumerate(lines):
        if not (np.isfinite(at) and at > 0):
            raise InputError(f"the line {text!r} needs a positive mass (MeV), got {at}")
        dash = ((0, (1, 1.5)), (0, (4, 1.5, 1, 1.5)))[i % 2]
        line = ax.axvline(
            at / GeV, color="0.25", linestyle=dash, linewidth=1.2, zorder=3
        )
        legend.add([line], text)


def _curve(
    what: str, mass: ArrayLike, coupling: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Masses, and couplings with a gap where nothing is excluded."""
    m, g = (
        finite_array(mass, f"the masses of {what}"),
        np.asarray(coupling, dtype=float),
    )
    if m.ndim != 1 or m.shape != g.shape or np.any(np.diff(m) <= 0) or m[0] <= 0:
        raise InputError(
            f"{what} needs positive, increasing masses (MeV) and as many couplings; got"
            f" shapes {m.shape} and {g.shape}"
        )
    if not np.all(g > 0):
        raise InputError(
            f"{what} has a coupling that is not a positive number: {g[~(g > 0)][0]}"
        )
    return m, np.where(np.isfinite(g), g, np.nan)


def _band(
    text: str, mass: ArrayLike, lower: ArrayLike, upper: ArrayLike
) -> tuple[str, FloatArray, FloatArray, FloatArray]:
    m, above = _curve(f"the band {text!r}", mass, upper)
    below = finite_array(lower, f"the lower edge of the band {text!r}")
    if below.shape != m.shape or not np.all((below >= 0) & ~(below > above)):
        raise InputError(
            f"the band {text!r} needs lower couplings between 0 and the upper ones, one"
            " at each mass"
        )
    return text, m, below, above


def _check_range(name: str, low: float, high: float, what: str) -> None:
    if not (0 < low < high < np.inf):
        raise InputError(
            f"{name} needs 0 < lowest < highest ({what}), got ({low}, {high})"
        )


def _decades(
    edges: Sequence[tuple[FloatArray, FloatArray]], low: float, high: float
) -> tuple[float, float]:
    """Whole decades around the couplings of the masses shown."""
    values = np.concatenate([g[(m >= low) & (m <= high)] for m, g in edges])
    values = values[np.isfinite(values)]
    if values.size == 0:
        raise InputError(
            f"nothing to plot: no coupling is excluded between {low:g} and {high:g} MeV"
        )
    bottom, top = (
        float(np.floor(np.log10(values.min()))),
        float(np.ceil(np.log10(values.max()))),
    )
    return 10**bottom, 10 ** min(max(top, bottom + 1), 1.0)


_NAMES: Final = {
    "universal-vector": "universal light vector",
    "b-l": "$B-L$",
    "b-3le": "$B-3L_e$",
    "b-3lmu": r"$B-3L_\mu$",
    "b-3ltau": r"$B-3L_\tau$",
    "le-lmu": r"$L_e-L_\mu$",
    "le-ltau": r"$L_e-L_\tau$",
    "dipole-portal": "dipole portal, all flavours",
    "dipole-portal-e": r"dipole portal, $\nu_e$",
    "dipole-portal-mu": r"dipole portal, $\nu_\mu$",
    "dipole-portal-tau": r"dipole portal, $\nu_\tau$",
    "scalar": "light scalar of nucleons",
    "universal-scalar": "universal light scalar",
}


def _family(family: Any) -> str:
    if not isinstance(family, LMuLTau):
        name = _NAMES.get(named.name_of(family), named.name_of(family))
        mixing = getattr(family, "mixing", 0.0)
        return name if mixing == 0 else f"{name}, {_mixing(mixing)}"
    default = LMuLTau(mass=1.0, coupling=1.0)
    if (tuple(family.lepton_charges), tuple(family.neutrino_charges)) == (
        default.lepton_charges,
        default.neutrino_charges,
    ):
        name = r"$L_\mu-L_\tau$"
    else:
        name = (
            rf"$Q_\ell$ = {_charges(family.lepton_charges)}, $Q_\nu$ ="
            rf" {_charges(family.neutrino_charges)}"
        )
    if family.mixing == 0:
        return name
    return f"{name}, {_mixing(family.mixing)}"


def _mixing(mixing: float | str) -> str:
    return "loop-induced mixing" if mixing == "loop" else rf"$\epsilon$ = {mixing:g}"


def _charges(charges: tuple[float, ...]) -> str:
    return "(" + ", ".join(f"{q:g}".replace("-", "−") for q in charges) + ")"
