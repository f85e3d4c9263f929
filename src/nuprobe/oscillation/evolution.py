"""Evolution of amplitudes along a path: exponentials of Hermitian matrices, step by
step."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import ComputationError
from nuprobe.numerics import FloatArray

__all__ = ["Hamiltonian"]

Hamiltonian = Callable[[FloatArray], NDArray[np.complex128]]
"""Radii (MeV⁻¹, shape (n,)) → Hermitian matrices (MeV, shape (n, size, size))."""

MOST_STEPS: Final = 4_000_000
_SCAN: Final = 2001
_BATCH: Final = 8192
_LARGEST_SHARE: Final = 1 / 400  # of the path, in one step


def steps(
    hamiltonian: Hamiltonian, ends: tuple[float, float], angle: float
) -> FloatArray:
    """Radii that cut a path into steps in which phases turn by at most about `angle`.

    Parameters
    ----------
    hamiltonian : along the path.
    ends : first and last radius, MeV⁻¹.
    angle : radians; steps are also no longer than 1/400 of the path.

    Returns
    -------
    array, shape (steps + 1,)

    Raises
    ------
    ComputationError
        If there would be more than 4 million steps.
    """
    scan = np.linspace(*ends, _SCAN)
    levels = np.linalg.eigvalsh(hamiltonian(scan))
    spread, path = levels[:, -1] - levels[:, 0], ends[1] - ends[0]
    rate = np.maximum(spread / angle, 1 / (_LARGEST_SHARE * path))
    turned = np.concatenate(
        [[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2 * np.diff(scan))]
    )
    count = math.ceil(turned[-1])
    if count > MOST_STEPS:
        raise ComputationError(
            f"the neutrino oscillates too often on its path ({count:.2g} steps,"
            f" limit {MOST_STEPS:.0e}): use a higher energy, a smaller mass"
            " difference or a shorter path"
        )
    return np.interp(np.linspace(0.0, turned[-1], count + 1), turned, scan)


def _exponentials(
    hamiltonian: Hamiltonian, edges: FloatArray
) -> NDArray[np.complex128]:
    """Evolution over each step by the Magnus expansion to fourth order, with two Gauss
    points per step; unitary to rounding. Shape (steps, size, size)."""
    width = np.diff(edges)
    middle = (edges[1:] + edges[:-1]) / 2
    early, late = (
        hamiltonian(middle + sign * width / math.sqrt(12)) for sign in (-1, 1)
    )
    h = width[:, None, None]
    # exp(-iA), A = h (H1 + H2)/2 - i h² √3/12 [H2, H1]
    action = h * (early + late) / 2 - 1j * h**2 * (math.sqrt(3) / 12) * (
        late @ early - early @ late
    )
    phases, vectors = np.linalg.eigh(action)
    return np.asarray(
        (vectors * np.exp(-1j * phases)[:, None, :])
        @ np.conj(np.swapaxes(vectors, 1, 2))
    )


def whole(hamiltonian: Hamiltonian, edges: FloatArray) -> NDArray[np.complex128]:
    """Evolution from the first to the last edge.

    Parameters
    ----------
    hamiltonian : along the path.
    edges : of the steps, MeV⁻¹, shape (steps + 1,).

    Returns
    -------
    array, shape (size, size)
        Unitary; final index first.
    """
    result = np.eye(hamiltonian(edges[:1]).shape[-1], dtype=complex)
    for start in range(0, len(edges) - 1, _BATCH):
        pieces = _exponentials(hamiltonian, edges[start : start + _BATCH + 1])
        while len(pieces) > 1:
            odd = pieces[-1:] if len(pieces) % 2 else pieces[:0]
            even = pieces[: len(pieces) // 2 * 2]
            pieces = np.concatenate([even[1::2] @ even[::2], odd])
        result = pieces[0] @ result
    return result


def after_each(
    hamiltonian: Hamiltonian, edges: FloatArray, after: NDArray[np.complex128]
) -> NDArray[np.complex128]:
    """Evolution from each edge to the end of the path.

    Parameters
    ----------
    hamiltonian : along the path.
    edges : of the steps, MeV⁻¹, shape (steps + 1,).
    after : evolution from the last edge to the end of the path, shape (size, size).

    Returns
    -------
    array, shape (steps + 1, size, size)
    """
    result = np.empty((len(edges), *after.shape), dtype=complex)
    result[-1] = after
    stop = len(edges) - 1
    while stop > 0:
        start = max(0, stop - _BATCH)
        pieces = _exponentials(hamiltonian, edges[start : stop + 1])
        for k in range(stop - 1, start - 1, -1):
            result[k] = result[k + 1] @ pieces[k - start]
        stop = start
    return result
