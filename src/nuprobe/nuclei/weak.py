"""Weak form factor of a nucleus, its low-q expansion, and the total cross section that
follows from it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import quick_methods
from nuprobe.constants import G_FERMI, HBARC_MEV_CM, SIN2_THETA_W_LOW
from nuprobe.errors import InputError, UnknownNameError, warn
from nuprobe.nuclei.folding import Folding
from nuprobe.nuclei.form_factors import (
    DEFAULT_NUCLEON,
    DensityFormFactor,
    FormFactor,
    NucleonElectric,
)
from nuprobe.nuclei.isotopes import Isotope, isotope
from nuprobe.numerics import FloatArray, numbers

__all__ = ["WeakFormFactor", "sigma_series", "weak_charge"]

T = TypeVar("T", float, FloatArray)
_RECOIL = {"none": 0, "first": 1, "exact": 2}


def weak_charge(of: str | Isotope, sin2_theta_w: float = SIN2_THETA_W_LOW) -> float:
    """Weak charge Q_W = N − (1 − 4 sin²θ_W) Z at tree level.

    Parameters
    ----------
    of : the nucleus.
    sin2_theta_w : weak mixing angle sin²θ_W.

    Examples
    --------
    >>> f"{weak_charge('Cs133', 0.23857):.2f}"
    '75.49'
    """
    nucleus = isotope(of)
    return nucleus.n - (1 - 4 * sin2_theta_w) * nucleus.z


@quick_methods
@dataclass(frozen=True)
class WeakFormFactor:
    """Weak form factor F_W = [F_n − (1 − 4s²) F_p]/Q_W, F_W(0) = 1, with the F_p(0) =
    Z and F_n(0) = N of `Folding`.

    For point nucleons that is [∫ 4πr² sin(qr)/(qr) (ρ_n − (1 − 4s²) ρ_p) dr]/Q_W with
    ∫ρ_n d³r = N, ∫ρ_p d³r = Z; a talk that gives it (A. B. Balantekin, ACFI workshop
    2019) prints sin²(qr)/(qr), which is not dimensionally possible, and has 4π in ρ.

    Attributes
    ----------
    isotope : the nucleus.
    proton, neutron : form factors of the distributions of protons and neutrons.
    sin2_theta_w : weak mixing angle of the tree-level couplings.
    nucleon : electric form factors of the nucleons, one of
        `form_factors.NUCLEON_NAMES`; ``"point"`` for nucleons without extension.

    Examples
    --------
    >>> from nuprobe.nuclei.form_factors import Helm
    >>> from nuprobe.units import fm
    >>> weak = WeakFormFactor(isotope("Cs133"), Helm(4.76 * fm), Helm(5.01 * fm))
    >>> f"{weak.rms / fm:.3f} fm"
    '5.087 fm'
    """

    isotope: Isotope
    proton: FormFactor
    neutron: FormFactor
    sin2_theta_w: float = SIN2_THETA_W_LOW
    nucleon: str = DEFAULT_NUCLEON

    def __post_init__(self) -> None:
        _ = self._folding  # rejects an unknown name
        if self.weak_charge == 0:
            raise InputError(
                f"the weak charge of {self.isotope.name} vanishes: it has no weak form"
                " factor"
            )

    @classmethod
    def from_densities(
        cls,
        of: str | Isotope,
        rho_p: Callable[[FloatArray], ArrayLike],
        rho_n: Callable[[FloatArray], ArrayLike],
        *,
        cutoff: float,
        scale: float,
        sin2_theta_w: float = SIN2_THETA_W_LOW,
        nucleon: str = DEFAULT_NUCLEON,
    ) -> WeakFormFactor:
        """Build from two densities of r (MeV⁻¹), in any normalisation: each is rescaled
        to Z and N.

        Parameters
        ----------
        of : the nucleus.
        rho_p, rho_n : densities of protons and neutrons, functions of arrays of r
            (MeV⁻¹).
        cutoff, scale : lengths (MeV⁻¹) as in `DensityFormFactor`: where the densities
            end, and the scale over which they vary.
        sin2_theta_w, nucleon : as above.
        """
        proton, neutron = (
            DensityFormFactor(rho, cutoff, scale) for rho in (rho_p, rho_n)
        )
        return cls(isotope(of), proton, neutron, sin2_theta_w, nucleon)

    @property
    def weak_charge(self) -> float:
        """Q_W = N − (1 − 4 sin²θ_W) Z."""
        return weak_charge(self.isotope, self.sin2_theta_w)

    @property
    def _folding(self) -> Folding:
        return Folding(
            self.isotope, self.proton, self.neutron, NucleonElectric(self.nucleon)
        )

    def _weak(self, proton: T, neutron: T) -> T:
        return (neutron - (1 - 4 * self.sin2_theta_w) * proton) / self.weak_charge

    @property
    def eta2(self) -> float:
        """Coefficient of q² in F_W = 1 + η2 q² + η4 q⁴ + …: −<r²>_W/6, MeV⁻²."""
        proton, neutron = self._folding.series
        return self._weak(proton[1], neutron[1])

    @property
    def eta4(self) -> float:
        """Coefficient of q⁴ in F_W: <r⁴>_W/120, MeV⁻⁴."""
        proton, neutron = self._folding.series
        return self._weak(proton[2], neutron[2])

    @property
    def rms(self) -> float:
        """Weak rms radius, MeV⁻¹; `InputError` if <r²>_W is negative."""
        mean = -6 * self.eta2
        if mean < 0:
            raise InputError(
                f"the weak <r²> of {self.isotope.name} is negative: use eta2"
            )
        return math.sqrt(mean)

    @property
    def r4(self) -> float:
        """Weak mean of r⁴, MeV⁻⁴."""
        return 120 * self.eta4

    def __call__(self, q2: ArrayLike) -> FloatArray:
        """F_W at `q2` = |q|² (MeV²), shape of `q2`."""
        return np.asarray(self._weak(*self._folding(q2)))


def sigma_series(
    e_nu: ArrayLike,
    of: str | Isotope,
    eta2: float,
    eta4: float,
    *,
    sin2_theta_w: float = SIN2_THETA_W_LOW,
    recoil: Literal["none", "first", "exact"] = "first",
) -> FloatArray:
    """Total coherent cross section as a series in the neutrino energy, cm².

    Integrating dσ/dT = G_F² M/4π Q_W² (1 − T/E − MT/2E²) F_W²(2MT) from 0 to T_max =
    2E²/(M + 2E), where the bracket is 1 − T/T_max, term by term in F_W² = 1 + 2η2 q² +
    (η2² + 2η4) q⁴ + …, gives

    σ = G_F²/4π Q_W² E² [κ + 8/3 η2 E² κ² + 8/3 (η2² + 2η4) E⁴ κ³ + O(E⁶)],  κ = 1/(1 +
    2E/M),

    ``recoil="exact"``. To first order in 1/M (``"first"``) κ^n → 1 − 2nE/M, and the
    recoil terms are −(2/M)(E + 16/3 η2 E³ + 8 (η2² + 2η4) E⁵): the series of A. B.
    Balantekin's talk (ACFI workshop 2019) with the same coefficients and signs. Its
    dσ/dT has a further +T²/E² (spin ½), which enters only at order 1/M².

    Parameters
    ----------
    e_nu : neutrino energies, MeV, any shape.
    of : the nucleus.
    eta2, eta4 : MeV⁻² and MeV⁻⁴, e.g. of a `WeakFormFactor`.
    sin2_theta_w : for Q_W.
    recoil : "none" (M → ∞), "first" or "exact".

    Returns
    -------
    array
        Shape of `e_nu`. A `ValidityWarning` says where the E⁴ term exceeds a tenth of
        the leading one.

    Examples
    --------
    >>> from nuprobe.nuclei.form_factors import Helm
    >>> from nuprobe.units import fm
    >>> weak = WeakFormFactor(isotope("Ar40"), Helm(3.33 * fm), Helm(3.42 * fm))
    >>> f"{sigma_series(10.0, 'Ar40', weak.eta2, weak.eta4):.3e} cm2"
    '1.865e-40 cm2'
    """
    if recoil not in _RECOIL:
        raise UnknownNameError("treatment of recoil", recoil, _RECOIL)
    energy = numbers("neutrino energies (MeV)", e_nu)
    bad = ~((energy >= 0) & (energy < np.inf))
    if bad.any():
        raise InputError(
            "a neutrino energy must be finite and non-negative (MeV), got"
            f" {energy[bad].flat[0]:g}"
        )
    nucleus = isotope(of)
    terms = np.stack(
        [
            np.ones_like(energy),
            8 / 3 * eta2 * energy**2,
            8 / 3 * (eta2**2 + 2 * eta4) * energy**4,
        ],
        axis=-1,
    )
    if np.any(np.abs(terms[..., 2]) > 0.1):
        warn(
            f"the series in E has not converged at {energy.max():.4g} MeV on"
            f" {nucleus.name}: integrate dσ/dT instead"
        )
    n, ratio = np.arange(1, 4), 2 * energy[..., None] / nucleus.mass
    factor = (np.ones_like(terms), 1 - n * ratio, (1 + ratio) ** -n.astype(float))[
        _RECOIL[recoil]
    ]
    front = (
        G_FERMI**2
        / (4 * np.pi)
        * weak_charge(nucleus, sin2_theta_w) ** 2
        * HBARC_MEV_CM**2
    )
    return np.asarray(front * energy**2 * (terms * factor).sum(axis=-1))
