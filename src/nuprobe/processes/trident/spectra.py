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
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Unpack

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.fluxes import Flux
from nuprobe.models import LeptonModel, StandardModel
from nuprobe.nuclei import TargetSpec
from nuprobe.numerics import FloatArray, gauss_legendre, numbers
from nuprobe.processes.trident.azimuth import pair_energy_bins
from nuprobe.processes.trident.beams import Beam, read_beams
from nuprobe.processes.trident.channels import Channel, ChannelSpec
from nuprobe.processes.trident.channels import channel as read_channel
from nuprobe.processes.trident.couplings import lepton_couplings
from nuprobe.processes.trident.cross_section import PREFACTOR, threshold
from nuprobe.processes.trident.currents import Current
from nuprobe.processes.trident.lepton import pair_functions, structure, x_minimum
from nuprobe.processes.trident.options import (
    NucleusKeywords,
    TridentOptions,
    read_options,
)
from nuprobe.processes.trident.phase_space import Points, Region
from nuprobe.processes.trident.targets import currents_of

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
# points in a panel of the outer variable or ln Q, in K², in s, in x
_FINE: Final = (10, 10, 13, 12)
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
    regime : what was hit, one of `REGIMES`.
    """

    variable: str
    edges: FloatArray
    values: FloatArray
    error: FloatArray
    regime: str = "elastic"

    @property
    def density(self) -> FloatArray:
        """dσ/dX in cm² per unit of the variable, mean over each bin."""
        return np.asarray(self.values / np.diff(self.edges))


@public
def spectrum(
    variable: str,
    edges: ArrayLike,
    channel: ChannelSpec,
    target: TargetSpec | None,
    source: float | Flux | str,
    model: LeptonModel | Sequence[LeptonModel] | None = None,
    regime: str | TridentOptions = "elastic",
    *,
    quick: bool = False,
    **options: Unpack[NucleusKeywords],
) -> Spectrum:
    """Integrate a single-differential cross section over the bins of a histogram.

    Parameters
    ----------
    variable : one of `SPECTRA`; ``"e_pair"`` needs a single energy.
    edges : increasing, not negative, shape (bins + 1,).
    channel, target, regime : as in `total`; nucleons are at rest and stay whole, so
        ``"elastic"`` is the default, ``"inelastic"`` and ``"all"`` are refused.
    source : neutrino energy in MeV, or a flux or its name: then an average over its
        neutrinos of the channel's flavour.
    model : one model with scalar parameters, or several.
    quick : use the coarser rule alone, good to a few 1e-3, without an estimate of the
        error; for drawing.
    options : ``form_factor``, ``pauli``, ``k_f`` and ``nucleon_form_factors``, see
        `TridentOptions`.

    Returns
    -------
    Spectrum
        A bin that cannot be reached contains an exact zero.

    Raises
    ------
    InputError
        For edges that do not increase, a flux without the flavour, a model with arrays
        of parameters.
    UnknownNameError
        If the variable, or another name, is unknown.

    Examples
    --------
    >>> edges, channel = [0.0, 1e5, 1e6], "nu_mu -> nu_mu mu+ mu-"
    >>> found = spectrum("q2", edges, channel, "Ar40", 1e3, quick=True)
    >>> found.density.shape, found.regime
    ((2,), 'elastic')
    """
    if variable not in SPECTRA:
        raise UnknownNameError("spectrum", variable, SPECTRA)
    bounds = _bounds(variable, edges)
    reaction = read_channel(channel)
    settings = read_options(regime, options)
    if settings.regime in ("inelastic", "all"):
        raise InputError(
            f"spectra of the regime {settings.regime!r} are not offered, because"
            " nucleons break in it: use regime='elastic' (cross sections have both)"
        )
    several = isinstance(model, Sequence)
    models: list[LeptonModel] = (
        list(model) if isinstance(model, Sequence) else [model or StandardModel()]
    )
    if not models:
        raise InputError("a spectrum needs at least one model, got none")
    couplings = [_Coupling.of(m, reaction) for m in models]
    beams = read_beams(source, reaction)
    if variable == "e_pair" and any(b.energy is None for b in beams):
        raise InputError(
            "the spectrum of e_pair needs one neutrino energy; generate events for a"
            " flux"
        )
    hit = currents_of(target, settings)
    sums = []
    for orders in (_COARSE,) if quick else (_FINE, _COARSE):
        result = np.zeros((len(models), bounds.size - 1))
        for number, current in hit:
            lowest = threshold(current.mass, *reaction.pair_masses)
            for beam in beams:
                if beam.top > lowest:
                    scattering = _Scattering(reaction, current, beam, couplings)
                    result += number * scattering.bins(variable, bounds, orders)
        sums.append(result)
    value, error = sums[0], np.abs(sums[0] - sums[-1])
    if not several:
        value, error = value[0], error[0]
    return Spectrum(variable, bounds, value, error, settings.regime)


def _bounds(variable: str, edges: ArrayLike) -> FloatArray:
    bounds = numbers("the edges of the bins", edges)
    if (
        bounds.ndim != 1
        or bounds.size < 2
        or not np.all(np.diff(bounds) > 0)
        or not bounds[0] >= 0
    ):
        raise InputError(
            f"the edges of a spectrum in {variable} must increase and not be negative,"
            f" got {shown(edges)}"
        )
    if not np.isfinite(bounds[-1]):
        raise InputError("the last edge of a spectrum must be finite")
    return bounds


@dataclass(frozen=True)
class _Coupling:
    """V, A and what a mediator adds to V at K²."""

    vector: float
    axial: float
    mediators: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, model: LeptonModel, channel: Channel) -> _Coupling:
        given = lepton_couplings(model, channel)
        if any(
            np.ndim(c)
            for c in (given.vector, given.axial, *(m.strength for m in given.mediators))
        ):
            raise InputError("a spectrum needs models with scalar parameters")
        mediators = tuple((float(m.mass), float(m.strength)) for m in given.mediators)
        return cls(float(given.vector), float(given.axial), mediators)

    def __call__(self, k2: FloatArray) -> FloatArray:
        """Coefficients of VV, AA and VA, shape (3, *k2)."""
        v = self.vector + sum(
            (c / (k2 + m**2) for m, c in self.mediators), np.zeros_like(k2)
        )
        return np.stack([v**2, np.full_like(v, self.axial**2), v * self.axial])


@dataclass(frozen=True)
class _Scattering:
    """One channel, current and beam, in several models."""

    channel: Channel
    current: Current
    beam: Beam
    couplings: Sequence[_Coupling]

    def bins(
        self, variable: str, bounds: FloatArray, orders: tuple[int, int, int, int]
    ) -> FloatArray:
        """Integrals over the bins, shape (models, bins)."""
        masses, current, beam = self.channel.pair_masses, self.current, self.beam
        s_min = sum(masses) ** 2
        soft2 = min([s_min, *(m**2 for c in self.couplings for m, _ in c.mediators)])
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
        """What some of the points add to `bins`."""
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
        values = np.einsum("cpx,px->cp", self._contracted(functions, points, x), scale)
        values = np.einsum("mcp,cp->mp", weights, values)
        return np.stack(
            [np.bincount(points.bin, v, minlength=bounds.size - 1) for v in values]
        )

    def _contracted(
        self, functions: FloatArray, points: Points, x: FloatArray
    ) -> FloatArray:
        """H^{αβ}X_{αβ}/E² folded with the beam, shape (3, points, x)."""
        current, beam, q2 = self.current, self.beam, points.q2
        mass = current.mass
        m2, q = mass**2, np.sqrt(q2)
        b = (q * (q + np.hypot(q, 2 * mass)) / 2)[:, None]
        c, g = current.electric(q2)[:, None], current.magnetic(q2)[:, None]
        e_x = np.minimum(beam.top * x / points.x_max[:, None], beam.top)
        r0, r1, r2 = beam.powers(e_x) / e_x ** np.arange(3.0)[:, None, None]
        top = (m2 + b) * r2 - b * r1
        a, y = functions
        q2 = q2[:, None]
        return np.asarray(
            4 * c * (a * (top - m2 * r0) + y * (top + q2 / 4 * r0))
            + g * q2 * (2 * a - y) * r0
        )


def _scale2(beam: Beam, current: Current) -> float:
    """Return the largest ŝ that matters, roughly."""
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
