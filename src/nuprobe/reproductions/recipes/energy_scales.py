"""Ratios of two detectors with unknown energy scales."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from nuprobe.errors import InputError
from nuprobe.experiments import BaselineExperiment
from nuprobe.experiments import experiment as open_experiment
from nuprobe.experiments.baselines.prediction import SterileTemplates
from nuprobe.experiments.baselines.tables import read_folding
from nuprobe.inference import CovarianceCost
from nuprobe.models.mixing import PMNS
from nuprobe.numerics import FloatArray
from nuprobe.oscillation import disappearance
from nuprobe.units import parse_quantity

__all__ = ["disappearance_scales"]

_NODES: Final = 9  # scales at which events are computed
_FINE: Final = 61  # trial scales of each detector, interpolated
_FAR: Final = 3.0  # largest trial scale in standard deviations


def disappearance_scales(
    experiment: str,
    sin2_2theta_14: float,
    dm2_41: float,
    within: float = 0.02,
    shape: Literal["box", "gauss"] = "box",
) -> float:
    """Rise of χ² above that without a sterile neutrino, minimised over the energy
    scales of both detectors of a ratio.

    A scale multiplies the neutrino energy, the sum of the measured energy and the
    offset of the response.

    Parameters
    ----------
    experiment : with a ratio of two detectors.
    sin2_2theta_14, dm2_41 : the point; Δm² in eV².
    within : relative size; 0 for known scales.
    shape : ``"box"``: no penalty for scales within that range, ``"gauss"``: a
        constraint with that standard deviation.

    Examples
    --------
    >>> round(disappearance_scales("bugey-3", 0.1, 0.5011872, within=0.0), 1)
    15.0
    >>> disappearance_scales("bugey-3", 0.1, 0.5011872) < 7
    True
    """
    one = open_experiment(experiment, BaselineExperiment)
    section = one.file.analyses[one.analyses[0]]
    if section.kind != "ratio" or section.covariance is None:
        raise InputError(f"{experiment} has no ratio of two detectors")
    if within < 0:
        raise InputError(f"within must be 0 or more, got {within:g}")
    reach = within * (1.0 if shape == "box" else _FAR)
    sigma = within if shape == "gauss" else np.inf
    nodes = np.linspace(-reach, reach, _NODES) if reach else np.zeros(1)
    folded = [_templates(one, scale) for scale in nodes]
    at, without = (
        _lowest(one, nodes, [_events(t, mixing, dm2_41) for t in folded], sigma)
        for mixing in (sin2_2theta_14, 0.0)
    )
    return at - without


def _templates(one: BaselineExperiment, scale: float) -> SterileTemplates:
    """Events of both detectors, if measured energies are too low by a relative
    amount."""
    rates = one.predict()
    assert rates.low is not None
    assert rates.high is not None
    edges = np.unique(np.stack([rates.low, rates.high], axis=1), axis=0)
    offset = parse_quantity(one.file.response.offset, "energy")
    moved = (edges + offset) * (1 + scale) - offset
    folding = read_folding(one.file, one.folder, one.flux, moved)[0]
    return SterileTemplates(folding, PMNS())


def _events(templates: SterileTemplates, mixing: float, dm2_41: float) -> FloatArray:
    """Events that survive, shape (detectors, bins)."""
    known, constant, fourth = disappearance(np.array([mixing]))[0][0]
    (wave,) = templates.sterile(np.array([dm2_41]))
    still = known * templates.known + constant * templates.constant
    return np.asarray(still + fourth * wave[0])


def _lowest(
    one: BaselineExperiment, nodes: FloatArray, folded: list[FloatArray], sigma: float
) -> float:
    """Lowest χ² of both scales, from events at some of them."""
    from scipy.interpolate import CubicSpline

    cost, rows = one.cost(), one.prediction().rows
    events, fine = np.stack(folded), nodes
    if len(nodes) > 1:
        fine = np.linspace(nodes[0], nodes[-1], _FINE)
        events = CubicSpline(nodes, events)(fine)
    assert rows.over is not None
    above = events[:, rows.detector, rows.bin]
    below = events[:, np.full_like(rows.detector, rows.over), rows.bin]
    term = cost.terms[0]
    assert isinstance(term, CovarianceCost)
    away = term.data - rows.expected * above[:, None] / below
    chi2 = ((away @ term.whitening.T) ** 2).sum(axis=2)
    price = (fine / sigma) ** 2
    return float((chi2 + price[:, None] + price).min())
