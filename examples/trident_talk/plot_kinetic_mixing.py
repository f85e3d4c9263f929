r"""
A boson that mixes with the photon
==================================

"Neutrino trident production", talk of T. Shimomura, "NTP cross section with kinetic
mixing": "the ratio > 1 or < 1 is also important information".
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.constants import G_FERMI
from nuprobe.reproductions import published_table
from nuprobe.units import GeV, MeV

# %%
# The coupling of muons is :math:`g' - \epsilon e c_W`, that of neutrinos stays g′: with
# enough mixing the product changes sign and the rate falls below the Standard Model.

channel, energy = "nu_mu -> nu_mu mu+ mu-", np.geomspace(1, 30, 24) * GeV
models = {
    f"mixing {x:g}": nu.LMuLTau(10 * MeV, 5e-4, mixing=x) for x in (0.0, 3e-3, -3e-3)
}
ax = plotting.plot_trident_ratio(channel, "Ar40", energy, models)
ax.axhline(1, color="0.6", linewidth=0.8)

# %%
# Couplings by hand for g′ = 1e-3 and a mixing of 0.01:

boson, given = nu.LMuLTau(10 * MeV, 1e-3, mixing=0.01), {}
given["electron, -eps e c_W"] = ("e+ e-", -2.6552e-3, 0.005)
given["muon, g' - eps e c_W"] = ("mu+ mu-", -1.6552e-3, 0.01)
given["tau, -g' - eps e c_W"] = ("tau+ tau-", -3.6552e-3, 0.005)
rows = []
for what, (pair, value, relative) in given.items():
    (boson_part,) = nu.trident.lepton_couplings(
        boson, f"nu_mu -> nu_mu {pair}"
    ).mediators
    computed = boson_part.strength * G_FERMI * 2**0.5 / 1e-3
    rows.append(("T73", what, value, computed, relative * abs(value)))
table = published_table(rows)
print(table)
