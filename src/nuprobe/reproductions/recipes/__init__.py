"""Recipes that recompute published numbers: each function takes the keywords of a file
and returns one number.

experiments      counts, fits and limits of experiments with a spectrum
elastic          cross sections of coherent scattering, radii and masses of nuclei
tridents         cross sections, events and limits of neutrino tridents
electromagnetic  charge radii, moments and charges of neutrinos
carbon           transitions of carbon nuclei between levels
germanium        quenching required by a count, distance of a count from its expectation
deuteron_tables  public tables of the break-up of the deuteron
baselines        disappearance over short baselines
energy_scales    ratios of detectors with free energy scales conversions      numbers
derived from other published numbers: averages, conversions mediators        limits on
couplings at given masses bounds           bounds not from scattering: (g−2)_μ,
monophotons boron            flux of solar ⁸B neutrinos, significance of their events
global_fits      limits of several experiments together independent      sizes of
effects found by independent calculations deuteron break-up of the deuteron inverse_beta
inverse beta decay reactors         yields and rates of reactors
reactor_spectrum the excess of a reactor spectrum
nucleosynthesis  primordial abundances
decays           light elements after the decay of a sterile neutrino
universe         plasma and decoupling in the early universe
stars            red giants: emission by plasmons, the tip of their branch
majorana         Dirac or Majorana: decays, double beta decay, relic neutrinos
"""

from nuprobe.reproductions.recipes.baselines import (
    disappearance_best,
    disappearance_chi2,
    disappearance_exclusion,
    disappearance_ratio,
)
from nuprobe.reproductions.recipes.boron import boron_flux, significance
from nuprobe.reproductions.recipes.bounds import (
    anomalous_moment_coupling,
    monophoton_reach,
)
from nuprobe.reproductions.recipes.carbon import (
    bump_orders,
    bump_threshold,
    carbon_average,
    carbon_cross_section,
    carbon_table_ratio,
    comparative_half_life,
)
from nuprobe.reproductions.recipes.conversions import (
    antineutrino_conversion,
    boson_of_radius,
    dipole_of_moment,
    moment_from_excess,
    moment_of_other_flavour,
    pair_moment,
    plasmon_charge,
    weighted_mean,
)
from nuprobe.reproductions.recipes.decays import (
    decayed_abundance,
    photon_decay_width,
)
from nuprobe.reproductions.recipes.deuteron import (
    deuteron_average,
    deuteron_cross_section,
    deuteron_ratio,
    deuteron_slope,
    deuteron_threshold,
)
from nuprobe.reproductions.recipes.deuteron_tables import (
    deuteron_neutral_over_charged,
    deuteron_radiative,
    deuteron_table_current,
    deuteron_table_ratio,
)
from nuprobe.reproductions.recipes.elastic import (
    differential_cross_section,
    flux_averaged,
    nuclear_charge_radius,
    nuclear_mass,
    total_cross_section,
)
from nuprobe.reproductions.recipes.electromagnetic import (
    angle_limit,
    charge_radius_fit,
    dirac_moment,
    electromagnetic_limit,
    equal_recoil,
    millicharge,
    moment_limit,
    nearest_limit,
    standard_charge_radius,
    transition_moment_scale,
)
from nuprobe.reproductions.recipes.energy_scales import disappearance_scales
from nuprobe.reproductions.recipes.experiments import (
    bound,
    counts,
    fit_error,
    fit_value,
    fitted_background,
    fitted_signal,
    found_signal,
    full_coherence_sigma,
    no_signal,
    scaled_signal,
    signal,
    signal_sigma,
)
from nuprobe.reproductions.recipes.germanium import expected_distance, lindhard_k
from nuprobe.reproductions.recipes.global_fits import global_end, global_value
from nuprobe.reproductions.recipes.independent import (
    broken_over_elastic,
    nucleon_change,
)
from nuprobe.reproductions.recipes.inverse_beta import (
    inverse_beta_cosine,
    inverse_beta_cross_section,
)
from nuprobe.reproductions.recipes.majorana import (
    double_beta_half_life,
    double_beta_mass,
    heavy_neutrino_width,
    relic_captures,
)
from nuprobe.reproductions.recipes.mediators import coupling_limit
from nuprobe.reproductions.recipes.nucleosynthesis import (
    primordial,
    primordial_change,
    primordial_rise,
)
from nuprobe.reproductions.recipes.reactor_spectrum import reactor_bump
from nuprobe.reproductions.recipes.reactors import (
    reactor_rate,
    reactor_yield,
    reactor_yield_change,
    reactor_yield_error,
    reactor_yield_ratio,
)
from nuprobe.reproductions.recipes.solar import (
    axial_current,
    capture_rate,
    captured_line,
    solar_survival,
)
from nuprobe.reproductions.recipes.stars import stellar_emission, stellar_tip_limit
from nuprobe.reproductions.recipes.tridents import (
    trident_beam_cross_section,
    trident_cross_section,
    trident_events,
    trident_expected_events,
    trident_heavy_limit,
    trident_model_ratio,
    trident_pull,
    trident_real_photon,
)
from nuprobe.reproductions.recipes.universe import (
    collision_ratio,
    debye_over_temperature,
    decoupled_at,
    density_bend,
    effective_neutrinos,
    magnetic_bracket,
    magnetic_number_factor,
    qed_in_debye_mass,
    right_handed_neutrinos,
)

__all__ = [
    "angle_limit",
    "anomalous_moment_coupling",
    "antineutrino_conversion",
    "axial_current",
    "boron_flux",
    "boson_of_radius",
    "bound",
    "broken_over_elastic",
    "bump_orders",
    "bump_threshold",
    "capture_rate",
    "captured_line",
    "carbon_average",
    "carbon_cross_section",
    "carbon_table_ratio",
    "charge_radius_fit",
    "collision_ratio",
    "comparative_half_life",
    "counts",
    "coupling_limit",
    "debye_over_temperature",
    "decayed_abundance",
    "decoupled_at",
    "density_bend",
    "deuteron_average",
    "deuteron_cross_section",
    "deuteron_neutral_over_charged",
    "deuteron_radiative",
    "deuteron_ratio",
    "deuteron_slope",
    "deuteron_table_current",
    "deuteron_table_ratio",
    "deuteron_threshold",
    "differential_cross_section",
    "dipole_of_moment",
    "dirac_moment",
    "disappearance_best",
    "disappearance_chi2",
    "disappearance_exclusion",
    "disappearance_ratio",
    "disappearance_scales",
    "double_beta_half_life",
    "double_beta_mass",
    "effective_neutrinos",
    "electromagnetic_limit",
    "equal_recoil",
    "expected_distance",
    "fit_error",
    "fit_value",
    "fitted_background",
    "fitted_signal",
    "flux_averaged",
    "found_signal",
    "full_coherence_sigma",
    "global_end",
    "global_value",
    "heavy_neutrino_width",
    "inverse_beta_cosine",
    "inverse_beta_cross_section",
    "lindhard_k",
    "magnetic_bracket",
    "magnetic_number_factor",
    "millicharge",
    "moment_from_excess",
    "moment_limit",
    "moment_of_other_flavour",
    "monophoton_reach",
    "nearest_limit",
    "no_signal",
    "nuclear_charge_radius",
    "nuclear_mass",
    "nucleon_change",
    "pair_moment",
    "photon_decay_width",
    "plasmon_charge",
    "primordial",
    "primordial_change",
    "primordial_rise",
    "qed_in_debye_mass",
    "reactor_bump",
    "reactor_rate",
    "reactor_yield",
    "reactor_yield_change",
    "reactor_yield_error",
    "reactor_yield_ratio",
    "relic_captures",
    "right_handed_neutrinos",
    "scaled_signal",
    "signal",
    "signal_sigma",
    "significance",
    "solar_survival",
    "standard_charge_radius",
    "stellar_emission",
    "stellar_tip_limit",
    "total_cross_section",
    "transition_moment_scale",
    "trident_beam_cross_section",
    "trident_cross_section",
    "trident_events",
    "trident_expected_events",
    "trident_heavy_limit",
    "trident_model_ratio",
    "trident_pull",
    "trident_real_photon",
    "weighted_mean",
]
