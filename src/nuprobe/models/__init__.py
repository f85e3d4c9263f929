"""Models: frozen dataclasses that turn a few numbers into couplings."""

from nuprobe.models.base import Model, NucleonCouplings
from nuprobe.models.standard import SCHEMES, StandardModel

__all__ = ["SCHEMES", "Model", "NucleonCouplings", "StandardModel"]
