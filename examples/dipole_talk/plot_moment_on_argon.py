r"""
A magnetic moment in coherent scattering
========================================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019), "Including magnetic moment in coherent neutrino
scattering", and why it is another moment than that of reactors.
"""

import nuprobe as nu
from nuprobe import plotting
from nuprobe.oscillation import AtSource, mu_eff
from nuprobe.reproductions import published_table
from nuprobe.units import MeV, keV

# %%
# The magnetic part goes as 1/T and wins below a keV, with the form factor of the charge
# instead of the weak one.

sm, moment = nu.StandardModel(), nu.Electromagnetic(mu_eff={"mu": 1e-9})
panels = plotting.plot_cevns("Ar40", {"1e-9 Bohr magnetons": moment}, [30 * MeV])

# %%
# By hand for a point nucleus at 50 MeV and 10 keV in cm² per keV, and the moment of two
# sources if ν_e have 1e-11 and ν_μ 5e-11 Bohr magnetons:

point = nu.target("Ar40", form_factor="point", nucleon="point")
both, weak = (
    nu.cevns.differential(50 * MeV, 10 * keV, point, model, "nu_mu") * keV
    for model in (moment, sm)
)
moments = nu.Electromagnetic(magnetic_moment={"ee": 1e-11, "mumu": 5e-11})
pions = float(mu_eff(moments, "nu_mu", 30 * MeV, AtSource()))
reactor = float(mu_eff(moments, "nu_e", 3 * MeV, AtSource()))
table = published_table(
    [
        ("D33", "magnetic part [cm2/keV]", 8.081121e-42, both - weak, 1.6e-47),
        ("D34", "nu_mu of pions [muB]", 5e-11, pions, 5e-20),
        ("D34", "nu_e of a reactor [muB]", 1e-11, reactor, 1e-20),
    ]
)
print(table)
