"""Trident kernels averaged over a flux: a few energies carry the whole spectrum."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from nuprobe.errors import ComputationError, InputError
from nuprobe.fluxes import Flux, FluxComponent, flux
from nuprobe.models import LeptonModel, StandardModel
from nuprobe.nuclei import FormFactor, TargetSpec
from nuprobe.numerics import FloatArray, barycentric_matrix, chebyshev_nodes, panel_nodes
from nuprobe.processes.trident.channels import Channel, ChannelSpec, channel
from nuprobe.processes.trident.totals import Kernels, coefficients, kernels, mediator_masses, threshold_energy

__all__ = ["Averaged", "average", "flux_averaged"]

_NODES = 40
_POINTS = 4  # a panel between two energies of the flux table
_RTOL = 1e-4


@dataclass(frozen=True, eq=False)
class Averaged:
    """Kernels averaged over a flux.

    Attributes
    ----------
    channels : one row each.
    values : shape (channels, terms), cm² (times MeV⁻², MeV⁻⁴ for mediator terms): averaged over all neutrinos of the
        flux in the flavours of the channels, so that rows add.
    mediators : masses (MeV) of the mediator terms.
    fluence : neutrinos in those flavours per unit of the flux (per cm² for a beam).
    error : largest relative numerical error of VV + AA.
    """

    channels: tuple[Channel, ...]
    values: FloatArray
    mediators: tuple[float, ...]
    fluence: float
    error: float

    def total(self, model: LeptonModel) -> float:
        """Averaged cross section of a model with scalar parameters, cm².

        Raises
        ------
        InputError
            If the model has a mediator whose mass was not averaged.
        """
        result = 0.0
        for row, one in zip(self.values, self.channels, strict=True):
            weights = coefficients(model, one)
            if weights.ndim != 1:
                raise InputError("an averaged cross section needs a model with scalar parameters")
            result += float(row[:3] @ weights[:3])
            for i, mass in enumerate(mediator_masses(model, one)):
                if mass not in self.mediators:
                    raise InputError(f"the average holds no mediator of {mass:g} MeV: name it in `mediators`")
                j = 3 + 3 * self.mediators.index(mass)
                result += float(row[j : j + 3] @ weights[3 + 3 * i : 6 + 3 * i])
        return result


def average(
    source: Flux | str,
    channels: Sequence[ChannelSpec],
    target_: TargetSpec | None,
    *,
    regime: str = "coherent",
    mediators: Sequence[float] | FloatArray = (),
    form_factor: str | FormFactor | None = None,
    pauli: bool = True,
    nodes: int = _NODES,
) -> Averaged:
    """Average the kernels of several channels over a flux.

    The kernels over E² are smooth in ln E: they are computed at Chebyshev nodes between threshold and the end of the
    flux, and the spectrum is folded with the interpolant. A second order measures the error.

    Raises
    ------
    ComputationError
        If the average does not reach 1e-4.
    """
    source = source if isinstance(source, Flux) else flux(source)
    read = tuple(channel(c) for c in channels)
    if not read:
        raise InputError("an average needs at least one channel")
    fluence = sum(source.total(f) for f in dict.fromkeys(c.incoming for c in read))
    if fluence <= 0:
        raise InputError(f"flux {source.name} holds none of {', '.join(str(c.incoming) for c in read)}")
    masses = tuple(float(m) for m in mediators)
    rows, error = [], 0.0
    for one in read:
        row = np.zeros(3 + 3 * len(masses))
        coarse = np.zeros(3)
        # the nodes in energy carry the error that is measured here; that in Q² is smaller by far
        at = partial(
            kernels,
            channel_=one,
            target_=target_,
            regime=regime,
            form_factor=form_factor,
            pauli=pauli,
            with_error=False,
        )
        low = threshold_energy(one, target_, regime)
        for component in source.of(one.incoming):
            for line in component.lines:
                found = at(line.energy, mediators=masses)
                row += line.intensity * found.values
                coarse += line.intensity * found.values[:3]
            if component.density is None or component.edges[-1] <= low:
                continue
            row += _fold(component, partial(at, mediators=masses), low, nodes)
            coarse += _fold(component, at, low, nodes - 8)
        size = row[0] + row[1]
        if size > 0:
            error = max(error, float(np.abs(row[:2] - coarse[:2]).sum() / size))
        rows.append(row / fluence)
    if error > _RTOL:
        raise ComputationError(f"the average over {source.name} reaches only {error:.1e}; smooth the flux table")
    return Averaged(read, np.stack(rows), masses, fluence, error)


def _fold(component: FluxComponent, kernels_at: Callable[[FloatArray], Kernels], low: float, nodes: int) -> FloatArray:
    """∫ φ(E) K(E) dE with K/E² interpolated in ln E."""
    low = max(low, component.edges[0])
    top = component.edges[-1]
    grid = chebyshev_nodes(math.log(low), math.log(top), nodes)
    energies = np.exp(grid)
    energies[[0, -1]] = low, top
    found = kernels_at(energies)
    # the flux is folded with each cardinal function once: weights of the nodes
    e, w = panel_nodes([low, *(edge for edge in component.edges if edge > low)], _POINTS)
    cardinal = barycentric_matrix(grid, np.clip(np.log(e), grid[0], grid[-1]))
    weights = (w * component.continuum(e) * e**2) @ cardinal / energies**2
    return np.asarray(weights @ found.values)


def flux_averaged(
    source: Flux | str,
    channel_: ChannelSpec,
    target_: TargetSpec | None,
    model: LeptonModel | None = None,
    regime: str = "all",
    *,
    form_factor: str | FormFactor | None = None,
    pauli: bool = True,
) -> float:
    """Flux-averaged cross section of one channel, cm² (per nucleus, formula unit or nucleon: see `total`).

    Parameters
    ----------
    source : a flux or its name.
    channel_, target_, model, regime, form_factor, pauli : as in `total`.
    """
    model = StandardModel() if model is None else model
    one = channel(channel_)
    masses = mediator_masses(model, one)
    found = average(source, [one], target_, regime=regime, mediators=masses, form_factor=form_factor, pauli=pauli)
    return found.total(model)
