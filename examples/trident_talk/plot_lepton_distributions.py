r"""
Momenta and angles of the leptons
=================================

"Neutrino trident production", talk of T. Shimomura, "Brief history" (1971) and "Future
works": distributions that tell signals from backgrounds.
"""

import nuprobe as nu
from nuprobe.events import distributions, trident
from nuprobe.plotting import plot_distributions
from nuprobe.units import GeV, MeV

# %%
# Muon pairs at 160 GeV on iron: energetic, forward and of low mass. A light boson makes
# them softer still, in the same events with other weights.

generator = trident("nu_mu -> nu_mu mu+ mu-", "Fe56", 160 * GeV, regime="coherent")
models = {"Standard Model": None, "Z′, 100 MeV, g′ = 1e−3": nu.LMuLTau(100 * MeV, 1e-3)}
observables = ["E_minus", "opening_angle", "m_pair"]
found = distributions(generator, observables, models=models, bins=20, n=8_000)
panels = plot_distributions(
    found.items, title=r"$\mu^+\mu^-$ on iron at 160 GeV", note=f"{found.events} events"
)
