"""Nuisances between whose anchors templates are interpolated."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field, PositiveFloat, model_validator

from nuprobe.errors import InputError, shown
from nuprobe.parameters import MorphingNuisance
from nuprobe.schema import Strict

__all__ = ["MorphingSection", "MorphingSystematic"]


class MorphingSection(Strict):
    """One nuisance of a morphing systematic."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]*$",
        description="experiments that use one name share the nuisance",
    )
    sigma: PositiveFloat = Field(
        default=1.0,
        description="of the Gaussian constraint, in the unit of the anchors",
    )
    anchors: list[float] = Field(
        min_length=3,
        description="values at which templates are given, increasing, 0 among them;"
        " the nuisance stays between the first and the last",
    )
    latex: str = Field(default="", description="symbol for plots, without dollar signs")
    description: str = Field(
        default="", description="origin of the uncertainty, in words"
    )

    @model_validator(mode="after")
    def _check(self) -> MorphingSection:
        _ = self.nuisance  # checks the anchors
        return self

    @property
    def nuisance(self) -> MorphingNuisance:
        """The nuisance of a cost."""
        return MorphingNuisance(
            self.name, self.sigma, self.latex, self.description, tuple(self.anchors)
        )


class MorphingSystematic(Strict):
    """Templates at the anchors of one or more nuisances, and multilinear between them.

    Changes are given as a pattern in which {0} stands for the anchor of the first
    nuisance, {1} for that of the second (-1, 0, 1.5), or as a list with one value per
    anchor (nested lists for several nuisances). At 0 it must agree with the rest of the
    file.
    """

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]*$", description="name of the systematic"
    )
    kind: Literal["morphing"] = Field(description="templates at anchors")
    nuisances: list[MorphingSection] = Field(
        min_length=1, max_length=3, description="those that morph together"
    )
    response: dict[str, Any] = Field(
        default={},
        description="key of [response] -> pattern or values, e.g."
        " { 'matrix.table' = 'recoils_{0}.csv' }",
    )
    backgrounds: dict[str, str] = Field(
        default={},
        description="name of a background of kind table -> pattern of its column",
    )
    latex: str = Field(default="", description="symbol for plots, without dollar signs")
    description: str = Field(
        default="", description="origin of the uncertainty, in words"
    )

    @model_validator(mode="after")
    def _check(self) -> MorphingSystematic:
        names = [n.name for n in self.nuisances]
        if len(set(names)) < len(names):
            raise InputError(f"nuisances: duplicate name in ({', '.join(names)})")
        for key, value in self.response.items():
            if not isinstance(value, str):
                _check_values(f"response.{key}", value, self.shape)
        for node in self.nodes():
            for pattern in self.backgrounds.values():
                filled(pattern, node)
            self.response_at(node)
        return self

    @property
    def acts_on(self) -> list[str]:
        """The signal and backgrounds that it morphs."""
        return ["signal"] * bool(self.response) + list(self.backgrounds)

    @property
    def shape(self) -> tuple[int, ...]:
        """Numbers of anchors."""
        return tuple(len(n.anchors) for n in self.nuisances)

    def nodes(self) -> Iterator[tuple[float, ...]]:
        """Anchors of all nuisances, the last one fastest."""
        return itertools.product(*(n.anchors for n in self.nuisances))

    def response_at(self, node: Sequence[float]) -> dict[str, Any]:
        """Keys of [response] at one `node`, an anchor for each nuisance."""
        places = [n.anchors.index(x) for n, x in zip(self.nuisances, node, strict=True)]
        result = {}
        for key, value in self.response.items():
            if isinstance(value, str):
                result[key] = filled(value, node)
                continue
            for place in places:
                value = value[place]
            result[key] = value
        return result

    def node_of(self, values: Mapping[str, float]) -> tuple[float, ...] | None:
        """The node for `values` by name of the nuisance; None if none of the nuisances
        is given."""
        if not any(n.name in values for n in self.nuisances):
            return None
        return tuple(values.get(n.name, 0.0) for n in self.nuisances)


def filled(pattern: str, node: Sequence[float]) -> str:
    """A pattern with anchors in place of {0}, {1}, ….

    Parameters
    ----------
    pattern : a name of a table or column.
    node : an anchor for each nuisance.

    Examples
    --------
    >>> filled("neutrons_{0}_{1}", (-3.0, 0.5))
    'neutrons_-3_0.5'
    """

    def anchor(match: re.Match[str]) -> str:
        index = int(match[1])
        if index >= len(node):
            raise InputError(
                f"{shown(pattern)}: {{{index}}} refers to nuisance {index + 1}, but"
                f" there are {len(node)}"
            )
        return f"{node[index]:g}"

    return re.sub(r"\{(\d)\}", anchor, pattern)


def _check_values(key: str, value: Any, shape: tuple[int, ...]) -> None:
    """One value per anchor, nested lists for several nuisances."""
    if not shape:
        return
    if not isinstance(value, list) or len(value) != shape[0]:
        raise InputError(
            f"{key}: give a pattern, or a list with one value for each of the"
            f" {shape[0]} anchors, got {shown(value)}"
        )
    for entry in value:
        _check_values(key, entry, shape[1:])
