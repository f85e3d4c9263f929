"""Fluxes: flavour → dN/dE on an energy support, lines included, with arrival times."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from nuprobe.errors import InputError, UnknownNameError
from nuprobe.fluxes.spectrum import Flux, FluxComponent, Line, monoenergetic, tabulated
from nuprobe.fluxes.timing import TimeProfile

__all__ = ["Flux", "FluxComponent", "Line", "TimeProfile", "flux", "flux_names", "monoenergetic", "tabulated"]


def flux_names() -> tuple[str, ...]:
    """Names of the fluxes that come with the package."""
    library = resources.files(__name__).joinpath("library")
    return tuple(sorted(entry.name for entry in library.iterdir() if entry.joinpath("flux.toml").is_file()))


def flux(name: str | Path | Flux) -> Flux:
    """Return a flux by its name, or from a folder of the user's that holds a ``flux.toml``.

    Parameters
    ----------
    name : a name of `flux_names`, a path to a folder (anything with a path separator), or a Flux, returned as it is.

    Raises
    ------
    UnknownNameError
        If there is no flux of that name.
    ExperimentFileError
        If the folder's file is wrong: file, key and remedy are named.
    """
    if isinstance(name, Flux):
        return name
    from nuprobe.fluxes.files import read_flux
    from nuprobe.schema import Folder

    if not isinstance(name, (str, Path)):
        raise InputError(f"a flux is a name, a path or a Flux, got {name!r}")
    if isinstance(name, Path) or "/" in name or "\\" in name:
        return read_flux(Folder(Path(name), "flux.toml"))
    if name not in flux_names():
        raise UnknownNameError("flux", name, flux_names(), "A folder of your own is given by its path, e.g. ./myflux.")
    return read_flux(Folder(resources.files(__name__).joinpath("library", name), "flux.toml"))
