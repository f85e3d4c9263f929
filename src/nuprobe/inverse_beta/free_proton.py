"""Inverse beta decay of one proton at rest: the versions, and their totals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, get_args

import numpy as np

from nuprobe.constants import HBARC_MEV_CM, M_ELECTRON, M_NEUTRON, M_PROTON
from nuprobe.inverse_beta import strumia_vissani, vogel_beacom
from nuprobe.inverse_beta.kinematics import TwoBody
from nuprobe.numerics import FloatArray, converged, gauss_legendre

__all__ = ["DEFAULT", "REACTION", "VERSIONS", "Version", "differential", "total"]

Version = Literal["strumia-vissani", "strumia-vissani-tree", "vogel-beacom"]
VERSIONS: Final[tuple[str, ...]] = get_args(Version)
DEFAULT: Final = "strumia-vissani"
REACTION: Final = TwoBody(M_PROTON, M_NEUTRON, M_ELECTRON)
"""Masses of ν̄_e + p → e⁺ + n."""


def _corrected(e_nu: FloatArray, e_e: FloatArray) -> FloatArray:
    tree = strumia_vissani.differential(e_nu, e_e)
    return tree * strumia_vissani.radiative(e_e)


_KERNELS: Final[dict[str, Callable[[FloatArray, FloatArray], FloatArray]]] = {
    "strumia-vissani": _corrected,
    "strumia-vissani-tree": strumia_vissani.differential,
    "vogel-beacom": vogel_beacom.differential,
}


def differential(
    e_nu: FloatArray, e_e: FloatArray, version: Version = DEFAULT
) -> FloatArray:
    """dσ/dE_e inside the allowed region.

    Parameters
    ----------
    e_nu, e_e : energies of the antineutrino and of the positron (total) in MeV, of one
        shape.
    version : one of `VERSIONS`.

    Returns
    -------
    array
        In MeV⁻³.

    Examples
    --------
    >>> e_nu, e_e = np.array(5.0), np.array(3.69)
    >>> float(differential(e_nu, e_e) * HBARC_MEV_CM**2)
    3.238e-41
    """
    return _KERNELS[version](e_nu, e_e)


def total(
    e_nu: FloatArray,
    version: Version = DEFAULT,
    *,
    threshold: float = 0.0,
    rtol: float = 1e-8,
) -> FloatArray:
    """Total cross section σ(E) of one proton.

    Parameters
    ----------
    e_nu : energies of the antineutrino in MeV, any shape.
    version : one of `VERSIONS`.
    threshold : smallest total energy of the positron counted, MeV.
    rtol : relative accuracy required of the quadrature, estimated from two orders.

    Returns
    -------
    array
        In cm²; exactly 0 below 1.806 MeV.

    Raises
    ------
    ComputationError
        If the quadrature does not reach `rtol`.

    Examples
    --------
    >>> total(np.array([1.8, 5.0]))
    array([0.000e+00, 1.273e-42])
    """
    e = np.asarray(e_nu, dtype=float)
    bounds = vogel_beacom.end if version == "vogel-beacom" else REACTION.end
    high = bounds(e, 1.0)
    low = np.clip(bounds(e, -1.0), threshold, np.maximum(high, 0.0))
    # in the momentum, since the first-order cross section starts as a square root
    start, end = REACTION.momentum(low), REACTION.momentum(high)

    def integral(n: int) -> FloatArray:
        x, w = gauss_legendre(n)
        p = start[..., None] + (end - start)[..., None] * x
        e_e = np.sqrt(p**2 + M_ELECTRON**2)
        energy = np.broadcast_to(e[..., None], p.shape)
        values = _KERNELS[version](energy, e_e) * p / e_e
        return np.asarray((values * w).sum(-1) * (end - start))

    def name(worst: int) -> str:
        return f"inverse beta decay at {np.ravel(e)[worst]:.6g} MeV"

    sigma = np.maximum(converged(integral, rtol, name), 0.0)
    return np.asarray(sigma * HBARC_MEV_CM**2)
