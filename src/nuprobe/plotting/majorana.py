"""Figures that distinguish Majorana from Dirac neutrinos: decays of heavy neutrinos,
the effective mass of double beta decay, tritium electrons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError, shown
from nuprobe.majorana import HeavyNeutrino, TritiumElectrons, effective_mass_range
from nuprobe.oscillation import PMNS, Splittings
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    PALETTE,
    WIDTH,
    colours,
    engine_pads,
    legend_above,
    positive_array,
    provenance,
    styled,
)
from nuprobe.units import eV

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from nuprobe.plotting.figures import Panels

__all__ = ["plot_effective_mass", "plot_heavy_decays", "plot_tritium"]

_SYMBOLS: Final = {
    "photon": r"\gamma",
    "pi0": r"\pi^0",
    "eta": r"\eta",
    "rho0": r"\rho^0",
    "omega": r"\omega",
    "Z": "Z",
    "h": "h",
}
_ORDERINGS: Final = ("normal", "inverted")
_ARROW: Final = {"arrowstyle": "<->", "lw": 0.9, "shrinkA": 0, "shrinkB": 0}


@public
@styled
def plot_heavy_decays(
    decays: Sequence[HeavyNeutrino],
    gamma: float | None = None,
    *,
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot the angular distribution of decays N → ν X, and with `gamma` also the
    laboratory energy of X.

    Parameters
    ----------
    decays : the decays, which may differ in channel, nature and mass.
    gamma : Lorentz factor of N, above 1; None for only the angle.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels

    Raises
    ------
    InputError
        If there is no decay, or `gamma` is not above 1.

    Examples
    --------
    >>> from nuprobe.majorana import HeavyNeutrino
    >>> natures = ("majorana", "dirac", "antidirac")
    >>> decays = [HeavyNeutrino(1000.0, "pi0", nature) for nature in natures]
    >>> len(plot_heavy_decays(decays, gamma=3.0))
    2
    """
    if not decays:
        raise InputError("give at least one decay")
    figure = new_figure(WIDTH, 4.0 if gamma is None else 3.9, ax, artist)
    panels = figure.subplots(1, 1 if gamma is None else 2, squeeze=False)[0]
    cos = np.array([-1.0, 1.0])
    tints = dict(zip(kinds := _kinds(decays), colours(len(kinds)), strict=True))
    handles: list[Artist] = []
    for decay in decays:
        look: dict[str, Any] = {"color": tints[_kind(decay)], **_LOOKS[decay.nature]}
        handles += panels[0].plot(cos, decay.by_angle(cos), **look)
        if gamma is None:
            continue
        edges = np.array(decay.energy_range(gamma))
        density = decay.by_energy(edges, gamma) * decay.mass * gamma
        x = np.concatenate([edges[:1], edges, edges[1:]]) / (decay.mass * gamma)
        panels[1].plot(x, [0.0, *density, 0.0], **look)
    panels[0].set_xlabel(r"$\cos\theta_X$ in the rest frame of $N$")
    panels[0].set_ylabel(r"$(1/\Gamma)\,d\Gamma/d\cos\theta_X$")
    panels[0].set_xlim(-1, 1)
    panels[0].set_ylim(0, 1.08)
    if gamma is not None:
        panels[1].set_xlabel(r"$E_X/E_N$ in the laboratory")
        panels[1].set_ylabel(r"$(E_N/\Gamma)\,d\Gamma/dE_X$")
        panels[1].set_ylim(bottom=0)
    labels = [_label(decay, len({d.mass for d in decays}) > 1) for decay in decays]
    legend_above(figure, handles, labels, _title(decays, gamma))
    provenance(
        figure,
        ("Balantekin:2018ukw",),
        "the neutrino accompanying X is massless; Dirac N with left-handed couplings",
    )
    return figure.every()


_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "majorana": {"linestyle": "-", "lw": 2.2},
    "dirac": {"linestyle": "--"},
    "antidirac": {"linestyle": ":"},
}
_NATURES: Final = {
    "majorana": "Majorana",
    "dirac": "Dirac $N$",
    "antidirac": r"Dirac $\bar N$",
}


def _kind(decay: HeavyNeutrino) -> tuple[str, float]:
    return decay.channel, decay.mass


def _kinds(decays: Sequence[HeavyNeutrino]) -> list[tuple[str, float]]:
    return list(dict.fromkeys(map(_kind, decays)))


def _label(decay: HeavyNeutrino, with_mass: bool) -> str:
    mass = f" ({decay.mass:.4g} MeV)" if with_mass else ""
    return rf"$\nu {_SYMBOLS[decay.channel]}$, {_NATURES[decay.nature]}{mass}"


def _title(decays: Sequence[HeavyNeutrino], gamma: float | None) -> str:
    masses = {d.mass for d in decays}
    parts = [rf"$m_N$ = {d:.4g} MeV" for d in masses] if len(masses) == 1 else []
    shares = {d.polarisation for d in decays}
    parts += [f"polarisation {p:.3g}" for p in shares] if len(shares) == 1 else []
    parts += [] if gamma is None else [rf"$\gamma$ = {gamma:.4g}"]
    return ", ".join(parts)


@public
@styled
def plot_effective_mass(
    lightest: ArrayLike,
    orderings: Sequence[str] = _ORDERINGS,
    *,
    bounds: Sequence[tuple[str, float, float]] = (),
    mixing: PMNS | None = None,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot the bands of m_ββ over the mass of the lightest neutrino.

    Parameters
    ----------
    lightest : masses of the lightest neutrino, positive, MeV.
    orderings : ``"normal"``, ``"inverted"`` or both; splittings are NuFIT's.
    bounds : label of an upper bound on m_ββ with its smallest and largest value (MeV),
        for the largest and the smallest matrix element.
    mixing : angles; None for NuFIT's best fit of each ordering.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If a mass is not positive, or there is no ordering.

    Examples
    --------
    >>> drawn = plot_effective_mass([1e-4 * eV, 1 * eV])
    >>> drawn.figure.axes[0].get_yscale()
    'log'
    """
    masses = np.sort(positive_array(lightest, "masses of the lightest neutrino"))
    if not orderings:
        raise InputError("give at least one ordering")
    figure = new_figure(WIDTH, 4.9, ax, artist)
    panel = figure.add_subplot()
    x = np.unique([*np.geomspace(masses[0], masses[-1], 800), *masses])
    handles: list[Artist] = []
    labels = []
    tints = dict(zip(_ORDERINGS, PALETTE, strict=False))
    floor = 1e-4 * eV
    for ordering in orderings:
        splittings = Splittings.nufit(ordering)
        band = effective_mass_range(x, mixing or PMNS.nufit(ordering), splittings)
        low, high = np.maximum(band / eV, floor / eV / 10).T
        handles.append(
            panel.fill_between(
                x / eV, low, high, color=tints[ordering], alpha=0.55, lw=0
            )
        )
        labels.append(f"{ordering} ordering")
    _draw_bounds(panel, bounds, handles, labels)
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlim(x[0] / eV, x[-1] / eV)
    panel.set_ylim(floor / eV, max(1.0, 1.2 * x[-1] / eV))
    panel.set_xlabel(r"mass of the lightest neutrino [eV]")
    panel.set_ylabel(r"$m_{\beta\beta}$ [eV]")
    legend_above(figure, handles, labels)
    provenance(
        figure,
        (),
        "all Majorana phases; mixing and splittings at the best fit of NuFIT 6.0"
        + ("; a bound lies in its band, by matrix element" if bounds else ""),
    )
    return figure.one()


def _draw_bounds(
    ax: Axes,
    bounds: Sequence[tuple[str, float, float]],
    handles: list[Artist],
    labels: list[str],
) -> None:
    """Bands of upper bounds across the panel."""
    tints = ("0.35", *PALETTE[2:])
    for i, (label, low, high) in enumerate(bounds):
        tint = tints[i % len(tints)]
        handles.append(
            ax.axhspan(
                low / eV,
                high / eV,
                facecolor="none",
                edgecolor=tint,
                hatch=("////", "\\\\\\\\", "....", "xx")[i % 4],
                lw=0.8,
            )
        )
        labels.append(label)


@public
@styled
def plot_tritium(
    electrons: Sequence[TritiumElectrons],
    resolution: float,
    *,
    energies: tuple[float, float] | None = None,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot the electron spectrum of tritium near the endpoint: β decay, and relic
    neutrinos above the gap.

    Parameters
    ----------
    electrons : of several natures or masses; β decay is that of the first.
    resolution : full width at half maximum of a line, MeV.
    energies : lowest and highest energy above the endpoint of massless neutrinos, MeV;
        None for a range that includes the peaks.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If there is nothing to draw, or the energies do not increase.

    Examples
    --------
    >>> from nuprobe.majorana import TritiumElectrons
    >>> natures = ("majorana", "dirac")
    >>> both = [TritiumElectrons(0.1 * eV, nature) for nature in natures]
    >>> plot_tritium(both, 0.05 * eV).get_yscale()
    'log'
    """
    if not electrons:
        raise InputError("give at least one set of electrons")
    top = max(float(found.masses.max()) for found in electrons)
    low, high = energies or (-1.5 * top - 3 * resolution, top + 3 * resolution)
    if not -np.inf < low < high < 1:
        raise InputError(
            "energies of electrons near the endpoint must be a lower and a higher one"
            f" below 1 MeV, got {shown((low, high))}"
        )
    x = np.linspace(low, high, 1200)
    figure = new_figure(WIDTH, 4.4, ax, artist)
    panel = figure.add_subplot()
    first = electrons[0]
    beta = first.decay_spectrum(x, resolution) * eV
    handles: list[Artist] = [*panel.plot(x / eV, beta, color="0.45")]
    labels = [r"$\beta$ decay"]
    peak = 0.0
    for tint, found in zip(PALETTE * len(electrons), electrons, strict=False):
        captured = found.capture_spectrum(x, resolution) * eV
        peak = max(peak, float(captured.max()))
        handles += panel.plot(x / eV, captured, color=tint)
        labels.append(
            f"captures, {found.nature.capitalize()}, {found.captures.sum():.3g} a year"
        )
    panel.set_yscale("log")
    panel.set_xlim(low / eV, high / eV)
    panel.set_ylim(peak * 1e-3, peak * 1e8)
    _draw_gap(panel, first, peak * 1e5)
    panel.set_xlabel("electron energy above the endpoint of massless neutrinos [eV]")
    panel.set_ylabel("electrons per year and eV")
    engine_pads(figure)
    legend_above(
        figure,
        handles,
        labels,
        f"{first.tritium:.4g} g of tritium, lightest neutrino"
        f" {first.lightest / eV:.3g} eV, clustering {first.clustering:.3g},"
        f" resolution {resolution / eV:.3g} eV (FWHM)",
    )
    provenance(
        figure,
        ("Long:2014zva",),
        "arrow: from the end of β decay to the highest peak; molecular final states not"
        " included",
    )
    return figure.one()


def _draw_gap(ax: Axes, found: TritiumElectrons, height: float) -> None:
    """Arrow across the gap."""
    at = int(np.argmax(found.captures))
    start, end = -float(found.masses.min()) / eV, float(found.masses[at]) / eV
    ax.annotate("", (end, height), (start, height), arrowprops=_ARROW)
    ax.text((start + end) / 2, height * 1.6, f"gap {end - start:.3g} eV", ha="center")
