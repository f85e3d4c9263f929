"""
Decay of a sterile neutrino after nucleosynthesis
=================================================

A sterile neutrino that decays by a magnetic moment, N → ν γ, gives photons of half its
mass. Their cascade disintegrates light nuclei.
"""

import numpy as np

from nuprobe import plotting
from nuprobe.cosmology import decay

plane = decay.decay_plane(
    decay.with_thresholds(np.geomspace(3.0, 15.0, 5)),
    lifetimes=np.geomspace(1e4, 1e9, 11),
    abundance=1e-6,
    measured={"d_h": (2.547e-5, 0.029e-5), "y_p": (0.245, 0.003)},
)
plotting.plot_decay_plane(plane)

# %%
# Between 3.17 and 4.45 MeV beryllium is destroyed and deuterium is not:

for mass in (3.0, 4.0, 5.0):
    found = decay.sterile_decay(mass, 1e5, abundance=1e-5)
    print(f"{mass:g} MeV: D/H {found.d_h:.3e}, 7Li/H {found.li7_h:.2e}")
