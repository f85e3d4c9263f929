"""Cross sections of electron neutrinos and antineutrinos at low energy, side by side:
charged currents of carbon, deuterium and protons, and scattering off electrons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.models import StandardModel
from nuprobe.numerics import FloatArray
from nuprobe.processes import cross_section
from nuprobe.processes.inputs import energies
from nuprobe.processes.library import process
from nuprobe.processes.nuclear import deuteron

__all__ = ["CHANNELS", "Channel", "charged_currents"]


@dataclass(frozen=True)
class Channel:
    """One reaction.

    Attributes
    ----------
    process : its name.
    flavour : of the neutrino.
    symbol : the reaction, LaTeX without dollar signs.
    target : None for one free particle of the process.
    options : of the process.
    good_to : energy in MeV above which neglected effects matter.
    """

    process: str
    flavour: str
    symbol: str
    target: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    good_to: float = np.inf


CHANNELS: Final[dict[str, Channel]] = {
    "ibd": Channel("ibd", "nubar_e", r"\bar\nu_e\,p\to e^+n"),
    "deuteron-nu": Channel(
        "deuteron-cc", "nu_e", r"\nu_e\,d\to e^-pp", good_to=30.0
    ),
    "deuteron-nubar": Channel(
        "deuteron-cc", "nubar_e", r"\bar\nu_e\,d\to e^+nn", good_to=30.0
    ),
    "carbon13": Channel(
        "carbon-cc", "nu_e", r"\nu_e\,^{13}\mathrm{C}\to e^-\,^{13}\mathrm{N}",
        options={"levels": "carbon13"}, good_to=20.0,
    ),
    "carbon12": Channel(
        "carbon-cc", "nu_e",
        r"\nu_e\,^{12}\mathrm{C}\to e^-\,^{12}\mathrm{N}_\mathrm{g.s.}",
        options={"levels": "carbon12"},
    ),
    "electron": Channel("electron", "nu_e", r"\nu_e\,e\to\nu_e\,e", target="H1"),
}  # fmt: skip
"""By the names accepted by `charged_currents`."""
_HIGHEST: Final = 60.0


@public
def charged_currents(
    e_nu: ArrayLike, channels: str | Iterable[str] | None = None
) -> dict[str, FloatArray]:
    """Cross sections of several reactions at the same energies.

    Parameters
    ----------
    e_nu : neutrino energies in MeV, up to 60 MeV.
    channels : names of `CHANNELS`, or None for all.

    Returns
    -------
    dict of arrays
        In cm² per proton, deuteron, nucleus or electron, of the shape of `e_nu`;
        exactly 0 below each threshold. Carbon-13 with both levels of its table.

    Raises
    ------
    InputError
        If an energy is invalid or above 60 MeV.
    UnknownNameError
        If there is no channel of that name.

    Examples
    --------
    >>> charged_currents([2.0, 10.0], "carbon13")
    {'carbon13': array([0.000e+00, 2.463e-42])}
    """
    e = energies(e_nu)
    highest = float(e.max(initial=0.0))
    if highest > _HIGHEST:
        raise InputError(
            f"the reactions are compared up to {_HIGHEST:g} MeV, got {highest:g} MeV"
        )
    names = [channels] if isinstance(channels, str) else channels
    result = {}
    for name in CHANNELS if names is None else names:
        if name not in CHANNELS:
            raise UnknownNameError("channel", name, CHANNELS)
        result[name] = _total(CHANNELS[name], e)
    return result


def _total(channel: Channel, e: FloatArray) -> FloatArray:
    if channel.process == "deuteron-cc":  # has its own, faster quadrature
        return deuteron.total(e, "cc", channel.flavour)
    return cross_section.total(
        process(channel.process, **channel.options),
        e,
        channel.target,
        StandardModel(),
        channel.flavour,
    )
