"""
Neutrino tridents: regimes, models and a limit
==============================================

A neutrino produces a pair of muons in the field of a nucleus or of its nucleons, at a
rate that depends on its couplings to muons.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.units import GeV, MeV

channel = "nu_mu -> nu_mu mu+ mu-"

# %%
# Coherent scattering on the nucleus is enhanced by Z², and dominates more and more at
# high energy, where its form factor is less restrictive.

regimes = plotting.plot_trident_energy(
    [channel, "nu_mu -> nu_mu e+ e-"], "Ar40", np.geomspace(0.25, 200, 40) * GeV
)

# %%
# Interference of W and Z makes the Standard Model's rate about 0.6 of that of the V−A
# theory, and a light boson of L_μ − L_τ adds most at low energy.

models = plotting.plot_trident_ratio(
    channel,
    "Ar40",
    np.geomspace(0.25, 100, 40) * GeV,
    {"V-A": nu.VMinusA(), "Z' of 100 MeV, g' = 1e-3": nu.LMuLTau(100 * MeV, 1e-3)},
)

# %%
# CCFR saw 0.82 ± 0.28 of the expected rate: V−A is excluded, and so is the region of
# the plane above the line.

ccfr = nu.experiment("ccfr-trident")
print(
    f"V-A over the Standard Model {ccfr.predict(nu.VMinusA()).ratio:.2f}, measured"
    f" {ccfr.measurement().ratio:g}"
)
found = nu.limit([ccfr], mass=np.geomspace(1, 1e5, 60) * MeV)
print(
    f"heavy boson: m/g' > {found['ccfr-trident'].heavy / GeV:.0f} GeV (two-sided 95"
    " % CL)"
)
limits = plotting.plot_limits(found, [ccfr])
