r"""
The axial part of the cross section
===================================

"Neutrino electromagnetic interactions in elastic neutrino–nucleus scattering",
EPS-HEP2021, Eq. 6: nuclei with spin have an axial part with
:math:`2 + MT/E^2` beside the vector part with :math:`2 - MT/E^2`.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.reproductions import published_table
from nuprobe.units import MeV

# %%
# The vector part vanishes at the largest recoil, the axial part does not: there the
# spectrum on fluorine, the lightest nucleus with a strong spin response, ends in a
# step.

figure = plotting.plot_differential(
    "F19", nu.StandardModel(), np.array([10, 30, 50]) * MeV, axial=True
)

# %%
# What the spin adds at 1 MeV, where form factors are one:
# :math:`3 G_F^2 E^2 F_A/4\pi` with :math:`F_A` from the spin of the odd nucleon.

sm, rows = nu.StandardModel(), []
by_hand = (("fluorine at 1 MeV, 3 G_F^2 E^2 F_A/4 pi", "F19", 1.8959e-44),)
for what, name, expected in (*by_hand, ("7Li", "Li7", 1.1111e-44)):
    with_spin = nu.cevns.total(1 * MeV, name, sm, "nu_mu", axial=True)
    computed = with_spin - nu.cevns.total(1 * MeV, name, sm, "nu_mu")
    rows.append(("E07", what, expected, computed, 0.002 * expected))
table = published_table(rows, notes=["cross sections in cm2"])
print(table)
