"""
A light boson: tridents and Belle II
====================================

Page L023 of a catalogue of constraints: CCFR's 95 % exclusion contour of a gauged L_μ −
L_τ, and the reach of Belle II with a single photon at 10.58 GeV and 50 ab⁻¹.
"""

import numpy as np

import nuprobe as nu
from nuprobe.bounds.monophoton import BELLE_II, INVERSE_AB
from nuprobe.reproductions import published_table
from nuprobe.units import GeV, MeV

# %%
# Below the momentum transfer the limit does not depend on the mass, far above only m/g′
# counts. Belle II, if it collects all that was planned, goes deeper below a few GeV.

ccfr = nu.experiment("ccfr-trident")
limit = nu.limit([ccfr], "lmu-ltau", mass=np.geomspace(1, 1e6, 60) * MeV)
axes = limit.plot([ccfr])

# %%
# The page's inputs of Belle II, and two limits of CCFR: a heavy boson, and the boson of
# 10 MeV mixed with the photon.

heavy = limit["ccfr-trident"].heavy
mixed = nu.limit([ccfr], nu.LMuLTau(10 * MeV, 0, mixing=1e-3), mass=[10 * MeV])
table = published_table(
    [
        ("L04", "energy of Belle II [GeV]", 10.58, BELLE_II.sqrt_s / GeV, 1e-9),
        ("L05", "its luminosity [1/ab]", 50, BELLE_II.luminosity / INVERSE_AB, 1e-9),
        ("L21", "m/g' of a heavy boson [MeV]", 545e3, heavy, 0.02 * 545e3),
        (
            "L13",
            "g' at 10 MeV, mixing 1e-3",
            1.0644e-3,
            mixed["ccfr-trident"].coupling[0],
            0.002 * 1.0644e-3,
        ),
    ]
)
print(table)
