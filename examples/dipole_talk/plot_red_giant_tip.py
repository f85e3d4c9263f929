r"""
Extension of the red giant branch
=================================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019), "Extension of the red giant branch in globular
clusters": M5 limits a moment to 4.5e-12 Bohr magnetons.
"""

import nuprobe as nu
from nuprobe.plotting import plot_plasmon_emission
from nuprobe.reproductions import published_table

# %%
# A moment lets plasmons decay to neutrinos, the core cools and helium ignites later, on
# a brighter star. The band is what was observed in the cluster M5.

ax = nu.stars.M5.plot()

# %%
# Emission from the core at :math:`10^8` K: a moment matters where the plasma is thin.

emission = plot_plasmon_emission(1e8, 3e-12)

# %%
# Limits by two statistics, in Bohr magnetons. The second is not in the talk, but in the
# paper.

rows = nu.stars.tip_table()
table = published_table(
    [
        ("D28", "1.96 sigma", 4.5e-12, rows[0]["limit"], 0.3e-12),
        ("D28", "68 % of the posterior", 2.6e-12, rows[1]["limit"], 0.3e-12),
    ]
)
print(table)
