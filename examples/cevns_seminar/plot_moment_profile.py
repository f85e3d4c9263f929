r"""
χ² of CsI against magnetic moments
==================================

"Neutrino and nuclear properties from CEνNS", seminar of C. Giunti (Orsay, 2018), figure
of Papoulias and Kosmas: what the counts of COHERENT say about effective moments.
"""

import numpy as np

import nuprobe as nu
from nuprobe.catalogue import catalogue
from nuprobe.plotting import plot_profiles

# %%
# Both flavours are limited to a few 1e-9 Bohr magnetons: ν_μ an order of magnitude
# above the best limit, LSND's, ν_e two orders above GEMMA's.

csi, model = nu.experiment("coherent-csi-2017"), nu.Electromagnetic()
grid = np.geomspace(2e-11, 2e-8, 60)
names = {r"$\nu_e$": "mu_eff.e", r"$\nu_\mu$": "mu_eff.mu"}
profiles = {label: csi.profile(name, grid, model) for label, name in names.items()}
known = catalogue()
gemma = known["magnetic_moment.e/GEMMA-2012"].value
lsnd = known["magnetic_moment.mu/LSND-2001"].value
ax = plot_profiles(
    {label: (p.values, p.delta) for label, p in profiles.items()},
    profiles[r"$\nu_\mu$"].parameter,
    references=["COHERENT:2017ipa", "Papoulias:2017qdn"],
)
moment = profiles[r"$\nu_\mu$"].parameter
ax.set(xscale="log", xlim=(2, 1200), ylim=(0, 8))
ax.set_xlabel(r"$\mu_\mathrm{eff}$ [$10^{-11}\,\mu_\mathrm{B}$]")
for value, label in ((gemma, r"GEMMA, $\nu_e$"), (lsnd, r"LSND, $\nu_\mu$")):
    ax.axvline(moment.shown(value), color="0.6", linestyle=":")
    ax.text(1.1 * moment.shown(value), 6.5, label, color="0.4")

# %%
# Upper ends at 90 %, and how far above the best limits they are. The seminar says "two
# orders of magnitude" and "one order".

for (label, profile), best in zip(profiles.items(), (gemma, lsnd), strict=True):
    upper = profile.intervals(0.9)[-1][1]
    print(f"{label:10} < {upper:.2e} Bohr magnetons, {upper / best:.0f} times the best")
