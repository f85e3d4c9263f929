"""Kernels of nuclei: terms, kinematics and form factors.

The formulas and their sources are in `nuprobe.processes.elastic.cevns`.
"""

from __future__ import annotations

from functools import partial
from typing import Final, Literal

import numpy as np

from nuprobe.border import public
from nuprobe.constants import G_FERMI
from nuprobe.errors import UnknownNameError
from nuprobe.nuclei import (
    STRUCTURE,
    Axial,
    Component,
    axial_terms,
    structure_nuclei,
)
from nuprobe.numerics import FloatArray
from nuprobe.processes.elastic import amplitudes as amp
from nuprobe.processes.elastic.recoil import polynomial
from nuprobe.processes.elastic.upscattering import PORTAL, upscatterer
from nuprobe.processes.interface import (
    CONTACT,
    Exchange,
    Exchanges,
    KernelGroup,
    Scatterer,
    Slot,
)

__all__ = [
    "AXIAL_TERMS",
    "NUCLEONS",
    "VECTOR_TERMS",
    "Kinematics",
    "check_kinematics",
    "kernel_groups",
    "terms",
    "upscatterers",
]

VECTOR_TERMS: Final = ("pp", "pn", "nn")
AXIAL_TERMS: Final = ("axial_pp", "axial_pn", "axial_nn")
NUCLEONS: Final = ("p", "n")

Kinematics = Literal["auto", "spin-0", "spin-1/2"]


def check_kinematics(kinematics: str) -> None:
    """Reject an unknown name of `kinematics` with `UnknownNameError`.

    Examples
    --------
    >>> check_kinematics("spin-0")
    """
    allowed = ["auto", "spin-0", "spin-1/2"]
    if kinematics not in allowed:
        raise UnknownNameError("kinematics", kinematics, allowed)


@public
def terms(axial: bool = False, exchanges: Exchanges = CONTACT) -> tuple[str, ...]:
    """Names of the terms, in the order of the last axis of `kernels` and
    `coefficients`.

    Parameters
    ----------
    axial : include the axial terms.
    exchanges : which exchanges, by default only the weak interaction.

    Examples
    --------
    >>> terms()
    ('pp', 'pn', 'nn')
    """
    vector = tuple(amp.pair_name(a, b) for a, b in _pairs(exchanges.vector))
    scalar = tuple("scalar:" + amp.pair_name(a, b) for a, b in _pairs(exchanges.scalar))
    flip = ("magnetic",) if exchanges.magnetic else ()
    heavy = () if exchanges.portal is None else (PORTAL,)
    return vector + (AXIAL_TERMS if axial else ()) + flip + scalar + heavy


def _pairs(entries: tuple[Exchange, ...]) -> list[tuple[Slot, Slot]]:
    return amp.pairs_of(amp.slots(entries, NUCLEONS))


@public
def kernel_groups(
    component: Component,
    exchanges: Exchanges = CONTACT,
    *,
    axial: Axial = False,
    kinematics: Kinematics = "auto",
) -> tuple[KernelGroup, ...]:
    """Kernels of one isotope, split into (energy, recoil) kinematics and nuclear
    response.

    Parameters
    ----------
    component : isotope with its proton and neutron form factors.
    exchanges : which exchanges, by default only the weak interaction.
    axial : include the axial terms (empty for J = 0).
    kinematics : ``"spin-1/2"`` keeps T²/2E²; ``"auto"`` keeps it only for J = ½ nuclei.

    Returns
    -------
    tuple of KernelGroup
        Their terms, in order, are those of ``terms(axial, exchanges)``; axial ones are
        omitted for J = 0, and that of a portal is in `upscatterers`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> (group,) = kernel_groups(nu.target("Ar40").components[0])
    >>> group.terms, group.powers
    (('pp', 'pn', 'nn'), (0, 1, 2))
    """
    check_kinematics(kinematics)
    isotope = component.isotope
    mass = isotope.mass
    half = _is_half(isotope.spin, kinematics)
    quadratic = 0.5 if half else 0.0
    weak = G_FERMI**2 * mass / np.pi
    groups = []
    if exchanges.vector:
        amplitudes = polynomial(
            lambda t: weak,
            lambda t: -weak * t,
            lambda t: weak * (quadratic * t**2 - mass * t / 2),
        )
        groups.append(
            KernelGroup(
                terms(False, Exchanges(exchanges.vector)),
                partial(_response, component, exchanges.vector),
                (0, 1, 2),
                amplitudes,
                positive=True,
            )
        )
    if axial and isotope.spin:
        amplitudes = polynomial(
            lambda t: weak / 4,
            lambda t: -weak / 4 * t,
            lambda t: weak / 4 * (quadratic * t**2 + mass * t / 2),
        )
        groups.append(
            KernelGroup(
                AXIAL_TERMS,
                partial(_axial_response, component, axial),
                (0, 1, 2),
                amplitudes,
            )
        )
    if exchanges.magnetic:
        charge = partial(_charge, component)
        groups.append(
            KernelGroup(
                ("magnetic",), charge, (0, 1), amp.magnetic_kinematics, infinite=True
            )
        )
    if exchanges.scalar:

        def scalar(t: FloatArray) -> FloatArray:
            factor = 1 + t / (2 * mass) if half else 1.0
            return np.asarray(mass**2 * t * factor / (4 * np.pi))

        groups.append(
            KernelGroup(
                terms(False, Exchanges((), exchanges.scalar)),
                partial(_response, component, exchanges.scalar, folded=False),
                (2,),
                polynomial(scalar),
            )
        )
    return tuple(groups)


def upscatterers(
    component: Component, exchanges: Exchanges, kinematics: Kinematics = "auto"
) -> tuple[Scatterer, ...]:
    """Scatterers that produce the heavy neutrino of some exchanges on one isotope.

    Parameters
    ----------
    component, exchanges, kinematics : as in `kernel_groups`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> upscatterers(nu.target("Ar40").components[0], CONTACT)
    ()
    """
    isotope = component.isotope
    return upscatterer(
        isotope.name,
        component.count,
        isotope.mass,
        exchanges,
        partial(_charge, component),
        half=_is_half(isotope.spin, kinematics),
    )


def _is_half(spin: float, kinematics: Kinematics) -> bool:
    return kinematics == "spin-1/2" or (kinematics == "auto" and spin == 0.5)


def _charge(component: Component, t: FloatArray) -> FloatArray:
    """Squared charge probed by a photon at recoils `t`, shape (*t.shape, 1)."""
    q2 = 2 * component.isotope.mass * t
    return np.asarray(component.shapes(q2)[0] ** 2)[..., None]


def _response(
    component: Component,
    entries: tuple[Exchange, ...],
    t: FloatArray,
    folded: bool = True,
) -> FloatArray:
    """Products of the shapes of proton and neutron amplitudes, terms last; `folded`
    with the electric form factors of the nucleons, which do not apply to a scalar."""
    isotope = component.isotope
    q2 = 2 * isotope.mass * t
    shapes = (
        component.shapes(q2)
        if folded
        else (isotope.z * component.ff_p(q2), isotope.n * component.ff_n(q2))
    )
    nucleons = dict(zip(NUCLEONS, shapes, strict=True))
    shape = {
        s: nucleons[s[1]] * amp.propagate(s[0], q2)
        for s in amp.slots(entries, NUCLEONS)
    }
    return np.stack([shape[a] * shape[b] for a, b in _pairs(entries)], axis=-1)


def _axial_response(component: Component, axial: Axial, t: FloatArray) -> FloatArray:
    # axial_terms counts the pn interference in the kernel; here the coefficient
    # 2 g_p g_n does
    isotope = component.isotope
    known = axial == STRUCTURE and isotope.name in structure_nuclei()
    shape: Literal["structure"] | None = STRUCTURE if known else None
    return np.asarray(
        axial_terms(isotope, 2 * isotope.mass * t, form_factor=shape)
        * np.array([1.0, 0.5, 1.0])
    )
