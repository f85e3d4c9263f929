"""Inverse beta decay ν̄_e + p → e⁺ + n on free protons.

Two forms: the full tree of Strumia:2003zx with radiative corrections, good to about 0.4
% according to its authors, and the expansion of Vogel:1999zy to first order in 1/M,
which is 0.5 to 1 % lower at the energies of reactors and 9 % lower at 50 MeV. The
deposit is the total energy E_e of the positron; the visible energy in a scintillator is
E_e + m_e.

Only protons of hydrogen take part: those in nuclei require at least their separation
energy in addition. The W boson of the Standard Model is exchanged, whatever the model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe import inverse_beta
from nuprobe.border import public, quick_methods
from nuprobe.constants import HBARC_MEV_CM, M_ELECTRON
from nuprobe.errors import InputError, UnknownNameError, warn
from nuprobe.fluxes import Flux, means
from nuprobe.fluxes import flux as as_flux
from nuprobe.inverse_beta import DEFAULT, REACTION, VERSIONS, Version, vogel_beacom
from nuprobe.models import StandardModel
from nuprobe.nuclei import Target, TargetSpec
from nuprobe.nuclei import target as make_target
from nuprobe.numerics import (
    FloatArray,
    converged,
    gauss_legendre,
    numbers,
)
from nuprobe.processes import cross_section
from nuprobe.processes.currents import ChargedCurrent
from nuprobe.processes.inputs import deposits, energies
from nuprobe.processes.interface import (
    POSITRON_ENERGY,
    Deposit,
    DepositRange,
    Exchanges,
    KernelGroup,
    Scatterer,
    no_response,
)
from nuprobe.processes.nuclear.common import count_of
from nuprobe.processes.nuclear.two_body import FirstOrderRange, LeptonEnergy

__all__ = [
    "REACTION",
    "VERSIONS",
    "InverseBeta",
    "Version",
    "by_angle",
    "differential",
    "flux_averaged",
    "mean_cosine",
    "per_unit",
    "total",
]

_FULL_REACH: Final = 200.0
"""MeV: above it other reactions of the nucleon are as likely, and the formula is not
tested."""
_FIRST_ORDER_REACH: Final = 100.0
"""MeV: above it the expansion in E/M fails."""


@public
@quick_methods
@dataclass(frozen=True)
class InverseBeta(ChargedCurrent):
    """The process as cross sections and templates see it.

    Attributes
    ----------
    version : ``"strumia-vissani"`` (full tree with radiative corrections),
        ``"strumia-vissani-tree"`` (without) or ``"vogel-beacom"`` (first order in 1/M,
        normalised by the neutron lifetime).

    Examples
    --------
    >>> import nuprobe as nu
    >>> [(s.name, s.count) for s in InverseBeta().scatterers(nu.target("CH2"))]
    [('free protons', 1.99971)]
    """

    version: Version = DEFAULT

    def __post_init__(self) -> None:
        if self.version not in VERSIONS:
            raise UnknownNameError(
                "version of inverse beta decay", self.version, VERSIONS
            )

    @property
    def name(self) -> str:
        """Name in files and on the command line."""
        return "ibd"

    @property
    def deposit(self) -> Deposit:
        """The total energy of the positron."""
        return POSITRON_ENERGY

    @property
    def range(self) -> DepositRange:
        """Allowed combinations of positron and antineutrino energies."""
        first = self.version == "vogel-beacom"
        return FirstOrderRange() if first else LeptonEnergy(REACTION)

    def scatterers(self, target: Target | None) -> tuple[Scatterer, ...]:
        """Return the protons of the hydrogen of a `target`, or one for None; raises
        `InputError` if there is no hydrogen."""
        hint = "inverse beta decay needs free protons (hydrogen), as in CH2 or H2O"
        count = count_of(target, "H1", hint)
        name = "free proton" if target is None else "free protons"
        return (
            Scatterer(name, count, self.range, self._groups, (M_ELECTRON,), M_ELECTRON),
        )

    def _groups(self, exchanges: Exchanges) -> tuple[KernelGroup, ...]:
        kernel = partial(inverse_beta.differential, version=self.version)
        return (KernelGroup(("w",), no_response, function=kernel, positive=True),)

    @property
    def antineutrino(self) -> bool:
        """It takes antineutrinos."""
        return True


def _checked(e_nu: ArrayLike, version: Version) -> FloatArray:
    """Energies inside the range of validity."""
    e = energies(e_nu)
    highest = float(e.max(initial=0.0))
    if version == "vogel-beacom" and highest > _FIRST_ORDER_REACH:
        raise InputError(
            f"version='vogel-beacom' is an expansion in E/M, given up to"
            f" {_FIRST_ORDER_REACH:g} MeV, got {highest:g} MeV: use 'strumia-vissani'"
        )
    if highest > _FULL_REACH:
        warn(
            f"inverse beta decay was compared with nothing above {_FULL_REACH:g} MeV,"
            f" got {highest:g} MeV"
        )
    return e


@public
def differential(
    e_nu: ArrayLike,
    e_e: ArrayLike,
    target: TargetSpec | None = None,
    *,
    version: Version = DEFAULT,
) -> FloatArray:
    """Differential cross section dσ/dE_e.

    Parameters
    ----------
    e_nu, e_e : energies of the antineutrino and of the positron (total) in MeV
        (array-like), broadcast against each other.
    target : None for one free proton; or what `nuprobe.target` makes or accepts: then
        per formula unit.
    version : as of `InverseBeta`.

    Returns
    -------
    array
        In cm²/MeV, of the broadcast shape; exactly 0 outside the allowed region.

    Raises
    ------
    InputError
        If an energy is negative, zero or not finite, the positron has more than the
        antineutrino, or the target has no hydrogen.

    Examples
    --------
    >>> differential(5.0, [3.6, 3.69, 3.8])
    array([0.000e+00, 3.238e-41, 0.000e+00])
    """
    e = _checked(e_nu, version)
    return cross_section.differential(
        InverseBeta(version), e, e_e, target, StandardModel(), "nubar_e"
    )


@public
def total(
    e_nu: ArrayLike,
    target: TargetSpec | None = None,
    *,
    version: Version = DEFAULT,
    threshold: float = 0.0,
    rtol: float = 1e-8,
) -> FloatArray:
    """Total cross section σ(E).

    Parameters
    ----------
    e_nu : energies of the antineutrino in MeV.
    target, version : as in `differential`.
    threshold : smallest total energy of the positron counted, MeV.
    rtol : relative accuracy required of the quadrature, estimated from two orders.

    Returns
    -------
    array
        In cm², of the shape of `e_nu`; exactly 0 below 1.806 MeV.

    Raises
    ------
    InputError
        As `differential`.
    ComputationError
        If the quadrature does not reach `rtol`.

    Examples
    --------
    >>> total([1.8, 5.0])
    array([0.000e+00, 1.273e-42])
    """
    e = _checked(e_nu, version)
    process = InverseBeta(version)
    (protons,) = process.scatterers(None if target is None else make_target(target))
    least = float(deposits(threshold))
    sigma = inverse_beta.total(e, version, threshold=least, rtol=rtol)
    return np.asarray(sigma * protons.count)


@public
def flux_averaged(
    flux: Flux | str,
    target: TargetSpec | None = None,
    *,
    version: Version = DEFAULT,
    rtol: float = 1e-8,
) -> float:
    """Mean of the total cross section over the normalised spectrum of the electron
    antineutrinos of a flux, those below 1.806 MeV included.

    Parameters
    ----------
    flux : the source, or its name.
    target, version, rtol : as in `total`.

    Returns
    -------
    float
        In cm².

    Raises
    ------
    InputError
        If the flux has no electron antineutrinos, or as `total`.

    Examples
    --------
    >>> flux_averaged("reactor")
    9.271e-44
    """
    sigma = _within(target, version, rtol)
    return means.mean(as_flux(flux), "nubar_e", sigma, REACTION.threshold, rtol)


@public
def per_unit(
    flux: Flux | str,
    target: TargetSpec | None = None,
    *,
    version: Version = DEFAULT,
    rtol: float = 1e-8,
) -> float:
    """Integral of spectrum times cross section: for a reactor, the yield per fission.

    Parameters
    ----------
    flux : the source, or its name.
    target, version, rtol : as in `total`.

    Returns
    -------
    float
        In cm² per unit of the flux (for a reactor, per fission).

    Raises
    ------
    ComputationError
        If the quadrature does not reach `rtol`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> uranium = {"fractions": {"U235": 1.0}, "low_energy": "none"}
    >>> per_unit(nu.flux("reactor", lowest="1.8 MeV", **uranium))
    6.669e-43
    """
    sigma = _within(target, version, rtol)
    return means.per_unit(as_flux(flux), "nubar_e", sigma, REACTION.threshold, rtol)


def _within(
    target: TargetSpec | None, version: Version, rtol: float
) -> Callable[[FloatArray], FloatArray]:
    """`total` with the accuracy needed for a flux average."""
    return partial(total, target=target, version=version, rtol=rtol / 10)


@public
def by_angle(
    e_nu: ArrayLike, cos: ArrayLike, *, version: Version = DEFAULT
) -> FloatArray:
    """Differential cross section dσ/dcos θ of one free proton.

    Parameters
    ----------
    e_nu : energies of the antineutrino in MeV (array-like).
    cos : cosine of the angle between positron and antineutrino, broadcast against
        `e_nu`.
    version : as of `InverseBeta`.

    Returns
    -------
    array
        In cm², of the broadcast shape. Within 1 keV of the threshold, where all
        positrons go forward and each angle has two energies, only the larger one is
        included.

    Raises
    ------
    InputError
        If a cosine lies outside [−1, 1], or an energy is invalid.

    Examples
    --------
    >>> by_angle(5.0, [-1.0, 0.0, 1.0])
    array([6.828e-43, 6.369e-43, 5.894e-43])
    """
    e, c = _checked(e_nu, version), numbers("cosines", cos)
    if np.any(np.abs(c) > 1):
        worst = float(np.ravel(c)[np.abs(c).argmax()])
        raise InputError(f"cosines must lie between -1 and 1, got {worst:g}")
    try:
        e, c = np.broadcast_arrays(e, c)
    except ValueError:
        raise InputError(
            f"energies of shape {e.shape} and cosines of shape {c.shape} do not fit"
            " together: give one number, equal shapes, or energies[:, None]"
        ) from None
    first = version == "vogel-beacom"
    energy_at = vogel_beacom.positron_energy if first else REACTION.lepton_energy
    e_e = energy_at(e, c)
    bounds = InverseBeta(version).range
    possible = (e_e > M_ELECTRON) & (bounds.t_max(e) > 0)
    result = np.zeros(e.shape)
    e, c, e_e = e[possible], c[possible], e_e[possible]
    slope = _slope_first(e) if first else REACTION.slope(e, c, e_e)
    result[possible] = (
        inverse_beta.differential(e, e_e, version) * slope * HBARC_MEV_CM**2
    )
    return result


def _slope_first(e: FloatArray) -> FloatArray:
    """dE_e/dcos θ to first order in 1/M."""
    forward, sideways = (
        vogel_beacom.positron_energy(e, np.asarray(x)) for x in (1.0, 0.0)
    )
    return np.asarray(forward - sideways)


@public
def mean_cosine(
    e_nu: ArrayLike, *, version: Version = DEFAULT, rtol: float = 1e-8
) -> FloatArray:
    """Mean cosine of the angle between positron and antineutrino.

    Parameters
    ----------
    e_nu : energies of the antineutrino in MeV, above the threshold.
    version : as of `InverseBeta`.
    rtol : relative accuracy required of the two integrals.

    Returns
    -------
    array
        Of the shape of `e_nu`.

    Raises
    ------
    InputError
        If an energy is below the threshold, where there is no positron.

    Examples
    --------
    >>> mean_cosine([5.0, 20.0])
    array([-0.0244486 ,  0.01161373])
    """
    e = _checked(e_nu, version)
    bounds, first = InverseBeta(version).range, version == "vogel-beacom"
    low, high = bounds.t_min(e), bounds.t_max(e)
    if np.any(high <= low):
        raise InputError(
            f"no positron is produced below {REACTION.threshold:.4f} MeV, got"
            f" {float(e.min()):g} MeV"
        )
    cosine = vogel_beacom.cosine if first else REACTION.cosine

    def moments(n: int) -> FloatArray:
        x, w = gauss_legendre(n)
        t = low[..., None] + (high - low)[..., None] * x
        energy = np.broadcast_to(e[..., None], t.shape)
        weight = inverse_beta.differential(energy, t, version) * w
        # 1 + cos is positive, so a relative accuracy of its mean is defined
        above = (weight * (1 + cosine(energy, t))).sum(-1)
        return np.asarray(above / weight.sum(-1))

    return converged(moments, rtol, lambda _: "mean cosine") - 1
