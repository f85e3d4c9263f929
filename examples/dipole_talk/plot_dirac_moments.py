r"""
Magnetic moments of the Standard Model
======================================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019), "Neutrino magnetic moment in the Standard Model":
effective moments over the lightest mass, for Dirac and Majorana neutrinos.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.models import majorana_moments
from nuprobe.reproductions import published_table
from nuprobe.reproductions.studies import STUDIES
from nuprobe.units import eV

# %%
# Lines: Dirac, both orderings. Bands: Majorana with all phases, far below because only
# transitions are left, which the small masses of charged leptons suppress.

ax = plotting.plot_standard_moments()

# %%
# The reactor's moment at a lightest mass of 1 eV, where all masses are alike and the
# formula of the seminar, 3.2e-19 Bohr magnetons, can be used, and for massless
# neutrinos in the inverted ordering, by hand:

rows = STUDIES["standard-moments"]().to_dict()["rows"]
table = published_table(
    [
        ("D26", "normal, 1 eV [muB]", 3.2e-19, rows[7]["Dirac, normal [muB]"], 3.2e-21),
        (
            "D26",
            "inverted, massless [muB]",
            1.56e-20,
            rows[0]["Dirac, inverted [muB]"],
            3.12e-22,
        ),
    ]
)
print(table)

# %%
# A Majorana moment between the first and third state over twice the formula with
# :math:`(m_\ell/m_\tau)^2`, from the seminar of Giunti; printed there is
# :math:`m_\ell^2/m_W^2`, which is 2000 times smaller than the loop.

masses, u = np.array([0.01, 0.02, 0.05]), nu.PMNS().matrix
leptons = (np.array([0.51099895, 105.6583755, 1776.93]) / 1776.93) ** 2
moment, _ = majorana_moments(masses * eV, nu.PMNS())
sum_ = np.sum(np.conj(u[:, 0]) * u[:, 2] * leptons).imag
ratio = abs(moment[0, 2]) / abs(7.8e-23 * (masses[0] + masses[2]) * sum_)
print(published_table([("S55", "mu_13 over the formula", 1, ratio, 0.02)]))
