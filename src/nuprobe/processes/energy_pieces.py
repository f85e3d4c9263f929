"""Flux integrals of kernels with a square-root branch point, at an energy that depends
on the deposit, and a steep rise there.

In E = E_branch ± s sinh² v they are smooth in v, so few nodes suffice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from nuprobe.fluxes import FluxComponent
from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.processes.interface import KernelGroup, Scatterer
from nuprobe.processes.pieces import EnergyPiece

__all__ = ["flattened", "in_pieces"]

Functions = Callable[[FloatArray], FloatArray]
_NODES: Final = 2**16
"""Number processed in one call of the kernels."""


def flattened(
    low: FloatArray,
    high: FloatArray,
    branch: FloatArray,
    scale: FloatArray | float,
    order: int,
) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights between two energies on the same side of a branch point.

    Parameters
    ----------
    low, high, branch : in MeV, shape (n,).
    scale : s in E = branch ± s sinh² v, MeV.
    order : nodes between `low` and `high`.

    Returns
    -------
    array, array
        Shapes (n, order).

    Examples
    --------
    >>> one = np.ones(1)
    >>> x, w = flattened(one, 3 * one, one, 0.1, 12)
    >>> float((np.sqrt(x - 1) * w).sum())  # 2^(3/2) 2/3
    1.88561808...
    """
    x, w = gauss_legendre(order)
    side = np.where(low + high >= 2 * branch, 1.0, -1.0)
    first, last = (
        np.arcsinh(np.sqrt(np.maximum(side * (e - branch), 0.0) / scale))
        for e in (low, high)
    )
    v = first[:, None] + (last - first)[:, None] * x
    size = np.broadcast_to(scale, low.shape)[:, None]
    slope = np.abs(last - first)[:, None] * size * np.sinh(2 * v)
    nodes = branch[:, None] + side[:, None] * size * np.sinh(v) ** 2
    return np.clip(nodes, low[:, None], high[:, None]), slope * w


def in_pieces(
    components: Sequence[FluxComponent],
    scatterer: Scatterer,
    groups: Sequence[KernelGroup],
    t: FloatArray,
    refine: int = 1,
    functions: Functions | None = None,
) -> tuple[FloatArray, ...]:
    """Integrate kernels of a scatterer whose range has `pieces` over a flux.

    Parameters
    ----------
    components, refine, functions : as in `nuprobe.processes.folding.over_flux`.
    scatterer, groups, t : as in `nuprobe.processes.folding.Deposits`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.processes import CONTACT
    >>> (deuteron,) = nu.process("deuteron-nc").scatterers(None)
    >>> groups = deuteron.groups(CONTACT)
    >>> line = nu.flux("sns").components[:1]
    >>> rate = in_pieces(line, deuteron, groups, np.array([5.0, 40.0]))[0]
    >>> rate > 0  # neutrinos of 29.8 MeV
    array([ True, False])
    """
    flat = t.ravel()
    pieces = scatterer.range.pieces(flat)
    result = np.zeros((flat.size, len(groups), 1))
    for component in components:
        if component.density is not None:
            result = result + _continuum(
                component, groups, flat, pieces, refine, functions
            )
        for line in component.lines:
            at = np.flatnonzero(scatterer.e_min(flat) <= line.energy)
            e = np.full((at.size, 1), line.energy)
            found = np.zeros((flat.size, *_shape(groups, functions)))
            weight = np.full(e.shape, line.intensity)
            found[at] = _summed(groups, e, weight, flat[at], functions)
            result = result + found
    kept = result if functions is not None else result[..., 0]
    each = np.moveaxis(kept, 1, 0)
    return tuple(one.reshape(*t.shape, *one.shape[1:]) for one in each)


def _shape(
    groups: Sequence[KernelGroup], functions: Functions | None
) -> tuple[int, ...]:
    many = 1 if functions is None else functions(np.ones(1)).shape[-1]
    return len(groups), many


def _continuum(
    component: FluxComponent,
    groups: Sequence[KernelGroup],
    t: FloatArray,
    pieces: Sequence[EnergyPiece],
    refine: int,
    functions: Functions | None,
) -> FloatArray:
    """Integral over the continuum of a component, shape (deposits, groups,
    functions)."""
    assert component.density is not None  # callers
    order = component.order * refine
    edges = np.array(component.edges)
    result = np.zeros((t.size, *_shape(groups, functions)))
    for piece in pieces:
        start = np.clip(piece.low[:, None], edges[:-1], edges[1:])
        stop = np.clip(piece.high[:, None], edges[:-1], edges[1:])
        rows, panels = np.nonzero(stop > start)
        step = max(1, _NODES // order)
        for first in range(0, rows.size, step):
            here = rows[first : first + step], panels[first : first + step]
            row = here[0]
            branch, scale = piece.branch[row], piece.scale[row]
            e, weight = _nodes(start[here], stop[here], branch, scale, order)
            weight = weight * component.density(e)
            np.add.at(result, row, _summed(groups, e, weight, t[row], functions))
    return result


def _nodes(
    low: FloatArray,
    high: FloatArray,
    branch: FloatArray,
    scale: FloatArray,
    order: int,
) -> tuple[FloatArray, FloatArray]:
    """`flattened` with individual scales."""
    x, w = flattened(low / scale, high / scale, branch / scale, 1.0, order)
    nodes = np.clip(x * scale[:, None], low[:, None], high[:, None])
    return nodes, w * scale[:, None]


def _summed(
    groups: Sequence[KernelGroup],
    e: FloatArray,
    weight: FloatArray,
    t: FloatArray,
    functions: Functions | None,
) -> FloatArray:
    """Sums over nodes, shape (deposits, groups, functions)."""
    deposit = np.broadcast_to(t[:, None], e.shape)
    values = np.stack([group.kinematics(e, deposit) for group in groups], axis=1)
    if functions is None:
        return np.asarray(values @ weight[..., None])
    return np.asarray(values @ (weight[..., None] * functions(e)))
