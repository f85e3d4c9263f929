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
# The talk has no numbers; limits on the effective mass in meV:

for label, low, high in bounds:
    print(f"{label:22} {1e3 * low / eV:.0f} to {1e3 * high / eV:.0f}")
