r"""
IceCube and (g − 2)_μ together
==============================

"Neutrino trident production", talk of T. Shimomura: "IceCube and (g − 2)_μ can be
explained" by a boson of about 10 MeV with g′ of a few 1e-4.
"""

import numpy as np

import nuprobe as nu
from nuprobe.bounds import muon_g2, relic_absorption
from nuprobe.units import MeV

# %%
# The bands overlap below the line of CCFR, between 11 and 18 MeV for neutrinos of 0.1
# eV; the dotted line is the boson that Atomki claims.

ccfr = nu.experiment("ccfr-trident")
found = nu.limit([ccfr], "lmu-ltau", mass=np.geomspace(3, 300, 41) * MeV)
ax = found.plot([ccfr])
ax.set(xlim=(3e-3, 0.3), ylim=(1e-4, 3e-3))

# %%
# At 15 MeV: couplings of the (g − 2)_μ band of 2021 and of the gap, and the limit.

low, high = muon_g2.band("2021", 15 * MeV)
gap, _ = relic_absorption.gap_band(15 * MeV)
limit = np.interp(15, found["ccfr-trident"].mass, found["ccfr-trident"].coupling)
print(f"(g - 2): {low:.2e} to {high:.2e}; gap above {gap:.2e}; CCFR below {limit:.2e}")
