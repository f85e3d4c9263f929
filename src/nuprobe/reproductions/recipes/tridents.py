"""Neutrino tridents: cross sections, events and limits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from nuprobe.constants import ALPHA_EM, G_FERMI, HBARC_MEV_CM
from nuprobe.errors import ComputationError, InputError
from nuprobe.experiments import TridentExperiment, limit
from nuprobe.experiments import experiment as open_experiment
from nuprobe.models import StandardModel
from nuprobe.models import model as named_model
from nuprobe.models.named import has_base
from nuprobe.nuclei import FormFactor
from nuprobe.nuclei.form_factors import Fermi, WoodsSaxon
from nuprobe.processes import trident
from nuprobe.processes.trident.quadrature import direct
from nuprobe.units import GeV, parse_quantity

__all__ = [
    "trident_beam_cross_section",
    "trident_cross_section",
    "trident_events",
    "trident_expected_events",
    "trident_heavy_limit",
    "trident_model_ratio",
    "trident_pull",
    "trident_real_photon",
]

MUMU = "nu_mu -> nu_mu mu+ mu-"


def _shape(
    radius: str | None, diffuseness: str | None, form_factor: str | None
) -> str | FormFactor | None:
    """Named form factor, or a density with a given half-density radius."""
    if radius is None or diffuseness is None:
        return form_factor
    shape = WoodsSaxon if form_factor == "woods-saxon" else Fermi
    return shape(
        parse_quantity(radius, "length"), parse_quantity(diffuseness, "length")
    )


# twelve arguments, since they are the keys of a file
def trident_cross_section(
    channel: str,
    energy: str,
    target: str | None = None,
    regime: str = "all",
    model: str = "sm",
    sin2_theta_w: float | None = None,
    form_factor: str | None = None,
    radius: str | None = None,
    diffuseness: str | None = None,
    pauli: bool = True,
    nucleon_form_factors: str = "kelly",
    over_sm: bool = False,
    **values: Any,
) -> float:
    """Trident σ(E) in cm² per nucleus or nucleon, or its ratio to the Standard Model.

    Parameters
    ----------
    channel, target, regime, pauli, nucleon_form_factors : as in
        `nuprobe.trident.total`.
    energy : of the neutrino, e.g. ``"5 GeV"``.
    model : name of a model, with its keys in `values`, e.g. ``mass="1 GeV"``.
    sin2_theta_w : of the Standard Model, also as the base of other models.
    form_factor : name of a shape.
    radius, diffuseness : of a Fermi (or Woods–Saxon) density, e.g. ``"3.85 fm"`` and
        ``"0.523 fm"``, in place of a named shape.
    over_sm : give the ratio to the Standard Model instead.
    values : parameters of the model.

    Examples
    --------
    >>> f"{trident_cross_section(MUMU, '5 GeV', 'Ar40', 'coherent'):.1e} cm2"
    '1.4e-42 cm2'
    """
    standard = StandardModel(sin2_theta_w)
    if has_base(model):
        chosen = named_model(model, base=standard, **values)
    else:
        chosen = standard if model == "sm" else named_model(model, **values)
    cross_section = partial(
        trident.total,
        parse_quantity(energy, "energy"),
        channel,
        target,
        regime=regime,
        form_factor=_shape(radius, diffuseness, form_factor),
        pauli=pauli,
        nucleon_form_factors=nucleon_form_factors,
    )
    value = cross_section(model=chosen)
    return float(value / cross_section(model=standard) if over_sm else value)


def trident_real_photon(
    channel: str, root_s: str, sin2_theta_w: float | None = None
) -> float:
    """σ(νγ → νℓℓ′) in cm² for an unpolarised real photon.

    Parameters
    ----------
    channel : as in `nuprobe.trident.total`.
    root_s : centre-of-mass energy √s, e.g. ``"1 GeV"``.
    sin2_theta_w : weak mixing angle; None for the default.

    Examples
    --------
    >>> f"{trident_real_photon(MUMU, '1 GeV'):.1e} cm2"
    '8.7e-42 cm2'
    """
    chosen, s = trident.channel(channel), parse_quantity(root_s, "energy") ** 2
    # the structure function A at Q² → 0 is the derivative of its cumulative moment
    at = s * np.array([1 - 1e-3, 1 + 1e-3])
    cumulative = direct(
        at, np.full(2, 1e-6 * min(chosen.pair_masses) ** 2), *chosen.pair_masses
    )[0][0]
    a = np.diff(cumulative)[:, 0] / (2e-3 * s)
    couplings = StandardModel(sin2_theta_w).lepton_couplings(chosen.vertex)
    v, ax = couplings.vector, couplings.axial
    strength = float(v**2 * a[0] + ax**2 * a[1] + v * ax * a[2])
    return G_FERMI**2 / 2 * 4 * np.pi * ALPHA_EM * strength / (2 * s) * HBARC_MEV_CM**2


def _tridents(name: str) -> TridentExperiment:
    opened = open_experiment(name)
    if not isinstance(opened, TridentExperiment):
        raise InputError(f"{name} does not measure tridents")
    return opened


def trident_model_ratio(experiment: str, model: str = "v-a") -> float:
    """Flux-averaged cross section of a model over that of the Standard Model.

    Parameters
    ----------
    experiment : name of a trident experiment.
    model : name of a model.

    Examples
    --------
    >>> round(trident_model_ratio("ccfr-trident"), 1)
    1.7
    """
    return _tridents(experiment).predict(named_model(model)).ratio


def trident_pull(experiment: str, model: str = "v-a") -> float:
    """(Predicted − measured)/error of the ratio.

    Parameters
    ----------
    experiment, model : as in `trident_model_ratio`.

    Examples
    --------
    >>> round(trident_pull("ccfr-trident", "sm"), 1)
    0.6
    """
    return _tridents(experiment).predict(named_model(model)).pull


def trident_events(
    experiment: str, regime: str, flavours: Sequence[str] | None = None
) -> float:
    """Expected events of one regime in the Standard Model.

    Parameters
    ----------
    experiment : name of a trident experiment.
    regime : as in `nuprobe.trident.total`.
    flavours : of the beam; None for all.

    Examples
    --------
    >>> trident_events("dune-nd-trident", "coherent") > 0
    True
    """
    return _tridents(experiment).events(regime, flavours)


def trident_expected_events(experiment: str, model: str = "v-a") -> float:
    """Published number of events expected in the Standard Model, times the ratio of a
    model.

    Parameters
    ----------
    experiment, model : as in `trident_model_ratio`.

    Examples
    --------
    >>> round(trident_expected_events("ccfr-trident", "sm"), 1)
    45.3
    """
    found = _tridents(experiment).predict(named_model(model)).expected
    if found is None:
        raise InputError(f"{experiment} has no published numbers of events")
    return found


def trident_heavy_limit(experiment: str, equal_weights: bool = False) -> float:
    """Two-sided 95 % limit on M/g' (GeV) of a heavy L_mu − L_tau Z′.

    Parameters
    ----------
    experiment : name of a trident experiment.
    equal_weights : take σ ∝ V² + A².

    Examples
    --------
    >>> round(trident_heavy_limit("ccfr-trident", equal_weights=True))
    545
    """
    opened = _tridents(experiment)
    if not equal_weights:
        heavy = limit([opened]).curves[0].heavy
        if heavy is None:
            raise ComputationError(f"{experiment} gives no limit")
        return heavy / GeV
    measured = opened.measurement()
    allowed = measured.ratio + 1.959963984540054 * measured.plus
    standard = StandardModel().lepton_couplings(opened.channels()[0].vertex)
    v, a = float(standard.vector), float(standard.axial)
    shift = np.sqrt(allowed * (v**2 + a**2) - a**2) - v
    return float(1 / np.sqrt(np.sqrt(2) * G_FERMI * shift)) / GeV


def trident_beam_cross_section(
    experiment: str, atoms: int = 1, model: str = "sm"
) -> float:
    """Flux-averaged trident cross section in cm² per formula unit.

    Parameters
    ----------
    experiment : name of a trident experiment.
    atoms : nuclei in a formula unit, for the cross section per nucleus.
    model : name of a model.

    Examples
    --------
    >>> f"{trident_beam_cross_section('ccfr-trident'):.1e} cm2"
    '9.2e-40 cm2'
    """
    rates = _tridents(experiment).predict(named_model(model))
    return rates.cross_section / atoms
