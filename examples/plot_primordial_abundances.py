"""
Contours of constant helium
===========================

Neutrinos with magnetic moments stay coupled to electrons longer and are heated more
when these annihilate. The universe then expands faster, more neutrons survive, and more
helium is produced: lines of constant Y_P in planes of two moments.
"""

import nuprobe as nu
from nuprobe import plotting
from nuprobe.cosmology import nucleosynthesis as bbn

# %%
# The first minutes: neutrons and protons freeze out at 1 MeV, deuterium forms only at
# 0.07 MeV, and after a quarter of an hour nucleosynthesis is complete.

history = nu.cosmology.decoupling()
found = bbn.abundances(history=history)
print(f"Y_P {found.y_p:.5f}, D/H {found.d_h:.3e}, N_eff {found.n_eff:.4f}")
plotting.plot_nucleosynthesis(bbn.evolution(history), found.assumptions)

# %%
# Helium over two transition moments of Majorana neutrinos. If flavours evolve
# separately, a moment between ν_μ and ν_τ raises it most, since heating ν_e also turns
# neutrons into protons.

names = "magnetic_moment.emu", "magnetic_moment.mutau"
apart = bbn.moment_plane(*names, flavour_mixing="none")
print(f"interpolation error of Y_P: {apart.error('y_p'):.0e}")
plotting.plot_moment_plane(apart, "y_p")

# %%
# Oscillations keep the three neutrinos at one temperature: then only the sum of squares
# matters, and the lines are circles.

together = bbn.moment_plane(*names)
plotting.plot_moment_plane(together, "y_p")

# %%
# Deuterium and N_eff are sensitive only to the expansion rate. The band shows N_eff
# from Planck, 2.99 ± 0.17.

wide = bbn.moment_plane(*names, top=(4e-9, 4e-9), nodes=13)
plotting.plot_moment_plane(wide, "d_h")
plotting.plot_moment_plane(wide, "n_eff", [3.1, 3.4, 3.8, 4.2], band=(2.82, 3.16))
