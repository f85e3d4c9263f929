r"""
Screening in an electron–positron plasma
========================================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019): the Debye length, classically and in QED.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.reproductions import published_table
from nuprobe.units import MeV

# %%
# While there are pairs the Debye length is some times 1/T. When they annihilate it
# grows by orders of magnitude, until only the electrons of the nuclei are left.

ax = plotting.plot_debye_length(np.geomspace(0.006, 20, 80))

# %%
# From the density, :math:`e^2\,\partial n/\partial\mu`, and from the pressure,
# :math:`e^2\,\partial^2P/\partial\mu^2`; with QED to third order in e; and the
# potential over :math:`(Ze/r)\,e^{-r/\lambda_D}`.

mass = {
    route: float(nu.cosmology.debye_mass(1 * MeV, 0.3 * MeV, route=route))
    for route in ("density", "pressure")
}
qed = (nu.cosmology.debye_mass(100.0, qed="e3") / nu.cosmology.debye_mass(100.0)) ** 2
cloud = nu.cosmology.screened_potential(1.0, 50.0, order=1)
yukawa = 50 * 0.0072973526 / 10 * np.exp(-10 * cloud.debye_mass)
table = published_table(
    [
        ("D29", "m_D from dn/dmu [MeV]", 0.1738434, mass["density"], 1.7e-6),
        ("D29", "the same from d2P/dmu2", 0.1738434, mass["pressure"], 1.7e-6),
        ("D29", "m_D^2 with QED to e^3", 0.9969036, float(qed), 9.9e-7),
        ("D29", "phi(r) over Yukawa", 1, float(cloud(10.0)) / yukawa, 1e-6),
    ]
)
print(table)
