"""The file format of a set of experiments: members, places and shared nuisances."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from nuprobe.errors import InputError
from nuprobe.schema import Strict

__all__ = ["Comparison", "Member", "SetFile", "Shared"]


class Member(Strict):
    """One experiment of a set.

    Attributes
    ----------
    name : of the experiment, or its folder.
    place : where it measures.
    analysis, changes : analysis of its file that is used, and changes to the file.
    """

    name: str = Field(description="name of an experiment, or ./folder beside the file")
    place: str = Field(
        "laboratory",
        min_length=1,
        description="experiments of one place are also taken together",
    )
    analysis: str | None = Field(None, description="default the first of its file")
    changes: dict[str, Any] = Field(
        {}, description="dotted keys of its file and their values, as --set takes them"
    )


class Shared(Strict):
    """One nuisance that experiments share under different names.

    Attributes
    ----------
    name : of the nuisance in all of them.
    nuisances : its name in the file of each experiment.
    description : what it is.
    """

    name: str = Field(min_length=1, description="of the nuisance in all of them")
    nuisances: dict[str, str] = Field(
        min_length=2, description="experiment -> name of the nuisance in its file"
    )
    description: str = ""


class Comparison(Strict):
    """A published limit that an experiment of the set recomputes.

    Attributes
    ----------
    experiment, parameter : used to recompute it.
    entry : its id in the catalogue.
    cause : why the two differ.
    """

    experiment: str
    parameter: str
    entry: str = Field(description="id in the catalogue")
    cause: str = Field(
        "",
        description="why the two differ; only what was tested, with how it was",
    )


class SetFile(Strict):
    """A set of experiments as in its file.

    Attributes
    ----------
    schema_version : of this format.
    name, title, notes : what it is.
    experiments, shared, published : its members, nuisances they have in common, and
        limits of the catalogue that they recompute.
    """

    schema_version: Literal[1]
    name: str = Field(min_length=1)
    title: str
    notes: str = ""
    experiments: list[Member] = Field(min_length=1)
    shared: list[Shared] = []
    published: list[Comparison] = []

    @model_validator(mode="after")
    def _check(self) -> SetFile:
        names = [one.name for one in self.experiments]
        twice = next((n for n in names if names.count(n) > 1), None)
        if twice is not None:
            raise InputError(
                f"experiments: {twice} is in the set twice, and its data would count"
                " twice; leave one out"
            )
        for kind, one in (
            *((f"shared {s.name}", n) for s in self.shared for n in s.nuisances),
            *(("published", c.experiment) for c in self.published),
        ):
            if one not in names:
                raise InputError(f"{kind}: {one} is not in the set: {', '.join(names)}")
        for shared in self.shared:
            for experiment, old in shared.nuisances.items():
                others = [
                    s.name
                    for s in self.shared
                    if s is not shared and s.nuisances.get(experiment) == old
                ]
                if others:
                    raise InputError(
                        f"shared: {old} of {experiment} is shared as {shared.name} and"
                        f" as {others[0]}; leave one out"
                    )
        return self
