"""Survival of solar ν_e, averaged over the production region, by day and by night.

Mass states arrive incoherently. With the mixing angle θ_M at production and the
level-crossing probability P_c at the resonance, C = ⟨(1 − 2 P_c) cos 2θ_M⟩ over the
production zones,

    P_ee = c₁₃⁴ [½ + ½ C cos 2θ₁₂ − C f] + s₁₃⁴,

    cos 2θ_M = (cos 2θ₁₂ − A)/√[(cos 2θ₁₂ − A)² + sin² 2θ₁₂],
    A = 2√2 G_F n_e E cos²θ₁₃/Δm²₂₁,

and f = P(ν₂ → ν_e) − sin²θ₁₂ in the Earth, 0 by day (textbook; Parke:1986jy for P_c,
unverified). Effects of matter on θ₁₃, below 1 %, are neglected, as is the coherence of
mass states below Δm² = 1e-9 eV², where P_ee depends on the distance to the Sun.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.numerics import FloatArray, numbers
from nuprobe.oscillation.mixing import NUFIT
from nuprobe.oscillation.zones import ProductionZones, production_zones
from nuprobe.units import eV

__all__ = ["CROSSINGS", "Crossing", "conversion", "day_survival", "survival"]

Crossing = Literal["none", "parke", "exponential"]
CROSSINGS: Final[tuple[str, ...]] = get_args(Crossing)
_DEEPEST: Final = 700.0  # larger exponents give 0
_COHERENT: Final = 1e-9  # eV²


def conversion(
    e_nu: ArrayLike,
    sin2_12: ArrayLike,
    dm2_21: ArrayLike,
    sin2_13: ArrayLike,
    zones: ProductionZones,
    crossing: Crossing = "none",
) -> FloatArray:
    """C = ⟨(1 − 2 P_c) cos 2θ_M⟩ over production zones.

    Parameters
    ----------
    e_nu : energies in MeV; all four broadcast against each other.
    sin2_12, dm2_21, sin2_13 : mixing, and Δm²₂₁ in eV².
    zones : densities and weights.
    crossing : P_c, as of `survival`.

    Returns
    -------
    array
        Of the broadcast shape.

    Examples
    --------
    >>> zones = production_zones("8B")
    >>> conversion(10.0, 0.307, 7.5e-5, 0.022, zones).round(3)
    np.float64(-0.823)
    """
    e, s12, dm2, s13 = (
        np.asarray(v, dtype=float) for v in (e_nu, sin2_12, dm2_21, sin2_13)
    )
    cos2, sin2 = 1 - 2 * s12, 2 * np.sqrt(s12 * (1 - s12))
    scale = 2 * e * (1 - s13) / (dm2 * eV**2)
    total: FloatArray = np.zeros(np.broadcast_shapes(e.shape, s12.shape, scale.shape))
    jump = None
    if crossing != "none":
        jump, resonance = _crossing(e, cos2, sin2, dm2, scale, zones, crossing)
    for v, w in zip(zones.potentials, zones.weights, strict=True):
        x = cos2 - scale * v
        term = w * x / np.hypot(x, sin2)
        if jump is not None:
            term = term * np.where(v > resonance, 1 - 2 * jump, 1.0)
        total = total + term
    return total


def _crossing(
    e: FloatArray,
    cos2: FloatArray,
    sin2: FloatArray,
    dm2: FloatArray,
    scale: FloatArray,
    zones: ProductionZones,
    kind: Crossing,
) -> tuple[FloatArray, FloatArray]:
    """P_c, and the potential of the resonance (MeV)."""
    resonance = cos2 / scale
    height = zones.scale_height(resonance)
    k = dm2 * eV**2 / (2 * e) * height
    if kind == "parke":
        with np.errstate(divide="ignore"):
            gamma = np.where(cos2 > 0, k * sin2**2 / np.maximum(cos2, 1e-300), np.inf)
        return np.exp(-np.minimum(np.pi / 2 * gamma, _DEEPEST)), resonance
    # exact for an exponentially falling density
    whole = np.minimum(2 * np.pi * k, _DEEPEST)
    part = np.minimum(np.pi * k * (1 - cos2), _DEEPEST)
    jump = (np.exp(-part) - np.exp(-whole)) / -np.expm1(-whole)
    return np.clip(jump, 0.0, 1.0), np.where(cos2 > 0, resonance, 0.0)


def day_survival(
    c: ArrayLike, sin2_12: ArrayLike, sin2_13: ArrayLike, earth: ArrayLike = 0.0
) -> FloatArray:
    """P_ee for a conversion factor C.

    Parameters
    ----------
    c : of `conversion`; all broadcast against each other.
    sin2_12, sin2_13 : mixing.
    earth : f, the contribution of the Earth to P(ν₂ → ν_e); 0 by day.

    Examples
    --------
    >>> float(day_survival(1.0, 0.0, 0.0))
    1.0
    """
    s12, s13 = np.asarray(sin2_12, dtype=float), np.asarray(sin2_13, dtype=float)
    c = np.asarray(c, dtype=float)
    kept = (1 - s13) ** 2
    half = (1 + c * (1 - 2 * s12)) / 2 - c * np.asarray(earth, dtype=float)
    return np.asarray(kept * half + s13**2)


@public
def survival(
    e_nu: ArrayLike,
    kind: str = "8B",
    *,
    sin2_12: float = NUFIT["normal"][0],
    dm2_21: float = NUFIT["normal"][4],
    sin2_13: float = NUFIT["normal"][1],
    model: str = "B16-GS98",
    crossing: Crossing = "none",
    earth: ArrayLike = 0.0,
) -> FloatArray:
    """Probability that a solar ν_e arrives as ν_e, averaged over the production region.

    Parameters
    ----------
    e_nu : energies in MeV, any shape.
    kind : of solar neutrino, as of `production_zones`.
    sin2_12, dm2_21, sin2_13 : mixing, and Δm²₂₁ in eV²; default NuFIT 6.0.
    model : solar model, a name of `SOLAR_MODELS`.
    crossing : jumps between mass states at the resonance: ``"none"`` (adiabatic, valid
        for Δm² > 1e-8 eV²), ``"parke"`` (linear density) or ``"exponential"`` (exact
        for an exponential density, also above maximal mixing), with the slope of the
        density at the resonance.
    earth : f of `EarthModel.regeneration` at the energies, 0 by day.

    Returns
    -------
    array
        Of the shape of `e_nu`.

    Raises
    ------
    InputError
        If an energy or a mixing is not possible, or Δm² is so small that the
        probability depends on the distance to the Sun.

    Examples
    --------
    >>> survival([5.0, 10.0], "8B", sin2_12=0.307, dm2_21=7.5e-5).round(3)
    array([0.393, 0.327])
    """
    e = numbers("energies in MeV", e_nu)
    if np.any(~(e > 0)) or np.any(~np.isfinite(e)):
        raise InputError("energies of solar neutrinos must be positive (MeV)")
    for name, value in (("sin2_12", sin2_12), ("sin2_13", sin2_13)):
        if not 0 <= value <= 1:
            raise InputError(f"{name} must lie between 0 and 1, got {value:g}")
    if not _COHERENT <= dm2_21 < 1:
        raise InputError(
            f"dm2_21 must lie between {_COHERENT:g} and 1 eV2 (below this, mass"
            " states arrive coherently and the distance to the Sun matters), got"
            f" {dm2_21:g} eV2"
        )
    if crossing not in CROSSINGS:
        raise UnknownNameError("crossing", crossing, CROSSINGS)
    zones = production_zones(kind, model)
    mixing = (np.asarray(sin2_12), np.asarray(dm2_21), np.asarray(sin2_13))
    c = conversion(e, *mixing, zones, crossing)
    return day_survival(c, mixing[0], mixing[2], earth)
