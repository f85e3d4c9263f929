"""Capture of relic neutrinos on tritium, ν_e + ³H → ³He + e⁻ (Long:2014zva, not checked
there).

    Γ = N_T Σ_i |U_ei|² σ̄ n_i c,

with σ̄ = 3.834e-45 cm² and a mean density of 56 neutrinos per cm³ per mass state and
helicity. Slow relic neutrinos keep their helicity: of Dirac neutrinos only the
left-handed half is captured, of Majorana neutrinos both helicities. For fast ones (mass
far below 0.17 meV) the rates are equal.
"""

from __future__ import annotations

from typing import Final, Literal

from nuprobe.border import public
from nuprobe.constants import AVOGADRO
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.numerics import number

__all__ = [
    "DENSITY",
    "HELICITIES",
    "LIGHT_CM_S",
    "SIGMA",
    "TRITIUM",
    "YEAR_S",
    "Nature",
    "capture_rate",
]

SIGMA: Final = 3.834e-45
"""Mean cross section of capture times velocity over that of light, cm²."""
DENSITY: Final = 56.0
"""Mean cosmic density of relic neutrinos per mass state and helicity, per cm³."""
TRITIUM: Final = 3.01604928
"""Atomic mass, u."""
LIGHT_CM_S: Final = 2.99792458e10
YEAR_S: Final = 365.25 * 86400
Nature = Literal["dirac", "majorana"]
HELICITIES: Final = {"dirac": 1, "majorana": 2}


@public
def capture_rate(
    tritium: float = 100.0, nature: Nature = "dirac", *, clustering: float = 1.0
) -> float:
    """Captures of relic neutrinos per year.

    Parameters
    ----------
    tritium : atomic tritium in g.
    nature : ``"dirac"`` or ``"majorana"``.
    clustering : local density over that of the mean universe.

    Returns
    -------
    float
        Per year, for neutrinos that are slow today.

    Raises
    ------
    InputError
        If the tritium mass or the clustering is negative.

    Examples
    --------
    >>> [round(capture_rate(100.0, nature), 2) for nature in ("dirac", "majorana")]
    [4.06, 8.11]
    """
    if nature not in HELICITIES:
        raise UnknownNameError("nature of the neutrino", nature, HELICITIES)
    for what, value in (("tritium in g", tritium), ("clustering", clustering)):
        if number(what, value) < 0:
            raise InputError(f"{what} must not be negative, got {value:g}")
    atoms = tritium / TRITIUM * AVOGADRO
    density = DENSITY * clustering * HELICITIES[nature]
    return float(atoms * SIGMA * density * LIGHT_CM_S * YEAR_S)
