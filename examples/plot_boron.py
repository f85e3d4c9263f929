"""
Flux of solar ⁸B neutrinos from xenon
=====================================

XENONnT and PandaX-4T see the coherent scattering of solar ⁸B neutrinos on xenon nuclei.
All flavours count alike, so that their events give the total flux.
"""

import matplotlib.pyplot as plt
import numpy as np

import nuprobe as nu
from nuprobe import plotting

# %%
# One parameter, the flux, is shared by both experiments; each has the uncertainties of
# its own efficiency, yields and backgrounds.

free = ["phi_8B"]
xenonnt, pandax = nu.experiment("xenonnt-8b"), nu.experiment("pandax-4t-8b")
costs = {
    "XENONnT, all runs": xenonnt.cost(free=free, analysis="flux"),
    "PandaX-4T, two counts": pandax.cost(free=free, analysis="flux"),
    "both": nu.global_cost("boron-8", free=free),
}
flux = np.linspace(1e5, 1.6e7, 54)
curves = {}
for name, cost in costs.items():
    found = nu.profile(cost, "phi_8B", flux)
    curves[name] = (found.values, found.delta)
    (low, high), *_ = found.intervals(0.6827)
    print(f"{name}: {found.best:.3g} ({low:.3g} to {high:.3g}) per cm² and second")

ax = plotting.plot_profiles(curves, costs["both"].parameters[0], cl=[0.6827, 0.95])
ax.axvspan(5.05e6, 5.45e6, color="0.85", zorder=0)
ax.text(5.6e6, 6.6, "SNO", color="0.4")
ax.set_ylim(0, 8)

# %%
# Which recoils are seen: their spectrum times the efficiency. The efficiency of LZ is
# public, its counts are not, so that LZ is a projection here.

recoil = np.linspace(0.3, 4.5, 421) * nu.units.keV
boron, xenon = nu.flux("solar", components=["8B"]), nu.target("natural Xe")
mean = nu.cevns.averaged(boron, recoil, xenon, nu.StandardModel(), "nu_e")
nuclei = nu.units.parse_quantity("1000 kg", "mass") / xenon.mass
year = 31557600.0
rate = mean * float(boron.total("nu_e")) * nuclei * year * nu.units.keV

_, ax = plt.subplots(figsize=(6.4, 4.4))
ax.plot(recoil / nu.units.keV, rate, color="0.6", label="all recoils")
for name in ("xenonnt-8b", "pandax-4t-8b", "lz-8b-projection"):
    kept = nu.experiment(name).response().matrix(recoil)
    kept = kept[0] if name == "pandax-4t-8b" else kept.sum(axis=0)  # paired events
    ax.plot(recoil / nu.units.keV, kept * rate, label=name)
ax.set_yscale("log")
ax.set_xlim(0.3, 4.5)
ax.set_ylim(1e-3, 3e3)
ax.set_xlabel("recoil energy [keV]")
ax.set_ylabel("events per tonne, year and keV")
ax.legend(frameon=False)
