"""
Dirac or Majorana
=================

Three ways to find out whether neutrinos are their own antiparticles: decays of a heavy
neutrino, neutrinoless double beta decay, and relic neutrinos on tritium.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.units import eV

# %%
# A heavy Majorana neutrino decays isotropically, whatever its interaction; a polarised
# Dirac neutrino does not. In the laboratory the energy spectra are a box and a slope.

natures = ("majorana", "dirac", "antidirac")
decays = [
    nu.majorana.HeavyNeutrino(1000.0, channel, nature)
    for channel in ("pi0", "rho0")
    for nature in natures
]
angles = plotting.plot_heavy_decays(decays, gamma=5.0)

# %%
# About twenty decays to π⁰, or three thousand to ρ⁰, distinguish them at 3σ.

for decay in decays[1::3]:
    print(decay.channel, round(nu.majorana.events_to_tell(decay.asymmetry)))

# %%
# The effective mass in double beta decay as a function of the lightest mass, with
# limits from half-lives; their width is due to the matrix elements.

limits = {"GERDA (Ge76)": ("Ge76", 1.8e26), "KamLAND-Zen (Xe136)": ("Xe136", 3.8e26)}
bounds = [
    (label, *nu.majorana.mass_from_half_life(isotope, years))
    for label, (isotope, years) in limits.items()
]
bands = plotting.plot_effective_mass(np.geomspace(1e-4, 1, 5) * eV, bounds=bounds)

# %%
# Relic neutrinos on 100 g of tritium: a peak separated by a gap of twice the mass,
# twice as high for Majorana neutrinos.

electrons = [
    nu.majorana.TritiumElectrons(0.1 * eV, nature) for nature in ("dirac", "majorana")
]
gap = plotting.plot_tritium(electrons, 0.05 * eV)
