r"""
Form factors with two radii
===========================

"Neutrino trident production", talk of T. Shimomura, ":math:`q^2` dependence of the form
factors" after Brown et al. 1972: dipole fits B, :math:`R_0 = 1.21A^{1/3}` fm, and C,
:math:`1.3A^{1/3}` fm.
"""

import nuprobe as nu
from nuprobe import plotting
from nuprobe.reproductions import published_table
from nuprobe.units import MeV, fm

# %%
# The larger nucleus falls off earlier. Tridents come from small :math:`q^2`, at the
# left end, where the two are almost the same.

fits = {"B, 1.21 fm": "literature-dipole", "C, 1.3 fm": "literature-dipole-1.3"}
panels = plotting.plot_form_factors(
    "Fe56", fits, q_max=200 * MeV, reference="literature-dipole", over="q2"
)

# %%
# Fit C over fit B, not squared, by hand:

size = 56 ** (1 / 3) * fm
b, c = (nu.form_factors.Dipole(r0 * size) for r0 in (1.21, 1.3))
table = published_table(
    [
        ("T30", "q = 20 MeV", 0.99665, c(20.0**2) / b(20.0**2), 1e-4),
        ("T30", "q = 100 MeV", 0.93659, c(100.0**2) / b(100.0**2), 1e-4),
    ]
)
print(table)
