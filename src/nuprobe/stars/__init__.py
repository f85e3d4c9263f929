"""Stellar cooling by neutrinos with magnetic moments: plasmons in the core of red
giants, and the tip of the red-giant branch."""

from nuprobe.stars.dispersion import plasmon_frequency, plasmon_residue
from nuprobe.stars.emission import (
    Emission,
    fitted_emission,
    plasmon_emission,
    plasmon_emissivity,
    plasmon_width,
)
from nuprobe.stars.gas import KELVIN, ElectronGas, electron_gas
from nuprobe.stars.moments import stellar_moment
from nuprobe.stars.tip import (
    LARGEST,
    M5,
    STATISTICS,
    SYSTEMATIC,
    Tip,
    tip_brightening,
    tip_limit,
    tip_luminosity,
    tip_table,
)

__all__ = [
    "KELVIN",
    "LARGEST",
    "M5",
    "STATISTICS",
    "SYSTEMATIC",
    "ElectronGas",
    "Emission",
    "Tip",
    "electron_gas",
    "fitted_emission",
    "plasmon_emission",
    "plasmon_emissivity",
    "plasmon_frequency",
    "plasmon_residue",
    "plasmon_width",
    "stellar_moment",
    "tip_brightening",
    "tip_limit",
    "tip_luminosity",
    "tip_table",
]
