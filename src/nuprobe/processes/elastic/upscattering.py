"""Upscattering by a dipole: ν A → N A and ν e → N e by exchange of a photon.

With L = d ν̄_L σ^{αβ} N F_{αβ} (vertex 2d σ^{αβ} q_β, as a magnetic moment μ = 2d),
recoil energy T of a target of mass m, and A = 2E − T − M²/2m,

    dσ/dT = (α d²/E²T²) Z² F² [T A² − M² (2m + T)(M² + 2mT)/4m² + S]

with S = 0 for spin 0 and S = T (M² + 2mT)(M² − mT)/2m² for a pointlike spin ½, from the
traces with the currents (p + p′) and γ (derived here; compared in the tests with
explicit spinors, and with the limit of a magnetic moment, 4αd²(1/T − 1/E)). Recoils lie
between two roots of

    (m² + 2mE) T² − m (2E² − M²(m + E)/m) T + M⁴/4 = 0;

the threshold is E = M + M²/2m.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.border import public, quick_methods
from nuprobe.constants import ALPHA_EM
from nuprobe.errors import InputError
from nuprobe.flavours import FlavourState, columns, trace
from nuprobe.models import Couplings
from nuprobe.numerics import FloatArray
from nuprobe.processes.interface import (
    DepositRange,
    Exchanges,
    KernelGroup,
    Scatterer,
)

__all__ = [
    "PORTAL",
    "Upscattering",
    "kinematics",
    "portal_coefficient",
    "upscatterer",
]

PORTAL: Final = "portal"
"""Name of the term."""


@public
@quick_methods
@dataclass(frozen=True)
class Upscattering(DepositRange):
    """Recoil energies when a massless neutrino turns into one of mass M.

    Attributes
    ----------
    mass : m of what recoils, MeV.
    heavy : M of the heavy neutrino, MeV.

    Examples
    --------
    >>> argon = Upscattering(37215.5, 20.0)
    >>> low, high = argon.t_min(np.array(30.0)), argon.t_max(np.array(30.0))
    >>> float(argon.e_min(low).round(9)), float(argon.e_min(high).round(9))
    (30.0, 30.0)
    """

    mass: float
    heavy: float

    @property
    def threshold(self) -> float:
        """Smallest neutrino energy, MeV."""
        return self.heavy + self.heavy**2 / (2 * self.mass)

    def t_max(self, e_nu: FloatArray) -> FloatArray:
        """Largest recoil energy at neutrino energies `e_nu`, MeV."""
        m, big = self.mass, self.heavy**2
        above = np.maximum(np.asarray(e_nu, dtype=float) - self.threshold, 0.0)
        e = above + self.threshold
        root = 2 * m * e * np.sqrt(above * (above + 2 * self.heavy))
        largest = (2 * m * e**2 - big * (m + e) + root) / (2 * m * (m + 2 * e))
        return np.where(above > 0, largest, 0.0)

    def t_min(self, e_nu: FloatArray) -> FloatArray:
        """Smallest recoil energy at neutrino energies `e_nu`, MeV."""
        m, largest = self.mass, self.t_max(e_nu)
        some = largest > 0
        product = self.heavy**4 / (4 * m * (m + 2 * np.asarray(e_nu)))
        return np.where(some, product / np.where(some, largest, 1.0), 0.0)

    def e_min(self, t: FloatArray) -> FloatArray:
        """Smallest neutrino energy that can give the recoil energy `t`, MeV."""
        t = np.asarray(t, dtype=float)
        least = (t + np.sqrt(t**2 + 2 * self.mass * t)) / 2
        if not self.heavy:
            return np.asarray(least)
        moved = t > 0
        ratio = self.heavy**2 / (2 * self.mass * np.where(moved, t, 1.0))
        return np.where(moved, least * (1 + ratio), np.inf)

    def t_at(self, q: float) -> float:
        """Recoil energy at the momentum transfer `q` (MeV): q² = 2mT."""
        return q**2 / (2 * self.mass)


@public
def kinematics(
    e_nu: FloatArray, t: FloatArray, mass: float, heavy: float, half: bool
) -> FloatArray:
    """dσ/dT divided by d² and by the squared charge, inside the allowed region.

    Parameters
    ----------
    e_nu, t : neutrino and recoil energies in MeV, broadcast against each other.
    mass : of the target, MeV.
    heavy : mass of N, MeV.
    half : whether the target has spin ½, else 0.

    Returns
    -------
    array
        In MeV⁻¹; 0 at T = 0.

    Examples
    --------
    >>> t = np.array([0.1, 0.2])
    >>> found = kinematics(np.array(1.0), t, 0.511, 0.0, half=True)
    >>> (found / (4 * ALPHA_EM * (1 / t - 1))).round(12).tolist()
    [1.0, 1.0]
    """
    m, big = mass, heavy**2
    e, t = np.broadcast_arrays(
        np.asarray(e_nu, dtype=float), np.asarray(t, dtype=float)
    )
    q2 = 2 * m * t
    value = t * (2 * e - t - big / (2 * m)) ** 2
    value = value - big * (2 * m + t) * (big + q2) / (4 * m * m)
    if half:
        value = value + t * (big + q2) * (big - m * t) / (2 * m * m)
    moved = t > 0
    scale = ALPHA_EM / (e * np.where(moved, t, 1.0)) ** 2
    return np.where(moved, scale * value, 0.0)


def upscatterer(
    name: str,
    count: float,
    mass: float,
    exchanges: Exchanges,
    charge: Callable[[FloatArray], FloatArray],
    *,
    half: bool,
    breakpoints: tuple[float, ...] = (),
    floor: float = 0.0,
) -> tuple[Scatterer, ...]:
    """Scatterers that produce the heavy neutrino of some exchanges; none if they have
    none.

    Parameters
    ----------
    name, count, mass : of the target.
    exchanges : with or without a portal.
    charge : T → squared charge, shape (*T.shape, 1).
    half : whether the target has spin ½, else 0.
    breakpoints, floor : of the `Scatterer`.

    Examples
    --------
    >>> from nuprobe.processes.interface import CONTACT, no_response
    >>> upscatterer("free electron", 1.0, 0.511, CONTACT, no_response, half=True)
    ()
    """
    if exchanges.portal is None:
        return ()
    function = partial(kinematics, mass=mass, heavy=exchanges.portal, half=half)
    group = KernelGroup((PORTAL,), charge, function=function, infinite=True)
    return (
        Scatterer(
            f"{name} to N",
            count,
            Upscattering(mass, exchanges.portal),
            lambda exchanges: (group,),
            breakpoints,
            floor,
        ),
    )


def portal_coefficient(
    couplings: Couplings,
    slope: Couplings | None,
    state: FlavourState,
    exchanges: Exchanges,
) -> list[FloatArray]:
    """d² of a flavour state in MeV⁻², or its derivative; empty if the kernels have no
    such term.

    Parameters
    ----------
    couplings : of the model.
    slope : direction in which they change; then the result is the derivative.
    state : flavour of the neutrinos.
    exchanges : those of the kernels.

    Raises
    ------
    InputError
        If the kernels lack the heavy neutrino of the model, or have one of a different
        mass.

    Examples
    --------
    >>> from nuprobe.models import DipolePortal
    >>> from nuprobe.processes.inputs import as_state
    >>> from nuprobe.processes.interface import exchanges_of
    >>> heavy = DipolePortal(mass=10.0, coupling=1e-6, flavour="mu").couplings()
    >>> portal_coefficient(heavy, None, as_state("nu_mu"), exchanges_of(heavy))
    [array(1.e-18)]
    """
    given = couplings.portal
    if given is not None and given.mass != exchanges.portal:
        raise InputError(
            "these templates lack a heavy neutrino of"
            f" {given.mass:.10g} MeV, which this model has: rebuild them with this"
            " model (its mass is fixed in them)"
        )
    if exchanges.portal is None:
        return []
    here = _columns(couplings, state)
    if slope is None:
        return [trace(here, here, state)]
    return [2 * trace(here, _columns(slope, state), state)]


def _columns(couplings: Couplings, state: FlavourState) -> NDArray[np.float64] | None:
    portal = couplings.portal
    return None if portal is None else columns(portal.dipole, state)
