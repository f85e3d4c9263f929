"""Coherent elastic neutrino–nucleus scattering: kernels, coefficients, cross sections.

Vector part (Drukier:1984vhf; Barranco:2005yy; not checked there, but two public codes,
dukecevns and mad, have it with the term in T²):

    dσ/dT = (G_F² M/π) [1 − T/E − MT/2E² (+ T²/2E² for spin ½)] |g_V^p Z F_p + g_V^n N
    F_n|²

Axial part for J ≠ 0 (Hoferichter:2020osn, not checked there; a public code, CHOAXIAL,
quotes its eqs. 66 and 67 as below without the term in T², with the kinematics of
dukecevns), optional because tabulated spins are uncertain:

    dσ/dT = (G_F² M/4π) [1 − T/E + MT/2E² (+ T²/2E² for spin ½)] Σ_ij g_A^i g_A^j
    S_ij(q²)

The vector–axial interference, of relative order T/E and of opposite sign for
antineutrinos, is neglected.

Photon and mediator exchange multiply the proton and neutron amplitudes by 1/(2MT + m²)
and interfere with the weak one; the helicity-flip parts do not (Kouzakov:2017hbc and
Cerdeno:2016sfi, not checked there; as in public codes, which add T/4E² to the first for
spin 0, a relative correction of at most (E/M)²):

    magnetic moment: (πα²/m_e²) (1/T − 1/E) Z² F_p² |μ/μ_B|²
    scalar of mass m: (M²T/4πE²) (1 + T/2M for spin ½) |C_p Z F_p + C_n N F_n|²/(2MT +
    m²)²

The cross section is linear in terms such as pp, pn, nn, axial_pp, p*p/q2, magnetic,
scalar:pp, with coefficients from the model. The interference of a magnetic moment with
a scalar, both of which flip the helicity, is not implemented; such models are rejected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from numpy.typing import ArrayLike, NDArray

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError
from nuprobe.flavours import Flavour, FlavourState
from nuprobe.fluxes import Flux
from nuprobe.models import Couplings, Model, Propagator
from nuprobe.nuclei import Axial, Component, Target, TargetSpec, check_axial
from nuprobe.numerics import FloatArray
from nuprobe.processes import cross_section
from nuprobe.processes.currents import NeutralCurrent
from nuprobe.processes.elastic import amplitudes as amp
from nuprobe.processes.elastic.nuclear import (
    AXIAL_TERMS,
    NUCLEONS,
    VECTOR_TERMS,
    Kinematics,
    check_kinematics,
    kernel_groups,
    terms,
    upscatterers,
)
from nuprobe.processes.elastic.recoil import Recoil, recoil_maximum
from nuprobe.processes.elastic.upscattering import portal_coefficient
from nuprobe.processes.interface import (
    CONTACT,
    NUCLEAR_RECOIL,
    Deposit,
    Exchange,
    Exchanges,
    Scatterer,
    Slot,
)

__all__ = [
    "AXIAL_TERMS",
    "VECTOR_TERMS",
    "Cevns",
    "averaged",
    "coefficient_derivatives",
    "coefficients",
    "differential",
    "flux_averaged",
    "kernel_groups",
    "kernels",
    "recoil_maximum",
    "terms",
    "total",
]

_AXIAL_SLOTS: Final = tuple((Propagator(), n) for n in NUCLEONS)


@public
@quick_methods
@dataclass(frozen=True)
class Cevns(NeutralCurrent):
    """The process as cross sections and templates see it.

    Attributes
    ----------
    kinematics : ``"spin-1/2"`` keeps T²/2E²; ``"auto"`` keeps it only for J = ½ nuclei.
    axial : include the axial part of nuclei with spin; ``"structure"`` uses structure
        functions for nuclei that have them (`nuclei.axial_terms`).

    Examples
    --------
    >>> import nuprobe as nu
    >>> [s.name for s in Cevns().scatterers(nu.target("CsI"))]
    ['Cs133', 'I127']
    """

    kinematics: Kinematics = "auto"
    axial: Axial = False

    def __post_init__(self) -> None:
        check_kinematics(self.kinematics)
        check_axial(self.axial)

    @property
    def name(self) -> str:
        """Name in files and on the command line."""
        return "cevns"

    @property
    def deposit(self) -> Deposit:
        """The recoil energy of the nucleus."""
        return NUCLEAR_RECOIL

    @property
    def momentum(self) -> float:
        """A typical momentum transfer, MeV."""
        return 50.0

    @property
    def constituents(self) -> tuple[str, ...]:
        """Proton and neutron."""
        return NUCLEONS

    def scatterers(self, target: Target | None) -> tuple[Scatterer, ...]:
        """Return one scatterer per isotope of the `target`."""
        if target is None:
            raise InputError("scattering off nuclei needs a target, such as 'Ar40'")
        return tuple(
            Scatterer(
                c.isotope.name,
                c.count,
                Recoil(c.isotope.mass),
                partial(kernel_groups, c, axial=self.axial, kinematics=self.kinematics),
            )
            for c in target.components
        )

    def upscatterers(
        self, target: Target | None, exchanges: Exchanges
    ) -> tuple[Scatterer, ...]:
        """Return one further scatterer per isotope of the `target` if `exchanges` have
        a heavy neutrino."""
        components = () if target is None else target.components
        return tuple(
            s for c in components for s in upscatterers(c, exchanges, self.kinematics)
        )

    def terms(self, exchanges: Exchanges) -> tuple[str, ...]:
        """Return the names of the terms that `exchanges` need."""
        return terms(bool(self.axial), exchanges)

    def diverging(self, exchanges: Exchanges) -> tuple[str, ...]:
        """Return those of `exchanges` in which a photon is exchanged."""
        return amp.diverging(self.terms(exchanges))

    def _weights(
        self,
        couplings: Couplings,
        slope: Couplings | None,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> FloatArray:
        def pairs(given: str, entries: tuple[Exchange, ...]) -> list[FloatArray]:
            wanted = amp.slots(entries, NUCLEONS)
            matrices, along = (
                None
                if c is None
                else amp.amplitudes(getattr(c, given), wanted, NUCLEONS, exchanges)
                for c in (couplings, slope)
            )
            assert matrices is not None  # couplings are
            return amp.pair_coefficients(amp.pairs_of(wanted), matrices, state, along)

        result = pairs("vector", exchanges.vector)
        if self.axial:
            along = None if slope is None else _axial(slope)
            result += amp.pair_coefficients(
                amp.pairs_of(_AXIAL_SLOTS), _axial(couplings), state, along
            )
        result += amp.magnetic_coefficient(couplings, slope, state, exchanges)
        result += pairs("scalar", exchanges.scalar)
        result += portal_coefficient(couplings, slope, state, exchanges)
        return amp.stack(result)


def _axial(couplings: Couplings) -> dict[Slot, NDArray[Any]]:
    return {(Propagator(), n): matrix for n, matrix in couplings.axial.items()}


@public
def kernels(
    e_nu: ArrayLike,
    t_nr: ArrayLike,
    component: Component,
    *,
    axial: Axial = False,
    kinematics: Kinematics = "auto",
    exchanges: Exchanges = CONTACT,
) -> FloatArray:
    """Kernels K(E, T): the cross section is ``kernels @ coefficients``.

    Parameters
    ----------
    e_nu, t_nr : neutrino energy and nuclear recoil energy in MeV, broadcast against
        each other.
    component : isotope with its form factors.
    axial, kinematics, exchanges : as in `kernel_groups`.

    Returns
    -------
    array, shape (*broadcast shape, terms)
        In cm²/MeV per nucleus; exactly zero above the largest recoil.

    Examples
    --------
    >>> import nuprobe as nu
    >>> kernels(30.0, [0.01, 0.1], nu.target("Ar40").components[0]).shape
    (2, 3)
    """
    process = Cevns(kinematics, axial)
    (scatterer,) = process.scatterers(Target(component.isotope.name, (component,)))
    names = process.terms(exchanges)
    return cross_section.kernels(scatterer, e_nu, t_nr, names, exchanges)


@public
def coefficients(
    model: Model,
    flavour: str | Flavour | FlavourState,
    *,
    axial: Axial = False,
    anti: bool | None = None,
) -> FloatArray:
    """Coefficients of the terms that a model needs: (g_p², 2 g_p g_n, g_n²) for the
    weak vector part, and so on.

    Parameters
    ----------
    model : the couplings.
    flavour : ``"nu_e"`` … ``"nubar_tau"``, or a `FlavourState`.
    axial : include the axial terms.
    anti : of a `FlavourState`, whether it is one of antineutrinos.

    Returns
    -------
    array, shape (terms,) or (points, terms)
        Those of ``terms(axial, exchanges)``; one row per parameter point if the model's
        fields are arrays.

    Examples
    --------
    >>> import nuprobe as nu
    >>> coefficients(nu.StandardModel(0.25), "nu_e")
    array([0.  , -0.  , 0.25])
    """
    return cross_section.coefficients(Cevns(axial=axial), model, flavour, anti=anti)


@public
def coefficient_derivatives(
    model: Model,
    flavour: str | Flavour | FlavourState,
    *,
    axial: Axial = False,
    anti: bool | None = None,
) -> Mapping[str, FloatArray]:
    """Analytic derivative of `coefficients` with respect to each of the model's
    parameters, same shapes.

    Parameters
    ----------
    model, flavour, axial, anti : as in `coefficients`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> coefficient_derivatives(nu.StandardModel(0.25), "nu_e")["sin2_theta_w"]
    array([-0., 2., 0.])
    """
    return cross_section.coefficient_derivatives(
        Cevns(axial=axial), model, flavour, anti=anti
    )


@public
def differential(
    e_nu: ArrayLike,
    t_nr: ArrayLike,
    target: TargetSpec,
    model: Model,
    flavour: str | Flavour | FlavourState,
    *,
    axial: Axial = False,
    kinematics: Kinematics = "auto",
    anti: bool | None = None,
) -> FloatArray:
    """Differential cross section dσ/dT.

    Parameters
    ----------
    e_nu, t_nr : neutrino and recoil energies in MeV (array-like), broadcast against
        each other.
    target : what `nuprobe.target` makes or accepts; a molecule or mixture gives the
        sum over its formula unit.
    model : the couplings.
    flavour : ``"nu_e"`` … ``"nubar_tau"``, or a `FlavourState`.
    axial : include the axial part of nuclei with spin.
    kinematics : as in `kernel_groups`.
    anti : of a `FlavourState`, whether it is one of antineutrinos.

    Returns
    -------
    array
        In cm²/MeV per nucleus (per formula unit for a molecule or mixture), of the
        broadcast shape; exactly 0 above the largest recoil energy.

    Raises
    ------
    InputError
        If an energy is negative, zero or not finite, a recoil negative or larger than
        the energy, or the flavour or target unknown.

    Examples
    --------
    >>> import nuprobe as nu
    >>> differential(30.0, 0.01, "Ar40", nu.StandardModel(), "nu_mu")
    array(5.174e-38)
    """
    process = Cevns(kinematics, axial)
    return cross_section.differential(
        process, e_nu, t_nr, target, model, flavour, anti=anti
    )


@public
def averaged(
    flux: Flux | str,
    t_nr: ArrayLike,
    target: TargetSpec,
    model: Model,
    flavour: str | Flavour,
    *,
    axial: Axial = False,
    kinematics: Kinematics = "auto",
) -> FloatArray:
    """Mean of dσ/dT over the normalised spectrum of one flavour of a flux.

    Parameters
    ----------
    flux : the source, or its name; lines are included.
    t_nr, target, model, flavour, axial, kinematics : as in `differential`.

    Returns
    -------
    array
        In cm²/MeV per nucleus (per formula unit for a molecule or mixture), of the
        shape of `t_nr`.

    Raises
    ------
    InputError
        As `differential`, and if the flux has no such flavour.

    Examples
    --------
    >>> import nuprobe as nu
    >>> averaged(nu.flux("sns"), 0.01, "Ar40", nu.StandardModel(), "nu_mu")
    array(5.155e-38)
    """
    process = Cevns(kinematics, axial)
    return cross_section.averaged(process, flux, t_nr, target, model, flavour)


@public
def total(
    e_nu: ArrayLike,
    target: TargetSpec,
    model: Model,
    flavour: str | Flavour,
    *,
    threshold: float = 0.0,
    axial: Axial = False,
    kinematics: Kinematics = "auto",
    rtol: float = 1e-8,
) -> FloatArray:
    """Total cross section σ(E), optionally above a recoil threshold.

    Parameters
    ----------
    e_nu : neutrino energies in MeV.
    target, model, flavour, axial, kinematics : as in `differential`.
    threshold : smallest recoil energy counted, MeV.
    rtol : relative accuracy required of the quadrature, estimated from two orders.

    Returns
    -------
    array
        In cm² per nucleus (per formula unit for a molecule or mixture), of the shape of
        `e_nu`.

    Raises
    ------
    ComputationError
        If the quadrature does not reach `rtol`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> total([10.0, 30.0], "Ar40", nu.StandardModel(), "nu_mu")
    array([1.865e-40, 1.509e-39])
    """
    process = Cevns(kinematics, axial)
    return cross_section.total(
        process, e_nu, target, model, flavour, threshold=threshold, rtol=rtol
    )


@public
def flux_averaged(
    flux: Flux | str,
    target: TargetSpec,
    model: Model,
    flavour: str | Flavour,
    *,
    threshold: float = 0.0,
    axial: Axial = False,
    kinematics: Kinematics = "auto",
    rtol: float = 1e-8,
) -> float:
    """Mean of the total cross section over the normalised spectrum of one flavour.

    Parameters
    ----------
    flux : the source, or its name; lines are included.
    target, model, flavour, threshold, axial, kinematics, rtol : as in `total`.

    Returns
    -------
    float
        In cm² per nucleus (per formula unit for a molecule or mixture).

    Examples
    --------
    >>> import nuprobe as nu
    >>> flux_averaged(nu.flux("sns"), "Ar40", nu.StandardModel(), "nu_mu")
    1.491e-39
    """
    process = Cevns(kinematics, axial)
    return cross_section.flux_averaged(
        process, flux, target, model, flavour, threshold=threshold, rtol=rtol
    )
