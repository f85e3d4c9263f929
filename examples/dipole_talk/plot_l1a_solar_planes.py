r"""
Solar neutrinos for several values of L_1A
==========================================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019): the figure of Balantekin and Yüksel, four planes
of mixing.
"""

from nuprobe.experiments.solar_plane import solar_plane

# %%
# Allowed at 90 %, with KamLAND and the ⁸B flux of the solar model. The larger
# :math:`L_{1A}`, the larger the cross sections of SNO, and the smaller the flux.

plane = solar_plane(scheme="nnlo", flux="model")
axes = plane.plot()

# %%
# Best points. The talk's figure has data of 2003, here they are those of 2013, and
# those of KamLAND of 2005: only the ranges of Δm² and tan²θ can be compared, 7.5 to
# 8.4e-5 eV² for :math:`L_{1A} = 0`, and 0.37 to 0.52 for 20 fm³.

for i, l1a in enumerate(plane.l1a):
    tan2, dm2, _ = plane.best(i)
    print(f"L_1A = {l1a:4g} fm3: tan2 theta_12 = {tan2:.3f}, dm2_21 = {dm2:.2e} eV2")
