r"""
The claim of NEUTRINO-4
=======================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019): "NEUTRINO-4 claim" and "Oscillation exclusion".
"""

import numpy as np

import nuprobe as nu
from nuprobe.inference import exclusion_plane
from nuprobe.plotting import plot_exclusion_plane
from nuprobe.reproductions import published_table

# %%
# What PROSPECT excludes lies to the right of the line; the points are claims: that of
# NEUTRINO-4 is drawn, since it has no public spectrum to fit.

free = ["sin2_2theta_14", "dm2_41"]
axes = {free[0]: np.geomspace(0.01, 1, 40), free[1]: np.geomspace(0.1, 20, 60)}
cost = nu.experiment("prospect").cost(free=free)
plane = exclusion_plane(cost, axes, toys=0)
ax = plot_exclusion_plane(plane, references=["PROSPECT:2020sxr"])

# %%
# The rise of χ² at the point of NEUTRINO-4 over three neutrinos, with an independent
# calculation from the same covariance:

rise = (cost.twice_nll([0.26, 7.25]) - cost.twice_nll([0.0, 1.0]))[0]
table = published_table([("D20", "rise at 0.26 and 7.25 eV2", 6.5, rise, 0.2)])
print(table)
