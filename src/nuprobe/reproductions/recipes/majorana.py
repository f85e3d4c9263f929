"""Whether neutrinos are their own antiparticles: double beta decay, relic neutrinos,
decays of heavy neutrinos."""

from __future__ import annotations

from nuprobe.errors import InputError, shown
from nuprobe.majorana import capture_rate, half_life, mass_from_half_life, photon_width
from nuprobe.majorana.relic import Nature
from nuprobe.units import eV, parse_quantity

__all__ = [
    "double_beta_half_life",
    "double_beta_mass",
    "heavy_neutrino_width",
    "relic_captures",
]


def double_beta_half_life(isotope: str, m_bb: str, matrix_element: float) -> float:
    """Half-life of neutrinoless double beta decay, in years.

    Parameters
    ----------
    isotope : one of `nuprobe.majorana.ISOTOPES`.
    m_bb : effective mass, e.g. ``"0.1 eV"``.
    matrix_element : nuclear matrix element M.

    Examples
    --------
    >>> f"{double_beta_half_life('Ge76', '0.1 eV', 3.0):.2e}"
    '4.72e+26'
    """
    mass = parse_quantity(m_bb, "energy")
    return float(half_life(isotope, mass, matrix_element))


def double_beta_mass(isotope: str, years: float, side: str, g_a: float = 1.27) -> float:
    """Effective mass in meV that corresponds to a half-life.

    Parameters
    ----------
    isotope : one of `nuprobe.majorana.ISOTOPES`.
    years : half-life.
    side : ``"lower"`` with the largest matrix element of the literature, ``"upper"``
        with the smallest.
    g_a : axial coupling used with the matrix elements.

    Examples
    --------
    >>> round(double_beta_mass("Ge76", 1.8e26, "upper"))
    183
    """
    if side not in ("lower", "upper"):
        raise InputError(f'side must be "lower" or "upper", got {shown(side)}')
    both = mass_from_half_life(isotope, years, g_a=g_a) / eV * 1e3
    return float(both[int(side == "upper")])


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
    """Captures of relic neutrinos per year, at the mean cosmic density.

    Parameters
    ----------
    tritium : mass in g.
    nature : ``"dirac"`` or ``"majorana"``.

    Examples
    --------
    >>> round(relic_captures(100.0, "dirac"), 2)
    4.06
    """
    return capture_rate(tritium, nature)
