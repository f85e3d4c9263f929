"""Nuclei: isotopes, materials, form factors, weak and axial response. Data tables live
in ``data/``."""

from nuprobe.nuclei import form_factors
from nuprobe.nuclei.axial import (
    SpinExpectation,
    axial_couplings,
    axial_form_factor,
    axial_terms,
    spin_expectation,
)
from nuprobe.nuclei.form_factors import FORM_FACTORS, FormFactor, make_form_factor
from nuprobe.nuclei.isotopes import (
    Isotope,
    NeutronRadiusModel,
    charge_to_point,
    isotope,
    isotope_names,
    isotopes,
    natural,
    neutron_radius_models,
    point_proton_radius,
)
from nuprobe.nuclei.materials import (
    Component,
    Target,
    TargetSpec,
    default_charge_radius,
    target,
    with_form_factors,
)
from nuprobe.nuclei.shells import Shell, shell_elements, shells
from nuprobe.nuclei.weak import WeakFormFactor, sigma_series, weak_charge

__all__ = [
    "FORM_FACTORS",
    "Component",
    "FormFactor",
    "Isotope",
    "NeutronRadiusModel",
    "Shell",
    "SpinExpectation",
    "Target",
    "TargetSpec",
    "WeakFormFactor",
    "axial_couplings",
    "axial_form_factor",
    "axial_terms",
    "charge_to_point",
    "default_charge_radius",
    "form_factors",
    "isotope",
    "isotope_names",
    "isotopes",
    "make_form_factor",
    "natural",
    "neutron_radius_models",
    "point_proton_radius",
    "shell_elements",
    "shells",
    "sigma_series",
    "spin_expectation",
    "target",
    "weak_charge",
    "with_form_factors",
]
