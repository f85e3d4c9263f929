r"""
Bounds on magnetic moments
==========================

"Neutrino and nuclear properties from CEνNS", seminar of C. Giunti (Orsay, 2018),
"Magnetic and electric moments": reactors, accelerators, the Sun, and the loop of a W.
"""

import math

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.catalogue import catalogue
from nuprobe.models import dirac_moments
from nuprobe.reproductions import published_table
from nuprobe.units import eV

# %%
# The table of the seminar; bars are published, diamonds computed again. Effective
# moments at reactors, at accelerators and of solar neutrinos are different combinations
# of one matrix.

known = catalogue()
names = {
    "e": "Krasnoyarsk-1992 Rovno-1993 MUNU-2005 TEXONO-2007 GEMMA-2012 LAMPF-1990",
    "mu": "BNL-E734-1990 LAMPF-1990 LSND-2001",
    "tau": "DONUT-2001",
    "solar": "SuperKamiokande-2004 Borexino-2017",
}
listed = [
    known[f"magnetic_moment.{flavour}/{name}"]
    for flavour, row in names.items()
    for name in row.split()
]
ax = plotting.plot_magnetic_moments(listed)

# %%
# The minimal extension of the Standard Model with Dirac neutrinos is eight orders of
# magnitude below: :math:`3.2\times10^{-19}\mu_B` for a mass of 1 eV.

moments, _ = dirac_moments(np.array([1.0, 1.0, 1.0]) * eV, nu.PMNS())
loop = moments[0, 0].real
gemma = known["magnetic_moment.e/GEMMA-2012"].value
lampf = known["magnetic_moment.e/LAMPF-1990"].value
donut = known["magnetic_moment.tau/DONUT-2001"].value
table = published_table(
    [
        ("S53", "mu_11 at 1 eV [muB]", 3.2e-19, loop, 3.2e-21),
        ("S62", "log10 of GEMMA over it", 8, math.log10(gemma / loop), 0.5),
        ("S57", "LAMPF, nu_e [muB]", 1.1e-9, lampf, 2.2e-11),
        ("S59", "DONUT, nu_tau [muB]", 3.9e-7, donut, 3.9e-16),
    ]
)
print(table)
