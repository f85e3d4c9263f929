"""Coherent elastic neutrino–nucleus scattering: kernels, coefficients, cross sections.

Vector part (Drukier:1984vhf; Barranco:2005yy, equation unverified, with the recoil
terms kept):

    dσ/dT = (G_F² M/π) [1 − T/E − MT/2E² (+ T²/2E² for spin ½)] |g_V^p Z F_p + g_V^n N
    F_n|²

Axial part for J ≠ 0 (Hoferichter:2020osn, equation unverified), on request because
tabulated spins are uncertain:

    dσ/dT = (G_F² M/4π) [1 − T/E + MT/2E² (+ T²/2E² for spin ½)] Σ_ij g_A^i g_A^j
    S_ij(q²)

The vector–axial interference, of relative order T/E and of opposite sign for
antineutrinos, is left out.

Photon and mediator exchange multiply the proton and neutron amplitudes by 1/(2MT + m²)
and interfere with the weak one; the helicity-flip parts do not (Kouzakov:2017hbc;
Cerdeno:2016sfi, equations unverified):

    magnetic moment: (πα²/m_e²) (1/T − 1/E) Z² F_p² |μ/μ_B|²
    scalar of mass m: (M²T/4πE²) (1 + T/2M for spin ½) |C_p Z F_p + C_n N F_n|²/(2MT +
    m²)²

Linear in terms such as pp, pn, nn, axial_pp, p*p/q2, magnetic, scalar:pp; a model gives
their coefficients. The interference of a magnetic moment with a scalar, which both flip
the helicity, is left out and refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.constants import ALPHA_EM, G_FERMI, HBARC_MEV_CM, M_ELECTRON
from nuprobe.errors import ComputationError, InputError, UnknownNameError
from nuprobe.flavours import Flavour, FlavourState
from nuprobe.flavours import flavour as as_flavour
from nuprobe.fluxes import Flux
from nuprobe.models import Couplings, Model, Propagator, check_model
from nuprobe.nuclei import Component, Target, axial_terms, target
from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.processes import elastic
from nuprobe.processes.elastic import (
    CONTACT,
    Scatterer,
    Sectors,
    energies,
    recoils,
    sectors_of,
)
from nuprobe.processes.kernels import KernelGroup

__all__ = [
    "AXIAL_TERMS",
    "VECTOR_TERMS",
    "Cevns",
    "averaged",
    "coefficient_derivatives",
    "coefficients",
    "differential",
    "kernel_groups",
    "kernels",
    "recoil_maximum",
    "terms",
    "total",
]

VECTOR_TERMS: Final = ("pp", "pn", "nn")
AXIAL_TERMS: Final = ("axial_pp", "axial_pn", "axial_nn")
_HBARC2: Final = HBARC_MEV_CM**2  # MeV⁻² -> cm²
_MAGNETIC: Final = np.pi * ALPHA_EM**2 / M_ELECTRON**2  # MeV⁻²

Kinematics = Literal["auto", "spin-0", "spin-1/2"]


def terms(axial: bool = False, sectors: Sectors = CONTACT) -> tuple[str, ...]:
    """Names of the terms, in the order of the last axis of `kernels` and
    `coefficients`."""
    vector = tuple(elastic.pair_name(a, b) for a, b in _pairs(sectors.vector))
    scalar = tuple(
        "scalar:" + elastic.pair_name(a, b) for a, b in _pairs(sectors.scalar)
    )
    flip = ("magnetic",) if sectors.magnetic else ()
    return vector + (AXIAL_TERMS if axial or sectors.axial else ()) + flip + scalar


def _pairs(
    entries: tuple[tuple[Propagator, tuple[str, ...]], ...],
) -> list[tuple[elastic.Slot, elastic.Slot]]:
    return elastic.pairs_of(elastic.slots(entries, ("p", "n")))


def recoil_maximum(e_nu: ArrayLike, mass: float) -> FloatArray:
    """Largest recoil energy 2E²/(M + 2E) in MeV, for neutrino energies `e_nu` and a
    nuclear mass in MeV."""
    e = np.asarray(e_nu, dtype=float)
    result: FloatArray = 2 * e**2 / (mass + 2 * e)
    return result


def kernel_groups(
    component: Component,
    *,
    axial: bool = False,
    kinematics: Kinematics = "auto",
    sectors: Sectors = CONTACT,
) -> tuple[KernelGroup, ...]:
    """Kernels of one isotope, split into (energy, recoil) kinematics and nuclear
    response.

    Parameters
    ----------
    component : isotope with its proton and neutron form factors.
    axial : include the axial terms (empty for J = 0).
    kinematics : ``"spin-1/2"`` keeps T²/2E²; ``"auto"`` keeps it for J = ½ nuclei only.
    sectors : which exchanges, by default the weak interaction alone.

    Returns
    -------
    tuple of KernelGroup
        Their terms, in order, are those of ``terms(axial, sectors)``; axial ones are
        left out for J = 0.
    """
    isotope = component.isotope
    mass, z, n = isotope.mass, isotope.z, isotope.n
    if kinematics not in ("auto", "spin-0", "spin-1/2"):
        raise UnknownNameError("kinematics", kinematics, ["auto", "spin-0", "spin-1/2"])
    half = kinematics == "spin-1/2" or (kinematics == "auto" and isotope.spin == 0.5)
    quadratic = 0.5 if half else 0.0

    def vector(e: FloatArray, t: FloatArray) -> FloatArray:
        factor = 1 - t / e - mass * t / (2 * e**2) + quadratic * (t / e) ** 2
        allowed = t <= recoil_maximum(e, mass)
        return (
            G_FERMI**2 * mass / np.pi * np.where(allowed, np.maximum(factor, 0.0), 0.0)
        )

    def response(
        entries: tuple[tuple[Propagator, tuple[str, ...]], ...], t: FloatArray
    ) -> FloatArray:
        q2 = 2 * mass * t
        nucleons = {"p": z * component.ff_p(q2), "n": n * component.ff_n(q2)}
        shape = {
            s: nucleons[s[1]] * elastic.propagate(s[0], q2)
            for s in elastic.slots(entries, ("p", "n"))
        }
        return np.stack([shape[a] * shape[b] for a, b in _pairs(entries)], axis=-1)

    entries = sectors.vector
    groups = [
        KernelGroup(terms(False, Sectors(entries)), vector, partial(response, entries))
    ]
    if (axial or sectors.axial) and isotope.spin:

        def axial_kinematics(e: FloatArray, t: FloatArray) -> FloatArray:
            factor = 1 - t / e + mass * t / (2 * e**2) + quadratic * (t / e) ** 2
            allowed = t <= recoil_maximum(e, mass)
            return G_FERMI**2 * mass / (4 * np.pi) * np.where(allowed, factor, 0.0)

        def axial_response(t: FloatArray) -> FloatArray:
            # axial_terms counts the pn interference in the kernel; here the coefficient
            # 2 g_p g_n does
            return np.asarray(
                axial_terms(isotope, 2 * mass * t) * np.array([1.0, 0.5, 1.0])
            )

        groups.append(KernelGroup(AXIAL_TERMS, axial_kinematics, axial_response))
    if sectors.magnetic:

        def magnetic_kinematics(e: FloatArray, t: FloatArray) -> FloatArray:
            allowed = (t > 0) & (t <= recoil_maximum(e, mass))
            return np.where(
                allowed, _MAGNETIC * (1 / np.where(t > 0, t, 1.0) - 1 / e), 0.0
            )

        def charge(t: FloatArray) -> FloatArray:
            return np.asarray((z * component.ff_p(2 * mass * t)) ** 2)[..., None]

        groups.append(KernelGroup(("magnetic",), magnetic_kinematics, charge))
    if sectors.scalar:

        def scalar_kinematics(e: FloatArray, t: FloatArray) -> FloatArray:
            allowed = t <= recoil_maximum(e, mass)
            factor = 1 + t / (2 * mass) if half else 1.0
            return np.where(allowed, mass**2 * t * factor / (4 * np.pi * e**2), 0.0)

        names = terms(False, Sectors((), sectors.scalar))
        groups.append(
            KernelGroup(names, scalar_kinematics, partial(response, sectors.scalar))
        )
    return tuple(groups)


@dataclass(frozen=True)
class Cevns:
    """The process as the prediction floor sees it."""

    kinematics: Kinematics = "auto"

    @property
    def momentum(self) -> float:
        """A typical momentum transfer, MeV."""
        return 50.0

    def scatterers(self, target_: Target) -> tuple[Scatterer, ...]:
        """Return one scatterer an isotope."""

        def groups(component: Component, sectors: Sectors) -> tuple[KernelGroup, ...]:
            return kernel_groups(component, kinematics=self.kinematics, sectors=sectors)

        return tuple(
            Scatterer(c.isotope.name, c.count, c.isotope.mass, partial(groups, c))
            for c in target_.components
        )

    def terms(self, sectors: Sectors) -> tuple[str, ...]:
        """Return names of the terms."""
        return terms(sectors=sectors)

    def coefficients(
        self, couplings: Couplings, state: FlavourState, sectors: Sectors
    ) -> FloatArray:
        """Coefficients of the terms, shape (terms,) or (points, terms)."""
        return _coefficients(couplings, None, state, sectors)

    def coefficient_derivatives(
        self,
        couplings: Couplings,
        slope: Couplings,
        state: FlavourState,
        sectors: Sectors,
    ) -> FloatArray:
        """Derivative of `coefficients` where the couplings move along `slope`."""
        return _coefficients(couplings, slope, state, sectors)


def _coefficients(
    couplings: Couplings, slope: Couplings | None, state: FlavourState, sectors: Sectors
) -> FloatArray:
    result: list[FloatArray] = []
    for part, entries in (
        ("vector", sectors.vector),
        ("axial", ()),
        ("magnetic", ()),
        ("scalar", sectors.scalar),
    ):
        if part in ("vector", "scalar"):
            wanted = elastic.slots(entries, ("p", "n"))
            found = elastic.amplitudes(getattr(couplings, part), wanted, ("p", "n"))
            along = (
                None
                if slope is None
                else elastic.amplitudes(getattr(slope, part), wanted, ("p", "n"))
            )
            result += elastic.pair_coefficients(
                elastic.pairs_of(wanted), found, state, along
            )
        elif part == "axial" and sectors.axial:
            keys = {n: (Propagator(), n) for n in ("p", "n")}
            found = {keys[n]: m for n, m in couplings.axial.items()}
            along = (
                None if slope is None else {keys[n]: m for n, m in slope.axial.items()}
            )
            result += elastic.pair_coefficients(
                elastic.pairs_of(tuple(keys.values())), found, state, along
            )
        elif part == "magnetic":
            result += magnetic_coefficient(couplings, slope, state, sectors)
    return elastic.stack(result)


def magnetic_coefficient(
    couplings: Couplings, slope: Couplings | None, state: FlavourState, sectors: Sectors
) -> list[FloatArray]:
    """|μ|² of a flavour state in units of μ_B², or its derivative; empty if the kernels
    have no such term."""
    if couplings.magnetic is not None and couplings.scalar:
        raise InputError(
            "a magnetic moment and a scalar both flip the helicity and interfere, which"
            " is not computed: use one of them"
        )
    if not sectors.magnetic:
        if couplings.magnetic is not None:
            raise InputError(
                "the templates hold no magnetic moment, which this model has: build"
                " them for this model"
            )
        return []
    moment: NDArray[Any] | None = (
        None
        if couplings.magnetic is None
        else elastic.columns(couplings.magnetic, state)
    )
    if slope is None:
        return [elastic.product(moment, moment, state)]
    along = None if slope.magnetic is None else elastic.columns(slope.magnetic, state)
    return [2 * elastic.product(moment, along, state)]


def kernels(
    e_nu: ArrayLike,
    t_nr: ArrayLike,
    component: Component,
    *,
    axial: bool = False,
    kinematics: Kinematics = "auto",
    sectors: Sectors = CONTACT,
) -> FloatArray:
    """Kernels K(E, T): the cross section is ``kernels @ coefficients``.

    Parameters
    ----------
    e_nu, t_nr : neutrino energy and nuclear recoil energy in MeV, broadcast against
        each other.
    component : isotope with its form factors.
    axial, kinematics, sectors : as in `kernel_groups`.

    Returns
    -------
    array, shape (*broadcast shape, terms)
        In cm²/MeV per nucleus; exactly zero above the largest recoil.
    """
    e, t = np.broadcast_arrays(energies(e_nu), recoils(t_nr))
    names = terms(axial, sectors)
    result = np.zeros((*e.shape, len(names)))
    for group in kernel_groups(
        component, axial=axial, kinematics=kinematics, sectors=sectors
    ):
        columns = [names.index(name) for name in group.terms]
        result[..., columns] = group.kinematics(e, t)[..., None] * group.response(t)
    return result * _HBARC2


def coefficients(
    model: Model,
    flavour: str | Flavour | FlavourState,
    *,
    axial: bool = False,
    anti: bool | None = None,
) -> FloatArray:
    """Coefficients of the terms that a model needs: (g_p², 2 g_p g_n, g_n²) for the
    weak vector part, and so on.

    Parameters
    ----------
    model : the couplings.
    flavour : ``"nu_e"`` … ``"nubar_tau"``, or a `FlavourState` (then `anti` says
        whether of antineutrinos).
    axial : include the axial terms.

    Returns
    -------
    array, shape (terms,) or (points, terms)
        Those of ``terms(axial, sectors)``; one row a parameter point if the model's
        fields are arrays.
    """
    check_model(model)
    couplings = model.couplings(_anti(flavour, anti))
    return _coefficients(
        couplings, None, elastic.as_state(flavour), sectors_of(couplings, axial)
    )


def coefficient_derivatives(
    model: Model,
    flavour: str | Flavour | FlavourState,
    *,
    axial: bool = False,
    anti: bool | None = None,
) -> Mapping[str, FloatArray]:
    """Analytic derivative of `coefficients` with respect to each of the model's
    parameters, same shapes."""
    check_model(model)
    couplings = model.couplings(_anti(flavour, anti))
    sectors, state = sectors_of(couplings, axial), elastic.as_state(flavour)
    return {
        name: _coefficients(couplings, slope, state, sectors)
        for name, slope in model.coupling_derivatives(_anti(flavour, anti)).items()
    }


def _anti(flavour: str | Flavour | FlavourState, anti: bool | None) -> bool:
    if isinstance(flavour, FlavourState):
        return bool(anti)
    return as_flavour(flavour).anti


def differential(
    e_nu: ArrayLike,
    t_nr: ArrayLike,
    target_: Target | str | Mapping[str, float],
    model: Model,
    flavour: str | Flavour | FlavourState,
    *,
    axial: bool = False,
    kinematics: Kinematics = "auto",
    anti: bool | None = None,
) -> FloatArray:
    """Differential cross section dσ/dT.

    Parameters
    ----------
    e_nu, t_nr : neutrino and recoil energies in MeV (array-like), broadcast against
        each other.
    target_ : what `nuprobe.target` makes or accepts; a molecule or mixture gives the
        sum over its formula unit.
    model : the couplings.
    flavour : ``"nu_e"`` … ``"nubar_tau"``, or a `FlavourState` (then `anti` says
        whether of antineutrinos).
    axial : include the axial part of nuclei with spin.
    kinematics : as in `kernel_groups`.

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
    """
    weights = coefficients(model, flavour, axial=axial, anti=anti)
    sectors = sectors_of(model.couplings(_anti(flavour, anti)), axial)
    if weights.ndim != 1:
        raise InputError(
            "a cross section needs a model with scalar parameters; use the templates"
            " for many points"
        )
    e, t = np.broadcast_arrays(energies(e_nu), recoils(t_nr))
    if np.any(t > e):
        worst = int(np.argmax(np.ravel(t - e)))
        raise InputError(
            f"a recoil of {np.ravel(t)[worst]:g} MeV exceeds the neutrino energy of"
            f" {np.ravel(e)[worst]:g} MeV: check the units (recoils are in MeV here, 10"
            " keV is 10*keV)"
        )
    result = sum(
        component.count
        * (
            kernels(e_nu, t_nr, component, kinematics=kinematics, sectors=sectors)
            @ weights
        )
        for component in target(target_).components
    )
    return np.asarray(result)


def averaged(
    flux: Flux,
    t_nr: ArrayLike,
    target_: Target | str | Mapping[str, float],
    model: Model,
    flavour: str | Flavour,
    *,
    axial: bool = False,
    kinematics: Kinematics = "auto",
) -> FloatArray:
    """Mean of dσ/dT over the normalised spectrum of one flavour of a flux.

    Parameters
    ----------
    flux : the source; lines are included.
    t_nr, target_, model, flavour, axial, kinematics : as in `differential`.

    Returns
    -------
    array
        In cm²/MeV per nucleus (per formula unit for a molecule or mixture), of the
        shape of `t_nr`.

    Raises
    ------
    InputError
        As `differential`, and if the flux has no such flavour.
    """
    weights, t, number = (
        coefficients(model, flavour, axial=axial),
        recoils(t_nr),
        flux.total(flavour),
    )
    if weights.ndim != 1:
        raise InputError(
            "a cross section needs a model with scalar parameters; use the templates"
            " for many points"
        )
    if number == 0:
        raise InputError(
            f"flux {flux.name} has no {flavour}: it has"
            f" {', '.join(map(str, flux.flavours))}"
        )
    sectors = sectors_of(model.couplings(_anti(flavour, None)), axial)
    names = terms(sectors=sectors)
    result = np.zeros(t.shape)
    for component in target(target_).components:
        mass = component.isotope.mass
        least = (
            t + np.sqrt(t**2 + 2 * mass * t)
        ) / 2  # smallest energy that can transfer T
        for group in kernel_groups(
            component, axial=axial, kinematics=kinematics, sectors=sectors
        ):
            nuclear = (
                group.response(t) @ weights[[names.index(term) for term in group.terms]]
            )
            for c in flux.of(flavour):
                integral = c.integrate(partial(_at_recoil, group.kinematics, t), least)
                result += component.count * integral * nuclear * (_HBARC2 / number)
    return result


def _at_recoil(
    kinematics: Callable[[FloatArray, FloatArray], FloatArray],
    t_nr: FloatArray,
    e_nu: FloatArray,
) -> FloatArray:
    return kinematics(e_nu, t_nr[..., None])


def total(
    e_nu: ArrayLike,
    target_: Target | str | Mapping[str, float],
    model: Model,
    flavour: str | Flavour,
    *,
    threshold: float = 0.0,
    axial: bool = False,
    kinematics: Kinematics = "auto",
    rtol: float = 1e-8,
) -> FloatArray:
    """Total cross section σ(E), optionally above a recoil threshold.

    Parameters
    ----------
    e_nu : neutrino energies in MeV.
    target_, model, flavour, axial, kinematics : as in `differential`.
    threshold : smallest recoil energy counted, MeV.
    rtol : accuracy asked of the quadrature; the difference between two orders is its
        estimate.

    Returns
    -------
    array
        In cm² per nucleus (per formula unit for a molecule or mixture), of the shape of
        `e_nu`.

    Raises
    ------
    ComputationError
        If the quadrature does not reach `rtol`.
    """
    e = energies(e_nu)
    weights = coefficients(model, flavour, axial=axial)
    sectors = sectors_of(model.couplings(_anti(flavour, None)), axial)
    if weights.ndim != 1:
        raise InputError(
            "a cross section needs a model with scalar parameters; use the templates"
            " for many points"
        )
    floor = float(recoils(threshold))
    if floor == 0 and _diverges(weights, terms(sectors=sectors)):
        raise InputError(
            "photon exchange makes the total cross section infinite: give a threshold,"
            " e.g. threshold=0.1*keV"
        )
    result = np.zeros(e.shape)
    for component in target(target_).components:
        mass = component.isotope.mass
        # in q = √(2MT) the integrand is entire; qR sets how many nodes it takes. In
        # asinh(q/m) it is smooth, too, where the propagator of a light mediator of mass
        # m peaks
        light = min(
            (p.mass for p, _ in (*sectors.vector, *sectors.scalar) if p.mass),
            default=np.inf,
        )
        limits = np.sqrt(2 * mass * recoil_maximum(e, mass)), np.sqrt(2 * mass * floor)
        stretch = bool(light < limits[0].max(initial=0.0))
        top = np.arcsinh(limits[0] / light) if stretch else limits[0]
        bottom = np.minimum(
            np.arcsinh(limits[1] / light) if stretch else limits[1], top
        )

        def integral(
            n: int,
            component: Component = component,
            lo: FloatArray = bottom,
            hi: FloatArray = top,
            light: float = light if stretch else 0.0,
        ) -> FloatArray:
            x, w = gauss_legendre(n)
            q = lo[..., None] + (hi - lo)[..., None] * x
            slope = np.ones_like(q)
            if light:
                slope, q = light * np.cosh(q), light * np.sinh(q)
            t = np.minimum(
                q**2 / (2 * component.isotope.mass),
                recoil_maximum(e, component.isotope.mass)[..., None],
            )
            k = (
                kernels(
                    e[..., None], t, component, kinematics=kinematics, sectors=sectors
                )
                @ weights
            )
            return np.asarray(
                (k * q * slope * w).sum(-1) * (hi - lo) / component.isotope.mass
            )

        n = 24
        coarse = integral(n)
        while True:
            n *= 2
            fine = integral(n)
            error = np.abs(fine - coarse)
            if np.all(error <= rtol * np.abs(fine)):
                break
            if n >= 1500:
                worst = np.ravel(e)[
                    int(np.argmax(np.ravel(error / np.maximum(np.abs(fine), 1e-300))))
                ]
                raise ComputationError(
                    f"total cross section on {component.isotope.name} at {worst:.6g}"
                    f" MeV does not converge to {rtol:g}: ask for a larger rtol or a"
                    " lower energy"
                )
            coarse = fine
        result += component.count * fine
    return result


def _diverges(weights: FloatArray, names: tuple[str, ...]) -> bool:
    """Whether a term behaves as 1/T or worse at small recoils and is present."""
    return any(
        w != 0 and (name == "magnetic" or "/q2" in name)
        for w, name in zip(weights, names, strict=True)
    )
