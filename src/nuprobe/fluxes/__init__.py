"""Fluxes: flavour → dN/dE on an energy support, lines included, with arrival times."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, overload

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.fluxes.moments import FluxMoments
from nuprobe.fluxes.reactor_errors import SpectrumErrors, reactor_errors
from nuprobe.fluxes.reactor_flux import ReactorFlux
from nuprobe.fluxes.spectrum import Flux, FluxComponent, Line, monoenergetic, tabulated
from nuprobe.fluxes.timing import TimeProfile

if TYPE_CHECKING:
    from nuprobe.schema import Folder

__all__ = [
    "Flux",
    "FluxComponent",
    "FluxMoments",
    "Line",
    "ReactorFlux",
    "SpectrumErrors",
    "TimeProfile",
    "fissions",
    "flux",
    "flux_names",
    "monoenergetic",
    "reactor_errors",
    "tabulated",
]


@public
def flux_names() -> tuple[str, ...]:
    """Names of the fluxes that come with the package.

    Examples
    --------
    >>> "sns" in flux_names()
    True
    """
    library = resources.files(__name__).joinpath("library")
    return tuple(
        sorted(
            entry.name
            for entry in library.iterdir()
            if entry.joinpath("flux.toml").is_file()
        )
    )


@overload
def flux(name: Literal["reactor"], /, **options: Any) -> ReactorFlux: ...
@overload
def flux(name: str | Path | Flux, /, **options: Any) -> Flux: ...
@public
def flux(name: str | Path | Flux, /, **options: Any) -> Flux:
    """Return a flux by its name, or from a user's folder with a ``flux.toml``.

    Parameters
    ----------
    name : a name of `flux_names`, a path to a folder (anything with a path separator),
        or a Flux, returned as it is.
    options : of the flux, replacing the defaults in its file: ``reactor``
        takes `fractions`, `model`, `low_energy`, `bump` and more; ``solar`` takes
        `model`, `components` and `scale`; ``supernova`` takes `energy`, `mean_energy`
        and `alpha`. Energies are numbers of MeV or texts with a unit. The guide on
        fluxes explains them.

    Raises
    ------
    UnknownNameError
        If there is no flux of that name.
    InputError
        If an option is unknown or its value not allowed.
    ExperimentFileError
        If the folder's file is wrong: file, key and remedy are named.

    Examples
    --------
    >>> fuel = {"U235": 0.9, "Pu239": 0.1}
    >>> mixed = flux("reactor", fractions=fuel, low_energy="none")
    >>> [component.name for component in mixed.components]
    ['U235', 'Pu239']
    """
    if isinstance(name, Flux):
        if options:
            raise InputError(
                f"{name.name} is already a flux and takes no options; give its name"
            )
        return name
    from nuprobe.fluxes.files import read_flux
    from nuprobe.schema import Folder

    if not isinstance(name, (str, Path)):
        raise InputError(f"a flux must be a name, a path or a Flux, got {shown(name)}")
    if isinstance(name, Path) or "/" in name or "\\" in name:
        return read_flux(Folder(Path(name), "flux.toml"), options)
    if name not in flux_names():
        raise UnknownNameError(
            "flux",
            name,
            flux_names(),
            f"The folder {name} is given by its path, ./{name}."
            if os.path.isdir(name)
            else "A folder of your own is given by its path, e.g. ./myflux.",
        )
    return read_flux(_library(name), options) if options else _shipped(name)


@cache
def _shipped(name: str) -> Flux:
    """A flux of the library with the defaults of its file; it is immutable."""
    from nuprobe.fluxes.files import read_flux

    return read_flux(_library(name), {})


def _library(name: str) -> Folder:
    from nuprobe.schema import Folder  # pydantic is slow to import

    return Folder(resources.files(__name__).joinpath("library", name), "flux.toml")


@public
def fissions(
    gigawatt_days: float, fractions: Mapping[str, float] | None = None
) -> float:
    """Number of fissions that release a thermal energy: the exposure of the flux
    ``reactor``.

    Parameters
    ----------
    gigawatt_days : thermal power in GW times days.
    fractions : share of each isotope in the fissions; those of the flux ``reactor`` by
        default.

    Raises
    ------
    InputError
        If the energy is not positive, an isotope unknown, or the fractions do not sum
        to 1.

    Notes
    -----
    Energies per fission of Kopeikin:2004cn: 201.92 (U235), 205.52 (U238), 209.99
    (Pu239), 213.60 MeV (Pu241).

    Examples
    --------
    >>> f"{fissions(1.0, {'U235': 1.0}):.4e}"
    '2.6707e+24'
    """
    from nuprobe.fluxes.files import FluxFile
    from nuprobe.fluxes.reactor import Reactor
    from nuprobe.schema import validate
    from nuprobe.units import joule

    if not 0 < gigawatt_days < float("inf"):
        raise InputError(
            "the thermal energy must be a positive number of gigawatt days, got"
            f" {shown(gigawatt_days)}"
        )
    folder = _library("reactor")
    reactor = validate(FluxFile, folder.load(), folder.name).source
    assert isinstance(reactor, Reactor)  # the package's own file
    share = reactor.shares(
        reactor.options.fractions if fractions is None else fractions
    )
    energy = sum(
        x * reactor.isotopes[isotope].energy_per_fission for isotope, x in share.items()
    )
    return gigawatt_days * 1e9 * 86400 * joule / energy


class _Callable(ModuleType):
    """``nuprobe.fluxes`` is this package; calling it lists its names."""

    def __call__(self) -> tuple[str, ...]:
        return flux_names()


sys.modules[__name__].__class__ = _Callable
