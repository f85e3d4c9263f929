r"""
Neutrinoless double beta decay
==============================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019): a way to find out whether neutrinos are their own
antiparticles, "only possible for Majorana neutrinos".
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.reproductions import published_table
from nuprobe.units import eV

# %%
# The effective mass over the lightest mass: bands are all Majorana phases, horizontal
# bands are limits, whose width is due to matrix elements.

experiments = {
    "GERDA (Ge76)": ("Ge76", 1.8e26),
    "KamLAND-Zen (Xe136)": ("Xe136", 3.8e26),
}
bounds = [
    (label, *nu.majorana.mass_from_half_life(isotope, years))
    for label, (isotope, years) in experiments.items()
]
ax = plotting.plot_effective_mass(np.geomspace(1e-4, 1, 60) * eV, bounds=bounds)

# %%
# The talk has no numbers. In meV: the limit of KamLAND-Zen as published, and by hand
# the largest effective mass of massless neutrinos in the inverted ordering.

low, high = (1e3 * mass / eV for mass in bounds[1][1:])
inverted = nu.oscillation.Splittings.nufit("inverted")
largest = 1e3 * nu.majorana.effective_mass_range(0.0, splittings=inverted)[1] / eV
table = published_table(
    [
        ("D36", "lower end of KamLAND-Zen's limit", 28, low, 1),
        ("D36", "upper end", 122, high, 2),
        ("D36", "largest mass, inverted", 48.21, largest, 0.24),
    ]
)
print(table)
