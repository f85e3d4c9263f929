r"""
Cross sections of CsI with magnetic moments
===========================================

"Neutrino and nuclear properties from CEνNS", seminar of C. Giunti (Orsay, 2018), "Cross
sections averaged over the COHERENT neutrino energy spectra".
"""

import nuprobe as nu
from nuprobe import plotting
from nuprobe.reproductions import published_table
from nuprobe.reproductions.studies import STUDIES
from nuprobe.units import MeV

# %%
# A moment adds :math:`(\pi\alpha^2/m_e^2)\,Z^2F_Z^2\,(1/T - 1/E)\,|\mu|^2`, without
# interference. At the threshold of COHERENT, 4 keV, 1e-9 Bohr magnetons add 9 %: two
# orders of magnitude more would be needed to see the limit of GEMMA.

ax = plotting.plot_averaged_moments("sns", "CsI", [1e-10, 1e-9, 5e-9])
ax.axvline(4, color="0.6", linestyle=":")

# %%
# The prefactor :math:`\pi\alpha^2/m_e^2` in cm² on a point nucleus, and the weak part
# at 4 keV in cm² per keV.

sm, moment = nu.StandardModel(), nu.Electromagnetic(mu_eff={"mu": 1e-9})
point = nu.target("Cs133", form_factor="point", nucleon="point")
both = nu.cevns.differential(30 * MeV, 5e-3, point, moment, "nu_mu")
extra = both - nu.cevns.differential(30 * MeV, 5e-3, point, sm, "nu_mu")
prefactor = extra / (1e-18 * 55**2 * (1 / 5e-3 - 1 / 30))
rows = STUDIES["magnetic-spectra"]().to_dict()["rows"]
weak = next(row["mu = 0 muB"] for row in rows if row["T [keV]"] == 4)
table = published_table(
    [
        ("S65", "pi alpha^2/m_e^2 [cm2]", 2.494672e-25, prefactor, 2.49e-31),
        ("S67", "4 keV, no moment [cm2/keV]", 3.245e-39, weak, 0.02 * 3.245e-39),
    ]
)
print(table)
