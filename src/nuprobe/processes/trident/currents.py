"""The nuclear half of a trident: electromagnetic currents of a nucleus, a nucleon, an
electron.

Averaged over spins, a hadron tensor of momentum transfer q (Q² = −q²) is

    H^{αβ} = C(Q²) (2P − q)^α (2P − q)^β + G(Q²) (q² g^{αβ} − q^α q^β)

    coherent, spin 0   C = Z²F²                              G = 0
    nucleon            C = (G_E² + τG_M²)/(1 + τ)            G = G_M²,    τ = Q²/4M²
    free electron      C = 1                                 G = 1

Nuclei with spin are treated as spin 0: their magnetic part is not enhanced by Z² and is
neglected.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np

from nuprobe.constants import M_ELECTRON, M_NEUTRON, M_PROTON
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.nuclei import Component
from nuprobe.nuclei.form_factors import kelly
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable

__all__ = [
    "FERMI_MOMENTUM",
    "NUCLEON_FORM_FACTORS",
    "Current",
    "coherent",
    "electron",
    "fermi_momentum",
    "nucleon",
    "pauli_factor",
]

FERMI_MOMENTUM: Final = 235.0
"""Fermi momentum k_F of the Pauli factor of a bare nucleon, MeV."""
# largest A and k_F in MeV
_FERMI_MOMENTA: Final = (
    (2, 0.0),
    (3, 115.0),
    (7, 190.0),
    (16, 228.0),
    (25, 230.0),
    (38, 236.0),
    (60, 241.0),
)
_HEAVY: Final = 245.0
_MU_P: Final = 2.7928473446
_MU_N: Final = -1.91304273
_DIPOLE_MASS2: Final = 0.71e6  # MeV²

NucleonFormFactors = Literal["dipole", "kelly"]
NUCLEON_FORM_FACTORS: Final[tuple[str, ...]] = get_args(NucleonFormFactors)
_Function = Callable[[FloatArray], FloatArray]


@readable
@dataclass(frozen=True)
class Current:
    """An electromagnetic current that a trident scatters off.

    Attributes
    ----------
    name : for messages.
    mass : MeV.
    electric, magnetic : C(Q²) and G(Q²), Q² in MeV².
    q_soft : |Q| in MeV where form factors begin to fall; inf for a point.
    q_end : |Q| in MeV beyond which they are negligible; inf for a point.
    kinks : |Q| in MeV where a derivative jumps.
    k_f : Fermi momentum that blocks it, MeV; 0 for none.
    grown : W² − M² of the hadrons that it breaks into, MeV²; 0 if it stays intact.
    """

    name: str
    mass: float
    electric: _Function
    magnetic: _Function
    q_soft: float = math.inf
    q_end: float = math.inf
    kinks: tuple[float, ...] = ()
    k_f: float = 0.0
    grown: float = 0.0


def fermi_momentum(a: int) -> float:
    """Fermi momentum k_F of a nucleus, MeV; 0 for A <= 2, where nothing is blocked.

    Widths of the quasi-elastic peak in electron scattering, by ranges of A, as used in
    Bosted:2012qc from the superscaling analysis of Maieron:2001it (as in their Fortran,
    F1F209.f, and in GENIE; not checked in the papers).

    Parameters
    ----------
    a : mass number.

    Examples
    --------
    >>> fermi_momentum(2), fermi_momentum(4), fermi_momentum(40)
    (0.0, 190.0, 241.0)
    """
    return next((k_f for largest, k_f in _FERMI_MOMENTA if a <= largest), _HEAVY)


def _nothing(q2: FloatArray) -> FloatArray:
    return np.zeros_like(q2)


def _one(q2: FloatArray) -> FloatArray:
    return np.ones_like(q2)


def coherent(component: Component, mass: float | None = None) -> Current:
    """Return the whole nucleus as a spin-0 charge Z F(Q²), where F is the charge form
    factor of the component.

    Parameters
    ----------
    component : isotope and form factors.
    mass : nuclear mass in MeV instead of the isotope's.

    Examples
    --------
    >>> import nuprobe as nu
    >>> current = coherent(nu.target("Ar40").components[0])
    >>> float(current.electric(np.array(0.0)))
    324.0
    """
    one, ff = component.isotope, component.charge

    def electric(q2: FloatArray) -> FloatArray:
        return np.asarray((one.z * ff(q2)) ** 2)

    radius = ff.rms
    soft, end = (2 / radius, 40 / radius) if radius > 0 else (math.inf, math.inf)
    return Current(
        one.name, one.mass if mass is None else mass, electric, _nothing, soft, end
    )


def pauli_factor(
    q2: FloatArray, mass: float, k_f: float = FERMI_MOMENTUM
) -> FloatArray:
    """Pauli suppression 3x/2 − x³/2 with x = |q|/2k_F below 1, else 1 [Lovseth:1971vv,
    unverified].

    |q| is the three-momentum transfer in the laboratory, |q|² = Q²(1 + Q²/4M²).

    Parameters
    ----------
    q2 : Q² in MeV², any shape.
    mass : of the nucleon, MeV.
    k_f : Fermi momentum, MeV.

    Examples
    --------
    >>> pauli_factor(np.array([1e4, 1e6]), 939.0)
    array([0.315, 1.   ])
    """
    x = np.minimum(np.sqrt(q2 * (1 + q2 / (4 * mass**2))) / (2 * k_f), 1.0)
    return np.asarray(1.5 * x - 0.5 * x**3)


def sachs(
    kind: str, form_factors: str, q2: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Sachs form factors G_E, G_M of a nucleon at Q² (MeV²).

    ``"dipole"``: G_D = (1 + Q²/0.71 GeV²)⁻² times 1, μ_p, μ_n, with G_E^n = 0;
    ``"kelly"``: the rational fits of Kelly:2004hm, see
    `nuprobe.nuclei.form_factors.kelly`.
    """
    proton = kind == "proton"
    if form_factors == "dipole":
        dipole = (1 + q2 / _DIPOLE_MASS2) ** -2.0
        return (
            (dipole, _MU_P * dipole)
            if proton
            else (np.zeros_like(dipole), _MU_N * dipole)
        )
    moment = _MU_P if proton else _MU_N
    return kelly(f"{kind} electric", q2), moment * kelly(f"{kind} magnetic", q2)


def nucleon(
    kind: str,
    form_factors: str = "kelly",
    pauli: bool = True,
    k_f: float = FERMI_MOMENTUM,
) -> Current:
    """Return a proton or neutron at rest, Pauli-blocked or free.

    Parameters
    ----------
    kind : ``"proton"`` or ``"neutron"``.
    form_factors : one of `NUCLEON_FORM_FACTORS`.
    pauli : whether it is blocked by the other nucleons of a nucleus.
    k_f : Fermi momentum, MeV.

    Raises
    ------
    UnknownNameError
        If the kind or the form factors are unknown.

    Examples
    --------
    >>> nucleon("proton", pauli=False).name
    'proton'
    """
    if kind not in ("proton", "neutron"):
        raise UnknownNameError("nucleon", kind, ["proton", "neutron"])
    if form_factors not in NUCLEON_FORM_FACTORS:
        raise UnknownNameError(
            "nucleon form factors", form_factors, NUCLEON_FORM_FACTORS
        )
    if not (isinstance(k_f, (int, float)) and math.isfinite(k_f) and k_f > 0):
        raise InputError(f"the Fermi momentum must be positive (MeV), got {k_f!r}")
    mass = M_PROTON if kind == "proton" else M_NEUTRON

    def blocking(q2: FloatArray) -> FloatArray:
        return pauli_factor(q2, mass, k_f) if pauli else np.ones_like(q2)

    def electric(q2: FloatArray) -> FloatArray:
        g_e, g_m = sachs(kind, form_factors, q2)
        tau = q2 / (4 * mass**2)
        return np.asarray((g_e**2 + tau * g_m**2) / (1 + tau) * blocking(q2))

    def magnetic(q2: FloatArray) -> FloatArray:
        return np.asarray(sachs(kind, form_factors, q2)[1] ** 2 * blocking(q2))

    # |Q| at which the three-momentum is 2 k_F
    kink = math.sqrt(2 * mass * (math.hypot(mass, 2 * k_f) - mass))
    # at 10 GeV a dipole squared is 1e-9; the tables of electrons end there
    return Current(
        kind,
        mass,
        electric,
        magnetic,
        500.0,
        10e3,
        (kink,) if pauli else (),
        k_f if pauli else 0.0,
    )


def electron() -> Current:
    """Return a free electron at rest: point-like, spin ½, g = 2.

    >>> electron().mass
    0.511
    """
    return Current("electron", M_ELECTRON, _one, _one)
