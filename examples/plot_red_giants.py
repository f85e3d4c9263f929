r"""
Red giants with magnetic moments
================================

Plasmons in the core decay to neutrinos through the weak interaction and through a
magnetic moment, which dominates at low densities. The core cools, and the tip of the
red-giant branch becomes brighter. Observations of the globular cluster M5 constrain the
moment.
"""

# %%
# Energy loss at the temperature at which helium ignites.
import numpy as np

import nuprobe as nu
from nuprobe.experiments import joint_cost
from nuprobe.plotting import plot_moment_summary, plot_plasmon_emission, plot_tip

plot_plasmon_emission(1e8, 1e-12)

# %%
# The magnitude of the tip as a function of the moment, compared with that of M5.
plot_tip()

# %%
# Limits depend on the statistical method.
for row in nu.stars.tip_table():
    print(f"{row['statistic']:10} {row['cl']:.2f}  {row['limit']:.3g} mu_B")

# %%
# Constraints on a moment from a laboratory, the universe and the star, and from all
# combined.
names = ("coherent-csi-2017", "primordial-abundances", "m5-tip")
measured = {name: nu.experiment(name) for name in names}
model = nu.Electromagnetic(magnetic_moment={"emu": 0.0}, kind="majorana")
moment = "magnetic_moment.emu"
grid = np.geomspace(3e-13, 3e-8, 61)
profiles = {
    name: one.profile(moment, grid, model) for name, one in measured.items()
} | {
    "together": nu.profile(
        joint_cost(list(measured.values()), model, [moment]), moment, grid
    )
}
plot_moment_summary(profiles, cl=0.95, references=("Viaux:2013hca", "Planck:2018vyg"))
