"""Neutrons from carbon-13 by neutral currents, ν̄ + ¹³C → ν̄ + n + ¹²C*(4.44 MeV), as a
source of the excess of reactor spectra near 5 MeV.

The 4.44 MeV photon and the protons hit by the neutron look like a positron, the
neutron's capture like that of inverse beta decay (Berryman:2018jxt). This module
computes how large the cross section would have to be: if a fraction s of all
inverse-beta-decay events were of this kind, its mean over the antineutrinos above the
threshold would be

    ⟨σ⟩ = s y_IBD (n_H/n_¹³C)/Φ(E > 9.390 MeV),

with the yield y_IBD and the number Φ of antineutrinos per fission, and the numbers of
protons and ¹³C in the scintillator. The ratio to a Standard Model curve (a user's
table, or the size of an allowed transition, G_F² g_A² B (E − E_th)²/4π) is the required
enhancement. It is not a prediction: it is about six orders of magnitude and would
require new physics.

Fluxes must reach beyond the threshold: summation spectra do, fitted ones do not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.constants import G_A, G_FERMI, HBARC_MEV_CM, M_NEUTRON
from nuprobe.errors import InputError, shown, warn
from nuprobe.fluxes import Flux, FluxComponent
from nuprobe.fluxes import flux as as_flux
from nuprobe.nuclei import TargetSpec, isotope
from nuprobe.nuclei import target as make_target
from nuprobe.numerics import FloatArray, converged, number
from nuprobe.parsing import parse_csv, read_text
from nuprobe.processes.inputs import energies
from nuprobe.processes.nuclear import ibd
from nuprobe.processes.nuclear.common import count_of

__all__ = [
    "SCINTILLATOR",
    "Requirement",
    "allowed",
    "cross_section",
    "required",
    "threshold",
]

EXCITATION: Final = 4.43982
"""Energy of the first excited state of carbon-12, MeV."""
SCINTILLATOR: Final = "C18H30"
"""Linear alkylbenzene, with natural carbon."""
_FURTHER: Final = 12.0
"""A flux that ends below this energy, MeV, may lack much of the spectrum above the
threshold."""
_SCALE: Final = (G_FERMI * G_A * HBARC_MEV_CM) ** 2 / (4 * math.pi)


def threshold() -> float:
    """Smallest energy of the antineutrino in MeV, recoil included.

    Examples
    --------
    >>> round(threshold(), 4)
    9.3898
    """
    target, product = (isotope(name).mass for name in ("C13", "C12"))
    out = product + EXCITATION + M_NEUTRON
    return (out**2 - target**2) / (2 * target)


@public
def allowed(e_nu: ArrayLike, strength: float = 1.0) -> FloatArray:
    """Size of an allowed transition, G_F² g_A² B (E − E_th)²/4π: a scale, not a
    calculation of this reaction.

    Parameters
    ----------
    e_nu : energies of the antineutrino in MeV.
    strength : B, |⟨στ₃⟩|², 3 for a free nucleon.

    Returns
    -------
    array
        In cm² per nucleus; exactly 0 below the threshold.

    Raises
    ------
    InputError
        If an energy is invalid or the strength is negative.

    Examples
    --------
    >>> allowed([9.0, 11.39])
    array([0.000e+00, 2.744e-44])
    """
    e = energies(e_nu)
    if number("strength", strength) < 0:
        raise InputError(f"strength = {strength:g} is negative: give |<sigma tau>|^2")
    return np.asarray(_SCALE * strength * np.maximum(e - threshold(), 0.0) ** 2)


@public
def cross_section(e_nu: ArrayLike, curve: str | Path) -> FloatArray:
    """A user's curve, linear between its points.

    Parameters
    ----------
    e_nu : energies of the antineutrino in MeV.
    curve : path of a CSV table with the columns ``energy`` (MeV, increasing) and
        ``sigma`` (cm² per ¹³C nucleus); ``#`` lines state its source. It must start at
        or below the threshold and be 0 up to it.

    Returns
    -------
    array
        In cm² per nucleus; exactly 0 below the threshold.

    Raises
    ------
    InputError
        If the file is not such a table, or an energy lies above its last.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "mine.csv"
    ...     _ = path.write_text("energy,sigma\\n9.3,0\\n11.3,4e-46\\n16.4,2e-45\\n")
    ...     cross_section([5.0, 11.3], path)
    array([0.e+00, 4.e-46])
    """
    path = Path(curve)
    try:
        stamp = path.stat().st_mtime_ns
    except OSError as err:
        raise InputError(f"curve {shown(str(path))}: {err.strerror}") from None
    known, sigma = _curve(path, stamp)
    e = energies(e_nu)
    _covered(path, known[-1], float(e.max(initial=0.0)))
    return np.where(e < threshold(), 0.0, np.interp(e, known, sigma))


def _covered(path: Path, end: float, highest: float) -> None:
    if highest > end * (1 + 1e-12):
        raise InputError(
            f"{path.name} ends at {end:g} MeV, but {highest:g} MeV is needed: the"
            " table is not extrapolated, add rows to it"
        )


@lru_cache(maxsize=8)
def _curve(path: Path, stamp: int) -> tuple[FloatArray, FloatArray]:
    """Energies and cross sections of a file last modified at `stamp`."""
    rows = parse_csv(read_text(path), path.name)
    if not rows or not {"energy", "sigma"} <= set(rows[0]):
        raise InputError(f"{path.name} needs the columns energy (MeV) and sigma (cm2)")
    try:
        e, sigma = (np.array([float(r[k]) for r in rows]) for k in ("energy", "sigma"))
    except ValueError as err:
        raise InputError(f"{path.name}: {err}") from None
    if not (np.all(np.isfinite(e)) and np.all(np.isfinite(sigma))):
        raise InputError(f"{path.name} has numbers that are not finite")
    if e.size < 2 or np.any(np.diff(e) <= 0) or np.any(sigma < 0):
        raise InputError(
            f"{path.name}: energies must increase (at least two rows) and cross"
            " sections must not be negative"
        )
    least = threshold()
    if sigma[0] > 0 or np.any(sigma[e < least - 1e-3] > 0):
        raise InputError(
            f"{path.name}: the threshold is {least:.3f} MeV; start with a row at or"
            " below it with sigma = 0, and keep sigma = 0 up to it"
        )
    return e, sigma


@dataclass(frozen=True)
class Requirement:
    """The cross section that would be required.

    Attributes
    ----------
    flux : name of the flux.
    curve : what it is compared with.
    share : of all events of inverse beta decay that would be such.
    above : antineutrinos above the threshold, per unit of the flux.
    ibd : yield of inverse beta decay in cm² per proton and unit of the flux.
    protons : of hydrogen, per ¹³C.
    ends : largest energy of the flux in MeV; antineutrinos above are neglected.
    needed : mean cross section over those antineutrinos that gives the share, cm².
    standard : mean of the curve, cm².
    """

    flux: str
    curve: str
    share: float
    above: float
    ibd: float
    protons: float
    needed: float
    standard: float
    ends: float

    @property
    def enhancement(self) -> float:
        """The needed cross section over that of the curve."""
        return self.needed / self.standard

    @property
    def _percent(self) -> str:
        return f"{100 * self.share:.3g} %"

    @property
    def statement(self) -> str:
        """The result in one sentence."""
        orders = math.log10(self.enhancement)
        if orders < 1:
            return (
                f"{self.curve} is within a factor of ten of what {self._percent} of all"
                " events need; such a curve is not of the Standard Model"
            )
        return (
            f"{self.curve} is {orders:.1f} orders of magnitude too small to make"
            f" {self._percent} of all events: this origin of the excess needs new"
            " physics"
        )


@public
def required(
    flux: Flux | str,
    *,
    share: float = 0.01,
    curve: str | Path | None = None,
    strength: float = 1.0,
    target: TargetSpec = SCINTILLATOR,
    rtol: float = 1e-6,
) -> Requirement:
    """The required cross section for one flux.

    Parameters
    ----------
    flux : the source, or its name; its antineutrinos must reach above 9.390 MeV.
    share : fraction of all inverse-beta-decay events attributed to this reaction; the
        excess near 5 MeV is about 1 %.
    curve : as in `cross_section`; None for `allowed`.
    strength : as in `allowed`.
    target : scintillator, with hydrogen and natural (or enriched) carbon.
    rtol : relative accuracy required of the integrals over the flux.

    Raises
    ------
    InputError
        If the flux ends below the threshold, the curve below the flux, the share is not
        between 0 and 1, or the target has no hydrogen or ¹³C.

    Examples
    --------
    >>> import nuprobe as nu
    >>> found = required(nu.flux("reactor", model="summation"))
    >>> 1e5 < found.enhancement < 1e8
    True
    """
    source, least = as_flux(flux), threshold()
    if not 0 < number("share", share) < 1:
        raise InputError(f"share = {share:g} of events must lie between 0 and 1")
    components = source.of("nubar_e")
    if not components:
        raise InputError(f"flux {source.name} has no nubar_e")
    _reaching(source, components, least)
    if curve is None:
        name = f"the allowed scale with B = {strength:g}"
        sizes = [_folded(c, lambda e: allowed(e, strength), rtol) for c in components]
    else:
        name = Path(curve).name
        # the end of the flux, independent of its integration nodes
        cross_section(max(c.e_max for c in components), curve)
        sizes = [
            _folded(c, lambda e: cross_section(e, curve), rtol) for c in components
        ]
    above = sum(_folded(c, np.ones_like, rtol) for c in components)
    standard = sum(sizes) / above
    if standard == 0:
        raise InputError(f"{name} is 0 over the whole flux {source.name}")
    scintillator = make_target(target)
    protons = count_of(scintillator, "H1", "a scintillator has it, as C18H30")
    carbon = count_of(scintillator, "C13", "natural carbon has 1 %, as in C18H30")
    ibd_yield = ibd.per_unit(source)
    return Requirement(
        source.name,
        name,
        float(share),
        above,
        ibd_yield,
        protons / carbon,
        share * ibd_yield * protons / carbon / above,
        standard,
        max(c.e_max for c in components),
    )


def _reaching(
    source: Flux, components: tuple[FluxComponent, ...], least: float
) -> None:
    """Reject a flux that ends below the threshold."""
    highest = max(c.e_max for c in components)
    number_above = sum(float(c.integrate(np.ones_like, least)) for c in components)
    if highest <= least or number_above <= 0:
        raise InputError(
            f"flux {source.name} ends at {highest:g} MeV, below the threshold of"
            f" {least:.3f} MeV: use a summation spectrum, such as nu.flux('reactor',"
            " model='summation') or --flux-option 'model=\"summation\"'"
        )
    known = min(c.known_to for c in components if c.e_max > least)
    if known < highest:
        warn(
            f"flux {source.name}: the polynomials are fitted up to {known:g} MeV and"
            f" continued from there to {highest:g} MeV, so all of it above the"
            f" threshold of {least:.3f} MeV is extrapolated: take a summation spectrum"
            " (model='summation')"
        )
    elif highest < _FURTHER:
        warn(
            f"flux {source.name} ends at {highest:g} MeV: antineutrinos above are not"
            " included; in the summation spectrum, to 16.35 MeV, they are"
            f" {100 * _summed_beyond(highest):.0f} % of those above the threshold"
        )


@lru_cache(maxsize=8)
def _summed_beyond(end: float) -> float:
    """Fraction of the antineutrinos above the threshold that lie above `end`, in the
    summation spectrum of a power reactor."""
    parts = as_flux("reactor", model="summation").of("nubar_e")
    limits = np.array([threshold(), end])
    every, beyond = np.sum([p.integrate(np.ones_like, limits) for p in parts], axis=0)
    return float(beyond / every)


def _folded(
    component: FluxComponent,
    function: Callable[[FloatArray], FloatArray],
    rtol: float,
) -> float:
    """∫ φ σ dE above the threshold."""

    def integral(n: int) -> FloatArray:
        return np.asarray(component.integrate(function, threshold(), n // 24))

    def name(_: int) -> str:
        return f"integral over {component.name}"

    return float(converged(integral, rtol, name))
