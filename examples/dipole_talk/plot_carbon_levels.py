r"""
ν_e + ¹³C to the levels of ¹³N
==============================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019): "ν_e + ¹³C charged-current scattering".
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.reproductions import published_table

# %%
# The ground state of ¹³N is the mirror of that of ¹³C, so that its strength follows
# from a half-life; the level at 3.5 MeV is fed by Gamow–Teller transitions.

ax = plotting.plot_levels(np.linspace(3.0, 20.0, 120))

# %%
# An independent calculation of the ground state, in cm²:

rows = [
    (
        item,
        f"13N g.s., {e:g} MeV",
        sigma,
        nu.carbon.total(e, "cc", "nu_e", level="1/2- g.s."),
        0.005 * sigma,
    )
    for item, e, sigma in (
        ("D06", 5.0, 2.701e-43),
        ("D06", 10.0, 1.7255e-42),
        ("D07", 12.0, 2.659e-42),
        ("D06", 15.0, 4.433e-42),
    )
]
table = published_table(rows)
print(table)
