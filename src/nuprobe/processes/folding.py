"""Integrals of kernels over a flux, for `cross_section.averaged` and the templates of
`nuprobe.prediction`.

Kernels that are polynomials in 1/E share the moments of the spectrum above the smallest
energy of each deposit; other kernels are integrated over the spectrum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nuprobe.fluxes import FluxComponent, FluxMoments
from nuprobe.numerics import FloatArray, gauss_legendre, sum_arrays
from nuprobe.processes.energy_pieces import in_pieces
from nuprobe.processes.interface import KernelGroup, Scatterer

__all__ = ["Deposits", "over_flux", "responses"]

Functions = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, eq=False)
class Deposits:
    """Deposits at which the kernels of one scatterer are needed.

    Attributes
    ----------
    scatterer : determines which energies can deposit T.
    groups : kernel groups of the scatterer.
    t : deposits in MeV, any shape.
    """

    scatterer: Scatterer
    groups: tuple[KernelGroup, ...]
    t: FloatArray


def responses(groups: Sequence[KernelGroup], t: FloatArray) -> list[FloatArray]:
    """Responses of kernel groups; a shared response is evaluated once.

    Parameters
    ----------
    groups : of one scatterer.
    t : deposits in MeV, any shape.

    Returns
    -------
    list of arrays, shape (*t.shape, terms of the group)

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.processes import CONTACT
    >>> (electron,) = nu.process("electron").scatterers(None)
    >>> left, right, mixed = responses(electron.groups(CONTACT), np.array([0.1]))
    >>> left is right is mixed
    True
    """
    known = {id(group.response): group.response for group in groups}
    values = {key: response(t) for key, response in known.items()}
    return [values[id(group.response)] for group in groups]


def over_flux(
    components: Sequence[FluxComponent],
    wanted: Sequence[Deposits],
    refine: int = 1,
    functions: Functions | None = None,
) -> list[tuple[FloatArray, ...]]:
    """Integrate ∫ dE φ(E) k(E, T) f_i(E) over the energies that can deposit T.

    Parameters
    ----------
    components : their sum is φ(E), per MeV; lines are included.
    wanted : scatterers with their kernels k(E, T) and deposits; each spectrum is
        evaluated once for all of them.
    refine : multiplies the number of nodes; compare two values for an error estimate.
    functions : energies (MeV) → f_i(E), shape (*energies.shape, i); without it f = 1.

    Returns
    -------
    list of tuples of arrays
        For each of `wanted` one array per group, of the shape of its `t`, or (*t.shape,
        i) with `functions`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.processes import CONTACT
    >>> (argon,) = nu.process("cevns").scatterers(nu.target("Ar40"))
    >>> recoils = Deposits(argon, argon.groups(CONTACT), np.array([0.01, 0.1]))
    >>> line = nu.flux("sns").components[0]
    >>> [(vector,)] = over_flux([line], [recoils])
    >>> vector > 0  # up to 0.048 MeV
    array([ True, False])
    """
    powers = {n for one in wanted for g in one.groups for n in g.powers or ()}
    moments = _moments(components, tuple(sorted(powers)), wanted, refine, functions)
    return [
        in_pieces(components, one.scatterer, one.groups, one.t, refine, functions)
        if one.t.size and one.scatterer.range.pieces(one.t)
        else tuple(
            _quadrature(components, one, group, refine, functions)
            if group.powers is None
            else _polynomial(tuple(sorted(powers)), above, one, group, functions)
            for group in one.groups
        )
        for one, above in zip(wanted, moments, strict=True)
    ]


def _moments(
    components: Sequence[FluxComponent],
    powers: tuple[int, ...],
    wanted: Sequence[Deposits],
    refine: int,
    functions: Functions | None,
) -> list[FloatArray]:
    """Moments between the energies that can produce each deposit, shape (*t.shape,
    functions, powers)."""
    if not powers:
        return [np.zeros(0)] * len(wanted)
    low = [one.scatterer.e_min(one.t) for one in wanted]
    high = [
        np.maximum(one.scatterer.e_max(one.t), e)
        for one, e in zip(wanted, low, strict=True)
    ]
    bounded = [bool(np.isfinite(e).any()) for e in high]
    limits = [*low, *(e for e, ends in zip(high, bounded, strict=True) if ends)]
    every = np.concatenate([e.ravel() for e in limits])
    above = sum_arrays(
        [FluxMoments(c, powers, functions, refine)(every) for c in components]
    )
    pieces = iter(np.split(above, np.cumsum([e.size for e in limits])[:-1]))
    result = [next(pieces) for _ in low]
    for i, ends in enumerate(bounded):
        if ends:
            result[i] = result[i] - next(pieces)
    return [
        piece.reshape(*e.shape, *piece.shape[1:])
        for piece, e in zip(result, low, strict=True)
    ]


def _polynomial(
    powers: tuple[int, ...],
    moments: FloatArray,
    wanted: Deposits,
    group: KernelGroup,
    functions: Functions | None,
) -> FloatArray:
    """Σ_n a_n(T) times the moment of E⁻ⁿ."""
    assert group.powers is not None  # callers
    assert group.amplitudes is not None
    columns = [powers.index(n) for n in group.powers]
    amplitudes = group.amplitudes(wanted.t)
    value = (moments[..., columns] * amplitudes[..., None, :]).sum(-1)
    if functions is not None:
        return np.asarray(value)
    value = value[..., 0]
    return np.maximum(value, 0.0) if group.positive else np.asarray(value)


def _quadrature(
    components: Sequence[FluxComponent],
    wanted: Deposits,
    group: KernelGroup,
    refine: int,
    functions: Functions | None,
) -> FloatArray:
    """Integrate kinematics of any form over the spectra."""
    scatterer, t = wanted.scatterer, wanted.t
    e_min, e_max = scatterer.e_min(t), scatterer.e_max(t)

    def integrand(e_nu: FloatArray, at: FloatArray) -> FloatArray:
        # a function may fail outside the allowed region
        value = scatterer.kinematics(group, e_nu, at[..., None])
        return value if functions is None else value[..., None] * functions(e_nu)

    if np.isinf(e_max).all():
        every = partial(integrand, at=t)
        return sum_arrays([c.integrate(every, e_min, refine) for c in components])
    columns = () if functions is None else functions(np.ones(1)).shape[1:]
    return sum_arrays(
        [_between(c, integrand, t, (e_min, e_max), columns, refine) for c in components]
    )


def _between(
    component: FluxComponent,
    function: Callable[[FloatArray, FloatArray], FloatArray],
    t: FloatArray,
    ends: tuple[FloatArray, FloatArray],
    columns: tuple[int, ...],
    refine: int,
) -> FloatArray:
    """∫ dN/dE · function(E, T) dE between two energies for each deposit, lines
    included; the function gives `columns` values each.

    A panel of the flux is evaluated only for deposits whose energies reach into it:
    tables have hundreds of panels, and heavy targets allow few energies for a deposit.
    """
    shape, t, low, high = t.shape, t.ravel(), ends[0].ravel(), ends[1].ravel()
    result = np.zeros((t.size, *columns))

    def add(rows: NDArray[np.intp], energies: FloatArray, weights: FloatArray) -> None:
        wide = weights[..., None] if columns else weights
        result[rows] += (function(energies, t[rows]) * wide).sum(1)

    if component.density is not None:
        x, w = gauss_legendre(component.order * refine)
        for left, right in pairwise(component.edges):
            start, stop = np.maximum(low, left), np.minimum(high, right)
            rows = np.flatnonzero(start < stop)
            if not rows.size:
                continue
            width = (stop[rows] - start[rows])[:, None]
            energies = start[rows, None] + width * x
            density = component.density(np.clip(energies, left, right))
            add(rows, energies, density * (width * w))
    for line in component.lines:
        # nothing can be deposited where the range is empty
        hit = (low < high) & (low <= line.energy) & (line.energy <= high)
        rows = np.flatnonzero(hit)
        if rows.size:
            one = np.ones((rows.size, 1))
            add(rows, line.energy * one, line.intensity * one)
    return result.reshape(shape + columns)
