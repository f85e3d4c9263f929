"""Integrals of kernels over a flux: what `cross_section.averaged` and the templates of
`nuprobe.prediction` need of a neutrino energy."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from nuprobe.fluxes import FluxComponent
from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.processes.interface import KernelGroup, Scatterer

__all__ = ["over_flux"]


def over_flux(
    component: FluxComponent,
    scatterer: Scatterer,
    group: KernelGroup,
    t: FloatArray,
    refine: int = 1,
    functions: Callable[[FloatArray], FloatArray] | None = None,
) -> FloatArray:
    """Integrate ∫ dE φ(E) k(E, T) f_i(E) over the energies that can deposit T.

    Parameters
    ----------
    component : gives φ(E), per MeV; its lines are included.
    scatterer : which energies can deposit T.
    group : one of its kernel groups, which gives k(E, T).
    t : deposits in MeV, any shape.
    refine : multiplies the number of nodes; compare two values for an error estimate.
    functions : energies (MeV) → f_i(E), shape (*energies.shape, i); without it f = 1.

    Returns
    -------
    array, of the shape of `t`, or (*t.shape, i) with `functions`

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.processes.interface import CONTACT
    >>> (argon,) = nu.process("cevns").scatterers(nu.target("Ar40"))
    >>> (group,) = argon.groups(CONTACT)
    >>> line = nu.flux("sns").components[0]
    >>> over_flux(line, argon, group, np.array([0.01, 0.1])) > 0  # up to 0.048 MeV
    array([ True, False])
    """
    e_min, e_max = scatterer.e_min(t), scatterer.e_max(t)

    def integrand(e_nu: FloatArray) -> FloatArray:
        if group.powers is None:  # a function may fail outside the allowed region
            value = scatterer.kinematics(group, e_nu, t[..., None])
        else:
            value = group.kinematics(e_nu, t[..., None])
        return value if functions is None else value[..., None] * functions(e_nu)

    if np.isinf(e_max).all():
        return component.integrate(integrand, e_min, refine)
    return _between(component, integrand, e_min, e_max, refine)


def _between(
    component: FluxComponent,
    function: Callable[[FloatArray], FloatArray],
    e_min: FloatArray,
    e_max: FloatArray,
    refine: int,
) -> FloatArray:
    """∫ dN/dE · function dE between two energies for each deposit, lines included."""

    def weighted(energies: FloatArray, weights: FloatArray) -> FloatArray:
        values = function(energies)
        if values.ndim > weights.ndim:
            weights = weights[..., None]
            return np.asarray((values * weights).sum(-2))
        return np.asarray((values * weights).sum(-1))

    # nothing can be deposited where the range is empty
    empty = ~(e_min < e_max)
    low, high = np.where(empty, 1.0, e_min), np.where(empty, 1.0, e_max)
    high = np.minimum(high, np.maximum(component.e_max, low))
    middle = ((low + high) / 2)[..., None]
    result = np.zeros_like(weighted(middle, np.zeros_like(middle)))
    if component.density is not None:
        x, w = gauss_legendre(component.order * refine)
        for left, right in itertools.pairwise(component.edges):
            start, stop = np.clip(low, left, right), np.clip(high, left, right)
            if not np.any(stop > start):
                continue
            width = (stop - start)[..., None]
            # a panel outside the range has no width; its energies count nothing
            energies = np.where(width > 0, start[..., None] + width * x, middle)
            density = component.density(np.clip(energies, left, right))
            result = result + weighted(energies, density * (width * w))
    for line in component.lines:
        hit = ~empty & (e_min <= line.energy) & (line.energy <= e_max)
        energies = np.where(hit[..., None], line.energy, middle)
        result = result + weighted(
            energies, np.where(hit, line.intensity, 0.0)[..., None]
        )
    return result
