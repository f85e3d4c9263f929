"""Experiments: one folder each, with ``experiment.toml``, tables and a README; adding one touches no Python."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from nuprobe.errors import UnknownNameError

if TYPE_CHECKING:
    from nuprobe.experiments.core import Experiment, Rates

__all__ = ["Experiment", "Rates", "experiment", "experiment_names"]

_ENTRY_POINTS = "nuprobe.experiments"


def __getattr__(name: str) -> object:
    if name in ("Experiment", "Rates"):
        from nuprobe.experiments import core

        return getattr(core, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _folders() -> dict[str, object]:
    """Folders of the package and of installed third parties (entry points whose value is a package)."""
    from importlib.metadata import entry_points

    libraries = [resources.files(__name__).joinpath("library")]
    libraries += [resources.files(point.value) for point in entry_points(group=_ENTRY_POINTS)]
    return {
        entry.name: entry
        for library in libraries
        for entry in library.iterdir()
        if entry.joinpath("experiment.toml").is_file()
    }


def experiment_names() -> tuple[str, ...]:
    """Names of the experiments that are installed."""
    return tuple(sorted(_folders()))


def experiment(name: str | Path | Experiment) -> Experiment:
    """Return an experiment by its name, or from a folder of the user's that holds an ``experiment.toml``.

    Parameters
    ----------
    name : a name of `experiment_names`, a path to a folder (anything with a path separator), or an Experiment.

    Raises
    ------
    UnknownNameError
        If there is no experiment of that name.
    ExperimentFileError
        If the folder's file is wrong: file, key and remedy are named.
    """
    from nuprobe.experiments.core import Experiment
    from nuprobe.schema import Folder

    if isinstance(name, Experiment):
        return name
    if isinstance(name, Path) or "/" in name or "\\" in name:
        return Experiment.read(Folder(Path(name), "experiment.toml"))
    folders = _folders()
    if name not in folders:
        raise UnknownNameError(
            "experiment", name, folders, "A folder of your own is given by its path, e.g. ./mydetector."
        )
    return Experiment.read(Folder(folders[name], "experiment.toml"))  # type: ignore[arg-type]
