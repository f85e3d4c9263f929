"""Sizes of effects found by independent calculations: nucleon size in nuclei, nucleon
break-up in tridents."""

from __future__ import annotations

import warnings
from typing import Any, Final

import numpy as np

from nuprobe.errors import InputError, ValidityWarning
from nuprobe.experiments import Experiment
from nuprobe.experiments import experiment as open_experiment
from nuprobe.fluxes import flux as open_flux
from nuprobe.models import StandardModel
from nuprobe.nuclei import Target
from nuprobe.nuclei import target as make_target
from nuprobe.processes import cevns, trident
from nuprobe.units import fm, parse_quantity

__all__ = ["broken_over_elastic", "nucleon_change"]

_NUCLEON: Final = 0.8409
"""Charge radius of the proton, fm."""


def _enlarged(target: Target) -> tuple[dict[str, float], dict[str, float]]:
    """Radii of the proton and neutron distributions by isotope, fm, with the proton
    radius added in quadrature."""
    parts = target.components
    shapes = ((p.isotope.name, p.ff_p, p.ff_n) for p in parts)
    radii = [(name, p.rms / fm, n.rms / fm) for name, p, n in shapes]
    return (
        {name: float(np.hypot(p, _NUCLEON)) for name, p, _ in radii},
        {name: float(np.hypot(n, _NUCLEON)) for name, _, n in radii},
    )


def _counts(experiment: str, in_radius: bool) -> tuple[float, float]:
    """Signal with and without the nucleon form factor."""
    chosen = open_experiment(experiment)
    if not isinstance(chosen, Experiment):
        raise InputError(f"{experiment} has no spectrum")
    point: dict[str, Any] = {"target.nucleon": "point"}
    bare = chosen.with_changes(point)
    if in_radius:
        r_p, r_n = _enlarged(bare.target())
        radii = {
            "target.charge_radius": {},
            "target.physical_neutron_radius": {},
            "target.proton_radius": {k: f"{r} fm" for k, r in r_p.items()},
            "target.neutron_radius": {k: f"{r} fm" for k, r in r_n.items()},
        }
        chosen = chosen.with_changes({**point, **radii})
    with_it, without = (
        float(e.predict(StandardModel()).signal.sum()) for e in (chosen, bare)
    )
    return with_it, without


def _average(flux: str, target: str, in_radius: bool) -> tuple[float, float]:
    """Mean cross section with and without the nucleon form factor."""
    bare = make_target(target, nucleon="point")
    chosen = make_target(target)
    if in_radius:
        r_p, r_n = (next(iter(r.values())) for r in _enlarged(bare))
        chosen = make_target(target, r_p=r_p * fm, r_n=r_n * fm, nucleon="point")
    source = open_flux(flux)

    def total(nuclei: Target) -> float:
        model = StandardModel()
        return sum(
            float(cevns.flux_averaged(source, nuclei, model, f))
            for f in source.flavours
        )

    return total(chosen), total(bare)


def nucleon_change(
    experiment: str | None = None,
    flux: str | None = None,
    target: str | None = None,
    in_radius: bool = False,
) -> float:
    """Change of signal counts, or of a mean cross section, due to the finite nucleon
    size in nuclear form factors, in per cent.

    Parameters
    ----------
    experiment : with a spectrum; None for a cross section.
    flux, target : of the cross section, for all flavours of the flux and one isotope.
    in_radius : instead of folding with the nucleon, add 0.8409 fm in quadrature to the
        radii of a form factor with the same thickness.

    Examples
    --------
    >>> round(nucleon_change(flux="sns", target="Ar40"), 1)
    -1.0
    """
    if experiment is not None:
        with_it, without = _counts(experiment, in_radius)
    elif flux is not None and target is not None:
        with_it, without = _average(flux, target, in_radius)
    else:
        raise InputError("give an experiment, or a flux and a target")
    return 100 * (with_it / without - 1)


def broken_over_elastic(channel: str, energy: str, target: str) -> float:
    """Tridents with nucleon break-up over those with intact nucleons, the latter with
    dipole form factors and a Fermi momentum of 235 MeV as in the literature.

    Parameters
    ----------
    channel, target : as in `nuprobe.trident.total`.
    energy : of the neutrino, e.g. ``"100 GeV"``.

    Examples
    --------
    >>> f"{broken_over_elastic('nu_mu -> nu_mu mu+ mu-', '100 GeV', 'O16'):.2f}"
    '0.19'
    """
    e_nu = parse_quantity(energy, "energy")
    options = trident.TridentOptions(
        regime="elastic", nucleon_form_factors="dipole", k_f=235.0
    )
    with warnings.catch_warnings():  # propagators of W and Z cancel in the ratio
        warnings.simplefilter("ignore", ValidityWarning)
        broken = trident.total(e_nu, channel, target, regime="inelastic")
        whole = trident.total(e_nu, channel, target, regime=options)
    return float(broken / whole)
