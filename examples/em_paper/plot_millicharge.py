r"""
Argon with a millicharge: Fig. 1 of the proceedings
===================================================

"Neutrino electromagnetic interactions in elastic neutrino–nucleus scattering",
EPS-HEP2021, Fig. 1: dσ/dT of 50 MeV neutrinos on ⁴⁰Ar at zero distance, with and
without a diagonal charge of :math:`1.5\times10^{-12}\,e`.
"""

import nuprobe as nu
from nuprobe import plotting
from nuprobe.reproductions import published_table
from nuprobe.units import MeV, keV

# %%
# A charge adds :math:`Q = 2\sqrt2\,\pi\alpha\,e_\nu/(G_F q^2)` to the weak amplitude.
# It interferes, destructively if it is positive, and falls as 1/T, so that only recoils
# of a few eV show it: look at the ratio at the left end.

figure = plotting.plot_millicharge("Ar40", 50 * MeV, [1.5e-12, -1.5e-12])

# %%
# Eq. 6 of the paper worked out by hand for a point nucleus at a recoil of 10 keV:

argon = nu.target("Ar40", form_factor="point", nucleon="point")
models = {
    "e = +1.5e-12": nu.Electromagnetic(charge={"ee": 1.5e-12}),
    "e = -1.5e-12": nu.Electromagnetic(charge={"ee": -1.5e-12}),
}
by_hand = {"e = +1.5e-12": 6.512873e-41, "e = -1.5e-12": 6.513369e-41}
rows = []
for name, model in models.items():
    computed = nu.cevns.differential(50 * MeV, 10 * keV, argon, model, "nu_e") * keV
    rows.append(("E04", name, by_hand[name], computed, 2e-6 * by_hand[name]))
table = published_table(rows, notes=["dsigma/dT in cm2 per keV"])
print(table)
