"""Models: frozen dataclasses that turn a few numbers into couplings."""

from nuprobe.models.base import Model, NucleonCouplings
from nuprobe.models.families import LMuLTauFamily
from nuprobe.models.leptons import ContactOperators, LMuLTau, VectorAxial, VMinusA
from nuprobe.models.standard import SCHEMES, StandardModel
from nuprobe.models.vertex import LeptonCouplings, LeptonModel, Mediator, Vertex, standard_couplings
from nuprobe.models.wcxf import read_wcxf

__all__ = [
    "SCHEMES",
    "ContactOperators",
    "LMuLTau",
    "LMuLTauFamily",
    "LeptonCouplings",
    "LeptonModel",
    "Mediator",
    "Model",
    "NucleonCouplings",
    "StandardModel",
    "VMinusA",
    "VectorAxial",
    "Vertex",
    "read_wcxf",
    "standard_couplings",
]
