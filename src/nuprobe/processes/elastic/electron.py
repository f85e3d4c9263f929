"""Elastic scattering of neutrinos off electrons: kernels, coefficients, cross sections.

With the amplitudes L = (g_V + g_A)/2 and R = (g_V − g_A)/2 of left- and right-handed
electrons (Giunti:2014ixa, not checked there; as in the public code SNuDD, and checked
against explicit Dirac traces)

    dσ/dT = (2G_F² m_e/π) [L² + R² (1 − T/E)² − L R m_e T/E²]

Antineutrinos have the axial coupling reversed, which exchanges L and R. Photon and
mediator exchange multiply the amplitudes by 1/(2m_e T + m²) and interfere with the weak
one; helicity-flip exchanges do not:

    magnetic moment: (πα²/m_e²) (1/T − 1/E) |μ/μ_B|²
    scalar of mass m: (m_e² T/4πE²) (1 + T/2m_e) |C_e|²/(2m_e T + m²)²

The cross section is linear in terms such as LL, RR, LR, L/q2*R, magnetic, scalar:ee,
with coefficients from the model; those of the Standard Model are in its coupling
scheme.

Electrons in atoms are treated as free, except that an energy transfer T below their
binding energy B cannot ionise them: Σ_shells n θ(T − B) (the stepping approximation,
Giunti:2014ixa, equation unverified). For xenon a many-body calculation gives a
correction factor (`nuprobe.nuclei.ionisation`): ``binding="rrpa"``.

Scattering by a neutrino charge q is dominated by small T and nearly real photons: with
``binding="epa"`` it is treated as absorption of equivalent photons by the atom,

    dσ/dT = (2α/π) (q/e)² ln(E/m_ν) σ_γ(T)/T

(Chen:2014dsa, AtzoriCorona:2022jeb, equations unverified), while its interference with
the weak interaction and everything else use the stepping approximation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError
from nuprobe.flavours import Flavour, FlavourState, trace
from nuprobe.fluxes import Flux
from nuprobe.models import Couplings, Model
from nuprobe.nuclei import Binding, Target, TargetSpec, check_binding
from nuprobe.numerics import FloatArray, number
from nuprobe.processes import cross_section
from nuprobe.processes.currents import NeutralCurrent
from nuprobe.processes.elastic import amplitudes as amp
from nuprobe.processes.elastic.atomic import (
    CHARGES,
    CHIRALITIES,
    FREE,
    Columns,
    atom,
    check_reach,
    chiral,
    electrons,
    elements,
    kernel_groups,
    propagators,
    scatterer,
    terms,
    upscattering_atom,
)
from nuprobe.processes.elastic.upscattering import portal_coefficient
from nuprobe.processes.interface import (
    CONTACT,
    ELECTRON_RECOIL,
    Deposit,
    Exchanges,
    Scatterer,
)
from nuprobe.units import eV, parse_quantity

__all__ = [
    "Electron",
    "averaged",
    "coefficient_derivatives",
    "coefficients",
    "differential",
    "electrons",
    "flux_averaged",
    "kernel_groups",
    "kernels",
    "terms",
    "total",
]


@public
@quick_methods
@dataclass(frozen=True)
class Electron(NeutralCurrent):
    """The process as cross sections and templates see it.

    Attributes
    ----------
    binding : whether the energy transfer must exceed the binding energy: True or
        ``"step"``, False, ``"rrpa"`` with the many-body factors of xenon, or ``"epa"``
        with equivalent photons for charges.
    neutrino_mass : m_ν in the logarithm of equivalent photons, MeV or a text such as
        ``"0.1 eV"``.

    Examples
    --------
    >>> import nuprobe as nu
    >>> [s.name for s in Electron().scatterers(nu.target("NaI"))]
    ['Na electrons', 'I electrons']
    """

    binding: Binding = True
    neutrino_mass: float | str = "1 eV"

    UNITS: ClassVar[Mapping[str, str]] = {"neutrino_mass": "eV"}
    """Options that files give with a unit."""

    def __post_init__(self) -> None:
        check_binding(self.binding)
        mass = self.neutrino_mass
        if isinstance(mass, str):
            mass = parse_quantity(mass, "energy")
        mass = number("neutrino_mass (MeV)", mass, "'1 eV'")
        if not 0 < mass < 1e-3:
            raise InputError(
                "neutrino_mass must be above 0 and below 1 keV, a text such as '0.1 eV'"
                f" or a number in MeV; got {mass / eV:g} eV"
            )
        object.__setattr__(self, "neutrino_mass", mass)

    @property
    def name(self) -> str:
        """Name in files and on the command line."""
        return "electron"

    @property
    def deposit(self) -> Deposit:
        """The energy transfer; for a free electron, its kinetic energy."""
        return ELECTRON_RECOIL

    @property
    def momentum(self) -> float:
        """A typical momentum transfer, MeV: √(2 m_e T) is 0.1 MeV for T = 10 keV and 1
        MeV for T = 1 MeV."""
        return 0.5

    @property
    def constituents(self) -> tuple[str, ...]:
        """Vector and axial coupling of the electron."""
        return CHARGES

    def scatterers(self, target: Target | None) -> tuple[Scatterer, ...]:
        """Return one scatterer per element of the `target`, or one free electron for
        None; raises `InputError` for an element whose binding energies are not
        tabulated."""
        if target is None:
            return (scatterer("free electron", 1.0, FREE),)
        return tuple(
            atom(symbol, z, count, self.binding, float(self.neutrino_mass))
            for (symbol, z), count in elements(target).items()
        )

    def upscatterers(
        self, target: Target | None, exchanges: Exchanges
    ) -> tuple[Scatterer, ...]:
        """Return one further scatterer per element of the `target` if `exchanges` have
        a heavy neutrino."""
        if target is None:
            return upscattering_atom("", 1, 1.0, False, exchanges)
        return tuple(
            s
            for (symbol, z), count in elements(target).items()
            for s in upscattering_atom(symbol, z, count, self.binding, exchanges)
        )

    def terms(self, exchanges: Exchanges) -> tuple[str, ...]:
        """Return the names of the terms that `exchanges` need."""
        return terms(exchanges)

    def diverging(self, exchanges: Exchanges) -> tuple[str, ...]:
        """Return those of `exchanges` in which a photon is exchanged."""
        return amp.diverging(terms(exchanges))

    def _weights(
        self,
        couplings: Couplings,
        slope: Couplings | None,
        state: FlavourState,
        anti: bool,
        exchanges: Exchanges,
    ) -> FloatArray:
        return _coefficients(couplings, slope, state, exchanges)


def _coefficients(
    couplings: Couplings,
    slope: Couplings | None,
    state: FlavourState,
    exchanges: Exchanges,
) -> FloatArray:
    pairs = amp.pairs_of(range(len(propagators(exchanges))))
    here = chiral(couplings, exchanges, state)

    def traces(kind: str, x: Columns, y: Columns) -> list[FloatArray]:
        """Re Tr[A_a ρ B_b†] of each pair of exchanges, with the amplitudes A of `x` and
        B of `y`."""
        a_, b_ = kind[0], kind[1]
        return [
            trace(x[a_][a], y[b_][b], state)
            + (trace(x[a_][b], y[b_][a], state) if a != b else 0.0)
            for a, b in pairs
        ]

    result: list[FloatArray] = []
    along = None if slope is None else chiral(slope, exchanges, state)
    for kind in CHIRALITIES:
        if along is None:
            result += traces(kind, here, here)
        else:
            moved = zip(
                traces(kind, here, along), traces(kind, along, here), strict=True
            )
            result += [a + b for a, b in moved]
    result += amp.magnetic_coefficient(couplings, slope, state, exchanges)
    wanted = amp.slots(exchanges.scalar, ("e",))
    matrices = amp.amplitudes(couplings.scalar, wanted, ("e",), exchanges)
    moving = (
        None
        if slope is None
        else amp.amplitudes(slope.scalar, wanted, ("e",), exchanges)
    )
    result += amp.pair_coefficients(amp.pairs_of(wanted), matrices, state, moving)
    result += portal_coefficient(couplings, slope, state, exchanges)
    return amp.stack(result) if result else np.zeros(0)


@public
def kernels(
    e_nu: ArrayLike, t_e: ArrayLike, *, exchanges: Exchanges = CONTACT
) -> FloatArray:
    """Kernels K(E, T) of one free electron: the cross section is
    ``kernels @ coefficients``.

    Parameters
    ----------
    e_nu, t_e : neutrino energy and kinetic energy of the electron in MeV, broadcast
        against each other.
    exchanges : as in `kernel_groups`.

    Returns
    -------
    array, shape (*broadcast shape, terms)
        In cm²/MeV per electron (times the dimension of the coefficients); exactly zero
        above the largest recoil.

    Examples
    --------
    >>> kernels(1.0, [0.5, 0.9])[1]
    array([0., 0., 0.])
    """
    (scatterer,) = Electron().scatterers(None)
    return cross_section.kernels(scatterer, e_nu, t_e, terms(exchanges), exchanges)


@public
def coefficients(
    model: Model, flavour: str | Flavour | FlavourState, *, anti: bool | None = None
) -> FloatArray:
    """Coefficients of the terms that a model needs: (L², R², LR) for the weak part, and
    so on.

    Parameters
    ----------
    model : the couplings.
    flavour : ``"nu_e"`` … ``"nubar_tau"``, or a `FlavourState`.
    anti : of a `FlavourState`, whether it is one of antineutrinos.

    Returns
    -------
    array, shape (terms,) or (points, terms)
        Those of ``terms(exchanges)``; one row per parameter point if the model's fields
        are arrays.

    Examples
    --------
    >>> import nuprobe as nu
    >>> coefficients(nu.StandardModel(0.25), "nu_e")
    array([0.5625, 0.0625, 0.1875])
    """
    return cross_section.coefficients(Electron(), model, flavour, anti=anti)


@public
def coefficient_derivatives(
    model: Model, flavour: str | Flavour | FlavourState, *, anti: bool | None = None
) -> Mapping[str, FloatArray]:
    """Analytic derivative of `coefficients` with respect to each of the model's
    parameters, same shapes.

    Parameters
    ----------
    model, flavour, anti : as in `coefficients`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> coefficient_derivatives(nu.StandardModel(0.25), "nu_e")["sin2_theta_w"]
    array([1.5, 0.5, 1. ])
    """
    return cross_section.coefficient_derivatives(Electron(), model, flavour, anti=anti)


@public
def differential(
    e_nu: ArrayLike,
    t_e: ArrayLike,
    model: Model,
    flavour: str | Flavour | FlavourState,
    target: TargetSpec | None = None,
    *,
    binding: Binding = True,
    anti: bool | None = None,
) -> FloatArray:
    """Differential cross section dσ/dT.

    Unlike for nuclei, the target comes last, since it may be omitted for one free
    electron.

    Parameters
    ----------
    e_nu, t_e : neutrino energy and energy transfer (for a free electron its kinetic
        energy) in MeV (array-like), broadcast against each other.
    model : the couplings.
    flavour : ``"nu_e"`` … ``"nubar_tau"``, or a `FlavourState`.
    target : None for one free electron; or what `nuprobe.target` makes or accepts: then
        the sum over the electrons of its formula unit (of the atom, for an element),
        each shell counted above its binding energy.
    binding : False counts all electrons of the target at every energy; ``"rrpa"`` uses
        the many-body factors of xenon, computed for the weak scattering of solar
        neutrinos up to 28 keV and applied to every exchange; ``"epa"`` uses equivalent
        photons for a charge, with a neutrino mass of 1 eV.
    anti : of a `FlavourState`, whether it is one of antineutrinos.

    Returns
    -------
    array
        In cm²/MeV per electron, or per formula unit of a target, of the broadcast
        shape; exactly 0 above the largest recoil energy.

    Raises
    ------
    InputError
        If an energy is negative, zero or not finite, a recoil negative or larger than
        the energy, the flavour or target unknown, or binding energies or many-body
        factors of an element are not tabulated.

    Examples
    --------
    >>> import nuprobe as nu
    >>> differential(1.0, 0.1, nu.StandardModel(), "nu_e")
    array(1.004e-44)
    """
    check_reach(e_nu)
    return cross_section.differential(
        Electron(binding), e_nu, t_e, target, model, flavour, anti=anti
    )


@public
def averaged(
    flux: Flux | str,
    t_e: ArrayLike,
    model: Model,
    flavour: str | Flavour,
    target: TargetSpec | None = None,
    *,
    binding: Binding = True,
) -> FloatArray:
    """Mean of dσ/dT over the normalised spectrum of one flavour of a flux.

    Parameters
    ----------
    flux : the source, or its name; lines are included.
    t_e, model, flavour, target, binding : as in `differential`.

    Returns
    -------
    array
        In cm²/MeV per electron, or per formula unit of a target, of the shape of `t_e`.

    Raises
    ------
    InputError
        As `differential`, and if the flux has no such flavour.

    Examples
    --------
    >>> import nuprobe as nu
    >>> averaged(nu.flux("sns"), 0.01, nu.StandardModel(), "nu_mu", "Ar")
    array(3.884e-44)
    """
    return cross_section.averaged(Electron(binding), flux, t_e, target, model, flavour)


@public
def total(
    e_nu: ArrayLike,
    model: Model,
    flavour: str | Flavour,
    *,
    threshold: float = 0.0,
    target: TargetSpec | None = None,
    binding: Binding = True,
    rtol: float = 1e-8,
) -> FloatArray:
    """Total cross section σ(E), optionally above a recoil threshold.

    Parameters
    ----------
    e_nu : neutrino energies in MeV.
    model, flavour, target, binding : as in `differential`.
    threshold : smallest energy transfer counted, MeV.
    rtol : relative accuracy required of the quadrature, estimated from two orders.

    Returns
    -------
    array
        In cm² per electron, or per formula unit of a target, of the shape of `e_nu`.

    Raises
    ------
    InputError
        As `differential`, and if photon exchange with free electrons makes the result
        infinite.
    ComputationError
        If the quadrature does not reach `rtol`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> total([1.0, 10.0], nu.StandardModel(), "nu_e")
    array([7.320e-45, 9.421e-44])
    """
    check_reach(e_nu)
    return cross_section.total(
        Electron(binding),
        e_nu,
        target,
        model,
        flavour,
        threshold=threshold,
        rtol=rtol,
    )


@public
def flux_averaged(
    flux: Flux | str,
    model: Model,
    flavour: str | Flavour,
    *,
    threshold: float = 0.0,
    target: TargetSpec | None = None,
    binding: Binding = True,
    rtol: float = 1e-8,
) -> float:
    """Mean of the total cross section over the normalised spectrum of one flavour.

    Parameters
    ----------
    flux : the source, or its name; lines are included.
    model, flavour, threshold, target, binding, rtol : as in `total`.

    Returns
    -------
    float
        In cm² per electron, or per formula unit of a target.

    Examples
    --------
    >>> import nuprobe as nu
    >>> flux_averaged(nu.flux("sns"), nu.StandardModel(), "nu_mu")
    4.479e-44
    """
    return cross_section.flux_averaged(
        Electron(binding),
        flux,
        target,
        model,
        flavour,
        threshold=threshold,
        rtol=rtol,
    )
