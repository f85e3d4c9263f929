"""Survival of solar neutrinos at many points of a fit, and the energies at which it is
needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from nuprobe.experiments.solar_mixing import SolarState
from nuprobe.fluxes import FluxComponent, flux
from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.oscillation import EarthModel, production_zones
from nuprobe.oscillation.survival import Crossing, conversion, day_survival
from nuprobe.oscillation.zones import gaussian_rule

__all__ = ["Passage", "component_nodes", "folded_nodes"]

_NODES = 14  # of a Gaussian rule in energy
_NIGHT = 0.5  # share of the year


@dataclass(frozen=True)
class Passage:
    """From the core of the Sun to the detector.

    Attributes
    ----------
    model : solar model, for where neutrinos are made.
    crossing : jumps at the resonance.
    earth : the Earth for the site of the detector, or None without regeneration.
    """

    model: str
    crossing: Crossing
    earth: EarthModel | None

    def day_night(
        self, kind: str, e_nu: FloatArray, state: SolarState
    ) -> tuple[FloatArray, FloatArray]:
        """P_ee by day and by night, each (mixings, energies).

        Parameters
        ----------
        kind : of neutrino.
        e_nu : MeV, shape (energies,).
        state : the points.
        """
        zones = production_zones(kind, self.model)
        s12, dm2, s13 = state.columns
        c = conversion(e_nu, s12, dm2, s13, zones, self.crossing)
        day = day_survival(c, s12, s13)
        if self.earth is None:
            return day, day
        f = self.earth.interpolated(e_nu, state.sin2_12, state.dm2_21, state.sin2_13)
        return day, day_survival(c, s12, s13, f)

    def mean(self, kind: str, e_nu: FloatArray, state: SolarState) -> FloatArray:
        """P_ee averaged over the year, (mixings, energies).

        Parameters
        ----------
        kind : of neutrino.
        e_nu : MeV, shape (energies,).
        state : the points.
        """
        day, night = self.day_night(kind, e_nu, state)
        return np.asarray((1 - _NIGHT) * day + _NIGHT * night)


@lru_cache(maxsize=16)
def _component(kind: str) -> FluxComponent:
    (found,) = flux("solar", components=[kind]).components
    return found


@lru_cache(maxsize=64)
def component_nodes(
    kind: str, refine: int = 1, knots: tuple[float, ...] = ()
) -> tuple[FloatArray, FloatArray]:
    """Energies (MeV) and weights that integrate over the spectrum of one kind.

    Parameters
    ----------
    kind : of neutrino.
    refine : multiplies the number of nodes.
    knots : MeV; energies at which intervals of the rule end, where what is integrated
        has steps or kinks.

    Returns
    -------
    arrays, shape (n,)
        Weights of one neutrino: they sum to 1.

    Examples
    --------
    >>> e, w = component_nodes("7Be")
    >>> e, w
    (array([0.8618, 0.3843]), array([0.897, 0.103]))
    """
    component = _component(kind)
    energies = [np.array([line.energy for line in component.lines])]
    weights = [np.array([line.intensity for line in component.lines])]
    if component.density is not None:
        x, w = gauss_legendre(component.order * refine)
        edges = np.array(component.edges)
        inside = [k for k in knots if edges[0] < k < edges[-1]]
        edges = np.union1d(edges, inside)
        e = (edges[:-1, None] + np.diff(edges)[:, None] * x).ravel()
        energies.append(e)
        weights.append((np.diff(edges)[:, None] * w).ravel() * component.density(e))
    e, w = np.concatenate(energies), np.concatenate(weights)
    return e, w / w.sum()


def folded_nodes(
    kind: str,
    function: Callable[[FloatArray], FloatArray],
    refine: int = 1,
    knots: tuple[float, ...] = (),
) -> tuple[FloatArray, FloatArray]:
    """Energies and weights of a Gaussian rule for the spectrum of one kind times a
    nonnegative function of the energy.

    Parameters
    ----------
    kind : of neutrino.
    function : of energies in MeV, shape (n,), 0 outside its range.
    refine : multiplies the nodes of the spectrum.
    knots : MeV; where the function has steps or kinks.

    Returns
    -------
    arrays, shape (nodes,)
        No node where the function is 0 everywhere.

    Examples
    --------
    >>> e, w = folded_nodes("8B", lambda e: e**2)
    >>> len(e), round(float(w.sum()), 1)
    (14, 53.3)
    """
    e, w = component_nodes(kind, refine, knots)
    folded = w * function(e)
    used = folded > 0
    return gaussian_rule(e[used], folded[used], _NODES)
