r"""
Coherent cross sections of several nuclei
=========================================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019): "Coherent elastic neutrino cross sections".
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.reproductions import published_table
from nuprobe.units import MeV, keV

# %%
# They rise as E² until the form factor matters, the earlier the larger the nucleus: the
# lower panel is the share of full coherence that is left.

sm = nu.StandardModel()
panels = plotting.plot_total(
    ["Ar40", "Ge72", "Xe132"], sm, np.linspace(1, 60, 178) * MeV
)

# %%
# The formulas of the talk by hand: :math:`d\sigma/dT` in cm² per MeV,
# :math:`T_\mathrm{max} = 2E^2/(2E + M)`, and :math:`\sigma\propto E^2`, for a point
# nucleus of argon.

point = nu.target("Ar40", form_factor="point", nucleon="point")
differential = nu.cevns.differential(30 * MeV, 10 * keV, point, sm, "nu_mu")
largest = 2 * 30.0**2 / (60 + nu.isotope("Ar40").mass)
rise = nu.cevns.total(20, point, sm, "nu_mu") / nu.cevns.total(10, point, sm, "nu_mu")
table = published_table(
    [
        ("D08", "dsigma/dT at 30 MeV, 10 keV", 5.580848e-38, differential, 5.58e-44),
        ("D09", "T_max at 30 MeV [MeV]", 0.048289, largest, 4.8e-7),
        ("D10", "Q_W of argon", 21.18136, nu.nuclei.weak_charge("Ar40"), 2.1e-5),
        ("D13", "20 over 10 MeV", 4, rise, 0.008),
    ]
)
print(table)
