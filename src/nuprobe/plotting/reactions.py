"""Cross sections of reactions with nuclei: totals, angles, deposits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.numerics import FloatArray, numbers
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    WIDTH,
    colours,
    legend_above,
    lowest,
    power_of_ten,
    pretty,
    provenance,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_reactions"]

Against = Literal["energy", "cosine", "deposit"]
_AXES: Final = {
    "energy": (r"neutrino energy $E_\nu$ [MeV]", r"$\sigma$ [{}cm$^2$]"),
    "cosine": (r"$\cos\theta$", r"$d\sigma/d\cos\theta$ [{}cm$^2$]"),
    "deposit": ("{} [MeV]", r"$d\sigma/dT$ [{}cm$^2$/MeV]"),
}


@public
@styled
def plot_reactions(
    curves: Sequence[tuple[str, FloatArray, FloatArray]],
    against: Against = "energy",
    *,
    bands: Sequence[tuple[FloatArray, FloatArray]] = (),
    deposit: str = "deposit $T$",
    title: str = "",
    references: Iterable[str] = (),
    note: str = "",
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot cross sections of reactions over energy, angle or deposit.

    Parameters
    ----------
    curves : label, coordinates (MeV, or cosines) and cross sections (cm² or cm²/MeV) of
        each; over energies, zeros are not drawn.
    against : ``"energy"``, ``"cosine"`` or ``"deposit"``.
    bands : lower and upper cross section of each curve at its coordinates, filled in
        its colour; none, or one for each curve.
    deposit : description of the deposit.
    title : above the legend.
    references, note : texkeys and a remark for the line at the bottom.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes
        Logarithmic in σ over energies.

    Raises
    ------
    InputError, UnknownNameError
        If there is no curve, `against` is unknown, or bands do not fit the curves.

    Examples
    --------
    >>> import nuprobe as nu
    >>> e = np.linspace(2, 10, 9)
    >>> drawn = plot_reactions([("ibd", e, nu.ibd.total(e))])
    >>> drawn.figure.axes[0].get_yscale()
    'log'
    """
    if against not in get_args(Against):
        raise UnknownNameError("axis", against, get_args(Against))
    if not curves:
        raise InputError("give at least one curve")
    _check_bands(curves, bands)
    figure = new_figure(WIDTH, 4.6, ax, artist)
    axes = figure.subplots()
    handles, labels = [], []
    over_energy = against == "energy"
    drawn = [*(y for _, _, y in curves), *(high for _, high in bands)]
    ends, most = [], max(float(np.max(y, initial=0.0)) for y in drawn)
    factor, power = (1.0, "") if over_energy else power_of_ten([most])
    tints = colours(len(curves))
    for tint, (_, x, _), band in zip(tints, curves, bands, strict=False):
        low, high = (np.asarray(one) / factor for one in band)
        axes.fill_between(x, low, high, color=tint, alpha=0.3, linewidth=0)
    for tint, (label, x, y) in zip(tints, curves, strict=True):
        at, value = numbers("coordinates", x), numbers("cross sections", y)
        shown = np.where(value > 0, value, np.nan) if over_energy else value / factor
        mark, line = "o" if at.size == 1 else "", "--" if "nubar" in label else "-"
        handles += axes.plot(at, shown, color=tint, marker=mark, linestyle=line)
        labels.append(pretty(label))
        ends += [float(at.min()), float(at.max())]
    if over_energy:
        axes.set_yscale("log")
        if most > 0:
            axes.set_ylim(lowest(drawn) / 1.5, 2 * most)
    else:
        axes.set_ylim(bottom=0)
    if max(ends) > min(ends):
        axes.set_xlim(min(ends), max(ends))
    names = _AXES[against]
    axes.set_xlabel(names[0].format(deposit))
    axes.set_ylabel(names[1].format(power))
    legend_above(figure, handles, labels, title)
    provenance(figure, references, note)
    return figure.one()


def _check_bands(
    curves: Sequence[tuple[str, FloatArray, FloatArray]],
    bands: Sequence[tuple[FloatArray, FloatArray]],
) -> None:
    """Reject bands that do not match the curves."""
    if len(bands) not in (0, len(curves)):
        raise InputError(
            f"give either no bands or one for each curve: {len(bands)} for"
            f" {len(curves)}"
        )
    for (label, x, _), band in zip(curves, bands, strict=False):
        low, high = (numbers("bands", one) for one in band)
        fits = low.shape == np.shape(x) == high.shape
        if not (fits and (low <= high).all()):
            raise InputError(
                f"the band of {label} must have a lower and an upper value at each of"
                f" its {np.size(x)} coordinates"
            )
