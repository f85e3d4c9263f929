"""Experiments: one folder each, with ``experiment.toml``, tables and a README; adding
one needs no Python."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import import_module, resources
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar, overload

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError, shown

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from nuprobe.experiments.base import AnyExperiment, AnyRates
    from nuprobe.experiments.baselines.experiment import BaselineExperiment
    from nuprobe.experiments.baselines.rates import BaselineRates
    from nuprobe.experiments.counting import Experiment
    from nuprobe.experiments.factors import FactorLimit, FactorLimits, factor_limit
    from nuprobe.experiments.findings import Finding, check_folder
    from nuprobe.experiments.folders import FolderExperiment
    from nuprobe.experiments.joint import joint_cost
    from nuprobe.experiments.limits import Limit, LimitCurve, family_cost, limit
    from nuprobe.experiments.rates import Rates
    from nuprobe.experiments.reactor.experiment import ReactorExperiment
    from nuprobe.experiments.reactor.rates import ReactorRates
    from nuprobe.experiments.sites import SiteRates, SitesExperiment
    from nuprobe.experiments.solar import SolarExperiment
    from nuprobe.experiments.solar_rates import SolarRates
    from nuprobe.experiments.star import StarExperiment
    from nuprobe.experiments.starting import new_experiment, new_flux, template_titles
    from nuprobe.experiments.trident import TridentExperiment
    from nuprobe.experiments.trident_channels import ChannelRates, channel_rates
    from nuprobe.experiments.trident_rates import TridentRates
    from nuprobe.experiments.universe import UniverseExperiment, UniverseRates
    from nuprobe.experiments.verdicts import Verdict, Verdicts, verdict
    from nuprobe.schema import Folder

__all__ = [
    "AnyExperiment",
    "AnyRates",
    "BaselineExperiment",
    "BaselineRates",
    "ChannelRates",
    "Experiment",
    "FactorLimit",
    "FactorLimits",
    "Finding",
    "Limit",
    "LimitCurve",
    "Rates",
    "ReactorExperiment",
    "ReactorRates",
    "SiteRates",
    "SitesExperiment",
    "SolarExperiment",
    "SolarRates",
    "StarExperiment",
    "TridentExperiment",
    "TridentRates",
    "UniverseExperiment",
    "UniverseRates",
    "Verdict",
    "Verdicts",
    "channel_rates",
    "check_folder",
    "experiment",
    "experiment_names",
    "factor_limit",
    "family_cost",
    "joint_cost",
    "limit",
    "new_experiment",
    "new_flux",
    "template_titles",
    "verdict",
]

_E = TypeVar("_E", bound="AnyExperiment")

_ENTRY_POINTS = "nuprobe.experiments"
_PLACES = {
    "AnyExperiment": "base",
    "AnyRates": "base",
    "BaselineExperiment": "baselines.experiment",
    "BaselineRates": "baselines.rates",
    "Experiment": "counting",
    "Rates": "rates",
    "ReactorExperiment": "reactor.experiment",
    "ReactorRates": "reactor.rates",
    "SiteRates": "sites",
    "SitesExperiment": "sites",
    "SolarExperiment": "solar",
    "SolarRates": "solar_rates",
    "joint_cost": "joint",
    "new_experiment": "starting",
    "new_flux": "starting",
    "template_titles": "starting",
    "Finding": "findings",
    "check_folder": "findings",
    "FactorLimit": "factors",
    "FactorLimits": "factors",
    "factor_limit": "factors",
    "Limit": "limits",
    "LimitCurve": "limits",
    "family_cost": "limits",
    "limit": "limits",
    "TridentExperiment": "trident",
    "TridentRates": "trident_rates",
    "ChannelRates": "trident_channels",
    "channel_rates": "trident_channels",
    "StarExperiment": "star",
    "UniverseExperiment": "universe",
    "UniverseRates": "universe",
    "Verdict": "verdicts",
    "Verdicts": "verdicts",
    "verdict": "verdicts",
}


def __getattr__(name: str) -> object:
    if name in _PLACES:
        return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _folders() -> dict[str, Traversable]:
    """Folders of the package and of installed third parties (entry points whose value
    is a package)."""
    places = tuple((path, _changed_at(path)) for path in sys.path)
    return {
        entry.name: entry
        for library in _libraries(places)
        for entry in library.iterdir()
        if entry.joinpath("experiment.toml").is_file()
    }


def _changed_at(path: str) -> int:
    try:
        return os.stat(path or ".").st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=1)
def _libraries(_: tuple[tuple[str, int], ...]) -> list[Traversable]:
    """Locations of experiments, cached while the installed packages are unchanged:
    searching them takes as long as reading an experiment."""
    from importlib.metadata import entry_points

    offered = [resources.files(p.value) for p in entry_points(group=_ENTRY_POINTS)]
    return [resources.files(__name__).joinpath("library"), *offered]


@public
def experiment_names() -> tuple[str, ...]:
    """Names of the experiments that are installed.

    Examples
    --------
    >>> "coherent-csi-2017" in experiment_names()
    True
    """
    return tuple(sorted(_folders()))


def experiment_folder(name: str) -> Traversable:
    """Folder of an installed experiment.

    Parameters
    ----------
    name : of `experiment_names`.

    Examples
    --------
    >>> experiment_folder("conus-plus").joinpath("experiment.toml").is_file()
    True
    """
    return _folders()[name]


@overload
def experiment(name: _E, kind: None = None) -> _E: ...
@overload
def experiment(name: str | Path, kind: type[_E]) -> _E: ...
@overload
def experiment(name: str | Path, kind: None = None) -> AnyExperiment: ...
@public
def experiment(
    name: str | Path | AnyExperiment, kind: type[AnyExperiment] | None = None
) -> AnyExperiment:
    """Return an experiment by its name, or from a user's folder with an
    ``experiment.toml``.

    Parameters
    ----------
    name : a name of `experiment_names`, a path to a folder (anything with a path
        separator), or an experiment.
    kind : `Experiment` (counts in bins) or `TridentExperiment` (a ratio) to accept
        nothing else, which type checkers understand; default any.

    Returns
    -------
    AnyExperiment
        `TridentExperiment` if the ``process`` of the file is ``trident``,
        `BaselineExperiment` if it is ``oscillation``, `ReactorExperiment` if it is
        ``reactor-rates``, `SolarExperiment` if it is ``solar``, `UniverseExperiment` if
        it is ``early-universe``, `StarExperiment` if it is ``red-giants``,
        `SitesExperiment` if it has several sites, else
        `Experiment`.

    Raises
    ------
    UnknownNameError
        If there is no experiment of that name.
    ExperimentFileError
        If the folder's file is wrong: file, key and remedy are named.
    InputError
        If the experiment is of another kind.

    Examples
    --------
    >>> import nuprobe as nu
    >>> nu.experiment("coherent-csi-2017").analyses[:2]
    ('energy', 'energy-time')
    """
    opened = _read(_folder(name)) if isinstance(name, (str, Path)) else name
    if not hasattr(opened, "cost"):
        raise InputError(
            f"{shown(name)} is not an experiment: give its name, the path of its folder"
            " or the result of nuprobe.experiment"
        )
    if kind is not None and not isinstance(opened, kind):
        wanted = _KINDS.get(kind.__name__, kind.__name__)
        raise InputError(
            f"{opened.name} (process {opened.file.process!r}) cannot be used here:"
            f" {wanted} is needed"
        )
    return opened


_KINDS = {
    "Experiment": "an Experiment with a spectrum, such as coherent-csi-2017,",
    "TridentExperiment": "a trident experiment, such as ccfr-trident,",
}
"""Names of the kinds of experiments in messages."""


def _folder(name: str | Path) -> Folder:
    """Folder of an installed experiment, or of the user."""
    from nuprobe.schema import Folder

    if isinstance(name, Path) or "/" in name or "\\" in name:
        return Folder(Path(name), "experiment.toml")
    folders = _folders()
    if name not in folders:
        raise UnknownNameError(
            "experiment",
            name,
            folders,
            f"The folder {name} is given by its path, ./{name}."
            if os.path.isdir(name)
            else "A folder of your own is given by its path, e.g. ./mydetector.",
        )
    shipped = resources.files(__name__).joinpath("library", name)
    if folders[name] == shipped:
        return _shipped(name)
    return Folder(folders[name], "experiment.toml")


@cache
def _shipped(name: str) -> Folder:
    """Folder of an experiment of the package, with cached tables: reading them takes
    most of the time of opening an experiment."""
    from nuprobe.schema import Folder

    root = resources.files(__name__).joinpath("library", name)
    return Folder(root, "experiment.toml")


def _read(folder: Folder) -> AnyExperiment:
    """Open a folder with the format of its process."""
    raw = folder.load()
    return kind_of(raw).read(folder, raw)


def kind_of(raw: Mapping[str, Any]) -> type[FolderExperiment[Any]]:
    """Kind of an experiment, by the process of its file.

    Parameters
    ----------
    raw : the parsed file.

    Examples
    --------
    >>> kind_of({"process": "trident"}).__name__
    'TridentExperiment'
    """
    counts = "SitesExperiment" if raw.get("sites") else "Experiment"
    # a list for a process is rejected by the format
    name = _OF_PROCESS.get(str(raw.get("process")), counts)
    kind: type[FolderExperiment[Any]] = getattr(
        import_module(f"{__name__}.{_PLACES[name]}"), name
    )
    return kind


_OF_PROCESS = {
    "early-universe": "UniverseExperiment",
    "oscillation": "BaselineExperiment",
    "reactor-rates": "ReactorExperiment",
    "red-giants": "StarExperiment",
    "solar": "SolarExperiment",
    "trident": "TridentExperiment",
}
"""Process, for files that do not count recoils → kind of experiment."""


class _Callable(ModuleType):
    """``nuprobe.experiments`` is this package; calling it lists its names."""

    def __call__(self) -> tuple[str, ...]:
        return experiment_names()


sys.modules[__name__].__class__ = _Callable
