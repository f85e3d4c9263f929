"""Coherent elastic neutrino–nucleus scattering: kernels, coefficients, cross sections.

Vector part (Drukier:1984vhf; Barranco:2005yy, equation unverified, with the recoil terms kept):

    dσ/dT = (G_F² M/π) [1 − T/E − MT/2E² (+ T²/2E² for spin ½)] |g_V^p Z F_p + g_V^n N F_n|²

Axial part for J ≠ 0 (Hoferichter:2020osn, equation unverified), on request because tabulated spins are uncertain:

    dσ/dT = (G_F² M/4π) [1 − T/E + MT/2E² (+ T²/2E² for spin ½)] Σ_ij g_A^i g_A^j S_ij(q²)

The vector–axial interference, of relative order T/E and of opposite sign for antineutrinos, is left out.

Linear in the terms pp, pn, nn (and axial_pp, axial_pn, axial_nn); a model gives their coefficients.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.constants import G_FERMI, HBARC_MEV_CM
from nuprobe.errors import ComputationError, InputError, UnknownNameError
from nuprobe.flavours import Flavour
from nuprobe.flavours import flavour as as_flavour
from nuprobe.models import Model, NucleonCouplings
from nuprobe.nuclei import Component, Target, axial_terms, target
from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.processes.kernels import KernelGroup

__all__ = [
    "AXIAL_TERMS",
    "VECTOR_TERMS",
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

Kinematics = Literal["auto", "spin-0", "spin-1/2"]


def terms(axial: bool = False) -> tuple[str, ...]:
    """Names of the terms, in the order of the last axis of `kernels` and `coefficients`."""
    return VECTOR_TERMS + AXIAL_TERMS if axial else VECTOR_TERMS


def recoil_maximum(e_nu: ArrayLike, mass: float) -> FloatArray:
    """Largest recoil energy 2E²/(M + 2E) in MeV, for neutrino energies `e_nu` and a nuclear mass in MeV."""
    e = np.asarray(e_nu, dtype=float)
    result: FloatArray = 2 * e**2 / (mass + 2 * e)
    return result


def kernel_groups(
    component: Component, *, axial: bool = False, kinematics: Kinematics = "auto"
) -> tuple[KernelGroup, ...]:
    """Kernels of one isotope, split into (energy, recoil) kinematics and nuclear response.

    Parameters
    ----------
    component : isotope with its proton and neutron form factors.
    axial : include the axial terms (empty for J = 0).
    kinematics : ``"spin-1/2"`` keeps T²/2E²; ``"auto"`` keeps it for J = ½ nuclei only.

    Returns
    -------
    tuple of KernelGroup
        Their terms, in order, are those of ``terms(axial)``; axial ones are left out for J = 0.
    """
    isotope = component.isotope
    mass, z, n = isotope.mass, isotope.z, isotope.n
    if kinematics not in ("auto", "spin-0", "spin-1/2"):
        raise UnknownNameError("kinematics", kinematics, ["auto", "spin-0", "spin-1/2"])
    quadratic = 0.5 if kinematics == "spin-1/2" or (kinematics == "auto" and isotope.spin == 0.5) else 0.0

    def vector(e: FloatArray, t: FloatArray) -> FloatArray:
        factor = 1 - t / e - mass * t / (2 * e**2) + quadratic * (t / e) ** 2
        allowed = t <= recoil_maximum(e, mass)
        return G_FERMI**2 * mass / np.pi * np.where(allowed, np.maximum(factor, 0.0), 0.0)

    def vector_response(t: FloatArray) -> FloatArray:
        q2 = 2 * mass * t
        proton, neutron = z * component.ff_p(q2), n * component.ff_n(q2)
        return np.stack([proton**2, proton * neutron, neutron**2], axis=-1)

    groups = (KernelGroup(VECTOR_TERMS, vector, vector_response),)
    if not axial or not isotope.spin:
        return groups

    def axial_kinematics(e: FloatArray, t: FloatArray) -> FloatArray:
        factor = 1 - t / e + mass * t / (2 * e**2) + quadratic * (t / e) ** 2
        allowed = t <= recoil_maximum(e, mass)
        return G_FERMI**2 * mass / (4 * np.pi) * np.where(allowed, factor, 0.0)

    def axial_response(t: FloatArray) -> FloatArray:
        # axial_terms counts the pn interference in the kernel; here the coefficient 2 g_p g_n does
        return np.asarray(axial_terms(isotope, 2 * mass * t) * np.array([1.0, 0.5, 1.0]))

    return (*groups, KernelGroup(AXIAL_TERMS, axial_kinematics, axial_response))


def kernels(
    e_nu: ArrayLike, t_nr: ArrayLike, component: Component, *, axial: bool = False, kinematics: Kinematics = "auto"
) -> FloatArray:
    """Kernels K(E, T): the cross section is ``kernels @ coefficients``.

    Parameters
    ----------
    e_nu, t_nr : neutrino energy and nuclear recoil energy in MeV, broadcast against each other.
    component : isotope with its form factors.
    axial, kinematics : as in `kernel_groups`.

    Returns
    -------
    array, shape (*broadcast shape, terms)
        In cm²/MeV per nucleus; exactly zero above the largest recoil.
    """
    e, t = np.broadcast_arrays(_energies(e_nu), _recoils(t_nr))
    result = np.zeros((*e.shape, len(terms(axial))))
    for group in kernel_groups(component, axial=axial, kinematics=kinematics):
        columns = [terms(axial).index(name) for name in group.terms]
        result[..., columns] = group.kinematics(e, t)[..., None] * group.response(t)
    return result * _HBARC2


def _quadratic(left: NucleonCouplings, right: NucleonCouplings) -> FloatArray:
    """Bilinear form behind the coefficients: polarised, so that it also gives their derivative."""
    vector = (
        left.g_v_p * right.g_v_p,
        left.g_v_p * right.g_v_n + left.g_v_n * right.g_v_p,
        left.g_v_n * right.g_v_n,
    )
    axial = (
        left.g_a_p * right.g_a_p,
        left.g_a_p * right.g_a_n + left.g_a_n * right.g_a_p,
        left.g_a_n * right.g_a_n,
    )
    return np.stack(np.broadcast_arrays(*vector, *axial), axis=-1)


def coefficients(model: Model, flavour: str | Flavour, *, axial: bool = False) -> FloatArray:
    """Coefficients of the terms for a model: (g_p², 2 g_p g_n, g_n²) for the vector, likewise for the axial ones.

    Returns
    -------
    array, shape (terms,) or (points, terms)
        One row a parameter point if the model's fields are arrays.
    """
    if isinstance(model, type) or not hasattr(model, "nucleon_couplings"):
        raise InputError(f"a model with couplings to nucleons is needed, such as StandardModel(), got {model!r}")
    g = model.nucleon_couplings(as_flavour(flavour))
    return _quadratic(g, g)[..., : len(terms(axial))]


def coefficient_derivatives(model: Model, flavour: str | Flavour, *, axial: bool = False) -> Mapping[str, FloatArray]:
    """Analytic derivative of `coefficients` with respect to each of the model's parameters, same shapes."""
    flavour = as_flavour(flavour)
    g = model.nucleon_couplings(flavour)
    return {
        name: 2 * _symmetric(g, slope)[..., : len(terms(axial))]
        for name, slope in model.coupling_derivatives(flavour).items()
    }


def _symmetric(g: NucleonCouplings, slope: NucleonCouplings) -> FloatArray:
    return (_quadratic(g, slope) + _quadratic(slope, g)) / 2


def differential(
    e_nu: ArrayLike,
    t_nr: ArrayLike,
    target_: Target | str | Mapping[str, float],
    model: Model,
    flavour: str | Flavour,
    *,
    axial: bool = False,
    kinematics: Kinematics = "auto",
) -> FloatArray:
    """Differential cross section dσ/dT.

    Parameters
    ----------
    e_nu, t_nr : neutrino and recoil energies in MeV (array-like), broadcast against each other.
    target_ : what `nuprobe.target` makes or accepts; a molecule or mixture gives the sum over its formula unit.
    model : the couplings.
    flavour : ``"nu_e"`` … ``"nubar_tau"``.
    axial : include the axial part of nuclei with spin.
    kinematics : as in `kernel_groups`.

    Returns
    -------
    array
        In cm²/MeV per nucleus (per formula unit for a molecule or mixture), of the broadcast shape;
        exactly 0 above the largest recoil energy.

    Raises
    ------
    InputError
        If an energy is negative, zero or not finite, a recoil negative or larger than the energy, or the flavour
        or target unknown.
    """
    weights = coefficients(model, flavour, axial=axial)
    if weights.ndim != 1:
        raise InputError("a cross section needs a model with scalar parameters; use the templates for many points")
    e, t = np.broadcast_arrays(_energies(e_nu), _recoils(t_nr))
    if np.any(t > e):
        worst = int(np.argmax(np.ravel(t - e)))
        raise InputError(
            f"a recoil of {np.ravel(t)[worst]:g} MeV exceeds the neutrino energy of {np.ravel(e)[worst]:g} MeV: "
            "check the units (recoils are in MeV here, 10 keV is 10*keV)"
        )
    result = sum(
        component.count * (kernels(e_nu, t_nr, component, axial=axial, kinematics=kinematics) @ weights)
        for component in target(target_).components
    )
    return np.asarray(result)


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
    rtol : accuracy asked of the quadrature; the difference between two orders is its estimate.

    Returns
    -------
    array
        In cm² per nucleus (per formula unit for a molecule or mixture), of the shape of `e_nu`.

    Raises
    ------
    ComputationError
        If the quadrature does not reach `rtol`.
    """
    e = _energies(e_nu)
    weights = coefficients(model, flavour, axial=axial)
    if weights.ndim != 1:
        raise InputError("a cross section needs a model with scalar parameters; use the templates for many points")
    floor = float(_recoils(threshold))
    result = np.zeros(e.shape)
    for component in target(target_).components:
        mass = component.isotope.mass
        # in q = √(2MT) the integrand is entire; qR sets how many nodes it takes
        top = np.sqrt(2 * mass * recoil_maximum(e, mass))
        bottom = np.minimum(np.sqrt(2 * mass * floor), top)

        def integral(
            n: int, component: Component = component, lo: FloatArray = bottom, hi: FloatArray = top
        ) -> FloatArray:
            x, w = gauss_legendre(n)
            q = lo[..., None] + (hi - lo)[..., None] * x
            t = np.minimum(q**2 / (2 * component.isotope.mass), recoil_maximum(e, component.isotope.mass)[..., None])
            k = kernels(e[..., None], t, component, axial=axial, kinematics=kinematics) @ weights
            return np.asarray((k * q * w).sum(-1) * (hi - lo) / component.isotope.mass)

        n = 24
        coarse = integral(n)
        while True:
            n *= 2
            fine = integral(n)
            error = np.abs(fine - coarse)
            if np.all(error <= rtol * np.abs(fine)):
                break
            if n >= 1500:
                worst = np.ravel(e)[int(np.argmax(np.ravel(error / np.maximum(np.abs(fine), 1e-300))))]
                raise ComputationError(
                    f"total cross section on {component.isotope.name} at {worst:.6g} MeV does not converge to "
                    f"{rtol:g}: ask for a larger rtol or a lower energy"
                )
            coarse = fine
        result += component.count * fine
    return result


def _floats(values: ArrayLike, what: str) -> FloatArray:
    if np.iscomplexobj(values):
        raise InputError(f"{what} must be real numbers in MeV, got complex ones")
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise InputError(f"{what} must be numbers in MeV (30 * MeV, 10 * keV), got {values!r}") from None


def _energies(e_nu: ArrayLike) -> FloatArray:
    e = _floats(e_nu, "neutrino energies")
    if not np.all((e > 0) & np.isfinite(e)):
        raise InputError(f"neutrino energies must be positive and finite (MeV), got {_first_bad(e, e > 0)}")
    return e


def _recoils(t_nr: ArrayLike) -> FloatArray:
    t = _floats(t_nr, "recoil energies")
    if not np.all((t >= 0) & np.isfinite(t)):
        raise InputError(f"recoil energies must be finite and not negative (MeV), got {_first_bad(t, t >= 0)}")
    return t


def _first_bad(values: FloatArray, good: np.typing.NDArray[np.bool_]) -> float:
    flat = np.ravel(values)
    bad = ~np.ravel(good) | ~np.isfinite(flat)
    return float(flat[bad][0])
