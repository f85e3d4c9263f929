"""Transitions between levels of nuclei such as carbon: ν_e by charged currents to
levels of the product, ν of every flavour by neutral currents to levels of the target.

Levels and strengths are tables (`nuprobe.processes.nuclear.levels`), the kernels are in
`nuprobe.processes.nuclear.allowed`:

- ``"carbon13"``: only allowed transitions, no weak magnetism, forbidden parts, form
  factors or radiative corrections (which are +1.5 % at 10 MeV); good to about 2 % below
  10 MeV, 3 to 5 % at 20 MeV.
- ``"carbon12"``: ground state of ¹²N and ¹²C*(15.11 MeV), with form factor and weak
  magnetism; good to some 5 %, and within the errors of the measurements with muon decay
  at rest.
- ``"carbon12-inclusive"``: also the excited states of ¹²N, as one first forbidden level
  whose strength is normalised to a measurement.

The deposit is the total energy of the electron, or the energy transfer of the neutrino.
Neutral currents follow the isovector axial couplings of a model, their weak magnetism
also the vector ones, so neutrinos and antineutrinos differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError, warn
from nuprobe.flavours import Flavour
from nuprobe.flavours import flavour as as_flavour
from nuprobe.fluxes import Flux, FluxComponent
from nuprobe.fluxes import flux as as_flux
from nuprobe.models import Model, StandardModel
from nuprobe.numerics import FloatArray, converged
from nuprobe.processes import cross_section
from nuprobe.processes.inputs import deposits, energies
from nuprobe.processes.interface import (
    Process,
)
from nuprobe.processes.nuclear.carbon_process import (
    CarbonCharged,
    CarbonNeutral,
    checked,
)
from nuprobe.processes.nuclear.levels import levels
from nuprobe.processes.nuclear.one_level import one_level
from nuprobe.processes.nuclear.two_body import LeptonEnergy, Transfer
from nuprobe.processes.nuclear.written import Current, Known, written

__all__ = [
    "CarbonCharged",
    "CarbonNeutral",
    "Current",
    "by_level",
    "flux_averaged",
    "total",
]

_KNOWN: Final[Known] = {
    "nu_e C13 -> e- N13": ("cc", "nu_e"),
    "{nu} C13 -> {nu} C13*": ("nc", None),
    "{nubar} C13 -> {nubar} C13*": ("nc", None),
    "nu_e C12 -> e- N12": ("cc", "nu_e"),
    "nubar_e C12 -> e+ B12": ("cc", "nubar_e"),
    "{nu} C12 -> {nu} C12*": ("nc", None),
    "{nubar} C12 -> {nubar} C12*": ("nc", None),
}


@public
def total(
    e_nu: ArrayLike,
    reaction: str,
    flavour: str | Flavour | None = None,
    model: Model | None = None,
    *,
    levels: str | None = None,
    level: str | None = None,
    rtol: float = 1e-8,
) -> FloatArray:
    """Total cross section σ(E) of one nucleus.

    Parameters
    ----------
    e_nu : neutrino energies in MeV.
    reaction : ``"cc"``, ``"nc"``, or written out: ``"nu_e C13 -> e- N13"``,
        ``"nu C13 -> nu C13*"``, ``"nu_e C12 -> e- N12"``, ``"nubar_e C12 -> e+ B12"``,
        ``"nu C12 -> nu C12*"`` (also with ``nubar``, or a flavour).
    flavour : ``"nu_e"`` … ``"nubar_tau"``; not needed if the reaction specifies it.
    model : the couplings to nucleons, for neutral currents; None for the Standard
        Model.
    levels : name of a table of levels, or path of a TOML file; None for the one of
        the reaction, ``"carbon13"`` if it is not written out.
    level : name of one level, or a unique part of it such as ``"g.s."``; None for the
        sum.
    rtol : relative accuracy required of the quadrature over the deposit.

    Returns
    -------
    array
        In cm², of the shape of `e_nu`; exactly 0 below the threshold.

    Raises
    ------
    InputError
        If an energy is invalid or above the range of the table (60 MeV for those of the
        package).
    ComputationError
        If the quadrature does not reach `rtol`.

    Examples
    --------
    >>> total([2.0, 10.0], "nu_e C13 -> e- N13", level="g.s.")
    array([0.000e+00, 1.72...e-42])
    """
    e = energies(e_nu)
    current, flavour, levels = _asked(reaction, flavour, levels)
    process = _process(current, levels, level)
    _reached(levels, float(e.max(initial=0.0)))
    sigma = cross_section.total(
        process, e, None, model or StandardModel(), flavour, rtol=rtol
    )
    return np.asarray(sigma)


@public
def by_level(
    e_nu: ArrayLike,
    reaction: str,
    flavour: str | Flavour | None = None,
    model: Model | None = None,
    *,
    levels: str | None = None,
) -> dict[str, FloatArray]:
    """Total cross sections of one nucleus, level by level.

    Parameters
    ----------
    e_nu, reaction, flavour, model, levels : as in `total`.

    Returns
    -------
    dict of arrays
        Name of the level → cm², of the shape of `e_nu`, in the order of the table.

    Raises
    ------
    InputError
        As `total`.

    Examples
    --------
    >>> found = by_level(10.0, "cc", "nu_e")
    >>> {name: f"{sigma:.3g}" for name, sigma in found.items()}
    {'1/2- g.s.': '1.72e-42', '3/2- 3.502': '7.41e-43'}
    """
    current, flavour, levels = _asked(reaction, flavour, levels)
    e, process = energies(e_nu), _process(current, levels, None)
    _reached(levels, float(e.max(initial=0.0)))
    chosen = model or StandardModel()
    return {
        name: np.asarray(
            cross_section.total(one_level(process, name), e, None, chosen, flavour)
        )
        for name in (s.name.partition(" ")[2] for s in process.scatterers(None))
    }


def _asked(
    reaction: str, flavour: str | Flavour | None, levels: str | None
) -> tuple[Current, Flavour, str]:
    """Current, flavour and table of levels of a reaction."""
    key, current, kind = written(reaction, flavour, _KNOWN)
    if levels is not None:
        return current, kind, levels
    light = "carbon12-nubar" if "B12" in key else "carbon12"
    return current, kind, light if "C12" in key else "carbon13"


def _process(current: Current, name: str, level: str | None) -> Process:
    process = CarbonCharged(name) if current == "cc" else CarbonNeutral(name)
    return process if level is None else one_level(process, level)


def _reached(name: str, highest: float) -> None:
    """Reject energies beyond the table, warn where the neglected effects matter."""
    table = levels(name)
    checked(table, np.asarray(highest))
    if highest > table.accurate_to:
        warn(
            f"above {table.accurate_to:g} MeV {table.left_out} count that are left out"
            f" of {name}, got {highest:g} MeV"
        )


@public
def flux_averaged(
    flux: Flux | str,
    reaction: str,
    flavour: str | Flavour | None = None,
    model: Model | None = None,
    *,
    levels: str | None = None,
    level: str | None = None,
    lowest: float = 0.0,
    rtol: float = 1e-6,
) -> float:
    """Mean of the cross section of one nucleus over the neutrinos of a flux above an
    energy.

    Parameters
    ----------
    flux : the source, or its name; lines are included.
    reaction, flavour, model, levels, level : as in `total`.
    lowest : energy in MeV below which neutrinos are excluded from both the integral and
        its normalisation.
    rtol : relative accuracy required of the quadrature over the flux, estimated from
        two orders.

    Returns
    -------
    float
        In cm².

    Raises
    ------
    InputError
        As `total`; if the flux has no such neutrinos above `lowest`, or extends beyond
        the range of the table.
    ComputationError
        If the quadrature does not reach `rtol`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> boron = nu.flux("solar", components=["8B"])
    >>> flux_averaged(boron, "cc", "nu_e", level="1/2- g.s.", lowest=7.0)
    1.468e-42
    """
    current, flavour, levels = _asked(reaction, flavour, levels)
    source, floor = as_flux(flux), float(deposits(lowest))
    process, found = _process(current, levels, level), source.of(flavour)
    number = sum(float(c.integrate(np.ones_like, floor)) for c in found)
    if number == 0:
        raise InputError(
            f"flux {source.name} has no {as_flavour(flavour)} above {floor:g} MeV"
        )
    _reached(levels, max(c.e_max for c in found))
    chosen = model or StandardModel()

    def integral(n: int) -> FloatArray:
        return np.asarray(_folded(process, found, chosen, flavour, floor, n // 24))

    def name(_: int) -> str:
        return f"mean of {process.name} over {source.name}"

    return float(converged(integral, rtol, name)) / number


def _folded(
    process: Process,
    components: Sequence[FluxComponent],
    model: Model,
    flavour: str | Flavour,
    floor: float,
    refine: int,
) -> float:
    """∫ φ σ dE in cm² per unit of the flux, level by level from its threshold."""
    result = 0.0
    for scatterer in process.scatterers(None):
        bounds = scatterer.range
        assert isinstance(bounds, LeptonEnergy | Transfer)
        start = max(floor, bounds.reaction.threshold)
        alone = one_level(process, scatterer.name.partition(" ")[2])

        def sigma(e: FloatArray, alone: Process = alone) -> FloatArray:
            return cross_section.total(alone, e, None, model, flavour)

        result += sum(float(c.integrate(sigma, start, refine)) for c in components)
    return result
