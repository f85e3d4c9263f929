"""Published curves of the catalogue in the (m, g′) plane of a limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.catalogue.entry import Entry
from nuprobe.catalogue.ladder import shown
from nuprobe.catalogue.quantities import unit_factor
from nuprobe.errors import InputError
from nuprobe.models.named import name_of
from nuprobe.numerics import FloatArray
from nuprobe.plotting.plane import BandSpec, CurveSpec, plot_plane
from nuprobe.units import GeV

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nuprobe.experiments import Limit

__all__ = ["curves_on", "plot_catalogue_plane"]


@public
def plot_catalogue_plane(
    limit: Limit,
    entries: Iterable[Entry] | None = None,
    *,
    bands: Sequence[BandSpec] = (),
    curves: Sequence[CurveSpec] = (),
    references: Sequence[str] = (),
    **options: Any,
) -> Axes:
    """Plot the (m_Z′, g′) plane: computed limits with the curves and bands of the
    catalogue.

    Parameters
    ----------
    limit : from `nuprobe.limit`.
    entries : with a curve of a coupling over a mass; default: those of the catalogue on
        L_μ − L_τ. The legend gives experiment, year, source, and the confidence level
        if it differs from that of `limit`; more than six are grey, labelled in the
        plane.
    bands, curves, references, options : additional ones, and other keywords of
        `plot_plane`, including ``ax``.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If an entry's coupling is in another convention than g′ Q f̄γf, or `plot_plane`
        raises it.

    Examples
    --------
    >>> import nuprobe as nu
    >>> drawn = plot_catalogue_plane(
    ...     nu.limit([nu.experiment("ccfr-trident")], mass=[10.0, 1e3])
    ... )
    >>> drawn.figure.axes[0].get_yscale()
    'log'
    """
    if entries is None:
        entries = [e for e in shown("coupling") if e.topic == "lmu_ltau"]
    published = [_Published.read(e, limit.cl) for e in entries if _fits(e)]
    more_bands, more_curves, sources = list(bands), list(curves), list(references)
    sources = list(dict.fromkeys(sources + [k for p in published for k in p.keys]))
    if len(published) > _FEW:
        return _crowded(limit, published, more_bands, more_curves, sources, options)
    for one in published:
        if one.upper is None:
            more_curves.append((one.text, one.mass, one.coupling, one.line))
        else:
            more_bands.append((one.text, one.mass, one.coupling, one.upper))
    return plot_plane(
        limit, bands=more_bands, curves=more_curves, references=sources, **options
    )


_FEW: Final = 6
"""If there are more published curves, they are grey, with names in the plane instead of
the legend."""
_CONVENTIONS: Final = {"coupling": "charge-one", "dipole_coupling": "lagrangian"}
"""The only convention of a coupling that is plotted."""
_PLACES: Final = 200
"""Possible positions of a name on a curve."""
_WORD: Final = 0.2
"""Distance in units of the width of the plane within which a name is not repeated."""
_LETTER: Final = 0.011
"""Width of a letter of a name, in units of that of the plane."""
_VETO: Final = 1.0
"""Coupling above which a published curve means no limit."""


@dataclass(frozen=True, eq=False)
class _Published:
    """Curve or band of an entry, in MeV; a band has an upper edge."""

    text: str
    name: str
    keys: list[str]
    line: str
    mass: FloatArray
    coupling: FloatArray
    upper: FloatArray | None

    @classmethod
    def read(cls, e: Entry, cl: float) -> _Published:
        """Make it from an entry with a curve, for a limit at a confidence level."""
        assert e.curve is not None
        quantity = e.curve.y.quantity
        if e.convention != _CONVENTIONS[quantity]:
            raise InputError(
                f"{e.id}: its coupling has the convention {e.convention!r}; only"
                f" {_CONVENTIONS[quantity]!r} is plotted"
            )
        points = np.array(e.curve.points, dtype=float)
        mass = points[:, 0] * unit_factor(e.curve.x.unit, "mass")
        couplings = points[:, 1:] * unit_factor(e.curve.y.unit, quantity)
        keys = e.source.texkeys[:1]
        text = f"{e.experiment} {e.year}" + (f" [{keys[0]}]" if keys else "")
        if e.cl is not None and e.cl != cl:
            text += f", {e.confidence.split(',')[0]}"
        line = "--" if e.kind == "projection" else "-"
        lower, upper = couplings[:, 0], None
        if e.curve.shape == "band":
            upper = couplings[:, 1]
        elif e.curve.shape == "region":
            mass, lower, upper = _envelope(mass, lower)
        if not keys and e.source.arxiv:
            keys = [f"arXiv:{e.source.arxiv}"]
        return cls(text, e.experiment, keys, line, mass, lower, upper)


def _fits(e: Entry) -> bool:
    """Whether an entry has a curve of a coupling over a mass."""
    return (
        e.curve is not None
        and e.curve.x.quantity == "mass"
        and e.curve.y.quantity in _CONVENTIONS
    )


def _crowded(
    limit: Limit,
    published: Sequence[_Published],
    bands: Sequence[BandSpec],
    curves: Sequence[CurveSpec],
    references: Sequence[str],
    options: dict[str, Any],
) -> Axes:
    """The plane with many published curves, in grey, each labelled in the plane."""
    low, high = options.get("x_range") or _ends([c.mass for c in limit.curves])
    if options.get("y_range") is None:
        drawn = [(c.mass, c.coupling) for c in limit.curves]
        drawn += [(one.mass, one.coupling) for one in published]
        g = np.concatenate([g[(m >= low) & (m <= high)] for m, g in drawn])
        bottom, top = _ends([g[np.isfinite(g) & (g < _VETO)]])
        edges = np.floor(np.log10(bottom)), np.ceil(np.log10(top))
        options = options | {"y_range": (10 ** edges[0], 10 ** edges[1])}
    ax = plot_plane(limit, bands=bands, curves=curves, references=references, **options)
    for one in published:
        _draw(ax, one)
    names = _Names(ax)
    for one in sorted(published, key=lambda p: p.mass[-1] / p.mass[0]):
        names.put(one)
    ax.annotate(
        "grey: published, from the catalogue",
        (0.985, 0.015),
        xycoords="axes fraction",
        ha="right",
        va="bottom",
        fontsize=7.5,
        color=_DARK,
    )
    return ax


_GREY, _DARK = "0.55", "0.25"


def _draw(ax: Axes, one: _Published) -> None:
    g = np.where(one.coupling < _VETO, one.coupling, np.nan)
    look: dict[str, Any] = {"color": _GREY, "linewidth": 0.9, "zorder": 2}
    if one.upper is None:
        ax.plot(one.mass / GeV, g, linestyle=one.line, **look)
        return
    edge = np.concatenate([one.mass, one.mass[::-1], one.mass[:1]]) / GeV
    around = np.concatenate([one.coupling, one.upper[::-1], one.coupling[:1]])
    ax.plot(edge, around, linestyle=one.line, **look)
    ax.fill_between(
        one.mass / GeV, one.coupling, one.upper, color=_GREY, alpha=0.12, zorder=1
    )


@dataclass
class _Names:
    """Labels of curves, where there is room."""

    ax: Axes
    taken: list[tuple[str, FloatArray]] = field(default_factory=list)

    def put(self, one: _Published) -> None:
        """Write a name on its curve, as far as possible from the other names; not twice
        near the same name."""
        m, g = self._along(one)
        box = self.ax.transAxes.inverted()
        at = box.transform(self.ax.transData.transform(np.stack([m, g], axis=1)))
        inside = (0.49 - _LETTER / 2 * len(one.name), 0.47)
        seen = (np.abs(at - 0.5) < inside).all(axis=1) & (g < _VETO)
        if not seen.any():
            return
        room = np.full(len(at), 1.0)
        same = np.full(len(at), 1.0)
        for name, other in self.taken:  # words are wider than high
            far = np.hypot(*((at - other) * (1.0, 3.0)).T)
            room = np.minimum(room, far)
            if name == one.name:
                same = np.minimum(same, far)
        best = int(np.where(seen, room - 0.3 * at[:, 1], -np.inf).argmax())
        if same[best] < _WORD:
            return
        self.taken.append((one.name, at[best]))
        self.ax.annotate(
            one.name,
            (m[best], g[best]),
            xytext=(0, -2),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=7.5,
            color=_DARK,
            zorder=6,
        )

    def _along(self, one: _Published) -> tuple[FloatArray, FloatArray]:
        """The curve interpolated over the masses of the plane."""
        m = one.mass / GeV
        low, high = np.clip(self.ax.get_xlim(), m[0], m[-1])
        fine = np.geomspace(low, high, _PLACES)
        known = np.where(one.coupling < _VETO, np.log(one.coupling), np.nan)
        return fine, np.exp(np.interp(np.log(fine), np.log(m), known))


def _ends(arrays: Sequence[FloatArray]) -> tuple[float, float]:
    together = np.concatenate(arrays)
    return float(together.min()), float(together.max())


_TOPICS: Final = {
    "b-l": "b_minus_l",
    "lmu-ltau": "lmu_ltau",
    "dipole-portal": "dipole_portal",
    "dipole-portal-e": "dipole_portal",
    "dipole-portal-mu": "dipole_portal",
    "dipole-portal-tau": "dipole_portal",
}


def curves_on(family: Any) -> list[Entry]:
    """Entries of the catalogue with a curve of the coupling of a boson over its mass.

    Parameters
    ----------
    family : model of the boson, such as ``nuprobe.model("b-l", ...)`` or
        `Limit.family`.

    Raises
    ------
    InputError
        If the catalogue has none.

    Examples
    --------
    >>> import nuprobe as nu
    >>> len(curves_on(nu.model("b-l", mass=10.0, coupling=1e-4))) > 10
    True
    """
    found = any_curves_on(family)
    if not found:
        some = ", ".join(model for model, entries in _curves().items() if entries)
        raise InputError(
            f"the catalogue contains no curve for {name_of(family)}; it has curves for"
            f" {some}"
        )
    return found


def any_curves_on(family: Any) -> list[Entry]:
    """`curves_on`, empty if the catalogue has none.

    Parameters
    ----------
    family : model of the boson.

    Examples
    --------
    >>> import nuprobe as nu
    >>> any_curves_on(nu.model("universal-vector", mass=10.0, coupling=1e-4))
    []
    """
    return _curves().get(name_of(family), [])


def _curves() -> dict[str, list[Entry]]:
    """Entries with a curve, by name of the model."""
    entries = [*shown("coupling"), *shown("dipole_coupling")]
    return {
        model: [e for e in entries if e.topic == topic and _drawable(e, model)]
        for model, topic in _TOPICS.items()
    }


def _drawable(e: Entry, model: str) -> bool:
    """Whether an entry has a curve for the neutrinos of a model; solar ones and those
    without a named flavour count for all."""
    flavour = model.removeprefix("dipole-portal").lstrip("-")
    if e.curve is None:
        return False
    if e.topic != "dipole_portal" or not flavour:
        return True
    return any(f in ("any", "solar", f"nu_{flavour}") for f in e.flavour)


def _envelope(
    x: FloatArray, y: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Lower and upper edge of a closed polygon, linear in the logarithms, at the x of
    its points."""
    grid = np.unique(x)
    a, b, at = np.log(x), np.log(y), np.log(grid)
    low, high = np.full(grid.size, np.inf), np.full(grid.size, -np.inf)
    for i in range(x.size):
        x0, x1, y0, y1 = a[i - 1], a[i], b[i - 1], b[i]
        touched = (at >= min(x0, x1)) & (at <= max(x0, x1))
        # a vertical side has a single x, with two ends
        for value in (
            (y0 + (y1 - y0) * (at - x0) / (x1 - x0),) if x0 != x1 else (y0, y1)
        ):
            low = np.where(touched, np.minimum(low, value), low)
            high = np.where(touched, np.maximum(high, value), high)
    return grid, np.exp(low), np.exp(high)
