"""Form factors of one nucleus over the momentum transfer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.nuclei import (
    FormFactor,
    Isotope,
    default_radius,
    make_form_factor,
)
from nuprobe.nuclei import isotope as as_isotope
from nuprobe.nuclei.form_factors import fourier_bessel_isotopes, shape_named
from nuprobe.numerics import FloatArray
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    PALETTE,
    WIDTH,
    Entries,
    energy_unit,
    isotope_symbol,
    main_and_panel,
    provenance,
    shape_name,
    styled,
)
from nuprobe.units import fm

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nuprobe.plotting.figures import Panels

__all__ = ["plot_form_factors"]

_LOOK: Final = {
    # name: title, colour, line, source
    "helm": ("Helm", PALETTE[0], "-", "Helm:1956zz"),
    "klein-nystrand": ("Klein–Nystrand", PALETTE[1], "-", "Klein:1999qj"),
    "fermi": ("Fermi, analytic", PALETTE[2], "-", ""),
    "woods-saxon": ("Woods–Saxon, numerical", PALETTE[4], (0, (1, 1.5)), ""),
    "fourier-bessel": ("Fourier–Bessel", "black", "-", "DeVries:1987atn"),
    "dipole": ("dipole", PALETTE[3], (0, (5, 1.5)), "Brown:1973ih"),
    "nucleon-dipole": ("nucleon dipole", "0.55", (0, (3, 1.5, 1, 1.5)), "Brown:1973ih"),
    "exponential": ("exponential", PALETTE[5], (0, (5, 1.5)), "Brown:1973ih"),
    "point": ("point", "0.7", "-", ""),
    "literature-dipole": ("dipole B", PALETTE[3], (0, (5, 1.5)), "Brown:1973ih"),
    "literature-dipole-1.3": ("dipole C", PALETTE[3], "-", "Brown:1973ih"),
    "literature-exponential": (
        "exponential B",
        PALETTE[5],
        (0, (5, 1.5)),
        "Brown:1973ih",
    ),
    "literature-exponential-1.3": ("exponential C", PALETTE[5], "-", "Brown:1973ih"),
    "literature-fermi": (
        "Fermi, literature",
        PALETTE[2],
        (0, (5, 1.5)),
        "Brown:1973ih",
    ),
}
_FLOOR = 1e-7
_POINTS = 1201


_OTHERS: Final = ("-", (0, (5, 1.5)), (0, (1, 1.5)))


@public
@styled
def plot_form_factors(
    isotope: str | Isotope,
    names: Sequence[str | FormFactor] | Mapping[str, str | FormFactor] | None = None,
    *,
    q_max: float | None = None,
    rms: float | None = None,
    literature: bool = False,
    reference: str | FormFactor = "helm",
    over: Literal["q", "q2"] = "q",
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot |F(q²)|² of several shapes for one nucleus, and the difference of each from
    one of them.

    Parameters
    ----------
    isotope : the nucleus.
    names : of `nuclei.FORM_FACTORS`, or objects, or both by label; default the shapes
        without a fixed radius, and "fourier-bessel" where it was measured.
    q_max : largest momentum transfer, MeV; default 8/R, beyond the second diffraction
        minimum.
    rms : common rms radius (MeV⁻¹); default the measured charge radius, which is also
        that of the Fourier–Bessel density.
    literature : use for each shape the radius of its literature instead (Helm keeps
        `rms`).
    reference : name or object with which the lower panel compares.
    over : variable of the horizontal axis, q or q².
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels
        The upper axis of the main panel is the recoil energy q²/2M of this nucleus.

    Raises
    ------
    UnknownNameError
        If a form factor is unknown, or "fourier-bessel" was not measured for this
        isotope.
    InputError
        If the radius is too small for a shape, or q_max is not positive.

    Examples
    --------
    >>> drawn = plot_form_factors("Ar40", ["helm", "fermi"])
    >>> [text.get_text() for text in drawn.figure.legends[0].get_texts()]
    ['Helm (3.43 fm)', 'Fermi, analytic (3.43 fm)']
    """
    if over not in ("q", "q2"):
        raise UnknownNameError("horizontal axis", over, ("q", "q2"))
    nucleus = as_isotope(isotope)
    specs = _specs(nucleus, names)
    if rms is None:
        rms = nucleus.r_charge
        rms = default_radius(nucleus) if rms is None else rms
    if q_max is None:
        q_max = 8 / rms if rms > 0 else 1000.0
    if not (np.isfinite(q_max) and q_max > 0):
        raise InputError(
            f"q_max must be a positive momentum (MeV), e.g. 300; got {q_max}"
        )
    common = _Common(nucleus, rms, literature)
    shapes = {label: common.build(spec) for label, spec in specs.items()}
    q = np.linspace(0, q_max, _POINTS)
    values = {label: shape(q**2) for label, shape in shapes.items()}
    looks = _looks(specs)
    x = q**2 if over == "q2" else q
    figure = new_figure(WIDTH, 6.0, ax, artist)
    main, panel = main_and_panel(figure, 2.2)
    legend = Entries()
    for label, f in values.items():
        line = main.plot(x, f**2, **looks[label])
        legend.add(line, f"{_title(label)} ({shapes[label].rms / fm:.3g} fm)")
    base_label = _label(reference)
    base_look = looks.get(base_label, {"color": PALETTE[0], "linestyle": "-"})
    base = common.build(reference)(q**2)
    others = {k: f for k, f in values.items() if k != base_label}
    _differences(panel, x, {k: (f, looks[k]) for k, f in others.items()}, base)
    panel.axhline(0, **{**base_look, "linewidth": 1.5, "zorder": 1})
    panel.set_ylabel(
        r"$F/F_{\mathrm{Helm}}-1$ [%]"
        if base_label == "helm"
        else f"change from\n{_title(base_label)} [%]"
    )
    panel.set_xlabel(
        r"momentum transfer squared $q^2$ [MeV$^2$]"
        if over == "q2"
        else r"momentum transfer $q$ [MeV]"
    )
    main.set_yscale("log")
    main.set_ylim(
        max(_FLOOR, 0.3 * min(float((f**2).min()) for f in values.values())), 2
    )
    main.set_xlim(0, x[-1])
    main.set_ylabel(r"$|F(q^2)|^2$")
    _recoil_axis(main, nucleus, q_max, over)
    figure.align_ylabels()
    symbol = isotope_symbol(nucleus.symbol, nucleus.a)
    legend.above(figure, f"{symbol}: form factor (rms radius)")
    keys = [_LOOK[label][3] for label in specs if label in _LOOK and _LOOK[label][3]]
    provenance(figure, keys, common.said(specs.values()))
    return figure.every()


@dataclass(frozen=True)
class _Common:
    """Common radius of shapes given by name."""

    nucleus: Isotope
    rms: float
    literature: bool

    def shared(self, spec: str | FormFactor) -> bool:
        if not isinstance(spec, str):
            return False
        free = shape_named(spec).free_radius
        return spec == "helm" or (free and not self.literature)

    def build(self, spec: str | FormFactor) -> FormFactor:
        rms = self.rms if self.shared(spec) else None
        return make_form_factor(spec, rms=rms, isotope=self.nucleus)

    def said(self, specs: Iterable[str | FormFactor]) -> str:
        """Return the text on radii for the line at the bottom."""
        named = [spec for spec in specs if isinstance(spec, str)]
        if any(spec.startswith("literature") for spec in named):
            fixed = "literature: $R_0$ = 1.21 (B), 1.3 (C) $A^{1/3}$ fm"
            if "literature-fermi" in named:
                fixed += ", Fermi 1.07 $A^{1/3}$ fm and 0.57 fm"
            if not any(map(self.shared, named)):
                return fixed
        else:
            fixed = ""
        if self.literature:
            return "radii of the literature of each shape"
        if not any(map(self.shared, named)):
            return ""
        radius = f"common rms radius {self.rms / fm:.3f} fm"
        if self.nucleus.r_charge == self.rms:
            radius += " (measured charge radius, Angeli:2013epw)"
        return "; ".join(filter(None, (fixed, radius)))


def _label(spec: str | FormFactor) -> str:
    """Name of a shape as it is spelt in `_LOOK`, or that of an object."""
    if isinstance(spec, str):
        return spec.strip().lower().replace("_", "-")
    return shape_name(spec)


def _title(label: str) -> str:
    return str(_LOOK[label][0]) if label in _LOOK else label


def _specs(
    nucleus: Isotope,
    names: Sequence[str | FormFactor] | Mapping[str, str | FormFactor] | None,
) -> dict[str, str | FormFactor]:
    """Form factors by label; by default all available for this nucleus."""
    if names is None:
        measured = nucleus.name in fourier_bessel_isotopes()
        left_out = {"point"} if measured else {"point", "fourier-bessel"}
        names = [
            name
            for name in _LOOK
            if name not in left_out and not name.startswith("literature")
        ]
    if not names:
        raise InputError(
            f"nothing to plot: name at least one form factor of {', '.join(_LOOK)}"
        )
    if isinstance(names, Mapping):
        return {k: _label(v) if isinstance(v, str) else v for k, v in names.items()}
    found: dict[str, str | FormFactor] = {}
    for spec in names:
        label = _label(spec)
        if not isinstance(spec, str) and label in found:
            label = f"{label} {len(found) + 1}"
        found[label] = label if isinstance(spec, str) else spec
    return found


def _looks(specs: Mapping[str, str | FormFactor]) -> dict[str, dict[str, Any]]:
    """Style of each line; those without a predefined one get the remaining colours."""
    free = iter(
        [c for c in PALETTE if c not in {_LOOK[k][1] for k in specs if k in _LOOK}]
    )
    looks: dict[str, dict[str, Any]] = {}
    for i, label in enumerate(specs):
        if label in _LOOK:
            _, colour, line, _ = _LOOK[label]
            width = {"fourier-bessel": 1.0, "woods-saxon": 2.0}.get(label, 1.5)
        else:
            colour, line, width = next(free, "0.3"), _OTHERS[i % 3], 1.5
        looks[label] = {"color": colour, "linestyle": line, "linewidth": width}
    return looks


def _differences(
    panel: Axes,
    x: FloatArray,
    curves: Mapping[str, tuple[FloatArray, dict[str, Any]]],
    base: FloatArray,
) -> None:
    """Draw the difference of each shape from `base`, in per cent."""
    largest = 0.0
    # at a zero of the reference the difference jumps between infinities: interrupt the
    # line
    jump = np.flatnonzero(np.diff(np.sign(base))) + 1
    for f, look in curves.values():
        difference = 100 * np.divide(
            f - base, base, out=np.full_like(f, np.nan), where=base != 0
        )
        largest = max(largest, float(np.nanmax(np.abs(difference))))
        panel.plot(
            np.insert(x, jump, x[jump]), np.insert(difference, jump, np.nan), **look
        )
    for zero in x[jump]:
        panel.axvline(zero, color="0.8", linewidth=0.8, linestyle=(0, (1, 2)), zorder=0)
    reach = min(200.0, max(0.5, 1.5 * largest))
    panel.set_ylim(-reach, reach)
    if reach > 5:
        panel.set_yscale("symlog", linthresh=1, linscale=0.6)
        ticks = [t for t in (-100, -10, -1, 0, 1, 10, 100) if abs(t) <= reach]
        panel.set_yticks(ticks, [f"{t:d}".replace("-", "−") for t in ticks])


def _recoil_axis(main: Axes, nucleus: Isotope, q_max: float, over: str) -> None:
    """Add the recoil energy of the nucleus as an upper axis."""
    mass = nucleus.mass
    unit, unit_name = energy_unit(q_max**2 / (2 * mass))
    main.tick_params(axis="x", which="both", top=False)

    power = 1 if over == "q2" else 2

    def recoil(x: ArrayLike) -> FloatArray:
        return np.asarray(x, dtype=float) ** power / (2 * mass * unit)

    def momentum(recoils: ArrayLike) -> FloatArray:
        squared = np.abs(np.asarray(recoils, dtype=float)) * 2 * mass * unit
        return np.asarray(squared ** (1 / power))

    top = main.secondary_xaxis("top", functions=(recoil, momentum))
    top.set_xlabel(
        f"recoil energy $T = q^2/2M$ of {isotope_symbol(nucleus.symbol, nucleus.a)}"
        f" [{unit_name}]",
        fontsize=11,
    )
