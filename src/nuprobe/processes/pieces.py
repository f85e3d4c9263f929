"""Energy ranges in which the kernels of a deposit are smooth."""

from __future__ import annotations

from dataclasses import dataclass

from nuprobe.numerics import FloatArray

__all__ = ["EnergyPiece"]


@dataclass(frozen=True, eq=False)
class EnergyPiece:
    """A range of neutrino energies in which kernels are smooth, for some deposits.

    Attributes
    ----------
    low, high : ends in MeV, arrays of the shape of the deposits; empty if `high` is not
        above `low`.
    branch : end (MeV) at which kernels have a square-root branch point.
    scale : distance (MeV) from it within which they are steep.
    """

    low: FloatArray
    high: FloatArray
    branch: FloatArray
    scale: FloatArray
