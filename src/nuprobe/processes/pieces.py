"""Energies between which kernels of a deposit are smooth."""

from __future__ import annotations

from dataclasses import dataclass

from nuprobe.numerics import FloatArray

__all__ = ["EnergyPiece"]


@dataclass(frozen=True, eq=False)
class EnergyPiece:
    """Neutrino energies between which kernels are smooth, for some deposits.

    Attributes
    ----------
    low, high : ends in MeV, arrays of the shape of the deposits; empty if `high` is not
        above `low`.
    branch : end (MeV) at which kernels go as a square root.
    scale : distance (MeV) from it within which they are steep.
    """

    low: FloatArray
    high: FloatArray
    branch: FloatArray
    scale: FloatArray
