"""Integrals over the deposit: templates of each scatterer at fixed axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nuprobe.detectors import Response, TableResponse
from nuprobe.fluxes import FluxComponent
from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.prediction.setup import Setup
from nuprobe.processes import KernelGroup, Scatterer
from nuprobe.processes.energy_pieces import flattened
from nuprobe.processes.folding import Deposits, over_flux, responses

__all__ = ["Known", "Moments", "deposit_grid", "fold"]

Groups = tuple[KernelGroup, ...]
Known = dict[tuple[Any, ...], tuple[FloatArray, ...]]
"""Integrals over the flux, which are constant along most axes."""

Moments = dict[bytes, list[FloatArray]]
"""Integrals over the hats of a tabulated response, by its recoil energies."""

_FEW_EDGES = 24
"""Number of inner edges of a flux component up to which each has its own panel; the
kinks of a longer table are mild and left to the quadrature order."""

_TAIL = 1e-200
"""Fraction of the largest value of a response below which it is neglected."""

_EVERY_EDGE = 4
"""Refinement of the flux from which all edges have panels."""

_MANY_EDGES = 12
"""Number of edges from which panels are narrow and need fewer points."""


def fold(
    setup: Setup,
    scatterers: Sequence[Scatterer],
    kernels: Sequence[Sequence[Groups]],
    response: Response | TableResponse,
    accuracy: tuple[int, int],
    known: Known,
    moments: Moments | None = None,
) -> list[FloatArray]:
    """Templates of all scatterers for several sets of kernels.

    Parameters
    ----------
    setup : the ingredients.
    scatterers : determine allowed deposits and energies.
    kernels : of each scatterer, kernel groups that differ only in their responses, one
        set per node of the axes.
    response : of the detector.
    accuracy : order of the integral over the deposit, and factor on the nodes of the
        integral over the flux.
    known : cache of integrals over the flux.
    moments : cache of integrals over the hats of a tabulated response: for another
        response at the same recoil energies only the table differs.

    Returns
    -------
    list of arrays, shape (sets, flux components, bins, terms)
        One per scatterer; the terms are those of the process, once for each function of
        the propagation.

    Examples
    --------
    >>> from nuprobe.prediction.examples import argon
    >>> from nuprobe.processes import CONTACT
    >>> setup = argon()
    >>> isotopes = setup.process.scatterers(setup.target_at({}))
    >>> kernels = [[s.groups(CONTACT)] for s in isotopes]
    >>> response = setup.response_at({})
    >>> [x.shape for x in fold(setup, isotopes, kernels, response, (32, 1), {})]
    [(1, 3, 2, 3), (1, 3, 2, 3), (1, 3, 2, 3)]
    """
    if not isinstance(response, TableResponse):
        return _onto(
            setup, scatterers, kernels, response, accuracy, known, response.matrix
        )
    moments = {} if moments is None else moments
    key = response.recoil.tobytes()
    if key not in moments:
        moments[key] = _onto(
            setup, scatterers, kernels, response, accuracy, known, response.shares
        )
    table = response.factor * response.probability
    return [table @ each for each in moments[key]]


def _onto(
    setup: Setup,
    scatterers: Sequence[Scatterer],
    kernels: Sequence[Sequence[Groups]],
    response: Response | TableResponse,
    accuracy: tuple[int, int],
    known: Known,
    functions: Callable[[FloatArray], FloatArray],
) -> list[FloatArray]:
    """`fold` onto some functions of the deposit in place of the bins, shape (functions,
    deposits); the other arguments are those of `fold`."""
    order, refine = accuracy
    components = setup.flux.components
    grids = [
        deposit_grid(
            components, response, s, order, _steep(setup, s), refine >= _EVERY_EDGE
        )
        for s in scatterers
    ]
    wanted = [
        Deposits(scatterer, sets[0], t)
        for scatterer, sets, (t, _) in zip(scatterers, kernels, grids, strict=True)
    ]
    every = np.concatenate([t for t, _ in grids])
    if every.size == 0:  # the flux lies below the threshold of the process
        detected = np.zeros((len(functions(np.ones(1))), 0))
    else:
        detected = functions(every)
    integrals = [
        _integrals(setup, position, wanted, refine, known)
        for position in range(len(components))
    ]
    results, start = [], 0
    for i, (scatterer, (t, weights)) in enumerate(zip(scatterers, grids, strict=True)):
        scale = setup.formula_units * scatterer.count * setup.fluence
        kept = detected[:, start : start + t.size] * (weights * scale)
        # far tails of a response give subnormal products, with which processors are
        # many times slower
        kept[np.abs(kept) < _TAIL * np.abs(kept).max(initial=0.0)] = 0.0
        start += t.size
        results.append(_folded(setup, kernels[i], t, kept, [x[i] for x in integrals]))
    return results


def _steep(setup: Setup, scatterer: Scatterer) -> float:
    """Deposit (MeV) above which exchanges of a setup may fall as 1/T²."""
    exchanges = setup.exchanges_at({})
    if setup.process.diverging(exchanges) or exchanges.portal is not None:
        return 0.0
    return min((scatterer.range.t_at(m) for m in exchanges.masses), default=np.inf)


def _folded(
    setup: Setup,
    kernels: Sequence[Groups],
    t: FloatArray,
    detected: FloatArray,
    integrals: Sequence[tuple[FloatArray, ...]],
) -> FloatArray:
    """Templates of one scatterer, from its integrals over each flux component."""
    names = setup.process.terms(setup.exchanges_at({}))
    factors, bins = setup.propagation.names, len(detected)
    result = np.zeros((len(kernels), len(integrals), bins, len(factors), len(names)))
    each = [responses(groups, t) for groups in kernels]
    for g, group in enumerate(kernels[0]):
        columns = [names.index(term) for term in group.terms]
        # (T, sets × terms)
        nuclear = np.concatenate([of_groups[g] for of_groups in each], axis=-1)
        for c, of_groups in enumerate(integrals):
            for w in range(len(factors)):
                folded = (detected * of_groups[g][:, w]) @ nuclear
                folded = folded.reshape(bins, len(kernels), len(columns))
                result[:, c, :, w][:, :, columns] = folded.transpose(1, 0, 2)
    return result.reshape(*result.shape[:3], -1)


def _integrals(
    setup: Setup, position: int, wanted: Sequence[Deposits], refine: int, known: Known
) -> list[tuple[FloatArray, ...]]:
    """Integrals of the kernels of each scatterer over the flux component at a position,
    one array of shape (T, functions) per group."""
    factors = setup.propagation.names
    component = setup.flux.components[position]
    keys = [(d.scatterer.name, position, refine, d.t.tobytes()) for d in wanted]
    missing = [i for i, key in enumerate(keys) if key not in known]
    if missing:
        functions = None
        if factors != ("",):
            functions = setup.propagation_of(component.name).functions
        new = over_flux([component], [wanted[i] for i in missing], refine, functions)
        for i, of_groups in zip(missing, new, strict=True):
            known[keys[i]] = tuple(
                x.reshape(wanted[i].t.size, len(factors)) for x in of_groups
            )
    return [known[key] for key in keys]


def deposit_grid(
    components: Sequence[FluxComponent],
    response: Response | TableResponse,
    scatterer: Scatterer,
    order: int,
    steep: float = np.inf,
    every_edge: bool = False,
) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights in T: Gauss–Legendre in √T (where the integrand is smooth)
    between all kinks.

    Parameters
    ----------
    components : of the flux; edges and lines cause kinks.
    response : of the detector; it provides its breakpoints and the deposits that reach
        its bins.
    scatterer : gives the range of deposits and its kinks.
    order : points per panel (fewer if there are many panels).
    steep : deposit (MeV) above which kernels may fall as 1/T²; if the response starts
        above it, panels grow with T.
    every_edge : panels end at every edge of the flux, however many there are.

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
    kinks = scatterer.kinks(
        [*ends, *(inner if every_edge or len(inner) <= _FEW_EDGES else [])]
    )
    branches = np.unique(scatterer.kinks(ends))
    kinks = [*kinks, *map(float, response.breakpoints(t_top))]
    t_low, t_high = response.window(t_top)
    steep_ends = np.isfinite(scatterer.range.steep)
    if steep_ends:
        # few points between all edges of a table, so that kinks are resolved
        kinks += scatterer.kinks(inner)
        t_low = min(max(t_low, scatterer.floor), t_high)
        kinks = [*kinks, *((branches[1:] + branches[:-1]) / 2).tolist()]
    edges = np.unique(
        np.sqrt([t_low, *[t for t in kinks if t_low < t < t_high], t_high])
    )
    if t_low > steep:
        doublings = int(np.log2(t_high / t_low) / 2)
        growing = edges[0] * 2.0 ** np.arange(1, doublings + 1)
        edges = np.unique(np.append(edges, growing[growing < edges[-1]]))
    n, split = order, _split(edges, response.panels(t_high))
    if split.size >= _MANY_EDGES:
        n = max(8, order // 4)
        split = _split(edges, response.panels(t_high, n))
    edges = split
    if steep_ends:
        n = order if len(inner) <= _FEW_EDGES else max(4, order // 4)
        low, high = edges[:-1] ** 2, edges[1:] ** 2
        nearest = np.abs((low + high)[:, None] / 2 - branches).argmin(axis=1)
        t, weights = flattened(low, high, branches[nearest], scatterer.range.steep, n)
        return t.ravel(), weights.ravel()
    x, w = gauss_legendre(n)
    step = np.diff(edges)[:, None]
    u = (edges[:-1, None] + step * x).ravel()
    return u**2, 2 * u * (step * w).ravel()


def _split(edges: FloatArray, panels: int) -> FloatArray:
    """Edges of panels between `edges`, none wider than the last edge over `panels`."""
    left, width = edges[:-1], np.diff(edges)
    pieces = np.maximum(np.ceil(width / (edges[-1] / panels)), 1).astype(int)
    first = np.repeat(np.cumsum(pieces) - pieces, pieces)
    steps = np.arange(first.size) - first
    inner = steps * np.repeat(width / pieces, pieces) + np.repeat(left, pieces)
    return np.append(inner, edges[-1])


def _ends(component: FluxComponent) -> tuple[float, ...]:
    """Energies at which a component starts, ends, or has a line."""
    lines = tuple(line.energy for line in component.lines)
    return (*component.edges[:1], *component.edges[-1:], *lines)
