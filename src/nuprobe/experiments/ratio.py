"""Ratio of a trident cross section to that of the Standard Model over the mass and the
coupling of a mediator."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.errors import InputError
from nuprobe.experiments.scanned import Scanned, Strength
from nuprobe.inference import Expectation
from nuprobe.numerics import FloatArray, barycentric_matrix, chebyshev_nodes
from nuprobe.parameters import Nuisance, Parameter
from nuprobe.processes import trident

__all__ = ["RatioPrediction"]


@quick_methods
@dataclass(frozen=True, eq=False)
class RatioPrediction:
    """σ/σ_SM of a model with a mediator as the inference floor wants it: one bin, no
    nuisance.

    The flux-averaged mediator terms are interpolated over ln M, as logarithms; the
    coupling is a coefficient.

    Attributes
    ----------
    name : of the experiment and analysis.
    scanned : the model over mass and coupling.
    channels : channels with their base terms (VV, AA, VA) in cm², one row a channel,
        weights of the flux included.
    log_mediated : ln of the terms (VVc, cc) times (scale² + M²) and its square, shape
        (channels, 2, masses).
    cross_axial : VAc over VVc, shape (channels, masses).
    scale : MeV, of that factor.
    standard : σ_SM in cm².
    strengths : couplings of each channel.

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
        """Terms VVc, VAc and cc of every channel at masses `mass` (MeV) inside the
        range, shape (channels, 3, masses)."""
        return self._mediated(np.asarray(mass, dtype=float))[0]

    def ratio(self, mediated: FloatArray, coupling: FloatArray) -> FloatArray:
        """Ratio for `mediated` terms and couplings of shape (..., masses): a scan over
        couplings at fixed masses."""
        total = np.zeros(np.shape(coupling))
        for terms, base, one in zip(mediated, self.base, self.strengths, strict=True):
            v, a, c = one.vector, one.axial, one.at(coupling)
            total = (
                total
                + base @ [v**2, a**2, v * a]
                + c * (2 * v * terms[0] + a * terms[1])
                + c**2 * terms[2]
            )
        return np.asarray(total / self.standard)

    def coupling_slope(self, mediated: FloatArray, coupling: FloatArray) -> FloatArray:
        """Derivative of `ratio` in the coupling; `mediated` and `coupling` as there."""
        total = np.zeros(np.shape(coupling))
        for terms, one in zip(mediated, self.strengths, strict=True):
            v, a, c = one.vector, one.axial, one.at(coupling)
            moved = 2 * v * terms[0] + a * terms[1] + 2 * c * terms[2]
            total = total + one.slope(coupling) * moved
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
        one, two = np.exp(logs[:, 0]) / flat, np.exp(logs[:, 1]) / flat**2
        d_one = one * (d_logs[:, 0] - 2 * mass / flat)
        d_two = two * (d_logs[:, 1] - 4 * mass / flat)
        mixed, d_mixed = self.cross_axial @ weight, self.cross_axial @ slope
        terms = np.stack([one, mixed * one, two], axis=1)
        return terms, np.stack([d_one, d_mixed * one + mixed * d_one, d_two], axis=1)

    def _slopes(self, mass: FloatArray, coupling: FloatArray) -> FloatArray:
        terms, d_terms = self._mediated(mass)
        d_mass, d_coupling = np.zeros(mass.size), np.zeros(mass.size)
        for (one, mixed, two), (d_one, d_mixed, d_two), g in zip(
            terms, d_terms, self.strengths, strict=True
        ):
            v, a, c, dc = g.vector, g.axial, g.at(coupling), g.slope(coupling)
            d_mass += c * (2 * v * d_one + a * d_mixed) + c**2 * d_two
            d_coupling += dc * (2 * v * one + a * mixed + 2 * c * two)
        return np.stack([d_mass, d_coupling], axis=1) / self.standard


def _columns(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Masses and couplings of `points`."""
    table = np.asarray(points, dtype=float)
    if table.ndim != 2 or table.shape[1] != 2:
        raise InputError(
            "points of a mass and a coupling have the shape (points, 2), got"
            f" {table.shape}"
        )
    return table[:, 0], table[:, 1]
