"""
One moment from laboratory and universe
=======================================

Costs can be added: a moment that changes nuclear recoil spectra also heats neutrinos in
the first second of the universe. A single fit includes the COHERENT recoil spectrum,
measured helium and deuterium abundances, and N_eff from Planck.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.experiments import joint_cost

name = "magnetic_moment.emu"
model = nu.Electromagnetic(magnetic_moment={"emu": 0.0}, kind="majorana")
csi = nu.experiment("coherent-csi-2017")
universe = nu.experiment("primordial-abundances")

# %%
# The measurements of the early universe compared with the prediction without moments:
# deuterium is somewhat low with these nuclear rates, but within their errors.

found = universe.predict()
for label, value, pull in zip(
    found.observables, found.signal, found.pulls, strict=True
):
    print(f"{label:6} {value:.5g}, pull {pull:+.2f}")

# %%
# Each separately, and both together. Red giants are stronger by two orders of magnitude
# (4.5e-12, the catalogue's magnetic_moment.any/Viaux-2013).

grid = np.geomspace(1e-10, 8e-9, 60)
costs = {
    "COHERENT CsI 2017": csi.cost(model, [name]),
    "helium and deuterium": universe.cost(model, [name], "abundances"),
    r"$N_\mathrm{eff}$": universe.cost(model, [name], "n-eff"),
    "all": joint_cost([csi, universe], model, [name]),
}
profiles = {label: nu.profile(cost, name, grid) for label, cost in costs.items()}
interval = nu.fit(costs["all"], cl=0.9)[name].interval
print(f"all together, 90 %: up to {interval.upper:.2e} Bohr magnetons")
plotting.plot_moment_summary(
    profiles,
    references=["COHERENT:2017ipa", "ParticleDataGroup:2024cfk", "Planck:2018vyg"],
)
