"""Integrals over the deposit: templates of one scatterer at fixed axes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from nuprobe.detectors import Response, TableResponse
from nuprobe.fluxes import FluxComponent
from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.prediction.setup import Setup
from nuprobe.processes import KernelGroup, Scatterer
from nuprobe.processes.folding import Deposits, over_flux

__all__ = ["Known", "deposit_grid", "fold"]

Known = dict[tuple[Any, ...], tuple[FloatArray, ...]]
"""Integrals over the flux, which do not change along most axes."""

_FEW_EDGES = 24
"""Up to so many inner edges of a flux component get panels of their own; the kinks of a
long table are mild and left to the order."""


def fold(
    setup: Setup,
    scatterer: Scatterer,
    kernels: Sequence[tuple[KernelGroup, ...]],
    response: Response | TableResponse,
    accuracy: tuple[int, int],
    known: Known,
) -> FloatArray:
    """Templates of one scatterer for several sets of kernels.

    Parameters
    ----------
    setup : the ingredients.
    scatterer : which deposits go with which energies.
    kernels : kernel groups that differ in their responses alone, one set a node of the
        axes.
    response : of the detector.
    accuracy : order of the integral over the deposit, and factor on the nodes of the
        integral over the flux.
    known : integrals over the flux, kept and added to.

    Returns
    -------
    array, shape (sets, flux components, bins, terms)
        The terms are those of the process, once for each function of the propagation.

    Examples
    --------
    >>> from nuprobe.prediction.examples import argon
    >>> from nuprobe.processes import CONTACT
    >>> setup = argon()
    >>> heavy = setup.process.scatterers(setup.target_at({}))[-1]
    >>> kernels, response = [heavy.groups(CONTACT)], setup.response_at({})
    >>> fold(setup, heavy, kernels, response, (32, 1), {}).shape
    (1, 3, 2, 3)
    """
    order, refine = accuracy
    groups, components = kernels[0], setup.flux.components
    names = setup.process.terms(setup.exchanges_at({}))
    factors = setup.propagation.names
    result = np.zeros(
        (len(kernels), len(components), response.bins, len(factors), len(names))
    )
    t, weights = deposit_grid(components, response, scatterer, order)
    if t.size == 0:  # the flux lies below the threshold of the process
        return result.reshape(*result.shape[:3], -1)
    scale = setup.formula_units * scatterer.count * setup.fluence
    detected = response.matrix(t) * (weights * scale)
    wanted = Deposits(scatterer, groups, t)
    integrals = [
        _integral(setup, c, wanted, refine, known) for c in range(len(components))
    ]
    for g, group in enumerate(groups):
        columns = [names.index(term) for term in group.terms]
        nuclear = np.stack(
            [kernel[g].response(t) for kernel in kernels], axis=1
        )  # (T, sets, terms)
        for c, of_component in enumerate(integrals):
            for w in range(len(factors)):
                folded = (detected * of_component[g][:, w]) @ nuclear.reshape(
                    t.size, -1
                )
                folded = folded.reshape(
                    response.bins, len(kernels), len(columns)
                ).transpose(1, 0, 2)
                result[:, c, :, w][:, :, columns] = folded
    return result.reshape(*result.shape[:3], -1)


def _integral(
    setup: Setup, position: int, wanted: Deposits, refine: int, known: Known
) -> tuple[FloatArray, ...]:
    """Integrals of the kernels of a scatterer over the flux component at a position,
    one array of shape (T, functions) a group."""
    factors = setup.propagation.names
    component = setup.flux.components[position]
    key = (wanted.scatterer.name, position, refine, wanted.t.tobytes())
    if key not in known:
        functions = None
        if factors != ("",):
            functions = setup.propagation_of(component.name).functions
        (integrals,) = over_flux([component], [wanted], refine, functions)
        known[key] = tuple(x.reshape(-1, len(factors)) for x in integrals)
    return known[key]


def deposit_grid(
    components: Sequence[FluxComponent],
    response: Response | TableResponse,
    scatterer: Scatterer,
    order: int,
) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights in T: Gauss–Legendre in √T (where the integrand is smooth)
    between all kinks.

    Parameters
    ----------
    components : of the flux; its edges and lines make kinks.
    response : of the detector; it knows where it is not smooth, and which deposits
        reach its bins.
    scatterer : gives the range of deposits and its kinks.
    order : points a panel (fewer if there are many panels).

    Returns
    -------
    nodes (MeV), weights : arrays, shape (points,); empty if nothing can be deposited

    Examples
    --------
    >>> from nuprobe.prediction.examples import argon
    >>> setup = argon()
    >>> heavy = setup.process.scatterers(setup.target_at({}))[-1]
    >>> t, w = deposit_grid(setup.flux.components, setup.response_at({}), heavy, 32)
    >>> float(w.sum())  # MeV, up to the largest recoil
    0.1495...
    """
    ends = [e for c in components for e in _ends(c) if e > 0]
    t_top = float(scatterer.t_max(np.array(ends)).max(initial=0.0))
    if not t_top > 0:
        return np.zeros(0), np.zeros(0)
    inner = [e for c in components for e in c.edges[1:-1]]
    kinks = scatterer.kinks([*ends, *(inner if len(inner) <= _FEW_EDGES else [])])
    kinks = [*kinks, *map(float, response.breakpoints(t_top))]
    t_low, t_high = response.window(t_top)
    edges = np.unique(
        np.sqrt([t_low, *[t for t in kinks if t_low < t < t_high], t_high])
    )
    width = edges[-1] / response.panels(t_high)
    pieces = [
        np.linspace(a, b, max(1, int(np.ceil((b - a) / width))) + 1)[:-1]
        for a, b in itertools.pairwise(edges)
    ]
    edges = np.append(np.concatenate(pieces), edges[-1])
    n = order if edges.size < 12 else max(8, order // 4)
    x, w = gauss_legendre(n)
    step = np.diff(edges)[:, None]
    u = (edges[:-1, None] + step * x).ravel()
    return u**2, 2 * u * (step * w).ravel()


def _ends(component: FluxComponent) -> tuple[float, ...]:
    """Energies at which a component begins, ends, or has a line."""
    lines = tuple(line.energy for line in component.lines)
    return (*component.edges[:1], *component.edges[-1:], *lines)
