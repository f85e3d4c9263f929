"""Inverse beta decay ν̄_e + p → e⁺ + n on free protons.

Two forms: the full tree of Strumia:2003zx with radiative corrections, good to about
0.4 % by its authors, and the expansion of Vogel:1999zy to first order in 1/M, which is
0.5 to 1 % lower at the energies of reactors and 9 % lower at 50 MeV. The deposit is the
total energy E_e of the positron; what a scintillator sees is E_e + m_e.

Protons of hydrogen alone take part: those in nuclei need at least their separation
energy more. What is exchanged is the W boson of the Standard Model, whatever the model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.constants import HBARC_MEV_CM, M_ELECTRON, M_NEUTRON, M_PROTON
from nuprobe.errors import InputError, UnknownNameError, warn
from nuprobe.flavours import FlavourState
from nuprobe.fluxes import Flux
from nuprobe.fluxes import flux as as_flux
from nuprobe.models import Couplings, StandardModel
from nuprobe.nuclei import Target, TargetSpec
from nuprobe.nuclei import target as make_target
from nuprobe.numerics import (
    FloatArray,
    converged,
    gauss_legendre,
    numbers,
)
from nuprobe.processes import cross_section
from nuprobe.processes.inputs import deposits, energies
from nuprobe.processes.interface import (
    POSITRON_ENERGY,
    Deposit,
    DepositRange,
    Exchanges,
    KernelGroup,
    Process,
    Scatterer,
)
from nuprobe.processes.nuclear import flux_mean, strumia_vissani, vogel_beacom
from nuprobe.processes.nuclear.common import count_of
from nuprobe.processes.nuclear.electron_flavour import electron_share
from nuprobe.processes.nuclear.two_body import LeptonEnergy, TwoBody

__all__ = [
    "FORMS",
    "REACTION",
    "Form",
    "InverseBeta",
    "by_angle",
    "differential",
    "flux_averaged",
    "mean_cosine",
    "per_unit",
    "total",
]

Form = Literal["strumia-vissani", "strumia-vissani-tree", "vogel-beacom"]
FORMS: Final[tuple[str, ...]] = get_args(Form)
_DEFAULT: Final = "strumia-vissani"
_FULL_REACH: Final = 200.0
"""MeV: above, other reactions of the nucleon are as likely and nothing was compared."""
_FIRST_ORDER_REACH: Final = 100.0
"""MeV: above, the expansion in E/M is of no use."""
REACTION: Final = TwoBody(M_PROTON, M_NEUTRON, M_ELECTRON)
"""Masses of ν̄_e + p → e⁺ + n."""
_Function = Callable[[FloatArray, FloatArray], FloatArray]


def _corrected(e_nu: FloatArray, e_e: FloatArray) -> FloatArray:
    tree = strumia_vissani.differential(e_nu, e_e)
    return tree * strumia_vissani.radiative(e_e)


_KERNELS: Final[dict[str, _Function]] = {
    "strumia-vissani": _corrected,
    "strumia-vissani-tree": strumia_vissani.differential,
    "vogel-beacom": vogel_beacom.differential,
}


def _one(t: FloatArray) -> FloatArray:
    return np.ones((*t.shape, 1))


@public
@quick_methods
@dataclass(frozen=True)
class InverseBeta(Process):
    """The process as cross sections and templates see it.

    Attributes
    ----------
    form : ``"strumia-vissani"`` (full tree with radiative corrections),
        ``"strumia-vissani-tree"`` (without) or ``"vogel-beacom"`` (first order in 1/M,
        normalised by the neutron lifetime).

    Examples
    --------
    >>> import nuprobe as nu
    >>> [(s.name, s.count) for s in InverseBeta().scatterers(nu.target("CH2"))]
    [('free protons', 1.99971)]
    """

    form: Form = _DEFAULT

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise UnknownNameError("form of inverse beta decay", self.form, FORMS)

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
        """Which positron energies go with which energies of the antineutrino."""
        first = self.form == "vogel-beacom"
        return vogel_beacom.FirstOrderRange() if first else LeptonEnergy(REACTION)

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
        kernel = _KERNELS[self.form]
        return (KernelGroup(("w",), _one, function=kernel, positive=True),)

    def terms(self, exchanges: Exchanges) -> tuple[str, ...]:
        """Return the one term, whatever the `exchanges`: that of the W boson."""
        return ("w",)

    def coefficients(
        self,
        couplings: Couplings,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> FloatArray:
        """Share of electron antineutrinos, shape (1,).

        `couplings`, `state`, `anti`, `exchanges`: as in `Process.coefficients`.
        """
        return np.array([electron_share(state, anti, True)])


def _checked(e_nu: ArrayLike, form: Form) -> FloatArray:
    """Energies that the form can be asked for."""
    e = energies(e_nu)
    highest = float(e.max(initial=0.0))
    if form == "vogel-beacom" and highest > _FIRST_ORDER_REACH:
        raise InputError(
            f"form='vogel-beacom' is an expansion in E/M, given up to"
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
    form: Form = _DEFAULT,
) -> FloatArray:
    """Differential cross section dσ/dE_e.

    Parameters
    ----------
    e_nu, e_e : energies of the antineutrino and of the positron (total) in MeV
        (array-like), broadcast against each other.
    target : None for one free proton; or what `nuprobe.target` makes or accepts: then
        per formula unit.
    form : as of `InverseBeta`.

    Returns
    -------
    array
        In cm²/MeV, of the broadcast shape; exactly 0 outside the allowed region.

    Raises
    ------
    InputError
        If an energy is negative, zero or not finite, the positron has more than the
        antineutrino, or the target no hydrogen.

    Examples
    --------
    >>> differential(5.0, [3.6, 3.69, 3.8])
    array([0.000e+00, 3.238e-41, 0.000e+00])
    """
    e = _checked(e_nu, form)
    return cross_section.differential(
        InverseBeta(form), e, e_e, target, StandardModel(), "nubar_e"
    )


@public
def total(
    e_nu: ArrayLike,
    target: TargetSpec | None = None,
    *,
    form: Form = _DEFAULT,
    threshold: float = 0.0,
    rtol: float = 1e-8,
) -> FloatArray:
    """Total cross section σ(E).

    Parameters
    ----------
    e_nu : energies of the antineutrino in MeV.
    target, form : as in `differential`.
    threshold : smallest total energy of the positron counted, MeV.
    rtol : accuracy asked of the quadrature; the difference between two orders is its
        estimate.

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
    e = _checked(e_nu, form)
    process = InverseBeta(form)
    (protons,) = process.scatterers(None if target is None else make_target(target))
    high = protons.t_max(e)
    low = np.clip(protons.t_min(e), float(deposits(threshold)), np.maximum(high, 0.0))
    # in the momentum, since the cross section to first order begins as a square root
    start, end = REACTION.momentum(low), REACTION.momentum(high)

    def integral(n: int) -> FloatArray:
        x, w = gauss_legendre(n)
        p = start[..., None] + (end - start)[..., None] * x
        e_e = np.sqrt(p**2 + M_ELECTRON**2)
        energy = np.broadcast_to(e[..., None], p.shape)
        values = _KERNELS[form](energy, e_e) * p / e_e
        return np.asarray((values * w).sum(-1) * (end - start))

    def name(worst: int) -> str:
        return f"inverse beta decay at {np.ravel(e)[worst]:.6g} MeV"

    sigma = np.maximum(converged(integral, rtol, name), 0.0)
    return np.asarray(sigma * protons.count * HBARC_MEV_CM**2)


@public
def flux_averaged(
    flux: Flux | str,
    target: TargetSpec | None = None,
    *,
    form: Form = _DEFAULT,
    rtol: float = 1e-8,
) -> float:
    """Mean of the total cross section over the normalised spectrum of the electron
    antineutrinos of a flux, those below 1.806 MeV included.

    Parameters
    ----------
    flux : the source, or its name.
    target, form, rtol : as in `total`.

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
    source = as_flux(flux)
    number = source.total("nubar_e")
    if number == 0:
        raise InputError(f"flux {source.name} has no nubar_e")
    return per_unit(source, target, form=form, rtol=rtol) / number


@public
def per_unit(
    flux: Flux | str,
    target: TargetSpec | None = None,
    *,
    form: Form = _DEFAULT,
    rtol: float = 1e-8,
) -> float:
    """Integral of spectrum times cross section: of a reactor the yield per fission.

    Parameters
    ----------
    flux : the source, or its name.
    target, form, rtol : as in `total`.

    Returns
    -------
    float
        In cm² per unit of the flux (of a reactor, per fission).

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
    source = as_flux(flux)

    def sigma(e_nu: FloatArray) -> FloatArray:
        return total(e_nu, target, form=form, rtol=rtol / 10)

    return flux_mean.per_unit(source, "nubar_e", sigma, REACTION.threshold, rtol)


@public
def by_angle(e_nu: ArrayLike, cos: ArrayLike, *, form: Form = _DEFAULT) -> FloatArray:
    """Differential cross section dσ/dcos θ of one free proton.

    Parameters
    ----------
    e_nu : energies of the antineutrino in MeV (array-like).
    cos : cosine of the angle between positron and antineutrino, broadcast against
        `e_nu`.
    form : as of `InverseBeta`.

    Returns
    -------
    array
        In cm², of the broadcast shape. Within 1 keV of the threshold, where all
        positrons go forward and each angle has two energies, that of the larger one.

    Raises
    ------
    InputError
        If a cosine lies outside [−1, 1], or an energy is no energy.

    Examples
    --------
    >>> by_angle(5.0, [-1.0, 0.0, 1.0])
    array([6.828e-43, 6.369e-43, 5.894e-43])
    """
    e, c = _checked(e_nu, form), numbers("cosines", cos)
    if np.any(np.abs(c) > 1):
        worst = float(np.ravel(c)[np.abs(c).argmax()])
        raise InputError(f"cosines lie between -1 and 1, got {worst:g}")
    try:
        e, c = np.broadcast_arrays(e, c)
    except ValueError:
        raise InputError(
            f"energies of shape {e.shape} and cosines of shape {c.shape} do not fit"
            " together: give one number, equal shapes, or energies[:, None]"
        ) from None
    first = form == "vogel-beacom"
    energy_at = vogel_beacom.positron_energy if first else REACTION.lepton_energy
    e_e = energy_at(e, c)
    bounds = InverseBeta(form).range
    possible = (e_e > M_ELECTRON) & (bounds.t_max(e) > 0)
    result = np.zeros(e.shape)
    e, c, e_e = e[possible], c[possible], e_e[possible]
    slope = _slope_first(e) if first else REACTION.slope(e, c, e_e)
    result[possible] = _KERNELS[form](e, e_e) * slope * HBARC_MEV_CM**2
    return result


def _slope_first(e: FloatArray) -> FloatArray:
    """dE_e/dcos θ to first order in 1/M."""
    forward, sideways = (
        vogel_beacom.positron_energy(e, np.asarray(x)) for x in (1.0, 0.0)
    )
    return np.asarray(forward - sideways)


@public
def mean_cosine(
    e_nu: ArrayLike, *, form: Form = _DEFAULT, rtol: float = 1e-8
) -> FloatArray:
    """Mean cosine of the angle between positron and antineutrino.

    Parameters
    ----------
    e_nu : energies of the antineutrino in MeV, above the threshold.
    form : as of `InverseBeta`.
    rtol : accuracy asked of the two integrals.

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
    e = _checked(e_nu, form)
    bounds, first = InverseBeta(form).range, form == "vogel-beacom"
    low, high = bounds.t_min(e), bounds.t_max(e)
    if np.any(high <= low):
        raise InputError(
            f"no positron is made below {REACTION.threshold:.4f} MeV, got"
            f" {float(e.min()):g} MeV"
        )
    cosine = vogel_beacom.cosine if first else REACTION.cosine

    def moments(n: int) -> FloatArray:
        x, w = gauss_legendre(n)
        t = low[..., None] + (high - low)[..., None] * x
        energy = np.broadcast_to(e[..., None], t.shape)
        weight = _KERNELS[form](energy, t) * w
        # 1 + cos is positive, so that its mean has an accuracy
        above = (weight * (1 + cosine(energy, t))).sum(-1)
        return np.asarray(above / weight.sum(-1))

    return converged(moments, rtol, lambda _: "mean cosine") - 1
