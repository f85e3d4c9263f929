r"""
Capture of cosmic background neutrinos
======================================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019): at least two of them are non-relativistic, "where
what kind of mass you have matters".
"""

import nuprobe as nu
from nuprobe import plotting
from nuprobe.units import eV

# %%
# Electrons of 100 g of tritium: relic neutrinos make a peak behind the endpoint, at
# twice the mass from it. Majorana neutrinos are captured twice as often as Dirac ones.

mass, resolution = 0.1 * eV, 0.05 * eV
natures = ("dirac", "majorana")
electrons = [nu.majorana.TritiumElectrons(mass, nature) for nature in natures]
ax = plotting.plot_tritium(electrons, resolution)
