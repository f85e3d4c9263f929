"""Models: frozen dataclasses that turn a few numbers into couplings."""

from nuprobe.models.base import Model, NucleonCouplings, check_model, check_one_point
from nuprobe.models.couplings import (
    Couplings,
    Propagator,
    ScalarExchange,
    VectorExchange,
)
from nuprobe.models.electromagnetic import Electromagnetic, charge_radius_convention
from nuprobe.models.families import (
    FAMILIES,
    Family,
    LightScalarFamily,
    LightVectorFamily,
    LMuLTauFamily,
)
from nuprobe.models.fields import ModelName, setting
from nuprobe.models.leptons import ContactOperators, LMuLTau, VectorAxial, VMinusA
from nuprobe.models.mediators import (
    SCALARS,
    VECTORS,
    LightScalar,
    LightVector,
    ScalarCharges,
    VectorCharges,
)
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
from nuprobe.models.predictions import (
    dirac_moments,
    majorana_moments,
    standard_charge_radius,
)
from nuprobe.models.standard import SCHEMES, StandardModel
from nuprobe.models.vertex import (
    LeptonCouplings,
    LeptonModel,
    Mediator,
    Vertex,
    standard_couplings,
)
from nuprobe.models.wcxf import read_wcxf
from nuprobe.parameters import Parameter

__all__ = [
    "FAMILIES",
    "NSI",
    "PMNS",
    "SCALARS",
    "SCHEMES",
    "VECTORS",
    "ContactOperators",
    "Couplings",
    "Electromagnetic",
    "Family",
    "LMuLTau",
    "LMuLTauFamily",
    "LeptonCouplings",
    "LeptonModel",
    "LightScalar",
    "LightScalarFamily",
    "LightVector",
    "LightVectorFamily",
    "Mediator",
    "Model",
    "ModelField",
    "ModelName",
    "NucleonCouplings",
    "Parameter",
    "Propagator",
    "ScalarCharges",
    "ScalarExchange",
    "StandardModel",
    "VMinusA",
    "VectorAxial",
    "VectorCharges",
    "VectorExchange",
    "Vertex",
    "build",
    "charge_radius_convention",
    "check_model",
    "check_one_point",
    "dirac_moments",
    "majorana_moments",
    "model",
    "model_fields",
    "model_from_file",
    "model_names",
    "read_wcxf",
    "setting",
    "standard_charge_radius",
    "standard_couplings",
]
