"""Form factors of one nucleus over the momentum transfer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.nuclei import (
    FormFactor,
    Isotope,
    default_radius,
    make_form_factor,
)
from nuprobe.nuclei import isotope as as_isotope
from nuprobe.nuclei.form_factors import fourier_bessel_isotopes, shape_named
from nuprobe.numerics import FloatArray
from nuprobe.plotting.style import (
    PALETTE,
    WIDTH,
    Entries,
    energy_unit,
    isotope_symbol,
    main_and_panel,
    new_figure,
    provenance,
    styled,
)
from nuprobe.units import fm

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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
}
_FLOOR = 1e-7
_POINTS = 1201


@public
@styled
def plot_form_factors(
    isotope: str | Isotope,
    names: Sequence[str] | None = None,
    *,
    q_max: float | None = None,
    rms: float | None = None,
    literature: bool = False,
) -> Figure:
    """Plot |F(q²)|² of several shapes for one nucleus, and what each differs from Helm.

    Parameters
    ----------
    isotope : the nucleus.
    names : of `nuclei.FORM_FACTORS`; default all but "point", and "fourier-bessel"
        where it was measured.
    q_max : largest momentum transfer, MeV; default 8/R, behind the second diffraction
        minimum.
    rms : common rms radius (MeV⁻¹); default the measured charge radius, which the
        Fourier–Bessel density has too.
    literature : give each shape the radius of its own literature instead (Helm keeps
        `rms`).

    Returns
    -------
    Figure
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
    >>> figure = plot_form_factors("Ar40", ["helm", "fermi"])
    >>> [text.get_text() for text in figure.legends[0].get_texts()]
    ['Helm (3.43 fm)', 'Fermi, analytic (3.43 fm)']
    """
    nucleus = as_isotope(isotope)
    names = _names(nucleus, names)
    if rms is None:
        rms = nucleus.r_charge
        rms = default_radius(nucleus) if rms is None else rms
    if q_max is None:
        q_max = 8 / rms if rms > 0 else 1000.0
    if not (np.isfinite(q_max) and q_max > 0):
        raise InputError(
            f"q_max must be a positive momentum (MeV), e.g. 300; got {q_max}"
        )

    def build(name: str) -> FormFactor:
        common = name == "helm" or (shape_named(name).free_radius and not literature)
        return make_form_factor(name, rms=rms if common else None, isotope=nucleus)

    q = np.linspace(0, q_max, _POINTS)
    shapes = {name: build(name) for name in names}
    values = {name: shape(q**2) for name, shape in shapes.items()}
    figure = new_figure(WIDTH, 6.0)
    main, panel = main_and_panel(figure, 2.2)
    legend = Entries()
    for name, f in values.items():
        line = main.plot(q, f**2, **_line(name))
        legend.add(line, f"{_LOOK[name][0]} ({shapes[name].rms / fm:.3g} fm)")
    _differences(panel, q, values, build("helm")(q**2))
    main.set_yscale("log")
    main.set_ylim(
        max(_FLOOR, 0.3 * min(float((f**2).min()) for f in values.values())), 2
    )
    main.set_xlim(0, q_max)
    main.set_ylabel(r"$|F(q^2)|^2$")
    _recoil_axis(main, nucleus, q_max)
    figure.align_ylabels()
    symbol = isotope_symbol(nucleus.symbol, nucleus.a)
    legend.above(figure, f"{symbol}: form factor (rms radius)")
    radius = (
        "radii of the literature of each shape"
        if literature
        else f"common rms radius {rms / fm:.3f} fm"
    )
    if not literature and nucleus.r_charge == rms:
        radius += " (measured charge radius, Angeli:2013epw)"
    provenance(figure, [key for name in names if (key := _LOOK[name][3])], radius)
    return figure


def _names(nucleus: Isotope, names: Sequence[str] | None) -> list[str]:
    """Names as they are spelt in `_LOOK`; by default all that this nucleus has."""
    if names is None:
        measured = nucleus.name in fourier_bessel_isotopes()
        left_out = {"point"} if measured else {"point", "fourier-bessel"}
        names = [name for name in _LOOK if name not in left_out]
    if not names:
        raise InputError(
            f"nothing to plot: name at least one form factor of {', '.join(_LOOK)}"
        )
    return [name.strip().lower().replace("_", "-") for name in names]


def _line(name: str) -> dict[str, Any]:
    """Look of the line of a shape."""
    _, colour, line, _ = _LOOK[name]
    width = {"fourier-bessel": 1.0, "woods-saxon": 2.0}.get(name, 1.5)
    return {"color": colour, "linestyle": line, "linewidth": width}


def _differences(
    panel: Axes, q: FloatArray, values: Mapping[str, FloatArray], helm: FloatArray
) -> None:
    """Draw how much each shape differs from Helm, in per cent."""
    largest = 0.0
    # at a zero of Helm the difference jumps from one infinity to the other: no line
    # across
    jump = np.flatnonzero(np.diff(np.sign(helm))) + 1
    for name, f in values.items():
        if name == "helm":
            continue
        difference = 100 * np.divide(
            f - helm, helm, out=np.full_like(f, np.nan), where=helm != 0
        )
        largest = max(largest, float(np.nanmax(np.abs(difference))))
        panel.plot(
            np.insert(q, jump, q[jump]),
            np.insert(difference, jump, np.nan),
            **_line(name),
        )
    for zero in q[jump]:
        panel.axvline(zero, color="0.8", linewidth=0.8, linestyle=(0, (1, 2)), zorder=0)
    panel.axhline(0, color=PALETTE[0], linewidth=1.5, zorder=1)
    reach = min(200.0, max(0.5, 1.5 * largest))
    panel.set_ylim(-reach, reach)
    if reach > 5:
        panel.set_yscale("symlog", linthresh=1, linscale=0.6)
        ticks = [t for t in (-100, -10, -1, 0, 1, 10, 100) if abs(t) <= reach]
        panel.set_yticks(ticks, [f"{t:d}".replace("-", "−") for t in ticks])
    panel.set_ylabel("$F/F_{Helm}-1$ [%]".replace("Helm", r"\mathrm{Helm}"))
    panel.set_xlabel(r"momentum transfer $q$ [MeV]")


def _recoil_axis(main: Axes, nucleus: Isotope, q_max: float) -> None:
    """Add the recoil energy of the nucleus as an upper axis."""
    mass = nucleus.mass
    unit, unit_name = energy_unit(q_max**2 / (2 * mass))
    main.tick_params(axis="x", which="both", top=False)

    def recoil(momenta: ArrayLike) -> FloatArray:
        return np.asarray(momenta, dtype=float) ** 2 / (2 * mass * unit)

    def momentum(recoils: ArrayLike) -> FloatArray:
        return np.asarray(
            np.sqrt(np.abs(np.asarray(recoils, dtype=float)) * 2 * mass * unit)
        )

    top = main.secondary_xaxis("top", functions=(recoil, momentum))
    top.set_xlabel(
        f"recoil energy $T = q^2/2M$ of {isotope_symbol(nucleus.symbol, nucleus.a)}"
        f" [{unit_name}]",
        fontsize=11,
    )
