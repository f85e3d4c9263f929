"""
Sterile neutrinos over short baselines
======================================

The region excluded by PROSPECT, with several statistics, together with the NEUTRINO-4
point, the reactor anomaly and the region preferred by gallium.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.inference import ToySettings, exclusion_plane

# %%
# A folder with ``process = "oscillation"`` contains data, a covariance and distances.
# The NEUTRINO-4 point compared with three neutrinos, at ten distances:

point = nu.model("sterile", sin2_2theta_14=0.26, dm2_41=7.25)
prospect = nu.experiment("prospect")
rates = prospect.predict(point)
print(f"chi2 rises by {rates.twice_nll - rates.twice_nll_without:.2f}")
spectra = plotting.plot_disappearance(rates, prospect.references)

# %%
# The plane of mixing and mass, with toys at every point. Feldman–Cousins thresholds are
# above Wilks' 5.99 at small mixing, because the best fit can pick any of many
# frequencies, and below it at the end of the range.

free = ["sin2_2theta_14", "dm2_41"]
axes = {free[0]: np.geomspace(0.01, 1, 40), free[1]: np.geomspace(0.1, 20, 60)}
cost = prospect.cost(free=free)
plane = exclusion_plane(cost, axes, toys=ToySettings(100))
thresholds = plane.threshold(0.95)[0]
print(f"thresholds from {thresholds.min():.2f} to {thresholds.max():.2f}")

# %%
# Gallium is a separate cost: it shares no nuisance with reactors.

gallium = exclusion_plane(nu.experiment("best").cost(free=free), axes, toys=0)
figure = plotting.plot_exclusion_plane(
    plane,
    methods=["wilks", "fc", "cls", "expected"],
    beside={"BEST": gallium},
    references=["PROSPECT:2020sxr", "Barinov:2021asz"],
)
