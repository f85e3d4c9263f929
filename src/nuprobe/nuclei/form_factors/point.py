"""A nucleus without extension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.nuclei.form_factors.base import Describes, Shape, momentum2
from nuprobe.nuclei.isotopes import Isotope
from nuprobe.numerics import FloatArray

__all__ = ["Point"]


@public
@quick_methods
@dataclass(frozen=True)
class Point(Shape):
    """A point-like nucleus, F = 1: the full-coherence limit.

    Examples
    --------
    >>> Point()([0.0, 1e4])
    array([1., 1.])
    """

    name: ClassVar[str] = "point"
    free_radius: ClassVar[bool] = False
    describes: ClassVar[Describes] = "physical"

    @classmethod
    def of(cls, nucleus: str | Isotope) -> Point:
        """Build a point, whatever the `nucleus`."""
        return cls()

    @property
    def rms(self) -> float:
        """Root-mean-square radius: 0."""
        return 0.0

    @property
    def r4(self) -> float:
        """Mean of r⁴: 0."""
        return 0.0

    def __call__(self, q2: ArrayLike) -> FloatArray:
        """F = 1 at every `q2` = |q|² (MeV²), shape of `q2`."""
        return np.ones_like(momentum2(q2))
