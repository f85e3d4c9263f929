"""One channel on one current, in bins of a variable; `spectra` sums over these."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from nuprobe.errors import InputError
from nuprobe.models import LeptonModel
from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.processes.trident.azimuth import pair_energy_bins
from nuprobe.processes.trident.beams import Beam
from nuprobe.processes.trident.channels import Channel
from nuprobe.processes.trident.couplings import lepton_couplings
from nuprobe.processes.trident.cross_section import PREFACTOR
from nuprobe.processes.trident.currents import Current
from nuprobe.processes.trident.lepton import pair_functions, structure, x_minimum
from nuprobe.processes.trident.phase_space import Points, Region

__all__ = ["Coupling", "Scattering"]

_BLOCK: Final = 15_000  # values of one array


@dataclass(frozen=True)
class Coupling:
    """V, A and the contributions of mediators to them at K².

    Attributes
    ----------
    vector, axial : V and A.
    mediators : mass (MeV), strength and axial strength (MeV²) of each.
    """

    vector: float
    axial: float
    mediators: tuple[tuple[float, float, float], ...]

    @classmethod
    def of(cls, model: LeptonModel, channel: Channel) -> Coupling:
        """Couplings of a `model` with scalar parameters in a `channel`; raises
        `InputError` for others."""
        given = lepton_couplings(model, channel)
        exchanged = [(m.mass, m.strength, m.axial) for m in given.mediators]
        every = (given.vector, given.axial, *(c for one in exchanged for c in one))
        if any(np.ndim(c) for c in every):
            raise InputError("a spectrum needs models with scalar parameters")
        mediators = tuple((float(m), float(c), float(d)) for m, c, d in exchanged)
        return cls(float(given.vector), float(given.axial), mediators)

    def __call__(self, k2: FloatArray) -> FloatArray:
        """Coefficients of VV, AA and VA, shape (3, *k2)."""
        v, a = np.full_like(k2, self.vector), np.full_like(k2, self.axial)
        for m, c, d in self.mediators:
            v += c / (k2 + m**2)
            a += d / (k2 + m**2)
        return np.stack([v**2, a**2, v * a])


@dataclass(frozen=True)
class Scattering:
    """One channel, current and beam, in several models.

    Attributes
    ----------
    channel, current, beam : reaction, target current and neutrinos.
    couplings : one for each model.
    """

    channel: Channel
    current: Current
    beam: Beam
    couplings: Sequence[Coupling]

    def bins(
        self, variable: str, bounds: FloatArray, orders: tuple[int, int, int, int]
    ) -> FloatArray:
        """Integrals over the bins, shape (models, bins).

        Parameters
        ----------
        variable : ``"q2"``, ``"k2"``, ``"m_pair"``, ``"recoil_energy"`` or
            ``"e_pair"``.
        bounds : edges of the bins.
        orders : points in a panel of the outer variable or ln Q, in K², s and x.
        """
        masses, current, beam = self.channel.pair_masses, self.current, self.beam
        s_min = sum(masses) ** 2
        soft2 = min([s_min, *(m**2 for c in self.couplings for m, *_ in c.mediators)])
        *adapted, n_x = _adapted(orders, variable, beam, current, soft2, s_min)
        n_q, n_k, n_s = adapted
        spread = _scale2(beam, current) / (masses[0] * masses[1])
        angle = 16 + round(math.log1p(spread))
        result = np.zeros((len(self.couplings), bounds.size - 1))
        region = Region(masses, current, beam.top, soft2, (n_q, n_k, n_s))
        # all of Q contributes to a bin of the pair's energy
        outer = "" if variable == "e_pair" else variable
        for points in region.points(outer, bounds):
            step = max(1, _BLOCK // max(angle, n_x))
            for first in range(0, points.q2.size, step):
                part = points[first : first + step]
                result += self._block(variable, bounds, part, n_x, angle)
        return result

    def _block(
        self, variable: str, bounds: FloatArray, points: Points, n_x: int, angle: int
    ) -> FloatArray:
        """Contribution of some of the points to `bins`."""
        q2, k2, s, x_max = points.q2, points.k2, points.s, points.x_max
        pair = pair_functions(s, k2, q2, *self.channel.pair_masses, angle)
        low = x_minimum(s, k2, q2)
        t, w = gauss_legendre(n_x)
        log = np.log(np.maximum(x_max / low, 1.0))[:, None]
        x = low[:, None] * np.exp(log * t)
        scale = (
            (PREFACTOR * points.weight / (self.current.mass * q2) ** 2)[:, None]
            * x
            * log
            * w
        )
        weights = np.stack([c(k2) for c in self.couplings])
        if variable == "e_pair":
            return pair_energy_bins(
                pair, points, x, self.current, self.beam, scale, weights, bounds
            )
        functions = structure(pair, s, k2, q2, x)
        values = np.einsum("cpx,px->cp", self.contracted(functions, points, x), scale)
        values = np.einsum("mcp,cp->mp", weights, values)
        return np.stack(
            [np.bincount(points.bin, v, minlength=bounds.size - 1) for v in values]
        )

    def contracted(
        self, functions: FloatArray, points: Points, x: FloatArray
    ) -> FloatArray:
        """H^{αβ}X_{αβ}/E² folded with the beam.

        Parameters
        ----------
        functions : A and Y, shape (2, 3, points, x).
        points : where.
        x : MeV², shape (points, x).

        Returns
        -------
        array, shape (3, points, x)
        """
        current, beam, q2 = self.current, self.beam, points.q2
        mass = current.mass
        m2, q = mass**2, np.sqrt(q2)
        half = (current.grown + q2) / (2 * q)
        b = (q * (q + np.hypot(q, 2 * mass)) / 2)[:, None]
        if current.grown:
            b = 2 * (half * (half + np.hypot(half, mass)))[:, None]
        c, g = current.electric(q2)[:, None], current.magnetic(q2)[:, None]
        e_x = np.minimum(beam.top * x / points.x_max[:, None], beam.top)
        r0, r1, r2 = beam.powers(e_x) / e_x ** np.arange(3.0)[:, None, None]
        top = (m2 + b) * r2 - b * r1
        a, y = functions
        q2 = q2[:, None]
        h2 = half[:, None] ** 2 if current.grown else q2 / 4
        return np.asarray(
            4 * c * (a * (top - m2 * r0) + y * (top + h2 * r0))
            + g * q2 * (2 * a - y) * r0
        )


def _scale2(beam: Beam, current: Current) -> float:
    """Rough estimate of the largest relevant ŝ."""
    return 2 * beam.top * min(current.q_soft, current.mass)


def _adapted(
    orders: tuple[int, int, int, int],
    variable: str,
    beam: Beam,
    current: Current,
    soft2: float,
    s_min: float,
) -> tuple[int, int, int, int]:
    """More points for more decades of K² and s, for a flux with its corners, and for
    bins that cut through all."""
    n_q, n_k, n_s, n_x = orders
    if not math.isfinite(
        current.q_soft
    ):  # a point particle has no scale at which panels end
        n_q += 6
    n_k += round(0.7 * math.log1p(_scale2(beam, current) / soft2))
    n_s += round(0.5 * math.log1p(_scale2(beam, current) / s_min))
    if variable == "e_pair":
        # its kinks lie across s: every e-fold needs a point
        return (
            n_q + 4,
            n_k + 4,
            n_s + 4 + round(math.log1p(_scale2(beam, current) / s_min)),
            2 * n_x,
        )
    return (
        (n_q, n_k, n_s, n_x)
        if beam.energy is not None
        else (n_q + 2, n_k + 4, n_s + 7, 3 * n_x)
    )
