r"""
PROSPECT
========

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019): a search for oscillations at 7 to 9 m from a
reactor.
"""

import nuprobe as nu
from nuprobe.reproductions import published_table

# %%
# Positrons at ten distances, with the spectrum of three neutrinos and with the best
# point of four. The shape of the spectrum is measured too, so that only differences
# between distances count.

prospect = nu.experiment("prospect")
best = nu.model("sterile", sin2_2theta_14=0.12, dm2_41=1.68)
rates = prospect.predict(best)
panels = rates.plot(prospect.references)

# %%
# χ² from the covariance that the collaboration published:

table = published_table(
    [
        ("D19", "chi2 without oscillations", 122.971, rates.twice_nll_without, 0.01),
        ("D19", "chi2 at the best point", 118.78, rates.twice_nll, 0.2),
    ]
)
print(table)
