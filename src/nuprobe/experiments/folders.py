"""Common parts of all experiments read from a folder: opening, changing, the flux it
names, and the free parameters of a fit."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Self, TypeVar

from nuprobe.border import public
from nuprobe.errors import ExperimentFileError, InputError, shown
from nuprobe.experiments.base import AnyExperiment, AnyFile, unknown_parameter
from nuprobe.experiments.changes import changed
from nuprobe.fluxes import Flux, flux
from nuprobe.fluxes.files import read_flux
from nuprobe.inference import Cost
from nuprobe.parameters import Parameter
from nuprobe.schema import Folder, in_file, validate

__all__ = ["FolderExperiment", "MeasuredExperiment", "flux_of", "freed", "kept"]

FileT = TypeVar("FileT", bound=AnyFile)
_T = TypeVar("_T")


@dataclass(frozen=True, eq=False, repr=False)
class FolderExperiment(AnyExperiment, Generic[FileT]):
    """An experiment that is read from a folder.

    A kind of experiment sets the `FORMAT` of its file and extends `_check`, which reads
    everything that the file names, so that mistakes are reported when a folder is
    opened.

    Attributes
    ----------
    file : validated contents of ``experiment.toml``.
    folder : where its tables lie.
    raw : the parsed file before validation, the base of `with_changes`.
    """

    FORMAT: ClassVar[type[Any]]
    """The contents of ``experiment.toml``."""

    file: FileT
    folder: Folder
    raw: Mapping[str, Any]
    _cache: dict[Any, Any] = field(default_factory=dict, init=False)

    @classmethod
    def read(cls, folder: Folder, raw: Mapping[str, Any] | None = None) -> Self:
        """Read and check an experiment.

        Parameters
        ----------
        folder : where it lies.
        raw : the parsed file; default that of the folder.

        Raises
        ------
        ExperimentFileError
            One line: file, key, what is wrong there and what is allowed.
        """
        raw = folder.load() if raw is None else raw
        file = validate(cls.FORMAT, raw, folder.name)
        with in_file(folder.name):
            result = cls._opened(file, folder, raw)
            result._check()
        return result

    @classmethod
    def _opened(cls, file: Any, folder: Folder, raw: Mapping[str, Any]) -> Self:
        """The experiment of a validated file."""
        return cls(file, folder, raw)

    def _check(self) -> None:
        """Read everything that the file names."""

    @public
    def with_changes(self, changes: Mapping[str, Any]) -> Self:
        """Return the experiment with some keys of its file changed, for the study of a
        choice.

        Parameters
        ----------
        changes : dotted key → value, whole sections or single keys, e.g.
            ``{"response.smearing.kind": "none"}``; list items by their position
            (``{"sites.0.flux.distance": "8 m"}``).

        Raises
        ------
        ExperimentFileError
            If a key does not exist in the format or a value is not allowed.
        """
        source = self.folder.name
        return self.read(self.folder, changed(self.raw, self._in_full(changes), source))

    def _in_full(self, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """Changes including those of dependent keys."""
        return changes

    def _freed(
        self, free: Sequence[str], known: Iterable[Parameter]
    ) -> tuple[Parameter, ...]:
        """The free parameters among the known ones, in the order given."""
        by_name = {p.name: p for p in known}
        freed(self.name, free, tuple(by_name))
        return tuple(by_name[name] for name in free)

    def _kept(self, key: Any, make: Callable[[], _T]) -> _T:
        """Cached value for this key, or the result of `make`."""
        return kept(self._cache, key, make)


class MeasuredExperiment(FolderExperiment[FileT]):
    """An experiment whose analyses each have a prediction and measured values, compared
    by `_statistic`."""

    @public
    def cost(
        self,
        model: Any = None,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> Cost:
        """−2 ln L of one analysis; costs of several experiments add with ``+``.

        Parameters
        ----------
        model : as in `prediction`.
        free : names of `parameters`.
        analysis : default the first of the file.
        """
        name = self._named(analysis)
        prediction = self.prediction(model, free, name)
        return self._statistic(prediction, name).of(self.origin(name, model))

    @abstractmethod
    def _statistic(self, prediction: Any, analysis: str) -> Cost:
        """The cost that compares a prediction with the data of an analysis."""


def kept(cache: dict[Any, Any], key: Any, make: Callable[[], _T]) -> _T:
    """Cached value for a key, or the result of `make`, which is then cached.

    Parameters
    ----------
    cache : what was made before, by key.
    key : of what is wanted.
    make : makes it.

    Examples
    --------
    >>> cache = {}
    >>> kept(cache, "a", lambda: 1), kept(cache, "a", lambda: 2)
    (1, 1)
    """
    if key not in cache:
        cache[key] = make()
    result: _T = cache[key]
    return result


def freed(experiment: str, free: Sequence[str], known: Sequence[str]) -> None:
    """Check the names of free parameters.

    Parameters
    ----------
    experiment : its name.
    free : names, each once.
    known : names of the existing parameters.

    Raises
    ------
    InputError
        If `free` is not a list of names, or contains a name twice.
    UnknownNameError
        If there is no parameter with that name.

    Examples
    --------
    >>> freed("ge", ["rn", "rn"], ["rn"])
    Traceback (most recent call last):
    nuprobe.errors.InputError: rn is freed twice: list each parameter once
    """
    if not isinstance(free, Iterable):
        raise InputError(
            f"{experiment}: free must be a name or a list of names, such as"
            f" free=['rn'], got {shown(free)}"
        )
    twice = next((p for p in free if list(free).count(p) > 1), None)
    if twice is not None:
        raise InputError(f"{twice} is freed twice: list each parameter once")
    for parameter in free:
        if parameter not in known:
            raise unknown_parameter([experiment], parameter, known)


def flux_of(
    folder: Folder,
    name: str,
    options: Mapping[str, Any] | None = None,
    key: str = "flux.name",
) -> Flux:
    """The flux that a file names.

    Parameters
    ----------
    folder : of the experiment.
    name : of a flux of the package, or ``"./name"`` of a folder inside that of the
        experiment.
    options : of the flux.
    key : where the file names it, for messages.

    Raises
    ------
    ExperimentFileError
        If a path leaves the folder.

    Examples
    --------
    >>> import nuprobe as nu
    >>> flux_of(nu.experiment("coherent-csi-2017").folder, "sns").name
    'sns'
    """
    if name.startswith("./"):
        return read_flux(folder.subfolder(name, "flux.toml"), options)
    if "/" in name or "\\" in name:
        raise ExperimentFileError(
            f"{folder.name}: {key}: {name!r} points outside the folder; put the flux"
            f" next to {folder.main} and give it as './folder'"
        )
    return flux(name, **(options or {}))
