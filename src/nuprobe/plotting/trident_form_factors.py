"""Effect of the choice of charge form factor on coherent trident production."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.models import LeptonModel
from nuprobe.nuclei import FormFactor, Isotope
from nuprobe.nuclei import isotope as as_isotope
from nuprobe.nuclei.form_factors import Fermi, FourierBessel, WoodsSaxon, shape_named
from nuprobe.numerics import FloatArray
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    WIDTH,
    Entries,
    colours,
    isotope_symbol,
    provenance,
    shape_name,
    styled,
)
from nuprobe.plotting.trident_axes import (
    METHOD,
    channel_symbol,
    energies_of,
    energy_axis,
    opened,
)
from nuprobe.processes import trident
from nuprobe.processes.trident.channels import ChannelSpec
from nuprobe.units import GeV, fm

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_trident_form_factors"]


@public
@styled
def plot_trident_form_factors(
    channel: ChannelSpec,
    isotope: str | Isotope,
    e_grid: ArrayLike,
    shapes: Mapping[str, str | FormFactor] | None = None,
    *,
    model: LeptonModel | None = None,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot the change of a coherent cross section with the choice of charge form
    factor.

    Parameters
    ----------
    channel : as read by `trident.channel`.
    isotope : the nucleus; the reference is `trident.charge_form_factor`, its
        Fourier–Bessel density where measured.
    e_grid : neutrino energies in MeV, increasing, at least two.
    shapes : by label; a name of `nuclei.FORM_FACTORS` is built with the measured charge
        radius. Default: Fermi and Helm with the measured radius, Fermi and Woods–Saxon
        with the radius of the trident literature, 1.07 A^(1/3) fm and 0.57 fm.
    model : couplings; default the Standard Model.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes
        σ/σ(reference) − 1 in per cent.

    Raises
    ------
    InputError, UnknownNameError
        As `trident.total`; if the charge radius is not measured, or every energy is
        below threshold.

    Examples
    --------
    >>> import numpy as np
    >>> energies = np.geomspace(1e3, 5e4, 4)
    >>> drawn = plot_trident_form_factors(
    ...     "nu_mu -> nu_mu mu+ mu-", "Ar40", energies, {"Helm": "helm"}
    ... )
    >>> drawn.figure.axes[0].get_xscale()
    'log'
    """
    e = energies_of(e_grid)
    chosen, nucleus = trident.channel(channel), as_isotope(isotope)
    base = trident.charge_form_factor(nucleus)
    note = ""
    if shapes is None:
        note = (
            "literature: $R$ = 1.07 $A^{1/3}$ fm, $a$ = 0.57 fm (Brown:1973ih); others:"
            " measured charge radius"
        )
        shapes = _usual(nucleus)
    if not shapes:
        raise InputError("nothing to plot: give at least one form factor")
    built, radius = _build(nucleus, shapes)
    start = trident.threshold_energy(chosen, nucleus.name)
    grid = opened(e, start, chosen)

    def total(shape: FormFactor) -> FloatArray:
        return trident.total(
            grid, chosen, nucleus.name, model, form_factor=shape, regime="coherent"
        )

    reference = total(base)
    figure = new_figure(WIDTH, 4.2, ax, artist)
    panel = figure.add_subplot()
    legend = Entries()
    for i, ((label, shape), colour) in enumerate(
        zip(built.items(), colours(len(built)), strict=True)
    ):
        # the second of two equal curves is dotted and wider, so that both are visible
        hidden = any(_like(shape, other) for other in list(built.values())[:i])
        line: dict[str, Any] = (
            {"linestyle": (0, (1, 1.6)), "linewidth": 2.6} if hidden else {}
        )
        change = 100 * (total(shape) / reference - 1)
        legend.add(
            panel.plot(grid / GeV, change, color=colour, **line),
            f"{label} ({shape.rms / fm:.3f} fm)",
        )
    zero = panel.axhline(
        0, color="black", linestyle=(0, (5, 2)), linewidth=1.0, zorder=1.5
    )
    legend.add([zero], f"reference: {shape_name(base)} ({base.rms / fm:.3f} fm)")
    panel.set_ylabel(r"$\sigma/\sigma_{\mathrm{ref}}-1$ [%]")
    energy_axis(panel, e)
    legend.above(
        figure,
        f"{channel_symbol(chosen)} on {isotope_symbol(nucleus.symbol, nucleus.a)},"
        " coherent: form factor (rms radius)",
    )
    keys = [
        *METHOD,
        *(["DeVries:1987atn"] if isinstance(base, FourierBessel) else []),
        *(["Angeli:2013epw"] if radius else []),
    ]
    provenance(figure, keys, note)
    return figure.one()


def _usual(nucleus: Isotope) -> dict[str, str | FormFactor]:
    return {
        "Fermi": "fermi",
        "Helm": "helm",
        "Fermi, literature": Fermi.of(nucleus),
        "Woods–Saxon, literature": WoodsSaxon.of(nucleus),
    }


def _build(
    nucleus: Isotope, shapes: Mapping[str, str | FormFactor]
) -> tuple[dict[str, FormFactor], bool]:
    """Form factors by label, and whether one has the measured charge radius."""
    built: dict[str, FormFactor] = {}
    measured = False
    for label, shape in shapes.items():
        free = isinstance(shape, str) and shape_named(shape).free_radius
        measured = measured or free
        if free and nucleus.r_charge is None:
            raise InputError(
                f"the charge radius of {nucleus.name} is not measured: give form"
                " factors as objects"
            )
        built[label] = trident.charge_form_factor(nucleus, shape)
    return built, measured


def _like(first: FormFactor, second: FormFactor) -> bool:
    """Whether two shapes are indistinguishable in the figure."""
    q2 = np.array([30.0, 100.0, 200.0]) ** 2
    return bool(np.allclose(first(q2), second(q2), atol=2e-3))
