"""Transitions of carbon nuclei between levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from nuprobe.constants import M_ELECTRON
from nuprobe.errors import InputError
from nuprobe.fluxes import flux as open_flux
from nuprobe.numerics import gauss_legendre
from nuprobe.processes import bump, carbon
from nuprobe.processes.nuclear.fermi import fermi_function
from nuprobe.units import parse_quantity

__all__ = [
    "bump_orders",
    "bump_threshold",
    "carbon_average",
    "carbon_cross_section",
    "carbon_table_ratio",
    "comparative_half_life",
]

Current = Literal["cc", "nc"]


def bump_threshold() -> float:
    """Threshold energy of ν̄ + ¹³C → ν̄ + n + ¹²C*(4.44 MeV), MeV.

    Examples
    --------
    >>> round(bump_threshold(), 3)
    9.39
    """
    return bump.threshold()


def bump_orders(share: float = 0.01, model: str = "summation") -> float:
    """Orders of magnitude by which an allowed transition falls short of a given share
    of all events of a power reactor.

    Parameters
    ----------
    share : of all events of inverse beta decay.
    model : of the spectra, as an option of the flux ``reactor``.

    Examples
    --------
    >>> round(bump_orders(), 1)
    6.7
    """
    found = bump.required(open_flux("reactor", model=model), share=share)
    return float(np.log10(found.enhancement))


def carbon_cross_section(
    energy: str,
    current: Current = "cc",
    flavour: str = "nu_e",
    levels: str = "carbon13",
    level: str | None = None,
) -> float:
    """σ(E) in cm² per nucleus.

    Parameters
    ----------
    energy : of the neutrino, e.g. ``"10 MeV"``.
    current, flavour, levels, level : as in `nuprobe.carbon.total`.

    Examples
    --------
    >>> f"{carbon_cross_section('10 MeV', level='1/2- g.s.'):.3e} cm2"
    '1.722e-42 cm2'
    """
    e_nu = parse_quantity(energy, "energy")
    return float(carbon.total(e_nu, current, flavour, levels=levels, level=level))


def carbon_average(
    flux: str,
    current: Current = "cc",
    flavours: Sequence[str] = ("nu_e",),
    levels: str = "carbon13",
    level: str | None = None,
    lowest: str = "0 MeV",
    options: Mapping[str, Any] | None = None,
) -> float:
    """Sum over flavours of the mean of σ over the neutrinos of a flux, in cm².

    Parameters
    ----------
    flux : its name.
    current, levels, level : as in `nuprobe.carbon.flux_averaged`.
    flavours : included in the sum.
    lowest : minimum energy of the neutrinos, e.g. ``"7 MeV"``.
    options : of the flux.

    Examples
    --------
    >>> f"{carbon_average('sns', levels='carbon12'):.2e} cm2"
    '8.96e-42 cm2'
    """
    source, floor = (
        open_flux(flux, **(options or {})),
        parse_quantity(lowest, "energy"),
    )
    means = [
        carbon.flux_averaged(
            source, current, flavour, levels=levels, level=level, lowest=floor
        )
        for flavour in flavours
    ]
    return float(sum(means))


def carbon_table_ratio(
    table: float,
    energy: str,
    current: Current = "cc",
    flavour: str = "nu_e",
    levels: str = "carbon13",
    level: str | None = None,
) -> float:
    """Ratio of a number of a table to σ(E) of this package.

    Parameters
    ----------
    table : cross section of the table in cm².
    energy, current, flavour, levels, level : as in `carbon_cross_section`.

    Examples
    --------
    >>> round(carbon_table_ratio(1.75e-42, "10 MeV", level="1/2- g.s."), 3)
    1.016
    """
    ours = carbon_cross_section(energy, current, flavour, levels, level)
    if ours == 0:
        raise InputError(f"{energy} is below the threshold of {levels}")
    return table / ours


def comparative_half_life(
    half_life: str, branch: float, q: str, charge: int, mass_number: int
) -> float:
    """ft in seconds of a positron decay to the ground state.

    Parameters
    ----------
    half_life : of the parent, e.g. ``"597.9 s"``.
    branch : branching fraction of positron decay to the ground state.
    q : difference of the atomic masses, e.g. ``"2.22047 MeV"``.
    charge, mass_number : of the daughter.

    Examples
    --------
    >>> f"{comparative_half_life('597.9 s', 0.998, '2.22047 MeV', 6, 13):.0f} s"
    '4610 s'
    """
    value, _, unit = half_life.partition(" ")
    if unit != "s":
        raise InputError(f"give the half-life in s, as '597.9 s', got {half_life!r}")
    end = parse_quantity(q, "energy") - M_ELECTRON
    x, w = gauss_legendre(200)
    e = M_ELECTRON + (end - M_ELECTRON) * x
    k = np.sqrt(e**2 - M_ELECTRON**2)
    shape = k * e * (end - e) ** 2
    shape = shape * fermi_function(e, k, -charge, 1.2 * mass_number ** (1 / 3))
    phase_space = float(shape @ w) * (end - M_ELECTRON) / M_ELECTRON**5
    return phase_space * float(value) / branch
