"""Ratio of a trident cross section to that of the Standard Model as a function of the
mass and coupling of a mediator."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.errors import InputError
from nuprobe.experiments.scanned import Scanned, Strength
from nuprobe.inference import Expectation
from nuprobe.models import Mediator, StandardModel
from nuprobe.numerics import FloatArray, barycentric_matrix, chebyshev_nodes
from nuprobe.parameters import Nuisance, Parameter
from nuprobe.processes import trident

__all__ = ["RatioPrediction", "scanned_ratio"]

_MASS_NODES: Final = 72
_MASS_WIDTH: Final = math.log(1e7)  # width of the mass range for which they suffice


@quick_methods
@dataclass(frozen=True, eq=False)
class RatioPrediction:
    """σ/σ_SM of a model with a mediator, for inference: one bin, no nuisance.

    The flux-averaged mediator terms are interpolated over ln M, as logarithms; the
    coupling is a coefficient.

    Attributes
    ----------
    name : of the experiment and analysis.
    scanned : the model as a function of mass and coupling.
    channels : channels with their base terms (VV, AA, VA) in cm², one row per channel,
        flux weights included.
    log_mediated : ln of the terms (VVc, cc), and (AAd, dd) of an axial coupling, times
        (scale² + M²) and its square, shape (channels, 2 or 4, masses).
    cross_axial : VAc over VVc, shape (channels, masses).
    scale : MeV, of that factor.
    standard : σ_SM in cm².
    strengths : couplings of each channel.
    beside : cross section in cm² with other neutrinos in the final state, unaffected by
        the mediator.

    Examples
    --------
    >>> from nuprobe.experiments import experiment
    >>> ratio = experiment("ccfr-trident").prediction("lmu-ltau")
    >>> point = np.array([[10.0, 0.0]])  # MeV, and no coupling
    >>> float(ratio.expectation(point).base[0, 0])
    1.0
    """

    name: str
    scanned: Scanned
    channels: tuple[trident.Channel, ...]
    base: FloatArray
    log_mediated: FloatArray
    cross_axial: FloatArray
    scale: float
    standard: float
    strengths: tuple[Strength, ...]
    beside: float = 0.0

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Mass and coupling."""
        return self.scanned.parameters

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """None: the error of the ratio is in the measurement."""
        return ()

    def expectation(self, points: FloatArray) -> Expectation:
        """Ratio at `points`, shape (points, 2)."""
        mass, coupling = _columns(points)
        return Expectation(self.ratio(self.mediated(mass), coupling)[:, None], ())

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Analytic derivatives with respect to mass and coupling at `points`, shape
        (points, 2, 1)."""
        mass, coupling = _columns(points)
        return self._slopes(mass, coupling)[:, :, None], ()

    def mediated(self, mass: FloatArray) -> FloatArray:
        """Terms VVc, VAc and cc of every channel, and AAd and dd of an axial coupling,
        at masses `mass` (MeV) inside the range, shape (channels, 3 or 5, masses)."""
        return self._mediated(np.asarray(mass, dtype=float))[0]

    def ratio(self, mediated: FloatArray, coupling: FloatArray) -> FloatArray:
        """Ratio for `mediated` terms and couplings of shape (..., masses): a scan over
        couplings at fixed masses."""
        total = np.full(np.shape(coupling), self.beside)
        for terms, base, one in zip(mediated, self.base, self.strengths, strict=True):
            v, a, c = one.vector, one.axial, one.at(coupling)
            total = (
                total
                + base @ [v**2, a**2, v * a]
                + c * (2 * v * terms[0] + a * terms[1])
                + c**2 * terms[2]
            )
            if len(terms) > 3:
                d = one.axial_at(coupling)
                total = total + d * (2 * a * terms[3] + v * terms[1]) + d**2 * terms[4]
        return np.asarray(total / self.standard)

    def coupling_slope(self, mediated: FloatArray, coupling: FloatArray) -> FloatArray:
        """Derivative of `ratio` in the coupling; `mediated` and `coupling` as there."""
        total = np.zeros(np.shape(coupling))
        for terms, one in zip(mediated, self.strengths, strict=True):
            v, a, c = one.vector, one.axial, one.at(coupling)
            moved = 2 * v * terms[0] + a * terms[1] + 2 * c * terms[2]
            total = total + one.slope(coupling) * moved
            if len(terms) > 3:
                d = one.axial_at(coupling)
                moved = 2 * a * terms[3] + v * terms[1] + 2 * d * terms[4]
                total = total + one.axial_slope(coupling) * moved
        return np.asarray(total / self.standard)

    def _mediated(self, mass: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mediator terms and their derivative in the mass."""
        low, high = self.scanned.mass_range
        nodes = chebyshev_nodes(
            math.log(low), math.log(high), self.log_mediated.shape[-1]
        )
        weight = barycentric_matrix(nodes, np.log(mass)).T
        slope = barycentric_matrix(nodes, np.log(mass), derivative=True).T / mass
        flat = self.scale**2 + mass**2
        logs, d_logs = self.log_mediated @ weight, self.log_mediated @ slope
        terms, slopes = [], []
        for i in range(logs.shape[1]):
            power = 1 + i % 2
            terms.append(np.exp(logs[:, i]) / flat**power)
            slopes.append(terms[-1] * (d_logs[:, i] - 2 * power * mass / flat))
        (one, two, *axial), (d_one, d_two, *d_axial) = terms, slopes
        mixed, d_mixed = self.cross_axial @ weight, self.cross_axial @ slope
        d_mixed = d_mixed * one + mixed * d_one
        return (
            np.stack([one, mixed * one, two, *axial], axis=1),
            np.stack([d_one, d_mixed, d_two, *d_axial], axis=1),
        )

    def _slopes(self, mass: FloatArray, coupling: FloatArray) -> FloatArray:
        terms, d_terms = self._mediated(mass)
        d_mass = np.zeros(mass.size)
        for t, g in zip(d_terms, self.strengths, strict=True):
            v, a, c = g.vector, g.axial, g.at(coupling)
            d_mass += c * (2 * v * t[0] + a * t[1]) + c**2 * t[2]
            if len(t) > 3:
                d = g.axial_at(coupling)
                d_mass += d * (2 * a * t[3] + v * t[1]) + d**2 * t[4]
        d_coupling = self.coupling_slope(terms, coupling)
        return np.stack([d_mass / self.standard, d_coupling], axis=1)


def scanned_ratio(
    name: str,
    scanned: Scanned,
    channels: Sequence[trident.Channel],
    averaged: Callable[[Sequence[float], bool], trident.Averaged],
) -> RatioPrediction:
    """Prediction over the masses of a range.

    Parameters
    ----------
    name : of the experiment and analysis, as ``experiment/analysis``.
    scanned : the model.
    channels : of the experiment.
    averaged : kernels averaged over its flux, for masses of mediators in MeV and
        whether they have axial couplings.

    Raises
    ------
    InputError
        If the mediator couples in no channel, or there is more than one mediator.

    Examples
    --------
    >>> from nuprobe.experiments import experiment
    >>> ccfr = experiment("ccfr-trident")
    >>> family = Scanned.of("lmu-ltau")
    >>> found = scanned_ratio(
    ...     "x", family, ccfr.channels(), lambda m, a: ccfr.averaged("elastic", m, a)
    ... )
    >>> len(found.strengths)
    2
    """
    low, high = scanned.mass_range
    strengths = tuple(scanned.strength(c.vertex) for c in channels)
    if not any(s.linear or s.quadratic or s.axial_quadratic for s in strengths):
        raise InputError(
            f"{scanned.name} does not couple in"
            f" {', '.join(c.name for c in channels)}, so {name.partition('/')[0]} does"
            " not constrain it: give a kinetic mixing (a number or 'loop'), or"
            " leave the trident experiments out"
        )
    width = math.log(high / low)
    nodes = max(_MASS_NODES, math.ceil(_MASS_NODES * width / _MASS_WIDTH))
    masses = np.exp(chebyshev_nodes(math.log(low), math.log(high), nodes))
    mediated, part = _at_masses(scanned, channels, averaged, masses)
    # K² of the exchange is of the order of the squared pair mass: this factors out most
    # of the decrease with M
    scale = 200.0
    flat = scale**2 + masses**2
    terms = [mediated[:, :, 0] * flat, mediated[:, :, 2] * flat**2]
    if mediated.shape[2] > 3:
        terms += [mediated[:, :, 3] * flat, mediated[:, :, 4] * flat**2]
    logs = np.log(np.stack(terms, axis=1))
    return RatioPrediction(
        name=name,
        scanned=scanned,
        channels=part.channels,
        base=part.values[:, :3],
        log_mediated=logs,
        cross_axial=mediated[:, :, 1] / mediated[:, :, 0],
        scale=scale,
        standard=part.total(StandardModel()),
        strengths=strengths,
        beside=_beside(scanned, part),
    )


def _at_masses(
    scanned: Scanned,
    channels: Sequence[trident.Channel],
    averaged: Callable[[Sequence[float], bool], trident.Averaged],
    masses: FloatArray,
) -> tuple[FloatArray, trident.Averaged]:
    """Terms VVc, VAc and cc at the masses of a scan, and AAd and dd of an axial
    coupling, shape (channels, masses, 3 or 5), for a strength of 1 at zero momentum
    transfer."""
    models = [
        scanned.model.with_values(
            {scanned.label + "mass": float(m), scanned.label + "coupling": 1.0}
        )
        for m in masses
    ]
    found = [
        [trident.lepton_couplings(m, c).mediators for m in models] for c in channels
    ]
    parts = {m.mass for row in found for one in row for m in one if m.part}
    every = (*map(float, masses), *sorted(parts - set(map(float, masses))))
    axial = any(np.any(m.axial) for row in found for one in row for m in one)
    part = averaged(every, axial)
    terms = part.values[:, 3:].reshape(len(part.values), len(every), -1)
    result = terms[:, : masses.size].copy()
    for i, row in enumerate(found):
        for k, mediators in enumerate(row):
            if len(mediators) < 2 or not any(np.any(m.strength) for m in mediators):
                continue
            at = [every.index(m.mass) for m in mediators]
            size = sum(
                float(m.strength) * (mediators[0].mass / m.mass) ** 2 for m in mediators
            )
            shares = [float(m.strength) / size for m in mediators]
            linear = np.array(shares) @ terms[i, at]
            square = _squared(mediators, shares, terms[i, at, :3])
            # lepton loops have no axial part
            result[i, k, :3] = linear[0], linear[1], square
    return result, part


def _squared(
    mediators: Sequence[Mediator], shares: Sequence[float], terms: FloatArray
) -> float:
    """VV with the square of a sum of propagators, from the terms of each."""
    total = 0.0
    for one, c, (once, _, twice) in zip(mediators, shares, terms, strict=True):
        total += c**2 * twice
        for other, d in zip(mediators, shares, strict=True):
            if other.mass != one.mass:
                total += 2 * c * d * once / (other.mass**2 - one.mass**2)
    return total


def _beside(scanned: Scanned, part: trident.Averaged) -> float:
    """Cross section (cm²) with other neutrinos in the final state."""
    total = 0.0
    for row, channel in zip(part.values, part.channels, strict=True):
        for one in trident.final_couplings(scanned.model, channel)[1:]:
            if one.mediators:
                raise InputError(
                    f"{scanned.name} has a mediator that changes the neutrino in"
                    f" {channel.name}, which is not included in a limit as a function"
                    " of its mass: fit its coupling at a fixed mass instead"
                )
            v, a = float(one.vector), float(one.axial)
            total += float(row[:3] @ [v**2, a**2, v * a])
    return total


def _columns(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Masses and couplings of `points`."""
    table = np.asarray(points, dtype=float)
    if table.ndim != 2 or table.shape[1] != 2:
        raise InputError(
            "points of a mass and a coupling have the shape (points, 2), got"
            f" {table.shape}"
        )
    return table[:, 0], table[:, 1]
