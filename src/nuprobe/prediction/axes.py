"""Parameters inside the integrals, and the nodes at which templates sample them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nuprobe.border import quick_methods
from nuprobe.errors import InputError
from nuprobe.hats import hat_weights
from nuprobe.numerics import (
    FloatArray,
    barycentric_matrix,
    chebyshev_nodes,
)
from nuprobe.parameters import Parameter

__all__ = ["Axis"]


@quick_methods
@dataclass(frozen=True)
class Axis:
    """A parameter inside the integrals.

    Attributes
    ----------
    parameter : its name, range and unit; the templates are valid on [lower, upper] and
        reject anything outside.
    isotopes : names of the isotopes whose target depends on it; empty if it acts on
        all.
    nodes : Chebyshev nodes.
    acts_on : ``"target"``, ``"response"``, or ``"kernel"`` (the mass of a mediator).
    log : whether nodes are placed in the logarithm of the parameter.
    processes : names of the processes that depend on it; empty if all do.
    anchors : values between which templates are linear, by definition, in place of the
        Chebyshev nodes; empty if there are none.

    Examples
    --------
    >>> rn = Axis(Parameter("rn", 5.0, 3.0, 7.0, unit="fm"), ("Cs133", "I127"), nodes=3)
    >>> rn.points
    array([3., 5., 7.])
    """

    parameter: Parameter
    isotopes: tuple[str, ...] = ()
    nodes: int = 32
    acts_on: Literal["target", "response", "kernel"] = "response"
    log: bool = False
    processes: tuple[str, ...] = ()
    anchors: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.anchors:
            object.__setattr__(self, "nodes", len(self.anchors))
        if self.isotopes and self.acts_on == "response":
            object.__setattr__(self, "acts_on", "target")
        if self.log and not self.parameter.lower > 0:
            raise InputError(
                f"{self.parameter.name}: a logarithmic axis needs a positive lower end"
            )

    def touches(self, process: str, scatterer: str) -> bool:
        """Whether the templates of a `scatterer` (its name, e.g. ``"Cs133"``) in a
        `process` (its name) depend on it."""
        return (not self.processes or process in self.processes) and (
            not self.isotopes or scatterer in self.isotopes
        )

    def coordinate(self, values: FloatArray) -> FloatArray:
        """Coordinates of `values` along the axis: the values themselves, or their
        logarithm."""
        return np.asarray(np.log(values)) if self.log else values

    @property
    def ends(self) -> tuple[float, float]:
        """Range of the coordinate."""
        low, high = self.coordinate(
            np.array([self.parameter.lower, self.parameter.upper])
        )
        return float(low), float(high)

    def value(self, coordinate: FloatArray) -> FloatArray:
        """Inverse of `coordinate`, kept inside the range in spite of rounding."""
        values = np.exp(coordinate) if self.log else coordinate
        return np.clip(values, self.parameter.lower, self.parameter.upper)

    @property
    def middle(self) -> float:
        """Centre of the range; the default where there are anchors."""
        if self.anchors:
            return self.parameter.default
        return float(self.value(np.array(sum(self.ends) / 2)))

    @property
    def points(self) -> FloatArray:
        """The nodes, in the unit of the parameter."""
        if self.anchors:
            return np.array(self.anchors)
        return self.value(chebyshev_nodes(*self.ends, self.nodes))

    @property
    def grid(self) -> FloatArray:
        """Coordinates of the nodes."""
        return self.points if self.anchors else chebyshev_nodes(*self.ends, self.nodes)

    @property
    def slopes(self) -> FloatArray:
        """Matrix that differentiates along the nodes, (nodes, nodes); empty where there
        are anchors."""
        if self.anchors:
            return np.zeros((0, 0))
        return barycentric_matrix(self.grid, self.grid, derivative=True)

    def hat(
        self, values: FloatArray, derivative: bool
    ) -> tuple[NDArray[np.intp], FloatArray, FloatArray]:
        """Weights of the two anchors around some `values`, or of the `derivative`
        there, as `nuprobe.numerics.hat_weights` gives them."""
        try:
            return hat_weights(self.points, values, derivative)
        except InputError as err:
            raise InputError(f"{self.parameter.name}: {err}") from None

    def probes(self, number: int = 7) -> FloatArray:
        """At most `number` values halfway (in angle) between the nodes, where
        interpolation is worst."""
        angle = np.pi * (np.arange(self.nodes - 1) + 0.5) / (self.nodes - 1)
        low, high = self.ends
        probes = self.value(low + (high - low) * (1 - np.cos(angle)) / 2)
        chosen = np.unique(np.linspace(0, probes.size - 1, number).astype(int))
        return np.asarray(probes[chosen])

    def check(self, values: FloatArray) -> None:
        """Reject `values` that a logarithm would turn into NaN; others are checked by
        the interpolation."""
        if self.log and np.any(values <= 0):
            raise InputError(
                f"{values[values <= 0][0]:g} lies outside [{self.parameter.lower:g},"
                f" {self.parameter.upper:g}]"
            )
