r"""
Decoupling temperatures of three flavours
=========================================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019), "Decoupling temperature of three flavors" (Vassh
et al. 2015): over a common magnetic moment.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.reproductions import published_table

# %%
# By the last scattering (number) and by the end of energy exchange. Moments above a few
# 1e-10 Bohr magnetons keep neutrinos scattering to lower temperatures, but soft photons
# carry little energy: by the second criterion they matter much less.

curve = nu.cosmology.decoupling_curve(np.geomspace(1e-11, 1e-9, 13))
panels = plotting.plot_decoupling(curve)

# %%
# At 1e-11, where moments do not count yet, an independent calculation of weak rates, in
# MeV. The axes of the talk's figure could not be read.

nu_e, nu_mu, _ = curve.temperature["energy"][0]
table = published_table(
    [
        ("D31", "nu_e, energy exchange", 1.489, nu_e, 2e-3 * 1.489),
        ("D31", "nu_mu, energy exchange", 2.464, nu_mu, 2e-3 * 2.464),
    ]
)
print(table)
