"""Nuclei: isotopes, materials, form factors, weak and axial response. Data tables live
in ``data/``."""

from nuprobe.nuclei import form_factors
from nuprobe.nuclei.axial import (
    STRUCTURE,
    Axial,
    SpinExpectation,
    axial_couplings,
    axial_form_factor,
    axial_terms,
    check_axial,
    spin_expectation,
    spin_nuclei,
    structure_nuclei,
)
from nuprobe.nuclei.folding import (
    Folding,
    physical_to_point,
    point_to_physical,
)
from nuprobe.nuclei.form_factors import FORM_FACTORS, FormFactor, make_form_factor
from nuprobe.nuclei.ionisation import (
    BINDINGS,
    Binding,
    Ionisation,
    check_binding,
    ionisation,
)
from nuprobe.nuclei.isotopes import (
    Isotope,
    isotope,
    isotope_names,
    isotopes,
    natural,
)
from nuprobe.nuclei.materials import (
    Component,
    Target,
    TargetSpec,
    charge_distribution,
    target,
    with_form_factors,
)
from nuprobe.nuclei.mixtures import MIXTURES, Mixture, named_mixture
from nuprobe.nuclei.named_radii import (
    NamedRadii,
    named_radii,
    named_radius,
    radius_isotopes,
    radius_names,
)
from nuprobe.nuclei.photoabsorption import Photoabsorption, photoabsorption
from nuprobe.nuclei.quanta import smallest_signal
from nuprobe.nuclei.radii import (
    NeutronRadiusModel,
    charge_to_point,
    default_charge_radius,
    default_radius,
    neutron_radius_models,
    point_proton_radius,
    point_to_charge,
)
from nuprobe.nuclei.shells import Shell, shell_elements, shells
from nuprobe.nuclei.weak import WeakFormFactor, sigma_series, weak_charge

__all__ = [
    "BINDINGS",
    "FORM_FACTORS",
    "MIXTURES",
    "STRUCTURE",
    "Axial",
    "Binding",
    "Component",
    "Folding",
    "FormFactor",
    "Ionisation",
    "Isotope",
    "Mixture",
    "NamedRadii",
    "NeutronRadiusModel",
    "Photoabsorption",
    "Shell",
    "SpinExpectation",
    "Target",
    "TargetSpec",
    "WeakFormFactor",
    "axial_couplings",
    "axial_form_factor",
    "axial_terms",
    "charge_distribution",
    "charge_to_point",
    "check_axial",
    "check_binding",
    "default_charge_radius",
    "default_radius",
    "form_factors",
    "ionisation",
    "isotope",
    "isotope_names",
    "isotopes",
    "make_form_factor",
    "named_mixture",
    "named_radii",
    "named_radius",
    "natural",
    "neutron_radius_models",
    "photoabsorption",
    "physical_to_point",
    "point_proton_radius",
    "point_to_charge",
    "point_to_physical",
    "radius_isotopes",
    "radius_names",
    "shell_elements",
    "shells",
    "sigma_series",
    "smallest_signal",
    "spin_expectation",
    "spin_nuclei",
    "structure_nuclei",
    "target",
    "weak_charge",
    "with_form_factors",
]
