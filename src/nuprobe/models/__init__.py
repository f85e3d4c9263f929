"""Models: frozen dataclasses that turn a few numbers into couplings."""

from nuprobe.models.base import (
    Model,
    NucleonCouplings,
    check_model,
    check_one_point,
    is_elastic,
    points,
)
from nuprobe.models.charge_radius import (
    charge_radius_convention,
    sin2_theta_w_shift,
)
from nuprobe.models.charges import SCALARS, VECTORS, ScalarCharges, VectorCharges
from nuprobe.models.chiral import ChiralVector
from nuprobe.models.contact import ContactOperators
from nuprobe.models.couplings import (
    Couplings,
    Portal,
    Propagator,
    ScalarExchange,
    VectorExchange,
)
from nuprobe.models.electromagnetic import Electromagnetic
from nuprobe.models.fields import ModelName, setting
from nuprobe.models.leptons import PairCouplings, VectorAxial, VMinusA
from nuprobe.models.matching import matched_operators, wcxf_values, write_wcxf
from nuprobe.models.mixing import PMNS
from nuprobe.models.named import (
    ModelField,
    build,
    model,
    model_fields,
    model_from_file,
    model_names,
)
from nuprobe.models.nsi import NSI
from nuprobe.models.portal import DipolePortal
from nuprobe.models.predictions import (
    dirac_moments,
    majorana_moments,
    standard_charge_radius,
)
from nuprobe.models.scalar import LightScalar
from nuprobe.models.stack import Stacked
from nuprobe.models.standard import SCHEMES, StandardModel, standard_below
from nuprobe.models.sterile import SterileNeutrino
from nuprobe.models.vector import LightVector, LMuLTau
from nuprobe.models.vertex import (
    LeptonCouplings,
    LeptonModel,
    Mediator,
    Vertex,
    standard_couplings,
)
from nuprobe.models.wcxf import read_wcxf
from nuprobe.models.wcxf_file import WcxfFile
from nuprobe.models.wcxf_points import WcxfPoints, read_wcxf_points
from nuprobe.parameters import Parameter

__all__ = [
    "NSI",
    "PMNS",
    "SCALARS",
    "SCHEMES",
    "VECTORS",
    "ChiralVector",
    "ContactOperators",
    "Couplings",
    "DipolePortal",
    "Electromagnetic",
    "LMuLTau",
    "LeptonCouplings",
    "LeptonModel",
    "LightScalar",
    "LightVector",
    "Mediator",
    "Model",
    "ModelField",
    "ModelName",
    "NucleonCouplings",
    "PairCouplings",
    "Parameter",
    "Portal",
    "Propagator",
    "ScalarCharges",
    "ScalarExchange",
    "Stacked",
    "StandardModel",
    "SterileNeutrino",
    "VMinusA",
    "VectorAxial",
    "VectorCharges",
    "VectorExchange",
    "Vertex",
    "WcxfFile",
    "WcxfPoints",
    "build",
    "charge_radius_convention",
    "check_model",
    "check_one_point",
    "dirac_moments",
    "is_elastic",
    "majorana_moments",
    "matched_operators",
    "model",
    "model_fields",
    "model_from_file",
    "model_names",
    "points",
    "read_wcxf",
    "read_wcxf_points",
    "setting",
    "sin2_theta_w_shift",
    "standard_below",
    "standard_charge_radius",
    "standard_couplings",
    "wcxf_values",
    "write_wcxf",
]
