"""The neutrinos of a spectrum: one energy or a continuum, with the moments that the
hadron tensor requires."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from nuprobe.errors import InputError, shown
from nuprobe.fluxes import Flux, FluxComponent, flux
from nuprobe.numerics import FloatArray, gauss_legendre, numbers
from nuprobe.processes.trident.channels import Channel

__all__ = ["Beam", "read_beams"]

_STEP: Final = 0.15  # longest step of ln E between nodes


@dataclass(frozen=True)
class Beam:
    """One energy, or a continuum.

    Attributes
    ----------
    energy : MeV; None for a continuum.
    top : largest energy, MeV.
    powers : gives ∫_E φ E′^{j−2} dE′ for j = 0, 1, 2, shape (3, *E), at E in MeV.
    nodes : gives energies above E in MeV and their weights φ dE, each one-dimensional:
        a quadrature for smooth functions of the energy.
    """

    energy: float | None
    top: float
    powers: Callable[[FloatArray], FloatArray]
    nodes: Callable[[float], tuple[FloatArray, FloatArray]]


def _line(energy: float, share: float) -> Beam:
    values = share * np.array([energy**-2, 1 / energy, 1.0])
    return Beam(
        energy,
        energy,
        lambda e: values.reshape(3, *(1,) * e.ndim) * np.ones_like(e),
        lambda low: (np.array([energy]), np.array([share])),
    )


def _continuum(component: FluxComponent, share: float) -> Beam:
    edges = np.array(component.edges)
    t, w = gauss_legendre(4)

    def between(low: FloatArray, high: FloatArray) -> FloatArray:
        e = low[..., None] + (high - low)[..., None] * t
        # edges belong to both sides; nodes never coincide with them
        weight = component.continuum(e) * (high - low)[..., None] * w
        return np.stack([(weight * e ** (j - 2.0)).sum(-1) for j in range(3)])

    fine = np.unique(np.concatenate([np.linspace(a, b, 5) for a, b in pairwise(edges)]))
    above = np.zeros((3, fine.size))
    above[:, :-1] = np.cumsum(between(fine[:-1], fine[1:])[:, ::-1], axis=1)[:, ::-1]

    def powers(e: FloatArray) -> FloatArray:
        at = np.clip(e, fine[0], fine[-1])
        i = np.clip(np.searchsorted(fine, at, side="right"), 1, fine.size - 1)
        return np.asarray(share * (above[:, i] + between(at, fine[i])))

    def nodes(low: float) -> tuple[FloatArray, FloatArray]:
        ends = np.array([low, *edges[edges > low]])
        # steps of a flux that is linear between edges, limited in length
        ends = np.concatenate(
            [
                np.geomspace(a, b, max(1, math.ceil(math.log(b / a) / _STEP)) + 1)[:-1]
                for a, b in pairwise(ends)
            ]
            + [ends[-1:]]
        )
        t_2, w_2 = gauss_legendre(2)
        width = np.diff(ends)[:, None]
        e = (ends[:-1, None] + width * t_2).ravel()
        return e, share * component.continuum(e) * (width * w_2).ravel()

    return Beam(None, float(edges[-1]), powers, nodes)


def read_beams(source: float | Flux | str, channel: Channel) -> list[Beam]:
    """Beams of a channel's neutrinos.

    Parameters
    ----------
    source : an energy in MeV, or a flux or its name, then normalised to one neutrino
        of the flavour.
    channel : gives the flavour.

    Raises
    ------
    InputError
        For an energy that is not positive, or a flux without the flavour.

    Examples
    --------
    >>> from nuprobe.processes.trident import channel
    >>> read_beams(1e3, channel("nu_mu -> nu_mu mu+ mu-"))[0].top
    1000.0
    """
    if not isinstance(source, Flux | str):
        energy = numbers("the neutrino energy (MeV)", source)
        if energy.ndim or not 0 < energy < math.inf:
            raise InputError(
                "a spectrum needs one positive neutrino energy in MeV or a flux, got"
                f" {shown(source)}"
            )
        return [_line(float(energy), 1.0)]
    made = flux(source) if isinstance(source, str) else source
    fluence = made.total(channel.incoming)
    if not fluence > 0:
        raise InputError(
            f"flux {made.name} has no {channel.incoming}: it has"
            f" {', '.join(map(str, made.flavours))}"
        )
    result = []
    for component in made.of(channel.incoming):
        result += [
            _line(line.energy, line.intensity / fluence) for line in component.lines
        ]
        if component.density is not None:
            result.append(_continuum(component, 1 / fluence))
    return result
