"""
Carbon, deuterium and the reactor excess
========================================

Charged-current reactions of low-energy neutrinos in scintillators and heavy water, and
the cross section needed to explain the reactor excess near 5 MeV.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting

# %%
# Per nucleus ¹³C is as good a target as deuterium: its mirror transition has the Fermi
# strength of a free nucleon. ¹²C has a threshold of 17.3 MeV.

charged = plotting.plot_charged_currents(np.linspace(2.0, 30.0, 120))

# %%
# The levels of ¹³N are read from a table that can be replaced by your own; those above
# the ground state emit a proton and leave no ¹³N.

levels = plotting.plot_levels(np.linspace(3.0, 20.0, 120))

# %%
# SNO+ saw it with ⁸B neutrinos: 16.1 +8.5 −6.7 (stat.) +1.6 −2.7 (syst.) e-43 cm².

boron = nu.flux("solar", components=["8B"])
mean = nu.carbon.flux_averaged(boron, "cc", "nu_e", level="1/2- g.s.", lowest=7.0)
print(f"13C(nu_e,e-)13N(g.s.), 8B above 7 MeV: {mean:.3g} cm2")

# %%
# Neutrinos from muon decay at rest can excite ¹²C through both currents. Because of
# weak magnetism, neutral-current cross sections differ for neutrinos and antineutrinos.

for current, flavour in (("cc", "nu_e"), ("nc", "nu_e"), ("nc", "nubar_mu")):
    sigma = nu.carbon.flux_averaged("sns", current, flavour, levels="carbon12")
    print(f"12C, {current} of {flavour}: {sigma:.3g} cm2")

# %%
# Neutrons from ¹³C with the photon of ¹²C*(4.44 MeV) could look like the excess near 5
# MeV, if the cross section were millions of times larger than any allowed transition.

summation = nu.flux("reactor", model="summation")
bump = plotting.plot_bump(summation)
print(nu.bump.required(summation).statement)
