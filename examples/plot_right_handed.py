"""
Right-handed neutrinos from Dirac moments
=========================================

A Dirac moment turns left-handed into right-handed neutrinos, most of all at the highest
temperature of the universe. A limit on the moment from N_eff therefore depends on the
assumed highest temperature.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting

plotting.plot_right_handed(np.geomspace(3e-13, 2e-11, 15), (1e3, 1e4, 1e5))

# %%
# The published limit, 2.7e-12 Bohr magnetons from fewer than 0.18 additional neutrinos:

moments = dict.fromkeys(("ee", "mumu", "tautau"), 2.7e-12)
model = nu.Electromagnetic(magnetic_moment=moments)
for t_max in (1e3, 1e4, 1e5):
    made = nu.cosmology.right_handed(model, t_max)
    print(f"T_max = {t_max / 1e3:5g} GeV: {made.delta_n_eff:.3f} more")
