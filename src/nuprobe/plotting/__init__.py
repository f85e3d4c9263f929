"""Figures from physics objects.

Every function returns the axes it drew on: one `Axes`, or an array of them (``Panels``)
with an attribute ``figure``. A notebook shows it as the last line of a cell, whatever
the backend, and `save` writes it.

``ax=`` draws on your own axes, in their style: the legend goes inside, the line at the
bottom is omitted, and with fewer axes than panels only the first panels are drawn.
Further keywords are Matplotlib properties of the main artists, those in the legend
(``color``, ``linewidth``, ``linestyle``, ``alpha``, ``label``, ``zorder``, …).

Nothing here imports matplotlib before a figure is requested, and nothing uses pyplot or
a display. A figure keeps its style when it is edited, drawn or saved later.
"""

from nuprobe.plotting.abundances import plot_moment_plane, plot_nucleosynthesis
from nuprobe.plotting.averaged import plot_averaged
from nuprobe.plotting.backgrounds import plot_backgrounds
from nuprobe.plotting.baselines import plot_disappearance
from nuprobe.plotting.beside import Case, plot_recoils, plot_totals
from nuprobe.plotting.bump import plot_bump
from nuprobe.plotting.catalogue import (
    plot_charge_radii,
    plot_magnetic_moments,
)
from nuprobe.plotting.catalogue_plane import plot_catalogue_plane
from nuprobe.plotting.cevns import plot_differential, plot_total
from nuprobe.plotting.charged import plot_charged_currents, plot_levels
from nuprobe.plotting.contours import plot_contour
from nuprobe.plotting.corner import plot_corner
from nuprobe.plotting.decay import plot_decay_plane, plot_photon_spectra
from nuprobe.plotting.electromagnetic import plot_averaged_moments, plot_millicharge
from nuprobe.plotting.electron import plot_electron_differential, plot_electron_total
from nuprobe.plotting.events import (
    plot_distribution,
    plot_distribution_2d,
    plot_distributions,
)
from nuprobe.plotting.exclusion import STERILE_POINTS, plot_exclusion_plane
from nuprobe.plotting.experiments import plot_rates
from nuprobe.plotting.fits import neutron_radius_markers, plot_profile
from nuprobe.plotting.form_factors import plot_form_factors
from nuprobe.plotting.gap import plot_gap
from nuprobe.plotting.ladder import plot_ladder
from nuprobe.plotting.limits import plot_limits
from nuprobe.plotting.majorana import (
    plot_effective_mass,
    plot_heavy_decays,
    plot_tritium,
)
from nuprobe.plotting.moment_summary import plot_moment_summary
from nuprobe.plotting.moments import plot_standard_moments
from nuprobe.plotting.nuisances import plot_correlation, plot_pulls
from nuprobe.plotting.overlay import plot_contours, plot_exclusions, plot_profiles
from nuprobe.plotting.plane import plot_plane
from nuprobe.plotting.precession import plot_moment_field, plot_precession
from nuprobe.plotting.reactions import plot_reactions
from nuprobe.plotting.reactor import plot_reactor_rates
from nuprobe.plotting.results import (
    plot_cevns,
    plot_experiment,
    plot_fit,
    plot_regions,
    plot_scan,
)
from nuprobe.plotting.sheets import figure_of
from nuprobe.plotting.solar import plot_solar_plane, plot_solar_rates, plot_survival
from nuprobe.plotting.spectra import plot_flux
from nuprobe.plotting.stars import plot_plasmon_emission, plot_tip
from nuprobe.plotting.stored import plot_results
from nuprobe.plotting.style import check_path, save
from nuprobe.plotting.toy_bounds import plot_grid_toys, plot_toy_bounds
from nuprobe.plotting.toys import plot_cls, plot_sensitivity, plot_toy_thresholds
from nuprobe.plotting.trident import plot_trident_energy, plot_trident_ratio
from nuprobe.plotting.trident_form_factors import plot_trident_form_factors
from nuprobe.plotting.trident_parts import (
    plot_trident_asymptotics,
    plot_trident_charged_current,
    plot_trident_parts,
)
from nuprobe.plotting.universe import (
    plot_debye_length,
    plot_decoupling,
    plot_magnetic_screening,
    plot_right_handed,
    plot_screened_potential,
    plot_temperatures,
)

__all__ = [
    "STERILE_POINTS",
    "Case",
    "check_path",
    "figure_of",
    "neutron_radius_markers",
    "plot_averaged",
    "plot_averaged_moments",
    "plot_backgrounds",
    "plot_bump",
    "plot_catalogue_plane",
    "plot_cevns",
    "plot_charge_radii",
    "plot_charged_currents",
    "plot_cls",
    "plot_contour",
    "plot_contours",
    "plot_corner",
    "plot_correlation",
    "plot_debye_length",
    "plot_decay_plane",
    "plot_decoupling",
    "plot_differential",
    "plot_disappearance",
    "plot_distribution",
    "plot_distribution_2d",
    "plot_distributions",
    "plot_effective_mass",
    "plot_electron_differential",
    "plot_electron_total",
    "plot_exclusion_plane",
    "plot_exclusions",
    "plot_experiment",
    "plot_fit",
    "plot_flux",
    "plot_form_factors",
    "plot_gap",
    "plot_grid_toys",
    "plot_heavy_decays",
    "plot_ladder",
    "plot_levels",
    "plot_limits",
    "plot_magnetic_moments",
    "plot_magnetic_screening",
    "plot_millicharge",
    "plot_moment_field",
    "plot_moment_plane",
    "plot_moment_summary",
    "plot_nucleosynthesis",
    "plot_photon_spectra",
    "plot_plane",
    "plot_plasmon_emission",
    "plot_precession",
    "plot_profile",
    "plot_profiles",
    "plot_pulls",
    "plot_rates",
    "plot_reactions",
    "plot_reactor_rates",
    "plot_recoils",
    "plot_regions",
    "plot_results",
    "plot_right_handed",
    "plot_scan",
    "plot_screened_potential",
    "plot_sensitivity",
    "plot_solar_plane",
    "plot_solar_rates",
    "plot_standard_moments",
    "plot_survival",
    "plot_temperatures",
    "plot_tip",
    "plot_total",
    "plot_totals",
    "plot_toy_bounds",
    "plot_toy_thresholds",
    "plot_trident_asymptotics",
    "plot_trident_charged_current",
    "plot_trident_energy",
    "plot_trident_form_factors",
    "plot_trident_parts",
    "plot_trident_ratio",
    "plot_tritium",
    "save",
]
