r"""
A light boson shows at low energy
=================================

"Neutrino trident production", talk of T. Shimomura, "Energy dependence of the cross
section": :math:`\sigma = \sigma_{SM} + \sigma_{int} + \sigma_{Z'}`.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.reproductions import published_table
from nuprobe.units import GeV, MeV

# %%
# A boson of 10 MeV with g′ = 1e-3 makes a factor of thirty at 1 GeV, and little at 160.
# The cross section itself is smaller there by four orders of magnitude.

channel, boson = "nu_mu -> nu_mu mu+ mu-", nu.LMuLTau(10 * MeV, 1e-3)
energy = np.geomspace(0.5, 160, 30) * GeV
panels = plotting.plot_trident_parts(channel, "Ar40", energy, boson, regime="coherent")

# %%
# At 1 GeV from explicit Dirac matrices, the Standard Model in cm²:

sm = nu.StandardModel(0.23119)
alone = float(nu.trident.total(1 * GeV, channel, "Ar40", sm, regime="coherent"))
with_boson = float(nu.trident.total(1 * GeV, channel, "Ar40", boson, regime="coherent"))
table = published_table(
    [
        ("T70", "SM, 1 GeV [cm2]", 1.3837e-44, alone, 0.003 * 1.3837e-44),
        ("T69", "with the boson over it", 29.86, with_boson / alone, 0.03 * 29.86),
    ]
)
print(table)
