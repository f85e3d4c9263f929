"""Sets of experiments by name: opened, with their nuisances shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.experiments import AnyExperiment, experiment, experiment_names
from nuprobe.experiments.folders import FolderExperiment
from nuprobe.parsing import parse_toml, read_text
from nuprobe.reprs import readable
from nuprobe.schema import validate
from nuprobe.sets.file import Comparison, Member, SetFile

__all__ = ["DEFAULT", "ExperimentSet", "Opened", "experiment_set", "set_names"]

DEFAULT = "all"
"""The set of `nuprobe global` without a name."""


@readable
@dataclass(frozen=True, eq=False)
class Opened:
    """An experiment of a set.

    Attributes
    ----------
    experiment : with the changes and shared nuisances of the set.
    place : where it measures.
    analysis : None for the first of its file.
    """

    experiment: AnyExperiment
    place: str = "laboratory"
    analysis: str | None = None

    @property
    def name(self) -> str:
        """Of the experiment."""
        return self.experiment.name


@readable
@dataclass(frozen=True, eq=False)
class ExperimentSet:
    """Experiments that are fitted together.

    Attributes
    ----------
    name, title : what it is called.
    members : the experiments, opened.
    published : limits of the catalogue that they recompute.
    left_out : names of experiments that were taken out.
    """

    name: str
    title: str
    members: tuple[Opened, ...]
    published: tuple[Comparison, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the experiments."""
        return tuple(one.name for one in self.members)

    @property
    def places(self) -> tuple[str, ...]:
        """Where they measure, each place once."""
        return tuple(dict.fromkeys(one.place for one in self.members))

    def without(self, names: Iterable[str]) -> ExperimentSet:
        """The set without some experiments.

        Parameters
        ----------
        names : of experiments of the set.

        Raises
        ------
        UnknownNameError
            If one is not in the set.
        InputError
            If none is left.
        """
        drop = list(names)
        for name in drop:
            if name not in self.names:
                raise UnknownNameError(
                    f"experiment of the set {self.name}", name, self.names
                )
        kept = tuple(one for one in self.members if one.name not in drop)
        if not kept:
            raise InputError(f"no experiment of the set {self.name} is left")
        gone = tuple(dict.fromkeys((*self.left_out, *drop)))
        return ExperimentSet(self.name, self.title, kept, self.published, gone)


@lru_cache(maxsize=1)
def set_names() -> tuple[str, ...]:
    """Names of the sets of the package.

    Examples
    --------
    >>> set_names()
    ('all', 'boron-8', 'laboratory', 'neutron-radii', 'reactor-projections', 'sun')
    """
    library = resources.files("nuprobe.sets") / "library"
    files = [one.name for one in library.iterdir()]
    return tuple(sorted(f.removesuffix(".toml") for f in files if f.endswith(".toml")))


@public
def experiment_set(given: str | Path | Sequence[Any] | ExperimentSet) -> ExperimentSet:
    """Open a set of experiments.

    Parameters
    ----------
    given : name of a set of the package, path of a TOML file, or a list of experiments
        by name, path or as objects, which share nuisances of one name.

    Raises
    ------
    UnknownNameError
        For a name that is not known.
    InputError
        For an experiment that is in the set twice, or nuisances that cannot be shared.
    ExperimentFileError
        One line: file, key, what is wrong there and what is allowed.

    Examples
    --------
    >>> experiment_set("sun").names[:2]
    ('pandax-4t-8b', 'xenonnt-8b')
    >>> experiment_set(["coherent-csi-2021", "m5-tip"]).name
    'coherent-csi-2021 + m5-tip'
    """
    if isinstance(given, ExperimentSet):
        return given
    if isinstance(given, (str, Path)):
        source, text, beside = _text(given)
        return _of_file(validate(SetFile, parse_toml(text), source), source, beside)
    if not isinstance(given, Sequence) or not given:
        raise InputError(
            f"a set is a name, a TOML file or a list of experiments, got {shown(given)}"
        )
    opened = tuple(Opened(experiment(one)) for one in given)
    names = [one.name for one in opened]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice is not None:
        raise InputError(
            f"{twice} is given twice, and its data would count twice: name each"
            " experiment once"
        )
    return ExperimentSet(" + ".join(names), "as listed", opened)


def _text(given: str | Path) -> tuple[str, str, Path | None]:
    """Name for messages, contents, and folder of the file of a set."""
    if str(given) in set_names():
        inside = resources.files("nuprobe.sets") / "library" / f"{given}.toml"
        return f"set {given}", inside.read_text(encoding="utf-8"), None
    path = Path(given)
    if path.suffix == ".toml" or path.parent != Path():
        return str(path), read_text(path), path.parent
    what = "(or the path of a TOML file, such as ./my-set.toml)"
    if str(given) in experiment_names():
        what = f"({given} is an experiment: use `nuprobe fit {given}`)"
    raise UnknownNameError("set of experiments", str(given), set_names(), what)


def _of_file(file: SetFile, source: str, beside: Path | None) -> ExperimentSet:
    opened = []
    for member in file.experiments:
        names = {
            shared.nuisances[member.name]: shared.name
            for shared in file.shared
            if member.name in shared.nuisances
        }
        opened.append(_opened(member, names, source, beside))
    return ExperimentSet(file.name, file.title, tuple(opened), tuple(file.published))


def _opened(
    member: Member, names: Mapping[str, str], source: str, beside: Path | None
) -> Opened:
    """An experiment with its changes, and with the names of shared nuisances."""
    place: str | Path = member.name
    if beside is not None and ("/" in member.name or member.name.startswith(".")):
        place = beside / member.name
    one = experiment(place)
    if member.analysis is not None and member.analysis not in one.analyses:
        raise UnknownNameError(
            f"analysis of {one.name}", member.analysis, one.analyses, f"({source})"
        )
    if member.changes:
        one = one.with_changes(member.changes)
    if names:
        one = _renamed(one, names, source)
    return Opened(one, member.place, member.analysis)


def _renamed(
    one: AnyExperiment, names: Mapping[str, str], source: str
) -> AnyExperiment:
    """The experiment with other names of some nuisances."""
    systematics = one.raw.get("systematics", ())
    known = [n["name"] for s in systematics for n in (s, *s.get("nuisances", ()))]
    if not isinstance(one, FolderExperiment):
        raise InputError(
            f"{source}: {one.name} has no nuisances in a file, so none to share"
        )
    for old, new in names.items():
        if old not in known:
            raise UnknownNameError(
                f"nuisance of {one.name}", old, known, f"(shared as {new} in {source})"
            )
        if new != old and new in known:
            raise InputError(
                f"{source}: {one.name} has a nuisance {new} of its own, so that {old}"
                " cannot be shared under that name; choose another"
            )

    def moved(section: Mapping[str, Any]) -> dict[str, Any]:
        inner = [moved(n) for n in section.get("nuisances", ())]
        # the name of a morphing systematic is that of no nuisance
        name = section["name"] if inner else names.get(section["name"], section["name"])
        return {**section, "name": name} | ({"nuisances": inner} if inner else {})

    raw = {**one.raw, "systematics": [moved(s) for s in systematics]}
    raw["analyses"] = {
        key: {
            **analysis,
            **(
                {"systematics": [names.get(s, s) for s in analysis["systematics"]]}
                if "systematics" in analysis
                else {}
            ),
        }
        for key, analysis in one.raw["analyses"].items()
    }
    renamed: AnyExperiment = one.read(one.folder, raw)
    return renamed
