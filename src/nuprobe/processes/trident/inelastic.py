"""Inelastic tridents: inclusive hadrons of mass W take the place of a nucleon.

Averaged over spins and summed over hadrons, the electromagnetic tensor of a nucleon is

    dH^{αβ}/dW² = 4C P̃^α P̃^β + G (q² g^{αβ} − q^α q^β),   P̃ = P − q P·q/q²
    C = F₂/D,   GQ² = 2F₁,   D = W² − M² + Q²

so that F₂ → (G_E² + τG_M²)/(1 + τ) Q² δ(W² − M²) gives back the nucleon of `currents`.
The leptons are the same (`tables`): with h = D/2Q

    x_max = 2EMQ/(h + √(M² + h²)),   b = 2h(h + √(M² + h²))
    H^{αβ}X_{αβ} = 4C [A (r − 1)((M² + b) r + M²) + Y ((M² + b) r² − b r + h²)]
                   + GQ² (2A − Y)

and σ = ∫dQ² dW² of that, with r = x_max/x as in `cross_section`. The couplings factor
out, and the nucleus enters only through the numbers of protons and neutrons: VV, AA
and VA are functions of the energy, which `broken` tabulates. A mediator multiplies VV
by a ratio that is obtained from a quadrature with some hundred points.

`structure_functions` documents the origin and accuracy of F₂ and F_L. Nucleons are free
and at rest, and no final state is Pauli-blocked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from nuprobe.constants import M_ELECTRON, M_MUON, M_NEUTRON, M_PROTON, M_TAU
from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.processes.trident.cross_section import PREFACTOR
from nuprobe.processes.trident.quadrature import direct
from nuprobe.processes.trident.resonances import W_THRESHOLD
from nuprobe.processes.trident.structure_functions import structure_functions
from nuprobe.processes.trident.tables import evaluate

__all__ = [
    "FAR",
    "FINE",
    "KINDS",
    "NUCLEON_MASS",
    "PAIRS",
    "ROUGH",
    "W_LOW",
    "Grid",
    "Rule",
    "Shells",
    "broken_threshold",
    "by_quadrature",
    "grid_at",
    "integrated",
    "q_ends",
    "shells",
    "w_nodes",
]

KINDS: Final = ("proton", "neutron")
NUCLEON_MASS: Final = {"proton": M_PROTON, "neutron": M_NEUTRON}
_E, _MU, _TAU = M_ELECTRON, M_MUON, M_TAU
PAIRS: Final = ((_E, _E), (_MU, _MU), (_TAU, _TAU), (_E, _MU), (_E, _TAU), (_MU, _TAU))
"""Masses of the pairs in the table, the lighter first."""
W_LOW: Final = 1e3 * W_THRESHOLD
FAR: Final = 10e3  # MeV: largest Q covered by the lepton tables for electrons
# MeV: Q where the structure functions have kinks
_CUTS: Final = (math.sqrt(0.34e6), math.sqrt(8e6))

Functions = Callable[[str, FloatArray, FloatArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True)
class Rule:
    """A quadrature over W and Q.

    Attributes
    ----------
    edges : W in MeV where panels end: at peaks, thresholds of two pions and the eta,
        and where parametrisations are mixed.
    w, q : Gauss–Legendre points in a panel of ln W and of ln Q.
    span : longest panel of ln W above the last edge.
    q_range : smallest and largest Q in MeV.
    """

    edges: tuple[float, ...]
    w: int
    q: int
    span: float
    q_range: tuple[float, float] = (1e-9, 1e9)


_EDGES: Final = (1180.0, 1260.0, 1400.0, 1485.3, 1600.0, 1732.05, 2000.0)
FINE: Final = Rule(_EDGES, 12, 16, 1.5)
_PLAIN: Final = Rule(_EDGES, 8, 10, 1.5)
_BEYOND: Final = Rule((1300.0, 2000.0), 4, 3, 3.0, (FAR, 1e9))
ROUGH: Final = Rule((1160.0, 1300.0, 1600.0, 2000.0), 5, 6, 2.0, (1e-9, FAR))


def broken_threshold(kind: str, pair: tuple[float, float]) -> float:
    """Smallest neutrino energy (MeV) that breaks up a nucleon and produces a pair.

    Parameters
    ----------
    kind : ``"proton"`` or ``"neutron"``.
    pair : masses of ℓ⁻ and ℓ⁺, MeV.

    Examples
    --------
    >>> round(broken_threshold("proton", (105.66, 105.66)), 1)
    410.2
    """
    mass = NUCLEON_MASS[kind]
    return ((W_LOW + sum(pair)) ** 2 - mass**2) / (2 * mass)


@dataclass(frozen=True)
class Shells:
    """Nodes in Q² on shells of fixed W.

    Attributes
    ----------
    e_nu, w : MeV, shape (shells,).
    q2, x_max, weight : MeV², dQ² in the last, shape (shells, nodes).
    mass : of the target, MeV.
    """

    e_nu: FloatArray
    w: FloatArray
    q2: FloatArray
    x_max: FloatArray
    weight: FloatArray
    mass: float

    @property
    def excess(self) -> FloatArray:
        """D = W² − M² + Q², MeV²."""
        return np.asarray(self.w[:, None] ** 2 - self.mass**2 + self.q2)

    def factors(self, c: FloatArray, g_q2: FloatArray) -> FloatArray:
        """What multiplies each of the six moments, shape (6, shells, nodes).

        Parameters
        ----------
        c, g_q2 : C and GQ² of the hadron tensor, shape (shells, nodes).
        """
        m2, h = self.mass**2, self.excess / (2 * np.sqrt(self.q2))
        b = 2 * h * (h + np.hypot(h, self.mass))
        scale = (
            PREFACTOR * self.weight / (self.e_nu[:, None] * self.mass * self.q2) ** 2
        )
        electric, magnetic = c * scale, g_q2 * scale
        return np.stack(
            [
                2 * magnetic,
                4 * m2 * electric,
                4 * electric * (m2 + b),
                4 * electric * h**2 - magnetic,
                -4 * electric * b,
                4 * electric * (m2 + b),
            ]
        )

    def broken(
        self, kind: str, functions: Functions = structure_functions
    ) -> FloatArray:
        """`factors` of a nucleon per dW².

        Parameters
        ----------
        kind : ``"proton"`` or ``"neutron"``.
        functions : give F₂ and F_L of (kind, W, Q²), as `structure_functions`.
        """
        f_2, f_l = functions(kind, self.w[:, None], self.q2)
        x = self.q2 / self.excess
        g_q2 = (f_2 * (1 + 4 * self.mass**2 * x**2 / self.q2) - f_l) / x
        result = self.factors(f_2 / self.excess, g_q2)
        # 4Ch² and GQ² cancel at small Q²
        scale = (
            PREFACTOR * self.weight / (self.e_nu[:, None] * self.mass * self.q2) ** 2
        )
        result[3] = (f_l / x - 4 * self.mass**2 * f_2 / self.excess) * scale
        return result


def q_ends(
    e_nu: FloatArray, w: FloatArray | float, mass: float, pair: FloatArray | float
) -> tuple[FloatArray, FloatArray]:
    """Smallest and largest Q (MeV) at which hadrons of mass W and a pair can be
    produced.

    Parameters
    ----------
    e_nu : MeV, any shape.
    w, pair : masses of the hadrons and the pair, MeV, of broadcastable shapes,
        kinematically allowed.
    mass : of the target, MeV.

    Examples
    --------
    >>> low, high = q_ends(np.array([1e4]), 1232.0, 938.3, 211.3)
    >>> low.round(1), high.round(1)
    (array([39.7]), array([4155.5]))
    """
    s = mass**2 + 2 * e_nu * mass
    w, m = np.asarray(w), np.asarray(pair)
    momentum = np.sqrt(np.maximum((s - (w - m) ** 2) * (s - (w + m) ** 2), 0))
    # Q² between hadrons and target; the smallest from the product of both
    high = (s + mass**2) * (s + w**2 - m**2) + (s - mass**2) * momentum
    high = high / (2 * s) - mass**2 - w**2
    product = m**2 * ((w**2 - mass**2) * (s - mass**2) + mass**2 * m**2) / s
    return np.sqrt(product / high), np.sqrt(high)


def shells(
    e_nu: FloatArray,
    w: FloatArray,
    mass: float,
    pair: tuple[float, float],
    n: int,
    q_range: tuple[float, float] = (1e-9, 1e9),
    cuts: Sequence[float | FloatArray] | None = None,
) -> Shells:
    """Nodes in Q² over the range in which hadrons of mass W and a pair can be produced.

    Parameters
    ----------
    e_nu, w : MeV, shape (shells,); zero weight where W is not accessible.
    mass : of the target, MeV.
    pair : masses of ℓ⁻ and ℓ⁺, MeV.
    n : points in each panel of ln Q.
    q_range : smallest and largest Q, MeV.
    cuts : further Q > 0 (MeV) where panels end, in addition to the kinks of the
        structure functions: numbers, or arrays of shape (shells,).

    Examples
    --------
    >>> found = shells(np.array([1e4]), np.array([1232.0]), 938.3, (105.66, 105.66), 8)
    >>> found.q2.shape
    (1, 24)
    """
    m = sum(pair)
    root = np.sqrt(mass**2 + 2 * e_nu * mass)
    open_ = root > w + m
    inside = np.where(open_, w, root - m)
    first, last = q_ends(e_nu, inside, mass, m)
    low = np.maximum(np.log(first), math.log(q_range[0]))
    high = np.maximum(np.minimum(np.log(last), math.log(q_range[1])), low)
    every = [*(_CUTS if cuts is None else (*_CUTS, *cuts))]
    inner = [np.clip(np.log(np.full(w.shape, cut)), low, high) for cut in every]
    edges = np.sort(np.stack([low, *inner, high], axis=1), axis=1)
    t, weights = gauss_legendre(n)
    width = np.diff(edges, axis=1)[..., None]
    q2 = np.exp(2 * (edges[:, :-1, None] + width * t)).reshape(w.size, -1)
    d_q2 = 2 * q2 * (width * weights).reshape(w.size, -1) * open_[:, None]
    h = (inside[:, None] ** 2 - mass**2 + q2) / (2 * np.sqrt(q2))
    x_max = 2 * np.sqrt(q2) * e_nu[:, None] * mass / (h + np.hypot(h, mass))
    return Shells(e_nu, inside, q2, x_max, d_q2, mass)


def w_nodes(top: float, rule: Rule) -> tuple[FloatArray, FloatArray]:
    """W between its threshold and a largest one, and weights dW².

    Parameters
    ----------
    top : MeV.
    rule : of the quadrature.

    Examples
    --------
    >>> w, d_w2 = w_nodes(1500.0, ROUGH)
    >>> bool(abs(d_w2.sum() / (1500.0**2 - W_LOW**2) - 1) < 1e-3)
    True
    """
    ends = [W_LOW, *(edge for edge in rule.edges if edge < top)]
    left = math.log(top / ends[-1])
    if len(ends) == len(rule.edges) + 1 and left > rule.span:
        ends += list(np.geomspace(ends[-1], top, math.ceil(left / rule.span) + 1)[1:-1])
    ends.append(top)
    t, weights = gauss_legendre(rule.w)
    log = np.log(ends)
    width = np.diff(log)[:, None]
    place, slope = np.tile(t, (width.size, 1)), np.tile(weights, (width.size, 1))
    # quadratic at threshold, where absorption begins with half powers
    place[0], slope[0] = t**2, 2 * t * weights
    w = np.exp(log[:-1, None] + width * place).ravel()
    return w, 2 * w**2 * (width * slope).ravel()


@dataclass(frozen=True)
class Grid:
    """Quadrature at one energy, independent of the nucleon.

    Attributes
    ----------
    shells : of fixed W.
    d_w2 : weights in W², MeV², shape (shells,).
    moments : of the leptons, shape (6, terms, shells, nodes).
    """

    shells: Shells
    d_w2: FloatArray
    moments: FloatArray

    def parts(self, kind: str, functions: Functions) -> FloatArray:
        """Factors with the weights in W², shape (6, shells, nodes).

        Parameters
        ----------
        kind : ``"proton"`` or ``"neutron"``.
        functions : as `Shells.broken` takes them.
        """
        return self.shells.broken(kind, functions) * self.d_w2[:, None]


def by_quadrature(
    e_nu: FloatArray,
    pair: tuple[float, float],
    kind: str,
    rule: Rule | None = None,
    *,
    exact: bool = False,
) -> FloatArray:
    """VV, AA and VA in cm² by `integrated`, shape (energies, 3).

    Beyond the Q range of the lepton tables (10 GeV for electrons), few points are
    enough for the small remainder: 0.5 % for electrons at 1 TeV.

    Parameters
    ----------
    e_nu, pair, kind, exact : as in `integrated`.
    rule : of the quadrature over all Q; by default one good to 1e-5.

    Examples
    --------
    >>> by_quadrature(np.array([1e4]), (105.66, 105.66), "neutron").shape
    (1, 3)
    """
    rule = rule or _PLAIN
    if pair[0] == pair[1] > 100:
        result = integrated(e_nu, pair, kind, rule, exact=exact)
    else:
        near = replace(rule, q_range=(1e-9, FAR))
        result = integrated(e_nu, pair, kind, near, exact=exact)
        result += integrated(e_nu, pair, kind, _BEYOND, exact=exact)
    if pair[0] == pair[1]:
        result[:, 2] = 0.0  # symmetric under ℓ⁻ ↔ ℓ⁺
    return result


def grid_at(
    e_nu: float,
    pair: tuple[float, float],
    mass: float,
    rule: Rule,
    mediators: FloatArray | None,
    exact: bool,
    axial: bool = False,
) -> Grid | None:
    """Everything at one energy except the nucleon; None below threshold.

    Parameters
    ----------
    e_nu : MeV.
    pair : masses of ℓ⁻ and ℓ⁺, MeV.
    mass : of the target, MeV.
    rule : of the quadrature.
    mediators, exact : as in `integrated`.
    axial : also weight AA with the propagators of the mediators.

    Examples
    --------
    >>> grid_at(1e4, (105.66, 105.66), 938.9, ROUGH, None, False).moments.shape[:2]
    (6, 3)
    """
    top = math.sqrt(mass**2 + 2 * e_nu * mass) - sum(pair)
    if top <= W_LOW * (1 + 1e-9):
        return None
    w, d_w2 = w_nodes(top, rule)
    made = shells(np.full(w.size, e_nu), w, mass, pair, rule.q, rule.q_range)
    at = made.x_max.ravel(), made.q2.ravel(), *pair, mediators
    base, mediated = (
        direct(*at, axial=axial) if exact else evaluate(*at, axial=axial)[:2]
    )
    both = np.concatenate(
        [base, np.moveaxis(mediated, 3, 1).reshape(6, -1, base.shape[2])], axis=1
    )
    return Grid(made, d_w2, both.reshape(6, -1, *made.q2.shape))


def integrated(
    e_nu: FloatArray,
    pair: tuple[float, float],
    kind: str,
    rule: Rule | None = None,
    mediators: FloatArray | None = None,
    *,
    exact: bool = False,
    functions: Functions = structure_functions,
) -> FloatArray:
    """Kernels per nucleon by quadrature over Q² and W.

    Parameters
    ----------
    e_nu : MeV, shape (energies,).
    pair : masses of ℓ⁻ and ℓ⁺, MeV.
    kind : ``"proton"`` or ``"neutron"``.
    rule : of the quadrature; by default one good to 1e-4 or better.
    mediators : masses in MeV of t-channel mediators, shape (masses,).
    exact : do the integrals over the leptons instead of using their tables.
    functions : give F₂ and F_L of (kind, W, Q²) in place of `structure_functions`.

    Returns
    -------
    array, shape (energies, 3 + 3 masses)
        As in `kernels`, cm².

    Examples
    --------
    >>> found = integrated(np.array([300.0, 1e4]), (105.66, 105.66), "proton")
    >>> float(found[0, 0]), bool(found[1, 0] > 0)
    (0.0, True)
    """
    count = 3 + 3 * (0 if mediators is None else mediators.size)
    result = np.zeros((e_nu.size, count))
    for i, energy in enumerate(e_nu):
        grid = grid_at(
            float(energy),
            pair,
            NUCLEON_MASS[kind],
            rule or _PLAIN,
            mediators,
            exact,
        )
        if grid is not None:
            result[i] = np.einsum(
                "jwq,jtwq->t", grid.parts(kind, functions), grid.moments
            )
    return result
