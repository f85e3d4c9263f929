r"""
Capture of cosmic background neutrinos
======================================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019): at least two of them are non-relativistic, "where
what kind of mass you have matters".
"""

import nuprobe as nu
from nuprobe import plotting
from nuprobe.reproductions import published_table
from nuprobe.units import eV

# %%
# Electrons of 100 g of tritium: relic neutrinos make a peak behind the endpoint, at
# twice the mass from it. Majorana neutrinos are captured twice as often as Dirac ones.

mass, resolution = 0.1 * eV, 0.05 * eV
natures = ("dirac", "majorana")
electrons = [nu.majorana.TritiumElectrons(mass, nature) for nature in natures]
ax = plotting.plot_tritium(electrons, resolution)

# %%
# By hand the ratio for slow neutrinos: of Dirac neutrinos only the left-helical half
# can be captured. Captures in a year:

dirac, majorana = (nu.majorana.capture_rate(100.0, nature) for nature in natures)
print(f"Dirac {dirac:.2f}, Majorana {majorana:.2f}")
table = published_table([("D37", "Majorana over Dirac", 2, majorana / dirac, 2e-6)])
print(table)
