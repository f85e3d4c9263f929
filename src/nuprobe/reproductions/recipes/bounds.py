"""Bounds on couplings that do not come from scattering."""

from __future__ import annotations

from nuprobe.bounds import monophoton, muon_g2
from nuprobe.errors import InputError, shown
from nuprobe.units import parse_quantity

__all__ = ["anomalous_moment_coupling", "monophoton_reach"]


def anomalous_moment_coupling(
    layer: str, mass: str, side: str, n_sigma: float = 2.0, cl: float = 0.95
) -> float:
    """Coupling to muons from (g−2)_μ.

    Parameters
    ----------
    layer : prediction and measurement of the moment, as in `nuprobe.bounds.muon_g2`.
    mass : of the boson, e.g. ``"10 MeV"``.
    side : ``"lower"`` or ``"upper"`` edge of the band, or the upper ``"limit"``.
    n_sigma : half width of the band.
    cl : confidence level of the limit.

    Examples
    --------
    >>> low, high = (
    ...     anomalous_moment_coupling("2016", "10 MeV", side)
    ...     for side in ("lower", "upper")
    ... )
    >>> 1e-4 < low < high < 1e-3
    True
    """
    m = parse_quantity(mass, "energy")
    if side == "limit":
        return float(muon_g2.upper_limit(layer, m, cl))
    if side not in ("lower", "upper"):
        raise InputError(f'side must be "lower", "upper" or "limit", got {shown(side)}')
    return float(muon_g2.band(layer, m, n_sigma)[side == "upper"])


def monophoton_reach(mass: str, luminosity: float) -> float:
    """Coupling g' at which Belle II expects three events e⁺e⁻ → γ + nothing.

    Parameters
    ----------
    mass : of the boson, e.g. ``"10 MeV"``.
    luminosity : in ab⁻¹.

    Examples
    --------
    >>> f"{monophoton_reach('100 MeV', 50.0):.0e}"
    '2e-04'
    """
    return float(
        monophoton.reach(
            parse_quantity(mass, "energy"), luminosity * monophoton.INVERSE_AB
        )
    )
