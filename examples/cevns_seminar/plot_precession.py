r"""
Spin-flavour precession in the Sun
==================================

"Neutrino and nuclear properties from CEνNS", seminar of C. Giunti (Orsay, 2018),
"Bounds on magnetic moments": a moment in a magnetic field turns ν_e into antineutrinos.
"""

import numpy as np

from nuprobe.catalogue import catalogue
from nuprobe.oscillation import SpinFlavour
from nuprobe.reproductions import published_table
from nuprobe.units import MeV

# %%
# Majorana neutrinos with a transition moment of 1e-11 Bohr magnetons in a field of 50
# kG: some arrive as :math:`\bar\nu_e`, which KamLAND did not see above 5.3e-5.

sun = SpinFlavour({"ex": 1e-11})
kamland = catalogue()["solar_antineutrino.conversion/KamLAND-2011"].value
panels = sun.plot(
    np.linspace(5, 15, 21) * MeV, bounds=[("KamLAND 2011", kamland, (8.3, 31.8))]
)

# %%
# With no field at all, adiabatic conversion of two flavours gives the same ν_e.

nu_e = sun.probabilities(10 * MeV)[0]
table = published_table([("S63", "nu_e at 10 MeV", 0.3412, nu_e, 0.005)])
print(table)
