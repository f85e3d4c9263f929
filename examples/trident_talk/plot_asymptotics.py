r"""
Asymptotic cross sections of V−A
================================

"Neutrino trident production", talk of T. Shimomura, "The NTP cross sections (in the V−A
theory)": four proportionalities, without their constants.
"""

import numpy as np

from nuprobe import plotting
from nuprobe.processes.trident import asymptotic
from nuprobe.reproductions import published_table
from nuprobe.units import GeV

# %%
# The computed cross section over each formula: if the formula held, its line would be
# flat. That of electron pairs is to 10 %; muon pairs approach theirs slowly, because
# 5 GeV are not much for a muon.

ax = plotting.plot_trident_asymptotics("Fe56", np.geomspace(2, 300, 40) * GeV)

# %%
# An independent calculation of the same ratios:

given = {
    ("T33", "mumu"): (0.0041, 0.0158, 0.0199),
    ("T34", "ee"): (0.0274, 0.0311, 0.0319),
    ("T36", "electron"): (0.0032, 0.0038, 0.0039),
}
rows = []
for (item, name), values in given.items():
    for energy, value in zip((5, 160, 1000), values, strict=True):
        sigma, formula = (
            asymptotic(name, energy * GeV, "Fe56", computed=x) for x in (True, False)
        )
        what = f"{name} over formula, {energy} GeV"
        rows.append((item, what, value, float(sigma / formula), 0.03 * value))
table = published_table(rows)
print(table)
