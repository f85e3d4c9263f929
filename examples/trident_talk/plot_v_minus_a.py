r"""
W and Z interfere destructively
===============================

"Neutrino trident production", talk of T. Shimomura, "The NTP cross sections (in the
SM)": :math:`\sigma_{SM}\simeq(C_V^2 + C_A^2)\,\sigma_{V-A} \simeq 0.6\,\sigma_{V-A}`.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.reproductions import published_table
from nuprobe.units import GeV

# %%
# The ratio is reached at high energy only: near threshold the vector part, in which the
# Z takes its share, is smaller.

channel, sm, va = "nu_mu -> nu_mu mu+ mu-", nu.StandardModel(), nu.VMinusA()
energy = np.geomspace(0.5, 300, 40) * GeV
ax = plotting.plot_trident_ratio(channel, "Fe56", energy, {"Standard Model": sm}, va)
ax.axhline(0.588, color="0.6", linestyle=":")

# %%
# At 160 GeV, the energy of CCFR; and the V−A cross section in cm² at 20
# GeV from explicit Dirac matrices, for which the talk's Lagrangian needs
# :math:`G_F/\sqrt2`.

ratio = float(
    nu.trident.total(160 * GeV, channel, "Fe56", sm)
    / nu.trident.total(160 * GeV, channel, "Fe56", va)
)
iron = nu.form_factors.Fermi(1.126 * 56 ** (1 / 3) * nu.units.fm, 0.523 * nu.units.fm)
matrix = nu.trident.total(
    20 * GeV, channel, "Fe56", nu.VectorAxial(1, 1), regime="coherent", form_factor=iron
)
table = published_table(
    [
        ("T41", "SM over V-A, 160 GeV", 0.6, ratio, 0.05),
        ("T39", "V-A, 20 GeV [cm2]", 6.0791e-41, float(matrix), 0.002 * 6.0791e-41),
    ]
)
print(table)
