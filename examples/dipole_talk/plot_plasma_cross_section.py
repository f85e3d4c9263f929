r"""
Magnetic scattering in the plasma
=================================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019): :math:`\sigma(s)` on electrons with the smallest
momentum transfer of the screening (Vassh et al. 2015).
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.reproductions import published_table
from nuprobe.units import MeV

# %%
# Without screening the cross section is infinite: it depends on how the plasma cuts the
# photon off, by as much as the lower panel says.

panels = plotting.plot_magnetic_screening(1 * MeV, np.geomspace(0.3, 300, 100))

# %%
# At s = 10 MeV² and T = 1 MeV with 1e-10 Bohr magnetons, in cm²: the formula of the
# talk by hand, with :math:`\pi\alpha^2`, for which it prints :math:`\pi^2\alpha^2`, and
# an independent calculation with the screened propagator.

given = {"talk": 1.205660e-44, "debye": 9.582137e-45}
table = published_table(
    [
        (
            "D30",
            f"screening {name!r}",
            value,
            float(nu.cosmology.magnetic_cross_section(10.0, 1.0, 1e-10, name)),
            1e-5 * value,
        )
        for name, value in given.items()
    ]
)
print(table)
