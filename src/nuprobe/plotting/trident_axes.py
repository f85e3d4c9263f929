"""Common elements of trident figures: energies, their axis, and channels as symbols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.errors import InputError
from nuprobe.models import LeptonModel
from nuprobe.nuclei import Target, TargetSpec
from nuprobe.nuclei import target as make_target
from nuprobe.numerics import FloatArray
from nuprobe.plotting.style import finite_array, shape_name
from nuprobe.processes import trident
from nuprobe.processes.trident.channels import Channel
from nuprobe.processes.trident.options import FormFactorSpec
from nuprobe.units import GeV

if TYPE_CHECKING:
    from matplotlib.axes import Axes


METHOD: Final = ("Czyz:1964zz", "Lovseth:1971vv")
"""Sources of the matrix element."""
_LEPTONS: Final = ("e", r"\mu", r"\tau")
# E/E_threshold − 1 of the points added above a threshold
_NEAR: Final = np.geomspace(1e-3, 1, 60)


def energies_of(e_grid: ArrayLike) -> FloatArray:
    """Return the neutrino energies, checked."""
    e = finite_array(e_grid, "the energy grid")
    if e.ndim != 1 or e.size < 2 or np.any(np.diff(e) <= 0) or e[0] <= 0:
        raise InputError(
            "a trident cross section is drawn over at least two increasing positive"
            " energies (MeV), e.g. 200 to 1e5"
        )
    return e


def refined(e: FloatArray, start: float) -> FloatArray:
    """Energies with additional points above a threshold."""
    more = start * (1 + _NEAR)
    return np.unique(np.concatenate([e, more[(more > e[0]) & (more < e[-1])]]))


def opened(e: FloatArray, start: float, channel: Channel) -> FloatArray:
    """Refined energies above a threshold."""
    grid = refined(e, start)
    if e[-1] <= start:
        raise InputError(
            f"nothing to plot: {channel.name} is closed up to {e[-1] / GeV:g} GeV; "
            f"its threshold is {start / GeV:.6g} GeV"
        )
    return grid[grid > start]


def energy_axis(ax: Axes, e: FloatArray) -> None:
    """Make the horizontal axis that of neutrino energies `e` (MeV), in GeV."""
    ax.set_xlim(e[0] / GeV, e[-1] / GeV)
    if e[-1] > 5 * e[0]:
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter("{x:g}")
        # between the decades of a short axis, in the same format
        short = e[-1] < 50 * e[0]
        ax.xaxis.set_minor_formatter(
            lambda x, _: f"{x:g}" if short and f"{x:e}"[0] in "235" else ""
        )
    ax.set_xlabel(r"neutrino energy $E_\nu$ [GeV]")


def described(model: LeptonModel) -> str:
    r"""A model in a caption, with the mass, coupling and mixing of its mediator.

    Parameters
    ----------
    model : any.

    Examples
    --------
    >>> from nuprobe.models import LMuLTau, VMinusA
    >>> described(LMuLTau(10.0, 1e-3))
    "lmu-ltau, $m_{Z'}$ = 10 MeV, $g'$ = 0.001, $\\epsilon$ = 0"
    >>> described(VMinusA())
    'v-a'
    """
    texts = [str(getattr(model, "name", type(model).__name__))]
    mass = getattr(model, "mass", None)
    if isinstance(mass, int | float):
        size = f"{mass / GeV:g} GeV" if mass >= GeV else f"{mass:g} MeV"
        texts.append(f"$m_{{Z'}}$ = {size}")
    for key, symbol in (("coupling", "$g'$"), ("mixing", r"$\epsilon$")):
        value = getattr(model, key, None)
        if isinstance(value, int | float):
            texts.append(f"{symbol} = {value:g}")
        elif isinstance(value, str):
            texts.append(f"{symbol}: {value}")
    return ", ".join(texts)


def channel_symbol(channel: Channel) -> str:
    r"""Channel in symbols: ν_μ → ν_e e⁺ μ⁻.

    Parameters
    ----------
    channel : from `trident.channel`.

    Examples
    --------
    >>> from nuprobe.processes.trident import channel
    >>> channel_symbol(channel("nu_mu -> nu_mu mu+ mu-"))
    '$\\nu_{\\mu} \\to \\nu_{\\mu}\\, \\mu^{+} \\mu^{-}$'
    """
    plus, minus = _LEPTONS[channel.plus], _LEPTONS[channel.minus]
    return (
        rf"${channel.incoming.latex} \to {channel.outgoing.latex}\, {plus}^{{+}}"
        rf" {minus}^{{-}}$"
    )


def counted(target: TargetSpec) -> Target:
    """Return isotopes and their numbers; the cross section chooses the charge form
    factors.

    Parameters
    ----------
    target : as in `trident.total`.
    """
    return (
        target
        if isinstance(target, Target)
        else make_target(target, form_factor="point")
    )


def nuclear_input(
    target: TargetSpec, regimes: Sequence[str], form_factor: FormFactorSpec
) -> tuple[str, list[str]]:
    """Return a description of the nuclear input, and its texkeys.

    Parameters
    ----------
    target, form_factor : as in `trident.total`.
    regimes : those drawn.
    """
    notes: list[str] = []
    keys: list[str] = []
    if {"coherent", "elastic", "all"} & set(regimes):
        parts = [c for c in counted(target).components if c.isotope.a > 1]
        if isinstance(form_factor, str):
            kinds = {form_factor}
        elif form_factor is not None:
            kinds = {shape_name(form_factor)}
        elif isinstance(target, Target):
            kinds = {shape_name(c.ff_p) for c in parts}
        else:
            kinds = {shape_name(trident.charge_form_factor(c.isotope)) for c in parts}
        notes.append(f"charge form factor {', '.join(sorted(kinds))}")
        if kinds & {"fourier-bessel", "Fourier–Bessel"}:
            keys.append("DeVries:1987atn")
    if {"proton", "neutron", "incoherent", "elastic", "all"} & set(regimes):
        notes.append("nucleons Pauli-blocked, Kelly form factors")
        keys.append("Kelly:2004hm")
    if {"inelastic", "all"} & set(regimes):
        notes.append("broken nucleons free")
        keys += ["Christy:2007ve", "Bosted:2007xd", "Abramowicz:1997ms"]
    if "electron" in regimes:
        notes.append("electrons free and at rest, photon exchange only")
    return "; ".join(notes), keys
