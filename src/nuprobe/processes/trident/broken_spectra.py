"""Spectra of tridents on broken nucleons, by quadrature.

Three methods, depending on the binned variable:

- Q², W and the energy of the hadrons are purely hadronic. At each energy the moments of
  the leptons (`tables`) are summed over nodes in W and Q², whose panels end at the bin
  edges.
- K² and the mass of the pair are leptonic. The structure functions are
  integrated over W first: at Q² and β = 2EM/x all W with D = W² − M² + Q² below βQ² −
  M²/β are reached, and what multiplies A and Y (`cross_section`) is

      T_A = 4 [(Q²β² − M²) I₀ − β I₁] + 2 I₃,   T_Y = 4 [Q²β² I₀ − β I₁] + I₂
      I₀, I₁, I₂, I₃ = ∫dW² C, ∫dW² CD, ∫dW² (CD²/Q² − GQ²), ∫dW² GQ²

  folded with the beam and tabulated in ln Q and x. The leptons are then integrated as
  for an intact nucleon.
- The energy of the pair involves both: a sum over shells of fixed W, which is slow
  (tens of seconds) and accurate to about 1e-3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from nuprobe.models import LeptonModel
from nuprobe.numerics import FloatArray
from nuprobe.processes.trident.beams import Beam
from nuprobe.processes.trident.channels import Channel
from nuprobe.processes.trident.couplings import (
    coefficients_of,
    is_axial,
    lepton_couplings,
    masses_of,
)
from nuprobe.processes.trident.currents import Current
from nuprobe.processes.trident.inelastic import (
    FAR,
    KINDS,
    NUCLEON_MASS,
    ROUGH,
    W_LOW,
    Rule,
    Shells,
    broken_threshold,
    q_ends,
    shells,
    w_nodes,
)
from nuprobe.processes.trident.phase_space import Points
from nuprobe.processes.trident.scattering import Coupling, Scattering
from nuprobe.processes.trident.structure_functions import structure_functions
from nuprobe.processes.trident.tables import evaluate

__all__ = ["BrokenNucleons"]

# neutron mass for the leptonic phase space, which extends slightly further
_REGION: Final = NUCLEON_MASS["neutron"]
_MEAN: Final = sum(NUCLEON_MASS.values()) / 2
_KINKS: Final = (100.0, 250.0, math.sqrt(0.34e6), 1200.0, math.sqrt(8e6), 6e3)
_W_STEPS: Final = 1500  # of √ln W, for the cumulated structure functions
_Q_STEP: Final = 0.1  # of ln Q in the table of T
_X_NODES: Final = 120  # and of x
_BEYOND: Final = Rule((1300.0, 2000.0), 4, 3, 3.0, (FAR, 1e9))


def _tensor(
    kind: str, w: FloatArray, q2: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """C, GQ² and CD²/Q² − GQ² of the hadrons per dW², without cancellation."""
    mass = NUCLEON_MASS[kind]
    f_2, f_l = structure_functions(kind, w, q2)
    excess = w**2 - mass**2 + q2
    x = q2 / excess
    c = f_2 / excess
    g_q2 = (f_2 * (1 + 4 * mass**2 * x**2 / q2) - f_l) / x
    return c, g_q2, f_l / x - 4 * mass**2 * c


@dataclass(frozen=True)
class _Folded:
    """T_A and T_Y folded with the beam over E², times x² and the squared ratio of the
    masses, as cubic splines in ln Q and √(ln(x_max/x)/ln(x_max/x_min)).

    Attributes
    ----------
    log_q : of the first row, and the step.
    splines : shape (2, Q, x).
    s_min : smallest squared mass of the pair, MeV².
    """

    log_q: tuple[float, float]
    splines: FloatArray
    s_min: float

    @classmethod
    def of(
        cls, beam: Beam, numbers: tuple[float, float], pair: tuple[float, float]
    ) -> _Folded:
        """Fold numbers of protons and neutrons with a beam."""
        from scipy.ndimage import spline_filter

        s_min = sum(pair) ** 2
        ends = q_ends(np.array([beam.top]), W_LOW, _REGION, sum(pair))
        first, last = (math.log(float(q[0])) for q in ends)
        n = max(8, math.ceil((last - first) / _Q_STEP) + 1)
        step = (last - first) / (n - 1)
        # beyond both ends, to support the spline
        v = np.linspace(0.0, 1.0, _X_NODES)
        rows = np.zeros((2, n, _X_NODES))
        for i, q in enumerate(np.exp(first + step * np.arange(n))):
            h = (W_LOW**2 - _REGION**2 + q**2) / (2 * q)
            x_max = 2 * beam.top * _REGION * q / (h + math.hypot(h, _REGION))
            span = math.log(max(x_max / (s_min + q**2), 1.0))
            x = x_max * np.exp(-span * v**2)
            for number, kind in zip(numbers, KINDS, strict=True):
                if number:
                    rows[:, i] += number * _folded_row(kind, float(q), x, beam, pair)
        splines = np.stack([spline_filter(row, order=3) for row in rows])
        return cls((first, step), splines, s_min)

    def __call__(self, q2: FloatArray, x: FloatArray, x_max: FloatArray) -> FloatArray:
        """T_A and T_Y, shape (2, points, x), at Q² and the largest x of points."""
        from scipy.ndimage import map_coordinates

        span = np.log(np.maximum(x_max / (self.s_min + q2), 1 + 1e-12))
        share = np.clip(np.log(x_max[:, None] / x) / span[:, None], 0.0, 1.0)
        v = np.sqrt(share) * (self.splines.shape[2] - 1)
        u = (0.5 * np.log(q2) - self.log_q[0]) / self.log_q[1]
        at = np.stack([np.broadcast_to(u[:, None], v.shape), v])
        found = [
            map_coordinates(s, at, order=3, prefilter=False, mode="mirror")
            for s in self.splines
        ]
        return np.stack(found) / x**2


def _folded_row(
    kind: str, q: float, x: FloatArray, beam: Beam, pair: tuple[float, float]
) -> FloatArray:
    """One row of `_Folded`, shape (2, x)."""
    mass, q2 = NUCLEON_MASS[kind], q * q
    e, share = beam.nodes(broken_threshold(kind, pair))
    beta = 2 * mass * e[:, None] / x
    d = beta * q2 - mass**2 / beta
    w2 = d - q2 + mass**2
    top = math.sqrt(max(float(w2.max()), W_LOW**2))
    y_top = math.sqrt(math.log(top / W_LOW)) if top > W_LOW else 0.0
    if not y_top > 0:
        return np.zeros((2, x.size))
    y = np.linspace(0.0, y_top, _W_STEPS)
    w = W_LOW * np.exp(y**2)
    c, g_q2, rest = _tensor(kind, w, np.full(w.shape, q2))
    excess = w**2 - mass**2 + q2
    slopes = np.stack([c, c * excess, rest, g_q2]) * 4 * w**2 * y  # dW²/dy
    steps = (slopes[:, 1:] + slopes[:, :-1]) / 2 * (y[1] - y[0])
    sums = np.concatenate([np.zeros((4, 1)), np.cumsum(steps, axis=1)], axis=1)
    at = np.sqrt(np.maximum(0.5 * np.log(np.maximum(w2, 1.0) / W_LOW**2), 0.0))
    i_0, i_1, i_2, i_3 = (np.interp(at, y, one) for one in sums)
    both = 4 * beta * (q2 * beta * i_0 - i_1)
    scale = (share / e**2)[:, None] * x**2 * (_REGION / mass) ** 2
    return np.stack(
        [
            ((both - 4 * mass**2 * i_0 + 2 * i_3) * scale).sum(0),
            ((both + i_2) * scale).sum(0),
        ]
    )


def _nothing(q2: FloatArray) -> FloatArray:
    return np.zeros_like(q2)


def _region_current(w: float, name: str = "broken nucleon") -> Current:
    """Stand-in for hadrons whose structure is not a function of Q² alone."""
    grown = w**2 - _REGION**2
    return Current(name, _REGION, _nothing, _nothing, kinks=_KINKS, grown=grown)


def _shell_current(numbers: tuple[float, float], w: float, d_w2: float) -> Current:
    """Hadrons of one mass of all nucleons, of their mean mass, times dW²."""
    at = np.array(w)

    def summed(part: int, q2: FloatArray) -> FloatArray:
        return np.asarray(
            sum(
                number * _tensor(kind, at, q2)[part] * d_w2
                for number, kind in zip(numbers, KINDS, strict=True)
                if number
            )
        )

    return Current(
        "broken nucleon",
        _MEAN,
        lambda q2: summed(0, q2),
        lambda q2: summed(1, q2) / q2,
        kinks=_KINKS,
        grown=w**2 - _MEAN**2,
    )


@dataclass(frozen=True)
class _Integrated(Scattering):
    """Leptons on hadrons integrated over W."""

    folded: _Folded

    def contracted(
        self, functions: FloatArray, points: Points, x: FloatArray
    ) -> FloatArray:
        t_a, t_y = self.folded(points.q2, x, points.x_max)
        a, y = functions
        return np.asarray(a * t_a + y * t_y)


@dataclass(frozen=True)
class BrokenNucleons:
    """Spectra of one channel on broken protons and neutrons.

    Attributes
    ----------
    channel : the trident channel.
    numbers : of protons and neutrons.
    beams : of neutrinos.
    models, couplings : the models, and their couplings in the channel.
    """

    channel: Channel
    numbers: tuple[float, float]
    beams: Sequence[Beam]
    models: Sequence[LeptonModel]
    couplings: Sequence[Coupling]

    def bins(
        self, variable: str, bounds: FloatArray, orders: tuple[int, int, int, int]
    ) -> FloatArray:
        """Integrals over the bins, cm², shape (models, bins).

        Parameters
        ----------
        variable : one of `spectra.SPECTRA`.
        bounds : edges of the bins.
        orders : as `Scattering.bins` takes them; the first serves W and Q².
        """
        result = np.zeros((len(self.models), bounds.size - 1))
        if variable in ("k2", "m_pair"):
            n_q, n_k, n_s, n_x = orders
            for made in self.integrated():
                result += made.bins(variable, bounds, (n_q, n_k, n_s, 2 * n_x))
            return result
        pair = self.channel.pair_masses
        for beam in self.beams:
            if variable == "e_pair":
                if beam.top > broken_threshold("proton", pair):
                    result += self._of_shells(beam, bounds, orders)
                continue
            for number, kind in zip(self.numbers, KINDS, strict=True):
                if number and beam.top > broken_threshold(kind, pair):
                    found = self._of_hadrons(kind, beam, variable, bounds, orders[0])
                    result += number * found
        return result

    def integrated(self) -> list[Scattering]:
        """One for each beam, integrated over all hadrons, for bins of K² or the mass of
        the pair."""
        pair = self.channel.pair_masses
        return [
            _Integrated(
                self.channel,
                _region_current(W_LOW),
                beam,
                self.couplings,
                _Folded.of(beam, self.numbers, pair),
            )
            for beam in self.beams
            if beam.top > broken_threshold("neutron", pair)
        ]

    def _of_shells(
        self, beam: Beam, bounds: FloatArray, orders: tuple[int, int, int, int]
    ) -> FloatArray:
        """Bins of the pair's energy, one W after the other."""
        result = np.zeros((len(self.models), bounds.size - 1))
        pair = self.channel.pair_masses
        top = math.sqrt(_MEAN**2 + 2 * beam.top * _MEAN) - sum(pair)
        rule = replace(ROUGH, w=orders[0] // 2)
        for w, d_w2 in zip(*w_nodes(top, rule), strict=True):
            current = _shell_current(self.numbers, float(w), float(d_w2))
            made = Scattering(self.channel, current, beam, self.couplings)
            result += made.bins("e_pair", bounds, orders)
        return result

    def _of_hadrons(
        self, kind: str, beam: Beam, variable: str, bounds: FloatArray, n: int
    ) -> FloatArray:
        """Bins of Q², W or the energy of the hadrons, energy by energy."""
        result = np.zeros((len(self.models), bounds.size - 1))
        pair, mass = self.channel.pair_masses, NUCLEON_MASS[kind]
        inner = [float(b) for b in bounds if b > W_LOW and variable == "w"]
        edges = tuple(sorted({*ROUGH.edges, *inner}))
        rules = [Rule(edges, n, n, 1.5, (1e-9, FAR)), replace(_BEYOND, edges=edges)]
        if pair[0] == pair[1] > 100:
            rules = [replace(rules[0], q_range=(1e-9, 1e9))]
        for e, share in zip(*beam.nodes(broken_threshold(kind, pair)), strict=True):
            top = math.sqrt(mass**2 + 2 * e * mass) - sum(pair)
            if not (share > 0 and top > W_LOW * (1 + 1e-9)):
                continue
            for rule in rules:
                w, d_w2 = w_nodes(top, rule)
                cuts = _cuts(variable, bounds, w, mass)
                at = shells(
                    np.full(w.size, e), w, mass, pair, rule.q, rule.q_range, cuts
                )
                if (at.weight > 0).any():
                    value = self._values(at, kind, d_w2)
                    which = _bin_of(variable, bounds, at)
                    for row, v in zip(result, value, strict=True):
                        row += (
                            share
                            * np.bincount(
                                which.ravel() + 1, v.ravel(), minlength=bounds.size + 1
                            )[1:-1]
                        )
        return result

    def _values(self, at: Shells, kind: str, d_w2: FloatArray) -> FloatArray:
        """Contributions of nodes to the cross section, shape (models, shells,
        nodes)."""
        factors = at.broken(kind) * d_w2[:, None]
        live = (at.weight > 0).ravel()
        x_max, q2 = at.x_max.ravel()[live], at.q2.ravel()[live]
        pair, kept = self.channel.pair_masses, factors.reshape(6, -1)[:, live]
        found: dict[tuple[tuple[float, ...], bool], FloatArray] = {}
        rows = np.zeros((len(self.models), live.size))
        for row, model in zip(rows, self.models, strict=True):
            couplings = lepton_couplings(model, self.channel)
            masses, axial = masses_of(couplings), is_axial(couplings)
            if (masses, axial) not in found:
                some = np.array(masses) if masses else None
                base, mediated, _ = evaluate(x_max, q2, *pair, some, axial=axial)
                more = np.moveaxis(mediated, 3, 1).reshape(6, -1, q2.size)
                moments = np.concatenate([base, more], axis=1)
                found[masses, axial] = np.einsum("jp,jtp->tp", kept, moments)
            weights = coefficients_of(couplings, model, self.channel)
            row[live] = weights @ found[masses, axial]
        return rows.reshape(-1, *at.q2.shape)


def _cuts(
    variable: str, bounds: FloatArray, w: FloatArray, mass: float
) -> list[float | FloatArray]:
    """Q at which panels end because of bin edges."""
    if variable == "q2":
        return [math.sqrt(b) for b in bounds if b > 0]
    if variable == "recoil_energy":
        # T = (Q² + (W − M)²)/2M
        gaps = [2 * mass * b - (w - mass) ** 2 for b in bounds]
        return [np.sqrt(np.maximum(gap, 1e-18)) for gap in gaps]
    return []


def _bin_of(variable: str, bounds: FloatArray, at: Shells) -> np.ndarray:
    """Index of each node's bin, −1 below and the number of bins beyond all."""
    value = at.q2
    if variable == "w":
        value = np.broadcast_to(at.w[:, None], at.q2.shape)
    elif variable == "recoil_energy":
        value = (at.q2 + (at.w[:, None] - at.mass) ** 2) / (2 * at.mass)
    return np.searchsorted(bounds, value, side="right") - 1
