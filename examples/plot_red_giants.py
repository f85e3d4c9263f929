r"""
Red giants with magnetic moments
================================

Plasmons in the core decay to neutrinos: by the weak interaction, and by a magnetic
moment, which wins at low densities. The core cools, and the tip of the red-giant branch
becomes brighter. The globular cluster M5 then bounds the moment.
"""

# %%
# Energy loss at the temperature at which helium ignites.
import nuprobe as nu
from nuprobe.plotting import plot_plasmon_emission, plot_tip

plot_plasmon_emission(1e8, 1e-12)

# %%
# The magnitude of the tip over the moment, beside that of M5.
plot_tip()

# %%
# Limits depend on how they are made.
for row in nu.stars.tip_table():
    print(f"{row['statistic']:10} {row['cl']:.2f}  {row['limit']:.3g} mu_B")
