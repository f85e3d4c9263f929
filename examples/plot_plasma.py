"""
Screening in the plasma of the early universe
=============================================

A charge in a plasma of electrons and positrons is screened at the Debye length. While
there are pairs the Debye mass follows the temperature; below 20 keV only the few
electrons that neutralise the nuclei are left to screen.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.units import MeV

plotting.plot_debye_length(np.geomspace(0.006, 20, 80))

# %%
# The two methods of the talk, from the density and from the pressure:

for route in ("density", "pressure"):
    mass = nu.cosmology.debye_mass(1 * MeV, 0.3 * MeV, route=route)
    print(f"{route:9} m_D = {float(mass):.12f} MeV")

# %%
# Beyond linear order it is no longer a Yukawa potential. The quadratic term needs a
# chemical potential, the cubic one does not.

plotting.plot_screened_potential(1 * MeV, 80.0, chemical_potential=0.3 * MeV)

# %%
# Neutrinos with a magnetic moment exchange soft photons. How the Debye mass cuts them
# off is a choice; the spread between choices is the theoretical error.

plotting.plot_magnetic_screening(1 * MeV, np.geomspace(0.3, 300, 100))
