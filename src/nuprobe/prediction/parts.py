"""What templates consist of: an array a scatterer, a block of terms a process."""

from __future__ import annotations

from dataclasses import dataclass

from nuprobe.numerics import FloatArray
from nuprobe.processes import Exchanges, Process

__all__ = ["Part", "Reaction"]


@dataclass(frozen=True, eq=False)
class Part:
    """Templates of one scatterer.

    Attributes
    ----------
    isotope : its name; an isotope, or e.g. ``"Xe electrons"``.
    axes : positions of the axes that it depends on.
    values : counts, shape (components, bins, terms, *nodes of its axes).
    """

    isotope: str
    axes: tuple[int, ...]
    values: FloatArray


@dataclass(frozen=True)
class Reaction:
    """One process in templates: how the coefficients of a model reach its terms.

    Attributes
    ----------
    process : what scatters.
    exchanges : those that its kernels contain.
    """

    process: Process
    exchanges: Exchanges

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the terms of the process."""
        return self.process.terms(self.exchanges)
