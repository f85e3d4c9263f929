"""Whether neutrinos are their own antiparticles: double beta decay, relic neutrinos,
decays of heavy ones."""

from __future__ import annotations

from nuprobe.majorana import capture_rate, half_life, photon_width
from nuprobe.majorana.relic import Nature
from nuprobe.units import parse_quantity

__all__ = [
    "double_beta_half_life",
    "heavy_neutrino_width",
    "relic_captures",
]


def double_beta_half_life(isotope: str, m_bb: str, matrix_element: float) -> float:
    """Half-life of double beta decay without neutrinos, in years.

    Parameters
    ----------
    isotope : one of `nuprobe.majorana.ISOTOPES`.
    m_bb : effective mass, e.g. ``"0.1 eV"``.
    matrix_element : M.

    Examples
    --------
    >>> f"{double_beta_half_life('Ge76', '0.1 eV', 3.0):.2e}"
    '4.72e+26'
    """
    mass = parse_quantity(m_bb, "energy")
    return float(half_life(isotope, mass, matrix_element))


def heavy_neutrino_width(mass: str, moment: float) -> float:
    """Width of N → ν γ of a Dirac neutrino, 1/s.

    Parameters
    ----------
    mass : of N, e.g. ``"1 eV"``.
    moment : transition magnetic moment in Bohr magnetons.

    Examples
    --------
    >>> round(heavy_neutrino_width("1 eV", 1.0), 3)
    5.307
    """
    return photon_width(parse_quantity(mass, "energy"), moment)


def relic_captures(tritium: float, nature: Nature) -> float:
    """Captures of relic neutrinos a year, in the mean universe.

    Parameters
    ----------
    tritium : in g.
    nature : ``"dirac"`` or ``"majorana"``.

    Examples
    --------
    >>> round(relic_captures(100.0, "dirac"), 2)
    4.06
    """
    return capture_rate(tritium, nature)
