"""
Decoupling of neutrinos with magnetic moments
=============================================

Electrons and positrons heat the photons when they annihilate, and neutrinos a little:
those that still scatter, electron neutrinos most.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting

history = nu.cosmology.decoupling(flavour_mixing="none")
plotting.plot_temperatures(history)

# %%
# When do they decouple? When the last scattering is over, or when energy is no longer
# exchanged: a moment of a few 1e-10 Bohr magnetons keeps neutrinos scattering for much
# longer, but soft photons carry little energy. N_eff follows the energy; to let
# neutrinos decouple at their last scattering in an instant overestimates it.

curve = nu.cosmology.decoupling_curve(np.geomspace(1e-11, 1e-9, 25))
plotting.plot_decoupling(curve)
