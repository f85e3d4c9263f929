r"""
Contours of constant helium
===========================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019), "Contours of constant :math:`Y_P`" over two
transition moments.
"""

from nuprobe.cosmology.nucleosynthesis import moment_plane
from nuprobe.reproductions import published_table

# %%
# Without mixing of flavours a moment between ν_μ and ν_τ raises helium most. With
# oscillations only the sum of the squares would count, and the lines would be circles.

names = "magnetic_moment.emu", "magnetic_moment.mutau"
plane = moment_plane(*names, flavour_mixing="none")
ax = plane.plot()

# %%
# Where helium is 1e-4 larger, in Bohr magnetons, with an independent calculation. The
# talk says neither its rates nor its criterion.

zero = float(plane.at("y_p", 0.0, 0.0))
((line,),) = plane.contours("y_p", [zero + 1e-4]).values()
e_mu, mu_tau = line.max(axis=0)
table = published_table(
    [
        ("D32", "Y_P without moments", 0.246855, zero, 2e-5),
        ("D32", "mu_emu where Y_P is 1e-4 larger", 7.7e-10, e_mu, 1.54e-11),
        ("D32", "mu_mutau where Y_P is 1e-4 larger", 5.5e-10, mu_tau, 1.1e-11),
    ]
)
print(table)
