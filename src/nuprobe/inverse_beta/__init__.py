"""Cross section of ν̄_e + p → e⁺ + n on one free proton, without fluxes and targets."""

from nuprobe.inverse_beta.free_proton import (
    DEFAULT,
    REACTION,
    VERSIONS,
    Version,
    differential,
    total,
)
from nuprobe.inverse_beta.kinematics import TwoBody

__all__ = [
    "DEFAULT",
    "REACTION",
    "VERSIONS",
    "TwoBody",
    "Version",
    "differential",
    "total",
]
