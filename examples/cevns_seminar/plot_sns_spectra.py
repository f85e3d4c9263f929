r"""
Neutrinos of the Spallation Neutron Source
==========================================

"Neutrino and nuclear properties from CEνNS", seminar of C. Giunti (Orsay, 2018),
"COHERENT neutrino spectrum": prompt ν_μ of stopped pions, and :math:`\bar\nu_\mu` and
ν_e of the muons.
"""

import nuprobe as nu
from nuprobe.reproductions import published_table
from nuprobe.units import MeV

# %%
# The prompt neutrinos are one line; the others end at half the mass of the muon,
# 52.8 MeV. The arrival times beside tell the two apart.

sns = nu.flux("sns")
panels = sns.plot()

# %%
# The formulas of the seminar, :math:`(m_\pi^2-m_\mu^2)/2m_\pi`,
# :math:`64E^2/m_\mu^3\,(3/4-E/m_\mu)` and :math:`192E^2/m_\mu^3\,(1/2-E/m_\mu)`, by
# hand:

per_mev = {
    name: sns.spectrum(name, 30 * MeV) / sns.total(name)
    for name in ("nubar_mu", "nu_e")
}
line = sns.lines("nu_mu")[0].energy
table = published_table(
    [
        ("S10", "prompt nu_mu [MeV]", 29.792, line, 0.001),
        ("S11", "nubar_mu at 30 MeV [1/MeV]", 0.0227593, per_mev["nubar_mu"], 2.2e-6),
        ("S12", "nu_e at 30 MeV [1/MeV]", 0.0316523, per_mev["nu_e"], 3.1e-6),
        ("S13", "nu_e at 52.84 MeV [1/MeV]", 0, sns.spectrum("nu_e", 52.84 * MeV), 0),
    ]
)
print(table)
