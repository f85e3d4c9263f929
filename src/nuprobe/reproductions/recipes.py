"""How a published number is computed again: each function takes the keywords of a file and returns one number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np

from nuprobe.errors import ComputationError
from nuprobe.experiments import Experiment
from nuprobe.experiments import experiment as open_experiment
from nuprobe.fluxes import flux as open_flux
from nuprobe.inference import Cost, FitResult
from nuprobe.models import StandardModel
from nuprobe.nuclei import Target
from nuprobe.nuclei import isotope as find_isotope
from nuprobe.nuclei import target as make_target
from nuprobe.processes import cevns
from nuprobe.units import keV, parse_quantity

__all__ = [
    "counts",
    "differential_cross_section",
    "fit_error",
    "fit_value",
    "fitted_signal",
    "flux_averaged",
    "full_coherence_sigma",
    "nuclear_mass",
    "signal",
    "signal_sigma",
    "total_cross_section",
]

FULL_COHERENCE: Final[dict[str, Any]] = {
    "target.form_factor": "point",
    "target.charge_radius": {},
    "target.proton_radius": {},
    "target.neutron_radius": {},
    "target.surface_thickness": None,
}
"""Changes of an experiment's file that take the form factors out."""


def _experiment(name: str, changes: Mapping[str, Any] | None) -> Experiment:
    chosen = open_experiment(name)
    return chosen.with_changes(changes) if changes else chosen


def _model(sin2_theta_w: float | None, scheme: str) -> StandardModel:
    options: dict[str, Any] = {} if sin2_theta_w is None else {"sin2_theta_w": sin2_theta_w}
    return StandardModel(scheme=scheme, **options)  # type: ignore[arg-type]


def counts(experiment: str, column: str, analysis: str | None = None) -> float:
    """Counts of one column of the data table in the window of an analysis."""
    return float(_experiment(experiment, None).observed_counts(column, analysis).sum())


def signal(
    experiment: str, analysis: str | None = None, changes: Mapping[str, Any] | None = None, scheme: str = "tree"
) -> float:
    """Predicted signal counts."""
    return float(_experiment(experiment, changes).predict(_model(None, scheme), analysis).signal.sum())


def signal_sigma(experiment: str, analysis: str | None = None, changes: Mapping[str, Any] | None = None) -> float:
    """Uncertainty of the predicted signal counts from the systematics of the analysis."""
    return _experiment(experiment, changes).predict(None, analysis).signal_sigma


def _fitted(
    name: str, free: Sequence[str], analysis: str | None, changes: Mapping[str, Any] | None, scheme: str
) -> FitResult:
    return _experiment(name, changes).fit(_model(None, scheme), free, analysis)


def fit_value(
    experiment: str,
    free: Sequence[str],
    parameter: str,
    analysis: str | None = None,
    changes: Mapping[str, Any] | None = None,
    scheme: str = "tree",
) -> float:
    """Best-fit value of a parameter, in its unit."""
    return _fitted(experiment, free, analysis, changes, scheme).values[parameter]


def fit_error(
    experiment: str,
    free: Sequence[str],
    parameter: str,
    side: str,
    analysis: str | None = None,
    changes: Mapping[str, Any] | None = None,
    scheme: str = "tree",
) -> float:
    """Signed MINOS error (``side``: ``"upper"`` or ``"lower"``) of a parameter, in its unit."""
    found = _fitted(experiment, free, analysis, changes, scheme)[parameter]
    edge = None if found.interval is None else getattr(found.interval, side)
    if edge is None:
        raise ComputationError(f"the {side} error of {parameter} is open inside its allowed range")
    return float(edge - found.value)


def fitted_signal(
    experiment: str, systematic: str, analysis: str | None = None, changes: Mapping[str, Any] | None = None
) -> float:
    """Signal counts found when the normalisation of the signal is free."""
    chosen = _experiment(experiment, changes)
    index = [s.name for s in chosen.file.systematics].index(systematic)
    loose = chosen.with_changes({f"systematics.{index}.sigma": 1e3})
    profiled = loose.cost(analysis=analysis).profiled(np.zeros((1, 0)))
    nuisances = [n.name for n in loose.cost(analysis=analysis).nuisances]
    pull = profiled.nuisances[0, nuisances.index(systematic)]
    return float(loose.predict(None, analysis).signal.sum() * (1 + pull))


def full_coherence_sigma(
    experiment: str, analysis: str | None = None, changes: Mapping[str, Any] | None = None, parameter: str = "rn"
) -> float:
    """√Δχ² between full coherence (all form factors one) and the best fit of the neutron radius."""
    chosen = _experiment(experiment, changes)
    best = chosen.fit(None, [parameter], analysis, minos=False)
    cost: Cost = chosen.with_changes(FULL_COHERENCE).cost(analysis=analysis)
    full = float(cost.profiled(np.zeros((1, 0))).twice_nll[0])
    return float(np.sqrt(max(full - best.twice_nll, 0.0)))


def _target(target: str, r_p: str | None, r_n: str | None, form_factor: str) -> Target:
    radii = [None if r is None else parse_quantity(r, "length") for r in (r_p, r_n)]
    return make_target(target, r_p=radii[0], r_n=radii[1], form_factor=form_factor)


def total_cross_section(
    target: str,
    energy: str,
    r_p: str | None = None,
    r_n: str | None = None,
    form_factor: str = "helm",
    sin2_theta_w: float | None = None,
    flavour: str = "nu_mu",
) -> float:
    """CEνNS σ(E) in cm²."""
    nucleus, model = _target(target, r_p, r_n, form_factor), _model(sin2_theta_w, "tree")
    return float(cevns.total(parse_quantity(energy, "energy"), nucleus, model, flavour))


def differential_cross_section(
    target: str,
    energy: str,
    recoil: str,
    r_p: str | None = None,
    r_n: str | None = None,
    form_factor: str = "helm",
    sin2_theta_w: float | None = None,
    flavour: str = "nu_mu",
) -> float:
    """CEνNS dσ/dT in cm²/keV."""
    nucleus, model = _target(target, r_p, r_n, form_factor), _model(sin2_theta_w, "tree")
    e_nu, t_nr = parse_quantity(energy, "energy"), parse_quantity(recoil, "energy")
    return float(cevns.differential(e_nu, t_nr, nucleus, model, flavour)) * keV


def flux_averaged(
    flux: str,
    target: str,
    r_p: str | None = None,
    r_n: str | None = None,
    form_factor: str = "helm",
    sin2_theta_w: float | None = None,
) -> float:
    """CEνNS cross section averaged over all neutrinos of a flux, in cm²."""
    source, nucleus, model = open_flux(flux), _target(target, r_p, r_n, form_factor), _model(sin2_theta_w, "tree")
    numbers = [source.total(f) for f in source.flavours]
    means = [source.average(partial(cevns.total, target_=nucleus, model=model, flavour=f), f) for f in source.flavours]
    return float(np.average(means, weights=numbers))


def nuclear_mass(isotope: str) -> float:
    """Nuclear mass in MeV."""
    return find_isotope(isotope).mass
