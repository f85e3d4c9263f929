"""
Decoupling of neutrinos with magnetic moments
=============================================

Electrons and positrons heat the photons when they annihilate, and slightly also the
neutrinos that still scatter, electron neutrinos most of all.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting

history = nu.cosmology.decoupling(flavour_mixing="none")
plotting.plot_temperatures(history)

# %%
# Decoupling can be defined by the last scattering or by the end of energy exchange: a
# moment of a few 1e-10 Bohr magnetons keeps neutrinos scattering for much longer, but
# soft photons carry little energy. N_eff is determined by the energy exchange; assuming
# instantaneous decoupling at the last scattering overestimates it.

curve = nu.cosmology.decoupling_curve(np.geomspace(1e-11, 1e-9, 25))
plotting.plot_decoupling(curve)
