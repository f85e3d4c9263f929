r"""
Could carbon make the excess?
=============================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019), "An alternative solution": :math:`^{13}\mathrm
C(\bar\nu,\bar\nu'n)^{12}\mathrm C^*` (4.4 MeV) after Berryman et al.
"""

import nuprobe as nu
from nuprobe import plotting
from nuprobe.reproductions import published_table

# %%
# The reaction begins at 9.4 MeV, where reactors have few antineutrinos: the cross
# section that one event in a hundred needs is millions of times that of an allowed
# transition. It would be new physics, as the talk says.

flux = nu.flux("reactor", model="summation")
panels = plotting.plot_bump(flux)
needed = nu.bump.required(flux, share=0.01)
print(needed.statement)

# %%
# The threshold from the masses of the nuclei:

threshold = nu.bump.threshold()
table = published_table([("D21", "threshold [MeV]", 9.390, threshold, 5e-4)])
print(table)
