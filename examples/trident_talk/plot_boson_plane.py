r"""
The plane of mass and coupling
==============================

"Neutrino trident production", talk of T. Shimomura, "Allowed parameter region": what
CHARM-II and CCFR exclude of a gauged :math:`L_\mu - L_\tau`, and the band of (g − 2)_μ.
"""

import numpy as np

import nuprobe as nu
from nuprobe.reproductions import published_table
from nuprobe.units import MeV

# %%
# The light end of the band is allowed, from 10 to a few 100 MeV: there a boson could
# explain the anomaly of the time, together with the gap of IceCube.

names = ["ccfr-trident", "charm2-trident"]
measured = [nu.experiment(name) for name in names]
found = nu.limit(measured, "lmu-ltau", mass=np.geomspace(1, 1e5, 61) * MeV)
ax = found.plot(measured)

# %%
# The talk reads 1e-3 at 10 MeV. Its argument, :math:`g'^2/m^2 = 10^{-5}` GeV⁻², would
# give 3e-5: exchanged momenta are far above 10 MeV. A heavy boson has m/g′ > 545 GeV.

curve = found["ccfr-trident"]
at_10 = float(np.interp(10, curve.mass, curve.coupling))
table = published_table(
    [
        ("T63", "g' of CCFR at 10 MeV", 1e-3, at_10, 0.15e-3),
        ("T08", "m/g' of a heavy boson [MeV]", 545e3, curve.heavy, 0.02 * 545e3),
    ]
)
print(table)
