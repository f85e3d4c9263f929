r"""
The gap of IceCube
==================

"Neutrino trident production", talk of T. Shimomura, "IceCube gap and muon g − 2":
neutrinos of 400 TeV to 1 PeV are absorbed on relic neutrinos at the resonance of a
boson.
"""

from nuprobe import plotting
from nuprobe.bounds import relic_absorption
from nuprobe.bounds.relic_absorption import LineOfSight
from nuprobe.reproductions import published_table
from nuprobe.units import MeV, eV

# %%
# The resonance at :math:`m_{Z'}^2/2m_\nu` is a narrow line at the source and becomes a
# gap on the way, since redshift moves neutrinos through it.

line = LineOfSight(m_nu=0.05 * eV)
panels = plotting.plot_gap(10 * MeV, 4e-4, line)

# %%
# Resonances in PeV. A slide prints :math:`m^2/m_\nu`, another the factor of two; its
# "1 PeV" for 10 MeV is a neutrino of 0.05 eV.

pev, at = relic_absorption.PEV, relic_absorption.resonance_energy
lower, _ = relic_absorption.gap_band(10 * MeV, line)
table = published_table(
    [
        ("T80", "10 MeV, 0.1 eV", 0.5, at(10 * MeV, 0.1 * eV) / pev, 5e-7),
        ("T81", "10 MeV, 0.05 eV", 1, at(10 * MeV, 0.05 * eV) / pev, 1e-6),
        ("T57", "14.1421 MeV, 0.1 eV", 1, at(14.1421 * MeV, 0.1 * eV) / pev, 1e-4),
    ]
)
print(table)
print(f"coupling that opens the gap: {float(lower):.2e}; the talk has 1e-4 or more")
