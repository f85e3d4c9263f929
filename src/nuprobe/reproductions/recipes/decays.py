"""Light elements after the decay of a sterile neutrino."""

from __future__ import annotations

from collections.abc import Mapping

from nuprobe.cosmology.decay import DecayedAbundances, lifetime_of, sterile_decay
from nuprobe.errors import UnknownNameError
from nuprobe.units import parse_quantity

__all__ = ["decayed_abundance", "photon_decay_width"]

_ASKED = ("y_p", "d_h", "he3_d", "li7_h", "n_eff")


def photon_decay_width(mass: str, moment: float) -> float:
    """Width of one channel N → ν γ, 1/s.

    Parameters
    ----------
    mass : of N, e.g. ``"1 eV"``.
    moment : in Bohr magnetons.

    Examples
    --------
    >>> round(photon_decay_width("1 eV", 1.0), 3)
    5.307
    """
    return 1 / lifetime_of(parse_quantity(mass, "energy"), moment)


def decayed_abundance(
    observable: str,
    mass: str,
    lifetime: float,
    abundance: float,
    photons: float = 1.0,
    start: Mapping[str, float] | None = None,
) -> float:
    """An abundance after the decay of N.

    Parameters
    ----------
    observable : ``"y_p"``, ``"d_h"``, ``"he3_d"``, ``"li7_h"`` or ``"n_eff"``.
    mass : of N, e.g. ``"4 MeV"``.
    lifetime : in s.
    abundance : n_N/n_γ at 10 MeV.
    photons : number of photons with half the mass as energy in each decay.
    start : numbers of nuclei per baryon before the decay.

    Examples
    --------
    >>> round(decayed_abundance("d_h", "2 MeV", 1e5, 1e-9) * 1e5, 2)
    2.44
    """
    if observable not in _ASKED:
        raise UnknownNameError("observable", observable, _ASKED)
    found: DecayedAbundances = sterile_decay(
        parse_quantity(mass, "energy"),
        lifetime,
        abundance=abundance,
        photons=photons,
        start=start,
    )
    return found.values()[observable]
