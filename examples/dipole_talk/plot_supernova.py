r"""
Neutrinos of a supernova on nuclei
==================================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019): what happens when a neutrino of 10 to 40 MeV hits
a nucleus?
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.units import MeV

# %%
# The fluence of a core collapse: the hotter flavours reach higher energies.

panels = nu.flux("supernova").plot()

# %%
# Coherent scattering is the largest of all cross sections there, far above inverse beta
# decay, and all flavours count alike.

energy = np.linspace(5, 45, 81) * MeV
sm = nu.StandardModel()
curves = [
    (f"coherent, {name}", energy, nu.cevns.total(energy, name, sm, "nu_e"))
    for name in ("Ar40", "Xe132", "Pb208")
]
curves.append(("inverse beta decay, proton", energy, nu.ibd.total(energy)))
ax = plotting.plot_reactions(curves)

# %%
# Means over the fluence in cm² per nucleus; the talk gives no numbers.

for flavour in ("nu_e", "nubar_e", "nu_mu"):
    mean = nu.cevns.flux_averaged("supernova", "Ar40", sm, flavour)
    print(f"Ar40, {flavour:8} {mean:.3e}")
