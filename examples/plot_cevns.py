"""
Cross sections and the loss of coherence
========================================

The recoil spectrum on argon, and total cross sections compared with full coherence, as
for a point nucleus.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.units import MeV

sm = nu.StandardModel()

# %%
# The recoil spectrum ends at T_max = 2E²/(M + 2E) and is exactly zero above it.

spectrum = plotting.plot_differential("Ar40", sm, np.array([10, 30, 50]) * MeV)

# %%
# The suppression by the finite size grows with the mass of the nucleus and the energy.

totals = plotting.plot_total(["Ar40", "CsI"], sm, np.linspace(1, 55, 109) * MeV)

# %%
# The numbers behind the curves, in cm² per nucleus:

for form_factor in ("point", "helm"):
    sigma = nu.cevns.total(
        30 * MeV, nu.target("Ar40", form_factor=form_factor), sm, flavour="nu_mu"
    )
    print(f"{form_factor:6} {sigma:.4e} cm2")
