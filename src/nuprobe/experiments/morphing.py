"""Effect of morphing systematics on the counts: backgrounds and published signals at
the anchors."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.experiments.changes import changed
from nuprobe.experiments.format import (
    Analysis,
    ExperimentFile,
    MorphingSystematic,
    ResponseSection,
)
from nuprobe.experiments.format.morphing import filled
from nuprobe.experiments.grids import Bins
from nuprobe.hats import hat_interpolated, hat_weights
from nuprobe.numerics import FloatArray
from nuprobe.parameters import MorphingNuisance, Parameter
from nuprobe.prediction import Axis
from nuprobe.schema import validate

__all__ = [
    "MorphedBackground",
    "Morphs",
    "morphed_response",
    "morphing_axis",
    "morphing_systematics",
]


def morphing_systematics(
    file: ExperimentFile, analysis: Analysis | None = None
) -> tuple[MorphingSystematic, ...]:
    """Those of an analysis, in the order of the file.

    Parameters
    ----------
    file : validated contents of ``experiment.toml``.
    analysis : one of its analyses; all systematics of the file if not given.

    Examples
    --------
    >>> import nuprobe as nu
    >>> file = nu.experiment("xenonnt-8b").file
    >>> [s.name for s in morphing_systematics(file, file.analyses["rate"])]
    ['xenonnt-yields']
    """
    return tuple(
        s
        for s in file.systematics
        if isinstance(s, MorphingSystematic)
        and (analysis is None or s.name in analysis.systematics)
    )


def morphed_response(
    file: ExperimentFile,
    raw: Mapping[str, Any],
    values: Mapping[str, float],
    source: str,
) -> ResponseSection:
    """[response] at anchors of the morphing nuisances.

    Parameters
    ----------
    file : validated contents of ``experiment.toml``.
    raw : the same before validation.
    values : anchors by name of the nuisance; those left out are at 0.
    source : name of the file, for messages.

    Examples
    --------
    >>> import nuprobe as nu
    >>> xenon = nu.experiment("xenonnt-8b")
    >>> at = {"xenonnt-light-yield": -3.0}
    >>> morphed_response(xenon.file, xenon.raw, at, "xenonnt-8b").matrix.table
    'recoils_-3.csv'
    """
    keys = {
        f"response.{key}": value
        for systematic in morphing_systematics(file)
        if (node := systematic.node_of(values)) is not None
        for key, value in systematic.response_at(node).items()
    }
    if not keys:
        return file.response
    new = changed({"response": raw["response"]}, keys, source)
    return validate(ResponseSection, new["response"], source)


def morphing_axis(nuisance: MorphingNuisance, process: str) -> Axis:
    """Axis of the templates along a nuisance.

    Parameters
    ----------
    nuisance : between whose anchors templates are linear.
    process : name of the process whose response it changes.

    Examples
    --------
    >>> morphing_axis(MorphingNuisance("light", 1.0), "cevns").points
    array([-1.,  0.,  1.])
    """
    ends = nuisance.anchors[0], nuisance.anchors[-1]
    return Axis(
        Parameter(nuisance.name, 0.0, *ends),
        processes=(process,),
        anchors=nuisance.anchors,
    )


@quick_methods
@dataclass(frozen=True, eq=False)
class MorphedBackground:
    """Counts of a background at the anchors of some nuisances.

    Attributes
    ----------
    name : of the background.
    columns : of its nuisances among all morphing ones.
    anchors : of each of them.
    values : shape (anchors of the first, of the second, ..., bins).
    """

    name: str
    columns: tuple[int, ...]
    anchors: tuple[FloatArray, ...]
    values: FloatArray

    def counts(self, t: FloatArray, derivative: int | None = None) -> FloatArray:
        """Counts, or their derivative in one nuisance.

        Parameters
        ----------
        t : values of all nuisances that morph, shape (points, nuisances).
        derivative : column of the nuisance to differentiate in.

        Returns
        -------
        array, shape (points, bins)
        """
        if derivative is not None and derivative not in self.columns:
            return np.zeros((len(t), self.values.shape[-1]))
        hats = [
            hat_weights(anchors, t[:, column], derivative=derivative == column)
            for column, anchors in zip(self.columns, self.anchors, strict=True)
        ]
        return hat_interpolated(self.values, hats)


@dataclass(frozen=True)
class Morphs:
    """Morphing systematics of one analysis.

    Attributes
    ----------
    systematics : in the order of the file.
    bins : of the experiment.
    analysis : whose bins are taken.
    """

    systematics: tuple[MorphingSystematic, ...]
    bins: Bins
    analysis: Analysis

    @property
    def nuisances(self) -> tuple[MorphingNuisance, ...]:
        """Those of all systematics, concatenated."""
        return tuple(n.nuisance for s in self.systematics for n in s.nuisances)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the nuisances."""
        return tuple(n.name for n in self.nuisances)

    @property
    def nodes(self) -> FloatArray:
        """Anchors of all nuisances, the last one fastest, (nodes, nuisances)."""
        return np.array(list(itertools.product(*(n.anchors for n in self.nuisances))))

    @property
    def nominal(self) -> tuple[int, ...]:
        """Index at which the anchors of all nuisances are 0."""
        return tuple(n.anchors.index(0.0) for n in self.nuisances)

    def backgrounds(self) -> tuple[MorphedBackground, ...]:
        """All that morph."""
        found, start = [], 0
        tables = {b.name: b for b in self.bins.file.backgrounds}
        for systematic in self.systematics:
            columns = tuple(range(start, start + len(systematic.nuisances)))
            start += len(columns)
            for name, pattern in systematic.backgrounds.items():
                if not self.analysis.has(name):
                    continue
                values = self._at_nodes(
                    pattern, getattr(tables[name], "table", ""), systematic.nodes()
                )
                scale = getattr(tables[name], "scale", 1.0)
                found.append(
                    MorphedBackground(
                        name,
                        columns,
                        tuple(np.array(n.anchors) for n in systematic.nuisances),
                        scale * values.reshape(*systematic.shape, -1),
                    )
                )
        return tuple(found)

    def published(self) -> FloatArray:
        """The published signal of the analysis, shape (bins,), or with anchors of all
        nuisances in front where it has a pattern for them."""
        section = self.analysis.signal
        assert section is not None  # callers
        if section.counts is not None:
            return self.bins.given(section.counts, self.analysis, "signal.counts")
        if section.morphing is None or not self.systematics:
            return self.bins.counts(section.column, self.analysis, section.table)
        nodes = itertools.product(*(n.anchors for n in self.nuisances))
        shape = [len(n.anchors) for n in self.nuisances]
        values = self._at_nodes(section.morphing, section.table, nodes)
        return values.reshape(*shape, -1)

    def _at_nodes(
        self, pattern: str, table: str, nodes: Iterable[tuple[float, ...]]
    ) -> FloatArray:
        return np.stack(
            [
                self.bins.counts(filled(pattern, node), self.analysis, table)
                for node in nodes
            ]
        )
