r"""
L_1A against the solar mixing
=============================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019): the second figure of Balantekin and Yüksel.
"""

import numpy as np

import nuprobe as nu
from nuprobe.experiments import joint_cost
from nuprobe.inference import contour
from nuprobe.plotting import plot_regions

# %%
# The two-body current is left free in the fit of solar data: SNO's ratio of charged to
# neutral currents fixes the mixing, whatever :math:`L_{1A}` is, because both currents
# change alike.

names = ("sno-2013", "gallium-2009", "homestake-1998")
pair = ("l1a.nnlo", "tan2_12")
cost = joint_cost([nu.experiment(name) for name in names], None, pair)
grid = np.linspace(-20, 60, 33), np.linspace(0.3, 0.7, 33)
found = contour(cost, pair, grid, cl=(0.6827, 0.9))
ax = plot_regions(found, references=["Balantekin:2003ep", "SNO:2011hxd"])
