"""Models of tridents alone: V−A, and any (V, A).

They have no quarks, so that elastic scattering refuses them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.models.base import as_array, finite
from nuprobe.models.fields import ModelName
from nuprobe.models.vertex import LeptonCouplings, Vertex
from nuprobe.numerics import FloatArray

__all__ = ["VMinusA", "VectorAxial"]


@public
@quick_methods
@dataclass(frozen=True)
class VMinusA:
    """The theory before neutral currents: (V, A) = (1, 1) where a W is exchanged,
    nothing else.

    Examples
    --------
    >>> float(VMinusA().lepton_couplings(Vertex(1, 1, 0, 0)).vector)
    0.0
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "v-a": ModelName("V-A theory without neutral currents")
    }

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "v-a"

    def lepton_couplings(self, vertex: Vertex) -> LeptonCouplings:
        """Return (1, 1) for a `vertex` with a charged current, (0, 0) for others."""
        one = np.asarray(1.0 if vertex.charged else 0.0)
        return LeptonCouplings(one, one)


@public
@quick_methods
@dataclass(frozen=True)
class VectorAxial:
    """The same V and A at every vertex.

    Attributes
    ----------
    vector, axial : V and A; each may be an array over parameter points.

    Examples
    --------
    >>> float(VectorAxial(0.5, 0.4).lepton_couplings(Vertex(1, 1, 0, 0)).axial)
    0.4
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "vector-axial": ModelName("the same V and A at every vertex")
    }

    vector: float | FloatArray
    axial: float | FloatArray

    def __post_init__(self) -> None:
        finite("the vector coupling", self.vector)
        finite("the axial coupling", self.axial)

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "vector-axial"

    def lepton_couplings(self, vertex: Vertex) -> LeptonCouplings:
        """Return (V, A)."""
        vector, axial = np.broadcast_arrays(as_array(self.vector), as_array(self.axial))
        return LeptonCouplings(vector, axial)
