"""
Charge radii from several experiments
=====================================

What each experiment allows for one parameter, what all allow together, and what is
published: a ladder. The experiments form a set; nuisances of one name are shared.
"""

import nuprobe as nu
from nuprobe import plotting

experiments = ["coherent-csi-2021", "conus-plus", "texono-csi", "lsnd-electron"]
free = ["charge_radius.ee", "charge_radius.mumu"]
found = nu.global_limits(experiments, nu.Electromagnetic(), free, cl=0.9)
print(found.table("charge_radius.ee"))

# %%
# A second region lies where the radius undoes the weak interaction; together the
# experiments exclude it, because it lies elsewhere for each of them.

plotting.plot_ladder(found)
