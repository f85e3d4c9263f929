"""Single-differential cross sections by quadrature, with which generated events are
compared.

Total cross sections integrate d⁴σ/dQ² dK² ds dx over everything. Here one variable is
divided into histogram bins, and each bin is a separate integral over the exact range of
the other variables. The neutrino energy enters only through r = x_max/x, so a whole
flux is hardly slower than one energy: with E_x the energy at which x is the
largest that can be reached, ∫ φ r^j/E² dE = E_x^{−j} ∫_{E_x} φ E^{j−2} dE for the
powers j = 0, 1, 2 in the hadron tensor.

The energy of the pair also needs the azimuth φ of K about k1 and q. With P the momentum
of the target,

    P^αP^β X_{αβ} = g_P² X_LL/Q² + κ_P² X_TT/2 + 2τ (2(κ·κ_P)² − κ²κ_P²) + 4 g_P a
    (κ·κ_P) mix/Q

is a quadratic polynomial in P·K = M (E_pair + Q²/2M), which is linear in cos φ: the
integral over a bin is analytic. The decomposition into virtual-boson helicities is that
of Budnev:1975poe.
"""

from __future__ import annotations

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
from nuprobe.numerics import FloatArray, numbers
from nuprobe.processes.trident.beams import read_beams
from nuprobe.processes.trident.broken_spectra import BrokenNucleons
from nuprobe.processes.trident.channels import ChannelSpec
from nuprobe.processes.trident.channels import channel as read_channel
from nuprobe.processes.trident.cross_section import threshold
from nuprobe.processes.trident.options import (
    NucleusKeywords,
    TridentOptions,
    read_options,
)
from nuprobe.processes.trident.scattering import Coupling, Scattering
from nuprobe.processes.trident.targets import broken_nucleons, currents_of
from nuprobe.reprs import readable

__all__ = ["SPECTRA", "Spectrum", "spectrum"]

SPECTRA: Final = {
    "q2": "MeV2",
    "k2": "MeV2",
    "m_pair": "MeV",
    "recoil_energy": "MeV",
    "e_pair": "MeV",
    "w": "MeV",
}
"""Variables and the units of their bins: Q², K², the pair's mass, the kinetic energy of
the target (of all hadrons for break-up), E₊ + E₋, and the mass of the target or of the
hadrons."""
# points in a panel of the outer variable or ln Q, in K², in s, in x
_FINE: Final = (10, 10, 13, 12)
_COARSE: Final = (8, 8, 10, 9)


@readable
@dataclass(frozen=True)
class Spectrum:
    """A cross section by bins.

    Attributes
    ----------
    variable : one of `SPECTRA`.
    edges : shape (bins + 1,), in the unit of `SPECTRA`.
    values : cm², shape (bins,), or (models, bins): integrals over the bins, averaged
        over the flux.
    error : numerical error of each, same shape, from a coarser quadrature; zeros for a
        quick one.
    regime : what was hit, one of `REGIMES`; ``"all"`` includes inelastic scattering.
    """

    variable: str
    edges: FloatArray
    values: FloatArray
    error: FloatArray
    regime: str = "all"

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
    regime: str | TridentOptions = "all",
    *,
    quick: bool = False,
    **options: Unpack[NucleusKeywords],
) -> Spectrum:
    """Integrate a single-differential cross section over the bins of a histogram.

    Parameters
    ----------
    variable : one of `SPECTRA`; ``"e_pair"`` needs a single energy.
    edges : increasing, not negative, shape (bins + 1,).
    channel, target, regime : as in `total`; nucleons are at rest.
    source : neutrino energy in MeV, or a flux or its name: then an average over its
        neutrinos of the channel's flavour.
    model : one model with scalar parameters, or several.
    quick : use only the coarser rule, good to a few 1e-3, without an error estimate;
        for plots.
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
    ((2,), 'all')
    """
    if variable not in SPECTRA:
        raise UnknownNameError("spectrum", variable, SPECTRA)
    bounds = _bounds(variable, edges)
    reaction = read_channel(channel)
    settings = read_options(regime, options)
    several = isinstance(model, Sequence)
    models: list[LeptonModel] = (
        list(model) if isinstance(model, Sequence) else [model or StandardModel()]
    )
    if not models:
        raise InputError("a spectrum needs at least one model, got none")
    couplings = [Coupling.of(m, reaction) for m in models]
    beams = read_beams(source, reaction)
    if variable == "e_pair" and any(b.energy is None for b in beams):
        raise InputError(
            "the spectrum of e_pair needs one neutrino energy; generate events for a"
            " flux"
        )
    hit = currents_of(target, settings)
    broken = broken_nucleons(target, settings)
    sums = []
    for orders in (_COARSE,) if quick else (_FINE, _COARSE):
        result = np.zeros((len(models), bounds.size - 1))
        for number, current in hit:
            lowest = threshold(current.mass, *reaction.pair_masses)
            for beam in beams:
                if beam.top > lowest:
                    scattering = Scattering(reaction, current, beam, couplings)
                    result += number * _bins(scattering, variable, bounds, orders)
        if any(broken):
            nucleons = BrokenNucleons(reaction, broken, beams, models, couplings)
            result += nucleons.bins(variable, bounds, orders)
        sums.append(result)
    value, error = sums[0], np.abs(sums[0] - sums[-1])
    if not several:
        value, error = value[0], error[0]
    return Spectrum(variable, bounds, value, error, settings.regime)


def _bins(
    scattering: Scattering,
    variable: str,
    bounds: FloatArray,
    orders: tuple[int, int, int, int],
) -> FloatArray:
    """Bins for an intact target, whose mass is the only W."""
    if variable != "w":
        return scattering.bins(variable, bounds, orders)
    whole = scattering.bins("q2", np.array([0.0, 1e18]), orders)
    inside = np.searchsorted(bounds, scattering.current.mass, side="right") - 1
    return np.asarray(whole * (np.arange(bounds.size - 1) == inside))


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
