"""Ingredients of templates: source, propagation, process, target and response."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from nuprobe.detectors import Response, TableResponse
from nuprobe.errors import InputError
from nuprobe.fluxes import Flux, FluxComponent
from nuprobe.nuclei import Target
from nuprobe.numerics import FloatArray
from nuprobe.oscillation import AtSource, Propagation
from nuprobe.processes import CONTACT, Exchanges, Process, cevns
from nuprobe.reprs import readable

__all__ = ["Setup"]


@readable
@dataclass(frozen=True, eq=False)
class Setup:
    """Everything the integrals of one process need, as functions of the axes' values.

    Attributes
    ----------
    flux : the source.
    target_at : axis values → target (one formula unit).
    response_at : axis values → response.
    formula_units : number of formula units in the detector.
    fluence : flux units per area at the detector, in MeV² (natural units).
    time_edges : arrival-time bins in µs, or None to integrate over all times.
    time_resolution, time_offset : Gaussian resolution and shift of the arrival time,
        µs.
    time_acceptance : (edges in µs, probability to keep an event in each bin, 0
        outside), or None to keep all.
    process : the scattering process and its deposit.
    exchanges_at : axis values → exchanges that the templates contain; by default only
        the weak interaction.
    propagation : flavour evolution between source and detector.
    propagations : by name of a flux component, where its f_i differ from those of
        `propagation`; the names of the f_i and the ρ_i are the same.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.units import cm2, keV
    >>> setup = Setup(
    ...     flux=nu.flux("sns"),
    ...     target_at=lambda values: nu.target("Ar40"),
    ...     response_at=lambda values: Response([20.0, 40], 1 / keV, smearing="none"),
    ...     formula_units=1e27,
    ...     fluence=1e15 / cm2,
    ... )
    >>> setup.process.name
    'cevns'
    """

    flux: Flux
    target_at: Callable[[Mapping[str, float]], Target]
    response_at: Callable[[Mapping[str, float]], Response | TableResponse]
    formula_units: float
    fluence: float
    time_edges: FloatArray | None = None
    time_resolution: float = 0.0
    time_offset: float = 0.0
    time_acceptance: tuple[FloatArray, FloatArray] | None = None
    process: Process = field(default_factory=cevns.Cevns)
    exchanges_at: Callable[[Mapping[str, float]], Exchanges] = lambda values: CONTACT
    propagation: Propagation = field(default_factory=AtSource)
    propagations: Mapping[str, Propagation] = field(default_factory=dict)

    def propagation_of(self, component: str) -> Propagation:
        """Propagation of a `component` of the flux (its name)."""
        return self.propagations.get(component, self.propagation)

    def times(self) -> FloatArray:
        """Fraction of each flux component in each time bin, shape (components, time
        bins); a single bin if times are not measured."""
        if self.time_edges is None:
            return np.ones((len(self.flux.components), 1))
        return np.stack([self._time(c, self.time_edges) for c in self.flux.components])

    def _time(self, component: FluxComponent, edges: FloatArray) -> FloatArray:
        if component.time is None:
            raise InputError(
                f"flux {self.flux.name}: {component.name} has no arrival-time profile;"
                " give it one or leave time bins out"
            )
        profile = self.flux.times[component.time]
        if self.time_acceptance is None:
            return profile.fraction(edges, self.time_resolution, self.time_offset)
        cuts, kept = self.time_acceptance
        # constant between the cuts: exact on the common edges
        fine = np.union1d(edges, cuts[(cuts > edges[0]) & (cuts < edges[-1])])
        middle = (fine[1:] + fine[:-1]) / 2
        index = np.searchsorted(cuts, middle, side="right") - 1
        efficiency = np.where(
            (index >= 0) & (index < kept.size),
            kept[np.clip(index, 0, kept.size - 1)],
            0.0,
        )
        fraction = (
            profile.fraction(fine, self.time_resolution, self.time_offset) * efficiency
        )
        return np.asarray(np.histogram(middle, edges, weights=fraction)[0])
