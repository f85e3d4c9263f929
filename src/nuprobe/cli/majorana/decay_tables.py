"""Tables of ``nuprobe majorana decay``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nuprobe.errors import InputError, UnknownNameError
from nuprobe.tables import Cell, Table

if TYPE_CHECKING:
    from nuprobe.majorana import HeavyNeutrino

Decays = dict[str, list["HeavyNeutrino"]]
"""Decays of each channel for all natures, in the order of `NATURES`."""

NATURES = ("majorana", "dirac", "antidirac")
_NOTES = (
    "alpha: slope of the angular distribution of a fully polarised Dirac N; 0 for"
    " Majorana N, minus for anti-N",
    "decays to tell: mean number after which the slope is told from an isotropic"
    " distribution, without background",
    "the neutrino accompanying X is massless; coefficients of Dirac neutrinos"
    " second-hand, unverified (Balantekin:2018ukw)",
)


def _title(decays: Decays) -> str:
    first = next(iter(decays.values()))[0]
    return f"N of {first.mass:g} MeV, polarisation {first.polarisation:g}"


def summary(decays: Decays, sigma: float, gamma: float | None) -> Table:
    """Return slopes, energies, and the number of decays that distinguish the natures.

    Parameters
    ----------
    decays : of each channel.
    sigma : standard deviations.
    gamma : Lorentz factor of N, or None without laboratory energies.
    """
    from nuprobe.majorana import events_to_tell

    columns = ["X", "alpha", "E_X at rest [MeV]"]
    if gamma is not None:
        columns += ["E_X from [MeV]", "to [MeV]"]
    rows: list[tuple[Cell, ...]] = []
    for channel, (_, dirac, _) in decays.items():
        slope = dirac.asymmetry
        needed = events_to_tell(slope * dirac.polarisation, sigma)
        ends = () if gamma is None else dirac.energy_range(gamma)
        never = needed == float("inf")
        rows.append(
            (channel, slope, dirac.rest_energies[0], *ends, None if never else needed)
        )
    title = f"{_title(decays)}: decays to nu X"
    columns.append(f"decays to tell at {sigma:g} sigma")
    return Table(title, tuple(columns), tuple(rows), {columns[-1]: ".4g"}, _NOTES)


def angular(decays: Decays, cosine: str) -> Table:
    """Return the angular distributions.

    Parameters
    ----------
    decays : of each channel.
    cosine : grid as typed.
    """
    from nuprobe.units import parse_grid

    cos = parse_grid(cosine, "dimensionless")
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (channel, float(c), *(float(d.by_angle(c)) for d in natures))
        for channel, natures in decays.items()
        for c in cos
    )
    title = f"{_title(decays)}: density of cos theta_X in its rest frame"
    return Table(title, ("X", "cos", *NATURES), rows, None, _NOTES[2:])


def spectrum(decays: Decays, gamma: float, n: int) -> Table:
    """Return the distributions of laboratory energies.

    Parameters
    ----------
    decays : of each channel.
    gamma : Lorentz factor of N.
    n : energies of each channel, ends included.
    """
    import numpy as np

    rows: list[tuple[Cell, ...]] = []
    for channel, natures in decays.items():
        for e in np.linspace(*natures[0].energy_range(gamma), n):
            density = (float(d.by_energy(e, gamma)) for d in natures)
            rows.append((channel, float(e), *density))
    title = f"{_title(decays)}, gamma {gamma:g}: density of the energy of X, 1/MeV"
    return Table(title, ("X", "E_X [MeV]", *NATURES), tuple(rows), None, _NOTES[2:])


def two_complex(text: str) -> tuple[complex, complex]:
    """Return two moments from a text such as ``1,1j``."""
    try:
        first, second = (complex(part.replace(" ", "")) for part in text.split(","))
    except ValueError:
        raise InputError(
            f"cannot read --moments {text!r}: write two numbers, e.g. 1,1j"
        ) from None
    return first, second


def channels(asked: tuple[str, ...], mass: float) -> tuple[str, ...]:
    """Return the channels `asked` for, or all open to N of a `mass` (MeV)."""
    from nuprobe.majorana import CHANNELS, daughter_masses

    for name in asked:
        if name not in CHANNELS:
            raise UnknownNameError("decay channel", name, CHANNELS)
        if asked.count(name) > 1:
            raise InputError(f"--channel {name} is given twice")
    return asked or tuple(c for c in CHANNELS if daughter_masses()[c] < mass)
