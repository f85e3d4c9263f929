r"""
Sensitivity at several beam energies
====================================

"Neutrino trident production", talk of T. Shimomura, "Sensitivity to g′ and
:math:`m_{Z'}`": what a measurement of 25 % could exclude with beams of 1 to 160 GeV.
"""

import numpy as np

import nuprobe as nu
from nuprobe.plotting import plot_plane
from nuprobe.units import MeV

# %%
# Light bosons are found best with slow neutrinos; for heavy ones the energy does not
# matter, as all that counts is a ratio.

dune, curves, limits = nu.experiment("dune-nd-trident"), [], {}
mass = np.geomspace(1, 1e5, 31) * MeV
for energy in (1, 2, 5, 20, 160):
    changes = {"energy": f"{energy} GeV", "flavours": {"nu_mu": 1.0}}
    beam = dune.with_changes(
        {"flux": changes, "target": {"material": "Ar40"}, "regime": "coherent"}
    )
    found = nu.limit([beam], mass=mass, analyses={beam.name: "error-25"})
    limits[energy] = found.curves[0]
    curves.append((f"{energy} GeV", mass, found.curves[0].coupling, "-"))
ax = plot_plane(found, curves=curves[:-1], labels={beam.name: "160 GeV"})

# %%
# Couplings that could be excluded at 10 MeV; the talk's figure has no numbers, and says
# that beams of lower energy are more sensitive.

for energy, curve in limits.items():
    print(f"{energy:4} GeV: g' = {np.interp(10, curve.mass, curve.coupling):.2e}")
