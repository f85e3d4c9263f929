"""Flux averages of a total cross section with a threshold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nuprobe.errors import InputError
from nuprobe.flavours import Flavour
from nuprobe.fluxes.spectrum import Flux, FluxComponent
from nuprobe.numerics import FloatArray, converged, panel_nodes

__all__ = ["interpolated", "mean", "per_unit"]

CrossSection = Callable[[FloatArray], FloatArray]


def interpolated(
    sigma: CrossSection, threshold: float, highest: float, n: int
) -> CrossSection:
    """Polynomial through a cross section at Chebyshev nodes in √(E − threshold), for
    cross sections that are slow to compute and needed at many energies.

    Parameters
    ----------
    sigma : cross section as a function of energies in MeV.
    threshold : energy in MeV below which it is 0.
    highest : largest energy in MeV; above, the polynomial is not defined.
    n : nodes.

    Examples
    --------
    >>> from nuprobe.processes.nuclear.ibd import REACTION, total
    >>> fast = interpolated(total, REACTION.threshold, 10.0, 24)
    >>> abs(float(fast(np.array(5.0)) / total(5.0)) - 1) < 1e-6
    True
    """
    from numpy.polynomial import Chebyshev

    length = np.sqrt(highest - threshold)
    x = np.cos(np.pi * (np.arange(n) + 0.5) / n)
    values = sigma(threshold + (length * (x + 1) / 2) ** 2)
    through = Chebyshev.fit(x, values, n - 1, domain=[-1, 1])

    def fast(e: FloatArray) -> FloatArray:
        above = np.maximum(e - threshold, 0.0)
        found = through(2 * np.sqrt(above) / length - 1)
        return np.where(e > threshold, np.asarray(found), 0.0)

    return fast


def per_unit(
    flux: Flux,
    flavour: str | Flavour,
    sigma: CrossSection,
    threshold: float,
    rtol: float,
    order: int = 24,
) -> float:
    """Integral of spectrum times cross section, lines included, per unit of the flux.

    Parameters
    ----------
    flux : the source.
    flavour : of its neutrinos.
    sigma : cross section as a function of energies in MeV.
    threshold : energy in MeV below which it is 0.
    rtol : relative accuracy required of the quadrature over each continuum.
    order : initial number of nodes per panel of its spectrum.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.processes.nuclear.ibd import REACTION, total
    >>> per_unit(nu.flux("reactor"), "nubar_e", total, REACTION.threshold, 1e-6)
    6.195e-43
    """
    result = 0.0
    for component in flux.of(flavour):
        for line in component.lines:
            result += line.intensity * float(sigma(np.array(line.energy)))
        if component.density is not None and component.edges[-1] > threshold:
            result += _continuum(component, sigma, threshold, rtol, order)
    return result


def mean(
    flux: Flux,
    flavour: str | Flavour,
    sigma: CrossSection,
    threshold: float,
    rtol: float,
    order: int = 24,
) -> float:
    """`per_unit` over the number of neutrinos of the flavour, those below the threshold
    included.

    Parameters
    ----------
    flux, flavour, sigma, threshold, rtol, order : as of `per_unit`.

    Raises
    ------
    InputError
        If the flux has no neutrinos of the flavour.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.processes.nuclear.ibd import REACTION, total
    >>> mean(nu.flux("reactor"), "nubar_e", total, REACTION.threshold, 1e-6)
    9.271e-44
    """
    number = flux.total(flavour)
    if number == 0:
        raise InputError(f"flux {flux.name} has no {flavour}")
    return per_unit(flux, flavour, sigma, threshold, rtol, order) / number


def _continuum(
    component: FluxComponent,
    sigma: CrossSection,
    threshold: float,
    rtol: float,
    order: int,
) -> float:
    """Integral over the continuum of a flux in u = √(E − threshold), in which a cross
    section with a square-root threshold is smooth."""
    start = max(component.edges[0], threshold)
    above = [e for e in component.edges if e > threshold]
    ends = np.sqrt(np.array([start, *above]) - threshold)

    def integral(n: int) -> FloatArray:
        u, weights = panel_nodes(np.unique(ends), n)
        e = threshold + u**2
        return np.asarray((component.continuum(e) * sigma(e) * 2 * u * weights).sum())

    name = f"mean over {component.name}"
    return float(converged(integral, rtol, lambda _: name, order=order))
