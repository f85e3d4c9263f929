"""
The plane of vector and axial couplings
=======================================

Page L023 of a catalogue of constraints: shifts of the vector and axial couplings of
muons to muon neutrinos. What CCFR, CHARM-II and NuTeV allow of both is a ring.
"""

import numpy as np

import nuprobe as nu
from nuprobe.experiments import joint_cost
from nuprobe.inference import contour
from nuprobe.plotting import plot_regions
from nuprobe.reproductions import published_table

# %%
# Rates go as a sum of squares of the couplings, so that the sum is measured and their
# ratio is not. The Standard Model lies in the ring, V−A with both equal to one outside
# of 90 %.

names = ("ccfr-trident", "charm2-trident", "nutev-trident")
measured = [nu.experiment(name) for name in names]
cost = joint_cost(measured, nu.model("pair-couplings"), ["c_v", "c_a"])
axis = np.linspace(-1.8, 1.8, 73)
found = contour(cost, ("c_v", "c_a"), (axis, axis), cl=(0.6827, 0.9))
points = [("Standard Model", 0.9624, 0.5), ("V−A", 1.0, 1.0)]
axes = plot_regions(found, markers=points, references=["Mishra:1991bv"])

# %%
# The measured ratios to the Standard Model as the page and their papers give them:

published = {"CCFR": 0.82, "CHARM-II": 1.58, "NuTeV": 0.72}
rows = [
    ("L17", label, value, one.predict().measured, 1e-9)
    for (label, value), one in zip(published.items(), measured, strict=True)
]
table = published_table(rows)
print(table)
