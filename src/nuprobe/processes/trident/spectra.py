"""Single-differential cross sections by quadrature: what generated events are compared
with.

The engine integrates d⁴σ/dQ² dK² ds dx over everything. Here one variable is cut into
the bins of a histogram and each bin is an integral of its own, over the exact range
that the others have there. The neutrino energy enters through r = x_max/x alone, so a
whole flux costs little more than one energy: with E_x the energy at which x is the
largest that can be reached, ∫ φ r^j/E² dE = E_x^{−j} ∫_{E_x} φ E^{j−2} dE for the
powers j = 0, 1, 2 that the hadron tensor holds.

The energy of the pair also needs the azimuth φ of K about k1 and q. With P the momentum
of the target,

    P^αP^β X_{αβ} = g_P² X_LL/Q² + κ_P² X_TT/2 + 2τ (2(κ·κ_P)² − κ²κ_P²) + 4 g_P a
    (κ·κ_P) mix/Q

is a quadratic polynomial in P·K = M (E_pair + Q²/2M), which is linear in cos φ: the
integral over a bin is analytic. The decomposition into virtual-boson helicities is that
of Budnev:1975poe.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.errors import InputError, UnknownNameError
from nuprobe.fluxes import Flux, FluxComponent, flux
from nuprobe.models import LeptonModel, StandardModel
from nuprobe.nuclei import TargetSpec
from nuprobe.numerics import FloatArray, gauss_legendre, numbers
from nuprobe.processes.trident.channels import Channel, ChannelSpec, channel
from nuprobe.processes.trident.cross_section import _PREFACTOR, q_range, threshold
from nuprobe.processes.trident.currents import FERMI_MOMENTUM, Current
from nuprobe.processes.trident.lepton import (
    PairFunctions,
    pair_functions,
    structure,
    x_minimum,
)
from nuprobe.processes.trident.totals import FormFactorSpec, currents, lepton_couplings

__all__ = ["SPECTRA", "Spectrum", "spectrum"]

SPECTRA: Final = {
    "q2": "MeV2",
    "k2": "MeV2",
    "m_pair": "MeV",
    "recoil_energy": "MeV",
    "e_pair": "MeV",
}
"""Variables and the units of their bins: Q², K², the pair's mass, the kinetic energy of
what was hit and E₊ + E₋."""
_BLOCK: Final = 15_000  # values of one array
_SHORT: Final = 0.35  # panels shorter than this in the logarithm need half the points
_FINE: Final = (
    10,
    10,
    13,
    12,
)  # points in a panel of the outer variable or ln Q, in K², in s, in x
_COARSE: Final = (8, 8, 10, 9)


@dataclass(frozen=True)
class Spectrum:
    """A cross section by bins.

    Attributes
    ----------
    variable : one of `SPECTRA`.
    edges : shape (bins + 1,), in the unit of `SPECTRA`.
    values : cm², shape (bins,), or (models, bins): integrals over the bins, averaged
        over the flux.
    error : numerical error of each, same shape: what coarser quadrature changes; zeros
        of a quick one.
    """

    variable: str
    edges: FloatArray
    values: FloatArray
    error: FloatArray

    @property
    def density(self) -> FloatArray:
        """dσ/dX in cm² per unit of the variable, mean over each bin."""
        return np.asarray(self.values / np.diff(self.edges))


def spectrum(
    variable: str,
    edges: ArrayLike,
    channel_: ChannelSpec,
    target_: TargetSpec | None,
    source: float | Flux | str,
    model: LeptonModel | Sequence[LeptonModel] | None = None,
    regime: str = "all",
    *,
    form_factor: FormFactorSpec = None,
    pauli: bool = True,
    k_f: float = FERMI_MOMENTUM,
    nucleon_form_factors: str = "dipole",
    quick: bool = False,
) -> Spectrum:
    """Integrate a single-differential cross section over the bins of a histogram.

    Parameters
    ----------
    variable : one of `SPECTRA`; ``"e_pair"`` needs a single energy.
    edges : increasing, not negative, shape (bins + 1,).
    channel_, target_, regime, form_factor, pauli, k_f, nucleon_form_factors : as in
    `total`; nucleons are at rest.
    source : neutrino energy in MeV, or a flux or its name: then an average over its
        neutrinos of the channel's flavour.
    model : one model with scalar parameters, or several.
    quick : use the coarser rule alone, good to a few 1e-3, without an estimate of the
        error; for drawing.

    Returns
    -------
    Spectrum
        A bin that cannot be reached holds an exact zero.

    Raises
    ------
    InputError
        For edges that do not increase, a flux without the flavour, a model with arrays
        of parameters.
    UnknownNameError
        If the variable, or another name, is unknown.
    """
    if variable not in SPECTRA:
        raise UnknownNameError("spectrum", variable, SPECTRA)
    bounds = numbers("the edges of the bins", edges)
    if (
        bounds.ndim != 1
        or bounds.size < 2
        or not np.all(np.diff(bounds) > 0)
        or not bounds[0] >= 0
    ):
        raise InputError(
            f"the edges of a spectrum in {variable} must increase and not be negative,"
            f" got {edges!r}"
        )
    if not np.isfinite(bounds[-1]):
        raise InputError("the last edge of a spectrum must be finite")
    one = channel(channel_)
    several = isinstance(model, Sequence)
    models: list[LeptonModel] = (
        list(model) if isinstance(model, Sequence) else [model or StandardModel()]
    )
    couplings = [_Coupling.of(m, one) for m in models]
    beams = _beams(source, one)
    if variable == "e_pair" and any(b.energy is None for b in beams):
        raise InputError(
            "the spectrum of e_pair needs one neutrino energy; generate events for a"
            " flux"
        )
    found = currents(
        target_,
        regime,
        form_factor=form_factor,
        pauli=pauli,
        k_f=k_f,
        nucleon_form_factors=nucleon_form_factors,
    )
    sums = []
    for orders in (_COARSE,) if quick else (_FINE, _COARSE):
        result = np.zeros((len(models), bounds.size - 1))
        for number, current in found:
            for beam in beams:
                if beam.top > threshold(current.mass, *one.pair_masses):
                    result += number * _bins(
                        variable, bounds, one, current, beam, couplings, orders
                    )
        sums.append(result)
    value, error = sums[0], np.abs(sums[0] - sums[-1])
    return Spectrum(
        variable, bounds, *((value, error) if several else (value[0], error[0]))
    )


@dataclass(frozen=True)
class _Coupling:
    """V, A and what a mediator adds to V at K²."""

    vector: float
    axial: float
    mediators: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, model: LeptonModel, one: Channel) -> _Coupling:
        found = lepton_couplings(model, one)
        if any(
            np.ndim(c)
            for c in (found.vector, found.axial, *(m.strength for m in found.mediators))
        ):
            raise InputError("a spectrum needs models with scalar parameters")
        mediators = tuple((float(m.mass), float(m.strength)) for m in found.mediators)
        return cls(float(found.vector), float(found.axial), mediators)

    def __call__(self, k2: FloatArray) -> FloatArray:
        """Coefficients of VV, AA and VA, shape (3, *k2)."""
        v = self.vector + sum(
            (c / (k2 + m**2) for m, c in self.mediators), np.zeros_like(k2)
        )
        return np.stack([v**2, np.full_like(v, self.axial**2), v * self.axial])


@dataclass(frozen=True)
class _Beam:
    """One energy, or a continuum; `powers` gives ∫_E φ E′^{j−2} dE′ for j = 0, 1, 2,
    shape (3, *E)."""

    energy: float | None
    top: float
    powers: Callable[[FloatArray], FloatArray]


def _line(energy: float, share: float) -> _Beam:
    values = share * np.array([energy**-2, 1 / energy, 1.0])
    return _Beam(
        energy, energy, lambda e: values.reshape(3, *(1,) * e.ndim) * np.ones_like(e)
    )


def _continuum(component: FluxComponent, share: float) -> _Beam:
    edges = np.array(component.edges)
    t, w = gauss_legendre(4)

    def between(low: FloatArray, high: FloatArray) -> FloatArray:
        e = low[..., None] + (high - low)[..., None] * t
        # edges belong to both sides; nodes do not reach them
        weight = component.continuum(e) * (high - low)[..., None] * w
        return np.stack([(weight * e ** (j - 2.0)).sum(-1) for j in range(3)])

    fine = np.unique(np.concatenate([np.linspace(a, b, 5) for a, b in pairwise(edges)]))
    above = np.zeros((3, fine.size))
    above[:, :-1] = np.cumsum(between(fine[:-1], fine[1:])[:, ::-1], axis=1)[:, ::-1]

    def powers(e: FloatArray) -> FloatArray:
        at = np.clip(e, fine[0], fine[-1])
        i = np.clip(np.searchsorted(fine, at, side="right"), 1, fine.size - 1)
        return np.asarray(share * (above[:, i] + between(at, fine[i])))

    return _Beam(None, float(edges[-1]), powers)


def _beams(source: float | Flux | str, one: Channel) -> list[_Beam]:
    if not isinstance(source, Flux | str):
        energy = numbers("the neutrino energy (MeV)", source)
        if energy.ndim or not 0 < energy < math.inf:
            raise InputError(
                "a spectrum needs one positive neutrino energy in MeV or a flux, got"
                f" {source!r}"
            )
        return [_line(float(energy), 1.0)]
    made = flux(source) if isinstance(source, str) else source
    fluence = made.total(one.incoming)
    if not fluence > 0:
        raise InputError(
            f"flux {made.name} has no {one.incoming}: it has"
            f" {', '.join(map(str, made.flavours))}"
        )
    result = []
    for component in made.of(one.incoming):
        result += [
            _line(line.energy, line.intensity / fluence) for line in component.lines
        ]
        if component.density is not None:
            result.append(_continuum(component, 1 / fluence))
    return result


@dataclass(frozen=True)
class _Points:
    """Points in Q², K² and s, all of one shape, with weights dQ² dK² ds, the bin of
    each and the largest x there."""

    q2: FloatArray
    k2: FloatArray
    s: FloatArray
    weight: FloatArray
    bin: np.ndarray[tuple[int, ...], np.dtype[np.intp]]
    x_max: FloatArray


def _largest_x(q: FloatArray, mass: float, energy: float) -> FloatArray:
    return np.asarray(4 * energy * mass * q / (q + np.hypot(q, 2 * mass)))


def _panels(
    edges: FloatArray, cuts: Sequence[float], low: float, high: float
) -> tuple[FloatArray, FloatArray, np.ndarray[tuple[int, ...], np.dtype[np.intp]]]:
    """Panels of a variable: lower ends, upper ends and the bin of each, all inside the
    bins and the range."""
    inside = [low, high, *(e for e in (*edges, *cuts) if low < e < high)]
    ends = np.unique(inside)
    which = np.searchsorted(edges, (ends[1:] + ends[:-1]) / 2, side="right") - 1
    good = (which >= 0) & (which < edges.size - 1)
    return ends[:-1][good], ends[1:][good], which[good]


def _q_nodes(
    low: FloatArray, high: FloatArray, cuts: Sequence[float], n: int
) -> tuple[FloatArray, FloatArray]:
    """Nodes in Q, uniform in its logarithm in panels between `low` and `high`, and
    weights dQ²: (*low, nodes)."""
    ends = np.log(
        np.stack([low, *(np.clip(c, low, high) for c in sorted(cuts)), high], axis=-1)
    )
    t, w = gauss_legendre(n)
    width = np.diff(ends, axis=-1)[..., None]
    q = np.exp(ends[..., :-1, None] + width * t)
    return q.reshape(*low.shape, -1), (2 * q**2 * width * w).reshape(*low.shape, -1)


def _rough(current: Current, low: float) -> bool:
    """Whether Q begins where the form factor oscillates (with period 1.6 q_soft);
    elsewhere that does not matter."""
    return low > current.q_soft / 2


def _cuts(current: Current, low: float, high: float) -> list[float]:
    """|Q| where panels end, for the form factor's sake, and for one panel not to be too
    long."""
    found = [
        c
        for c in (
            *current.kinks,
            current.q_soft,
            math.sqrt(current.q_soft * current.q_end),
        )
        if math.isfinite(c)
    ]
    if _rough(current, low):
        found += list(np.arange(low, high, current.q_soft / 2))
    ends = sorted([low, *(c for c in found if low < c < high), high])
    more = [
        np.geomspace(a, b, max(2, math.ceil(math.log(b / a) / 1.7) + 1))
        for a, b in pairwise(ends)
    ]
    return sorted(set(np.concatenate(more)[1:-1]))


def _points(
    variable: str,
    bounds: FloatArray,
    masses: tuple[float, float],
    current: Current,
    energy: float,
    soft2: float,
    orders: tuple[int, int, int, int],
) -> Iterator[_Points]:
    """Points of the panels, first of the short ones, which need few."""
    s_min, mass = sum(masses) ** 2, current.mass
    n_q, n_k, n_s, _ = orders
    low, high = (float(q[0]) for q in q_range(np.array([energy]), mass, *masses))
    high = min(high, max((16 if _rough(current, low) else 2) * low, current.q_end))
    cuts = _cuts(current, low, high)
    t_k, w_k = gauss_legendre(n_k)
    t_s, w_s = gauss_legendre(n_s)

    def k_nodes(k_max: FloatArray) -> tuple[FloatArray, FloatArray]:
        span = np.log1p(np.maximum(k_max, 0.0) / soft2)[..., None]
        k2 = soft2 * np.expm1(span * t_k)
        return k2, (k2 + soft2) * span * w_k

    def s_nodes(top: FloatArray) -> tuple[FloatArray, FloatArray]:
        # quadratic at the lower end, where β ~ √(s − s_min)
        log = np.log(np.maximum(top / s_min, 1.0))[..., None]
        s = s_min * np.exp(log * t_s**2)
        return s, s * log * 2 * t_s * w_s

    def of_q(start: FloatArray, end: FloatArray, n: int) -> tuple[FloatArray, ...]:
        q, weight = _q_nodes(start, end, [], n)
        x = _largest_x(q, mass, energy)
        k2, w_2 = k_nodes(x * (1 - s_min / (x - q**2)))
        s, w_3 = s_nodes((x - q**2)[..., None] * (1 - k2 / x[..., None]))
        outer = weight[..., None, None] * w_2[..., None]
        return q[..., None, None], k2[..., None], s, outer * w_3, x[..., None, None]

    def of_k2(start: FloatArray, end: FloatArray, n: int) -> tuple[FloatArray, ...]:
        t, w = gauss_legendre(n)
        first, last = np.log1p(start / soft2)[:, None], np.log1p(end / soft2)[:, None]
        k2 = soft2 * np.expm1(first + (last - first) * t)
        outer = (k2 + soft2) * (last - first) * w
        q, w_q = _q_nodes(*_q_range_at(k2, s_min, mass, energy, low, high), cuts, n_q)
        x, k2 = _largest_x(q, mass, energy), k2[..., None]
        s, w_3 = s_nodes((x - q**2) * (1 - k2 / x))
        return (
            q[..., None],
            k2[..., None],
            s,
            (outer[..., None] * w_q)[..., None] * w_3,
            x[..., None],
        )

    def of_s(start: FloatArray, end: FloatArray, n: int) -> tuple[FloatArray, ...]:
        t, w = gauss_legendre(n)
        first, last = np.log(start)[:, None], np.log(end)[:, None]
        # quadratic in every panel: the first needs it
        s = np.exp(first + (last - first) * t**2)
        outer = s * (last - first) * 2 * t * w
        q_low, q_high = (
            f.reshape(s.shape) for f in _q_range_of(np.sqrt(s.ravel()), mass, energy)
        )
        q, w_q = _q_nodes(
            q_low, np.minimum(q_high, np.maximum(2 * q_low, high)), cuts, n_q
        )
        x = _largest_x(q, mass, energy)
        k2, w_2 = k_nodes(x * (1 - s[..., None] / (x - q**2)))
        return (
            q[..., None],
            k2,
            s[..., None, None],
            (outer[..., None] * w_q)[..., None] * w_2,
            x[..., None],
        )

    if variable == "k2":
        nodes, panels = of_k2, _k_panels(bounds, soft2, low, high, s_min, mass, energy)
        lengths = np.log((panels[1] + soft2) / (panels[0] + soft2))
    elif variable == "m_pair":
        top = (energy * mass * 2 / (math.sqrt(mass**2 + 2 * energy * mass) + mass)) ** 2
        nodes, panels = of_s, _panels(bounds**2, _steps(s_min, top), s_min, top)
        lengths = np.log(panels[1] / panels[0])
    else:
        edges = (
            np.sqrt(bounds if variable == "q2" else 2 * mass * bounds)
            if variable
            else np.array([low, high])
        )
        nodes, panels = of_q, _panels(edges, cuts, low, high)
        lengths = np.log(panels[1] / panels[0])
    short = lengths < _SHORT
    for picked, n in ((short, (n_q + 1) // 2), (~short, n_q)):
        if picked.any():
            q, k2, s, weight, x = nodes(panels[0][picked], panels[1][picked], n)
            bins = panels[2][picked].reshape(-1, *(1,) * (weight.ndim - 1))
            live = weight > 0
            q2_, k2_, s_, x_ = (
                np.broadcast_to(a, weight.shape)[live] for a in (q**2, k2, s, x)
            )
            yield _Points(
                q2_,
                k2_,
                s_,
                weight[live],
                np.broadcast_to(bins, weight.shape)[live],
                x_,
            )


def _steps(low: float, high: float) -> list[float]:
    """Cuts that keep panels short in the logarithm."""
    return list(
        np.geomspace(low, high, max(2, math.ceil(math.log(high / low) / 1.2) + 1))[1:-1]
    )


def _q_range_of(
    pair: FloatArray, mass: float, energy: float
) -> tuple[FloatArray, FloatArray]:
    """Return `q_range` for an array of masses of the pair."""
    ends = [q_range(np.array([energy]), mass, float(m), 0.0) for m in pair]
    return np.array([e[0][0] for e in ends]), np.array([e[1][0] for e in ends])


def _k_panels(
    bounds: FloatArray,
    soft2: float,
    low: float,
    high: float,
    s_min: float,
    mass: float,
    energy: float,
) -> tuple[FloatArray, FloatArray, np.ndarray[tuple[int, ...], np.dtype[np.intp]]]:
    _, top = _summit(s_min, mass, energy, low, high)
    steps = soft2 * np.expm1(
        np.linspace(
            0, math.log1p(top / soft2), max(3, math.ceil(math.log1p(top / soft2) / 1.2))
        )
    )
    return _panels(bounds, list(steps[1:-1]), 0.0, top)


def _largest_k2(q: FloatArray, s_min: float, mass: float, energy: float) -> FloatArray:
    x = _largest_x(q, mass, energy)
    return np.asarray(x * (1 - s_min / (x - q**2)))


def _summit(
    s_min: float, mass: float, energy: float, low: float, high: float
) -> tuple[float, float]:
    """Return the Q at which the largest K² is reached, and that K²."""
    a, b = math.log(low), math.log(high)
    q = np.zeros(1)
    for _ in range(8):
        grid = np.linspace(a, b, 101)
        q = np.exp(grid)
        i = int(np.argmax(_largest_k2(q[1:-1], s_min, mass, energy))) + 1
        a, b = float(grid[i - 1]), float(grid[i + 1])
        q = q[i : i + 1]
    return float(q[0]), float(_largest_k2(q, s_min, mass, energy)[0])


def _q_range_at(
    k2: FloatArray, s_min: float, mass: float, energy: float, low: float, high: float
) -> tuple[FloatArray, FloatArray]:
    """Range of Q at K², by bisection on both sides of the summit."""
    middle = math.log(_summit(s_min, mass, energy, low, high)[0])
    ends = []
    for outside in (math.log(low), math.log(high)):
        out, inside = np.full(k2.shape, outside), np.full(k2.shape, middle)
        for _ in range(50):
            half = (out + inside) / 2
            reached = _largest_k2(np.exp(half), s_min, mass, energy) >= k2
            out, inside = np.where(reached, out, half), np.where(reached, half, inside)
        ends.append(
            np.exp(
                np.where(
                    _largest_k2(np.exp(out), s_min, mass, energy) >= k2, out, inside
                )
            )
        )
    return ends[0], ends[1]


def _scale2(beam: _Beam, current: Current) -> float:
    """Return the largest ŝ that matters, roughly."""
    return 2 * beam.top * min(current.q_soft, current.mass)


def _adapted(
    orders: tuple[int, int, int, int],
    variable: str,
    beam: _Beam,
    current: Current,
    soft2: float,
    s_min: float,
) -> tuple[int, int, int, int]:
    """More points for more decades of K² and s, for a flux with its corners, and for
    bins that cut through all."""
    n_q, n_k, n_s, n_x = orders
    if not math.isfinite(
        current.q_soft
    ):  # a point has no scale of its own where panels end
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


def _bins(
    variable: str,
    bounds: FloatArray,
    one: Channel,
    current: Current,
    beam: _Beam,
    couplings: Sequence[_Coupling],
    orders: tuple[int, int, int, int],
) -> FloatArray:
    """Integrals over the bins for one current and one beam, shape (models, bins)."""
    masses = one.pair_masses
    s_min = sum(masses) ** 2
    soft2 = min([s_min, *(m**2 for c in couplings for m, _ in c.mediators)])
    orders = _adapted(orders, variable, beam, current, soft2, s_min)
    angle = 16 + round(math.log1p(_scale2(beam, current) / (masses[0] * masses[1])))
    result = np.zeros((len(couplings), bounds.size - 1))
    for points in _points(
        "" if variable == "e_pair" else variable,
        bounds,
        masses,
        current,
        beam.top,
        soft2,
        orders,
    ):
        step = max(1, _BLOCK // max(angle, orders[3]))
        for first in range(0, points.q2.size, step):
            result += _block(
                variable,
                bounds,
                points,
                slice(first, first + step),
                one,
                current,
                beam,
                couplings,
                orders[3],
                angle,
            )
    return result


def _block(
    variable: str,
    bounds: FloatArray,
    points: _Points,
    part: slice,
    one: Channel,
    current: Current,
    beam: _Beam,
    couplings: Sequence[_Coupling],
    n_x: int,
    angle: int,
) -> FloatArray:
    """What some of the points add to `_bins`."""
    q2, k2, s, x_max = (
        points.q2[part],
        points.k2[part],
        points.s[part],
        points.x_max[part],
    )
    pair = pair_functions(s, k2, q2, *one.pair_masses, angle)
    low = x_minimum(s, k2, q2)
    t, w = gauss_legendre(n_x)
    log = np.log(np.maximum(x_max / low, 1.0))[:, None]
    x = low[:, None] * np.exp(log * t)
    scale = (
        (_PREFACTOR * points.weight[part] / (current.mass * q2) ** 2)[:, None]
        * x
        * log
        * w
    )
    weights = np.stack([c(k2) for c in couplings])
    if variable == "e_pair":
        return _azimuth(
            pair, s, k2, q2, x, x_max, current, beam, scale, weights, bounds
        )
    values = np.einsum(
        "cpx,px->cp",
        _contracted(structure(pair, s, k2, q2, x), q2, x, x_max, current, beam),
        scale,
    )
    values = np.einsum("mcp,cp->mp", weights, values)
    return np.stack(
        [np.bincount(points.bin[part], v, minlength=bounds.size - 1) for v in values]
    )


def _contracted(
    functions: FloatArray,
    q2: FloatArray,
    x: FloatArray,
    x_max: FloatArray,
    current: Current,
    beam: _Beam,
) -> FloatArray:
    """H^{αβ}X_{αβ}/E² folded with the beam, shape (3, points, x)."""
    mass = current.mass
    m2, q = mass**2, np.sqrt(q2)
    b = (q * (q + np.hypot(q, 2 * mass)) / 2)[:, None]
    c, g = current.electric(q2)[:, None], current.magnetic(q2)[:, None]
    e_x = np.minimum(beam.top * x / x_max[:, None], beam.top)
    r0, r1, r2 = beam.powers(e_x) / e_x ** np.arange(3.0)[:, None, None]
    top = (m2 + b) * r2 - b * r1
    a, y = functions
    q2 = q2[:, None]
    return np.asarray(
        4 * c * (a * (top - m2 * r0) + y * (top + q2 / 4 * r0))
        + g * q2 * (2 * a - y) * r0
    )


def _azimuth(
    pair: PairFunctions,
    s: FloatArray,
    k2: FloatArray,
    q2: FloatArray,
    x: FloatArray,
    x_max: FloatArray,
    current: Current,
    beam: _Beam,
    scale: FloatArray,
    weights: FloatArray,
    bounds: FloatArray,
) -> FloatArray:
    """Integrals over the bins of E_pair at one neutrino energy, shape (models,
    bins)."""
    energy, mass = beam.top, current.mass
    share = beam.powers(np.array(energy))[2]
    s, k2, q2, x_max = (v[:, None] for v in (s, k2, q2, x_max))
    c, g_m = current.electric(q2), current.magnetic(q2)
    root_q = np.sqrt(q2)
    u = s + k2 + q2
    lam = u**2 - 4 * k2 * q2
    # as in `structure`
    kappa2 = np.maximum(k2 * (x**2 - x * u + k2 * q2) / lam, 0.0)
    a_v = np.sqrt(k2 / lam) * (x - u / 2)
    g = (x * u - 2 * k2 * q2) / (2 * np.sqrt(lam))
    full = 2 * kappa2 + k2
    # K = α k1 + β q + K_⊥ and P = … + P_⊥ with respect to k1 and q
    beta = -k2 / x
    alpha = (u + 2 * beta * q2) / x
    k_t2 = np.maximum(k2 + alpha * beta * x - beta**2 * q2, 0.0)
    d = 2 * energy * mass / x_max  # at x_max, where P_⊥ vanishes
    r = np.maximum(x_max / x, 1.0)
    p_t2 = q2 * d * (r - 1) * (d * r + d - 1)
    middle = alpha * energy * mass - beta * q2 / 2
    swing = np.sqrt(k_t2 * p_t2)
    at = []  # at cos φ = −1, 0, 1, P·K growing
    for cosine in (-1.0, 0.0, 1.0):
        p_k = middle + cosine * swing
        g_p = 2 * q2 * (p_k - u / 4) / np.sqrt(lam)
        dot = x / 4 + g * g_p / q2 - energy * mass
        p2 = g_p**2 / q2 - q2 / 4 - mass**2
        values = []
        for column in range(2):
            tt, lt, tl, ll, tau, mix = (v[:, None] for v in pair.even[:, column])
            x_ll, x_kk = 2 * kappa2 * ll + full * tl, 2 * (2 * kappa2 * lt + full * tt)
            pp = (
                g_p**2 * x_ll / q2
                + p2 * x_kk / 2
                + 2 * tau * (2 * dot**2 - kappa2 * p2)
                + 4 * g_p * a_v * dot * mix / root_q
            )
            values.append(4 * c * pp + g_m * q2 * (x_kk - x_ll))
        odd_t, odd_l, odd_mix = (v[:, None] for v in pair.odd)
        x_ll, x_kk = np.sqrt(k2) * a_v * odd_l, np.sqrt(k2) * a_v * odd_t
        pp = (
            g_p**2 * x_ll / q2
            + p2 * x_kk / 2
            + 2 * g_p * dot * np.sqrt(k2) * odd_mix / root_q
        )
        values.append(4 * c * pp + g_m * q2 * (x_kk - x_ll))
        at.append(np.einsum("mcp,cpx->mpx", weights, np.stack(values)))
    # phase space of `structure`, and E² of the flux factor
    scale = scale * 8 / (16 * math.pi**2 * x) * share / energy**2
    f_0, f_1, f_2 = at[1], (at[2] - at[0]) / 2, (at[2] + at[0]) / 2 - at[1]
    below = np.zeros((weights.shape[0], bounds.size))
    for i, edge in enumerate(bounds):
        gap = mass * edge + q2 / 2 - middle
        cosine = np.clip(gap / np.maximum(swing, np.finfo(float).tiny), -1.0, 1.0)
        # from P·K = smallest, φ = π, up to the edge
        phi = np.arccos(-cosine)
        sine = np.sqrt(1 - cosine**2)
        share_ = (f_0 * phi - f_1 * sine + f_2 * (phi - sine * cosine) / 2) / math.pi
        below[:, i] = (share_ * scale).sum((1, 2))
    return np.diff(below, axis=1)
