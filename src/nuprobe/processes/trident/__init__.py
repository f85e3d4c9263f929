"""Neutrino tridents: ν → ν ℓ⁻ℓ′⁺ in the field of a nucleus, a nucleon or an electron.

The leptonic part is universal and tabulated; a target provides its current, a model its
couplings:

    σ(E) = kernels(E, channel, target) @ coefficients(model, channel)
"""

from nuprobe.processes.trident.asymptotics import (
    ASYMPTOTICS,
    Asymptotic,
    asymptotic,
    charged_current,
)
from nuprobe.processes.trident.averaged import Averaged
from nuprobe.processes.trident.averages import average, flux_averaged
from nuprobe.processes.trident.channels import CHANNELS, Channel, ChannelSpec, channel
from nuprobe.processes.trident.couplings import (
    TERMS,
    coefficients,
    final_couplings,
    lepton_couplings,
    mediator_masses,
    terms,
    weak_angle,
)
from nuprobe.processes.trident.currents import NUCLEON_FORM_FACTORS, Current
from nuprobe.processes.trident.kernels import Kernels, current_kernels, kernels
from nuprobe.processes.trident.options import (
    REGIMES,
    FormFactorSpec,
    NucleusKeywords,
    TridentOptions,
)
from nuprobe.processes.trident.parts import Parts, parts
from nuprobe.processes.trident.spectra import SPECTRA, Spectrum, spectrum
from nuprobe.processes.trident.targets import (
    charge_form_factor,
    currents,
    threshold_energy,
)
from nuprobe.processes.trident.totals import CrossSection, total

__all__ = [
    "ASYMPTOTICS",
    "CHANNELS",
    "NUCLEON_FORM_FACTORS",
    "REGIMES",
    "SPECTRA",
    "TERMS",
    "Asymptotic",
    "Averaged",
    "Channel",
    "ChannelSpec",
    "CrossSection",
    "Current",
    "FormFactorSpec",
    "Kernels",
    "NucleusKeywords",
    "Parts",
    "Spectrum",
    "TridentOptions",
    "asymptotic",
    "average",
    "channel",
    "charge_form_factor",
    "charged_current",
    "coefficients",
    "current_kernels",
    "currents",
    "final_couplings",
    "flux_averaged",
    "kernels",
    "lepton_couplings",
    "mediator_masses",
    "parts",
    "spectrum",
    "terms",
    "threshold_energy",
    "total",
    "weak_angle",
]
